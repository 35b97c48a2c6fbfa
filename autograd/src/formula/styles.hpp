#pragma once
// The formats that expressions are written in.

#include <string>
#include <vector>

namespace armagrad::detail::algebra {

/// How one format spells what all of them have.
class Style {
 public:
  virtual ~Style() = default;
  using Strings = std::vector<std::string>;

  virtual std::string name(const std::string& x) const = 0;
  virtual std::string number(const std::string& x) const = 0;
  virtual std::string call(const std::string& function, const Strings& arguments) const = 0;
  /// An entry of x, by its place counted from 0 and from 1.
  virtual std::string entry(const std::string& x, const Strings& from_zero, const Strings& from_one) const = 0;
  virtual std::string ones(const std::string& rows, const std::string& cols) const = 0;
  /// Along dim 0 or 1, or (2) of all entries; `factor` is x as it stands in a product.
  virtual std::string sum(const std::string& x, const std::string& factor, int dim) const = 0;
  virtual std::string side_by_side(const Strings& factors) const = 0;
  virtual std::string infix(const std::string& a, const std::string& sign, const std::string& b) const = 0;
  virtual std::string minus(const std::string& x) const = 0;
  virtual std::string fraction(const std::string& a, const std::string& b, bool b_is_product) const = 0;
  virtual std::string raised(const std::string& x, const std::string& exponent) const = 0;
  virtual std::string entries_raised(const std::string& x, const std::string& exponent) const = 0;
  virtual std::string transposed(const std::string& x) const = 0;
  virtual std::string parentheses(const std::string& x) const = 0;
  virtual std::string with_shape(const std::string& x, const std::string& rows, const std::string& cols) const = 0;
  virtual std::string equation(const std::string& left, const std::string& right) const = 0;
  /// The same inside of an equation, and the right side of one that holds for each step, from the first or the last on.
  virtual std::string equals(const std::string& left, const std::string& right) const = 0;
  virtual std::string for_steps(const std::string& right, bool is_upward) const = 0;
  virtual std::string derivative(const std::string& of, const std::string& by) const = 0;
  virtual std::string second_derivative(const std::string& of, const std::string& by) const = 0;
  virtual std::string differential(const std::string& of) const = 0;
  /// Whether entries_raised and sum are functions' results, which need no parentheses.
  virtual bool calls_functions() const = 0;

  static const Style& text();
  static const Style& latex();
  static const Style& mathml();
};

}  // namespace armagrad::detail::algebra
