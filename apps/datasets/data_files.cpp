#include "data_files.hpp"

#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "apps/io/data_error.hpp"
#include "apps/io/idx.hpp"
#include "apps/io/npz.hpp"
#include "data_known.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

/// The file called `name` or `name`.gz, with a dot before idx as some archives have it or with a dash.
std::optional<fs::path> find_file(const fs::path& folder, const std::string& name) {
  std::string dotted = name;
  dotted[name.find("-idx")] = '.';
  for (const std::string& candidate : {name, name + ".gz", dotted, dotted + ".gz"}) {
    std::error_code error;
    if (fs::status(folder / candidate, error).type() != fs::file_type::not_found) return folder / candidate;
  }
  return std::nullopt;
}

void pair_up(Samples& samples, Images& images, arma::Col<unsigned char> labels, const std::string& where) {
  if (images.pixels.n_cols != labels.n_elem) {
    fail(where, "there are " + std::to_string(images.pixels.n_cols) + " images but " + std::to_string(labels.n_elem) +
                    " labels");
  }
  samples.pixels = std::move(images.pixels);
  samples.labels = std::move(labels);
}

void set_size(Dataset& set, const Images& train, const Images& test, const std::string& where) {
  if (train.width != test.width || train.height != test.height) {
    const auto size = [](const Images& i) { return std::to_string(i.height) + "x" + std::to_string(i.width); };
    fail(where, "the training images are " + size(train) + ", the test images " + size(test));
  }
  set.width = train.width;
  set.height = train.height;
}

Dataset read_idx_folder(const fs::path& folder) {
  if (const std::string missing = missing_in(folder); !missing.empty()) fail(folder, missing);
  const auto file = [&](std::size_t index) { return *find_file(folder, mnist().files[index].name); };
  Dataset set;
  Images train = read_idx_images(file(0));
  Images test = read_idx_images(file(2));
  set_size(set, train, test, folder);
  pair_up(set.train, train, read_idx_labels(file(1)), file(1));
  pair_up(set.test, test, read_idx_labels(file(3)), file(3));
  for (std::size_t k = 0; k < 4; ++k) set.files.push_back(file(k));
  return set;
}

Dataset read_npz(const fs::path& path) {
  const NpzFile npz(path);
  Dataset set;
  Images train = npz.images("x_train");
  Images test = npz.images("x_test");
  set_size(set, train, test, path);
  pair_up(set.train, train, npz.labels("y_train"), path.string() + ": y_train");
  pair_up(set.test, test, npz.labels("y_test"), path.string() + ": y_test");
  set.files = {path.string()};
  return set;
}

/// Names the set if its images and its labels are those of a known one.
void recognise(Dataset& set) {
  const auto labels = [](const Samples& s) { return idx_digest({s.labels.n_elem}, s.labels.memptr()); };
  const auto images = [&set](const Samples& s) {
    return idx_digest({s.pixels.n_cols, set.height, set.width}, s.pixels.memptr());
  };
  for (const KnownSet* known : {&mnist(), &fashion_mnist()}) {
    const auto& files = known->files;
    if (labels(set.train) != files[1].sha256 || labels(set.test) != files[3].sha256) continue;
    if (images(set.train) != files[0].sha256 || images(set.test) != files[2].sha256) {
      set.notice += set.origin + " has the labels of " + known->name + ", but other images.\n";
      continue;
    }
    set.name = known->name;
    set.class_names = known->class_names;
  }
}

}  // namespace

std::string missing_in(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) return "no such folder";
  if (error) return "cannot be read: " + error.message();
  if (!fs::is_directory(status)) return "not a folder";
  for (const KnownFile& file : mnist().files) {
    if (!find_file(folder, file.name)) return "no " + file.name + "[.gz] in it";
  }
  return {};
}

Dataset read_dataset(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) fail(path, "no such file or folder");
  if (error) fail(path, "cannot be read: " + error.message());
  Dataset set;
  try {
    set = fs::is_directory(status) ? read_idx_folder(path) : read_npz(path);
  } catch (const std::bad_alloc&) {
    fail(path, "does not fit into memory");
  }

  set.name = set.origin = path.string();
  set.class_names = mnist().class_names;
  recognise(set);
  return set;
}

}  // namespace armagrad::apps
