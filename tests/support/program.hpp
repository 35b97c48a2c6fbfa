#pragma once
// Runs a program as a user would, in a folder of its own with tiny data sets.

#include <fcntl.h>
#include <linux/capability.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <thread>

#include "files.hpp"

namespace armagrad::apps::testing {

using Words = std::vector<std::string>;
using Report = nlohmann::ordered_json;

/// The words of a command line in which spaces do nothing but separate.
inline Words words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

/// The arguments as one line of ASCII for messages.
inline std::string shown(const Words& arguments) {
  std::string line;
  for (const std::string& argument : arguments) line += (line.empty() ? "'" : " '") + argument + "'";
  for (char& c : line) c = c < ' ' || c > '~' ? '?' : c;
  return line;
}

struct Outcome {
  int status = 0;  // the exit status, or minus the signal that ended the program
  std::string out, err;
};

/// What a run differs in from a plain one.
struct Circumstances {
  std::string out;                // where standard output goes: "" is captured, "closed" is closed, else a file
  std::string mnist_dir;          // MNIST_DIR, if not empty
  std::string no_color;           // NO_COLOR, if not empty
  bool terminal = false;          // output of both kinds goes to a terminal, and is captured as `out`
  rlim_t largest_file = 0;        // bytes that a file may have, if not 0
  bool ignore_file_limit = true;  // a larger file is an error of write(); else the signal SIGXFSZ
  rlim_t address_space = 0;       // bytes, if not 0
  int signal = 0;                 // sent to the program once `when` is on its standard error, and `after` is over
  std::string when;
  std::chrono::microseconds after{20'000};
  std::map<std::string, std::string> environment;  // what else is in it
  unsigned seconds = 60;                           // more than that ends the program with SIGALRM
};

/// `count` images of 10 classes in turn that W = pixels tells apart: those at the class, class + 10, ... are
/// bright. Every image at which i % `step` == step - 1 has the next class's label instead of its own.
inline void write_part(const fs::path& folder, const std::string& part, unsigned count, unsigned height, unsigned width,
                       unsigned step) {
  std::mt19937 random(height * 1000 + count);
  std::string pixels, labels;
  for (unsigned i = 0; i < count; ++i) {
    for (unsigned p = 0; p < height * width; ++p) {
      const auto noise = static_cast<unsigned>(random() % 60);
      pixels += static_cast<char>(p % 10 == i % 10 ? 255 - noise : noise);
    }
    labels += static_cast<char>((i + (i % step == step - 1 ? 1 : 0)) % 10);
  }
  write_bytes(folder / (part + "-images-idx3-ubyte"), idx({count, height, width}, pixels));
  write_bytes(folder / (part + "-labels-idx1-ubyte"), idx({count}, labels));
}

/// 120 training images, of which 15 are labelled wrongly (best accuracy .875), and 40 for testing (10 wrong,
/// .75).
inline void write_tiny_set(const fs::path& folder, unsigned height = 6, unsigned width = 6) {
  fs::create_directories(folder);
  write_part(folder, "train", 120, height, width, 8);
  write_part(folder, "t10k", 40, height, width, 4);
}

/// A program that runs in a new folder, without network, HOME's cache or MNIST_DIR.
class Program {
 public:
  explicit Program(std::string path) : path_(std::move(path)) {}

  const TemporaryFolder folder;  // where the program runs; `set` in it is a tiny data set
  Circumstances how;             // of the runs to come

  Outcome run(const Words& arguments) const {
    int terminal = -1;
    const pid_t child = how.terminal ? forkpty(&terminal, nullptr, nullptr, nullptr) : fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) become(arguments);
    if (how.signal != 0) interrupt(child);
    const std::string shown = how.terminal ? all_of(terminal) : "";
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    const int ended = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    if (how.terminal) return {ended, shown, ""};
    return {ended, read_bytes(captured_ / "out"), read_bytes(captured_ / "err")};
  }
  Outcome run(const std::string& line) const { return run(words(line)); }

  /// The folder's files by name with what is in them.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder.path())) {
      found[entry.path().string()] = entry.is_regular_file() ? read_bytes(entry.path()) : "";
    }
    return found;
  }

 private:
  [[noreturn]] void become(const Words& arguments) const {
    std::vector<char*> argv{const_cast<char*>(path_.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    const auto direct = [](int descriptor, const std::string& file, int flags) {
      const int opened = open(file.c_str(), flags, 0666);
      if (opened < 0 || dup2(opened, descriptor) < 0) _exit(126);
      close(opened);
    };
    direct(STDIN_FILENO, "/dev/null", O_RDONLY);
    if (!how.terminal) {
      direct(STDERR_FILENO, captured_ / "err", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
      direct(STDOUT_FILENO, captured_ / "out", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
    }
    if (how.out == "closed") {
      close(STDOUT_FILENO);
    } else if (!how.out.empty()) {
      direct(STDOUT_FILENO, how.out, O_WRONLY);
    }
    if (how.largest_file != 0) {
      std::signal(SIGXFSZ, how.ignore_file_limit ? SIG_IGN : SIG_DFL);
      const rlimit none{0, 0}, limit{how.largest_file, how.largest_file};
      setrlimit(RLIMIT_CORE, &none);
      setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (how.address_space != 0) {
      const rlimit limit{how.address_space, how.address_space};
      setrlimit(RLIMIT_AS, &limit);
    }
    const auto environment = [](const char* name, const std::string& value) {
      value.empty() ? unsetenv(name) : setenv(name, value.c_str(), 1);
    };
    environment("MNIST_DIR", how.mnist_dir);
    environment("NO_COLOR", how.no_color);
    unsetenv("MNIST_MIRROR");
    environment("TERM", "xterm");
    setenv("HOME", (captured_ / "home").c_str(), 1);
    unsetenv("XDG_CACHE_HOME");
    for (const auto& [name, value] : how.environment) setenv(name.c_str(), value.c_str(), 1);
    for (const char* proxy : {"https_proxy", "HTTPS_PROXY"}) setenv(proxy, "http://127.0.0.1:1", 1);
    for (const char* direct_hosts : {"no_proxy", "NO_PROXY"}) unsetenv(direct_hosts);
    for (const int right : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH})
      prctl(PR_CAPBSET_DROP, right);  // root's, over modes
    if (chdir(folder.path().c_str()) != 0) _exit(126);
    alarm(how.seconds);
    execv(argv[0], argv.data());
    _exit(127);
  }

  /// What is written to the terminal until its last user ends.
  static std::string all_of(int terminal) {
    std::string all;
    char buffer[4096];
    for (ssize_t n; (n = read(terminal, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);) {
      if (n > 0) all.append(buffer, std::size_t(n));
    }
    close(terminal);
    return all;
  }

  void interrupt(pid_t child) const {
    siginfo_t ended{};
    while (!contains(read_bytes(captured_ / "err"), how.when) && ended.si_pid == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
    }
    std::this_thread::sleep_for(how.after);
    kill(child, how.signal);
  }

  const std::string path_;
  const TemporaryFolder captured_;
};

/// The fixture of the tests of a program that reads data sets.
struct TinySets {
  Program program;
  const TemporaryFolder& folder = program.folder;

  explicit TinySets(const std::string& path) : program(path) { write_tiny_set(folder / "set"); }

  /// Runs what must succeed and be silent on standard error unless `err_too`.
  std::string succeeds(const Words& arguments, bool err_too = false) {
    const Outcome run = program.run(arguments);
    BOOST_TEST_CONTEXT(shown(arguments)) {
      BOOST_TEST(run.status == 0);
      BOOST_TEST((err_too || run.err.empty()), "standard error: " << run.err);
    }
    return run.out;
  }
  std::string succeeds(const std::string& line, bool err_too = false) { return succeeds(words(line), err_too); }

  /// The report of a training on the tiny set, which must be the whole of standard output.
  Report trained(const std::string& options = "") {
    const std::string out = succeeds("train --data set --quiet --json - " + options);
    const Report report = Report::parse(out, nullptr, false);
    BOOST_REQUIRE_MESSAGE(report.is_object(), "not one JSON object: " << out);
    return report;
  }

  /// The bytes of the model of such a training.
  std::string model_of(const std::string& options) {
    trained(options + " --model new.model");
    const std::string bytes = read_bytes(folder / "new.model");
    BOOST_TEST(!bytes.empty());
    fs::remove(folder / "new.model");
    return bytes;
  }

  /// Runs what must fail with this status and one line that has `parts` in it, and leave everything as it
  /// was.
  void refused(const Words& arguments, int status, const Words& parts) {
    const auto before = program.files();
    const Outcome run = program.run(arguments);
    BOOST_TEST_CONTEXT(shown(arguments)) {
      BOOST_TEST(run.status == status);
      BOOST_TEST((program.files() == before), "files were changed or left behind");
      if (run.status != status) return;
      BOOST_TEST(run.out == "");
      const bool one_line = !run.err.empty() && run.err.find('\n') == run.err.size() - 1;
      BOOST_TEST(one_line, "not one line: " << run.err);
      BOOST_TEST(run.err.starts_with("mnist_softmax: "), "not as errors begin: " << run.err);
      BOOST_TEST(!contains(run.err, "exception"), "not for users: " << run.err);
      for (const std::string& part : parts) {
        BOOST_TEST(contains(run.err, part), "\"" << part << "\" is not in: " << run.err);
      }
    }
  }
  void refused(const std::string& line, int status, const Words& parts) { refused(words(line), status, parts); }
};

}  // namespace armagrad::apps::testing
