#pragma once
// Parts of a Var that can be written to: A(i, j) = x, A.row(i) += r, A.diag().zeros(). Included by var.hpp.

#include "kind_var.hpp"

namespace armagrad {

/// What A(i, j), A.col(j) and the like give of an A that is not const: a Var with the part's value, and, as long as it
/// has no name, a place to write to, in A, a Var of the part's shape, a matrix, or a number. As a value of its own it
/// does not follow A: after `auto x = A(i, j)`, as after `double x = A(i, j)`, writing to A leaves x, and writing to x
/// leaves A. Of other parts `auto c = A.col(j)` cannot be assigned to, where Armadillo would write to A: write
/// A.col(j) = ..., or ColVar<double> c = A.col(j) for a copy.
template <class eT, detail::Kind k, class Where>
class Part : public detail::VarOf<eT, k> {
  using Value = detail::VarOf<eT, k>;
  static constexpr bool is_entry = k == detail::Kind::number;
  static constexpr bool is_list = std::same_as<Where, detail::EntryList>, is_block = !is_list && !is_entry;

 public:
  using A = Argument<eT>;

  Part(Var<eT>& of, Where where, Here at) : of_(&of), where_(std::move(where)), at_(at) { look(); }
  Part(const Part&) = default;

  Part&& operator=(const A& x) && { return write(x, "operator="); }
  Part&& operator=(const Part& x) && { return write(A(x, at_), "operator="); }
  Part&& operator+=(const A& x) && { return change<detail::rules::Plus>(x, "operator+="); }
  Part&& operator-=(const A& x) && { return change<detail::rules::Minus>(x, "operator-="); }
  Part&& operator%=(const A& x) && { return change<detail::rules::Times>(x, "operator%="); }
  Part&& operator/=(const A& x) && { return change<detail::rules::Divide>(x, "operator/="); }
  /// By a number.
  Part&& operator*=(const detail::Operand<eT, detail::Kind::number>& x) && {
    return change<detail::rules::Times>(x, "operator*=");
  }
  Part&& operator++() && requires(is_entry) { return change<detail::rules::Plus>(A(1, at_), "operator++"); }
  Part&& operator--() && requires(is_entry) { return change<detail::rules::Minus>(A(1, at_), "operator--"); }
  void operator++(int) && requires(is_entry) { change<detail::rules::Plus>(A(1, at_), "operator++"); }
  void operator--(int) && requires(is_entry) { change<detail::rules::Minus>(A(1, at_), "operator--"); }
  void fill(const A& number) && { write(number, "fill"); }
  void zeros() && { write(A(0, at_), "zeros"); }
  void ones() && { write(A(1, at_), "ones"); }
  void clamp(double low, double high) && { write(this->clamped(low, high, at_), "clamp"); }
  void replace(double old, double now) && { write(this->replaced(old, now, at_), "replace"); }
  void clean(double threshold) && { write(this->cleaned(threshold, at_), "clean"); }
  template <class F>
  void transform(F f) && {
    Var<eT> x = *this;
    write(x.transform(std::move(f)), "transform");
  }
  template <class F>
  void for_each(F f) && {
    Var<eT> x = *this;
    write(x.for_each(std::move(f)), "for_each");
  }
  void eye() && requires(!is_list) { write(Var<eT>(this->n_rows, this->n_cols, arma::fill::eye), "eye"); }

  // A number with a name is a number of its own.
  // clang-format off
  Part& operator=(const NumberVar<eT>& x) & requires(is_entry) { return rename(x); }
  Part& operator=(const Part& x) & requires(is_entry) { return this == &x ? *this : rename(x); }
  Part& operator+=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Plus>(x)); }
  Part& operator-=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Minus>(x)); }
  Part& operator*=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Times>(x)); }
  Part& operator/=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Divide>(x)); }

  // Parts of a block, as in A.col(j)(i) = x and Q.slice(k).row(i) = r.
  using Value::operator();
  using Row = Part<eT, detail::Kind::row>;
  using Column = Part<eT, detail::Kind::column>;
  using Listed = Part<eT, detail::Kind::column, detail::EntryList>;
  static constexpr bool is_matrix = is_block && k == detail::Kind::matrix;
  using Entry = Part<eT, detail::Kind::number>;
  Entry operator()(uword i, Here at = Here::current()) && requires(is_block) { return within<Entry>(this->at_entry(i, at), at); }
  Entry operator()(uword i, uword j, Here at = Here::current()) && requires(is_block) { return within<Entry>(this->at_entry(i, j, at), at); }
  Part head(uword n, Here at = Here::current()) && requires(is_block) { return within<Part>(this->at_head(n, at), at); }
  Part tail(uword n, Here at = Here::current()) && requires(is_block) { return within<Part>(this->at_tail(n, at), at); }
  Part subvec(uword first, uword last, Here at = Here::current()) && requires(is_block) { return within<Part>(this->at_subvec(first, last, at), at); }
  Row row(uword i, Here at = Here::current()) && requires(is_matrix) { return within<Row>(this->at_row(i, at), at); }
  Column col(uword j, Here at = Here::current()) && requires(is_matrix) { return within<Column>(this->at_col(j, at), at); }
  Part rows(uword first, uword last, Here at = Here::current()) && requires(is_matrix) { return within<Part>(this->at_rows(first, last, at), at); }
  Part cols(uword first, uword last, Here at = Here::current()) && requires(is_matrix) { return within<Part>(this->at_cols(first, last, at), at); }
  Part submat(uword r1, uword c1, uword r2, uword c2, Here at = Here::current()) && requires(is_matrix) { return within<Part>(this->at_spans(arma::span(r1, r2), arma::span(c1, c2), at), at); }
  Part submat(arma::span r, arma::span c, Here at = Here::current()) && requires(is_matrix) { return within<Part>(this->at_spans(r, c, at), at); }
  Part operator()(arma::span r, arma::span c, Here at = Here::current()) && requires(is_matrix) { return within<Part>(this->at_spans(r, c, at), at); }
  Row operator()(uword i, arma::span c, Here at = Here::current()) && requires(is_matrix) { return within<Row>(this->at_spans(arma::span(i, i), c, at), at); }
  Column operator()(arma::span r, uword j, Here at = Here::current()) && requires(is_matrix) { return within<Column>(this->at_spans(r, arma::span(j, j), at), at); }
  Listed diag(arma::sword d = 0, Here at = Here::current()) && requires(is_matrix) { return {*of_, listed_within(this->at_diag(d, at)), at}; }
  Listed elem(const arma::uvec& i, Here at = Here::current()) && requires(is_block) { return {*of_, listed_within(this->at_elem(i, at)), at}; }
  auto row(uword i, Here at = Here::current()) const& { return Value::row(i, at); }
  auto col(uword j, Here at = Here::current()) const& { return Value::col(j, at); }
  using Value::rows, Value::cols, Value::submat;
  auto diag(arma::sword d = 0, Here at = Here::current()) const& { return Value::diag(d, at); }
  auto elem(const arma::uvec& i, Here at = Here::current()) const& { return Value::elem(i, at); }
  auto operator()(uword i, Here at = Here::current()) & { return std::as_const(*this)(i, at); }
  auto operator()(uword i, uword j, Here at = Here::current()) & { return std::as_const(*this)(i, j, at); }
  auto head(uword n, Here at = Here::current()) const& { return Value::head(n, at); }
  auto tail(uword n, Here at = Here::current()) const& { return Value::tail(n, at); }
  auto subvec(uword first, uword last, Here at = Here::current()) const& { return Value::subvec(first, last, at); }
  // clang-format on

 private:
  void look() {
    if constexpr (is_list)
      this->read_later(*of_, where_, at_);
    else
      this->read_later(*of_, where_, is_entry, at_);
  }
  Part&& write(const A& x, const char* name) {
    if (x.var() == this) return std::move(*this);
    this->forget();
    if constexpr (is_list)
      Value::write(*of_, where_, x, name);
    else
      Value::write(*of_, where_, is_entry, x, name);
    look();
    return std::move(*this);
  }
  Part&& write(const Var<eT>& x, const char* name) { return write(A(x, at_), name); }
  template <class Rule>
  Part&& change(const A& x, const char* name) {
    if constexpr (is_list) {
      if (where_.repeats()) {
        this->forget();
        Value::change_one_by_one(*of_, where_, detail::operation_of<Rule, eT>(), x);
        look();
        return std::move(*this);
      }
    }
    return write(changed<Rule>(x), name);
  }
  template <class Rule>
  Var<eT> changed(const A& x) const {
    return this->template with<Rule>(x);
  }
  Part& rename(const Var<eT>& x) {
    static_cast<Value&>(*this) = Value(x, at_);
    return *this;
  }
  template <class P>
  P within(const detail::Place& p, Here at) {
    return {*of_, detail::Place{where_.row + p.row, where_.col + p.col, p.shape}, at};
  }

  /// Entries of a block as entries of the whole.
  detail::EntryList listed_within(const detail::EntryList& list) const {
    auto entries = std::make_shared<arma::uvec>(*list.entries);
    const uword rows = where_.shape.rows;
    for (uword& e : *entries) e = where_.row + e % rows + (where_.col + e / rows) * of_->n_rows;
    return {std::move(entries), list.shape};
  }

  Var<eT>* of_;
  Where where_;
  Here at_;
};

}  // namespace armagrad
