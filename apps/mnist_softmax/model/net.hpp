#pragma once
// The nets that the program knows by name.

#include <armagrad/nn/sequential.hpp>
#include <nlohmann/json_fwd.hpp>

namespace armagrad::apps {

struct ModelFile;

/// The kind of net and its options, as a model file describes them.
struct NetChoice {
  std::string kind = "softmax";     // or mlp, lenet
  std::vector<arma::uword> hidden;  // units of the dense layers before the last
  std::string activation = "relu";  // or tanh
  double dropout = 0;               // after each dense layer but the last
};

/// Reads the choice from a file's metadata; std::runtime_error, which names the file, for an unknown net.
NetChoice net_in(const nlohmann::json& info, const std::string& file);
/// Writes the choice to a file's metadata.
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
