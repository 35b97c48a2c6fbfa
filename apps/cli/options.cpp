#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace armagrad::apps {

Options::Options(std::string command, std::string about, std::string example)
    : command_(std::move(command)), about_(std::move(about)), example_(std::move(example)) {
  add_common()("help,h", "show this text")(
      "config", po::value<std::string>(),
      "take options from this file, a line NAME = VALUE each; the command line goes before it");
}

void Options::add_data() {
  add()(
      "data", po::value<std::string>(),
      "mnist, fashion, a folder of IDX files, or an .npz; default: MNIST_DIR, the cache, then Fashion-MNIST")(
      "download", po::bool_switch(), "fetch MNIST from its public mirrors where it is not here yet");
}

/// Where one argument is declared, what begins with a single minus is no option but -h.
std::vector<po::option> Options::argument(std::vector<std::string>& words) const {
  const std::string& word = words[0];
  const bool is_option = !word.starts_with("-") || word.starts_with("--") || word == "-h";
  if (argument_.empty() || several_ || is_option) return {};
  po::option option;
  option.value = option.original_tokens = {word};
  option.position_key = 0;
  words.erase(words.begin());
  return {option};
}

/// Takes an argument that belongs to no option for a declared one.
bool Options::take_argument(const po::option& option, const std::string& see) {
  if (!option.string_key.empty()) return false;
  const std::string& word = option.original_tokens.front();
  if (argument_.empty() || (!several_ && values_.count(argument_)))
    throw UsageError("'" + word + "' belongs to no option" + see);
  if (!several_) {
    values_.insert({argument_, po::variable_value(boost::any(word), false)});
    return true;
  }
  auto& value = values_.insert({argument_, po::variable_value(boost::any(std::vector<std::string>()), false)})
                    .first->second;
  value.as<std::vector<std::string>>().push_back(word);
  return true;
}

void Options::read_command_line(const std::vector<std::string>& arguments, const std::string& see) {
  const auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  po::options_description all;
  all.add(description_).add(common_);
  po::parsed_options parsed = po::command_line_parser(arguments)
                                  .options(all)
                                  .style(style)
                                  .extra_style_parser([&](auto& words) { return argument(words); })
                                  .run();
  std::erase_if(parsed.options, [&](const po::option& option) { return take_argument(option, see); });
  po::store(parsed, values_);
}

void Options::read_config(const std::string& file, const std::string& see) try {
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file))
    throw std::runtime_error("--config: " + file + ": " + std::strerror(in ? EISDIR : errno));
  po::options_description all;
  all.add(description_).add(common_);
  const po::parsed_options parsed = po::parse_config_file(in, all);
  for (const po::option& option : parsed.options) {
    if (option.string_key == "config" || option.string_key == "help")
      throw UsageError(file + ": '" + option.string_key + "' belongs on the command line");
    if (option.value.front().empty())
      throw UsageError(file + ": " + option.string_key + ": expected a value");
  }
  po::store(parsed, values_);
} catch (const po::error& error) {
  throw UsageError(file + ": " + error.what() + see);
}

bool Options::parse(const std::vector<std::string>& arguments) {
  const std::string see = " (see " + command_ + " --help)";
  try {
    read_command_line(arguments, see);
  } catch (const po::error& error) {
    throw UsageError(error.what() + see);
  }
  if (values_.count("help")) {
    std::cout << command_ << ": " << about_ << "\n\n"
              << description_ << '\n'
              << common_ << "\nExample: " << example_ << '\n';
    return false;
  }
  for (const auto& [name, value] : values_) {
    const auto* word = boost::any_cast<std::string>(&value.value());
    if (word && word->empty())
      throw UsageError((name == argument_ ? "" : "--") + name + ": expected a value, got ''");
  }
  if (given("config")) read_config(text("config"), see);
  if (!argument_.empty() && !several_ && !values_.count(argument_)) throw UsageError(argument_ + " is missing" + see);
  return true;
}

namespace {

std::string shown(arma::uword x) { return std::to_string(x); }
std::string shown(double x) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

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

arma::uword Options::count(const std::string& name, arma::uword least, arma::uword most) const {
  return parsed(name, text(name), least, most, "a whole number");
}
std::vector<arma::uword> Options::counts(const std::string& name, arma::uword least, arma::uword most) const {
  return list(name, text(name), least, most, "a whole number");
}

std::string Options::choice(const std::string& name, const std::vector<std::string>& choices) const {
  const std::string value = text(name);
  std::string known;
  for (const std::string& choice : choices) {
    if (choice == value) return value;
    known += (known.empty() ? "" : ", ") + choice;
  }
  throw UsageError("--" + name + ": expected one of " + known + ", got '" + value + "'");
}

int run_program(const std::string& name, int (*run)(const std::vector<std::string>&), int argc, char** argv) {
  const auto fail = [&](int status, std::string what) {
    std::replace_if(
        what.begin(), what.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
    std::cerr << name << ": " << what << '\n';
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
  if (std::filesystem::exists(a, ignored) && !std::filesystem::is_regular_file(a, ignored))
    return false;  // /dev/null takes both
  return std::filesystem::weakly_canonical(a, ignored) == std::filesystem::weakly_canonical(b, ignored);
}

}  // namespace armagrad::apps
