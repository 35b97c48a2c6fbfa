#include "progress.hpp"

#include <algorithm>
#include <cstdio>

#include "terminal.hpp"

namespace armagrad::apps {

Progress::Progress(std::string what, arma::uword steps, bool quiet)
    : what_(std::move(what)), steps_(steps), quiet_(quiet), terminal_(is_terminal(STDERR_FILENO)) {}

Progress::~Progress() {
  if (open_line_) std::fputc('\n', stderr);
}

void Progress::show(double step, const std::string& figure, double share) {
  if (quiet_ || steps_ == 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (first_ < 0) {  // a resumed training does not begin at 0
    first_ = share;
    start_ = now;
  }
  const double passed = std::chrono::duration<double>(now - start_).count(), all = double(steps_);
  const double left = share > first_ ? passed * std::max(0.0, 1 - share) / (share - first_) : 0;
  const auto done = arma::uword(step);
  if (terminal_) {
    if (step != all && now - drawn_ < std::chrono::milliseconds(50)) return;
    drawn_ = now;
    constexpr double width = 30;
    const auto filled = std::size_t(width * std::min(share, 1.0));
    std::fprintf(stderr, "\r%s %s%s %llu/%llu  %s  %.0f s left \033[K", what_.c_str(), std::string(filled, '#').c_str(),
                 std::string(std::size_t(width) - filled, '.').c_str(), (unsigned long long)done,
                 (unsigned long long)steps_, figure.c_str(), left);
    open_line_ = true;
  } else {
    if (!announced_ && passed > 1 && share > first_) {
      announced_ = true;
      if (left > 10) std::fprintf(stderr, "about %.0f s to go\n", left);
    }
    if (done > printed_ && (done == steps_ || done >= printed_ + (steps_ + 9) / 10)) {
      printed_ = done;
      std::fprintf(stderr, "%s %llu/%llu  %s\n", what_.c_str(), (unsigned long long)done, (unsigned long long)steps_,
                   figure.c_str());
    }
  }
  std::fflush(stderr);
}

}  // namespace armagrad::apps
