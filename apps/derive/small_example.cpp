#include "small_example.hpp"

#include <algorithm>
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
  /// Each column with a single one, the classes in turn.
  arma::mat ones(uword rows, uword cols) {
    arma::mat x(rows, cols, arma::fill::zeros);
    const uword first = random_() % rows;
    for (uword j = 0; j < cols; ++j) x((j + first) % rows, j) = 1;
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

/// A penalty, a rate, a temperature: no variable to differentiate by.
bool is_given_number(const Problem& problem, const Variable& v) {
  return v.sides.is_number() && std::find(problem.by.begin(), problem.by.end(), v.name) == problem.by.end();
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
  const auto length = [&](const Size& side) {
    const auto number = side.number();
    return number ? uword(*number) : data.sizes.at(side.text());
  };
  std::vector<std::string> dimensions = problem.variables.declarations.dimensions;
  for (unsigned n = 1; n <= 40; ++n) {
    uword next = 3;  // all differ, so that each has its name in formulas
    for (const std::string& name : dimensions) {
      while (problem.variables.numbers.contains(double(next))) ++next;
      data.sizes[name] = next++;
    }
    Hand hand(problem.seed_of_try(n));
    for (const Variable& v : problem.variables.all)
      data.values[v.name] = hand.matrix(length(v.sides.rows), length(v.sides.cols), nature_of(v, drawn.options),
                                        n > 20 || is_given_number(problem, v));
    if (is_fit(problem, data)) return data;
    std::reverse(dimensions.begin(), dimensions.end());  // wide matrices and tall ones
  }
  return drawn.data;
}

}  // namespace armagrad::apps
