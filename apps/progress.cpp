#include "progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace armagrad::apps {

Progress::Progress(std::string what, arma::uword steps, bool quiet)
    : what_(std::move(what)), steps_(steps), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (open_line_) std::fputc('\n', stderr);
}

void Progress::show(arma::uword step, const std::string& figure) {
  if (quiet_ || steps_ == 0) return;
  const auto now = std::chrono::steady_clock::now();
  const double left = std::chrono::duration<double>(now - start_).count() * double(steps_ - step) /
                      double(step == 0 ? 1 : step);
  if (terminal_) {
    if (step != steps_ && now - drawn_ < std::chrono::milliseconds(50)) return;
    drawn_ = now;
    constexpr int width = 30;
    const int done = int(width * step / steps_);
    std::fprintf(stderr, "\r%s %s%s %llu/%llu  %s  %.0f s left \033[K", what_.c_str(),
                 std::string(std::size_t(done), '#').c_str(),
                 std::string(std::size_t(width - done), '.').c_str(), (unsigned long long)step,
                 (unsigned long long)steps_, figure.c_str(), left);
    open_line_ = true;
  } else if (step == steps_ || step % ((steps_ + 9) / 10) == 0) {
    std::fprintf(stderr, "%s %llu/%llu  %s\n", what_.c_str(), (unsigned long long)step,
                 (unsigned long long)steps_, figure.c_str());
  }
  std::fflush(stderr);
}

}  // namespace armagrad::apps
