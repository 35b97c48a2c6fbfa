#include "integrals.hpp"

#include <armagrad/ops/integrals.hpp>

#include "partials.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

namespace {
double checked_order(const char* function, double order, Here at) {
  if (!(order >= 0 && order <= special::largest_order)) misuse(function, at, "the order must be from 0 to 1e6");
  return order;
}
}  // namespace

template <class eT>
Var<eT> detail::gamma_p(const Argument<eT>& a, const Argument<eT>& x, Here) {
  return append_over<eT>(rules::GammaP{}, a, x);
}
template <class eT>
Var<eT> detail::gamma_q(const Argument<eT>& a, const Argument<eT>& x, Here) {
  return append_over<eT>(rules::GammaQ{}, a, x);
}
template <class eT>
Var<eT> detail::ibeta(const Argument<eT>& a, const Argument<eT>& b, const Argument<eT>& x, Here) {
  return append_over<eT>(rules::IBeta{}, a, b, x);
}
template <class eT>
Var<eT> detail::ibetac(const Argument<eT>& a, const Argument<eT>& b, const Argument<eT>& x, Here) {
  return append_over<eT>(rules::IBetaC{}, a, b, x);
}
template <class eT>
Var<eT> detail::bessel_k(const Argument<eT>& nu, const Argument<eT>& x, Here) {
  return append_over<eT>(rules::BesselK{}, nu, x);
}
template <class eT>
Var<eT> detail::compiled::bessel_j(double order, const Var<eT>& x, Here at) {
  return detail::elementwise(rules::BesselJ{{}, checked_order("bessel_j", order, at)}, at, x);
}
template <class eT>
Var<eT> detail::compiled::bessel_i(double order, const Var<eT>& x, Here at) {
  return detail::elementwise(rules::BesselI{{}, checked_order("bessel_i", order, at)}, at, x);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                       \
  template ARMAGRAD_EXPORT Var<eT> detail::gamma_p(const Argument<eT>&, const Argument<eT>&, Here);                    \
  template ARMAGRAD_EXPORT Var<eT> detail::gamma_q(const Argument<eT>&, const Argument<eT>&, Here);                    \
  template ARMAGRAD_EXPORT Var<eT> detail::ibeta(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&, Here); \
  template ARMAGRAD_EXPORT Var<eT> detail::ibetac(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&,       \
                                                  Here);                                                               \
  template ARMAGRAD_EXPORT Var<eT> detail::bessel_k(const Argument<eT>&, const Argument<eT>&, Here);                   \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::bessel_j(double, const Var<eT>&, Here);                           \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::bessel_i(double, const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, IntegralRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, IntegralRules>();

}  // namespace armagrad
