#pragma once
// A point: numbers for a case's operands, and the scalar that is differentiated there.

#include "case.hpp"

namespace armagrad::harness {

/// The loss accu(U % f(x...)), or accu(f(x...)) where the weights are all 1, which is summed on the fly; and
/// where the operands are used twice, + sum_k accu(C_k % x_k).
struct Point {
  std::vector<arma::mat> x;     // one for each leaf, rounded to float; one leaf for f(x, x)
  std::vector<bool> is_number;  // recorded as a number, which meets matrices of any shape
  Shape full;                   // what an elementwise case's operands are spread to
  bool same = false, unweighted = false;
  arma::mat U;
  std::vector<arma::mat> C;
};

struct Wishes {
  bool twice = false, plain = false;  // plain: no f(x, x), nothing broadcast
  bool distinct_operands = false;     // no f(x, x)
};

/// A random point; of a few entries, now and then of more than a pack's.
Point draw(const Case& c, Random& random, Wishes wishes = {});
/// The same with given sides.
Point draw(const Case& c, Random& random, Wishes wishes, std::array<std::uint32_t, 3> sides);
/// Matrices of normally distributed entries of the leaves' shapes.
std::vector<arma::mat> directions(const Point& p, Random& random);
arma::mat normal(Random& random, uword rows, uword cols);

template <class eT>
struct CompiledLoss {
  std::vector<Var<eT>> leaves;
  Var<eT> y, loss;
};

/// The function's value at leaves that are on a tape: spread and repeated as the point says.
template <class eT>
Var<eT> apply(const Case& c, const Point& p, const std::vector<Var<eT>>& leaves) {
  std::vector<Var<eT>> operands;
  for (unsigned k = 0; k < c.arity; ++k) {
    const std::size_t leaf = p.same ? 0 : k;
    operands.push_back(c.elementwise && !p.is_number[leaf] ? spread(leaves[leaf], p.full) : leaves[leaf]);
  }
  if constexpr (std::same_as<eT, double>)
    return c.in_double(operands);
  else
    return c.in_float(operands);
}

/// Records the point's loss at x; leaf k is held fixed where bit k of `held_fixed` is set.
template <class eT>
CompiledLoss<eT> record(Tape<eT>& tape, const Case& c, const Point& p, const std::vector<arma::mat>& x,
                        unsigned held_fixed = 0) {
  const auto own = [](const arma::mat& X) { return arma::conv_to<arma::Mat<eT>>::from(X); };
  tape.clear();
  CompiledLoss<eT> r;
  for (unsigned k = 0; k < x.size(); ++k) {
    const arma::Mat<eT> X = own(x[k]);
    const bool fixed = held_fixed >> k & 1;
    r.leaves.push_back(p.is_number[k] ? fixed ? tape.constant(X(0)) : tape.variable(X(0))
                       : fixed ? tape.constant(X)
                                      : tape.variable(X));
  }
  r.y = apply(c, p, r.leaves);
  if (p.U.n_elem != r.y.n_elem) return r;
  r.loss = p.unweighted ? accu(r.y) : accu(r.y % own(p.U));
  for (std::size_t k = 0; k < p.C.size(); ++k) r.loss = r.loss + accu(r.leaves[k] % own(p.C[k]));
  return r;
}

}  // namespace armagrad::harness
