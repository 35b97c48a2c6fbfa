#pragma once
// From an expression to the formulas of its derivatives, and numerical evidence that they are right.

#include <armagrad/check_report.hpp>
#include <armagrad/derive.hpp>

#include "variables.hpp"

namespace armagrad::apps {

struct Problem {
  Syntax expression;
  Variables variables;
  std::vector<std::string> by;
  std::string along;          // if not empty: not J is differentiated but <dJ/dW, V>, W being the one in `by`
  bool is_number = true;      // the expression; else it has a Jacobian
  bool by_symmetric = false;  // entries (i, j) and (j, i) of the square ones in `by` are one variable
  unsigned seed = 1;          // of the numbers that are drawn for the variables

  /// The seed of the nth try to draw some.
  unsigned seed_of_try(unsigned n) const { return 100 * (seed - 1) + n; }
};

/// An expression, declarations of its variables and the variables to differentiate by, as they were typed.
struct Typed {
  std::string expression;
  std::vector<std::string> declarations, by;
};
/// The same in Armadillo's spelling.
Typed respelled(const Typed& typed);

/// The problem with all that was declared and asked for in agreement. ExpressionError for what is wrong with
/// the expression, std::logic_error for the rest.
Problem posed(const std::string& expression, const std::vector<std::string>& declarations,
              const std::vector<std::string>& by, const std::string& along);

/// A problem on a tape, at the data given, or at random ones of its domain.
struct ProblemOnTape {
  explicit ProblemOnTape(const Problem& problem, const Data* given = nullptr, Length length = Length::one);

  Data data;
  Tape<double> tape;
  std::vector<Var<double>> by;
  Var<double> J;
  FormulaOptions options;  // how derive() is to write it; the problem is to outlive them
};

/// The gradients' formulas; what is assumed of the data is what `given` shows, if there is any, else what the
/// declarations promise and that what weighs logarithms are probabilities. `steps`: whether it
/// can tell how it came about.
Formula formula_of(const Problem& problem, const Data* given = nullptr, bool steps = false);

/// "d = 13, n = 19" where other sizes have another formula, as a number in it depends on them; else "". The
/// formula is one that was found without data.
std::string sizes_found_at(const Problem& problem, const Formula& formula);

/// The formula of gradient k as an expression, the names that it uses defined in lines before it.
Syntax read_back(const Formula& formula, std::size_t k);

/// The expression's value; `by` are the Vars of the variables of that name.
Var<double> value_on_tape(const Problem& problem, const Data& data, const std::vector<Var<double>>& by);

/// Random data of which value and gradients are finite, as they were promised and as the formula assumes.
Data drawn_for(Problem problem, const Formula& formula);

/// An expression's last line at these data; what the formula says of softmax's dimension is true of it as well.
arma::mat value_of(const Syntax& expression, const Formula& formula, const Data& data);

/// The norm of a - b by that of the larger one.
double relative_error(const arma::mat& a, const arma::mat& b);

/// Value and gradients, by the tape.
struct Values {
  double J;
  std::vector<arma::mat> gradients;
};
Values values_at(const Problem& problem, const Data& data);

/// `read`, an expression that is to be the gradient by variable k, against the tape's.
Evidence formula_evidence(const Problem& problem, const Formula& formula, std::size_t k, const Syntax& read,
                          const Data& data);

/// The gradients against the formulas read back, central differences and the complex step, on random data of
/// which the formula's assumptions hold, or on the data given.
GradientCheck evidence(const Problem& problem, const Formula& formula, const Data* given = nullptr);

}  // namespace armagrad::apps
