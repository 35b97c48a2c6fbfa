#pragma once
// A model file as the net that it holds.

#include "apps/datasets/data_types.hpp"
#include "net.hpp"

namespace armagrad::apps {

struct SavedModel {
  NetChoice choice;
  arma::uword width, height;  // of the images
  std::vector<std::string> classes;
  std::string dataset;  // that it was trained on; may be empty
  Sequential<double> net;
  arma::mat parameters;  // a column; those of a float model as doubles
  ModelFile file;

  /// The probabilities of the classes for images X (D x n, in [0, 1]): c x n.
  arma::mat probabilities(const arma::mat& X, unsigned threads = 1) const;
};

/// Reads what train wrote; std::runtime_error, which names the file, for anything else.
SavedModel load_saved_model(const std::string& file);

/// std::runtime_error unless these images have the size and the classes that the model was trained for.
void require_fit(const SavedModel& model, const std::string& file, const Dataset& data);

/// What the first layer looks for: a picture per column, of softmax regression a class's weights, of an mlp a
/// hidden unit's, of a lenet a filter.
struct FirstLayer {
  arma::mat columns;
  arma::uword width, height;
  std::vector<std::string> names;
};

/// Of the units of an mlp the `most` with the largest weights.
FirstLayer first_layer(const SavedModel& model, arma::uword most);

}  // namespace armagrad::apps
