#include "options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>

#include "apps/text/escape.hpp"
#include "apps/text/numbers.hpp"
#include "apps/text/suggestion.hpp"
#include "apps/text/words.hpp"

namespace armagrad::apps {

namespace po = boost::program_options;

/// The options declared, the values parsed, and the help text.
struct Options::Parser {
  std::string command, about, example;
  std::string argument = {};  // the name of positional arguments
  bool several = false;       // whether there may be any number of them
  po::options_description description{"Options"}, common{"General options"};
  po::variables_map values{};

  std::vector<po::option> positional(std::vector<std::string>& words) const;
  bool take_positional(const po::option& option, const std::string& see);
  void read_command_line(const std::vector<std::string>& arguments, const std::string& see);
  void read_config(const std::string& file, const std::string& see);
  void refuse_empty_values() const;
  std::string similar_to(const std::string& option) const;
};

Options::Options(std::string command, std::string about, std::string example)
    : parser_(new Parser{std::move(command), std::move(about), std::move(example)}) {
  parser_->common.add_options()("help,h", "show this text");
  add_common("config", "take options from this file, a line NAME = VALUE each; the command line goes before it");
}

Options::~Options() = default;

Options& Options::add(const std::string& name, const std::string& help) {
  parser_->description.add_options()(name.c_str(), po::value<std::string>(), help.c_str());
  return *this;
}
Options& Options::add(const std::string& name, const std::string& default_value, const std::string& help) {
  parser_->description.add_options()(name.c_str(), po::value<std::string>()->default_value(default_value),
                                     help.c_str());
  return *this;
}
Options& Options::add_repeated(const std::string& name, const std::string& help) {
  parser_->description.add_options()(name.c_str(), po::value<std::vector<std::string>>()->composing(), help.c_str());
  return *this;
}
Options& Options::add_flag(const std::string& name, const std::string& help) {
  parser_->description.add_options()(name.c_str(), po::bool_switch(), help.c_str());
  return *this;
}
void Options::add_common(const std::string& name, const std::string& help) {
  parser_->common.add_options()(name.c_str(), po::value<std::string>(), help.c_str());
}
void Options::add_common_flag(const std::string& name, const std::string& help) {
  parser_->common.add_options()(name.c_str(), po::bool_switch(), help.c_str());
}

Options& Options::add_data() {
  add("data",
      "mnist, fashion, a folder (IDX files, .npy, CSV, or pictures by class), an .npz or a CSV; default: MNIST from "
      "MNIST_DIR, the cache or its mirrors, else Fashion-MNIST");
  add("keys", "the arrays of an .npz: IMAGES,LABELS or IMAGES,LABELS,TEST_IMAGES,TEST_LABELS; default: by their names");
  add_flag("transpose", "turn rows of the images into columns, as those of EMNIST need it");
  add_flag("invert", "turn dark on light into light on dark");
  return add_flag("offline", "do not fetch MNIST from its public mirrors where it is not here yet");
}

void Options::add_argument(const std::string& name) { parser_->argument = name; }
void Options::add_arguments(const std::string& name) {
  parser_->argument = name;
  parser_->several = true;
}

bool Options::given(const std::string& name) const {
  const po::variable_value& value = parser_->values[name];
  return !value.defaulted() && !value.empty();
}
std::string Options::text(const std::string& name) const {
  return parser_->values.count(name) ? parser_->values[name].as<std::string>() : "";
}
std::vector<std::string> Options::texts(const std::string& name) const {
  if (!parser_->values.count(name)) return {};
  return parser_->values[name].as<std::vector<std::string>>();
}
bool Options::flag(const std::string& name) const { return parser_->values[name].as<bool>(); }

/// With one argument declared, a word that begins with a single minus is that argument, unless it is -h.
std::vector<po::option> Options::Parser::positional(std::vector<std::string>& words) const {
  const std::string& word = words[0];
  const bool is_option = !word.starts_with("-") || word.starts_with("--") || word == "-h";
  if (argument.empty() || several || is_option) return {};
  po::option option;
  option.value = option.original_tokens = {word};
  option.position_key = 0;
  words.erase(words.begin());
  return {option};
}

/// Stores a word that belongs to no option as a positional argument; false if it belongs to one.
bool Options::Parser::take_positional(const po::option& option, const std::string& see) {
  if (!option.string_key.empty()) return false;
  const std::string& word = option.original_tokens.front();
  if (argument.empty() || (!several && values.count(argument)))
    throw UsageError("'" + word + "' belongs to no option" + see);
  if (!several) {
    values.insert({argument, po::variable_value(boost::any(word), false)});
    return true;
  }
  auto& value =
      values.insert({argument, po::variable_value(boost::any(std::vector<std::string>()), false)}).first->second;
  value.as<std::vector<std::string>>().push_back(word);
  return true;
}

void Options::Parser::read_command_line(const std::vector<std::string>& arguments, const std::string& see) {
  const auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  po::options_description all;
  all.add(description).add(common);
  po::parsed_options parsed = po::command_line_parser(arguments)
                                  .options(all)
                                  .style(style)
                                  .extra_style_parser([&](auto& words) { return positional(words); })
                                  .run();
  std::erase_if(parsed.options, [&](const po::option& option) { return take_positional(option, see); });
  po::store(parsed, values);
}

void Options::Parser::read_config(const std::string& file, const std::string& see) try {
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file))
    throw std::runtime_error("--config: " + file + ": " + std::strerror(in ? EISDIR : errno));
  po::options_description all;
  all.add(description).add(common);
  const po::parsed_options parsed = po::parse_config_file(in, all);
  if (in.bad()) throw std::runtime_error("--config: " + file + ": " + std::strerror(errno));
  for (const po::option& option : parsed.options) {
    if (option.string_key == "config" || option.string_key == "help")
      throw UsageError(file + ": '" + option.string_key + "' belongs on the command line");
    if (option.value.front().empty()) throw UsageError(file + ": " + option.string_key + ": expected a value");
  }
  po::store(parsed, values);
} catch (const po::unknown_option& error) {
  throw UsageError(file + ": " + error.what() + similar_to(error.get_option_name()) + see);
} catch (const po::error& error) {
  throw UsageError(file + ": " + error.what() + see);
}

void Options::Parser::refuse_empty_values() const {
  for (const auto& [name, value] : values) {
    const auto* word = boost::any_cast<std::string>(&value.value());
    if (word && word->empty()) throw UsageError((name == argument ? "" : "--") + name + ": expected a value, got ''");
  }
}

/// "; did you mean --epochs?"
std::string Options::Parser::similar_to(const std::string& option) const {
  std::vector<std::string> known;
  for (const auto* options : {&description, &common}) {
    for (const auto& declared : options->options()) known.push_back("--" + declared->long_name());
  }
  const std::size_t dashes = std::min(option.find_first_not_of('-'), option.size());
  return did_you_mean("--" + option.substr(dashes), known);
}

bool Options::parse(const std::vector<std::string>& arguments) {
  Parser& p = *parser_;
  const std::string see = " (see " + p.command + " --help)";
  try {
    p.read_command_line(arguments, see);
  } catch (const po::unknown_option& error) {
    throw UsageError(error.what() + p.similar_to(error.get_option_name()) + see);
  } catch (const po::error& error) {
    throw UsageError(error.what() + see);
  }
  if (p.values.count("help")) {
    std::cout << p.command << ": " << p.about << "\n\n"
              << p.description << '\n'
              << p.common << "\nExample: " << p.example << '\n';
    return false;
  }
  p.refuse_empty_values();
  if (given("config")) p.read_config(text("config"), see);
  if (!p.argument.empty() && !p.several && !p.values.count(p.argument))
    throw UsageError(p.argument + " is missing" + see);
  return true;
}

namespace {

std::string shown(Options::Count x) { return std::to_string(x); }
std::string shown(double x) { return shortest(x); }

template <class Number>
Number parsed(const std::string& name, const std::string& text, Number least, Number most, const char* kind) {
  Number x{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  const bool valid = error == std::errc() && end == text.data() + text.size() && x >= least && x <= most;
  if (!valid) {
    const std::string range = most == std::numeric_limits<Number>::max()
                                  ? " of at least " + shown(least)
                                  : " from " + shown(least) + " to " + shown(most);
    throw UsageError("--" + name + ": expected " + kind + range + ", got '" + text + "'");
  }
  return x;
}

template <class Number>
std::vector<Number> list(const std::string& name, const std::string& text, Number least, Number most,
                         const char* kind) {
  std::vector<Number> all;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    all.push_back(parsed(name, text.substr(begin, end - begin), least, most, kind));
    begin = end + 1;
  }
  return all;
}

}  // namespace

double Options::number(const std::string& name, double least, double most) const {
  return parsed(name, text(name), least, most, "a number");
}
std::vector<double> Options::numbers(const std::string& name, double least, double most) const {
  return list(name, text(name), least, most, "a number");
}

Options::Count Options::count(const std::string& name, Count least, Count most) const {
  return parsed(name, text(name), least, most, "a whole number");
}
std::vector<Options::Count> Options::counts(const std::string& name, Count least, Count most) const {
  return list(name, text(name), least, most, "a whole number");
}

std::string Options::choice(const std::string& name, const std::vector<std::string>& choices) const {
  const std::string value = text(name);
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return value;
  throw UsageError("--" + name + ": expected one of " + listed(choices) + ", got '" + value + "'" +
                   did_you_mean(value, choices));
}

int run_program(const std::string& name, int (*run)(const std::vector<std::string>&), int argc, char** argv) {
  const auto fail = [&](int status, const char* what) {
    std::cerr << name << ": " << one_line(what) << '\n';
    return status;
  };
  try {
    const int status = run({argv + 1, argv + argc});
    std::cout.flush();
    if (!std::cout) throw std::runtime_error("standard output: cannot be written");
    return status;
  } catch (const UsageError& error) {
    return fail(2, error.what());
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}

bool same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code ignored;
  const bool exists = std::filesystem::exists(a, ignored);
  if (exists && !std::filesystem::is_regular_file(a, ignored)) return false;  // /dev/null takes both
  if (exists && std::filesystem::exists(b, ignored)) return std::filesystem::equivalent(a, b, ignored);
  return std::filesystem::weakly_canonical(a, ignored) == std::filesystem::weakly_canonical(b, ignored);
}

}  // namespace armagrad::apps
