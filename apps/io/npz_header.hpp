#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data_stream.hpp"

namespace armagrad::apps {

/// The header of a .npy array in C order.
struct NpyHeader {
  std::string descr;                 ///< the element type, such as |u1 or <i8
  std::vector<std::uint64_t> shape;  ///< at least one dimension, none of them zero
  std::uint64_t elements = 1;        ///< the product of the shape, at most most_data_bytes
  std::uint64_t preamble = 0;        ///< bytes of the file before the first element
};

/// Reads the header of a .npy file (format 1, 2 or 3) and leaves `source` at the first element;
/// std::runtime_error that begins with `where` if it is not exactly what NumPy writes or is in Fortran order.
NpyHeader read_npy_header(ByteSource& source, const std::string& where);

}  // namespace armagrad::apps
