#pragma once
// The command line, in one style for every program and subcommand.

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "apps/datasets/data_options.hpp"

namespace armagrad::apps {

/// A command line that cannot be carried out; the program says why in one line and exits with status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The options of a program or of its subcommand; each is declared before it is parsed, with its help.
class Options {
 public:
  using Count = unsigned long long;  // arma::uword, without Armadillo's headers

  /// `command`: "mnist_softmax train"; `about`: what it does, in a line or two; `example`: a command to try.
  Options(std::string command, std::string about, std::string example);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  /// Declares --name VALUE, which may be left out or has a default.
  Options& add(const std::string& name, const std::string& help);
  Options& add(const std::string& name, const std::string& default_value, const std::string& help);
  /// Declares --name VALUE that may be given several times.
  Options& add_repeated(const std::string& name, const std::string& help);
  /// Declares --name without a value.
  Options& add_flag(const std::string& name, const std::string& help);
  /// Declares --data and --offline.
  Options& add_data();
  /// Declares a positional argument, which may begin with a minus.
  void add_argument(const std::string& name);
  /// Declares any number of positional arguments, perhaps none; texts(name) returns them.
  void add_arguments(const std::string& name);

  /// False when help was asked for, and printed. UsageError for unknown options and wrong types, both on the
  /// command line and in the file that --config names, which sets what the command line does not;
  /// std::runtime_error if that file cannot be read.
  bool parse(const std::vector<std::string>& arguments);

  /// Whether the user gave the option a value.
  bool given(const std::string& name) const;
  /// The option's value or default; "" if it has neither.
  std::string text(const std::string& name) const;
  /// The values of an option that may be given several times.
  std::vector<std::string> texts(const std::string& name) const;
  bool flag(const std::string& name) const;
  /// A finite number in [least, most]; UsageError that names the option otherwise.
  double number(const std::string& name, double least, double most) const;
  /// A whole number in [least, most]; UsageError that names the option otherwise.
  Count count(const std::string& name, Count least, Count most) const;
  /// Lists separated by commas; UsageError that names the option unless each is in [least, most].
  std::vector<double> numbers(const std::string& name, double least, double most) const;
  std::vector<Count> counts(const std::string& name, Count least, Count most) const;
  /// One of `choices`; UsageError that names the option otherwise.
  std::string choice(const std::string& name, const std::vector<std::string>& choices) const;
  DataOptions data() const { return {text("data"), flag("offline")}; }

 protected:
  /// Declare options that --help lists last.
  void add_common(const std::string& name, const std::string& help);
  void add_common_flag(const std::string& name, const std::string& help);

 private:
  struct Parser;
  const std::unique_ptr<Parser> parser_;
};

/// The body of main(): runs the program and returns the exit status, 2 for a UsageError and 1 for any other
/// exception, whose message is printed as one line.
int run_program(const std::string& name, int (*run)(const std::vector<std::string>&), int argc, char** argv);

/// Whether both names, not empty, lead to one regular file (by device and inode, or where it would be made), which the
/// second to be written would replace.
bool same_file(const std::string& a, const std::string& b);

}  // namespace armagrad::apps
