#pragma once
// Armagrad: automatic differentiation for Armadillo. Include this; see README.md.

#include "sum_over_samples.hpp"
#include "check_function.hpp"
#include "checkpoint.hpp"
#include "derivatives.hpp"
#include "derive.hpp"
#include "program.hpp"
#include "ops/all.hpp"

namespace armagrad {
// The tape and its readings are compiled in the library, for float and double.
extern template class Tape<double>;
extern template class Tape<float>;
extern template class Recording<double>;
extern template class Recording<float>;
extern template class ForwardMode<double>;
extern template class ForwardMode<float>;
}  // namespace armagrad
