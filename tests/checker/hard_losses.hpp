#pragma once
// Random losses that are hard to check: kinks at W and beside it, zeros, infinite entries, entries of very
// different sizes, sums that cancel, 1 to 100,000 entries. Their derivatives are written by hand.

#include <armagrad/armagrad.hpp>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace armagrad::checker {
using namespace detail;  // the score looks inside

using Draw = std::mt19937_64;

template <class eT>
struct HardLoss {
  struct Term {
    std::string name;
    std::function<eT(const arma::Col<eT>&)> value;
    std::function<Var<eT>(const Var<eT>&)> on_tape;
    /// The derivatives from the left and from the right of each entry, and the one that the library takes.
    std::function<arma::Mat<eT>(const arma::Col<eT>&)> derivatives;
  };
  arma::Col<eT> w;
  std::vector<Term> terms;
  double scale = 1;    // of the whole loss
  bool smooth = true;  // and finite, near w

  std::string name() const;
  double value(const arma::Col<eT>& at) const;
  Var<eT> on_tape(const Var<eT>& at) const;
  /// Columns: from the left, from the right, the library's.
  arma::Mat<eT> derivatives(const arma::Col<eT>& at) const;
  arma::Col<eT> gradient(const arma::Col<eT>& at) const { return derivatives(at).col(2); }
};

/// Of 1 to `most` entries, log-uniform.
template <class eT>
HardLoss<eT> random_hard_loss(Draw& draw, double most);

/// A gradient that is off by 1e-6 of its norm or more (float: 1e-3), or in one entry of at least 1e-3 of the
/// largest by 1e-4 of itself or more (float: 1e-1, by 1e-1), and nowhere between derivatives at a kink; none
/// where the loss leaves no place for a mistake. `what` is told what was done.
template <class eT>
arma::Col<eT> wrong_gradient(Draw& draw, const HardLoss<eT>& loss, std::string& what);

}  // namespace armagrad::checker
