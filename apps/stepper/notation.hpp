#pragma once
// Operations entry by entry, and in words: a table by kind of operation.

#include "backward.hpp"

namespace armagrad::apps {

/// A node as the notation needs it.
struct Spelt {
  std::string name;
  Shape shape;
};

struct EntryWise {
  std::string forward;                // Z[i,j] = Σ_k W[k,i] X[k,j]; empty where there is nothing simple
  std::vector<std::string> backward;  // what each operand's adjoint gets
  std::string rule;                   // in words
};

/// y = operation(x...), whose parameters are as Operation prints them.
EntryWise entry_wise(const Operation<double>& operation, const std::string& parameters, const Spelt& y,
                     const std::vector<Spelt>& x);

}  // namespace armagrad::apps
