#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const arma::mat X(20, 1000, arma::fill::randn), Y = arma::sign(arma::mat(1, 20, arma::fill::randn) * X);
  arma::mat W(20, 1, arma::fill::zeros);

  const auto sample_loss = [](auto w, auto x, auto y) { return accu(softplus(-y % (w.t() * x))); };
  auto step = record(
      [&](auto w, auto x, auto y) {  // 100 columns of the samples at a time
        return sum_over_samples(Blocks{100}, sample_loss, samples(x, y), w) / 1000;
      },
      variables(W), inputs(X, Y));
  for (int i = 0; i < 100; ++i) {
    const auto [J, g] = step.value_and_gradient(W, X, Y);
    if (i % 25 == 0) std::cout << "step " << i << ": loss " << J << '\n';
    W -= 2 * g;
  }
  std::cout << "at the end: " << step.value(W, X, Y) << '\n';
}
