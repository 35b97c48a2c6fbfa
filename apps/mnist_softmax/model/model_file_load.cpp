#include <cstdint>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/io/data_error.hpp"
#include "apps/io/sha256.hpp"
#include "model_file.hpp"
#include "model_file_format.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;
/// A file that is read from front to back, with its length known and its checksum kept.
class Reader {
 public:
  explicit Reader(const fs::path& path) : path_(path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (error) fail(path, "cannot be read: " + error.message());
    if (!fs::is_regular_file(status)) fail(path, "is not a regular file");
    file_.open(path, std::ios::binary | std::ios::ate);
    if (!file_) fail_to_read(path);
    left_ = static_cast<std::uint64_t>(file_.tellg());  // of this file, which another may replace meanwhile
    file_.seekg(0);
  }

  std::uint64_t left() const { return left_; }
  Sha256& hash() { return hash_; }

  void read(void* bytes, std::uint64_t count) {
    if (count <= left_) file_.read(static_cast<char*>(bytes), static_cast<std::streamsize>(count));
    if (file_.bad()) fail_to_read(path_);
    if (count > left_ || !file_) {
      fail(path_,
           "truncated: " + std::to_string(count) + " bytes are expected where " + std::to_string(left_) + " are left");
    }
    left_ -= count;
    hash_.update(bytes, count);
  }

  [[noreturn]] void refuse(const std::string& why) const { fail(path_, why); }

 private:
  const fs::path& path_;
  std::ifstream file_;
  std::uint64_t left_ = 0;
  Sha256 hash_;
};

void read_version(Reader& reader) {
  std::string line(model_format::name.size(), '\0');
  if (reader.left() < line.size()) reader.refuse("is not an armagrad model file");
  reader.read(line.data(), line.size());
  if (line != model_format::name) reader.refuse("is not an armagrad model file");
  std::uint64_t version = 0;
  char character = '0';
  for (int digits = 0; digits < 9; ++digits) {
    reader.read(&character, 1);
    if (character < '0' || character > '9') break;
    version = 10 * version + static_cast<std::uint64_t>(character - '0');
  }
  if (character != '\n' || version == 0) reader.refuse("is not an armagrad model file");
  if (version != model_format::version) {
    reader.refuse(std::string("was written by ") + (version > model_format::version ? "a newer" : "an older") +
                  " armagrad (format " + std::to_string(version) + ", this program reads format " +
                  std::to_string(model_format::version) + ")");
  }
}

nlohmann::json read_metadata(Reader& reader) {
  std::uint64_t length = 0;
  reader.read(&length, sizeof length);
  if (length > model_format::longest_metadata || length > reader.left()) {
    reader.refuse("damaged or truncated: " + std::to_string(length) + " bytes of metadata promised, " +
                  std::to_string(reader.left()) + " bytes are left");
  }
  std::string text(length, '\0');
  reader.read(text.data(), length);
  const auto check_depth = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > model_format::deepest_metadata) throw std::runtime_error("nested too deeply");
    return true;
  };
  try {
    return nlohmann::json::parse(text, check_depth);
  } catch (const std::exception& error) {
    reader.refuse(std::string("damaged metadata: ") + error.what());
  }
}

struct Entry {
  std::string name;
  bool is_double = false;
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
};

/// Checks one description of an array, of which at most `room` bytes are left for the elements.
Entry read_entry(const Reader& reader, const nlohmann::json& described, std::uint64_t room) {
  const auto has = [&](const char* key, auto is_right) {
    return described.is_object() && described.contains(key) && is_right(described[key]);
  };
  const auto is_text = [](const nlohmann::json& value) { return value.is_string(); };
  const auto is_count = [](const nlohmann::json& value) { return value.is_number_unsigned(); };
  if (!has("name", is_text) || !has("type", is_text) || !has("rows", is_count) || !has("cols", is_count) ||
      described.size() != 4) {
    reader.refuse("damaged metadata: an array is not described by name, type, rows and cols");
  }
  const std::string& type = described["type"].get_ref<const std::string&>();
  if (type != "f8" && type != "f4") reader.refuse("an array has elements of unknown type '" + type + "'");
  Entry entry{described["name"], type == "f8", described["rows"], described["cols"]};
  const std::uint64_t most_elements = room / (entry.is_double ? 8 : 4);
  if (entry.cols != 0 && entry.rows > most_elements / entry.cols) {
    reader.refuse("damaged or truncated: array '" + entry.name + "' of " + std::to_string(entry.rows) + "x" +
                  std::to_string(entry.cols) + " elements does not fit into the " + std::to_string(room) +
                  " bytes that are left");
  }
  return entry;
}

template <class eT>
arma::Mat<eT> read_elements(Reader& reader, const Entry& entry) {
  try {
    arma::Mat<eT> array(entry.rows, entry.cols, arma::fill::none);
    reader.read(array.memptr(), array.n_elem * sizeof(eT));
    return array;
  } catch (const std::bad_alloc&) {
    reader.refuse("array '" + entry.name + "' of " + std::to_string(entry.rows) + "x" + std::to_string(entry.cols) +
                  " elements does not fit into memory");
  }
}

}  // namespace

ModelFile load_model(const fs::path& path) {
  Reader reader(path);
  read_version(reader);
  nlohmann::json metadata = read_metadata(reader);
  if (!metadata.is_object() || metadata.size() != 2 || !metadata.contains("info") || !metadata.contains("arrays") ||
      !metadata["arrays"].is_array()) {
    reader.refuse("damaged metadata: not an object of arrays and info");
  }
  if (reader.left() < model_format::checksum_size)
    reader.refuse("truncated: " + std::to_string(reader.left()) + " bytes are left for the arrays and the checksum");
  std::uint64_t room = reader.left() - model_format::checksum_size;
  std::vector<Entry> entries;
  for (const nlohmann::json& described : metadata["arrays"]) {
    entries.push_back(read_entry(reader, described, room));
    room -= entries.back().rows * entries.back().cols * (entries.back().is_double ? 8 : 4);
  }
  if (room != 0) reader.refuse("damaged: " + std::to_string(room) + " bytes more than the arrays have");

  ModelFile model;
  for (const Entry& entry : entries) {
    ModelArray array = entry.is_double ? ModelArray(read_elements<double>(reader, entry))
                                       : ModelArray(read_elements<float>(reader, entry));
    if (!model.arrays.emplace(entry.name, std::move(array)).second) {
      reader.refuse("damaged metadata: two arrays are called '" + entry.name + "'");
    }
  }
  const auto computed = reader.hash().digest();
  auto stored = computed;
  reader.read(stored.data(), stored.size());
  if (stored != computed) reader.refuse("damaged: the checksum is wrong");
  model.info = std::move(metadata["info"]);
  return model;
}

}  // namespace armagrad::apps
