#pragma once
// The tape of a call that brings none.

#include <memory>

#include "../var.hpp"

namespace armagrad::detail {

/// An empty tape, lent by the thread for as long as this lives: its memory is there from the call before, so that a
/// call takes none from the system and gives none back. A loss that calls value_and_gradient itself gets another one.
template <class eT>
class ARMAGRAD_EXPORT KeptTape {
 public:
  KeptTape();
  ~KeptTape();
  KeptTape(const KeptTape&) = delete;
  KeptTape& operator=(const KeptTape&) = delete;

  Tape<eT>& operator*() const;

 private:
  std::unique_ptr<Tape<eT>> tape_;
};

}  // namespace armagrad::detail
