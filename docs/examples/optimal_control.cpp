// Optimal control of a linear system: the feedback that brings a crane's load to rest at the least cost, by
// Newton's method, and by Riccati's equation.
#include "newton.hpp"
using namespace armagrad;

int main() {
  // x' = A x + B u: the trolley's position and speed, the load's angle and its rate, and what u accelerates.
  const arma::mat A{{0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, -9.81, -0.1}}, B = arma::vec{0, 1, 0, -1};
  const arma::mat W = arma::diagmat(arma::vec{1, 1, 10, 1});

  // What u = -K x costs, the integral of x' W x + u^2 = x' V x, is x' P x for a start at x, and trace(P) on
  // the average over starts of covariance I. The exponential of (-F' V; 0 F) t gives E = exp(F t) and the
  // P of the time up to t (Van Loan 1978), and P(2 t) = P(t) + E(t)' P(t) E(t).
  const auto cost = [&](auto K) {
    const auto F = view(A) - view(B) * K, V = view(W) + K.t() * K;
    const auto both = expmat(0.5 * join_cols(join_rows(-F.t(), V), join_rows(0 * F, F)));
    auto E = both.submat(4, 4, 7, 7), P = E.t() * both.submat(0, 4, 3, 7);
    for (int doubling = 0; doubling < 7; ++doubling) {
      P = P + E.t() * P * E;
      E = E * E;
    }
    return trace(P);
  };

  arma::mat K{{1, 2, 0, 0}};
  std::cout << check_gradient(cost, K);
  for (int i = 0; i < 16; ++i) {
    const double J = newton_step(cost, K, 0.5);
    if (i % 5 == 0) std::cout << "step " << i << ": cost " << J << '\n';
  }

  // Riccati's equation by the stable eigenvectors of its Hamiltonian matrix.
  arma::cx_vec w;
  arma::cx_mat U;
  arma::eig_gen(w, U, arma::mat(arma::join_cols(arma::join_rows(A, -B * B.t()), arma::join_rows(-W, -A.t()))));
  U = U.cols(arma::find(arma::real(w) < 0));
  const arma::mat riccati = B.t() * arma::real(U.tail_rows(4) * arma::inv(U.head_rows(4)));
  std::cout << "feedback:    " << K << "by Riccati's: " << riccati;
}
