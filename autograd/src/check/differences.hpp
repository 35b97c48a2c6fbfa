#pragma once
// A gradient with respect to one variable against differences of the loss: entry by entry (differences.cpp), or, for
// large variables, over groups of entries that are split until each is settled (differences_by_groups.cpp).

#include <armagrad/check_report.hpp>

#include <functional>
#include <random>
#include <span>

#include "comparer.hpp"
#include "slopes.hpp"

namespace armagrad::detail {

/// A loss as a function of one variable, the others held. value() may move its argument's memory but not
/// change it, and may throw where the loss is not defined.
struct LossOfOne {
  std::function<double(arma::mat& x)> value;
  bool single = false;  // whether W's entries are floats
  double eps = std::numeric_limits<double>::epsilon();
};

/// The gradient that is checked, and what is known of it.
struct CheckedGradient {
  arma::mat gradient;  // of W's shape, finite
  arma::mat rounding;  // an estimate of each entry's rounding error
  double nearby = 0;   // the change of its largest entry when W changes by its own size, to first order
};

struct DifferenceOptions {
  uword entries = 200, directions = 4;
  std::uint64_t seed = 1;
};

/// The gradient as differences find it, NaN where they did not look, and entries that may be at a kink.
struct Truth {
  arma::mat gradient;
  double error = 0;  // of a typical entry
  arma::uvec at_kink;
  arma::uvec unsettled;            // entries that could not be compared
  double noise = 0;                // rounding error of the loss
  bool hidden_by_rounding = true;  // why it is inconclusive, if it is
};

class Differences {
 public:
  Differences(const DifferenceOptions& options, const LossOfOne& loss, const arma::mat& W, const CheckedGradient& given,
              const std::string& name, GradientCheck& report);

  /// Adds evidence to the report.
  Truth run();
  /// Whether two random directions show the gradient to be wrong; silent where they cannot tell.
  bool clearly_wrong();

 private:
  static constexpr const char* hidden = "rounding of the loss hides the derivative";
  static constexpr double safety = 10;  // on estimated errors of differences

  /// Errors that a check must be able to see: relative to the gradient's norm; in one entry, relative to
  /// itself, if it is at least `small` of the largest.
  struct Limits {
    double norm, entry, small;
    double spread;     // the share of `norm` that a direction has to see, where the error is in all entries
    uword directions;  // so that all of them miss an error of that size with a probability of 1e-6 or less
  };
  static Limits limits(bool single) {
    return single ? Limits{1e-3, 1e-1, 1e-1, 0.5, 16} : Limits{1e-6, 1e-4, 1e-3, 0.03, 4};
  }

  enum class Seen { matches, differs, unclear };
  enum class Steps { relative, uniform, outward };  // how far each entry moves
  struct Judged {
    Verdict verdict = Verdict::inconclusive;
    Slope slope;
    double value = 0, miss = infinity, allowed = infinity;
    std::string reason;
  };
  struct Direction {
    std::span<const uword> entries;
    std::vector<double> by;
  };
  struct Tested {
    Seen seen = Seen::unclear;
    double value = 0, allowed = infinity;
    bool kink = false;
    double steepest = 0;
  };
  struct Group {
    std::vector<uword> entries;
    Steps steps;
  };

  double value();
  double rounding_at(double y, double linear) const;
  Line entry(uword e);
  Line along(const Direction& d);
  Direction direction(std::span<const uword> group, Steps steps);
  StepRange range(const Direction& d) const;
  void measure();
  void sweep_steps(const Direction& d);

  static bool may_be_kink(const Slope& s);
  static Seen seen_by(const Fit& fit, double target);

  double last_place() const { return loss_.eps * std::abs(f0_); }  // of the loss at W
  double negligible(uword e) const;
  double wanted(uword e) const;
  double wanted_of_spread(uword e) const;
  double own_rounding(uword e) const;
  Judged judged(uword e, const Slope& s) const;
  Judged judged_from(uword e, double first);
  Judged judge(uword e);
  Judged judged_by_many_steps(uword e, const Judged& before);
  bool larger_steps_agree(const Line& line, double first, double miss);
  double smaller_steps_that_agree(const Line& line, double first, double miss);
  bool others_agree(const Line& line, double first, const Fit& fit);
  std::vector<double> first_steps(uword e) const;

  void one_by_one();
  void by_groups();
  Tested test(const Direction& d);
  bool settle(Group group, std::vector<Group>& left);
  void note_unseen(const Direction& d, double allowed);
  double unseen() const;
  double limit_of_norm() const;
  double limit_along(const Direction& d) const;
  Evidence confirmed_by_norm(Evidence e);
  static Evidence hiding(Evidence e, double share);
  void split(const Group& group, std::vector<Group>& left) const;
  uword bisect(std::vector<uword> block);
  void count_kinks(uword most);
  void sample(uword wrong);
  Evidence concluded(Evidence e);

  const DifferenceOptions& options_;
  const LossOfOne& loss_;
  const arma::mat& W_;
  const CheckedGradient& given_;
  std::string name_;
  GradientCheck& report_;
  std::mt19937_64 random_;
  arma::mat x_;      // W, or where the loss is evaluated
  double unit_ = 1;  // the loss and its gradient are divided by it, so that squares do not overflow
  arma::mat g_, rounding_;
  double f0_, scale_ = 1, noise_ = 0, relative_noise_ = 0, typical_ = 0, largest_ = 0, norm_ = 0, nearby_ = 0;
  bool only_rounding_ = false;           // the gradient is 0 but for its rounding errors, as at a minimum
  uword evaluations_ = 0, refused_ = 0;  // refused: of those that were not finite or threw
  double missed_at_kinks_ = 0;           // the norm of what the gradient is off there
  double most_changed_ = 0;              // |f - f(W)| over all evaluations, in multiples of its rounding
  std::string exception_;
  Truth truth_;

  // Of by_groups().
  arma::vec resolution_;              // the smallest error of each entry that would have been seen
  arma::vec missed_by_, seen_along_;  // its share of the norm of what directions that agreed allow: logarithms, number
  arma::vec settled_alone_;           // what was allowed of an entry that was tested for itself
  std::vector<uword> kink_groups_at_, unsettled_;
  std::vector<std::vector<uword>> kink_groups_;
  Comparer tested_, single_;
  bool failed_ = false;
};

/// A loss that is not a number, or another one at each call: why nothing can be compared, or "". Sums in another order
/// may differ by `rounding`.
std::string loss_problem(double first, double second, double rounding = 0);

/// The gradient of f with respect to one variable where `wanted` has a number, by fourth-order differences.
arma::mat differences_where(const arma::mat& wanted, const LossOfOne& f, const arma::mat& W);

}  // namespace armagrad::detail
