#include "net.hpp"

#include <armagrad/armagrad.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "model_file.hpp"

namespace armagrad::apps {

NetChoice net_in(const nlohmann::json& info, const std::string& file) {
  try {
    NetChoice choice;
    choice.kind = info.at("kind").get<std::string>();
    if (choice.kind == "softmax") return choice;
    if (choice.kind == "mlp" || choice.kind == "lenet") {
      for (const nlohmann::json& units : info.at("hidden").get_ref<const nlohmann::json::array_t&>())
        choice.hidden.push_back(units.get_ref<const nlohmann::json::number_unsigned_t&>());
      choice.activation = info.at("activation").get<std::string>();
      choice.dropout = info.at("dropout").get<double>();
      const bool known = choice.activation == "relu" || choice.activation == "tanh";
      if (known && choice.dropout >= 0 && choice.dropout < 1 &&
          std::find(choice.hidden.begin(), choice.hidden.end(), 0) == choice.hidden.end())
        return choice;
    }
  } catch (const nlohmann::json::exception&) {
  }
  throw std::runtime_error(file + ": not a model of softmax regression, an mlp or a lenet");
}

void describe(const NetChoice& choice, nlohmann::json& info) {
  info["kind"] = choice.kind;
  if (choice.kind == "softmax") return;
  info["hidden"] = choice.hidden;
  info["activation"] = choice.activation;
  info["dropout"] = choice.dropout;
}

namespace {

template <class eT>
Layer<eT> activation_of(const std::string& name) {
  if (name == "tanh") return activation<eT>(name, [](const auto& x) { return tanh(x); });
  return activation<eT>(name, [](const auto& x) { return relu(x); });
}

Initial initial_of(const std::string& name) {
  static const std::map<std::string, Initial> known{
      {"zeros", zeros()}, {"uniform", uniform(0, 1)}, {"normal", normal(0.01)}, {"glorot", glorot()}, {"he", he()}};
  return known.at(name);
}

}  // namespace

template <class eT>
Sequential<eT> make_net(const NetChoice& choice, Size images, arma::uword classes, const std::string& init) {
  const Initial initial = initial_of(init);
  if (choice.kind == "softmax") return {images, {linear<eT>(classes, {initial, false})}};
  std::vector<Layer<eT>> layers;
  const auto add = [&](auto... more) { (layers.push_back(more), ...); };
  if (choice.kind == "lenet") {
    add(conv2d<eT>(16, 5, {2, initial}), max_pool2d<eT>(2), activation_of<eT>(choice.activation));
    add(conv2d<eT>(32, 5, {0, initial}), max_pool2d<eT>(2), activation_of<eT>(choice.activation));
  }
  for (const arma::uword units : choice.hidden) {
    add(linear<eT>(units, {initial}), activation_of<eT>(choice.activation));
    if (choice.dropout > 0) add(dropout<eT>(choice.dropout));
  }
  add(linear<eT>(classes, {initial}));
  return {images, layers};
}

template <class eT>
arma::Mat<eT> parameters_in(const ModelFile& model, const Sequential<eT>& net, const std::string& file) {
  std::vector<const arma::Mat<eT>*> all;  // none of them missing before there is memory for the net
  for (const auto& part : net.parts()) {
    const auto found = model.arrays.find(part.name);
    const auto* const values = found == model.arrays.end() ? nullptr : std::get_if<arma::Mat<eT>>(&found->second);
    if (!values)
      throw std::runtime_error(file + ": not a model of " + model.info.value("kind", "") + ": " + part.name +
                               " is missing, or of another type");
    const Shape has = shape_of(values->n_rows, values->n_cols);
    if (has != part.shape)
      throw std::runtime_error(file + ": its parameter " + part.name + " is " + to_string(has) +
                               ", a net for these images has " + to_string(part.shape));
    if (!values->is_finite()) throw std::runtime_error(file + ": its weights are not finite");
    all.push_back(values);
  }
  arma::Mat<eT> theta(net.n_parameters(), 1);
  for (std::size_t k = 0; k < all.size(); ++k)
    std::copy(all[k]->begin(), all[k]->end(), theta.begin() + std::ptrdiff_t(net.parts()[k].offset));
  return theta;
}

template <class eT>
void put_parameters(ModelFile& model, const Sequential<eT>& net, const arma::Mat<eT>& theta) {
  for (const auto& part : net.parts()) model.arrays[part.name] = net.part(theta, part);
}

template Sequential<float> make_net(const NetChoice&, Size, arma::uword, const std::string&);
template Sequential<double> make_net(const NetChoice&, Size, arma::uword, const std::string&);
template arma::fmat parameters_in(const ModelFile&, const Sequential<float>&, const std::string&);
template arma::mat parameters_in(const ModelFile&, const Sequential<double>&, const std::string&);
template void put_parameters(ModelFile&, const Sequential<float>&, const arma::fmat&);
template void put_parameters(ModelFile&, const Sequential<double>&, const arma::mat&);

}  // namespace armagrad::apps
