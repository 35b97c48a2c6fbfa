// Prints what recurrences by scan take beside the same loops (docs/examples/ports.hpp), recorded once and replayed, and
// beside adjoints written by hand; and what a step takes, in time and memory, as there are more of them.

#include <cstdio>

#include "docs/examples/ports.hpp"
#include "docs/examples/recurrences.hpp"
#include "measure.hpp"

namespace {

using namespace armagrad;
using namespace armagrad::bench;
using arma::mat, arma::vec;

/// The median time of f in microseconds.
double median_us(const std::function<void()>& f, int runs = 31) { return 1e6 * median_seconds(f, runs); }

/// The GARCH likelihood's gradient by hand, in plain loops.
double garch_by_hand(const vec& p, const vec& r, vec& g) {
  const uword n = r.n_elem;
  std::vector<double> h(n);
  h[0] = arma::var(r);
  double nll = 0, dh = 0;
  for (uword t = 1; t < n; ++t) {
    h[t] = p[0] + p[1] * r[t - 1] * r[t - 1] + p[2] * h[t - 1];
    nll += 0.5 * (std::log(h[t]) + r[t] * r[t] / h[t]);
  }
  g.zeros(3);
  for (uword t = n; t-- > 1;) {
    dh += 0.5 * (1 / h[t] - r[t] * r[t] / (h[t] * h[t]));
    g[0] += dh;
    g[1] += dh * r[t - 1] * r[t - 1];
    g[2] += dh * h[t - 1];
    dh *= p[2];
  }
  return nll;
}

/// The same with Armadillo's vectors: arrays of all steps at once, where there is no recursion.
double garch_by_armadillo(const vec& p, const vec& r, vec& g) {
  const uword n = r.n_elem;
  const vec square = arma::square(r);
  vec h(n), dh(n, arma::fill::zeros);
  h(0) = arma::var(r);
  for (uword t = 1; t < n; ++t) h(t) = p(0) + p(1) * square(t - 1) + p(2) * h(t - 1);
  const vec now = h.tail(n - 1), seen = square.tail(n - 1);
  const vec direct = 0.5 * (now - seen) / arma::square(now);
  for (uword t = n; t-- > 1;) dh(t) = direct(t - 1) + (t + 1 < n ? p(2) * dh(t + 1) : 0);
  const vec d = dh.tail(n - 1);
  g = {arma::accu(d), arma::dot(d, square.head(n - 1)), arma::dot(d, h.head(n - 1))};
  return 0.5 * arma::accu(arma::log(now) + seen / now);
}

/// The Kalman filter's gradient by hand, with Armadillo's matrices: what each step computed is kept for the way back.
double kalman_by_armadillo(const vec& p, const vec& y, vec& g) {
  struct Step {
    mat spread;
    vec gain;
    double error, variance;
  };
  const mat drift{{1, 1}, {0, 1}};
  const vec variances = arma::exp(2 * p);
  const mat noise = arma::diagmat(variances.head(2));
  vec mean(2, arma::fill::zeros);
  mat cov = 100 * arma::eye(2, 2);
  double nll = 0;
  std::vector<Step> steps;
  steps.reserve(y.n_elem);
  for (const double seen : y) {
    mean = drift * mean;
    const mat spread = drift * cov * drift.t() + noise;
    const double error = seen - mean(0), variance = spread(0, 0) + variances(2);
    const vec gain = spread.col(0) / variance;
    mean += gain * error;
    cov = spread - gain * spread.row(0);
    nll += 0.5 * (std::log(variance) + error * error / variance);
    steps.push_back({spread, gain, error, variance});
  }
  vec dmean(2, arma::fill::zeros), dnoise(2, arma::fill::zeros);
  mat dcov(2, 2, arma::fill::zeros);
  double dobservation = 0;
  for (std::size_t t = steps.size(); t-- > 0;) {
    const auto& [spread, gain, error, variance] = steps[t];
    const vec dgain = dmean * error - dcov * spread.row(0).t();
    const double scaled = error / variance, derror = arma::dot(dmean, gain) + scaled;
    const double dvariance = 0.5 * (1 / variance - scaled * scaled) - arma::dot(dgain, gain) / variance;
    mat dspread = dcov;
    dspread.row(0) -= gain.t() * dcov;
    dspread.col(0) += dgain / variance;
    dspread(0, 0) += dvariance;
    dobservation += dvariance;
    dnoise += dspread.diag();
    dmean(0) -= derror;
    dmean = drift.t() * dmean;
    dcov = drift.t() * dspread * drift;
  }
  g = 2 * variances % vec{dnoise(0), dnoise(1), dobservation};
  return nll;
}

/// A gradient by hand, found to be that of the loss before it is timed.
template <class Loss, class ByHand>
void row_by_hand(const char* name, const char* what, const Loss& loss, const ByHand& by_hand, const vec& at) {
  vec g;
  by_hand(at, g);
  const vec right = value_and_gradient(loss, at).second;
  if (const double e = arma::abs(g - right).max() / arma::abs(right).max(); !(e < 1e-10)) {
    std::printf("the gradient by hand of %s differs by %.0e\n", name, e);
    std::exit(1);
  }
  std::printf("%-14s %-10s %10s %10.1f\n", name, what, "", median_us([&] { by_hand(at, g); }));
}

template <class Scan, class Loop>
void row(const char* name, const Scan& by_scan, const Loop& by_loop, const vec& at) {
  auto scanned = record(by_scan, variables(at)), looped = record(by_loop, variables(at));
  const vec g = scanned.value_and_gradient(at).second, h = looped.value_and_gradient(at).second;
  const vec V(at.n_elem, arma::fill::ones);
  const auto both = [&](const char* what, auto f, auto k) {
    const double a = median_us(f), b = median_us(k);
    std::printf("%-14s %-10s %10.1f %10.1f %7.2f\n", name, what, a, b, a / b);
  };
  both(
      "value", [&] { scanned.value(at); }, [&] { looped.value(at); });
  both(
      "gradient", [&] { scanned.value_and_gradient(at); }, [&] { looped.value_and_gradient(at); });
  both(
      "anew", [&] { value_and_gradient(by_scan, at); }, [&] { value_and_gradient(by_loop, at); });
  both(
      "jvp", [&] { jvp(by_scan, at, V); }, [&] { jvp(by_loop, at, V); });
  both(
      "H v", [&] { hessian_vector_product(by_scan, at, V); }, [&] { hessian_vector_product(by_loop, at, V); });
  if (const double e = arma::abs(g - h).max() / arma::abs(h).max(); !(e < 1e-10)) {
    std::printf("the gradients differ by %.0e\n", e);
    std::exit(1);
  }
  std::fflush(stdout);
}

/// A scan of n steps over a series, with a state of 4 numbers, and the same steps in a loop.
struct Series {
  explicit Series(uword n) : y(n) {
    for (uword t = 0; t < n; ++t) y(t) = std::sin(double(t));
  }
  template <class P, class... C>
  static scalar_of<P> by_scan(const P& w, const vec& series, const C&... checkpoints) {
    return std::get<1>(scan(checkpoints..., step, vec(4, arma::fill::zeros), steps(view(series)), w));
  }
  template <class P>
  static scalar_of<P> by_loop(const P& w, const vec& series) {
    vec_of<P> x = vec(4, arma::fill::zeros);
    scalar_of<P> sum = 0;
    for (const double now : series) {
      const auto [next, term] = step(x, now, w);
      x = next;
      sum += term.x;
    }
    return sum;
  }
  static constexpr auto step = [](const auto& x, const auto& now, const auto& w) {
    const auto next = tanh(w(0) * x + w(1) * reverse(x) + w(2) * now);
    return std::pair(next, summed(square(now - next(0))));
  };
  vec y, at{.5, -.2, .1};
};
/// f of the ways to run so many steps: all states kept, few of them, and in a loop, whose tape grows.
template <class F>
void each_way(uword n, F f) {
  f("all", [](const auto& w, const vec& y) { return Series::by_scan(w, y); });
  f("sqrt", [](const auto& w, const vec& y) { return Series::by_scan(w, y, Checkpoints{}); });
  if (n <= 100000) f("a loop", [](const auto& w, const vec& y) { return Series::by_loop(w, y); });
}
void lengths() {
  const auto lengths = {1000, 10000, 100000, 1000000};
  std::vector<double> mib;  // measured first: the processes inherit memory that was used
  for (const uword n : lengths) {
    const double nothing = peak_mib([n] { Series series(n); });
    each_way(n, [&](const char*, const auto& f) {
      const double peak = peak_mib([&] {
        Series s(n);
        value_and_gradient([&](const auto& w) { return f(w, s.y); }, s.at);
      });
      mib.push_back(peak - nothing);
    });
  }
  auto m = mib.begin();
  std::printf("   steps kept       us a step   peak MiB\n");
  for (const uword n : lengths) {
    each_way(n, [&](const char* kept, const auto& f) {
      Series s(n);
      const double us =
          median_us([&] { value_and_gradient([&](const auto& w) { return f(w, s.y); }, s.at); }, n < 100000 ? 11 : 3);
      std::printf("%8llu %-10s %10.3f %10.1f\n", static_cast<unsigned long long>(n), kept, us / double(n), *m++);
      std::fflush(stdout);
    });
  }
}

}  // namespace

int main() {
  lengths();

  arma::arma_rng::set_seed(1);
  const vec noise = arma::randn(1001), y200 = noise.head(200), y500 = noise.head(500), y21 = noise.head(21);
  const vec r = noise.head(1000), times = arma::cumsum(arma::abs(r));
  const double end = times.back() + 1;
  std::printf("\n                          us by scan    by loop   ratio\n");
  const vec garch{.1, .1, .8};
  row(
      "garch 1000", [&](const auto& p) { return recurrences::garch(p, r); },
      [&](const auto& p) { return ports::garch(p, r); }, garch);
  const auto garch_loss = [&](const auto& p) { return ports::garch(p, r); };
  row_by_hand(
      "garch 1000", "Armadillo", garch_loss, [&](const vec& p, vec& g) { garch_by_armadillo(p, r, g); }, garch);
  row_by_hand(
      "garch 1000", "by numbers", garch_loss, [&](const vec& p, vec& g) { garch_by_hand(p, r, g); }, garch);
  const auto kalman_loss = [&](const auto& p) { return ports::kalman(p, y200); };
  row("kalman 2 x 200", [&](const auto& p) { return recurrences::kalman(p, y200); }, kalman_loss, {-2, -3, -1});
  row_by_hand("kalman 2 x 200", "Armadillo", kalman_loss,
              [&](const vec& p, vec& g) { kalman_by_armadillo(p, y200, g); }, {-2, -3, -1});
  row(
      "hmm 3 x 500", [&](const auto& p) { return recurrences::hidden_markov(p, y500, 3); },
      [&](const auto& p) { return ports::hidden_markov(p, y500, 3); },
      arma::join_cols(arma::vectorise(arma::eye(3, 3)), vec{-1, 0, 1, 0, .1, .2}));
  row(
      "lstm 8 x 20", [&](const auto& p) { return recurrences::lstm(p, y21, 8); },
      [&](const auto& p) { return ports::lstm(p, y21, 8); }, 0.3 * arma::randn(4 * 8 * 10 + 8));
  row(
      "hawkes 1000", [&](const auto& p) { return recurrences::hawkes(p, times, end); },
      [&](const auto& p) { return ports::hawkes(p, times, end); }, {-.5, -1, .3});
}
