#pragma once
// How well the checker does: of wrong gradients caught and rightly named, of right ones refused.

#include <map>

#include "hard_losses.hpp"
#include "mistakes.hpp"

namespace armagrad::checker {
using namespace detail;  // the score looks inside

struct Tally {
  unsigned tried = 0, caught = 0;
  unsigned named = 0;   // first in the diagnosis
  unsigned listed = 0;  // or told as about as likely
};

/// The gradient that was handed over, against the tape's of the same loss.
GradientCheck check_on_tape(const Loss& loss, const std::vector<arma::mat>& given);
/// The same against values of the loss alone, or of its terms.
GradientCheck check_of_values(const Loss& loss, const std::vector<arma::mat>& given, bool with_terms);

/// What the checker is given of a loss beside a gradient.
enum class Knowledge { tape, terms, values };
/// Puts each kind of mistake into losses; adds up by kind.
void score_mistakes(Draw& draw, const Loss& loss, Knowledge known, std::vector<Tally>& by_kind);

/// Verdicts on gradients of hard losses, right ones and wrong ones.
struct HardTally {
  struct Verdicts {
    unsigned passed = 0, failed = 0, inconclusive = 0;
    unsigned inconclusive_though_smooth = 0;  // and finite, near W
  };
  Verdicts right, wrong;
  std::vector<std::string> mistaken;             // reports of right ones refused and of wrong ones passed
  std::map<std::string, unsigned> reasons;       // of the inconclusive ones
  std::vector<std::string> inconclusive_smooth;  // their reports

  /// Nothing mistaken, at most one in 100 of either inconclusive, and none where the loss is smooth.
  bool good(unsigned checks) const {
    return mistaken.empty() && inconclusive_smooth.empty() && right.inconclusive <= 0.01 * checks &&
           wrong.inconclusive <= 0.01 * checks;
  }
};

/// A gradient of a loss of up to `most` entries, both drawn by the seed.
struct HardCase {
  std::uint64_t seed;
  double most;
  bool wrong, single, on_tape;
};
void check_hard_loss(const HardCase& c, HardTally& all);

/// Checks `checks` right and `checks` wrong gradients of hard losses of up to `most` entries: in double and,
/// one in four, in float; as plain functions and, one in three, on the tape.
HardTally check_hard_losses(std::uint64_t seed, unsigned checks, double most);

/// Checks right gradients of models and graphs; returns the reports of those that did not pass.
std::vector<std::string> false_alarms(Draw& draw, unsigned checks);

}  // namespace armagrad::checker
