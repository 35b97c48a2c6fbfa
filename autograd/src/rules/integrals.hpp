#pragma once
// Incomplete gamma and beta functions and Bessel functions: each rule is a function or any of its derivatives.

#include <armagrad/detail/rule_text.hpp>
#include "../special/special_packs.hpp"

namespace armagrad::detail {

// Over Var: partials.hpp.
template <class eT>
Var<eT> gamma_p(GammaOrders n, const Var<eT>& a, const Var<eT>& x);
template <class eT>
Var<eT> ibeta(BetaOrders n, const Var<eT>& a, const Var<eT>& b, const Var<eT>& x);
template <class eT>
Var<eT> bessel_k(BesselOrders n, const Var<eT>& nu, const Var<eT>& x);

/// Orders of derivatives as parameters of a formula; nothing of the function itself.
template <class... N>
std::string orders_text(N... orders) {
  if ((... && (orders == 0))) return "";
  std::string text;
  ((text += (text.empty() ? "" : ", ") + std::to_string(orders)), ...);
  return text;
}

namespace rules ARMAGRAD_EXPORT {

/// The regularised lower incomplete gamma function, or its derivative by a and x.
struct GammaP : Elementwise<2> {
  static constexpr auto name = "gamma_p";
  GammaOrders n;
  auto value(auto a, auto x) const { return gamma_p(n, a, x); }
  auto partials(auto, auto a, auto x) const {
    return std::tuple(gamma_p(GammaOrders{n.by_a + 1, n.by_x}, a, x), slope_by_x(n, a, x));
  }
  std::string parameters() const { return orders_text(n.by_a, n.by_x); }
};

/// 1 - gamma_p.
struct GammaQ : Elementwise<2> {
  static constexpr auto name = "gamma_q";
  static auto value(auto a, auto x) { return gamma_q(a, x); }
  static auto partials(auto, auto a, auto x) {
    return std::tuple(-gamma_p(GammaOrders{1, 0}, a, x), -gamma_p(GammaOrders{0, 1}, a, x));
  }
};

/// The regularised incomplete beta function, or its derivative by a, b and x.
struct IBeta : Elementwise<3> {
  static constexpr auto name = "ibeta";
  BetaOrders n;
  auto value(auto a, auto b, auto x) const { return ibeta(n, a, b, x); }
  auto partials(auto, auto a, auto b, auto x) const {
    return std::tuple(ibeta(BetaOrders{n.by_a + 1, n.by_b, n.by_x}, a, b, x),
                      ibeta(BetaOrders{n.by_a, n.by_b + 1, n.by_x}, a, b, x), slope_by_x(n, a, b, x));
  }
  std::string parameters() const { return orders_text(n.by_a, n.by_b, n.by_x); }
};

/// 1 - ibeta.
struct IBetaC : Elementwise<3> {
  static constexpr auto name = "ibetac";
  static auto value(auto a, auto b, auto x) { return ibetac(a, b, x); }
  static auto partials(auto, auto a, auto b, auto x) {
    return std::tuple(-ibeta(BetaOrders{1, 0, 0}, a, b, x), -ibeta(BetaOrders{0, 1, 0}, a, b, x),
                      -ibeta(BetaOrders{0, 0, 1}, a, b, x));
  }
};

/// The modified Bessel function of the second kind, or its derivative by the order and x.
struct BesselK : Elementwise<2> {
  static constexpr auto name = "bessel_k";
  BesselOrders n;
  auto value(auto nu, auto x) const { return bessel_k(n, nu, x); }
  auto partials(auto, auto nu, auto x) const {
    return std::tuple(bessel_k(BesselOrders{n.by_nu + 1, n.by_x}, nu, x),
                      bessel_k(BesselOrders{n.by_nu, n.by_x + 1}, nu, x));
  }
  std::string parameters() const { return orders_text(n.by_nu, n.by_x); }
};

/// The Bessel function of the first kind, and the modified one.
struct BesselJ : Elementwise<1> {
  static constexpr auto name = "bessel_j";
  double order;
  auto value(auto x) const { return bessel_j(order, x); }
  auto partials(auto, auto x) const { return std::tuple(bessel_j_slope(order, x)); }
  std::string parameters() const { return to_text(order); }
};

struct BesselI : Elementwise<1> {
  static constexpr auto name = "bessel_i";
  double order;
  auto value(auto x) const { return bessel_i(order, x); }
  auto partials(auto, auto x) const { return std::tuple(bessel_i_slope(order, x)); }
  std::string parameters() const { return to_text(order); }
};

}  // namespace ARMAGRAD_EXPORT

using IntegralRules =
    RuleList<rules::GammaP, rules::GammaQ, rules::IBeta, rules::IBetaC, rules::BesselK, rules::BesselJ, rules::BesselI>;

}  // namespace armagrad::detail
