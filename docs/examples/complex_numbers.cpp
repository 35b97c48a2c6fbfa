// Whittle's likelihood: the parameters of an autoregression from the spectrum of its data.
#include <armagrad/armagrad.hpp>
#include <iostream>

using arma::cx_vec;
using arma::vec;

// Minus the log-likelihood of the powers of a signal at these frequencies, turned = exp(-i w). The process
// y(t) = a y(t-1) + b y(t-2) + noise of standard deviation exp(s) has the spectral density
// exp(2 s) / |1 - a exp(-i w) - b exp(-2 i w)|^2.
template <class P>
auto whittle(const P& p, const vec& power, const cx_vec& turned) {
  using std::exp;
  const auto filter = armagrad::cx_vec_of<P>(1.0 - p(0) * turned - p(1) * (turned % turned));
  const auto density = armagrad::vec_of<P>(exp(2 * p(2)) / square(abs(filter)));
  return accu(log(density) + power / density);
}

int main() {
  const arma::uword n = 256;
  arma::arma_rng::set_seed(1);
  vec y(n, arma::fill::zeros);
  for (arma::uword t = 2; t < n; ++t) y(t) = 0.6 * y(t - 1) - 0.3 * y(t - 2) + arma::randn();
  const vec power = square(abs(arma::fft(y))) / n;
  const vec w = 2 * arma::datum::pi * arma::regspace(0, n - 1) / n;
  const cx_vec turned(cos(w), -sin(w));

  const auto loss = [&](const auto& p) { return whittle(p, power, turned); };
  const vec p = {0.5, -0.2, 0.1};
  const auto [J, g] = armagrad::value_and_gradient(loss, p);
  std::cout << "of numbers: " << loss(p) << "\nof Vars: " << J << ", gradient:" << g.t();
  std::cout << armagrad::check_gradient(loss, p);

  // The data on the tape: how much each of the signal's values matters for the power at one frequency.
  const vec by_signal = armagrad::gradient([](const auto& x) { return square(abs(fft(x)(20))); }, y);
  std::cout << "of the signal's first three values:" << by_signal.head(3).t();
}
