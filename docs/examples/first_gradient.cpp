#include <armagrad/armagrad.hpp>
int main() {
  const arma::mat A = {{2, 1}, {1, 3}}, w(2, 1, arma::fill::ones);
  const auto loss = [&](auto v) { return accu(square(armagrad::view(A) * v)); };
  armagrad::gradient(loss, w).print("dJ/dw:");
}
