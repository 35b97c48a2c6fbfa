#pragma once
// Small matrices of a recording as the numbers they are made of, so that what a program does with them goes through its
// loops over numbers: of a 2 x 2 product, eight multiplications, and of a transpose or a part nothing.

#include <armagrad/var.hpp>

namespace armagrad::detail {

/// How many operations on small matrices there are in what root depends on, if a replay gains from their being made of
/// numbers; else 0.
template <class eT>
std::size_t worth_scalarising(const Var<eT>& root);

/// Records on `to` what root is made of, with small matrices as numbers where only that is done with them which numbers
/// can do, and returns the root there. The arguments, leaves of root's tape, are replaced by those of `to`. Root's tape
/// has to live as long as `to`. Sums and products may round differently in the last place.
template <class eT>
Var<eT> scalarise(const Var<eT>& root, Tape<eT>& to, std::vector<Var<eT>>& arguments);

}  // namespace armagrad::detail
