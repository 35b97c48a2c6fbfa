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

/// The Hessian by all entries of one or several variables.
template <class Loss, IsParameter W>
auto whole_hessian(Loss&& loss, const W& w) {
  return hessian(loss, w);
}
template <class Loss, class... W>
arma::Mat<Element<W...>> whole_hessian(Loss&& loss, const Variables<W...>& w) {
  const auto H = hessian(loss, w);
  arma::Mat<Element<W...>> all;
  for (uword i = 0; i < H.n_rows; ++i) {
    arma::Mat<Element<W...>> row = H(i, 0);
    for (uword j = 1; j < H.n_cols; ++j) row = arma::join_rows(row, H(i, j));
    all = i == 0 ? row : arma::Mat<Element<W...>>(arma::join_cols(all, row));
  }
  return all;
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
[[nodiscard]] auto scores(const Blocks& blocks, Loss loss, const Variables<W...>& w, const samples<X...>& x) {
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
[[nodiscard]] auto scores(const Blocks& blocks, Loss loss, const W& w, const samples<X...>& x) {
  return scores(blocks, std::move(loss), variables(w), x);
}
template <class Loss, class W, class... X>
[[nodiscard]] auto scores(Loss loss, const W& w, const samples<X...>& x) {
  return scores(Blocks{512}, std::move(loss), w, x);
}

/// The sum of the outer products of the scores: the information that the observations have of w, if loss is minus a log
/// likelihood and the model is right.
template <class Loss, class W, class... X>
[[nodiscard]] auto fisher(Loss loss, const W& w, const samples<X...>& x) {
  const auto s = scores(std::move(loss), w, x);
  return std::remove_cvref_t<decltype(s)>(s * s.t());
}

/// J'J of the residuals f(w), of any shape: the Hessian of half their sum of squares but for the terms with f'' in it.
template <class F, detail::IsParameter W>
[[nodiscard]] arma::Mat<detail::Element<W>> gauss_newton(F&& f, const W& w) {
  const arma::Mat<detail::Element<W>> J = jacobian(f, w);
  return J.t() * J;
}

/// The covariance of the w where loss, minus a log likelihood, is least: the inverse of its Hessian, by one variable or
/// by the entries of variables(w...), one after the other. std::runtime_error unless the Hessian is positive definite.
template <class Loss, class W>
[[nodiscard]] auto covariance(Loss&& loss, const W& w) {
  return detail::inverse_information(detail::whole_hessian(loss, w), "covariance");
}
/// The covariance of an estimate if the model may be wrong: H^-1 (sum of the outer products of the scores) H^-1, the
/// sandwich (Huber, 1967).
template <class Loss, class W, class... X>
[[nodiscard]] auto sandwich(Loss loss, const W& w, const samples<X...>& x) {
  const auto F = fisher(loss, w, x);
  using eT = typename decltype(F)::elem_type;
  const auto whole = [&](const auto&... v) {
    return std::apply(
        [&](const auto&... sample) {
          return sum_over_samples(loss, samples(view(detail::sample_matrix<eT>(sample))...), v...);
        },
        x.matrices);
  };
  const arma::Mat<eT> H = detail::inverse_information(detail::whole_hessian(whole, w), "sandwich");
  return arma::Mat<eT>(H * F * H);
}

/// A function of parameters, entry by entry, with its standard errors.
template <class eT>
struct Estimate {
  arma::Mat<eT> value, standard_error;  // of the function's shape
  arma::Mat<eT> covariance;             // of its entries, column by column
};
/// f(w...) and its standard errors by the delta method, J C J' with J the derivative of f and C the covariance of the
/// entries of each w, one after the other. std::logic_error unless C has a row and a column for each of them.
template <class F, class... W>
[[nodiscard]] auto delta_method(F&& f, const Variables<W...>& at, const arma::Mat<detail::Element<W...>>& C) {
  using eT = detail::Element<W...>;
  const detail::KeptTape<eT> tape;
  const auto w = detail::on_tape(*tape, at);
  const uword n = std::apply([](const auto&... v) { return (v.n_elem + ...); }, w);
  if (C.n_rows != n || C.n_cols != n)
    detail::misuse(
        "delta_method", {},
        "a covariance of " + to_string(shape_of(C.n_rows, C.n_cols)) + " for " + std::to_string(n) + " parameters");
  const Var<eT> y = std::apply([&](const auto&... v) { return detail::call(f, v...); }, w);
  arma::Mat<eT> J(y.n_elem, 0);
  std::apply(
      [&](const auto&... v) { ((J = arma::join_rows(J, detail::jacobian_of<eT>(y, v, v.n_elem <= y.n_elem))), ...); },
      w);
  Estimate<eT> estimate{y.value(), {}, J * C * J.t()};
  estimate.standard_error = arma::sqrt(arma::clamp(estimate.covariance.diag(), eT(0), arma::Datum<eT>::inf));
  estimate.standard_error.reshape(y.n_rows, y.n_cols);
  return estimate;
}
template <class F, detail::IsParameter W>
[[nodiscard]] auto delta_method(F&& f, const W& w, const arma::Mat<detail::Element<W>>& C) {
  return delta_method(f, variables(w), C);
}

}  // namespace armagrad
