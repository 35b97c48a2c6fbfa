#pragma once
// How the tape works: recording, and how a node's value and adjoint come about. The sweeps that ask for them
// are in sweeps.hpp.

#include <algorithm>
#include <cstring>

#include <armagrad/detail/kernels.hpp>
#include <armagrad/var.hpp>

#include "sweeps.hpp"

namespace armagrad::detail {

template <class eT>
const Operation<eT>& leaf_operation(bool variable) {
  static const Operation<eT> variable_{.name = "variable", .code = NumberCode::leaf},
      constant_{.name = "constant", .code = NumberCode::leaf};
  return variable ? variable_ : constant_;
}
inline constexpr auto by_index = [](const auto& a, const auto& b) { return a.first < b.first; };

template <class eT>
Engine<eT>::Engine(Tape<eT>& tape) : tape_(tape) {}
template <class eT>
Engine<eT>::~Engine() = default;

// ---- Appending nodes ----

template <class eT>
[[gnu::noinline]] void Engine<eT>::grow() {
  if (size_ >= no_index) throw std::length_error("a tape of more than 2^32 nodes");
  const std::size_t room = 2 * size_ + 64;
  nodes_.resize(room);
  places_.resize(room);
  values_.resize(room);
  adjoints_.resize(room);
}

/// The next node, without operands yet. It is filled in its place: the processor waits where numbers that were just
/// written apart are read together.
template <class eT>
inline Node<eT>& Engine<eT>::new_node(const Operation<eT>& operation, Shape shape, const Location& at) {
  if (size_ >= adjoints_.size()) grow();  // the last of the lists to grow
  Node<eT>& n = nodes_[size_];
  n = {};
  n.operation = &operation;
  n.shape = shape;
  places_[size_].file = at.file;  // one by one, as they were written
  places_[size_].line = at.line;
  adjoints_[size_] = 0;
  ++size_;
  return n;
}

template <class eT>
Index Engine<eT>::append(const Operation<eT>& operation, Shape shape, std::span<const Index> operands, Location at) {
  const bool is_wide = operands.size() > Node<eT>().operands.size(), is_number = shape == scalar_shape;
  const Index wide = Index(wide_operands_.size()), storage = Index(storage_.size());
  if (is_wide) wide_operands_.insert(wide_operands_.end(), operands.begin(), operands.end());
  if (!is_number) storage_.emplace_back();
  Node<eT>& n = new_node(operation, shape, at);
  n.arity = std::uint32_t(operands.size());
  if (is_wide)
    n.operands[0] = wide;
  else
    std::copy(operands.begin(), operands.end(), n.operands.begin());
  note_needs(n, operands);
  if (is_number)
    n.code = operation.code;
  else
    n.storage = storage;
  other_nodes_ += n.code == NumberCode::none && operation.family != Family::leaf;
  return Index(size_ - 1);
}

template <class eT>
Var<eT> Engine<eT>::append_number(const Operation<eT>& operation, std::span<const Index> operands, bool is_scalar,
                                  const Location& at) {
  Node<eT>& n = new_node(operation, scalar_shape, at);
  n.arity = std::uint32_t(operands.size());
  n.code = operation.code;
  unsigned wanting = 0;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    n.operands[k] = operands[k];
    wanting |= unsigned(nodes_[operands[k]].needs_gradient) << k;
  }
  n.wanting = std::uint8_t(wanting);
  n.needs_gradient = wanting != 0 && !operation.flat;
  n.is_scalar = is_scalar;
  return Var<eT>(&tape_, Index(size_ - 1), generation_, scalar_shape);
}

template <class eT>
Var<eT> Engine<eT>::append_number(eT constant) {
  Node<eT>& n = new_node(leaf_operation<eT>(false), scalar_shape, {});
  n.code = NumberCode::leaf;
  n.is_scalar = n.evaluated = true;
  values_[size_ - 1] = constant;
  return Var<eT>(&tape_, Index(size_ - 1), generation_, scalar_shape);
}

template <class eT>
void* Engine<eT>::new_parameters(Index i) {
  parameters_.emplace_back();
  nodes_[i].parameters = Index(parameters_.size() - 1);
  return parameters_.back().bytes;
}

template <class eT>
void Engine<eT>::replace_operation(Index i, const Operation<eT>& operation) {
  Node<eT>& n = nodes_[i];
  n.operation = &operation;
  if (n.code >= NumberCode::by_pointer) {
    n.code = NumberCode::by_pointer;
  } else if (n.code == NumberCode::entry) {
    n.code = NumberCode::none;
    ++other_nodes_;
  }
}

template <class eT>
void Engine<eT>::replace_operand(Index i, unsigned k, Index operand) {
  nodes_[i].operands[k] = operand;
  for (Node<eT>& above : std::span(nodes_).first(size_).subspan(i)) {
    if (above.arity != 0) note_needs(above, operands(above));
  }
}

/// Notes which operands need a gradient (of the first eight), and whether the node does because of them.
template <class eT>
void Engine<eT>::note_needs(Node<eT>& n, std::span<const Index> operands) {
  n.wanting = 0;
  bool any = false;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const bool needs = nodes_[operands[k]].needs_gradient;
    any |= needs;
    if (k < 8) n.wanting |= std::uint8_t(needs << k);
  }
  n.needs_gradient = any && !n.operation->flat;
}

template <class eT>
std::size_t Engine<eT>::bytes_in_all() const {
  const auto held = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
  return pool_.bytes() + held(nodes_) + held(places_) + held(values_) + held(adjoints_) + held(parameters_) +
         held(storage_);
}

template <class eT>
Var<eT> Engine<eT>::append_once(const Operation<eT>& operation, Shape shape, Index operand, Location at) {
  for (auto s = shared_.rbegin(); s != shared_.rend(); ++s) {
    if (s->operation == &operation && s->operand == operand) return handle(s->node);
  }
  const Index y = append(operation, shape, std::span(&operand, 1), at);
  shared_.push_back({&operation, operand, y});
  return handle(y);
}

template <class eT>
const void* Engine<eT>::rule(Index i) const {
  static constexpr Parameters none{};
  const Node<eT>& n = nodes_[i];
  if (n.parameters == no_index) return none.bytes;
  const void* const own = parameters_[n.parameters].bytes;
  if (!n.operation->large) return own;
  const void* kept;
  std::memcpy(&kept, own, sizeof kept);
  return kept;
}

template <class eT>
Var<eT> Engine<eT>::leaf(bool variable, Shape shape, const eT* data, bool copy, bool scalar, const char* name) {
  const Index i = append(leaf_operation<eT>(variable), shape, {}, {});
  Node<eT>& n = nodes_[i];
  n.evaluated = true;
  n.needs_gradient = variable;
  n.is_scalar = scalar;
  if (variable) variables_.push_back(i);
  if (copy && !n.one_by_one()) {
    eT* own = pool_.acquire(shape.size());
    std::copy_n(data, shape.size(), own);
    data = own;
  }
  rebind(i, data);
  return named(handle(i), name);
}

template <class eT>
void Engine<eT>::rebind(Index i, const eT* data) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one())
    values_[i] = *data;
  else
    storage_[n.storage].value = data;
}

template <class eT>
Var<eT> Engine<eT>::named(const Var<eT>& x, const char* name) {
  check(x, "named", {});
  if (!name) return x;
  auto text = name_texts_.find(std::string_view(name));
  if (text == name_texts_.end()) text = name_texts_.emplace(name).first;
  name = text->c_str();
  const auto at = std::lower_bound(names_.begin(), names_.end(), std::pair(x.index(), name), by_index);
  if (at != names_.end() && at->first == x.index())
    at->second = name;
  else
    names_.emplace(at, x.index(), name);
  return x;
}

template <class eT>
const char* Engine<eT>::name(Index i) const {
  const std::pair<Index, const char*> key(i, nullptr);
  const auto found = std::lower_bound(names_.begin(), names_.end(), key, by_index);
  return found == names_.end() || found->first != i ? nullptr : found->second;
}

template <class eT>
void Engine<eT>::clear() {
  size_ = 0;
  parameters_.clear();
  other_nodes_ = 0;
  storage_.clear();
  variables_.clear();
  wide_operands_.clear();
  names_.clear();
  large_rules_.clear();
  shared_.clear();
  pool_.reset();
  generation_ = next_generation();
}

template <class eT>
Var<eT> Engine<eT>::handle(Index i) {
  return Var<eT>(&tape_, i, generation_, nodes_[i].shape);
}

template <class eT>
void Engine<eT>::check(const Var<eT>& x, const char* operation, const Location& at) const {
  if (&x.tape() != &tape_ || x.generation() != generation_) [[unlikely]]
    refuse(x, operation, at);
}

template <class eT>
[[gnu::noinline]] void Engine<eT>::refuse(const Var<eT>& x, const char* operation, const Location& at) const {
  misuse(operation, at,
         &x.tape() != &tape_ ? "the operands are on different tapes" : "a handle from before its tape was cleared");
}

template <class eT>
void Engine<eT>::evaluate(Index i) {
  if (nodes_[i].evaluated) return;
  plan(schedule_, i, true, false);
  run(schedule_);
}

// ---- Values ----

template <class eT>
eT* Engine<eT>::output(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return &values_[i];
  const eT*& value = storage_[n.storage].value;
  if (!value) value = pool_.acquire(n.shape.size());  // else it is computed again
  return const_cast<eT*>(value);
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
  if (other_nodes_ == 0 && nodes_[root].one_by_one() && !detect_anomalies_) return sweep_numbers(root, seed);
  plan(schedule_, root, value, true);
  run(schedule_, seed);
}

template <class eT>
void Engine<eT>::drop_adjoint(Index i) {
  if (nodes_[i].one_by_one()) return;
  Adjoint<eT>& a = storage_[nodes_[i].storage].adjoint;
  if (a.chunk) pool_.release(a.chunk);
  a = {};
}

template <class eT>
void Engine<eT>::contribute(Index i, const Adjoint<eT>& part) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) {
    adjoints_[i] += part.scale * *part.look.data;
    return;
  }
  Adjoint<eT>& a = storage_[n.storage].adjoint;
  if (!a) {
    a = part;
    if (a.chunk) pool_.retain(a.chunk);
    return;
  }
  const auto [out, add] = accumulate(i);
  deliver_scaled<eT>(broadcast(out, n.shape, n.shape), add, part.look, part.scale, n.shape.rows, n.shape.cols);
}

template <class eT>
std::pair<eT*, bool> Engine<eT>::accumulate(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return {&adjoints_[i], true};
  const Adjoint<eT>& a = storage_[n.storage].adjoint;
  if (a.chunk && pool_.exclusive(a.chunk) && is_full(a, n.shape))
    return {const_cast<eT*>(a.look.data), true};  // which may be a part of the chunk
  const auto [chunk, old] = replace(i);
  if (old) {
    deliver_scaled<eT>(broadcast(chunk, n.shape, n.shape), false, old.look, old.scale, n.shape.rows, n.shape.cols);
  }
  return {chunk, bool(old)};
}
template <class eT>
std::pair<eT*, Adjoint<eT>> Engine<eT>::replace(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return {&adjoints_[i], {{&adjoints_[i], 0, 0}, nullptr, eT(1)}};
  Adjoint<eT>& a = storage_[n.storage].adjoint;
  const Adjoint<eT> old = a;
  if (a.chunk && pool_.exclusive(a.chunk) && is_full(a, n.shape)) return {const_cast<eT*>(a.look.data), old};
  eT* chunk = pool_.acquire(n.shape.size());
  a = {broadcast<const eT>(chunk, n.shape, n.shape), chunk, eT(1)};
  if (old.chunk) pool_.release(old.chunk);
  return {chunk, old};
}

template <class eT>
bool Engine<eT>::is_full(const Adjoint<eT>& a, Shape s) {
  return a.scale == 1 && (s.rows == 1 || a.look.inner == 1) && (s.cols == 1 || a.look.outer == s.rows);
}

template <class eT>
Adjoint<eT> Engine<eT>::adjoint(Index i) {
  Node<eT>& n = nodes_[i];
  if (n.one_by_one()) return {{&one_, 0, 0}, nullptr, adjoints_[i]};
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
  const Adjoint<eT> a = adjoint(i);
  if (a.scale == 0) return true;
  const Shape s = nodes_[i].shape;
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
  for (unsigned k = 0; k < n.arity; ++k) {
    if (wants(n.operands[k])) pull_elementwise(i, k);
  }
}

template <class eT>
const arma::Mat<eT>& Engine<eT>::gradient(const Var<eT>& x) {
  check(x, "gradient", {});
  const Node<eT>& n = nodes_[x.index()];
  const auto found = std::find(variables_.begin(), variables_.end(), x.index());
  if (found == variables_.end())
    misuse("gradient", places_[x.index()], std::string("not a variable but the result of ") + n.operation->name);
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
    g(0) = adjoints_[x.index()];
  } else {
    if (!storage_[n.storage].adjoint) contribute(x.index(), {{&zero_, 0, 0}, nullptr, eT(1)});
    eT* data = accumulate(x.index()).first;
    if (g.memptr() != data || g.n_rows != x.n_rows || g.n_cols != x.n_cols)
      become(data, x.n_rows, x.n_cols, false, true);
  }
  return g;
}

}  // namespace armagrad::detail
