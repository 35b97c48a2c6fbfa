#include "file_kind.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "apps/io/data_error.hpp"
#include "model_file.hpp"
#include "model_file_format.hpp"

namespace armagrad::apps {

namespace {

/// A model file that is damaged counts as a model.
FileKind kind_of_model(const std::string& file) try {
  const nlohmann::json info = load_model(file).info;
  const bool is_net = info.contains("kind");
  if (!is_net && info.contains("sweep")) return FileKind::sweep_checkpoint;
  return is_net && info.contains("training") && info["training"].contains("position") ? FileKind::checkpoint
                                                                                      : FileKind::model;
} catch (const std::runtime_error&) {
  return FileKind::model;
}

/// A line with more commas than a report of this program has in one.
bool begins_as_csv(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  return std::count(line.begin(), line.end(), ',') >= 16 && line.find_first_of("{<") == std::string_view::npos;
}

}  // namespace

FileKind kind_of(const std::string& file) {
  using namespace std::string_view_literals;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return FileKind::replaceable;
  std::string bytes(8192, '\0');
  std::ifstream in(file, std::ios::binary);
  if (in) in.read(bytes.data(), std::streamsize(bytes.size()));
  if (!in && !in.eof()) fail_to_read(file);
  bytes.resize(std::size_t(in.gcount()));

  const auto begins = [&bytes](std::string_view with) { return bytes.starts_with(with); };
  const bool idx = begins("\0\0"sv) && bytes.size() >= 4 && bytes[2] >= 8 && bytes[2] <= 14;
  if (begins(model_format::name)) return kind_of_model(file);
  if (idx || begins("\x1f\x8b") || begins("PK\3\4") || begins("\x93NUMPY") || begins_as_csv(bytes))
    return FileKind::data_set;
  for (const std::string_view picture : {"\x89PNG"sv, "P2"sv, "P5"sv, "\xff\xd8\xff"sv, "GIF8"sv, "BM"sv, "RIFF"sv}) {
    if (begins(picture)) return FileKind::picture;
  }
  return FileKind::replaceable;
}

std::string to_string(FileKind kind) {
  switch (kind) {
    case FileKind::replaceable:
      return "another file";
    case FileKind::data_set:
      return "a data set";
    case FileKind::picture:
      return "a picture";
    case FileKind::model:
      return "a model";
    case FileKind::checkpoint:
      return "a checkpoint of a training";
    case FileKind::sweep_checkpoint:
      return "a checkpoint of a sweep";
  }
  return {};
}

}  // namespace armagrad::apps
