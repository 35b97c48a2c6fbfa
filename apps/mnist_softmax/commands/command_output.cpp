#include "command_output.hpp"

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "apps/cli/address_space.hpp"
#include "apps/cli/progress.hpp"
#include "apps/cli/terminal.hpp"
#include "apps/datasets/data.hpp"
#include "apps/io/atomic_file.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "apps/text/escape.hpp"

namespace armagrad::apps {

CommandOptions::CommandOptions(const std::string& command, std::string about, const std::string& example)
    : Options("mnist_softmax " + command, std::move(about), "mnist_softmax " + command + " " + example) {
  add_common("json", "write a report to this file; - for standard output");
  add_common_flag("force", "outputs may replace data sets, pictures, models and checkpoints that they are not");
  add_common_flag("quiet", "say nothing but errors");
}

void CommandOptions::add_threads(const std::string& name, const std::string& help) {
  add(name, std::to_string(std::max(1u, std::thread::hardware_concurrency())), help);
}

Output::Output(const CommandOptions& options)
    : json_(options.text("json")), quiet_(options.flag("quiet")), force_(options.flag("force")) {
  reads("--config", options.text("config"));
  if (json_ != "-") writes("--json", json_, FileKind::replaceable);
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

namespace {

void require_apart(const std::string& option, const std::string& output, const std::string& other,
                   const std::string& file) {
  if (same_file(output, file))
    throw UsageError(option + ": " + output + " is the file of " + other + " as well; give it a name of its own");
}

}  // namespace

void Output::reads(const std::string& option, const std::string& file) {
  if (file.empty()) return;
  for (const Named& output : outputs_) require_apart(output.option, output.file, option, file);
  inputs_.push_back({option, file});
}

void Output::writes(const std::string& option, const std::string& file, FileKind kind) {
  if (file.empty()) return;
  for (const Named& output : outputs_) require_apart(option, file, output.option, output.file);
  for (const Named& input : inputs_) require_apart(option, file, input.option, input.file);
  require_writable(option, file);
  const FileKind old = kind_of(file);
  if (old != FileKind::replaceable && old != kind && !force_)
    throw UsageError(option + ": " + file + " is " + to_string(old) + "; --force replaces it");
  outputs_.push_back({option, file});
}

Dataset load_data(const CommandOptions& options, Output& output) {
  DataPlaces places = standard_places();
  std::optional<Progress> progress;
  if (!output.quiet()) {
    places.watch.say = [](const std::string& line) { std::cerr << one_line(line) << '\n'; };
    places.watch.progress = [&progress](double share, const std::string& name) {
      if (!progress) progress.emplace("MNIST, per cent", 100, false);
      progress->show(100 * share, name);
    };
  }
  Dataset data = load_dataset(options.data(), places);
  for (const std::string& file : data.files) output.reads("--data", file);
  unsigned threads = 1;
  for (const char* name : {"threads", "jobs"}) {
    if (!options.text(name).empty()) threads = options.threads(name);
  }
  require_address_space(threads);
  return data;
}

void describe(const Dataset& data, const Output& output) {
  (output.quiet() ? std::cerr : output.text())
      << data.notice << (data.notice.empty() || data.notice.ends_with('\n') ? "" : "\n");
  output.text() << data.name << " from " << data.origin << ": training images " << data.train.pixels.n_rows << "x"
                << data.train.pixels.n_cols << ", test images " << data.test.pixels.n_rows << "x"
                << data.test.pixels.n_cols << ", " << data.class_names.size() << " classes\n";
}

void note_training_set(const SavedModel& model, const std::string& set, const Output& output) {
  if (!model.dataset.empty() && model.dataset != set)
    output.text() << "note: the model was trained on " << model.dataset << '\n';
}

void require_train_size(Options::Count size, const Dataset& data) {
  if (size > data.train.pixels.n_cols)
    throw UsageError("--train-size: only " + std::to_string(data.train.pixels.n_cols) + " training images, asked for " +
                     std::to_string(size));
}

}  // namespace armagrad::apps
