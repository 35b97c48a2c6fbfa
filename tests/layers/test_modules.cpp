#define BOOST_TEST_MODULE modules
#include <armagrad/armagrad.hpp>
#include <armagrad/nn/dropout.hpp>
#include <armagrad/nn/losses.hpp>
#include <armagrad/nn/sequential.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
constexpr auto relu_of = [](const auto& x) { return relu(x); };

/// An image (channels of a pixel next to each other) as a cube of rows x cols x channels.
arma::cube image(const arma::vec& x, uword channels, uword height, uword width) {
  arma::cube y(height, width, channels);
  for (uword i = 0; i < height; ++i)
    for (uword j = 0; j < width; ++j)
      for (uword c = 0; c < channels; ++c) y(i, j, c) = x((i * width + j) * channels + c);
  return y;
}

/// The sum over a window, written as it is defined.
arma::vec convolved(const arma::vec& x, uword channels, int height, int width, const mat& W, const arma::vec& b,
                    int size, int padding) {
  const arma::cube in = image(x, channels, uword(height), uword(width));
  const int rows = height + 2 * padding - size + 1, cols = width + 2 * padding - size + 1;
  arma::vec y(uword(rows * cols) * W.n_cols);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j)
      for (uword f = 0; f < W.n_cols; ++f) {
        double sum = b[f];
        for (int k = 0; k < size; ++k)
          for (int l = 0; l < size; ++l)
            for (uword c = 0; c < channels; ++c) {
              const int r = i + k - padding, s = j + l - padding;
              if (r < 0 || s < 0 || r >= height || s >= width) continue;
              sum += in(uword(r), uword(s), c) * W(uword(k * size + l) * channels + c, f);
            }
        y[uword(i * cols + j) * W.n_cols + f] = sum;
      }
  return y;
}

mat run(const Sequential<double>& net, const mat& theta, const mat& x) {
  Tape<double> tape;
  return net(tape.constant(theta), tape.constant(x)).value();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(a_linear_layer) {
  const Sequential<double> net({3}, {linear<double>(2)}), bare({3}, {linear<double>(2, {.bias = false})});
  const mat theta = testing::uniform(8, 1), X = testing::uniform(3, 5);
  const mat W = net.part(theta, net.parts()[0]), b = net.part(theta, net.parts()[1]);
  BOOST_TEST((W.n_rows == 3 && W.n_cols == 2 && b.n_rows == 2 && b.n_cols == 1));
  BOOST_TEST((W(2, 1) == theta[5] && b[1] == theta[7]));
  BOOST_TEST(error(run(net, theta, X), mat(W.t() * X + arma::repmat(b, 1, 5))) < 1e-15);
  BOOST_TEST(error(run(bare, theta.head_rows(6), X), mat(W.t() * X)) < 1e-15);
}

BOOST_AUTO_TEST_CASE(convolutions_are_what_they_are_defined_to_be) {
  struct Case {
    uword channels;
    int height, width;
    uword filters;
    int size, padding;
  };
  for (const Case& c : {Case{1, 6, 5, 3, 3, 0}, Case{2, 5, 7, 4, 3, 1}, Case{3, 4, 4, 2, 4, 0}, Case{2, 3, 2, 1, 5, 2},
                        Case{1, 1, 1, 1, 1, 0}}) {
    const Sequential<double> net({c.channels, uword(c.height), uword(c.width)},
                                 {conv2d<double>(c.filters, uword(c.size), {.padding = uword(c.padding)})});
    const mat theta = testing::uniform(net.n_parameters(), 1), X = testing::uniform(net.input().total(), 3);
    const mat W = net.part(theta, net.parts()[0]), b = net.part(theta, net.parts()[1]), Y = run(net, theta, X);
    BOOST_TEST(Y.n_rows == net.output().total());
    for (uword n = 0; n < 3; ++n)
      BOOST_TEST(error(mat(Y.col(n)),
                       mat(convolved(X.col(n), c.channels, c.height, c.width, W, b, c.size, c.padding))) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(max_pooling) {
  const Sequential<double> net({2, 5, 4}, {max_pool2d<double>(2)});
  BOOST_TEST(to_string(net.output()) == "2x2x2");
  const mat X = testing::uniform(40, 3), Y = run(net, mat(0, 1), X);
  for (uword n = 0; n < 3; ++n) {
    const arma::cube in = image(X.col(n), 2, 5, 4);
    for (uword i = 0; i < 2; ++i)
      for (uword j = 0; j < 2; ++j)
        for (uword c = 0; c < 2; ++c)
          BOOST_TEST(Y((i * 2 + j) * 2 + c, n) == in.slice(c).eval().submat(2 * i, 2 * j, 2 * i + 1, 2 * j + 1).max());
  }
  mat with_nan = X;
  with_nan[5] = not_a_number;
  BOOST_TEST(run(net, mat(0, 1), with_nan).has_nan());
}

BOOST_AUTO_TEST_CASE(a_whole_net_and_its_gradient) {
  const Sequential<double> net(
      {1, 8, 8},
      {conv2d<double>(3, 3, {.padding = 1}), max_pool2d<double>(2), activation<double>("relu", relu_of),
       linear<double>(5), activation<double>("tanh", [](const auto& x) { return tanh(x); }), linear<double>(4)});
  const mat theta = net.initial(Random(1)), X = testing::uniform(64, 6);
  const mat Y = mat(4, 4, arma::fill::eye).eval().cols(arma::uvec{0, 1, 2, 3, 1, 0});
  const auto loss = [&](auto t) { return cross_entropy<double>(net(t, t.tape().constant(view(X))), Y); };
  const auto value = [&](const mat& t) {
    Tape<double> tape;
    return loss(tape.constant(t)).scalar();
  };
  BOOST_TEST(error(gradient(loss, theta), differences(value, theta)) < 1e-7);
  BOOST_TEST(check_gradient(loss, theta).passed());
}

BOOST_AUTO_TEST_CASE(names_counts_and_the_table) {
  const Sequential<double> net({1, 28, 28}, {conv2d<double>(16, 5, {.padding = 2}), max_pool2d<double>(2),
                                             activation<double>("relu", relu_of), linear<double>(10, {.bias = false})});
  BOOST_REQUIRE(net.parts().size() == 3U);
  BOOST_TEST(net.parts()[0].name == "0.weight");
  BOOST_TEST(net.parts()[1].name == "0.bias");
  BOOST_TEST(net.parts()[2].name == "3.weight");
  BOOST_TEST(net.n_parameters() == 25U * 16 + 16 + 16 * 14 * 14 * 10);
  std::ostringstream out;
  out << net;
  check_says(out.str(), {"conv2d      16x28x28    weight 25x16, bias 16x1", "max_pool2d  16x14x14", "31776"});
}

BOOST_AUTO_TEST_CASE(initialisers) {
  const auto drawn = [](Initial initial) {
    const Sequential<double> net({200}, {linear<double>(300, {.initial = initial})});
    const mat theta = net.initial(Random(5));
    BOOST_TEST(arma::abs(theta.tail_rows(300)).max() == 0);  // the bias
    return arma::vec(theta.head_rows(60000));
  };
  BOOST_TEST(arma::abs(drawn(zeros())).max() == 0);
  const arma::vec u = drawn(armagrad::uniform(-2, 3)), n = drawn(normal(0.01)), g = drawn(glorot()), h = drawn(he());
  BOOST_TEST((u.min() >= -2 && u.max() < 3 && std::abs(arma::mean(u) - 0.5) < 0.02));
  BOOST_TEST(std::abs(arma::stddev(n) / 0.01 - 1) < 0.02);
  const double bound = std::sqrt(6. / 500);
  BOOST_TEST((arma::abs(g).max() <= bound && arma::abs(g).max() > 0.99 * bound));
  BOOST_TEST(std::abs(arma::stddev(g) / (bound / std::sqrt(3)) - 1) < 0.02);
  BOOST_TEST(std::abs(arma::stddev(h) / std::sqrt(2. / 200) - 1) < 0.02);
}

BOOST_AUTO_TEST_CASE(dropout_by_keys) {
  const mat X = testing::uniform(1000, 50, 1, 2), keys = dropout_keys<double>(Random(1, 1), 50),
            others = dropout_keys<double>(Random(1, 2), 50);
  const auto thin = [&](const mat& x, const mat& k, std::uint32_t salt) {
    Tape<double> tape;
    return thinned(tape.constant(x), tape.constant(k), 0.2, salt).value();
  };
  const mat Y = thin(X, keys, 3);
  const double kept = double(arma::accu(Y != 0)) / Y.n_elem;
  BOOST_TEST(std::abs(kept - 0.8) < 0.01);
  const mat mask = arma::conv_to<mat>::from(Y != 0);
  BOOST_TEST(error(Y, mat(mask % X / 0.8)) < 1e-15);
  BOOST_TEST(error(Y, thin(X, keys, 3)) == 0);
  BOOST_TEST(error(Y, thin(X, others, 3)) > 0);
  BOOST_TEST(error(Y, thin(X, keys, 4)) > 0);
  BOOST_TEST(error(mat(Y.tail_cols(20)), thin(X.tail_cols(20), keys.tail_cols(20), 3)) == 0);  // a sample's own
  // The same entries in float, in the gradient, and in the second derivative.
  Tape<float> tape;
  const arma::fmat Z = thinned(tape.constant(arma::conv_to<arma::fmat>::from(X)),
                               tape.constant(arma::conv_to<arma::fmat>::from(keys)), 0.2, 3)
                           .value();
  BOOST_TEST(arma::all(arma::vectorise((Z != 0) == (Y != 0))));
  const auto loss = [&](auto x) { return accu(square(thinned(x, x.tape().constant(keys), 0.2, 3))) / 2; };
  BOOST_TEST(error(gradient(loss, X), mat(mask % X / 0.64)) < 1e-14);
  BOOST_TEST(error(hessian_vector_product(loss, X, X), mat(mask % X / 0.64)) < 1e-14);
  BOOST_TEST(check_gradient(loss, X).passed());
}

BOOST_AUTO_TEST_CASE(what_does_not_fit) {
  using Net = Sequential<double>;
  check_says(refusal([] { Net({1, 4, 4}, {conv2d<double>(3, 5)}); }), {"conv2d", "5x5", "4x4"});
  check_says(refusal([] { Net({1, 4, 4}, {max_pool2d<double>(5)}); }), {"max_pool2d", "5x5", "4x4"});
  check_says(refusal([] { Net({1, 4, 4}, {conv2d<double>(3, 0)}); }), {"conv2d"});
  check_says(refusal([] { dropout<double>(1); }), {"dropout", "[0, 1)"});
  const Net net({3}, {linear<double>(2)});
  check_says(refusal([&] { run(net, mat(7, 1), mat(3, 1)); }), {"7x1", "8"});
  check_says(refusal([&] { run(net, mat(8, 1), mat(4, 1)); }), {"samples of 4", "3"});
  Tape<double> tape;
  const auto x = tape.constant(mat(15, 2));
  check_says(refusal([&] { patches(x, Window{1, 4, 4, 2, 1, 0}); }), {"patches", "1x4x4", "15"});
  check_says(refusal([&] { max_pool(x, Window{1, 5, 3, 2, 1, 1}); }), {"max_pool", "beyond"});
  check_says(refusal([&] { patches(x, Window{1, 5, 3, 2, 0, 0}); }), {"patches", "stride 0"});
}

BOOST_AUTO_TEST_SUITE_END()
