#pragma once
// What both forms of check_gradient compare with.

#include <numeric>
#include <random>

#include "check_gradient.hpp"

namespace armagrad::detail {

/// Compares entry by entry; NaN anywhere fails.
class Comparer {
 public:
  Comparer(std::string variable, std::string against) {
    c_.variable = std::move(variable), c_.against = std::move(against);
  }

  void add(uword row, uword col, double tape, double other) {
    const double error = std::abs(tape - other);
    error_ += error * error, tape_ += tape * tape, other_ += other * other;
    if (c_.compared++ == 0 || error > worst_ || (std::isnan(error) && !std::isnan(worst_)))
      worst_ = error, c_.row = row, c_.col = col, c_.tape = tape, c_.other = other;
  }
  double norm() const { return std::sqrt(std::max(tape_, other_)); }
  Comparison verdict(double tolerance) {
    c_.tolerance = tolerance;
    c_.relative_error = error_ == 0 ? 0 : std::sqrt(error_) / norm();
    c_.passed = c_.relative_error <= tolerance;
    return c_;
  }

 private:
  Comparison c_;
  double error_ = 0, tape_ = 0, other_ = 0, worst_ = 0;
};

/// A way through W's entries: all of them, or `most` drawn without repetition.
inline std::vector<uword> some_entries(uword n, uword most, std::mt19937_64& random) {
  std::vector<uword> all(n);
  std::iota(all.begin(), all.end(), uword(0));
  if (n <= most) return all;
  for (uword i = 0; i < most; ++i) std::swap(all[i], all[i + random() % (n - i)]);
  all.resize(most);
  return all;
}

/// A direction of independent signs.
template <class eT>
arma::Mat<eT> random_signs(const arma::Mat<eT>& like, std::mt19937_64& random) {
  arma::Mat<eT> d(arma::size(like));
  for (eT& x : d) x = random() >> 63 ? eT(1) : eT(-1);
  return d;
}

/// What the report calls variable v of `count`.
template <class eT>
std::string variable_name(const CheckOptions<eT>& options, std::size_t v, std::size_t count) {
  if (v < options.names.size()) return options.names[v];
  return count > 1 ? std::string("W").append(std::to_string(v + 1)) : "W";
}

}  // namespace armagrad::detail
