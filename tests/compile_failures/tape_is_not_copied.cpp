// Handles point to their tape, so a tape stays where it is.
// must say: use of deleted function
#include <armagrad/armagrad.hpp>

int main() {
  armagrad::Tape<double> tape;
#ifdef MUST_NOT_COMPILE
  armagrad::Tape<double> copy = tape;
#else
  armagrad::Tape<double>& copy = tape;
#endif
  copy.clear();
}
