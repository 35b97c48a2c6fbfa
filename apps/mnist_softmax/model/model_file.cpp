#include "model_file.hpp"

#include <cstdint>
#include <utility>

#include "apps/io/atomic_file.hpp"
#include "apps/io/data_error.hpp"
#include "apps/io/sha256.hpp"
#include "model_file_format.hpp"

namespace armagrad::apps {

void save_model(const std::filesystem::path& path, const ModelFile& model) {
  nlohmann::json described = nlohmann::json::array();
  std::string elements;
  for (const auto& [name, value] : model.arrays) {
    std::visit(
        [&, &key = name](const auto& array) {
          const char* const type = sizeof(array[0]) == 8 ? "f8" : "f4";
          described.push_back({{"name", key}, {"type", type}, {"rows", array.n_rows}, {"cols", array.n_cols}});
          elements.append(reinterpret_cast<const char*>(array.memptr()), array.n_elem * sizeof(array[0]));
        },
        value);
  }
  std::string text;
  try {
    text = nlohmann::json{{"arrays", std::move(described)}, {"info", model.info}}.dump();
  } catch (const nlohmann::json::exception& error) {
    fail(path, std::string("the metadata cannot be written: ") + error.what());
  }
  const std::uint64_t length = text.size();
  if (length > model_format::longest_metadata) {
    fail(path, "the metadata cannot be written: " + std::to_string(length) + " bytes, more than " +
                   std::to_string(model_format::longest_metadata));
  }
  std::string bytes(model_format::name);
  bytes += std::to_string(model_format::version) + '\n';
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += text;
  bytes += elements;
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  const auto checksum = hash.digest();
  bytes.append(checksum.begin(), checksum.end());
  write_file_atomically(path, bytes);
}

}  // namespace armagrad::apps
