// mnist_softmax report

#include <armagrad/armagrad.hpp>
#include <armagrad/detail/report_text.hpp>
#include <armagrad/nn/losses.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "apps/datasets/data.hpp"
#include "apps/io/atomic_file.hpp"
#include "apps/io/check_json.hpp"
#include "apps/io/data_error.hpp"
#include "apps/mnist_softmax/model/labelled_images.hpp"
#include "apps/mnist_softmax/report/page.hpp"
#include "apps/mnist_softmax/training/machine.hpp"
#include "command_output.hpp"
#include "commands.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

/// check_gradient of the model's own loss at its parameters, each a variable.
GradientCheck checked(const SavedModel& model, double l2, const ImageMatrices& images) {
  CheckOptions<double> options;
  options.directions = 2;
  std::vector<arma::mat> parameters;
  for (const auto& part : model.net.parts()) {
    options.names.push_back(part.name);
    parameters.push_back(model.net.part(model.parameters, part));
  }
  const detail::LossOnTape<double> loss = [&](const std::vector<Var<double>>& w) {
    const Var<double> x = w[0].tape().constant(view(images.X, "X"));
    Var<double> J = cross_entropy<double>(model.net.forward(w, x), view(images.Y, "Y")) / double(images.X.n_cols);
    for (std::size_t k = 0; k < w.size(); ++k) {
      if (options.names[k].ends_with("weight")) J = J + 0.5 * l2 * accu(square(w[k]));
    }
    return J;
  };
  return detail::run_check<double>(options, loss, parameters);
}

/// The folder, made where it is missing; what else is in it stays.
void require_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder, error)) fail(folder, "--out: no folder, and none can be made");
}

}  // namespace

int report_command(const Arguments& arguments) {
  CommandOptions options("report",
                         "one page with all that there is to see of a model: images, training, weights, confusion, "
                         "mistakes, calibration, the sweep, the gradient's check.",
                         "--model digits.model --data mnist --out report");
  options.add_data();
  options.add("model", "a file that train, sweep or --checkpoint wrote")
      .add("out", "the folder for report.html and its pictures")
      .add("check-size", "how many training images to check the gradient on; default: 100, of a lenet 10");
  options.add_threads("threads", "threads that share the images");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("model"), folder = options.text("out");
  if (file.empty()) throw UsageError("--model: which model? (see mnist_softmax report --help)");
  if (folder.empty()) throw UsageError("--out: which folder? (see mnist_softmax report --help)");
  const unsigned threads = options.threads("threads");
  const arma::uword asked = options.given("check-size") ? options.count("check-size", 1, 1'000'000) : 0;
  Output output(options);
  output.reads("--model", file);

  const auto start = std::chrono::steady_clock::now();
  const SavedModel model = load_saved_model(file);
  const Dataset data = load_data(options, output);
  require_fit(model, file, data);
  require_folder(folder);
  const std::string page = fs::path(folder) / "report.html";
  output.writes("--out", page, FileKind::replaceable);
  describe(data, output);
  note_training_set(model, data.name, output);
  const arma::uword usual = model.choice.kind == "lenet" ? 10 : 100,
                    n = std::min(asked > 0 ? asked : usual, data.train.pixels.n_cols);
  const Report report{model,
                      data,
                      figures_of(model, data.train, threads),
                      figures_of(model, data.test, threads),
                      checked(model, l2_of(model), first_labelled(data.train, n, model.classes.size())),
                      n,
                      versions()};
  const auto files = files_of(report);
  for (const auto& [name, bytes] : files) {
    if (fs::path(folder) / name != page) output.writes("--out", fs::path(folder) / name, FileKind::picture);
  }
  for (const auto& [name, bytes] : files) write_file_atomically(fs::path(folder) / name, bytes);

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  output.text() << "test accuracy " << report.test.accuracy << ", log loss " << report.test.log_loss
                << ", calibration error " << report.test.calibration.error << ", gradient check "
                << (report.check.passed() ? "passed" : "FAILED") << '\n'
                << page << ": " << (files.at("report.html").size() + 1023) / 1024 << " KB, with " << files.size() - 1
                << " pictures beside it\n";
  output.report(
      {{"dataset", data.name},
       {"model", file},
       {"net", model.choice.kind},
       {"page", page},
       {"bytes", files.at("report.html").size()},
       {"training",
        {{"images", report.train.images}, {"accuracy", report.train.accuracy}, {"log_loss", report.train.log_loss}}},
       {"test", as_json(report.test, 20)},
       {"gradient_check", json_of(report.check)},
       {"versions", report.versions},
       {"threads", threads},
       {"seconds", seconds}});
  return report.check.passed() ? 0 : 1;
}

}  // namespace armagrad::apps
