// Prints how long 10,000 regressions of 50 x 5 take by each_problem and the like, beside loops written by hand; with an
// argument, how long 1000 systems of equations take as slices of cubes.

#include <algorithm>
#include <armagrad/armagrad.hpp>
#include <armagrad/detail/threads.hpp>
#include <cstdio>

#include "measure.hpp"

namespace {

using namespace armagrad;
using arma::mat;
using arma::vec;
using armagrad::bench::seconds;

constexpr arma::uword n = 10000, samples_of_each = 50, p = 5;

/// f(k) for each problem, by so many threads.
template <class F>
void by_hand(unsigned threads, F f) {
  detail::in_threads(threads, [&](unsigned t) {
    for (arma::uword k = n * t / threads; k < n * (t + 1) / threads; ++k) f(k);
  });
}

struct Contest {
  const char* name;
  std::function<void(unsigned)> ours, by_hand;
};

/// The gradient of 1000 systems of 4 x 4, of cubes and of their slices one by one.
void compare_slices() {
  const arma::cube A = arma::cube(4, 4, 1000, arma::fill::randu).each_slice() + 4 * mat(4, 4, arma::fill::eye);
  const arma::cube B(4, 2, 1000, arma::fill::randn);
  auto of_cubes = record([&](const auto& a) { return accu(square(solve(a, B))); }, variables(A));
  auto one_by_one = record(
      [&](const auto& a) {
        NumberVar<double> total = 0;
        for (arma::uword k = 0; k < B.n_slices; ++k) total += accu(square(solve(a.slice(k), B.slice(k))));
        return total;
      },
      variables(A));
  std::printf("solve of cubes      %8.2f ms\n",
              1e3 * bench::median_seconds([&] { (void)of_cubes.value_and_gradient(A); }, 9));
  std::printf("slice by slice      %8.2f ms\n",
              1e3 * bench::median_seconds([&] { (void)one_by_one.value_and_gradient(A); }, 9));
}

}  // namespace

int main(int arguments, char**) {
  if (arguments > 1) {
    compare_slices();
    return 0;
  }
  arma::arma_rng::set_seed(1);
  const arma::cube X(samples_of_each, p, n, arma::fill::randn);
  const mat W(p, n, arma::fill::randn), Y(samples_of_each, n, arma::fill::randn);
  const mat counts = arma::round(arma::abs(2 * Y)), small = W / 5;
  const auto squares = [](const auto& w, const auto& x, const auto& y) { return 0.5 * accu(square(x * w - y)); };
  const auto poisson = [](const auto& w, const auto& x, const auto& y) {
    const auto z = x * w;
    return accu(exp(z) - y % z);
  };
  arma::rowvec J(n);
  mat G(p, n);
  arma::cube H(p, p, n);
  const auto slice = [&](arma::uword k) {
    return mat(const_cast<double*>(X.slice_memptr(k)), samples_of_each, p, false, true);
  };
  const auto column = [](const mat& A, arma::uword k) {
    return vec(const_cast<double*>(A.colptr(k)), A.n_rows, false, true);
  };

  const std::vector<Contest> all{
      {"squares: loss and gradient",
       [&](unsigned t) { std::tie(J, G) = each_problem(Threads{t}, squares, W, slices(X), columns(Y)); },
       [&](unsigned t) {
         by_hand(t, [&](arma::uword k) {
           const mat x = slice(k);
           const vec r = x * column(W, k) - column(Y, k);
           J(k) = 0.5 * dot(r, r);
           G.col(k) = x.t() * r;
         });
       }},
      {"squares: Hessian", [&](unsigned t) { H = each_hessian(Threads{t}, squares, W, slices(X), columns(Y)); },
       [&](unsigned t) {
         by_hand(t, [&](arma::uword k) {
           const mat x = slice(k);
           H.slice(k) = x.t() * x;
         });
       }},
      {"squares: minimum", [&](unsigned t) { G = each_argmin(Threads{t}, squares, W, slices(X), columns(Y)); },
       [&](unsigned t) {
         by_hand(t, [&](arma::uword k) {
           const mat x = slice(k);
           G.col(k) = arma::solve(x.t() * x, x.t() * column(Y, k), arma::solve_opts::likely_sympd);
         });
       }},
      {"Poisson: loss and gradient",
       [&](unsigned t) { std::tie(J, G) = each_problem(Threads{t}, poisson, small, slices(X), columns(counts)); },
       [&](unsigned t) {
         by_hand(t, [&](arma::uword k) {
           const mat x = slice(k);
           const vec z = x * column(small, k), mu = exp(z), y = column(counts, k);
           J(k) = accu(mu) - dot(y, z);
           G.col(k) = x.t() * (mu - y);
         });
       }},
      {"Poisson: Hessian",
       [&](unsigned t) { H = each_hessian(Threads{t}, poisson, small, slices(X), columns(counts)); },
       [&](unsigned t) {
         by_hand(t, [&](arma::uword k) {
           mat x = slice(k);
           const vec mu = exp(x * column(small, k));
           mat scaled = x;
           scaled.each_col() %= mu;
           H.slice(k) = x.t() * scaled;
         });
       }},
      {"Poisson: minimum", [&](unsigned t) { G = each_argmin(Threads{t}, poisson, small, slices(X), columns(counts)); },
       [&](unsigned t) {
         by_hand(t, [&](arma::uword k) {
           const mat x = slice(k);
           const vec y = column(counts, k);
           vec w = column(small, k);
           for (int i = 0; i < 50; ++i) {  // Newton's method without a line search
             const vec mu = exp(x * w);
             mat scaled = x;
             scaled.each_col() %= mu;
             const vec d = arma::solve(x.t() * scaled, x.t() * (mu - y), arma::solve_opts::likely_sympd);
             w -= d;
             if (arma::abs(d).max() <= 1.5e-8 * arma::abs(w).max()) break;
           }
           G.col(k) = w;
         });
       }},
  };
  std::printf("%-30s threads     ours   by hand  ratio\n", "");
  for (const Contest& c : all) {
    for (const unsigned t : {1U, 2U}) {
      std::vector<double> ours, hand;
      for (int round = -1; round < 9; ++round) {
        const double a = seconds([&] { c.ours(t); }), b = seconds([&] { c.by_hand(t); });
        if (round >= 0) ours.push_back(a), hand.push_back(b);
      }
      const double a = 1e3 * bench::median(ours), b = 1e3 * bench::median(hand);
      std::printf("%-30s %7u %8.2f %8.2f ms %5.2f\n", c.name, t, a, b, a / b);
    }
  }
}
