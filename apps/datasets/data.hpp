#pragma once

#include <armadillo>
#include <filesystem>
#include <string>
#include <vector>

#include "data_options.hpp"
#include "data_types.hpp"
#include "download.hpp"

namespace armagrad::apps {

/// n bytes divided by 255.
template <class eT>
void scale(const unsigned char* bytes, arma::uword n, eT* to);
/// The pixels divided by 255, so from 0 to 1, in the same shape; for double exactly x / 255.
template <class eT>
arma::Mat<eT> scaled(const arma::Mat<unsigned char>& pixels);

/// A column per label with a one in the label's row (classes x n); std::runtime_error if a label has no row.
template <class eT>
arma::Mat<eT> one_hot(const arma::Col<unsigned char>& labels, arma::uword classes);

/// The SHA-256 of the size, the pixels and the labels of the first n training images.
std::string training_digest(const Dataset& set, arma::uword n);

/// Where load_dataset looks.
struct DataPlaces {
  std::string mnist_dir;             ///< the environment variable MNIST_DIR, a folder or .npz, or empty
  std::filesystem::path cache;       ///< has the folders mnist and fashion; empty if there is no home
  std::filesystem::path fashion;     ///< Fashion-MNIST as Debian's dataset-fashion-mnist installs it
  std::vector<std::string> mirrors;  ///< as for download_files
  std::string protocols = "https";   ///< as for download_files
  DownloadWatch watch = {};          ///< of a download
};

/// The places by the environment variables MNIST_DIR, XDG_CACHE_HOME, HOME and MNIST_MIRROR, a URL that stands for the
/// public mirrors (https, http or file).
DataPlaces standard_places();

/// Finds and reads a data set, or throws std::runtime_error with what was wrong and how to get the data.
/// Fashion-MNIST in place of MNIST is announced in the set's notice.
Dataset load_dataset(const DataOptions& options, const DataPlaces& places = standard_places());

}  // namespace armagrad::apps
