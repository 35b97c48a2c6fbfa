#pragma once
// What a Formula holds, to be written in any format.

#include <optional>

#include <armagrad/derive.hpp>

#include "recurrences.hpp"
#include "simplifier.hpp"
#include "writer.hpp"

namespace armagrad {
using namespace detail;

struct Formula::Derivation {
  struct Contribution {
    Index to, part;
    algebra::Term operand, rule, part_term;
    std::optional<algebra::Term> total;
    bool adds_up;
  };
  struct Step {
    Index node, adjoint;
    std::string operation;
    Location at;
    algebra::Term result, incoming;
    std::vector<Contribution> contributions;
  };
  enum class Left : std::uint8_t { derivative, hessian, differential, differential_of_gradient };
  algebra::Expressions expressions{};
  Left left = Left::derivative;
  std::string loss{};
  std::vector<std::pair<std::string, algebra::Term>> gradients{};  // by variable
  std::optional<algebra::Term> kron_form{};                        // of a differential: K of vec(dY) = K vec(dX)
  std::vector<algebra::RecurrenceLine> recurrences{};
  algebra::Wording wording{};
  std::vector<Assumption> assumptions{};
  std::vector<Step> steps{};
  std::vector<algebra::Rewrite> rewrites{};
  algebra::Wording step_wording{};

  enum class Part : std::uint8_t { definitions, recurrences, gradients };
  std::vector<Line> lines(const algebra::Style& style, bool shapes, Part part) const;
  std::string left_side(const algebra::Style& style, const std::string& variable) const;
  std::string written(const algebra::Style& style, bool shapes = false) const;
  std::string preamble() const;
};

}  // namespace armagrad
