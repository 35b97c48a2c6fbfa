#include "pgm.hpp"

#include <string>

#include "data_error.hpp"

namespace armagrad::apps {

namespace {

bool is_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

PgmReader::PgmReader(const std::filesystem::path& file, std::span<const unsigned char> bytes)
    : file_(file), left_(bytes.subspan(2)), is_text_(bytes[1] == '2') {
  width_ = number();
  height_ = number();
  largest_ = number();
  if (largest_ == 0 || largest_ > 65535) fail(file_, "a damaged PGM: its largest value is not in 1 ... 65535");
  if (left_.empty() || !is_space(left_[0])) fail(file_, "a truncated PGM: there are no pixels");
  left_ = left_.subspan(1);  // one character of white space, after which bytes are pixels
}

void PgmReader::skip_space() {
  while (!left_.empty() && (is_space(left_[0]) || left_[0] == '#')) {
    const bool comment = left_[0] == '#';
    std::size_t n = 1;
    while (comment && n < left_.size() && left_[n] != '\n') ++n;
    left_ = left_.subspan(n);
  }
}

std::uint64_t PgmReader::number() {
  skip_space();
  if (left_.empty()) fail(file_, "a truncated PGM");
  std::uint64_t x = 0;
  std::size_t n = 0;
  for (; n < left_.size() && left_[n] >= '0' && left_[n] <= '9' && n < 10; ++n) x = 10 * x + (left_[n] - '0');
  if (n == 0 || n == 10) fail(file_, "a damaged PGM: a number is expected");
  left_ = left_.subspan(n);
  return x;
}

std::uint64_t PgmReader::binary() {
  const std::size_t n = largest_ > 255 ? 2 : 1;
  if (left_.size() < n) fail(file_, "a truncated PGM");
  const std::uint64_t x = n == 2 ? left_[0] * 256u + left_[1] : left_[0];
  left_ = left_.subspan(n);
  return x;
}

arma::Mat<unsigned char> PgmReader::pixels() {
  if (height_ * width_ > left_.size()) fail(file_, "a truncated PGM");  // before there is memory
  arma::Mat<unsigned char> image(height_, width_);
  for (std::uint64_t i = 0; i < height_; ++i) {
    for (std::uint64_t j = 0; j < width_; ++j) {
      const std::uint64_t x = is_text_ ? number() : binary();
      if (x > largest_) fail(file_, "a damaged PGM: " + std::to_string(x) + " is more than its largest value");
      image(i, j) = static_cast<unsigned char>((255 * x + largest_ / 2) / largest_);
    }
  }
  return image;
}

}  // namespace armagrad::apps
