#pragma once
// Model files whose checksum is right, whatever is in them.

#include <unistd.h>

#include <cstring>
#include <fstream>

#include "apps/io/sha256.hpp"
#include "formats.hpp"

namespace armagrad::fuzz {

/// The file of this metadata (a JSON text) and these elements, for which the first two bytes tell how long the text is;
/// or, where the choice is odd, the bytes as they are.
inline std::string model_file(std::uint8_t how, std::string_view bytes) {
  if (how & 1 || bytes.size() < 2) return std::string(bytes);
  std::uint16_t length = 0;
  std::memcpy(&length, bytes.data(), 2);
  const std::string_view text = bytes.substr(2, length), elements = bytes.substr(2 + text.size());
  std::string file = "armagrad 2\n" + bytes_of(std::uint64_t(text.size()));
  file.append(text).append(elements);
  apps::Sha256 hash;
  hash.update(file.data(), file.size());
  const auto digest = hash.digest();
  return file.append(digest.begin(), digest.end());
}

/// The input from which model_file makes this file.
inline std::string input_of(const std::string& file) {
  constexpr std::size_t begin = 19;  // behind the version and the length
  std::uint64_t length = 0;
  std::memcpy(&length, file.data() + begin - 8, 8);
  return '\0' + bytes_of(std::uint16_t(length)) + file.substr(begin, file.size() - begin - 32);
}

/// The bytes that `save`, given a path, writes there.
template <class Save>
std::string saved_by(Save save) {
  const auto file = std::filesystem::temp_directory_path() / ("armagrad-fuzz-" + std::to_string(getpid()));
  save(file);
  std::string bytes(std::filesystem::file_size(file), '\0');
  std::ifstream(file, std::ios::binary).read(bytes.data(), std::streamsize(bytes.size()));
  std::filesystem::remove(file);
  return bytes;
}

}  // namespace armagrad::fuzz
