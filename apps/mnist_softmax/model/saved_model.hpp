#pragma once
// A model file as the net that it holds.

#include <nlohmann/json.hpp>

#include "apps/datasets/data_types.hpp"
#include "figures.hpp"
#include "model_file.hpp"
#include "net.hpp"

namespace armagrad::apps {

struct SavedModel {
  NetChoice choice;
  arma::uword width, height;  // of the images
  std::vector<std::string> classes;
  std::string dataset;  // it was trained on; may be empty
  bool in_float;        // trained in single precision
  Sequential<double> net;
  arma::mat parameters;  // a column; those of a float model as doubles
  ModelFile file;

  /// The probabilities of the classes for images X (D x n, in [0, 1]): c x n, computed in double.
  arma::mat probabilities(const arma::mat& X) const;
};

/// Reads what train wrote; std::runtime_error, which names the file, for anything else.
SavedModel load_saved_model(const std::string& file);

/// The weight of |W|^2/2 in the loss that it was trained with; 0 if the file does not tell.
double l2_of(const SavedModel& model);

/// The model's figures on labelled images of its size and classes, computed in its own precision.
Figures figures_of(const SavedModel& model, const Samples& samples, unsigned threads = 1);

/// std::runtime_error, which names the file, unless these images have the size and the number of classes that
/// the model was trained for.
void require_fit(const SavedModel& model, const std::string& file, const Dataset& data);

/// The first layer's weights as pictures, one per column: for softmax regression those of a class, for an mlp
/// those of a hidden unit, for a lenet a filter.
struct FirstLayer {
  arma::mat columns;
  arma::uword width, height;
  std::vector<std::string> names;
};

/// At most `most` pictures, those with the largest norms, except that softmax regression has all its classes.
FirstLayer first_layer(const SavedModel& model, arma::uword most);

}  // namespace armagrad::apps
