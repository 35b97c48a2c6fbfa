#pragma once
// Expressions written down: as text that can be read back, as LaTeX, as MathML.

#include <map>
#include <optional>
#include <unordered_map>

#include "expression.hpp"

namespace armagrad::algebra {

/// How one format spells what all of them have.
class Style {
 public:
  virtual ~Style() = default;
  using Strings = std::vector<std::string>;

  virtual std::string name(const std::string& x) const = 0;
  virtual std::string number(const std::string& x) const = 0;
  virtual std::string call(const std::string& function, const Strings& arguments) const = 0;
  virtual std::string ones(const std::string& rows, const std::string& cols) const = 0;
  virtual std::string sum(const std::string& x, const std::string& factor, int dim) const = 0;  // dim 2: of all entries
  virtual std::string side_by_side(const Strings& factors) const = 0;
  virtual std::string infix(const std::string& a, const std::string& sign, const std::string& b) const = 0;
  virtual std::string minus(const std::string& x) const = 0;
  virtual std::string fraction(const std::string& a, const std::string& b, bool b_is_product) const = 0;
  virtual std::string raised(const std::string& x, const std::string& exponent) const = 0;
  virtual std::string entries_raised(const std::string& x, double exponent) const = 0;
  virtual std::string transposed(const std::string& x) const = 0;
  virtual std::string parentheses(const std::string& x) const = 0;
  virtual std::string with_shape(const std::string& x, const std::string& rows, const std::string& cols) const = 0;
  virtual std::string equation(const std::string& left, const std::string& right) const = 0;
  virtual std::string derivative(const std::string& of, const std::string& by) const = 0;
  /// Whether entries_raised stands without parentheses, as a function's result.
  virtual bool calls_powers() const = 0;

  static const Style& text();
  static const Style& latex();
  static const Style& mathml();
};

/// What the writer is told of the whole.
struct Wording {
  std::map<Term, std::string> names{};             // what is written by a name of its own
  std::map<std::uint32_t, std::string> sizes{};    // of numbers of rows and columns
  std::optional<int> softmax_dim{};                // the dimension that goes without saying
  bool shapes = false;                             // beside every factor
};

class Writer {
 public:
  Writer(const Expressions& in, Wording wording, const Style& style)
      : in_(in), wording_(std::move(wording)), style_(style) {}

  std::string operator()(Term t) { return box(t).text; }
  /// What stands behind a name of its own.
  std::string definition(Term t);

 private:
  struct Box {
    std::string text;
    int precedence;
    std::string upright{};  // what a transpose is of
  };
  /// From weak to strong.
  static constexpr int comparison = 0, addition = 1, multiplication = 2, postfix = 4, atom = 5;
  using Strings = Style::Strings;
  static constexpr Term none = UINT32_MAX;  // no factor is to be negated

  Box box(Term t);
  Box written(Term t);
  std::string wrapped(const Box& b, int at_least) const;
  std::string size(std::uint32_t n) const;
  Box shaped(Box b, Shape s) const;

  Box written_number(double x) const;
  Box written_sum(const Expression& e, double sign);
  Box written_chain(const std::vector<Term>& factors, Term negated);
  Box written_function(const Expression& e);
  const char* placed_arguments(const Expression& e, Strings& arguments) const;
  Box written_ones(Shape s) const;
  Box monomial(Part p, bool with_ones);
  Box entries(const Parts& factors, const std::string& number, Term negated);
  Box entry_power(Part p, Term negated);
  Box number_power(Part p, Term negated);
  Box factor(Term t, Term negated);
  std::string diagonal(const Parts& factors, Term negated);
  Term to_negate(Term t) const;
  bool repeats(Term t, bool down) const;
  bool is_plain(Term t) const;

  const Expressions& in_;
  Wording wording_;
  const Style& style_;
  std::unordered_map<Term, Box> boxes_{};
};

/// Names for what is written more than once, or too deep.
std::map<Term, std::string> names_for(const Expressions& in, const std::vector<Term>& written,
                                      const std::map<Term, std::string>& given,
                                      const std::vector<std::string>& taken);

}  // namespace armagrad::algebra
