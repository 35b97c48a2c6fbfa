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

const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
const std::vector<vec> places{{.3, 1.2, -.7}, {2, 1, 1}, {0, 1, 0}, {infinity, 1, 0}, {nan, 2, 3}, {-1, -infinity, 0}};

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
