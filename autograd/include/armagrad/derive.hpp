#pragma once
// A gradient as mathematics: the recorded gradient, read off the tape and simplified.

#include <functional>
#include <memory>
#include <optional>

#include "derivatives.hpp"

namespace armagrad {

/// A property that was found true of the data and used to simplify: the columns of Y sum to one, ...
struct ARMAGRAD_EXPORT Assumption {
  enum class Kind : std::uint8_t { columns_sum_to_one, rows_sum_to_one, symmetric, no_zeros } kind;
  std::string of;  // as text

  /// The property in words: "the columns of Y sum to one".
  std::string text() const;
  friend bool operator==(const Assumption&, const Assumption&) = default;
};

/// How derive names sizes, constants and variables, and what it may assume of the data.
struct FormulaOptions {
  /// The names of sizes and constants with these values: {{"n", 500}, {"l2", 0.01}}. Multiples and reciprocals, 0.5 *
  /// l2 and 1 / n, are recognised too, so no other constant should have the value.
  std::vector<std::pair<std::string, double>> names{};
  std::string loss = "J";
  bool steps = false;  // whether to keep what Formula::steps() tells
  /// Whether to assume something, or not, without a look at the data; nothing: look.
  std::function<std::optional<bool>(const Assumption&)> assume{};
  /// The name of the variable on the left side, if not its own.
  std::string variable{};
  /// A name, dx, that the gradient is linear in. The formula is then the matrix M of M dx, and its left side as for a
  /// Jacobian, dy/dx, or a Hessian; or where it cannot be had, the gradient itself as a differential, dy = ...
  std::string linear_in{};
  bool is_hessian = false;
  /// The gradients by symmetric matrices, whose entries (i, j) and (j, i) are one variable: G + G' - G % I.
  bool of_symmetric = false;
};

/// One node of the tape in the backward pass: what came in, and what its rule handed on.
struct BackwardStep {
  struct Contribution {
    detail::Index to, part;  // nodes: the operand, and what was added to its adjoint
    std::string operand;     // "W' X"
    std::string rule;        // in the operation's own terms: "dY B'"
    std::string text;        // "1/n (softmax(W' X) - Y)"
    bool adds_up;            // to what other paths have brought
    std::string total;       // the operand's adjoint then
  };
  detail::Index node, adjoint;  // whose values the tape has
  std::string operation;
  Location at;           // where it was written
  std::string result;    // what the node is
  std::string incoming;  // its adjoint
  std::vector<Contribution> contributions;
};

/// A rule of algebra at work on a part of the formula.
struct Simplification {
  std::string rule, before, after;
};

/// In which notation formulas are written: plain text, LaTeX or MathML.
enum class Format : std::uint8_t { text, latex, mathml };

/// The gradients of a loss by one or more variables.
class ARMAGRAD_EXPORT Formula {
 public:
  struct Line {
    std::string left, right;
  };
  /// One line for what is assumed, one for each name that stands for something repeated, the recurrences of a scan, at
  /// last one for each gradient: dJ/dW = ...
  std::string text() const;
  /// The same lines in LaTeX, without dollar signs.
  std::string latex() const;
  /// The same lines as MathML.
  std::string mathml() const;
  /// The text with every factor's dimensions beside it: X[d,n].
  std::string text_with_shapes() const;

  /// The properties of the data that the formula was simplified by.
  std::vector<Assumption> assumptions() const;
  /// Names of what is repeated: {"P", "softmax(W' X)"}.
  std::vector<Line> definitions() const;
  /// The recurrences behind the gradients of a loss with a scan, and their adjoint recurrences; empty without one.
  /// {"s_0", "zeros(2, 1)"}, {"s_t", "tanh(W s_(t-1))    for t = 1, 2, ..."}, {"ds_20 = dJ/ds_20", "2 s_20"},
  /// {"ds_(t-1)", "W' (ds_t % (1 - square(s_t)))    for t = ..., 2, 1"}: docs/scan.md says what the names are. Source:
  /// each step's recorded gradient.
  std::vector<Line> recurrences() const;
  /// {"dJ/dW", "1/n X (P - Y)' + l2 W"}, one for each variable.
  std::vector<Line> gradients() const;
  /// The dimension that softmax, log_softmax and logsumexp go along where the text does not say.
  std::optional<int> softmax_dim() const;

  /// The backward pass, node by node.
  std::vector<BackwardStep> steps(Format format = Format::text) const;
  /// Names that only steps() and simplifications() use, for what would be too long there.
  std::vector<Line> step_definitions(Format format = Format::text) const;
  /// The simplifications, in the order in which they were made.
  std::vector<Simplification> simplifications(Format format = Format::text) const;

  struct Derivation;
  explicit Formula(std::shared_ptr<const Derivation> d) : derivation_(std::move(d)) {}

 private:
  std::shared_ptr<const Derivation> derivation_;
};

/// The gradients of J (1x1) with respect to variables of its tape, or to other Vars that J was computed from. Leaves
/// have their names, view(X, "X") or constant(0.1, "l2"); unnamed ones are named by shape. std::logic_error if two
/// leaves of one name hold different numbers.
template <class eT>
[[nodiscard]] Formula derive(const Var<eT>& J, const std::vector<Var<eT>>& by, const FormulaOptions& options = {});

/// The gradient with respect to W of a loss, which is called once with a Var. Source: the recorded backward pass.
template <class Loss, detail::IsParameter W>
[[nodiscard]] Formula derive(Loss&& loss, const W& at, const char* name, const FormulaOptions& options = {}) {
  using eT = typename detail::Parameter<W>::eT;
  Tape<eT> tape;
  const auto w = detail::variable_over(tape, at, name);
  return derive<eT>(detail::call(loss, w), {detail::entries_of(w)}, options);
}
/// The gradients with respect to several variables, each given as view(W, "W").
template <class Loss, class eT, std::derived_from<View<eT>>... Views>
requires(!AnyVar<Loss>) [[nodiscard]] Formula
    derive(const FormulaOptions& options, Loss&& loss, const View<eT>& W, const Views&... more) {
  Tape<eT> tape;
  return std::apply([&](const auto&... v) { return derive<eT>(detail::call(loss, v...), {v...}, options); },
                    std::tuple{tape.variable(W), tape.variable(more)...});
}

/// The computation behind x as text, as it was recorded.
template <class eT>
[[nodiscard]] std::string formula_text(const Var<eT>& x);

}  // namespace armagrad
