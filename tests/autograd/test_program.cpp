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
  auto no_loss = record([](auto w) { return w; }, variables(W));
  BOOST_CHECK_THROW(no_loss.value(W), std::logic_error);
  BOOST_CHECK_THROW(no_loss.value_and_gradient(W), std::logic_error);
  BOOST_CHECK_THROW(no_loss.hessian(W), std::logic_error);
}

// |w| by an `if`, and the sum of the positive entries by find(): right only if recorded anew where other branches are.
BOOST_AUTO_TEST_CASE(a_loss_that_asks_for_values_is_recorded_anew_for_others) {
  int recorded = 0;
  const auto by_branch = [&](auto w, auto x) {
    ++recorded;
    const auto z = w * x(0);
    const arma::uvec positive = arma::find(w.value() > 0);
    if (z(0).scalar() < 0) return accu(w.elem(positive)) - z(0);
    return accu(w.elem(positive)) + z(0);
  };
  mat w{{1.0, -2.0}}, x{3.0};
  auto program = record(by_branch, variables(w), inputs(x));
  for (const double sign : {1.0, -1.0, 1.0, -2.0, -1.0}) {
    const mat at = sign * w;
    const auto [J, g] = program.value_and_gradient(at, x);
    const bool first = at(0) > 0;
    BOOST_TEST(J == (first ? at(0) : at(1)) + 3 * std::abs(at(0)));
    BOOST_TEST(g(0) == (first ? 4 : -3));
    BOOST_TEST(g(1) == (first ? 0 : 1));
  }
  BOOST_TEST(recorded == 3);  // for 1, -1 and -2 times w
  BOOST_TEST(program.recordings() == 3u);
}

// What was not asked for may change freely: only w was, and X is not kept.
BOOST_AUTO_TEST_CASE(a_loss_that_asked_for_values_notices_arguments_that_changed_in_place) {
  for (const arma::uword n : {1, 5}) {
    mat x(n, n, arma::fill::ones);
    auto program = record([](auto v) { return v(0).scalar() > 0 ? accu(v) : 10.0 * accu(v); }, variables(x));
    const double sum = double(n * n);
    BOOST_TEST(program.value(x) == sum);
    x *= -1;
    BOOST_TEST(program.value(x) == -10 * sum);
    BOOST_TEST(program.value_and_gradient(x).second(0) == 10);
  }
}

BOOST_AUTO_TEST_CASE(a_recording_holds_for_all_values_of_what_was_not_asked_for) {
  int recorded = 0;
  const auto branch = [&](auto w, auto X) {
    ++recorded;
    return w(0).scalar() > 0 ? accu(X * w) : accu(X);
  };
  const mat w{1.0};
  auto program = record(branch, variables(w), inputs(w));
  for (const double value : {2.0, 3.0, 4.0}) {
    const mat X{value};
    BOOST_TEST(program.value(w, X) == value);
  }
  BOOST_TEST(recorded == 1);
  recorded = 0;
  auto none = record([&](auto x) { return ++recorded, accu(square(x)); }, variables(w));
  for (const double value : {2.0, 3.0, 4.0}) BOOST_TEST(none.value(mat{value}) == value * value);
  BOOST_TEST(recorded == 1);
}

BOOST_AUTO_TEST_CASE(the_least_recently_used_recordings_go) {
  int recorded = 0;
  const mat w{1.0};
  auto program = record([&](auto x) { return ++recorded, accu(square(x)); }, variables(w));
  for (arma::uword n = 1; n <= 100; ++n) program.value(mat(n, 1, arma::fill::ones));
  BOOST_TEST(recorded == 100);
  BOOST_TEST(program.recordings() == 32u);
  program.keep(3);
  BOOST_TEST(program.recordings() == 3u);  // of 98, 99 and 100 rows
  recorded = 0;
  for (const arma::uword n : {98, 1, 98, 2, 98, 3, 98}) BOOST_TEST(program.value(mat(n, 1, arma::fill::ones)) == n);
  BOOST_TEST(recorded == 3);
}

BOOST_AUTO_TEST_CASE(the_value_alone_holds_no_matrix_in_between) {  // of a chain that a gradient would keep
  const arma::vec x = arma::linspace(-1, 1, 10000);
  const Tape<double>* tape = nullptr;
  auto program = record(
      [&tape](auto v) {
        tape = &v.tape();
        auto y = v;
        for (int i = 0; i < 4; ++i) y = exp(-square(y)) % v;
        return accu(y);
      },
      variables(x));
  const double J = program.value(x);
  BOOST_TEST(tape->bytes() < 2 * x.n_elem * sizeof(double));  // one between two groups of fused nodes
  const auto [again, g] = program.value_and_gradient(x);
  BOOST_TEST(again == J);
  BOOST_TEST(tape->bytes() > 3 * x.n_elem * sizeof(double));
}

BOOST_AUTO_TEST_CASE(second_derivatives_are_replayed) {
  const Numbers first(4);
  auto program = record(loss, variables(first.W, first.b), inputs(first.X, first.Y));
  const mat V(5, 3, arma::fill::randn), v(3, 1, arma::fill::randn);
  for (const arma::uword n : {4, 7, 4}) {
    const Numbers now(n);
    const auto [slope, Hv] = program.hessian_vector_product(variables(now.W, now.b), variables(V, v), now.X, now.Y);
    BOOST_TEST(slope == arma::accu(now.dW() % V) + arma::accu(now.db() % v), boost::test_tools::tolerance(1e-12));
    const auto at = [&](double h) {
      Numbers moved = now;
      moved.W += h * V;
      moved.b += h * v;
      return moved;
    };
    constexpr double h = 1e-5;
    BOOST_TEST(arma::norm(std::get<0>(Hv) - (at(h).dW() - at(-h).dW()) / (2 * h)) < 1e-7 * arma::norm(std::get<0>(Hv)));
    BOOST_TEST(arma::norm(std::get<1>(Hv) - (at(h).db() - at(-h).db()) / (2 * h)) < 1e-7 * arma::norm(std::get<1>(Hv)));
  }
}

BOOST_AUTO_TEST_CASE(hessians_are_replayed) {
  const auto rosenbrock = [](const auto& x) { return square(1 - x(0)) + 100 * square(x(1) - x(0) * x(0)); };
  const arma::vec start{-1.2, 1};
  auto program = record(rosenbrock, variables(start));
  for (const arma::vec& x : {start, arma::vec{1, 1}, arma::vec{.3, -2}}) {
    const mat H{{2 - 400 * x(1) + 1200 * x(0) * x(0), -400 * x(0)}, {-400 * x(0), 200}};
    BOOST_TEST(close(program.hessian(x), H));
    const arma::vec direction{2, -3};
    const auto [slope, Hv] = program.hessian_vector_product(x, direction);
    BOOST_TEST(close(Hv, H * direction));
  }
  BOOST_CHECK_EXCEPTION(program.hessian_vector_product(start, arma::vec(3)), std::logic_error,
                        [](const auto& e) { return std::string(e.what()).find("2x1 and 3x1") != std::string::npos; });
  const double at = 3;
  auto cube = record([](const auto& x) { return x * x * x; }, variables(at));
  BOOST_TEST(cube.hessian(2.0)(0, 0) == 12);
  BOOST_TEST(cube.hessian_vector_product(2.0, 0.5).second == 6);
}

BOOST_AUTO_TEST_CASE(tangents_pullbacks_and_jacobians_are_replayed) {
  // y = A x % x + c: J = diag(A x) + diag(x) A, by hand
  const mat A(3, 3, arma::fill::randn);
  int recorded = 0;
  const auto f = [&](const auto& x, const auto& c) {
    ++recorded;
    return (A * x) % x + c;
  };
  const arma::vec start{1, 2, 3}, V{.5, -1, 2}, c{1, 0, -1};
  const mat U(3, 1, arma::fill::randn);
  auto program = record(f, variables(start), inputs(c));
  for (const arma::vec& x : {start, arma::vec{0, -1, .5}, arma::vec{4, 4, 4}}) {
    const mat J = arma::diagmat(A * x) + arma::diagmat(x) * A, y = (A * x) % x + c;
    const auto [value, along] = program.jvp(x, V, c);
    BOOST_TEST(close(value, y));
    BOOST_TEST(close(along, J * V));
    const auto [same, back] = program.vjp(x, U, c);
    BOOST_TEST(close(same, y));
    BOOST_TEST(close(back, J.t() * U));
    BOOST_TEST(close(program.jacobian(x, c), J));
  }
  BOOST_TEST(recorded == 2);  // for gradients, and for tangents
  const auto says = [](const char* text) {
    return [text](const std::logic_error& e) { return std::string(e.what()).find(text) != std::string::npos; };
  };
  BOOST_CHECK_EXCEPTION(program.value(start, c), std::logic_error, says("the loss is not a scalar but 3x1"));
  BOOST_CHECK_EXCEPTION(program.jvp(start, arma::vec(2), c), std::logic_error, says("3x1 and 2x1"));
  BOOST_CHECK_EXCEPTION(program.vjp(start, mat(2, 1), c), std::logic_error, says("3x1 and 2x1"));
}

BOOST_AUTO_TEST_CASE(tangents_of_several_variables_and_of_wide_functions_are_replayed) {
  const auto f = [](const auto& X, const auto& s) { return join_cols(exp(s) * X, X.t() * X); };
  mat X(4, 2, arma::fill::randn), V(4, 2, arma::fill::randn);
  X.shed_rows(2, 3), V.shed_rows(2, 3);
  double s = .3, v = -2;
  auto program = record(f, variables(X, s));
  for (int round = 0; round < 3; ++round, X *= -.7, s += .5) {
    const auto [y, along] = program.jvp(variables(X, s), variables(V, v));
    BOOST_TEST(close(y, arma::join_cols(std::exp(s) * X, X.t() * X)));
    BOOST_TEST(close(along, arma::join_cols(std::exp(s) * (v * X + V), V.t() * X + X.t() * V)));
    const mat U(4, 2, arma::fill::randn), top = U.rows(0, 1), bottom = U.rows(2, 3);
    const auto [same, back] = program.vjp(variables(X, s), U);
    BOOST_TEST(close(std::get<0>(back), std::exp(s) * top + X * (bottom + bottom.t())));
    BOOST_TEST(std::get<1>(back) == std::exp(s) * arma::accu(top % X), boost::test_tools::tolerance(1e-12));
  }
  // Fewer results than variables: a row of the Jacobian at a time.
  const auto sums = [](const auto& x) { return join_cols(accu(square(x)), prod(x)); };
  const arma::vec x{1, 2, 3, 4};
  auto narrow = record(sums, variables(x));
  BOOST_TEST(close(narrow.jacobian(x), mat{{2, 4, 6, 8}, {24, 12, 8, 6}}));
}
