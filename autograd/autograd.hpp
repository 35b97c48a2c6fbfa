#pragma once
// Armagrad: automatic differentiation for Armadillo. Include this; see README.md.

#include "derivatives.hpp"
#include "engine.hpp"
#include "rules/elementwise.hpp"
#include "rules/products.hpp"
#include "rules/reductions.hpp"
#include "rules/softmax.hpp"
