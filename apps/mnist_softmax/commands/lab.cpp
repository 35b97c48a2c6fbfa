// mnist_softmax lab

#include "apps/mnist_softmax/lab/lab.hpp"
#include "apps/datasets/data_types.hpp"

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands.hpp"

namespace armagrad::apps {

namespace {

/// The first and the last step: one by --step, or from --from on.
std::pair<arma::uword, arma::uword> steps(const Options& options) {
  if (options.given("step") && options.given("from")) throw UsageError("--from: or --step, not both");
  if (options.given("step")) {
    const arma::uword step = options.count("step", 1, lab_steps);
    return {step, step};
  }
  return {options.given("from") ? options.count("from", 1, lab_steps) : 1, lab_steps};
}

std::string folder(const Options& options) {
  const std::string name = options.text("out");
  std::error_code error;
  if (!name.empty()) std::filesystem::create_directories(name, error);
  if (!name.empty() && (error || !std::filesystem::is_directory(name)))
    throw std::runtime_error("--out: " + name + ": " + (error ? error.message() : "no folder"));
  return name;
}

}  // namespace

int lab_command(const Arguments& arguments) {
  CommandOptions options("lab",
                         "the lab that this program grew from, cell by cell, with what to expect of each step "
                         "and whether it was met; a minute or two on MNIST.",
                         "--data mnist --out lab");
  options.add_data();
  options.add("step", "this step only")
      .add("from", "from this step on")
      .add("out", "pictures go to this folder")
      .add_flag("student", "instead: the mistakes of the notebook, and what catches each")
      .add_flag("explain",
                "instead: the loss as the lab writes it, a sample per row, its gradient step by step, and the "
                "student's beside it")
      .add("train-size", "4000", "how many images, from the first, as in the lab")
      .add("epochs", "2000", "of the lab's gradient descent")
      .add("seed", "1", "of W uniform in [0,1)");
  options.add_threads("threads", "threads that share the work; the result does not depend on it");
  if (!options.parse(arguments)) return 0;
  const bool student = options.flag("student"), explain = options.flag("explain");
  if (student && explain) throw UsageError("--explain: or --student, not both");
  for (const char* name : {"step", "from", "out"}) {
    if ((student || explain) && options.given(name))
      throw UsageError(std::string("--") + name + ": belongs to the lab itself, not to --student or --explain");
  }
  const auto [first, last] = steps(options);
  const unsigned threads = options.threads("threads");
  const arma::uword size = options.count("train-size", 1, UINT64_MAX), epochs = options.count("epochs", 1, 100'000'000),
                    seed = options.count("seed", 0, UINT64_MAX);
  Output output(options);
  const std::string pictures = folder(options);
  const Dataset data = load_data(options, output);
  require_train_size(size, data);
  describe(data, output);
  const Lab lab{data, output, size, epochs, seed};
  LabReport report{{"dataset", data.name}, {"train_size", size}, {"epochs", epochs}};
  const auto start = std::chrono::steady_clock::now();
  report.update(student   ? mistakes(lab)
                : explain ? lab_explained(lab)
                          : run_notebook(lab, first, last, pictures, threads));
  report["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  output.report(report);
  return report.value("as_expected", true) ? 0 : 1;
}

}  // namespace armagrad::apps
