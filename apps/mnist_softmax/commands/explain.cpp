// mnist_softmax explain

#include <armagrad/nn/softmax_regression.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/backprop_page/explanation.hpp"
#include "apps/backprop_page/page.hpp"
#include "apps/backprop_page/text.hpp"
#include "apps/datasets/data.hpp"
#include "apps/io/atomic_file.hpp"
#include "apps/mnist_softmax/model/labelled_images.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "command_output.hpp"
#include "commands.hpp"

namespace armagrad::apps {

namespace {

/// The softmax regression in the file, which these images fit.
SavedModel softmax_model(const std::string& file, const Dataset& data) {
  SavedModel model = load_saved_model(file);
  if (model.choice.kind != "softmax")
    throw UsageError("--model: " + file + " is a " + model.choice.kind + ", not softmax regression");
  require_fit(model, file, data);
  return model;
}

}  // namespace

int explain_command(const Arguments& arguments) {
  CommandOptions options(
      "explain", "the lab's loss and its gradient a step at a time: as text, or with --html as a page for the browser.",
      "--data mnist --html page.html");
  options.add_data();
  options.add("html", "write it as one HTML file instead")
      .add("model", "at the weights of this model; default: at W = 0")
      .add("train-size", "4000", "how many images, from the first")
      .add("l2", "weight of |W|^2/2 in the loss; default: the model's, or 0.5 at W = 0");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("html"), model = options.text("model");
  Output output(options);
  output.reads("--model", model);
  output.writes("--html", file, FileKind::replaceable);
  double l2 = options.given("l2") ? options.number("l2", 0, std::numeric_limits<double>::max()) : 0.5;
  const arma::uword size = options.count("train-size", 1, UINT64_MAX);
  const Dataset data = load_data(options, output);
  require_train_size(size, data);
  const arma::uword classes = data.class_names.size();
  arma::mat at(data.train.pixels.n_rows, classes, arma::fill::zeros);
  std::optional<SavedModel> saved;
  if (!model.empty()) {
    saved = softmax_model(model, data);
    at = arma::reshape(saved->parameters, arma::size(at));
    if (!options.given("l2")) l2 = l2_of(*saved);
  }
  describe(data, output);
  if (saved) note_training_set(*saved, data.name, output);

  const ImageMatrices images = first_labelled(data.train, size, classes);
  const auto start = std::chrono::steady_clock::now();
  Tape<double> tape;
  const V W = tape.variable(view(at, "W"));
  const V J = softmax_regression_loss(W, tape.constant(l2, "l2"), view(images.X, "X"), view(images.Y, "Y"));
  const std::string where = model.empty() ? "W = 0" : "the W of " + model;
  const nlohmann::ordered_json document = explanation(J, {W},
                                                      {"Softmax regression on " + data.name + ", at " + where,
                                                       {{"n", size}, {"d", images.X.n_rows}, {"c", classes}},
                                                       {{{"n", double(size)}}},
                                                       {},
                                                       Tiles{data.height, data.width}});
  if (file.empty()) {
    print(output.text(), document);
  } else {
    const std::string html = page(document);
    write_file_atomically(file, html);
    output.text() << "loss " << J.scalar() << " at " << where << " on " << size << " images, l2 = " << l2 << '\n'
                  << file << ": " << (html.size() + 1023) / 1024 << " KB\n";
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!output.quiet()) std::cerr << "made in " << took.count() << " s\n";
  output.report(document);
  return 0;
}

}  // namespace armagrad::apps
