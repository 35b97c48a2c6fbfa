#pragma once
// Armagrad: automatic differentiation for Armadillo. Include this; see README.md.

#include "blocks.hpp"
#include "check/check_function.hpp"
#include "checkpoint.hpp"
#include "derivatives.hpp"
#include "formula/formula.hpp"
#include "program.hpp"
#include "registry.hpp"

#ifdef ARMAGRAD_LIBRARY  // the tape and the rules for float and double are compiled in the library

namespace armagrad {
extern template class Tape<double>;
extern template class Tape<float>;
extern template class Recording<double>;
extern template class Recording<float>;
extern template class ForwardMode<double>;
extern template class ForwardMode<float>;
}  // namespace armagrad

#else

#include "check/check_function_impl.hpp"
#include "check/check_gradient_impl.hpp"
#include "engine.hpp"
#include "formula/formula_impl.hpp"
#include "operations.hpp"

#endif
