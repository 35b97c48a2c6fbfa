// armagrad::nn: a small net that learns whether a point is inside a circle.
#include <armagrad/armagrad.hpp>
#include <armagrad/nn/losses.hpp>
#include <armagrad/nn/trainer.hpp>
using namespace armagrad;

int main() {
  Random random(1);
  arma::mat X(2, 300), Y(1, 300);
  for (double& x : X) x = 2 * random.uniform() - 1;
  for (arma::uword j = 0; j < X.n_cols; ++j) Y(j) = arma::norm(X.col(j)) < 0.75;
  const Sequential<double> net(
      {2}, {linear<double>(8), activation<double>("tanh", [](const auto& x) { return tanh(x); }), linear<double>(1)});
  const auto loss = [](const auto& z, const auto& y) { return binary_cross_entropy<double>(z, y); };
  TrainingOptions<double> options;
  options.epochs = 60;
  options.batch_size = 30;
  options.optimizer = Adam{};
  options.rate = constant(0.03);
  Trainer<double> trainer(net, loss, {X, Y}, {}, options);
  trainer.run();
  return trainer.state().log.back().loss < 0.7 * trainer.state().log.front().loss ? 0 : 1;
}
