// Independent components: the mixture of signals that, whitened, is as far from Gaussian as can be.
#include <armagrad/armagrad.hpp>
using namespace armagrad;

// C^-1/2 Y for C = Y Y' / n: of all the whitened Y the one nearest to Y ("ZCA").
auto whitened(auto Y) { return inv_sympd(sqrtmat_sympd(Y * Y.t() / Y.n_cols)) * Y; }

int main() {
  arma::arma_rng::set_seed(1);
  const arma::uword n = 2000;
  const arma::mat noise(3, n, arma::fill::randn);
  const arma::mat S = noise % arma::square(noise);                              // independent signals with heavy tails
  const arma::mat M{{1, 0.6, -0.3}, {0.4, -1, 0.5}, {0.2, 0.7, 1}}, X = M * S;  // as they are received

  // E log cosh of a signal of variance 1 is the smaller the heavier its tails are.
  const auto loss = [&](auto B) { return accu(log(cosh(whitened(B * view(X))))) / n; };

  arma::mat B(3, 3, arma::fill::eye);
  std::cout << check_gradient(loss, B);
  auto step = record(loss, variables(B));
  for (int i = 0; i <= 30; ++i) {
    const auto [J, g] = step.value_and_gradient(B);
    if (i % 10 == 0) std::cout << "step " << i << ": contrast " << J << '\n';
    B -= 2 * g;
  }

  Tape<double> tape;
  const arma::mat Y = whitened(tape.variable(arma::mat(B * X))).value();
  std::cout << "|covariance - I| " << arma::norm(Y * Y.t() / n - arma::eye(3, 3)) << "\ncorrelation with the signals:\n"
            << arma::cor(Y.t(), S.t());
}
