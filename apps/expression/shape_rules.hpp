#pragma once
// The shapes of functions' results, over named dimensions. std::logic_error where the arguments' do not fit.

#include "functions.hpp"

namespace armagrad::apps::shape {

/// Operands of one shape, or numbers; each_row() and each_col() broadcast vectors.
Sides entrywise(const ShapeCall& x);
Sides same(const ShapeCall& x);
Sides number(const ShapeCall& x);
/// An operand that has one entry already.
Sides one(const ShapeCall& x);
Sides dot(const ShapeCall& x);
Sides product(const ShapeCall& x);
Sides power(const ShapeCall& x);
Sides transpose(const ShapeCall& x);
/// A square matrix of the same shape, or a number of it.
Sides square(const ShapeCall& x);
Sides square_number(const ShapeCall& x);
/// sum(x[, dim]), var(x[, norm_type[, dim]]), max(x[, dim]) or max(a, b).
Sides reduced(const ShapeCall& x);
Sides reduced_second(const ShapeCall& x);
/// As above, with a default dimension whether x is a vector or not.
Sides logsumexp(const ShapeCall& x);
Sides column_norms(const ShapeCall& x);
Sides extreme(const ShapeCall& x);
Sides along(const ShapeCall& x);
Sides solve(const ShapeCall& x);
Sides syl(const ShapeCall& x);
Sides join_rows(const ShapeCall& x);
Sides join_cols(const ShapeCall& x);
Sides filled(const ShapeCall& x);
Sides reshape(const ShapeCall& x);
Sides repmat(const ShapeCall& x);
Sides kron(const ShapeCall& x);
Sides vectorise(const ShapeCall& x);
Sides diagvec(const ShapeCall& x);
Sides diagmat(const ShapeCall& x);
/// The square matrix of a diagonal, or the diagonal of a square matrix.
Sides diagonal(const ShapeCall& x);
Sides singular_values(const ShapeCall& x);
Sides left_vectors(const ShapeCall& x);
Sides right_vectors(const ShapeCall& x);
Sides eigenvalues(const ShapeCall& x);
Sides row(const ShapeCall& x);
Sides col(const ShapeCall& x);
Sides rows(const ShapeCall& x);
Sides cols(const ShapeCall& x);
Sides head_rows(const ShapeCall& x);
Sides head_cols(const ShapeCall& x);
Sides submat(const ShapeCall& x);
Sides entry(const ShapeCall& x);
Sides unit(const ShapeCall& x);
Sides placed(const ShapeCall& x);
Sides folded(const ShapeCall& x);
Sides sorted_back(const ShapeCall& x);
/// A square matrix and a column as long.
Sides over_gaps(const ShapeCall& x);

}  // namespace armagrad::apps::shape
