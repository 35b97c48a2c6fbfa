// k-means: the squared distances of points to the nearest centroids, and Newton's direction. The Hessian is diagonal,
// so that its product with ones has all of it.

#include "tool.hpp"

namespace gradbench {
namespace {

struct Points {
  explicit Points(const json& input)
      : points(columns_of(input.at("points"), "points")),
        centroids(columns_of(input.at("centroids"), "centroids")),
        points_and_1(join_cols(points, ones<rowvec>(points.n_cols))) {
    require(points.n_rows == centroids.n_rows, "points and centroids differ in dimension");
  }
  /// By |c|^2 - 2 c' x, a product, for as many points at a time as stay in the cache.
  uvec nearest() const {
    const mat by = join_cols(-2 * centroids, sum(square(centroids)));
    uvec nearest(points.n_cols);
    const uword block = std::max<uword>(16, 16384 / centroids.n_cols);
    for (uword first = 0; first < points.n_cols; first += block) {
      const uword last = std::min(first + block, points.n_cols) - 1;
      nearest.subvec(first, last) = index_min(by.t() * points_and_1.cols(first, last)).t();
    }
    return nearest;
  }
  auto cost() const {
    return [this, nearest = nearest()](const auto& C) { return accu(square(points - C.cols(nearest))); };
  }
  mat points, centroids, points_and_1;
};

mat direction(const Points& p) {
  const auto slope = [cost = p.cost()](const auto& C) { return gradient(cost(C), C); };
  const auto [g, h] = jvp(slope, p.centroids, mat(size(p.centroids), fill::ones));
  return g / h;
}

}  // namespace

Module kmeans() {
  return {{"cost", [](const json& input) { return prepared([p = Points(input)] { return p.cost()(p.centroids); }); }},
          {"dir", [](const json& input) { return prepared([p = Points(input)] { return direction(p); }); }}};
}

}  // namespace gradbench
