#pragma once
// Derivatives of vectors and matrices: Jacobians, Hessians, differentials.

#include "derivation.hpp"

namespace armagrad::apps {

/// What is differentiated: the expression, or the gradient of one that is a number.
enum class Of { expression, gradient };

/// The derivative by the one variable: of a column by a column its matrix, dy/dx or d2J/dx2; else as a differential,
/// dY = A dX B.
Formula jacobian(const Problem& problem, Of of, const Data* given = nullptr);

/// The formula read back along a random direction, against the tape's derivative and against central differences.
GradientCheck jacobian_evidence(const Problem& problem, Of of, const Formula& formula, const Data* given = nullptr);

}  // namespace armagrad::apps
