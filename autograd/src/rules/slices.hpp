#pragma once
// Rules of matrices, for each slice of cubes: the texts of products and linear algebra, read over cubes.

#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/ops/cubes.hpp>

#include <string_view>

#include "linear_algebra/linear_algebra.hpp"
#include "products.hpp"

namespace armagrad::detail {

/// Slice k of so many side by side.
template <class T>
arma::Mat<T> slice_of(const arma::Mat<T>& x, uword slices, uword k) {
  const uword cols = x.n_cols / slices;
  return {const_cast<T*>(x.memptr()) + k * x.n_rows * cols, x.n_rows, cols, false, true};
}

// ---- A slice of an adjoint, over numbers ----

template <class eT>
const arma::Mat<eT>& full(const Moved<eT>& dy) {
  return dy.adjoint;
}
template <class eT>
Moved<eT> both_ways(const Moved<eT>& dy) {
  return {dy.adjoint + dy.adjoint.t()};
}
/// Of an operand: the memory of the slice, to which parts are added.
template <class eT>
struct SliceSlot {
  arma::Mat<eT>* slice;  // nullptr: none is wanted
  explicit operator bool() const { return slice; }
  void operator+=(const Product<eT>& p) const {
    if (!slice) return;
    arma::Mat<eT> part(arma::size(*slice));
    multiply_adjoint_into(part, p);
    *slice += part;
  }
  template <class E>
  void operator+=(const arma::Base<eT, E>& x) const {
    if (slice) *slice += x.get_ref();
  }
};

/// Those of one operand add up, too.
template <class eT>
bool are_same(const SliceSlot<eT>&, const SliceSlot<eT>&) {
  return false;
}

// ---- The functions of Var that texts call, of each slice ----

template <class Rule>
struct ARMAGRAD_EXPORT EachSliceOf;

/// A cube, with the functions that texts call of matrices.
template <class eT>
struct Slices {
  Var<eT> x;
  std::uint32_t n;
  uword n_rows, n_cols;  // of a slice

  Slices(const Var<eT>& of, std::uint32_t slices)
      : x(of), n(slices), n_rows(of.n_rows), n_cols(slices ? of.n_cols / slices : 0) {}
  Slices st() const { return transposed(*this); }
  friend Slices operator*(const Slices& a, double by) { return {a.x * eT(by), a.n}; }
};

/// Appends the rule for each slice, of the columns that a slice of its result has.
template <class Rule, class eT, std::same_as<Slices<eT>>... More>
Slices<eT> on_slices(const Rule& rule, Shape slice, Here at, const Slices<eT>& first, const More&... more) {
  const EachSliceOf<Rule> each{{}, first.n, rule};
  return {append_node<EachSliceOf<Rule>, eT>(each, shape_of(slice.rows, uword(slice.cols) * first.n), at,
                                             {&first.x, &more.x...}),
          first.n};
}
template <class eT>
Shape slice_shape(const Slices<eT>& a) {
  return shape_of(a.n_rows, a.n_cols);
}
template <class eT>
const Slices<eT>& full(const Slices<eT>& a) {
  return a;
}
template <class eT>
const Slices<eT>& evaluated(const Slices<eT>& a) {
  return a;
}
template <class eT>
Slices<eT> transposed(const Slices<eT>& a) {
  return on_slices(rules::Transpose{}, shape_of(a.n_cols, a.n_rows), {}, a);
}
template <class eT>
Slices<eT> multiply(const Slices<eT>& a, bool ta, const Slices<eT>& b, bool tb, Here at = {}) {
  const Shape l = rules::MatMul::turned(slice_shape(a), ta), r = rules::MatMul::turned(slice_shape(b), tb);
  return on_slices(rules::MatMul{{}, ta, tb}, {l.rows, r.cols}, at, a, b);
}
template <class eT>
Slices<eT> product_of(const Slices<eT>& a, bool ta, const Slices<eT>& b, bool tb) {
  return multiply(a, ta, b, tb);
}
template <class eT>
Slices<eT> both_ways(const Slices<eT>& dy) {
  return {dy.x + transposed(dy).x, dy.n};
}
template <class eT>
Slices<eT> minus(const Slices<eT>& a) {
  return {-a.x, a.n};
}
template <class eT>
Slices<eT> triangle(const Slices<eT>& a, bool upper) {
  return on_slices(rules::Triangle{{}, upper}, slice_shape(a), {}, a);
}
template <class eT>
Slices<eT> symmetric_part(const Slices<eT>& a) {
  return {(a.x + transposed(a).x) * eT(0.5), a.n};
}
template <class eT>
Slices<eT> mirrored(const Slices<eT>& a) {
  const Slices<eT> lower = triangle(a, false);
  return {lower.x + transposed(lower).x - triangle(lower, true).x, a.n};
}
template <class eT>
bool is_cholesky(const Slices<eT>& f) {
  return f.n_cols == f.n_rows + 1;
}
template <class eT>
Slices<eT> triangular_solved(const Slices<eT>& t, const Slices<eT>& b, bool upper, bool turned) {
  return on_slices(rules::SolveTriangular{{}, upper, turned}, slice_shape(b), {}, t, b);
}
template <class eT>
Slices<eT> triangle_solved(const Slices<eT>& t, const Slices<eT>& b, bool upper, bool turned) {
  return triangular_solved(t, b, upper, turned);
}
template <class eT>
Slices<eT> solved(const Slices<eT>& a, const Slices<eT>& f, const Slices<eT>& b, bool turned, Here at = {}) {
  return on_slices(rules::Solve{{}, turned}, slice_shape(b), at, a, f, b);
}

template <class eT>
struct SlicesSlot {
  GradientSlot<eT> slot;
  std::uint32_t n;
  explicit operator bool() const { return bool(slot); }
  void operator+=(const Slices<eT>& part) const { slot += part.x; }
};
template <class eT>
bool are_same(const SlicesSlot<eT>&, const SlicesSlot<eT>&) {
  return false;
}

// ---- The rule ----

/// A rule of matrices for each slice.
template <class Rule>
struct ARMAGRAD_EXPORT EachSliceOf : General<Rule::arity> {
  static constexpr auto text = [] {
    constexpr std::string_view of = Rule::name, suffix = "_slices";
    std::array<char, of.size() + suffix.size() + 1> both{};
    std::copy(of.begin(), of.end(), both.begin());
    std::copy(suffix.begin(), suffix.end(), both.begin() + of.size());
    return both;
  }();
  static constexpr const char* name = text.data();
  static constexpr bool flat = IsFlat<Rule>, multilinear = IsMultilinear<Rule>;
  static constexpr auto reads = [] {
    if constexpr (flat)
      return std::array{reads::nothing};
    else
      return Rule::reads;
  }();
  std::uint32_t slices;
  Rule rule;

  template <class T, std::same_as<arma::Mat<T>>... X>
  void forward(const Result<T>& y, const X&... x) const {
    for (uword k = 0; k < slices; ++k) {
      try {
        rule.forward(slice(y, k), slice_of(x, slices, k)...);
      } catch (const std::runtime_error& e) {
        no_result(name, {}, "slice " + std::to_string(k) + ": " + e.what());
      }
    }
  }
  template <class T, std::same_as<arma::Mat<T>>... X>
  void tangent(const Result<T>& ty, const X&... x) const requires(!multilinear) {
    for (uword k = 0; k < slices; ++k) rule.tangent(slice(ty, k), slice_of(x, slices, k)...);
  }
  void reverse(const auto&... all) const requires(!flat) {
    const auto given = std::tie(all...);
    constexpr std::size_t n = Rule::arity;
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      over(std::array{std::get<k>(given)...}, std::get<n>(given), std::get<n + 1>(given),
           std::get<n + 2 + k>(given)...);
    }
    (std::make_index_sequence<n>());
  }
  std::string parameters() const {
    if constexpr (requires { rule.parameters(); })
      return std::to_string(slices) + (rule.parameters().empty() ? "" : ", " + rule.parameters());
    else
      return std::to_string(slices);
  }

 private:
  template <class T>
  Result<T> slice(const Result<T>& y, uword k) const {
    const Shape s{y.shape.rows, y.shape.cols / slices};
    return {y.data + k * s.size(), s};
  }
  /// Over numbers: slice by slice.
  template <class eT, std::size_t n, std::same_as<arma::Mat<eT>>... X>
  void over(const std::array<Slot<eT>, n>& slots, const Incoming<eT>& dy, const arma::Mat<eT>& y, const X&... x) const {
    const arma::Mat<eT> whole = full(dy);
    std::array<arma::Mat<eT>, n> parts{arma::Mat<eT>(arma::size(x), arma::fill::zeros)...};
    for (uword k = 0; k < slices; ++k) {
      [&]<std::size_t... i>(std::index_sequence<i...>) {
        std::array<arma::Mat<eT>, n> slice{slice_of(parts[i], slices, k)...};
        rule.reverse(SliceSlot<eT>{slots[i] ? &slice[i] : nullptr}..., Moved<eT>{slice_of(whole, slices, k)},
                     slice_of(y, slices, k), slice_of(x, slices, k)...);
      }
      (std::make_index_sequence<n>());
    }
    for (std::size_t i = 0; i < n; ++i) slots[i] += parts[i];
  }
  /// As nodes: all slices at once.
  template <class eT, std::size_t n, std::same_as<Var<eT>>... X>
  void over(const std::array<GradientSlot<eT>, n>& slots, const Var<eT>& dy, const Var<eT>& y, const X&... x) const {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      rule.reverse(SlicesSlot<eT>{slots[i], slices}..., Slices<eT>(dy, slices), Slices<eT>(y, slices),
                   Slices<eT>(x, slices)...);
    }
    (std::make_index_sequence<n>());
  }
};

using SliceRules =
    RuleList<EachSliceOf<rules::Transpose>, EachSliceOf<rules::MatMul>, EachSliceOf<rules::Triangle>,
             EachSliceOf<rules::Lu>, EachSliceOf<rules::CholeskyFactor>, EachSliceOf<rules::Chol>,
             EachSliceOf<rules::Solve>, EachSliceOf<rules::SolveTriangular>, EachSliceOf<rules::Inverse>>;

}  // namespace armagrad::detail
