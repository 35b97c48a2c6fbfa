#pragma once

#include <armadillo>
#include <string>
#include <vector>

namespace armagrad::apps {

/// Images of height x width bytes, one per column of `pixels` (height * width x n), row by row.
struct Images {
  arma::Mat<unsigned char> pixels;
  arma::uword width = 0;
  arma::uword height = 0;
};

/// Images, one per column of `pixels` (D x n), with their n labels.
struct Samples {
  arma::Mat<unsigned char> pixels;
  arma::Col<unsigned char> labels;
};

/// A training and a test set of images of the same size.
struct Dataset {
  std::string name;                ///< "MNIST", "Fashion-MNIST", or the path of a set that is neither
  std::string origin;              ///< the folder or file it was read from
  std::string notice;              ///< empty, or a few lines that the user should see
  std::vector<std::string> files;  ///< all that were read
  Samples train;
  Samples test;
  arma::uword width = 0;
  arma::uword height = 0;
  std::vector<std::string> class_names;
};

}  // namespace armagrad::apps
