#pragma once
// Expressions entry by entry: Z[i,j] = Σ_k W[k,i] X[k,j]. Indices begin at 0; x[i] is an entry of a row or a
// column; [i = j] is 1 where that is so, else 0. What stands on the left with an index that is computed,
// Z[i+2,j] = X[i,j], is 0 elsewhere.

#include "expression.hpp"

namespace armagrad::detail::algebra {

class EntryWriter {
 public:
  explicit EntryWriter(const Expressions& in) : in_(in) {}

  /// `name`, a matrix of t's shape, entry by entry; "" for what only a text too long to read could say.
  std::string equation(const std::string& name, Term t);

 private:
  struct Piece {
    std::string text;
    int precedence;
  };
  /// From weak to strong. What is summed reaches to the end of its product.
  static constexpr int addition = 0, summation = 1, multiplication = 2, atom = 3;
  struct At {
    std::string row, col;
  };

  static std::string wrapped(const Piece& p, int at_least);
  static std::string entry(const std::string& name, Shape s, const At& at);
  At free_indices(Shape s) const;
  std::string fresh_index();
  Piece written(Term t, const At& at);
  Piece sum(const Expression& e, const At& at);
  Piece term(Part p, const At& at, bool& negative);
  Piece powers(const Expression& e, double by, const At& at);
  Piece product(const Expression& e, const At& at);
  Piece function(Term t, const At& at);

  const Expressions& in_;
  std::string fresh_{};  // indices that the left side does not have
  std::size_t used_ = 0;
};

}  // namespace armagrad::detail::algebra
