#define BOOST_TEST_MODULE grid_linear_algebra
// Linear algebra on matrices of prescribed condition, from 1 to 1e15, and of rank from full down to 0: the backward
// error of what is answered, and that what is singular is refused.
#include <armagrad/armagrad.hpp>

#include <boost/test/unit_test.hpp>
#include <iomanip>
#include <map>

using namespace armagrad;
using arma::mat;
using arma::uword;

namespace {

constexpr auto sympd = arma::solve_opts::flag_likely_sympd;

template <class eT>
arma::Mat<eT> orthonormal(uword m, uword n) {
  mat q, r;
  arma::qr_econ(q, r, arma::randn(m, n));
  return arma::conv_to<arma::Mat<eT>>::from(q);
}
/// The largest backward error of each operation, in units of n times eT's rounding.
using Worst = std::map<std::string, double>;

template <class T>
double frobenius(const arma::Mat<T>& x) {
  return double(arma::norm(arma::conv_to<mat>::from(x), "fro"));
}
/// |A - B| over |A| + |B|.
template <class A, class B>
double apart(const A& a, const B& b) {
  const mat x = arma::conv_to<mat>::from(a), y = arma::conv_to<mat>::from(b);
  const double whole = frobenius(x) + frobenius(y);
  return whole == 0 ? 0 : frobenius(mat(x - y)) / whole;
}
/// |A X - B| over |A| |X| + |B|.
template <class eT>
double residual(const arma::Mat<eT>& a, const arma::Mat<eT>& x, const arma::Mat<eT>& b) {
  const mat A = arma::conv_to<mat>::from(a), X = arma::conv_to<mat>::from(x), B = arma::conv_to<mat>::from(b);
  const double whole = frobenius(A) * frobenius(X) + frobenius(B);
  return whole == 0 ? 0 : frobenius(mat(A * X - B)) / whole;
}

template <class eT>
class Matrix {
 public:
  /// m x n with the singular values 1 ... 1 / condition, of which the last are 0.
  Matrix(uword m, uword n, double condition, uword rank, Worst& worst)
      : values(arma::logspace(0, -std::log10(condition), std::min(m, n))),
        worst_(worst),
        units_(double(std::max(m, n)) * std::numeric_limits<eT>::epsilon()) {
    const uword k = std::min(m, n);
    if (k == 1) values(0) = 1;
    values.tail(k - rank).zeros();
    const mat U = orthonormal<double>(m, k), V = orthonormal<double>(n, k);
    A = arma::conv_to<arma::Mat<eT>>::from(mat(U * arma::diagmat(values) * V.t()));
    S = arma::conv_to<arma::Mat<eT>>::from(mat(V * arma::diagmat(values) * V.t()));
    S = arma::symmatu(S);
  }

  /// Notes the backward error of what f answers, unless it refuses; whether it does.
  template <class Function>
  bool answers(const char* name, Function f) {
    try {
      double& so_far = worst_[name];
      so_far = std::max(so_far, f() / units_);
      return true;
    } catch (const std::runtime_error& e) {
      const std::string said = e.what();
      BOOST_TEST((said.find("reciprocal condition number") != said.npos || said.find("positive definite") != said.npos),
                 said);
      return false;
    }
  }

  arma::Mat<eT> A, S;
  arma::vec values;

 private:
  Worst& worst_;
  double units_;
};

/// Of any matrix, whatever its rank and condition.
template <class eT>
void always(Matrix<eT>& m, Tape<eT>& tape) {
  using M = arma::Mat<eT>;
  const auto a = tape.variable(m.A), s = tape.variable(m.S);
  const uword k = std::min(m.A.n_rows, m.A.n_cols);
  const M one(k, k, arma::fill::eye);
  Var<eT> u, d, v, w, e;
  svd_econ(u, d, v, a);
  eig_sym(w, e, s);
  BOOST_TEST(m.answers("svd_econ", [&] { return apart((u * diagmat(d) * v.t()).value(), m.A); }));
  BOOST_TEST(
      m.answers("svd_econ: U, V", [&] { return apart((u.t() * u).value(), one) + apart((v.t() * v).value(), one); }));
  BOOST_TEST(m.answers("svd", [&] { return apart(svd(a).value(), m.values); }));
  BOOST_TEST(d.value().min() >= 0);
  BOOST_TEST(m.answers("eig_sym", [&] { return apart((e * diagmat(w) * e.t()).value(), m.S); }));
  BOOST_TEST(
      m.answers("eig_sym: V", [&] { return apart((e.t() * e).value(), M(m.S.n_rows, m.S.n_rows, arma::fill::eye)); }));
  BOOST_TEST(m.answers("norm 2", [&] { return std::abs(double(norm(a, 2).scalar()) - m.values.max()); }));
}

/// Of a square one: solves, and the adjoints they pass on.
template <class eT>
int solved(Matrix<eT>& m, Tape<eT>& tape) {
  using M = arma::Mat<eT>;
  const uword n = m.A.n_rows;
  const M one(n, n, arma::fill::eye), B = arma::conv_to<M>::from(arma::randn(n, 2));
  const M upper = arma::trimatu(m.A);
  const auto a = tape.variable(m.A), s = tape.variable(m.S), b = tape.variable(B), t = tape.variable(upper);
  const arma::solve_opts::opts definite(sympd);
  int answered = 0;
  answered += m.answers("solve", [&] { return residual(m.A, solve(a, b).value(), B); });
  answered += m.answers("solve transposed", [&] { return residual(M(m.A.t()), solve(a.t(), b).value(), B); });
  answered += m.answers("solve, likely_sympd", [&] { return residual(m.S, solve(s, b, definite).value(), B); });
  answered += m.answers("inv", [&] { return residual(m.A, inv(a).value(), one) / double(n); });
  answered += m.answers("inv_sympd", [&] { return residual(m.S, inv_sympd(s).value(), one) / double(n); });
  answered += m.answers("adjoint of solve", [&] {
    const auto loss = accu(solve(a, b) % M(B));
    tape.backward(loss, true);
    return residual(M(m.A.t()), tape.gradient(b), B);
  });
  m.answers("solve a triangle", [&] { return residual(upper, solve(trimatu(t), b).value(), B); });
  m.answers("chol", [&] {
    const M L = chol(s, "lower").value();
    return apart(M(L * L.t()), m.S);
  });
  return answered;
}

/// Of a tall one.
template <class eT>
int least_squares(Matrix<eT>& m, Tape<eT>& tape) {
  using M = arma::Mat<eT>;
  const M B = arma::conv_to<M>::from(arma::randn(m.A.n_rows, 1)), one(m.A.n_cols, m.A.n_cols, arma::fill::eye);
  const auto a = tape.variable(m.A);
  int answered = 0;
  answered += m.answers("qr_econ", [&] {
    Var<eT> q, r;
    qr_econ(q, r, a);
    return apart((q * r).value(), m.A) + apart((q.t() * q).value(), one);
  });
  // X solves a problem close to this one: A' (A X - B) = 0 but for a rounding of A and B.
  answered += m.answers("least squares", [&] {
    const mat x = arma::conv_to<mat>::from(solve(a, B).value()), A = arma::conv_to<mat>::from(m.A),
              y = arma::conv_to<mat>::from(B);
    const mat rest = A * x - y;
    return frobenius(mat(A.t() * rest)) / (frobenius(A) * (frobenius(A) * frobenius(x) + frobenius(y)));
  });
  return answered;
}

template <class eT>
void check(double most) {
  Worst worst;
  int refused = 0, kept = 0;
  for (const uword n : {1, 2, 3, 5, 8, 13, 20}) {
    for (double exponent = 0; exponent <= most; exponent += 0.5) {
      const double condition = std::pow(10, n == 1 ? 0 : exponent);
      for (const auto& [rows, cols] : {std::pair(n, n), std::pair(n + 3, n), std::pair(n, n + 3)}) {
        Matrix<eT> full(rows, cols, condition, std::min(rows, cols), worst);
        Tape<eT> tape;
        always(full, tape);
        const bool far = condition * double(n) * 4 < 1 / std::numeric_limits<eT>::epsilon();
        const int answered = rows == cols ? solved(full, tape) : rows > cols ? least_squares(full, tape) : 0;
        const int all = rows == cols ? 6 : rows > cols ? 2 : 0;
        if (far) BOOST_TEST(answered == all, n << ", condition " << condition);
        kept += answered, refused += all - answered;
      }
    }
    for (uword rank = 0; rank < n; ++rank) {
      for (int i = 0; i < 20; ++i) {
        for (const uword rows : {n, n + 3}) {
          Matrix<eT> flat(rows, n, 10, rank, worst);
          Tape<eT> tape;
          always(flat, tape);
          BOOST_TEST((rows == n ? solved(flat, tape) : least_squares(flat, tape)) == 0, n << ", rank " << rank);
        }
      }
    }
  }
  BOOST_TEST_MESSAGE((sizeof(eT) == 8 ? "double: " : "float: ")
                     << kept << " answers, " << refused << " refusals of matrices of full rank");
  for (const auto& [name, error] : worst) {
    BOOST_TEST_MESSAGE(std::setw(22) << name << ": backward error at most " << std::setprecision(3) << error
                                     << " n eps");
    BOOST_TEST(error < 10, name);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(backward_errors_and_refusals) {
  arma::arma_rng::set_seed(20240607);
  check<double>(15);
  check<float>(7);
}
