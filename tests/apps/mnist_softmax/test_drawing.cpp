// Drawings fitted as MNIST's digits.
#define BOOST_TEST_MODULE drawing
#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/mnist_softmax/drawing/fitted_drawing.hpp"

using namespace armagrad::apps;

namespace {

using Grey = arma::Mat<unsigned char>;

/// White paper with black strokes of a pen: from point to point, (row, column).
Grey strokes(arma::uword height, arma::uword width, double pen, const std::vector<std::pair<double, double>>& points) {
  Grey paper(height, width, arma::fill::value(250));
  for (std::size_t k = 1; k < points.size(); ++k) {
    for (double t = 0; t <= 1; t += 1e-3) {
      const double y = points[k - 1].first + t * (points[k].first - points[k - 1].first),
                   x = points[k - 1].second + t * (points[k].second - points[k - 1].second);
      for (double i = std::floor(y - pen / 2); i <= y + pen / 2; ++i) {
        for (double j = std::floor(x - pen / 2); j <= x + pen / 2; ++j) paper(arma::uword(i), arma::uword(j)) = 10;
      }
    }
  }
  return paper;
}
const std::vector<std::pair<double, double>> seven{{40, 60}, {40, 120}, {160, 80}};

double difference(const arma::mat& a, const arma::mat& b) {
  return std::sqrt(arma::accu(arma::square(a - b)) / arma::accu(arma::square(b)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_digit_is_where_mnist_has_it) {
  const Drawing d = fitted_digit(strokes(300, 200, 8, seven), 28, 28);
  BOOST_TEST(!d.light_on_dark);
  BOOST_TEST((d.left >= 54 && d.left <= 57 && d.top >= 34 && d.top <= 37), d.left << ", " << d.top);
  BOOST_TEST((std::abs(int(d.width) - 68) <= 2 && std::abs(int(d.height) - 128) <= 2), d.width << "x" << d.height);
  BOOST_REQUIRE((d.image.n_rows == 28 && d.image.n_cols == 28));
  BOOST_TEST((d.image.min() >= 0 && d.image.max() == 1));
  const arma::uvec rows = arma::find(arma::sum(d.image, 1)), columns = arma::find(arma::sum(d.image, 0));
  BOOST_TEST(rows.max() - rows.min() + 1 == 20u);
  BOOST_TEST((columns.max() - columns.min() + 1 >= 10 && columns.max() - columns.min() + 1 <= 12));
  const double mass = arma::accu(d.image);
  const double y = arma::dot(arma::sum(d.image, 1), arma::regspace(0.5, 27.5)) / mass,
               x = arma::dot(arma::sum(d.image, 0), arma::regspace(0.5, 27.5)) / mass;
  BOOST_TEST((y >= 14 && y < 15 && x >= 14 && x < 15), y << ", " << x);  // as in every image of MNIST
}

BOOST_AUTO_TEST_CASE(what_does_not_matter) {
  const arma::mat plain = fitted_digit(strokes(300, 200, 8, seven), 28, 28).image;
  const auto same = [&](const Grey& picture, double most) {
    BOOST_TEST(difference(fitted_digit(picture, 28, 28).image, plain) < most);
  };
  Grey light = strokes(300, 200, 8, seven);
  light.transform([](unsigned char v) { return static_cast<unsigned char>(255 - v); });
  BOOST_TEST(fitted_digit(light, 28, 28).light_on_dark);
  same(light, 1e-12);

  Grey pale = strokes(300, 200, 8, seven);  // a pencil
  pale.transform([](unsigned char v) { return static_cast<unsigned char>(v / 4 + 150); });
  same(pale, 0.02);

  Grey framed = strokes(300, 200, 8, seven);
  framed.head_rows(12).fill(0);
  framed.tail_rows(12).fill(0);
  framed.head_cols(12).fill(0);
  framed.tail_cols(12).fill(0);
  same(framed, 0.02);

  Grey boxed = strokes(300, 200, 8, seven);
  for (const arma::uword k : {8, 9, 10, 11}) {
    boxed.submat(k, 8, arma::size(1, 184)).fill(30);
    boxed.submat(299 - k, 8, arma::size(1, 184)).fill(30);
    boxed.submat(8, k, arma::size(284, 1)).fill(30);
    boxed.submat(8, 199 - k, arma::size(284, 1)).fill(30);
  }
  same(boxed, 0.02);

  for (const bool squared : {false, true}) {
    Grey paper = strokes(300, 200, 8, seven);
    for (arma::uword k = 15; k < 300; k += 30) {
      paper.rows(k, k + 1).transform([](unsigned char v) { return std::min<unsigned char>(v, 100); });
      if (squared && k < 200)
        paper.cols(k, k + 1).transform([](unsigned char v) { return std::min<unsigned char>(v, 100); });
    }
    same(paper, 0.15);
  }

  Grey specks = strokes(300, 200, 8, seven);
  specks.submat(200, 150, 205, 155).fill(0);
  specks(10, 10) = 0;
  same(specks, 0.02);

  Grey moved(900, 700, arma::fill::value(250));
  moved.submat(500, 400, arma::size(300, 200)) = strokes(300, 200, 8, seven);
  same(moved, 0.02);
  // In a picture of its own size the digit touches the sides.
  same(strokes(300, 200, 8, seven).submat(36, 56, 163, 123), 0.12);
}

BOOST_AUTO_TEST_CASE(a_thin_pen_is_made_thicker) {
  const arma::mat thin = fitted_digit(strokes(300, 200, 2, seven), 28, 28).image;
  BOOST_TEST(arma::accu(thin) > 25);  // of at least 32 pixels' length
}

BOOST_AUTO_TEST_CASE(nothing_to_find) {
  for (const Grey& blank :
       {Grey(30, 30, arma::fill::value(255)), Grey(30, 30, arma::fill::zeros), Grey(1, 1, arma::fill::zeros)}) {
    BOOST_CHECK_EXCEPTION(fitted_digit(blank, 28, 28), std::runtime_error,
                          [](const auto& e) { return std::string(e.what()).starts_with("is blank"); });
  }
  Grey specks(100, 100, arma::fill::value(255));
  specks(20, 20) = specks(70, 30) = 0;
  BOOST_CHECK_EXCEPTION(fitted_digit(specks, 28, 28), std::runtime_error,
                        [](const auto& e) { return std::string(e.what()).find("specks") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(sizes_of_all_kinds) {
  for (const arma::uword n : {2, 3, 7, 28, 3000}) {
    Grey picture(n, n + n / 2, arma::fill::value(255));
    picture.submat(n / 3, n / 3, arma::size(std::max<arma::uword>(2, n / 4), std::max<arma::uword>(2, n / 4))).fill(0);
    for (const arma::uword side : {1, 6, 28}) {
      try {
        const arma::mat image = fitted_digit(picture, side, side).image;
        BOOST_TEST((image.n_rows == side && image.is_finite()));
      } catch (const std::runtime_error&) {
        BOOST_TEST(n <= 3);  // where the ink is no less than half of it
      }
    }
  }
}
