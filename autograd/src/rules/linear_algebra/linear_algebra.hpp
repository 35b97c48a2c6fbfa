#pragma once
// Solving, inverses, determinants and Cholesky factors.
//
// A factorisation is a node of its own, of zero derivative, that every use of the matrix shares: values,
// the backward pass, recorded gradients and further directions. Derivatives go to A through the rules that
// use it. They are those of Giles, "Collected matrix derivative results for forward and reverse mode
// algorithmic differentiation" (2008), and for the Cholesky factor Murray, "Differentiation of the Cholesky
// decomposition" (2016).
//
// Where a matrix is taken for symmetric, what is factored is its symmetric part (A + A') / 2, and so its
// adjoint is symmetric.

#include <armagrad/ops/linear_algebra.hpp>
#include "../products.hpp"
#include "../shape.hpp"
#include "factor.hpp"

namespace armagrad::detail {
// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct Inverse;
struct Solve;
struct SolveTriangular;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> evaluated(const Var<eT>& x) {
  return x;
}
template <class eT>
Var<eT> transposed(const Var<eT>& x) {
  return x.t({});
}
template <class eT>
Var<eT> minus(const Var<eT>& x) {
  return -x;
}
template <class eT>
Var<eT> scaled(const Var<eT>& dy, const Var<eT>& x) {
  return dy * x;
}
template <class eT>
Var<eT> symmetric_part(const Var<eT>& x) {
  return (x + x.t({})) * 0.5;
}
template <class eT>
Var<eT> triangular_solved(const Var<eT>& t, const Var<eT>& b, bool upper, bool turned, Here at = {}) {
  return append_node<rules::SolveTriangular, eT>({{}, upper, turned}, b.shape(), at, {&t, &b});
}
template <class eT>
Var<eT> triangle_solved(const Var<eT>& t, const Var<eT>& b, bool upper, bool turned) {
  return triangular_solved(t, b, upper, turned);
}
template <class eT>
Var<eT> solved(const Var<eT>& a, const Var<eT>& f, const Var<eT>& b, bool turned, Here at = {}) {
  return append_node<rules::Solve, eT>({{}, turned}, b.shape(), at, {&a, &f, &b});
}
template <class eT>
Var<eT> inverse(const Var<eT>& a, const Var<eT>& f, Here at = {}) {
  return append_node<rules::Inverse, eT>({}, a.shape(), at, {&a, &f});
}
template <class eT>
Var<eT> inverse_transposed(const Var<eT>& a, const Var<eT>& f) {
  return is_cholesky(f) ? inverse(a, f) : inverse(a, f).t({});
}
template <class eT>
Var<eT> cofactors(const Var<eT>& a, const Var<eT>& f, const Var<eT>& det) {
  return det * inverse_transposed(a, f);
}
template <class eT>
Var<eT> mirrored(const Var<eT>& x) {
  const Var<eT> lower = triangle(x, false);
  return lower + lower.t({}) - on_diagonal(diagonal(x), x.shape());
}

namespace rules ARMAGRAD_EXPORT {

struct Lu : General<1> {
  static constexpr auto name = "lu";
  static constexpr bool flat = true;
  static void forward(auto y, const auto& a) { y = lu_packed(a); }
};
struct CholeskyFactor : General<1> {
  static constexpr auto name = "cholesky";
  static constexpr bool flat = true;
  static void forward(auto y, const auto& a) { y = cholesky_packed(a); }
};

/// L of A = L L', which F has.
struct Chol : General<2> {
  static constexpr auto name = "chol";
  static constexpr std::array reads{reads::result, reads::nothing};
  static void forward(auto y, const auto&, const auto& f) { y = f.head_cols(f.n_rows); }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto&, const auto&) {
    const auto inner = product_of(y, true, full(dy), false);
    const auto half = triangular_solved(y, mirrored(inner), false, true);
    da += triangular_solved(y, transposed(half), false, true) * 0.5;
  }
  static void tangent(auto ty, const auto& y, const auto&, const auto&, const auto& ta, const auto&) {
    auto inner = triangular_solved(y, symmetric_part(ta), false, false);
    inner = triangular_solved(y, transposed(inner), false, false);
    inner.diag() /= 2;
    ty = y * trimatl(inner);
  }
};

/// op(A)^-1 B by A's factorisation F.
struct Solve : General<3> {
  static constexpr auto name = "solve";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::second), reads::nothing, reads::second};
  bool turned = false;
  void forward(auto y, const auto& a, const auto& f, const auto& b) const { y = solved(a, f, b, turned); }
  void reverse(auto da, auto, auto db, const auto& dy, const auto& y, const auto& a, const auto& f, const auto&) const {
    const auto z = solved(a, f, full(dy), !turned);
    db += z;
    if (!da) return;
    if (is_cholesky(f)) {
      const auto half = evaluated(z * -0.5);
      da += multiply(half, false, y, true);
      da += multiply(y, false, half, true);
    } else if (turned)
      da += multiply(y, false, minus(z), true);
    else
      da += multiply(minus(z), false, y, true);
  }
  void tangent(auto ty, const auto& y, const auto& a, const auto& f, const auto&, const auto& ta, const auto&,
               const auto& tb) const {
    if (is_cholesky(f))
      ty = solved(a, f, evaluated(tb - symmetric_part(ta) * y), turned);
    else if (turned)
      ty = solved(a, f, evaluated(tb - ta.t() * y), turned);
    else
      ty = solved(a, f, evaluated(tb - ta * y), turned);
  }
  std::string parameters() const { return turned ? "transposed" : ""; }
};

/// op(T)^-1 B, where one triangle of T is read.
struct SolveTriangular : General<2> {
  static constexpr auto name = "solve";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first), reads::first};
  bool upper, turned;
  void forward(auto y, const auto& t, const auto& b) const { y = triangle_solved(t, b, upper, turned); }
  void reverse(auto dt, auto db, const auto& dy, const auto& y, const auto& t, const auto&) const {
    const auto z = triangular_solved(t, full(dy), upper, !turned);
    db += z;
    if (dt) dt += minus(triangle(turned ? product_of(y, false, z, true) : product_of(z, false, y, true), upper));
  }
  void tangent(auto ty, const auto& y, const auto& t, const auto&, const auto& tt, const auto& tb) const {
    const auto moved = triangle(tt, upper);
    ty = triangular_solved(t, turned ? evaluated(tb - moved.t() * y) : evaluated(tb - moved * y), upper, turned);
  }
  std::string parameters() const {
    return std::string(upper ? "upper triangle" : "lower triangle") + (turned ? ", transposed" : "");
  }
};

/// A^-1 by A's factorisation F.
struct Inverse : General<2> {
  static constexpr auto name = "inv";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::second), reads::nothing};
  static void forward(auto y, const auto& a, const auto& f) { y = inverse(a, f); }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto&, const auto& f) {
    if (is_cholesky(f))
      da += minus(product_of(y, false, product_of(y, false, symmetric_part(full(dy)), true), true));
    else
      da += minus(product_of(product_of(y, true, full(dy), false), false, y, true));
  }
  static void tangent(auto ty, const auto& y, const auto&, const auto& f, const auto& ta, const auto&) {
    ty = -(y * (is_cholesky(f) ? symmetric_part(ta) : evaluated(ta)) * y);
  }
};

/// log |det A|; where A is singular it is -inf and has no derivative.
struct LogDet : General<2> {
  static constexpr auto name = "log_det";
  static constexpr std::array reads{reads::second, reads::nothing};
  static void forward(auto y, const auto&, const auto& f) { y = log_abs_det(f); }
  static void reverse(auto da, auto, const auto& dy, const auto&, const auto& a, const auto& f) {
    da += scaled(dy, inverse_transposed(a, f));
  }
  static void tangent(auto ty, const auto&, const auto& a, const auto& f, const auto& ta, const auto&) {
    ty = one_by_one(accu(inverse_transposed(a, f) % ta));
  }
};

/// det A. Its gradient, the cofactors, is right also where A is singular; second derivatives need its
/// inverse.
struct Det : General<2> {
  static constexpr auto name = "det";
  static constexpr std::array reads{reads::everything, reads::nothing};
  static void forward(auto y, const auto&, const auto& f) { y = determinant(f); }
  static void reverse(auto da, auto, const auto& dy, const auto& y, const auto& a, const auto& f) {
    da += scaled(dy, cofactors(a, f, y));
  }
  static void tangent(auto ty, const auto& y, const auto& a, const auto& f, const auto& ta, const auto&) {
    ty = one_by_one(accu(cofactors(a, f, y) % ta));
  }
};

}  // namespace ARMAGRAD_EXPORT

using LinearAlgebraRules = RuleList<rules::Lu, rules::CholeskyFactor, rules::Chol, rules::Solve, rules::SolveTriangular,
                                    rules::Inverse, rules::LogDet, rules::Det>;

template <class eT>
void check_square(const Var<eT>& A, const char* name, Here at) {
  if (A.n_rows != A.n_cols) misuse(name, at, "given matrix must be square sized, not " + to_string(A.shape()));
}

template <class eT>
Var<eT> lu_of(const Var<eT>& A, Here at) {
  return engine_of(A).append_once(operation_of<rules::Lu, eT>(), shape_of(A.n_rows, A.n_rows + 2), A.index(), at);
}

template <class eT>
Var<eT> cholesky_of(const Var<eT>& A, Here at) {
  return engine_of(A).append_once(operation_of<rules::CholeskyFactor, eT>(), shape_of(A.n_rows, A.n_rows + 1),
                                  A.index(), at);
}

/// A, its factorisation and perhaps B, as a rule's operands.
template <class Rule, class eT>
Var<eT> of_square(const Var<eT>& A, bool symmetric, Shape shape, Here at) {
  check_square(A, Rule::name, at);
  const Var<eT> f = symmetric ? cholesky_of(A, at) : lu_of(A, at);
  return append_node<Rule, eT>({}, shape, at, {&A, &f});
}

/// The triangle that trimatu or trimatl took.
template <class eT>
const rules::Triangle* triangle_of(const Var<eT>& x) {
  const bool is = node_of(x).operation == &operation_of<rules::Triangle, eT>();
  return is ? static_cast<const rules::Triangle*>(engine_of(x).rule(x.index())) : nullptr;
}

template <class eT>
Var<eT> solve_rectangular(const Var<eT>& A, const Var<eT>& B, Here at);  // least_squares.hpp
template <class eT>
Var<eT> solve(Var<eT> A, const Var<eT>& B, bool symmetric, Here at) {
  if (A.n_rows != B.n_rows)
    misuse("solve", at, "number of rows must be the same: " + to_string(A.shape()) + " and " + to_string(B.shape()));
  if (symmetric) check_square(A, "solve", at);
  if (A.n_rows != A.n_cols) return solve_rectangular(A, B, at);
  bool turned = false;
  A = before_transpose(A, turned);
  if (const rules::Triangle* t = triangle_of(A)) {
    const bool upper = t->upper;
    return triangular_solved(engine_of(A).handle(node_of(A).operands[0]), B, upper, turned, at);
  }
  return symmetric ? solved(A, cholesky_of(A, at), B, false, at) : solved(A, lu_of(A, at), B, turned, at);
}

}  // namespace armagrad::detail
