#include <armagrad/nn/lbfgs.hpp>
#include <armagrad/nn/losses.hpp>
#include <armagrad/nn/objective.hpp>
#include <armagrad/nn/trainer.hpp>
#include <iostream>
using namespace armagrad;

int main() {
  Random random(1);  // two classes of points, inside and outside a circle
  arma::mat X(2, 600), Y(1, 600);
  for (double& x : X) x = 2 * random.uniform() - 1;
  for (arma::uword j = 0; j < 600; ++j) Y(j) = arma::norm(X.col(j)) < 0.75;
  const arma::mat V = X.tail_cols(100), VY = Y.tail_cols(100);
  X = arma::mat(X.head_cols(500)), Y = arma::mat(Y.head_cols(500));

  const auto tanh_of = [](const auto& x) { return tanh(x); };
  const Sequential<double> net({2}, {linear<double>(16, {.initial = glorot()}), activation<double>("tanh", tanh_of),
                                     dropout<double>(0.1), linear<double>(1)});
  const auto loss = [](const auto& z, const auto& y) { return binary_cross_entropy<double>(z, y); };
  std::cout << net;

  Trainer<double> trainer(
      net, loss, {X, Y}, SampleSet<double>{V, VY},
      {.epochs = 40, .batch_size = 32, .optimizer = Adam{}, .rate = warm_up(2, cosine(0.02, 40)), .patience = 10});
  trainer.run();
  const auto& log = trainer.state().log;
  std::cout << "loss " << log.back().loss << ", on what was held back " << log.back().validation_loss << '\n';

  // The same without a trainer: the parameters are one column, the net a function of Vars.
  const auto whole = [&](auto theta) {
    return binary_cross_entropy<double>(net(theta, theta.tape().constant(view(X))), view(Y)) / 500 +
           5e-4 * accu(square(theta));
  };
  arma::mat theta = net.initial(Random(1));
  std::cout << check_gradient(whole, theta);
  auto objective = as_objective(whole);
  std::cout << "by L-BFGS: " << lbfgs(objective, theta, {.evaluations = 100}) << '\n';

  // ensmallen's optimisers of separable functions: ens::Adam().Optimize(separable, theta).
  auto separable = as_separable(
      [&](auto t, auto x, auto y) { return binary_cross_entropy<double>(net(t, x), Argument<double>(y)); }, X, Y);
  std::cout << "its first ten samples: " << separable.Evaluate(theta, 0, 10) << '\n';
}
