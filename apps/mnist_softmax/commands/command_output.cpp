#include "command_output.hpp"

#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "apps/cli/terminal.hpp"
#include "apps/datasets/data_types.hpp"
#include "apps/io/atomic_file.hpp"

namespace armagrad::apps {

CommandOptions::CommandOptions(const std::string& command, std::string about, const std::string& example)
    : Options("mnist_softmax " + command, std::move(about), "mnist_softmax " + command + " " + example) {
  add_common("json", "write a report to this file; - for standard output");
  add_common_flag("quiet", "say nothing but errors");
}

void CommandOptions::add_threads(const std::string& name, const std::string& help) {
  add(name, std::to_string(std::max(1u, std::thread::hardware_concurrency())), help);
}

Output::Output(const CommandOptions& options)
    : json_(options.text("json")), config_(options.text("config")), quiet_(options.flag("quiet")) {
  if (json_ == "-") return;
  if (same_file(config_, json_)) throw UsageError("--json: the same file as --config, " + json_);
  require_writable("--json", json_);
}

std::ostream& Output::text() const {
  static std::ostream nowhere(nullptr);
  return quiet_ ? nowhere : json_ == "-" ? std::cerr : std::cout;
}

bool Output::in_colour() const { return apps::in_colour(json_ == "-" ? STDERR_FILENO : STDOUT_FILENO); }

void Output::report(const nlohmann::ordered_json& report) const {
  if (json_.empty()) return;
  const std::string text = report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (json_ == "-")
    std::cout << text << '\n';
  else
    write_file_atomically(json_, text + "\n");
}

void Output::keep_apart(const std::string& option, const std::string& file) const {
  if (json_ != "-" && same_file(file, json_)) throw UsageError("--json: the same file as " + option + ", " + json_);
  if (same_file(file, config_)) throw UsageError(option + ": the same file as --config, " + file);
}

void describe(const Dataset& data, const Output& output) {
  (output.quiet() ? std::cerr : output.text())
      << data.notice << (data.notice.empty() || data.notice.ends_with('\n') ? "" : "\n");
  output.text() << data.name << " from " << data.origin << ": training images " << data.train.pixels.n_rows << "x"
                << data.train.pixels.n_cols << ", test images " << data.test.pixels.n_rows << "x"
                << data.test.pixels.n_cols << ", " << data.class_names.size() << " classes\n";
}

void require_train_size(Options::Count size, const Dataset& data) {
  if (size > data.train.pixels.n_cols)
    throw UsageError("--train-size: only " + std::to_string(data.train.pixels.n_cols) + " training images, asked for " +
                     std::to_string(size));
}

}  // namespace armagrad::apps
