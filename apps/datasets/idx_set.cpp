// Folders of IDX files.

#include <algorithm>
#include <set>
#include <system_error>

#include "apps/io/data_error.hpp"
#include "apps/io/idx.hpp"
#include "apps/text/words.hpp"
#include "data_known.hpp"
#include "raw_set.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

struct Part {
  std::vector<std::string> names, kinds;  // "train-images", "idx3-ubyte"
};
const std::array<Part, 4> parts{{{{"train-images"}, {"idx3-ubyte"}},
                                 {{"train-labels"}, {"idx1-ubyte", "idx2-int"}},
                                 {{"t10k-images", "test-images"}, {"idx3-ubyte"}},
                                 {{"t10k-labels", "test-labels"}, {"idx1-ubyte", "idx2-int"}}}};

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::status(path, error).type() != fs::file_type::not_found;
}

/// The names that a part may have, with a dash before "idx" or with a dot as some archives have it, plain or gzip.
std::vector<std::string> names_of(const Part& part, const std::string& prefix) {
  std::vector<std::string> all;
  for (const std::string& name : part.names) {
    for (const std::string& kind : part.kinds) {
      for (const char separator : {'-', '.'}) {
        for (const char* ending : {"", ".gz"}) all.push_back(prefix + name + separator + kind + ending);
      }
    }
  }
  return all;
}

/// The part's file in the folder, or in a folder in it that is called like the file.
std::optional<fs::path> find_part(const fs::path& folder, const Part& part, const std::string& prefix) {
  const std::vector<std::string> names = names_of(part, prefix);
  for (const std::string& name : names) {
    const fs::path path = folder / name;
    if (!is_there(path)) continue;
    std::error_code error;
    if (!fs::is_directory(path, error)) return path;
    for (const std::string& inner : names) {
      if (is_there(path / inner)) return path / inner;
    }
    return path;
  }
  return std::nullopt;
}

/// "", "emnist-letters-" and the like: what stands before train-images in the folder's names.
std::set<std::string> prefixes_in(const fs::path& folder) {
  std::set<std::string> prefixes;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const std::size_t at = name.find("train-images");
    if (at == std::string::npos) continue;
    const std::vector<std::string> names = names_of(parts[0], name.substr(0, at));
    if (std::find(names.begin(), names.end(), name) != names.end()) prefixes.insert(name.substr(0, at));
  }
  return prefixes;
}

/// Where the files are: the folder itself, or torchvision's folders in it.
fs::path folder_of_files(const fs::path& folder) {
  for (const char* inner : {"", "MNIST/raw", "raw"}) {
    const fs::path place = *inner ? folder / inner : folder;
    if (!prefixes_in(place).empty()) return place;
  }
  return folder;
}

/// The classes of EMNIST's parts, by "mapping.txt" of each: letters from 1; balanced and bymerge without the small
/// letters that look like capitals.
void name_classes(RawSet& set, const std::string& prefix) {
  const auto add = [&set](char from, char to) {
    for (char c = from; c <= to; ++c) set.class_names.emplace_back(1, c);
  };
  const auto is = [&prefix](const char* word) { return prefix.find(word) != std::string::npos; };
  if (is("letters")) {
    add('A', 'Z');
    set.first_class = 1;
  } else if (is("byclass")) {
    add('0', '9');
    add('A', 'Z');
    add('a', 'z');
  } else if (is("balanced") || is("bymerge")) {
    add('0', '9');
    add('A', 'Z');
    for (const char c : std::string("abdefghnqrt")) set.class_names.emplace_back(1, c);
  } else {
    set.class_names = digits();
  }
}

}  // namespace

std::string missing_in(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) return "no such folder";
  if (error) return "cannot be read: " + error.message();
  if (!fs::is_directory(status)) return "not a folder";
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (!find_part(folder, parts[k], "")) return "no " + mnist().files[k].name + "[.gz] in it";
  }
  return {};
}

std::optional<RawSet> read_idx_set(const fs::path& folder, const std::string& wanted) {
  const fs::path place = folder_of_files(folder);
  std::set<std::string> prefixes = prefixes_in(place);
  if (!wanted.empty()) prefixes = prefixes.contains(wanted + '-') ? std::set{wanted + '-'} : std::set<std::string>();
  if (prefixes.contains("")) prefixes = {""};
  if (prefixes.empty()) return std::nullopt;
  if (prefixes.size() > 1) {
    std::vector<std::string> sets(prefixes.begin(), prefixes.end());
    for (std::string& set : sets) set.pop_back();  // the dash
    fail(folder, "several sets: " + listed(sets) + "; choose one, as --data " + (folder / sets[0]).string());
  }
  const std::string& prefix = *prefixes.begin();
  RawSet set;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const std::optional<fs::path> file = find_part(place, parts[k], prefix);
    if (!file) fail(folder, "no " + prefix + mnist().files[k].name + "[.gz] in it");
    set.files.push_back(*file);
  }
  set.train_images = read_idx_images(set.files[0]);
  set.train_labels = read_idx_labels(set.files[1]);
  set.test_images = read_idx_images(set.files[2]);
  set.test_labels = read_idx_labels(set.files[3]);
  name_classes(set, prefix);
  return set;
}

}  // namespace armagrad::apps
