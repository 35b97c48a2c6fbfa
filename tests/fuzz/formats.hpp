#pragma once
// Small files of the formats that the targets read, and what must be true of an array that was read.

#include <zlib.h>

#include <stdexcept>

#include "apps/io/array.hpp"
#include "target.hpp"

namespace armagrad::fuzz {

inline std::string gzip(std::string_view bytes) {
  z_stream stream{};
  std::string packed(compressBound(bytes.size()) + 64, '\0');  // zlib's header is shorter than gzip's
  if (deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = unsigned(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = unsigned(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += char(value >> shift & 0xff);
  return bytes;
}

/// A number's bytes as they are in memory.
template <class T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// An IDX file with the given sizes, contents and type code.
inline std::string idx(const std::vector<std::uint32_t>& sizes, const std::string& contents, char type = 8) {
  std::string bytes{0, 0, type, char(sizes.size())};
  for (const std::uint32_t size : sizes) bytes += big_endian(size);
  return bytes + contents;
}

/// The bytes 1, 2, ..., count.
inline std::string counting(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += char(1 + i);
  return bytes;
}

/// A .npy file of format 1.
inline std::string npy(const std::string& descr, const std::string& shape, const std::string& contents) {
  const std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  return std::string("\x93NUMPY\1\0", 8) + bytes_of(std::uint16_t(header.size())) + header + contents;
}

inline void require_consistent(const apps::DataArray& array) {
  std::uint64_t elements = 1;
  for (const std::uint64_t side : array.shape) elements *= side;
  if (array.shape.empty() || elements != array.elements() || array.bytes.size() != elements * array.type.size)
    finding("an array of another size than its shape says");
}

}  // namespace armagrad::fuzz
