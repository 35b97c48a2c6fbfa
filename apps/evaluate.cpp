// mnist_softmax evaluate

#include <iostream>
#include <layers/softmax_regression.hpp>

#include "commands.hpp"
#include "files/atomic_file.hpp"
#include "files/model_file.hpp"
#include "images.hpp"
#include "options.hpp"
#include "pictures.hpp"

namespace armagrad::apps {

namespace {

/// Text from a model's metadata, or nothing.
std::string text_in(const nlohmann::json& info, const char* key) {
  const auto found = info.is_object() ? info.find(key) : info.end();
  return info.is_object() && found != info.end() && found->is_string() ? found->get<std::string>() : "";
}

template <class eT>
void require_fit(const arma::Mat<eT>& W, const std::string& file, const nlohmann::json& info,
                 const Dataset& data) {
  const Shape has = shape_of(W.n_rows, W.n_cols),
              due = shape_of(data.train.pixels.n_rows, data.class_names.size());
  if (has != due)
    throw std::runtime_error(file + ": its weights are " + to_string(has) + ", the images need " +
                             to_string(due));
  if (info.value("width", data.width) != data.width || info.value("height", data.height) != data.height) {
    throw std::runtime_error(file + ": trained on images of another width and height");
  }
  if (!W.is_finite()) throw std::runtime_error(file + ": its weights are not finite");
}

template <class eT>
void report(const arma::Mat<eT>& W, const Dataset& data) {
  const arma::uword classes = data.class_names.size();
  const auto show = [&](const char* set, const Samples& samples) {
    const LabelledImages<eT> images = labelled<eT>(samples, classes);
    const double loss =
        softmax_regression_loss<eT>(Tape<eT>().variable(W), 0, view(images.X), view(images.Y)).scalar();
    std::cout << "accuracy on the " << images.X.n_cols << ' ' << set
              << " images: " << accuracy(W, images.X, images.Y) << ", log loss " << loss << '\n';
  };
  show("training", data.train);
  show("test", data.test);
}

}  // namespace

int evaluate_command(const Arguments& arguments) {
  Options options("mnist_softmax evaluate", "reports a saved model's accuracy.",
                  "mnist_softmax evaluate --model digits.model --data mnist");
  options.add_data();
  options.add()("model", po::value<std::string>(), "a file that train --model wrote")(
      "weights", po::value<std::string>(), "draw the weights, a picture per class, to this PNG file");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("model");
  if (file.empty()) throw UsageError("--model: which model? (see mnist_softmax evaluate --help)");

  const std::string picture = options.text("weights");
  if (same_file(file, picture)) throw UsageError("--weights: the same file as --model, " + picture);
  require_writable("--weights", picture);

  const ModelFile model = load_model(file);
  const auto weight = model.arrays.find("0.weight");
  const auto whole = [&](const char* key) {
    return !model.info.contains(key) || model.info[key].is_number_unsigned();
  };
  const bool named = !model.info.contains("dataset") || model.info["dataset"].is_string();
  if (text_in(model.info, "kind") != "softmax" || weight == model.arrays.end() || !whole("width") ||
      !whole("height") || !named) {
    throw std::runtime_error(file + ": not a softmax regression model");
  }
  const Dataset data = load_dataset(options.data());
  std::visit([&](const auto& W) { require_fit(W, file, model.info, data); }, weight->second);
  describe(data, std::cout);
  const std::string trained_on = text_in(model.info, "dataset");
  if (!trained_on.empty() && trained_on != data.name)
    std::cout << "note: the model was trained on " << trained_on << '\n';
  std::visit([&](const auto& W) { report(W, data); }, weight->second);
  if (options.given("weights")) {
    const arma::mat W =
        std::visit([](const auto& w) { return arma::conv_to<arma::mat>::from(w); }, weight->second);
    write_weights_png(picture, W, data.width, data.height);
  }
  return 0;
}

}  // namespace armagrad::apps
