#pragma once
// Small matrices of a recording as the numbers they are made of, so that what a program does with them goes through its
// loops over numbers: of a 2 x 2 product, eight multiplications, and of a transpose or a part nothing.

#include <armagrad/var.hpp>

namespace armagrad::detail {

/// If so much of what root is made of is done with small matrices that a replay gains from it: records the same on
/// `to`, with small matrices as numbers where only that is done with them which numbers can do, and returns how many
/// operations on small matrices there were; else 0. Root and the arguments, leaves of its tape, become those of `to`,
/// and the tape they were on has to live as long. Sums and products may round differently in the last place.
template <class eT>
std::size_t scalarise(Var<eT>& root, Tape<eT>& to, std::vector<Var<eT>>& arguments);

}  // namespace armagrad::detail
