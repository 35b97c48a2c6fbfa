#pragma once
// The sweeps: down the tape to list what is needed, up it for values, down it for adjoints.

#include <algorithm>

#include "anomalies.hpp"

namespace armagrad {

template <class eT>
void Tape<eT>::need(Index i, Index& lowest) {
  Node<eT>& n = nodes_[i];
  if (n.evaluated || n.needed) return;
  n.needed = true;
  lowest = std::min(lowest, i);
}

template <class eT>
void Tape<eT>::need_operands(Index i, Index& lowest, Schedule& schedule) {
  const Node<eT>& n = nodes_[i];
  for (const Index operand : operands(n)) {
    Node<eT>& x = nodes_[operand];
    if (n.operation->family == Family::total && x.operation->family == Family::elementwise &&
        !x.one_by_one()) {
      // Its sum can be taken without storing it, unless somebody else needs it.
      x.summed = true;
      lowest = std::min(lowest, operand);
    } else {
      need(operand, lowest);
    }
    if (n.summed) {
      x.kept = true;  // read when the sum is taken, which is later
    } else if (!x.used && !x.evaluated && x.arity != 0 && !x.one_by_one()) {
      schedule.drops.push_back({i, operand});  // seen from above, the first use is the last
    }
    x.used = true;
  }
}

/// Marks what the pass backward from node i would read.
template <class eT>
void Tape<eT>::keep(Index i) {
  const std::span<const Index> xs = operands(nodes_[i]);
  for (unsigned k = 0; k < xs.size(); ++k) {
    if (!nodes_[xs[k]].needs_gradient) continue;
    const unsigned reads = nodes_[i].operation->reads_by(k);
    if (reads & reads::result) nodes_[i].kept = true;
    for (unsigned j = 0; j < xs.size(); ++j) {
      if (reads & reads::operand(j)) nodes_[xs[j]].kept = true;
    }
  }
}

/// Goes down the tape from root, marking what is needed, then lists it and takes the marks away.
template <class eT>
void Tape<eT>::plan(Schedule& schedule, Index root, bool value, bool adjoints) {
  schedule.root = root;
  schedule.backward = adjoints;
  schedule.values.clear();
  schedule.adjoints.clear();
  schedule.drops.clear();
  Index lowest = root;
  if (value) need(root, lowest);
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
        lowest = std::min(lowest, xs[k]);
        const unsigned reads = n.operation->reads_by(k);
        if (reads & reads::result) need(i, lowest);
        for (unsigned j = 0; j < xs.size(); ++j) {
          if (reads & reads::operand(j)) need(xs[j], lowest);
        }
      }
    }
    if (n.needs_gradient) keep(i);
    if (!n.evaluated && (n.needed || n.summed)) need_operands(i, lowest, schedule);
  }
  for (Index i = lowest; i <= root; ++i) {
    Node<eT>& n = nodes_[i];
    if (n.needed) schedule.values.push_back(i);
    if (n.active) schedule.adjoints.push_back(i);
  }
  std::erase_if(schedule.drops,
                [&](const auto& d) { return nodes_[d.value].kept || !nodes_[d.value].needed; });
  std::reverse(schedule.drops.begin(), schedule.drops.end());
  for (Index i = lowest; i <= root; ++i) {
    Node<eT>& n = nodes_[i];
    n.needed = n.summed = n.active = n.used = n.kept = false;
  }
}

template <class eT>
void Tape<eT>::run(const Schedule& schedule, const eT* seed, bool accumulate_gradients) {
  if (detect_anomalies_)
    sweep(schedule, seed, accumulate_gradients, detail::Anomalies{});
  else
    sweep(schedule, seed, accumulate_gradients, detail::Unwatched{});
}

/// Computes values going up the tape and passes adjoints on going down.
template <class eT>
template <class Watch>
void Tape<eT>::sweep(const Schedule& schedule, const eT* seed, bool accumulate_gradients, Watch watch) {
  backward_follows_ = schedule.backward;
  auto drop = schedule.drops.begin();
  for (const Index i : schedule.values) {
    const auto first = drop;
    while (drop != schedule.drops.end() && drop->after == i) ++drop;
    compute(i, std::span(first, drop));
    watch.value(*this, i);
  }
  if (!schedule.backward) return;
  for (const Index i : schedule.adjoints) {
    if (nodes_[i].operation->family != Family::leaf) nodes_[i].adjoint = 0;
  }
  if (!accumulate_gradients) {
    for (const Index v : variables_) {
      nodes_[v].adjoint = 0;
      drop_adjoint(v);
    }
  }
  if (schedule.adjoints.empty()) return;
  const Shape s = nodes_[schedule.root].shape;
  contribute(schedule.root, {broadcast(seed, s, s), nullptr, eT(1)});
  try {
    for (auto i = schedule.adjoints.rbegin(); i != schedule.adjoints.rend(); ++i) {
      if (nodes_[*i].operation->family == Family::leaf) continue;
      pull(*i);
      watch.adjoints(*this, *i);
      drop_adjoint(*i);
      drop_value(*i);  // all that read it have passed their adjoints on
    }
    // A gradient is not to change with what it was looking at.
    for (const Index v : variables_) {
      if (adjoint(v)) accumulate(v);
    }
  } catch (...) {
    for (const Index i : schedule.adjoints) drop_adjoint(i);
    throw;
  }
}

}  // namespace armagrad
