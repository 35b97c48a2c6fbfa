#include <armagrad/detail/draft.hpp>

#include <algorithm>

#include "../rules/writes.hpp"
#include "nodes.hpp"

namespace armagrad {
namespace detail {

template <class eT>
std::shared_ptr<Tape<eT>> constants_tape() {
  static constexpr std::size_t most_nodes = 4096;  // after which those who still need them keep them
  thread_local std::shared_ptr<Tape<eT>> tape;
  if (tape && tape.use_count() == 1) {
    tape->clear();
  } else if (!tape || tape->size() > most_nodes) {
    tape = std::make_shared<Tape<eT>>();
    engine_of(*tape).constants = tape;
  }
  return tape;
}

template <class eT>
Draft<eT>::Draft(Tape<eT>& tape, Index node)
    : tape_(&tape),
      generation_(engine_of(tape).generation()),
      constants_(engine_of(tape).constants.lock()),
      shape_(engine_of(tape).node(node).shape),
      first_(node),
      node_(node) {}
template <class eT>
Draft<eT>::~Draft() = default;

template <class eT>
void Draft<eT>::refuse() const {
  misuse("Var", at_, "a handle from before its tape was cleared");
}

// ---- Writing ----

template <class eT>
void Draft<eT>::make_room() {
  if (shape_.size() > UINT32_MAX) throw std::length_error("a matrix of more than 2^32 entries cannot be written to");
  last_.assign(shape_.size(), 0);
}

/// Whether it holds for any of the entries that were written.
template <class eT>
template <class F>
bool Draft<eT>::any_of(const Written& w, F holds) const {
  if (w.what == What::list) {
    const arma::uvec& entries = *lists_[w.place].entries;
    return std::any_of(entries.begin(), entries.end(), holds);
  }
  const Shape s = w.what == What::block ? engine_of(*tape_).node(w.part).shape : scalar_shape;
  for (uword j = 0; j < s.cols; ++j) {
    for (uword i = 0; i < s.rows; ++i) {
      if (holds(w.place + i + j * shape_.rows)) return true;
    }
  }
  return false;
}

template <class eT>
void Draft<eT>::note(const Written& w, const Location& at) {
  written_.push_back(w);
  at_ = at;
  copy_generation_ = 0;
  any_of(w, [&](uword entry) {
    last_[entry] = std::uint32_t(written_.size());
    return false;
  });
}

template <class eT>
void Draft<eT>::write_block(const Place& place, Index part, const Location& at) {
  begin_to_write();
  note({part, std::uint32_t(number_of(place)), What::block}, at);
}
template <class eT>
void Draft<eT>::write_list(const EntryList& list, Index part, const Location& at) {
  begin_to_write();
  lists_.push_back(list);
  note({part, std::uint32_t(lists_.size() - 1), What::list}, at);
}

// ---- The whole ----

namespace {
/// The lists of which a node of writes is made. Their memory stays with the thread, as loops write again and again, but
/// for what a large matrix took.
template <class eT>
class WriteLists {
  struct Memory {
    std::vector<Index> parts, entries, operands;
    std::vector<std::uint32_t> places_of_entries, places_of_numbers;
    std::vector<eT> numbers;
  };
  static constexpr std::size_t most_kept = 4096;  // entries of a list
  static inline thread_local Memory kept;
  Memory memory_ = std::exchange(kept, {});  // taken, so that nobody else writes into it meanwhile

 public:
  WriteLists() = default;
  WriteLists(const WriteLists&) = delete;
  ~WriteLists() {
    const auto clear = [](auto&... lists) { (lists.clear(), ...); };
    auto& [parts, entries, operands, places_of_entries, places_of_numbers, numbers] = memory_;
    clear(parts, entries, operands, places_of_entries, places_of_numbers, numbers);
    if (std::max({operands.capacity(), entries.capacity(), numbers.capacity()}) <= most_kept) kept = std::move(memory_);
  }
  Memory& operator*() { return memory_; }
};
}  // namespace

template <class eT>
Index Draft<eT>::node() {
  check_alive();
  if (in_node_ == written_.size()) return node_;
  Engine<eT>& engine = engine_of(*tape_);
  rules::Write rule;
  rule.rows = shape_.rows;
  WriteLists<eT> lists;
  auto& [parts, entries, operands, places_of_entries, places_of_numbers, numbers] = *lists;
  bool whole = false;
  for (std::size_t k = in_node_; k < written_.size(); ++k) {
    const Written& w = written_[k];
    const auto is_seen = [&](uword entry) { return last_[entry] == k + 1; };
    if (w.what == What::number) {
      if (!is_seen(w.place)) continue;
      numbers.push_back(numbers_[w.part]);
      places_of_numbers.push_back(w.place);
    } else if (w.what == What::entry) {
      if (!is_seen(w.place)) continue;
      entries.push_back(w.part);
      places_of_entries.push_back(w.place);
    } else if (any_of(w, is_seen)) {
      const Shape s = engine.node(w.part).shape;
      if (w.what == What::list)
        rule.parts.push_back({{.shape = s}, lists_[w.place].entries});
      else
        rule.parts.push_back({{w.place % shape_.rows, w.place / shape_.rows, s}, nullptr});
      whole |= w.what == What::block && s == shape_;
      parts.push_back(w.part);
    }
  }
  if (numbers.size() == 1) {
    entries.push_back(engine.append_number(numbers[0]));
    places_of_entries.push_back(places_of_numbers[0]);
  } else if (!numbers.empty()) {
    const Shape s = shape_of(numbers.size(), 1);
    parts.push_back(engine.leaf(false, s, numbers.data(), true, false).index());
    const auto list = arma::conv_to<arma::uvec>::from(places_of_numbers);
    rule.parts.push_back({{.shape = s}, std::make_shared<const arma::uvec>(list)});
  }
  rule.entries = places_of_entries;
  if (whole && parts.size() == 1 && entries.empty() && !engine.node(parts[0]).is_scalar) {
    node_ = parts[0];
  } else {
    rule.over = !whole && numbers.size() + entries.size() - (numbers.size() == 1) < shape_.size();
    if (rule.over) operands.push_back(node_);
    operands.insert(operands.end(), parts.begin(), parts.end());
    operands.insert(operands.end(), entries.begin(), entries.end());
    const bool is_scalar = engine.node(first_).is_scalar;
    const Location at = engine.place ? *engine.place : at_;
    const Index y = engine.append(operation_of<rules::Write, eT>(), shape_, operands, at);
    engine.store(y, std::move(rule));
    engine.node(y).is_scalar = is_scalar;
    node_ = y;
  }
  in_node_ = written_.size();
  return node_;
}

template <class eT>
Index Draft<eT>::node_on(Engine<eT>& engine) {
  const Index i = node();
  if (copy_generation_ == engine.generation()) return copy_;
  Engine<eT>& own = engine_of(*tape_);
  own.evaluate(i);
  const bool is_scalar = own.node(i).is_scalar;
  copy_ = is_scalar ? engine.append_number(*own.data(i)) : engine.leaf(false, shape_, own.data(i), true, false).index();
  copy_generation_ = engine.generation();
  return copy_;
}

template <class eT>
void Draft<eT>::move_to(Engine<eT>& engine) {
  first_ = node_ = node_on(engine);
  tape_ = &engine.tape();
  generation_ = engine.generation();
  constants_ = nullptr;
  copy_generation_ = 0;
  in_node_ = 0;
  written_.clear();
  last_.clear();
  numbers_.clear();
  lists_.clear();
}

// ---- Parts ----

template <class eT>
Var<eT> Draft<eT>::entry(const Place& place, Location at) {
  check_alive();
  Engine<eT>& engine = engine_of(*tape_);
  const uword number = number_of(place);
  const std::uint32_t code = last_.empty() ? 0 : last_[number];
  const auto of = [&](Index matrix, const Place& p) { return detail::entry(engine.handle(matrix), p); };
  if (code == 0) {
    if (!is_constant()) {
      const SourceLine<eT> here(engine, at);
      return of(first_, place);
    }
    engine.evaluate(first_);
    return Var<eT>(engine.data(first_)[number]);
  }
  const Written w = written_[code - 1];
  if (w.what == What::number) return Var<eT>(numbers_[w.part]);
  if (w.what == What::entry) return engine.handle(w.part);
  const Shape s = engine.node(w.part).shape;
  if (w.what == What::block)
    return of(w.part, {place.row - w.place % shape_.rows, place.col - w.place / shape_.rows, scalar_shape});
  const arma::uvec& list = *lists_[w.place].entries;
  uword k = list.n_elem;
  while (list[--k] != number) continue;  // the last one that was written there
  return of(w.part, {std::uint32_t(k % s.rows), std::uint32_t(k / s.rows), scalar_shape});
}

template <class eT>
Var<eT> Draft<eT>::block(const Place& place, Location at) {
  check_alive();
  Engine<eT>& engine = engine_of(*tape_);
  const SourceLine<eT> here(engine, at);
  if (last_.empty() || place.shape.size() == 0) return detail::block(engine.handle(first_), place, {});
  const uword first = number_of(place);
  const std::uint32_t code = last_[first];
  bool is_one = true;
  for (uword j = 0; j < place.shape.cols; ++j) {
    for (uword i = 0; i < place.shape.rows; ++i) is_one &= last_[first + i + j * shape_.rows] == code;
  }
  if (is_one && code == 0) return detail::block(engine.handle(first_), place, {});
  if (is_one && written_[code - 1].what == What::block && written_[code - 1].place == first &&
      engine.node(written_[code - 1].part).shape == place.shape)
    return engine.handle(written_[code - 1].part);
  return detail::block(engine.handle(node()), place, {});
}

}  // namespace detail

// ---- What a Var does with its draft ----

template <class eT>
auto Var<eT>::settle() const -> std::pair<Tape<eT>*, NodePlace> {
  read_now();
  if (tape_) return {tape_, at_};
  if (!draft_) {
    if (n_elem != 1) throw std::logic_error("an empty Var: it belongs to no tape");
    const auto tape = detail::constants_tape<eT>();
    const Var x = tape->constant(number());
    std::swap(draft_, x.draft_);
  }
  const detail::Index node = draft_->node();
  return {&draft_->tape(), {node, draft_->generation()}};
}

template <class eT>
void Var<eT>::read_part() const {
  const detail::Place place{at_.index, at_.generation, shape()};
  const Var part = place.shape == detail::scalar_shape ? draft_->entry(place, draft_->reader_at)
                                                       : draft_->block(place, draft_->reader_at);
  draft_->reader = nullptr;
  tape_ = part.tape_;
  at_ = part.at_;
  draft_ = std::exchange(part.draft_, nullptr);
}

template <class eT>
Tape<eT>* Var<eT>::home_of_draft() const {
  read_now();
  return tape_ || !draft_ || draft_->is_constant() ? tape_ : &draft_->tape();
}

template <class eT>
void Var<eT>::hold_constant() {
  draft_ = new detail::Draft<eT>(*tape_, at_.index);
  tape_ = nullptr;
}

template <class eT>
detail::Draft<eT>& Var<eT>::draft_for(const A& x, const char* name) {
  Tape<eT>* const tape = x.var() ? x.var()->home() : nullptr;
  read_now();
  if (!draft_ && !tape_) settle();
  if (!draft_) {
    if (at_.generation != detail::engine_of(*tape_).generation())
      detail::misuse(name, x.at(), "a handle from before its tape was cleared");
    draft_ = new detail::Draft<eT>(*tape_, at_.index);
    tape_ = nullptr;
  }
  if (draft_->reader) draft_->reader->read_now();
  if (tape && tape != &draft_->tape()) {
    if (!draft_->is_constant()) detail::refuse_different_tapes(name, x.at());
    draft_->move_to(detail::engine_of(*tape));
  }
  return *draft_;
}

template <class eT>
void Var<eT>::copy_draft(const Var& x) {
  x.read_now();
  tape_ = x.tape_;
  at_ = x.at_;
  if (!x.draft_) return;
  const auto [tape, node] = x.settle();
  if (x.draft_->is_constant()) {
    draft_ = new detail::Draft<eT>(*tape, node.index);
  } else {
    tape_ = tape;
    at_ = node;
  }
}

template <class eT>
void Var<eT>::take_draft(Var& x) noexcept {
  if (draft_->reader == &x) draft_->reader = this;
  x.draft_ = nullptr;
  x.n_rows = x.n_cols = x.n_elem = 0;
}

template <class eT>
void Var<eT>::end_draft() noexcept {
  if (draft_->reader == this) {
    draft_->reader = nullptr;
  } else {
    if (Var* const reader = draft_->reader) {
      try {
        reader->read_now();
      } catch (...) {  // then it has no value
        reader->draft_ = nullptr;
        reader->n_rows = reader->n_cols = reader->n_elem = 0;
      }
    }
    delete draft_;
  }
  draft_ = nullptr;
}

template <class eT>
Var<eT>& Var<eT>::assign(Var&& x) noexcept {
  if (this == &x) return *this;
  if (draft_) end_draft();
  set(x);
  draft_ = x.draft_;
  if (draft_) take_draft(x);
  return *this;
}

template <class eT>
void Var<eT>::print(const std::string& header) const {
  print(arma::get_cout_stream(), header);
}
template <class eT>
void Var<eT>::print(std::ostream& out, const std::string& header) const {
  detail::shown(*this).print(out, header);
}
template <class eT>
arma::Mat<eT> detail::shown(const Var<eT>& x) {
  Engine<eT>& engine = engine_of(x);
  engine.evaluate(x.index());
  return {engine.data(x.index()), x.n_rows, x.n_cols};
}

#define ARMAGRAD_INSTANTIATE(eT)                                                          \
  template std::shared_ptr<Tape<eT>> detail::constants_tape();                            \
  template class detail::Draft<eT>;                                                       \
  template ARMAGRAD_EXPORT auto Var<eT>::settle() const->std::pair<Tape<eT>*, NodePlace>; \
  template ARMAGRAD_EXPORT void Var<eT>::read_part() const;                               \
  template ARMAGRAD_EXPORT Tape<eT>* Var<eT>::home_of_draft() const;                      \
  template ARMAGRAD_EXPORT void Var<eT>::hold_constant();                                 \
  template ARMAGRAD_EXPORT detail::Draft<eT>& Var<eT>::draft_for(const A&, const char*);  \
  template ARMAGRAD_EXPORT void Var<eT>::copy_draft(const Var&);                          \
  template ARMAGRAD_EXPORT void Var<eT>::take_draft(Var&) noexcept;                       \
  template ARMAGRAD_EXPORT void Var<eT>::end_draft() noexcept;                            \
  template ARMAGRAD_EXPORT Var<eT>& Var<eT>::assign(Var&&) noexcept;                      \
  template ARMAGRAD_EXPORT arma::Mat<eT> detail::shown(const Var<eT>&);                   \
  template ARMAGRAD_EXPORT void Var<eT>::print(const std::string&) const;                 \
  template ARMAGRAD_EXPORT void Var<eT>::print(std::ostream&, const std::string&) const;
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad
