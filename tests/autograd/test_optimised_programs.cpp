#define BOOST_TEST_MODULE optimised_programs
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>
#include <sstream>

// What a program does to its recording before it replays it. The values and gradients are held against those of losses
// that are recorded anew, which are not optimised.

using namespace armagrad;
using arma::mat;
using arma::vec;

namespace {

template <class Loss>
Optimisations done_to(const Loss& loss, const vec& at) {
  return record(loss, variables(at)).optimisations();
}

/// Whether both are NaN, equal, or differ by little.
bool agree(double a, double b) {
  return (a != a && b != b) || a == b || std::abs(a - b) <= 1e-12 * std::max(1.0, std::abs(b));
}

template <class Loss>
void check_same(const Loss& loss, const std::vector<vec>& places) {
  auto program = record(loss, variables(places[0]));
  for (const vec& at : places) {
    const auto [J, g] = program.value_and_gradient(at);
    const auto [K, h] = value_and_gradient(loss, at);
    BOOST_TEST_CONTEXT("at " << at.t()) {
      BOOST_TEST(agree(J, K), J << " " << K);
      BOOST_TEST(agree(program.value(at), K));
      for (uword k = 0; k < at.n_elem; ++k) BOOST_TEST(agree(g(k), h(k)), k << ": " << g(k) << " " << h(k));
    }
  }
}

const double infinity = std::numeric_limits<double>::infinity(),
             not_a_number = std::numeric_limits<double>::quiet_NaN();
const std::vector<vec> places{{.3, 1.2, -.7},       {2, 1, 1},         {0, 1, 0}, {infinity, 1, 0},
                              {not_a_number, 2, 3}, {-1, -infinity, 0}};

/// A program of numbers and 2 x 2 matrices that takes its operands, also constants, again and again.
template <class P>
scalar_of<P> random_program(const P& p, unsigned seed) {
  std::mt19937 random(seed);
  const auto constant = [&](double c) { return p.tape().constant(c); };
  std::vector<scalar_of<P>> x{p(0), p(1), p(2), constant(1), constant(0), constant(.5), constant(1)};
  std::vector<mat_of<P>> m{mat_of<P>(mat{{1, 2}, {3, 4}}), mat_of<P>(mat{{1, 2}, {3, 4}})};
  const auto one = [&](const auto& list) { return list[random() % std::min<std::size_t>(list.size(), 12)]; };
  for (int step = 0; step < 30; ++step) {
    const auto a = one(x), b = one(x), c = one(x);
    switch (random() % 10) {
      case 0:
        x.push_back(a + b);
        break;
      case 1:
        x.push_back(a * b);
        break;
      case 2:
        x.push_back(a * b + c);
        break;
      case 3:
        x.push_back(c + a * b);
        break;
      case 4:
        x.push_back(tanh(a));
        break;
      case 5:
        x.push_back(a / (2 + b * b));
        break;
      case 6:
        x.push_back(a - b);
        break;
      case 7:
        x.push_back(accu(one(m) * tanh(a)));
        break;
      case 8:
        m.push_back(one(m) * one(m).t() + a);
        break;
      case 9:
        m.push_back(one(m).rows(0, 1) * 0.1);
        break;
    }
    std::swap(x[random() % 7], x.back());
  }
  scalar_of<P> sum = 0;
  for (const auto& one_of_them : x) sum += tanh(one_of_them * 1.0);
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(random_programs_stay_what_they_are) {
  std::size_t folded = 0, merged = 0, dropped = 0, fused = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto loss = [seed](const auto& p) { return random_program(p, seed); };
    BOOST_TEST_CONTEXT("program " << seed) check_same(loss, places);
    const Optimisations done = done_to(loss, places[0]);
    folded += done.folded, merged += done.merged, dropped += done.dropped, fused += done.fused;
    BOOST_TEST(done.recorded == done.folded + done.merged + done.dropped + done.fused + done.unused + done.left);
  }
  BOOST_TEST(folded > 100);
  BOOST_TEST(merged > 100);
  BOOST_TEST(dropped > 100);
  BOOST_TEST(fused > 100);
}

BOOST_AUTO_TEST_CASE(what_does_not_vary_is_computed_once) {
  const mat S{{2, 1}, {1, 3}};
  const auto loss = [&](const auto& p) {
    const NumberVar<double> two = 2, log_two = log(two);
    const Var<double> inverse = inv(Var<double>(S));
    return p(0) * log_two + accu(inverse * p(1));
  };
  const Optimisations done = done_to(loss, places[0]);
  BOOST_TEST(done.folded == 0);  // numbers and matrices of no tape were computed when they met one
  check_same(loss, places);
  const auto on_tape = [&](const auto& p) {
    const Var<double> s = p.tape().constant(S);
    return p(0) * log(s(0, 0)) + accu(inv(s) * p(1));
  };
  BOOST_TEST(done_to(on_tape, places[0]).folded == 4);  // the entry, its logarithm, the factor, the inverse
  check_same(on_tape, places);
}

// ---- Numbers of one operation, which go through loops and, where they do not depend on each other, through packs ----

BOOST_AUTO_TEST_CASE(long_programs_of_numbers_stay_what_they_are) {
  const auto loss = [](const auto& p) {
    using P = std::decay_t<decltype(p)>;
    scalar_of<P> sum = 0, state = .5;
    for (int t = 0; t < 1500; ++t) {
      const scalar_of<P> x = p(t % 3) + 1e-3 * t;
      state = .5 * state + .1 * tanh(x);  // in a row
      switch (t % 8) {
        case 0:
          sum += exp(-x) * log(2 + square(x));
          break;
        case 1:
          sum += pow(square(x) + 1, 1.5) - pow(square(x) + 1, .5 + 1e-3 * (t % 5));  // parameters that differ
          break;
        case 2:
          sum += atan2(x, state) / (1 + abs(x));
          break;
        case 3:
          sum += lgamma(2 + square(x)) - clamp(x, -.5, .5);
          break;
        case 4:
          sum += log_normpdf(x, state, 1 + abs(tanh(x)));  // by pointer
          break;
        case 5:
          sum += max(x, state) * sigmoid(x) - min(x, p(1));
          break;
        case 6:
          sum += sin(x) * cos(state) + softplus(x);
          break;
        case 7:
          sum += where(x > 0, sqrt(abs(x)), erf(x));
          break;
      }
    }
    return sum * 1e-3;
  };
  check_same(loss, {{.3, 1.2, -.7}, {2, 1, 1}, {-.4, .2, 0}, {infinity, 1, 0}});
  const arma::fvec at{.3f, 1.2f, -.7f};
  auto program = record(loss, variables(at));
  const auto [J, g] = program.value_and_gradient(at);
  const auto [K, h] = value_and_gradient(loss, at);
  BOOST_TEST(J == K, boost::test_tools::tolerance(1e-5f));
  for (uword k = 0; k < at.n_elem; ++k) BOOST_TEST(g(k) == h(k), boost::test_tools::tolerance(1e-4f));
}

BOOST_AUTO_TEST_CASE(branches_not_taken_pass_nothing_on_in_packs) {
  vec at(40);
  for (uword k = 0; k < at.n_elem; ++k) at(k) = k % 2 ? double(k) : 0.0;
  const auto loss = [](const auto& p) {
    scalar_of<std::decay_t<decltype(p)>> sum = 0;
    for (uword k = 0; k < p.n_elem; ++k) sum += where(p(k) > 0, log(p(k)) + pow(p(k), .5), 0);
    return sum;
  };
  const vec g = vec(record(loss, variables(at)).value_and_gradient(at).second);
  for (uword k = 0; k < at.n_elem; ++k) BOOST_TEST(agree(g(k), k % 2 ? 1 / at(k) + .5 / std::sqrt(at(k)) : 0.0));
  check_same(loss, {at});
}

BOOST_AUTO_TEST_CASE(an_infinite_adjoint_passes_nothing_through_a_slope_of_zero_in_packs) {
  const vec at = arma::linspace(1000, 2000, 30);  // tanh is 1 there, and flat
  const auto loss = [](const auto& p) {
    scalar_of<std::decay_t<decltype(p)>> sum = 0;
    for (uword k = 0; k < p.n_elem; ++k) sum += sqrt(1 - tanh(p(k)));
    return sum;
  };
  const vec g = vec(record(loss, variables(at)).value_and_gradient(at).second);
  for (const double slope : g) BOOST_TEST(slope == 0);
  check_same(loss, {at, arma::linspace(-1, 30, 30)});
}

BOOST_AUTO_TEST_CASE(entries_of_several_matrices_are_read_in_loops) {
  const auto loss = [](const auto& p) {
    using P = std::decay_t<decltype(p)>;
    const mat_of<P> A = p * p.t(), B = exp(A * 0.1);
    scalar_of<P> sum = 0;
    for (uword j = 0; j < A.n_cols; ++j) {
      for (uword i = 0; i < A.n_rows; ++i) sum += A(i, j) * B(j, i) + exp(B(i, j)) * p(j);
    }
    return sum + accu(B) + accu(square(A));
  };
  check_same(loss, {{.3, 1.2, -.7}, {0, 0, 0}, {1, 0, -1}});
}

BOOST_AUTO_TEST_CASE(inputs_are_not_folded) {
  const auto loss = [](const auto& p, const auto& x) { return p(0) * x; };
  const double one = 1;
  auto program = record(loss, variables(places[0]), inputs(one));
  BOOST_TEST(program.optimisations().dropped == 0);
  BOOST_TEST(program.value(places[0], 3.0) == 3 * places[0](0));
}

BOOST_AUTO_TEST_CASE(equal_subexpressions_are_one) {
  const auto loss = [](const auto& p) { return sin(p(0)) * p(1) + exp(sin(p(0)) * p(2)); };
  BOOST_TEST(done_to(loss, places[0]).merged == 1);
  check_same(loss, places);
  const auto matrices = [](const auto& p) {
    const Var<double> S = diagmat(exp(p)) + 1;
    return log_det_sympd(S) + dot(p, inv_sympd(S) * p) + accu(inv_sympd(S));
  };
  BOOST_TEST(done_to(matrices, places[0]).merged >= 1);
  check_same(matrices, {{.1, .2, .3}, {-1, 2, 0}});
  const auto different = [](const auto& p) { return accu(clamp(p, 0, 1)) + accu(clamp(p, 0, 2)); };
  BOOST_TEST(done_to(different, places[0]).merged == 0);
  check_same(different, places);
}

BOOST_AUTO_TEST_CASE(products_with_one_and_parts_that_are_all_are_their_operand) {
  const auto loss = [](const auto& p) { return accu(p.rows(0, 2) * 1.0) + p(0) * 1.0 / 1.0; };
  BOOST_TEST(done_to(loss, places[0]).dropped == 4);
  check_same(loss, places);
  const auto by_zero = [](const auto& p) { return p(0) * 0.0 + p(1); };  // a NaN where p(0) is infinite
  BOOST_TEST(done_to(by_zero, places[0]).dropped == 0);
  check_same(by_zero, places);
}

BOOST_AUTO_TEST_CASE(a_product_that_is_only_added_is_fused_with_the_sum) {
  BOOST_TEST(done_to([](const auto& p) { return p(0) * p(1) + p(2); }, places[0]).fused == 1);
  BOOST_TEST(done_to([](const auto& p) { return p(2) + p(0) * p(1); }, places[0]).fused == 1);
  const auto read_twice = [](const auto& p) {
    const auto product = p(0) * p(1);
    return product + exp(product);
  };
  BOOST_TEST(done_to(read_twice, places[0]).fused == 0);
  check_same(read_twice, places);
}

BOOST_AUTO_TEST_CASE(what_was_done_is_printed) {
  std::ostringstream text;
  text << done_to([](const auto& p) { return p(0) * p(1) + p(2) * 1.0; }, places[0]);
  BOOST_TEST(text.str() == "6 nodes recorded: 0 folded, 0 merged, 1 dropped, 1 fused, 0 unused; 4 left\n");
}
