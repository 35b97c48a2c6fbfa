#pragma once
// Armagrad: automatic differentiation for Armadillo. Include this; see README.md.

#include "check_function.hpp"
#include "checkpoint.hpp"
#include "derivatives.hpp"
#include "derive.hpp"
#include "external.hpp"
#include "implicit.hpp"
#include "ops/all.hpp"
#include "parameters.hpp"
#include "problems.hpp"
#include "program.hpp"
#include "random.hpp"
#include "scan.hpp"
#include "scores.hpp"
#include "sum_over_samples.hpp"
#include "types_of.hpp"

#include <armagrad/arma_names.hpp>
