#pragma once
// Collects the hypotheses of a diagnosis and ranks them: see diagnosis.hpp.

#include "suspect.hpp"

namespace armagrad::detail {

/// A number in words, and what it costs to be told it, in digits.
struct NamedNumber {
  double value;
  std::string name;
  double cost;
};

/// Collects hypotheses, each with what it leaves of the given gradient unexplained.
class Explanations {
 public:
  Explanations(const Suspect& s, const Difference& d) : s_(s), d_(d) {}

  /// `left`: given minus what the hypothesis says, where the right gradient is known.
  void add(Mistake mistake, const std::string& what, const std::string& part, double factor, const arma::vec& left,
           double cost);
  /// A fact that makes no prediction, for want of a better explanation.
  void suggest(Mistake mistake, const std::string& what, const std::string& part);
  /// The factor x that was fitted to a vector of norm `of`; or the natural one that it is but for rounding.
  NamedNumber named(double x, double of) const;
  /// Likeliest first, and others that are about as likely.
  std::vector<Finding> ranked() &&;
  /// Whether something explains all of the difference.
  bool explained() const;

  static std::string number(double x);

 private:
  const Suspect& s_;
  const Difference& d_;
  std::vector<Finding> findings_;
};

}  // namespace armagrad::detail
