#pragma once
// Record once, replay: the form for training loops and line searches.

#include <array>
#include <optional>
#include <tuple>

#include "derivatives.hpp"
#include "detail/compiled_loss.hpp"

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
/// A gradient as a program gives it: a reference to the tape's matrix, of a vector over its memory, or a number.
template <IsParameter W>
struct ResultingGradient {
  using eT = typename Parameter<W>::eT;
  using type = W;
  type of(const arma::Mat<eT>& g) { return Parameter<W>::from(g); }
};
template <class eT>
struct ResultingGradient<arma::Mat<eT>> {
  using type = const arma::Mat<eT>&;
  type of(const arma::Mat<eT>& g) { return g; }
};
template <IsParameter W>
requires std::same_as<W, arma::Col<typename W::elem_type>> || std::same_as<W, arma::Row<typename W::elem_type>>
struct ResultingGradient<W> {
  using eT = typename W::elem_type;
  using type = const W&;
  type of(const arma::Mat<eT>& g) { return over.emplace(const_cast<eT*>(g.memptr()), g.n_elem, false, true); }
  std::optional<W> over;
};
}  // namespace detail

/// A loss, recorded once for each combination of shapes it meets and replayed for other numbers of the same
/// shapes. A loss that asks for values while it is recorded (value(), scalar()), for an `if` or a find(), is recorded
/// anew where the arguments that these depend on have others; one that asks for none is replayed freely. Arguments are
/// read in place, not copied; results are references into the program, which hold until its next call. One thread at a
/// time.
template <class Variables, class Inputs>
class Program;
template <class... W, class... X>
class Program<Variables<W...>, Inputs<X...>> {
 public:
  using eT = detail::Element<W...>;

  template <class Loss>
  explicit Program(Loss loss)
      : loss_(detail::function_of<eT, detail::Parameter<W>::kind..., detail::Parameter<X>::kind...>(std::move(loss))) {}

  /// Records the loss for these shapes, if it was not yet.
  void prepare(const W&... w, const X&... x) { bind(w..., x...); }

  /// How many recordings are kept, 2 or more, by default 32: the least recently used goes first.
  void keep(std::size_t recordings) { recordings_.keep(recordings); }
  std::size_t recordings() const { return recordings_.size(); }

  /// The loss at w... given x...
  eT value(const W&... w, const X&... x) {
    detail::CompiledLoss<eT>& r = bind(w..., x...);
    detail::engine_of(r.tape).run(r.forward);
    return r.root.scalar();
  }

  /// {J, g}: the loss and its gradient by the variables, each of its variable's type; a tuple for several.
  auto value_and_gradient(const W&... w, const X&... x) {
    detail::CompiledLoss<eT>& r = bind(w..., x...);
    detail::engine_of(r.tape).run(r.both);
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      const auto gradient = [&](auto which) -> decltype(auto) {
        return std::get<which>(gradients_).of(r.tape.gradient(r.leaves[which]));
      };
      if constexpr (sizeof...(W) == 1) {
        return std::pair<eT, typename detail::ResultingGradient<W>::type...>(
            r.root.scalar(), gradient(std::integral_constant<std::size_t, k>())...);
      } else {
        using Gradients = std::tuple<typename detail::ResultingGradient<W>::type...>;
        return std::pair<eT, Gradients>(r.root.scalar(),
                                        Gradients(gradient(std::integral_constant<std::size_t, k>())...));
      }
    }
    (std::index_sequence_for<W...>());
  }

 private:
  detail::CompiledLoss<eT>& bind(const W&... w, const X&... x) {
    const std::array<detail::Given<eT>, sizeof...(W) + sizeof...(X)> given{detail::given(w, true)...,
                                                                           detail::given(x, false)...};
    return recordings_.bind(loss_, given);
  }

  detail::Function<eT> loss_;
  detail::CompiledLosses<eT> recordings_;
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
