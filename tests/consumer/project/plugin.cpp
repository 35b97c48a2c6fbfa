// A module to be loaded at run time, as of R or Python, has the library linked in: it is position-independent.
#include <armagrad/armagrad.hpp>

extern "C" __attribute__((visibility("default"))) double slope(double x) {
  return armagrad::gradient([](auto v) { return accu(v % v); }, arma::mat(1, 1, arma::fill::value(x)))(0);
}
