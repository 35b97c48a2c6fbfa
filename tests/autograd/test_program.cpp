#define BOOST_TEST_MODULE program
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

using namespace armagrad;
using arma::mat;

namespace {

const auto loss = [](auto w, auto b, auto x, auto y) {
  return accu(square(tanh(w.t() * x).each_col() + b - y)) + 0.1 * accu(square(w));
};

struct Numbers {
  mat W, b, X, Y;
  explicit Numbers(arma::uword n)
      : W(5, 3, arma::fill::randn),
        b(3, 1, arma::fill::randn),
        X(5, n, arma::fill::randn),
        Y(3, n, arma::fill::randn) {}

  double J() const { return arma::accu(arma::square(residual())) + 0.1 * arma::accu(arma::square(W)); }
  mat residual() const {
    mat R = arma::tanh(W.t() * X) - Y;
    R.each_col() += arma::vec(b);
    return R;
  }
  mat dW() const { return X * (2 * residual() % (1 - arma::square(arma::tanh(W.t() * X)))).t() + 0.2 * W; }
  mat db() const { return arma::sum(2 * residual(), 1); }
};

bool close(const mat& a, const mat& b) { return arma::norm(a - b, "fro") <= 1e-13 * arma::norm(b, "fro"); }

}  // namespace

BOOST_AUTO_TEST_CASE(replays_with_other_numbers_and_other_shapes) {
  const Numbers first(4);
  auto program = record(loss, variables(first.W, first.b), inputs(first.X, first.Y));
  for (const arma::uword n : {4, 7, 4, 1, 7}) {
    const Numbers now(n);
    auto [J, g] = program.value_and_gradient(now.W, now.b, now.X, now.Y);
    BOOST_TEST(J == now.J(), boost::test_tools::tolerance(1e-13));
    BOOST_TEST(close(std::get<0>(g), now.dW()));
    BOOST_TEST(close(std::get<1>(g), now.db()));
    BOOST_TEST(program.value(now.W, now.b, now.X, now.Y) == now.J(), boost::test_tools::tolerance(1e-13));
  }
}

BOOST_AUTO_TEST_CASE(a_replay_equals_a_new_recording_to_the_bit) {
  const Numbers a(9), b(9);
  auto program = record(loss, variables(a.W, a.b), inputs(a.X, a.Y));
  program.value_and_gradient(a.W, a.b, a.X, a.Y);
  auto [J, g] = program.value_and_gradient(b.W, b.b, b.X, b.Y);
  auto [K, h] = value_and_gradient([&](auto w, auto c) { return loss(w, c, view(b.X), view(b.Y)); }, b.W, b.b);
  BOOST_TEST(J == K);
  BOOST_TEST(arma::all(arma::vectorise(std::get<0>(g) == std::get<0>(h))));
  BOOST_TEST(arma::all(arma::vectorise(std::get<1>(g) == std::get<1>(h))));
}

BOOST_AUTO_TEST_CASE(a_loss_is_recorded_once_for_each_shape) {
  int calls = 0;
  const mat W(3, 2, arma::fill::randn);
  auto program = record([&calls](auto w) { return ++calls, accu(square(w)); }, variables(W));
  for (const arma::uword n : {2, 5, 2, 5}) {
    const mat V(3, n, arma::fill::randn);
    auto [J, g] = program.value_and_gradient(V);
    BOOST_TEST(close(g, 2 * V));
  }
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_number_as_variable_and_inputs_without_gradient) {
  const mat s(1, 1, arma::fill::value(3)), X(2, 4, arma::fill::randn);
  auto program = record([](auto a, auto x) { return a * accu(square(x)); }, variables(s), inputs(X));
  const mat t(1, 1, arma::fill::value(-2)), Z(2, 4, arma::fill::randn);
  auto [J, g] = program.value_and_gradient(t, Z);
  BOOST_TEST(J == -2 * arma::accu(arma::square(Z)), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(g(0) == arma::accu(arma::square(Z)), boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_loss_that_cannot_be_recorded_leaves_the_program_usable) {
  const mat W(2, 2, arma::fill::randn), X(2, 3, arma::fill::randn);
  auto program = record([](auto w, auto x) { return accu(w * x); }, variables(W), inputs(X));
  BOOST_CHECK_THROW(program.value(W, mat(3, 3, arma::fill::zeros)), std::logic_error);
  BOOST_TEST(program.value(W, X) == arma::accu(W * X), boost::test_tools::tolerance(1e-14));
  BOOST_CHECK_THROW(record([](auto w) { return w; }, variables(W)), std::logic_error);
}
