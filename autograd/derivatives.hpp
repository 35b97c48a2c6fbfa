#pragma once
// The front door: write a loss as a function of Vars, get its value and derivatives.

#include <tuple>

#include "recording.hpp"
#include "recordings.hpp"
#include "rules/reductions.hpp"

namespace armagrad {

namespace detail {

/// One gradient for one variable, a tuple of them for several.
template <class eT>
arma::Mat<eT> one_or_tuple(std::tuple<arma::Mat<eT>> g) {
  return std::get<0>(std::move(g));
}
template <class... M>
requires(sizeof...(M) > 1) std::tuple<M...> one_or_tuple(std::tuple<M...> g) { return g; }

}  // namespace detail

/// {J, g}: the loss at W... and its gradient, a matrix for one variable and a tuple of matrices for several.
/// The loss is called once, with a Var for each W, and returns a number (1x1), or std::logic_error.
template <class eT, class Loss, std::same_as<arma::Mat<eT>>... Ws>
auto value_and_gradient(Tape<eT>& tape, Loss&& loss, const arma::Mat<eT>& W, const Ws&... more) {
  tape.clear();
  return std::apply(
      [&](const auto&... v) {
        const Var<eT> J = detail::call(loss, v...);
        tape.backward(J, true);
        return std::pair(tape.scalar(J),
                         detail::one_or_tuple(std::tuple(arma::Mat<eT>(tape.gradient(v))...)));
      },
      std::tuple{tape.variable(view(W)), tape.variable(view(more))...});
}
template <class Loss, class eT, std::same_as<arma::Mat<eT>>... Ws>
auto value_and_gradient(Loss&& loss, const arma::Mat<eT>& W, const Ws&... more) {
  Tape<eT> tape;
  return value_and_gradient(tape, loss, W, more...);
}

/// The gradient alone.
template <class... A>
auto gradient(A&&... arguments) {
  return value_and_gradient(std::forward<A>(arguments)...).second;
}

/// H V, where H is the loss's Hessian at W and V has W's shape; exact, for about the cost of two gradients.
template <class eT, class Loss>
arma::Mat<eT> hessian_vector_product(Tape<eT>& tape, Loss&& loss, const arma::Mat<eT>& W,
                                     const arma::Mat<eT>& V) {
  tape.clear();
  if (arma::size(W) != arma::size(V))
    misuse("hessian_vector_product", {},
           incompatible(shape_of(W.n_rows, W.n_cols), shape_of(V.n_rows, V.n_cols)));
  const Var<eT> w = tape.variable(view(W));
  const Var<eT> J = detail::call(loss, w);
  const Var<eT> slope = dot(Recording<eT>(J).gradient(w), view(V));
  tape.backward(slope);
  return tape.gradient(w);
}
template <class Loss, class eT>
arma::Mat<eT> hessian_vector_product(Loss&& loss, const arma::Mat<eT>& W, const arma::Mat<eT>& V) {
  Tape<eT> tape;
  return hessian_vector_product(tape, loss, W, V);
}

}  // namespace armagrad
