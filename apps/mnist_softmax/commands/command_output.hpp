#pragma once
// What every command of mnist_softmax has: --json, --quiet, the files that it reads and writes, its data.

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "apps/cli/options.hpp"
#include "apps/mnist_softmax/model/file_kind.hpp"

namespace armagrad::apps {

struct Dataset;
struct SavedModel;

/// The options of a command, which all have --json, --force and --quiet besides --help and --config.
class CommandOptions : public Options {
 public:
  /// `example`: what may follow the command's name.
  CommandOptions(const std::string& command, std::string about, const std::string& example);

  /// Declares a number of threads, by default as many as the machine has.
  void add_threads(const std::string& name, const std::string& help);
  unsigned threads(const std::string& name) const { return unsigned(count(name, 1, 1024)); }
};

/// Where a command's text and its report go, and which files it reads and writes.
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

  /// Declare a file that `option` makes the command read or write; "" is none. UsageError if two outputs are one file,
  /// or an output is a file that is read, by whatever name or link, and if an output would replace a file of another
  /// kind that is worth keeping without --force; std::runtime_error if an output cannot be written.
  void reads(const std::string& option, const std::string& file);
  void writes(const std::string& option, const std::string& file, FileKind kind);

 private:
  struct Named {
    std::string option, file;
  };

  std::string json_;
  bool quiet_, force_;
  std::vector<Named> inputs_, outputs_;
};

/// The data set that the options name; its files are inputs.
Dataset load_data(const CommandOptions& options, Output& output);

/// Prints which set it is and its shapes; the set's notice even if quiet, then on standard error.
void describe(const Dataset& data, const Output& output);

/// A note on what the model was trained on, unless that is the set of this name.
void note_training_set(const SavedModel& model, const std::string& set, const Output& output);

/// UsageError for --train-size if there are fewer training images.
void require_train_size(Options::Count size, const Dataset& data);

}  // namespace armagrad::apps
