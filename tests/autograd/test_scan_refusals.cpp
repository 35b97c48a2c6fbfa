#define BOOST_TEST_MODULE scan_refusals
#include <armagrad/armagrad.hpp>

#include "tests/support/oracle.hpp"

// What a scan cannot do, and steps that fail.

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat, arma::vec;

BOOST_FIXTURE_TEST_SUITE(scan_refusals, Seeded)

const auto plus = [](const auto& x, const auto& y, const auto& p) { return x + p * y; };

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_where_it_was_written) {
  Tape<double> tape;
  const auto p = tape.variable(2.0);
  const auto column = tape.variable(vec{1, 2});
  const std::size_t size = tape.size();
  const std::string place = "scan at test_scan_refusals.cpp:";
  check_says(refusal([&] { scan(plus, p, steps(vec()), p); }), {place, "no step to run"});
  for (const int n : {0, -3})
    check_says(refusal([&] { scan([](const auto& x) { return x; }, p, steps(n)); }), {place, "no step to run"});
  check_says(refusal([&] {
               scan([](const auto& x, const auto& a, const auto&, const auto& q) { return x * a * q; }, p,
                    steps(vec(10), mat(2, 9)), p);
             }),
             {place, "inputs of unequal length: input 1 has 10 steps, input 2 has 9"});
  check_says(refusal([&] { scan([](const auto& x) { return join_cols(x, x); }, column, steps(5)); }),
             {place, "the state is 2x1 before the step and 4x1 after it"});
  check_says(refusal([&] {
               scan([](const auto& x, const auto& y) { return std::tuple(x, y.t()); }, std::tuple(p, column), steps(5));
             }),
             {place, "state 2 is 2x1 before the step and 1x2 after it"});
  check_says(refusal([&] { scan([&](const auto& x) { return x * p; }, p, steps(5)); }),
             {place, "the step uses a Var from outside, which it must take as an argument", "different tapes"});
  check_says(refusal([&] {
               scan(
                   Checkpoints{9}, [](const auto& x) { return x; }, p, steps(5));
             }),
             {place, "Checkpoints{9} of 5 steps"});
  BOOST_TEST(tape.size() == size);  // nothing is left of it
  BOOST_TEST(scan([](const auto& x) { return 2 * x; }, p, steps(3)).scalar() == 16);
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_is_named) {
  // Positive definite until the 20th of 40 steps.
  const auto step = [](const auto& x, const auto& one, const auto& p) {
    return std::pair(x - one * p, summed(accu(chol(x))));
  };
  const mat start = 19.5 * arma::eye(2, 2);
  for (const uword n : {40, 400}) {  // one by one, and several at a time
    Tape<double> tape;
    const auto p = tape.variable(mat(2, 2, arma::fill::eye));
    const auto y = std::get<1>(scan(step, start, steps(vec(n, arma::fill::ones)), p));
    const std::string of = std::to_string(n);
    check_says(failure([&] { y.scalar(); }), {"scan at test_scan_refusals.cpp:",
                                              "step 21 of " + of + ": chol: the 2x2 matrix is not positive definite"});
    check_says(failure([&] { tape.backward(y, true); }), {"step 21 of " + of});
    BOOST_TEST(accu(2 * p).scalar() == 4);  // the tape stays usable
  }
  int calls = 0;
  const auto throws = [&](const auto& x, const auto& now) {
    if (now.scalar() > 6.5) throw std::invalid_argument("too large");
    ++calls;
    return x + now;
  };
  Tape<double> tape;
  const auto y = scan(throws, tape.variable(0.0), steps(vec(arma::regspace(1, 10))));
  check_says(refusal([&] { y.scalar(); }), {"step 7 of 10: too large"});
}

BOOST_AUTO_TEST_CASE(a_step_that_changes_its_mind) {
  const auto step = [](const auto& x, const auto& now) {
    return std::pair(x + now, now.scalar() > 3 ? Var<double>(join_cols(x, x)) : Var<double>(x));
  };
  Tape<double> tape;
  const auto y = std::get<1>(scan(step, tape.variable(0.0), steps(vec{1, 2, 3, 4, 5})));
  check_says(refusal([&] { y.value(); }), {"step 4 of 5", "the step gave out 1x1 at first and now 2x1"});
}

BOOST_AUTO_TEST_SUITE_END()
