#pragma once
// The front door: write a loss as a function of Vars, get its value and derivatives.

#include <array>
#include <span>
#include <tuple>
#include <vector>

#include "detail/compiled_loss.hpp"
#include "detail/kept_tape.hpp"
#include "ops/reductions.hpp"
#include "sparse_var.hpp"

namespace armagrad {

/// Calls that are given no tape work on tapes that their thread keeps for the next call. This frees those of the
/// calling thread. Tapes that hold more than 64 MiB are never kept, and those kept end with their thread.
ARMAGRAD_EXPORT void release_memory();

/// Several matrices, vectors or numbers to differentiate by, or a direction for each of them. They are referred to.
template <class... W>
struct Variables {
  std::tuple<const W&...> values;
};
template <class... W>
requires(sizeof...(W) > 0 && (detail::IsParameter<W> && ...)) Variables<W...> variables(const W&... w) {
  return {{w...}};
}
/// Not of temporaries, which would be gone when they are read.
template <class... W>
requires(sizeof...(W) > 0 && (detail::IsParameter<W> && ...) &&
         !(std::is_lvalue_reference_v<W> && ...)) void variables(W&&... w) = delete;

namespace detail {

/// The gradients of J (1x1) by each w as nodes on the tape.
template <class eT>
std::vector<Var<eT>> append_gradients(const Var<eT>& J, std::span<const Var<eT>> w);
/// The same of the sum of accu(y[k] % dy[k]), with dy held fixed.
template <class eT>
std::vector<Var<eT>> append_gradients(std::span<const Var<eT>> y, std::span<const Var<eT>> dy,
                                      std::span<const Var<eT>> w);
/// The derivative of y along the direction V[k] of each w[k], by forward mode.
template <class eT>
arma::Mat<eT> derivative_along(const Var<eT>& y, std::span<const Var<eT>> w, std::span<const arma::Mat<eT>> V);
/// d vec(y) / d vec(w), by one sweep per entry of w (forward) or of y.
template <class eT>
arma::Mat<eT> jacobian_of(const Var<eT>& y, const Var<eT>& w, bool forward);

/// std::logic_error unless a direction has the shape of what it leads from.
inline void check_direction(const char* name, Shape from, Shape direction) {
  if (from != direction) misuse(name, {}, incompatible(from, direction));
}

/// One gradient for one variable, a tuple of them for several.
template <class... G>
auto one_or_tuple(std::tuple<G...> g) {
  if constexpr (sizeof...(G) == 1)
    return std::get<0>(std::move(g));
  else
    return g;
}

/// The gradients of the last backward pass by w, in the types of what they are taken by.
template <class... W, class eT, class... V>
auto gradients_of(Tape<eT>& tape, const V&... w) {
  return one_or_tuple(std::tuple(Parameter<W>::from(tape.gradient(entries_of(w)), slices_of(w))...));
}

template <class eT, class... W>
auto on_tape(Tape<eT>& tape, const Variables<W...>& w) {
  return std::apply([&](const auto&... one) { return std::tuple{variable_over(tape, one)...}; }, w.values);
}

/// The element type of what a function is differentiated by.
template <class... W>
using Element = typename FirstParameter<W...>::eT;
template <class... W>
concept AllParameters = (ParameterOf<W, Element<W...>> && ...);

}  // namespace detail

/// {J, g}: the loss at W... and its gradient, for one variable of its type, a vec for a vec and a double for a double,
/// and a tuple for several. The loss is called once, with a Var for each W, of its kind, and returns a number (1x1), or
/// std::logic_error.
template <class eT, class Loss, detail::ParameterOf<eT>... Ws>
[[nodiscard]] auto value_and_gradient(Tape<eT>& tape, Loss&& loss, const Ws&... W) {
  tape.clear();
  return std::apply(
      [&](const auto&... w) {
        const Var<eT> J = detail::call(loss, w...);
        tape.backward(J, true);
        return std::pair(tape.scalar(J), detail::gradients_of<Ws...>(tape, w...));
      },
      std::tuple{detail::variable_over(tape, W)...});
}
template <class Loss, class... Ws>
requires detail::AllParameters<Ws...>
[[nodiscard]] auto value_and_gradient(Loss&& loss, const Ws&... W) {
  return value_and_gradient(*detail::KeptTape<detail::Element<Ws...>>(), loss, W...);
}

/// The same by the entries of a sparse matrix that it has: the loss is called with a SpVar, and the gradient is a
/// sparse matrix with entries where S has some, but for those that are 0.
template <class Loss, class eT>
[[nodiscard]] std::pair<eT, arma::SpMat<eT>> value_and_gradient(Loss&& loss, const arma::SpMat<eT>& S) {
  const detail::Pattern pattern = detail::pattern_of(S);
  const auto [J, g] = value_and_gradient([&](const ColVar<eT>& s) { return detail::call(loss, SpVar<eT>(s, pattern)); },
                                         detail::stored_entries(S));
  return {J, arma::SpMat<eT>(pattern->row_indices, pattern->col_ptrs, g, pattern->n_rows, pattern->n_cols)};
}

/// The gradient alone.
template <class First, class... A>
requires(!AnyVar<First>) [[nodiscard]] auto gradient(First&& first, A&&... rest) {
  return value_and_gradient(std::forward<First>(first), std::forward<A>(rest)...).second;
}

/// d J / d w on the tape, of w's shape and kind: a Var like others, to be differentiated again, also by itself; a
/// tuple for several. J is a number (1x1), w a variable or anything that J was computed from, or
/// std::logic_error.
template <class eT, AnyEntries... W>
requires(sizeof...(W) > 0 && (std::same_as<element_t<W>, eT> && ...))
    [[nodiscard]] auto gradient(const Var<eT>& J, const W&... w) {
  const std::array<Var<eT>, sizeof...(W)> by{detail::entries_of(w)...};
  const std::vector<Var<eT>> g = detail::append_gradients<eT>(J, by);
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    return detail::one_or_tuple(std::tuple<Like<W>...>(detail::like(w, g[k])...));
  }
  (std::index_sequence_for<W...>());
}

/// H V, where H is the loss's Hessian at W and V has W's shape; exact, for about the cost of two gradients.
template <class eT, class Loss, detail::ParameterOf<eT> W, detail::ParameterOf<eT> D>
[[nodiscard]] W hessian_vector_product(Tape<eT>& tape, Loss&& loss, const W& at, const D& V) {
  tape.clear();
  detail::check_direction("hessian_vector_product", detail::Parameter<W>::shape(at), detail::Parameter<D>::shape(V));
  const arma::Mat<eT> direction = detail::matrix_over(V);
  const auto w = detail::variable_over(tape, at);
  const Var<eT> J = detail::call(loss, w);
  const Var<eT> slope = dot(gradient(J, detail::entries_of(w)), view(direction));
  tape.backward(slope);
  return detail::gradients_of<W>(tape, w);
}
template <class Loss, detail::IsParameter W, detail::ParameterOf<detail::Element<W>> D>
[[nodiscard]] W hessian_vector_product(Loss&& loss, const W& at, const D& V) {
  return hessian_vector_product(*detail::KeptTape<detail::Element<W>>(), loss, at, V);
}

// ---- Jacobians ----

/// {f(W), J V}: f's value, of any shape, and its derivative along V (of W's shape), in one sweep.
template <class eT, class F, detail::ParameterOf<eT>... W, detail::ParameterOf<eT>... D>
requires(sizeof...(W) == sizeof...(D))
    [[nodiscard]] std::pair<arma::Mat<eT>, arma::Mat<eT>> jvp(Tape<eT>& tape, F&& f, const Variables<W...>& at,
                                                              const Variables<D...>& V) {
  tape.clear();
  const auto w = detail::on_tape(tape, at);
  const Var<eT> y = std::apply([&](const auto&... v) { return detail::call(f, v...); }, w);
  const auto by =
      std::apply([](const auto&... v) { return std::array<Var<eT>, sizeof...(v)>{detail::entries_of(v)...}; }, w);
  const auto directions = std::apply(
      [](const auto&... v) { return std::array<arma::Mat<eT>, sizeof...(v)>{detail::matrix_over(v)...}; }, V.values);
  arma::Mat<eT> along = detail::derivative_along<eT>(y, by, directions);
  return {y.value(), std::move(along)};
}
template <class F, class... W, class... D>
[[nodiscard]] auto jvp(F&& f, const Variables<W...>& at, const Variables<D...>& V) {
  return jvp(*detail::KeptTape<detail::Element<W...>>(), f, at, V);
}
template <class F, detail::IsParameter W, detail::ParameterOf<detail::Element<W>> D>
[[nodiscard]] auto jvp(F&& f, const W& at, const D& V) {
  return jvp(f, variables(at), variables(V));
}

/// {f(W), J' U}: f's value, of any shape, and the gradient of accu(f(W) % U), U of that shape; a tuple of
/// gradients for several variables.
template <class eT, class F, detail::ParameterOf<eT>... W>
[[nodiscard]] auto vjp(Tape<eT>& tape, F&& f, const Variables<W...>& at, const arma::Mat<eT>& U) {
  tape.clear();
  return std::apply(
      [&](const auto&... w) {
        const Var<eT> y = detail::call(f, w...);
        tape.backward(y, U, true);
        return std::pair(y.value(), detail::gradients_of<W...>(tape, w...));
      },
      detail::on_tape(tape, at));
}
template <class F, class... W>
[[nodiscard]] auto vjp(F&& f, const Variables<W...>& at, const arma::Mat<detail::Element<W...>>& U) {
  return vjp(*detail::KeptTape<detail::Element<W...>>(), f, at, U);
}
template <class F, detail::IsParameter W>
[[nodiscard]] auto vjp(F&& f, const W& at, const arma::Mat<detail::Element<W>>& U) {
  return vjp(f, variables(at), U);
}

/// d vec(f) / d vec(W), column by column, numel(f) x numel(W): a sweep for each of the fewer of the two.
template <class F, detail::IsParameter W>
[[nodiscard]] arma::Mat<detail::Element<W>> jacobian(F&& f, const W& at) {
  const detail::KeptTape<detail::Element<W>> tape;
  const auto w = detail::variable_over(*tape, at);
  const Var<detail::Element<W>> y = detail::call(f, w);
  return detail::jacobian_of<detail::Element<W>>(y, detail::entries_of(w), w.n_elem <= y.n_elem);
}

/// The blocks of the derivative by several variables: d vec(f) / d vec(w) for each w.
template <class F, class... W>
[[nodiscard]] auto jacobian(F&& f, const Variables<W...>& at) {
  using eT = detail::Element<W...>;
  const detail::KeptTape<eT> tape;
  return std::apply(
      [&](const auto&... w) {
        const Var<eT> y = detail::call(f, w...);
        return std::array<arma::Mat<eT>, sizeof...(W)>{
            detail::jacobian_of<eT>(y, detail::entries_of(w), w.n_elem <= y.n_elem)...};
      },
      detail::on_tape(*tape, at));
}

/// The loss's second derivatives by vec(W), numel(W) squared: a Hessian-vector product for each column.
template <class Loss, detail::IsParameter W>
[[nodiscard]] arma::Mat<detail::Element<W>> hessian(Loss&& loss, const W& at) {
  return jacobian(
      [&](const auto& w) { return gradient(Var<detail::Element<W>>(detail::call(loss, w)), detail::entries_of(w)); },
      at);
}

/// The blocks of the Hessian by several variables: H(i, j) has the derivatives by the entries of the variable i (rows)
/// and of j (columns).
template <class Loss, class... W>
[[nodiscard]] auto hessian(Loss&& loss, const Variables<W...>& at) {
  using eT = detail::Element<W...>;
  const detail::KeptTape<eT> tape;
  const auto w = detail::on_tape(*tape, at);
  const auto x =
      std::apply([](const auto&... v) { return std::array<Var<eT>, sizeof...(W)>{detail::entries_of(v)...}; }, w);
  const Var<eT> J = std::apply([&](const auto&... v) { return detail::call(loss, v...); }, w);
  const std::vector<Var<eT>> g = detail::append_gradients<eT>(J, x);
  arma::field<arma::Mat<eT>> H(x.size(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      H(i, j) = detail::jacobian_of<eT>(g[i], x[j], x[j].n_elem <= x[i].n_elem);
      if (j < i) H(j, i) = H(i, j).t();
    }
  }
  return H;
}

}  // namespace armagrad
