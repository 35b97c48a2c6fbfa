// A number to compare with has a fraction, as max(x, dim) is Armadillo's: an integer in the first place is no
// dimension. must say: no matching function for call to 'max
#include <armagrad/armagrad.hpp>

int main() {
  arma::mat W(2, 2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  armagrad::gradient([](auto w) { return accu(max(0, w)); }, W);
#else
  armagrad::gradient([](auto w) { return accu(max(0.0, w)) + accu(max(w, 0.5)) + accu(max(w, 0)); }, W);
#endif
}
