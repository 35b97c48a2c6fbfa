#pragma once
// A gradient as mathematics: the recorded gradient, read off the tape and simplified.

#include <functional>
#include <memory>
#include <optional>

#include "derivatives.hpp"

namespace armagrad {

/// What was found true of the data and used to simplify: the columns of Y sum to one, ...
struct ARMAGRAD_EXPORT Assumption {
  enum class Kind : std::uint8_t { columns_sum_to_one, rows_sum_to_one, symmetric, no_zeros } kind;
  std::string of;  // as text

  std::string text() const;
  friend bool operator==(const Assumption&, const Assumption&) = default;
};

struct FormulaOptions {
  /// What sizes and constants of these values go by: {{"n", 500}, {"l2", 0.01}}. Also 0.5 * l2, 1 / n and the
  /// like are recognised, so the values should be nobody else's.
  std::vector<std::pair<std::string, double>> names{};
  std::string loss = "J";
  bool steps = false;  // whether to keep what Formula::steps() tells
  /// Whether to assume something, or not, without a look at the data; nothing: look.
  std::function<std::optional<bool>(const Assumption&)> assume{};
  /// How the left side calls the variables, if not by their own names.
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

enum class Format : std::uint8_t { text, latex, mathml };

/// The gradients of a loss by one or more variables.
class ARMAGRAD_EXPORT Formula {
 public:
  struct Line {
    std::string left, right;
  };
  /// One line for what is assumed, one for each name that stands for something repeated, at last one for each
  /// gradient: dJ/dW = ...
  std::string text() const;
  std::string latex() const;
  std::string mathml() const;
  /// The text with every factor's dimensions beside it: X[d,n].
  std::string text_with_shapes() const;

  std::vector<Assumption> assumptions() const;
  /// Names of what is repeated: {"P", "softmax(W' X)"}.
  std::vector<Line> definitions() const;
  /// {"dJ/dW", "1/n X (P - Y)' + l2 W"}, one for each variable.
  std::vector<Line> gradients() const;
  /// The dimension that softmax, log_softmax and logsumexp go along where the text does not say.
  std::optional<int> softmax_dim() const;

  /// The backward pass, node by node.
  std::vector<BackwardStep> steps(Format format = Format::text) const;
  /// Names that only steps() and simplifications() use, for what would be too long there.
  std::vector<Line> step_definitions(Format format = Format::text) const;
  /// What was then simplified, in the order in which it was done.
  std::vector<Simplification> simplifications(Format format = Format::text) const;

  struct Derivation;
  explicit Formula(std::shared_ptr<const Derivation> d) : derivation_(std::move(d)) {}

 private:
  std::shared_ptr<const Derivation> derivation_;
};

/// The gradients of J, a number, by variables of its tape or by anything that J was computed from. Leaves go
/// by their names, view(X, "X") or constant(0.1, "l2"); unnamed ones by shape. Two leaves of one name hold
/// the same numbers, or std::logic_error.
template <class eT>
[[nodiscard]] Formula derive(const Var<eT>& J, const std::vector<Var<eT>>& by, const FormulaOptions& options = {});

/// The gradient of a loss, which is called once with a Var, by W.
template <class Loss, detail::IsParameter W>
[[nodiscard]] Formula derive(Loss&& loss, const W& at, const char* name, const FormulaOptions& options = {}) {
  using eT = typename detail::Parameter<W>::eT;
  Tape<eT> tape;
  const auto w = detail::variable_over(tape, at, name);
  return derive<eT>(detail::call(loss, w), {detail::entries_of(w)}, options);
}
/// By several, each given as view(W, "W").
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
