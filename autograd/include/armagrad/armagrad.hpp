#pragma once
// Armagrad: automatic differentiation for Armadillo. Include this; see README.md.

#include "sum_over_samples.hpp"
#include "check_function.hpp"
#include "checkpoint.hpp"
#include "derivatives.hpp"
#include "derive.hpp"
#include "program.hpp"
#include "ops/all.hpp"
