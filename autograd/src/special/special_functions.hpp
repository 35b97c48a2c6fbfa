#pragma once
// Incomplete gamma and beta functions and Bessel functions of real numbers, with derivatives in every argument. Outside
// of a function's domain the result is NaN. Why they are [[gnu::const]] says simd/lane.hpp.

namespace armagrad::detail::special {

/// The highest derivative by the parameters of an incomplete function, all parameters together.
inline constexpr int most_derivatives = 3;

/// The regularised incomplete gamma function for a > 0, x >= 0: the integral of t^(a - 1) exp(-t) / gamma(a) from 0 to
/// x, or from x on (`upper`); `by_a` times differentiated by a, and by x where `by_x`.
struct IncompleteGamma {
  bool upper;
  int by_a;
  bool by_x;
};
[[gnu::const]] double incomplete(IncompleteGamma which, double a, double x);

/// The regularised incomplete beta function for a, b > 0, 0 <= x <= 1: the integral of t^(a - 1) (1 - t)^(b - 1) / B(a,
/// b) from 0 to x, or from x to 1; differentiated so many times by a, by b and, if so, by x.
struct IncompleteBeta {
  bool upper;
  int by_a, by_b;
  bool by_x;
};
[[gnu::const]] double incomplete(IncompleteBeta which, double a, double b, double x);

/// Bessel functions are of orders up to this; those of greater ones take long.
inline constexpr double largest_order = 1e6;

/// The modified Bessel function of the second kind of real order, for x >= 0; differentiated so many times by the order
/// and by x.
struct BesselK {
  int by_order, by_x;
};
[[gnu::const]] double bessel(BesselK which, double order, double x);

/// Bessel functions of the first kind of order >= 0, for x >= 0; for x < 0 too where the order is a whole number.
[[gnu::const]] double bessel_j(double order, double x);
[[gnu::const]] double bessel_i(double order, double x);

}  // namespace armagrad::detail::special
