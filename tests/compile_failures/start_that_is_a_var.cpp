// Nothing is differentiated by the start of a solver.
// must say: the start is a plain matrix, vector or number
#include <armagrad/armagrad.hpp>

int main() {
  const auto loss = [](auto p) {
#ifdef MUST_NOT_COMPILE
    return argmin([](auto x, auto q) { return square(x - q); }, p, p);
#else
    return argmin([](auto x, auto q) { return square(x - q); }, 0.0, p);
#endif
  };
  armagrad::gradient(loss, 1.0);
}
