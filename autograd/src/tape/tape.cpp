#include "engine.hpp"

namespace armagrad {
template class Tape<double>;
template class Tape<float>;
}  // namespace armagrad
