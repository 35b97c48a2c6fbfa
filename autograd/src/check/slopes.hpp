#pragma once
// Derivatives along a line from values alone: the function's rounding, the derivatives from either side by
// extrapolated differences with estimates of their errors, and whether they are one derivative or a kink.

#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

namespace armagrad::detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// A value of a function on a line, NaN outside its domain, and a bound for its rounding error.
struct LineValue {
  double value = std::numeric_limits<double>::quiet_NaN(), rounding = 0;
};
/// A function of the step t from a point, zero at t = 0. It sets t to the step taken after rounding.
using Line = std::function<LineValue(double& t)>;

/// Standard deviation of f's rounding errors, from high-order differences of seven close values, in which
/// the smooth part cancels (More and Wild, "Estimating computational noise", 2011). Values are taken on
/// either side of 0 and the smaller estimate counts, as there may be a kink among the others. With `surely`,
/// 0 unless the differences of all orders agree, which those of a smooth function do not.
double noise_of(const Line& f, double spacing, bool surely = false);
/// The same of values that are given.
double noise_of(std::array<double, 7> values, bool surely = false);

/// Extrapolates difference quotients at steps h, h/2, h/4, ... to h = 0 by Neville's table, whose column m
/// cancels the m-th power of h (one-sided quotients) or of h^2 (central ones); Ridders, "Accurate computation
/// of F'(x) and F'(x)F''(x)", 1982. The best entry is the one whose truncation and rounding errors sum to
/// least.
class Extrapolation {
 public:
  /// `ratio`: 2 for powers of h, 4 for powers of h^2.
  explicit Extrapolation(double ratio) : ratio_(ratio) {}
  void add(double quotient, double rounding);
  std::size_t rows() const { return rows_; }

  double best = 0, error = infinity;

 private:
  static constexpr std::size_t columns = 6;
  struct Entry {
    double value = 0, rounding = 0;
  };
  double ratio_;
  std::array<Entry, columns> last_;
  std::array<double, 3> quotients_{};  // the last ones
  double change_ = 0;                  // from the last but one to the last
  std::size_t rows_ = 0;
};

struct Derivative {
  double value = 0, error = infinity;  // the error is an estimate; infinite: not found
};

/// What differences find at t = 0.
struct Slope {
  enum Kind {
    smooth,     // `both` is the derivative
    kink,       // the derivatives from the left and from the right differ
    one_sided,  // the function is defined on one side only
    unbounded,  // difference quotients grow without bound as the step shrinks: a jump, or sqrt at 0
    undefined   // the function has no finite value at any step
  } kind = undefined;
  Derivative both, left, right;
  double rounding = infinity;  // of quotients at the last step
  double steepest = 0;         // the larger |f(t) / t| at the step that gave the best estimate of `both`
};

struct StepRange {
  double first, least;     // steps are halved from `first`; below `least` the point's own rounding spoils them
  double target = 0;       // an error that suffices
  double kink = 1e-4;      // at a kink, also one of this share of what the derivatives differ by
  double size = infinity;  // steps at which rounding exceeds a derivative of this size, and the one found, show nothing
  double unit = 0;         // of the last place of a value
};

/// The derivative of f at 0. An estimate counts only if much smaller steps do not contradict it.
Slope slope_at_zero(const Line& f, const StepRange& range);

/// What a polynomial says that is fitted to many steps by least squares, in which rounding errors average out: the
/// derivative, and half of what the derivatives from the right and from the left differ by.
struct Fit {
  Derivative slope, bend;  // infinite errors: no fit was found
};

/// A fit for where a few steps do not tell. The steps, up to range.first or fewer, or more, up to `most`, are chosen by
/// the errors of the fits alone: the first whose slope has an error of at most half of range.target, or the least. What
/// they say must not choose among them, as one of many says by chance what is looked for.
Fit fit_near_zero(const Line& f, const StepRange& range, double most = 0);

/// Whether the derivatives from the left and the right differ, by a few steps only.
bool has_kink(const Line& f, const StepRange& range);

}  // namespace armagrad::detail
