// What ensmallen expects of a function object, by static checks and a small stand-in for its optimisers.
#define BOOST_TEST_MODULE objective
#include <armagrad/nn/lbfgs.hpp>
#include <armagrad/nn/objective.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::vec;

/// The signatures that ensmallen looks for.
template <class F, class M>
concept Plain = requires(F f, const M& w, M& g) {
  { f.Evaluate(w) } -> std::convertible_to<double>;
  f.Gradient(w, g);
  { f.EvaluateWithGradient(w, g) } -> std::convertible_to<double>;
};
template <class F, class M>
concept Separable = Plain<F, M> && requires(F f, const M& w, M& g, std::size_t i, std::size_t n) {
  { f.NumFunctions() } -> std::convertible_to<std::size_t>;
  f.Shuffle();
  { f.Evaluate(w, i, n) } -> std::convertible_to<double>;
  f.Gradient(w, i, g, n);
  { f.EvaluateWithGradient(w, i, g, n) } -> std::convertible_to<double>;
};

// Packed: W is 4 x 2 with a bias as a fifth row.
const auto loss = [](auto w, auto x, auto y) {
  return accu(square(w.head_rows(4).t() * x + repmat(w.row(4).t(), 1, x.n_cols) - y));
};
const auto ridge = [](auto w) { return accu(square(w - 3)) + accu(w % w % w % w); };

template <class eT>
struct Problem {
  arma::Mat<eT> X = uniform<eT>(4, 30), Y = uniform<eT>(2, 30), W = uniform<eT>(5, 2);
  SeparableObjective<eT, 2> f = as_separable(loss, X, Y);

  double by_hand(arma::uword begin, arma::uword n, mat* g = nullptr) const {
    const mat x = to_double(X).eval().cols(begin, begin + n - 1), y = to_double(Y).eval().cols(begin, begin + n - 1),
              w = to_double(W);
    const mat R = w.head_rows(4).t() * x + arma::repmat(w.row(4).t(), 1, n) - y;
    if (g) *g = arma::join_cols(2 * x * R.t(), 2 * arma::sum(R, 1).t());
    return arma::accu(R % R);
  }
};

/// A stand-in for ensmallen's wrapper, which derives from the user's function.
template <class F>
struct Wrapped : F {
  explicit Wrapped(F f) : F(std::move(f)) {}
};

/// A stand-in for its SGD: batches from a place on, a gradient that arrives empty, iterates that move in
/// memory.
template <class F, class M>
void sgd(F& f, M& x, double rate, std::size_t batch, int epochs) {
  for (int epoch = 0; epoch < epochs; ++epoch) {
    f.Shuffle();
    for (std::size_t i = 0; i < f.NumFunctions(); i += batch) {
      M g;
      const M at = x;
      f.EvaluateWithGradient(at, i, g, std::min(batch, f.NumFunctions() - i));
      x -= rate * g;
    }
  }
}

}  // namespace

static_assert(Plain<Objective<double>, mat> && Plain<Objective<float>, arma::fmat>);
static_assert(Separable<SeparableObjective<double, 2>, mat> && Separable<SeparableObjective<float, 1>, arma::fmat>);
static_assert(!std::is_final_v<Objective<double>> && !std::is_final_v<SeparableObjective<double, 2>>);

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(sums_over_the_batch, eT, Reals) {
  Problem<eT> p;
  BOOST_TEST(p.f.NumFunctions() == 30U);
  for (const auto& [begin, n] :
       std::vector<std::pair<arma::uword, arma::uword>>{{0, 30}, {0, 1}, {7, 8}, {29, 1}, {7, 8}}) {
    mat expected;
    const double J = p.by_hand(begin, n, &expected);
    arma::Mat<eT> g, h;
    BOOST_TEST(error(p.f.Evaluate(p.W, begin, n), J) < 10 * tolerance<eT>);
    BOOST_TEST(error(p.f.EvaluateWithGradient(p.W, begin, g, n), J) < 10 * tolerance<eT>);
    BOOST_TEST(error(to_double(g), expected) < 20 * tolerance<eT>);
    const arma::Mat<eT> elsewhere = p.W;  // the same numbers at another address: the same bits
    p.f.Gradient(elsewhere, begin, h, n);
    BOOST_TEST(error(g, h) == 0);
  }
  arma::Mat<eT> whole;
  BOOST_TEST(error(p.f.EvaluateWithGradient(p.W, whole), p.by_hand(0, 30)) < 10 * tolerance<eT>);
  BOOST_TEST(p.f.Evaluate(p.W) == p.f.Evaluate(p.W, 0, 30));
}

BOOST_AUTO_TEST_CASE(shuffling) {
  Problem<double> p;
  auto same = as_separable(loss, p.X, p.Y);
  const mat X = p.X;
  std::vector<double> before, after;
  for (arma::uword i = 0; i < 30; ++i) before.push_back(p.f.Evaluate(p.W, i, 1));
  p.f.Shuffle();
  same.Shuffle();
  for (arma::uword i = 0; i < 30; ++i) {
    after.push_back(p.f.Evaluate(p.W, i, 1));
    BOOST_TEST(after.back() == same.Evaluate(p.W, i, 1));
  }
  BOOST_TEST(after != before);
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  BOOST_TEST(after == before, boost::test_tools::per_element());
  BOOST_TEST(error(p.X, X) == 0);  // its own copy is shuffled
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_stand_in_for_ensmallens_sgd, eT, Reals) {
  Problem<eT> p;
  const mat A = arma::join_cols(to_double(p.X), mat(1, 30, arma::fill::ones)),
            best = arma::solve(A * A.t(), A * to_double(p.Y).t());
  Wrapped wrapped(std::move(p.f));
  sgd(wrapped, p.W, 0.02, 30, 2000);
  BOOST_TEST(error(to_double(p.W), best) < 1e-4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lbfgs_finds_the_minimum, eT, Reals) {
  // 2 (w - 3) + 4 w^3 = 0, by Newton.
  double root = 1;
  for (int i = 0; i < 50; ++i) root -= (2 * (root - 3) + 4 * root * root * root) / (2 + 12 * root * root);
  auto f = as_objective<eT>(ridge);
  arma::Mat<eT> w = uniform<eT>(4, 3), g;
  const double J = lbfgs(f, w, {.evaluations = 200, .tolerance = 1e-6});
  // Rounding of the loss, which is flat there, hides more in float: some 1e-5, by the processor.
  BOOST_TEST(error(to_double(w), filled(4, 3, root)) < (std::is_same_v<eT, float> ? 1e-4 : 1e-5));
  BOOST_TEST(error(J, f.EvaluateWithGradient(w, g)) < 1e-12);
  arma::Mat<eT> again = uniform<eT>(4, 3);
  int asked = 0;
  lbfgs(f, again, {.evaluations = 200}, [&](double) { return ++asked < 3; });
  BOOST_TEST(asked == 3);
}

// The first steps from these points leave the domain, where the loss is infinite or NaN, or its matrix indefinite.
BOOST_AUTO_TEST_CASE(lbfgs_steps_back_into_the_domain) {
  const vec slopes{1, 2, 3, 4, 5};  // of slopes'w - sum(log(w)), whose minimum is at 1 / slopes
  auto barrier = as_objective([&](auto w) { return dot(w, slopes) - accu(log(w)); });
  for (const double start : {1e-3, 0.5, 100.0}) {
    mat w = filled(5, 1, start);
    const double J = lbfgs(barrier, w, {});
    BOOST_TEST(error(w, mat(1 / slopes)) < 1e-6);
    BOOST_TEST(error(J, 5 + std::log(120.0)) < 1e-12);
  }
  // trace(A W) - log det W has its minimum at W = A^-1. chol refuses a W that is not positive definite.
  const mat A{{2, 0.5}, {0.5, 1}};
  auto likelihood = as_objective([&](auto w) { return trace(view(A) * w) - log_det_sympd(w); });
  mat W = filled(2, 2, 0.0) + 1e-2 * mat(2, 2, arma::fill::eye);
  lbfgs(likelihood, W, {});
  BOOST_TEST(error(W, mat(arma::inv(A))) < 1e-6);
}

BOOST_AUTO_TEST_CASE(lbfgs_evaluates_as_often_as_it_may) {
  int calls = 0;
  const LossAndGradient<double> f = [&](const mat& x, mat& g) {
    ++calls;
    g = 2 * x;
    return arma::accu(arma::square(x));
  };
  mat x{3.0};
  BOOST_TEST(lbfgs(f, x, {.evaluations = 0}) == inf);
  BOOST_TEST(calls == 0);
  BOOST_TEST(x(0) == 3);
  lbfgs(f, x, {.evaluations = 1});
  BOOST_TEST(calls == 1);
  // Where every step fails, that is said, in the words of what failed, after the best point was kept.
  const LossAndGradient<double> fails = [&](const mat& at, mat& g) {
    if (at(0) != 3) throw std::runtime_error("no disk");
    return f(at, g);
  };
  x = 3;
  BOOST_CHECK_EXCEPTION(lbfgs(fails, x, {}), std::runtime_error,
                        [](const auto& e) { return e.what() == std::string("no disk"); });
  BOOST_TEST(x(0) == 3);
}

BOOST_AUTO_TEST_CASE(what_cannot_be) {
  Problem<double> p;
  mat g;
  check_says(refusal([&] { p.f.EvaluateWithGradient(p.W, 20, g, 11); }), {"as_separable", "20 to 31 of 30"});
  check_says(refusal([&] { p.f.Evaluate(p.W, ~std::size_t(0), 2); }), {"of 30"});
  check_says(refusal([&] { as_separable(loss, p.X, mat(2, 29)); }), {"30 and 29"});
  auto bad = as_objective([](auto w) { return accu(log(w)); });
  mat w(2, 2, arma::fill::zeros);
  BOOST_CHECK_THROW(lbfgs(bad, w, {}), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
