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

  /// What moves the weighted positions, 3 x 4 b.
  template <class T>
  mat_of<T> motion(const T& pose) const {
    return rotation(pose.head(3).eval()) * (mirror * bones(pose));
  }
  /// The errors, 3 x c, of a pose and the weighted positions, 4 b x c.
  template <class T, class P>
  auto errors(const T& pose, const P& positions) const {
    const auto shown = (motion(pose) * positions).eval();
    return (points - (shown.each_col() + pose.subvec(3, 5))).eval();
  }
  /// The weighted positions of what is seen: of vertices, or of places in triangles.
  mat positions() const {
    if (u.empty()) return vertices[0];
    mat all(size(vertices[0]));
    for (uword i = 0; i < u.n_cols; ++i) {
      all.col(i) =
          u(0, i) * vertices[0].col(i) + u(1, i) * vertices[1].col(i) + (1 - u(0, i) - u(1, i)) * vertices[2].col(i);
    }
    return all;
  }

  vec theta;
  mat u, points;
  std::vector<mat> vertices;  // weighted positions, 4 b x c: of vertices, or of the three corners of triangles

 private:
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
      const mat_of<T> bent = relatives[b] * joint(pose, b);
      absolute.push_back(parents[b] < 0 ? bent : mat_of<T>(absolute[parents[b]] * bent));
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
};

/// d errors / d u, of which each pair moves one point, and d errors / d theta: 3 c x 2 or 0, and 26.
struct Jacobian {
  explicit Jacobian(Hand h)
      : hand(std::move(h)),
        by_pose([this](const auto& theta, const auto& positions) { return hand.errors(theta, positions); }),
        by_place([](const auto& u, const auto& a, const auto& b, const auto& c) {
          const auto share = [](const auto& row) { return ones(3) * row; };
          return -(a % share(u.row(0)) + b % share(u.row(1)) + c % share(1 - u.row(0) - u.row(1)));
        }) {}
  mat operator()() {
    mat J(hand.points.n_elem, hand.u.n_rows + 26);
    J.tail_cols(26) = by_pose.jacobian(hand.theta, hand.positions());
    if (hand.u.empty()) return J;
    const mat motion = hand.motion(hand.theta);
    const mat a = motion * hand.vertices[0], b = motion * hand.vertices[1], c = motion * hand.vertices[2];
    for (uword k = 0; k < 2; ++k) {
      mat direction(size(hand.u));
      direction.row(k).ones();
      J.col(k) = vectorise(by_place.jvp(hand.u, direction, a, b, c).second);
    }
    return J;
  }
  Hand hand;
  Program<Variables<vec>, Inputs<mat>> by_pose;
  Program<Variables<mat>, Inputs<mat, mat, mat>> by_place;
};

}  // namespace

Module ht() {
  return {{"objective",
           [](const json& input) {
             return prepared([h = Hand(input)] { return vec(vectorise(h.errors(h.theta, h.positions()))); });
           }},
          {"jacobian", [](const json& input) {
             return prepared([J = std::make_shared<Jacobian>(Hand(input))] { return (*J)(); },
                             [](const mat& J) { return to_output(mat(J.t())); });
           }}};
}

}  // namespace gradbench
