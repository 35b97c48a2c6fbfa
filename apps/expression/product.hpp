#pragma once

#include <armagrad/var.hpp>

namespace armagrad::apps {

/// The products of the columns (dim 0) or rows (dim 1). Where no entry is 0, one node whose derivative is the
/// textbook's, prod(x)/x; else prod() of the library, whose derivative is right at zeros too, and long.
Var<double> product_of_entries(const Var<double>& x, uword dim);

}  // namespace armagrad::apps
