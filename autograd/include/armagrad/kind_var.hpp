#pragma once
// Vars of which the compiler knows more than that they are matrices. Included by var.hpp.

#include "var.hpp"

namespace armagrad {

namespace detail {
/// std::logic_error unless x has the shape of that kind; of a number, unless it is one that meets matrices of any
/// shape.
template <class eT>
void check_kind(const Var<eT>& x, Kind kind, Location at);
}  // namespace detail

/// A Var of which the compiler knows more than that it is a matrix: ColVar, RowVar, NumberVar, or VectorVar.
template <class eT, detail::Kind k>
class [[nodiscard]] KindVar : public Var<eT> {
 public:
  static constexpr detail::Kind kind = k;
  static constexpr bool is_col = k == detail::Kind::column, is_row = k == detail::Kind::row,
                        is_xvec = k == detail::Kind::vector, is_number = k == detail::Kind::number;

  KindVar() = default;
  KindVar(const KindVar&) = default;
  KindVar(KindVar&&) noexcept = default;
  KindVar& operator=(const KindVar&) & = default;
  KindVar& operator=(KindVar&&) & noexcept = default;
  /// x as a Var of this kind, which it must have at run time, or std::logic_error.
  KindVar(const Var<eT>& x, Here at = Here::current()) : Var<eT>(x) { detail::check_kind(x, k, at); }
  KindVar(const Var<eT>& x, detail::Unchecked) : Var<eT>(x) {}
  KindVar(Var<eT>&& x, detail::Unchecked) noexcept : Var<eT>(std::move(x)) {}

  // Constants of no tape yet: numbers, zeros (or as Armadillo's fill says), vectors, lists of numbers.
  template <detail::Number S>
  requires(is_number) KindVar(S number) : Var<eT>(eT(number), detail::Unchecked{}) {}
  template <detail::Integer N>
  requires(is_col || is_row) explicit KindVar(N n) : Var<eT>(is_col ? uword(n) : 1, is_row ? uword(n) : 1) {}
  template <detail::Integer N, class Fill>
  requires(is_col || is_row) KindVar(N n, const Fill& fill)
      : Var<eT>(is_col ? uword(n) : 1, is_row ? uword(n) : 1, fill) {}
  template <detail::Expression<eT> X>
  requires(!is_number) KindVar(const X& x, Here at = Here::current()) : KindVar(Var<eT>(x), at) {}
  KindVar(std::initializer_list<detail::Operand<eT, detail::Kind::number>> entries) requires(is_col || is_row)
      : Var<eT>(entries) {
    if constexpr (is_col) *this = KindVar(Var<eT>::t(), detail::Unchecked{});
  }

  using Negated = std::conditional_t<is_number, detail::NumberOperand<eT>, detail::Operand<eT, k>>;
  friend KindVar operator-(const Negated& x) {
    if constexpr (is_number)
      return detail::append_number<detail::rules::Negate>(x);
    else
      return detail::of_kind<k>(detail::negated<eT>(x));
  }

  friend KindVar operator+(const KindVar& x) { return x; }

  using A = std::conditional_t<is_number, detail::MatrixOperand<eT>, Argument<eT>>;
  KindVar& operator+=(const A& x) & { return become(this->template with<detail::rules::Plus>(x), x); }
  KindVar& operator-=(const A& x) & { return become(this->template with<detail::rules::Minus>(x), x); }
  KindVar& operator%=(const A& x) & { return become(this->template with<detail::rules::Times>(x), x); }
  KindVar& operator/=(const A& x) & { return become(this->template with<detail::rules::Divide>(x), x); }
  KindVar& operator*=(const A& x) & { return become(detail::append_product(Argument<eT>(*this, x.at()), x), x); }
  using N = detail::NumberOperand<eT>;
  KindVar& operator+=(const N& x) & requires(is_number) { return *this = by_number<detail::rules::Plus>(x); }
  KindVar& operator-=(const N& x) & requires(is_number) { return *this = by_number<detail::rules::Minus>(x); }
  KindVar& operator%=(const N& x) & requires(is_number) { return *this = by_number<detail::rules::Times>(x); }
  KindVar& operator/=(const N& x) & requires(is_number) { return *this = by_number<detail::rules::Divide>(x); }
  KindVar& operator*=(const N& x) & requires(is_number) { return *this = by_number<detail::rules::Times>(x); }

  /// Itself, as Armadillo's log_det(A) is complex and has a real part: log_det(A).real().
  KindVar real() const requires(is_number) { return *this; }

  using Transposed = detail::VarOf<eT, detail::transposed_kind(k)>;
  Transposed t(std::source_location at = std::source_location::current()) const {
    return detail::of_kind<Transposed::kind>(Var<eT>::t(at));
  }
  Transposed st(std::source_location at = std::source_location::current()) const { return t(at); }

  // Parts of a column that are columns, and of a row that are rows, as in Armadillo.
  static constexpr detail::Kind down = is_col ? k : detail::Kind::matrix, along = is_row ? k : detail::Kind::matrix,
                                one_row = is_col ? k : detail::Kind::row, one_col = is_row ? k : detail::Kind::column,
                                piece = is_number ? detail::Kind::matrix : k;
  template <detail::Kind part>
  using Block = Part<eT, part>;
  using Var<eT>::rows, Var<eT>::cols, Var<eT>::operator();
  // clang-format off
  auto row(uword i, Here at = Here::current()) const& { return this->template block<one_row>(this->at_row(i, at), at); }
  auto col(uword j, Here at = Here::current()) const& { return this->template block<one_col>(this->at_col(j, at), at); }
  auto rows(uword first, uword last, Here at = Here::current()) const& { return this->template block<down>(this->at_rows(first, last, at), at); }
  auto head_rows(uword n, Here at = Here::current()) const& { return this->template block<down>(this->at_head_rows(n, at), at); }
  auto tail_rows(uword n, Here at = Here::current()) const& { return this->template block<down>(this->at_tail_rows(n, at), at); }
  auto cols(uword first, uword last, Here at = Here::current()) const& { return this->template block<along>(this->at_cols(first, last, at), at); }
  auto head_cols(uword n, Here at = Here::current()) const& { return this->template block<along>(this->at_head_cols(n, at), at); }
  auto tail_cols(uword n, Here at = Here::current()) const& { return this->template block<along>(this->at_tail_cols(n, at), at); }
  auto subvec(uword first, uword last, Here at = Here::current()) const& { return this->template block<piece>(this->at_subvec(first, last, at), at); }
  auto subvec(uword first, arma::SizeMat s, Here at = Here::current()) const& { return this->template block<piece>(this->at_subvec(first, s, at), at); }
  auto subvec(arma::span s, Here at = Here::current()) const& { return this->template block<piece>(this->at_subvec(s, at), at); }
  auto operator()(arma::span s, Here at = Here::current()) const& { return this->template block<piece>(this->at_subvec(s, at), at); }
  auto head(uword n, Here at = Here::current()) const& { return this->template block<piece>(this->at_head(n, at), at); }
  auto tail(uword n, Here at = Here::current()) const& { return this->template block<piece>(this->at_tail(n, at), at); }
  Block<one_row> row(uword i, Here at = Here::current()) & { return {*this, this->at_row(i, at), at}; }
  Block<one_col> col(uword j, Here at = Here::current()) & { return {*this, this->at_col(j, at), at}; }
  Block<down> rows(uword first, uword last, Here at = Here::current()) & { return {*this, this->at_rows(first, last, at), at}; }
  Block<down> head_rows(uword n, Here at = Here::current()) & { return {*this, this->at_head_rows(n, at), at}; }
  Block<down> tail_rows(uword n, Here at = Here::current()) & { return {*this, this->at_tail_rows(n, at), at}; }
  Block<along> cols(uword first, uword last, Here at = Here::current()) & { return {*this, this->at_cols(first, last, at), at}; }
  Block<along> head_cols(uword n, Here at = Here::current()) & { return {*this, this->at_head_cols(n, at), at}; }
  Block<along> tail_cols(uword n, Here at = Here::current()) & { return {*this, this->at_tail_cols(n, at), at}; }
  Block<piece> subvec(uword first, uword last, Here at = Here::current()) & { return {*this, this->at_subvec(first, last, at), at}; }
  Block<piece> subvec(uword first, arma::SizeMat s, Here at = Here::current()) & { return {*this, this->at_subvec(first, s, at), at}; }
  Block<piece> subvec(arma::span s, Here at = Here::current()) & { return {*this, this->at_subvec(s, at), at}; }
  Block<piece> operator()(arma::span s, Here at = Here::current()) & { return {*this, this->at_subvec(s, at), at}; }
  Block<piece> head(uword n, Here at = Here::current()) & { return {*this, this->at_head(n, at), at}; }
  Block<piece> tail(uword n, Here at = Here::current()) & { return {*this, this->at_tail(n, at), at}; }
  // clang-format on

  /// Whether a condition such as x > 0 holds for the present values, for `if` and `while`. A recorded program that
  /// asked is recorded anew for values of which it asks again, as with scalar().
  explicit operator bool() const requires(is_number) { return this->scalar() != 0; }

  // Of a vector, by its number of entries.
  using Var<eT>::zeros, Var<eT>::ones, Var<eT>::set_size, Var<eT>::resize;
  KindVar& zeros(uword n) & requires(is_col || is_row) { return *this = KindVar(n); }
  KindVar& ones(uword n) & requires(is_col || is_row) { return *this = KindVar(n, arma::fill::ones); }
  KindVar& set_size(uword n) & requires(is_col || is_row) { return zeros(n); }
  KindVar& resize(uword n) & requires(is_col || is_row) {
    Var<eT>::resize(is_col ? n : 1, is_row ? n : 1);
    return *this;
  }

 private:
  friend class detail::Engine<eT>;

  // ++x, x--, ...: found with a KindVar, whatever is private here.
  /// A number that is counted up or down, and where.
  struct Counted {
    KindVar& x;
    Location at;
    Counted(KindVar& number, Location place = std::source_location::current()) : x(number), at(place) {}
    template <class Rule>
    KindVar& by_one() const {
      return x = detail::append_number<Rule>(detail::NumberOperand<eT>(x, at), detail::NumberOperand<eT>(eT(1), at));
    }
  };
  /// What it was before it was counted, of which, unlike of a Var, no warning says that it is not used.
  struct Before {
    KindVar x;
    operator KindVar() const { return x; }
  };
  friend KindVar& operator++(const Counted& c) requires(is_number) { return c.template by_one<detail::rules::Plus>(); }
  friend KindVar& operator--(const Counted& c) requires(is_number) { return c.template by_one<detail::rules::Minus>(); }
  friend Before operator++(const Counted& c, int) requires(is_number) {
    Before before{c.x};
    ++c;
    return before;
  }
  friend Before operator--(const Counted& c, int) requires(is_number) {
    Before before{c.x};
    --c;
    return before;
  }

  KindVar(Tape<eT>* tape, detail::Index number, std::uint32_t generation) requires(is_number)
      : Var<eT>(tape, number, generation, detail::scalar_shape) {}
  template <class Rule>
  KindVar by_number(const detail::NumberOperand<eT>& x) const {
    return detail::append_number<Rule>(detail::NumberOperand<eT>(*this, x.at()), x);
  }
  KindVar& become(Var<eT> y, const Argument<eT>& x) {
    if (y.shape() != this->shape() || is_number) detail::check_kind(y, k, x.at());
    return *this = KindVar(std::move(y), detail::Unchecked{});
  }
};

}  // namespace armagrad
