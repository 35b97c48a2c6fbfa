#pragma once
// Result of check_gradient: evidence, a verdict and, where it failed, the likeliest mistakes.

#include <armadillo>
#include <iosfwd>
#include <string>
#include <vector>

#include "detail/export.hpp"

namespace armagrad {

/// Inconclusive: the test could not see enough to tell right from wrong. It does not count as passed.
enum class Verdict { passed, failed, inconclusive };
/// "passed", "failed" or "inconclusive"; the text is static.
[[nodiscard]] ARMAGRAD_EXPORT const char* to_string(Verdict verdict);

/// One test of the gradient with respect to one variable.
struct Evidence {
  std::string variable, test;
  std::string problem;           // why the test failed or saw nothing, where the numbers do not say so
  double error = 0;              // |given - found| / max(|given|, |found|), by norm over the entries compared
  double tolerance = 0;          // how much of it rounding and truncation may account for
  arma::uword compared = 0;      // entries, or directions
  arma::uword kinks = 0;         // entries where the derivatives from either side differ: g must lie between them
  bool more_kinks = false;       // whether `kinks` is a lower bound
  bool entries = true;           // whether (row, col) is an entry of the variable
  arma::uword row = 0, col = 0;  // the entry with the largest error of those that decide
  double given = 0, found = 0, uncertainty = 0;  // its values
  Verdict verdict = Verdict::passed;

  /// Whether this test passed; an inconclusive one did not.
  [[nodiscard]] bool passed() const { return verdict == Verdict::passed; }
};

/// Relative errors of central differences along one direction, by step. They form a V: Taylor's remainder to
/// the right of the best step, rounding to the left.
struct StepSweep {
  std::string variable;
  std::vector<double> steps, errors;
  double best = 0;
};

/// Kinds of mistake that the diagnosis can tell apart.
enum class Mistake {
  unknown,
  not_finite,   // NaN or infinite
  stale,        // of the point of an earlier call
  accumulated,  // added to the result of an earlier call
  zero,         // nothing arrives
  factor,       // a multiple of the right gradient
  term,         // a term of the loss is missing, doubled, or of another weight
  path,         // the derivative through one operand of one operation is missing or of another weight
  derivative,   // of one operation, taken as 1
  constant,     // a constant was taken through a function first
  transposed,   // also: right numbers in the wrong order
  permuted,     // rows or columns in another order
  entries,      // right but for one entry, row, column or block
  scaled_rows,  // each row, or each column, has a factor of its own
  clipped,
  precision,     // of floats
  like_weights,  // off by a multiple of a function of W: a penalty's gradient
  sums,          // what should sum to zero does not
  low_rank,      // off by a product of a column and a row
  swapped,       // the gradient of another variable
};

/// A mistake that would explain the difference between the right gradient g and the given one.
struct Finding {
  Mistake mistake = Mistake::unknown;
  std::string variable;
  std::string what;        // in words
  std::string part;        // the term, operation or constant that it is about
  double factor = 1;       // that part's weight, where 1 is right
  double unexplained = 1;  // of the difference, by norm, if this is the mistake
  double score = 0;        // decimal digits saved by telling it so: see diagnosis.hpp
};

/// The likely mistakes in the gradient with respect to one variable.
struct Diagnosis {
  std::string variable;
  std::vector<Finding> findings;  // likeliest first; empty: unknown
  std::vector<std::string> facts;
  std::string next;  // what to try
};

/// The result of check_gradient: a plain value that holds everything that it prints. Convertible to bool: whether the
/// check passed.
struct ARMAGRAD_EXPORT GradientCheck {
  std::vector<Evidence> evidence;
  std::vector<StepSweep> sweeps;
  std::vector<Diagnosis> diagnoses;
  std::vector<std::string> notes;  // limits of the check at this point, e.g. that W is 0
  double noise = 0;                // rounding error of the loss, measured, relative to it

  /// Failed if any test failed, else inconclusive if any was, or if there was none.
  [[nodiscard]] Verdict verdict() const;
  /// Whether the check passed; an inconclusive one did not.
  [[nodiscard]] bool passed() const { return verdict() == Verdict::passed; }
  explicit operator bool() const { return passed(); }
};

/// Verdict first, then the diagnosis, then a line per test, with the worst entry of those that failed.
ARMAGRAD_EXPORT std::ostream& operator<<(std::ostream& out, const GradientCheck& check);

}  // namespace armagrad
