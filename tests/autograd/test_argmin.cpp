#define BOOST_TEST_MODULE argmin
#include <armagrad/armagrad.hpp>

#include <cmath>

#include "tests/support/fourth_order.hpp"
#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::vec;

namespace {

struct Ridge : Seeded {
  const mat X = uniform(3, 20), V = uniform(3, 15);
  const vec y = uniform(20, 1), z = uniform(15, 1);

  /// The validation loss of a ridge regression, by its penalty's logarithm; weights by `fit(l2)`.
  template <class Fit>
  auto validation(Fit fit) const {
    return [this, fit](const auto& log_l2) { return accu(square(V.t() * fit(exp(log_l2)) - z)); };
  }
  auto by_argmin() const {
    return validation([this](const auto& l2) {
      return argmin([this](const auto& w, const auto& l) { return accu(square(X.t() * w - view(y))) + l * dot(w, w); },
                    vec(3), l2);
    });
  }
  auto by_normal_equations() const {
    return validation([this](const auto& l2) { return solve(X * X.t() + l2 * mat(3, 3, arma::fill::eye), X * y); });
  }
};

/// Weights of a logistic regression with a penalty for each of them.
struct Logistic : Seeded {
  const mat X = uniform(4, 60, -2, 2);
  const arma::rowvec y = arma::sign(arma::rowvec(uniform(1, 60)) + X.row(0) - 0.5 * X.row(2));
  const vec log_l2 = uniform(4, 1), v = uniform(4, 1);

  auto inner() const {
    return [this](const auto& w, const auto& p) {
      return accu(softplus(-y % (w.t() * view(X)))) + dot(exp(p), square(w));
    };
  }
  /// The weights by Newton's method, written by hand.
  vec by_hand(const vec& p) const {
    vec w(4, arma::fill::zeros);
    for (int i = 0; i < 30; ++i) {
      const arma::rowvec q = 1 / (1 + arma::exp(y % (w.t() * X)));
      const vec g = -X * (q % y).t() + 2 * arma::exp(p) % w;
      const mat H = X * arma::diagmat(q % (1 - q)) * X.t() + arma::diagmat(2 * arma::exp(p));
      w -= arma::solve(H, g);
    }
    return w;
  }
  static double score(const vec& w) { return arma::accu(arma::sin(w)) + arma::dot(w, w); }
  auto outer() const {
    return [this](const auto& p) {
      const auto w = argmin(inner(), vec(4), p);
      return accu(sin(w)) + dot(w, w);
    };
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(ridge_as_its_normal_equations, Ridge) {
  const double at = -0.7;
  const auto [J, g] = value_and_gradient(by_argmin(), at);
  const auto [K, h] = value_and_gradient(by_normal_equations(), at);
  BOOST_TEST(error(J, K) <= 1e-14);
  BOOST_TEST(error(g, h) <= 1e-13);
  BOOST_TEST(error(hessian(by_argmin(), at), hessian(by_normal_equations(), at)) <= 1e-12);
  BOOST_TEST(error(jvp(by_argmin(), at, 1.0).second(0), h) <= 1e-13);
  const auto report = check_gradient(by_argmin(), at);
  BOOST_TEST(report.passed(), report);
}

BOOST_FIXTURE_TEST_CASE(logistic_regression_with_a_penalty_for_each_weight, Logistic) {
  const auto [J, g] = value_and_gradient(outer(), log_l2);
  BOOST_TEST(error(J, score(by_hand(log_l2))) <= 1e-13);
  const mat by_differences = fourth_order(
      [&](const mat& t) {
        mat s(4, 1);
        for (int k = 0; k < 4; ++k) {
          vec p = log_l2;
          p(k) += t(0);
          s(k) = score(by_hand(p));
        }
        return s;
      },
      mat(1, 1, arma::fill::zeros), mat(1, 1, arma::fill::ones));
  BOOST_TEST(error(mat(g), by_differences) <= 1e-10);
  BOOST_TEST(second_error(outer(), log_l2, v) <= 1e-9);
  const mat H = hessian(outer(), log_l2);
  BOOST_TEST(error(H, mat(H.t())) <= 1e-12);
  CheckOptions<double> options;
  options.hessian = true;
  const auto report = check_gradient(options, outer(), log_l2);
  BOOST_TEST(report.passed(), report);
}

BOOST_FIXTURE_TEST_CASE(in_float, Logistic) {
  const arma::fmat Xf = arma::conv_to<arma::fmat>::from(X);
  const arma::frowvec yf = arma::conv_to<arma::frowvec>::from(y);
  const auto loss = [&](const auto& p) {
    const auto w = argmin(
        [&](const auto& u, const auto& q) { return accu(softplus(-yf % (u.t() * view(Xf)))) + dot(exp(q), square(u)); },
        arma::fvec(4), p);
    return accu(sin(w)) + dot(w, w);
  };
  const auto [J, g] = value_and_gradient(loss, arma::conv_to<arma::fvec>::from(log_l2));
  const auto [K, h] = value_and_gradient(outer(), log_l2);
  BOOST_TEST(error(double(J), K) <= 1e-5);
  BOOST_TEST(error(arma::fmat(g), mat(h)) <= 1e-4);
}

BOOST_AUTO_TEST_CASE(a_minimum_inside_of_a_minimum) {
  // y*(x) = argmin_y (y - x)^2 + p y^2 = x / (1 + p); x* = argmin_x (y*(x) - 1)^2 + p x^2 = u / (u^2 + p), u = 1/(1 +
  // p).
  const auto x_star = [](const auto& p) {
    return argmin(
        [](const auto& x, const auto& q) {
          const auto y = argmin(
              [](const auto& v, const auto& w, const auto& r) { return square(v - w) + r * square(v); }, 0.0, x, q);
          return square(y - 1) + q * square(x);
        },
        0.0, p);
  };
  const auto closed = [](const auto& p) {
    const auto u = 1 / (1 + p);
    return u / (square(u) + p);
  };
  const double p = 0.3;
  BOOST_TEST(error(value_and_gradient(x_star, p).first, value_and_gradient(closed, p).first) <= 1e-14);
  BOOST_TEST(error(gradient(x_star, p), gradient(closed, p)) <= 1e-13);
  BOOST_TEST(error(hessian(x_star, p), hessian(closed, p)) <= 1e-12);
}

BOOST_FIXTURE_TEST_CASE(operands_of_every_kind, Seeded) {
  // x = argmin |x - a b'|^2 + k |x|^2 = a b' / (1 + k), with a node given twice, a constant, and one that has no part.
  const vec a = uniform(3, 1);
  const arma::rowvec b = uniform(1, 2);
  const auto fit = [&](auto solved) {
    return [&, solved](const auto& u, const auto& v, const auto& k) {
      return accu(sin(solved(u, v, k, k, view(b), u * 2)));
    };
  };
  const auto by_argmin = fit([](const auto&... p) {
    return argmin([](const auto& x, const auto& u, const auto& v, const auto& k, const auto& l, const auto& c,
                     const auto&) { return accu(square(x - u * v)) + k * l * accu(square(x)) + 0 * accu(c); },
                  mat(3, 2), p...);
  });
  const auto closed = fit([](const auto& u, const auto& v, const auto& k, const auto& l, const auto&, const auto&) {
    return u * v / (1 + k * l);
  });
  const auto [J, g] = value_and_gradient(by_argmin, a, b, 0.4);
  const auto [K, h] = value_and_gradient(closed, a, b, 0.4);
  BOOST_TEST(error(J, K) <= 1e-14);
  BOOST_TEST(error(mat(std::get<0>(g)), mat(std::get<0>(h))) <= 1e-13);
  BOOST_TEST(error(mat(std::get<1>(g)), mat(std::get<1>(h))) <= 1e-13);
  BOOST_TEST(error(std::get<2>(g), std::get<2>(h)) <= 1e-13);
}

BOOST_FIXTURE_TEST_CASE(replayed_and_in_threads, Logistic) {
  auto step = record(outer(), variables(log_l2));
  for (int i = 0; i < 3; ++i) {
    const vec p = uniform(4, 1);
    BOOST_TEST(error(step.value(p), score(by_hand(p))) <= 1e-13);
    BOOST_TEST(error(mat(step.value_and_gradient(p).second), mat(gradient(outer(), p))) <= 1e-14);
  }
  // For each sample c the x that makes exp(x) - c x least: log c.
  const auto each = [](const auto& s, const auto& c) {
    return s * accu(argmin([](const auto& x, const auto& k) { return accu(exp(x) - k % x); }, arma::rowvec(10), c));
  };
  const arma::rowvec c = uniform(1, 100, 0.5, 2);
  const auto loss = [&](unsigned threads) {
    return [&, threads](const auto& s) { return sum_over_samples(Blocks{10, threads, 1}, each, samples(view(c)), s); };
  };
  BOOST_TEST(error(gradient(loss(1), 1.5), arma::accu(arma::log(c))) <= 1e-13);
  BOOST_TEST(gradient(loss(1), 1.5) == gradient(loss(2), 1.5));
}

BOOST_FIXTURE_TEST_CASE(an_inner_loss_that_sums_over_samples, Logistic) {
  const auto in_blocks = [&](const auto& p) {
    const auto w = argmin(
        [&](const auto& u, const auto& q) {
          return sum_over_samples(
                     Blocks{16},
                     [](const auto& a, const auto& x, const auto& s) { return accu(softplus(-s % (a.t() * x))); },
                     samples(view(X), view(y)), u) +
                 dot(exp(q), square(u));
        },
        vec(4), p);
    return accu(sin(w)) + dot(w, w);
  };
  BOOST_TEST(error(mat(gradient(in_blocks, log_l2)), mat(gradient(outer(), log_l2))) <= 1e-12);
  BOOST_TEST(error(mat(hessian_vector_product(in_blocks, log_l2, v)),
                   mat(hessian_vector_product(outer(), log_l2, v))) <= 1e-11);
}

BOOST_AUTO_TEST_CASE(out_of_hard_starts) {
  // Rosenbrock's function from where its Hessian is positive definite, and from where it is not.
  const auto rosenbrock = [](const auto& x, const auto& a) {
    return square(a - x(0)) + 100 * square(x(1) - square(x(0)));
  };
  for (const vec& start : {vec{-1.2, 1}, vec{0.2, 3}, vec{-3, -4}})
    BOOST_TEST(error(mat(vec(argmin(rosenbrock, start, 1.0))), mat(vec{1, 1})) <= 1e-10);
  // A step of Newton's from 10 goes to x < 0, where log(x) is a NaN.
  BOOST_TEST(error(argmin([](const auto& x, const auto& p) { return p * x - log(x); }, 10.0, 2.0), 0.5) <= 1e-15);
  BOOST_TEST(error(argmin([](const auto& x) { return square(square(x)) / 4 - square(x) / 2; }, 0.1), 1.0) <= 1e-15);
  BOOST_TEST(error(root([](const auto& x, const auto& p) { return atan(x) - p; }, 20.0, 0.5), std::tan(0.5)) <= 1e-14);
  // A solution that is 0, and one far below the start: compared with itself, not with 1.
  BOOST_TEST(std::abs(root([](const auto& x) { return sinh(x); }, 2.0)) <= 1e-16);
  BOOST_TEST(std::abs(root([](const auto& x) { return square(x) - 1e-18; }, 1.0) - 1e-9) <= 1e-23);
  BOOST_TEST(std::abs(argmin([](const auto& x) { return square(x * 1e9 - 1); }, 1.0) - 1e-9) <= 1e-24);
  // A chol that refuses a step too far.
  const auto from_chol = [](const auto& x) { return trace(chol(x * mat(2, 2, arma::fill::eye))) - 4 * log(x); };
  BOOST_TEST(error(argmin(from_chol, 100.0), 16.0) <= 1e-13);
}

/// L-BFGS finds the minima of Newton's method, to rounding, and their derivatives.
BOOST_FIXTURE_TEST_CASE(by_lbfgs, Logistic) {
  const auto loss_by = [this](const auto& solver) {
    return [this, solver](const auto& p) {
      const auto w = argmin(solver, inner(), vec(4), p);
      return accu(sin(w)) + dot(w, w);
    };
  };
  const auto loss = loss_by(Lbfgs{});
  const auto [J, g] = value_and_gradient(loss, log_l2);
  BOOST_TEST(error(J, score(by_hand(log_l2))) <= 1e-13);
  BOOST_TEST(error(mat(g), mat(gradient(outer(), log_l2))) <= 1e-12);
  BOOST_TEST(second_error(loss, log_l2, v) <= 1e-8);
  BOOST_TEST(bool(check_gradient(loss, log_l2)));

  // A valley of 200 unknowns, whose least point is all ones (Rosenbrock, chained).
  const auto valley = [](const auto& x) {
    const uword n = x.n_elem;
    return accu(100 * square(x.tail(n - 1) - square(x.head(n - 1))) + square(1 - x.head(n - 1)));
  };
  BOOST_TEST(error(mat(vec(argmin(Lbfgs{}, valley, vec(200, arma::fill::value(0.5))))),
                   mat(200, 1, arma::fill::ones)) <= 1e-12);
  // A bowl whose sides differ: as many evaluations as there are directions, or few more.
  unsigned evaluations = 0;
  const vec steep = arma::logspace(0, 3, 6);
  const auto counted = [&](const auto& x) { return ++evaluations, accu(steep % square(x - 1)); };
  BOOST_TEST(error(mat(vec(argmin(Lbfgs{}, counted, vec(6)))), mat(6, 1, arma::fill::ones)) <= 1e-12);
  BOOST_TEST(evaluations < 60u);
  // Steps that leave the domain of a logarithm or of chol, a number, a start that is the minimum, and one that is 0.
  BOOST_TEST(error(argmin(
                       Lbfgs{}, [](const auto& x, const auto& p) { return p * x - log(x); }, 10.0, 2.0),
                   0.5) <= 1e-12);
  const auto from_chol = [](const auto& x) { return trace(chol(x * mat(2, 2, arma::fill::eye))) - 4 * log(x); };
  BOOST_TEST(error(argmin(Lbfgs{}, from_chol, 100.0), 16.0) <= 1e-12);
  const auto bowl = [](const auto& x) { return accu(square(x - 1)); };
  BOOST_TEST(error(mat(vec(argmin(Lbfgs{}, bowl, vec{1, 1}))), mat(vec{1, 1})) <= 1e-15);
  BOOST_TEST(std::abs(argmin(
                 Lbfgs{}, [](const auto& x) { return cosh(x); }, 2.0)) <= 1e-15);
  BOOST_TEST(std::abs(argmin(
                          Lbfgs{}, [](const auto& x) { return square(x) * float(2) - x; }, 3.0f) -
                      0.25f) <= 1e-6f);
}

BOOST_FIXTURE_TEST_CASE(a_solver_of_the_users, Logistic) {
  int calls = 0;
  const auto solver = solved_by([&](const vec& start, const vec& p) {
    ++calls;
    BOOST_TEST(start.n_elem == 4U);
    return by_hand(p);
  });
  const auto loss = [&](const auto& p) {
    const auto w = argmin(solver, inner(), vec(4), p);
    return accu(sin(w)) + dot(w, w);
  };
  const auto [J, g] = value_and_gradient(loss, log_l2);
  BOOST_TEST(calls == 1);
  BOOST_TEST(error(J, score(by_hand(log_l2))) <= 1e-15);
  BOOST_TEST(error(mat(g), mat(gradient(outer(), log_l2))) <= 1e-13);
  BOOST_TEST(second_error(loss, log_l2, v) <= 1e-9);
  const auto number = solved_by([](double start, double a) { return start + 0 * a + std::sqrt(a) - 1; });
  const auto square_root = [&](const auto& a) {
    return root(
        number, [](const auto& x, const auto& b) { return square(x) - b; }, 1.0, a);
  };
  BOOST_TEST(error(gradient(square_root, 4.0), 0.25) <= 1e-15);
}

BOOST_AUTO_TEST_CASE(nothing_to_solve_for) {
  const auto loss = [](const auto& p) {
    return accu(argmin([](const auto& x, const auto& q) { return accu(square(x)) + q; }, vec(), p)) + square(p);
  };
  BOOST_TEST(gradient(loss, 3.0) == 6);
  BOOST_TEST(hessian(loss, 3.0)(0) == 2);
  // A solution that does not depend on the parameters, and of constants only.
  const auto fixed = [](const auto& p) {
    return p * argmin([](const auto& x, const auto&) { return square(x - 2); }, 0.0, p) *
           root([](const auto& x, const auto& c) { return x - c; }, 0.0, p.tape().constant(5.0));
  };
  BOOST_TEST(gradient(fixed, 3.0) == 10);
  BOOST_TEST(hessian(fixed, 3.0)(0) == 0);
}
