#pragma once
// Variances, products, norms and running sums.

#include <armagrad/ops/statistics.hpp>
#include "powers.hpp"
#include "reductions.hpp"
#include "shape.hpp"

namespace armagrad::detail {
/// Running sums down each column (dim 0) or along each row (dim 1), from the end if reversed.
template <class T>
arma::Mat<T> running_sums(const arma::Mat<T>& of, uword dim, bool reversed) {
  arma::Mat<T> x(of);
  const uword n = dim == 0 ? x.n_rows : x.n_cols, fibres = dim == 0 ? x.n_cols : x.n_rows;
  const uword step = dim == 0 ? 1 : x.n_rows, next = dim == 0 ? x.n_rows : 1;
  for (uword k = 1; k < n; ++k) {
    const uword to = reversed ? n - 1 - k : k, from = reversed ? to + 1 : to - 1;
    for (uword f = 0; f < fibres; ++f) x[f * next + to * step] += x[f * next + from * step];
  }
  return x;
}

/// x less its mean along n entries, 0 where they are equal: the mean is that of their distances to the first.
template <Fibre A>
auto centred(const A& x, uword dim, double n) {
  const auto d = x - first_along(x);
  return d - sum_along(d, dim) / n;
}
template <class eT>
Var<eT> centred(const Var<eT>& x, uword dim, double n) {
  return x - sum_along(x, dim) / n;
}

/// The root of the mean square, sqrt(sum(x^2) / n), of what is scaled to 1 before it is squared.
template <Fibre A>
auto root_mean_square(const A& x, uword dim, double n) {
  const auto top = or_one(finite_or_zero(max_along(abs(x), dim)));
  const auto z = x / top;
  return top % sqrt(sum_along(z % z, dim) / n);
}
/// x divided by that (which y is), and 0 where x is.
template <Fibre A>
auto over_root_mean_square(const A& x, const auto&, uword dim, double n) {
  const auto z = x / or_one(finite_or_zero(max_along(abs(x), dim)));
  return z / or_one(sqrt(sum_along(z % z, dim) / n));
}
template <class eT>
Var<eT> over_root_mean_square(const Var<eT>& x, const Var<eT>& y, uword, double) {
  return x / spread(or_one(y), x);
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct RunningSums;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> running_sums(const Var<eT>& x, uword dim, bool reversed, Here at = {}) {
  return append_node<rules::RunningSums, eT>({{}, std::uint8_t(dim), reversed}, x.shape(), at, {&x});
}

namespace rules ARMAGRAD_EXPORT {

/// x less its mean, as var and stddev of n entries along dim have it.
struct Moments : AlongDim {
  static constexpr bool reduces = true;
  uword dim;
  std::uint32_t n, norm_type;
  double divisor() const { return norm_type == 0 && n > 1 ? n - 1.0 : n; }
  auto deviations(auto x) const { return centred(x, dim, n); }
  std::string parameters() const { return std::to_string(norm_type) + ", " + std::to_string(dim); }
};

/// The variances, with n - 1 (norm_type 0) or n (1) in the denominator; 0 of a single entry.
struct Variance : Moments {
  static constexpr auto name = "var";
  static constexpr std::array reads{reads::first};
  void forward(auto y, auto x) const {
    const auto d = deviations(x);
    y = sum_along(d % d, dim) / divisor();
  }
  void reverse(auto dx, auto dy, auto, auto x) const { dx += spread(dy, x) % deviations(x) % (2 / divisor()); }
  void tangent(auto ty, auto, auto x, auto tx) const { ty = total_along(deviations(x) % tx, dim) % (2 / divisor()); }
};

/// Their square roots. Where one is 0, so is its derivative.
struct Stddev : Moments {
  static constexpr auto name = "stddev";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  auto slope(auto y, auto x) const { return over_root_mean_square(deviations(x), y, dim, divisor()) % (1 / divisor()); }
  void forward(auto y, auto x) const { y = root_mean_square(deviations(x), dim, divisor()); }
  void reverse(auto dx, auto dy, auto y, auto x) const { dx += spread(dy, x) % slope(y, x); }
  void tangent(auto ty, auto y, auto x, auto tx) const { ty = total_along(slope(y, x) % tx, dim); }
};

/// The lengths of the columns (dim 0) or rows (dim 1), without overflow. Where one is 0, so is its
/// derivative.
struct Length : AlongDim {
  static constexpr bool has_smooth_square = true;
  static constexpr auto name = "vecnorm";
  static constexpr bool reduces = true;
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  uword dim;
  void forward(auto y, auto x) const { y = root_mean_square(x, dim, 1); }
  void reverse(auto dx, auto dy, auto y, auto x) const { dx += spread(dy, x) % over_root_mean_square(x, y, dim, 1); }
  void tangent(auto ty, auto y, auto x, auto tx) const {
    ty = total_along(over_root_mean_square(x, y, dim, 1) % tx, dim);
  }
  std::string parameters() const { return "2, " + std::to_string(dim); }
};

struct RunningSums : General<1> {
  static constexpr auto name = "cumsum";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  std::uint8_t dim;
  bool reversed = false;
  void forward(auto y, const auto& x) const { y = running_sums(x, dim, reversed); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const {
    dx += running_sums(full(dy), dim, !reversed);
  }
  std::string parameters() const { return std::to_string(dim) + (reversed ? ", reversed" : ""); }
};

}  // namespace ARMAGRAD_EXPORT

using StatisticsRules = RuleList<rules::Variance, rules::Stddev, rules::Length, rules::RunningSums>;

template <class Rule, class eT>
VectorVar<eT> moments(const Var<eT>& x, uword norm_type, uword dim, Here at) {
  check_length(x, dim, Rule::name, at);
  if (norm_type > 1) misuse(Rule::name, at, "parameter 'norm_type' must be 0 or 1");
  const std::uint32_t n = dim == 0 ? x.shape().rows : x.shape().cols;
  const Shape to = dim == 0 ? Shape{1, x.shape().cols} : Shape{x.shape().rows, 1};
  return of_kind<Kind::vector>(append_node<Rule, eT>(Rule{{{}, dim, n, std::uint32_t(norm_type)}}, to, at, {&x}));
}

}  // namespace armagrad::detail
