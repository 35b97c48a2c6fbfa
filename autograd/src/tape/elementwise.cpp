// Elementwise nodes on the tape: their values and what they pass backward, alone or fused with their neighbours.

#include <armagrad/var.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "../kernels/blocks.hpp"
#include "engine.hpp"
#include "few.hpp"
#include "tiles.hpp"

namespace armagrad::detail {

namespace {

template <class eT>
constexpr eT one = 1;  // read in place of what a rule does not read, which may not be there

/// The value of an elementwise node as a step.
template <class eT>
tiles::Step<eT> value_step(const Operation<eT>& operation, const void* rule,
                           const std::array<Strided<const eT>, 3>& x) {
  tiles::Step<eT> step;
  step.kernel = operation.value;
  step.rule = rule;
  step.arity = operation.arity;
  for (unsigned k = 0; k < operation.arity; ++k) step.x[k].from = x[k];
  return step;
}

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

/// Computes neighbouring elementwise nodes of one shape, and sums of such nodes, fused. Values that nobody reads
/// after the group stay in buffers of the tile.
template <class eT>
[[gnu::noinline]] void Engine<eT>::compute_group(std::span<const Index> group, std::span<const Schedule::Drop> drops) {
  std::array<tiles::Step<eT>, tiles::max_group> steps;
  struct Held {
    Index node;
    bool in_use;
  };
  std::array<Held, tiles::max_buffers> buffers{};
  const auto buffer_of = [&](Index i) {
    for (int b = 0; b < tiles::max_buffers; ++b) {
      if (buffers[b].in_use && buffers[b].node == i) return b;
    }
    return -1;
  };
  Shape shape;
  for (std::size_t s = 0; s < group.size(); ++s) {
    const Index i = group[s];
    const bool is_sum = nodes_[i].operation->family == Family::total;
    const Index of = is_sum && !nodes_[nodes_[i].operands[0]].evaluated && buffer_of(nodes_[i].operands[0]) < 0
                         ? nodes_[i].operands[0]
                         : i;  // whose kernel runs
    const Node<eT>& n = nodes_[of];
    tiles::Step<eT>& step = steps[s];
    step.rule = rule(of);
    step.arity = n.arity;
    if (n.operation->family == Family::elementwise) step.kernel = n.operation->value;
    shape = step.kernel ? n.shape : nodes_[n.operands[0]].shape;
    for (unsigned k = 0; k < n.arity; ++k) {
      step.x[k].buffer = buffer_of(n.operands[k]);
      if (step.x[k].buffer < 0)
        step.x[k].from = step.kernel
                             ? operand(n, k)
                             : broadcast(data(n.operands[k]), nodes_[n.operands[k]].shape, nodes_[n.operands[k]].shape);
    }
    if (is_sum) {
      step.sink = tiles::Sink::total;
      continue;
    }
    bool has_last_use_here = false;
    for (const Schedule::Drop& d : drops) {
      has_last_use_here |= d.value == i;
      if (d.after != i) continue;
      const int b = buffer_of(d.value);
      if (b >= 0) buffers[b].in_use = false;                               // this step may write where it read
      if (b < 0 && nodes_[d.value].shape == n.shape) drop_value(d.value);  // and so in memory
    }
    if (has_last_use_here) {
      const auto free = std::find_if(buffers.begin(), buffers.end(), [](const Held& h) { return !h.in_use; });
      *free = {i, true};
      step.sink = tiles::Sink::buffer;
      step.buffer = int(free - buffers.begin());
    } else {
      step.out = output(i);
      nodes_[i].evaluated = true;
    }
  }
  tiles::run<eT>(std::span(steps).first(group.size()), shape.rows, shape.cols);
  for (std::size_t s = 0; s < group.size(); ++s) {
    if (steps[s].sink != tiles::Sink::total) continue;
    values_[group[s]] = eT(steps[s].total);
    nodes_[group[s]].evaluated = true;
  }
  for (const Schedule::Drop& d : drops) drop_value(d.value);
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

/// dy % (the derivative by operand k) of node i as a step; what becomes of it is left to the caller.
template <class eT>
tiles::Step<eT> pull_step(const Operation<eT>& op, const void* rule, unsigned k, const Adjoint<eT>& dy,
                          Strided<const eT> y, const std::array<Strided<const eT>, 3>& x) {
  static constexpr Strided<const eT> unread{&one<eT>, 0, 0};
  tiles::Step<eT> step;
  step.kernel = op.pull[k];
  step.rule = rule;
  step.arity = op.arity + 2;
  step.x[0].from = dy.look;
  step.scale = dy.scale;
  step.x[1].from = op.reads[k] & reads::result ? y : unread;
  for (unsigned j = 0; j < op.arity; ++j) step.x[2 + j].from = op.reads[k] & reads::operand(j) ? x[j] : unread;
  return step;
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

namespace {

/// An adjoint that only neighbours in a group add to: a buffer of the tile, or an alias of memory.
template <class eT>
struct AdjointInTile {
  int buffer = -1;
  Adjoint<eT> alias;  // of a buffer, its scale alone

  explicit operator bool() const { return buffer >= 0 || alias; }
  tiles::Input<eT> input() const { return {alias.look, buffer}; }
};

}  // namespace

/// Passes on the adjoints of neighbouring elementwise nodes of one shape, the last one first, fused. Those marked
/// `in_tile` get contributions from their neighbours alone, and have no adjoint in memory. The values of those in
/// `recomputed` are computed in the tiles.
template <class eT>
[[gnu::noinline]] void Engine<eT>::pull_group(std::span<const Index> group, std::span<const std::uint8_t> in_tile,
                                              std::span<const Index> recomputed) {
  std::array<tiles::Step<eT>, tiles::max_steps> steps;
  std::array<Index, tiles::max_steps> targets;
  std::array<eT*, tiles::max_steps> held{};
  std::array<AdjointInTile<eT>, tiles::max_group> adjoints;
  std::array<int, tiles::max_buffers> uses{};
  std::size_t count = 0;
  const Shape shape = nodes_[group[0]].shape;
  if (std::any_of(group.begin(), group.end(), [this](Index i) { return passes_entries_on(i); })) {
    for (const Index i : recomputed) compute(i);
    std::for_each(group.rbegin(), group.rend(), [this](Index i) { pull(i); });
    return;
  }

  std::array<int, tiles::max_group> values;  // by place in the group, the buffer that holds it
  values.fill(-1);
  const auto place_of = [&](Index i) { return std::size_t(std::ranges::find(group, i) - group.begin()); };
  const auto value_of = [&](Index i) {
    const std::size_t k = place_of(i);
    return k < group.size() ? values[k] : -1;
  };
  for (const Index i : recomputed) {
    tiles::Step<eT>& step = steps[count];
    step = value_step(*nodes_[i].operation, rule(i), looks(nodes_[i]));
    for (unsigned k = 0; k < step.arity; ++k) step.x[k].buffer = value_of(nodes_[i].operands[k]);
    step.sink = tiles::Sink::buffer;
    step.buffer = values[place_of(i)] = int(count);
    uses[count++] = 1;
  }

  /// Makes `a` the sum of itself and what the step computes.
  const auto add_in_tile = [&](AdjointInTile<eT>& a, tiles::Step<eT>& step) {
    step.sink = tiles::Sink::buffer;
    step.add = a.buffer >= 0 && a.alias.scale == 1 && uses[a.buffer] == 1;
    if (step.add) {
      step.buffer = a.buffer;
      return;
    }
    step.buffer = int(std::find(uses.begin(), uses.end(), 0) - uses.begin());
    if (a) step.base = a.input(), step.base_scale = a.alias.scale;
    if (a.buffer >= 0) --uses[a.buffer];
    ++uses[step.buffer];
    a = {step.buffer, {}};
  };

  for (std::size_t g = group.size(); g-- > 0;) {
    const Index i = group[g];
    const Node<eT>& n = nodes_[i];
    AdjointInTile<eT> dy = adjoints[g];
    if (!in_tile[g]) dy.alias = adjoint(i);
    if (!dy) continue;
    for (unsigned k = 0; k < n.arity; ++k) {
      const Index to = n.operands[k];
      if (!wants(to)) continue;
      const std::size_t neighbour = place_of(to);
      AdjointInTile<eT>* const target = neighbour < group.size() && in_tile[neighbour] ? &adjoints[neighbour] : nullptr;

      AdjointInTile<eT> part;
      if (dy.buffer < 0) {
        part.alias = alias_of_pull(i, k, dy.alias);
      } else if (eT slope; constant_partial(i, k, slope)) {
        part = dy;
        part.alias.scale *= slope;
      }
      if (part && part.alias.scale == 0) continue;
      if (part && target && !*target) {
        *target = part;
        if (part.buffer >= 0) ++uses[part.buffer];
        continue;
      }
      const bool same_shape = nodes_[to].shape == n.shape;
      if (part && part.buffer < 0 && !target && same_shape && !storage_[nodes_[to].storage].adjoint) {
        contribute(to, part.alias);
        continue;
      }
      tiles::Step<eT>& step = steps[count];
      if (part) {
        step.x[0] = part.input();
        step.scale = part.alias.scale;
      } else {
        step = pull_step(*n.operation, rule(i), k, dy.alias, broadcast(data(i), n.shape, n.shape), looks(n));
        step.x[0] = dy.input();
        step.x[1].buffer = values[g];
        for (unsigned j = 0; j < n.arity; ++j) step.x[2 + j].buffer = value_of(n.operands[j]);
      }
      if (target)
        add_in_tile(*target, step);
      else
        direct(step, to, shape, held[count]);
      targets[count++] = to;
    }
    if (dy.buffer >= 0) --uses[dy.buffer];
    if (values[g] >= 0) --uses[values[g]];  // all that read it have passed their adjoints on
  }
  tiles::run<eT>(std::span(steps).first(count), shape.rows, shape.cols);
  for (std::size_t s = 0; s < count; ++s) {
    if (held[s]) pool_.release(held[s]);
    if (steps[s].sink == tiles::Sink::total) adjoints_[targets[s]] += eT(steps[s].total);
  }
}

template class Engine<double>;
template class Engine<float>;

}  // namespace armagrad::detail
