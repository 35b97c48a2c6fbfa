#define BOOST_TEST_MODULE external
#include <armagrad/armagrad.hpp>

#include <cmath>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::rowvec;
using arma::vec;

namespace {

/// A x by Armadillo alone, and A' dy.
struct Linear : Seeded {
  const mat A = uniform(4, 3);
  const vec x = uniform(3, 1), v = uniform(3, 1), u = uniform(4, 1);

  auto product() const {
    return external([this](const vec& w) -> vec { return A * w; },
                    [this](const vec& dy, const vec&) -> vec { return A.t() * dy; });
  }
  /// The same on the tape.
  auto of_armagrad() const {
    return [this](const auto& w) { return view(A) * w; };
  }
  template <class F>
  auto loss(F f) const {
    return [f](const auto& w) { return accu(sin(f(square(w)))); };
  }
};

/// x % y + s, of a column, a column and a number, with a vjp that Vars can run too.
const auto fused = external([](const vec& x, const vec& y, double s) -> vec { return x % y + s; },
                            [](const auto& dy, const auto& x, const auto& y, const auto&) {
                              using T = std::remove_cvref_t<decltype(dy)>;
                              return std::tuple(T(dy % y), T(dy % x), accu(dy));
                            });

/// exp, whose derivative is the value.
const auto exponential =
    external([](const mat& x) -> mat { return arma::exp(x); },
             [](const auto& dy, const auto& y, const auto&) { return std::remove_cvref_t<decltype(dy)>(dy % y); });

}  // namespace

BOOST_AUTO_TEST_SUITE(external_functions)

BOOST_FIXTURE_TEST_CASE(value_gradient_and_forward_mode, Linear) {
  const auto [J, g] = value_and_gradient(loss(product()), x);
  const auto [K, h] = value_and_gradient(loss(of_armagrad()), x);
  BOOST_TEST(error(J, K) <= 1e-14);
  BOOST_TEST(error(mat(g), mat(h)) <= 1e-14);
  BOOST_TEST(error(jacobian(product(), x), A) <= 1e-14);
  BOOST_TEST(error(jvp(product(), x, v).second, mat(A * v)) <= 1e-14);
  BOOST_TEST(error(mat(vjp(product(), x, u).second), mat(A.t() * u)) <= 1e-14);
  BOOST_TEST(error(mat(product()(x)), mat(A * x)) == 0);  // plain, of plain arguments
}

BOOST_FIXTURE_TEST_CASE(kinds_and_several_arguments, Seeded) {
  const vec x = uniform(5, 1), y = uniform(5, 1), w = uniform(5, 1);
  const double s = 0.3;
  const auto by = [&](auto f) {
    return [&, f](const auto& a, const auto& b, const auto& c) { return accu(w % exp(f(a, b, c))); };
  };
  const auto plain_text = [](const auto& a, const auto& b, const auto& c) { return a % b + c; };
  const auto [J, g] = value_and_gradient(by(fused), x, y, s);
  const auto [K, h] = value_and_gradient(by(plain_text), x, y, s);
  BOOST_TEST(error(J, K) <= 1e-15);
  BOOST_TEST(error(mat(std::get<0>(g)), mat(std::get<0>(h))) <= 1e-14);
  BOOST_TEST(error(mat(std::get<1>(g)), mat(std::get<1>(h))) <= 1e-14);
  BOOST_TEST(error(std::get<2>(g), std::get<2>(h)) <= 1e-14);
  // A matrix among Vars, and a column from a row and a number.
  const auto mixed = [&](const auto& a) { return accu(fused(a, y, 2)); };
  BOOST_TEST(error(mat(gradient(mixed, x)), mat(y)) <= 1e-15);
  const auto total = external([](const rowvec& r) { return arma::accu(arma::square(r)); },
                              [](double dy, const rowvec& r) -> rowvec { return 2 * dy * r; });
  const auto of_row = [&](const auto& r) { return exp(total(r)) % r; };  // a number meets a row
  const rowvec r{0.5, -1};
  const double e = std::exp(1.25);
  BOOST_TEST(error(mat(gradient([&](const auto& q) { return accu(of_row(q)); }, r)),
                   mat(e * rowvec{1 + 2 * 0.5 * -0.5, 1 + 2 * -1 * -0.5})) <= 1e-14);
  const auto in_float = external([](const arma::fvec& a) -> arma::fvec { return 2 * a; },
                                 [](const arma::fvec& dy, const arma::fvec&) -> arma::fvec { return 2 * dy; });
  BOOST_TEST(gradient([&](const auto& a) { return accu(in_float(a)); }, arma::fvec{1, 2})(1) == 2.f);
}

BOOST_FIXTURE_TEST_CASE(a_vjp_written_for_vars_is_differentiated_again, Seeded) {
  const vec x = uniform(5, 1), y = uniform(5, 1), V = uniform(5, 1);
  const auto by = [&](auto f, auto g) {
    return [&, f, g](const auto& a) { return accu(square(g(f(a, y % a, dot(a, a))))); };
  };
  const auto text =
      by([](const auto& a, const auto& b, const auto& c) { return a % b + c; }, [](const auto& a) { return exp(a); });
  BOOST_TEST(error(mat(hessian_vector_product(by(fused, exponential), x, V)),
                   mat(hessian_vector_product(text, x, V))) <= 1e-13);
  BOOST_TEST(error(hessian(by(fused, exponential), x), hessian(text, x)) <= 1e-13);
  Tape<double> tape;  // third derivatives
  const auto w = tape.variable(0.7);
  const auto cube =
      external([](double a) { return a * a * a; }, [](const auto& dy, const auto& a) { return dy * 3 * a * a; });
  const auto third = gradient(gradient(gradient(cube(w), w), w), w);
  BOOST_TEST(error(third.scalar(), 6.0) <= 1e-15);
}

BOOST_FIXTURE_TEST_CASE(the_checker_checks_it, Linear) {
  const auto report = check_gradient(loss(product()), x);
  BOOST_TEST(report.passed(), report);
  BOOST_TEST(report.evidence.size() == 2U);  // no complex step, which the functions do not know
  std::ostringstream text;
  text << report;
  check_says(text.str(), {"no complex step: the loss goes through plain functions"});
  const auto wrong = external([this](const vec& w) -> vec { return A * w; },
                              [this](const vec& dy, const vec&) -> vec { return 1.001 * A.t() * dy; });
  BOOST_TEST(!check_gradient(loss(wrong), x).passed());
  // An analytic gradient that is wrong is found as well, though there are no second derivatives to look at.
  CheckOptions<double> options;
  options.analytic = {mat(-1.0 * gradient(loss(product()), x))};
  BOOST_TEST(!check_gradient(options, loss(product()), x).passed());
}

BOOST_FIXTURE_TEST_CASE(recordings, Linear) {
  int calls = 0;
  const auto counted = [&](auto... shape) {
    return external([&](const vec& w) -> vec { return ++calls, A * w; },
                    [&](const vec& dy, const vec&) -> vec { return A.t() * dy; }, shape...);
  };
  gradient(loss(counted()), x);
  BOOST_TEST(calls == 1);
  (void)jacobian([&](const auto& w) { return sin(counted()(w)); }, x);
  BOOST_TEST(calls == 2);
  auto step = record(loss(counted()), variables(x));
  auto shaped = record(loss(counted(shape_of(4, 1))), variables(x));
  for (int i = 0; i < 3; ++i) {
    const vec w = uniform(3, 1), right = gradient(loss(of_armagrad()), w);
    BOOST_TEST(error(mat(step.value_and_gradient(w).second), mat(right)) <= 1e-14);
    BOOST_TEST(error(mat(shaped.value_and_gradient(w).second), mat(right)) <= 1e-14);
  }
  const auto in_blocks = [&](const auto& w) {
    return sum_over_samples(
        Blocks{2}, [&](const auto& a, const auto& c) { return accu(product()(a) * sum(c, 1).t()); }, samples(view(A)),
        w);
  };
  BOOST_TEST(error(mat(gradient(in_blocks, x)), mat(arma::accu(A) * arma::sum(A, 0).t())) <= 1e-13);
}

BOOST_AUTO_TEST_CASE(inside_of_a_solver) {
  // x = argmin g(x) - p x with g = x^4 / 4 as plain functions, whose vjp is differentiated for the Hessian: p^(1/3).
  const auto quartic = external([](double x) { return x * x * x * x / 4; },
                                [](const auto& dy, const auto& x) { return dy * x * x * x; });
  const auto cube_root = [&](const auto& p) {
    return argmin([&](const auto& x, const auto& q) { return quartic(x) - q * x; }, 1.0, p);
  };
  BOOST_TEST(error(gradient(cube_root, 8.0), 1 / 12.0) <= 1e-15);
  BOOST_TEST(error(hessian(cube_root, 8.0)(0), -2 / 9.0 * std::pow(8, -5 / 3.0)) <= 1e-14);
}

BOOST_FIXTURE_TEST_CASE(refusals, Linear) {
  check_says(refusal([&] { return hessian_vector_product(loss(product()), x, v); }),
             {"external at test_external.cpp:", "cannot be differentiated again", "write it for Vars"});
  const auto misshapen =
      external([](const vec& w) -> vec { return w; }, [](const vec&, const vec&) -> vec { return vec(2); });
  check_says(refusal([&] { return gradient(loss(misshapen), x); }),
             {"external at test_external.cpp:", "the gradient by argument 1 is 2x1, the argument 3x1"});
  const auto for_vars =
      external([](const vec& w) -> vec { return w; },
               [](const auto& dy, const auto&) { return std::remove_cvref_t<decltype(dy)>(dy.head(1)); });
  check_says(refusal([&] { return hessian(loss(for_vars), x); }),
             {"external at test_external.cpp:", "the gradient by argument 1 is 1x1, the argument 3x1"});
  const auto shorter = external([](const vec& w) -> vec { return w.head(2); },
                                [](const vec&, const vec& w) -> vec { return w; }, shape_of(3, 1));
  auto program = record(loss(shorter), variables(x));
  check_says(refusal([&] { return program.value(x); }),
             {"external at test_external.cpp:", "the function gives 2x1, where 3x1 was recorded"});
  const auto throwing = external([](const vec&) -> vec { throw std::runtime_error("no such orbit"); },
                                 [](const vec&, const vec& b) -> vec { return b; });
  BOOST_TEST(failure([&] { return gradient(loss(throwing), x); }) == "no such orbit");
  Tape<double> tape, other;
  const auto w = tape.variable(x);
  BOOST_CHECK_THROW(fused(w, other.variable(x), 1), std::logic_error);
  tape.backward(accu(square(w)));  // usable after all
  BOOST_TEST(error(mat(tape.gradient(w)), mat(2 * x)) <= 1e-15);
}

BOOST_AUTO_TEST_SUITE_END()
