#pragma once
// Comparing a gradient entry by entry, and small helpers of the tests of a check.

#include <cmath>
#include <numeric>
#include <random>

#include <armagrad/check_report.hpp>
#include <armagrad/shape.hpp>

namespace armagrad::detail {

/// Compares entry by entry, each within its own tolerance; a NaN anywhere fails.
class ARMAGRAD_EXPORT Comparer {
 public:
  Comparer(std::string variable, std::string test) { e_.variable = std::move(variable), e_.test = std::move(test); }

  /// `miss`: the difference that counts, which at a kink is the distance to the interval of derivatives.
  /// Tolerances at kinks are no part of the tolerance by norm.
  void add(uword row, uword col, double given, double found, double miss, double allowed, bool kink = false) {
    const double ratio = miss == 0 ? 0 : miss / allowed;
    if (kink) ++e_.kinks;
    misses_ = std::hypot(misses_, miss), given_ = std::hypot(given_, given);
    found_ = std::hypot(found_, found), allowed_ = std::hypot(allowed_, kink ? 0 : allowed);
    const bool fails = !(ratio <= 1), first = e_.compared++ == 0, failed = !first && !(worst_ <= 1);
    if (first || ratio > worst_ || std::isnan(ratio)) worst_ = ratio;
    // The failing entry with the largest error is shown: the ratio to the tolerance depends on rounding.
    if (first || (fails && !failed) || (fails == failed && (miss > shown_ || std::isnan(miss)))) {
      shown_ = miss;
      e_.row = row, e_.col = col, e_.given = given, e_.found = found, e_.uncertainty = allowed;
    }
  }
  void add(uword row, uword col, double given, double found, double allowed) {
    add(row, col, given, found, std::abs(given - found), allowed);
  }

  Evidence verdict() const {
    Evidence e = e_;
    const double norm = std::max(given_, found_);
    e.error = misses_ == 0 ? 0 : misses_ / norm;
    e.tolerance = allowed_ == 0 || norm == 0 ? 0 : allowed_ / norm;
    if (!(e.compared == 0 || worst_ <= 1)) e.verdict = Verdict::failed;
    return e;
  }
  Evidence failed(const std::string& problem) const { return stating(problem, Verdict::failed); }
  Evidence inconclusive(const std::string& problem) const { return stating(problem, Verdict::inconclusive); }

 private:
  Evidence stating(const std::string& problem, Verdict verdict) const {
    Evidence e = e_;
    e.problem = problem;
    e.verdict = verdict;
    return e;
  }

  Evidence e_;
  double misses_ = 0, given_ = 0, found_ = 0, allowed_ = 0;
  double worst_ = 0;  // in multiples of the tolerance
  double shown_ = 0;
};

/// Not the plain seed: W may have been drawn from that very sequence, and its signs would not be independent
/// of it.
inline std::mt19937_64 generator(std::uint64_t seed) { return std::mt19937_64(seed ^ 0x9E3779B97F4A7C15); }

/// A direction of independent signs, of norm 1.
template <class eT>
arma::Mat<eT> random_signs(const arma::Mat<eT>& like, std::mt19937_64& random) {
  arma::Mat<eT> d(arma::size(like));
  const eT one = eT(1 / std::sqrt(double(std::max<uword>(1, like.n_elem))));
  for (eT& x : d) x = random() >> 63 ? one : -one;
  return d;
}

template <class eT>
double largest(const arma::Mat<eT>& a) {
  double most = 0;
  for (const eT x : a) most = std::max(most, std::abs(double(x)));
  return most;
}
/// In double, whatever the element type.
template <class eT>
double inner(const arma::Mat<eT>& a, const arma::Mat<eT>& b) {
  double sum = 0;
  for (uword i = 0; i < a.n_elem; ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}
/// The Frobenius norm, without overflow.
template <class eT>
double norm_of(const arma::Mat<eT>& a) {
  const double unit = largest(a);
  if (unit == 0 || !std::isfinite(unit)) return unit;
  double sum = 0;
  for (const eT x : a) sum += double(x) / unit * (double(x) / unit);
  return unit * std::sqrt(sum);
}
/// The root of the mean square: the size of a typical entry.
template <class eT>
double typical(const arma::Mat<eT>& a) {
  return norm_of(a) / std::sqrt(double(std::max<uword>(1, a.n_elem)));
}

template <class eT>
arma::mat in_double(const arma::Mat<eT>& x) {
  return arma::conv_to<arma::mat>::from(x);
}

/// "shape mismatch: W is 3x2, its gradient 2x3", or nothing.
template <class eT>
std::string shape_problem(const std::string& name, const arma::Mat<eT>& W, const arma::Mat<eT>& g) {
  if (arma::size(W) == arma::size(g)) return "";
  return "shape mismatch: " + name + " is " + to_string(shape_of(W.n_rows, W.n_cols)) + ", its gradient " +
         to_string(shape_of(g.n_rows, g.n_cols));
}
/// "(1,2)", the place of entry e.
template <class eT>
std::string place_of(uword e, const arma::Mat<eT>& in) {
  return "(" + std::to_string(e % in.n_rows) + "," + std::to_string(e / in.n_rows) + ")";
}
/// "NaN or infinite in 3 of 12 entries, first (0,1)", or nothing.
template <class eT>
std::string finite_problem(const arma::Mat<eT>& g) {
  uword bad = 0, first = 0;
  for (uword e = 0; e < g.n_elem; ++e) {
    if (!std::isfinite(g[e]) && bad++ == 0) first = e;
  }
  if (bad == 0) return "";
  return "NaN or infinite in " + std::to_string(bad) + " of " + std::to_string(g.n_elem) + " entries, first " +
         place_of(first, g);
}

}  // namespace armagrad::detail
