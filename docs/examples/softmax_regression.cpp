#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const arma::mat X(4, 6, arma::fill::randn), W(4, 3, arma::fill::randn), V(4, 3, arma::fill::randn);
  arma::mat Y(3, 6, arma::fill::zeros);  // one-hot labels: a one in each column
  for (arma::uword i = 0; i < 6; ++i) Y(i % 3, i) = 1;
  const double n = 6, l2 = 0.1;

  auto loss = [&](auto w) {  // w: D x c, X: D x n (a sample per column), Y: c x n
    return -accu(view(Y, "Y") % log_softmax(w.t() * view(X, "X"), 0)) / n + 0.5 * l2 * accu(square(w));
  };
  auto [J, dW] = value_and_gradient(loss, W);  // double, arma::mat
  std::cout << "J = " << J << "\ndJ/dW =\n" << dW << check_gradient(loss, W);
  std::cout << derive(loss, W, "W", {{{"n", n}, {"l2", l2}}}).text() << '\n';
  std::cout << "H V =\n" << hessian_vector_product(loss, W, V);
}
