#include "data_files.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "apps/io/data_error.hpp"
#include "apps/io/data_stream.hpp"
#include "apps/io/foreign_file.hpp"
#include "apps/io/idx.hpp"
#include "data_known.hpp"

namespace armagrad::apps {

const std::vector<std::string>& digits() { return mnist().class_names; }

namespace {

namespace fs = std::filesystem;
using std::string_literals::operator""s;

RawSet read_folder(const fs::path& folder, const DataOptions& options) {
  if (auto set = read_idx_set(folder)) return *std::move(set);
  if (auto set = read_npy_set(folder, options.keys)) return *std::move(set);
  if (auto set = read_csv_set(folder)) return *std::move(set);
  if (auto set = read_picture_set(folder)) return *std::move(set);
  fail(folder, missing_in(folder) + ", nor x_train.npy, train.csv, or pictures in a folder for each class");
}

/// By the first bytes, of a gzip file those in it.
RawSet read_file(const fs::path& file, const DataOptions& options) {
  std::string first(512, '\0');
  DecodedFile source(file);
  first.resize(source.read(reinterpret_cast<unsigned char*>(first.data()), first.size()));
  if (first.starts_with("PK") || file.extension() == ".npz") return read_npz_set(file, options.keys);
  refuse_foreign(file, first);
  if (first.starts_with("\x93NUMPY")) {
    const fs::path folder = file.parent_path();
    return read_npy_set(folder.empty() ? "." : folder, options.keys).value();
  }
  if (first.starts_with("\0\0"s)) fail(file, "an IDX file alone: --data takes the folder of the four");
  const std::string line = first.substr(0, first.find('\n'));
  if (std::count(line.begin(), line.end(), ',') + std::count(line.begin(), line.end(), ';') +
          std::count(line.begin(), line.end(), '\t') >=
      4)
    return read_csv_file(file);
  fail(file, "not a data set: a folder, an .npz, .npy or CSV file is expected");
}

/// FOLDER/emnist-letters, where the folder has emnist-letters-train-images-idx3-ubyte and the others.
std::optional<RawSet> read_prefixed(const fs::path& path) {
  return read_idx_set(path.has_parent_path() ? path.parent_path() : ".", path.filename().string());
}

Samples samples_of(DataArray& images, const DataArray& labels, double white, const RawSet& raw, Images& size) {
  size = images_of(images, white);
  images.bytes = {};
  Samples samples{std::move(size.pixels), labels_of(labels, unsigned(raw.class_names.size()), raw.first_class)};
  if (samples.pixels.n_cols != samples.labels.n_elem)
    fail(labels.where, "there are " + std::to_string(samples.pixels.n_cols) + " images but " +
                           std::to_string(samples.labels.n_elem) + " labels");
  return samples;
}

/// Keeps every seventh sample for testing, so that each class has its share in a set sorted by classes.
void split_off_test(Dataset& set) {
  constexpr arma::uword step = 7;
  const arma::uword n = set.train.labels.n_elem;
  if (n < step) fail(set.origin, "too few images to keep some for testing: " + std::to_string(n));
  const arma::uvec all = arma::regspace<arma::uvec>(0, n - 1), kept = arma::regspace<arma::uvec>(step - 1, step, n - 1);
  arma::uvec left = all;
  left.shed_rows(kept);
  const Samples whole = std::move(set.train);
  set.train = {whole.pixels.cols(left), whole.labels(left)};
  set.test = {whole.pixels.cols(kept), whole.labels(kept)};
  set.notice += "No test images: every seventh of the " + std::to_string(n) + " images is kept for testing.\n";
}

/// Rows become columns.
void transpose(Samples& samples, arma::uword width, arma::uword height) {
  for (arma::uword k = 0; k < samples.pixels.n_cols; ++k) {
    const arma::Mat<unsigned char> image(samples.pixels.colptr(k), width, height);
    samples.pixels.col(k) = arma::vectorise(image.t());
  }
}

/// The mean over some images of how far the ink spreads along rows, against along columns: digits and letters are
/// higher than they are wide.
double width_to_height(const Dataset& set) {
  arma::mat ink(set.width, set.height, arma::fill::zeros);
  const arma::uword n = std::min<arma::uword>(1000, set.train.pixels.n_cols);
  double along = 0, across = 0;
  for (arma::uword k = 0; k < n; ++k) {
    const arma::Mat<unsigned char> bytes(set.train.pixels.colptr(k), set.width, set.height);
    const arma::mat image = arma::conv_to<arma::mat>::from(bytes);
    const auto variance = [total = arma::accu(image)](const arma::vec& mass) {
      if (total == 0) return 0.0;
      const arma::vec at = arma::regspace(0, double(mass.n_elem) - 1);
      const double mean = arma::dot(mass, at) / total;
      return arma::dot(mass, arma::square(at - mean)) / total;
    };
    along += variance(arma::sum(image, 1));
    across += variance(arma::sum(image, 0).t());
  }
  return across > 0 ? along / across : 1;
}

/// The mean grey along the border of some images.
double border_grey(const Dataset& set) {
  double sum = 0, count = 0;
  for (arma::uword k = 0; k < std::min<arma::uword>(1000, set.train.pixels.n_cols); ++k) {
    const arma::Mat<unsigned char> image(const_cast<unsigned char*>(set.train.pixels.colptr(k)), set.width, set.height,
                                         false, true);
    for (arma::uword j = 0; j < set.height; ++j) {
      for (arma::uword i = 0; i < set.width; ++i) {
        if (i > 0 && i + 1 < set.width && j > 0 && j + 1 < set.height) continue;
        sum += image(i, j);
        ++count;
      }
    }
  }
  return sum / count;
}

void note_odd_images(Dataset& set) {
  if (border_grey(set) > 127.5)
    set.notice += "The images look inverted, dark on light where MNIST is light on dark: --invert turns them.\n";
  constexpr double sideways = 1.25;  // 0.7 for MNIST
  if (set.width == set.height && set.width > 8 && width_to_height(set) > sideways)
    set.notice += "The images look transposed, as those of EMNIST are: --transpose turns them upright.\n";
}

Dataset assembled(RawSet raw, const fs::path& path, const DataOptions& options) {
  Dataset set;
  set.name = set.origin = path.string();
  set.files = std::move(raw.files);
  set.notice = raw.notice;
  const double white = white_of(raw.train_images);
  Images train, test;
  set.train = samples_of(raw.train_images, raw.train_labels, white, raw, train);
  if (raw.test_images) {
    set.test = samples_of(*raw.test_images, *raw.test_labels, white, raw, test);
    if (train.width != test.width || train.height != test.height) {
      const auto size = [](const Images& i) { return std::to_string(i.height) + "x" + std::to_string(i.width); };
      fail(path, "the training images are " + size(train) + ", the test images " + size(test));
    }
  } else {
    split_off_test(set);
  }
  set.width = train.width;
  set.height = train.height;
  set.class_names = std::move(raw.class_names);
  for (Samples* samples : {&set.train, &set.test}) {
    if (options.transpose) transpose(*samples, set.width, set.height);
    if (options.invert) samples->pixels.transform([](unsigned char p) { return static_cast<unsigned char>(255 - p); });
  }
  if (options.transpose) std::swap(set.width, set.height);
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

Dataset read_dataset(const fs::path& path, const DataOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  try {
    RawSet raw;
    if (status.type() == fs::file_type::not_found) {
      std::optional<RawSet> set = read_prefixed(path);
      if (!set) fail(path, "no such file or folder");
      raw = *std::move(set);
    } else {
      if (error) fail(path, "cannot be read: " + error.message());
      raw = fs::is_directory(status) ? read_folder(path, options) : read_file(path, options);
    }
    Dataset set = assembled(std::move(raw), path, options);
    recognise(set);
    if (set.name == set.origin) note_odd_images(set);
    return set;
  } catch (const std::bad_alloc&) {
    fail(path, "does not fit into memory");
  }
}

}  // namespace armagrad::apps
