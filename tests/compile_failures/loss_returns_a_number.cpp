// A loss that returns a plain number has left the tape.
// must say: the loss must return a Var
#include <armagrad/armagrad.hpp>

int main() {
  const arma::mat W(2, 2, arma::fill::ones);
#ifdef MUST_NOT_COMPILE
  const auto loss = [](auto w) { return accu(w).scalar(); };
#else
  const auto loss = [](auto w) { return accu(w); };
#endif
  armagrad::gradient(loss, W);
}
