// max(x, dim) is as in Armadillo; a number to compare with would become a dimension.
// must say: use of deleted function
#include <armagrad/armagrad.hpp>

int main() {
  arma::mat W(2, 2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  armagrad::gradient([](auto w) { return accu(max(w, 0.5)); }, W);
#else
  armagrad::gradient([](auto w) { return accu(max(w, 0)); }, W);
#endif
}
