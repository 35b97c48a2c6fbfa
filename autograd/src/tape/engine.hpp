#pragma once
// How the tape works: how a node's value and adjoint come about. Nodes are recorded in nodes.hpp, and the sweeps that
// ask for values and adjoints are in sweeps.hpp.

#include <algorithm>

#include <armagrad/detail/kernels.hpp>
#include <armagrad/var.hpp>

#include "few.hpp"
#include "nodes.hpp"
#include "sweeps.hpp"

namespace armagrad::detail {

// ---- Values ----

template <class eT>
void Engine<eT>::evaluate(Index i) {
  if (nodes_[i].evaluated) return;
  plan(schedule_, i, Planned::value_before_adjoints);
  const auto was_dropped = [this](Index k) { return nodes_[k].dropped; };
  if (std::any_of(schedule_.values.begin(), schedule_.values.end(), was_dropped)) schedule_.drops.clear();
  run(schedule_);
}

template <class eT>
eT* Engine<eT>::output(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return &values_[i];
  const eT*& value = storage_[n.storage].value;
  if (!value) value = pool_.acquire(n.shape.size());  // else it is computed again
  return const_cast<eT*>(value);
}

template <class eT>
eT* Engine<eT>::take_over(Index i, Index from) {
  const Node<eT>&n = nodes_[i], &old = nodes_[from];
  const bool is_last = std::any_of(drops_.begin(), drops_.end(), [&](const auto& d) { return d.value == from; });
  if (is_last && old.shape == n.shape && chunk_of(from)) {
    drop_value(i);  // of an earlier run
    std::swap(storage_[n.storage].value, storage_[old.storage].value);
    nodes_[from].evaluated = false;
    return output(i);
  }
  eT* out = output(i);
  std::copy_n(data(from), n.shape.size(), out);
  return out;
}

template <class eT>
Strided<const eT> Engine<eT>::operand(const Node<eT>& n, unsigned k) const {
  return broadcast(data(n.operands[k]), nodes_[n.operands[k]].shape, n.shape);
}

/// Computes node i, after which the values in `drops` are not needed any more.
template <class eT>
void Engine<eT>::compute(Index i, std::span<const Schedule::Drop> drops) {
  Node<eT>& n = nodes_[i];
  const Operation<eT>& op = *n.operation;
  if (op.family == Family::elementwise) {
    if (n.one_by_one())
      compute_numbers({nullptr, i, 1});
    else
      compute_elementwise(i, drops);
  } else if (op.family == Family::total && !nodes_[n.operands[0]].evaluated) {
    values_[i] = eT(sum_elementwise(n.operands[0]));
  } else {
    drops_ = drops;
    op.forward(*this, i);
  }
  n.evaluated = true;
  for (const Schedule::Drop& d : drops) drop_value(d.value);
}

template <class eT>
void Engine<eT>::drop_value(Index i) {
  eT* chunk = chunk_of(i);
  if (!chunk) return;
  pool_.release(chunk);
  storage_[nodes_[i].storage].value = nullptr;
  nodes_[i].evaluated = false;
  nodes_[i].dropped = true;
}

template <class eT>
std::array<eT, 3> Engine<eT>::numbers(const Node<eT>& n) const {
  std::array<eT, 3> x{};
  for (unsigned k = 0; k < n.arity; ++k) x[k] = values_[n.operands[k]];
  return x;
}

template <class eT>
std::array<Strided<const eT>, 3> Engine<eT>::looks(const Node<eT>& n) const {
  std::array<Strided<const eT>, 3> x;
  for (unsigned k = 0; k < n.arity; ++k) x[k] = operand(n, k);
  return x;
}

// ---- Adjoints ----

template <class eT>
void Engine<eT>::backward(Index root, bool value, const eT* seed) {
  // Among numbers and matrices of few entries nothing is fused, and little is gained by giving memory back early.
  const auto has_few_entries = [this](Index i) { return nodes_[i].shape.size() <= few_strided; };
  const bool is_worth_planning =
      others_.size() > size_ / 16 && !(value && std::ranges::all_of(others_, has_few_entries));
  if (!is_worth_planning && nodes_[root].one_by_one() && !detect_anomalies_) return sweep_numbers(root, seed);
  plan(schedule_, root, value ? Planned::value_and_adjoints : Planned::adjoints);
  run(schedule_, seed);
}

template <class eT>
void Engine<eT>::drop_adjoint(Index i) {
  if (nodes_[i].one_by_one()) return;
  Adjoint<eT>& a = storage_[nodes_[i].storage].adjoint;
  if (a.chunk) pool_.release(a.chunk);
  a = {};
}

/// Adds the entries of a sparse adjoint of shape `s` to what may be repeated to that shape. Entries of 0 add nothing,
/// whatever the scale.
template <class eT>
void scatter(Strided<eT> out, const Adjoint<eT>& part, Shape s) {
  const bool whole = out.inner == 1 && out.outer == s.rows;
  for (uword k = 0; k < part.count; ++k) {
    const uword e = part.entries[k];
    eT& to = out.data[whole ? e : e % s.rows * out.inner + e / s.rows * out.outer];
    if (part.look.data[k] != 0) to += part.scale * part.look.data[k];
  }
}

template <class eT>
void Engine<eT>::contribute(Index i, const Adjoint<eT>& part) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) {
    adjoints_[i] += part.scale * *part.look.data;
    return;
  }
  if (n.shape.size() <= few_entries && !part.entries) {
    const auto [out, add] = accumulate(i);
    return deliver_scaled(broadcast(out, n.shape, n.shape), add, part.look, part.scale, n.shape.rows, n.shape.cols);
  }
  Adjoint<eT>& a = storage_[n.storage].adjoint;
  if (!a) {
    a = part;
    if (a.chunk) pool_.retain(a.chunk);
    return;
  }
  const auto [out, add] = accumulate(i);
  if (part.entries) return scatter(broadcast(out, n.shape, n.shape), part, n.shape);
  deliver_scaled(broadcast(out, n.shape, n.shape), add, part.look, part.scale, n.shape.rows, n.shape.cols);
}

template <class eT>
std::pair<eT*, bool> Engine<eT>::accumulate(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return {&adjoints_[i], true};
  Adjoint<eT>& a = storage_[n.storage].adjoint;
  if (!a) {
    a.chunk = pool_.acquire(n.shape.size());
    a.look.data = a.chunk;  // one by one, as they are read soon: see new_node
    a.look.inner = 1;
    a.look.outer = n.shape.rows;
    a.scale = 1;
    return {a.chunk, false};
  }
  if (a.chunk && pool_.exclusive(a.chunk) && is_full(a, n.shape))
    return {const_cast<eT*>(a.look.data), true};  // which may be a part of the chunk
  if (a.entries) {
    const Adjoint<eT> sparse = std::exchange(a, {});
    eT* const whole = accumulate(i).first;
    std::fill_n(whole, n.shape.size(), eT(0));
    scatter(broadcast(whole, n.shape, n.shape), sparse, n.shape);
    pool_.release(sparse.chunk);
    return {whole, true};
  }
  const auto [chunk, old] = replace(i);
  if (old) {
    deliver_scaled(broadcast(chunk, n.shape, n.shape), false, old.look, old.scale, n.shape.rows, n.shape.cols);
  }
  return {chunk, bool(old)};
}
template <class eT>
std::pair<eT*, Adjoint<eT>> Engine<eT>::replace(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return {&adjoints_[i], {{&adjoints_[i], 0, 0}, nullptr, eT(1)}};
  Adjoint<eT>& a = storage_[n.storage].adjoint;
  if (a.entries) accumulate(i);
  const Adjoint<eT> old = a;
  if (a.chunk && pool_.exclusive(a.chunk) && is_full(a, n.shape)) return {const_cast<eT*>(a.look.data), old};
  eT* chunk = pool_.acquire(n.shape.size());
  a = {broadcast<const eT>(chunk, n.shape, n.shape), chunk, eT(1)};
  if (old.chunk) pool_.release(old.chunk);
  return {chunk, old};
}

template <class eT>
bool Engine<eT>::is_full(const Adjoint<eT>& a, Shape s) {
  return !a.entries && a.scale == 1 && (s.rows == 1 || a.look.inner == 1) && (s.cols == 1 || a.look.outer == s.rows);
}

template <class eT>
Adjoint<eT> Engine<eT>::adjoint(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return {{&one_, 0, 0}, nullptr, adjoints_[i]};
  if (storage_[n.storage].adjoint.entries) accumulate(i);
  return storage_[n.storage].adjoint;
}

template <class eT>
const eT* Engine<eT>::full_adjoint(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return &adjoints_[i];
  const Adjoint<eT>& a = storage_[n.storage].adjoint;
  return is_full(a, n.shape) ? a.look.data : accumulate(i).first;
}

/// Whether nothing depends on node i, so that nothing goes to its operands, whatever its partial derivatives.
template <class eT>
bool Engine<eT>::has_zero_adjoint(Index i) {
  const Shape s = nodes_[i].shape;
  if (s == scalar_shape) return adjoints_[i] == 0;
  const Adjoint<eT>& a = storage_[nodes_[i].storage].adjoint;
  if (a.scale == 0) return true;
  if (a.entries) return std::all_of(a.look.data, a.look.data + a.count, [](eT g) { return g == 0; });
  const uword rows = a.look.inner == 0 ? std::min(s.rows, 1u) : s.rows,
              cols = a.look.outer == 0 ? std::min(s.cols, 1u) : s.cols;
  for (uword j = 0; j < cols; ++j) {
    for (uword k = 0; k < rows; ++k) {
      if (a.look.data[k * a.look.inner + j * a.look.outer] != 0) return false;
    }
  }
  return true;
}

/// Hands the adjoint of node i on to its operands.
template <class eT>
void Engine<eT>::pull(Index i) {
  Node<eT>& n = nodes_[i];
  const Operation<eT>& op = *n.operation;
  if (!n.one_by_one() && !storage_[n.storage].adjoint) return;
  if (op.family != Family::elementwise) {
    if (!has_zero_adjoint(i)) op.reverse(*this, i);
    return;
  }
  if (n.one_by_one()) {
    return pull_numbers({nullptr, i, 1});
  }
  if (passes_entries_on(i)) return pull_entries(i);
  for (unsigned k = 0; k < n.arity; ++k) {
    if (wants(n.operands[k])) pull_elementwise(i, k);
  }
}

template <class eT>
const arma::Mat<eT>& Engine<eT>::gradient(const Var<eT>& x) {
  const Index i = index_of(x, "gradient", {});
  const Node<eT>& n = nodes_[i];
  const auto found = std::find(variables_.begin(), variables_.end(), i);
  if (found == variables_.end())
    misuse("gradient", places_[i], std::string("not a variable but the result of ") + n.operation->name);
  // One matrix per variable, kept between steps: a number is copied, a matrix lies over memory of the
  // variable's own.
  const std::size_t v = std::size_t(found - variables_.begin());
  while (gradients_.size() <= v) gradients_.push_back(std::make_unique<arma::Mat<eT>>());
  arma::Mat<eT>& g = *gradients_[v];
  const auto become = [&g](auto&&... arguments) {
    std::destroy_at(&g);
    std::construct_at(&g, std::forward<decltype(arguments)>(arguments)...);
  };
  if (n.one_by_one()) {
    if (g.mem_state != 0 || g.n_elem != 1) become(1, 1);
    g(0) = adjoints_[i];
  } else {
    if (!storage_[n.storage].adjoint) contribute(i, {{&zero_, 0, 0}, nullptr, eT(1)});
    eT* data = accumulate(i).first;
    if (g.memptr() != data || g.n_rows != x.n_rows || g.n_cols != x.n_cols)
      become(data, x.n_rows, x.n_cols, false, true);
  }
  return g;
}

}  // namespace armagrad::detail
