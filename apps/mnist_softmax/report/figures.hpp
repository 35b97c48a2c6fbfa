#pragma once
// What probabilities and labels tell of a classifier.

#include <armadillo>
#include <nlohmann/json.hpp>
#include <vector>

namespace armagrad::apps {

/// An image with the wrong class in front.
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

/// Of probabilities (c x n, a column per image) and the classes that are right.
Figures figures_of(const arma::mat& P, const arma::Col<unsigned char>& labels, arma::uword bins = 10);

/// With the `most` worst of the misread images.
nlohmann::ordered_json as_json(const Figures& figures, std::size_t most);

/// As a table with the classes' names: a row for each label, a column for what it was taken for.
void print_confusion(std::ostream& out, const arma::umat& confusion, const std::vector<std::string>& classes);

}  // namespace armagrad::apps
