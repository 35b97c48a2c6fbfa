#pragma once
// The quality of a classifier: accuracy, log loss, confusion, calibration, misread images.

#include <armadillo>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace armagrad::apps {

/// An image whose most probable class is not its label.
struct Misread {
  arma::uword index, label, predicted;
  double of_label, of_predicted;  // their probabilities
};

/// Predictions by their confidence, the largest probability, in bins of equal width. `error`, the expected
/// calibration error, is the mean over the images of |accuracy - confidence| of their bin (Guo, Pleiss, Sun
/// and Weinberger, "On calibration of modern neural networks", 2017).
struct Calibration {
  arma::uvec images;
  arma::vec confidence, accuracy;  // means; NaN of a bin without images
  double error = 0;
};

struct Figures {
  arma::uword images = 0;
  double accuracy = 0, log_loss = 0;
  arma::umat confusion;  // labels by predictions
  Calibration calibration;
  std::vector<Misread> misread;  // the least probable labels first
};

/// From probabilities (c x n, a column per image) and the images' labels; std::logic_error unless there is a
/// label, one of the classes, for each image.
Figures figures_of(const arma::mat& P, const arma::Col<unsigned char>& labels, arma::uword bins = 10);

/// Lists the `most` worst of the misread images.
nlohmann::ordered_json as_json(const Figures& figures, std::size_t most);

/// As a table with the classes' names: a row for each label, a column for what it was taken for.
void print_confusion(std::ostream& out, const arma::umat& confusion, const std::vector<std::string>& classes);

}  // namespace armagrad::apps
