#pragma once
// check_gradient for a loss and a gradient written by hand, without a tape: plain functions and ensmallen's.

#include <functional>
#include <tuple>
#include <type_traits>
#include <vector>

#include "check_gradient.hpp"

namespace armagrad {

namespace detail {

/// Parameters that a plain function may take, as matrices: arma::Mat, Col, Row, or std::vector.
template <class P>
struct Parameter {};
template <class P>
requires requires(P p) {
  typename P::elem_type;
  requires std::derived_from<P, arma::Mat<typename P::elem_type>>;
}
struct Parameter<P> {
  using eT = typename P::elem_type;
  static arma::Mat<eT> matrix(const P& p) { return p; }
  static P from(const arma::Mat<eT>& m) { return P(m); }
};
template <std::floating_point T>
struct Parameter<std::vector<T>> {
  using eT = T;
  static arma::Mat<eT> matrix(const std::vector<T>& p) { return arma::Mat<eT>(p.data(), p.size(), 1); }
  static std::vector<T> from(const arma::Mat<eT>& m) { return {m.begin(), m.end()}; }
};

template <class P>
concept IsParameter = requires {
  typename Parameter<std::remove_cvref_t<P>>::eT;
};
template <class F, class... W>
concept PlainLoss = (IsParameter<W> && ...) && requires(F& f, const W&... w) {
  { f(w...) } -> std::convertible_to<double>;
};

/// The gradient as one matrix for each parameter, whether it came alone or in a tuple or pair.
template <class eT, class G>
std::vector<arma::Mat<eT>> as_matrices(const G& g) {
  if constexpr (IsParameter<G>) {
    return {Parameter<G>::matrix(g)};
  } else if constexpr (requires { std::tuple_size<G>::value; }) {
    return std::apply(
        [](const auto&... one) {
          return std::vector{arma::Mat<eT>(Parameter<std::remove_cvref_t<decltype(one)>>::matrix(one))...};
        },
        g);
  } else {
    return {arma::Mat<eT>(g)};  // an expression of Armadillo's
  }
}

}  // namespace detail

template <class eT>
using PlainFunction = std::function<double(const std::vector<arma::Mat<eT>>&)>;

/// `g` against f's differences at W. Defined in check_function_impl.hpp.
template <class eT>
GradientCheck run_function_check(const CheckOptions<eT>& options, const PlainFunction<eT>& f,
                                 const std::vector<arma::Mat<eT>>& g, const std::vector<arma::Mat<eT>>& W);

/// gradient(W...) against differences of f(W...), both plain functions of arma::Mat, Col, Row or std::vector;
/// for several parameters the gradient is a tuple. Differences are of fourth order (Richardson's
/// extrapolation of central ones), h = eps^(1/5) max(1, |w|); their error is estimated from two steps and is
/// part of the tolerance. Entries at which the slopes from either side differ are kinks: counted and left
/// out.
template <class F, class G, class... W>
requires detail::PlainLoss<F, W...> GradientCheck check_gradient(
    const CheckOptions<typename detail::Parameter<std::tuple_element_t<0, std::tuple<W...>>>::eT>& options,
    F&& f, G&& gradient, const W&... w) {
  using eT = typename detail::Parameter<std::tuple_element_t<0, std::tuple<W...>>>::eT;
  const PlainFunction<eT> plain = [&f](const std::vector<arma::Mat<eT>>& x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return double(f(detail::Parameter<W>::from(x[k])...));
    }
    (std::index_sequence_for<W...>());
  };
  return run_function_check<eT>(options, plain, detail::as_matrices<eT>(gradient(w...)),
                                {detail::Parameter<W>::matrix(w)...});
}
template <class F, class G, class... W>
requires detail::PlainLoss<F, W...> GradientCheck check_gradient(F&& f, G&& gradient, const W&... w) {
  using eT = typename detail::Parameter<std::tuple_element_t<0, std::tuple<W...>>>::eT;
  return check_gradient(CheckOptions<eT>{}, f, gradient, w...);
}

/// ensmallen's functions: objects with Evaluate(W), and Gradient(W, g) or EvaluateWithGradient(W, g).
template <class Function, class eT>
requires requires(Function& f, const arma::Mat<eT>& W) {
  { f.Evaluate(W) } -> std::convertible_to<double>;
}
GradientCheck check_gradient(const CheckOptions<eT>& options, Function&& f, const arma::Mat<eT>& W) {
  const auto gradient = [&f](const arma::Mat<eT>& w) {
    arma::Mat<eT> g(arma::size(w));
    if constexpr (requires { f.Gradient(w, g); })
      f.Gradient(w, g);
    else
      f.EvaluateWithGradient(w, g);
    return g;
  };
  return check_gradient(
      options, [&f](const arma::Mat<eT>& w) { return f.Evaluate(w); }, gradient, W);
}
template <class Function, class eT>
requires requires(Function& f, const arma::Mat<eT>& W) {
  { f.Evaluate(W) } -> std::convertible_to<double>;
}
GradientCheck check_gradient(Function&& f, const arma::Mat<eT>& W) {
  return check_gradient(CheckOptions<eT>{}, f, W);
}

}  // namespace armagrad
