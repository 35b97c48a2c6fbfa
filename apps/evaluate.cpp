// mnist_softmax evaluate

#include <iostream>
#include <layers/softmax_regression.hpp>

#include "commands.hpp"
#include "files/model_file.hpp"
#include "images.hpp"
#include "options.hpp"
#include "pictures.hpp"

namespace armagrad::apps {

namespace {

template <class eT>
void report(const arma::Mat<eT>& W, const std::string& file, const Dataset& data) {
  const arma::uword classes = data.class_names.size();
  if (W.n_rows != data.train.pixels.n_rows || W.n_cols != classes) {
    throw std::runtime_error(file + ": its weights are " + to_string(shape_of(W.n_rows, W.n_cols)) +
                             ", the images need " + to_string(shape_of(data.train.pixels.n_rows, classes)));
  }
  const auto show = [&](const char* set, const Samples& samples) {
    const LabelledImages<eT> images = labelled<eT>(samples, classes);
    const double loss = softmax_regression_loss<eT>(Tape<eT>().variable(W), 0, images.X, images.Y).scalar();
    std::cout << "accuracy on the " << images.X.n_cols << ' ' << set
              << " images: " << accuracy(W, images.X, images.Y) << ", log loss " << loss << '\n';
  };
  show("training", data.train);
  show("test", data.test);
}

}  // namespace

int evaluate_command(const Arguments& arguments) {
  Options options("evaluate", "reports a saved model's accuracy.",
                  "mnist_softmax evaluate --model digits.model --data mnist");
  options.add_data();
  options.add()("model", po::value<std::string>(), "a file that train --model wrote")(
      "weights", po::value<std::string>(), "draw the weights, a picture per class, to this PNG file");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("model");
  if (file.empty()) throw UsageError("--model: which model? (see mnist_softmax evaluate --help)");

  const ModelFile model = load_model(file);
  const auto weight = model.arrays.find("0.weight");
  if (model.info.value("kind", "") != "softmax" || weight == model.arrays.end())
    throw std::runtime_error(file + ": not a softmax regression model");
  const Dataset data = load_dataset(options.data());
  describe(data, std::cout);
  const std::string trained_on = model.info.value("dataset", "");
  if (!trained_on.empty() && trained_on != data.name)
    std::cout << "note: the model was trained on " << trained_on << '\n';
  std::visit([&](const auto& W) { report(W, file, data); }, weight->second);
  if (options.given("weights")) {
    const arma::mat W =
        std::visit([](const auto& w) { return arma::conv_to<arma::mat>::from(w); }, weight->second);
    write_weights_png(options.text("weights"), W, data.width, data.height);
  }
  return 0;
}

}  // namespace armagrad::apps
