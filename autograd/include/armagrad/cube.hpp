#pragma once
// CubeVar: a cube whose computation is on a tape. Included by var.hpp.

#include <optional>

#include "var.hpp"

namespace armagrad {

namespace detail {
template <class eT>
class EachSlice;
template <class eT>
class EachSlicePart;
template <class eT>
class CubePart;
template <class eT>
class CubeOperand;
/// Appends what an elementwise rule makes of cubes of one size, or std::logic_error, and numbers.
template <class Rule, class eT, std::same_as<CubeOperand<eT>>... More>
CubeVar<eT> append_cube(const CubeOperand<eT>& x, const More&... more);

/// Rows, columns and slices of a cube.
struct Subcube {
  arma::span rows, cols, slices;
};

/// The matrix of a cube's slices side by side, over the cube's memory.
template <class eT>
arma::Mat<eT> side_by_side(const arma::Cube<eT>& Q) {
  return {const_cast<eT*>(Q.memptr()), Q.n_rows, Q.n_cols * Q.n_slices, false, true};
}
}  // namespace detail

/// A cube, as arma::cube is one: its slices are matrices of one shape. Cheap to copy; operators and functions go entry
/// by entry; slices, tubes, subcubes and entries of a named one can be written to. It is kept as the matrix of its
/// slices side by side, n_rows x (n_cols * n_slices), which has the entries in the order that arma::cube has them: in
/// formulas and reports it is that matrix.
template <class eT>
class [[nodiscard]] CubeVar {
 public:
  using elem_type = eT;
  static constexpr detail::Kind kind = detail::Kind::cube;

  uword n_rows = 0, n_cols = 0, n_slices = 0, n_elem_slice = 0, n_elem = 0;

  CubeVar() = default;
  // Constants of no tape yet: zeros, or as Armadillo's fill says.
  CubeVar(uword rows, uword cols, uword slices) : CubeVar(arma::Cube<eT>(rows, cols, slices, arma::fill::zeros)) {}
  template <class Fill>
  CubeVar(uword rows, uword cols, uword slices, const Fill& fill) : CubeVar(arma::Cube<eT>(rows, cols, slices, fill)) {}
  explicit CubeVar(arma::SizeCube s) : CubeVar(s.n_rows, s.n_cols, s.n_slices) {}
  template <class Fill>
  CubeVar(arma::SizeCube s, const Fill& fill) : CubeVar(s.n_rows, s.n_cols, s.n_slices, fill) {}
  CubeVar(const arma::Cube<eT>& Q);
  template <class E>
  CubeVar(const arma::BaseCube<eT, E>& Q) : CubeVar(arma::Cube<eT>(Q.get_ref())) {}
  /// Of its slices side by side. std::logic_error unless there are as many columns for each.
  CubeVar(const Var<eT>& side_by_side, uword slices, Here at = Here::current());

  /// A matrix where Armadillo has one: of a single slice, of a single row (n_cols x n_slices) or of a single column
  /// (n_rows x n_slices). std::logic_error of another cube.
  operator Var<eT>() const { return as_matrix(Here()); }
  /// The same conversion, with the line that errors name.
  Var<eT> as_matrix(Here at = Here::current()) const;

  /// The numbers that it has now; computed if they were not yet.
  [[nodiscard]] arma::Cube<eT> value() const;
  /// The matrix of the slices side by side.
  const Var<eT>& side_by_side() const { return entries_; }
  /// Its numbers of rows, columns and slices, as arma::size gives them.
  arma::SizeCube size() const { return arma::SizeCube(n_rows, n_cols, n_slices); }
  /// The tape that it is on; constants of none are put on one.
  Tape<eT>& tape() const { return entries_.tape(); }
  /// Whether one of its sides is 0.
  bool is_empty() const { return n_elem == 0; }
  /// A copy, for code that evaluates Armadillo's expressions.
  CubeVar eval() const { return *this; }
  /// Prints the values, as Armadillo does; a recorded program does not come to depend on them.
  void print(const std::string& header = "") const;
  void print(std::ostream& out, const std::string& header = "") const;

  // ---- Parts, as in Armadillo: of a const cube or a temporary to be read, of another one also to be written ----
  using Entry = Part<eT, detail::Kind::number>;
  using Slice = Part<eT, detail::Kind::matrix>;
  using Tube = Part<eT, detail::Kind::column, detail::EntryList>;
  using Block = detail::CubePart<eT>;
  using span = arma::span;
  // clang-format off
  /// The entry (i, j) of slice k, or i of the order of entries.
  NumberVar<eT> operator()(uword i, uword j, uword k, Here at = Here::current()) const& { return entries_(i, column(i, j, k, at), at); }
  NumberVar<eT> operator()(uword i, Here at = Here::current()) const& { return entries_(i, at); }
  NumberVar<eT> operator[](uword i) const& { return entries_(i); }
  /// The same as operator(): indices are checked here as well.
  NumberVar<eT> at(uword i, uword j, uword k, Here at = Here::current()) const& { return (*this)(i, j, k, at); }
  Entry operator()(uword i, uword j, uword k, Here at = Here::current()) & { return entries_(i, column(i, j, k, at), at); }
  Entry operator()(uword i, Here at = Here::current()) & { return entries_(i, at); }
  Entry operator[](uword i) & { return entries_(i); }
  Entry at(uword i, uword j, uword k, Here at = Here::current()) & { return (*this)(i, j, k, at); }
  /// Slice k, n_rows x n_cols.
  Var<eT> slice(uword k, Here at = Here::current()) const& { return entries_.block(at_slice(k, at), at); }
  Slice slice(uword k, Here at = Here::current()) & { return {entries_, at_slice(k, at), at}; }
  /// The entries (i, j) of all slices, where Armadillo has a cube of 1 x 1 x n_slices.
  ColVar<eT> tube(uword i, uword j, Here at = Here::current()) const& { return entries_.template list<detail::Kind::column>(at_tube(i, j, at), at); }
  Tube tube(uword i, uword j, Here at = Here::current()) & { return {entries_, at_tube(i, j, at), at}; }
  /// Cubes: of slices first to last, of row i or column j of all slices, and of any rows, columns and slices.
  CubeVar slices(uword first, uword last, Here at = Here::current()) const& { return part({{}, {}, span(first, last)}, at); }
  /// The first n slices.
  CubeVar head_slices(uword n, Here at = Here::current()) const& { return part(of_head(n, at), at); }
  /// The last n slices.
  CubeVar tail_slices(uword n, Here at = Here::current()) const& { return part(of_tail(n, at), at); }
  /// Row i of all slices, 1 x n_cols x n_slices.
  CubeVar row(uword i, Here at = Here::current()) const& { return part({span(i, i), {}, {}}, at); }
  /// Rows first to last of all slices.
  CubeVar rows(uword first, uword last, Here at = Here::current()) const& { return part({span(first, last), {}, {}}, at); }
  /// Column j of all slices, n_rows x 1 x n_slices.
  CubeVar col(uword j, Here at = Here::current()) const& { return part({{}, span(j, j), {}}, at); }
  /// Columns first to last of all slices.
  CubeVar cols(uword first, uword last, Here at = Here::current()) const& { return part({{}, span(first, last), {}}, at); }
  CubeVar tube(span r, span c, Here at = Here::current()) const& { return part({r, c, {}}, at); }
  /// The rows, columns and slices of these spans. std::out_of_range beyond the cube.
  CubeVar subcube(span r, span c, span s, Here at = Here::current()) const& { return part({r, c, s}, at); }
  CubeVar operator()(span r, span c, span s, Here at = Here::current()) const& { return part({r, c, s}, at); }
  CubeVar subcube(uword r1, uword c1, uword s1, uword r2, uword c2, uword s2, Here at = Here::current()) const& { return part({span(r1, r2), span(c1, c2), span(s1, s2)}, at); }
  Block slices(uword first, uword last, Here at = Here::current()) & { return {*this, {{}, {}, span(first, last)}, at}; }
  Block head_slices(uword n, Here at = Here::current()) & { return {*this, of_head(n, at), at}; }
  Block tail_slices(uword n, Here at = Here::current()) & { return {*this, of_tail(n, at), at}; }
  Block row(uword i, Here at = Here::current()) & { return {*this, {span(i, i), {}, {}}, at}; }
  Block rows(uword first, uword last, Here at = Here::current()) & { return {*this, {span(first, last), {}, {}}, at}; }
  Block col(uword j, Here at = Here::current()) & { return {*this, {{}, span(j, j), {}}, at}; }
  Block cols(uword first, uword last, Here at = Here::current()) & { return {*this, {{}, span(first, last), {}}, at}; }
  Block tube(span r, span c, Here at = Here::current()) & { return {*this, {r, c, {}}, at}; }
  Block subcube(span r, span c, span s, Here at = Here::current()) & { return {*this, {r, c, s}, at}; }
  Block operator()(span r, span c, span s, Here at = Here::current()) & { return {*this, {r, c, s}, at}; }
  Block subcube(uword r1, uword c1, uword s1, uword r2, uword c2, uword s2, Here at = Here::current()) & { return {*this, {span(r1, r2), span(c1, c2), span(s1, s2)}, at}; }
  /// The entries of these numbers in the order of entries, as a column.
  ColVar<eT> elem(const arma::uvec& i, Here at = Here::current()) const& { return entries_.elem(i, at); }
  auto elem(const arma::uvec& i, Here at = Here::current()) & { return entries_.elem(i, at); }
  // clang-format on

  /// Q.each_slice() + M and the like: M, of a slice's shape, meets every slice; M * Q.each_slice() and
  /// Q.each_slice() * M are products with each. Of a named Q also Q.each_slice() += M.
  detail::EachSlice<eT> each_slice() const& { return detail::EachSlice<eT>(*this); }
  detail::EachSlicePart<eT> each_slice() & { return detail::EachSlicePart<eT>(*this); }
  /// Calls f with each slice, a Var that it may change.
  template <class F>
  requires std::invocable < F&, Var<eT>
  & > CubeVar& each_slice(F f) & {
    for (uword k = 0; k < n_slices; ++k) {
      Var<eT> one = std::as_const(*this).slice(k);
      f(one);
      slice(k) = one;
    }
    return *this;
  }
  /// Replaces each entry x, a number, by f(x).
  template <class F>
  CubeVar& transform(F f) & {
    entries_.transform(std::move(f));
    return *this;
  }

  /// Every entry becomes x, a number, which may be a Var.
  CubeVar& fill(const detail::Operand<eT, detail::Kind::number>& x) & {
    entries_.fill(x);
    return *this;
  }
  /// Zeros, of the same size or of this one.
  CubeVar& zeros() & { return *this = CubeVar(size()); }
  /// Ones, of the same size or of this one.
  CubeVar& ones() & { return *this = CubeVar(size(), arma::fill::ones); }
  CubeVar& zeros(uword rows, uword cols, uword slices) & { return *this = CubeVar(rows, cols, slices); }
  CubeVar& ones(uword rows, uword cols, uword slices) & {
    return *this = CubeVar(rows, cols, slices, arma::fill::ones);
  }
  /// Zeros of this size: memory without values does not exist on a tape.
  CubeVar& set_size(uword rows, uword cols, uword slices) & { return zeros(rows, cols, slices); }

  using C = detail::CubeOperand<eT>;
  using N = detail::Operand<eT, detail::Kind::number>;
  CubeVar& operator*=(const N& x) & { return *this = *this * x; }
  // clang-format off
  CubeVar& operator+=(const C& x) & { return *this = detail::append_cube<detail::rules::Plus>(C(*this, x.at()), x); }
  CubeVar& operator-=(const C& x) & { return *this = detail::append_cube<detail::rules::Minus>(C(*this, x.at()), x); }
  CubeVar& operator%=(const C& x) & { return *this = detail::append_cube<detail::rules::Times>(C(*this, x.at()), x); }
  CubeVar& operator/=(const C& x) & { return *this = detail::append_cube<detail::rules::Divide>(C(*this, x.at()), x); }
  friend CubeVar operator*(const CubeVar& x, const N& y) { return CubeVar(x.entries_ * y, x.n_slices); }
  friend CubeVar operator*(const N& x, const CubeVar& y) { return CubeVar(x * y.entries_, y.n_slices); }
  friend CubeVar operator-(const CubeVar& x) { return CubeVar(-x.entries_, x.n_slices); }
  friend CubeVar operator+(const C& x, const C& y) { return detail::append_cube<detail::rules::Plus>(x, y); }
  friend CubeVar operator-(const C& x, const C& y) { return detail::append_cube<detail::rules::Minus>(x, y); }
  friend CubeVar operator%(const C& x, const C& y) { return detail::append_cube<detail::rules::Times>(x, y); }
  friend CubeVar operator/(const C& x, const C& y) { return detail::append_cube<detail::rules::Divide>(x, y); }
  // 1 where it holds and 0 where it does not; of zero derivative.
  friend CubeVar operator>(const C& x, const C& y) { return detail::append_cube<detail::rules::Greater>(x, y); }
  friend CubeVar operator<(const C& x, const C& y) { return detail::append_cube<detail::rules::Greater>(y, x); }
  friend CubeVar operator>=(const C& x, const C& y) { return detail::append_cube<detail::rules::GreaterEqual>(x, y); }
  friend CubeVar operator<=(const C& x, const C& y) { return detail::append_cube<detail::rules::GreaterEqual>(y, x); }
  friend CubeVar operator==(const C& x, const C& y) { return detail::append_cube<detail::rules::Equal>(x, y); }
  friend CubeVar operator!=(const C& x, const C& y) { return detail::append_cube<detail::rules::NotEqual>(x, y); }
  // clang-format on

 private:
  friend class detail::CubePart<eT>;
  /// Where in the matrix of slices an entry's column is, the slice, and others. std::out_of_range where there is none.
  uword column(uword i, uword j, uword k, Here at) const {
    if (i >= n_rows || j >= n_cols || k >= n_slices) [[unlikely]]
      out_of_bounds("operator()", at);
    return k * n_cols + j;
  }
  detail::Place at_slice(uword k, Here at) const {
    if (k >= n_slices) [[unlikely]]
      out_of_bounds("slice", at);
    return {0, std::uint32_t(k * n_cols), {std::uint32_t(n_rows), std::uint32_t(n_cols)}};
  }
  detail::EntryList at_tube(uword i, uword j, Here at) const;
  detail::Subcube of_head(uword n, Here at) const;
  detail::Subcube of_tail(uword n, Here at) const;
  /// Without open ends. std::out_of_range of one that lies beyond the cube.
  detail::Subcube within(detail::Subcube s, Here at) const;
  detail::EntryList entries_of(const detail::Subcube& within) const;
  CubeVar part(const detail::Subcube& s, Here at) const;
  [[noreturn]] void out_of_bounds(const char* name, Here at) const;

  Var<eT> entries_;
};

namespace detail {

/// What an operation takes where a cube may stand: one, or a number, which meets all entries. Made for one call.
template <class eT>
class CubeOperand {
 public:
  CubeOperand(const CubeVar<eT>& x, Here at = Here::current())
      : at_(at), size_{x.n_rows, x.n_cols, x.n_slices}, argument_(x.side_by_side(), at) {}
  CubeOperand(const arma::Cube<eT>& x, Here at = Here::current())
      : at_(at), size_{x.n_rows, x.n_cols, x.n_slices}, matrix_(detail::side_by_side(x)), argument_(matrix_, at) {}
  template <class E>
  CubeOperand(const arma::BaseCube<eT, E>& x, Here at = Here::current())
      : CubeOperand(std::make_unique<arma::Cube<eT>>(x.get_ref()), at) {}
  template <class X>
  requires(kind_of<X> == Kind::number && IsOperand<X, eT>) CubeOperand(const X& x, Here at = Here::current())
      : at_(at), is_number_(true), argument_(x, at) {}
  CubeOperand(const CubeOperand&) = delete;

  Here at() const { return at_; }
  bool is_number() const { return is_number_; }
  std::array<uword, 3> size() const { return size_; }
  const Argument<eT>& argument() const { return argument_; }

 private:
  CubeOperand(std::unique_ptr<arma::Cube<eT>> x, Here at)
      : at_(at),
        size_{x->n_rows, x->n_cols, x->n_slices},
        evaluated_(std::move(x)),
        matrix_(detail::side_by_side(*evaluated_)),
        argument_(matrix_, at) {}

  Here at_;
  bool is_number_ = false;
  std::array<uword, 3> size_{};
  std::unique_ptr<arma::Cube<eT>> evaluated_;
  arma::Mat<eT> matrix_;
  Argument<eT> argument_;
};

/// How many slices the cubes among these have, which are of one size, or std::logic_error.
template <class eT>
uword slices_in_common(const char* name, std::initializer_list<const CubeOperand<eT>*> operands);

template <class Rule, class eT, std::same_as<CubeOperand<eT>>... More>
CubeVar<eT> append_cube(const CubeOperand<eT>& x, const More&... more) {
  const Operation<eT>& operation = operation_of<Rule, eT>();
  const uword slices = slices_in_common<eT>(operation.name, {&x, &more...});
  return CubeVar<eT>(append_elementwise_of(operation, x.argument(), more.argument()...), slices);
}

/// What Q.slices(first, last) and the like give of a Q that is not const: a CubeVar, the part as it is now, and, as
/// long as it has no name, a place to write to, in Q: a cube of that size, or a number.
template <class eT>
class CubePart : public CubeVar<eT> {
 public:
  using C = CubeOperand<eT>;
  CubePart(CubeVar<eT>& of, const Subcube& where, Here at)
      : CubeVar<eT>(of.part(where, at)), of_(&of), where_(of.within(where, at)), at_(at) {}
  CubePart(const CubePart&) = default;

  // clang-format off
  void operator=(const C& x) && { write(x); }
  void operator=(const CubePart& x) && { write(C(x, at_)); }
  void operator+=(const C& x) && { write(C(append_cube<rules::Plus>(C(*this, at_), x), x.at())); }
  void operator-=(const C& x) && { write(C(append_cube<rules::Minus>(C(*this, at_), x), x.at())); }
  void operator%=(const C& x) && { write(C(append_cube<rules::Times>(C(*this, at_), x), x.at())); }
  void operator/=(const C& x) && { write(C(append_cube<rules::Divide>(C(*this, at_), x), x.at())); }
  void operator*=(const Operand<eT, Kind::number>& x) && { write(C(*this * x, at_)); }
  void fill(const Operand<eT, Kind::number>& x) && { list() = x; }
  void zeros() && { list() = 0; }
  void ones() && { list() = 1; }
  // clang-format on

 private:
  using List = Part<eT, Kind::matrix, EntryList>;
  List list() { return List(of_->entries_, of_->entries_of(where_), at_); }
  void write(const C& x);

  CubeVar<eT>* of_;
  Subcube where_;
  Here at_;
};

/// Q.each_slice(), waiting for a matrix of a slice's shape, which meets every slice.
template <class eT>
class EachSlice {
 public:
  using A = Argument<eT>;
  explicit EachSlice(const CubeVar<eT>& Q) : Q_(Q) {}
  // clang-format off
  friend CubeVar<eT> operator+(const EachSlice& e, const A& X) { return e.meet(operation_of<rules::Plus, eT>(), X, false); }
  friend CubeVar<eT> operator-(const EachSlice& e, const A& X) { return e.meet(operation_of<rules::Minus, eT>(), X, false); }
  friend CubeVar<eT> operator%(const EachSlice& e, const A& X) { return e.meet(operation_of<rules::Times, eT>(), X, false); }
  friend CubeVar<eT> operator/(const EachSlice& e, const A& X) { return e.meet(operation_of<rules::Divide, eT>(), X, false); }
  friend CubeVar<eT> operator+(const A& X, const EachSlice& e) { return e.meet(operation_of<rules::Plus, eT>(), X, true); }
  friend CubeVar<eT> operator-(const A& X, const EachSlice& e) { return e.meet(operation_of<rules::Minus, eT>(), X, true); }
  friend CubeVar<eT> operator%(const A& X, const EachSlice& e) { return e.meet(operation_of<rules::Times, eT>(), X, true); }
  friend CubeVar<eT> operator/(const A& X, const EachSlice& e) { return e.meet(operation_of<rules::Divide, eT>(), X, true); }
  friend CubeVar<eT> operator*(const EachSlice& e, const A& X) { return e.times(X); }
  friend CubeVar<eT> operator*(const A& X, const EachSlice& e) { return e.from_left(X); }
  // clang-format on

 private:
  CubeVar<eT> meet(const Operation<eT>& operation, const A& X, bool reversed) const;
  CubeVar<eT> times(const A& X) const;
  CubeVar<eT> from_left(const A& X) const;
  CubeVar<eT> Q_;
};

/// The same of a Q that is not const: also Q.each_slice() += X.
template <class eT>
class EachSlicePart : public EachSlice<eT> {
 public:
  using A = Argument<eT>;
  explicit EachSlicePart(CubeVar<eT>& Q) : EachSlice<eT>(Q), of_(&Q) {}
  void operator+=(const A& X) && { *of_ = *this + X; }
  void operator-=(const A& X) && { *of_ = *this - X; }
  void operator%=(const A& X) && { *of_ = *this % X; }
  void operator/=(const A& X) && { *of_ = *this / X; }
  void operator*=(const A& X) && { *of_ = *this * X; }

 private:
  CubeVar<eT>* of_;
};

}  // namespace detail
}  // namespace armagrad
