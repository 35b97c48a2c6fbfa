#pragma once
// What stands behind a Var that is more than a node: a matrix that is being written to, or a constant of no tape.
//
// Writing to a part of a Var records nothing: the draft notes what was written where. When the whole matrix is needed,
// all that was noted since the last time becomes one node (rules::Write). An entry, or a block that was written as it
// is, is read back as what was written. So a vector that a loop fills and reads entry by entry costs no node at all.
//
// Constants of no tape are nodes of a tape that holds nothing but constants, one for each thread; where they meet a Var
// of another tape, their values are copied to that.

#include <memory>
#include <vector>

#include "../tape.hpp"
#include "place.hpp"

namespace armagrad::detail {

/// Belongs to one Var; copies of the Var get the node that the draft stands for at that time.
template <class eT>
class ARMAGRAD_EXPORT Draft {
 public:
  /// Of a node, which may be one of a tape of constants.
  Draft(Tape<eT>& tape, Index node);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  Tape<eT>& tape() const { return *tape_; }
  bool is_constant() const { return constants_ != nullptr; }
  std::uint32_t generation() const { return generation_; }

  /// The node of the matrix with all that was written to it.
  Index node();
  /// The node of a constant as one of another tape.
  Index node_on(Engine<eT>& engine);
  /// Goes on with a copy on another tape.
  void move_to(Engine<eT>& engine);

  /// The node that was written to an entry, if it was a node.
  Index node_written_at(uword row, uword col) const {
    if (last_.empty() || generation_ != engine_of(*tape_).generation()) return no_index;
    const std::uint32_t code = last_[row + col * shape_.rows];
    return code != 0 && written_[code - 1].what == What::entry ? written_[code - 1].part : no_index;
  }
  /// A part as it is now: an entry, a number, or a block.
  Var<eT> entry(const Place& place, Location at);
  Var<eT> block(const Place& place, Location at);

  void write_number(const Place& place, eT number, const Location& at) {
    begin_to_write();
    numbers_.push_back(number);
    note_entry({Index(numbers_.size() - 1), std::uint32_t(number_of(place)), What::number}, at);
  }
  /// What is written is a node of this tape: for an entry a number.
  void write_entry(const Place& place, Index number, const Location& at) {
    begin_to_write();
    note_entry({number, std::uint32_t(number_of(place)), What::entry}, at);
  }
  void write_block(const Place& place, Index part, const Location& at);
  void write_list(const EntryList& list, Index part, const Location& at);

  /// The Var that waits to read a part of this, if there is one, and where it was written.
  Var<eT>* reader = nullptr;
  Location reader_at;

 private:
  enum class What : std::uint8_t { number, entry, block, list };
  struct Written {
    Index part;           // a node; of a number, its place in numbers_
    std::uint32_t place;  // the first entry; of a list, its place in lists_
    What what;
  };

  void check_alive() const {
    if (generation_ != engine_of(*tape_).generation()) [[unlikely]]
      refuse();
  }
  [[noreturn]] void refuse() const;
  void begin_to_write() {
    check_alive();
    if (last_.empty()) [[unlikely]]
      make_room();
  }
  void make_room();
  void note_entry(const Written& w, const Location& at) {
    written_.push_back(w);
    at_ = at;
    copy_generation_ = 0;
    last_[w.place] = std::uint32_t(written_.size());
  }
  void note(const Written& w, const Location& at);
  uword number_of(const Place& p) const { return p.row + uword(p.col) * shape_.rows; }
  template <class F>
  bool any_of(const Written& w, F holds) const;

  Tape<eT>* tape_;
  std::uint32_t generation_;
  std::shared_ptr<Tape<eT>> constants_;  // if tape_ is one of constants
  Shape shape_;
  Location at_;  // of the last write
  Index first_;  // the node of the matrix before all of this was written to it
  Index node_;   // and with what was written before in_node_
  std::size_t in_node_ = 0;
  std::vector<Written> written_;
  std::vector<std::uint32_t> last_;  // by entry: 1 + the place in written_ of what stands there; 0: what first_ has
  std::vector<eT> numbers_;
  std::vector<EntryList> lists_;
  Index copy_ = no_index;  // of a constant on another tape: its node and that tape's generation
  std::uint32_t copy_generation_ = 0;
};

/// The calling thread's tape of constants.
template <class eT>
std::shared_ptr<Tape<eT>> constants_tape();

}  // namespace armagrad::detail
