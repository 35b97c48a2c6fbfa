#define BOOST_TEST_MODULE numerics
// Inputs at which a careless rule is wrong without a word: ties and zeros, matrices close to singular, numbers far from
// one, points where a kink is smoothed away, branches not taken. Functions of one entry are in tests/grid.
#include <armagrad/armagrad.hpp>
#include <armagrad/nn/losses.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;
using arma::vec;
using V = const Var<double>&;

struct Svd {
  mat U, V;
  vec s;
};
Svd svd_of(const mat& A) {
  Tape<double> tape;
  Var<double> u, s, v;
  svd_econ(u, s, v, tape.variable(A));
  return {u.value(), v.value(), s.value()};
}
double from_orthonormal(const mat& Q) { return arma::abs(Q.t() * Q - arma::eye(Q.n_cols, Q.n_cols)).max(); }

mat orthonormal(uword n, uword k) {
  mat q, r;
  arma::qr_econ(q, r, arma::randn(n, k));
  return q;
}
mat with_singular_values(const vec& s, uword m, uword n) {
  return orthonormal(m, s.n_elem) * arma::diagmat(s) * orthonormal(n, s.n_elem).t();
}

/// H of a scalar function, column by column.
template <class F>
mat hessian_of(F f, const mat& w) {
  mat H(w.n_elem, w.n_elem);
  for (uword j = 0; j < w.n_elem; ++j) {
    mat e(arma::size(w), arma::fill::zeros);
    e[j] = 1;
    H.col(j) = arma::vectorise(hessian_vector_product(f, w, e));
  }
  return H;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

// ---- Singular values and vectors ----

BOOST_AUTO_TEST_CASE(singular_vectors_are_orthonormal_at_any_rank_and_condition) {
  std::vector<mat> all{{{1, 0}, {0, 0}}, {{1, -3}, {1, -3}}, mat(4, 3, arma::fill::zeros), arma::eye(5, 5)};
  all.push_back(with_singular_values({1, 0.5, 1e-10}, 3, 3));
  for (int i = 0; i < 500; ++i) {
    const uword m = 1 + uword(i) % 6, n = 1 + uword(i) / 6 % 6, k = std::min(m, n);
    vec s = arma::exp10(-16 * arma::randu(k));
    s.tail(uword(i) % (k + 1)).zeros();
    all.push_back(with_singular_values(s, m, n));
  }
  for (const mat& A : all) {
    const Svd x = svd_of(A);
    BOOST_TEST(from_orthonormal(x.U) < 1e-14);
    BOOST_TEST(from_orthonormal(x.V) < 1e-14);
    BOOST_TEST(arma::norm(x.U * arma::diagmat(x.s) * x.V.t() - A, "fro") <= 1e-14 * arma::norm(A, "fro"));
    BOOST_TEST(x.s.min() >= 0);
    BOOST_TEST(x.s.is_sorted("descend"));
    Tape<double> tape;
    BOOST_TEST(error(svd(tape.variable(A)).value(), mat(arma::svd(A))) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(values_of_rank_deficient_matrices_are_not_negative) {
  for (int i = 0; i < 2000; ++i) {
    const uword n = 2 + uword(i) % 4, rank = uword(i) / 4 % n;
    const mat A = arma::round(3 * arma::randn(n, rank)) * arma::round(3 * arma::randn(rank, n));
    Tape<double> tape;
    const vec s = svd(tape.variable(A)).value();
    BOOST_TEST(s.min() >= 0);
    BOOST_TEST(s.is_sorted("descend"));
  }
}

BOOST_AUTO_TEST_CASE(derivatives_of_singular_vectors) {
  // The whole of U diag(s) V' is A: whatever its condition and shape, the gradient of accu(G % it) is G.
  const auto whole = [](V a) {
    Var<double> u, s, v;
    svd_econ(u, s, v, a);
    return u * diagmat(s) * v.t();
  };
  for (const auto& [m, n] : {std::pair<uword, uword>(3, 3), {6, 3}, {3, 6}, {1, 4}, {4, 1}}) {
    const vec s = std::min(m, n) == 1 ? vec{2} : vec{1, 0.5, 1e-10};
    const mat A = with_singular_values(s, m, n), G = uniform(m, n);
    BOOST_TEST(error(gradient([&](V a) { return accu(G % whole(a)); }, A), G) < 1e-5);
    const mat B = with_singular_values(std::min(m, n) == 1 ? vec{2} : vec{3, 1, 0.1}, m, n), D = uniform(m, n);
    BOOST_TEST(error(gradient([&](V a) { return accu(G % whole(a)); }, B), G) < 1e-13);
    BOOST_TEST(error(jvp(whole, B, D).second, D) < 1e-13);
    BOOST_TEST(error(hessian_vector_product([&](V a) { return accu(G % whole(a)); }, B, D), mat(0 * D)) < 1e-11);
    // The nearest matrix of orthonormal columns, U V', and its curvature, by differences of LAPACK's.
    const auto nearest = [&](V a) {
      Var<double> u, t, v;
      svd_econ(u, t, v, a);
      return accu(G % (u * v.t())) + accu(square(u * v.t() - 0.3));
    };
    const auto plain = [&](const mat& a) {
      mat u, v;
      vec t;
      arma::svd_econ(u, t, v, a);
      return arma::accu(G % (u * v.t())) + arma::accu(arma::square(u * v.t() - 0.3));
    };
    BOOST_TEST(error(gradient(nearest, B), differences(plain, B)) < 1e-7);
    const auto slope = [&](const mat& a) { return gradient(nearest, a); };
    BOOST_TEST(error(hessian_vector_product(nearest, B, D), directional(slope, B, D)) < 1e-5);
    BOOST_TEST(check_gradient(nearest, B).passed());
  }
}

BOOST_AUTO_TEST_CASE(singular_values_that_are_equal_or_zero) {
  const mat one = arma::eye(3, 3), G = uniform(3, 3);
  // Of the values alone: the sum of squares has the gradient 2 A, the sum U V' (a subgradient where some are 0).
  const auto squares = [](V a) { return accu(square(svd(a))); };
  for (const mat& A : {one, mat(3, 3, arma::fill::zeros), with_singular_values({2, 2, 0}, 3, 3)})
    BOOST_TEST(error(gradient(squares, A), mat(2 * A)) < 1e-14);
  BOOST_TEST(error(gradient([](V a) { return accu(svd(a)); }, one), one) < 1e-14);
  const mat g = gradient([](V a) { return accu(svd(a)); }, mat(4, 2, arma::fill::zeros));
  BOOST_TEST(from_orthonormal(g) < 1e-14);
  // Of vectors, what has a derivative has it, and what has none is refused by name.
  const auto first = [&](V a) {
    Var<double> u, s, v;
    svd_econ(u, s, v, a);
    return accu(G % (u.col(0) * v.col(0).t()));
  };
  const auto both = [&](V a) {
    Var<double> u, s, v;
    svd_econ(u, s, v, a);
    return accu(G % (u * diagmat(log(s)) * v.t()));
  };
  const mat tie = with_singular_values({3, 1, 1}, 3, 3);
  const auto plain = [&](const mat& a) {
    mat u, v;
    vec s;
    arma::svd_econ(u, s, v, a);
    return arma::accu(G % (u.col(0) * v.col(0).t()));
  };
  BOOST_TEST(error(gradient(first, tie), differences(plain, tie)) < 1e-8);
  const std::vector<std::string> says{"svd_econ: the 3x3 matrix is one whose singular values", "are equal"};
  check_says(failure([&] { gradient(first, one); }), says);
  check_says(failure([&] { gradient(both, one); }), says);
  const mat flat = with_singular_values({3, 1}, 5, 3), H = uniform(5, 3);
  check_says(failure([&] {
               gradient(
                   [&](V a) {
                     Var<double> u, s, v;
                     svd_econ(u, s, v, a);
                     return accu(H % (u * v.t()));
                   },
                   flat);
             }),
             {"svd_econ", "singular value 2 is 0"});
}

// ---- Matrices that are singular to working precision ----

BOOST_AUTO_TEST_CASE(one_policy_for_matrices_singular_to_working_precision) {
  const auto sympd = arma::solve_opts::likely_sympd;
  const std::vector<std::string> says{"singular to working precision", "reciprocal condition number"};
  const mat tenths{{.1, .2, .3}, {.4, .5, .6}, {.7, .8, .9}}, b = uniform(3, 1);
  check_says(failure([&] { gradient([](V a) { return accu(inv(a)); }, tenths); }), says);
  check_says(failure([&] { gradient([&](V a) { return accu(solve(a, b)); }, tenths); }), says);
  check_says(failure([&] { gradient([](V a) { return log_det(a); }, tenths); }), says);
  int answered = 0, of = 0;
  for (uword n = 2; n <= 40; n += n < 8 ? 1 : 8) {
    for (int i = 0; i < 200; ++i) {
      const uword rank = uword(i) % n;
      const mat L = arma::randn(n, rank), A = L * arma::randn(rank, n), S = L * L.t(), c = uniform(n, 1);
      const auto refused = [&](auto loss, const mat& at) {
        ++of;
        answered += failure([&] { gradient(loss, at); }) == "nothing was thrown";
      };
      refused([&](V a) { return accu(solve(a, c)); }, A);
      refused([&](V a) { return accu(inv(a)); }, A);
      refused([&](V a) { return accu(solve(a, c, sympd)); }, S);
      refused([&](V a) { return accu(inv_sympd(a)); }, S);
      refused([&](V a) { return accu(pinv(a)); }, arma::join_cols(A, A));
      mat T = arma::randu(n, n);
      T(n / 2, n / 2) = 0;
      refused([&](V a) { return accu(solve(trimatu(a), c)); }, T);
    }
  }
  BOOST_TEST_MESSAGE(answered << " of " << of << " singular matrices were answered");
  // What is far from singular is solved, with a backward error of a few roundings.
  for (const double condition : {1.0, 1e4, 1e8, 1e12}) {
    const mat A =
        orthonormal(6, 6) * arma::diagmat(arma::logspace(0, -std::log10(condition), 6)) * orthonormal(6, 6).t();
    const mat S = A * A.t() + 1e-3 * arma::eye(6, 6), c = uniform(6, 2);
    Tape<double> tape;
    const auto a = tape.variable(A), s = tape.variable(S);
    const auto backward_error = [&](const mat& M, const mat& x) {
      return arma::norm(M * x - c, "fro") / (arma::norm(M, "fro") * arma::norm(x, "fro") + arma::norm(c, "fro"));
    };
    BOOST_TEST(backward_error(A, solve(a, c).value()) < 1e-15);
    BOOST_TEST(backward_error(A.t(), solve(a.t(), c).value()) < 1e-15);
    BOOST_TEST(backward_error(S, solve(s, c, sympd).value()) < 1e-15);
    BOOST_TEST(backward_error(arma::trimatu(S), solve(trimatu(s), c).value()) < 1e-15);
  }
}

BOOST_AUTO_TEST_CASE(options_that_are_not_understood_are_named) {
  Tape<double> tape;
  const auto a = tape.variable(mat{{2, 1}, {1, 3}});
  const mat b{1.0, 2.0};
  const auto says = [&](const arma::solve_opts::opts& o, const char* name) {
    check_says(refusal([&] { solve(a, mat(b.t()), o); }), {"solve at test_numerics.cpp", name, "not supported"});
  };
  says(arma::solve_opts::allow_ugly, "solve_opts::allow_ugly");
  says(arma::solve_opts::force_approx, "solve_opts::force_approx");
  says(arma::solve_opts::opts(1u << 12), "solve_opts::force_sym");  // of Armadillo 12
  BOOST_TEST(solve(a, mat(b.t()), arma::solve_opts::refine + arma::solve_opts::equilibrate).n_rows == 2u);
}

// ---- Numbers at or near zero, and far from one ----

BOOST_AUTO_TEST_CASE_TEMPLATE(equal_numbers_have_no_spread, eT, Reals) {
  using M = arma::Mat<eT>;
  for (int k = 1; k < 100; ++k) {
    for (const uword n : {2, 3, 7, 60}) {
      const M same = filled(n, 1, eT(k / 10.0));
      const auto [s, g] = value_and_gradient([](const Var<eT>& x) { return stddev(x); }, same);
      BOOST_TEST(s == 0);
      BOOST_TEST(arma::abs(g).max() == 0);
      BOOST_TEST(arma::abs(gradient([](const Var<eT>& x) { return var(x); }, same)).max() == 0);
      BOOST_TEST(arma::abs(gradient([](const Var<eT>& x) { return accu(stddev(x, 1, 1)); }, M(same.t()))).max() == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(far_from_one) {
  const double half = std::sqrt(0.5);
  for (const double a : {1e-320, 1e-170, 1e-5, 1.0, 1e100, 1e200, 8e307}) {
    const mat pair{a, -a}, equal{a, a};
    const auto slope = [](auto f, const mat& x) { return gradient(f, x); };
    BOOST_TEST(error(slope([](V x) { return stddev(x, 0, 1)(0); }, pair), mat{half, -half}) < 1e-15);
    BOOST_TEST(error(slope([](V x) { return norm(x); }, pair), mat{half, -half}) < 1e-15);
    BOOST_TEST(error(slope([](V x) { return norm(x, "fro"); }, mat(equal.t())), mat(mat{half, half}.t())) < 1e-15);
    BOOST_TEST(error(slope([](V x) { return accu(vecnorm(x, 2, 1)); }, pair), mat{half, -half}) < 1e-15);
    BOOST_TEST(error(slope([](V x) { return hypot(x(0), x(1)); }, pair), mat{half, -half}) < 1e-15);
    BOOST_TEST(error(jvp([](V x) { return stddev(x, 0, 1); }, pair, mat{1, 0}).second, mat{half}) < 1e-15);
    if (a < 1e-300) continue;  // 1 / a is infinite
    BOOST_TEST(error(mat(a * slope([](V x) { return atan2(x(0), x(1)); }, pair)), mat{-0.5, -0.5}) < 1e-15);
    BOOST_TEST(error(mat(a * slope([](V x) { return normalise(x, 2, 1)(0); }, equal)), mat{half / 2, -half / 2}) <
               1e-15);
  }
  // Columns of several scales side by side: each its own.
  const mat X{{1e200, 3, 1e-200}, {-1e200, 4, 1e-200}};
  BOOST_TEST(error(gradient([](V x) { return accu(vecnorm(x)); }, X), mat{{half, 0.6, half}, {-half, 0.8, half}}) <
             1e-15);
}

// ---- Slopes that cancel or overflow on the way ----

BOOST_AUTO_TEST_CASE_TEMPLATE(the_gradient_of_logsumexp_sums_to_one, eT, Reals) {
  for (const double score : {0.0, 1.0, 700.0, 1e8, 1e30, -1e8}) {
    for (const uword n : {1, 2, 3, 10, 100}) {
      const arma::Mat<eT> x = filled(n, 1, eT(score));
      const auto g = gradient([](const Var<eT>& v) { return accu(logsumexp(v, 0)); }, x);
      BOOST_TEST(std::abs(double(arma::accu(g)) - 1) <= double(n) * std::numeric_limits<eT>::epsilon());
      Tape<eT> tape;
      const auto v = tape.variable(x);
      BOOST_TEST(error(gradient(accu(logsumexp(v, 0)), v).value(), g) < tolerance<eT>);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_softmax_family_where_one_score_leads) {
  // With scores 0 and -t: log p = -log1p(e^-t), 1 - p = e^-t / (1 + e^-t).
  for (const double t : {1.0, 40.0, 300.0, 700.0}) {
    const double e = std::exp(-t), rest = e / (1 + e);
    const mat x(arma::vec{0.0, -t});
    const auto relative = [](double got, double due) { return std::abs(got - due) / std::abs(due); };
    Tape<double> tape;
    BOOST_TEST(relative(log_softmax(tape.variable(x))(0).scalar(), -std::log1p(e)) < 1e-15);
    BOOST_TEST(relative(logsumexp(tape.variable(x), 0)(0).scalar(), std::log1p(e)) < 1e-15);
    const mat g = gradient([](V s) { return log_softmax(s)(0); }, x),
              p = gradient([](V s) { return softmax(s)(0); }, x);
    BOOST_TEST(relative(g(0), rest) < 1e-14);
    BOOST_TEST(relative(g(1), -rest) < 2e-13);
    BOOST_TEST(relative(p(0), rest / (1 + e)) < 1e-14);
    BOOST_TEST(relative(p(1), -rest / (1 + e)) < 1e-14);
    BOOST_TEST(relative(jvp([](V s) { return log_softmax(s)(0); }, x, mat(arma::vec{1.0, 0.0})).second(0), rest) <
               1e-14);
  }
}

BOOST_AUTO_TEST_CASE(masked_scores) {
  const mat none = filled(3, 2, -inf);
  BOOST_TEST(arma::abs(gradient([](V x) { return accu(exp(logsumexp(x, 0))); }, none)).max() == 0);
  BOOST_TEST(
      arma::abs(gradient([](V x) { return accu(where(logsumexp(x, 0) > 0, logsumexp(x, 0), 1)); }, none)).max() == 0);
  mat some = uniform(3, 2);
  some(1, 0) = -inf;
  const mat g = gradient([](V x) { return accu(logsumexp(x, 0)); }, some);
  BOOST_TEST(g.is_finite());
  BOOST_TEST(g(1, 0) == 0);
}

BOOST_AUTO_TEST_CASE(asinh_of_what_is_large) {
  // d asinh(e^x) / dx = 1 / sqrt(1 + e^-2x)
  for (const double x : {0.0, 20.0, 300.0, 500.0, 708.0}) {
    BOOST_TEST(error(gradient([](V v) { return accu(asinh(exp(v))); }, mat{x})(0),
                     1 / std::sqrt(1 + std::exp(-2 * x))) < 1e-15);
    BOOST_TEST(error(gradient([](V v) { return accu(acosh(exp(v))); }, mat{x + 1})(0),
                     1 / std::sqrt(1 - std::exp(-2 * x - 2))) < 1e-15);
  }
}

// ---- Second derivatives where a square takes a kink away ----

BOOST_AUTO_TEST_CASE(squares_of_norms_and_sizes_are_smooth_at_zero) {
  for (const mat& w : {mat(3, 1, arma::fill::zeros), mat(arma::vec{1.0, -2.0, 0.0}), mat(1, 3, arma::fill::zeros)}) {
    const mat due = 2 * arma::eye(3, 3);
    const auto curves = [&](auto f) {
      BOOST_TEST(error(hessian_of(f, w), due) < 1e-15);
      BOOST_TEST(error(gradient(f, w), mat(2 * w)) < 1e-15);
      BOOST_TEST(error(value_and_gradient(f, w).first, arma::accu(arma::square(w))) < 1e-15);
    };
    curves([](V x) { return square(norm(x)); });
    curves([](V x) { return square(norm(x, "fro")); });
    curves([](V x) { return norm(x) * norm(x); });
    curves([](V x) { return pow(norm(x), 2); });
    curves([](V x) {
      const auto r = norm(x);
      return r * r;
    });
    curves([](V x) { return accu(square(abs(x))); });
    curves([](V x) { return accu(abs(x) % abs(x)); });
    curves([](V x) { return accu(pow(abs(x), 2)); });
    curves([](V x) { return dot(abs(x), abs(x)); });
    curves([](V x) { return accu(square(vecnorm(x))); });
    curves([](V x) { return accu(square(vecnorm(x, 2, 1))); });
    curves([](V x) { return square(hypot(x(0), x(1))) + square(x(2)); });
  }
}

BOOST_AUTO_TEST_CASE(huber_is_a_parabola_around_zero) {
  const mat y(3, 1, arma::fill::zeros);
  for (const mat& p : {mat(3, 1, arma::fill::zeros), mat(arma::vec{0.5, -0.5, 0.0})}) {
    const auto loss = [&](V x) { return 3.0 * huber<double>(x, y, 1); };  // summed, not the mean of 3
    BOOST_TEST(error(hessian_of(loss, p), mat(arma::eye(3, 3))) < 1e-15);
    BOOST_TEST(error(gradient(loss, p), p) < 1e-15);
  }
  const mat far(arma::vec{2.0, -3.0, 1.5});
  const auto loss = [&](V x) { return 3.0 * huber<double>(x, y, 1); };
  BOOST_TEST(error(hessian_of(loss, far), mat(3, 3, arma::fill::zeros)) < 1e-15);
  BOOST_TEST(error(gradient(loss, far), mat(arma::vec{1.0, -1.0, 1.0})) < 1e-15);
}

// ---- Branches not taken ----

BOOST_AUTO_TEST_CASE(what_is_not_chosen_has_no_influence) {
  mat X{{1, 2, 3}, {4, 5, 6}};
  const mat zero{0.0};
  for (const double bad : {0.0, -1.0, inf, -inf, not_a_number}) {
    X(1, 2) = bad;
    const auto blocked = [&](auto f) {
      const auto loss = [&](V x) { return where(zero, f(x), 0) + accu(x(arma::span::all, arma::span(0, 1))); };
      const auto [J, g] = value_and_gradient(loss, X);
      BOOST_TEST(J == 12);
      BOOST_TEST(error(g, mat{{1, 1, 0}, {1, 1, 0}}) == 0);
    };
    blocked([](V x) { return accu(square(log(x))); });
    blocked([](V x) { return accu(log(x) * x.t()); });
    blocked([](V x) { return accu(softmax(1.0 / x)); });
    blocked([](V x) { return accu(logsumexp(log(x), 0)); });
    blocked([](V x) { return norm(log(x), "fro"); });
    blocked([](V x) { return accu(stddev(log(x))); });
    blocked([](V x) { return accu(prod(log(x))); });
    blocked([](V x) { return accu(max(log(x), 0)); });
    blocked([](V x) { return accu(cumsum(1.0 / x)); });
    blocked([](V x) { return accu(normalise(log(x))); });
  }
}

BOOST_AUTO_TEST_CASE(entries_rows_and_columns_that_are_not_chosen_have_no_influence) {
  mat X{{1, 2, 3}, {4, 5, 6}}, W = uniform(2, 2);
  X(1, 2) = 0;
  const mat keep{{1, 1, 0}, {1, 1, 0}};
  const auto finite = [&](auto f, const mat& mask) {
    const auto g = gradient([&](V x) { return accu(where(mask, f(x), 0)); }, X);
    BOOST_TEST(g.is_finite());
    BOOST_TEST(error(mat(g.col(2)), mat(2, 1, arma::fill::zeros)) == 0);
  };
  finite([&](V x) { return W * log(x); }, keep);
  finite([](V x) { return softmax(log(x) / (x - x)); }, mat(2, 3, arma::fill::zeros));
  finite([](V x) { return log_softmax(1.0 / x - 1.0 / x); }, mat(2, 3, arma::fill::zeros));
  finite([](V x) { return vecnorm(log(x)); }, mat{1, 1, 0});
  finite([](V x) { return logsumexp(1.0 / x, 0); }, mat{1, 1, 0});
  // Both factors of a product: d A = d Y B', where Y's column beside an infinity of B is not chosen.
  mat B = uniform(2, 3);
  B(0, 2) = inf;
  const mat g = gradient([&](V w) { return accu(where(keep, w * B, 0)); }, W);
  BOOST_TEST(error(g, mat(arma::ones(2, 2) * B.head_cols(2).t())) < 1e-15);
  const mat twice = gradient([&](V w) { return accu(where(keep, w * B + w * B, 0)) + accu(w); }, W);
  BOOST_TEST(error(twice, mat(2 * arma::ones(2, 2) * B.head_cols(2).t() + 1)) < 1e-15);
}

// ---- Shapes ----

BOOST_AUTO_TEST_CASE(sides_of_more_than_32_bits_are_refused) {
  Tape<double> tape;
  const auto tall = tape.constant(mat(3000000000, 0)), wide = tape.constant(mat(0, 3000000000)),
             x = tape.variable(mat{{1.0, 2.0}, {3.0, 4.0}});
  const std::vector<std::string> says{"its sides may be up to 4294967295"};
  check_says(refusal([&] { join_cols(tall, tall); }), says);
  check_says(refusal([&] { join_rows(wide, wide); }), says);
  check_says(refusal([&] { repmat(x, 3000000000, 1); }), says);
  check_says(refusal([&] { repmat(x, uword(1) << 63, 4); }), says);
  check_says(refusal([&] { kron(tall, x); }), says);
  BOOST_TEST(join_rows(tall, tall).n_rows == 3000000000u);
}

BOOST_AUTO_TEST_SUITE_END()
