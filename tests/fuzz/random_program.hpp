#pragma once
// A function of a matrix, a column, a row and a number that bytes describe, step by step.

#include <armagrad/armagrad.hpp>
#include <string>
#include <string_view>

namespace armagrad::fuzz {

using M = Var<double>;
using Number = NumberVar<double>;

/// Where a program is run: the numbers that it is differentiated by.
struct Arguments {
  arma::mat A;
  arma::vec c;
  arma::rowvec r;
  double s = 0;

  arma::uword size() const { return A.n_elem + c.n_elem + r.n_elem + 1; }
  /// All entries as one column, and back.
  arma::vec flat() const;
  Arguments with(const arma::vec& flat) const;
};

/// What the steps of a program that was recorded allow to be said of its derivatives.
struct Traits {
  bool is_analytic = true;  // the complex step holds
  bool is_held = false;     // derivatives are not those of the values: stop_gradient
  unsigned steps = 0, refused = 0;
};

class RandomProgram {
 public:
  explicit RandomProgram(std::string_view bytes);

  /// Whether its matrices have hundreds of entries: of these elementwise operations are fused.
  bool is_large() const { return scale_ > 1; }
  /// The arguments that the bytes give.
  const Arguments& start() const { return start_; }
  /// Of the last call.
  const Traits& traits() const { return traits_; }
  /// The steps of the last call, for a message.
  const std::string& steps() const { return steps_; }

  /// Records the program: the same for the same kinds and shapes, but for branches that ask for values. Steps that the
  /// library refuses with a std::logic_error are left out.
  Number operator()(const M& A, const ColVar<double>& c, const RowVar<double>& r, const Number& s) const;

 private:
  std::string_view bytes_;
  Arguments start_;
  uword scale_ = 1;  // of the sides
  mutable Traits traits_;
  mutable std::string steps_;
};

}  // namespace armagrad::fuzz
