#pragma once
// What check_gradient found.

#include <algorithm>
#include <armadillo>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

namespace armagrad {

/// The tape's gradient of one variable against one other way to get it.
struct Comparison {
  std::string variable, against;
  std::string problem;        // why it could not be made, e.g. shapes that differ
  double relative_error = 0;  // |a - b| / max(|a|, |b|), by norm over what was compared
  double tolerance = 0;
  arma::uword compared = 0;      // entries
  arma::uword kinks = 0;         // entries left out, as the slopes from either side differ
  arma::uword row = 0, col = 0;  // of the worst entry
  double tape = 0, other = 0;
  bool passed = false;
};

struct GradientCheck {
  std::vector<Comparison> comparisons;

  bool passed() const {
    return std::all_of(comparisons.begin(), comparisons.end(), [](const Comparison& c) { return c.passed; });
  }
};

/// Verdict first, then a line per comparison; where one failed, its worst entry: the tape's and the other's.
inline std::ostream& operator<<(std::ostream& out, const GradientCheck& check) {
  std::ostringstream text;
  text << "gradient check: " << (check.passed() ? "passed" : "FAILED") << '\n';
  text << std::left << std::setw(10) << "variable" << std::setw(22) << "gradient against" << std::setw(10)
       << "entries" << std::setw(12) << "rel. error" << std::setw(11) << "tolerance" << std::setw(8)
       << "verdict\n";
  for (const Comparison& c : check.comparisons) {
    text << std::setw(10) << c.variable << std::setw(22) << c.against;
    if (!c.problem.empty()) {
      text << "FAILED: " << c.problem << '\n';
      continue;
    }
    text << std::setw(10) << c.compared << std::setprecision(2) << std::scientific << std::setw(12)
         << c.relative_error << std::setw(11) << c.tolerance << std::setw(8) << (c.passed ? "ok" : "FAILED");
    if (!c.passed)
      text << " worst entry (" << c.row << ',' << c.col << ") " << std::setprecision(9) << c.tape << " vs "
           << c.other;
    if (c.kinks) text << ' ' << c.kinks << (c.kinks == 1 ? " entry" : " entries") << " at a kink left out";
    text << '\n';
  }
  return out << text.str();
}

}  // namespace armagrad
