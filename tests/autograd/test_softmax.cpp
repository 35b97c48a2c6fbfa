#define BOOST_TEST_MODULE softmax
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

// The edges of max and of the softmax family; inside, see test_reductions.
using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;

template <class eT>
arma::Mat<eT> turned(const arma::Mat<eT>& x, uword dim) {
  if (dim == 1) return x.t();
  return x;
}

template <class eT, class F>
arma::Mat<eT> value(F f, const arma::Mat<eT>& x) {
  Tape<eT> tape;
  return f(tape.variable(x)).value();
}

/// Every dimension, and fibres shorter and longer than a register.
template <class F>
void everywhere(F check) {
  for (const uword dim : {0, 1}) {
    for (const uword length : {1, 2, 7, 8, 9, 16, 17, 33}) {
      BOOST_TEST_CONTEXT("dim " << dim << ", length " << length) { check(dim, length); }
    }
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(the_first_of_equal_maxima_gets_the_derivative, eT, Reals) {
  everywhere([](uword dim, uword length) {
    arma::Mat<eT> x(length, 11, arma::fill::zeros), expected(length, 11, arma::fill::zeros);
    for (uword j = 0; j < 11; ++j) {
      const uword first = j % length, second = (first + 1 + j) % length;
      x(first, j) = x(second, j) = eT(3);
      expected(std::min(first, second), j) = eT(j + 1);
    }
    const auto weights = turned(arma::Mat<eT>(arma::regspace<arma::Row<eT>>(1, 11)), dim);
    const auto loss = [&](const Var<eT>& v) { return accu(weights % max(v, dim)); };
    BOOST_TEST(error(gradient(loss, turned(x, dim)), turned(expected, dim)) == 0);
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_equal_and_all_minus_infinity_have_a_first_maximum_too, eT, Reals) {
  everywhere([](uword dim, uword length) {
    for (const double same : {0.0, -7.0, -inf, inf}) {
      const auto x = filled(length, 5, eT(same));
      arma::Mat<eT> expected(length, 5, arma::fill::zeros);
      expected.row(0).ones();
      const auto [J, g] = value_and_gradient([&](const Var<eT>& v) { return accu(max(v, dim)); }, turned(x, dim));
      BOOST_TEST(error(double(J), 5 * same) == 0);
      BOOST_TEST(error(g, turned(expected, dim)) == 0);
    }
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_spoils_its_own_fibre_only, eT, Reals) {
  everywhere([](uword dim, uword length) {
    auto x = uniform<eT>(length, 6);
    x(length - 1, 0) = x(0, 3) = x(length / 2, 5) = eT(not_a_number);
    const auto check = [&](auto f) {
      const arma::Mat<eT> y = turned(value(f, turned(x, dim)), dim);
      for (uword j = 0; j < 6; ++j) {
        for (uword i = 0; i < y.n_rows; ++i) BOOST_TEST(std::isnan(y(i, j)) == (j == 0 || j == 3 || j == 5));
      }
    };
    check([&](auto v) { return max(v, dim); });
    check([&](auto v) { return sum(v, dim); });
    check([&](auto v) { return logsumexp(v, dim); });
    check([&](auto v) { return softmax(v, dim); });
    check([&](auto v) { return log_softmax(v, dim); });
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(large_entries_neither_overflow_nor_lose_digits, eT, Reals) {
  const double e = std::exp(-1.0);
  for (const double base : {1e4, -1e4, 0.0}) {
    everywhere([&](uword dim, uword length) {
      arma::Mat<eT> x(length, 3);
      for (uword i = 0; i < length; ++i) x.row(i).fill(eT(base - double(i % 2)));
      const double sum = double((length + 1) / 2) + e * double(length / 2);
      mat P(length, 3), L(length, 3);
      for (uword i = 0; i < length; ++i) {
        P.row(i).fill((i % 2 ? e : 1) / sum);
        L.row(i).fill(-double(i % 2) - std::log(sum));
      }
      const auto X = turned(x, dim), C = uniform<eT>(X.n_rows, X.n_cols);
      const mat c = turned(to_double(C), dim);
      const double several = 5 * tolerance<eT>;
      BOOST_TEST(error(value([&](auto v) { return softmax(v, dim); }, X), turned(P, dim)) < several);
      BOOST_TEST(error(value([&](auto v) { return log_softmax(v, dim); }, X), turned(L, dim)) < several);
      BOOST_TEST(error(value([&](auto v) { return logsumexp(v, dim); }, X),
                       turned(filled(1, 3, base + std::log(sum)), dim)) < several);
      const mat expected = c - P % repmat(arma::sum(c, 0), length, 1);
      BOOST_TEST(error(gradient([&](auto v) { return accu(C % log_softmax(v, dim)); }, X), turned(expected, dim)) <
                 several);
      BOOST_TEST(error(gradient([&](auto v) { return accu(logsumexp(v, dim)); }, X), turned(P, dim)) < 1e3 * several);
    });
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(minus_infinity_counts_as_probability_zero, eT, Reals) {
  everywhere([](uword dim, uword length) {
    if (length == 1) return;
    auto x = filled(length, 4, eT(-inf));
    x.row(length - 1).fill(eT(2));
    x.row(length / 2 - 1).fill(eT(2));
    const mat P = to_double(arma::Mat<eT>(arma::exp(x - eT(2)))) / 2;
    const auto X = turned(x, dim), C = uniform<eT>(X.n_rows, X.n_cols);
    const mat c = turned(to_double(C), dim), c_mean = repmat(arma::sum(P % c, 0), length, 1);
    BOOST_TEST(error(value([&](auto v) { return softmax(v, dim); }, X), turned(P, dim)) < tolerance<eT>);
    BOOST_TEST(error(value([&](auto v) { return log_softmax(v, dim); }, X), turned(mat(arma::log(P)), dim)) <
               tolerance<eT>);
    BOOST_TEST(error(value([&](auto v) { return logsumexp(v, dim); }, X), turned(filled(1, 4, 2 + std::log(2)), dim)) <
               tolerance<eT>);
    BOOST_TEST(error(gradient([&](auto v) { return accu(C % softmax(v, dim)); }, X),
                     turned(mat(P % (c - c_mean)), dim)) < tolerance<eT>);
    BOOST_TEST(error(gradient([&](auto v) { return accu(logsumexp(v, dim)); }, X), turned(P, dim)) < tolerance<eT>);
  });
}

// As rules/softmax.hpp has it: such a fibre is NaN.
BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_but_minus_infinity_and_one_infinity, eT, Reals) {
  everywhere([](uword dim, uword length) {
    auto one = uniform<eT>(length, 3);
    one.row(length - 1).fill(eT(inf));
    for (const auto& [x, sum] : {std::pair(filled(length, 3, eT(-inf)), -inf), std::pair(one, inf)}) {
      BOOST_TEST_CONTEXT("sum " << sum) {
        const auto X = turned(x, dim);
        const mat all = turned(filled(length, 3, not_a_number), dim);
        BOOST_TEST(error(value([&](auto v) { return softmax(v, dim); }, X), all) == 0);
        BOOST_TEST(error(value([&](auto v) { return log_softmax(v, dim); }, X), all) == 0);
        BOOST_TEST(error(value([&](auto v) { return logsumexp(v, dim); }, X), turned(filled(1, 3, sum), dim)) == 0);
      }
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
