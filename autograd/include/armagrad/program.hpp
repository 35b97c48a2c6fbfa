#pragma once
// Record once, replay: the form for training loops and line searches.

#include <array>
#include <optional>
#include <tuple>

#include "derivatives.hpp"
#include "detail/compiled_loss.hpp"
#include "detail/forward_mode.hpp"

namespace armagrad {

/// The matrices, vectors or numbers that a program is only given. They are referred to.
template <class... X>
struct Inputs {
  std::tuple<const X&...> values;
};
template <class... X>
requires(sizeof...(X) > 0 && (detail::IsParameter<X> && ...)) Inputs<X...> inputs(const X&... x) { return {{x...}}; }
/// Not of temporaries, which would be gone when they are read.
template <class... X>
requires(sizeof...(X) > 0 && (detail::IsParameter<X> && ...) &&
         !(std::is_lvalue_reference_v<X> && ...)) void inputs(X&&... x) = delete;

namespace detail {
/// A gradient as a program gives it: a reference to the tape's matrix, of a vector or a cube over its memory, or a
/// number.
template <IsParameter W>
struct ResultingGradient {
  using eT = typename Parameter<W>::eT;
  using type = W;
  type of(const arma::Mat<eT>& g, uword slices) { return Parameter<W>::from(g, slices); }
};
template <class eT>
struct ResultingGradient<arma::Mat<eT>> {
  using type = const arma::Mat<eT>&;
  type of(const arma::Mat<eT>& g, uword) { return g; }
};
template <IsParameter W>
requires std::same_as<W, arma::Col<typename W::elem_type>> || std::same_as<W, arma::Row<typename W::elem_type>>
struct ResultingGradient<W> {
  using eT = typename W::elem_type;
  using type = const W&;
  type of(const arma::Mat<eT>& g, uword) { return over.emplace(const_cast<eT*>(g.memptr()), g.n_elem, false, true); }
  std::optional<W> over;
};
template <class eT>
struct ResultingGradient<arma::Cube<eT>> {
  using type = const arma::Cube<eT>&;
  type of(const arma::Mat<eT>& g, uword slices) {
    return over.emplace(const_cast<eT*>(g.memptr()), g.n_rows, slices ? g.n_cols / slices : 0, slices, false, true);
  }
  std::optional<arma::Cube<eT>> over;
};

/// A type, or a tuple of several.
template <class... T>
struct one_or_tuple_of {
  using type = std::tuple<T...>;
};
template <class T>
struct one_or_tuple_of<T> {
  using type = T;
};
template <class... T>
using OneOrTuple = typename one_or_tuple_of<T...>::type;

/// Of the variables, directions of their shapes and what else loss takes: its derivative along the directions.
template <class eT>
Function<eT> slope_of(Function<eT> loss, std::size_t variables);
}  // namespace detail

/// A loss, or another function of Vars, recorded once for each combination of shapes it meets and replayed for other
/// numbers of the same shapes. A loss that asks for values while it is recorded (value(), scalar()), for an `if` or a
/// find(), is recorded anew where the arguments that these depend on have others; one that asks for none is replayed
/// freely. Random numbers that it draws (random.hpp) are drawn anew with each call, once for all columns of hessian()
/// and jacobian(). Arguments are read in place, not copied; results are references into the program, which hold until
/// its next call. One thread at a time. Tangents and second derivatives are recorded, with their first call, and
/// replayed in the same way.
template <class Variables, class Inputs>
class Program;
template <class... W, class... X>
class Program<Variables<W...>, Inputs<X...>> {
  using Gradients = detail::OneOrTuple<typename detail::ResultingGradient<W>::type...>;

 public:
  using eT = detail::Element<W...>;

  template <class Loss>
  explicit Program(Loss loss)
      : loss_(detail::function_of<eT, detail::Parameter<W>::kind..., detail::Parameter<X>::kind...>(std::move(loss))) {}

  /// Records the loss for these shapes, if it was not yet.
  void prepare(const W&... w, const X&... x) { bind(w..., x...); }

  /// How many recordings are kept, 2 or more, by default 32: the least recently used goes first.
  void keep(std::size_t recordings) { recordings_.keep(recordings); }
  /// The number of recordings that are kept.
  std::size_t recordings() const { return recordings_.size(); }
  /// What was done to the recording that was used last; it can be printed.
  const Optimisations& optimisations() const { return recordings_.last().optimisations; }

  /// The loss at w... given x...
  [[nodiscard]] eT value(const W&... w, const X&... x) {
    detail::CompiledLoss<eT>& r = bind(w..., x...);
    r.check_number();
    detail::engine_of(r.tape()).run(r.forward);
    return r.root.scalar();
  }

  /// {J, g}: the loss and its gradient by the variables, each of its variable's type; a tuple for several.
  [[nodiscard]] auto value_and_gradient(const W&... w, const X&... x) {
    detail::CompiledLoss<eT>& r = bind(w..., x...);
    r.check_number();
    detail::engine_of(r.tape()).run(r.both);
    return std::pair<eT, Gradients>(r.root.scalar(), gradients(r));
  }

  /// {f(w), J V}: the value, of any shape, and its derivative along V, which has w's shape, or std::logic_error.
  [[nodiscard]] std::pair<arma::Mat<eT>, arma::Mat<eT>> jvp(const Variables<W...>& w, const Variables<W...>& V,
                                                            const X&... x) {
    detail::CompiledLoss<eT>& r = bind_to(tangents_, w, x...);
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      const std::array directions{detail::matrix_over(std::get<k>(V.values))...};
      (r.tangents->seed(r.leaves[k], directions[k]), ...);
      arma::Mat<eT> along = r.tangents->run_anew();
      return std::pair(r.root.value(), std::move(along));
    }
    (std::index_sequence_for<W...>());
  }
  [[nodiscard]] auto jvp(const W&... w, const W&... V, const X&... x) requires(sizeof...(W) == 1) {
    return jvp(variables(w...), variables(V...), x...);
  }

  /// {f(w), J' U}: the value and the gradient of accu(f(w) % U), for a U of the value's shape, or std::logic_error; of
  /// w's type, a tuple for several.
  [[nodiscard]] std::pair<arma::Mat<eT>, Gradients> vjp(const Variables<W...>& w, const arma::Mat<eT>& U,
                                                        const X&... x) {
    detail::CompiledLoss<eT>& r = bind_to(recordings_, w, x...);
    detail::check_direction("vjp", r.root.shape(), shape_of(U.n_rows, U.n_cols));
    detail::engine_of(r.tape()).run(r.both, U.memptr());
    return {r.root.value(), gradients(r)};
  }
  [[nodiscard]] auto vjp(const W&... w, const arma::Mat<eT>& U, const X&... x) requires(sizeof...(W) == 1) {
    return vjp(variables(w...), U, x...);
  }

  /// d vec(f) / d vec(w), numel(f) x numel(w): a sweep for each of the fewer of the two.
  [[nodiscard]] arma::Mat<eT> jacobian(const W&... w, const X&... x) requires(sizeof...(W) == 1) {
    return jacobian_of(w..., x...);
  }

  /// {V' g, H V}: the loss's derivative along V, which has w's shape, or std::logic_error, and its Hessian at w given
  /// x... times V, of w's type. The gradient's recording is made with the first call. For several variables
  /// variables(w...) and variables(V...), and a tuple.
  [[nodiscard]] auto hessian_vector_product(const Variables<W...>& w, const Variables<W...>& V, const X&... x) {
    detail::CompiledLoss<eT>& r = bind_slope(w, V, x...);
    detail::engine_of(r.tape()).run(r.both);
    return std::pair<eT, Gradients>(r.root.scalar(), gradients(r));
  }
  [[nodiscard]] auto hessian_vector_product(const W&... w, const W&... V, const X&... x) requires(sizeof...(W) == 1) {
    return hessian_vector_product(variables(w...), variables(V...), x...);
  }

  /// The loss's second derivatives by vec(w), numel(w) squared: a Hessian-vector product for each column.
  [[nodiscard]] arma::Mat<eT> hessian(const W&... w, const X&... x) requires(sizeof...(W) == 1) {
    return hessian_of(w..., x...);
  }

 private:
  detail::CompiledLoss<eT>& bind(const W&... w, const X&... x) { return bind_to(recordings_, {{w...}}, x...); }
  detail::CompiledLoss<eT>& bind_to(detail::CompiledLosses<eT>& recordings, const Variables<W...>& w, const X&... x) {
    return std::apply(
        [&](const W&... at) -> detail::CompiledLoss<eT>& {
          const std::array given{detail::given(at, true)..., detail::given(x, false)...};
          return recordings.bind(loss_, given);
        },
        w.values);
  }

  detail::CompiledLoss<eT>& bind_slope(const Variables<W...>& w, const Variables<W...>& V, const X&... x) {
    if (!slope_) slope_ = detail::slope_of(loss_, sizeof...(W));
    return std::apply(
        [&](const W&... at) -> detail::CompiledLoss<eT>& {
          return std::apply(
              [&](const W&... along) -> detail::CompiledLoss<eT>& {
                (detail::check_direction("hessian_vector_product", detail::Parameter<W>::shape(at),
                                         detail::Parameter<W>::shape(along)),
                 ...);
                const std::array given{detail::given(at, true)..., detail::given(along, false)...,
                                       detail::given(x, false)...};
                return slopes_.bind(slope_, given);
              },
              V.values);
        },
        w.values);
  }
  arma::Mat<eT> hessian_of(const auto& w, const X&... x) {
    using As = detail::Parameter<std::remove_cvref_t<decltype(w)>>;
    const Shape s = As::shape(w);
    arma::Mat<eT> H(s.size(), s.size()), unit(s.rows, s.cols, arma::fill::zeros);
    const detail::OneDraw<eT> one(slopes_);
    for (uword k = 0; k < s.size(); ++k) {
      unit(k) = 1;
      const auto along = As::from(unit, As::slices(w));
      const auto column = hessian_vector_product(w, along, x...);
      H.col(k) = arma::vectorise(detail::matrix_over(column.second));
      unit(k) = 0;
    }
    return H;
  }

  arma::Mat<eT> jacobian_of(const auto& w, const X&... x) {
    using As = detail::Parameter<std::remove_cvref_t<decltype(w)>>;
    const detail::OneDraw<eT> of_rows(recordings_), of_columns(tangents_);
    const Shape from = As::shape(w), to = bind(w, x...).root.shape();
    const bool forward = from.size() <= to.size();
    const Shape s = forward ? from : to;
    arma::Mat<eT> J(to.size(), from.size()), unit(s.rows, s.cols, arma::fill::zeros);
    detail::CompiledLoss<eT>* const moving = forward ? &bind_to(tangents_, {{w}}, x...) : nullptr;
    for (uword k = 0; k < s.size(); ++k) {
      unit(k) = 1;
      if (forward) {
        moving->tangents->seed(moving->leaves[0], unit);
        J.col(k) = arma::vectorise(moving->tangents->run_anew(k == 0));
      } else {
        J.row(k) = arma::vectorise(detail::matrix_over(vjp(variables(w), unit, x...).second)).t();
      }
      unit(k) = 0;
    }
    return J;
  }

  /// Those of the last backward pass.
  Gradients gradients(detail::CompiledLoss<eT>& r) {
    if constexpr (sizeof...(W) == 1) {
      return std::get<0>(gradients_).of(r.tape().gradient(r.leaves[0]), r.slices[0]);
    } else {
      return [&]<std::size_t... k>(std::index_sequence<k...>) {
        return Gradients(std::get<k>(gradients_).of(r.tape().gradient(r.leaves[k]), r.slices[k])...);
      }
      (std::index_sequence_for<W...>());
    }
  }

  detail::Function<eT> loss_, slope_;
  detail::CompiledLosses<eT> recordings_{detail::Optimise::yes, detail::Recorded::function, detail::MayDraw::yes};
  detail::CompiledLosses<eT> slopes_{detail::Optimise::yes, detail::Recorded::loss, detail::MayDraw::yes};
  detail::CompiledLosses<eT> tangents_{detail::Optimise::yes, detail::Recorded::tangents, detail::MayDraw::yes};
  std::tuple<detail::ResultingGradient<W>...> gradients_;
};

/// A program of loss(variables..., inputs...), recorded at once for the shapes given.
template <class Loss, class... W, class... X>
[[nodiscard]] auto record(Loss loss, const Variables<W...>& at, const Inputs<X...>& given) {
  Program<Variables<W...>, Inputs<X...>> program(std::move(loss));
  std::apply([&](const auto&... all) { program.prepare(all...); }, std::tuple_cat(at.values, given.values));
  return program;
}
template <class Loss, class... W>
[[nodiscard]] auto record(Loss loss, const Variables<W...>& at) {
  return record(std::move(loss), at, Inputs<>{});
}

}  // namespace armagrad
