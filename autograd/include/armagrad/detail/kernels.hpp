#pragma once
// Copies, sums and outer products of strided arrays, and products of small matrices.

#include "operation.hpp"

namespace armagrad::detail {

/// out = scale * x, or out += scale * x, entry by entry of a rows x cols array; where out repeats a row, a column or
/// a number, it gets the sum over what shares a place.
template <class T>
void deliver_scaled(const Strided<T>& out, bool add, const std::type_identity_t<Strided<const T>>& x,
                    std::type_identity_t<T> scale, uword rows, uword cols);

/// out = base_scale * base + a b' (a: one per row, b: one per column), in one pass.
template <class eT>
void deliver_outer(eT* out, Strided<const eT> base, std::type_identity_t<eT> base_scale, const eT* a, const eT* b,
                   uword rows, uword cols);

/// op(a) * op(b), not yet computed; op transposes (without conjugating) where the flag says so.
template <class T>
struct Product {
  const T* a;
  Shape a_shape;
  bool ta;
  const T* b;
  Shape b_shape;
  bool tb;
  enum class Adjoint : std::uint8_t { neither, a, b } adjoint = Adjoint::neither;
  /// Of an adjoint that is sparse, see detail::Adjoint: its factor points to the numbers.
  const std::uint64_t* entries = nullptr;
  uword count = 0;
  T scale = 1;

  uword rows() const { return ta ? a_shape.cols : a_shape.rows; }
  uword inner() const { return ta ? a_shape.rows : a_shape.cols; }
  uword cols() const { return tb ? b_shape.rows : b_shape.cols; }
};

/// Whether loops take less time for a product than a call of BLAS.
template <class T>
[[gnu::always_inline]] inline bool is_small(const Product<T>& p) {
  const uword rows = p.rows(), inner = p.inner(), cols = p.cols();
  return std::is_floating_point_v<T> && rows <= 4 && (inner | cols) < 16 && rows * inner * cols <= 64;
}
/// out = op(a) * op(b), or out += op(a) * op(b), of a small product. An adjoint of 0 adds 0, whatever it meets.
template <class T>
void multiply_small(T* out, bool add, const Product<T>& p);

/// out += op(a) * op(b), where the adjoint is sparse: adds the rows or columns of the other factor that its entries
/// meet.
template <class T>
void multiply_entries(T* out, const Product<T>& p);

/// Whether none of n numbers is infinite or a NaN.
template <class T>
bool all_finite(const T* x, std::size_t n);

/// Writes or adds a block of a larger matrix whose columns are `outer` apart.
template <class T>
void put_block(T* out, uword outer, bool add, const Strided<const T>& x, T scale, Shape block);

}  // namespace armagrad::detail
