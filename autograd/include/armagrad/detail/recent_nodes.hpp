#pragma once
// Nodes of a tape that loops ask for again and again: entries of matrices, and constants. Of those whose place another
// one takes, a second node is made.

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "operation.hpp"

namespace armagrad::detail {

/// The numbers of the nodes of entries that were read of late.
class RecentEntries {
 public:
  /// The node of an entry, column by column, or no_index.
  Index node(Index matrix, uword entry) const {
    const Entry& e = entries_[place(matrix, entry)];
    return e.matrix == matrix && e.entry == entry ? e.node : no_index;
  }
  void note(Index matrix, uword entry, Index node) { entries_[place(matrix, entry)] = {matrix, node, entry}; }
  void clear() { entries_.fill({}); }

 private:
  struct Entry {
    Index matrix = no_index, node = no_index;
    uword entry = 0;
  };
  static constexpr std::size_t most = 64;
  static std::size_t place(Index matrix, uword entry) { return (matrix * 7 + entry) % most; }
  std::array<Entry, most> entries_{};
};

/// The same of constants, by their bits: 0 and -0 are two.
template <class eT>
class RecentConstants {
 public:
  /// The node of a constant, or no_index.
  Index node(eT constant) const {
    const Constant& c = constants_[place(constant)];
    return c.bits == std::bit_cast<Bits>(constant) ? c.node : no_index;
  }
  void note(eT constant, Index node) { constants_[place(constant)] = {std::bit_cast<Bits>(constant), node}; }
  void clear() { constants_.fill({}); }

 private:
  using Bits = std::conditional_t<sizeof(eT) == 8, std::uint64_t, std::uint32_t>;
  struct Constant {
    Bits bits = 0;
    Index node = no_index;
  };
  static constexpr int bits_of_place = 5;
  static std::size_t place(eT constant) {
    const Bits bits = std::bit_cast<Bits>(constant);  // of most constants the lower half is 0
    const Bits mixed = (bits ^ bits >> 4 * sizeof bits) * Bits(0x9e3779b97f4a7c15);
    return mixed >> (8 * sizeof bits - bits_of_place);
  }
  std::array<Constant, 1 << bits_of_place> constants_{};
};

}  // namespace armagrad::detail
