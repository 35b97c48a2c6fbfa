#pragma once
// Central differences by any node of a tape, be it a leaf or computed: the rest of the graph is evaluated
// again from there on, by forward rules alone.

#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/var.hpp>

namespace armagrad::apps {
using namespace detail;

using V = Var<double>;

struct Verdict {
  double error = 0;  // relative
  bool passed = false;
};

class Differences {
 public:
  explicit Differences(const V& J) : J_(J), replay_(J) {}

  /// `adjoint`, of node i, along a random direction, against (J(x + h v) - J(x - h v)) / 2h.
  Verdict check(Index i, const arma::mat& adjoint);

 private:
  double moved(Index i, const arma::mat& to);

  V J_;
  ComplexReplay<double> replay_;
};

}  // namespace armagrad::apps
