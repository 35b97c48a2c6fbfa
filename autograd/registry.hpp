#pragma once
// Every operation there is, by family.

#include "rules/activations.hpp"
#include "rules/convolution.hpp"
#include "rules/decompositions.hpp"
#include "rules/elementwise.hpp"
#include "rules/indices.hpp"
#include "rules/least_squares.hpp"
#include "rules/linear_algebra.hpp"
#include "rules/matrix_functions.hpp"
#include "rules/parts.hpp"
#include "rules/powers.hpp"
#include "rules/products.hpp"
#include "rules/reductions.hpp"
#include "rules/shape.hpp"
#include "rules/softmax.hpp"
#include "rules/sparse.hpp"
#include "rules/special.hpp"
#include "rules/statistics.hpp"
#include "rules/trigonometry.hpp"

namespace armagrad {

template <class... Lists>
struct RuleLists {};
/// All of them; tests/harness has a table of cases for each.
using AllRules =
    RuleLists<ElementwiseRules, PowerRules, TrigonometryRules, ActivationRules, SpecialRules, ProductRules,
              ReductionRules, PartRules, ShapeRules, ConvolutionRules, StatisticsRules, LinearAlgebraRules,
              DecompositionRules, SparseRules<double>, SoftmaxRules>;

}  // namespace armagrad
