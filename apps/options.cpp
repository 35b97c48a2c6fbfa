#include "options.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <iostream>

namespace armagrad::apps {

Options::Options(std::string command, std::string about, std::string example)
    : command_(std::move(command)), about_(std::move(about)), example_(std::move(example)) {
  add()("help,h", "show this text");
}

void Options::add_data() {
  add()(
      "data", po::value<std::string>(),
      "mnist, fashion, a folder of IDX files, or an .npz; default: MNIST_DIR, the cache, then Fashion-MNIST")(
      "download", po::bool_switch(), "fetch MNIST from its public mirrors where it is not here yet");
}

bool Options::parse(const std::vector<std::string>& arguments) {
  const std::string see = " (see mnist_softmax " + command_ + " --help)";
  try {
    const auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed =
        po::command_line_parser(arguments).options(description_).style(style).run();
    for (const po::option& option : parsed.options) {
      if (option.string_key.empty())
        throw UsageError("'" + option.original_tokens.front() + "' belongs to no option" + see);
    }
    po::store(parsed, values_);
    po::notify(values_);
  } catch (const po::error& error) {
    throw UsageError(error.what() + see);
  }
  if (!values_.count("help")) {
    for (const auto& [name, value] : values_) {
      const auto* text = boost::any_cast<std::string>(&value.value());
      if (text && text->empty()) throw UsageError("--" + name + ": expected a value, got ''");
    }
    return true;
  }
  std::cout << "mnist_softmax " << command_ << ": " << about_ << "\n\n"
            << description_ << "\nExample: " << example_ << '\n';
  return false;
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

bool same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code ignored;
  if (std::filesystem::exists(a, ignored) && !std::filesystem::is_regular_file(a, ignored))
    return false;  // /dev/null takes both
  return std::filesystem::weakly_canonical(a, ignored) == std::filesystem::weakly_canonical(b, ignored);
}

}  // namespace armagrad::apps
