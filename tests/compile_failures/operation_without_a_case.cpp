// An operation that is registered and that no case of the harness covers.
// must say: an operation of registry.hpp has no case in tests/harness
#include <tests/harness/case.hpp>

using namespace armagrad;
using namespace armagrad::detail;

int main() {
  const auto exp_of = harness::of<rules::Exp>(
      "exp(x)", [](auto x) { return exp(x); }, harness::in(-1, 1));
#ifdef MUST_NOT_COMPILE
  harness::table("some", RuleList<rules::Exp, rules::Log>{}, exp_of);
#else
  harness::table("some", RuleList<rules::Exp>{}, exp_of);
#endif
}
