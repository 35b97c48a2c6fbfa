#pragma once
// The progress of a long computation.

#include <armadillo>
#include <chrono>
#include <string>

namespace armagrad::apps {

/// On a terminal one line that is redrawn; elsewhere about ten plain lines in all, after one that says how
/// long it will take, if that is long. Always on standard error.
class Progress {
 public:
  Progress(std::string what, arma::uword steps, bool quiet);
  ~Progress();
  /// After `step` steps, the last perhaps in part, with a figure to show, e.g. "loss 0.2689". `share`: of the
  /// work, which the steps may part unevenly, or end before the last.
  void show(double step, const std::string& figure) { show(step, figure, step / double(steps_)); }
  void show(double step, const std::string& figure, double share);

 private:
  std::string line(const std::string& count, const std::string& figure, const std::string& left, double share) const;

  std::string what_;
  arma::uword steps_;
  bool quiet_, terminal_, open_line_ = false, announced_ = false;
  double first_ = -1;        // the share at the first call
  arma::uword printed_ = 0;  // the step of the last plain line
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), drawn_{};
};

}  // namespace armagrad::apps
