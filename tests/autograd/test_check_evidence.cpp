// check_gradient passes only what it has evidence for, refuses nothing that is right, and says inconclusive
// otherwise.
#define BOOST_TEST_MODULE check_evidence
#include <armagrad/armagrad.hpp>
#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::vec;

namespace {

std::string text(const GradientCheck& check) {
  std::ostringstream out;
  out << check;
  return out.str();
}

/// NIST's Roszman1 (StRD, nonlinear regression, observed data): residuals y - b1 + b2 x + atan(b3 / (x - b4))
/// / pi.
struct Roszman {
  vec y{0.252429, 0.252141, 0.251809, 0.297989, 0.296257, 0.295319, 0.339603, 0.337731, 0.333820,
        0.389510, 0.386998, 0.438864, 0.434887, 0.427893, 0.471568, 0.461699, 0.461144, 0.513532,
        0.506641, 0.505062, 0.535648, 0.533726, 0.568064, 0.612886, 0.624169},
      x{-4868.68, -4868.09, -4867.41, -3375.19, -3373.14, -3372.03, -2473.74, -2472.35, -2469.45,
        -1894.65, -1893.40, -1497.24, -1495.85, -1493.41, -1208.68, -1206.18, -1206.04, -997.92,
        -996.61,  -996.31,  -834.94,  -834.66,  -710.03,  -530.16,  -464.17};
  const vec certified{2.0196866396E-01, -6.1953516256E-06, 1.2044556708E+03, -1.8134269537E+02};
  static constexpr double certified_sum_of_squares = 4.9484847331E-04;

  vec residuals(const vec& b) const { return y - b(0) + b(1) * x + arma::atan(b(2) / (x - b(3))) / arma::datum::pi; }
  double loss(const vec& b) const { return arma::dot(residuals(b), residuals(b)); }
  vec gradient(const vec& b) const {
    const vec z = x - b(3), r = 2 * residuals(b), q = (arma::square(z) + b(2) * b(2)) * arma::datum::pi;
    return {-arma::accu(r), arma::dot(r, x), arma::dot(r, z / q), arma::dot(r, b(2) / q)};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(no_pass_without_evidence, Seeded)

// Jumps of the gradient between two points are not its rounding: with 20,000 samples a row has a kink within
// 2^-13 of any W.
BOOST_AUTO_TEST_CASE(networks_with_many_kinks_are_checked_closely_and_in_few_calls) {
  const mat X = uniform(40, 20000), V = uniform(1, 10);
  std::size_t calls = 0;
  const GradientCheck check = check_gradient(
      [&](const Var<double>& W) {
        ++calls;
        return accu(square(view(V) * relu(W * view(X))));
      },
      uniform(10, 40));
  BOOST_TEST(check.passed(), check);
  BOOST_TEST(check.evidence[0].tolerance < 1e-6, check);
  BOOST_TEST(calls < 2000u);
}

// d/dw sum |w| + w^2 = sign(w) + 2 w; zeros are right nowhere but at the kink.
BOOST_AUTO_TEST_CASE(zeros_with_an_entry_at_a_kink_fail_at_any_size) {
  for (const arma::uword n : {1u, 2u, 150u, 300u, 5000u}) {
    mat w = uniform(n, 1);
    if (n > 1) w(n / 2) = 0;
    const auto f = [](const mat& v) { return arma::accu(arma::abs(v)) + arma::accu(v % v); };
    const auto zeros = check_gradient(
        f, [](const mat& v) { return mat(arma::size(v), arma::fill::zeros); }, w);
    BOOST_TEST((zeros.verdict() == Verdict::failed), zeros);
    const auto right = check_gradient(
        f, [](const mat& v) { return mat(arma::sign(v) + 2 * v); }, w);
    BOOST_TEST(right.passed(), right);
    BOOST_TEST(right.evidence[0].kinks == (n > 1 ? 1u : 0u), right);
    // Every number in [-1, 1] is a derivative there, no other one is.
    for (const double at_kink : {-1.0, 1.0, 0.3, 1.01, -1.5}) {
      if (n == 1) continue;
      const auto check = check_gradient(
          f,
          [&](const mat& v) {
            mat g = arma::sign(v) + 2 * v;
            if (v(n / 2) == 0) g(n / 2) = at_kink;
            return g;
          },
          w);
      BOOST_TEST(check.passed() == (std::abs(at_kink) <= 1), n << ": " << at_kink << "\n" << check);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_infinite_w_is_inconclusive) {
  for (const arma::uword n : {3u, 300u}) {
    mat w = uniform(n, 1);
    w(1) = inf;
    const auto f = [](const mat& v) { return arma::accu(1 / (1 + arma::exp(-v))); };
    const auto check = check_gradient(
        f, [](const mat& v) { return mat(3 * v); }, w);
    BOOST_TEST((check.verdict() == Verdict::inconclusive), check);
    check_says(text(check), {"gradient check: inconclusive", "W is inf at (1,0)"});
    const auto on_tape = check_gradient([](auto v) { return accu(sigmoid(v)); }, w);
    BOOST_TEST((on_tape.verdict() == Verdict::inconclusive), on_tape);
  }
}

BOOST_AUTO_TEST_CASE(a_loss_that_throws_everywhere_else_is_inconclusive) {
  for (const arma::uword n : {3u, 300u}) {
    const mat w = uniform(n, 1);
    const auto f = [&](const mat& v) {
      if (!arma::approx_equal(v, w, "absdiff", 0)) throw std::runtime_error("only here");
      return arma::accu(v);
    };
    const auto check = check_gradient(
        f, [](const mat& v) { return mat(-5 * v); }, w);
    BOOST_TEST((check.verdict() == Verdict::inconclusive), check);
    check_says(text(check), {"only here"});
  }
}

// The square of a gradient of 1e155 overflows.
BOOST_AUTO_TEST_CASE(large_numbers_do_not_make_the_tolerance_infinite) {
  for (const arma::uword n : {3u, 300u}) {
    const mat w = uniform(n, 1);
    for (const double factor : {1.0, 2.0, -1.0, 1 + 1e-5}) {
      const auto f = [](const mat& v) { return 1e155 * arma::accu(v % v); };
      const auto check = check_gradient(
          f, [&](const mat& v) { return mat(factor * 2e155 * v); }, w);
      BOOST_TEST((check.verdict() == (factor == 1 ? Verdict::passed : Verdict::failed)), check);
      CheckOptions<double> options;
      options.analytic = {mat(factor * 2e155 * w)};
      const auto on_tape = check_gradient(
          options, [](auto v) { return 1e155 * accu(v % v); }, w);
      BOOST_TEST((on_tape.verdict() == (factor == 1 ? Verdict::passed : Verdict::failed)), on_tape);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_loss_that_does_not_depend_on_its_variable_is_said_to) {
  for (const arma::uword n : {3u, 300u}) {
    const mat w = uniform(n, 1);
    const auto check = check_gradient([](auto v) { return accu(square(0 * v)) + 3.0; }, w);
    BOOST_TEST(check.passed(), check);
    check_says(text(check), {"the loss does not depend on W"});
    const auto plain = check_gradient([](const mat&) { return 3.0; }, [](const mat& v) { return v; }, w);
    BOOST_TEST((plain.verdict() == Verdict::failed), plain);
  }
}

// 1e16 + w is rounded to a multiple of 2: no step of the size of w shows in it.
BOOST_AUTO_TEST_CASE(what_rounding_hides_is_inconclusive) {
  const mat w = uniform(3, 1);
  const auto check = check_gradient([](const mat& v) { return 1e22 + arma::accu(arma::sin(v)); },
                                    [](const mat& v) { return mat(5 * v); }, w);
  BOOST_TEST((check.verdict() != Verdict::passed), check);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(nothing_right_is_refused, Seeded)

BOOST_AUTO_TEST_CASE(least_squares_at_its_solution) {
  for (const double noise : {0.001, 0.01, 0.03}) {
    for (int k = 0; k < 200; ++k) {
      const mat X = arma::randn(20, 4);
      const vec y = X * vec{1, -2, 3, 0.5} + noise * arma::randn(20), w = arma::solve(X, y);
      const auto f = [&](const vec& v) { return arma::accu(arma::square(X * v - y)); };
      const auto check = check_gradient(
          f, [&](const vec& v) { return vec(2 * X.t() * (X * v - y)); }, w);
      BOOST_TEST(check.passed(), check);
      const auto on_tape = check_gradient([&](auto v) { return accu(square(X * v - y)); }, mat(w));
      BOOST_TEST(on_tape.passed(), on_tape);
    }
  }
}

BOOST_AUTO_TEST_CASE(nists_roszman1_at_its_certified_values) {
  const Roszman r;
  BOOST_TEST(error(r.loss(r.certified) / r.certified_sum_of_squares, 1) < 1e-10);
  for (int k = 0; k < 100; ++k) {
    const vec b = r.certified % (1 + 1e-11 * uniform(4, 1));  // its eleven digits
    const auto check =
        check_gradient([&](const vec& v) { return r.loss(v); }, [&](const vec& v) { return r.gradient(v); }, b);
    BOOST_TEST(check.passed(), check);
    const auto wrong = check_gradient([&](const vec& v) { return r.loss(v); },
                                      [&](const vec& v) { return vec(r.gradient(v) + 1e-3 * r.gradient(1.1 * v)); }, b);
    BOOST_TEST((wrong.verdict() == Verdict::failed), wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_loss_of_a_quotient_that_is_one) {
  const auto check = check_gradient([](auto a) { return accu(silu(a / a)); }, mat(uniform(4, 3, 0.5, 2)));
  BOOST_TEST(check.passed(), check);
  check_says(text(check), {"does not depend on W"});
}

BOOST_AUTO_TEST_CASE(losses_that_differ_from_call_to_call) {
  // Rounding alone, whose last places depend on the order of sums.
  for (int k = 0; k < 50; ++k) {
    const auto check =
        check_gradient([](auto v) { return accu(tanh(v) - mean(vectorise(tanh(v)))); }, mat(uniform(7, 3)));
    BOOST_TEST((check.verdict() != Verdict::failed), check);
  }
  int calls = 0;
  const auto counts = [&calls](auto v) { return accu(square(v)) + 1e-6 * ++calls; };
  const auto check = check_gradient(counts, mat(uniform(7, 3)));
  BOOST_TEST((check.verdict() == Verdict::failed), check);
  check_says(text(check), {"draws random numbers or keeps a state"});
}

BOOST_AUTO_TEST_CASE(float_gradients_near_kinks) {
  for (int k = 0; k < 200; ++k) {
    const arma::fmat w = uniform<float>(5, 3) % arma::exp10(uniform<float>(5, 3, -6, 0));
    const auto check = check_gradient([](auto v) { return accu(relu(v)) + accu(abs(v - 0.01f)) + accu(square(v)); }, w);
    BOOST_TEST(check.passed(), check);
  }
}

// Subgradients of the tape lie between the derivatives from either side: docs/reliability.md has its conventions.
BOOST_AUTO_TEST_CASE(functions_at_their_kinks) {
  const mat w{{0, 0.5}, {-0.3, 0}, {1, -1}};
  const auto passes = [](auto loss, const mat& at, arma::uword kinks) {
    const auto check = check_gradient(loss, at);
    BOOST_TEST(check.passed(), check);
    BOOST_TEST(check.evidence[0].kinks == kinks, check);
  };
  passes([](auto v) { return accu(relu(v)) + accu(square(v)); }, w, 2);
  passes([](auto v) { return accu(leaky_relu(v, 0.1)) + accu(square(v)); }, w, 2);
  passes([](auto v) { return accu(clamp(v, -1, 1)) + accu(square(v)); }, w, 2);
  passes([](auto v) { return norm(v); }, mat(3, 2, arma::fill::zeros), 6);
  passes([](auto v) { return accu(vecnorm(v, 2, 0)) + accu(v); }, mat(3, 2, arma::fill::zeros), 6);
  passes([](auto v) { return accu(pow(v, 1.5)); }, arma::abs(w), 2);
  const mat X = uniform(4, 20), y = uniform(1, 20);
  passes([&](auto v) { return accu(square(v.t() * X - y)) / 40 + 0.1 * accu(abs(v)); }, mat(4, 1, arma::fill::zeros),
         4);
}

// d/dw sum log w = 1 / w.
BOOST_AUTO_TEST_CASE(entries_of_very_different_sizes) {
  const mat w = vec{1e12, 1e-6};
  const auto on_tape = check_gradient([](auto v) { return accu(log(v)); }, w);
  BOOST_TEST(on_tape.passed(), on_tape);
  const auto f = [](const mat& v) { return arma::accu(arma::log(v)); };
  const auto plain = check_gradient(
      f, [](const mat& v) { return mat(1 / v); }, w);
  BOOST_TEST(plain.passed(), plain);
  for (const auto& [i, factor] : {std::pair(0u, 1.001), std::pair(1u, 1.00001)}) {
    CheckOptions<double> options;
    options.analytic = {mat(1 / w)};
    options.analytic[0](i) *= factor;
    BOOST_TEST((check_gradient(
                    options, [](auto v) { return accu(log(v)); }, w)
                    .verdict() == Verdict::failed));
  }
}

// d/dw -sum log(1 - s(x'w)) = X s(X'w): 1 - s cancels, to a few digits where x'w is large.
BOOST_AUTO_TEST_CASE(a_logistic_loss_that_cancels) {
  for (const double size : {1.0, 2.0}) {
    for (int k = 0; k < 50; ++k) {
      const mat X = size * arma::randn(30, 5);
      const vec w = arma::randn(5);
      const auto s = [&](const vec& v) { return vec(1 / (1 + arma::exp(-X * v))); };
      const auto check = check_gradient([&](const vec& v) { return -arma::accu(arma::log(1 - s(v))) / 30; },
                                        [&](const vec& v) { return vec(X.t() * s(v) / 30); }, w);
      const bool smooth = arma::abs(X * w).max() < 10;  // to about ten digits
      BOOST_TEST((check.verdict() != Verdict::failed && check.passed() >= smooth), check);
      const auto on_tape = check_gradient([&](auto v) { return -accu(log(1 - sigmoid(X * v))) / 30; }, mat(w));
      BOOST_TEST(on_tape.passed(), on_tape);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(gradients_that_depend_on_more_than_their_point, Seeded)

BOOST_AUTO_TEST_CASE(a_gradient_remembered_from_the_previous_call) {
  const vec w = uniform(4, 1);
  vec last = w;
  const auto f = [](const vec& v) { return arma::accu(v % v % v); };
  const auto check = check_gradient(
      f,
      [&](const vec& v) {
        const vec g = 3 * last % last;
        last = v;
        return g;
      },
      w);
  BOOST_TEST((check.verdict() == Verdict::failed), check);
  check_says(text(check), {"point of the previous call"});
}

BOOST_AUTO_TEST_CASE(a_gradient_remembered_from_the_first_call) {
  const vec w = uniform(4, 1);
  vec first;
  const auto check = check_gradient([](const vec& v) { return arma::accu(v % v % v); },
                                    [&](const vec& v) {
                                      if (first.is_empty()) first = 3 * v % v;
                                      return first;
                                    },
                                    w);
  BOOST_TEST((check.verdict() == Verdict::failed), check);
  check_says(text(check), {"second point"});
}

BOOST_AUTO_TEST_CASE(a_penalty_forgotten_at_zero) {
  const mat X = uniform(4, 20), y = uniform(1, 20);
  const auto f = [&](const vec& v) { return arma::accu(arma::square(v.t() * X - y)) / 40 + 0.05 * arma::dot(v, v); };
  const auto without = [&](const vec& v) { return vec(X * (v.t() * X - y).t() / 20); };
  const vec zero(4, arma::fill::zeros);
  const auto check = check_gradient(f, without, zero);
  BOOST_TEST((check.verdict() == Verdict::failed), check);
  check_says(text(check), {"W is 0", "second point", "|W|^2/2"});
  const auto right = check_gradient(
      f, [&](const vec& v) { return vec(without(v) + 0.1 * v); }, zero);
  BOOST_TEST(right.passed(), right);
  check_says(text(right), {"W is 0"});
  CheckOptions<double> options;
  options.analytic = {mat(without(zero))};
  check_says(text(check_gradient(
                 options, [&](auto v) { return accu(square(v.t() * X - y)) / 40 + 0.05 * dot(v, v); }, mat(zero))),
             {"W is 0", "another point"});
}

struct NotReset {
  double Evaluate(const mat& w) { return arma::accu(w % w); }
  void Gradient(const mat& w, mat& g) { g += 2 * w; }
};
BOOST_AUTO_TEST_CASE(a_buffer_that_is_not_reset) {
  NotReset f;
  const auto check = check_gradient(f, mat(uniform(4, 1)));
  BOOST_TEST((check.verdict() == Verdict::failed), check);
  check_says(text(check), {"buffer is not reset"});
}

BOOST_AUTO_TEST_SUITE_END()

// Between their jumps the derivatives of step functions are 0; at a jump there is none.
BOOST_FIXTURE_TEST_SUITE(step_functions, Seeded)

template <class Loss>
void check_steps(const char* name, Loss loss, const mat& w, Verdict at_worst) {
  const GradientCheck check = check_gradient(loss, w);
  BOOST_TEST((check.passed() || check.verdict() == at_worst), name << " of " << w.n_elem << " entries, the first "
                                                                   << w(0) << '\n'
                                                                   << check);
}
void check_all_steps(const mat& w, Verdict at_worst) {
  check_steps(
      "trunc", [](auto v) { return accu(trunc(v)); }, w, at_worst);
  check_steps(
      "floor", [](auto v) { return accu(floor(v)); }, w, at_worst);
  check_steps(
      "ceil", [](auto v) { return accu(ceil(v)); }, w, at_worst);
  check_steps(
      "round", [](auto v) { return accu(round(v)); }, w, at_worst);
  check_steps(
      "sign", [](auto v) { return accu(sign(v)); }, w, at_worst);
  check_steps(
      "v - floor(v)", [](auto v) { return accu(square(v - floor(v))); }, w, at_worst);
  check_steps(
      "floor(v) + v^2", [](auto v) { return accu(floor(v)) + accu(square(v)); }, w, at_worst);
  check_steps(
      "round(v) * v", [](auto v) { return accu(round(v) % v); }, w, at_worst);
  check_steps(
      "where", [](auto v) { return accu(where(v > 0.5, v, 3 + square(v))); }, w, at_worst);
}

BOOST_AUTO_TEST_CASE(right_gradients_between_jumps_pass) {
  for (const double size : {1e-3, 0.3, 1.0, 30.0}) {
    for (const arma::uword n : {1u, 2u, 5u, 30u}) check_all_steps(size * arma::randn(n, 1), Verdict::passed);
  }
}
// Among many entries one is close to a jump, and of large ones all are.
BOOST_AUTO_TEST_CASE(right_gradients_close_to_jumps_are_not_refused) {
  for (const double size : {0.3, 30.0, 1e4}) {
    for (const arma::uword n : {5u, 300u}) check_all_steps(size * arma::randn(n, 1), Verdict::inconclusive);
  }
}
BOOST_AUTO_TEST_CASE(right_gradients_at_jumps_are_not_refused) {
  for (const arma::uword n : {1u, 2u, 5u, 30u, 300u}) {
    check_all_steps(arma::round(3 * arma::randn(n, 1)), Verdict::inconclusive);
    check_all_steps(arma::round(3 * arma::randn(n, 1)) + 0.5, Verdict::inconclusive);
    check_all_steps(mat(n, 1, arma::fill::zeros), Verdict::inconclusive);
  }
}
BOOST_AUTO_TEST_CASE(wrong_gradients_between_jumps_fail) {
  for (const double size : {0.3, 1.0, 30.0}) {
    for (const arma::uword n : {1u, 5u, 30u}) {
      const mat w = size * arma::randn(n, 1);
      const auto check = check_gradient([](const mat& v) { return arma::accu(arma::floor(v)); },
                                        [](const mat& v) { return mat(arma::size(v), arma::fill::value(5)); }, w);
      BOOST_TEST((check.verdict() == Verdict::failed), check);
      const auto zeros = check_gradient([](const mat& v) { return arma::accu(arma::floor(v)) + arma::accu(v % v); },
                                        [](const mat& v) { return mat(arma::size(v), arma::fill::zeros); }, w);
      BOOST_TEST((zeros.verdict() == Verdict::failed), zeros);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
