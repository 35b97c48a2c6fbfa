#pragma once
// A node of a tape, and what may become of its adjoint.

#include <array>
#include <cstdint>

#include "operation.hpp"

namespace armagrad::detail {

/// The small things of a node, which are written at once when a number is recorded.
struct NodeMarks {
  NumberCode code = NumberCode::none;
  std::uint8_t wanting = 0;  // bit k: operand k needs a gradient
  std::uint8_t pulls = 0;    // contributions to this node's adjoint in the sweep that is planned; at most 255
  bool needs_gradient : 1 = false;
  bool is_scalar : 1 = false;  // a number, which meets matrices of any shape; not merely 1x1
  bool evaluated : 1 = false;
  bool needed : 1 = false;  // marks of the sweep under way
  bool summed : 1 = false;
  bool active : 1 = false;
  bool used : 1 = false;
  bool kept : 1 = false;
  bool reread : 1 = false;           // its value is read by the pulls of its own group, and by no other
  bool is_recomputable : 1 = false;  // in that group, from what is there
  bool dropped : 1 = false;          // its value was dropped after what seemed its last use
  bool is_symmetric : 1 = false;     // by construction, as X X' is
  bool is_shared : 1 = false;        // a constant that several nodes read, of which users get no handle
  std::uint8_t unused : 3 = 0;       // so that marks are written without a look at the bits that stood there
  std::uint16_t unused_bytes = 0;
};
static_assert(sizeof(NodeMarks) == 8);

/// What the tape knows of a node. Its value and its adjoint, its source line and its rule's parameters stand beside it,
/// so that a sweep over small nodes reads little: see Engine.
template <class eT>
struct Node : NodeMarks {
  std::array<Index, 3> operands{no_index, no_index, no_index};  // of more than three: see Engine::operands
  std::uint32_t arity = 0;
  const Operation<eT>* operation = nullptr;
  Index storage = no_index;     // of a matrix
  Index parameters = no_index;  // of its rule
  Shape shape;

  bool one_by_one() const { return shape == scalar_shape; }
};

/// What may become of a matrix node's adjoint: nothing yet, a scaled look at somebody's memory with rows,
/// columns or a number repeated, a matrix of its own (`chunk` held alone, full strides, scale 1), or a sparse one:
/// `count` numbers one behind the other, the k-th of them at `entries[k]`, column by column, and zeros.
template <class eT>
struct Adjoint {
  Strided<const eT> look;
  eT* chunk = nullptr;
  eT scale = 1;
  const std::uint64_t* entries = nullptr;
  uword count = 0;

  explicit operator bool() const { return look.data; }
};

}  // namespace armagrad::detail
