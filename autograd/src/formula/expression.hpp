#pragma once
// Expressions of matrix algebra, each written once: equal expressions are the same term.

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <armagrad/detail/parameter.hpp>
#include <armagrad/shape.hpp>

namespace armagrad::detail::algebra {

/// Whether a function's name is one of these.
bool is_among(const auto& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// An expression's place in its Expressions; operands come before what is made of them.
using Term = std::uint32_t;

enum class Kind : std::uint8_t {
  number,
  name,
  ones,     // a row or a column of ones
  sum,      // of terms with coefficients; a number is added to every entry
  powers,   // the element-wise product of factors with exponents; a number scales
  product,  // of matrices; of none: the identity
  transpose,
  function
};

/// A term of a sum and its coefficient, a factor and its exponent, or an operand.
struct Part {
  Term term;
  double by = 1;
  friend bool operator==(const Part&, const Part&) = default;
};
using Parts = std::vector<Part>;

struct Expression {
  Kind kind;
  Shape shape;
  double value = 0;          // of a number
  std::string name;          // of a name or a function
  Parameters parameters{};   // of a function, behind its operands
  bool elementwise = false;  // of a function
  Parts parts{};
  double cost = 0;  // what there is to read when it is written out

  bool is_scalar() const { return shape == scalar_shape; }
  /// The dimension that a function goes along, its last parameter.
  int dim() const { return int(parameters.back().value); }
};

class Expressions {
 public:
  Expressions();
  Expressions(const Expressions&) = delete;
  Expressions& operator=(const Expressions&) = delete;

  Term number(double value);
  Term name(const std::string& name, Shape shape);
  /// A matrix of ones: a number, a row, a column, or the product of a column and a row.
  Term ones(Shape shape);
  Term make(Kind kind, Shape shape, Parts parts);
  Term apply(const std::string& name, Parameters parameters, bool elementwise, Shape shape, Parts operands);

  const Expression& operator[](Term t) const { return all_[t]; }
  std::size_t size() const { return all_.size(); }

 private:
  struct Hash {
    const Expressions* in;
    std::size_t operator()(Term t) const;
  };
  struct Equal {
    const Expressions* in;
    bool operator()(Term a, Term b) const;
  };
  Term add(Expression e);

  std::deque<Expression> all_;
  std::unordered_set<Term, Hash, Equal> known_;
};

}  // namespace armagrad::detail::algebra
