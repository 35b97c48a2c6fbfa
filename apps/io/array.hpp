#pragma once
// Arrays of any element type, as images or labels.

#include <armadillo>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/datasets/data_types.hpp"

namespace armagrad::apps {

/// The type of an array's elements.
struct ElementType {
  char kind = 'u';  // as NumPy has it: u unsigned, i signed, f floating point
  std::size_t size = 1;
  bool big_endian = false;
};

/// An array as a file holds it, in C order.
struct DataArray {
  std::string where;  // the file, and the array in it, for messages
  ElementType type;
  std::vector<std::uint64_t> shape;
  std::vector<unsigned char> bytes;

  std::uint64_t elements() const { return bytes.size() / type.size; }
  double at(std::uint64_t i) const;
};

/// The size of an image: the array is n x height x width, n x height x width x 1, or n x D, which is a square if D is
/// one and else a row. std::runtime_error for others.
struct ImageShape {
  std::uint64_t n, height, width;
};
ImageShape image_shape(const DataArray& array);

/// The grey that stands for white: 1 if no element is larger, else 255. std::runtime_error for elements that are not
/// from 0 to 255.
double white_of(const DataArray& array);

/// Images of greys from 0 to `white`, as bytes; what is between two bytes becomes the nearer one. std::runtime_error
/// for greys out of that range.
Images images_of(const DataArray& array, double white);

/// Labels 0 to classes - 1 (whole numbers of any type), one a row: n, n x 1, one-hot n x c, or as in QMNIST n x 8
/// integers of which the first is the label. `first`: the number of the first class. std::runtime_error for others.
arma::Col<unsigned char> labels_of(const DataArray& array, unsigned classes = 10, unsigned first = 0);

}  // namespace armagrad::apps
