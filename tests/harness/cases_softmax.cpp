#include "case.hpp"

namespace armagrad::harness {

// clang-format off
template <>
FamilyOfCases cases_of<SoftmaxRules>() {
  return table("softmax", SoftmaxRules{},
      of<rules::LogSumExp>("logsumexp(x, 0)", [](auto x) { return logsumexp(x, 0); }, in(-3, 3)),
      of<rules::LogSumExp>("logsumexp(x, 1)", [](auto x) { return logsumexp(x, 1); }, in(-3, 3)),
      of<rules::Softmax>("softmax(x, 0)", [](auto x) { return softmax(x, 0); }, in(-3, 3)),
      of<rules::Softmax>("softmax(x, 1)", [](auto x) { return softmax(x, 1); }, in(-3, 3)),
      of<rules::Softmax>("softmax_or_zero(x, 0)", [](auto x) { return softmax_or_zero(x, 0); }, in(-3, 3)),
      of<rules::LogSoftmax>("log_softmax(x, 0)", [](auto x) { return log_softmax(x, 0); }, in(-3, 3)),
      of<rules::LogSoftmax>("log_softmax(x, 1)", [](auto x) { return log_softmax(x, 1); }, in(-3, 3)));
}
// clang-format on

}  // namespace armagrad::harness
