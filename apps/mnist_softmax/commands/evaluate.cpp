// mnist_softmax evaluate

#include "apps/io/atomic_file.hpp"
#include "commands.hpp"
#include "apps/mnist_softmax/drawing/images.hpp"
#include "apps/mnist_softmax/model/net.hpp"
#include "command_output.hpp"
#include "apps/mnist_softmax/drawing/pictures.hpp"
#include "apps/mnist_softmax/report/figures.hpp"

namespace armagrad::apps {

namespace {

using Json = nlohmann::ordered_json;

template <class eT>
Figures figures(const Sequential<eT>& net, const arma::Mat<eT>& theta, const Samples& samples,
                arma::uword classes) {
  const arma::Mat<eT> scores = outputs(net, theta, labelled<eT>(samples, classes).X);
  Tape<eT> tape;
  return figures_of(arma::conv_to<arma::mat>::from(softmax(tape.constant(view(scores)), 0).value()),
                    samples.labels);
}

template <class eT>
void evaluate(const ModelFile& model, const std::string& file, const Dataset& data,
              const std::string& picture, const Output& output) {
  const NetChoice choice = net_in(model.info, file);
  if (!picture.empty() && choice.kind != "softmax")
    throw UsageError("--weights: only those of softmax regression are pictures");
  const Sequential<eT> net = [&] {
    try {
      return make_net<eT>(choice, {1, data.height, data.width}, data.class_names.size(), "zeros");
    } catch (const std::logic_error& error) {
      throw std::runtime_error(file + ": not for these images: " + error.what());
    }
  }();
  const arma::Mat<eT> theta = parameters_in(model, net, file);
  if (model.info.value("width", data.width) != data.width ||
      model.info.value("height", data.height) != data.height)
    throw std::runtime_error(file + ": trained on images of another width and height");
  describe(data, output);
  const std::string trained_on = model.info.value("dataset", "");
  if (!trained_on.empty() && trained_on != data.name)
    output.text() << "note: the model was trained on " << trained_on << '\n';
  Json report{{"dataset", data.name}, {"model", file}, {"net", choice.kind}};
  for (const auto& [set, samples] : {std::pair("training", &data.train), std::pair("test", &data.test)}) {
    const Figures found = figures(net, theta, *samples, data.class_names.size());
    report[set] = as_json(found, 0);
    output.text() << "accuracy on the " << found.images << ' ' << set << " images: " << found.accuracy
                  << ", log loss " << found.log_loss << '\n';
    if (samples == &data.test) print_confusion(output.text(), found.confusion, data.class_names);
  }
  if (!picture.empty())
    write_weights_png(picture, arma::conv_to<arma::mat>::from(net.part(theta, net.parts()[0])), data.width,
                      data.height);
  output.report(report);
}

}  // namespace

int evaluate_command(const Arguments& arguments) {
  CommandOptions options("evaluate", "reports a saved model's accuracy.",
                         "--model digits.model --data mnist");
  options.add_data();
  options.add()("model", po::value<std::string>(), "a file that train --model or --checkpoint wrote")(
      "weights", po::value<std::string>(), "draw the weights, a picture per class, to this PNG file");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("model");
  if (file.empty()) throw UsageError("--model: which model? (see mnist_softmax evaluate --help)");

  const std::string picture = options.text("weights");
  if (same_file(file, picture)) throw UsageError("--weights: the same file as --model, " + picture);
  const Output output(options);
  output.keep_apart("--model", file);
  output.keep_apart("--weights", picture);
  require_writable("--weights", picture);

  const ModelFile model = load_model(file);
  net_in(model.info, file);
  const auto whole = [&](const char* key) {
    return !model.info.contains(key) || model.info[key].is_number_unsigned();
  };
  if (!whole("width") || !whole("height") ||
      (model.info.contains("dataset") && !model.info["dataset"].is_string()))
    throw std::runtime_error(file + ": damaged metadata: its width, height or dataset");
  const Dataset data = load_dataset(options.data());
  const bool in_float = std::any_of(model.arrays.begin(), model.arrays.end(), [](const auto& named) {
    return named.first == "0.weight" && std::holds_alternative<arma::fmat>(named.second);
  });
  if (in_float)
    evaluate<float>(model, file, data, picture, output);
  else
    evaluate<double>(model, file, data, picture, output);
  return 0;
}

}  // namespace armagrad::apps
