// Prints what a derivative through argmin takes beside one through 100 recorded steps of a solver: time and memory.

#include <armagrad/armagrad.hpp>
#include <cstdio>

#include "measure.hpp"

namespace {

using namespace armagrad;
using namespace armagrad::bench;
using arma::mat;
using arma::rowvec;
using arma::vec;

constexpr arma::uword d = 20, n = 2000;

double median_ms(const std::function<void()>& f) { return 1e3 * median_seconds(f, 9); }
/// The peak memory of f over that of a process that does nothing, in MiB.
double peak_mib_of(const std::function<void()>& f) {
  return peak_mib(f) - peak_mib([] {});
}

/// The largest difference of g to differences of J of fourth order, by the largest entry.
double error(const std::function<vec(const vec&)>& f, const vec& at, const vec& along, const vec& exact) {
  const auto slope = [&](double h) { return vec((f(at + h * along) - f(at - h * along)) / (2 * h)); };
  const double h = 1e-3;
  return arma::abs(exact - (4 * slope(h) - slope(2 * h)) / 3).max() / arma::abs(exact).max();
}

struct Data {
  mat X, V;
  rowvec y, z;
};

template <class Fit, class Loss>
void row(const char* problem, const char* method, const Fit& fit, const Loss& validation) {
  const auto loss = [&](const auto& p) { return validation(fit(p)); };
  const vec p(d, arma::fill::value(-1)), v = arma::linspace(-1, 1, d);
  const vec g = gradient(loss, p), Hv = hessian_vector_product(loss, p, v);
  const double by_value =
      error([&](const vec& q) { return vec{value_and_gradient(loss, q).first}; }, p, v, vec{arma::dot(g, v)});
  const double by_gradient = error([&](const vec& q) { return vec(gradient(loss, q)); }, p, v, Hv);
  release_memory();
  const double gradient_memory = peak_mib_of([&] { gradient(loss, p); }),
               product_memory = peak_mib_of([&] { hessian_vector_product(loss, p, v); });
  std::printf("%-9s %-10s %8.2f %8.1f %9.0e %8.2f %8.1f %9.0e\n", problem, method,
              median_ms([&] { gradient(loss, p); }), gradient_memory, by_value,
              median_ms([&] { hessian_vector_product(loss, p, v); }), product_memory, by_gradient);
  std::fflush(stdout);
}

/// argmin, and 100 steps of gradient descent, of inner(w, p).
template <class Inner, class Loss>
void compare(const char* problem, const Inner& inner, double rate, const Loss& validation) {
  const vec start(d);
  row(
      problem, "argmin", [&](const auto& p) { return argmin(inner, start, p); }, validation);
  const auto unrolled = [&](const auto& p) {
    auto w = detail::of_kind<detail::Kind::column>(0 * p);
    for (int i = 0; i < 100; ++i) w = w - rate * gradient(inner(w, p), w);
    return w;
  };
  row(problem, "unrolled", unrolled, validation);
}

}  // namespace

int main() {
  arma::arma_rng::set_seed(1);
  Data data{arma::randn(d, n), arma::randn(d, n), {}, {}};
  const vec truth = arma::randn(d);
  data.y = truth.t() * data.X + arma::randn(1, n);
  data.z = truth.t() * data.V + arma::randn(1, n);
  std::printf("                      gradient: ms, MiB, error        Hessian-vector product\n");
  compare(
      "ridge",
      [&](const auto& w, const auto& p) { return accu(square(w.t() * data.X - data.y)) / n + dot(exp(p), square(w)); },
      0.3, [&](const auto& w) { return accu(square(w.t() * data.V - data.z)) / n; });
  data.y = arma::sign(data.y);
  data.z = arma::sign(data.z);
  compare(
      "logistic",
      [&](const auto& w, const auto& p) {
        return accu(softplus(-data.y % (w.t() * data.X))) / n + dot(exp(p), square(w));
      },
      0.8, [&](const auto& w) { return accu(softplus(-data.z % (w.t() * data.V))) / n; });
}
