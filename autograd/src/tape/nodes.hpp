#pragma once
// The nodes of a tape: how they are appended, named, replaced and forgotten. Nothing is computed here.

#include <algorithm>
#include <cstring>

#include <armagrad/detail/draft.hpp>

#include "../kernels/kernel_set.hpp"

namespace armagrad::detail {

template <class eT>
inline const Operation<eT> operation_of_variable{.name = "variable", .code = NumberCode::leaf};
template <class eT>
inline const Operation<eT> operation_of_constant{.name = "constant", .code = NumberCode::leaf};
template <class eT>
const Operation<eT>& leaf_operation(bool variable) {
  return variable ? operation_of_variable<eT> : operation_of_constant<eT>;
}
inline constexpr auto by_index = [](const auto& a, const auto& b) { return a.first < b.first; };

/// The operations of a list of rules.
template <class eT, class... Rules>
const Operation<eT>* const* number_operations(RuleList<Rules...>) {
  static const Operation<eT>* const all[] = {&operation_of<Rules, eT>()...};
  return all;
}

static_assert(sizeof(Node<double>) == 48);  // three quarters of a cache line

template <class eT>
Engine<eT>::Engine(Tape<eT>& tape) : tape_(tape), number_operations_(number_operations<eT>(NumberRules())) {}
template <class eT>
Engine<eT>::~Engine() = default;

template <class eT>
[[gnu::noinline]] void Engine<eT>::grow() {
  if (size_ == no_index) throw std::length_error("a tape of more than 2^32 nodes");
  const std::size_t room = std::min<std::size_t>(2 * size_ + 64, no_index);
  nodes_.resize(room);
  places_.resize(room);
  values_.resize(room);
  adjoints_.resize(room);
  update_quick();
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
  places_[size_++] = at;
  has_kinks_ |= operation.has_smooth_square;
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
  if (operation.family != Family::general && operation.family != Family::leaf && !is_number &&
      shape.rows == shape.cols) {
    n.is_symmetric = std::all_of(operands.begin(), operands.end(),
                                 [this](Index k) { return nodes_[k].is_symmetric || nodes_[k].one_by_one(); });
  }
  if (operation.family != Family::leaf) {
    if (n.code == NumberCode::none)
      others_.push_back(Index(size_ - 1));
    else
      note_pending(Index(size_ - 1));
  }
  return Index(size_ - 1);
}

template <class eT>
Var<eT> Engine<eT>::append_number(const Operation<eT>& operation, std::span<const Index> operands, bool is_scalar,
                                  const Location& at) {
  Node<eT>& n = new_node(operation, scalar_shape, at);
  n.arity = std::uint32_t(operands.size());
  n.code = operation.code;
  n.is_scalar = is_scalar;
  n.operands[0] = operands[0];
  if (operands.size() > 1) n.operands[1] = operands[1];
  if (operands.size() > 2) n.operands[2] = operands[2];
  note_needs(n, operands);
  note_pending(Index(size_ - 1));
  if (!operation.has_parameters) evaluate_number(Index(size_ - 1));
  return new_handle(Index(size_ - 1), scalar_shape);
}

template <class eT>
Index Engine<eT>::append_entry(const Operation<eT>& operation, Index matrix, Index entry, Location at) {
  Node<eT>& n = new_node(operation, scalar_shape, place ? *place : at);
  const Index i = Index(size_ - 1);
  const Node<eT>& of = nodes_[matrix];
  const bool is_computed = of.evaluated && !detect_anomalies_;
  static_cast<NodeMarks&>(n) = {.code = NumberCode::entry,
                                .wanting = std::uint8_t(of.needs_gradient),
                                .needs_gradient = of.needs_gradient,
                                .is_scalar = true,
                                .evaluated = is_computed};
  n.operands[0] = matrix;
  n.operands[1] = entry;
  n.arity = 1;
  if (is_computed)
    values_[i] = data(matrix)[entry];
  else
    note_pending(i);
  return i;
}

template <class eT>
Index Engine<eT>::append_number(eT constant) {
  Node<eT>& n = new_node(leaf_operation<eT>(false), scalar_shape, {});
  static_cast<NodeMarks&>(n) = {.code = NumberCode::leaf, .is_scalar = true, .evaluated = true};
  values_[size_ - 1] = constant;
  return Index(size_ - 1);
}

template <class eT>
[[gnu::noinline]] Index Engine<eT>::new_shared_constant(eT constant) {
  const Index i = append_number(constant);
  nodes_[i].is_shared = true;
  recent_constants_.note(constant, i);
  return i;
}

template <class eT>
void* Engine<eT>::new_parameters(Index i) {
  parameters_.emplace_back();
  nodes_[i].parameters = Index(parameters_.size() - 1);
  return parameters_.back().bytes;
}

template <class eT>
void Engine<eT>::copy_parameters(Index i, const Engine& from, Index k) {
  const std::span<const std::byte> bytes = from.parameter_bytes(k);
  if (!bytes.empty()) std::memcpy(new_parameters(i), bytes.data(), bytes.size());
}

template <class eT>
std::vector<bool> Engine<eT>::needed_by(std::span<const Index> nodes) const {
  std::vector<bool> needed(size_);
  for (const Index i : nodes) needed[i] = true;
  for (Index i = Index(size_); i-- > 0;) {
    if (!needed[i]) continue;
    for (const Index k : operands(nodes_[i])) needed[k] = true;
  }
  return needed;
}

template <class eT>
void Engine<eT>::replace_operation(Index i, const Operation<eT>& operation) {
  Node<eT>& n = nodes_[i];
  n.operation = &operation;
  if (n.code >= NumberCode::by_pointer) {
    n.code = NumberCode::by_pointer;
  } else if (n.code == NumberCode::entry) {
    n.code = NumberCode::none;
    others_.insert(std::lower_bound(others_.begin(), others_.end(), i), i);
  }
}

template <class eT>
void Engine<eT>::replace_operand(Index i, unsigned k, Index operand) {
  nodes_[i].operands[k] = operand;
  for (Node<eT>& above : std::span(nodes_).first(size_).subspan(i)) {
    if (above.arity != 0) note_needs(above, operands(above));
  }
}

template <class eT>
void Engine<eT>::become(Index i, const Operation<eT>& operation, std::span<const Index> operands) {
  Node<eT>& n = nodes_[i];
  n.operation = &operation;
  n.code = operation.code;
  n.arity = std::uint32_t(operands.size());
  std::copy(operands.begin(), operands.end(), n.operands.begin());
  note_needs(n, operands);
}

/// Notes which operands need a gradient (of the first eight), and whether the node does because of them.
template <class eT>
inline void Engine<eT>::note_needs(Node<eT>& n, std::span<const Index> operands) {
  unsigned wanting = 0;
  bool any = false;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const bool needs = nodes_[operands[k]].needs_gradient;
    any |= needs;
    if (k < 8) wanting |= unsigned(needs) << k;
  }
  n.wanting = std::uint8_t(wanting);
  n.needs_gradient = any && !n.operation->flat;
}

template <class eT>
std::size_t Engine<eT>::bytes_in_all() const {
  const auto held = [](const auto&... lists) { return (... + (lists.capacity() * sizeof(lists[0]))); };
  return pool_.bytes() + held(nodes_, places_, values_, adjoints_, parameters_, storage_, others_, wide_operands_,
                              schedule_.values, schedule_.adjoints, schedule_.drops);
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
Var<eT> Engine<eT>::leaf(bool variable, Shape shape, const eT* data, bool copy, bool scalar, const char* name) {
  const Index i = append(leaf_operation<eT>(variable), shape, {}, {});
  Node<eT>& n = nodes_[i];
  n.evaluated = true;
  adjoints_[i] = 0;
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
  const Index i = index_of(x, "named", {});
  if (!name) return x;
  auto text = name_texts_.find(std::string_view(name));
  if (text == name_texts_.end()) text = name_texts_.emplace(name).first;
  name = text->c_str();
  const auto at = std::lower_bound(names_.begin(), names_.end(), std::pair(i, name), by_index);
  if (at != names_.end() && at->first == i)
    at->second = name;
  else
    names_.emplace(at, i, name);
  return x;
}

template <class eT>
const char* Engine<eT>::name(Index i) const {
  const std::pair<Index, const char*> key(i, nullptr);
  const auto found = std::lower_bound(names_.begin(), names_.end(), key, by_index);
  return found == names_.end() || found->first != i ? nullptr : found->second;
}

template <class eT>
void Engine<eT>::detect_anomalies(bool on) {
  detect_anomalies_ = on;
  update_quick();
  for (Index i = 0; on && i < size_; ++i) {
    if (nodes_[i].code != NumberCode::none && nodes_[i].operation->family != Family::leaf) forget_value(i);
  }
}

template <class eT>
void Engine<eT>::clear() {
  size_ = 0;
  parameters_.clear();
  others_.clear();
  first_pending_ = no_index;
  has_kinks_ = false;
  storage_.clear();
  variables_.clear();
  wide_operands_.clear();
  if (name_texts_.size() > names_.size())
    name_texts_.clear();  // else they are those of the next recording, most likely
  slices_.clear();
  names_.clear();
  large_rules_.clear();
  shared_.clear();
  recent_entries_.clear();
  recent_constants_.clear();
  pool_.reset();
  generation_ = next_generation();
}

template <class eT>
inline Var<eT> Engine<eT>::new_handle(Index i, Shape shape) {
  Var<eT> x(&tape_, i, generation_, shape);
  if (!constants.expired()) [[unlikely]]
    x.hold_constant();
  return x;
}

template <class eT>
Var<eT> Engine<eT>::handle(Index i) {
  return new_handle(i, nodes_[i].shape);
}

template <class eT>
[[gnu::noinline]] Index Engine<eT>::index_elsewhere(const Var<eT>& x, const char* operation, const Location& at) {
  x.read_now();
  if (x.is_free_number()) return append_number(x.number());
  const auto [tape, node] = x.settle();
  if (tape == &tape_ && node.generation == generation_) return node.index;
  if (x.draft_ && x.draft_->is_constant()) return x.draft_->node_on(*this);
  if (&x.tape() != &tape_) refuse_different_tapes(operation, at);
  misuse(operation, at, "a handle from before its tape was cleared");
}

}  // namespace armagrad::detail
