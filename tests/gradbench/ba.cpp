// Bundle adjustment: the reprojection errors of points seen by cameras. An observation depends on 15 numbers, its
// camera's 11, its point's 3 and its weight, so that the Jacobian's rows of all observations are two backward sweeps.

#include "tool.hpp"

namespace gradbench {
namespace {

struct Observations {
  explicit Observations(const json& input)
      : n(count_of(input, "n")),
        m(count_of(input, "m")),
        p(count_of(input, "p")),
        camera(regspace<arma::uvec>(0, p - 1)),
        point(camera) {
    const vec cam = column_of(input, "cam"), x = column_of(input, "x"), feat = column_of(input, "feat");
    require(cam.n_elem == 11 && x.n_elem == 3 && feat.n_elem == 2, "cam, x and feat are not of 11, 3 and 2 numbers");
    camera.transform([this](uword i) { return i % n; });
    point.transform([this](uword i) { return i % m; });
    cameras = repmat(cam.t(), n, 1);
    points = repmat(x.t(), m, 1);
    weights = vec(p, fill::value(input.at("w").get<double>()));
    features = repmat(feat.t(), p, 1);
  }

  /// What the observations from first to last depend on, a row for each.
  mat gathered(uword first, uword last) const {
    return join_rows(cameras.rows(camera.subvec(first, last)), points.rows(point.subvec(first, last)),
                     weights.subvec(first, last));
  }

  uword n, m, p;
  uvec camera, point;
  mat cameras, points, features;  // a row for each
  vec weights;
};

/// The errors, p x 2, of p observations, p x 15: rotation, centre, focal length, principal point and radial distortion
/// of the camera, the point, and the weight.
constexpr auto reprojection_errors = [](const auto& z, const auto& features) {
  using Rows = mat_of<decltype(z)>;
  using Column = vec_of<decltype(z)>;
  const Rows r = z.cols(0, 2), x = z.cols(11, 13) - z.cols(3, 5);
  const Column angle = sqrt(clamp(sum(square(r), 1), 1e-300, datum::inf));  // no rotation has an axis too
  const Rows axis = r.each_col() / angle;
  const Column c = cos(angle), s = sin(angle);
  const Column along = sum(axis % x, 1) % (1 - c);
  const auto turned = [&](uword i, uword j, uword k) -> Column {
    return x.col(i) % c + (axis.col(j) % x.col(k) - axis.col(k) % x.col(j)) % s + axis.col(i) % along;
  };
  const Column depth = turned(2, 0, 1);
  const Column u = turned(0, 1, 2) / depth, v = turned(1, 2, 0) / depth;
  const Column square_radius = square(u) + square(v);
  const Column scale = (1 + z.col(9) % square_radius + z.col(10) % square(square_radius)) % z.col(6);
  return Rows(join_rows(z.col(14) % (u % scale + z.col(7) - features.col(0)),
                        z.col(14) % (v % scale + z.col(8) - features.col(1))));
};
constexpr auto weight_errors = [](const auto& w) { return (1 - square(w)).eval(); };

/// By rows: those of row i are from rows[i] on.
struct SparseRows {
  std::vector<int> rows, cols;
  mat values;
};

using Errors = Program<Variables<mat>, Inputs<mat>>;

void assemble(SparseRows& J, const Observations& in, Errors& errors) {
  const uword p = in.p, block = 256;  // whose intermediate values stay in the cache
  J.rows.resize(3 * p + 1);
  J.cols.resize(31 * p);
  J.values.set_size(31 * p, 1);
  for (uword first = 0; first < p; first += block) {
    const uword last = std::min(first + block, p) - 1, n = last - first + 1;
    const mat z = in.gathered(first, last), features = in.features.rows(first, last);
    for (uword side = 0; side < 2; ++side) {
      mat U(n, 2, fill::zeros);
      U.col(side).ones();
      const mat& rows = errors.vjp(z, U, features).second;
      for (uword i = 0; i < n; ++i) {
        for (uword k = 0; k < 15; ++k) J.values[30 * (first + i) + 15 * side + k] = rows(i, k);
      }
    }
  }
  J.values.rows(30 * p, 31 * p - 1) = gradient([](const auto& w) { return accu(weight_errors(w)); }, in.weights);
  for (uword i = 0; i < p; ++i) {
    for (uword row = 2 * i; row < 2 * i + 2; ++row) {
      J.rows[row] = int(15 * row);
      for (uword k = 0; k < 11; ++k) J.cols[15 * row + k] = int(11 * in.camera[i] + k);
      for (uword k = 0; k < 3; ++k) J.cols[15 * row + 11 + k] = int(11 * in.n + 3 * in.point[i] + k);
      J.cols[15 * row + 14] = int(11 * in.n + 3 * in.m + i);
    }
  }
  for (uword i = 0; i < p; ++i) {
    J.rows[2 * p + i] = int(30 * p + i);
    J.cols[30 * p + i] = int(11 * in.n + 3 * in.m + i);
  }
  J.rows[3 * p] = int(31 * p);
}

/// The first 30 and the last, as all observations are copies of one.
json ends_of(const auto& list) {
  std::vector ends(list.begin(), list.begin() + 30);
  ends.push_back(*(list.end() - 1));
  return ends;
}

}  // namespace

Module ba() {
  return {
      {"objective",
       [](const json& input) {
         const Observations in(input);
         return prepared(
             [in] {
               return std::pair(reprojection_errors(in.gathered(0, in.p - 1), in.features), weight_errors(in.weights));
             },
             [](const auto& errors) {
               const auto& [of_points, of_weights] = errors;
               return json{
                   {"reproj_error", {{"elements", {of_points(0, 0), of_points(0, 1)}}, {"repeated", of_points.n_rows}}},
                   {"w_err", {{"element", of_weights(0)}, {"repeated", of_weights.n_elem}}}};
             });
       }},
      {"jacobian", [](const json& input) {
         const Observations in(input);
         return prepared(
             [in, errors = Errors(reprojection_errors), J = SparseRows()]() mutable -> const SparseRows& {
               assemble(J, in, errors);
               return J;
             },
             [](const SparseRows& J) {
               return json{{"rows", ends_of(J.rows)}, {"cols", ends_of(J.cols)}, {"vals", ends_of(J.values)}};
             });
       }}};
}

}  // namespace gradbench
