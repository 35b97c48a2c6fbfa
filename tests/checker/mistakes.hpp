#pragma once
// Mistakes that people make in gradients, put into a loss's right one.

#include <optional>

#include "losses.hpp"

namespace armagrad::checker {

struct Injected {
  std::size_t variable = 0;
  std::vector<arma::mat> gradients;   // by all variables, one of them wrong
  std::vector<Mistake> right_names;   // what a diagnosis may call it; none: it should say "unknown"
  std::optional<double> factor = {};  // which it should then find
  bool of_penalty = false;            // whether the term is a penalty
};

struct Kind {
  std::string name;
  bool on_tape_only;  // cannot be told from values of the loss and its terms alone
  std::optional<Injected> (*inject)(Draw&, const Loss&);
};

/// All kinds. inject() gives nothing where the loss has no place for it, or where it would change nothing.
const std::vector<Kind>& kinds();

}  // namespace armagrad::checker
