#pragma once
// The kind of a matrix as the compiler knows it, after Armadillo's traits is_row, is_col and is_xvec, and the kind of
// each operation's result. docs/kinds.md has the list.

#include <algorithm>
#include <armadillo>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace armagrad {
template <class eT>
class Var;

namespace detail {
enum class Kind : std::uint8_t;
}
template <class eT, detail::Kind k>
class KindVar;
template <class eT>
class CubeVar;
template <class eT>
struct View;

namespace detail {
/// A `vector` is a row or a column; which of the two is known at run time, as of sum(X, dim). A cube is none of the
/// matrices, whose kinds the others are.
enum class Kind : std::uint8_t { matrix, vector, row, column, number, cube };
inline constexpr std::size_t matrix_kinds = 5;

/// For who makes a Var of a kind that it is known to have.
struct Unchecked {};

// ---- The kinds of results ----

constexpr Kind transposed_kind(Kind k) { return k == Kind::row ? Kind::column : k == Kind::column ? Kind::row : k; }

/// Entry by entry: a number takes the other's kind, and of two others the one that says more.
constexpr Kind elementwise_kind(Kind a) { return a; }
constexpr Kind elementwise_kind(Kind a, Kind b) {
  return a == Kind::number ? b : b == Kind::number ? a : std::max(a, b);
}
template <class... K>
constexpr Kind elementwise_kind(Kind a, Kind b, Kind c, K... rest) {
  return elementwise_kind(elementwise_kind(a, b), c, rest...);
}

/// Of a * b. A row times a column, 1 x 1, is no number, and a row.
constexpr Kind product_kind(Kind a, Kind b) {
  if (a == Kind::number) return b;
  if (b == Kind::number || a == Kind::row) return a;
  return b == Kind::column ? b : Kind::matrix;
}

/// Of sum(x), mean(x), max(x), ...: a row of a matrix's columns, a number of a vector.
constexpr Kind reduced_kind(Kind k) { return k == Kind::matrix ? Kind::row : Kind::number; }

/// Of parts joined along the direction in which `vector` extends: a column of columns.
template <class... K>
constexpr Kind joined_kind(Kind vector, K... parts) {
  return ((parts == vector || parts == Kind::number) && ...) ? vector : Kind::matrix;
}

constexpr Kind kron_kind(Kind a, Kind b) {
  return (a == Kind::row || a == Kind::column) && (a == b || b == Kind::number) ? a : Kind::matrix;
}

/// Of assign(x, ...): a number with its only entry replaced is a matrix.
constexpr Kind part_kind(Kind k) { return k == Kind::number ? Kind::matrix : k; }

/// Of solve(a, b): the columns are b's.
constexpr Kind solution_kind(Kind b) { return b == Kind::column ? b : Kind::matrix; }

// ---- The kinds of operands ----

template <class T>
concept Number = std::is_arithmetic_v<std::remove_cvref_t<T>>;
template <class T>
concept Integer = Number<T> && std::is_integral_v<std::remove_cvref_t<T>>;

template <class eT, class E>
std::true_type is_expression(const arma::Base<eT, E>&);

/// Whether X is a matrix or an expression of Armadillo's with entries of type eT.
template <class X, class eT>
concept Expression = requires(const X& x) {
  is_expression<eT>(x);
};

/// Whether X may stand where an operation takes a Var: it is one, a view, a number, or of Armadillo's.
template <class X, class eT>
concept IsOperand =
    std::is_arithmetic_v<X> || std::derived_from<X, Var<eT>> || std::derived_from<X, View<eT>> || Expression<X, eT>;

template <class eT, class E>
std::true_type is_cube_expression(const arma::BaseCube<eT, E>&);

/// Whether X is a cube or an expression of cubes of Armadillo's.
template <class X>
concept CubeExpression = requires(const X& x) {
  typename X::elem_type;
  is_cube_expression<typename X::elem_type>(x);
};

template <class X>
constexpr Kind kind_by_traits() {
  if constexpr (requires { X::is_row || X::is_col || X::is_xvec; })
    return X::is_col ? Kind::column : X::is_row ? Kind::row : X::is_xvec ? Kind::vector : Kind::matrix;
  else
    return Kind::matrix;
}

/// The kind of a Var, a view, a number, or an Armadillo matrix or expression.
template <class X>
inline constexpr Kind kind_of_operand = kind_by_traits<X>();
template <class X>
requires std::is_arithmetic_v<X>
inline constexpr Kind kind_of_operand<X> = Kind::number;
template <class X>
requires requires { X::kind; }
inline constexpr Kind kind_of_operand<X> = X::kind;
template <CubeExpression X>
inline constexpr Kind kind_of_operand<X> = Kind::cube;
template <class X>
inline constexpr Kind kind_of = kind_of_operand<std::remove_cvref_t<X>>;

}  // namespace detail

/// A column (n x 1), as an arma::vec is: X.col(j), X * x, ...
template <class eT>
using ColVar = KindVar<eT, detail::Kind::column>;
/// A row (1 x n), as an arma::rowvec is: X.row(i), x.t() * X, ...
template <class eT>
using RowVar = KindVar<eT, detail::Kind::row>;
/// A number, which meets matrices of any shape: accu(X), X(i, j), ...
template <class eT>
using NumberVar = KindVar<eT, detail::Kind::number>;
/// A column or a row, whichever it is at run time: sum(X, dim).
template <class eT>
using VectorVar = KindVar<eT, detail::Kind::vector>;

namespace detail {
/// The Var of a kind: Var itself of a matrix.
template <class eT, Kind k>
struct var_of {
  using type = KindVar<eT, k>;
};
template <class eT>
struct var_of<eT, Kind::matrix> {
  using type = Var<eT>;
};
template <class eT>
struct var_of<eT, Kind::cube> {
  using type = CubeVar<eT>;
};
template <class eT, Kind k>
using VarOf = typename var_of<eT, k>::type;

/// x, which is of kind k, as a Var of that kind.
template <Kind k, class eT>
VarOf<eT, k> of_kind(Var<eT> x) {
  if constexpr (k == Kind::matrix)
    return x;
  else
    return {std::move(x), Unchecked{}};
}

}  // namespace detail
}  // namespace armagrad
