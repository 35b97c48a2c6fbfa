#pragma once
// Every rule there is, by family.

#include <armagrad/ops/all.hpp>

#include "activations.hpp"
#include "compositions.hpp"
#include "convolution.hpp"
#include "densities.hpp"
#include "elementwise.hpp"
#include "indices.hpp"
#include "integrals.hpp"
#include "linear_algebra/decompositions.hpp"
#include "linear_algebra/least_squares.hpp"
#include "linear_algebra/linear_algebra.hpp"
#include "linear_algebra/matrix_functions.hpp"
#include "partials.hpp"
#include "parts.hpp"
#include "powers.hpp"
#include "products.hpp"
#include "reductions.hpp"
#include "shape.hpp"
#include "slices.hpp"
#include "softmax.hpp"
#include "sparse/sparse.hpp"
#include "sparse/sparse_cholesky.hpp"
#include "sparse/sparse_variables.hpp"
#include "special.hpp"
#include "statistics.hpp"
#include "trigonometry.hpp"
#include "writes.hpp"

namespace armagrad::detail {

template <class... Lists>
struct RuleLists {};
/// All of them; tests/harness has a table of cases for each.
using AllRules =
    RuleLists<ElementwiseRules, PowerRules, TrigonometryRules, ActivationRules, SpecialRules, ProductRules,
              ReductionRules, PartRules, WriteRules, ShapeRules, ConvolutionRules, StatisticsRules, LinearAlgebraRules,
              DecompositionRules, SparseRules<double>, SparseVariableRules, SparseCholeskyRules, SoftmaxRules,
              CompositionRules, DensityRules, IntegralRules, SliceRules>;

}  // namespace armagrad::detail
