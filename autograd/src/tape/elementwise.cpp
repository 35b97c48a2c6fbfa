// Elementwise nodes on the tape, one by one: their values and what they pass backward. Groups of them are in fused.cpp.

#include <armagrad/var.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "../kernels/blocks.hpp"
#include "elementwise_steps.hpp"
#include "engine.hpp"
#include "few.hpp"

namespace armagrad::detail {

namespace {

/// Kernels over whole arrays, where every operand is one of that shape or a number: no tiles are needed.
template <class eT>
struct Whole {
  static constexpr std::size_t register_size = 64 / sizeof(eT);
  alignas(64) eT numbers[5][register_size];
  const eT* x[5];
  std::uint8_t step[5];

  void array(unsigned k, const eT* data) { x[k] = data, step[k] = 1; }
  void number(unsigned k, eT value) {
    for (eT& n : numbers[k]) n = value;
    x[k] = numbers[k], step[k] = 0;
  }
  /// Points x[first], ... at the operands of n, if none is a broadcast row or column.
  bool reads_operands(const Engine<eT>& engine, const Node<eT>& n, unsigned first) {
    for (unsigned k = 0; k < n.arity; ++k) {
      const Node<eT>& operand = engine.node(n.operands[k]);
      if (operand.shape == n.shape)
        array(first + k, engine.data(n.operands[k]));
      else if (operand.one_by_one())
        number(first + k, *engine.data(n.operands[k]));
      else
        return false;
    }
    return true;
  }
};

}  // namespace

// ---- Values ----

// Not inline: nodes that are numbers go another way and would pay for these functions' stack.
template <class eT>
[[gnu::noinline]] void Engine<eT>::compute_elementwise(Index i, std::span<const Schedule::Drop> drops) {
  const Node<eT>& n = nodes_[i];
  const Operation<eT>& op = *n.operation;
  // An operand of the same shape that is not needed any more makes room before: the pool gives its memory out again,
  // and the operation works in place.
  const auto output_in_place = [&] {
    for (const Schedule::Drop& d : drops) {
      if (nodes_[d.value].shape == n.shape) drop_value(d.value);
    }
    return output(i);
  };
  if (is_few(n)) {
    const std::array<Strided<const eT>, 3> x = looks(n);
    return compute_few(op, rule(i), output_in_place(), x, n.shape);
  }
  Whole<eT> whole;
  if (!whole.reads_operands(*this, n, 0)) {
    tiles::Step<eT> step = value_step(op, rule(i), looks(n));
    step.out = output_in_place();
    return tiles::run<eT>(std::span(&step, 1), n.shape.rows, n.shape.cols);
  }
  op.value(rule(i), output_in_place(), whole.x, whole.step, n.shape.size());
}

/// The sum of the entries of node i, which is not stored.
template <class eT>
[[gnu::noinline]] double Engine<eT>::sum_elementwise(Index i) {
  const Node<eT>& n = nodes_[i];
  if (is_few(n)) {
    eT values[few_entries];
    compute_few(*n.operation, rule(i), values, looks(n), n.shape);
    return std::accumulate(values, values + n.shape.size(), 0.0);
  }
  Whole<eT> whole;
  if (n.shape.size() <= tiles::tile_size<eT> && whole.reads_operands(*this, n, 0)) {
    alignas(64) eT values[tiles::tile_size<eT>];
    n.operation->value(rule(i), values, whole.x, whole.step, n.shape.size());
    return detail::block_loops<eT>().sum(values, n.shape.size());
  }
  tiles::Step<eT> step = value_step(*n.operation, rule(i), looks(n));
  step.sink = tiles::Sink::total;
  tiles::run<eT>(std::span(&step, 1), n.shape.rows, n.shape.cols);
  return step.total;
}

// ---- Adjoints ----

/// Finds the derivative of node i by operand k, where it reads nothing but numbers and so is one itself.
template <class eT>
bool Engine<eT>::constant_partial(Index i, unsigned k, eT& slope) const {
  const Node<eT>& n = nodes_[i];
  const std::uint8_t reads = n.operation->reads[k];
  bool constant = !(reads & reads::result);
  for (unsigned j = 0; j < n.arity; ++j) constant &= !(reads & reads::operand(j)) || nodes_[n.operands[j]].one_by_one();
  if (constant) slope = n.operation->pull_of_numbers(rule(i), k, eT(1), eT(0), numbers(n).data());
  return constant;
}
/// The derivative of node i by operand k, where it is a constant multiple of one operand or of the result: an alias
/// of that operand's memory. Else empty.
template <class eT>
Adjoint<eT> Engine<eT>::multiple_partial(Index i, unsigned k) const {
  const Node<eT>& n = nodes_[i];
  const Operation<eT>& op = *n.operation;
  if (op.multiple[k] == 0 || nodes_[n.operands[k]].shape != n.shape) return {};
  for (unsigned j = 0; j < n.arity; ++j) {
    if (op.reads[k] == reads::operand(j)) return {operand(n, j), chunk_of(n.operands[j]), eT(op.multiple[k])};
  }
  return {broadcast(data(i), n.shape, n.shape), chunk_of(i), eT(op.multiple[k])};
}
/// What operand k gets of dy as an alias of memory, which takes no pass; empty where a kernel must run.
template <class eT>
Adjoint<eT> Engine<eT>::alias_of_pull(Index i, unsigned k, Adjoint<eT> dy) const {
  if (eT slope; constant_partial(i, k, slope)) {
    dy.scale *= slope;
    return dy;
  }
  if (dy.look.inner != 0 || dy.look.outer != 0) return {};
  Adjoint<eT> part = multiple_partial(i, k);
  part.scale *= dy.scale * *dy.look.data;
  return part;
}

/// Whether the adjoint of node i, elementwise, is sparse, and so is what its operands get.
template <class eT>
bool Engine<eT>::passes_entries_on(Index i) const {
  const Node<eT>& n = nodes_[i];
  if (n.one_by_one() || !storage_[n.storage].adjoint.entries) return false;
  eT slope;
  for (unsigned k = 0; k < n.arity; ++k) {
    if (wants(n.operands[k]) && !constant_partial(i, k, slope)) return false;
  }
  return true;
}

template <class eT>
void Engine<eT>::pull_entries(Index i) {
  const Node<eT>& n = nodes_[i];
  for (unsigned k = 0; k < n.arity; ++k) {
    const Index to = n.operands[k];
    eT slope;
    if (!wants(to) || !constant_partial(i, k, slope) || slope == 0) continue;
    Adjoint<eT> part = storage_[n.storage].adjoint;
    part.scale *= slope;
    const Shape shape = nodes_[to].shape;
    if (shape == n.shape) {
      contribute(to, part);
      continue;
    }
    const auto [out, add] = accumulate(to);
    if (!add) std::fill_n(out, shape.size(), eT(0));
    scatter(broadcast(out, shape, n.shape), part, n.shape);
  }
}

template <class eT>
[[gnu::noinline]] void Engine<eT>::pull_elementwise(Index i, unsigned k) {
  const Node<eT>& n = nodes_[i];
  const Index to = n.operands[k];
  const Shape shape = nodes_[to].shape;
  if (is_few(n)) return pull_few(i, k);
  const Adjoint<eT> dy = adjoint(i);
  tiles::Step<eT> step;
  if (const Adjoint<eT> part = alias_of_pull(i, k, dy)) {
    if (part.scale == 0) return;
    if (shape == n.shape) return contribute(to, part);
    if (n.shape.size() <= few_strided) {
      const auto [out, add] = accumulate(to);
      return deliver_scaled(broadcast(out, shape, n.shape), add, part.look, part.scale, n.shape.rows, n.shape.cols);
    }
    step.x[0].from = part.look;
    step.scale = part.scale;
  } else if (pull_whole(i, k, dy)) {
    return;
  } else {
    step = pull_step(*n.operation, rule(i), k, dy, broadcast(data(i), n.shape, n.shape), looks(n));
  }
  eT* held = nullptr;
  direct(step, to, n.shape, held);
  tiles::run<eT>(std::span(&step, 1), n.shape.rows, n.shape.cols);
  if (held) pool_.release(held);
  if (step.sink == tiles::Sink::total) adjoints_[to] += eT(step.total);
}

/// Does it without tiles, where everything is one number or of one shape and there is nothing to add to.
template <class eT>
bool Engine<eT>::pull_whole(Index i, unsigned k, const Adjoint<eT>& dy) {
  const Node<eT>& n = nodes_[i];
  const Operation<eT>& op = *n.operation;
  const Index to = n.operands[k];
  if (nodes_[to].shape != n.shape || storage_[nodes_[to].storage].adjoint) return false;
  Whole<eT> whole;
  if (dy.look.inner == 0 && dy.look.outer == 0)
    whole.number(0, *dy.look.data * dy.scale);
  else if (is_full(dy, n.shape))
    whole.array(0, dy.look.data);
  else
    return false;
  if (op.reads[k] & reads::result)
    whole.array(1, data(i));
  else
    whole.number(1, 1);
  for (unsigned j = 0; j < n.arity; ++j) {
    const Node<eT>& x = nodes_[n.operands[j]];
    if (!(op.reads[k] & reads::operand(j)))
      whole.number(2 + j, 1);
    else if (x.one_by_one())
      whole.number(2 + j, values_[n.operands[j]]);
    else if (x.shape == n.shape)
      whole.array(2 + j, storage_[x.storage].value);
    else
      return false;
  }
  op.pull[k](rule(i), replace(to).first, whole.x, whole.step, n.shape.size());
  return true;
}

/// Directs a step over a node of shape `from` to the adjoint of node `to`, summed where it was broadcast. `held` is
/// memory that the step reads, to be released after it has run.
template <class eT>
void Engine<eT>::direct(tiles::Step<eT>& step, Index to, Shape from, eT*& held) {
  const Node<eT>& n = nodes_[to];
  if (n.one_by_one()) {
    step.sink = tiles::Sink::total;
  } else if (n.shape != from) {
    step.sink = n.shape.rows == from.rows ? tiles::Sink::rows : tiles::Sink::columns;
    std::tie(step.out, step.add) = accumulate(to);
  } else {
    const Adjoint<eT> before = adjoint(to);
    if (before.chunk && pool_.exclusive(before.chunk) && is_full(before, n.shape)) {
      step.out = const_cast<eT*>(before.look.data);
      step.add = true;
      return;
    }
    if (before.chunk) pool_.retain(held = before.chunk);
    step.out = replace(to).first;
    step.base.from = before.look;
    step.base_scale = before.scale;
  }
}

template class Engine<double>;
template class Engine<float>;

}  // namespace armagrad::detail
