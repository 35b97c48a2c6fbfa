#pragma once
// CxVar: a complex matrix, column, row or number whose computation is on a tape, as two real Vars.

#include <complex>
#include <optional>

#include "ops/elementwise.hpp"
#include "ops/parts.hpp"
#include "ops/trigonometry.hpp"

namespace armagrad {

template <class eT, detail::Kind k = detail::Kind::matrix>
class CxVar;

namespace detail {
template <class P>
class CxPart;
template <class T>
struct is_cx_var : std::false_type {};
template <class eT, Kind k>
struct is_cx_var<CxVar<eT, k>> : std::true_type {};

/// Whether X is a complex number, matrix or expression of Armadillo's, with parts of type eT.
template <class X, class eT>
concept ComplexConstant = std::same_as<X, std::complex<eT>> || Expression<X, std::complex<eT>>;
template <class X>
requires std::same_as<X, std::complex<float>> || std::same_as<X, std::complex<double>>
inline constexpr Kind kind_of_operand<X> = Kind::number;

/// What complex operations of kind k take: a CxVar, a Var, a number or an Armadillo matrix or expression, of real or
/// complex numbers. Its imaginary part is there unless it is known to be real. Made for one call.
template <class eT, Kind k>
struct CxOperand {
  VarOf<eT, k> re;
  std::optional<VarOf<eT, k>> im;
  Here at;

  CxOperand(const CxVar<eT, k>& x, Here place = Here::current()) : re(x.real_part()), im(x.imag_part()), at(place) {}
  template <class X>
  requires(kind_of<X> == k && (IsOperand<X, eT> || ComplexConstant<X, eT>))
      CxOperand(const X& x, Here place = Here::current())
      : at(place) {
    if constexpr (ComplexConstant<X, eT>) {
      if constexpr (k == Kind::number) {
        re = x.real(), im = x.imag();
      } else {
        const arma::Mat<std::complex<eT>> z(x);
        re = of_kind<k>(Var<eT>(arma::Mat<eT>(arma::real(z))));
        im = of_kind<k>(Var<eT>(arma::Mat<eT>(arma::imag(z))));
      }
    } else if constexpr (std::derived_from<X, View<eT>>) {
      re = of_kind<k>(Var<eT>(*x.matrix));
    } else if constexpr (k == Kind::number || AnyVar<X>) {
      re = x;
    } else {
      re = of_kind<k>(Var<eT>(x));
    }
  }
};

/// Constant zeros of x's shape and kind.
template <AnyVar V>
Like<V> zeros_like(const V& x) {
  return of_kind<V::kind>(V::kind == Kind::number ? Var<element_t<V>>(NumberVar<element_t<V>>(0))
                                                  : Var<element_t<V>>(x.n_rows, x.n_cols));
}

/// Operators of two operands of these kinds.
template <class eT, Kind a, Kind b>
struct CxOperators {
  using X = CxOperand<eT, a>;
  using Y = CxOperand<eT, b>;
  static constexpr Kind entries = elementwise_kind(a, b), product = product_kind(a, b);
  using Entries = CxVar<eT, entries>;

  /// Sums and differences: the imaginary part of a real operand is none.
  template <class Rule>
  static Entries combined(const X& x, const Y& y) {
    const auto re = elementwise<Rule>(x.at, x.re, y.re);
    if (x.im && y.im) return {re, elementwise<Rule>(x.at, *x.im, *y.im)};
    if (x.im) return {re, of_kind<entries>(spread_like(*x.im, re))};
    const auto im = elementwise<Rule>(x.at, NumberVar<eT>(0), *y.im);
    return {re, of_kind<entries>(spread_like(im, re))};
  }
  /// x of the shape of `like`, where x is a number that meets a matrix.
  template <class V, class Like>
  static Var<eT> spread_like(const V& x, const Like& like) {
    if constexpr (V::kind == Kind::number && Like::kind != Kind::number)
      return x + arma::Mat<eT>(like.n_rows, like.n_cols, arma::fill::zeros);
    else
      return x;
  }
  template <class P, class M>
  static auto bilinear(const X& x, const Y& y, const P& times, const M& made) {
    if (!x.im) return made(times(x.re, y.re), times(x.re, *y.im));
    if (!y.im) return made(times(x.re, y.re), times(*x.im, y.re));
    return made(elementwise<rules::Minus>(x.at, times(x.re, y.re), times(*x.im, *y.im)),
                elementwise<rules::Plus>(x.at, times(x.re, *y.im), times(*x.im, y.re)));
  }
  static Entries times(const X& x, const Y& y) {
    return bilinear(
        x, y, [&](const auto& p, const auto& q) { return elementwise<rules::Times>(x.at, p, q); },
        [](const auto& re, const auto& im) { return Entries(re, im); });
  }
  static CxVar<eT, product> multiplied(const X& x, const Y& y) {
    const auto times = [&](const auto& p, const auto& q) {
      return of_kind<product>(append_product<eT>(Argument<eT>(p, x.at), Argument<eT>(q, x.at)));
    };
    return bilinear(x, y, times, [](const auto& re, const auto& im) { return CxVar<eT, product>(re, im); });
  }
  /// By y / |y|, conjugated, and then by |y|, so that |y|^2 is never formed.
  static Entries divided(const X& x, const Y& y) {
    const auto by = [&](const auto& p, const auto& q) { return elementwise<rules::Divide>(y.at, p, q); };
    if (!y.im) return {by(x.re, y.re), by(*x.im, y.re)};
    const auto size = elementwise<rules::Hypot>(y.at, y.re, *y.im);
    const Entries turned =
        CxOperators::times(x, Y(CxVar<eT, b>(by(y.re, size), elementwise<rules::Negate>(y.at, by(*y.im, size))), y.at));
    return {by(turned.real_part(), size), by(turned.imag_part(), size)};
  }

  friend Entries operator+(const X& x, const Y& y) { return combined<rules::Plus>(x, y); }
  friend Entries operator-(const X& x, const Y& y) { return combined<rules::Minus>(x, y); }
  friend Entries operator%(const X& x, const Y& y) { return times(x, y); }
  friend Entries operator/(const X& x, const Y& y) { return divided(x, y); }
  friend CxVar<eT, product> operator*(const X& x, const Y& y) { return multiplied(x, y); }
};

/// Those of every pair of kinds.
template <class eT, class Pairs = std::make_index_sequence<matrix_kinds * matrix_kinds>>
struct AllCxOperators;
template <class eT, std::size_t... i>
struct AllCxOperators<eT, std::index_sequence<i...>>
    : CxOperators<eT, Kind(i / matrix_kinds), Kind(i % matrix_kinds)>... {};
}  // namespace detail

/// A complex matrix, as arma::cx_mat is one (of the kinds column, row and number: as cx_vec, cx_rowvec and
/// std::complex), made of two Vars of one shape, its real and its imaginary part. Variables are real: derivatives are
/// those of real losses by real variables, and what lies between may be complex, and need not be analytic: abs(z),
/// real(z) and conj(z) have their derivatives as functions of the two parts.
template <class eT, detail::Kind k>
class [[nodiscard]] CxVar : private detail::AllCxOperators<eT> {
 public:
  using elem_type = std::complex<eT>;
  using pod_type = eT;
  using Real = detail::VarOf<eT, k>;
  static constexpr detail::Kind kind = k;
  static constexpr bool is_col = k == detail::Kind::column, is_row = k == detail::Kind::row;

  uword n_rows = 0, n_cols = 0, n_elem = 0;

  CxVar() = default;
  /// Of its parts. std::logic_error unless they have one shape.
  CxVar(const Real& re, const Real& im, Here at = Here::current());
  /// Of a real one, with an imaginary part of zeros.
  CxVar(const Real& re) : CxVar(re, detail::zeros_like(re)) {}
  /// A constant.
  template <detail::ComplexConstant<eT> X>
  requires(detail::kind_of<X> == k) CxVar(const X& x) : CxVar(detail::CxOperand<eT, k>(x)) {}
  CxVar(const detail::CxOperand<eT, k>& x) : CxVar(x.re, x.im ? *x.im : detail::zeros_like(x.re)) {}
  /// One of a kind that says more, as a matrix.
  template <detail::Kind other>
  requires(k == detail::Kind::matrix && other != k) CxVar(const CxVar<eT, other>& x)
      : CxVar(x.real_part(), x.imag_part()) {}

  /// The numbers that it has now, n_rows x n_cols; computed if they were not yet.
  [[nodiscard]] arma::Mat<elem_type> value() const { return arma::Mat<elem_type>(re_.value(), im_.value()); }
  /// The value of a 1x1 one.
  [[nodiscard]] elem_type scalar() const { return {re_.scalar(), im_.scalar()}; }
  /// Prints the values, as Armadillo does; a recorded program does not come to depend on them.
  void print(const std::string& header = "") const { print(arma::get_cout_stream(), header); }
  void print(std::ostream& out, const std::string& header = "") const {
    arma::Mat<elem_type>(detail::shown(re_), detail::shown(im_)).print(out, header);
  }
  /// Whether it has no entries.
  bool is_empty() const { return n_elem == 0; }

  /// The Var of the real parts, of the same shape and kind.
  const Real& real_part() const { return re_; }
  /// The Var of the imaginary parts.
  const Real& imag_part() const { return im_; }
  /// Replaces the real parts by x, of the same shape, or std::logic_error.
  void set_real(const Real& x) & { *this = CxVar(x, im_); }
  /// Replaces the imaginary parts by x, of the same shape, or std::logic_error.
  void set_imag(const Real& x) & { *this = CxVar(re_, x); }

  using Transposed = CxVar<eT, detail::transposed_kind(k)>;
  /// The conjugate transpose, as Armadillo's .t() is of complex matrices.
  Transposed t(Here at = Here::current()) const { return {re_.t(at), -im_.t(at)}; }
  /// The transpose without conjugation.
  Transposed st(Here at = Here::current()) const { return {re_.t(at), im_.t(at)}; }

  // Parts, to be read, and of a named value that is not const also to be written to.
  // clang-format off
  auto operator()(uword i, Here at = Here::current()) const& { return part([&](const auto& x) { return x(i, at); }); }
  auto operator()(uword i, Here at = Here::current()) & { return place(at, [&](auto& x) { return x(i, at); }); }
  auto operator()(uword i, uword j, Here at = Here::current()) const& { return part([&](const auto& x) { return x(i, j, at); }); }
  auto operator()(uword i, uword j, Here at = Here::current()) & { return place(at, [&](auto& x) { return x(i, j, at); }); }
  auto operator()(arma::span r, arma::span c, Here at = Here::current()) const& { return part([&](const auto& x) { return x(r, c, at); }); }
  auto operator()(arma::span r, arma::span c, Here at = Here::current()) & { return place(at, [&](auto& x) { return x(r, c, at); }); }
  auto operator[](uword i) const& { return (*this)(i); }
  auto operator[](uword i) & { return (*this)(i); }
  /// Row i, as a CxVar of that kind; so too the other parts. std::out_of_range beyond the matrix.
  auto row(uword i, Here at = Here::current()) const& { return part([&](const auto& x) { return x.row(i, at); }); }
  auto row(uword i, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.row(i, at); }); }
  /// Column j.
  auto col(uword j, Here at = Here::current()) const& { return part([&](const auto& x) { return x.col(j, at); }); }
  auto col(uword j, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.col(j, at); }); }
  /// Rows first to last.
  auto rows(uword first, uword last, Here at = Here::current()) const& { return part([&](const auto& x) { return x.rows(first, last, at); }); }
  auto rows(uword first, uword last, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.rows(first, last, at); }); }
  /// Columns first to last.
  auto cols(uword first, uword last, Here at = Here::current()) const& { return part([&](const auto& x) { return x.cols(first, last, at); }); }
  auto cols(uword first, uword last, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.cols(first, last, at); }); }
  /// The block from (r1, c1) to (r2, c2).
  auto submat(uword r1, uword c1, uword r2, uword c2, Here at = Here::current()) const& { return part([&](const auto& x) { return x.submat(r1, c1, r2, c2, at); }); }
  auto submat(uword r1, uword c1, uword r2, uword c2, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.submat(r1, c1, r2, c2, at); }); }
  /// Entries first to last of a vector.
  auto subvec(uword first, uword last, Here at = Here::current()) const& { return part([&](const auto& x) { return x.subvec(first, last, at); }); }
  auto subvec(uword first, uword last, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.subvec(first, last, at); }); }
  /// The first n entries of a vector.
  auto head(uword n, Here at = Here::current()) const& { return part([&](const auto& x) { return x.head(n, at); }); }
  auto head(uword n, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.head(n, at); }); }
  /// The last n entries of a vector.
  auto tail(uword n, Here at = Here::current()) const& { return part([&](const auto& x) { return x.tail(n, at); }); }
  auto tail(uword n, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.tail(n, at); }); }
  /// The entries of these numbers, column by column, as a column.
  auto elem(const arma::uvec& i, Here at = Here::current()) const& { return part([&](const auto& x) { return x.elem(i, at); }); }
  auto elem(const arma::uvec& i, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.elem(i, at); }); }
  /// The diagonal d as a column.
  auto diag(arma::sword d = 0, Here at = Here::current()) const& { return part([&](const auto& x) { return x.diag(d, at); }); }
  auto diag(arma::sword d = 0, Here at = Here::current()) & { return place(at, [&](auto& x) { return x.diag(d, at); }); }
  // clang-format on

  friend CxVar operator-(const CxVar& x) { return {-x.re_, -x.im_}; }
  template <class X>
  CxVar& operator+=(const X& x) & {
    return *this = *this + x;
  }
  template <class X>
  CxVar& operator-=(const X& x) & {
    return *this = *this - x;
  }
  template <class X>
  CxVar& operator%=(const X& x) & {
    return *this = *this % x;
  }
  template <class X>
  CxVar& operator/=(const X& x) & {
    return *this = *this / x;
  }
  template <class X>
  CxVar& operator*=(const X& x) & {
    return *this = *this * x;
  }

 private:
  /// What f makes of both parts, a part of either.
  template <class F>
  auto part(const F& f) const {
    const auto re = f(re_);
    return CxVar<eT, decltype(re)::kind>(re, f(im_));
  }

  /// Those parts as a place to write to.
  template <class F>
  auto place(Here at, const F& f) {
    return detail::CxPart(f(re_), f(im_), at);
  }

  Real re_, im_;
};

/// Holds for complex values on a tape, of any kind.
template <class T>
concept AnyCxVar = detail::is_cx_var<std::remove_cvref_t<T>>::value;

namespace detail {
/// What complex functions take, at least one of them on a tape: the type of its parts.
template <class... X>
struct cx_parts {};
template <class First, class... Rest>
struct cx_parts<First, Rest...> : cx_parts<Rest...> {};
template <AnyCxVar First, class... Rest>
struct cx_parts<First, Rest...> {
  using type = typename First::pod_type;
};
template <AnyVar First, class... Rest>
struct cx_parts<First, Rest...> : element_of_var<First> {};
/// A CxVar of Z's kind: Z itself, but of a part that could be written to.
template <AnyCxVar Z>
using CxLike = CxVar<typename Z::pod_type, Z::kind>;
template <class... X>
using cx_parts_t = typename cx_parts<std::remove_cvref_t<X>...>::type;

/// A complex constant and a real Var.
template <class C, class V>
concept ConstantWithVar = AnyVar<V> && ComplexConstant<C, element_t<V>>;
/// x as a CxVar of its kind.
template <class eT, class X>
auto as_complex(const X& x, Here at = Here()) {
  return CxVar<eT, kind_of<X>>(CxOperand<eT, kind_of<X>>(x, at));
}
}  // namespace detail

namespace detail {
/// What z.col(j) and the like give of a z that is not const: a CxVar of the part's values, and, as long as it has no
/// name, a place to write to, in z: real or complex numbers, Vars and matrices. A number with a name is one of its own.
template <class P>
class CxPart : public CxVar<typename P::elem_type, P::kind> {
  using eT = typename P::elem_type;
  using Value = CxVar<eT, P::kind>;
  static constexpr bool is_number = P::kind == Kind::number;

 public:
  CxPart(const P& re, const P& im, Here at) : Value(re, im, at), re_(re), im_(im), at_(at) {}
  CxPart(const CxPart&) = default;

  // clang-format off
  void operator=(const CxPart& x) && { write(x); }
  template <class X> void operator=(const X& x) && { write(as_complex<eT>(x, at_)); }
  template <class X> void operator+=(const X& x) && { write(value_of() + x); }
  template <class X> void operator-=(const X& x) && { write(value_of() - x); }
  template <class X> void operator%=(const X& x) && { write(value_of() % x); }
  template <class X> void operator/=(const X& x) && { write(value_of() / x); }
  /// By a number.
  template <class X> requires(kind_of<X> == Kind::number) void operator*=(const X& x) && { write(value_of() * x); }
  template <class X> requires(kind_of<X> == Kind::number) void fill(const X& x) && { write(as_complex<eT>(x, at_)); }
  void zeros() && { std::move(*this).fill(0); }
  void ones() && { std::move(*this).fill(1); }

  CxPart& operator=(const CxPart& x) & requires(is_number) { Value::operator=(x); return *this; }
  CxPart& operator=(const Value& x) & requires(is_number) { Value::operator=(x); return *this; }
  template <class X> CxPart& operator+=(const X& x) & requires(is_number) { return *this = value_of() + x; }
  template <class X> CxPart& operator-=(const X& x) & requires(is_number) { return *this = value_of() - x; }
  template <class X> CxPart& operator*=(const X& x) & requires(is_number) { return *this = value_of() * x; }
  template <class X> CxPart& operator/=(const X& x) & requires(is_number) { return *this = value_of() / x; }
  // clang-format on

 private:
  const Value& value_of() const { return *this; }
  template <Kind k>
  void write(const CxVar<eT, k>& x) {
    std::move(re_) = Argument<eT>(x.real_part(), at_);
    std::move(im_) = Argument<eT>(x.imag_part(), at_);
  }

  P re_, im_;
  Here at_;
};
template <class P>
struct is_cx_var<CxPart<P>> : std::true_type {};
}  // namespace detail

template <class eT, detail::Kind k>
CxVar<eT, k>::CxVar(const Real& re, const Real& im, Here at)
    : n_rows(re.n_rows), n_cols(re.n_cols), n_elem(re.n_elem), re_(re), im_(im) {
  if (re.shape() != im.shape()) detail::misuse("CxVar", at, detail::incompatible(re.shape(), im.shape()));
}

// clang-format off
template <class C, class V>
requires detail::ConstantWithVar<C, V> auto operator+(const C& c, const V& v) { return detail::as_complex<element_t<V>>(c) + v; }
template <class C, class V>
requires detail::ConstantWithVar<C, V> auto operator-(const C& c, const V& v) { return detail::as_complex<element_t<V>>(c) - v; }
template <class C, class V>
requires detail::ConstantWithVar<C, V> auto operator%(const C& c, const V& v) { return detail::as_complex<element_t<V>>(c) % v; }
template <class C, class V>
requires detail::ConstantWithVar<C, V> auto operator/(const C& c, const V& v) { return detail::as_complex<element_t<V>>(c) / v; }
template <class C, class V>
requires detail::ConstantWithVar<C, V> auto operator*(const C& c, const V& v) { return detail::as_complex<element_t<V>>(c) * v; }
template <class V, class C>
requires detail::ConstantWithVar<C, V> auto operator+(const V& v, const C& c) { return v + detail::as_complex<element_t<V>>(c); }
template <class V, class C>
requires detail::ConstantWithVar<C, V> auto operator-(const V& v, const C& c) { return v - detail::as_complex<element_t<V>>(c); }
template <class V, class C>
requires detail::ConstantWithVar<C, V> auto operator%(const V& v, const C& c) { return v % detail::as_complex<element_t<V>>(c); }
template <class V, class C>
requires detail::ConstantWithVar<C, V> auto operator/(const V& v, const C& c) { return v / detail::as_complex<element_t<V>>(c); }
template <class V, class C>
requires detail::ConstantWithVar<C, V> auto operator*(const V& v, const C& c) { return v * detail::as_complex<element_t<V>>(c); }
// clang-format on

template <AnyCxVar Z>
std::ostream& operator<<(std::ostream& out, const Z& z) {
  z.print(out);
  return out;
}

}  // namespace armagrad
