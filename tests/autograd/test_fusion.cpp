// Elementwise nodes of more entries than a tile are computed in groups, and pass their adjoints on in groups; some of
// their values are dropped and computed anew on the way down. Nobody is to see that.
#define BOOST_TEST_MODULE fusion
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// A random function of X that treats each column for itself, with that entry of the row, and adds them up.
template <class eT>
auto random_loss(unsigned seed) {
  return [seed](const auto& X, const auto& column, const auto& row, const auto& number) {
    std::mt19937 draw(seed);
    std::vector<Var<eT>> all{X};
    const auto one_of_late = [&] { return all[all.size() - 1 - draw() % std::min<std::size_t>(all.size(), 5)]; };
    NumberVar<eT> J = 0.1 * accu(X);
    for (int step = 0; step < 16; ++step) {
      const Var<eT> a = one_of_late(), b = one_of_late();
      switch (draw() % 16) {
        case 0:
          all.push_back(a + b);
          break;
        case 1:
          all.push_back(a - 0.5 * b);
          break;
        case 2:
          all.push_back(a % b / 2);
          break;
        case 3:
          all.push_back(0.5 * square(a) - b);
          break;
        case 4:
          all.push_back(a / (1 + square(b)));
          break;
        case 5:
          all.push_back(relu(a + 0.3));
          break;
        case 6:
          all.push_back(abs(a) - 1);
          break;
        case 7:
          all.push_back(max(a, b));
          break;
        case 8:
          all.push_back(where(a > b, square(a) / 2, -b));
          break;
        case 9:
          all.push_back(exp(-square(a)));
          break;
        case 10:
          all.push_back(tanh(a) + b);
          break;
        case 11:
          all.push_back(a.each_row() % row);
          break;
        case 12:
          all.push_back(a.each_col() + column);
          break;
        case 13:
          all.push_back(number * a);
          break;
        case 14:
          all.push_back(a.each_row() - 0.1 * sum(b, 0));
          break;
        default:
          J = J + accu(a);
      }
    }
    return J + accu(all.back());
  };
}

template <class eT>
struct Point {
  arma::Mat<eT> X;
  arma::Col<eT> column;
  arma::Row<eT> row;
  eT number;

  explicit Point(unsigned seed) {
    std::mt19937 draw(seed);
    const arma::uword size = seed % 3 ? 600 + draw() % 2000 : 70'000;  // values of the large ones are computed anew
    const arma::uword rows = 1 + draw() % (seed % 3 ? 70 : 200);
    X = uniform<eT>(rows, size / rows);
    column = uniform<eT>(rows, 1), row = uniform<eT>(1, X.n_cols), number = eT(0.7);
  }
};

/// A loss and its gradients, one below the other.
template <class eT>
arma::mat joined(double J, const arma::Mat<eT>& X, const arma::mat& column, const arma::Row<eT>& row, double number) {
  return arma::join_cols(to_double<eT>(arma::vectorise(X)), column, to_double<eT>(arma::Mat<eT>(row.t())),
                         arma::mat(arma::vec{number, J}));
}
template <class eT>
arma::mat together(const auto& value_and_gradients) {
  const auto& [J, g] = value_and_gradients;
  const auto& [X, column, row, number] = g;
  return joined<eT>(J, X, to_double<eT>(column), row, number);
}

/// The same, column by column of X: nothing is fused then.
template <class eT>
arma::mat by_columns(const auto& loss, const Point<eT>& p) {
  Point<eT> dp = p;
  double J = 0, number = 0;
  arma::mat column(p.column.n_elem, 1);
  for (arma::uword j = 0; j < p.X.n_cols; ++j) {
    const arma::Mat<eT> x = p.X.col(j);
    const arma::Row<eT> r = p.row.col(j);
    const auto [Jj, g] = value_and_gradient(loss, x, p.column, r, p.number);
    dp.X.col(j) = std::get<0>(g), dp.row.col(j) = std::get<2>(g);
    column += to_double<eT>(std::get<1>(g)), number += double(std::get<3>(g)), J += double(Jj);
  }
  return joined(J, dp.X, column, dp.row, number);
}

double distance(const arma::mat& a, const arma::mat& b) {
  return arma::abs(a - b).max() / std::max(1.0, arma::abs(b).max());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(random_chains, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(give_what_they_give_column_by_column, eT, Reals) {
  for (unsigned seed = 1; seed <= 240; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      const Point<eT> p(seed);
      const auto loss = [text = random_loss<eT>(seed)](const auto&... x) { return text(x...); };
      const arma::mat g = together<eT>(value_and_gradient(loss, p.X, p.column, p.row, p.number)),
                      expected = by_columns(loss, p);
      BOOST_TEST(distance(g, expected) < 100 * tolerance<eT>);

      const auto check_same = [&](const auto& other) {
        BOOST_TEST(distance(together<eT>(other), g) < 100 * tolerance<eT>);
      };
      Tape<eT> watched;  // node by node
      watched.detect_anomalies();
      auto program = record(loss, variables(p.X, p.column, p.row, p.number));
      for (int pass = 0; pass < 2; ++pass) {
        check_same(value_and_gradient(watched, loss, p.X, p.column, p.row, p.number));
        check_same(program.value_and_gradient(p.X, p.column, p.row, p.number));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(values_that_were_dropped_can_be_read_afterwards, Seeded) {
  const arma::mat X = uniform(200, 200);
  Tape<double> tape;
  const auto x = tape.variable(X);
  const auto a = 1.5 * x + 0.5, b = square(a), c = b % x;
  const auto J = accu(c - x);
  for (int pass = 0; pass < 2; ++pass) {
    tape.backward(J);
    const arma::mat A = 1.5 * X + 0.5;
    BOOST_TEST(error(arma::mat(tape.gradient(x)), arma::mat(arma::square(A) + 3 * A % X - 1)) < 1e-14);
    BOOST_TEST(error(arma::mat(b.value()), arma::mat(arma::square(A))) < 1e-14);
    BOOST_TEST(error(arma::mat(c.value()), arma::mat(arma::square(A) % X)) < 1e-14);
    BOOST_TEST(J.scalar() == arma::accu(arma::square(A) % X - X), boost::test_tools::tolerance(1e-12));
  }
}

// max of a matrix passes a sparse adjoint on, which is not fused.
BOOST_FIXTURE_TEST_CASE(a_sparse_adjoint_that_meets_a_group, Seeded) {
  const arma::mat X = uniform(200, 200), A = 1.5 * X + 0.5, C = arma::square(A) % X;
  const auto loss = [](const auto& x) { return accu(max(-(square(1.5 * x + 0.5) % x), 0)); };
  arma::mat expected(arma::size(X), arma::fill::zeros);
  const arma::urowvec lowest = arma::index_min(C, 0);
  for (arma::uword j = 0; j < X.n_cols; ++j) {
    const arma::uword i = lowest(j);
    expected(i, j) = -(A(i, j) * A(i, j) + 3 * A(i, j) * X(i, j));
  }
  BOOST_TEST(error(arma::mat(gradient(loss, X)), expected) < 1e-14);
}
