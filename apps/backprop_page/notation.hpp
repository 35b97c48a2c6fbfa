#pragma once
// Operations entry by entry, and in words.
//
// Z[i,j] is an entry, x[i] one of a row or a column; indices begin at 0. [i = j] is 1 where that is so, else
// 0. What stands on the left with an index that is computed, Z[i+2,j] = X[i,j], is 0 elsewhere; += adds to
// what is there.

#include <armagrad/detail/operation.hpp>
#include <armagrad/detail/parameter.hpp>
#include <string>
#include <vector>

namespace armagrad::apps {
using namespace detail;

/// A node as the notation needs it.
struct Spelt {
  std::string name;
  Shape shape;
};

struct EntryWise {
  std::string forward;                // Z[i,j] = Σ_k W[k,i] X[k,j]; empty where none is known
  std::vector<std::string> backward;  // what each operand's adjoint gets; empty where that is nothing
  std::string rule;                   // in words
};

/// y = operation(x...), `x` without factorisations. Of what is not stated here, nothing.
EntryWise entry_wise(const Operation<double>& operation, const algebra::Parameters& parameters, const Spelt& y,
                     const std::vector<Spelt>& x, bool symmetric = false);

}  // namespace armagrad::apps
