// Drawings fitted as MNIST's digits.
#define BOOST_TEST_MODULE drawing
#include <armadillo>
#include <armagrad/random.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>

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

/// The picture of these greys, opaque.
ColourPicture colour_picture_of(const Grey& greys) {
  ColourPicture picture{arma::fcube(greys.n_rows, greys.n_cols, 4, arma::fill::ones), greys.n_cols, greys.n_rows};
  for (arma::uword c = 0; c < 3; ++c) picture.colours.slice(c) = arma::conv_to<arma::fmat>::from(greys) / 255;
  return picture;
}

/// The only digit in it.
Drawing fitted_digit(const Grey& picture, arma::uword width, arma::uword height) {
  const std::vector<Drawing> all = fitted_digits(colour_picture_of(picture), width, height);
  BOOST_REQUIRE(all.size() == 1u);
  return all[0];
}

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
    same(paper, 0.3);  // short ends of the lines are left at the strokes that cross them
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

namespace {

/// As light falls on paper, from 0 (none) to 1.
Grey lit(const Grey& paper, const std::function<double(double, double)>& light) {
  Grey picture = paper;
  for (arma::uword i = 0; i < paper.n_rows; ++i) {
    for (arma::uword j = 0; j < paper.n_cols; ++j)
      picture(i, j) = static_cast<unsigned char>(paper(i, j) * light(double(i), double(j)));
  }
  return picture;
}

Grey sheared(const Grey& paper, double slant) {
  Grey picture(paper.n_rows, paper.n_cols, arma::fill::value(250));
  for (arma::uword i = 0; i < paper.n_rows; ++i) {
    const double shift = slant * (double(i) - 100);
    for (arma::uword j = 0; j < paper.n_cols; ++j) {
      const double from = double(j) - shift;
      if (from >= 0 && from < double(paper.n_cols)) picture(i, j) = paper(i, arma::uword(from));
    }
  }
  return picture;
}

}  // namespace

BOOST_AUTO_TEST_CASE(light_does_not_matter) {
  const Grey paper = strokes(300, 200, 8, seven);
  const arma::mat plain = fitted_digit(paper, 28, 28).image;
  const auto same = [&](const std::function<double(double, double)>& light) {
    BOOST_TEST(difference(fitted_digit(lit(paper, light), 28, 28).image, plain) < 0.1);
  };
  same([](double i, double) { return 0.4 + i / 500; });
  same([](double i, double j) { return 1 - (std::pow(i - 150, 2) + std::pow(j - 100, 2)) / 40000; });
  same([](double i, double j) { return i + j < 200 ? 1 : 0.45; });  // the edge of a shadow crosses the digit
  same([](double i, double) { return i < 100 ? 1 : 0.45; });
}

BOOST_AUTO_TEST_CASE(noise_does_not_matter) {
  const arma::mat plain = fitted_digit(strokes(300, 200, 8, seven), 28, 28).image;
  armagrad::Random random(3);
  Grey salt_and_pepper = strokes(300, 200, 8, seven), grain = salt_and_pepper;
  for (unsigned char& v : salt_and_pepper) {
    const double u = random.uniform();
    v = u < 0.04 ? 0 : u > 0.96 ? 255 : v;
  }
  for (unsigned char& v : grain) v = static_cast<unsigned char>(std::clamp(v + 8 * random.normal(), 0.0, 255.0));
  BOOST_TEST(difference(fitted_digit(salt_and_pepper, 28, 28).image, plain) < 0.2);
  BOOST_TEST(difference(fitted_digit(grain, 28, 28).image, plain) < 0.15);
}

/// Pens from 1.5 to 3.1 pixels are left alone where digits are 20 pixels large; others become one of these.
BOOST_AUTO_TEST_CASE(pens_of_any_width) {
  const double usual = arma::accu(fitted_digit(strokes(300, 200, 14, seven), 28, 28).image);
  for (const double pen : {2, 4, 8, 20, 30, 36}) {
    const double ink = arma::accu(fitted_digit(strokes(300, 200, pen, seven), 28, 28).image);
    BOOST_TEST((ink > 0.5 * usual && ink < 1.9 * usual), "pen " << pen << ": " << ink << " to " << usual);
  }
}

BOOST_AUTO_TEST_CASE(slanted_digits_stand_up) {
  const auto columns = [](double slant) {
    const Grey one = sheared(strokes(300, 200, 10, {{40, 100}, {160, 100}}), slant);
    return int(arma::uvec(arma::find(arma::sum(fitted_digit(one, 28, 28).image, 0))).n_elem);
  };
  BOOST_TEST(columns(0) <= 4);
  BOOST_TEST(columns(0.4) <= 4);                    // 9 if it were left alone
  BOOST_TEST(columns(-0.6) <= columns(-0.25) + 1);  // many digits of MNIST are slanted so
}

/// A colour that is hardly darker than the paper, and ink without paper.
BOOST_AUTO_TEST_CASE(colours_and_opacity) {
  const Grey paper = strokes(300, 200, 8, seven);
  const arma::mat plain = fitted_digit(paper, 28, 28).image;
  const arma::fmat ink = arma::conv_to<arma::fmat>::from(paper < 100);
  ColourPicture picture{arma::fcube(300, 200, 4, arma::fill::ones), 200, 300};
  const auto same = [&](double most) {
    const std::vector<Drawing> all = fitted_digits(picture, 28, 28);
    BOOST_REQUIRE(all.size() == 1u);
    BOOST_TEST(difference(all[0].image, plain) < most);
  };
  picture.colours.slice(2) = 1 - ink;  // yellow on white
  same(0.05);
  picture.colours.slice(0) = picture.colours.slice(1) = 0.5f * ink + 0.2f;
  picture.colours.slice(2).fill(0.3f);
  same(0.05);
  for (const float grey : {0.0f, 1.0f}) {
    for (arma::uword c = 0; c < 3; ++c) picture.colours.slice(c).fill(grey);
    picture.colours.slice(3) = ink;
    same(0.05);
    BOOST_TEST(fitted_digits(picture, 28, 28)[0].light_on_dark == (grey == 1));
  }
}

BOOST_AUTO_TEST_CASE(several_digits) {
  Grey paper(300, 500, arma::fill::value(250));
  paper.cols(0, 199) = strokes(300, 200, 8, seven);
  paper.cols(200, 399) = strokes(300, 200, 8, {{45, 100}, {150, 96}});
  const std::vector<Drawing> both = fitted_digits(colour_picture_of(paper), 28, 28);
  BOOST_REQUIRE(both.size() == 2u);
  BOOST_TEST((both[0].left < both[1].left && both[1].width < 30));
  BOOST_TEST(difference(both[0].image, fitted_digit(strokes(300, 200, 8, seven), 28, 28).image) < 0.05);
  // A stroke apart, as of a 5, is a part of its digit.
  Grey five = strokes(300, 200, 8, {{50, 60}, {50, 90}});
  five = arma::min(five, strokes(300, 200, 8, {{62, 60}, {100, 60}, {110, 100}, {150, 95}, {160, 60}}));
  BOOST_TEST(fitted_digits(colour_picture_of(five), 28, 28).size() == 1u);
  BOOST_TEST(fitted_digit(five, 28, 28).top < 50u);
  // So are the halves of one whose line is interrupted, though each might be a digit.
  const Grey upper = strokes(300, 200, 8, {{75, 70}, {40, 120}}), lower = strokes(300, 200, 8, {{88, 65}, {160, 80}});
  BOOST_TEST(fitted_digits(colour_picture_of(arma::min(upper, lower)), 28, 28).size() == 1u);
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
