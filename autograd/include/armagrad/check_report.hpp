#pragma once
// What check_gradient found: evidence, a verdict, and where it failed the likeliest mistakes.

#include <algorithm>
#include <armadillo>
#include <string>
#include <vector>

namespace armagrad {

/// One test of the gradient by one variable.
struct Evidence {
  std::string variable, test;
  std::string problem;       // why the test could not be made, e.g. shapes that differ
  double error = 0;          // |given - found| / max(|given|, |found|), by norm over what was compared
  double tolerance = 0;      // what rounding and truncation may leave of it
  bool is_rate = false;      // then `error` is the order in h of Taylor's remainder, `tolerance` the least
  arma::uword compared = 0;  // entries, or directions
  arma::uword kinks = 0;     // entries where the slopes from either side differ: asked to lie between them
  bool entries = true;       // whether (row, col) is an entry of the variable
  arma::uword row = 0, col = 0;                  // of those that fail the one that is off most
  double given = 0, found = 0, uncertainty = 0;  // there
  bool passed = true;
};

/// Central differences of various steps along one direction: what each is off by, relatively. A V: Taylor's
/// remainder to the right of the best step, rounding to the left.
struct StepSweep {
  std::string variable;
  std::vector<double> steps, errors;
  double best = 0;
};

enum class Mistake {
  unknown,
  not_finite,   // NaN or infinite
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

/// Of one variable whose gradient is wrong.
struct Diagnosis {
  std::string variable;
  std::vector<Finding> findings;  // likeliest first; empty: unknown
  std::vector<std::string> facts;
  std::string next;  // what to try
};

struct GradientCheck {
  std::vector<Evidence> evidence;
  std::vector<StepSweep> sweeps;
  std::vector<Diagnosis> diagnoses;
  double noise = 0;  // of the loss, measured, relative to it

  bool passed() const {
    return std::all_of(evidence.begin(), evidence.end(), [](const Evidence& e) { return e.passed; });
  }
  explicit operator bool() const { return passed(); }
};

}  // namespace armagrad
