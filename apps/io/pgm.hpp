#pragma once

#include <armadillo>
#include <cstdint>
#include <filesystem>
#include <span>

namespace armagrad::apps {

/// The netpbm format PGM: "P2" or "P5", width, height and the largest value, among white space and comments;
/// then the rows' values as text, or as one byte or two (the high one first). What does not fit is a
/// std::runtime_error that names the file.
class PgmReader {
 public:
  /// Reads the header of `bytes`, which must outlive this.
  PgmReader(const std::filesystem::path& file, std::span<const unsigned char> bytes);

  std::uint64_t width() const { return width_; }
  std::uint64_t height() const { return height_; }
  /// height x width, the largest value becoming 255.
  arma::Mat<unsigned char> pixels();

 private:
  void skip_space();
  std::uint64_t number();
  std::uint64_t binary();

  std::filesystem::path file_;
  std::span<const unsigned char> left_;
  bool is_text_;
  std::uint64_t width_ = 0, height_ = 0, largest_ = 0;
};

}  // namespace armagrad::apps
