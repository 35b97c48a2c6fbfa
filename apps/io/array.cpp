#include "array.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "apps/text/numbers.hpp"
#include "data_error.hpp"

namespace armagrad::apps {

namespace {

template <class T>
double as_number(const unsigned char* bytes) {
  T x;
  std::memcpy(&x, bytes, sizeof x);
  return double(x);
}

double number(const ElementType& type, const unsigned char* bytes) {
  static_assert(std::endian::native == std::endian::little);
  unsigned char turned[8];
  if (type.big_endian) {
    std::reverse_copy(bytes, bytes + type.size, turned);
    bytes = turned;
  }
  switch (type.kind) {
    case 'f':
      return type.size == 4 ? as_number<float>(bytes) : as_number<double>(bytes);
    case 'i':
      return type.size == 1   ? as_number<std::int8_t>(bytes)
             : type.size == 2 ? as_number<std::int16_t>(bytes)
             : type.size == 4 ? as_number<std::int32_t>(bytes)
                              : as_number<std::int64_t>(bytes);
    default:
      return type.size == 1   ? bytes[0]
             : type.size == 2 ? as_number<std::uint16_t>(bytes)
             : type.size == 4 ? as_number<std::uint32_t>(bytes)
                              : as_number<std::uint64_t>(bytes);
  }
}

/// The rows' columns in which the only 1 is among zeros; empty unless each row is like that.
std::vector<double> one_hot_labels(const DataArray& array, std::uint64_t columns) {
  std::vector<double> labels(array.shape[0], -1);
  for (std::uint64_t i = 0; i < array.elements(); ++i) {
    const double x = array.at(i);
    double& label = labels[i / columns];
    if (x != 0 && (x != 1 || label >= 0)) return {};
    if (x == 1) label = double(i % columns);
  }
  return std::find(labels.begin(), labels.end(), -1) == labels.end() ? labels : std::vector<double>();
}

/// The label of each row, unchecked.
std::vector<double> label_column(const DataArray& array) {
  const std::vector<std::uint64_t>& shape = array.shape;
  const std::uint64_t columns = shape.size() == 2 ? shape[1] : 1;
  constexpr std::uint64_t of_qmnist = 8;  // the label, then where the digit comes from
  if (columns > 1) {
    if (std::vector<double> labels = one_hot_labels(array, columns); !labels.empty()) return labels;
  }
  if (shape.size() > 2 || (columns > 1 && (columns != of_qmnist || array.type.kind == 'f')))
    fail(array.where, std::to_string(shape.size()) + " dimensions, labels have 1, or a row each that is one-hot");
  std::vector<double> labels;
  for (std::uint64_t i = 0; i < array.elements(); i += columns) labels.push_back(array.at(i));
  return labels;
}

}  // namespace

double DataArray::at(std::uint64_t i) const { return number(type, bytes.data() + i * type.size); }

ImageShape image_shape(const DataArray& array) {
  const std::vector<std::uint64_t>& shape = array.shape;
  const bool one_channel = shape.size() == 4 && shape[3] == 1;
  if (shape.size() != 2 && shape.size() != 3 && !one_channel)
    fail(array.where, std::to_string(shape.size()) + " dimensions, images have 2 or 3, or a fourth of 1");
  if (shape.size() > 2) return {shape[0], shape[1], shape[2]};
  const auto side = std::uint64_t(std::lround(std::sqrt(double(shape[1]))));
  return side * side == shape[1] ? ImageShape{shape[0], side, side} : ImageShape{shape[0], 1, shape[1]};
}

double white_of(const DataArray& array) {
  double least = 0, largest = 0;
  if (array.type.kind == 'u' && array.type.size == 1) {
    largest = *std::max_element(array.bytes.begin(), array.bytes.end());
  } else {
    for (std::uint64_t i = 0; i < array.elements(); ++i) {
      const double x = array.at(i);
      if (!std::isfinite(x)) fail(array.where, "element " + std::to_string(i) + " is not a number");
      least = std::min(least, x);
      largest = std::max(largest, x);
    }
  }
  if (least < 0 || largest > 255)
    fail(array.where, "greys from " + significant(least, 3) + " to " + significant(largest, 3) +
                          ": 0 to 1 or 0 to 255 are expected, not yet normalised");
  return largest <= 1 ? 1 : 255;
}

Images images_of(const DataArray& array, double white) {
  const ImageShape shape = image_shape(array);
  Images images{arma::Mat<unsigned char>(shape.height * shape.width, shape.n), shape.width, shape.height};
  if (array.type.kind == 'u' && array.type.size == 1 && white == 255) {
    std::copy(array.bytes.begin(), array.bytes.end(), images.pixels.begin());
    return images;
  }
  for (std::uint64_t i = 0; i < array.elements(); ++i) {
    const double x = array.at(i);
    if (!(x >= 0 && x <= white))
      fail(array.where, "grey " + significant(x, 3) + " where the training images have 0 to " + significant(white));
    images.pixels[i] = static_cast<unsigned char>(std::lround(x * (255 / white)));
  }
  return images;
}

arma::Col<unsigned char> labels_of(const DataArray& array, unsigned classes, unsigned first) {
  const std::vector<double> labels = label_column(array);
  const bool one_hot = array.shape.size() == 2 && array.shape[1] > 1 && array.shape[1] != 8;
  const unsigned least = one_hot ? 0 : first;
  arma::Col<unsigned char> result(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double label = labels[i] - least;
    if (!(label >= 0 && label < classes) || label != std::floor(label))
      fail(array.where, "label " + significant(labels[i]) + " at position " + std::to_string(i) + ", labels are " +
                            std::to_string(least) + " to " + std::to_string(least + classes - 1));
    result[i] = static_cast<unsigned char>(label);
  }
  return result;
}

}  // namespace armagrad::apps
