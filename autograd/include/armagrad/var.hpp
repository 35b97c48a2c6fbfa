#pragma once
// Var: a handle to a node on a tape, used as if it were an Armadillo matrix.

#include <memory>
#include <type_traits>

#include "detail/link_check.hpp"
#include "tape.hpp"

namespace armagrad {

template <class eT>
class Argument;
template <class eT, bool rows>
class Each;

namespace detail {
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
  using A = detail::Operand<eT, a>;
  using B = detail::Operand<eT, b>;
  static constexpr detail::Kind entries = detail::elementwise_kind(a, b);
  using Entries = detail::VarOf<eT, entries>;
  using Product = detail::VarOf<eT, detail::product_kind(a, b)>;

  template <class Rule>
  static Entries entry_by_entry(const Argument<eT>& x, const Argument<eT>& y) {
    return detail::of_kind<entries>(detail::append_elementwise(detail::operation_of<Rule, eT>(), {&x, &y}));
  }
  // clang-format off
  friend Entries operator+(const A& x, const B& y) { return entry_by_entry<detail::rules::Plus>(x, y); }
  friend Entries operator-(const A& x, const B& y) { return entry_by_entry<detail::rules::Minus>(x, y); }
  friend Entries operator%(const A& x, const B& y) { return entry_by_entry<detail::rules::Times>(x, y); }
  friend Entries operator/(const A& x, const B& y) { return entry_by_entry<detail::rules::Divide>(x, y); }
  friend Product operator*(const A& x, const B& y) { return detail::of_kind<Product::kind>(detail::append_product(x, y)); }
  // 1 where it holds and 0 where it does not; of zero derivative.
  friend Entries operator>(const A& x, const B& y) { return entry_by_entry<detail::rules::Greater>(x, y); }
  friend Entries operator<(const A& x, const B& y) { return entry_by_entry<detail::rules::Greater>(y, x); }
  friend Entries operator>=(const A& x, const B& y) { return entry_by_entry<detail::rules::GreaterEqual>(x, y); }
  friend Entries operator<=(const A& x, const B& y) { return entry_by_entry<detail::rules::GreaterEqual>(y, x); }
  friend Entries operator==(const A& x, const B& y) { return entry_by_entry<detail::rules::Equal>(x, y); }
  friend Entries operator!=(const A& x, const B& y) { return entry_by_entry<detail::rules::NotEqual>(x, y); }
  // clang-format on
};

/// Those of every pair of kinds.
template <class eT, class Pairs = std::make_index_sequence<detail::kinds * detail::kinds>>
struct AllVarOperators;
template <class eT, std::size_t... i>
struct AllVarOperators<eT, std::index_sequence<i...>>
    : VarOperators<eT, detail::Kind(i / detail::kinds), detail::Kind(i % detail::kinds)>... {};

/// A matrix whose computation is on a tape. Cheap to copy; valid until its tape is cleared or destroyed. Operators are
/// Armadillo's: + - * % / and a number meets matrices of any shape. Where the compiler knows more, that it is a column,
/// a row or a number, the type is ColVar, RowVar or NumberVar, which a Var is made of as a mat is of a vec: as a
/// matrix.
template <class eT>
class Var : private AllVarOperators<eT> {
 public:
  using elem_type = eT;

  static constexpr detail::Kind kind = detail::Kind::matrix;
  /// As Armadillo's types have them: a column, a row, or one of the two.
  static constexpr bool is_col = false, is_row = false, is_xvec = false;

  uword n_rows = 0, n_cols = 0, n_elem = 0;

  Var() = default;
  Var(const Var&) = default;
  /// Only to a named Var: A(i, j) = x would assign to the temporary A(i, j), and leave A as it is.
  Var& operator=(const Var&) & = default;

  arma::Mat<eT> value() const { return tape().value(*this); }
  /// The value of a 1x1 node.
  eT scalar() const { return tape().scalar(*this); }
  Tape<eT>& tape() const {
    if (!tape_) throw std::logic_error("an empty Var: it belongs to no tape");
    return *tape_;
  }
  detail::Index index() const { return index_; }
  std::uint32_t generation() const { return generation_; }
  Shape shape() const { return {std::uint32_t(n_rows), std::uint32_t(n_cols)}; }

  Var t(std::source_location at = std::source_location::current()) const;
  Var st(std::source_location at = std::source_location::current()) const { return t(at); }
  /// X.each_row() + r and the like: r (1 x n_cols) meets every row.
  auto each_row() const { return Each<eT, true>(*this); }
  /// X.each_col() + c and the like: c (n_rows x 1) meets every column.
  auto each_col() const { return Each<eT, false>(*this); }

  // Parts, as in Armadillo; what they are made of is not copied until it is needed.
  using Here = std::source_location;
  /// The entry (i, j), or i of the column-by-column order: a number.
  NumberVar<eT> operator()(uword i, uword j, Here at = Here::current()) const;
  NumberVar<eT> operator()(uword i, Here at = Here::current()) const;
  Var operator()(arma::span rows, arma::span cols, Here at = Here::current()) const;
  RowVar<eT> operator()(uword i, arma::span cols, Here at = Here::current()) const;
  ColVar<eT> operator()(arma::span rows, uword j, Here at = Here::current()) const;
  RowVar<eT> row(uword i, Here at = Here::current()) const;
  ColVar<eT> col(uword j, Here at = Here::current()) const;
  Var rows(uword first, uword last, Here at = Here::current()) const;
  Var cols(uword first, uword last, Here at = Here::current()) const;
  Var submat(uword row1, uword col1, uword row2, uword col2, Here at = Here::current()) const;
  Var head_rows(uword n, Here at = Here::current()) const;
  Var tail_rows(uword n, Here at = Here::current()) const;
  Var head_cols(uword n, Here at = Here::current()) const;
  Var tail_cols(uword n, Here at = Here::current()) const;
  /// The entries, rows or columns of these indices, in their order; an index may come several times.
  ColVar<eT> elem(const arma::uvec& indices, Here at = Here::current()) const;
  Var rows(const arma::uvec& indices, Here at = Here::current()) const;
  Var cols(const arma::uvec& indices, Here at = Here::current()) const;

  // ---- Armadillo's other members (members.cpp) ----
  uword size() const { return n_elem; }
  bool is_empty() const { return n_elem == 0; }
  bool is_vec() const { return n_rows == 1 || n_cols == 1; }
  bool is_rowvec() const { return n_rows == 1; }
  bool is_colvec() const { return n_cols == 1; }
  bool is_square() const { return n_rows == n_cols; }
  bool in_range(uword i) const { return i < n_elem; }
  bool in_range(uword i, uword j) const { return i < n_rows && j < n_cols; }
  // Of the values that it has when it is asked.
  bool is_finite() const { return value().is_finite(); }
  bool has_nan() const { return value().has_nan(); }
  bool has_inf() const { return value().has_inf(); }
  bool is_zero(eT tolerance = 0) const { return value().is_zero(tolerance); }
  bool is_symmetric() const { return value().is_symmetric(); }
  bool is_sympd() const { return value().is_sympd(); }
  bool is_diagmat() const { return value().is_diagmat(); }
  bool is_trimatu() const { return value().is_trimatu(); }
  bool is_trimatl() const { return value().is_trimatl(); }
  bool is_sorted(const char* direction = "ascend") const { return value().is_sorted(direction); }
  uword index_max() const { return value().index_max(); }
  uword index_min() const { return value().index_min(); }
  void print(const std::string& header = "") const { value().print(header); }

  /// The inverse; the diagonal k as a column; the largest or smallest of all entries, a number.
  Var i(Here at = Here::current()) const;
  ColVar<eT> diag(arma::sword k = 0, Here at = Here::current()) const;
  NumberVar<eT> max(Here at = Here::current()) const;
  NumberVar<eT> min(Here at = Here::current()) const;
  Var clamp(double low, double high, Here at = Here::current()) const;
  Var ht(Here at = Here::current()) const { return t(at); }
  Var eval() const { return *this; }
  /// All entries, column by column, as a column or a row.
  ColVar<eT> as_col(Here at = Here::current()) const;
  RowVar<eT> as_row(Here at = Here::current()) const;
  NumberVar<eT> at(uword i, Here at = Here::current()) const { return (*this)(i, at); }
  NumberVar<eT> at(uword i, uword j, Here at = Here::current()) const { return (*this)(i, j, at); }
  NumberVar<eT> front(Here at = Here::current()) const { return (*this)(0, at); }
  NumberVar<eT> back(Here at = Here::current()) const { return (*this)(n_elem - 1, at); }
  ColVar<eT> unsafe_col(uword j, Here at = Here::current()) const { return col(j, at); }
  /// Parts of a vector, of its direction. std::logic_error for a matrix.
  Var subvec(uword first, uword last, Here at = Here::current()) const;
  Var subvec(arma::span part, Here at = Here::current()) const;
  Var operator()(arma::span part, Here at = Here::current()) const { return subvec(part, at); }
  Var head(uword n, Here at = Here::current()) const;
  Var tail(uword n, Here at = Here::current()) const;
  Var submat(arma::span r, arma::span c, Here at = Here::current()) const { return (*this)(r, c, at); }
  Var submat(const arma::uvec& r, const arma::uvec& c, Here at = Here::current()) const {
    return rows(r, at).cols(c, at);
  }
  Var operator()(const arma::uvec& r, const arma::uvec& c, Here at = Here::current()) const { return submat(r, c, at); }
  ColVar<eT> operator()(const arma::uvec& indices, Here at = Here::current()) const { return elem(indices, at); }

 private:
  friend class detail::Engine<eT>;
  Var(Tape<eT>* tape, detail::Index index, std::uint32_t generation, Shape s)
      : n_rows(s.rows), n_cols(s.cols), n_elem(s.size()), tape_(tape), index_(index), generation_(generation) {}

  friend Var operator-(const detail::Operand<eT, kind>& x) { return detail::negated(x); }

  Tape<eT>* tape_ = nullptr;
  detail::Index index_ = 0;
  std::uint32_t generation_ = 0;
};

namespace detail {
/// std::logic_error unless x has the shape of that kind; of a number, unless it is one that meets matrices of any
/// shape.
template <class eT>
void check_kind(const Var<eT>& x, Kind kind, Location at);
}  // namespace detail

/// A Var of which the compiler knows more than that it is a matrix: ColVar, RowVar, NumberVar, or VectorVar.
template <class eT, detail::Kind k>
class KindVar : public Var<eT> {
 public:
  static constexpr detail::Kind kind = k;
  static constexpr bool is_col = k == detail::Kind::column, is_row = k == detail::Kind::row,
                        is_xvec = k == detail::Kind::vector;

  KindVar() = default;
  KindVar(const KindVar&) = default;
  KindVar& operator=(const KindVar&) & = default;
  /// x as a Var of this kind, which it must have at run time, or std::logic_error.
  KindVar(const Var<eT>& x, Here at = Here::current()) : Var<eT>(x) { detail::check_kind(x, k, at); }
  KindVar(const Var<eT>& x, detail::Unchecked) : Var<eT>(x) {}

  friend KindVar operator-(const detail::Operand<eT, k>& x) { return detail::of_kind<k>(detail::negated(x)); }

  using Transposed = detail::VarOf<eT, detail::transposed_kind(k)>;
  Transposed t(std::source_location at = std::source_location::current()) const {
    return detail::of_kind<Transposed::kind>(Var<eT>::t(at));
  }
  Transposed st(std::source_location at = std::source_location::current()) const { return t(at); }

  // Parts of a column that are columns, and of a row that are rows, as in Armadillo.
  using Rows = detail::VarOf<eT, is_col ? k : detail::Kind::matrix>;
  using Cols = detail::VarOf<eT, is_row ? k : detail::Kind::matrix>;
  using Var<eT>::rows, Var<eT>::cols;
  // clang-format off
  auto row(uword i, Here at = Here::current()) const { return detail::of_kind<is_col ? k : detail::Kind::row>(Var<eT>::row(i, at)); }
  auto col(uword j, Here at = Here::current()) const { return detail::of_kind<is_row ? k : detail::Kind::column>(Var<eT>::col(j, at)); }
  Rows rows(uword first, uword last, Here at = Here::current()) const { return detail::of_kind<Rows::kind>(Var<eT>::rows(first, last, at)); }
  Rows head_rows(uword n, Here at = Here::current()) const { return detail::of_kind<Rows::kind>(Var<eT>::head_rows(n, at)); }
  Rows tail_rows(uword n, Here at = Here::current()) const { return detail::of_kind<Rows::kind>(Var<eT>::tail_rows(n, at)); }
  Cols cols(uword first, uword last, Here at = Here::current()) const { return detail::of_kind<Cols::kind>(Var<eT>::cols(first, last, at)); }
  Cols head_cols(uword n, Here at = Here::current()) const { return detail::of_kind<Cols::kind>(Var<eT>::head_cols(n, at)); }
  Cols tail_cols(uword n, Here at = Here::current()) const { return detail::of_kind<Cols::kind>(Var<eT>::tail_cols(n, at)); }
  // clang-format on
};

namespace detail {
template <class eT>
Engine<eT>& engine_of(const Var<eT>& x) {
  return engine_of(x.tape());
}
/// The node of a Var, valid until the next one is appended.
template <class eT>
Node<eT>& node_of(const Var<eT>& x) {
  return engine_of(x).node(x.index());
}
/// The operand that a broadcast repeats, if x is a broadcast that nobody needed in full yet; x otherwise.
template <class eT>
Var<eT> before_spread(const Var<eT>& x) {
  const Node<eT>& n = node_of(x);
  return n.operation->family == Family::spread && !n.evaluated ? engine_of(x).handle(n.operands[0]) : x;
}

template <class T>
struct element_of_var {};
template <class eT>
struct element_of_var<Var<eT>> {
  using type = eT;
};
template <class eT, Kind k>
struct element_of_var<KindVar<eT, k>> {
  using type = eT;
};
}  // namespace detail

template <class T>
concept AnyVar = requires {
  typename detail::element_of_var<std::remove_cvref_t<T>>::type;
};

/// Holds for argument lists with at least one Var.
template <class... A>
concept Differentiable = (AnyVar<A> || ...);

namespace detail {
template <class... A>
struct element {};
template <class First, class... Rest>
struct element<First, Rest...> : element<Rest...> {};
template <AnyVar First, class... Rest>
struct element<First, Rest...> : element_of_var<First> {};
}  // namespace detail

/// The element type of the Vars among the types A.
template <class... A>
using element_t = typename detail::element<std::remove_cvref_t<A>...>::type;

namespace detail {
/// The Vars among the types A and what they meet, as a Var of kind k.
template <Kind k, class... A>
using ResultOf = VarOf<element_t<A...>, k>;
/// What an elementwise operation makes of operands of these types.
template <class... A>
using Entrywise = ResultOf<elementwise_kind(kind_of<A>...), A...>;
template <class... A, class eT>
Entrywise<A...> of_entries(const Var<eT>& y) {
  return of_kind<elementwise_kind(kind_of<A>...)>(y);
}
}  // namespace detail

/// What an operation takes where a Var may stand: a Var, a number, or an Armadillo matrix or expression
/// (which is copied to the tape, unless given as view(X)). It notes the source line where it was converted.
template <class eT>
class Argument {
 public:
  Argument(const Var<eT>& x, std::source_location at = std::source_location::current()) : at_(at), var_(&x) {}
  template <class S>
  requires std::is_arithmetic_v<S> Argument(S x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::number), number_(eT(x)) {}
  Argument(const View<eT>& x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::view), view_(&x) {}
  Argument(const arma::Mat<eT>& x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::matrix), matrix_(&x) {}
  template <class E>
  Argument(const arma::Base<eT, E>& x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::matrix), evaluated_(new arma::Mat<eT>(x.get_ref())), matrix_(evaluated_.get()) {}
  Argument(const Argument&) = delete;

  const Location& at() const { return at_; }
  const Var<eT>* var() const { return var_; }
  const eT* number() const { return kind_ == Kind::number ? &number_ : nullptr; }

  /// The argument as a node of the tape.
  Var<eT> on(Tape<eT>& tape, const char* operation) const {
    switch (kind_) {
      case Kind::var:
        detail::engine_of(tape).check(*var_, operation, at_);
        return *var_;
      case Kind::number:
        return tape.constant(number_);
      case Kind::view:
        return tape.constant(*view_);
      case Kind::matrix:
        break;
    }
    return tape.constant(*matrix_);
  }

 private:
  enum class Kind : std::uint8_t { var, number, view, matrix };
  Location at_;
  Kind kind_ = Kind::var;
  const Var<eT>* var_ = nullptr;  // which lives as long: an argument is made for one call
  eT number_{};
  const View<eT>* view_ = nullptr;
  std::unique_ptr<const arma::Mat<eT>> evaluated_;
  const arma::Mat<eT>* matrix_ = nullptr;
};

namespace detail {
template <class X, class eT>
concept IsOperand =
    std::is_arithmetic_v<X> || std::derived_from<X, Var<eT>> || std::derived_from<X, View<eT>> || Expression<X, eT>;

/// An argument of an operator, of a kind that the compiler knows.
template <class eT, Kind k>
class Operand : public Argument<eT> {
 public:
  template <class X>
  requires(kind_of<X> == k && IsOperand<X, eT>)
      Operand(const X& x, std::source_location at = std::source_location::current())
      : Argument<eT>(x, at) {}
};
}  // namespace detail

}  // namespace armagrad
