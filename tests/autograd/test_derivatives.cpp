#define BOOST_TEST_MODULE derivatives
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using V = Var<double>;

/// A ready-made softmax regression, with its gradient by hand.
struct Regression : Seeded {
  const mat X = uniform(6, 20), W = uniform(6, 4), D = uniform(6, 4);
  const mat Y = [] {
    mat one_hot(4, 20, arma::fill::zeros);
    for (arma::uword j = 0; j < 20; ++j) one_hot(j * j % 4, j) = 1;
    return one_hot;
  }();
  const double l2 = 0.3;

  V operator()(const V& w) const { return -accu(Y % log_softmax(w.t() * X, 0)) / 20 + 0.5 * l2 * accu(square(w)); }
  mat probabilities(const mat& w) const {
    const mat P = arma::exp(w.t() * X);
    return P / repmat(arma::sum(P, 0), 4, 1);
  }
  double value(const mat& w) const {
    return -arma::accu(Y % arma::log(probabilities(w))) / 20 + 0.5 * l2 * arma::accu(w % w);
  }
  mat gradient(const mat& w) const { return X * (probabilities(w) - Y).t() / 20 + l2 * w; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Regression)

BOOST_AUTO_TEST_CASE(value_and_gradient_of_one_variable) {
  const auto [J, g] = value_and_gradient(*this, W);
  static_assert(std::is_same_v<decltype(J), const double> && std::is_same_v<decltype(g), const mat>);
  BOOST_TEST(error(J, value(W)) < 1e-14);
  BOOST_TEST(error(g, gradient(W)) < 1e-14);
  BOOST_TEST(error(g, differences([&](const mat& w) { return value(w); }, W)) < 1e-8);
  BOOST_TEST(error(armagrad::gradient(*this, W), g) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(value_and_gradient_of_three_variables, eT, Reals) {
  const auto A = uniform<eT>(3, 4), B = uniform<eT>(4, 2), C = uniform<eT>(3, 2);
  const auto [J, g] = value_and_gradient([](auto a, auto b, auto c) { return accu((a * b) % c); }, A, B, C);
  const auto& [dA, dB, dC] = g;
  static_assert(std::is_same_v<decltype(g), const std::tuple<arma::Mat<eT>, arma::Mat<eT>, arma::Mat<eT>>>);
  const mat a = to_double(A), b = to_double(B), c = to_double(C);
  BOOST_TEST(error(double(J), arma::accu((a * b) % c)) < tolerance<eT>);
  BOOST_TEST(error(dA, mat(c * b.t())) < tolerance<eT>);
  BOOST_TEST(error(dB, mat(a.t() * c)) < tolerance<eT>);
  BOOST_TEST(error(dC, mat(a * b)) < tolerance<eT>);
}

BOOST_AUTO_TEST_CASE(a_reused_tape_gives_the_same_and_does_not_grow) {
  Tape<double> tape;
  const auto [J, g] = value_and_gradient(tape, *this, W);
  const mat Hd = hessian_vector_product(tape, *this, W, D);
  const std::size_t bytes = tape.bytes();
  for (int i = 0; i < 3; ++i) {
    const auto [again, dW] = value_and_gradient(tape, *this, W);
    BOOST_TEST(again == J);
    BOOST_TEST(error(dW, g) == 0);
    BOOST_TEST(error(armagrad::gradient(tape, *this, mat(2 * W)), gradient(2 * W)) < 1e-14);
    BOOST_TEST(error(hessian_vector_product(tape, *this, W, D), Hd) == 0);
    BOOST_TEST(tape.bytes() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(the_loss_is_called_once_and_may_keep_state) {
  int calls = 0;
  const auto loss = [&calls](auto w) {
    ++calls;
    return accu(w);
  };
  value_and_gradient(loss, W);
  BOOST_TEST(calls == 1);
  hessian_vector_product(loss, W, D);
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_loss_that_does_not_depend_on_a_variable) {
  const auto [J, g] = value_and_gradient([](auto a, auto) { return accu(a % a); }, W, D);
  BOOST_TEST(error(J, arma::accu(W % W)) < 1e-15);
  BOOST_TEST(error(std::get<0>(g), mat(2 * W)) == 0);
  BOOST_TEST(error(std::get<1>(g), mat(0 * D)) == 0);
  BOOST_TEST(error(hessian_vector_product([](auto w) { return accu(w); }, W, D), mat(0 * D)) == 0);
  BOOST_TEST(error(hessian_vector_product([](auto w) { return w.tape().constant(1.0); }, W, D), mat(0 * D)) == 0);
}

BOOST_AUTO_TEST_CASE(hessian_vector_product_of_softmax_regression) {
  const mat Hd = hessian_vector_product(*this, W, D);
  BOOST_TEST(error(Hd, directional([&](const mat& w) { return gradient(w); }, W, D)) < 1e-8);
  // dP = P % (Z - 1 sum(P % Z)) with Z = D' X
  const mat P = probabilities(W), Z = D.t() * X, dP = P % (Z - repmat(arma::sum(P % Z, 0), 4, 1));
  BOOST_TEST(error(Hd, mat(X * dP.t() / 20 + l2 * D)) < 1e-14);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(hessian_of_a_quadratic, eT, Reals) {
  const auto A = uniform<eT>(9, 9), x = uniform<eT>(9, 1);
  const mat H = to_double(A) + to_double(A).t();
  const auto loss = [&](auto v) { return dot(v, A * v) + accu(v); };
  for (arma::uword k = 0; k < 9; ++k) {  // column by column
    arma::Mat<eT> e(9, 1, arma::fill::zeros);
    e(k) = 1;
    BOOST_TEST(error(hessian_vector_product(loss, x, e), mat(H.col(k))) < tolerance<eT>);
  }
}

BOOST_AUTO_TEST_CASE(third_derivative_by_recording_twice) {
  const mat x = uniform(5, 7, -2, 2);
  Tape<double> tape;
  const V v = tape.variable(x);
  const V f = accu(exp(v) % tanh(v));
  const V f1 = armagrad::gradient(f, v);
  const V f2 = armagrad::gradient(accu(f1), v);
  tape.backward(accu(f2));
  const mat e = arma::exp(x), t = arma::tanh(x), s = 1 - t % t;
  BOOST_TEST(error(f1.value(), mat(e % (t + s))) < 1e-12);
  BOOST_TEST(error(f2.value(), mat(e % (t + 2 * s - 2 * t % s))) < 1e-12);
  BOOST_TEST(error(tape.gradient(v), mat(e % (t + 3 * s - 6 * t % s - 2 * s % s + 4 * t % t % s))) < 1e-10);
}

BOOST_AUTO_TEST_CASE(a_recorded_gradient_is_a_Var_like_others) {
  Tape<double> tape;
  const V w = tape.variable(W), unused = tape.variable(D);
  const auto [g, none] = armagrad::gradient((*this)(w), w, unused);
  BOOST_TEST(error(g.value(), gradient(W)) < 1e-14);
  BOOST_TEST(error(none.value(), mat(0 * D)) == 0);
  BOOST_TEST(error((2 * g + w).value(), mat(2 * gradient(W) + W)) < 1e-14);

  // So is that of a number: it scales a matrix.
  const V s = tape.variable(1.5);
  const V ds = armagrad::gradient(square(s), s);
  BOOST_TEST(error((ds * w).value(), mat(3 * W)) < 1e-15);
  const V x = tape.constant(mat(W.col(0)));
  const V x2 = armagrad::gradient(s * (x.t() * x), s);
  BOOST_TEST(error(x2.scalar(), arma::dot(W.col(0), W.col(0))) < 1e-15);
  BOOST_TEST(error((x2 + w).value(), mat(x2.scalar() + W)) < 1e-15);
}

// Run this one under the address sanitizer.
BOOST_AUTO_TEST_CASE(what_is_local_to_the_loss_does_not_dangle) {
  const auto loss = [&](auto w) {
    const mat local = 2 * X;
    const auto Z = w.t() * local, U = Z + uniform(4, 20, 1, 1) + mat(4, 20, arma::fill::ones);
    return accu(U % (Y + 1)) + dot(w, mat(3 * D));
  };
  const auto [J, g] = value_and_gradient(loss, W);
  BOOST_TEST(error(J, arma::accu((2 * W.t() * X + 2) % (Y + 1)) + 3 * arma::accu(W % D)) < 1e-13);
  BOOST_TEST(error(g, mat(2 * X * (Y + 1).t() + 3 * D)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(a_view_is_not_copied) {
  const mat large(300, 200, arma::fill::ones);
  Tape<double> tape;
  const V c = tape.constant(view(large)), v = tape.variable(view(large));
  BOOST_TEST(tape.bytes() == 0U);
  BOOST_TEST(engine_of(tape).data(c.index()) == large.memptr());
  BOOST_TEST(dot(c, view(large)).scalar() == 60'000.0);
  BOOST_TEST(dot(v, c).scalar() == 60'000.0);
  BOOST_TEST(tape.bytes() == 0U);
  tape.constant(large);
  BOOST_TEST(tape.bytes() >= 60'000 * sizeof(double));
}

BOOST_AUTO_TEST_CASE(misuse_is_named) {
  check_says(refusal([&] { value_and_gradient([](auto w) { return exp(w); }, W); }),
             {"backward at test_derivatives.cpp:", "6x4", "exp"});
  check_says(refusal([&] { hessian_vector_product([](auto w) { return exp(w); }, W, D); }), {"gradient", "6x4"});
  check_says(refusal([&] { hessian_vector_product([](auto w) { return accu(w); }, W, X); }),
             {"hessian_vector_product", "6x4 and 6x20"});
  Tape<double> other;
  const V foreign = other.variable(W);
  check_says(refusal([&] { value_and_gradient([&](auto) { return accu(foreign); }, W); }),
             {"backward", "different tapes"});
}

BOOST_FIXTURE_TEST_CASE(blocks_of_several_variables, Seeded) {
  const mat W = uniform(2, 3);
  const arma::vec b = uniform(2, 1), x = uniform(3, 1);
  const double s = 0.7;
  const auto f = [&](const auto& w, const auto& c, const auto& k) { return k * tanh(w * x + c); };
  const arma::vec t = arma::tanh(W * x + b), d = s * (1 - arma::square(t));
  const auto J = jacobian(f, variables(W, b, s));
  BOOST_TEST(error(J[0], mat(arma::kron(x.t(), arma::diagmat(d)))) <= 1e-14);
  BOOST_TEST(error(J[1], mat(arma::diagmat(d))) <= 1e-14);
  BOOST_TEST(error(J[2], mat(t)) <= 1e-14);
  const auto loss = [&](const auto& w, const auto& c, const auto& k) { return accu(exp(f(w, c, k))); };
  const auto H = hessian(loss, variables(W, b, s));
  const arma::vec all = arma::join_cols(arma::vectorise(W), b, arma::vec{s});
  const mat whole = hessian([&](const auto& v) { return loss(reshape(v.rows(0, 5), 2, 3), v.rows(6, 7), v(8)); }, all);
  const arma::uvec first{0, 6, 8}, last{5, 7, 8};
  for (arma::uword i = 0; i < 3; ++i) {
    for (arma::uword j = 0; j < 3; ++j)
      BOOST_TEST(error(H(i, j), mat(whole.submat(first(i), first(j), last(i), last(j)))) <= 1e-13);
  }
}

BOOST_AUTO_TEST_CASE(a_gradient_by_an_intermediate_stops_there) {
  // 400 steps of a particle in a potential. To the tape's beginning, each gradient would grow with the steps before it.
  constexpr int steps = 400;
  const auto potential = [](const auto& x) { return accu(square(x)) / 2 + accu(cos(x)); };
  const auto path = [&](const auto& start, const auto& step) {
    auto x = start;
    auto v = 0.0 * start;
    for (int k = 0; k < steps; ++k) {
      v = v - .01 * step(x);
      x = x + .01 * v;
    }
    return dot(x, x);
  };
  const arma::vec start{.5, -1, 2};
  Tape<double> tape;
  const auto x = tape.variable(start);
  const auto J = path(x, [&](const auto& at) { return armagrad::gradient(potential(at), at); });
  BOOST_TEST(tape.size() < 30 * steps);
  const auto by_hand = [&](const auto& at) { return path(at, [](const auto& z) { return z - sin(z); }); };
  const auto [K, g] = value_and_gradient(by_hand, start);
  BOOST_TEST(J.scalar() == K, boost::test_tools::tolerance(1e-13));
  tape.backward(J);
  BOOST_TEST(error(mat(tape.gradient(x)), mat(g)) <= 1e-12);
  // By several at once, of which one comes late, one does not lead to J, and one is J's own.
  const auto y = exp(x), z = sin(y), unused = tan(z);
  const auto loss = accu(y % z) + accu(x);
  const auto [by_z, by_y, by_unused, by_loss] = armagrad::gradient(loss, z, y, unused, loss);
  BOOST_TEST(error(by_z.value(), y.value()) == 0);
  BOOST_TEST(error(by_y.value(), mat(z.value() + y.value() % arma::cos(y.value()))) <= 1e-15);
  BOOST_TEST(arma::norm(by_unused.value()) == 0);
  BOOST_TEST(by_loss.scalar() == 1);
  BOOST_TEST(arma::norm(armagrad::gradient(accu(y), unused).value()) == 0);  // recorded after the root
}

BOOST_AUTO_TEST_SUITE_END()
