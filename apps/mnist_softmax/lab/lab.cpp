// mnist_softmax lab

#include "lab.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include "apps/mnist_softmax/commands/commands.hpp"

namespace armagrad::apps {

namespace {

/// Steps "3", or from "3" on.
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
  CommandOptions options(
      "lab",
      "the lab that this program grew from, cell by cell, with what to expect of each step "
      "and whether it was met; a minute or two on MNIST.",
      "--data mnist --out lab");
  options.add_data();
  const auto text = [](const std::string& value) { return po::value<std::string>()->default_value(value); };
  options.add()("step", po::value<std::string>(), "this step only")(
      "from", po::value<std::string>(), "from this step on")("out", po::value<std::string>(),
                                                             "pictures go to this folder")(
      "student", po::bool_switch(), "instead: the mistakes of the notebook, and what catches each")(
      "explain", po::bool_switch(),
      "instead: the loss as the lab writes it, a sample per row, its gradient step by step, and the "
      "student's "
      "beside it")("train-size", text("4000"), "how many images, from the first, as in the lab")(
      "epochs", text("2000"), "of the lab's gradient descent")("seed", text("1"), "of W uniform in [0,1)")(
      "threads", text(std::to_string(std::max(1u, std::thread::hardware_concurrency()))),
      "threads that share the work; the result does not depend on it");
  if (!options.parse(arguments)) return 0;
  const bool student = options.flag("student"), explain = options.flag("explain");
  if (student && explain) throw UsageError("--explain: or --student, not both");
  for (const char* name : {"step", "from", "out"}) {
    if ((student || explain) && options.given(name))
      throw UsageError(std::string("--") + name +
                       ": belongs to the lab itself, not to --student or --explain");
  }
  const auto [first, last] = steps(options);
  const auto threads = unsigned(options.count("threads", 1, 1024));
  const arma::uword size = options.count("train-size", 1, UINT64_MAX),
                    epochs = options.count("epochs", 1, 100'000'000),
                    seed = options.count("seed", 0, UINT64_MAX);
  const Output output(options);
  const std::string pictures = folder(options);
  const Dataset data = load_dataset(options.data());
  if (size > data.train.pixels.n_cols)
    throw UsageError("--train-size: only " + std::to_string(data.train.pixels.n_cols) +
                     " training images, asked for " + std::to_string(size));
  describe(data, output);
  const Lab lab{data, output, size, epochs, seed};
  LabReport report{{"dataset", data.name}, {"train_size", size}, {"epochs", epochs}};
  const auto start = std::chrono::steady_clock::now();
  report.update(student   ? mistakes(lab)
                : explain ? lab_explained(lab)
                          : walk(lab, first, last, pictures, threads));
  report["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  output.report(report);
  return report.value("as_expected", true) ? 0 : 1;
}

}  // namespace armagrad::apps
