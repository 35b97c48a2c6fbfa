#pragma once
// Var: a handle to a node on a tape, used as if it were an Armadillo matrix.

#include <cstring>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>

#include "detail/draft.hpp"
#include "detail/link_check.hpp"
#include "var_operators.hpp"

namespace armagrad {

template <class eT, bool rows>
class Each;
template <class eT, bool rows>
class EachPart;
template <class eT, detail::Kind k, class Where = detail::Place>
class Part;

/// A matrix whose computation is on a tape. Cheap to copy; valid until its tape is cleared or destroyed. Operators are
/// Armadillo's: + - * % / and a number meets matrices of any shape. Where the compiler knows more, that it is a column,
/// a row or a number, the type is ColVar, RowVar or NumberVar, which a Var is made of as a mat is of a vec: as a
/// matrix.
///
/// A Var made of numbers, as Var<double> A(3, 3) or ColVar<double> h = arma::vec(5), is a constant that belongs to no
/// tape until it meets a Var that does. Parts of a Var can be written to, A(i, j) = x, and copies of A stay as they
/// are.
template <class eT>
class [[nodiscard]] Var : private AllVarOperators<eT> {
 public:
  using elem_type = eT;

  static constexpr detail::Kind kind = detail::Kind::matrix;
  /// As Armadillo's types have them: a column, a row, or one of the two.
  static constexpr bool is_col = false, is_row = false, is_xvec = false;

  uword n_rows = 0, n_cols = 0, n_elem = 0;

  Var() = default;
  Var(const Var& x) : n_rows(x.n_rows), n_cols(x.n_cols), n_elem(x.n_elem), tape_(x.tape_), at_(x.at_) {
    if (x.draft_) [[unlikely]]
      copy_draft(x);
  }
  Var(Var&& x) noexcept
      : n_rows(x.n_rows), n_cols(x.n_cols), n_elem(x.n_elem), tape_(x.tape_), at_(x.at_), draft_(x.draft_) {
    if (draft_) [[unlikely]]
      take_draft(x);
  }
  ~Var() {
    if (draft_) [[unlikely]]
      end_draft();
  }
  /// Only to a named Var. To a part, A(i, j) = x, it is Part's.
  Var& operator=(const Var& x) & {
    if (draft_ || x.draft_) [[unlikely]]
      return assign(Var(x));
    return set(x);
  }
  Var& operator=(Var&& x) & noexcept {
    if (draft_ || x.draft_) [[unlikely]]
      return assign(std::move(x));
    return set(x);
  }

  // ---- Constants of no tape yet ----
  /// Zeros, or as Armadillo's fill says: fill::ones, fill::eye, fill::value(x), ...
  Var(uword rows, uword cols) : Var(arma::Mat<eT>(rows, cols, arma::fill::zeros)) {}
  template <class Fill>
  requires std::constructible_from < arma::Mat<eT>, uword, uword,
  const Fill& > Var(uword rows, uword cols, const Fill& fill) : Var(arma::Mat<eT>(rows, cols, fill)) {}
  explicit Var(arma::SizeMat size) : Var(size.n_rows, size.n_cols) {}
  template <class Fill>
  Var(arma::SizeMat size, const Fill& fill) : Var(size.n_rows, size.n_cols, fill) {}
  /// A column of n zeros.
  template <detail::Integer N>
  explicit Var(N n) : Var(uword(n), uword(1)) {}
  template <detail::Number S>
  Var(S number) : Var(eT(number), detail::Unchecked{}) {}
  Var(const arma::Mat<eT>& X);
  template <class E>
  Var(const arma::Base<eT, E>& X) : Var(arma::Mat<eT>(X.get_ref())) {}
  /// A row of numbers and Vars that are numbers; rows of them, of one length, or std::logic_error.
  Var(std::initializer_list<detail::Operand<eT, detail::Kind::number>> row);
  Var(std::initializer_list<std::initializer_list<detail::Operand<eT, detail::Kind::number>>> rows);

  /// The value, computed now if it was not yet: a copy. In a loss that is being recorded, the recording then holds for
  /// these values only.
  [[nodiscard]] arma::Mat<eT> value() const { return tape().value(*this); }
  /// The value of a 1x1 node.
  [[nodiscard]] eT scalar() const { return tape().scalar(*this); }
  /// The tape of the node; a constant that met no tape gets a node on the thread's tape of constants.
  Tape<eT>& tape() const { return tape_ ? *tape_ : *settle().first; }
  /// Whether it belongs to a tape, and is no constant that met none.
  bool is_on_tape() const { return tape_ != nullptr || home() != nullptr; }
  /// That tape, or nullptr.
  Tape<eT>* home() const { return tape_ ? tape_ : home_of_draft(); }
  /// The number of the node on its tape.
  detail::Index index() const { return tape_ ? at_.index : settle().second.index; }
  /// The recording that the node belongs to; clear() begins another.
  std::uint32_t generation() const { return tape_ ? at_.generation : settle().second.generation; }
  /// The number of rows and columns, known before anything is computed.
  Shape shape() const { return {std::uint32_t(n_rows), std::uint32_t(n_cols)}; }

  /// The transpose, n x m for an m x n matrix; a product that reads it copies nothing.
  Var t(std::source_location at = std::source_location::current()) const;
  /// t(): for real numbers the two transposes are the same.
  Var st(std::source_location at = std::source_location::current()) const { return t(at); }
  /// X.each_row() + r and the like: r (1 x n_cols) meets every row. Of a named X also X.each_row() += r.
  auto each_row() const& { return Each<eT, true>(*this); }
  auto each_row() & { return EachPart<eT, true>(*this); }
  /// X.each_col() + c and the like: c (n_rows x 1) meets every column.
  auto each_col() const& { return Each<eT, false>(*this); }
  auto each_col() & { return EachPart<eT, false>(*this); }
  /// Calls f with each row, or column, a Var that it may change.
  template <class F>
  Var& each_row(F f) & {
    for (uword i = 0; i < n_rows; ++i) {
      RowVar<eT> r = std::as_const(*this).row(i);
      f(r);
      row(i) = r;
    }
    return *this;
  }
  template <class F>
  Var& each_col(F f) & {
    for (uword j = 0; j < n_cols; ++j) {
      ColVar<eT> c = std::as_const(*this).col(j);
      f(c);
      col(j) = c;
    }
    return *this;
  }

  // ---- Operators that change this one; X *= Y is the product X * Y ----
  using A = Argument<eT>;
  Var& operator+=(const A& x) & { return become(with<detail::rules::Plus>(x)); }
  Var& operator-=(const A& x) & { return become(with<detail::rules::Minus>(x)); }
  Var& operator%=(const A& x) & { return become(with<detail::rules::Times>(x)); }
  Var& operator/=(const A& x) & { return become(with<detail::rules::Divide>(x)); }
  Var& operator*=(const A& x) & { return become(detail::append_product(A(*this, x.at()), x)); }

  // ---- Parts, as in Armadillo: of a const Var or a temporary to be read, of another one also to be written ----
  using Here = std::source_location;
  using Kind = detail::Kind;
  using Entry = Part<eT, Kind::number>;
  template <Kind k>
  using Block = Part<eT, k>;
  template <Kind k>
  using List = Part<eT, k, detail::EntryList>;
  using Indices = arma::uvec;

  // clang-format off
  /// The entry (i, j), or i of the column-by-column order: a number.
  NumberVar<eT> operator()(uword i, uword j, Here at = Here::current()) const& { return entry(at_entry(i, j, at), at); }
  NumberVar<eT> operator()(uword i, Here at = Here::current()) const& { return entry(at_entry(i, at), at); }
  NumberVar<eT> operator[](uword i) const& { return (*this)(i); }
  Entry operator()(uword i, uword j, Here at = Here::current()) & { return {*this, at_entry(i, j, at), at}; }
  Entry operator()(uword i, Here at = Here::current()) & { return {*this, at_entry(i, at), at}; }
  Entry operator[](uword i) & { return (*this)(i); }
  /// The entry, as operator(): bounds are checked, unlike in Armadillo's at().
  NumberVar<eT> at(uword i, Here at = Here::current()) const& { return (*this)(i, at); }
  NumberVar<eT> at(uword i, uword j, Here at = Here::current()) const& { return (*this)(i, j, at); }
  Entry at(uword i, Here at = Here::current()) & { return (*this)(i, at); }
  Entry at(uword i, uword j, Here at = Here::current()) & { return (*this)(i, j, at); }
  /// The first entry, a number.
  NumberVar<eT> front(Here at = Here::current()) const& { return (*this)(0, at); }
  /// The last entry, a number.
  NumberVar<eT> back(Here at = Here::current()) const& { return (*this)(n_elem - 1, at); }
  Entry front(Here at = Here::current()) & { return (*this)(0, at); }
  Entry back(Here at = Here::current()) & { return (*this)(n_elem - 1, at); }

  Var operator()(arma::span r, arma::span c, Here at = Here::current()) const& { return block(at_spans(r, c, at), at); }
  RowVar<eT> operator()(uword i, arma::span c, Here at = Here::current()) const& { return block<Kind::row>(at_spans(arma::span(i, i), c, at), at); }
  ColVar<eT> operator()(arma::span r, uword j, Here at = Here::current()) const& { return block<Kind::column>(at_spans(r, arma::span(j, j), at), at); }
  /// Row i as a row. Here and below std::out_of_range for a part that is not inside.
  RowVar<eT> row(uword i, Here at = Here::current()) const& { return block<Kind::row>(at_row(i, at), at); }
  /// Column j as a column.
  ColVar<eT> col(uword j, Here at = Here::current()) const& { return block<Kind::column>(at_col(j, at), at); }
  /// col(j): there is nothing unsafe about it here.
  ColVar<eT> unsafe_col(uword j, Here at = Here::current()) const& { return col(j, at); }
  /// The rows from first to last, both included.
  Var rows(uword first, uword last, Here at = Here::current()) const& { return block(at_rows(first, last, at), at); }
  /// The columns from first to last, both included.
  Var cols(uword first, uword last, Here at = Here::current()) const& { return block(at_cols(first, last, at), at); }
  /// The rows r1 to r2 of the columns c1 to c2, all included.
  Var submat(uword r1, uword c1, uword r2, uword c2, Here at = Here::current()) const& { return block(at_spans(arma::span(r1, r2), arma::span(c1, c2), at), at); }
  Var submat(arma::span r, arma::span c, Here at = Here::current()) const& { return block(at_spans(r, c, at), at); }
  Var rows(arma::span r, Here at = Here::current()) const& { return block(at_spans(r, arma::span(), at, "rows"), at); }
  Var cols(arma::span c, Here at = Here::current()) const& { return block(at_spans(arma::span(), c, at, "cols"), at); }
  /// As many rows and columns as a size has, from entry (i, j) on.
  Var submat(uword i, uword j, arma::SizeMat s, Here at = Here::current()) const& { return block(at_size(i, j, s, at), at); }
  Var operator()(uword i, uword j, arma::SizeMat s, Here at = Here::current()) const& { return submat(i, j, s, at); }
  /// The first n rows.
  Var head_rows(uword n, Here at = Here::current()) const& { return block(at_head_rows(n, at), at); }
  /// The last n rows.
  Var tail_rows(uword n, Here at = Here::current()) const& { return block(at_tail_rows(n, at), at); }
  /// The first n columns.
  Var head_cols(uword n, Here at = Here::current()) const& { return block(at_head_cols(n, at), at); }
  /// The last n columns.
  Var tail_cols(uword n, Here at = Here::current()) const& { return block(at_tail_cols(n, at), at); }
  Block<Kind::matrix> operator()(arma::span r, arma::span c, Here at = Here::current()) & { return {*this, at_spans(r, c, at), at}; }
  Block<Kind::row> operator()(uword i, arma::span c, Here at = Here::current()) & { return {*this, at_spans(arma::span(i, i), c, at), at}; }
  Block<Kind::column> operator()(arma::span r, uword j, Here at = Here::current()) & { return {*this, at_spans(r, arma::span(j, j), at), at}; }
  Block<Kind::row> row(uword i, Here at = Here::current()) & { return {*this, at_row(i, at), at}; }
  Block<Kind::column> col(uword j, Here at = Here::current()) & { return {*this, at_col(j, at), at}; }
  Block<Kind::column> unsafe_col(uword j, Here at = Here::current()) & { return col(j, at); }
  Block<Kind::matrix> rows(uword first, uword last, Here at = Here::current()) & { return {*this, at_rows(first, last, at), at}; }
  Block<Kind::matrix> cols(uword first, uword last, Here at = Here::current()) & { return {*this, at_cols(first, last, at), at}; }
  Block<Kind::matrix> submat(uword r1, uword c1, uword r2, uword c2, Here at = Here::current()) & { return {*this, at_spans(arma::span(r1, r2), arma::span(c1, c2), at), at}; }
  Block<Kind::matrix> submat(arma::span r, arma::span c, Here at = Here::current()) & { return {*this, at_spans(r, c, at), at}; }
  Block<Kind::matrix> rows(arma::span r, Here at = Here::current()) & { return {*this, at_spans(r, arma::span(), at, "rows"), at}; }
  Block<Kind::matrix> cols(arma::span c, Here at = Here::current()) & { return {*this, at_spans(arma::span(), c, at, "cols"), at}; }
  Block<Kind::matrix> submat(uword i, uword j, arma::SizeMat s, Here at = Here::current()) & { return {*this, at_size(i, j, s, at), at}; }
  Block<Kind::matrix> operator()(uword i, uword j, arma::SizeMat s, Here at = Here::current()) & { return submat(i, j, s, at); }
  Block<Kind::matrix> head_rows(uword n, Here at = Here::current()) & { return {*this, at_head_rows(n, at), at}; }
  Block<Kind::matrix> tail_rows(uword n, Here at = Here::current()) & { return {*this, at_tail_rows(n, at), at}; }
  Block<Kind::matrix> head_cols(uword n, Here at = Here::current()) & { return {*this, at_head_cols(n, at), at}; }
  Block<Kind::matrix> tail_cols(uword n, Here at = Here::current()) & { return {*this, at_tail_cols(n, at), at}; }
  /// Parts of a vector, of its direction. std::logic_error for a matrix.
  Var subvec(uword first, uword last, Here at = Here::current()) const& { return block(at_subvec(first, last, at), at); }
  Var subvec(arma::span s, Here at = Here::current()) const& { return block(at_subvec(s, at), at); }
  Var operator()(arma::span s, Here at = Here::current()) const& { return block(at_subvec(s, at), at); }
  /// The first n entries of a vector.
  Var head(uword n, Here at = Here::current()) const& { return block(at_head(n, at), at); }
  /// The last n entries of a vector.
  Var tail(uword n, Here at = Here::current()) const& { return block(at_tail(n, at), at); }
  Block<Kind::matrix> subvec(uword first, uword last, Here at = Here::current()) & { return {*this, at_subvec(first, last, at), at}; }
  Block<Kind::matrix> subvec(arma::span s, Here at = Here::current()) & { return {*this, at_subvec(s, at), at}; }
  Block<Kind::matrix> operator()(arma::span s, Here at = Here::current()) & { return {*this, at_subvec(s, at), at}; }
  Block<Kind::matrix> head(uword n, Here at = Here::current()) & { return {*this, at_head(n, at), at}; }
  Block<Kind::matrix> tail(uword n, Here at = Here::current()) & { return {*this, at_tail(n, at), at}; }

  /// The entries, rows or columns of these indices, in their order; an index may come several times, and the last one
  /// that is written stays. The diagonal k as a column.
  ColVar<eT> elem(const Indices& i, Here at = Here::current()) const& { return list<Kind::column>(at_elem(i, at), at); }
  Var rows(const Indices& r, Here at = Here::current()) const& { return list(at_indices(&r, nullptr, "rows", at), at); }
  Var cols(const Indices& c, Here at = Here::current()) const& { return list(at_indices(nullptr, &c, "cols", at), at); }
  Var submat(const Indices& r, const Indices& c, Here at = Here::current()) const& { return list(at_indices(&r, &c, "submat", at), at); }
  Var operator()(const Indices& r, const Indices& c, Here at = Here::current()) const& { return submat(r, c, at); }
  ColVar<eT> operator()(const Indices& i, Here at = Here::current()) const& { return elem(i, at); }
  /// Diagonal k as a column: above the main one if k is positive, below it if negative.
  ColVar<eT> diag(arma::sword k = 0, Here at = Here::current()) const& { return diagonal(k, at); }
  List<Kind::column> elem(const Indices& i, Here at = Here::current()) & { return {*this, at_elem(i, at), at}; }
  List<Kind::matrix> rows(const Indices& r, Here at = Here::current()) & { return {*this, at_indices(&r, nullptr, "rows", at), at}; }
  List<Kind::matrix> cols(const Indices& c, Here at = Here::current()) & { return {*this, at_indices(nullptr, &c, "cols", at), at}; }
  List<Kind::matrix> submat(const Indices& r, const Indices& c, Here at = Here::current()) & { return {*this, at_indices(&r, &c, "submat", at), at}; }
  List<Kind::matrix> operator()(const Indices& r, const Indices& c, Here at = Here::current()) & { return submat(r, c, at); }
  List<Kind::column> operator()(const Indices& i, Here at = Here::current()) & { return elem(i, at); }
  List<Kind::column> diag(arma::sword k = 0, Here at = Here::current()) & { return {*this, at_diag(k, at), at}; }
  // clang-format on

  /// The entries in their order, to be read.
  class Iterator {
   public:
    using value_type = NumberVar<eT>;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using pointer = void;
    using reference = value_type;
    Iterator() = default;
    Iterator(const Var& of, uword i) : of_(&of), i_(i) {}
    value_type operator*() const { return (*of_)(i_); }
    Iterator& operator++() { return ++i_, *this; }
    Iterator operator++(int) { return {*of_, i_++}; }
    bool operator==(const Iterator&) const = default;

   private:
    const Var* of_ = nullptr;
    uword i_ = 0;
  };
  /// The first entry, for loops that read; end() is behind the last.
  Iterator begin() const { return {*this, 0}; }
  /// Behind the last entry.
  Iterator end() const { return {*this, n_elem}; }

  // ---- Armadillo's other members (members.cpp) ----
  /// The number of entries, n_elem.
  uword size() const { return n_elem; }
  /// Whether there are no entries. This and the next questions are about the shape; nothing is computed for them.
  bool is_empty() const { return n_elem == 0; }
  /// Whether there is one row or one column.
  bool is_vec() const { return n_rows == 1 || n_cols == 1; }
  /// Whether there is one row.
  bool is_rowvec() const { return n_rows == 1; }
  /// Whether there is one column.
  bool is_colvec() const { return n_cols == 1; }
  /// Whether there are as many rows as columns.
  bool is_square() const { return n_rows == n_cols; }
  /// Whether there is such an entry.
  bool in_range(uword i) const { return i < n_elem; }
  bool in_range(uword i, uword j) const { return i < n_rows && j < n_cols; }
  // Of the values that it has when it is asked.
  /// Whether no value is infinite or NaN. A recorded program that asks this or one of the next questions is recorded
  /// anew where the values change.
  bool is_finite() const { return value().is_finite(); }
  /// Whether a value is NaN.
  bool has_nan() const { return value().has_nan(); }
  /// Whether a value is infinite.
  bool has_inf() const { return value().has_inf(); }
  /// Whether all values are at most `tolerance` in size.
  bool is_zero(eT tolerance = 0) const { return value().is_zero(tolerance); }
  /// Whether the values are those of a symmetric matrix.
  bool is_symmetric() const { return value().is_symmetric(); }
  /// Whether the values are those of a symmetric positive definite matrix.
  bool is_sympd() const { return value().is_sympd(); }
  /// Whether all values off the main diagonal are 0.
  bool is_diagmat() const { return value().is_diagmat(); }
  /// Whether all values below the main diagonal are 0.
  bool is_trimatu() const { return value().is_trimatu(); }
  /// Whether all values above the main diagonal are 0.
  bool is_trimatl() const { return value().is_trimatl(); }
  /// Whether the values of a vector are in order: "ascend", "descend", "strictascend" or "strictdescend".
  bool is_sorted(const char* direction = "ascend") const { return value().is_sorted(direction); }
  /// The place of the largest value, column by column.
  uword index_max() const { return value().index_max(); }
  /// The place of the smallest value, column by column.
  uword index_min() const { return value().index_min(); }
  /// Prints the values that it has now, as Armadillo does; a recorded program does not come to depend on them.
  void print(const std::string& header = "") const;
  void print(std::ostream& out, const std::string& header = "") const;

  /// The inverse; the largest or smallest of all entries, a number.
  Var i(Here at = Here::current()) const;
  /// The largest of all entries, a number; of equal ones the first gets the derivative.
  NumberVar<eT> max(Here at = Here::current()) const;
  /// The smallest of all entries, a number; of equal ones the first gets the derivative.
  NumberVar<eT> min(Here at = Here::current()) const;
  /// t(): for real numbers the two transposes are the same.
  Var ht(Here at = Here::current()) const { return t(at); }
  /// This Var: there are no expressions that wait to be evaluated.
  Var eval() const { return *this; }
  /// All entries, column by column, as a column or a row.
  ColVar<eT> as_col(Here at = Here::current()) const;
  /// All entries, column by column, as a row.
  RowVar<eT> as_row(Here at = Here::current()) const;

  // ---- Members that change it ----
  /// Sets all entries to 0; with a size, becomes a matrix of zeros.
  Var& zeros() & { return fill(0); }
  /// Sets all entries to 1; with a size, becomes a matrix of ones.
  Var& ones() & { return fill(1); }
  /// Sets all entries to a number, which may be a Var.
  Var& fill(const A& number) & {
    if (n_elem) write(*this, detail::Place{0, 0, shape()}, false, number, "fill");
    return *this;
  }
  Var& zeros(uword rows, uword cols) & { return *this = Var(rows, cols); }
  Var& zeros(arma::SizeMat s) & { return zeros(s.n_rows, s.n_cols); }
  Var& ones(uword rows, uword cols) & { return *this = Var(rows, cols, arma::fill::ones); }
  Var& ones(arma::SizeMat s) & { return ones(s.n_rows, s.n_cols); }
  /// Becomes 1 on the main diagonal and 0 elsewhere.
  Var& eye() & { return eye(n_rows, n_cols); }
  Var& eye(uword rows, uword cols) & { return *this = Var(rows, cols, arma::fill::eye); }
  Var& eye(arma::SizeMat s) & { return eye(s.n_rows, s.n_cols); }
  /// Becomes a matrix of zeros of this size.
  Var& set_size(uword rows, uword cols) & { return zeros(rows, cols); }
  Var& set_size(arma::SizeMat s) & { return zeros(s); }
  /// The entries that are in both shapes stay where they are, others are 0; reshape() keeps their order, column by
  /// column.
  Var& resize(uword rows, uword cols, Here at = Here::current()) & { return become(resized(rows, cols, at)); }
  Var& resize(arma::SizeMat s, Here at = Here::current()) & { return resize(s.n_rows, s.n_cols, at); }
  /// Takes another shape with as many entries, or std::logic_error; they keep their order, column by column.
  Var& reshape(uword rows, uword cols, Here at = Here::current()) & { return become(reshaped(rows, cols, at)); }
  Var& reshape(arma::SizeMat s, Here at = Here::current()) & { return reshape(s.n_rows, s.n_cols, at); }
  /// Becomes empty, 0 x 0.
  Var& reset() & { return become({}); }
  /// Inserts the rows of X before row i.
  void insert_rows(uword i, const A& X, Here at = Here::current()) & { become(with_rows(i, X, at)); }
  /// Inserts n rows of zeros: an integer is their number, and no matrix of one entry.
  template <detail::Integer N>
  void insert_rows(uword i, N n, Here at = Here::current()) & {
    become(with_rows(i, Var(uword(n), n_cols), at));
  }
  /// Inserts the columns of X before column j.
  void insert_cols(uword j, const A& X, Here at = Here::current()) & { become(with_cols(j, X, at)); }
  /// Inserts n columns of zeros.
  template <detail::Integer N>
  void insert_cols(uword j, N n, Here at = Here::current()) & {
    become(with_cols(j, Var(n_rows, uword(n)), at));
  }
  /// Removes row i.
  void shed_row(uword i, Here at = Here::current()) & { become(without_rows(i, i, at)); }
  /// Removes column j.
  void shed_col(uword j, Here at = Here::current()) & { become(without_cols(j, j, at)); }
  /// Removes the rows from first to last, both included.
  void shed_rows(uword first, uword last, Here at = Here::current()) & { become(without_rows(first, last, at)); }
  /// Removes the columns from first to last, both included.
  void shed_cols(uword first, uword last, Here at = Here::current()) & { become(without_cols(first, last, at)); }
  /// Removes the rows, or columns, of these indices.
  void shed_rows(const Indices& r, Here at = Here::current()) & { become(without_rows(r, at)); }
  void shed_cols(const Indices& c, Here at = Here::current()) & { become(without_cols(c, at)); }
  /// Exchanges two rows.
  void swap_rows(uword i, uword k, Here at = Here::current()) & { become(with_rows_swapped(i, k, at)); }
  /// Exchanges two columns.
  void swap_cols(uword j, uword k, Here at = Here::current()) & { become(with_cols_swapped(j, k, at)); }
  /// Exchanges two handles; nothing is recorded.
  void swap(Var& x) & noexcept { std::swap(*this, x); }
  /// Entries below `low` become `low`, those above `high` become `high`: see the function clamp.
  Var& clamp(double low, double high, Here at = Here::current()) & { return become(clamped(low, high, at)); }
  /// Entries that are `old`, which may be a NaN, become `now`; the others keep their derivatives.
  Var& replace(double old, double now, Here at = Here::current()) & { return become(replaced(old, now, at)); }
  /// Entries of size `threshold` or less become 0; the others keep their derivatives.
  Var& clean(double threshold, Here at = Here::current()) & { return become(cleaned(threshold, at)); }
  /// Calls f with each entry, a number, which it may change if this is not const.
  template <class F>
  Var& for_each(F f) & {
    return transform([&f](NumberVar<eT> x) {
      f(x);
      return x;
    });
  }
  template <class F>
  const Var& for_each(F f) const& {
    for (uword k = 0; k < n_elem; ++k) f((*this)(k));
    return *this;
  }
  /// Replaces each entry x, a number, by f(x).
  template <class F>
  Var& transform(F f) & {
    for (uword k = 0; k < n_elem; ++k) (*this)(k) = f(std::as_const(*this)(k));
    return *this;
  }

 protected:
  /// A node of a tape.
  Var(Tape<eT>* tape, detail::Index index, std::uint32_t generation, Shape s)
      : n_rows(s.rows), n_cols(s.cols), n_elem(s.size()), tape_(tape), at_{index, generation} {}
  /// A number of no tape yet.
  Var(eT number, detail::Unchecked) : n_rows(1), n_cols(1), n_elem(1) {
    static_assert(sizeof number <= sizeof at_);
    std::memcpy(static_cast<void*>(&at_), &number, sizeof number);
  }
  /// Parts as they are now.
  Var read(const detail::Place& place, bool is_entry, Here at) const;
  Var read(const detail::EntryList& list, Here at) const;
  NumberVar<eT> entry(const detail::Place& place, Here at) const {
    if (const detail::Engine<eT>* const engine = engine_of_node()) [[likely]] {
      const detail::Index known = engine->known_entry(at_.index, place.row + place.col * n_rows);
      if (known != detail::no_index) return engine->number_handle(known);
    }
    return {read(place, true, at), detail::Unchecked{}};
  }
  template <Kind k = Kind::matrix>
  detail::VarOf<eT, k> block(const detail::Place& place, Here at) const {
    return detail::of_kind<k>(read(place, false, at));
  }
  template <Kind k = Kind::matrix>
  detail::VarOf<eT, k> list(const detail::EntryList& entries, Here at) const {
    return detail::of_kind<k>(read(entries, at));
  }
  /// Becomes a part of x. If x was written to, nothing is recorded before this is read, or x is written to again.
  void read_later(Var& x, const detail::Place& place, bool is_entry, Here at) {
    if (!draft_ && can_wait(x, place, is_entry) && !x.draft_->reader) [[likely]]
      return wait(x, place, at);
    become_part(x, place, is_entry, at);
  }
  void read_later(Var& x, const detail::EntryList& list, Here at) { become(x.read(list, at)); }
  /// Forgets a part that was to be read.
  void forget() noexcept {
    if (!draft_ || draft_->reader != this) return;
    draft_->reader = nullptr;
    draft_ = nullptr;
    tape_ = nullptr;
  }
  static void write(Var& to, const detail::Place& place, bool is_entry, const A& x, const char* name) {
    const Var* const y = x.var();
    detail::Draft<eT>* const draft = to.draft_;
    if (is_entry && draft && !draft->reader && y && y->tape_ == &draft->tape() && y->n_elem == 1) {
      detail::Engine<eT>& engine = detail::engine_of(*y->tape_);
      if (y->at_.generation == engine.generation() && engine.node(y->at_.index).is_scalar)
        return draft->write_entry(place, y->at_.index, x.at());
    }
    write_any(to, place, is_entry, x, name);
  }
  static void write(Var& to, const detail::EntryList& list, const A& x, const char* name);
  /// Changes entries by those of x, or by the number x, in their order: one that comes twice is changed twice.
  static void change_one_by_one(Var& of, const detail::EntryList& list, const detail::Operation<eT>& operation,
                                const A& x);
  /// Entry by entry with x.
  template <class Rule>
  Var with(const A& x) const {
    const A own(*this, x.at());
    return detail::append_elementwise(detail::operation_of<Rule, eT>(), {&own, &x});
  }

  // What members of these names make of it.
  ColVar<eT> diagonal(arma::sword k, Here at) const;
  Var clamped(double low, double high, Here at) const;
  Var replaced(double old, double now, Here at) const;
  Var cleaned(double threshold, Here at) const;
  Var resized(uword rows, uword cols, Here at) const;
  Var reshaped(uword rows, uword cols, Here at) const;
  Var with_rows(uword i, const A& X, Here at) const;
  Var with_cols(uword j, const A& X, Here at) const;
  Var without_rows(uword first, uword last, Here at) const;
  Var without_rows(const Indices& rows, Here at) const;
  Var without_cols(uword first, uword last, Here at) const;
  Var without_cols(const Indices& cols, Here at) const;
  Var with_rows_swapped(uword i, uword k, Here at) const;
  Var with_cols_swapped(uword j, uword k, Here at) const;

  // Where parts are; std::out_of_range where there is none.
  detail::Place at_entry(uword i, uword j, Here at) const {
    if (i >= n_rows || j >= n_cols) [[unlikely]]
      out_of_bounds("operator()", at);
    return {std::uint32_t(i), std::uint32_t(j), detail::scalar_shape};
  }
  detail::Place at_entry(uword i, Here at) const {
    if (i >= n_elem) [[unlikely]]
      out_of_bounds("operator()", at);
    if (n_cols == 1) return {std::uint32_t(i), 0, detail::scalar_shape};
    return {std::uint32_t(i % n_rows), std::uint32_t(i / n_rows), detail::scalar_shape};
  }
  [[noreturn]] void out_of_bounds(const char* name, Here at) const;
  detail::Place at_spans(arma::span rows, arma::span cols, Here at, const char* name = "submat") const;
  detail::Place at_size(uword i, uword j, arma::SizeMat s, Here at) const;
  detail::Place at_row(uword i, Here at) const;
  detail::Place at_col(uword j, Here at) const;
  detail::Place at_rows(uword first, uword last, Here at) const {
    return at_spans(arma::span(first, last), arma::span(), at, "rows");
  }
  detail::Place at_cols(uword first, uword last, Here at) const {
    return at_spans(arma::span(), arma::span(first, last), at, "cols");
  }
  detail::Place at_head_rows(uword n, Here at) const;
  detail::Place at_tail_rows(uword n, Here at) const;
  detail::Place at_head_cols(uword n, Here at) const;
  detail::Place at_tail_cols(uword n, Here at) const;
  detail::Place at_subvec(uword first, uword last, Here at) const;
  detail::Place at_subvec(arma::span s, Here at) const;
  detail::Place at_subvec(uword first, arma::SizeMat s, Here at) const {
    const uword n = s.n_rows * s.n_cols;
    return n == 0 ? at_head(0, at) : at_subvec(first, first + n - 1, at);
  }
  detail::Place at_head(uword n, Here at) const;
  detail::Place at_tail(uword n, Here at) const;
  detail::EntryList at_elem(const arma::uvec& indices, Here at) const;
  detail::EntryList at_indices(const arma::uvec* rows, const arma::uvec* cols, const char* name, Here at) const;
  detail::EntryList at_diag(arma::sword k, Here at) const;

 private:
  friend class detail::Engine<eT>;
  friend class detail::Draft<eT>;
  friend class detail::NumberOperand<eT>;
  friend class CubeVar<eT>;

  struct NodePlace {
    detail::Index index = 0;
    std::uint32_t generation = 0;
  };

  friend Var operator-(const detail::Operand<eT, kind>& x) { return detail::negated(x); }
  friend Var operator+(const Var& x) { return x; }

  Var& become(Var x) { return *this = std::move(x); }
  Var& set(const Var& x) {
    n_rows = x.n_rows, n_cols = x.n_cols, n_elem = x.n_elem, tape_ = x.tape_, at_ = x.at_;
    return *this;
  }
  // Where it is more than a node: see detail/draft.hpp.
  Var& assign(Var&& x) noexcept;
  static void write_any(Var& to, const detail::Place& place, bool is_entry, const A& x, const char* name);
  static bool can_wait(const Var& x, const detail::Place& place, bool is_entry) {
    return x.draft_ && x.draft_->reader != &x && x.n_elem != 1 && (is_entry || place.shape != detail::scalar_shape) &&
           place.shape != x.shape();
  }
  /// Becomes a part that waits to be read; its row and column are in at_.
  void wait(Var& x, const detail::Place& place, const Here& at) {
    n_rows = place.shape.rows, n_cols = place.shape.cols, n_elem = place.shape.size();
    tape_ = nullptr;
    at_ = {place.row, place.col};
    draft_ = x.draft_;
    draft_->reader = this;
    draft_->reader_at = at;
  }
  void become_part(Var& x, const detail::Place& place, bool is_entry, Here at);
  void copy_draft(const Var& x);
  void take_draft(Var& x) noexcept;
  void end_draft() noexcept;
  /// Its node; what stood behind it is recorded if it was not.
  std::pair<Tape<eT>*, NodePlace> settle() const;
  /// Of a part that waits to be read: reads it.
  void read_now() const {
    if (!draft_ || draft_->reader != this) return;
    const detail::Index entry = n_elem == 1 ? draft_->node_written_at(at_.index, at_.generation) : detail::no_index;
    if (entry == detail::no_index) return read_part();
    draft_->reader = nullptr;
    tape_ = &draft_->tape();
    at_ = {entry, draft_->generation()};
    draft_ = nullptr;
  }
  void read_part() const;
  /// The engine of its tape, if it is a node of it.
  detail::Engine<eT>* engine_of_node() const {
    if (!tape_) read_now();
    if (!tape_) return nullptr;
    detail::Engine<eT>& engine = detail::engine_of(*tape_);
    return at_.generation == engine.generation() ? &engine : nullptr;
  }
  /// Where x is noted, on x's tape.
  detail::Draft<eT>& draft_for(const A& x, const char* name);
  bool is_free_number() const { return !tape_ && !draft_ && n_elem == 1; }
  Tape<eT>* home_of_draft() const;
  /// Keeps the tape of constants that it is on.
  void hold_constant();
  eT number() const {
    eT x;
    std::memcpy(&x, &at_, sizeof x);
    return x;
  }

  // A node of tape_; or, where tape_ is null, nothing (empty), a number of no tape, whose value lies in at_, what
  // draft_ says, or a part of what draft_ says, whose row and column are in at_.
  mutable Tape<eT>* tape_ = nullptr;
  mutable NodePlace at_;
  mutable detail::Draft<eT>* draft_ = nullptr;
};

}  // namespace armagrad

#include "argument.hpp"
#include "cube.hpp"
#include "part.hpp"
#include "var_traits.hpp"
