// Hand tracking: how far the points of a hand's surface, posed by 26 parameters, are from points seen. A vertex moves
// with its bones by fixed weights, so that all vertices are one product: the bones' transformations beside each other,
// 3 x 4 b, times the weighted positions, 4 b x v.

#include "tool.hpp"

namespace gradbench {
namespace {

mat matrix_of(const json& rows) { return columns_of(rows, "a transformation").t(); }

struct Hand {
  explicit Hand(const json& input) : theta(column_of(input, "theta")) {
    const json& data = input.at("data");
    const json& model = data.at("model");
    parents = model.at("parents").get<std::vector<int>>();
    for (const json& t : model.at("base_relatives")) relatives.push_back(matrix_of(t));
    for (const json& t : model.at("inverse_base_absolutes")) inverses.push_back(matrix_of(t));
    const mat positions = columns_of(model.at("base_positions"), "base_positions");
    const mat weights = columns_of(model.at("weights"), "weights");
    require(theta.n_elem == 26, "theta is not of 26 numbers");
    require(parents.size() >= 22 && relatives.size() == parents.size() && inverses.size() == parents.size() &&
                weights.n_rows == parents.size(),
            "parents, base_relatives, inverse_base_absolutes and weights are not of one number of bones, 22 or more");
    for (std::size_t b = 0; b < parents.size(); ++b) {
      require(parents[b] < int(b), "a bone's parent comes after it");
      require(
          relatives[b].n_rows == 4 && relatives[b].n_cols == 4 && inverses[b].n_rows == 4 && inverses[b].n_cols == 4,
          "a transformation is not 4 x 4");
    }
    require(positions.n_rows == 4 && positions.n_cols == weights.n_cols, "base_positions is not four numbers a vertex");
    if (model.at("is_mirrored")) mirror(0, 0) = -1;

    mat weighted(4 * weights.n_rows, weights.n_cols);
    for (uword v = 0; v < weights.n_cols; ++v) weighted.col(v) = kron(weights.col(v), positions.col(v));
    points = columns_of(data.at("points"), "points");
    const auto seen = data.at("correspondences").get<std::vector<uword>>();
    require(points.n_rows == 3 && points.n_cols == seen.size(), "points is not three numbers for each correspondence");
    if (const json& us = input.at("us"); us.empty()) {
      vertices.push_back(weighted.cols(uvec(seen)));
    } else {
      u = columns_of(us, "us");
      require(u.n_rows == 2 && u.n_cols == points.n_cols, "us is not two numbers for each correspondence");
      const auto triangles = model.at("triangles").get<std::vector<std::array<uword, 3>>>();
      for (uword corner = 0; corner < 3; ++corner) {
        uvec of(seen.size());
        for (uword i = 0; i < of.n_elem; ++i) of[i] = triangles.at(seen[i])[corner];
        vertices.push_back(weighted.cols(of));
      }
    }
  }

  /// The errors, 3 x c, of a pose and of places in triangles, which `u` is empty without.
  template <class T, class U>
  auto errors(const T& pose, const U& places) const {
    const auto shown = (rotation(pose.head(3).eval()) * (mirror * bones(pose)) * weighted_positions(places)).eval();
    return (points - (shown.each_col() + pose.subvec(3, 5))).eval();
  }

  vec theta;
  mat u, points;

 private:
  template <class U>
  mat_of<U> weighted_positions(const U& places) const {
    if (u.empty()) return vertices[0];
    const vec ones(vertices[0].n_rows, fill::ones);
    const auto times = [&](const mat& corner, const auto& share) { return corner % (ones * share); };
    return times(vertices[0], places.row(0)) + times(vertices[1], places.row(1)) +
           times(vertices[2], 1 - places.row(0) - places.row(1));
  }

  /// About an axis, by an angle that is its length.
  template <class A>
  static mat_of<A> rotation(const A& about) {
    using std::cos, std::sin;
    const auto angle = norm(about);
    if (angle < 1e-4) return mat(3, 3, fill::eye);
    const auto c = cos(angle), s = sin(angle);
    const vec_of<A> axis = about / angle;
    mat_of<A> across(3, 3);
    across(2, 1) = axis(0), across(0, 2) = axis(1), across(1, 0) = axis(2);
    return c * mat(3, 3, fill::eye) + (1 - c) * axis * axis.t() + s * (across - across.t());
  }

  /// The first three rows of the bones' transformations beside each other.
  template <class T>
  mat_of<T> bones(const T& pose) const {
    std::vector<mat_of<T>> absolute;
    mat_of<T> all(3, 4 * parents.size());
    for (uword b = 0; b < parents.size(); ++b) {
      const auto bent = relatives[b] * joint(pose, b);
      absolute.push_back(parents[b] < 0 ? mat_of<T>(bent) : mat_of<T>(absolute[parents[b]] * bent));
      all.cols(4 * b, 4 * b + 3) = (absolute[b] * inverses[b]).eval().head_rows(3);
    }
    return all;
  }
  /// Of the five fingers' bones, from bone 2 on, the first bends in two ways, two more in one, and the tip does not.
  template <class T>
  static mat_of<T> joint(const T& pose, uword b) {
    using std::cos, std::sin;
    mat_of<T> bend(4, 4, fill::eye), spread(4, 4, fill::eye);
    if (b < 2 || b > 21 || (b - 2) % 4 == 3) return bend;
    const uword finger = 6 + (b - 2) / 4 * 4, place = (b - 2) % 4;
    const auto turn = [](mat_of<T>& by, uword i, const scalar_of<T>& angle) {
      by(i, i) = by(i + 1, i + 1) = cos(angle);
      by(i + 1, i) = sin(angle);
      by(i, i + 1) = -sin(angle);
    };
    turn(bend, 1, pose(place == 0 ? finger : finger + place + 1));
    if (place > 0) return bend;
    turn(spread, 0, pose(finger + 1));
    return spread * bend;
  }

  std::vector<int> parents;
  std::vector<mat> relatives, inverses;
  mat mirror = mat(3, 3, fill::eye);
  std::vector<mat> vertices;  // weighted positions, 4 b x c: of vertices, or of the three corners of triangles
};

/// d errors / d u, of which each pair moves one point, and d errors / d theta: 3 c x 2 or 0, and 26.
struct Jacobian {
  explicit Jacobian(const Hand& h)
      : hand(h),
        by_pose(record([h](const auto& t, const auto& u) { return h.errors(t, u); }, variables(hand.theta),
                       inputs(hand.u))),
        by_place(record([h](const auto& u, const auto& t) { return h.errors(t, u); }, variables(hand.u),
                        inputs(hand.theta))) {}
  mat operator()() {
    mat J(hand.points.n_elem, hand.u.n_rows + 26);
    for (uword k = 0; k < hand.u.n_rows; ++k) {
      mat direction(size(hand.u));
      direction.row(k).ones();
      J.col(k) = vectorise(by_place.jvp(hand.u, direction, hand.theta).second);
    }
    J.tail_cols(26) = by_pose.jacobian(hand.theta, hand.u);
    return J;
  }
  Hand hand;
  Program<Variables<vec>, Inputs<mat>> by_pose;
  Program<Variables<mat>, Inputs<vec>> by_place;
};

}  // namespace

Module ht() {
  return {{"objective",
           [](const json& input) {
             return prepared([h = Hand(input)] { return vec(vectorise(h.errors(h.theta, h.u))); });
           }},
          {"jacobian", [](const json& input) {
             return prepared(Jacobian(Hand(input)), [](const mat& J) { return to_output(mat(J.t())); });
           }}};
}

}  // namespace gradbench
