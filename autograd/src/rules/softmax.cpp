#include "softmax.hpp"

#include "partials.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
VectorVar<eT> logsumexp(const Var<eT>& x, uword dim, Here at) {
  return of_kind<Kind::vector>(detail::along<rules::LogSumExp>(x, dim, true, at));
}

template <class eT>
Var<eT> detail::compiled::softmax(const Var<eT>& x, uword dim, Here at) {
  return detail::along<rules::Softmax>(x, dim, false, at);
}

template <class eT>
Var<eT> detail::compiled::log_softmax(const Var<eT>& x, uword dim, Here at) {
  return detail::along<rules::LogSoftmax>(x, dim, false, at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                           \
  template ARMAGRAD_EXPORT VectorVar<eT> logsumexp(const Var<eT>&, uword, Here);           \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::softmax(const Var<eT>&, uword, Here); \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::log_softmax(const Var<eT>&, uword, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, SoftmaxRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, SoftmaxRules>();

}  // namespace armagrad
