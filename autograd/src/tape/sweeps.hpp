#pragma once
// The sweeps: down the tape to list what is needed, up it for values, down it for adjoints.

#include <algorithm>
#include <bit>

#include "anomalies.hpp"
#include "tiles.hpp"

namespace armagrad::detail {

template <class eT>
void Engine<eT>::need(Index i, Index& lowest) {
  Node<eT>& n = nodes_[i];
  if (n.evaluated || n.needed) return;
  n.needed = true;
  lowest = std::min(lowest, i);
}

template <class eT>
void Engine<eT>::need_operands(Index i, Index& lowest, Schedule& schedule) {
  const auto use = [&](Index operand) {
    Node<eT>& x = nodes_[operand];
    if (!x.used && !x.evaluated && x.arity != 0 && !x.one_by_one())
      schedule.drops.push_back({i, operand});  // seen from above, the first use is the last
    x.used = true;
  };
  const Node<eT>& n = nodes_[i];
  for (const Index operand : operands(n)) {
    Node<eT>& x = nodes_[operand];
    if (n.operation->family == Family::total && x.operation->family == Family::elementwise && !x.one_by_one()) {
      // Its sum can be taken without storing it, unless somebody else needs it, and reads its operands then.
      x.summed = true;
      lowest = std::min(lowest, operand);
      for (const Index k : operands(x)) use(k);
    } else {
      need(operand, lowest);
    }
    use(operand);
  }
}

/// Marks what the pass backward from node i would read; nodes of its own group apart.
template <class eT>
void Engine<eT>::keep(Index i, std::span<const Index> group) {
  const auto mark = [&](Index read) {
    if (std::ranges::find(group, read) == group.end())
      nodes_[read].kept = true;
    else
      nodes_[read].reread = true;
  };
  const std::span<const Index> xs = operands(nodes_[i]);
  for (unsigned k = 0; k < xs.size(); ++k) {
    if (!nodes_[xs[k]].needs_gradient) continue;
    const unsigned reads = nodes_[i].operation->reads_by(k);
    if (reads & reads::result) mark(i);
    for (unsigned j = 0; (reads & ~unsigned(reads::result)) && j < xs.size(); ++j) {
      if (reads & reads::operand(j)) mark(xs[j]);
    }
  }
}

/// Keeps what the planned pass backward reads, but for what its groups compute anew.
template <class eT>
void Engine<eT>::keep_or_recompute(Schedule& schedule) {
  const std::span<const Index> list = schedule.adjoints;
  const auto members = [&](const Schedule::Group& g) { return list.subspan(g.begin, g.end - g.begin); };
  // Behind a costly operation, loads from memory are hidden.
  const auto may_recompute = [&](const Schedule::Group& g) {
    return is_worth_recomputing(nodes_[list[g.begin]].shape) &&
           std::ranges::none_of(members(g), [this](Index i) { return nodes_[i].operation->costly; });
  };
  const std::span groups = schedule.adjoint_groups;  // the last one on the tape first
  std::size_t end = list.size();
  const auto keep_down_to = [&](std::size_t begin) {
    while (end > begin) keep(list[--end]);
  };
  for (const Schedule::Group& g : groups) {
    if (!may_recompute(g)) continue;
    keep_down_to(g.end);
    for (const Index i : members(g)) keep(i, members(g));
    end = g.begin;
  }
  keep_down_to(0);

  schedule.recomputed.clear();
  for (std::size_t k = groups.size(); k-- > 0;) {
    if (may_recompute(groups[k])) choose_recomputed(members(groups[k]), groups[k], schedule.recomputed);
  }
}

/// Chooses what a fused group computes anew: values that it alone reads backward, from what is kept. The others that it
/// reads are kept. What it can be made of has been settled for groups before it on the tape.
template <class eT>
void Engine<eT>::choose_recomputed(std::span<const Index> group, Schedule::Group& g, std::vector<Index>& recomputed) {
  for (const Index i : group) {
    Node<eT>& n = nodes_[i];
    n.is_recomputable = n.needed && n.used && !n.kept && std::ranges::all_of(operands(n), [this](Index k) {
                          const Node<eT>& x = nodes_[k];
                          return x.evaluated || x.kept || x.reread || x.is_recomputable || x.one_by_one();
                        });
  }
  for (std::size_t k = group.size(); k-- > 0;) {
    const Node<eT>& n = nodes_[group[k]];
    if (!n.reread || !n.is_recomputable) continue;
    for (const Index x : operands(n)) nodes_[x].reread |= nodes_[x].is_recomputable;
  }
  g.first_recomputed = std::uint32_t(recomputed.size());
  for (const Index i : group) {
    Node<eT>& n = nodes_[i];
    if (n.reread && n.is_recomputable)
      recomputed.push_back(i);
    else
      n.kept |= n.reread;
    n.reread = n.is_recomputable = false;
  }
  g.end_recomputed = std::uint32_t(recomputed.size());
}

/// Whether fusing nodes of this shape saves passes over memory.
template <class eT>
bool Engine<eT>::is_worth_fusing(Shape s) {
  return s.size() > tiles::tile_size<eT>;
}

/// Whether a matrix of this shape takes longer to store and load than to compute anew by cheap operations: it does not
/// stay in the second-level cache, beside others.
template <class eT>
bool Engine<eT>::is_worth_recomputing(Shape s) {
  return s.size() * sizeof(eT) > std::size_t(1) << 18;
}

/// The end of the numbers that stand in the list from `begin` on.
template <class eT>
std::size_t Engine<eT>::end_of_numbers(const std::vector<Index>& list, std::size_t begin) const {
  std::size_t end = begin;
  while (end < list.size() && nodes_[list[end]].code != NumberCode::none) ++end;
  return end;
}

/// Finds runs of numbers, and of elementwise nodes of one shape with sums of them, that can be computed together.
template <class eT>
void Engine<eT>::group_values(Schedule& schedule) {
  const std::vector<Index>& list = schedule.values;
  const auto shape_of_loop = [&](const Node<eT>& n) {
    const bool sums =
        n.operation->family == Family::total && nodes_[n.operands[0]].operation->family == Family::elementwise;
    return n.operation->family == Family::elementwise ? n.shape : sums ? nodes_[n.operands[0]].shape : Shape{};
  };
  for (std::size_t begin = 0; begin < list.size();) {
    const Shape shape = shape_of_loop(nodes_[list[begin]]);
    std::size_t end = std::max(begin + 1, end_of_numbers(list, begin));
    if (is_worth_fusing(shape)) {
      const auto reads_a_sum = [&](Index i) {  // of this group, which is known only when it has run
        const auto xs = operands(nodes_[i]);
        return std::any_of(list.begin() + std::ptrdiff_t(begin), list.begin() + std::ptrdiff_t(end), [&](Index j) {
          return nodes_[j].operation->family == Family::total && std::find(xs.begin(), xs.end(), j) != xs.end();
        });
      };
      const auto fits = [&](Index i) {
        const Node<eT>& n = nodes_[i];
        if (shape_of_loop(n) != shape || reads_a_sum(i)) return false;
        return n.operation->family != Family::total || !nodes_[n.operands[0]].summed || !reads_a_sum(n.operands[0]);
      };
      while (end < list.size() && end - begin < tiles::max_group && fits(list[end])) ++end;
    }
    if (end - begin > 1) schedule.value_groups.push_back({std::uint32_t(begin), std::uint32_t(end)});
    begin = end;
  }
}

/// Finds runs of numbers, and of elementwise nodes of one shape, that can pass their adjoints on together.
template <class eT>
void Engine<eT>::group_adjoints(Schedule& schedule) {
  schedule.in_tile.assign(schedule.adjoints.size(), 0);
  const std::vector<Index>& list = schedule.adjoints;
  for (std::size_t end = list.size(); end > 0;) {
    const Node<eT>& last = nodes_[list[end - 1]];
    std::size_t begin = end - 1;
    if (last.code != NumberCode::none) {
      while (begin > 0 && nodes_[list[begin - 1]].code != NumberCode::none) --begin;
      if (end - begin > 1) schedule.adjoint_groups.push_back({std::uint32_t(begin), std::uint32_t(end)});
      end = begin;
      continue;
    }
    if (last.operation->family == Family::elementwise && is_worth_fusing(last.shape)) {
      const auto steps_of = [](const Node<eT>& n) { return std::popcount(n.wanting); };
      int steps = steps_of(last);
      const auto fits = [&](const Node<eT>& n) {
        return n.operation->family == Family::elementwise && n.shape == last.shape &&
               steps + steps_of(n) <= tiles::max_group;
      };
      while (begin > 0 && fits(nodes_[list[begin - 1]])) steps += steps_of(nodes_[list[--begin]]);
    }
    if (end - begin > 1) {
      schedule.adjoint_groups.push_back({std::uint32_t(begin), std::uint32_t(end)});
      for (std::size_t at = begin; at < end; ++at) {
        unsigned pulls = 0;
        for (std::size_t from = at + 1; from < end; ++from) {
          const auto xs = operands(nodes_[list[from]]);
          pulls += unsigned(std::count(xs.begin(), xs.end(), list[at]));
        }
        schedule.in_tile[at] = pulls == nodes_[list[at]].pulls && list[at] != schedule.root;
      }
    }
    end = begin;
  }
}

/// Goes down the tape from root, marking what is needed, then lists it and takes the marks away.
template <class eT>
void Engine<eT>::plan(Schedule& schedule, Index root, Planned planned) {
  const bool adjoints = planned >= Planned::adjoints;
  schedule.root = root;
  schedule.backward = adjoints;
  schedule.values.clear();
  schedule.adjoints.clear();
  schedule.drops.clear();
  Index lowest = root;
  if (planned != Planned::adjoints) need(root, lowest);
  nodes_[root].kept = true;
  if (adjoints) nodes_[root].active = nodes_[root].needs_gradient;
  for (Index i = root + 1; i-- > lowest;) {
    Node<eT>& n = nodes_[i];
    if (n.active) {
      const std::span<const Index> xs = operands(n);
      for (unsigned k = 0; k < xs.size(); ++k) {
        Node<eT>& x = nodes_[xs[k]];
        if (!x.needs_gradient) continue;
        x.active = true;
        if (x.pulls != 255) ++x.pulls;
        lowest = std::min(lowest, xs[k]);
        const unsigned reads = n.operation->reads_by(k);
        if (reads & reads::result) need(i, lowest);
        for (unsigned j = 0; (reads & ~unsigned(reads::result)) && j < xs.size(); ++j) {
          if (reads & reads::operand(j)) need(xs[j], lowest);
        }
      }
    }
    if (planned != Planned::value && n.needs_gradient && !n.active) keep(i);
    if (!n.evaluated && (n.needed || n.summed)) need_operands(i, lowest, schedule);
  }
  for (Index i = lowest; i <= root; ++i) {
    Node<eT>& n = nodes_[i];
    if (n.needed) schedule.values.push_back(i);
    if (n.active && n.operation->family != Family::leaf) schedule.adjoints.push_back(i);
  }
  schedule.adjoint_groups.clear();
  group_adjoints(schedule);
  keep_or_recompute(schedule);
  std::erase_if(schedule.drops, [&](const auto& d) { return nodes_[d.value].kept || !nodes_[d.value].needed; });
  std::reverse(schedule.drops.begin(), schedule.drops.end());
  schedule.value_groups.clear();
  group_values(schedule);
  for (Index i = lowest; i <= root; ++i) {
    Node<eT>& n = nodes_[i];
    n.needed = n.summed = n.active = n.used = n.kept = false;
    n.pulls = 0;
  }
}

template <class eT>
void Engine<eT>::run(const Schedule& schedule, const eT* seed, bool accumulate_gradients) {
  if (detect_anomalies_)
    sweep(schedule, seed, accumulate_gradients, Anomalies{});
  else
    sweep(schedule, seed, accumulate_gradients, Unwatched{});
}

template <class eT>
void Engine<eT>::clear_adjoints_of_variables() {
  for (const Index v : variables_) {
    adjoints_[v] = 0;
    drop_adjoint(v);
  }
}
/// A gradient is not to change with what it was looking at.
template <class eT>
void Engine<eT>::settle_gradients() {
  for (const Index v : variables_) {
    if (adjoint(v)) accumulate(v);
  }
}

/// A sweep over a tape of numbers and few or small matrices: each number is computed, unless it was when it was
/// recorded, and passes its adjoint on, as finding out which ones need not be would take longer. Of the others those
/// are computed that the root needs; from the first that it does not need, only the numbers that it needs, as others
/// may be made of that.
template <class eT>
void Engine<eT>::sweep_numbers(Index root, const eT* seed) {
  const std::span others(others_.begin(), std::upper_bound(others_.begin(), others_.end(), root));
  const auto is_needed = [this](Index i) { return adjoints_[i] != 0; };
  const auto clear_adjoints = [&] { std::fill_n(adjoints_.begin(), root + std::size_t(1), eT(0)); };
  backward_follows_ = true;
  try {
    // Whether a node is needed is asked of those alone that are not evaluated.
    if (!std::ranges::all_of(others, [this](Index i) { return bool(nodes_[i].evaluated); })) {
      clear_adjoints();
      mark_needed(root);
    }
    const auto left_out =
        std::find_if(others.begin(), others.end(), [&](Index i) { return !nodes_[i].evaluated && !is_needed(i); });
    const Index in_doubt = left_out == others.end() ? root + 1 : *left_out;
    Index begin = first_pending_;
    const auto compute_until = [&](Index end) {
      if (begin >= end) return;
      if (begin < in_doubt) return compute_numbers({nullptr, begin, end - begin});
      std::vector<Index>& list = schedule_.values;
      list.clear();
      for (Index i = begin; i < end; ++i) {
        if (is_needed(i)) list.push_back(i);
      }
      compute_numbers({.indices = list.data(), .size = list.size()});
    };
    for (const Index i : others) {
      compute_until(i);
      begin = std::max(begin, i + 1);
      if (!nodes_[i].evaluated && is_needed(i)) compute(i);
    }
    compute_until(root + 1);
    first_pending_ = std::max(first_pending_, in_doubt);
    clear_adjoints();
    clear_adjoints_of_variables();
    adjoints_[root] = *seed;
    Index end = root + 1;
    for (auto at = others.rbegin(); at != others.rend(); ++at) {
      const Index i = *at;
      pull_numbers({nullptr, i + 1, end - i - 1});
      if (nodes_[i].needs_gradient) pull(i);
      drop_adjoint(i);
      end = i;
    }
    pull_numbers({nullptr, 0, end});
    settle_gradients();
  } catch (...) {
    clear_adjoints();
    for (Index i = 0; i <= root; ++i) drop_adjoint(i);
    throw;
  }
}

/// Marks the root and what it is made of, as far down as there are matrices to be computed, by adjoints of 1 among
/// zeros.
template <class eT>
void Engine<eT>::mark_needed(Index root) {
  const auto is_open = [this](Index i) { return !nodes_[i].evaluated; };
  const auto lowest = std::find_if(others_.begin(), others_.end(), is_open);
  adjoints_[root] = 1;
  for (Index i = root; lowest != others_.end() && i > *lowest; --i) {
    if (adjoints_[i] == 0) continue;
    for (const Index k : operands(nodes_[i])) adjoints_[k] = 1;
  }
}

/// Computes values going up the tape and passes adjoints on going down.
template <class eT>
template <class Watch>
void Engine<eT>::sweep(const Schedule& schedule, const eT* seed, bool accumulate_gradients, Watch watch) {
  backward_follows_ = schedule.backward;
  const bool fuses = !Watch::watches;
  auto drop = schedule.drops.begin();
  auto group = schedule.value_groups.begin(), groups_end = fuses ? schedule.value_groups.end() : group;
  for (auto at = schedule.values.begin(); at != schedule.values.end();) {
    const auto first = drop;
    if (group != groups_end && at == schedule.values.begin() + group->begin) {
      const auto end = schedule.values.begin() + group->end;
      const auto loops =
          std::span(schedule.value_loops).subspan(group->first_loop, group->end_loop - group->first_loop);
      ++group;
      while (drop != schedule.drops.end() && drop->after <= end[-1]) ++drop;
      const std::span<const Index> together(at, end);
      if (nodes_[*at].code != NumberCode::none) {
        if (loops.empty()) compute_numbers({.indices = together.data(), .size = together.size()});
        for (const NumberLoop& loop : loops) compute_loop(loop, &schedule.streams[loop.begin]);
        std::for_each(first, drop, [&](const Schedule::Drop& d) { drop_value(d.value); });
      } else {
        compute_group(together, std::span(first, drop));
      }
      at = end;
      continue;
    }
    const Index i = *at++;
    while (drop != schedule.drops.end() && drop->after == i) ++drop;
    compute(i, std::span(first, drop));
    watch.value(*this, i);
  }
  if (!schedule.backward) return;
  for (const Index i : schedule.adjoints) adjoints_[i] = 0;
  if (!accumulate_gradients) clear_adjoints_of_variables();
  if (!nodes_[schedule.root].needs_gradient) return;
  const Shape s = nodes_[schedule.root].shape;
  contribute(schedule.root, {broadcast(seed, s, s), nullptr, eT(1)});
  const auto release = [this](Index i) {
    drop_adjoint(i);
    drop_value(i);  // all that read it have passed their adjoints on
  };
  try {
    auto pulls = schedule.adjoint_groups.begin();
    for (auto end = schedule.adjoints.end(); end != schedule.adjoints.begin();) {
      if (pulls != schedule.adjoint_groups.end() && end == schedule.adjoints.begin() + pulls->end) {
        const Schedule::Group& g = *pulls++;
        const auto begin = schedule.adjoints.begin() + g.begin;
        const auto recomputed =
            std::span(schedule.recomputed).subspan(g.first_recomputed, g.end_recomputed - g.first_recomputed);
        if (fuses && nodes_[*begin].code != NumberCode::none) {
          const auto loops = std::span(schedule.adjoint_loops).subspan(g.first_loop, g.end_loop - g.first_loop);
          if (loops.empty()) pull_numbers({.indices = &*begin, .size = std::size_t(end - begin)});
          for (const NumberLoop& loop : loops) pull_loop(loop, &schedule.streams[loop.begin]);
        } else if (fuses) {
          const auto in_tile = schedule.in_tile.begin() + g.begin;
          pull_group(std::span(begin, end), std::span(in_tile, in_tile + (end - begin)), recomputed);
          std::for_each(begin, end, release);
        }
        if (fuses) {
          end = begin;
          continue;
        }
        for (const Index i : recomputed) compute(i);
      }
      const Index i = *--end;
      pull(i);
      watch.adjoints(*this, i);
      release(i);
    }
    settle_gradients();
  } catch (...) {
    for (const Index i : schedule.adjoints) drop_adjoint(i);
    clear_adjoints_of_variables();
    throw;
  }
}

}  // namespace armagrad::detail
