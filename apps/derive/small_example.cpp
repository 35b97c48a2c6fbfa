#include "small_example.hpp"

#include <cmath>
#include <random>

namespace armagrad::apps {

namespace {

class Hand {
 public:
  explicit Hand(unsigned seed) : random_(seed) {}

  arma::mat matrix(uword rows, uword cols, Nature nature, bool positive) {
    arma::mat x(rows, cols);
    for (double& entry : x) entry = positive || nature == Nature::positive ? half(1, 4) : half(-4, 4);
    if (nature == Nature::symmetric) return arma::symmatu(x);
    if (nature == Nature::spd) return arma::mat(rows, rows, arma::fill::eye) * 2 + arma::ones(rows, rows) * half(1, 2);
    if (nature == Nature::columns_sum_to_one) return ones(rows, cols);
    if (nature == Nature::rows_sum_to_one) return ones(cols, rows).t();
    return x;
  }

 private:
  double half(int least, int most) { return (least + int(random_() % unsigned(most - least + 1))) / 2.; }
  /// Each column with a single one.
  arma::mat ones(uword rows, uword cols) {
    arma::mat x(rows, cols, arma::fill::zeros);
    for (uword j = 0; j < cols; ++j) x((j + random_() % 2) % rows, j) = 1;
    return x;
  }

  std::mt19937 random_;
};

Nature nature_of(const Variable& v, const FormulaOptions& options) {
  const auto assumed = [&](Assumption::Kind kind) {
    return options.assume && options.assume({kind, v.name}).value_or(false);
  };
  if (v.nature != Nature::unsaid) return v.nature;
  if (assumed(Assumption::Kind::columns_sum_to_one)) return Nature::columns_sum_to_one;
  if (assumed(Assumption::Kind::rows_sum_to_one)) return Nature::rows_sum_to_one;
  return v.nature;
}

bool is_fit(const Problem& problem, const Data& data) {
  try {
    const Values values = values_at(problem, data);
    bool finite = std::isfinite(values.J), moves = false;
    for (const arma::mat& g : values.gradients)
      finite = finite && g.is_finite(), moves = moves || arma::any(arma::vectorise(g));
    return finite && moves;
  } catch (const std::exception&) {  // singular, of a shape that such sizes do not allow, ...
    return false;
  }
}

}  // namespace

Data small_example(const Problem& problem) {
  const ProblemOnTape drawn(problem);
  Data data;
  for (const std::string& name : problem.variables.declarations.dimensions)
    data.sizes[name] = name == "n" || name == "m" ? 3 : 2;
  const auto length = [&](const Size& side) {
    const auto number = side.number();
    return number ? uword(*number) : data.sizes.at(side.text());
  };
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Hand hand(seed);
    for (const Variable& v : problem.variables.all)
      data.values[v.name] =
          hand.matrix(length(v.sides.rows), length(v.sides.cols), nature_of(v, drawn.options), seed > 20);
    if (is_fit(problem, data)) return data;
  }
  return drawn.data;
}

}  // namespace armagrad::apps
