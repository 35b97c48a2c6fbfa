#pragma once
// The command line, in one style for every subcommand.

#include <boost/program_options.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "apps/datasets/data.hpp"

namespace armagrad::apps {

namespace po = boost::program_options;

/// A command line that cannot be carried out; the program says why in one line and exits with status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The options of a program or of its subcommand; every one that it reads is declared with its default and
/// its help.
class Options {
 public:
  /// `command`: "mnist_softmax train"; `about`: what it does, in a line or two; `example`: a command to try.
  Options(std::string command, std::string about, std::string example);

  po::options_description_easy_init add() { return description_.add_options(); }
  /// Declares --data and --download.
  void add_data();
  /// Declares an argument that stands by itself, which may begin with a minus.
  void take(const std::string& name) { argument_ = name; }
  /// Declares arguments that stand by themselves, as many as there are, perhaps none; texts(name) has them.
  void take_several(const std::string& name) { argument_ = name, several_ = true; }
  /// False when help was asked for, and given. UsageError for what is not an option or not of its type, be it
  /// on the command line or, where that does not have it, in the file that --config names; std::runtime_error
  /// if that cannot be read.
  bool parse(const std::vector<std::string>& arguments);

  bool given(const std::string& name) const { return !values_[name].defaulted() && !values_[name].empty(); }
  std::string text(const std::string& name) const {
    return values_.count(name) ? values_[name].as<std::string>() : "";
  }
  /// Of an option that may be given several times.
  std::vector<std::string> texts(const std::string& name) const {
    return values_.count(name) ? values_[name].as<std::vector<std::string>>() : std::vector<std::string>();
  }
  bool flag(const std::string& name) const { return values_[name].as<bool>(); }
  /// A finite number in [least, most]; UsageError that names the option otherwise.
  double number(const std::string& name, double least, double most) const;
  /// A whole number in [least, most].
  arma::uword count(const std::string& name, arma::uword least, arma::uword most) const;
  /// The same for a list that commas separate.
  std::vector<double> numbers(const std::string& name, double least, double most) const;
  std::vector<arma::uword> counts(const std::string& name, arma::uword least, arma::uword most) const;
  /// One of `choices`.
  std::string choice(const std::string& name, const std::vector<std::string>& choices) const;
  DataOptions data() const { return {text("data"), flag("download")}; }

 protected:
  /// What help lists last.
  po::options_description_easy_init add_common() { return common_.add_options(); }

 private:
  std::vector<po::option> argument(std::vector<std::string>& words) const;
  bool take_argument(const po::option& option, const std::string& see);
  void read_command_line(const std::vector<std::string>& arguments, const std::string& see);
  void read_config(const std::string& file, const std::string& see);

  std::string command_, about_, example_, argument_;
  bool several_ = false;
  po::options_description description_{"Options"}, common_{"General options"};
  po::variables_map values_;
};

/// What main() does: runs the program and returns the exit status, 2 for a UsageError and 1 for any other
/// exception, of which it says in one line what happened.
int run_program(const std::string& name, int (*run)(const std::vector<std::string>&), int argc, char** argv);

/// Do both names, not empty, lead to one regular file, which the second to be written would replace?
bool same_file(const std::string& a, const std::string& b);

}  // namespace armagrad::apps
