#include "progress.hpp"

#include <sys/ioctl.h>

#include <algorithm>
#include <cstdio>

#include "terminal.hpp"

namespace armagrad::apps {

namespace {

/// The columns of the terminal; 80 where it does not tell.
std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(std::string what, arma::uword steps, bool quiet)
    : what_(std::move(what)), steps_(steps), quiet_(quiet), terminal_(is_terminal(STDERR_FILENO)) {}

Progress::~Progress() {
  if (open_line_) std::fputc('\n', stderr);
}

/// "epoch ####........ 3/20  loss 0.27  4 s left", as wide as the terminal at most: first the bar gives way, then the
/// end of the figure.
std::string Progress::line(const std::string& count, const std::string& figure, const std::string& left,
                           double share) const {
  const std::size_t room = terminal_width() - 1;
  const std::size_t around = what_.size() + count.size() + left.size() + 4;
  const std::string text = ' ' + count + "  " + figure.substr(0, room > around ? room - around : 0) + left;
  const std::size_t used = what_.size() + 1 + text.size();
  const std::size_t width = std::min<std::size_t>(30, room > used ? room - used : 0);
  const auto filled = std::size_t(double(width) * std::min(share, 1.0));
  std::string all = what_ + ' ' + std::string(filled, '#') + std::string(width - filled, '.') + text;
  return all.substr(0, room);
}

void Progress::show(double step, const std::string& figure, double share) {
  if (quiet_ || steps_ == 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (first_ < 0) {  // a resumed training does not begin at 0
    first_ = share;
    start_ = now;
  }
  const double passed = std::chrono::duration<double>(now - start_).count(), all = double(steps_);
  const bool estimated = share > first_;
  const double left = estimated ? passed * std::max(0.0, 1 - share) / (share - first_) : 0;
  const auto done = arma::uword(step);
  const std::string count = std::to_string(done) + '/' + std::to_string(steps_);
  if (terminal_) {
    if (step != all && now - drawn_ < std::chrono::milliseconds(50)) return;
    drawn_ = now;
    const std::string time = estimated ? "  " + std::to_string(std::lround(left)) + " s left" : "";
    std::fprintf(stderr, "\r%s\033[K", line(count, figure, time, share).c_str());
    open_line_ = true;
  } else {
    if (!announced_ && passed > 1 && estimated) {
      announced_ = true;
      if (left > 10) std::fprintf(stderr, "about %.0f s to go\n", left);
    }
    if (done > printed_ && (done == steps_ || done >= printed_ + (steps_ + 9) / 10)) {
      printed_ = done;
      std::fprintf(stderr, "%s %s  %s\n", what_.c_str(), count.c_str(), figure.c_str());
    }
  }
  std::fflush(stderr);
}

}  // namespace armagrad::apps
