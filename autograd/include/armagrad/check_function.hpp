#pragma once
// check_gradient for a loss and a gradient written by hand, without a tape: plain functions and ensmallen's.

#include <functional>
#include <tuple>
#include <type_traits>
#include <vector>

#include "check_gradient.hpp"

namespace armagrad {

namespace detail {

template <class F, class... W>
concept IsPlainLoss = (IsParameter<W> && ...) && requires(F& f, const W&... w) {
  { f(w...) } -> std::convertible_to<double>;
};

/// The gradient as one matrix for each parameter, whether it came alone or in a tuple or pair.
template <class eT, class G>
std::vector<arma::Mat<eT>> as_matrices(const G& g) {
  if constexpr (IsParameter<G>) {
    return {matrix_over(g)};
  } else if constexpr (requires { std::tuple_size<G>::value; }) {
    return std::apply([](const auto&... one) { return std::vector{arma::Mat<eT>(matrix_over(one))...}; }, g);
  } else {
    return {arma::Mat<eT>(g)};  // an expression of Armadillo's
  }
}

}  // namespace detail

/// A term of a plain loss, by name.
template <class F>
struct Term {
  std::string name;
  F f;
};
/// A term of a loss for sum_of: f takes what the loss takes and returns a number. f is moved into the term.
template <class F>
Term<F> term(std::string name, F f) {
  return {std::move(name), std::move(f)};
}

/// A plain loss as the sum of its terms: check_gradient can then tell which of them a wrong gradient misses.
template <class... F>
class SumOf {
 public:
  explicit SumOf(Term<F>... terms) : terms_(std::move(terms)...) {}
  template <class... W>
  double operator()(const W&... w) const {
    return std::apply([&](const auto&... one) { return (double(one.f(w...)) + ...); }, terms_);
  }
  /// The terms, in their order.
  const std::tuple<Term<F>...>& terms() const { return terms_; }

 private:
  std::tuple<Term<F>...> terms_;
};
/// The loss that is the sum of these terms: sum_of(term("data", f), term("penalty", g)). The terms are moved into it.
template <class... F>
SumOf<F...> sum_of(Term<F>... terms) {
  return SumOf<F...>(std::move(terms)...);
}

namespace detail {
/// A loss and its gradient as plain functions of a list of matrices.
template <class eT>
struct PlainLoss {
  PlainFunction<eT> value;
  std::function<std::vector<arma::Mat<eT>>(const std::vector<arma::Mat<eT>>&)> gradient;
  std::vector<std::pair<std::string, PlainFunction<eT>>> terms;
};

/// The gradient against f's differences at W.
template <class eT>
GradientCheck run_function_check(const CheckOptions<eT>& options, const PlainLoss<eT>& f,
                                 const std::vector<arma::Mat<eT>>& W);

/// f(w...) for a list of matrices, which become what f takes.
template <class eT, class F, class... W>
auto listed(F& f, const W&... w) {
  return [&f, slices = std::array{Parameter<W>::slices(w)...}](const std::vector<arma::Mat<eT>>& x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) { return f(Parameter<W>::from(x[k], slices[k])...); }
    (std::index_sequence_for<W...>());
  };
}
}  // namespace detail

/// gradient(W...) against differences of f(W...), both plain functions of arma::Mat, Col, Row or std::vector;
/// for several parameters the gradient is a tuple. f may be a sum_of(term("data", ...), term("penalty",
/// ...)). At a kink, where the slopes from either side differ, the gradient has to lie between them.
template <class F, class G, class... W>
requires detail::IsPlainLoss<F, W...>
[[nodiscard]] GradientCheck check_gradient(const CheckOptions<typename detail::FirstParameter<W...>::eT>& options,
                                           F&& f, G&& gradient, const W&... w) {
  using eT = typename detail::FirstParameter<W...>::eT;
  const auto as_list = [&](const W&... x) { return detail::as_matrices<eT>(gradient(x...)); };
  detail::PlainLoss<eT> plain{detail::listed<eT>(f, w...), detail::listed<eT>(as_list, w...), {}};
  if constexpr (requires { f.terms(); }) {
    std::apply([&](const auto&... one) { (plain.terms.emplace_back(one.name, detail::listed<eT>(one.f, w...)), ...); },
               f.terms());
  }
  return detail::run_function_check<eT>(options, plain, {detail::matrix_over(w)...});
}
template <class F, class G, class... W>
requires detail::IsPlainLoss<F, W...>
[[nodiscard]] GradientCheck check_gradient(F&& f, G&& gradient, const W&... w) {
  using eT = typename detail::FirstParameter<W...>::eT;
  return check_gradient(CheckOptions<eT>{}, f, gradient, w...);
}

/// ensmallen's functions: objects with Evaluate(W), and Gradient(W, g) or EvaluateWithGradient(W, g).
template <class Function, class eT, detail::ParameterOf<eT> W>
requires requires(Function& f, const arma::Mat<eT>& w) {
  { f.Evaluate(w) } -> std::convertible_to<double>;
}
[[nodiscard]] GradientCheck check_gradient(const CheckOptions<eT>& options, Function&& f, const W& at) {
  const arma::Mat<eT> start = detail::matrix_over(at);
  arma::Mat<eT> g(arma::size(start), arma::fill::zeros);  // one for all calls, as an optimiser has
  const auto gradient = [&f, &g](const arma::Mat<eT>& w) {
    if constexpr (requires { f.Gradient(w, g); })
      f.Gradient(w, g);
    else
      f.EvaluateWithGradient(w, g);
    return g;
  };
  return check_gradient(
      options, [&f](const arma::Mat<eT>& w) { return f.Evaluate(w); }, gradient, start);
}
template <class Function, detail::IsParameter W>
requires requires(Function& f, const arma::Mat<detail::Element<W>>& w) {
  { f.Evaluate(w) } -> std::convertible_to<double>;
}
[[nodiscard]] GradientCheck check_gradient(Function&& f, const W& at) {
  return check_gradient(CheckOptions<detail::Element<W>>{}, f, at);
}

}  // namespace armagrad
