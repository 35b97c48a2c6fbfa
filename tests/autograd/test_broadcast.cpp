#define BOOST_TEST_MODULE broadcast
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;

/// An operator, and its derivatives entry by entry, by hand.
struct Addition {
  static auto of(const auto& a, const auto& b) { return a + b; }
  static mat value(const mat& a, const mat& b) { return a + b; }
  static mat a(const mat& x, const mat&) { return filled(x.n_rows, x.n_cols, 1.0); }
  static mat b(const mat& x, const mat&) { return filled(x.n_rows, x.n_cols, 1.0); }
  static mat aa(const mat& x, const mat&) { return 0 * x; }
  static mat ab(const mat& x, const mat&) { return 0 * x; }
  static mat bb(const mat& x, const mat&) { return 0 * x; }
};
struct Subtraction : Addition {
  static auto of(const auto& a, const auto& b) { return a - b; }
  static mat value(const mat& a, const mat& b) { return a - b; }
  static mat b(const mat& x, const mat&) { return filled(x.n_rows, x.n_cols, -1.0); }
};
struct Multiplication : Addition {
  static auto of(const auto& a, const auto& b) { return a % b; }
  static mat value(const mat& a, const mat& b) { return a % b; }
  static mat a(const mat&, const mat& y) { return y; }
  static mat b(const mat& x, const mat&) { return x; }
  static mat ab(const mat& x, const mat&) { return filled(x.n_rows, x.n_cols, 1.0); }
};
struct Division : Addition {
  static auto of(const auto& a, const auto& b) { return a / b; }
  static mat value(const mat& a, const mat& b) { return a / b; }
  static mat a(const mat&, const mat& y) { return 1 / y; }
  static mat b(const mat& x, const mat& y) { return -x / (y % y); }
  static mat ab(const mat&, const mat& y) { return -1 / (y % y); }
  static mat bb(const mat& x, const mat& y) { return 2 * x / (y % y % y); }
};
using Operators = std::tuple<Addition, Subtraction, Multiplication, Division>;

struct Size {
  arma::uword rows, cols;
};
const Size sizes[] = {{1, 1}, {1, 5}, {5, 1}, {3, 4}, {17, 9}, {64, 3}, {0, 3}, {3, 0}, {0, 0}};

enum class Extent { matrix, row, column, number };

Size size_of(Extent k, Size s) {
  return {k == Extent::row || k == Extent::number ? 1 : s.rows,
          k == Extent::column || k == Extent::number ? 1 : s.cols};
}
/// Sums to a row, a column or a number; expand() repeats it again.
mat shrink(const mat& x, Extent k) {
  switch (k) {
    case Extent::row:
      return arma::sum(arma::join_cols(x, arma::zeros(1, x.n_cols)), 0);
    case Extent::column:
      return arma::sum(arma::join_rows(x, arma::zeros(x.n_rows, 1)), 1);
    case Extent::number:
      return mat{arma::accu(x)};
    case Extent::matrix:
      break;
  }
  return x;
}
mat expand(const mat& x, Size s) {
  mat X(s.rows, s.cols);
  for (arma::uword j = 0; j < s.cols; ++j) {
    for (arma::uword i = 0; i < s.rows; ++i) X(i, j) = x(x.n_rows == 1 ? 0 : i, x.n_cols == 1 ? 0 : j);
  }
  return X;
}
template <class eT>
Var<eT> shrink(const Var<eT>& x, Extent k) {
  return k == Extent::row ? sum(x, 0) : k == Extent::column ? sum(x, 1) : k == Extent::number ? accu(x) : x;
}

/// O applied to a Var of kind a and one of kind b.
template <class O, class eT>
Var<eT> apply(const Var<eT>& x, Extent a, const Var<eT>& y, Extent b) {
  if (b == Extent::row) return O::of(x.each_row(), y);
  if (b == Extent::column) return O::of(x.each_col(), y);
  if (a == Extent::row) return O::of(x, y.each_row());
  if (a == Extent::column) return O::of(x, y.each_col());
  return O::of(a == Extent::number ? accu(x) : x, b == Extent::number ? accu(y) : y);
}

template <class O, class eT>
void check(Extent a, Extent b, Size s) {
  const Size as = size_of(a, s), bs = size_of(b, s);
  const auto x = uniform<eT>(as.rows, as.cols, -2, 2), y = uniform<eT>(bs.rows, bs.cols, 0.5, 2);
  const auto C = uniform<eT>(s.rows, s.cols);
  const mat c = to_double(C), X = expand(to_double(x), s), Y = expand(to_double(y), s);
  const double several = tolerance<eT> * double(10 + s.rows * s.cols);

  const auto loss = [&](const Var<eT>& v, const Var<eT>& w) { return accu(C % apply<O>(v, a, w, b)); };
  const auto [J, g] = value_and_gradient(loss, x, y);
  BOOST_TEST(error(J, arma::accu(c % O::value(X, Y))) < several);
  BOOST_TEST(error(std::get<0>(g), shrink(c % O::a(X, Y), a)) < several);
  BOOST_TEST(error(std::get<1>(g), shrink(c % O::b(X, Y), b)) < several);

  // Both operands made from one z: with U, T what each sees of z, and of the direction D,
  // H D = to_a'(C (aa T_a + ab T_b)) + to_b'(C (ab T_a + bb T_b)).
  const auto z = uniform<eT>(s.rows, s.cols, 0.5, 2), D = uniform<eT>(s.rows, s.cols);
  const auto seen = [&](const mat& m, Extent k) { return expand(shrink(m, k), s); };
  const auto of_one = [&](const Var<eT>& v) { return accu(C % apply<O>(shrink(v, a), a, shrink(v, b), b)); };
  const mat Ua = seen(to_double(z), a), Ub = seen(to_double(z), b), Ta = seen(to_double(D), a),
            Tb = seen(to_double(D), b);
  const mat expected =
      seen(c % (O::aa(Ua, Ub) % Ta + O::ab(Ua, Ub) % Tb), a) + seen(c % (O::ab(Ua, Ub) % Ta + O::bb(Ua, Ub) % Tb), b);
  BOOST_TEST(error(hessian_vector_product(of_one, z, D), expected) < several);
}

const std::pair<Extent, Extent> extents[] = {
    {Extent::matrix, Extent::matrix}, {Extent::matrix, Extent::row},    {Extent::row, Extent::matrix},
    {Extent::matrix, Extent::column}, {Extent::column, Extent::matrix}, {Extent::matrix, Extent::number},
    {Extent::number, Extent::matrix},
};
const char* to_text(Extent k) {
  return k == Extent::matrix ? "matrix" : k == Extent::row ? "row" : k == Extent::column ? "column" : "number";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(gradients_and_second_derivatives_of_every_kind_and_size, O, Operators) {
  for (const auto& [a, b] : extents) {
    for (const Size s : sizes) {
      BOOST_TEST_CONTEXT(to_text(a) << " and " << to_text(b) << ", " << s.rows << "x" << s.cols) {
        check<O, double>(a, b, s);
        check<O, float>(a, b, s);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_numbers, O, Operators) {
  Tape<double> tape;
  const auto x = tape.variable(3.0), y = tape.variable(-0.5);
  const mat X{3.0}, Y{-0.5};
  tape.backward(O::of(x, y), true);
  BOOST_TEST(O::of(x, y).scalar() == O::value(X, Y)(0));
  BOOST_TEST(tape.gradient(x)(0) == O::a(X, Y)(0));
  BOOST_TEST(tape.gradient(y)(0) == O::b(X, Y)(0));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_number_variable_meets_a_matrix, O, Operators) {
  const mat A = uniform(7, 3, 1, 2), S = filled(7, 3, 1.5);
  Tape<double> tape;
  const auto s = tape.variable(1.5);
  const auto m = tape.variable(A);
  tape.backward(accu(O::of(s, m)));
  BOOST_TEST(error(tape.gradient(s), mat{arma::accu(O::a(S, A))}) < 1e-14);
  BOOST_TEST(error(tape.gradient(m), O::b(S, A)) < 1e-14);
  tape.backward(accu(O::of(m, s)));
  BOOST_TEST(error(tape.gradient(m), O::a(A, S)) < 1e-14);
  BOOST_TEST(error(tape.gradient(s), mat{arma::accu(O::b(A, S))}) < 1e-14);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(plain_armadillo_on_either_side, O, Operators) {
  const mat A = uniform(5, 3, 1, 2), W = uniform(5, 3, 1, 2), C = uniform(5, 3);
  const arma::rowvec r = W.row(0);
  const arma::vec c = W.col(0);
  const mat R = repmat(r, 5, 1), K = repmat(c, 1, 3), two = filled(5, 3, 2.0);
  const auto check_one = [&](auto f, const mat& x, const mat& value, const mat& slope) {
    const auto [J, g] = value_and_gradient([&](auto v) { return accu(C % f(v)); }, x);
    BOOST_TEST(error(J, arma::accu(C % value)) < 1e-13);
    BOOST_TEST(error(g, shrink(C % slope, x.n_rows == 1   ? Extent::row
                                          : x.n_cols == 1 ? Extent::column
                                                          : Extent::matrix)) < 1e-13);
  };
  const auto right = [&](auto f, const mat& x, const mat& constant) {  // f(v) is v op constant
    const mat X = expand(x, {5, 3});
    check_one(f, x, O::value(X, constant), O::a(X, constant));
  };
  const auto left = [&](auto f, const mat& constant, const mat& x) {  // f(v) is constant op v
    const mat X = expand(x, {5, 3});
    check_one(f, x, O::value(constant, X), O::b(constant, X));
  };
  right([&](auto v) { return O::of(v, W); }, A, W);
  left([&](auto v) { return O::of(W, v); }, W, A);
  right([&](auto v) { return O::of(v, 2); }, A, two);
  left([&](auto v) { return O::of(2, v); }, two, A);
  right([&](auto v) { return O::of(v, 2.0f); }, A, two);
  right([&](auto v) { return O::of(v, 2 * W + 1); }, A, mat(2 * W + 1));
  left([&](auto v) { return O::of(W.submat(0, 0, 4, 2), v); }, W, A);
  right([&](auto v) { return O::of(v, view(W)); }, A, W);
  left([&](auto v) { return O::of(view(W), v); }, W, A);
  right([&](auto v) { return O::of(v.each_row(), r); }, A, R);
  left([&](auto v) { return O::of(r, v.each_row()); }, R, A);
  right([&](auto v) { return O::of(v.each_row(), W.row(0)); }, A, R);
  right([&](auto v) { return O::of(v.each_col(), c); }, A, K);
  left([&](auto v) { return O::of(c, v.each_col()); }, K, A);
  left([&](auto v) { return O::of(W.each_row(), v); }, W, mat(r));
  right([&](auto v) { return O::of(v, W.each_row()); }, mat(r), W);
  left([&](auto v) { return O::of(W.each_col(), v); }, W, mat(c));
  right([&](auto v) { return O::of(v, W.each_col()); }, mat(c), W);
}

BOOST_AUTO_TEST_SUITE_END()
