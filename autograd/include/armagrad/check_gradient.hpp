#pragma once
// check_gradient: is the gradient right, which entry says otherwise, and what kind of mistake is it?

#include <functional>
#include <string>
#include <vector>

#include "check_report.hpp"
#include "derivatives.hpp"

namespace armagrad {

/// What check_gradient compares, and how thoroughly. The defaults suit a first check.
template <class eT>
struct CheckOptions {
  /// The gradient written by hand, one matrix for each variable, to be compared with the tape's; empty: none.
  std::vector<arma::Mat<eT>> analytic;
  /// The names of the variables in the report; by default W, or W1, W2, ...
  std::vector<std::string> names;
  /// Variables of up to this many entries are checked entry by entry; larger ones along this many random
  /// directions, which see all of them, and where one fails, down to a wrong entry by bisection.
  uword entries = 200, directions = 4;
  /// Whether to test the Hessian's symmetry: tape losses only, two Hessian-vector products for each variable.
  bool hessian = false;
  std::uint64_t seed = 1;
};

namespace detail {
template <class eT>
using LossOnTape = std::function<Var<eT>(const std::vector<Var<eT>>&)>;
template <class eT>
using PlainFunction = std::function<double(const std::vector<arma::Mat<eT>>&)>;

/// f(w...) of Vars of these variables' kinds as a function of a list of them.
template <class eT, class F, class... W>
LossOnTape<eT> on_tape(F f, const W&... w) {
  return [f = function_of<eT, Parameter<W>::kind...>(std::move(f)),
          slices = std::array{Parameter<W>::slices(w)...}](const std::vector<Var<eT>>& x) {
    for (std::size_t k = 0; k < x.size(); ++k) engine_of(x[k]).note_slices(x[k].index(), slices[k]);
    return f(x);
  };
}

template <class eT>
GradientCheck run_check(const CheckOptions<eT>& options, const LossOnTape<eT>& loss,
                        const std::vector<arma::Mat<eT>>& W);
}  // namespace detail

/// The tape's gradient of loss at W... against differences (the loss recorded anew at each point), the
/// complex step (the tape replayed over complex numbers), a second backward pass, and options.analytic. What
/// each may be off by is derived from what was measured: see docs/gradient-checking.md.
template <class eT, class Loss, detail::ParameterOf<eT>... Ws>
requires(sizeof...(Ws) > 0) [[nodiscard]] GradientCheck
    check_gradient(const CheckOptions<eT>& options, Loss&& loss, const Ws&... W) {
  const auto on_tape = detail::on_tape<eT>([&loss](const auto&... w) { return detail::call(loss, w...); }, W...);
  return detail::run_check<eT>(options, on_tape, {detail::matrix_over(W)...});
}
/// Of a loss of a sparse matrix, by the entries that it has.
template <class eT, class Loss>
[[nodiscard]] GradientCheck check_gradient(const CheckOptions<eT>& options, Loss&& loss, const arma::SpMat<eT>& S) {
  const detail::Pattern pattern = detail::pattern_of(S);
  const auto of_entries = [&](const ColVar<eT>& s) { return detail::call(loss, SpVar<eT>(s, pattern)); };
  return check_gradient(options, of_entries, detail::stored_entries(S));
}
template <class Loss, class eT>
[[nodiscard]] GradientCheck check_gradient(Loss&& loss, const arma::SpMat<eT>& S) {
  return check_gradient(CheckOptions<eT>{}, loss, S);
}
template <class Loss, class... Ws>
requires detail::AllParameters<Ws...>
[[nodiscard]] GradientCheck check_gradient(Loss&& loss, const Ws&... W) {
  return check_gradient(CheckOptions<detail::Element<Ws...>>{}, loss, W...);
}

}  // namespace armagrad
