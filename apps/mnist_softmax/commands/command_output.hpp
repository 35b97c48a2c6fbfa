#pragma once
// Options and output that every command of mnist_softmax has: --json, --quiet, and how it describes its data.

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "apps/cli/options.hpp"

namespace armagrad::apps {

struct Dataset;

/// The options of a command, which all have --json and --quiet besides --help and --config.
class CommandOptions : public Options {
 public:
  /// `example`: what may follow the command's name.
  CommandOptions(const std::string& command, std::string about, const std::string& example);

  /// Declares a number of threads, by default as many as the machine has.
  void add_threads(const std::string& name, const std::string& help);
  unsigned threads(const std::string& name) const { return unsigned(count(name, 1, 1024)); }
};

/// Where a command's text and its report go.
class Output {
 public:
  /// As the options say; std::runtime_error if the report could not be written where they want it.
  explicit Output(const CommandOptions& options);

  bool quiet() const { return quiet_; }
  void silence() { quiet_ = true; }
  /// Standard output, or standard error if the report goes to standard output; discarded if quiet.
  std::ostream& text() const;
  /// Whether the text may be coloured.
  bool in_colour() const;
  /// The file of the report, "-" for standard output, "" for none.
  const std::string& json() const { return json_; }
  /// Writes the report to where it was asked for, if anywhere. Bytes that are not UTF-8 become U+FFFD.
  void report(const nlohmann::ordered_json& report) const;
  /// UsageError if what `option` writes to `file` would overwrite the report, or the settings read.
  void keep_apart(const std::string& option, const std::string& file) const;

 private:
  std::string json_, config_;
  bool quiet_;
};

/// Prints which set it is and its shapes; the set's notice even if quiet, then on standard error.
void describe(const Dataset& data, const Output& output);

/// UsageError for --train-size if there are fewer training images.
void require_train_size(Options::Count size, const Dataset& data);

}  // namespace armagrad::apps
