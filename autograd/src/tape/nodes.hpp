#pragma once
// The nodes of a tape: how they are appended, named, replaced and forgotten. Nothing is computed here.

#include <algorithm>
#include <cstring>

#include <armagrad/detail/draft.hpp>

namespace armagrad::detail {

template <class eT>
const Operation<eT>& leaf_operation(bool variable) {
  static const Operation<eT> variable_{.name = "variable", .code = NumberCode::leaf},
      constant_{.name = "constant", .code = NumberCode::leaf};
  return variable ? variable_ : constant_;
}
inline constexpr auto by_index = [](const auto& a, const auto& b) { return a.first < b.first; };

static_assert(sizeof(Node<double>) == 48);  // three quarters of a cache line

template <class eT>
Engine<eT>::Engine(Tape<eT>& tape) : tape_(tape) {}
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
  n.is_scalar = is_scalar;
  n.operands[0] = operands[0];
  if (operands.size() > 1) n.operands[1] = operands[1];
  if (operands.size() > 2) n.operands[2] = operands[2];
  note_needs(n, operands);
  return new_handle(Index(size_ - 1), scalar_shape);
}

template <class eT>
Var<eT> Engine<eT>::append_number(eT constant) {
  Node<eT>& n = new_node(leaf_operation<eT>(false), scalar_shape, {});
  n.code = NumberCode::leaf;
  n.is_scalar = n.evaluated = true;
  values_[size_ - 1] = constant;
  return new_handle(Index(size_ - 1), scalar_shape);
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
  const auto held = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
  return pool_.bytes() + held(nodes_) + held(places_) + held(values_) + held(adjoints_) + held(parameters_) +
         held(storage_) + held(wide_operands_) + held(schedule_.values) + held(schedule_.adjoints) +
         held(schedule_.drops);
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
void Engine<eT>::clear() {
  size_ = 0;
  parameters_.clear();
  other_nodes_ = 0;
  storage_.clear();
  variables_.clear();
  wide_operands_.clear();
  if (name_texts_.size() > names_.size())
    name_texts_.clear();  // else they are those of the next recording, most likely
  names_.clear();
  large_rules_.clear();
  shared_.clear();
  known_entries_.fill({});
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
  if (x.is_free_number()) {
    append_number(x.number());
    return Index(size_ - 1);
  }
  const auto [tape, node] = x.settle();
  if (tape == &tape_ && node.generation == generation_) return node.index;
  if (x.draft_ && x.draft_->is_constant()) return x.draft_->node_on(*this);
  misuse(operation, at,
         &x.tape() != &tape_ ? "the operands are on different tapes" : "a handle from before its tape was cleared");
}

}  // namespace armagrad::detail
