#include <armagrad/detail/complex_replay.hpp>
#include "engine.hpp"
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/recording.hpp>

namespace armagrad {
template class Tape<double>;
template class Tape<float>;
template class Recording<double>;
template class Recording<float>;
template class ForwardMode<double>;
template class ForwardMode<float>;
template class ComplexReplay<double>;
template class ComplexReplay<float>;
}  // namespace armagrad
