#pragma once
// What the tests of a check share: comparing entry by entry, drawing entries and directions.

#include <numeric>
#include <random>

#include <armagrad/check_gradient.hpp>

namespace armagrad::detail {

/// Compares entry by entry, each with what it may be off by; a NaN anywhere fails.
class Comparer {
 public:
  Comparer(std::string variable, std::string test) {
    e_.variable = std::move(variable), e_.test = std::move(test);
  }

  /// `miss`: what is left between given and found.
  void add(uword row, uword col, double given, double found, double miss, double allowed) {
    const double ratio = miss == 0 ? 0 : miss / allowed;
    misses_ += miss * miss, given_ += given * given, found_ += found * found, allowed_ += allowed * allowed;
    const bool fails = !(ratio <= 1), first = e_.compared++ == 0, failed = !first && !(worst_ <= 1);
    if (first || ratio > worst_ || std::isnan(ratio)) worst_ = ratio;
    // Of what fails the largest is shown: multiples of what rounding allows depend on rounding.
    if (first || (fails && !failed) || (fails == failed && (miss > shown_ || std::isnan(miss)))) {
      shown_ = miss;
      e_.row = row, e_.col = col, e_.given = given, e_.found = found, e_.uncertainty = allowed;
    }
  }
  void add(uword row, uword col, double given, double found, double allowed) {
    add(row, col, given, found, std::abs(given - found), allowed);
  }
  void add_kink() { ++e_.kinks; }

  Evidence verdict() const {
    Evidence e = e_;
    const double norm = std::sqrt(std::max(given_, found_));
    e.error = misses_ == 0 ? 0 : std::sqrt(misses_) / norm;
    e.tolerance = allowed_ == 0 || norm == 0 ? 0 : std::sqrt(allowed_) / norm;
    e.passed = e.compared == 0 || worst_ <= 1;
    return e;
  }
  Evidence failed(const std::string& problem) const {
    Evidence e = e_;
    e.problem = problem;
    e.passed = false;
    return e;
  }

 private:
  Evidence e_;
  double misses_ = 0, given_ = 0, found_ = 0, allowed_ = 0;
  double worst_ = 0;  // in multiples of what it may be off by
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

/// In double, whatever the matrices are of.
template <class eT>
double inner(const arma::Mat<eT>& a, const arma::Mat<eT>& b) {
  double sum = 0;
  for (uword i = 0; i < a.n_elem; ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}
template <class eT>
double norm_of(const arma::Mat<eT>& a) {
  return std::sqrt(inner(a, a));
}
/// The root of the mean square: the size of a typical entry.
template <class eT>
double typical(const arma::Mat<eT>& a) {
  return norm_of(a) / std::sqrt(double(std::max<uword>(1, a.n_elem)));
}
template <class eT>
double largest(const arma::Mat<eT>& a) {
  return a.is_empty() ? 0 : double(arma::abs(a).max());
}

template <class eT>
arma::mat in_double(const arma::Mat<eT>& x) {
  return arma::conv_to<arma::mat>::from(x);
}

/// What the report calls variable v of `count`.
template <class eT>
std::string variable_name(const CheckOptions<eT>& options, std::size_t v, std::size_t count) {
  if (v < options.names.size()) return options.names[v];
  return count > 1 ? std::string("W").append(std::to_string(v + 1)) : "W";
}

/// "shape mismatch: W is 3x2, its gradient 2x3", or nothing.
template <class eT>
std::string shape_problem(const std::string& name, const arma::Mat<eT>& W, const arma::Mat<eT>& g) {
  if (arma::size(W) == arma::size(g)) return "";
  return "shape mismatch: " + name + " is " + to_string(shape_of(W.n_rows, W.n_cols)) + ", its gradient " +
         to_string(shape_of(g.n_rows, g.n_cols));
}
/// "NaN or infinite in 3 of 12 entries, first (0,1)", or nothing.
template <class eT>
std::string finite_problem(const arma::Mat<eT>& g) {
  uword bad = 0, first = 0;
  for (uword e = 0; e < g.n_elem; ++e) {
    if (!std::isfinite(g[e]) && bad++ == 0) first = e;
  }
  if (bad == 0) return "";
  return "NaN or infinite in " + std::to_string(bad) + " of " + std::to_string(g.n_elem) +
         " entries, first (" + std::to_string(first % g.n_rows) + "," + std::to_string(first / g.n_rows) +
         ")";
}

}  // namespace armagrad::detail
