// Arrays of NumPy, with names, and CSV files.

#include <algorithm>
#include <functional>
#include <map>
#include <system_error>

#include "apps/io/csv.hpp"
#include "apps/io/data_error.hpp"
#include "apps/io/npz.hpp"
#include "apps/text/words.hpp"
#include "raw_set.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string listed_or_none(const Words& words) { return words.empty() ? "none" : listed(words); }

Words parted(const std::string& text) {
  Words words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

/// Names that the arrays have in the wild, in lower case: training images and labels, then test images and labels.
const std::array<Words, 4> usual_names{
    {{"x_train", "train_images", "train_x", "images_train", "training_images", "train_data", "arr_0", "images", "x"},
     {"y_train", "train_labels", "train_y", "labels_train", "training_labels", "arr_1", "labels", "label", "target",
      "targets", "y"},
     {"x_test", "test_images", "test_x", "images_test", "testing_images", "test_data", "arr_2"},
     {"y_test", "test_labels", "test_y", "labels_test", "testing_labels", "arr_3"}}};

/// Which of the arrays are the four, or the first two; those that --keys names, or by their usual names.
Words chosen(const Words& known, const std::string& keys, const std::string& where) {
  if (!keys.empty()) {
    const Words named = parted(keys);
    if (named.size() != 2 && named.size() != 4)
      fail(where, "--keys: two or four names are expected: IMAGES,LABELS or IMAGES,LABELS,TEST_IMAGES,TEST_LABELS");
    for (const std::string& name : named) {
      if (std::find(known.begin(), known.end(), name) == known.end())
        fail(where, "--keys: there is no array " + name + ", but " + listed_or_none(known));
    }
    return named;
  }
  std::array<std::string, 4> found;
  for (std::size_t role = 0; role < found.size(); ++role) {
    for (const std::string& usual : usual_names[role]) {
      for (const std::string& name : known) {
        if (found[role].empty() && lower_case(name) == usual) found[role] = name;
      }
    }
  }
  const bool tested = !found[2].empty() || !found[3].empty();
  for (std::size_t role = 0; role < (tested ? 4u : 2u); ++role) {
    if (found[role].empty())
      fail(where, usual_names[role][0] + ": there is no such array, but " + listed_or_none(known) +
                      "; x_train, y_train, x_test, y_test are wanted, or --keys with other names for them");
  }
  return tested ? Words(found.begin(), found.end()) : Words{found[0], found[1]};
}

RawSet by_names(const Words& names, const std::function<DataArray(const std::string&)>& array) {
  RawSet set;
  set.train_images = array(names[0]);
  set.train_labels = array(names[1]);
  if (names.size() == 4) {
    set.test_images = array(names[2]);
    set.test_labels = array(names[3]);
  }
  set.class_names = digits();
  return set;
}

}  // namespace

RawSet read_npz_set(const fs::path& file, const std::string& keys) {
  const NpzFile npz(file);
  RawSet set = by_names(chosen(npz.keys(), keys, file), [&npz](const std::string& key) { return npz.array(key); });
  set.files = {file.string()};
  return set;
}

std::optional<RawSet> read_npy_set(const fs::path& folder, const std::string& keys) {
  Words known;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".npy") known.push_back(entry->path().stem().string());
  }
  if (known.empty()) return std::nullopt;
  std::sort(known.begin(), known.end());
  const Words names = chosen(known, keys, folder);
  const auto path = [&folder](const std::string& name) { return folder / (name + ".npy"); };
  RawSet set = by_names(names, [&](const std::string& name) { return read_npy(path(name)); });
  for (const std::string& name : names) set.files.push_back(path(name).string());
  return set;
}

RawSet read_csv_file(const fs::path& file) {
  CsvImages csv = read_csv(file);
  if (!csv.labels)
    fail(file, "there are no labels in it: a column called label is expected, or one column more than a square has");
  RawSet set;
  set.train_images = std::move(csv.images);
  set.train_labels = *std::move(csv.labels);
  set.files = {file.string()};
  set.class_names = digits();
  return set;
}

std::optional<RawSet> read_csv_set(const fs::path& folder) {
  const auto find = [&folder](const std::string& name) -> std::optional<fs::path> {
    for (const char* prefix : {"", "mnist_", "mnist-"}) {
      for (const char* ending : {".csv", ".csv.gz"}) {
        const fs::path path = folder / (prefix + name + ending);
        std::error_code error;
        if (fs::exists(path, error)) return path;
      }
    }
    return std::nullopt;
  };
  const std::optional<fs::path> train = find("train"), test = find("test");
  if (!train) return std::nullopt;
  RawSet set = read_csv_file(*train);
  if (!test) return set;
  CsvImages csv = read_csv(*test);
  if (!csv.labels) {
    set.notice = test->string() + " has no labels, and is not used.\n";
    return set;
  }
  set.test_images = std::move(csv.images);
  set.test_labels = std::move(csv.labels);
  set.files.push_back(test->string());
  return set;
}

}  // namespace armagrad::apps
