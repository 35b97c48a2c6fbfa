#include <armagrad/armagrad.hpp>
int main() {
  const arma::mat A = {{2, 1}, {1, 3}}, w(2, 1, arma::fill::ones);
  const arma::mat g = armagrad::gradient([&](auto v) { return accu(square(armagrad::view(A) * v)); }, w);
  return arma::approx_equal(g, 2 * A.t() * A * w, "absdiff", 1e-14) ? 0 : 1;
}
