#pragma once
// Elementwise nodes of few entries, which go one by one, where a gather, a tile and a partly filled pack take longer.

#include <armagrad/detail/engine.hpp>

#include "../kernels/kernel_set.hpp"

namespace armagrad::detail {

/// Up to so many are computed, moved, scaled, added and copied one by one. Fewer than fill a register: one that is
/// loaded as a whole waits until numbers that were written apart are in the cache.
inline constexpr std::size_t few_entries = 7;
/// Up to so many are summed one by one, or read from where they are not neighbours.
inline constexpr std::size_t few_strided = 16;

/// Whether the entries of an elementwise node are so few that each is computed by a call: of arithmetic up to 7, as
/// packs gain less than where functions are evaluated.
template <class eT>
bool is_few(const Node<eT>& n) {
  constexpr auto first = std::size_t(NumberCode::first_rule), end = first + detail::size(ElementwiseRules());
  const auto code = std::size_t(n.operation->code);
  return n.shape.size() <= (code >= first && code < end ? few_entries : 4u);
}

/// The value of an elementwise node of few entries, each computed as a number. An operand may stand at `out`.
template <class eT>
void compute_few(const Operation<eT>& operation, const void* rule, eT* out,
                 const std::array<Strided<const eT>, 3>& from, Shape shape) {
  for (uword j = 0; j < shape.cols; ++j) {
    for (uword i = 0; i < shape.rows; ++i) {
      std::array<eT, 3> x;
      for (unsigned k = 0; k < operation.arity; ++k) x[k] = from[k].data[i * from[k].inner + j * from[k].outer];
      *out++ = operation.value_of_numbers(rule, x.data());
    }
  }
}

}  // namespace armagrad::detail
