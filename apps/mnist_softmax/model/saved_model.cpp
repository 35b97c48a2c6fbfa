#include "saved_model.hpp"

namespace armagrad::apps {

arma::mat SavedModel::probabilities(const arma::mat& X, unsigned threads) const {
  const arma::mat scores = outputs(net, parameters, X, threads);
  Tape<double> tape;
  return softmax(tape.constant(view(scores)), 0).value();
}

namespace {

ModelFile in_doubles(ModelFile file) {
  for (auto& [name, array] : file.arrays) {
    if (const auto* x = std::get_if<arma::fmat>(&array))
      array = arma::mat(arma::conv_to<arma::mat>::from(*x));
  }
  return file;
}

}  // namespace

SavedModel load_saved_model(const std::string& name) {
  ModelFile file = in_doubles(load_model(name));
  const NetChoice choice = net_in(file.info, name);
  try {
    const auto width = file.info.at("width").get<arma::uword>(),
               height = file.info.at("height").get<arma::uword>();
    const auto classes = file.info.at("classes").get<std::vector<std::string>>();
    const Sequential<double> net = make_net<double>(choice, {1, height, width}, classes.size(), "zeros");
    const arma::mat parameters = parameters_in(file, net, name);
    return {choice, width, height, classes, file.info.value("dataset", ""), net, parameters, std::move(file)};
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(name + ": damaged metadata: its width, height, classes or dataset");
  } catch (const std::logic_error& error) {
    throw std::runtime_error(name + ": not for these images: " + error.what());
  }
}

void require_fit(const SavedModel& model, const std::string& file, const Dataset& data) {
  if (model.width != data.width || model.height != data.height)
    throw std::runtime_error(file + ": trained on images of another width and height");
  if (model.classes.size() != data.class_names.size())
    throw std::runtime_error(file + ": trained for " + std::to_string(model.classes.size()) +
                             " classes, not " + std::to_string(data.class_names.size()));
}

FirstLayer first_layer(const SavedModel& model, arma::uword most) {
  const auto& part = model.net.parts().front();
  FirstLayer layer{model.net.part(model.parameters, part), model.width, model.height, {}};
  if (model.choice.kind == "softmax") {
    layer.names = model.classes;
    return layer;
  }
  const bool filters = model.choice.kind == "lenet";
  if (filters) layer.width = layer.height = arma::uword(std::lround(std::sqrt(double(layer.columns.n_rows))));
  arma::uvec chosen = arma::regspace<arma::uvec>(0, layer.columns.n_cols - 1);
  if (chosen.n_elem > most) {
    const arma::rowvec sizes = arma::sum(arma::square(layer.columns), 0);
    chosen = arma::uvec(arma::stable_sort_index(sizes, "descend")).head(most);
  }
  for (const arma::uword unit : chosen)
    layer.names.push_back((filters ? "filter " : "unit ") + std::to_string(unit));
  layer.columns = arma::mat(layer.columns.cols(chosen));
  return layer;
}

}  // namespace armagrad::apps
