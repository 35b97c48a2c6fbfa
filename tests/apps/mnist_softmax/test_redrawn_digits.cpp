// MNIST's test digits redrawn on paper, as PNG files, and recognised.
#define BOOST_TEST_MODULE mnist_softmax_redrawn_digits
#include <png.h>

#include <armadillo>
#include <armagrad/random.hpp>
#include <boost/test/unit_test.hpp>

#include "apps/datasets/data.hpp"
#include "tests/support/program.hpp"
#include "tests/support/skip.hpp"

using namespace armagrad;
using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

using Grey = arma::Mat<unsigned char>;

/// An image redrawn `factor` times as large, by bilinear interpolation.
arma::mat enlarged(const arma::mat& image, arma::uword factor) {
  arma::mat large(image.n_rows * factor, image.n_cols * factor);
  const auto at = [](arma::uword k, arma::uword s, arma::uword n) {
    return std::clamp((double(k) + 0.5) / double(s) - 0.5, 0.0, double(n) - 1.001);
  };
  for (arma::uword i = 0; i < large.n_rows; ++i) {
    for (arma::uword j = 0; j < large.n_cols; ++j) {
      const double y = at(i, factor, image.n_rows), x = at(j, factor, image.n_cols);
      const auto a = arma::uword(y), b = arma::uword(x);
      const double v = y - double(a), u = x - double(b);
      large(i, j) = (1 - v) * ((1 - u) * image(a, b) + u * image(a, b + 1)) +
                    v * ((1 - u) * image(a + 1, b) + u * image(a + 1, b + 1));
    }
  }
  return large;
}

/// Somewhere on a larger sheet, grey on light, with noise, and specks along the border.
Grey on_paper(const arma::mat& ink, Random& random) {
  const arma::uword margin = 10 + random.below(60), more = 150;
  arma::mat sheet(ink.n_rows + 2 * margin + random.below(more), ink.n_cols + 2 * margin + random.below(more),
                  arma::fill::zeros);
  const arma::uword top = margin + random.below(sheet.n_rows - ink.n_rows - 2 * margin + 1),
                    left = margin + random.below(sheet.n_cols - ink.n_cols - 2 * margin + 1);
  sheet.submat(top, left, arma::size(ink)) = ink;
  for (int k = 0; k < 600; ++k) {
    const arma::uword inset = random.below(8), i = random.below(sheet.n_rows), j = random.below(sheet.n_cols);
    const double speck = random.uniform();
    switch (k % 4) {
      case 0:
        sheet(inset, j) = speck;
        break;
      case 1:
        sheet(sheet.n_rows - 1 - inset, j) = speck;
        break;
      case 2:
        sheet(i, inset) = speck;
        break;
      default:
        sheet(i, sheet.n_cols - 1 - inset) = speck;
    }
  }
  sheet = 235 - 200 * sheet;
  for (double& v : sheet) v = std::clamp(v + 4 * random.normal(), 0.0, 255.0);
  return arma::conv_to<Grey>::from(sheet);
}

void write_png(const std::filesystem::path& file, const Grey& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = png_uint_32(picture.n_cols);
  image.height = png_uint_32(picture.n_rows);
  image.format = PNG_FORMAT_GRAY;
  const Grey rows = picture.t();
  BOOST_REQUIRE(png_image_write_to_file(&image, file.c_str(), 0, rows.memptr(), 0, nullptr));
}

struct RealDigits : TinySets {
  const Dataset data = load_dataset({"mnist", false});

  RealDigits() : TinySets(MNIST_SOFTMAX) {
    program.how.seconds = 300;
    program.how.mnist_dir = require_mnist().string();
  }
};

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(NeedsMnist);

/// They get the same predictions as the originals.
BOOST_FIXTURE_TEST_CASE(digits_redrawn, RealDigits) {
  constexpr arma::uword n = 200;
  succeeds("train --data mnist --train-size 20000 --epochs 4 --quiet --model digits.model");
  Random random(5);
  std::string files;
  for (arma::uword k = 0; k < n; ++k) {
    const arma::mat image = arma::reshape(scaled<double>(data.test.pixels.col(k)), 28, 28).t();
    const std::string name = std::to_string(k) + ".png";
    files += " " + name;
    write_png(folder / name, on_paper(enlarged(image, 3 + random.below(8)), random));
  }
  std::string indices = "0";
  for (arma::uword k = 1; k < n; ++k) (indices += ',') += std::to_string(k);
  const auto predictions = [&](const std::string& what) {
    const Report report = Report::parse(succeeds("predict --quiet --json - --model digits.model --data mnist" + what));
    std::vector<int> all;
    for (const auto& p : report["pictures"]) all.push_back(p["prediction"]);
    return all;
  };
  const std::vector<int> drawn = predictions(files), original = predictions(" --index " + indices);
  BOOST_REQUIRE((drawn.size() == n && original.size() == n));
  unsigned same = 0;
  for (arma::uword k = 0; k < n; ++k) same += drawn[k] == original[k];
  BOOST_TEST_MESSAGE(same << " of " << n << " redrawn digits are recognised as the originals are");
  BOOST_TEST(same >= 194u, same << " of " << n);
}
