// Principal components: the k-dimensional subspace of largest variance, found by gradient ascent over
// matrices with orthonormal columns.
#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const arma::uword d = 12, k = 3;
  const arma::vec scales = arma::linspace(4, 0.5, d);
  const arma::mat X = arma::diagmat(scales) * arma::randn(d, 500), C = X * X.t() / 500;

  // Q of W = Q R is the retraction: it takes W back to orthonormal columns. As the loss depends on W through
  // Q only, its gradient at an orthonormal W is tangent to the manifold.
  const auto loss = [&](auto W) {
    auto Q = W, R = W;
    qr_econ(Q, R, W);
    return -trace(Q.t() * view(C) * Q);
  };

  arma::mat W, R;
  arma::qr_econ(W, R, arma::randn(d, k));
  std::cout << check_gradient(loss, W);

  for (int i = 0; i <= 90; ++i) {
    const auto [J, g] = value_and_gradient(loss, W);
    if (i % 30 == 0) std::cout << "step " << i << ": variance " << -J << '\n';
    arma::qr_econ(W, R, arma::mat(W - 0.05 * g));
  }

  arma::vec w;
  arma::mat V;
  arma::eig_sym(w, V, C);
  const arma::mat U = V.tail_cols(k);
  std::cout << "sum of the largest eigenvalues: " << arma::accu(w.tail(k)) << '\n'
            << "distance of the subspaces: " << arma::norm(W * W.t() - U * U.t()) << '\n';
}
