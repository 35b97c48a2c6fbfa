#define BOOST_TEST_MODULE check_function
#include <armagrad/armagrad.hpp>
#include <random>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// Logistic regression, by hand.
template <class eT>
struct Logistic {
  arma::Mat<eT> X = uniform<eT>(5, 40), y = arma::sign(uniform<eT>(1, 40));

  eT loss(const arma::Mat<eT>& w) const { return accu(arma::log(1 + arma::exp(-y % (w.t() * X)))) / X.n_cols; }
  arma::Mat<eT> gradient(const arma::Mat<eT>& w) const {
    return -X * (y / (1 + arma::exp(y % (w.t() * X)))).t() / X.n_cols;
  }
};

std::string text(const GradientCheck& report) {
  std::ostringstream out;
  out << report;
  return out.str();
}

/// As ensmallen's functions are.
struct Evaluated : Logistic<double> {
  double Evaluate(const arma::mat& w) { return loss(w); }
  void Gradient(const arma::mat& w, arma::mat& g) { g = gradient(w); }
};
struct EvaluatedAtOnce : Logistic<double> {
  double factor = 1;
  double Evaluate(const arma::mat& w) { return loss(w); }
  double EvaluateWithGradient(const arma::mat& w, arma::mat& g) {
    g = factor * gradient(w);
    return loss(w);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(check_function, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_right_gradient_passes_and_small_errors_do_not, eT, Reals) {
  const Logistic<eT> d;
  const arma::Mat<eT> w = uniform<eT>(5, 1);
  const auto f = [&](const arma::Mat<eT>& v) { return d.loss(v); };
  const auto report = check_gradient(
      f, [&](const arma::Mat<eT>& v) { return d.gradient(v); }, w);
  BOOST_TEST(report.passed(), report);
  const double caught = std::is_same_v<eT, double> ? 1e-8 : 1e-2;
  for (const double e : {caught, -caught, 1.0, -2.0}) {
    const auto wrong = check_gradient(
        f, [&](const arma::Mat<eT>& v) { return arma::Mat<eT>((1 + e) * d.gradient(v)); }, w);
    BOOST_TEST(!wrong.passed(), e << "\n" << wrong);
    const auto one_entry = check_gradient(
        f,
        [&](const arma::Mat<eT>& v) {
          arma::Mat<eT> g = d.gradient(v);
          g(3) *= eT(1 + 50 * e);
          return g;
        },
        w);
    BOOST_TEST(!one_entry.passed());
    BOOST_TEST(one_entry.evidence[0].row == 3u);
  }
}

BOOST_AUTO_TEST_CASE(no_false_alarm_at_many_points) {
  const Logistic<double> d;
  for (int i = 0; i < 300; ++i) {
    const arma::mat w = std::pow(10.0, i % 5 - 2) * uniform(5, 1);
    const auto report = check_gradient([&](const arma::mat& v) { return d.loss(v); },
                                       [&](const arma::mat& v) { return d.gradient(v); }, w);
    // A loss of less than its rounding errors, log(1 + exp(-100)), says nothing of its gradient.
    const bool visible = arma::norm(d.gradient(w)) > 1e-8;
    BOOST_TEST((report.verdict() != Verdict::failed && report.passed() >= visible), report);
  }
}

BOOST_AUTO_TEST_CASE(vectors_rows_and_std_vector) {
  const auto f = [](const auto& v) {
    double sum = 0;
    for (const double x : v) sum += x * x * x;
    return sum;
  };
  const auto g = [](auto v) {
    for (double& x : v) x = 3 * x * x;
    return v;
  };
  BOOST_TEST(check_gradient(f, g, arma::vec{1, -2, 3}).passed());
  BOOST_TEST(check_gradient(f, g, arma::rowvec{1, -2, 3}).passed());
  BOOST_TEST(check_gradient(f, g, std::vector<double>{1, -2, 3}).passed());
  BOOST_TEST(!check_gradient(
                  f, [](auto v) { return v; }, std::vector<double>{1, -2, 3})
                  .passed());
}

BOOST_AUTO_TEST_CASE(several_parameters) {
  const arma::mat X = uniform(4, 6), A = uniform(4, 3), b = uniform(3, 1);
  const auto f = [&](const arma::mat& a, const arma::vec& c) {
    return accu(arma::square((a.t() * X).eval().each_col() + c));
  };
  const auto g = [&](const arma::mat& a, const arma::vec& c) {
    const arma::mat R = 2 * ((a.t() * X).eval().each_col() + c);
    return std::tuple(arma::mat(X * R.t()), arma::vec(arma::sum(R, 1)));
  };
  BOOST_TEST(check_gradient(f, g, A, arma::vec(b)).passed());
  const auto wrong = check_gradient(
      f,
      [&](const arma::mat& a, const arma::vec& c) {
        return std::tuple(std::get<0>(g(a, c)), arma::vec(2 * std::get<1>(g(a, c))));
      },
      A, arma::vec(b));
  BOOST_TEST(!wrong.passed());
  check_says(text(wrong), {"W1", "W2", "FAILED"});
}

BOOST_AUTO_TEST_CASE(functions_as_ensmallen_has_them) {
  const arma::mat w = uniform(5, 1);
  BOOST_TEST(check_gradient(Evaluated(), w).passed());
  EvaluatedAtOnce at_once;
  BOOST_TEST(check_gradient(at_once, w).passed());
  at_once.factor = 2;
  BOOST_TEST(!check_gradient(at_once, w).passed());
}

BOOST_AUTO_TEST_CASE(large_parameters_are_seen_by_directions) {
  const arma::mat X = uniform(60, 30), W = uniform(60, 20);
  const auto f = [&](const arma::mat& w) { return accu(arma::square(w.t() * X)); };
  const auto g = [&](const arma::mat& w) { return arma::mat(2 * X * X.t() * w); };
  BOOST_TEST(check_gradient(f, g, W).passed());
  const auto wrong = check_gradient(
      f,
      [&](const arma::mat& w) {
        arma::mat h = g(w);
        h.col(19) *= 1 + 1e-4;
        return h;
      },
      W);
  BOOST_TEST(!wrong.passed(), wrong);
}

/// What the checker does beside calling the functions grows linearly with the number of entries: if it grew with its
/// square, four million would take hours, and the test's time is limited.
BOOST_AUTO_TEST_CASE(many_parameters_take_linear_time) {
  const arma::vec w = uniform(4'000'000, 1);
  struct Enough {};
  int values = 0, gradients = 0;
  const auto f = [&](const arma::vec& v) { return ++values < 5 ? accu(v) : throw Enough(); };
  const auto g = [&](const arma::vec& v) {
    ++gradients;
    return v;
  };
  BOOST_CHECK_THROW(check_gradient(f, g, w), Enough);
  BOOST_TEST(gradients > 7);
}

BOOST_AUTO_TEST_CASE(kinks_are_counted_and_not_failed) {
  const auto f = [](const arma::vec& v) { return accu(arma::abs(v)) + accu(v % v); };
  const auto report = check_gradient(
      f, [](const arma::vec& v) { return arma::vec(arma::sign(v) + 2 * v); }, arma::vec{1, 0, -2});
  BOOST_TEST(report.passed(), report);
  BOOST_TEST(report.evidence[0].kinks == 1u);
  check_says(text(report), {"1 entry at a kink"});
}

BOOST_AUTO_TEST_CASE(what_cannot_be_compared_is_said) {
  std::mt19937_64 random(1);
  const auto noisy = [&](const arma::vec& v) { return accu(v) + double(random() >> 11) * 0x1p-53; };
  check_says(text(check_gradient(
                 noisy, [](const arma::vec& v) { return v; }, arma::vec{1, 2})),
             {"FAILED", "two calls gave", "seed its generator"});
  const auto f = [](const arma::mat& v) { return accu(v % v); };
  check_says(text(check_gradient(
                 f, [](const arma::mat& v) { return arma::mat(v.t()); }, arma::mat(2, 3, arma::fill::ones))),
             {"FAILED", "shape mismatch", "2x3", "3x2"});
  BOOST_TEST(!check_gradient(
                  f, [](const arma::mat& v) { return arma::mat(v * not_a_number); }, arma::mat(2, 2, arma::fill::ones))
                  .passed());
  BOOST_TEST(!check_gradient([](const arma::mat& v) { return accu(arma::log(v)); },
                             [](const arma::mat& v) { return arma::mat(1 / v); },
                             arma::mat(2, 2, arma::fill::value(-1)))
                  .passed());
}

BOOST_AUTO_TEST_CASE(nothing_to_check) {
  const auto f = [](const arma::mat& v) { return accu(v); };
  BOOST_TEST(check_gradient(
                 f, [](const arma::mat& v) { return v; }, arma::mat(0, 3))
                 .passed());
}

BOOST_AUTO_TEST_SUITE_END()
