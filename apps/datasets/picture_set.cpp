// Folders of pictures, one for each class.

#include <algorithm>
#include <charconv>
#include <system_error>

#include "apps/io/data_error.hpp"
#include "apps/io/data_stream.hpp"
#include "apps/io/image.hpp"
#include "raw_set.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

bool is_picture(const fs::path& path) { return path.extension() == ".png" || path.extension() == ".pgm"; }

/// Numbers by their size, other names by the alphabet.
bool comes_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) {
    int x = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    return error == std::errc() && end == text.data() + text.size() ? x : -1;
  };
  const int x = number(a), y = number(b);
  return x >= 0 && y >= 0 && x != y ? x < y : a < b;
}

std::vector<std::string> names_in(const fs::path& folder, bool (*wanted)(const fs::path&)) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (wanted(entry->path())) names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end(), comes_before);
  return names;
}

bool has_pictures(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (is_picture(entry->path())) return true;
  }
  return false;
}

struct Pictures {
  DataArray images, labels;
};

Pictures read_classes(const fs::path& folder, const std::vector<std::string>& classes,
                      std::vector<std::string>& files) {
  Pictures all;
  std::uint64_t n = 0, height = 0, width = 0;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    for (const std::string& name : names_in(folder / classes[c], is_picture)) {
      const fs::path file = folder / classes[c] / name;
      const arma::Mat<unsigned char> picture = read_grey_image(file), rows = picture.t();
      if (n == 0) {
        height = picture.n_rows;
        width = picture.n_cols;
      } else if (picture.n_rows != height || picture.n_cols != width) {
        fail(file, std::to_string(picture.n_rows) + "x" + std::to_string(picture.n_cols) +
                       " pixels, those before have " + std::to_string(height) + "x" + std::to_string(width));
      }
      if (all.images.bytes.size() + rows.n_elem > most_data_bytes)
        fail(folder, "more than " + std::to_string(most_data_bytes) + " pixels");
      all.images.bytes.insert(all.images.bytes.end(), rows.begin(), rows.end());
      all.labels.bytes.push_back(static_cast<unsigned char>(c));
      files.push_back(file.string());
      ++n;
    }
  }
  all.images.where = all.labels.where = folder.string();
  all.images.shape = {n, height, width};
  all.labels.shape = {n};
  return all;
}

}  // namespace

std::optional<RawSet> read_picture_set(const fs::path& folder) {
  const auto find = [&folder](std::initializer_list<const char*> names) -> fs::path {
    for (const char* name : names) {
      std::error_code error;
      if (fs::is_directory(folder / name, error)) return folder / name;
    }
    return {};
  };
  fs::path train = find({"train", "training"}), test = find({"test", "testing"});
  if (train.empty()) {
    train = folder;
    test.clear();
  }
  RawSet set;
  set.class_names = names_in(train, has_pictures);
  constexpr std::size_t most_classes = 255;
  if (set.class_names.size() < 2 || set.class_names.size() > most_classes) return std::nullopt;
  Pictures pictures = read_classes(train, set.class_names, set.files);
  set.train_images = std::move(pictures.images);
  set.train_labels = std::move(pictures.labels);
  if (!test.empty()) {
    if (names_in(test, has_pictures) != set.class_names) fail(test, "has other classes than " + train.string());
    Pictures more = read_classes(test, set.class_names, set.files);
    set.test_images = std::move(more.images);
    set.test_labels = std::move(more.labels);
  }
  return set;
}

}  // namespace armagrad::apps
