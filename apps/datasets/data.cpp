#include "data.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "apps/io/data_error.hpp"
#include "apps/io/sha256.hpp"
#include "apps/text/suggestion.hpp"
#include "data_files.hpp"
#include "data_known.hpp"
#include "download.hpp"

namespace armagrad::apps {

template <class eT>
void scale(const unsigned char* bytes, arma::uword n, eT* to) {
  static const auto levels = [] {
    std::array<eT, 256> all{};
    for (std::size_t level = 0; level < all.size(); ++level) all[level] = eT(double(level) / 255.0);
    return all;
  }();
  const eT* const level = levels.data();
  for (arma::uword i = 0; i < n; ++i) to[i] = level[bytes[i]];
}

template <class eT>
arma::Mat<eT> scaled(const arma::Mat<unsigned char>& pixels) {
  arma::Mat<eT> result(pixels.n_rows, pixels.n_cols, arma::fill::none);
  scale(pixels.memptr(), pixels.n_elem, result.memptr());
  return result;
}

template <class eT>
arma::Mat<eT> one_hot(const arma::Col<unsigned char>& labels, arma::uword classes) {
  arma::Mat<eT> result(classes, labels.n_elem, arma::fill::zeros);
  for (arma::uword i = 0; i < labels.n_elem; ++i) {
    if (labels[i] >= classes) {
      throw std::runtime_error("label " + std::to_string(labels[i]) + " at position " + std::to_string(i) +
                               " is not one of " + std::to_string(classes) + " classes");
    }
    result(labels[i], i) = eT(1);
  }
  return result;
}

template void scale(const unsigned char*, arma::uword, float*);
template void scale(const unsigned char*, arma::uword, double*);
template arma::Mat<float> scaled(const arma::Mat<unsigned char>&);
template arma::Mat<double> scaled(const arma::Mat<unsigned char>&);
template arma::Mat<float> one_hot(const arma::Col<unsigned char>&, arma::uword);
template arma::Mat<double> one_hot(const arma::Col<unsigned char>&, arma::uword);

std::string training_digest(const Dataset& set, arma::uword n) {
  const std::string size =
      std::to_string(set.height) + "x" + std::to_string(set.width) + "x" + std::to_string(n) + "\n";
  Sha256 hash;
  hash.update(size.data(), size.size());
  hash.update(set.train.pixels.memptr(), set.train.pixels.n_rows * n);
  hash.update(set.train.labels.memptr(), n);
  return hash.hex_digest();
}

namespace {

namespace fs = std::filesystem;

using Tried = std::vector<std::string>;

const std::string mnist_name = "mnist", fashion_name = "fashion";

std::string joined(const Tried& tried) {
  std::string text;
  for (const std::string& place : tried) text += (text.empty() ? "" : "; ") + place;
  return text;
}

/// Reads the folder if it holds the set called `name`, and else notes why not.
std::optional<Dataset> read_if(const fs::path& folder, const std::string& name, Tried& tried) {
  std::string reason = missing_in(folder);
  if (reason.empty()) {
    Dataset set = read_dataset(folder);
    if (set.name == name) return set;
    reason = "holds another set than " + name;
  }
  tried.push_back(folder.string() + ": " + reason);
  return std::nullopt;
}

Dataset read_mnist_dir(const std::string& mnist_dir, bool only_mnist) {
  Dataset set;
  try {
    set = read_dataset(mnist_dir);
  } catch (const std::runtime_error& error) {
    fail("MNIST_DIR", error.what());
  }
  if (set.name == mnist().name) return set;
  const std::string what =
      set.name == fashion_mnist().name ? "holds Fashion-MNIST (clothes), not MNIST" : "holds a set that is not MNIST";
  if (only_mnist) fail("MNIST_DIR", set.origin + ": " + what);
  set.notice += "MNIST_DIR (" + set.origin + ") " + what + ".\n";
  return set;
}

/// Plain files that are not MNIST's come before those that were fetched: they step aside.
void set_damaged_aside(const fs::path& folder, const DownloadWatch& watch) {
  for (const KnownFile& known : mnist().files) {
    const fs::path plain = folder / known.name, aside = folder / (known.name + ".damaged");
    std::error_code error;
    if (!fs::is_regular_file(plain, error) || is_known(plain, known)) continue;
    fs::rename(plain, aside, error);
    watch.say(plain.string() + " is damaged" + (error ? "" : ": renamed to " + aside.string()));
  }
}

/// The set in the cache, which is fetched where the cache has none or a damaged one.
std::optional<Dataset> read_cache(const fs::path& folder, const DataPlaces& places, bool offline, Tried& tried) {
  try {
    if (std::optional<Dataset> set = read_if(folder, mnist().name, tried)) return set;
    if (offline) return std::nullopt;
  } catch (const std::runtime_error& error) {
    if (offline) throw;
    places.watch.say(error.what());
  }
  try {
    download_files(mnist().files, folder, places.mirrors, places.protocols, places.watch);
    set_damaged_aside(folder, places.watch);
  } catch (const std::runtime_error& error) {
    tried.emplace_back(error.what());
    return std::nullopt;
  }
  return read_if(folder, mnist().name, tried);
}

std::optional<Dataset> find_mnist(const DataOptions& options, const DataPlaces& places, Tried& tried) {
  if (!places.mnist_dir.empty()) return read_mnist_dir(places.mnist_dir, options.data == mnist_name);
  tried.emplace_back("MNIST_DIR is not set");
  if (!places.cache.empty()) return read_cache(places.cache / "mnist", places, options.offline, tried);
  tried.emplace_back("no cache folder: neither XDG_CACHE_HOME nor HOME is set");
  return std::nullopt;
}

std::optional<Dataset> find_fashion(const DataPlaces& places, Tried& tried) {
  std::optional<Dataset> set = read_if(places.fashion, fashion_mnist().name, tried);
  if (!set && !places.cache.empty()) set = read_if(places.cache / "fashion", fashion_mnist().name, tried);
  return set;
}

/// "; did you mean data/mnist?", among the sets that have names and what is beside the missing file.
std::string similar_to(const fs::path& missing) {
  std::vector<std::string> known{mnist_name, fashion_name};
  const fs::path folder = missing.parent_path();
  std::error_code error;
  constexpr std::size_t most = 1000;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (known.size() < most) known.push_back((folder / entry->path().filename()).string());
  }
  return did_you_mean(missing.string(), known);
}

/// A folder called like a set with a name is not that set.
void note_namesake(const DataOptions& options, Dataset& set) {
  std::error_code error;
  if (!options.data.empty() && fs::exists(options.data, error))
    set.notice += "--data " + options.data + " is the set of this name; the one that lies here is --data ./" +
                  options.data + ".\n";
}

}  // namespace

DataPlaces standard_places() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  DataPlaces places;
  places.mnist_dir = variable("MNIST_DIR");
  const fs::path xdg = variable("XDG_CACHE_HOME");
  const fs::path home = variable("HOME");
  if (xdg.is_absolute()) {
    places.cache = xdg / "armagrad";
  } else if (!home.empty()) {
    places.cache = home / ".cache" / "armagrad";
  }
  places.fashion = "/usr/share/datasets/fashion-mnist";
  places.mirrors = mnist_mirrors();
  if (const std::string mirror = variable("MNIST_MIRROR"); !mirror.empty()) {
    places.mirrors = {mirror + (mirror.ends_with('/') ? "" : "/")};
    places.protocols = "https,http,file";
  }
  return places;
}

Dataset load_dataset(const DataOptions& options, const DataPlaces& places) {
  Tried tried;
  if (options.data == fashion_name) {
    if (std::optional<Dataset> set = find_fashion(places, tried)) {
      note_namesake(options, *set);
      return *std::move(set);
    }
    fail("Fashion-MNIST not found", joined(tried) + " (Debian's package dataset-fashion-mnist has it)");
  }
  if (!options.data.empty() && options.data != mnist_name) {
    std::error_code error;
    if (!fs::exists(options.data, error)) fail(options.data, "no such file or folder" + similar_to(options.data));
    return read_dataset(options.data);
  }

  if (std::optional<Dataset> set = find_mnist(options, places, tried)) {
    note_namesake(options, *set);
    return *std::move(set);
  }
  const std::string how = std::string(options.offline ? "leave out --offline" : "try again with a network") +
                          ", or set MNIST_DIR to a folder with its IDX files";
  if (options.data == mnist_name) fail("MNIST not found", joined(tried) + " (to get it: " + how + ")");

  const std::string searched = joined(tried);
  std::optional<Dataset> set = find_fashion(places, tried);
  if (!set) fail("MNIST not found", joined(tried) + " (to get it: " + how + ")");
  set->notice = "This is Fashion-MNIST (clothes, not digits), from " + set->origin + ".\n" +
                "No MNIST was found: " + searched + ".\n" +
                "Softmax regression reaches an accuracy of about .84 on it (about .92 on MNIST).\n" +
                "To get MNIST: " + how + ".\n";
  return *std::move(set);
}

}  // namespace armagrad::apps
