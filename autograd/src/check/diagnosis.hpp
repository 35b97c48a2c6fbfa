#pragma once
// From the right gradient and a wrong one: which mistake would explain the difference?
//
// Hypotheses are general: each makes, of the right gradient and of what the loss is made of, a gradient that
// a certain mistake would give, with as few numbers fitted as it takes. They are ranked by how short they
// make the story (minimum description length, Rissanen 1978): a hypothesis that brings the difference r of n
// entries down to s saves n log10(|r| / s) digits, of which at most 6 an entry are counted, and costs the
// digits of what it had to be told: 6 for a number fitted, fewer for a natural one (-1, 2, 1/n), log10 of how
// many alternatives there were.

#include <armagrad/check_report.hpp>

#include "suspect.hpp"

namespace armagrad::detail {

/// There is no finding where nothing explains at least nine tenths of the difference, or saves enough digits.
Diagnosis diagnose(const Suspect& suspect);

/// Adds a diagnosis of a gradient of the wrong shape, or with a NaN, to the report.
void diagnose_misshapen(GradientCheck& report, const std::string& name, const arma::mat& W, const arma::mat& g);

}  // namespace armagrad::detail
