#include "filters.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace armagrad::apps {

namespace {

using arma::mat;
using arma::umat;
using arma::uword;

/// m x n: each new pixel is the mean of the old ones that it covers, weighted by the area covered.
arma::sp_mat averaging(uword m, uword n) {
  std::vector<uword> rows, cols;
  std::vector<double> weights;
  const double step = double(n) / double(m);
  for (uword i = 0; i < m; ++i) {
    const double begin = double(i) * step, end = begin + step;
    for (uword j = uword(begin); j < n && double(j) < end; ++j) {
      const double overlap = std::min(end, double(j) + 1) - std::max(begin, double(j));
      if (overlap <= 0) continue;
      rows.push_back(i);
      cols.push_back(j);
      weights.push_back(overlap / step);
    }
  }
  umat places(2, rows.size());
  places.row(0) = arma::urowvec(rows);
  places.row(1) = arma::urowvec(cols);
  return {places, arma::vec(weights), m, n};
}

/// The largest value within `radius` down each column, in three steps per pixel whatever the radius: van Herk, "A fast
/// algorithm for local minimum and maximum filters on rectangular and octagonal kernels", 1992.
mat max_down(const mat& image, uword radius) {
  const uword n = image.n_rows, window = 2 * radius + 1;
  const uword blocks = (n + 2 * radius + window - 1) / window, padded = blocks * window;
  std::vector<double> x(padded, -arma::datum::inf), forward(padded), backward(padded);
  mat result(arma::size(image));
  for (uword j = 0; j < image.n_cols; ++j) {
    std::copy_n(image.colptr(j), n, x.begin() + std::ptrdiff_t(radius));
    for (uword k = 0; k < padded; ++k) forward[k] = k % window ? std::max(forward[k - 1], x[k]) : x[k];
    for (uword k = padded; k-- > 0;) backward[k] = (k + 1) % window ? std::max(backward[k + 1], x[k]) : x[k];
    double* to = result.colptr(j);
    for (uword i = 0; i < n; ++i) to[i] = std::max(backward[i], forward[i + window - 1]);
  }
  return result;
}

}  // namespace

mat scaled_to(const mat& image, uword height, uword width) {
  const mat lower = averaging(height, image.n_rows) * image;
  return (averaging(width, image.n_cols) * lower.t()).t();
}

mat local_max(const mat& image, uword radius) { return max_down(max_down(image, radius).t(), radius).t(); }

mat local_min(const mat& image, uword radius) { return -local_max(-image, radius); }

mat local_median(const mat& image, uword radius) {
  mat result(arma::size(image));
  std::vector<double> values;
  for (uword j = 0; j < image.n_cols; ++j) {
    for (uword i = 0; i < image.n_rows; ++i) {
      values.clear();
      for (uword x = j - std::min(j, radius); x <= std::min(j + radius, image.n_cols - 1); ++x) {
        const double* column = image.colptr(x);
        values.insert(values.end(), column + (i - std::min(i, radius)),
                      column + std::min(i + radius, image.n_rows - 1) + 1);
      }
      const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
      std::nth_element(values.begin(), middle, values.end());
      result.at(i, j) = *middle;
    }
  }
  return result;
}

mat blurred(mat image, uword radius) {
  for (int pass = 0; pass < 2; ++pass) {
    const uword n = image.n_rows;
    mat sums(n + 1, image.n_cols, arma::fill::zeros);
    sums.tail_rows(n) = arma::cumsum(image);
    for (uword j = 0; j < image.n_cols; ++j) {
      const double* sum = sums.colptr(j);
      double* to = image.colptr(j);
      for (uword i = 0; i < n; ++i) {
        const uword begin = i - std::min(i, radius), end = std::min(i + radius + 1, n);
        to[i] = (sum[end] - sum[begin]) / double(end - begin);
      }
    }
    image = image.t().eval();
  }
  return image;
}

mat depth(const umat& mask, bool border_is_outside) {
  // Borgefors' distance, "Distance transformations in digital images", 1986: steps of 3 to the side, 4 to the corner.
  const uword h = mask.n_rows, w = mask.n_cols;
  mat d(h + 2, w + 2, arma::fill::value(border_is_outside ? 0.0 : 1e9));
  for (uword j = 0; j < w; ++j)
    for (uword i = 0; i < h; ++i) d.at(i + 1, j + 1) = mask.at(i, j) ? 1e9 : 0;
  const auto closer = [&d](uword i, uword j, std::ptrdiff_t di, std::ptrdiff_t dj, double step) {
    double& here = d.at(i, j);
    here = std::min(here, d.at(i + uword(di), j + uword(dj)) + step);
  };
  for (uword j = 1; j <= w; ++j) {
    for (uword i = 1; i <= h; ++i) {
      closer(i, j, -1, 0, 3);
      closer(i, j, -1, -1, 4);
      closer(i, j, 0, -1, 3);
      closer(i, j, 1, -1, 4);
    }
  }
  for (uword j = w; j >= 1; --j) {
    for (uword i = h; i >= 1; --i) {
      closer(i, j, 1, 0, 3);
      closer(i, j, 1, 1, 4);
      closer(i, j, 0, 1, 3);
      closer(i, j, -1, 1, 4);
    }
  }
  return d.submat(1, 1, h, w) / 3;
}

double otsu(const arma::vec& values) {
  arma::vec counts(256, arma::fill::zeros);
  for (const double v : values) counts(uword(std::lround(255 * v))) += 1;
  const arma::vec levels = arma::regspace(0, 255), below = arma::cumsum(counts), sums = arma::cumsum(counts % levels);
  const arma::vec above = below(255) - below, between = arma::square(sums(255) * below - sums * below(255));
  arma::vec score = between / (below % above);
  score.replace(arma::datum::nan, 0);
  return (double(score.index_max()) + 0.5) / 255;
}

}  // namespace armagrad::apps
