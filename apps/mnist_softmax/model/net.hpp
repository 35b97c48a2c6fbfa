#pragma once
// The nets that the program knows by name.

#include <armagrad/nn/sequential.hpp>
#include <nlohmann/json.hpp>

#include "apps/io/model_file.hpp"

namespace armagrad::apps {

/// What a model file says of its net.
struct NetChoice {
  std::string kind = "softmax";     // or mlp, lenet
  std::vector<arma::uword> hidden;  // units of the dense layers before the last
  std::string activation = "relu";  // or tanh
  double dropout = 0;               // after each of them
};

/// std::runtime_error that names the file, if the file is not of a net that is known.
NetChoice net_in(const nlohmann::json& info, const std::string& file);
void describe(const NetChoice& choice, nlohmann::json& info);

/// The net for images of this size; `init` is the initialiser's name. std::logic_error if they are too small.
template <class eT>
Sequential<eT> make_net(const NetChoice& choice, Size images, arma::uword classes, const std::string& init);

/// Parameters of a file as a column; std::runtime_error, which names the file, unless it has what the net
/// needs.
template <class eT>
arma::Mat<eT> parameters_in(const ModelFile& model, const Sequential<eT>& net, const std::string& file);
template <class eT>
void put_parameters(ModelFile& model, const Sequential<eT>& net, const arma::Mat<eT>& theta);

}  // namespace armagrad::apps
