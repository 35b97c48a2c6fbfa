#include "point.hpp"

#include <algorithm>
#include <numeric>

namespace armagrad::harness {

namespace {
double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}
unsigned whole(Random& random, unsigned low, unsigned high) {
  return std::uniform_int_distribution<unsigned>(low, high)(random);
}
template <class F>
arma::mat filled(Shape s, F f) {
  arma::mat X(s.rows, s.cols);
  for (double& entry : X) entry = f();
  return X;
}
/// So that a tape of floats has the same point.
arma::mat rounded(arma::mat X) {
  for (double& entry : X) entry = double(float(entry));
  return X;
}
}  // namespace

Domain in(double low, double high) {
  return [=](Random& random, unsigned, Shape s) { return filled(s, [&] { return uniform(random, low, high); }); };
}

Domain either_sign(double low, double high) {
  return [=](Random& random, unsigned, Shape s) {
    return filled(s, [&] { return (random() & 1 ? 1 : -1) * uniform(random, low, high); });
  };
}

Domain distinct(double low, double high) {
  return [=](Random& random, unsigned k, Shape s) {
    // Cells of the interval, each for one entry; operand k has the k-th third of a cell.
    std::vector<unsigned> cells(std::max<std::size_t>(64, s.size()));
    std::iota(cells.begin(), cells.end(), 0U);
    std::shuffle(cells.begin(), cells.end(), random);
    auto cell = cells.begin();
    return filled(
        s, [&] { return low + (high - low) * (*cell++ + (k + uniform(random, 0.3, 0.7)) / 3) / double(cells.size()); });
  };
}

Domain dominant() {
  return [](Random& random, unsigned, Shape s) {
    arma::mat X = filled(s, [&] { return uniform(random, -1, 1); });
    X.diag() += s.rows + 1;
    return X;
  };
}
Domain positive_definite() {
  return [](Random& random, unsigned, Shape s) {
    const arma::mat B = filled(s, [&] { return uniform(random, -1, 1); });
    arma::mat X = arma::symmatu(B * B.t() / std::max(1U, s.rows));
    X.diag() += 1;
    return X;
  };
}

std::vector<Shape> one_shape(std::uint32_t m, std::uint32_t n, std::uint32_t) { return {{m, n}, {m, n}, {m, n}}; }
std::vector<Shape> product_shapes(std::uint32_t m, std::uint32_t n, std::uint32_t k) { return {{m, k}, {k, n}}; }
std::vector<Shape> square_shape(std::uint32_t m, std::uint32_t, std::uint32_t) { return {{m, m}, {m, m}}; }

arma::mat normal(Random& random, uword rows, uword cols) {
  std::normal_distribution<double> distribution;
  return rounded(filled(shape_of(rows, cols), [&] { return distribution(random); }));
}

std::vector<arma::mat> directions(const Point& p, Random& random) {
  std::vector<arma::mat> V;
  for (const arma::mat& x : p.x) V.push_back(normal(random, x.n_rows, x.n_cols));
  return V;
}

Point draw(const Case& c, Random& random, Wishes wishes) {
  const unsigned size = whole(random, 0, 99);
  const auto side = [&](unsigned most) { return whole(random, 1, most); };
  // One in a hundred has more entries than a tile, in columns that tiles are cut along; no large factorisations.
  if (size == 99 && c.slow == 1) {
    const std::array<std::uint32_t, 3> sides{side(100), side(30), side(5)};
    const std::vector<Shape> shapes = c.shapes(sides[0], sides[1], sides[2]);
    if (std::ranges::none_of(shapes, [](Shape s) { return s.rows == s.cols || s.size() > 3000; }))
      return draw(c, random, wishes, sides);
  }
  const bool large = size < 10;
  return draw(c, random, wishes, {side(large ? 20 : 5), side(large ? 3 : 5), side(5)});
}

Point draw(const Case& c, Random& random, Wishes wishes, std::array<std::uint32_t, 3> sides) {
  if (c.prepare) c.prepare(random);
  Point p;
  std::vector<Shape> shapes = c.shapes(sides[0], sides[1], sides[2]);
  shapes.resize(c.arity);
  p.full = shapes[0];
  const bool one = std::all_of(shapes.begin(), shapes.end(), [&](Shape s) { return s == shapes[0]; });
  p.same = !wishes.plain && !wishes.distinct_operands && c.diagonal && c.arity > 1 && one && whole(random, 0, 9) == 0;
  if (p.same) shapes.resize(1);
  p.is_number.assign(shapes.size(), false);
  if (c.elementwise && !wishes.plain && p.full.size() > 0) {
    for (std::size_t k = 0; k < shapes.size(); ++k) {
      switch (whole(random, 0, 5)) {
        case 0:
          shapes[k].rows = 1;
          break;
        case 1:
          shapes[k].cols = 1;
          break;
        case 2:
          shapes[k] = scalar_shape;
          p.is_number[k] = true;
          break;
      }
    }
  }
  for (unsigned k = 0; k < shapes.size(); ++k)
    p.x.push_back(rounded(c.domains[p.same ? c.arity - 1 : k](random, k, shapes[k])));
  if (wishes.twice || whole(random, 0, 1)) {
    for (const Shape s : shapes) p.C.push_back(normal(random, s.rows, s.cols));
  }
  static thread_local Tape<double> tape;
  tape.clear();
  std::vector<Var<double>> leaves;
  for (unsigned k = 0; k < shapes.size(); ++k)
    leaves.push_back(p.is_number[k] ? tape.variable(p.x[k](0)) : tape.variable(p.x[k]));
  const Var<double> y = apply(c, p, leaves);
  p.U = normal(random, y.n_rows, y.n_cols);
  p.unweighted = !wishes.plain && whole(random, 0, 3) == 0;
  if (p.unweighted) p.U.ones();
  return p;
}

}  // namespace armagrad::harness
