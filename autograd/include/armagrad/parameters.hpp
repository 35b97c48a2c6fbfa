#pragma once
// Named parameters of a model (numbers, vectors, matrices) as one vector, which is what optimisers take, and back.
//
//   const auto p = parameters("mu", 0.5, "beta", arma::vec(3), "L", arma::mat(2, 2));
//   const auto loss = [&](const auto& theta) {
//     const auto [mu, beta, L] = p.unpacked(theta);  // of numbers a double, a vec and a mat; of a Var the same of Vars
//     ...
//   };
//   const arma::vec theta = p.packed();
//   const auto [J, g] = value_and_gradient(loss, theta);
//   const auto [dmu, dbeta, dL] = p.unpacked(g);

#include <string>
#include <tuple>
#include <vector>

#include "check_function.hpp"
#include "derive.hpp"
#include "ops/shape.hpp"
#include "types_of.hpp"

namespace armagrad {
namespace detail {

/// Names and shapes of several matrices, and where each lies in the vector of them all.
class ARMAGRAD_EXPORT Layout {
 public:
  /// std::logic_error if a name is empty or given twice.
  Layout(std::vector<std::string> names, std::vector<Shape> shapes, Location at);

  const std::vector<std::string>& names() const { return names_; }
  Shape shape(std::size_t k) const { return shapes_[k]; }
  uword first(std::size_t k) const { return first_[k]; }
  uword size() const { return first_.back(); }
  std::size_t find(const std::string& name, Location at) const;
  std::vector<std::string> labels() const;
  /// std::logic_error unless a vector of this shape has a place for every entry.
  void check_vector(Shape theta, Location at) const;
  void check_shape(std::size_t k, Shape given) const;

 private:
  std::string text() const;

  std::vector<std::string> names_;
  std::vector<Shape> shapes_;
  std::vector<uword> first_;  // and behind the last
};

/// The entries of theta from `first` on, as a matrix of this shape that formulas call by the name. Where theta was
/// joined of parts, and this is one of them, it is that part.
template <class eT>
Var<eT> unpacked_part(const Var<eT>& theta, uword first, Shape shape, const char* name, Here at);

/// A name, and the line where it was written.
struct NameHere {
  NameHere(const char* text, Here place = Here::current()) : name(text), at(place) {}
  NameHere(std::string text, Here place = Here::current()) : name(std::move(text)), at(place) {}
  std::string name;
  Here at;
};

/// x as a parameter is kept: as an eT, Col, Row, Mat or std::vector; a Var as it is.
template <class eT, class X>
auto as_parameter(const X& x) {
  if constexpr (AnyEntries<X>)
    return like(x, entries_of(x));
  else if constexpr (std::is_arithmetic_v<X>)
    return eT(x);
  else if constexpr (std::same_as<X, std::vector<eT>>)
    return x;
  else if constexpr (kind_of<X> == Kind::column)
    return arma::Col<eT>(x);
  else if constexpr (kind_of<X> == Kind::row)
    return arma::Row<eT>(x);
  else if constexpr (kind_of<X> == Kind::cube)
    return arma::Cube<eT>(x);
  else
    return arma::Mat<eT>(x);
}
template <class eT, class X>
using ParameterValue = decltype(as_parameter<eT>(std::declval<const X&>()));

template <class T, class eT>
concept PackedVector = (AnyVar<T> && std::same_as<element_t<T>, eT>) || ParameterOf<T, eT> || Expression<T, eT>;
}  // namespace detail

/// Names, shapes and values of a model's parameters, and the vector of all of them: one after the other, matrices
/// column by column. Made by parameters().
template <class eT, class... P>
class Parameters {
 public:
  Parameters(std::vector<std::string> names, P... values, Here at = Here::current())
      : layout_(std::move(names), {detail::Parameter<P>::shape(values)...}, at), values_(std::move(values)...) {}

  /// The number of entries of all.
  uword size() const { return layout_.size(); }
  /// The names of the parameters, in their order.
  const std::vector<std::string>& names() const { return layout_.names(); }
  /// The values of the parameters, in their order.
  const std::tuple<P...>& values() const { return values_; }
  /// The name of each entry of the vector: mu, beta(0), beta(1), L(0,0), ...
  std::vector<std::string> labels() const { return layout_.labels(); }
  /// Which entries are the parameter's: g(p.span("beta")), H(p.span("beta"), p.span("L")).
  arma::span span(const std::string& name, Here at = Here::current()) const {
    const std::size_t k = layout_.find(name, at);
    return arma::span(layout_.first(k), layout_.first(k + 1) - 1);
  }

  /// The values as one vector.
  arma::Col<eT> packed() const {
    return std::apply([this](const P&... x) { return packed(x...); }, values_);
  }
  /// Others in their place, of the same shapes, or std::logic_error; a Var if there is one among them.
  template <class... X>
  requires(sizeof...(X) == sizeof...(P)) auto packed(const X&... x) const {
    return packed_in_order(std::index_sequence_for<P...>(), x...);
  }

  /// A vector, of numbers or a Var, as the parameters it is made of, in a tuple: numbers as an eT or a NumberVar,
  /// vectors and matrices as what went in or as Vars of that kind, which formulas call by their names. std::logic_error
  /// if it is of another size.
  template <detail::PackedVector<eT> Theta>
  auto unpacked(const Theta& theta, Here at = Here::current()) const {
    if constexpr (!AnyVar<Theta> && !detail::IsParameter<Theta>) {
      return unpacked(arma::Mat<eT>(theta), at);
    } else {
      layout_.check_vector(shape_in(theta), at);
      return [&]<std::size_t... k>(std::index_sequence<k...>) { return std::tuple(part<k>(theta, at)...); }
      (std::index_sequence_for<P...>());
    }
  }
  /// The same in a struct S whose members they are, in their order.
  template <class S, detail::PackedVector<eT> Theta>
  S unpacked(const Theta& theta, Here at = Here::current()) const {
    return std::apply([](auto&&... one) { return S{std::move(one)...}; }, unpacked(theta, at));
  }
  /// The same parameters with the values of a vector.
  template <detail::PackedVector<eT> Theta>
  Parameters with(const Theta& theta, Here at = Here::current()) const {
    Parameters other = *this;
    other.values_ = unpacked(theta, at);
    return other;
  }

 private:
  template <class X>
  static Shape shape_in(const X& x) {
    if constexpr (AnyEntries<X>)
      return detail::entries_of(x).shape();
    else
      return detail::Parameter<X>::shape(x);
  }

  template <std::size_t... k, class... X>
  auto packed_in_order(std::index_sequence<k...>, const X&... x) const {
    if constexpr (DifferentiableEntries<X...>) {
      const auto one = [](const auto& part) {
        if constexpr (AnyEntries<decltype(part)>)
          return vectorise(detail::entries_of(part));
        else
          return arma::Col<eT>(arma::vectorise(detail::matrix_over(part)));
      };
      (layout_.check_shape(k, shape_in(detail::as_parameter<eT>(x))), ...);
      return detail::join<detail::Kind::column>(Here(), one(detail::as_parameter<eT>(x))...);
    } else {
      arma::Col<eT> all(size());
      (put(all, k, detail::as_parameter<eT>(x)), ...);
      return all;
    }
  }
  template <class X>
  void put(arma::Col<eT>& all, std::size_t k, const X& x) const {
    layout_.check_shape(k, detail::Parameter<X>::shape(x));
    std::copy_n(detail::Parameter<X>::data(x), detail::Parameter<X>::shape(x).size(), all.begin() + layout_.first(k));
  }

  template <std::size_t k, class Theta>
  auto part(const Theta& theta, Here at) const {
    using Value = std::tuple_element_t<k, std::tuple<P...>>;
    const Shape s = layout_.shape(k);
    const uword slices = detail::Parameter<Value>::slices(std::get<k>(values_));
    if constexpr (AnyVar<Theta>) {
      return detail::as_kind<detail::Parameter<Value>::kind>(
          detail::unpacked_part<eT>(theta, layout_.first(k), s, names()[k].c_str(), at), slices);
    } else {
      return detail::Parameter<Value>::from(
          arma::Mat<eT>(detail::Parameter<Theta>::data(theta) + layout_.first(k), s.rows, s.cols), slices);
    }
  }

  detail::Layout layout_;
  std::tuple<P...> values_;
};

/// Parameters from names and values: numbers, vectors and matrices (or expressions of them), all of one element type.
/// std::logic_error if a name is empty or given twice.
template <class X, class... More>
requires(sizeof...(More) % 2 == 0)
    [[nodiscard]] auto parameters(const detail::NameHere& name, const X& x, const More&... more) {
  const auto all = std::tie(name.name, x, more...);
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    using eT = detail::CommonElementOf<std::tuple_element_t<2 * k + 1, std::tuple<std::string, X, More...>>...>;
    return Parameters<
        eT, detail::ParameterValue<eT, std::tuple_element_t<2 * k + 1, std::tuple<std::string, X, More...>>>...>(
        {std::get<2 * k>(all)...}, detail::as_parameter<eT>(std::get<2 * k + 1>(all))..., name.at);
  }
  (std::make_index_sequence<1 + sizeof...(More) / 2>());
}

/// check_gradient of a loss of the vector, at the parameters' values: the report speaks of each parameter by its name.
template <class eT, class... P, class Loss>
GradientCheck check_gradient(CheckOptions<eT> options, Loss&& loss, const Parameters<eT, P...>& p) {
  options.names = p.names();
  const auto of_parts = [&](const auto&... part) { return detail::call(loss, p.packed(part...)); };
  return std::apply(
      [&](const P&... value) {
        return detail::run_check<eT>(options, detail::on_tape<eT>(of_parts, value...), {detail::matrix_over(value)...});
      },
      p.values());
}
template <class eT, class... P, class Loss>
GradientCheck check_gradient(Loss&& loss, const Parameters<eT, P...>& p) {
  return check_gradient(CheckOptions<eT>{}, loss, p);
}
/// The same of a plain loss and its gradient, a vector, written by hand.
template <class eT, class... P, class Loss, class Gradient>
GradientCheck check_gradient(Loss&& loss, Gradient&& gradient, const Parameters<eT, P...>& p) {
  CheckOptions<eT> options;
  options.names = p.names();
  const auto of_parts = [&](const P&... part) { return loss(p.packed(part...)); };
  const auto gradients = [&](const P&... part) { return p.unpacked(arma::Col<eT>(gradient(p.packed(part...)))); };
  return std::apply([&](const P&... value) { return check_gradient(options, of_parts, gradients, value...); },
                    p.values());
}

/// The gradients of a loss of the vector by each parameter, as formulas that call them by their names.
template <class Loss, class eT, class... P>
Formula derive(Loss&& loss, const Parameters<eT, P...>& p, const FormulaOptions& options = {}) {
  Tape<eT> tape;
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    const std::tuple parts(detail::variable_over(tape, std::get<k>(p.values()), p.names()[k].c_str())...);
    return derive<eT>(detail::call(loss, p.packed(std::get<k>(parts)...)), {detail::entries_of(std::get<k>(parts))...},
                      options);
  }
  (std::index_sequence_for<P...>());
}

}  // namespace armagrad
