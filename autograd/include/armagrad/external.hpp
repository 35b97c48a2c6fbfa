#pragma once
// Plain functions as nodes, with derivatives that the user brings.

#include <functional>
#include <optional>

#include "detail/plain_arguments.hpp"

namespace armagrad {
namespace detail {

/// A user's functions over what the tape holds. `shape` is that of the result, if it is known before it is computed.
template <class eT>
struct ExternalFunctions {
  std::function<arma::Mat<eT>(std::span<const arma::Mat<eT>> x)> values;
  std::function<std::vector<arma::Mat<eT>>(std::span<const arma::Mat<eT>> x, const arma::Mat<eT>& y,
                                           const arma::Mat<eT>& dy)>
      pullback;
  /// The pullback over Vars, if it can be called with them.
  std::function<std::vector<Var<eT>>(std::span<const Var<eT>> x, const Var<eT>& y, const Var<eT>& dy)> on_tape{};
  std::optional<Shape> shape{};
  bool is_scalar = false;  // the result, a number
};

template <class eT>
Var<eT> append_external(Tape<eT>& tape, ExternalFunctions<eT> functions, std::span<const Var<eT>> x, Location at);

/// Calls vjp(dy, x...), or vjp(dy, y, x...) where it takes y as well.
template <class Pullback, class DY, class Y, class... X>
auto call_pullback(const Pullback& vjp, const DY& dy, const Y& y, const X&... x) {
  if constexpr (std::is_invocable_v<const Pullback&, const DY&, const X&...>)
    return vjp(dy, x...);
  else
    return vjp(dy, y, x...);
}
template <class Pullback, class DY, class... X>
inline constexpr bool takes = std::is_invocable_v<const Pullback&, const DY&, const X&...> ||
                              std::is_invocable_v<const Pullback&, const DY&, const DY&, const X&...>;

/// values(x...) of plain matrices, and of Vars a node.
template <class Values, class Pullback>
class External {
 public:
  External(Values values, Pullback vjp, std::optional<Shape> shape, Location at)
      : values_(std::move(values)), vjp_(std::move(vjp)), shape_(shape), at_(at) {}

  template <class... X>
  auto operator()(const X&... x) const {
    if constexpr (Differentiable<X...>)
      return on_tape(x...);
    else
      return values_(x...);
  }

 private:
  template <class... X>
  auto on_tape(const X&... x) const {
    using eT = element_t<X...>;
    using Y = std::remove_cvref_t<std::invoke_result_t<const Values&, const PlainOf<eT, kind_of<X>>&...>>;
    constexpr Kind kind = kind_of<Y>;
    using DY = PlainOf<eT, kind>;
    ExternalFunctions<eT> f;
    f.values = [values = values_](std::span<const arma::Mat<eT>> plain_x) {
      return matrix_of<eT>(call_plain<eT, kind_of<X>...>(values, plain_x));
    };
    static_assert(
        takes<Pullback, DY, PlainOf<eT, kind_of<X>>...>,
        "the second function is called with dy, of the kind that the first one returns, and with x..., or with "
        "dy, y, x...");
    f.pullback = [vjp = vjp_](std::span<const arma::Mat<eT>> plain_x, const arma::Mat<eT>& y, const arma::Mat<eT>& dy) {
      const auto call = [&](const auto&... one) {
        return call_pullback(vjp, plain_view<kind>(dy), plain_view<kind>(y), one...);
      };
      const auto dx = call_plain<eT, kind_of<X>...>(call, plain_x);
      static_assert(count_of<std::remove_cvref_t<decltype(dx)>>() == sizeof...(X),
                    "the second function gives a gradient for each argument, several of them as a std::tuple");
      return listed(dx, [](const auto& one) { return matrix_of<eT>(one); });
    };
    if constexpr (takes<Pullback, VarOf<eT, kind>, VarOf<eT, kind_of<X>>...>) {
      f.on_tape = [vjp = vjp_](std::span<const Var<eT>> vars, const Var<eT>& y, const Var<eT>& dy) {
        return [&]<std::size_t... k>(std::index_sequence<k...>) {
          return listed(call_pullback(vjp, of_kind<kind>(dy), of_kind<kind>(y), of_kind<kind_of<X>>(vars[k])...),
                        [](const auto& one) { return Var<eT>(one); });
        }
        (std::index_sequence_for<X...>());
      };
    }
    f.is_scalar = kind == Kind::number;
    f.shape = f.is_scalar ? scalar_shape : shape_;
    Tape<eT>& tape = common_tape<eT>(x...);
    const std::array<Var<eT>, sizeof...(X)> operands{Argument<eT>(x).on(tape, "external")...};
    return of_kind<kind>(append_external<eT>(tape, std::move(f), operands, at_));
  }

  Values values_;
  Pullback vjp_;
  std::optional<Shape> shape_;
  Location at_;
};

}  // namespace detail

/// A function that is called with plain matrices, vectors and numbers, also where its arguments are Vars, and its
/// vector-Jacobian product: values(x...), and vjp(dy, x...) or vjp(dy, y, x...), which gives the gradient of
/// accu(y % dy) by each x, several as a std::tuple. y is a number, a vector or a matrix of any shape; unless it is a
/// number, or its shape is given here, values is called when it is recorded to learn its shape, which stays. Both
/// functions are kept, and depend on nothing but their arguments. Write the types of vjp's arguments out if it is for
/// matrices alone; one that takes Vars too, as a generic lambda does, can be differentiated again, and else second
/// derivatives are a std::logic_error. Forward mode calls vjp for each entry of y.
template <class Values, class Pullback>
[[nodiscard]] detail::External<Values, Pullback> external(Values values, Pullback vjp, Here at = Here::current()) {
  return {std::move(values), std::move(vjp), {}, at};
}
template <class Values, class Pullback>
[[nodiscard]] detail::External<Values, Pullback> external(Values values, Pullback vjp, Shape result,
                                                          Here at = Here::current()) {
  return {std::move(values), std::move(vjp), result, at};
}

}  // namespace armagrad
