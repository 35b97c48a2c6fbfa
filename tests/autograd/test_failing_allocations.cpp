#define BOOST_TEST_MODULE failing_allocations
#include <armagrad/armagrad.hpp>

#include "tests/faults/failing_subjects.hpp"
#include "tests/support/oracle.hpp"

// Every computation ends in an exception or with the right result, the tape or program gives the right result the next
// time, and nothing is lost.

using namespace armagrad;
using namespace armagrad::testing;

namespace {

const arma::mat A = uniform<double>(4, 3), B = uniform<double>(4, 4);
const arma::vec x0 = uniform<double>(3, 1);

/// A loss with elementwise functions, products, writes, a factorisation, a column's parts and numbers.
const auto loss = [](const auto& a, const auto& x) {
  Var<double> W = a;
  W(1, 2) = x(0) * x(1);
  W.row(0) += x.t();
  W.each_col() %= W * x;
  const auto y = tanh(W) * x;
  return accu(square(solve(B + 5 * arma::eye(4, 4), y))) + sum(exp(-x)) + norm(W) + log(1 + x(2) * x(2));
};

arma::mat both(const auto& pair) {
  return arma::join_cols(arma::vectorise(std::get<0>(pair)), arma::vectorise(std::get<1>(pair)));
}

using TapeState = Tape<double>;

}  // namespace

BOOST_AUTO_TEST_CASE(recording_and_backward) {
  fail_each("a tape", subject<TapeState>([](TapeState& tape) {
              const auto [J, g] = value_and_gradient(tape, loss, A, x0);
              return both(g);
            }));
}

BOOST_AUTO_TEST_CASE(a_recording_made_and_replayed) {
  using P = Program<Variables<arma::mat, arma::vec>, Inputs<>>;
  struct State {
    P program = P(loss);
  };
  fail_each("a program", subject<State>([](State& s) {
              (void)s.program.value_and_gradient(A, x0);
              return both(s.program.value_and_gradient(A, x0).second);
            }));
}

BOOST_AUTO_TEST_CASE(tangents_and_second_derivatives) {
  using P = Program<Variables<arma::mat, arma::vec>, Inputs<>>;
  struct State {
    P program = P(loss);
  };
  fail_each("second order", subject<State>([](State& s) {
              const auto at = variables(A, x0);
              (void)s.program.jvp(at, at);
              return both(s.program.hessian_vector_product(at, at).second);
            }));
}

BOOST_AUTO_TEST_CASE(recurrences) {
  const auto f = [](const auto& a, const auto& x) {
    const auto step = [](const auto& h, const auto& u, const auto& w) {
      const auto next = tanh(w.t() * u + h);
      return std::tuple(next, accu(square(next)));
    };
    const auto [last, out] = scan(Checkpoints{2}, step, x, steps(B), a);
    return accu(last) + accu(out);
  };
  fail_each("a scan",
            subject<TapeState>([f](TapeState& tape) { return both(value_and_gradient(tape, f, A, x0).second); }));
}

BOOST_AUTO_TEST_CASE(functions_on_tapes_of_their_own) {
  const auto f = [](const auto& a, const auto& x) {
    const auto again = checkpoint([](const auto& u, const auto& v) { return tanh(u * v); }, a, x);
    const auto sum = sum_over_samples(
        Blocks{2, 1, 1}, [](const auto& u, const auto& b) { return accu(square(u.t() * b)); }, samples(B), a);
    const auto t = root([](const auto& z, const auto& p) { return z * z * z + z - p; }, 0.5, x(0));
    return accu(again) + sum + t;
  };
  fail_each("tapes of their own",
            subject<TapeState>([f](TapeState& tape) { return both(value_and_gradient(tape, f, A, x0).second); }));
}

BOOST_AUTO_TEST_CASE(the_functions_that_keep_tapes) {
  struct Nothing {};
  fail_each("kept tapes", subject<Nothing>([](Nothing&) { return both(gradient(loss, A, x0)); }));
}
