#pragma once
// Input of a diagnosis: the right gradient, the given one, and the parts of the loss.

#include <armagrad/check_report.hpp>

#include "comparer.hpp"

namespace armagrad::detail {

/// A part of the right gradient (a term's, a path's), or a gradient that would be right if
/// (Mistake::derivative, Mistake::constant) ...
struct Part {
  Mistake mistake;
  std::string name;
  arma::mat gradient;
};
struct Count {
  double n;
  std::string of;
};

struct Suspect {
  Suspect(std::string variable, arma::mat W_, arma::mat right, double uncertainty, arma::mat g)
      : name(std::move(variable)),
        W(std::move(W_)),
        truth(std::move(right)),
        given(std::move(g)),
        error(std::max(uncertainty, 1e-14 * typical(given))) {}

  std::string name;
  arma::mat W, truth, given;  // truth: NaN where it is not known
  double error;               // of a typical entry of the truth
  std::vector<Part> parts, alternatives;
  std::vector<Count> counts;
  std::vector<std::pair<std::string, arma::mat>> others;  // gradients by other variables of this shape
};

/// Right and given gradient, one below the other, where the right one is known.
class Difference {
 public:
  explicit Difference(const Suspect& s) : known_(arma::find_finite(s.truth)), noise_(s.error) {
    g_ = s.truth.elem(known_);
    h_ = s.given.elem(known_);
    r_ = h_ - g_;
    rows_ = known_ - known_ / s.truth.n_rows * s.truth.n_rows;
    cols_ = known_ / s.truth.n_rows;
  }
  arma::vec where(const arma::mat& x) const { return x.elem(known_); }
  const arma::vec& g() const { return g_; }
  const arma::vec& h() const { return h_; }
  const arma::vec& r() const { return r_; }
  const arma::uvec& rows() const { return rows_; }
  const arma::uvec& cols() const { return cols_; }
  uword down() const { return arma::unique(rows_).eval().n_elem; }
  uword across() const { return arma::unique(cols_).eval().n_elem; }
  uword size() const { return known_.n_elem; }
  double norm() const { return arma::norm(r_); }
  /// What r's norm may be by the errors of g alone.
  double noise() const { return noise_ * std::sqrt(double(known_.n_elem)); }

 private:
  arma::uvec known_, rows_, cols_;
  arma::vec g_, h_, r_;
  double noise_;
};

}  // namespace armagrad::detail
