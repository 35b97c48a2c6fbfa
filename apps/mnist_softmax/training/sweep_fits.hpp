#pragma once
// The fits of a sweep, run in parallel, and their progress.

#include <atomic>
#include <filesystem>
#include <mutex>

#include "apps/mnist_softmax/model/checkpoint.hpp"
#include "sweep_table.hpp"
#include "training.hpp"

namespace armagrad::apps {

/// For each split, batch size and learning rate there is a path: the fits from the largest l2 to the
/// smallest. A path is one thread's, so that the results do not depend on how many there are.
template <class eT>
class SweepFits {
 public:
  SweepFits(const Training<eT>& training, const Grid& grid, std::vector<Split> splits);

  arma::uword fits() const { return paths_.size() * grid_.l2.size(); }
  arma::uword done() const;

  struct Progress {
    double fits, share;  // with parts of those under way; of the time that all take
    std::string last;    // the result of the last fit
  };
  Progress progress() const;

  /// Continues a sweep saved with the same settings; std::runtime_error, which names the file, for others.
  void resume(const std::filesystem::path& file);
  void keep(const std::filesystem::path& file) const;

  struct Watch {
    // From any thread, but one at a time:
    std::function<void(const Progress&)> progress;
    std::function<void()> after_fit;
    std::function<bool()> go_on;  // asked after each step
  };
  /// Does the fits that are left on `jobs` threads; false if go_on stopped it.
  bool run(unsigned jobs, const Watch& watch);

  SweepTable table() const;

 private:
  struct Path {
    const Split* split;
    GridPoint point;               // but for l2
    std::vector<Validation> done;  // from the largest l2 on
    arma::Mat<eT> last;            // where the last fit ended, if the next begins there
    double under_way = 0;          // share of the fit
  };
  void follow(Path& path, unsigned threads, const Watch& watch);
  Origin origin() const;

  const Training<eT>& training_;
  const Grid grid_;
  const std::vector<Split> splits_;
  const Origin origin_;
  const bool warm_;
  std::vector<double> epochs_;  // expected, from the largest l2 on
  std::vector<Path> paths_;
  std::mutex mutex_;  // of the paths' progress, and of the watch
  std::string last_;  // the result of the last fit
  std::atomic<bool> stop_ = false;
};

}  // namespace armagrad::apps
