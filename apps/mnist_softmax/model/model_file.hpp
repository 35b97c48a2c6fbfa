#pragma once

#include <armadillo>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

namespace armagrad::apps {

using ModelArray = std::variant<arma::mat, arma::fmat>;

/// Named arrays of double or float, and metadata as any JSON value (in which NaN and infinity become null).
struct ModelFile {
  nlohmann::json info;
  std::map<std::string, ModelArray> arrays;
};

/// Writes the model as a whole or not at all; std::runtime_error that names the file on failure.
///
/// The file: "armagrad 2\n"; the length of the JSON text (8 bytes); the JSON text {"arrays": [{"name",
/// "type": "f8" or "f4", "rows", "cols"}, ...], "info": ...}; the arrays' elements in that order, by columns;
/// the SHA-256 of all that (32 bytes). Numbers are little-endian.
void save_model(const std::filesystem::path& path, const ModelFile& model);

/// Reads what save_model wrote, bit for bit; a file that is anything else, damaged, cut short or of another
/// format is a std::runtime_error with the reason.
ModelFile load_model(const std::filesystem::path& path);

}  // namespace armagrad::apps
