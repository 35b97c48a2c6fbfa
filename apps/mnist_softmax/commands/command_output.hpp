#pragma once
// What every command of mnist_softmax has in common: --json and --quiet.

#include <nlohmann/json.hpp>
#include <ostream>

#include "apps/cli/options.hpp"

namespace armagrad::apps {

/// The options of a command, which all have --json and --quiet besides --help and --config.
class CommandOptions : public Options {
 public:
  /// `example`: what may follow the command's name.
  CommandOptions(const std::string& command, std::string about, const std::string& example);
};

/// Where a command's words go, and its report.
class Output {
 public:
  /// As the options say; std::runtime_error if the report could not be written where they want it.
  explicit Output(const CommandOptions& options);

  bool quiet() const { return quiet_; }
  void silence() { quiet_ = true; }
  /// Standard output, or standard error where the report takes that; nowhere if quiet.
  std::ostream& text() const;
  /// Whether the text may be coloured.
  bool in_colour() const;
  /// The file of the report, "-" for standard output, "" for none.
  const std::string& json() const { return json_; }
  /// Writes the report where it was asked for, if it was. What is no UTF-8 in it becomes U+FFFD.
  void report(const nlohmann::ordered_json& report) const;
  /// UsageError if the report, or the settings read, would be lost to what `option` writes to `file`.
  void keep_apart(const std::string& option, const std::string& file) const;

 private:
  std::string json_, config_;
  bool quiet_;
};

}  // namespace armagrad::apps
