#pragma once

#include <armadillo>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "array.hpp"

namespace armagrad::apps {

/// A .npz archive (a zip of .npy arrays, as numpy.savez writes); every error is a std::runtime_error that
/// names the archive and the array.
class NpzFile {
 public:
  explicit NpzFile(std::filesystem::path path);
  ~NpzFile();
  NpzFile(const NpzFile&) = delete;
  NpzFile& operator=(const NpzFile&) = delete;

  /// The names of the arrays, in the archive's order.
  std::vector<std::string> keys() const;
  DataArray array(const std::string& key) const;

 private:
  struct Archive;
  class Member;

  std::filesystem::path path_;
  std::unique_ptr<Archive> archive_;
};

/// Reads a .npy file of numbers, plain or gzip; std::runtime_error that names it.
DataArray read_npy(const std::filesystem::path& path);

}  // namespace armagrad::apps
