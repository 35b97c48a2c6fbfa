#pragma once
// The operators of Vars, of every pair of kinds. Var inherits them: included by var.hpp.

#include <type_traits>
#include <utility>

#include "tape.hpp"

namespace armagrad {

template <class eT>
class Argument;

namespace detail {
template <class eT>
class NumberOperand;
template <class eT>
class MatrixOperand;
namespace rules ARMAGRAD_EXPORT {
struct Plus;
struct Minus;
struct Times;
struct Divide;
struct Negate;
struct Greater;
struct GreaterEqual;
struct Equal;
struct NotEqual;
}  // namespace ARMAGRAD_EXPORT
/// Appends an elementwise node. The arguments have one shape, but for numbers, which are repeated.
template <class eT>
Var<eT> append_elementwise(const Operation<eT>& operation, std::initializer_list<const Argument<eT>*> arguments);
template <class eT, class... A>
Var<eT> append_elementwise_of(const Operation<eT>& operation, const A&... arguments) {
  return append_elementwise<eT>(operation, {&arguments...});
}
template <class Rule, class eT>
NumberVar<eT> append_number(const NumberOperand<eT>& x);
template <class Rule, class eT>
NumberVar<eT> append_number(const NumberOperand<eT>& x, const NumberOperand<eT>& y);
/// The operator *: a product of matrices, or a scaling where either side is a number.
template <class eT>
Var<eT> append_product(const Argument<eT>& a, const Argument<eT>& b);
template <class eT, Kind k>
class Operand;
template <class eT>
Var<eT> negated(const Argument<eT>& x) {
  return append_elementwise(operation_of<rules::Negate, eT>(), {&x});
}
}  // namespace detail

/// Operators of two operands, each of them a Var, a matrix or a number; entry by entry but for the product.
template <class eT, detail::Kind a, detail::Kind b>
struct VarOperators {
  static constexpr bool are_numbers = a == detail::Kind::number && b == detail::Kind::number;
  using A = std::conditional_t<are_numbers, detail::NumberOperand<eT>, detail::Operand<eT, a>>;
  using B = std::conditional_t<are_numbers, detail::NumberOperand<eT>, detail::Operand<eT, b>>;
  static constexpr detail::Kind entries = detail::elementwise_kind(a, b);
  using Entries = detail::VarOf<eT, entries>;
  using Product = detail::VarOf<eT, detail::product_kind(a, b)>;

  template <class Rule>
  /// The node of an elementwise rule over x and y.
  [[gnu::always_inline]] static Entries entry_by_entry(const auto& x, const auto& y) {
    if constexpr (are_numbers)
      return detail::append_number<Rule>(x, y);
    else if constexpr (entries == detail::Kind::matrix)  // in its place, without a copy
      return detail::append_elementwise<eT>(detail::operation_of<Rule, eT>(), {&x, &y});
    else
      return detail::of_kind<entries>(detail::append_elementwise<eT>(detail::operation_of<Rule, eT>(), {&x, &y}));
  }
  /// The node of a matrix product, or of a scaling if x or y is a number.
  [[gnu::always_inline]] static Product product(const A& x, const B& y) {
    if constexpr (are_numbers)
      return detail::append_number<detail::rules::Times>(x, y);
    else if constexpr (Product::kind == detail::Kind::matrix)
      return detail::append_product<eT>(x, y);
    else
      return detail::of_kind<Product::kind>(detail::append_product<eT>(x, y));
  }
  // clang-format off
  friend Entries operator+(const A& x, const B& y) { return entry_by_entry<detail::rules::Plus>(x, y); }
  friend Entries operator-(const A& x, const B& y) { return entry_by_entry<detail::rules::Minus>(x, y); }
  friend Entries operator%(const A& x, const B& y) { return entry_by_entry<detail::rules::Times>(x, y); }
  friend Entries operator/(const A& x, const B& y) { return entry_by_entry<detail::rules::Divide>(x, y); }
  friend Product operator*(const A& x, const B& y) { return product(x, y); }
  // 1 where it holds and 0 where it does not; of zero derivative.
  friend Entries operator>(const A& x, const B& y) { return entry_by_entry<detail::rules::Greater>(x, y); }
  friend Entries operator<(const A& x, const B& y) { return entry_by_entry<detail::rules::Greater>(y, x); }
  friend Entries operator>=(const A& x, const B& y) { return entry_by_entry<detail::rules::GreaterEqual>(x, y); }
  friend Entries operator<=(const A& x, const B& y) { return entry_by_entry<detail::rules::GreaterEqual>(y, x); }
  friend Entries operator==(const A& x, const B& y) { return entry_by_entry<detail::rules::Equal>(x, y); }
  friend Entries operator!=(const A& x, const B& y) { return entry_by_entry<detail::rules::NotEqual>(x, y); }
  // clang-format on
};

/// The operators of every pair of kinds.
template <class eT, class Pairs = std::make_index_sequence<detail::matrix_kinds * detail::matrix_kinds>>
struct AllVarOperators;
template <class eT, std::size_t... i>
struct AllVarOperators<eT, std::index_sequence<i...>>
    : VarOperators<eT, detail::Kind(i / detail::matrix_kinds), detail::Kind(i % detail::matrix_kinds)>... {};

}  // namespace armagrad
