#include "few.hpp"

#include "engine.hpp"

namespace armagrad::detail {

/// Does it entry by entry, of a node that has few: an alias of the adjoint would take longer than a copy of it.
template <class eT>
void Engine<eT>::pull_few(Index i, unsigned k) {
  const Node<eT>& n = nodes_[i];
  const Adjoint<eT> dy = adjoint(i);
  const Operation<eT>& op = *n.operation;
  const unsigned reads = op.reads[k];
  const void* const text = rule(i);
  std::array<eT, 3> x{1, 1, 1};
  if (reads == 0) {
    const Index to = n.operands[k];
    const eT scale = dy.scale * op.pull_of_numbers(text, k, eT(1), eT(1), x.data());
    if (scale == 0) return;
    const auto [out, add] = accumulate(to);
    return deliver_scaled(broadcast(out, nodes_[to].shape, n.shape), add, dy.look, scale, n.shape.rows, n.shape.cols);
  }
  const std::array<Strided<const eT>, 3> from = looks(n);
  const eT* y = reads & reads::result ? data(i) : nullptr;
  eT part[few_entries];
  eT* next = part;
  for (uword j = 0; j < n.shape.cols; ++j) {
    for (uword r = 0; r < n.shape.rows; ++r) {
      for (unsigned o = 0; o < n.arity; ++o) {
        if (reads & reads::operand(o)) x[o] = from[o].data[r * from[o].inner + j * from[o].outer];
      }
      const eT g = dy.scale * dy.look.data[r * dy.look.inner + j * dy.look.outer];
      *next++ = op.pull_of_numbers(text, k, g, y ? *y++ : eT(1), x.data());
    }
  }
  add_few(n.operands[k], n.shape, part);
}

/// Adds what a node of shape `from` passes on, of few entries, to the adjoint of node i, summed where it was broadcast.
template <class eT>
void Engine<eT>::add_few(Index i, Shape from, const eT* part) {
  const Shape s = nodes_[i].shape;
  const auto [out, add] = accumulate(i);
  if (s != from)
    return deliver_scaled(broadcast(out, s, from), add, broadcast(part, from, from), eT(1), from.rows, from.cols);
  for (uword e = 0; e < s.size(); ++e) out[e] = add ? out[e] + part[e] : part[e];
}

#define ARMAGRAD_INSTANTIATE(eT)                           \
  template void Engine<eT>::pull_few(Index i, unsigned k); \
  template void Engine<eT>::add_few(Index i, Shape from, const eT* part);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
