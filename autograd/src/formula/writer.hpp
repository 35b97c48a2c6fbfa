#pragma once
// Expressions written down: as text that can be read back, as LaTeX, as MathML.

#include <map>
#include <optional>
#include <unordered_map>

#include "expression.hpp"
#include "styles.hpp"

namespace armagrad::detail::algebra {

/// What the writer is told of the whole.
struct Wording {
  std::map<Term, std::string> names{};           // what is written by a name of its own
  std::map<std::uint32_t, std::string> sizes{};  // of numbers of rows and columns
  std::optional<int> softmax_dim{};              // the dimension that goes without saying
  bool shapes = false;                           // beside every factor
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
    bool upright_is_atom = false;
    std::string number{}, multiplied{};  // of a number times something
    bool is_power = false;               // X^2, whose transpose is (X^2)'
  };
  /// From weak to strong.
  static constexpr int comparison = 0, addition = 1, multiplication = 2, postfix = 4, atom = 5;
  using Strings = Style::Strings;
  static constexpr Term none = UINT32_MAX;  // no factor is to be negated

  Box box(Term t);
  Box written(Term t);
  /// A number as a fraction of small integers, where that is what was meant, or as a decimal: {3, 2}, {0.1,
  /// ""}.
  static std::pair<std::string, std::string> as_fraction(double x);
  std::string wrapped(const Box& b, int at_least) const;
  Box transposed(const Box& b) const;
  Box raised(const Box& b, int exponent) const;
  Box matrix_power(Term t, int exponent, Term negated);
  std::string size(std::uint32_t n) const;
  Box shaped(Box b, Shape s) const;

  Box written_number(double x) const;
  Box written_sum(const Expression& e, double sign);
  Box written_chain(const std::vector<Term>& factors, Term negated);
  Box written_function(const Expression& e);
  std::string unit(std::uint32_t length, const std::string& from_zero, const std::string& from_one) const;
  std::optional<Box> written_unit(const Expression& e, bool turned);
  std::string written(const Parameter& p) const;
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

}  // namespace armagrad::detail::algebra
