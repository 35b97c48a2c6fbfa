#define BOOST_TEST_MODULE forward_mode
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(products_of_jacobians_of_tanh_of_a_product, eT, Reals) {
  const auto X = uniform<eT>(4, 6), W = uniform<eT>(4, 3), V = uniform<eT>(4, 3), U = uniform<eT>(3, 6);
  const auto f = [&](const auto& w) { return tanh(w.t() * X); };
  const arma::Mat<eT> y = arma::tanh(W.t() * X), slope = 1 - y % y;
  const auto [value, JV] = jvp(f, W, V);
  BOOST_TEST(error(value, y) < tolerance<eT>);
  BOOST_TEST(error(JV, arma::Mat<eT>(slope % (V.t() * X))) < tolerance<eT>);
  const auto [again, JU] = vjp(f, W, U);
  BOOST_TEST(error(again, y) < tolerance<eT>);
  BOOST_TEST(error(JU, arma::Mat<eT>(X * (slope % U).t())) < tolerance<eT>);
}

BOOST_AUTO_TEST_CASE(several_variables_each_with_its_direction) {
  const auto W = uniform(3, 4), V = uniform(3, 4), b = uniform(3, 1), c = uniform(3, 1), U = uniform(3, 4);
  const auto f = [](const auto& w, const auto& x) { return square(w).each_col() % x; };
  const auto [value, JV] = jvp(f, variables(W, b), variables(V, c));
  BOOST_TEST(error(value, arma::mat((W % W).eval().each_col() % b)) < 1e-15);
  BOOST_TEST(error(JV, arma::mat((2 * W % V).eval().each_col() % b + (W % W).eval().each_col() % c)) < 1e-15);
  const auto [gW, gb] = vjp(f, variables(W, b), U).second;
  BOOST_TEST(error(gW, arma::mat(2 * W % (U.each_col() % b))) < 1e-15);
  BOOST_TEST(error(gb, arma::mat(arma::sum(U % W % W, 1))) < 1e-15);
}

BOOST_AUTO_TEST_CASE(jacobians_tall_wide_and_of_a_number) {
  const arma::mat A = uniform(5, 3), x = uniform(3, 1);
  BOOST_TEST(error(jacobian([&](const auto& v) { return A * square(v); }, x), arma::mat(A * arma::diagmat(2 * x))) <
             1e-15);
  const arma::mat B = uniform(2, 3);
  BOOST_TEST(error(jacobian([&](const auto& v) { return square(B * v); }, x), arma::mat(2 * arma::diagmat(B * x) * B)) <
             1e-15);
  BOOST_TEST(error(jacobian([](const auto& v) { return accu(v); }, x), arma::mat(1, 3, arma::fill::ones)) == 0);
  BOOST_TEST(error(jacobian([&](const auto& v) { return v.t(); }, B), arma::mat({{1, 0, 0, 0, 0, 0},
                                                                                 {0, 0, 1, 0, 0, 0},
                                                                                 {0, 0, 0, 0, 1, 0},
                                                                                 {0, 1, 0, 0, 0, 0},
                                                                                 {0, 0, 0, 1, 0, 0},
                                                                                 {0, 0, 0, 0, 0, 1}})) == 0);
}

BOOST_AUTO_TEST_CASE(hessians) {
  const arma::mat A = uniform(3, 3), x = uniform(3, 1), W = uniform(2, 3);
  BOOST_TEST(error(hessian([&](const auto& v) { return dot(v, A * v); }, x), arma::mat(A + A.t())) < 1e-15);
  BOOST_TEST(error(hessian([](const auto& w) { return accu(exp(w)); }, W),
                   arma::mat(arma::diagmat(arma::exp(arma::vectorise(W))))) < 1e-15);
  BOOST_TEST(error(hessian([](const auto& w) { return accu(w); }, W), arma::mat(6, 6, arma::fill::zeros)) == 0);
}

BOOST_AUTO_TEST_CASE(nothing_passes_through_stop_gradient) {
  const arma::mat W = uniform(2, 3), V = uniform(2, 3);
  const auto f = [](const auto& w) { return w % stop_gradient(w); };
  BOOST_TEST(error(jvp(f, W, V).first, arma::mat(W % W)) == 0);
  BOOST_TEST(error(jvp(f, W, V).second, arma::mat(W % V)) == 0);
  BOOST_TEST(error(vjp(f, W, V).second, arma::mat(W % V)) == 0);
  BOOST_TEST(error(gradient([](const auto& w) { return accu(stop_gradient(w)); }, W),
                   arma::mat(2, 3, arma::fill::zeros)) == 0);
}

BOOST_AUTO_TEST_CASE(the_identity_a_constant_and_nothing_at_all) {
  const arma::mat W = uniform(2, 3), V = uniform(2, 3), none(0, 3);
  const auto identity = [](const auto& w) { return w; };
  BOOST_TEST(error(jvp(identity, W, V).second, V) == 0);
  BOOST_TEST(error(vjp(identity, W, V).second, V) == 0);
  const auto constant = [&](const auto& w) { return w.tape().constant(W); };
  BOOST_TEST(error(jvp(constant, W, V).second, arma::mat(2, 3, arma::fill::zeros)) == 0);
  BOOST_TEST(error(vjp(constant, W, V).second, arma::mat(2, 3, arma::fill::zeros)) == 0);
  const auto empty = jvp([](const auto& w) { return tanh(w) * w.t(); }, none, none);
  BOOST_TEST(error(empty.second, arma::mat(0, 0)) == 0);
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_long_chain_of_tangents_is_used_again) {
  Tape<double> tape;
  const arma::mat W = uniform(50, 50);
  const auto f = [](Var<double> w) {
    for (int i = 0; i < 1000; ++i) w = tanh(w);
    return w;
  };
  jvp(tape, f, variables(W), variables(W));
  BOOST_TEST(tape.bytes() < 1010 * W.n_elem * sizeof(double) * 5 / 4);
}

// What only the derivative by the operand that stands still reads is not there any more, once the result was looked at.
BOOST_AUTO_TEST_CASE(operands_that_do_not_move) {
  const arma::mat tall = uniform(5, 3), square = uniform(3, 3) + 3 * arma::eye(3, 3), sides = uniform(5, 2),
                  side = uniform(3, 2);
  const auto compared = [](const char* what, const auto& f, const arma::mat& W) {
    BOOST_TEST_CONTEXT(what) {
      const arma::mat V = uniform(W.n_rows, W.n_cols);
      const auto loss = [&](const auto& w) {
        const auto y = f(2 * w + 1);
        return y.value().is_finite() ? accu(sin(y)) : accu(y);
      };
      const double slope = arma::as_scalar(jvp(loss, W, V).second);
      BOOST_TEST(std::abs(slope - arma::dot(gradient(loss, W), V)) < 1e-11 * (1 + std::abs(slope)));
    }
  };
  compared(
      "side of a tall matrix", [&](const auto& x) { return solve(tall, x); }, sides);
  compared(
      "tall matrix", [&](const auto& x) { return solve(x, sides); }, tall);
  compared(
      "side of a wide matrix", [&](const auto& x) { return solve(arma::mat(tall.t()), x); }, side);
  compared(
      "wide matrix", [&](const auto& x) { return solve(x.t(), side); }, tall);
  compared(
      "side", [&](const auto& x) { return solve(square, x); }, side);
  compared(
      "matrix", [&](const auto& x) { return solve(x + 5 * arma::eye(3, 3), side); }, square);
  compared(
      "left", [&](const auto& x) { return kron(x, square); }, side);
  compared(
      "right", [&](const auto& x) { return kron(square, x); }, side);
  compared(
      "kernel", [&](const auto& x) { return conv2(tall, x); }, square);
  compared(
      "signal", [&](const auto& x) { return conv2(x, square); }, tall);
  compared(
      "Sylvester", [&](const auto& x) { return syl(square, square, x); }, square);
}

BOOST_AUTO_TEST_CASE(wrong_shapes_are_refused) {
  const arma::mat W = uniform(2, 3), V = uniform(3, 2);
  const auto identity = [](const auto& w) { return w; };
  check_says(refusal([&] { jvp(identity, W, V); }), {"jvp", "2x3", "3x2"});
  check_says(refusal([&] { vjp(identity, W, V); }), {"backward", "2x3", "3x2"});
}

BOOST_AUTO_TEST_SUITE_END()
