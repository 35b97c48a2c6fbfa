// Random numbers that a loss draws: anew with each replay, the same ones of a generator that is held.
#define BOOST_TEST_MODULE random_draws
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::vec;

namespace {

const vec y{0.3, -1.2, 2, 0.5}, mean0{0.1, 0.2, -0.4, 1}, log_sd0{-0.5, 0.3, 0, -1};

/// The numbers that a generator of the same seed gives.
vec next(Random& random, arma::uword n) {
  vec z(n);
  for (double& x : z) x = random.normal();
  return z;
}

/// What accu(square(mean + sd % z - y)) and its gradients are for given numbers z.
struct Right {
  vec z, r, sd;
  Right(const vec& mean, const vec& log_sd, const vec& drawn)
      : z(drawn), r(mean + arma::exp(log_sd) % z - y), sd(arma::exp(log_sd)) {}
  double value() const { return arma::dot(r, r); }
  vec by_mean() const { return 2 * r; }
  vec by_log_sd() const { return 2 * r % sd % z; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(drawn_anew)

BOOST_AUTO_TEST_CASE(reparameterised_samples_have_the_gradients_of_their_draws) {
  Random random(5), same(5);
  // A normal distribution's samples as a function of its parameters (Kingma and Welling, 2014).
  const auto loss = [&random](const auto& mean, const auto& log_sd) {
    const auto sample = mean + exp(log_sd) % randn_like(mean, random);
    return accu(square(sample - y));
  };
  auto program = record(loss, variables(mean0, log_sd0));
  next(same, 4);  // drawn when it was recorded
  double last = 0;
  for (int call = 0; call < 5; ++call) {
    const auto [J, g] = program.value_and_gradient(mean0, log_sd0);
    const Right right(mean0, log_sd0, next(same, 4));
    BOOST_TEST(J != last);
    last = J;
    BOOST_TEST(J == right.value(), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(error(std::get<0>(g), right.by_mean()) <= 1e-14);
    BOOST_TEST(error(std::get<1>(g), right.by_log_sd()) <= 1e-14);
  }
  BOOST_TEST(program.recordings() == 1u);
  BOOST_TEST(program.value(mean0, log_sd0) == Right(mean0, log_sd0, next(same, 4)).value(),
             boost::test_tools::tolerance(1e-14));
}

// The expectation of (mean + sd z - y)^2 is (mean - y)^2 + sd^2.
BOOST_AUTO_TEST_CASE(gradients_average_to_those_of_the_expectation) {
  Random random(6);
  const auto loss = [&random](const auto& mean, const auto& log_sd) {
    return accu(square(mean + exp(log_sd) % randn_like(mean, random) - y));
  };
  auto program = record(loss, variables(mean0, log_sd0));
  const int n = 20'000;
  vec sum(8), squares(8);
  for (int call = 0; call < n; ++call) {
    const auto [J, g] = program.value_and_gradient(mean0, log_sd0);
    const vec both = arma::join_cols(std::get<0>(g), std::get<1>(g));
    sum += both, squares += both % both;
  }
  const vec right = arma::join_cols(vec(2 * (mean0 - y)), vec(2 * arma::exp(2 * log_sd0)));
  const vec average = sum / n, error = arma::sqrt((squares / n - average % average) / n);
  for (arma::uword k = 0; k < 8; ++k)
    BOOST_TEST(std::abs(average(k) - right(k)) < 5 * error(k), average(k) << " is not " << right(k));
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_recorded_for_one_gradient_draws_once) {
  Random random(7), same(7);
  const auto loss = [&random](const auto& mean, const auto& log_sd) {
    return accu(square(mean + exp(log_sd) % randn_like(mean, random) - y));
  };
  for (int call = 0; call < 2; ++call) {
    const auto [J, g] = value_and_gradient(loss, mean0, log_sd0);
    const Right right(mean0, log_sd0, next(same, 4));
    BOOST_TEST(J == right.value(), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(error(std::get<1>(g), right.by_log_sd()) <= 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(what_is_computed_of_draws_alone_is_not_folded) {
  Random random(8), same(8);
  auto program =
      record([&random](const auto& w) { return accu(w % exp(2 * randn_like(w, random))); }, variables(mean0));
  next(same, 4);
  for (int call = 0; call < 3; ++call)
    BOOST_TEST(error(program.value_and_gradient(mean0).second, vec(arma::exp(2 * next(same, 4)))) <= 1e-14);
}

BOOST_AUTO_TEST_CASE(all_columns_of_a_hessian_are_of_one_draw) {
  Random random(9), same(9);
  const auto loss = [&random](const auto& w) {
    const auto z = randn_like(w, random);
    return accu(square(z)) * accu(pow(w, 3)) / 6 + dot(z, w) * dot(z, w) / 2;
  };
  auto program = record(loss, variables(mean0));
  next(same, 4);
  for (int call = 0; call < 2; ++call) {
    const mat H = program.hessian(mean0);
    const vec z = next(same, 4);
    BOOST_TEST(error(H, mat(arma::dot(z, z) * arma::diagmat(mean0) + z * z.t())) <= 1e-13);
  }
}

BOOST_AUTO_TEST_CASE(jacobians_are_of_one_draw_and_so_are_their_products) {
  Random random(17), same(17);
  auto program = record([&random](const auto& w) { return square(w) % randn_like(w, random); }, variables(mean0));
  for (int call = 0; call < 2; ++call) {
    const auto [f, slope] = program.jvp(mean0, y);
    BOOST_TEST(error(vec(slope), vec(2 * f % y / mean0)) <= 1e-13);
    const auto [g, pulled] = program.vjp(mean0, mat(y));
    BOOST_TEST(error(pulled, vec(2 * g % y / mean0)) <= 1e-13);
    BOOST_TEST(error(f, g) > 1e-3);
  }
  // A square Jacobian is computed column by column.
  auto equal = record([&same](const auto& w) { return accu(w) * randn_like(w, same); }, variables(mean0));
  const mat J = equal.jacobian(mean0), other = equal.jacobian(mean0);
  BOOST_TEST(error(J, mat(arma::repmat(J.col(0), 1, 4))) == 0);
  BOOST_TEST(error(J, other) > 1e-3);
  // One of fewer rows row by row.
  auto rows = record([&same](const auto& w) { return accu(randn_like(w, same) % w) * vec(2, arma::fill::ones); },
                     variables(mean0));
  const mat R = rows.jacobian(mean0);
  BOOST_TEST(error(R, mat(arma::repmat(R.row(0), 2, 1))) == 0);
  BOOST_TEST(error(R, rows.jacobian(mean0)) > 1e-3);
}

// An `if` that depends on a draw is taken anew with each.
BOOST_AUTO_TEST_CASE(values_of_draws_that_a_loss_asks_for_record_it_anew) {
  Random random(10), same(10);
  const auto loss = [&random](const auto& w) {
    const auto z = randn_like(w, random);
    return z.value()(0) > 0 ? accu(z % w) : accu(square(w));
  };
  auto program = record(loss, variables(mean0));
  next(same, 4);
  int up = 0;
  for (int call = 0; call < 20; ++call) {
    const vec g = program.value_and_gradient(mean0).second, z = next(same, 4);
    up += z(0) > 0;
    BOOST_TEST(error(g, z(0) > 0 ? z : vec(2 * mean0)) <= 1e-14);
    BOOST_TEST(program.recordings() == 1u);
  }
  BOOST_TEST(up > 0);
  BOOST_TEST(up < 20);
}

BOOST_AUTO_TEST_CASE(draws_have_the_kind_and_the_element_type_of_their_model) {
  Random random(11);
  Tape<float> tape;
  const auto w = tape.variable(arma::frowvec(5));
  static_assert(std::is_same_v<decltype(randn_like(w, random)), RowVar<float>>);
  BOOST_TEST((randn_like(w, random).shape() == Shape{1, 5}));
  const auto x = tape.variable(1.0F);
  static_assert(std::is_same_v<decltype(randu_like(x, random)), NumberVar<float>>);
  // A number's draw is a number, which meets matrices of any shape.
  BOOST_TEST(((randn_like(x, random) * w).shape() == Shape{1, 5}));
  BOOST_TEST((randn_like(w, 0, 3, random).shape() == Shape{0, 3}));
  const arma::fmat u = randu_like(w, 200, 50, random).value();
  BOOST_TEST(u.min() >= 0);
  BOOST_TEST(u.max() < 1);
  BOOST_TEST(std::abs(arma::mean(arma::vectorise(u)) - 0.5F) < 0.02F);
}

BOOST_AUTO_TEST_CASE(numbers_are_drawn_for_numbers) {
  Random random(12), same(12);
  const double two = 2;
  auto program = record([&random](auto w) { return w * randn_like(w, random); }, variables(two));
  same.normal();
  for (int call = 0; call < 3; ++call) {
    const double z = same.normal();
    const auto [J, g] = program.value_and_gradient(two);
    BOOST_TEST(g == z);
    BOOST_TEST(J == 2 * z);
  }
}

BOOST_AUTO_TEST_CASE(plain_arguments_get_plain_numbers) {
  Random random(13), same(13);
  const vec z = randn_like(mean0, random);
  BOOST_TEST(error(z, next(same, 4)) <= 0);
  static_assert(std::is_same_v<decltype(randn_like(2.0F, random)), float>);
  static_assert(std::is_same_v<decltype(randn_like(mean0, 2, 3, random)), mat>);
}

// Armadillo's generator knows nothing of recordings: its matrix is a constant.
BOOST_AUTO_TEST_CASE(a_matrix_drawn_by_armadillo_is_a_constant) {
  auto program = record([](const auto& w) { return accu(w % arma::vec(4, arma::fill::randn)); }, variables(mean0));
  const vec first = program.value_and_gradient(mean0).second;
  BOOST_TEST(error(program.value_and_gradient(mean0).second, first) <= 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(held)

BOOST_AUTO_TEST_CASE(a_held_generator_gives_the_same_numbers_in_every_call) {
  Random random(14), same(14);
  const auto loss = [&random](const auto& mean, const auto& log_sd) {
    HeldRandom noise = hold(random);
    const auto z = randn_like(mean, noise);
    return accu(square(mean + exp(log_sd) % z - y)) + accu(randn_like(mean, noise) % mean);
  };
  const vec z = next(same, 4), second = next(same, 4);
  const Right right(mean0, log_sd0, z);
  auto program = record(loss, variables(mean0, log_sd0));
  for (int call = 0; call < 3; ++call) {
    BOOST_TEST(error(std::get<0>(program.value_and_gradient(mean0, log_sd0).second), vec(right.by_mean() + second)) <=
               1e-14);
    BOOST_TEST(error(std::get<1>(gradient(loss, mean0, log_sd0)), right.by_log_sd()) <= 1e-14);
  }
  BOOST_TEST(loss(mean0, log_sd0) == program.value(mean0, log_sd0), boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(check_gradient_needs_the_draws_held) {
  Random random(15);
  const auto with = [&random](auto hold_it) {
    return check_gradient(
        [&random, hold_it](const auto& mean, const auto& log_sd) {
          HeldRandom noise = hold(random);
          const auto z = hold_it ? randn_like(mean, noise) : randn_like(mean, random);
          return accu(square(mean + exp(log_sd) % z - y));
        },
        mean0, log_sd0);
  };
  const GradientCheck held = with(true);
  BOOST_TEST(held.passed(), held);
  const GradientCheck anew = with(false);
  BOOST_TEST((anew.verdict() == Verdict::failed), anew);
  std::ostringstream text;
  text << anew;
  check_says(text.str(), {"it draws random numbers", "hold()"});
}

// Functions that are computed more than once for one result.
BOOST_AUTO_TEST_CASE(draws_are_refused_where_a_function_must_always_give_the_same) {
  Random random(16);
  const auto refused = [&](const auto& loss) {
    BOOST_CHECK_EXCEPTION((void)gradient(loss, mean0), std::logic_error, [](const std::logic_error& e) {
      return std::string(e.what()).find("draw them outside") != std::string::npos;
    });
    BOOST_TEST_CONTEXT("the tape is usable afterwards") {
      BOOST_CHECK_NO_THROW((void)gradient([&](const auto& w) { return accu(w % randn_like(w, random)); }, mean0));
    }
  };
  const auto noisy = [&random](const auto& w) { return accu(square(w + randn_like(w, random))); };
  refused([&](const auto& w) { return checkpoint(noisy, w); });
  refused([&](const auto& w) {
    return sum_over_samples([&](const auto& x, const auto& v) { return accu(x % randn_like(x, random)) * accu(v); },
                            samples(view(y)), w);
  });
  refused([&](const auto& w) {
    return accu(argmin([&](const auto& x, const auto& p) { return noisy(x - p); }, vec(4), w));
  });
  refused([&](const auto& w) {
    return accu(root([&](const auto& x, const auto& p) { return x - p + randn_like(x, random); }, vec(4), w));
  });
  const mat inputs(4, 3, arma::fill::ones);
  refused([&](const auto& w) {
    return accu(
        scan([&](const auto& s, const auto& x) { return 0.5 * s + x + randn_like(s, random); }, w, steps(inputs)));
  });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(draws_of_small_matrices_are_drawn_anew) {
  Random random(7), twin(7);
  const arma::mat A{{.5, .2}, {-.1, .8}};
  // exp(s) z A^20 by single products, which a program makes of numbers
  const auto loss = [&](const auto& log_sd) {
    auto x = Var<double>(exp(log_sd) * randn_like(log_sd, 2, 2, random));
    for (int t = 0; t < 20; ++t) x = x * A;
    return accu(x);
  };
  const double at = .3;
  auto program = record(loss, variables(at));
  BOOST_TEST(program.optimisations().scalarised == 22u);
  const auto expected = [&] {
    arma::mat z(2, 2);
    for (double& one : z) one = twin.normal();
    for (int t = 0; t < 20; ++t) z = z * A;
    return std::exp(at) * arma::accu(z);
  };
  expected();  // what the loss was recorded with
  for (int call = 0; call < 3; ++call) {
    const double J = expected();
    const auto [value, slope] = program.value_and_gradient(at);
    BOOST_TEST(value == J, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(slope == J, boost::test_tools::tolerance(1e-12));
  }
}
