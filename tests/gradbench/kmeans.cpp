// k-means: the squared distances of points to the nearest centroids, and Newton's direction. The Hessian is diagonal,
// so that its product with ones has all of it.

#include "tool.hpp"

namespace gradbench {
namespace {

struct Points {
  explicit Points(const json& input)
      : points(columns_of(input.at("points"), "points")), centroids(columns_of(input.at("centroids"), "centroids")) {
    require(points.n_rows == centroids.n_rows, "points and centroids differ in dimension");
  }
  uvec nearest() const {
    const mat C = -2 * centroids.t() * points;
    return index_min(C.each_col() + sum(square(centroids)).t()).t();
  }
  auto cost() const {
    return [this, nearest = nearest()](const auto& C) { return accu(square(points - C.cols(nearest))); };
  }
  mat points, centroids;
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
