#pragma once
// check_gradient: is the gradient right, and which entry says otherwise?

#include <functional>
#include <string>
#include <vector>

#include "../derivatives.hpp"
#include "report.hpp"

namespace armagrad {

template <class eT>
struct CheckOptions {
  /// What a hand-written gradient gives, one matrix per variable; compared with the tape's where it is there.
  std::vector<arma::Mat<eT>> analytic;
  /// What the report calls the variables; W, or W1, W2, ... where it says nothing.
  std::vector<std::string> names;
  /// Entries of each variable that are checked one by one (drawn at random where there are more) and random
  /// directions, which see all of them.
  uword entries = 100, directions = 4;
  std::uint64_t seed = 1;
};

template <class eT>
using LossOnTape = std::function<Var<eT>(const std::vector<Var<eT>>&)>;

template <class eT>
GradientCheck run_check(const CheckOptions<eT>& options, const LossOnTape<eT>& loss,
                        const std::vector<arma::Mat<eT>>& W);

/// The tape's gradient of loss at W... against central differences (the loss recorded anew at each point),
/// the complex step (the tape replayed over complex numbers) and options.analytic.
///   Tolerances by norm: complex step and analytic 1e3 eps; central differences with step h = cbrt(eps)
///   max(1, |w|):
/// h^2 for what Taylor's formula leaves, plus eps |J| / (h |g|) for rounding (Nocedal and Wright, 2006, ch.
/// 8), both with a factor of 100.
template <class eT, class Loss, std::same_as<arma::Mat<eT>>... Ws>
GradientCheck check_gradient(const CheckOptions<eT>& options, Loss&& loss, const arma::Mat<eT>& W,
                             const Ws&... more) {
  const LossOnTape<eT> on_tape = [&loss](const std::vector<Var<eT>>& v) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) { return detail::call(loss, v[k]...); }
    (std::make_index_sequence<1 + sizeof...(more)>{});
  };
  return run_check<eT>(options, on_tape, {W, more...});
}
template <class Loss, class eT, std::same_as<arma::Mat<eT>>... Ws>
GradientCheck check_gradient(Loss&& loss, const arma::Mat<eT>& W, const Ws&... more) {
  return check_gradient(CheckOptions<eT>{}, loss, W, more...);
}

}  // namespace armagrad
