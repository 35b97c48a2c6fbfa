#include "linear_algebra.hpp"

#include <bit>
#include <iterator>

#include "../tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> chol(const Var<eT>& A, const char* layout, Here at) {
  if (!layout || (*layout != 'u' && *layout != 'l')) misuse("chol", at, "layout must be \"upper\" or \"lower\"");
  const Var<eT> l = detail::of_square<rules::Chol>(A, true, A.shape(), at);
  return *layout == 'l' ? l : l.t(at);
}

template <class eT>
Var<eT> inv(const Var<eT>& A, Here at) {
  return detail::of_square<rules::Inverse>(A, false, A.shape(), at);
}

template <class eT>
Var<eT> inv_sympd(const Var<eT>& A, Here at) {
  return known_symmetric(detail::of_square<rules::Inverse>(A, true, A.shape(), at));
}

template <class eT>
NumberVar<eT> det(Var<eT> A, Here at) {
  bool turned = false;
  A = detail::before_transpose(A, turned);
  return as_number(detail::of_square<rules::Det>(A, false, scalar_shape, at));
}

template <class eT>
NumberVar<eT> log_det(Var<eT> A, Here at) {
  bool turned = false;
  A = detail::before_transpose(A, turned);
  return as_number(detail::of_square<rules::LogDet>(A, false, scalar_shape, at));
}

template <class eT>
NumberVar<eT> log_det_sympd(const Var<eT>& A, Here at) {
  return as_number(detail::of_square<rules::LogDet>(A, true, scalar_shape, at));
}

namespace detail {
template <class eT>
Var<eT> solve(const Argument<eT>& a, const Argument<eT>& b, const arma::solve_opts::opts& options, Here at) {
  const auto [left, right] = on_one_tape("solve", a, b);
  // Those that trade speed for accuracy change nothing; others would be another problem's, or are not known here.
  constexpr auto understood = arma::solve_opts::flag_fast | arma::solve_opts::flag_equilibrate |
                              arma::solve_opts::flag_no_approx | arma::solve_opts::flag_no_band |
                              arma::solve_opts::flag_no_sympd | arma::solve_opts::flag_likely_sympd |
                              arma::solve_opts::flag_refine | arma::solve_opts::flag_no_trimat;
  constexpr const char* names[] = {"fast",      "equilibrate",  "no_approx",  "triu",         "tril",
                                   "no_band",   "no_sympd",     "allow_ugly", "likely_sympd", "refine",
                                   "no_trimat", "force_approx", "force_sym"};
  if (const auto rest = options.flags & ~understood) {
    const auto bit = std::size_t(std::countr_zero(rest));
    misuse("solve", at,
           "solve_opts::" + (bit < std::size(names) ? names[bit] : "bit " + std::to_string(bit)) + " is not supported");
  }
  return solve(left, right, (options.flags & arma::solve_opts::flag_likely_sympd) != 0, at);
}
}  // namespace detail

#define ARMAGRAD_INSTANTIATE(eT)                                                           \
  template ARMAGRAD_EXPORT Var<eT> detail::solve(const Argument<eT>&, const Argument<eT>&, \
                                                 const arma::solve_opts::opts&, Here);     \
  template ARMAGRAD_EXPORT Var<eT> chol(const Var<eT>&, const char*, Here);                \
  template ARMAGRAD_EXPORT Var<eT> inv(const Var<eT>&, Here);                              \
  template ARMAGRAD_EXPORT Var<eT> inv_sympd(const Var<eT>&, Here);                        \
  template ARMAGRAD_EXPORT NumberVar<eT> det(Var<eT>, Here);                               \
  template ARMAGRAD_EXPORT NumberVar<eT> log_det(Var<eT>, Here);                           \
  template ARMAGRAD_EXPORT NumberVar<eT> log_det_sympd(const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, LinearAlgebraRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, LinearAlgebraRules>();

}  // namespace armagrad
