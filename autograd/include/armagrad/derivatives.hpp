#pragma once
// The front door: write a loss as a function of Vars, get its value and derivatives.

#include <array>
#include <span>
#include <tuple>
#include <vector>

#include "detail/compiled_loss.hpp"
#include "detail/kept_tape.hpp"
#include "ops/reductions.hpp"

namespace armagrad {

/// Calls that are given no tape work on tapes that their thread keeps for the next call. This frees those of the
/// calling thread. Tapes that hold more than 64 MiB are never kept, and those kept end with their thread.
ARMAGRAD_EXPORT void release_memory();

/// Several matrices to differentiate by, or a direction for each of them.
template <class eT, std::size_t n>
struct Variables {
  std::array<const arma::Mat<eT>*, n> matrices;
};
template <class eT, std::same_as<arma::Mat<eT>>... M>
Variables<eT, 1 + sizeof...(M)> variables(const arma::Mat<eT>& first, const M&... rest) {
  return {{&first, &rest...}};
}

namespace detail {

/// The gradients of J (1x1) by each w as nodes on the tape.
template <class eT>
std::vector<Var<eT>> append_gradients(const Var<eT>& J, std::span<const Var<eT>> w);
/// The derivative of y along the direction V[k] of each w[k], by forward mode.
template <class eT>
arma::Mat<eT> derivative_along(const Var<eT>& y, std::span<const Var<eT>> w, std::span<const arma::Mat<eT>* const> V);
/// d vec(y) / d vec(w), by one sweep per entry of w (forward) or of y.
template <class eT>
arma::Mat<eT> jacobian_of(const Var<eT>& y, const Var<eT>& w, bool forward);

/// One gradient for one variable, a tuple of them for several.
template <class eT>
arma::Mat<eT> one_or_tuple(std::tuple<arma::Mat<eT>> g) {
  return std::get<0>(std::move(g));
}
template <class... M>
requires(sizeof...(M) > 1) std::tuple<M...> one_or_tuple(std::tuple<M...> g) { return g; }

template <class eT, std::size_t n>
std::array<Var<eT>, n> on_tape(Tape<eT>& tape, const Variables<eT, n>& W) {
  std::array<Var<eT>, n> w;
  for (std::size_t k = 0; k < n; ++k) w[k] = tape.variable(view(*W.matrices[k]));
  return w;
}

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
        return std::pair(tape.scalar(J), detail::one_or_tuple(std::tuple(arma::Mat<eT>(tape.gradient(v))...)));
      },
      std::tuple{tape.variable(view(W)), tape.variable(view(more))...});
}
template <class Loss, class eT, std::same_as<arma::Mat<eT>>... Ws>
auto value_and_gradient(Loss&& loss, const arma::Mat<eT>& W, const Ws&... more) {
  const detail::KeptTape<eT> kept;
  Tape<eT>& tape = *kept;
  return value_and_gradient(tape, loss, W, more...);
}

/// The gradient alone.
template <class First, class... A>
requires(!AnyVar<First>) auto gradient(First&& first, A&&... rest) {
  return value_and_gradient(std::forward<First>(first), std::forward<A>(rest)...).second;
}

/// d J / d w on the tape, of w's shape: a Var like others, to be differentiated again, also by itself; a
/// tuple for several. J is a number (1x1), w a variable or anything that J was computed from, or
/// std::logic_error.
template <class eT, std::same_as<Var<eT>>... W>
auto gradient(const Var<eT>& J, const Var<eT>& w, const W&... more) {
  const std::array<Var<eT>, 1 + sizeof...(W)> by{w, more...};
  const std::vector<Var<eT>> g = detail::append_gradients<eT>(J, by);
  if constexpr (sizeof...(W) == 0)
    return g[0];
  else
    return [&]<std::size_t... k>(std::index_sequence<k...>) { return std::tuple{g[k]...}; }
  (std::index_sequence_for<Var<eT>, W...>());
}

/// H V, where H is the loss's Hessian at W and V has W's shape; exact, for about the cost of two gradients.
template <class eT, class Loss>
arma::Mat<eT> hessian_vector_product(Tape<eT>& tape, Loss&& loss, const arma::Mat<eT>& W, const arma::Mat<eT>& V) {
  tape.clear();
  if (arma::size(W) != arma::size(V))
    detail::misuse("hessian_vector_product", {},
                   detail::incompatible(shape_of(W.n_rows, W.n_cols), shape_of(V.n_rows, V.n_cols)));
  const Var<eT> w = tape.variable(view(W));
  const Var<eT> J = detail::call(loss, w);
  const Var<eT> slope = dot(gradient(J, w), view(V));
  tape.backward(slope);
  return tape.gradient(w);
}
template <class Loss, class eT>
arma::Mat<eT> hessian_vector_product(Loss&& loss, const arma::Mat<eT>& W, const arma::Mat<eT>& V) {
  const detail::KeptTape<eT> kept;
  Tape<eT>& tape = *kept;
  return hessian_vector_product(tape, loss, W, V);
}

// ---- Jacobians ----

/// {f(W), J V}: f's value, of any shape, and its derivative along V (of W's shape), in one sweep.
template <class eT, std::size_t n, class F>
std::pair<arma::Mat<eT>, arma::Mat<eT>> jvp(Tape<eT>& tape, F&& f, const Variables<eT, n>& W,
                                            const Variables<eT, n>& V) {
  tape.clear();
  const auto w = detail::on_tape(tape, W);
  const Var<eT> y = std::apply([&](const auto&... v) { return detail::call(f, v...); }, w);
  arma::Mat<eT> along = detail::derivative_along<eT>(y, w, V.matrices);
  return {y.value(), std::move(along)};
}
template <class F, class eT, std::size_t n>
auto jvp(F&& f, const Variables<eT, n>& W, const Variables<eT, n>& V) {
  const detail::KeptTape<eT> kept;
  Tape<eT>& tape = *kept;
  return jvp(tape, f, W, V);
}
template <class F, class eT>
auto jvp(F&& f, const arma::Mat<eT>& W, const arma::Mat<eT>& V) {
  return jvp(f, variables(W), variables(V));
}

/// {f(W), J' U}: f's value, of any shape, and the gradient of accu(f(W) % U), U of that shape; a tuple of
/// gradients for several variables.
template <class eT, std::size_t n, class F>
auto vjp(Tape<eT>& tape, F&& f, const Variables<eT, n>& W, const arma::Mat<eT>& U) {
  tape.clear();
  return std::apply(
      [&](const auto&... v) {
        const Var<eT> y = detail::call(f, v...);
        tape.backward(y, U, true);
        return std::pair(y.value(), detail::one_or_tuple(std::tuple(arma::Mat<eT>(tape.gradient(v))...)));
      },
      detail::on_tape(tape, W));
}
template <class F, class eT, std::size_t n>
auto vjp(F&& f, const Variables<eT, n>& W, const arma::Mat<eT>& U) {
  const detail::KeptTape<eT> kept;
  Tape<eT>& tape = *kept;
  return vjp(tape, f, W, U);
}
template <class F, class eT>
auto vjp(F&& f, const arma::Mat<eT>& W, const arma::Mat<eT>& U) {
  return vjp(f, variables(W), U);
}

/// d vec(f) / d vec(W), column by column, numel(f) x numel(W): a sweep for each of the fewer of the two.
template <class F, class eT>
arma::Mat<eT> jacobian(F&& f, const arma::Mat<eT>& W) {
  const detail::KeptTape<eT> kept;
  Tape<eT>& tape = *kept;
  const Var<eT> w = tape.variable(view(W)), y = detail::call(f, w);
  return detail::jacobian_of(y, w, w.n_elem <= y.n_elem);
}

/// The loss's second derivatives by vec(W), numel(W) squared: a Hessian-vector product for each column.
template <class Loss, class eT>
arma::Mat<eT> hessian(Loss&& loss, const arma::Mat<eT>& W) {
  const detail::KeptTape<eT> kept;
  Tape<eT>& tape = *kept;
  const Var<eT> w = tape.variable(view(W)), J = detail::call(loss, w);
  return detail::jacobian_of(gradient(J, w), w, true);
}

}  // namespace armagrad
