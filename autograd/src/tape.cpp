#include "../complex_replay.hpp"
#include "../engine.hpp"
#include "../forward_mode.hpp"
#include "../recording.hpp"

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
