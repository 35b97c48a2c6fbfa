#define BOOST_TEST_MODULE elementwise
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using Function = double (*)(double);

/// A function of a Var, the same of a number, and its derivatives by hand; random points are drawn from (low,
/// high).
template <class eT>
struct Case {
  const char* name;
  std::function<Var<eT>(const Var<eT>&)> on_tape;
  Function value, slope, curve;
  double low, high;
};

double logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double zero(double) { return 0; }
double one(double) { return 1; }
double signum(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

// clang-format off
template <class eT>
std::vector<Case<eT>> cases() {
  using V = const Var<eT>&;
  using D = double;
  return {
      {"exp", [](V x) { return exp(x); }, std::exp, std::exp, std::exp, -3, 3},
      {"log", [](V x) { return log(x); }, std::log, [](D x) { return 1 / x; }, [](D x) { return -1 / (x * x); }, 0.1, 5},
      {"log1p", [](V x) { return log1p(x); }, std::log1p, [](D x) { return 1 / (1 + x); }, [](D x) { return -1 / ((1 + x) * (1 + x)); }, -0.9, 5},
      {"sqrt", [](V x) { return sqrt(x); }, std::sqrt, [](D x) { return 0.5 / std::sqrt(x); }, [](D x) { return -0.25 / (x * std::sqrt(x)); }, 0.1, 5},
      {"square", [](V x) { return square(x); }, [](D x) { return x * x; }, [](D x) { return 2 * x; }, [](D) { return 2.0; }, -3, 3},
      {"pow 3", [](V x) { return pow(x, 3); }, [](D x) { return x * x * x; }, [](D x) { return 3 * x * x; }, [](D x) { return 6 * x; }, -3, 3},
      {"pow 2.5", [](V x) { return pow(x, 2.5); }, [](D x) { return std::pow(x, 2.5); }, [](D x) { return 2.5 * std::pow(x, 1.5); }, [](D x) { return 3.75 * std::sqrt(x); }, 0.1, 3},
      {"pow 1", [](V x) { return pow(x, 1); }, [](D x) { return x; }, one, zero, -3, 3},
      {"pow -1", [](V x) { return pow(x, -1); }, [](D x) { return 1 / x; }, [](D x) { return -1 / (x * x); }, [](D x) { return 2 / (x * x * x); }, 0.2, 3},
      {"tanh", [](V x) { return tanh(x); }, std::tanh, [](D x) { return 1 - std::tanh(x) * std::tanh(x); }, [](D x) { return -2 * std::tanh(x) * (1 - std::tanh(x) * std::tanh(x)); }, -3, 3},
      {"sigmoid", [](V x) { return sigmoid(x); }, logistic, [](D x) { return logistic(x) * logistic(-x); }, [](D x) { return logistic(x) * logistic(-x) * (1 - 2 * logistic(x)); }, -5, 5},
      {"softplus", [](V x) { return softplus(x); }, [](D x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }, logistic, [](D x) { return logistic(x) * logistic(-x); }, -5, 5},
      {"relu", [](V x) { return relu(x); }, [](D x) { return x < 0 ? 0 : x; }, [](D x) { return x > 0 ? 1.0 : 0.0; }, zero, -3, 3},
      {"abs", [](V x) { return abs(x); }, std::abs, signum, zero, -3, 3},
      {"sign", [](V x) { return sign(x); }, signum, zero, zero, -3, 3},
      {"-x", [](V x) { return -x; }, [](D x) { return -x; }, [](D) { return -1.0; }, zero, -3, 3},
      {"x > 0.5", [](V x) { return x > 0.5; }, [](D x) { return x > 0.5 ? 1.0 : 0.0; }, zero, zero, -3, 3},
      {"1 < x", [](V x) { return 1 < x; }, [](D x) { return 1 < x ? 1.0 : 0.0; }, zero, zero, -3, 3},
  };
}
// clang-format on

struct Size {
  arma::uword rows, cols;
};
const Size sizes[] = {{0, 0}, {0, 4}, {4, 0}, {1, 1}, {1, 5}, {5, 1}, {3, 4}, {17, 9}, {64, 3}};

/// f of every entry, in double.
template <class eT, class F>
arma::mat each(const arma::Mat<eT>& x, F f) {
  arma::mat y = to_double(x);
  for (double& entry : y) entry = f(entry);
  return y;
}

template <class eT>
arma::Mat<eT> value_of(const Case<eT>& c, const arma::Mat<eT>& x) {
  Tape<eT> tape;
  return c.on_tape(tape.variable(x)).value();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(values_and_gradients_on_every_shape, eT, Reals) {
  for (const Case<eT>& c : cases<eT>()) {
    for (const auto [rows, cols] : sizes) {
      BOOST_TEST_CONTEXT(c.name << " of " << rows << "x" << cols) {
        const auto x = uniform<eT>(rows, cols, c.low, c.high), C = uniform<eT>(rows, cols);
        BOOST_TEST(error(value_of(c, x), each(x, c.value)) < tolerance<eT>);
        const auto loss = [&](const Var<eT>& v) { return accu(C % c.on_tape(v)); };
        const auto [J, g] = value_and_gradient(loss, x);
        BOOST_TEST(error(J, arma::accu(to_double(C) % each(x, c.value))) < (1 + double(x.n_elem)) * tolerance<eT>);
        BOOST_TEST(error(g, arma::mat(to_double(C) % each(x, c.slope))) < tolerance<eT>);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(second_derivatives, eT, Reals) {
  for (const Case<eT>& c : cases<eT>()) {
    for (const auto [rows, cols] : sizes) {
      BOOST_TEST_CONTEXT(c.name << " of " << rows << "x" << cols) {
        const auto x = uniform<eT>(rows, cols, c.low, c.high), C = uniform<eT>(rows, cols), V = uniform<eT>(rows, cols);
        const auto Hv = hessian_vector_product([&](const Var<eT>& v) { return accu(c.on_tape(v) % C); }, x, V);
        BOOST_TEST(error(Hv, arma::mat(to_double(C) % each(x, c.curve) % to_double(V))) < 10 * tolerance<eT>);
      }
    }
  }
}

// In a matrix, in a number, and where the sum is taken on the fly.
BOOST_AUTO_TEST_CASE_TEMPLATE(edges_have_the_values_of_the_standard_library, eT, Reals) {
  const double tiny = std::numeric_limits<eT>::denorm_min(), huge = std::numeric_limits<eT>::max();
  for (const Case<eT>& c : cases<eT>()) {
    for (const double at :
         {0.0, -0.0, -1.0, tiny, -tiny, 1e-6, -700.0, 700.0, 1e4, -1e4, huge, -huge, inf, -inf, not_a_number}) {
      BOOST_TEST_CONTEXT(c.name << " at " << at) {
        const auto x = filled(3, 7, eT(at)), expected = filled(3, 7, eT(c.value(double(eT(at)))));
        BOOST_TEST(error(value_of(c, x), expected) < tolerance<eT>);
        Tape<eT> tape;
        BOOST_TEST(error(c.on_tape(tape.variable(eT(at))).value(), arma::Mat<eT>{expected(0)}) < tolerance<eT>);
        const eT total = accu(c.on_tape(tape.variable(x))).scalar();
        BOOST_TEST(error(total, eT(21 * double(expected(0)))) < tolerance<eT>);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_in_gives_nan_out, eT, Reals) {
  for (const Case<eT>& c : cases<eT>()) {
    if (std::string(c.name).find_first_of("<>") != std::string::npos) continue;  // comparisons are false
    BOOST_TEST_CONTEXT(c.name) {
      auto x = filled(5, 3, eT(0.5));
      x(3, 1) = eT(not_a_number);
      const arma::uvec where = arma::find_nan(value_of(c, x));
      BOOST_REQUIRE_EQUAL(where.n_elem, 1U);
      BOOST_TEST(where(0) == 8U);
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slopes_at_kinks_and_far_out, eT, Reals) {
  struct Point {
    const char* name;
    double at, slope;
  };
  const Point points[] = {
      {"relu", 0, 0},
      {"relu", -0.0, 0},
      {"relu", inf, 1},
      {"relu", -inf, 0},
      {"abs", 0, 0},
      {"abs", -0.0, 0},
      {"abs", inf, 1},
      {"abs", -inf, -1},
      {"sign", 0, 0},
      {"sqrt", 0, inf},
      {"log", 0, inf},
      {"log", inf, 0},
      {"square", 0, 0},
      {"pow 3", 0, 0},
      {"pow 1", 0, 1},
      {"tanh", 1e4, 0},
      {"tanh", -inf, 0},
      {"sigmoid", 1e4, 0},
      {"sigmoid", -1e4, 0},
      {"sigmoid", inf, 0},
      {"sigmoid", -inf, 0},
      {"softplus", 1e4, 1},
      {"softplus", -1e4, 0},
      {"softplus", -inf, 0},
      {"softplus", inf, 1},
      {"exp", -inf, 0},
      {"x > 0.5", 0.5, 0},
      {"tanh", not_a_number, not_a_number},
      {"softplus", not_a_number, not_a_number},
      {"abs", not_a_number, not_a_number},
  };
  for (const Case<eT>& c : cases<eT>()) {
    for (const Point& p : points) {
      if (std::string(p.name) != c.name) continue;
      BOOST_TEST_CONTEXT(c.name << " at " << p.at) {
        const auto x = filled(2, 9, eT(p.at));
        const auto loss = [&](const Var<eT>& v) { return accu(c.on_tape(v)); };
        BOOST_TEST(error(gradient(loss, x), filled(2, 9, p.slope)) == 0);
        Tape<eT> tape;
        const auto number = tape.variable(eT(p.at));
        tape.backward(c.on_tape(number));
        BOOST_TEST(error(double(tape.gradient(number)(0)), p.slope) == 0);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(powers_of_zero, eT, Reals) {
  const arma::Mat<eT> x(1, 2, arma::fill::zeros);
  const auto power = [&](double e) { return [e](const Var<eT>& v) { return accu(pow(v, e)); }; };
  BOOST_TEST(value_and_gradient(power(0), x).first == eT(2));
  BOOST_TEST(error(gradient(power(0), x), x) == 0);
  BOOST_TEST(error(gradient(power(1), x), arma::mat{{1, 1}}) == 0);
  BOOST_TEST(error(gradient(power(2), x), x) == 0);
  BOOST_TEST(error(gradient(power(0.5), x), arma::mat{{inf, inf}}) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
