#pragma once
// Gradients of single observations, and what statistics makes of them: information matrices and standard errors.

#include "derivatives.hpp"
#include "sum_over_samples.hpp"

namespace armagrad {

namespace detail {
/// A column for each column of the last `samples` arguments: the gradient by the variables among the arguments, one
/// after the other, of f of that column alone.
template <class eT>
arma::Mat<eT> scores_of(const Function<eT>& f, std::span<const Given<eT>> arguments, std::size_t samples,
                        const Blocks& blocks, Location at);

template <class eT, class X>
decltype(auto) sample_matrix(const X& x) {
  if constexpr (std::derived_from<X, View<eT>>)
    return *x.matrix;
  else
    return as_matrix<eT>(x);
}

/// The inverse of a symmetric matrix. std::runtime_error unless it is positive definite.
template <class eT>
arma::Mat<eT> inverse_information(const arma::Mat<eT>& information, const char* function);
}  // namespace detail

/// The gradient of each observation's term of a loss that is a sum over the columns of its samples, as sum_over_samples
/// takes it: loss(w..., x...). A column for each observation, as loss sees that column alone, of the entries of each w
/// one after the other. If loss is made of operations that keep columns apart (entry by entry, products with a w,
/// softmax and sums down columns, transposes of these), it takes about the time of two gradients; any other loss is run
/// for each column. Samples are matrices, vectors or views of them.
template <class Loss, class... W, class... X>
auto scores(const Blocks& blocks, Loss loss, const Variables<W...>& w, const samples<X...>& x) {
  using eT = detail::Element<W...>;
  return std::apply(
      [&](const auto&... sample) {
        return std::apply(
            [&](const auto&... variable) {
              const std::tuple<decltype(detail::sample_matrix<eT>(sample))...> matrices{
                  detail::sample_matrix<eT>(sample)...};
              return std::apply(
                  [&](const auto&... matrix) {
                    const std::array<detail::Given<eT>, sizeof...(W) + sizeof...(X)> all{
                        detail::given(variable, true)...,
                        detail::Given<eT>{matrix.memptr(), shape_of(matrix.n_rows, matrix.n_cols), false}...};
                    return detail::scores_of<eT>(
                        detail::function_of<eT, detail::Parameter<W>::kind..., detail::kind_of<X>...>(std::move(loss)),
                        all, sizeof...(X), blocks, x.at);
                  },
                  matrices);
            },
            w.values);
      },
      x.matrices);
}
template <class Loss, detail::IsParameter W, class... X>
auto scores(const Blocks& blocks, Loss loss, const W& w, const samples<X...>& x) {
  return scores(blocks, std::move(loss), variables(w), x);
}
template <class Loss, class W, class... X>
auto scores(Loss loss, const W& w, const samples<X...>& x) {
  return scores(Blocks{512}, std::move(loss), w, x);
}

/// The sum of the outer products of the scores: the information that the observations have of w, if loss is minus a log
/// likelihood and the model is right.
template <class Loss, class W, class... X>
auto fisher(Loss loss, const W& w, const samples<X...>& x) {
  const auto s = scores(std::move(loss), w, x);
  return std::remove_cvref_t<decltype(s)>(s * s.t());
}

/// J'J of the residuals f(w), of any shape: the Hessian of half their sum of squares but for the terms with f'' in it.
template <class F, detail::IsParameter W>
arma::Mat<detail::Element<W>> gauss_newton(F&& f, const W& w) {
  const arma::Mat<detail::Element<W>> J = jacobian(f, w);
  return J.t() * J;
}

/// The covariance of the w where loss, minus a log likelihood, is least: the inverse of its Hessian.
/// std::runtime_error unless that is positive definite.
template <class Loss, detail::IsParameter W>
arma::Mat<detail::Element<W>> covariance(Loss&& loss, const W& w) {
  return detail::inverse_information<detail::Element<W>>(hessian(loss, w), "covariance");
}
/// The same if the model may be wrong: H^-1 (sum of the outer products of the scores) H^-1, the sandwich (Huber, 1967).
template <class Loss, detail::IsParameter W, class... X>
arma::Mat<detail::Element<W>> sandwich(Loss loss, const W& w, const samples<X...>& x) {
  using eT = detail::Element<W>;
  const auto whole = [&](const auto& v) {
    return std::apply(
        [&](const auto&... sample) {
          return sum_over_samples(loss, samples(view(detail::sample_matrix<eT>(sample))...), v);
        },
        x.matrices);
  };
  const arma::Mat<eT> H = detail::inverse_information<eT>(hessian(whole, w), "sandwich");
  return H * fisher(loss, w, x) * H;
}

/// A function of parameters, entry by entry, with its standard errors.
template <class eT>
struct Estimate {
  arma::Mat<eT> value, standard_error;  // of the function's shape
  arma::Mat<eT> covariance;             // of its entries, column by column
};
/// f(w) and its standard errors by the delta method, J C J' with J the derivative of f and C the covariance of w.
/// std::logic_error unless C has a row and a column for each entry of w.
template <class F, detail::IsParameter W>
Estimate<detail::Element<W>> delta_method(F&& f, const W& w, const arma::Mat<detail::Element<W>>& covariance_of_w) {
  using eT = detail::Element<W>;
  const uword n = detail::Parameter<W>::shape(w).size();
  if (covariance_of_w.n_rows != n || covariance_of_w.n_cols != n)
    detail::misuse("delta_method", {},
                   "a covariance of " + to_string(shape_of(covariance_of_w.n_rows, covariance_of_w.n_cols)) + " for " +
                       std::to_string(n) + " parameters");
  const detail::KeptTape<eT> tape;
  const auto v = detail::variable_over(*tape, w);
  const Var<eT> y = detail::call(f, v);
  const arma::Mat<eT> J = detail::jacobian_of<eT>(y, v, v.n_elem <= y.n_elem), C = J * covariance_of_w * J.t();
  return {
      y.value(),
      arma::reshape(arma::Mat<eT>(arma::sqrt(arma::clamp(C.diag(), eT(0), arma::Datum<eT>::inf))), y.n_rows, y.n_cols),
      C};
}

}  // namespace armagrad
