// An expression of Armadillo's holds references to temporaries of the function that returns it.
// must say: the function must return a matrix, vector or number
#include <armagrad/armagrad.hpp>

int main() {
#ifdef MUST_NOT_COMPILE
  const auto values = [](const arma::vec& x) { return 2 * x % x; };
#else
  const auto values = [](const arma::vec& x) -> arma::vec { return 2 * x % x; };
#endif
  const auto f =
      armagrad::external(values, [](const arma::vec& dy, const arma::vec& x) -> arma::vec { return 4 * x % dy; });
  armagrad::gradient([&](auto x) { return accu(f(x)); }, arma::vec(2));
}
