#pragma once
// check_gradient: is the gradient right, and which entry says otherwise?

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "../derivatives.hpp"

namespace armagrad {

template <class eT>
struct CheckOptions {
  /// What a hand-written gradient gives, one matrix per variable; compared with the tape's where it is there.
  std::vector<arma::Mat<eT>> analytic;
  /// Entries of each variable that are checked one by one (drawn at random where there are more) and random
  /// directions, which see all of them.
  uword entries = 100, directions = 4;
  std::uint64_t seed = 1;
};

/// The tape's gradient of one variable against one other way to get it.
struct Comparison {
  std::string variable, against;
  std::string problem;       // why it could not be made, e.g. shapes that differ
  double relative_error = 0; // |a - b| / max(|a|, |b|), by norm over what was compared
  double tolerance = 0;
  uword compared = 0;        // entries
  uword row = 0, col = 0;    // of the worst entry
  double tape = 0, other = 0;
  bool passed = false;
};

struct GradientCheck {
  std::vector<Comparison> comparisons;

  bool passed() const;
};

/// Verdict first, then a line per comparison.
std::ostream& operator<<(std::ostream& out, const GradientCheck& check);

template <class eT>
using LossOnTape = std::function<Var<eT>(const std::vector<Var<eT>>&)>;

template <class eT>
GradientCheck run_check(const CheckOptions<eT>& options, const LossOnTape<eT>& loss, const std::vector<arma::Mat<eT>>& W);

/// The tape's gradient of loss at W... against central differences (the loss recorded anew at each point), the
/// complex step (the tape replayed over complex numbers) and options.analytic.
///   Tolerances by norm: complex step and analytic 1e3 eps; central differences with step h = cbrt(eps) max(1, |w|):
/// h^2 for what Taylor's formula leaves, plus eps |J| / (h |g|) for rounding (Nocedal and Wright, 2006, ch. 8),
/// both with a factor of 100.
template <class eT, class Loss, std::same_as<arma::Mat<eT>>... Ws>
GradientCheck check_gradient(const CheckOptions<eT>& options, Loss&& loss, const arma::Mat<eT>& W, const Ws&... more) {
  const LossOnTape<eT> on_tape = [&loss](const std::vector<Var<eT>>& v) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) { return detail::call(loss, v[k]...); }(std::make_index_sequence<1 + sizeof...(more)>{});
  };
  return run_check<eT>(options, on_tape, {W, more...});
}
template <class Loss, class eT, std::same_as<arma::Mat<eT>>... Ws>
GradientCheck check_gradient(Loss&& loss, const arma::Mat<eT>& W, const Ws&... more) {
  return check_gradient(CheckOptions<eT>{}, loss, W, more...);
}

}  // namespace armagrad
