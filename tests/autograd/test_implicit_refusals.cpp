#define BOOST_TEST_MODULE implicit_refusals
#include <armagrad/armagrad.hpp>

#include <cmath>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::vec;

namespace {

template <class Inner, class Start>
auto minimize(Inner inner, const Start& start) {
  return [=] { return value_and_gradient([&](const auto& p) { return accu(argmin(inner, start, p)); }, 1.0); };
}
template <class F, class Start>
auto solve_for(F f, const Start& start) {
  return [=] { return value_and_gradient([&](const auto& p) { return accu(root(f, start, p)); }, 1.0); };
}

}  // namespace

BOOST_AUTO_TEST_CASE(of_what_is_not_solved) {
  check_says(failure(minimize([](const auto& x, const auto& p) { return p * x; }, 1.0)),
             {"argmin at test_implicit_refusals.cpp:", "not converged after 100 steps"});
  check_says(failure(minimize([](const auto& x, const auto& p) { return p * exp(-x); }, 1.0)),
             {"argmin at test_implicit_refusals.cpp:"});
  check_says(failure(minimize([](const auto& x, const auto& p) { return p * log(x); }, -1.0)),
             {"argmin at test_implicit_refusals.cpp:", "cannot be computed at the start, where it is nan"});
  check_says(failure(minimize([](const auto& x, const auto& p) { return -p * square(x); }, 0.0)),
             {"argmin at test_implicit_refusals.cpp:", "stationary where it is no minimum"});
  check_says(failure(solve_for([](const auto& x, const auto& p) { return square(x) + p; }, 1.0)),
             {"root at test_implicit_refusals.cpp:"});
  check_says(failure(solve_for([](const auto& x, const auto& p) { return p - 0 * x; }, 1.0)),
             {"root at test_implicit_refusals.cpp:", "the Jacobian of the equations is singular on the way"});
  check_says(failure(solve_for(
                 [](const auto& x, const auto& p) {
                   return chol(p * x * mat{{1, 2}, {2, 1}});
                 },
                 mat(2, 2, arma::fill::eye))),
             {"root at test_implicit_refusals.cpp:", "cannot be computed at the start (", "not positive definite"});
  check_says(failure([] {
               return argmin(
                   Newton{0, 2}, [](const auto& x) { return square(1 - x(0)) + 100 * square(x(1) - square(x(0))); },
                   vec{-1.2, 1});
             }),
             {"argmin at test_implicit_refusals.cpp:", "not converged after 2 steps, the last of length"});
}

BOOST_AUTO_TEST_CASE(of_lbfgs) {
  const auto minimized = [](auto inner, double start, const Lbfgs& lbfgs = {}) {
    return failure([=] { return argmin(lbfgs, inner, start); });
  };
  check_says(minimized([](const auto& x) { return square(square(x - 3)); }, 100.0, {0, 3}),
             {"argmin at test_implicit_refusals.cpp:", "not converged after 3 steps of L-BFGS", "Lbfgs{.steps}"});
  check_says(minimized([](const auto& x) { return log(x); }, -1.0),
             {"argmin at test_implicit_refusals.cpp:", "cannot be computed at the start, where it is nan"});
  check_says(minimized([](const auto& x) { return -square(x); }, 0.0),
             {"argmin at test_implicit_refusals.cpp:", "no minimum: the Hessian has negative eigenvalues there"});
  check_says(minimized([](const auto& x) { return -x; }, 1.0),
             {"argmin at test_implicit_refusals.cpp:", "the solver has not converged"});
  check_says(minimized([](const auto& x) { return abs(x - 0.3) + square(x); }, 1.0),
             {"argmin at test_implicit_refusals.cpp:", "the solver has not converged"});
}

BOOST_AUTO_TEST_CASE(of_solutions_without_derivative) {
  // Any x with x(0) + x(1) = p is one of the roots; x^4 has a minimum of zero curvature.
  check_says(
      failure([] {
        const auto solver = solved_by([](const vec&, double p) { return vec{p, 0}; });
        return value_and_gradient(
            [&](const auto& p) {
              return accu(root(
                  solver, [](const auto& x, const auto& q) { return join_cols(accu(x) - q, 2 * accu(x) - 2 * q); },
                  vec(2), p));
            },
            1.0);
      }),
      {"root at test_implicit_refusals.cpp:", "the Jacobian of the equations is singular"});
  Tape<double> tape;
  const auto p = tape.variable(0.0);
  const auto x = argmin([](const auto& u, const auto& q) { return square(square(u - q)); }, 0.0, p);
  BOOST_TEST(x.scalar() == 0);
  check_says(failure([&] { tape.backward(x); }),
             {"argmin at test_implicit_refusals.cpp:", "the Hessian at the solution is singular",
              "the solution has no derivative"});
  tape.backward(square(p) + p);  // the tape is usable
  BOOST_TEST(tape.gradient(p)(0) == 1);
}

BOOST_AUTO_TEST_CASE(of_a_users_solver_that_is_off) {
  const auto with = [](auto solver) {
    return [=] {
      return value_and_gradient(
          [&](const auto& p) {
            return accu(argmin(
                solver, [](const auto& x, const auto& q) { return accu(square(x - q)); }, vec(2), p));
          },
          1.0);
    };
  };
  check_says(
      failure(with(solved_by([](const vec&, double p) {
        return vec{p, p + 1e-3};
      }))),
      {"argmin at test_implicit_refusals.cpp:", "the solver has not converged", "more than", "|gradient| is 0.00199"});
  BOOST_TEST(with(solved_by([](const vec&, double p) { return vec{p, p + 1e-3}; }, 1e-2))().first == 2.001);
  check_says(refusal(with(solved_by([](const vec&, double p) {
               return vec{p, p, p};
             }))),
             {"argmin at test_implicit_refusals.cpp:", "the solver gives 3x1 for a start of 2x1"});
  check_says(failure(with(solved_by([](const vec&, double) {
               return vec{not_a_number, 1};
             }))),
             {"argmin at test_implicit_refusals.cpp:", "cannot be computed at what the solver gives, where it is nan"});
  check_says(failure([] {
               return argmin(
                   solved_by([](double) { return 0.0; }), [](const auto& x) { return cos(x); }, 1.0);
             }),
             {"no minimum: the Hessian has negative eigenvalues"});
  // What it throws itself comes through.
  BOOST_CHECK_THROW(with(solved_by([](const vec& s, double) -> vec { return s(arma::span(0, 7)); }))(),
                    std::logic_error);
}

BOOST_AUTO_TEST_CASE(of_wrong_shapes_and_tapes) {
  check_says(refusal(minimize([](const auto& x, const auto& p) { return p * x; }, vec(2))),
             {"argmin at test_implicit_refusals.cpp:", "the function to be made least is not a number but 2x1"});
  check_says(
      refusal(solve_for([](const auto& x, const auto& p) { return p * accu(x); }, vec(2))),
      {"root at test_implicit_refusals.cpp:", "the function of x, 2x1, gives 1x1: as many equations as unknowns"});
  check_says(refusal(minimize([](const auto& x, const auto& p) { return p * square(x); }, not_a_number)),
             {"argmin", "the start is not finite"});
  BOOST_CHECK_THROW(
      value_and_gradient(
          [](const auto& p) { return argmin([&p](const auto& x, const auto&) { return square(x - p); }, 1.0, p); },
          1.0),
      std::logic_error);
  Tape<double> one, other;
  const auto a = one.variable(1.0), b = other.variable(2.0);
  BOOST_CHECK_THROW(root([](const auto& x, const auto& p, const auto& q) { return x - p - q; }, 0.0, a, b),
                    std::logic_error);
}
