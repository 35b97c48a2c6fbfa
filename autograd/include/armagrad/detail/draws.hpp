#pragma once
// Random numbers of a recording.

#include <functional>
#include <memory>
#include <vector>

#include "engine.hpp"

namespace armagrad::detail {

/// The random numbers that were drawn while a tape was recorded, to be drawn anew when it is replayed.
template <class eT>
struct Draws {
  struct Draw {
    Index leaf;
    std::unique_ptr<arma::Mat<eT>> numbers;  // which the leaf refers to
    std::function<void(arma::Mat<eT>&)> fill;
  };
  std::vector<Draw> all;
  bool refused = false;  // while what is recorded is to give the same whenever it is computed

  void again(Engine<eT>& engine) {
    for (const Draw& d : all) {
      if (d.numbers->is_empty()) continue;
      d.fill(*d.numbers);
      engine.rebind(d.leaf, d.numbers->memptr());
    }
  }
};
template <class eT>
Draws<eT>& draws_of(Tape<eT>& tape);

}  // namespace armagrad::detail
