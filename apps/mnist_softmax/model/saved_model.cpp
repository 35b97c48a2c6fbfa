#include "saved_model.hpp"

#include <armagrad/armagrad.hpp>

#include "labelled_images.hpp"

namespace armagrad::apps {

namespace {

template <class eT>
arma::mat probabilities_of(const Sequential<eT>& net, const arma::Mat<eT>& parameters,
                           const std::type_identity_t<Columns<eT>>& X, unsigned threads) {
  const arma::Mat<eT> scores = outputs(net, parameters, X, threads);
  Tape<eT> tape;
  return arma::conv_to<arma::mat>::from(softmax(tape.constant(view(scores)), 0).value());
}

bool in_float(const ModelFile& file) {
  return std::any_of(file.arrays.begin(), file.arrays.end(), [](const auto& named) {
    return named.first == "0.weight" && std::holds_alternative<arma::fmat>(named.second);
  });
}

ModelFile in_doubles(ModelFile file) {
  for (auto& [name, array] : file.arrays) {
    if (const auto* x = std::get_if<arma::fmat>(&array)) array = arma::mat(arma::conv_to<arma::mat>::from(*x));
  }
  return file;
}

arma::uword length(const nlohmann::json& info, const char* side) {
  return info.at(side).get_ref<const nlohmann::json::number_unsigned_t&>();
}

}  // namespace

arma::mat SavedModel::probabilities(const arma::mat& X) const { return probabilities_of(net, parameters, X, 1); }

Figures figures_of(const SavedModel& m, const Samples& samples, unsigned threads) {
  const arma::uword classes = m.classes.size();
  if (!m.in_float)
    return figures_of(probabilities_of(m.net, m.parameters, labelled<double>(samples, classes).X, threads),
                      samples.labels);
  const auto net = make_net<float>(m.choice, {1, m.height, m.width}, classes, "zeros");
  const auto parameters = arma::conv_to<arma::fmat>::from(m.parameters);
  return figures_of(probabilities_of(net, parameters, labelled<float>(samples, classes).X, threads), samples.labels);
}

double l2_of(const SavedModel& model) {
  const nlohmann::json& info = model.file.info;
  return info.contains("l2") && info["l2"].is_number() ? info["l2"].get<double>() : 0;
}

SavedModel load_saved_model(const std::string& name) {
  const ModelFile saved = load_model(name);
  ModelFile file = in_doubles(saved);
  const NetChoice choice = net_in(file.info, name);
  try {
    const arma::uword width = length(file.info, "width"), height = length(file.info, "height");
    const auto classes = file.info.at("classes").get<std::vector<std::string>>();
    const auto dataset = file.info.value("dataset", "");
    const auto net = make_net<double>(choice, {1, height, width}, classes.size(), "zeros");
    const arma::mat parameters = parameters_in(file, net, name);
    return {choice, width, height, classes, dataset, in_float(saved), net, parameters, std::move(file)};
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(name + ": not as mnist_softmax writes models: its width, height, classes or dataset");
  } catch (const std::logic_error& error) {
    throw std::runtime_error(name + ": not for these images: " + error.what());
  }
}

void require_fit(const SavedModel& model, const std::string& file, const Dataset& data) {
  const auto size = [](arma::uword width, arma::uword height) {
    return std::to_string(width) + "x" + std::to_string(height);
  };
  if (model.width != data.width || model.height != data.height)
    throw std::runtime_error(file + ": not for these images: trained on " + size(model.width, model.height) +
                             " pixels, these have " + size(data.width, data.height));
  if (model.classes.size() != data.class_names.size())
    throw std::runtime_error(file + ": trained for " + std::to_string(model.classes.size()) + " classes, not " +
                             std::to_string(data.class_names.size()));
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
  for (const arma::uword unit : chosen) layer.names.push_back((filters ? "filter " : "unit ") + std::to_string(unit));
  layer.columns = arma::mat(layer.columns.cols(chosen));
  return layer;
}

}  // namespace armagrad::apps
