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
  void fill(const A& number) && { write(number, "fill"); }
  void zeros() && { write(A(0, at_), "zeros"); }
  void ones() && { write(A(1, at_), "ones"); }

  // A number with a name is a number of its own.
  // clang-format off
  Part& operator=(const NumberVar<eT>& x) & requires(is_entry) { return rename(x); }
  Part& operator=(const Part& x) & requires(is_entry) { return this == &x ? *this : rename(x); }
  Part& operator+=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Plus>(x)); }
  Part& operator-=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Minus>(x)); }
  Part& operator*=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Times>(x)); }
  Part& operator/=(const A& x) & requires(is_entry) { return rename(changed<detail::rules::Divide>(x)); }

  // Parts of a block, as in A.col(j)(i) = x.
  using Value::operator();
  using Entry = Part<eT, detail::Kind::number>;
  Entry operator()(uword i, Here at = Here::current()) && requires(is_block) { return within<Entry>(this->at_entry(i, at), at); }
  Entry operator()(uword i, uword j, Here at = Here::current()) && requires(is_block) { return within<Entry>(this->at_entry(i, j, at), at); }
  Part head(uword n, Here at = Here::current()) && requires(is_block) { return within<Part>(this->at_head(n, at), at); }
  Part tail(uword n, Here at = Here::current()) && requires(is_block) { return within<Part>(this->at_tail(n, at), at); }
  Part subvec(uword first, uword last, Here at = Here::current()) && requires(is_block) { return within<Part>(this->at_subvec(first, last, at), at); }
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

  Var<eT>* of_;
  Where where_;
  Here at_;
};

}  // namespace armagrad
