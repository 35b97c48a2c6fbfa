#pragma once
// Every operation there is, by family.

#include <vector>

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

template <class... Rules>
struct RuleList {};

using ElementwiseRules =
    RuleList<rules::Plus, rules::Minus, rules::Times, rules::Chain, rules::Divide, rules::Negate,
             rules::Greater, rules::GreaterEqual, rules::Equal, rules::NotEqual, rules::Where, rules::Larger,
             rules::Smaller, rules::Clamp, rules::Abs, rules::Sign, rules::Floor, rules::Ceil, rules::Round,
             rules::Trunc, rules::StopGradient>;
using PowerRules =
    RuleList<rules::Exp, rules::Expm1, rules::Exp2, rules::Exp10, rules::Log, rules::Log1p, rules::Log2,
             rules::Log10, rules::Sqrt, rules::Cbrt, rules::Square, rules::Pow, rules::Power, rules::Xlogy>;
using TrigonometryRules =
    RuleList<rules::Sin, rules::Cos, rules::Tan, rules::Asin, rules::Acos, rules::Atan, rules::Sinh,
             rules::Cosh, rules::Tanh, rules::Asinh, rules::Acosh, rules::Atanh, rules::Atan2, rules::Hypot>;
using ActivationRules = RuleList<rules::Sigmoid, rules::Softplus, rules::Relu, rules::LeakyRelu, rules::Elu,
                                 rules::Gelu, rules::Silu>;
using SpecialRules = RuleList<rules::Erf, rules::Erfc, rules::Lgamma, rules::Polygamma>;
using ProductRules = RuleList<rules::Transpose, rules::MatMul>;
using ReductionRules =
    RuleList<rules::Spread, rules::Accu, rules::Sum, rules::FirstMax, rules::Max, rules::Min>;
using PartRules =
    RuleList<rules::Block, rules::PlacedIn, rules::Assign, rules::Reshape, rules::Gather, rules::Scatter>;
using ShapeRules = RuleList<rules::Join, rules::Repmat, rules::Fold, rules::Diagonal, rules::OnDiagonal,
                            rules::Triangle, rules::Arrange>;
using ConvolutionRules = RuleList<rules::Patches, rules::MaxPool>;
using LinearAlgebraRules = RuleList<rules::Lu, rules::CholeskyFactor, rules::Chol, rules::Solve,
                                    rules::SolveTriangular, rules::Inverse, rules::LogDet, rules::Det>;
using DecompositionRules =
    RuleList<rules::Eigen, rules::Eigenvalues, rules::Eigenvectors, rules::OverGaps, rules::Qr, rules::QrQ,
             rules::QrR, rules::NormalSolve, rules::LeastSquares, rules::Expmat, rules::Sylvester>;
using StatisticsRules = RuleList<rules::Variance, rules::Stddev, rules::Length, rules::RunningSums>;
template <class eT>
using SparseRules = RuleList<rules::SparseProduct<eT>>;
using SoftmaxRules = RuleList<rules::LogSumExp, rules::Softmax, rules::LogSoftmax>;

template <class... Lists>
struct RuleLists {};
/// All of them; tests/harness has a table of cases for each.
using AllRules =
    RuleLists<ElementwiseRules, PowerRules, TrigonometryRules, ActivationRules, SpecialRules, ProductRules,
              ReductionRules, PartRules, ShapeRules, ConvolutionRules, StatisticsRules, LinearAlgebraRules,
              DecompositionRules, SparseRules<double>, SoftmaxRules>;

template <class eT>
using OperationGetter = const Operation<eT>& (*)();

/// The tables of a list's rules. The compiled library holds them for float and double.
template <class eT, class List>
const std::vector<OperationGetter<eT>>& operations();

}  // namespace armagrad
