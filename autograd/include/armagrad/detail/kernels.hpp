#pragma once
// Copies, sums and outer products of strided arrays.

#include "operation.hpp"

namespace armagrad::detail {

/// out = scale * x, or out += scale * x, entry by entry of a rows x cols array; where out repeats a row, a column or
/// a number, it gets the sum over what shares a place.
template <class T>
void deliver_scaled(Strided<T> out, bool add, Strided<const T> x, std::type_identity_t<T> scale, uword rows,
                    uword cols);

/// out = base_scale * base + a b' (a: one per row, b: one per column), in one pass.
template <class eT>
void deliver_outer(eT* out, Strided<const eT> base, std::type_identity_t<eT> base_scale, const eT* a, const eT* b,
                   uword rows, uword cols);

/// Whether none of n numbers is infinite or a NaN.
template <class T>
bool all_finite(const T* x, std::size_t n);

/// Writes or adds a block of a larger matrix whose columns are `outer` apart.
template <class T>
void put_block(T* out, uword outer, bool add, Strided<const T> x, T scale, Shape block);

}  // namespace armagrad::detail
