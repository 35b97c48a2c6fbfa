#pragma once
// Forward mode: values and their tangents, the derivatives along one direction, side by side up the tape.

#include <vector>

#include "rule.hpp"

namespace armagrad::detail {

template <class eT>
class ARMAGRAD_EXPORT ForwardMode {
 public:
  explicit ForwardMode(const Var<eT>& root);

  /// The direction V, of x's shape, in which the variable x moves; read by run(). Others stand still.
  void seed(const Var<eT>& x, const arma::Mat<eT>& V);
  /// The derivative of the root, of its shape; the root's value is then computed too. May be run again.
  arma::Mat<eT> run();
  /// The same where leaves may have other numbers from one call to the next; without values, those of the last time
  /// are taken.
  arma::Mat<eT> run_anew(bool values = true);

  // ---- For rules' readings ----
  Engine<eT>& engine() { return engine_; }
  /// The tangent of node i, column by column; nullptr where it does not move.
  const eT* tangent(Index i) const { return tangents_[i].data; }
  /// The same as a matrix, of zeros where it does not move.
  arma::Mat<eT> matrix(Index i) const;
  /// Memory for the tangent of node i.
  eT* output(Index i);
  /// Has `write` fill a matrix of shape s, or adds what it writes.
  template <class F>
  void put(eT* out, Shape s, bool add, F write) {
    if (!add) return write(out);
    eT* part = engine_.pool_.acquire(s.size());
    write(part);
    deliver_scaled<eT>(broadcast(out, s, s), true, broadcast<const eT>(part, s, s), eT(1), s.rows, s.cols);
    engine_.pool_.release(part);
  }

 private:
  struct Tangent {
    const eT* data = nullptr;
    eT* chunk = nullptr;
    eT number{};
    Index uses = 0, left = 0;  // by nodes that come later
  };

  void step(Index i);
  void compute_elementwise(Index i);
  void release(Index i);

  Engine<eT>& engine_;
  Index root_;
  Schedule schedule_;
  std::vector<Tangent> tangents_;
};

}  // namespace armagrad::detail
