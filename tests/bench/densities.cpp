// Log densities and integrals of 100,000 numbers, the value and with the gradient by all arguments, each a column; and
// of data with numbers for parameters, the gradient by those.

#include "bench.hpp"

namespace armagrad::bench {
namespace {

constexpr uword n = 100'000;

arma::vec counts() { return arma::floor(uniform<double>(n, 1, 0, 30)); }

template <class F, class... A>
void density(const std::string& name, F f, const A&... arguments) {
  for (const bool gradient : {false, true}) {
    contestant("density/" + name + (gradient ? "/gradient" : "/value"), [=] {
      return step_of(gradient, record([f](auto... x) { return accu(f(x...)); }, variables(arguments...)), arguments...);
    });
  }
}

// clang-format off
const bool registered = [] {
  const arma::mat x = uniform<double>(n, 1, 0.05, 0.95), y = uniform<double>(n, 1, 0.5, 9), z = uniform<double>(n, 1, 1, 7);
  const arma::mat k = counts(), size = arma::mat(k + 5), one = {2.5}, two = {3.5};
  density("normal", [](auto a, auto b, auto c) { return normal_lpdf(a, b, c); }, x, y, z);
  density("student_t", [](auto a, auto b) { return student_t_lpdf(a, b); }, x, y);
  density("exponential", [](auto a, auto b) { return exponential_lpdf(a, b); }, x, y);
  density("gamma", [](auto a, auto b, auto c) { return gamma_lpdf(a, b, c); }, x, y, z);
  density("beta", [](auto a, auto b, auto c) { return beta_lpdf(a, b, c); }, x, y, z);
  density("weibull", [](auto a, auto b, auto c) { return weibull_lpdf(a, b, c); }, x, y, z);
  density("poisson", [k](auto b) { return poisson_lpmf(k, b); }, y);
  density("binomial", [k, size](auto b) { return binomial_lpmf(k, size, b); }, x);
  density("neg_binomial", [k](auto b, auto c) { return neg_binomial_lpmf(k, b, c); }, y, z);
  density("gamma_p", [](auto a, auto b) { return gamma_p(a, b); }, y, z);
  density("ibeta", [](auto a, auto b, auto c) { return ibeta(a, b, c); }, y, z, x);
  density("bessel_k", [](auto a, auto b) { return bessel_k(a, b); }, y, z);
  density("bessel_j", [](auto b) { return bessel_j(2.5, b); }, y);
  density("data/normal", [y](auto b, auto c) { return normal_lpdf(y, b(0), c(0)); }, one, two);
  density("data/gamma", [y](auto b, auto c) { return gamma_lpdf(y, b(0), c(0)); }, one, two);
  density("data/neg_binomial", [k](auto b, auto c) { return neg_binomial_lpmf(k, b(0), c(0)); }, one, two);
  return true;
}();
// clang-format on

}  // namespace
}  // namespace armagrad::bench
