// Groups of neighbouring elementwise nodes of one shape, fused: their values with sums of them, and what they pass
// backward, a tile at a time.

#include <armagrad/var.hpp>

#include <algorithm>

#include "elementwise_steps.hpp"
#include "engine.hpp"

namespace armagrad::detail {

// ---- Values ----

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
  const Shape shape = nodes_[group.front()].shape;
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

#define ARMAGRAD_INSTANTIATE(eT)                                                                    \
  template void Engine<eT>::compute_group(std::span<const Index>, std::span<const Schedule::Drop>); \
  template void Engine<eT>::pull_group(std::span<const Index>, std::span<const std::uint8_t>, std::span<const Index>);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
