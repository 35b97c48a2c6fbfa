#pragma once
// How well the checker does: of wrong gradients caught and rightly named, of right ones refused.

#include "mistakes.hpp"

namespace armagrad::checker {

struct Tally {
  unsigned tried = 0, caught = 0;
  unsigned named = 0;   // first in the diagnosis
  unsigned listed = 0;  // or told as about as likely
};

/// The gradient that was handed over, against the tape's of the same loss.
GradientCheck check_on_tape(const Loss& loss, const std::vector<arma::mat>& given);
/// The same against values of the loss alone.
GradientCheck check_of_values(const Loss& loss, const std::vector<arma::mat>& given);

/// Puts each kind of mistake into losses; adds up by kind.
void score_mistakes(Draw& draw, const Loss& loss, bool on_tape, std::vector<Tally>& by_kind);

/// Checks right gradients; returns the reports of those that were refused.
std::vector<std::string> false_alarms(Draw& draw, unsigned checks);

}  // namespace armagrad::checker
