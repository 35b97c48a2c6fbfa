#pragma once
// Ctrl-C handled at the end of a step.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace armagrad::apps {

/// While it exists, the first SIGINT or SIGTERM is noted and answered on standard error; a second one ends the program
/// as usual.
class Interrupts {
 public:
  /// `wait`: false leaves the signals alone.
  explicit Interrupts(bool wait = true) : waits_(wait) {
    if (waits_)
      handle([](int signal) {
        noted = signal;
        constexpr std::string_view answer = "\nstopping after this step; again to quit now\n";
        [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, answer.data(), answer.size());
        handle(SIG_DFL);
      });
  }
  ~Interrupts() {
    if (waits_) handle(SIG_DFL);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  static bool any() { return noted != 0; }
  /// Ends the program by the signal that was noted.
  [[noreturn]] static void obey() {
    std::signal(noted, SIG_DFL);
    std::raise(noted);
    std::abort();
  }

 private:
  static void handle(void (*handler)(int)) {
    std::signal(SIGINT, handler);
    std::signal(SIGTERM, handler);
  }
  static inline volatile std::sig_atomic_t noted = 0;
  bool waits_;
};

}  // namespace armagrad::apps
