#define BOOST_TEST_MODULE reductions
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;

/// A reduction or a map of columns, by hand: its value y, and with y' the derivative along D and C an adjoint
/// of y, the pullback C -> dx and the derivative of that along D. Rows are done as the transposed.
template <class eT>
struct Case {
  const char* name;
  std::function<Var<eT>(const Var<eT>&, uword dim)> on_tape;
  mat (*value)(const mat& x);
  mat (*along)(const mat& x, const mat& D);
  mat (*pullback)(const mat& x, const mat& C);
  mat (*curvature)(const mat& x, const mat& C, const mat& D);
};

mat down(const mat& row, const mat& like) { return repmat(row, like.n_rows, 1); }
mat total(const mat& x) { return arma::sum(x, 0); }
mat probabilities(const mat& x) {
  mat P = arma::exp(x);
  for (uword j = 0; j < x.n_cols; ++j) P.col(j) /= arma::accu(P.col(j));
  return P;
}
mat probabilities_along(const mat& x, const mat& D) {
  const mat P = probabilities(x);
  return P % (D - down(total(P % D), x));
}
mat at_largest(const mat& x) {
  mat mask(arma::size(x), arma::fill::zeros);
  for (uword j = 0; j < x.n_cols; ++j) mask(x.col(j).index_max(), j) = 1;
  return mask;
}
mat nothing(const mat& x, const mat&, const mat&) { return 0 * x; }

// clang-format off
template <class eT>
std::vector<Case<eT>> cases() {
  using V = const Var<eT>&;
  using M = const mat&;
  return {
      {"sum", [](V x, uword dim) { return sum(x, dim); }, total, [](M, M D) { return total(D); },
       [](M x, M C) { return down(C, x); }, nothing},
      {"mean", [](V x, uword dim) { return mean(x, dim); }, [](M x) -> mat { return total(x) / x.n_rows; },
       [](M, M D) -> mat { return total(D) / D.n_rows; }, [](M x, M C) -> mat { return down(C, x) / x.n_rows; }, nothing},
      {"max", [](V x, uword dim) { return max(x, dim); }, [](M x) -> mat { return arma::max(x, 0); },
       [](M x, M D) { return total(at_largest(x) % D); }, [](M x, M C) -> mat { return down(C, x) % at_largest(x); }, nothing},
      {"logsumexp", [](V x, uword dim) { return logsumexp(x, dim); }, [](M x) -> mat { return arma::log(total(arma::exp(x))); },
       [](M x, M D) { return total(probabilities(x) % D); }, [](M x, M C) -> mat { return down(C, x) % probabilities(x); },
       [](M x, M C, M D) -> mat { return down(C, x) % probabilities_along(x, D); }},
      {"softmax", [](V x, uword dim) { return softmax(x, dim); }, probabilities, probabilities_along, probabilities_along,
       [](M x, M C, M D) -> mat {
         const mat P = probabilities(x), dP = probabilities_along(x, D);
         return dP % (C - down(total(C % P), x)) - P % down(total(C % dP), x);
       }},
      {"log_softmax", [](V x, uword dim) { return log_softmax(x, dim); }, [](M x) -> mat { return arma::log(probabilities(x)); },
       [](M x, M D) -> mat { return D - down(total(probabilities(x) % D), x); },
       [](M x, M C) -> mat { return C - probabilities(x) % down(total(C), x); },
       [](M x, M C, M D) -> mat { return -probabilities_along(x, D) % down(total(C), x); }},
  };
}
// clang-format on

const uword lengths[] = {1, 7, 8, 9, 10, 16, 17, 33};

mat turned(const mat& x, uword dim) {
  if (dim == 1) return x.t();
  return x;
}

template <class eT>
void check(const Case<eT>& c, uword rows, uword cols, uword dim) {
  const auto X = uniform<eT>(rows, cols, -2, 2), D = uniform<eT>(rows, cols);
  const mat x = turned(to_double(X), dim), d = turned(to_double(D), dim), y = c.value(x);
  const mat C = to_double(uniform<eT>(y.n_rows, y.n_cols)), turned_C = turned(C, dim);
  const auto weights = arma::conv_to<arma::Mat<eT>>::from(turned_C);
  const double several = 20 * tolerance<eT>;

  const auto linear = [&](const Var<eT>& v) { return accu(weights % c.on_tape(v, dim)); };
  Tape<eT> tape;
  BOOST_TEST(error(c.on_tape(tape.variable(X), dim).value(), turned(y, dim)) < several);
  BOOST_TEST(error(gradient(linear, X), turned(c.pullback(x, C), dim)) < several);
  BOOST_TEST(error(hessian_vector_product(linear, X, D), turned(c.curvature(x, C, d), dim)) < several);

  const auto squared = [&](const Var<eT>& v) { return accu(weights % square(c.on_tape(v, dim))); };
  const mat curved = c.pullback(x, 2 * C % c.along(x, d)) + c.curvature(x, 2 * C % y, d);
  BOOST_TEST(error(gradient(squared, X), turned(c.pullback(x, 2 * C % y), dim)) < several);
  BOOST_TEST(error(hessian_vector_product(squared, X, D), turned(curved, dim)) < several);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(values_and_derivatives_to_second_order, eT, Reals) {
  for (const Case<eT>& c : cases<eT>()) {
    for (const uword rows : lengths) {
      for (const uword cols : lengths) {
        for (const uword dim : {0, 1}) {
          BOOST_TEST_CONTEXT(c.name << " of " << rows << "x" << cols << " by dim " << dim) {
            check(c, rows, cols, dim);
          }
        }
      }
    }
  }
}

// The adjoint of an extreme is sparse until something dense meets it: products gather what its entries meet, and sums
// of rows and columns scatter them.
BOOST_AUTO_TEST_CASE_TEMPLATE(adjoints_of_extremes_meet_products_sums_and_each_other, eT, Reals) {
  const double several = 100 * tolerance<eT>;
  const auto conv = [](const mat& x) { return arma::conv_to<arma::Mat<eT>>::from(x); };
  for (const uword rows : {3, 9, 20}) {
    for (const uword cols : {8, 33}) {
      for (const bool ta : {false, true}) {
        for (const bool tb : {false, true}) {
          for (const bool others : {false, true}) {
            const mat A = uniform(rows, 5), B = uniform(5, cols), c = uniform(rows, 1), r = uniform(1, cols),
                      C = uniform(rows, cols), down = uniform(1, cols), along = uniform(rows, 1);
            const auto loss = [&](auto a, auto b, auto column, auto row) {
              const auto product = (ta ? Var<eT>(a.t()) : Var<eT>(a)) * (tb ? Var<eT>(b.t()) : Var<eT>(b));
              const Var<eT> D = (2 - 3 * product).each_col() + column, E = D.each_row() - row;
              auto J = accu(conv(down) % min(E, 0));
              if (others)
                J = J + accu(conv(C) % E) + accu(conv(along) % max(E, 1)) + accu(conv(down) % max(square(E), 0));
              return J;
            };
            const mat E = 2 - 3 * A * B + arma::repmat(c, 1, cols) - arma::repmat(r, rows, 1);
            mat G = others ? C : mat(rows, cols, arma::fill::zeros);
            for (uword j = 0; j < cols; ++j) {
              G(E.col(j).index_min(), j) += down(j);
              const uword top = arma::abs(E.col(j)).index_max();
              if (others) G(top, j) += down(j) * 2 * E(top, j);
            }
            for (uword i = 0; i < rows && others; ++i) G(i, E.row(i).index_max()) += along(i);
            const auto [a, b, column, row] =
                gradient(loss, conv(ta ? mat(A.t()) : A), conv(tb ? mat(B.t()) : B), conv(c), conv(r));
            BOOST_TEST_CONTEXT(rows << "x" << cols << ", transposed " << ta << ", " << tb << ", with others "
                                    << others) {
              const mat GA = -3 * G * B.t(), GB = -3 * A.t() * G;
              BOOST_TEST(error(a, ta ? mat(GA.t()) : GA) < several);
              BOOST_TEST(error(b, tb ? mat(GB.t()) : GB) < several);
              BOOST_TEST(error(column, mat(arma::sum(G, 1))) < several);
              BOOST_TEST(error(row, mat(-arma::sum(G, 0))) < several);
            }
          }
        }
      }
    }
  }
}

// More of them than a product takes at a time, all of them 1.
BOOST_AUTO_TEST_CASE(adjoints_of_many_extremes_meet_a_product) {
  const mat A = uniform(9, 4), B = uniform(4, 600), C = A * B;
  mat G(9, 600, arma::fill::zeros);
  for (uword j = 0; j < 600; ++j) G(C.col(j).index_max(), j) = 1;
  const auto [a, b] = gradient([](const auto& p, const auto& q) { return accu(max(p * q, 0)); }, A, B);
  BOOST_TEST(error(a, mat(G * B.t())) < 1e-12);
  BOOST_TEST(error(b, mat(A.t() * G)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(an_infinite_adjoint_of_an_extreme_goes_to_one_entry) {
  mat x = uniform(9, 2, 1, 2), expected(9, 2, arma::fill::zeros);
  x(4, 0) = 0;
  const uword other = x.col(1).index_min();
  expected(4, 0) = -inf;
  expected(other, 1) = -1 / (x(other, 1) * x(other, 1));
  BOOST_TEST(error(gradient([](auto v) { return accu(1 / min(v, 0)); }, x), expected) < 1e-14);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(accu_and_dot, eT, Reals) {
  for (const uword rows : {0, 1, 3, 17}) {
    for (const uword cols : {0, 1, 8, 33}) {
      const auto A = uniform<eT>(rows, cols), B = uniform<eT>(rows, cols);
      const mat a = to_double(A), b = to_double(B);
      Tape<eT> tape;
      const auto x = tape.variable(A), y = tape.variable(B);
      const double several = 100 * tolerance<eT>;
      BOOST_TEST(error(double(accu(x).scalar()), arma::accu(a)) < several);
      BOOST_TEST(error(double(dot(x, y).scalar()), arma::accu(a % b)) < several);
      BOOST_TEST(error(double(dot(A, y).scalar()), arma::accu(a % b)) < several);
      BOOST_TEST(error(double(dot(x, view(B)).scalar()), arma::accu(a % b)) < several);
      tape.backward(dot(x, y) % accu(x));
      BOOST_TEST(error(tape.gradient(x), mat(b * arma::accu(a) + arma::accu(a % b))) < several);
      BOOST_TEST(error(tape.gradient(y), mat(a * arma::accu(a))) < several);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_default_is_one_number_of_a_vector_and_the_columns_of_a_matrix) {
  const mat row{{1, 5, 3}}, column = row.t(), A{{1, 2, 6}, {4, 3, 2}};
  Tape<double> tape;
  const auto value = [&](auto f, const mat& x) { return f(tape.variable(x)).value(); };
  const auto value_of_vector = [&](auto f, const mat& x) { return f(VectorVar<double>(tape.variable(x))).value(); };
  for (const mat& vector : {row, column}) {
    BOOST_TEST(error(value_of_vector([](auto x) { return sum(x); }, vector), mat{9.0}) == 0);
    BOOST_TEST(error(value_of_vector([](auto x) { return mean(x); }, vector), mat{3.0}) == 0);
    BOOST_TEST(error(value_of_vector([](auto x) { return max(x); }, vector), mat{5.0}) == 0);
    // A number, which meets matrices of any shape.
    BOOST_TEST(error(value_of_vector([](auto x) { return x - sum(x); }, vector), mat(vector - 9)) == 0);
    BOOST_TEST(error(value_of_vector([](auto x) { return x - mean(x); }, vector), mat(vector - 3)) == 0);
    BOOST_CHECK_NO_THROW(value_of_vector([](auto x) { return x - max(x); }, vector));
  }
  BOOST_TEST(error(value([](auto x) { return sum(x); }, A), mat{{5, 5, 8}}) == 0);
  BOOST_TEST(error(value([](auto x) { return mean(x); }, A), mat{{2.5, 2.5, 4}}) == 0);
  BOOST_TEST(error(value([](auto x) { return max(x); }, A), mat{{4, 3, 6}}) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(empty_matrices, eT, Reals) {
  struct Empty {
    uword rows, cols, dim, out_rows, out_cols;
  };
  for (const Empty e :
       {Empty{0, 4, 0, 1, 4}, {0, 4, 1, 0, 1}, {4, 0, 0, 1, 0}, {4, 0, 1, 4, 1}, {0, 0, 0, 1, 0}, {0, 0, 1, 0, 1}}) {
    BOOST_TEST_CONTEXT(e.rows << "x" << e.cols << " by dim " << e.dim) {
      const arma::Mat<eT> X(e.rows, e.cols);
      const auto value = [&](auto f) {
        Tape<eT> tape;
        return f(tape.variable(X)).value();
      };
      BOOST_TEST(error(value([&](auto x) { return sum(x, e.dim); }), filled(e.out_rows, e.out_cols, 0.0)) == 0);
      BOOST_TEST(error(value([&](auto x) { return logsumexp(x, e.dim); }), filled(e.out_rows, e.out_cols, -inf)) == 0);
      BOOST_TEST(error(value([&](auto x) { return softmax(x, e.dim); }), X) == 0);
      BOOST_TEST(error(value([&](auto x) { return log_softmax(x, e.dim); }), X) == 0);
      BOOST_TEST(error(value([&](auto x) { return accu(x); }), mat{0.0}) == 0);
      BOOST_TEST(error(gradient([&](auto x) { return accu(square(sum(x, e.dim))) + accu(softmax(x, e.dim)); }, X), X) ==
                 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(float_sums_over_sixty_thousand_samples_keep_their_digits) {
  const uword n = 60'000;
  const auto X = uniform<float>(3, n, 0, 1), Y = uniform<float>(3, n, 0, 1), r = uniform<float>(3, 1);
  const arma::fmat Xt = X.t();
  const mat x = to_double(X), sums = arma::sum(x, 1);
  const auto close = [](const arma::fmat& got, const mat& expected) {
    return arma::abs(to_double(got) / expected - 1).max() <= 1e-6;
  };
  Tape<float> tape;
  const auto v = tape.variable(X);
  const auto w = tape.variable(Xt);
  const auto b = tape.variable(r);
  const auto s = tape.variable(2.0f);
  const mat xy = x % to_double(Y);
  BOOST_TEST(close(sum(v, 1).value(), sums));
  BOOST_TEST(close(sum(w, 0).value(), sums.t()));
  BOOST_TEST(close(mean(v, 1).value(), sums / n));
  BOOST_TEST(close(accu(v).value(), mat{arma::accu(x)}));
  BOOST_TEST(close(dot(v, Y).value(), mat{arma::accu(xy)}));
  BOOST_TEST(close(accu(square(v)).value(), mat{arma::accu(x % x)}));
  BOOST_TEST(close(logsumexp(v, 1).value(), arma::log(arma::sum(arma::exp(x), 1))));
  BOOST_TEST(
      close(arma::fmat(arma::exp(logsumexp(w, 0).value() - std::log(float(n)))), arma::mean(arma::exp(x), 1).t()));
  tape.backward(accu((v.each_col() + b) % Y) + accu(v * s));
  BOOST_TEST(close(tape.gradient(b), arma::sum(to_double(Y), 1)));
  BOOST_TEST(close(tape.gradient(s), mat{arma::accu(x)}));
}

BOOST_AUTO_TEST_SUITE_END()
