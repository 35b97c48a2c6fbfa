#pragma once

#include <armadillo>
#include <filesystem>
#include <memory>
#include <string>

#include "apps/datasets/data_types.hpp"

namespace armagrad::apps {

/// A .npz archive (a zip of .npy arrays, as numpy.savez writes); every error is a std::runtime_error that
/// names the archive and the array.
class NpzFile {
 public:
  explicit NpzFile(std::filesystem::path path);
  ~NpzFile();
  NpzFile(const NpzFile&) = delete;
  NpzFile& operator=(const NpzFile&) = delete;

  /// The array `key` of unsigned bytes, n x height x width or n x D, as D x n pixels.
  Images images(const std::string& key) const;

  /// The array `key` of n whole numbers from 0 to 9.
  arma::Col<unsigned char> labels(const std::string& key) const;

 private:
  struct Archive;
  class Member;

  std::filesystem::path path_;
  std::unique_ptr<Archive> archive_;
};

}  // namespace armagrad::apps
