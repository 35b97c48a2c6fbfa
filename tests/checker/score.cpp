#include "score.hpp"

#include <sstream>

namespace armagrad::checker {

GradientCheck check_on_tape(const Loss& loss, const std::vector<arma::mat>& given) {
  CheckOptions<double> options;
  options.analytic = given;
  return run_check<double>(
      options, [&](const std::vector<V>& w) { return loss.record(w); }, loss.W);
}

GradientCheck check_of_values(const Loss& loss, const std::vector<arma::mat>& given, bool with_terms) {
  const auto gradient = [&](const std::vector<arma::mat>& w) {
    const bool here = std::equal(w.begin(), w.end(), loss.W.begin(), [](const arma::mat& a, const arma::mat& b) {
      return arma::approx_equal(a, b, "absdiff", 0);
    });
    return here ? given : Loss{loss.name, w, loss.data, loss.terms}.gradients();
  };
  PlainLoss<double> plain{[&](const auto& w) { return loss.value(w); }, gradient, {}};
  if (!with_terms) return run_function_check<double>({}, plain, loss.W);
  for (std::size_t k = 0; k < loss.terms.size(); ++k)
    plain.terms.emplace_back(loss.terms[k].name, [&loss, k](const auto& w) { return loss.value_of_term(k, w); });
  return run_function_check<double>({}, plain, loss.W);
}

namespace {

/// Without the loss's terms a penalty of another weight shows as a multiple of a function of W, and its own
/// weight does not show.
bool is_right(const Finding& f, const Injected& mistake, Knowledge known) {
  const auto& names = mistake.right_names;
  const auto among = [&](Mistake m) { return std::find(names.begin(), names.end(), m) != names.end(); };
  if (known == Knowledge::values && mistake.of_penalty && f.mistake == Mistake::like_weights)
    return among(Mistake::term);
  return among(f.mistake) &&
         (!mistake.factor || std::abs(f.factor - *mistake.factor) <= 1e-5 * std::max(0.1, std::abs(*mistake.factor)));
}

}  // namespace

void score_mistakes(Draw& draw, const Loss& loss, Knowledge known, std::vector<Tally>& by_kind) {
  const bool on_tape = known == Knowledge::tape;
  by_kind.resize(kinds().size());
  for (std::size_t k = 0; k < kinds().size(); ++k) {
    if (kinds()[k].on_tape_only && !on_tape) continue;
    const std::optional<Injected> mistake = kinds()[k].inject(draw, loss);
    if (!mistake) continue;
    const GradientCheck check = on_tape ? check_on_tape(loss, mistake->gradients)
                                        : check_of_values(loss, mistake->gradients, known == Knowledge::terms);
    Tally& t = by_kind[k];
    ++t.tried;
    if (check.passed()) continue;
    ++t.caught;
    if (check.diagnoses.empty()) continue;
    const auto& findings = check.diagnoses.back().findings;
    const bool unknown = mistake->right_names.empty();
    t.named += unknown ? findings.empty() : !findings.empty() && is_right(findings[0], *mistake, known);
    t.listed += unknown ? findings.empty() : std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
      return is_right(f, *mistake, known);
    });
  }
}

namespace {

template <class eT>
GradientCheck check_hard(const HardLoss<eT>& loss, const arma::Col<eT>& given, bool on_tape) {
  if (on_tape) {
    CheckOptions<eT> options;
    options.analytic = {arma::Mat<eT>(given)};
    return check_gradient(
        options, [&](const Var<eT>& w) { return loss.on_tape(w); }, arma::Mat<eT>(loss.w));
  }
  const auto gradient = [&](const arma::Col<eT>& w) {
    return arma::approx_equal(w, loss.w, "absdiff", eT(0)) ? given : loss.gradient(w);
  };
  return check_gradient([&](const arma::Col<eT>& w) { return loss.value(w); }, gradient, loss.w);
}

std::string reason_of(const GradientCheck& check) {
  for (const Evidence& e : check.evidence) {
    if (e.verdict != Verdict::inconclusive) continue;
    for (const char* reason : {"rounding of the loss hides", "jumps there", "not finite", "one side", "inf at",
                               "nan at", "could not be compared"}) {
      if (e.problem.find(reason) != std::string::npos) return reason;
    }
    return e.problem;
  }
  return "";
}

template <class eT>
void check_hard(const HardCase& c, HardTally& all) {
  Draw draw(c.seed);
  HardLoss<eT> loss;
  std::string what = "right";
  arma::Col<eT> given;
  do {
    loss = random_hard_loss<eT>(draw, c.most);
    given = c.wrong ? wrong_gradient(draw, loss, what) : loss.gradient(loss.w);
  } while (given.is_empty());
  const GradientCheck check = check_hard(loss, given, c.on_tape);
  HardTally::Verdicts& v = c.wrong ? all.wrong : all.right;
  const Verdict verdict = check.verdict();
  ++(verdict == Verdict::passed ? v.passed : verdict == Verdict::failed ? v.failed : v.inconclusive);
  std::ostringstream report;
  report << "seed " << c.seed << ", " << what << (c.on_tape ? ", on the tape, " : ", ") << loss.name()
         << (c.single ? ", float" : "") << ", scale " << loss.scale << '\n'
         << check;
  if (verdict == Verdict::inconclusive) {
    ++all.reasons[reason_of(check)];
    if (loss.smooth) ++v.inconclusive_though_smooth, all.inconclusive_smooth.push_back(report.str());
  } else if ((verdict == Verdict::passed) == c.wrong) {
    all.mistaken.push_back(report.str());
  }
}

}  // namespace

void check_hard_loss(const HardCase& c, HardTally& all) {
  c.single ? check_hard<float>(c, all) : check_hard<double>(c, all);
}

HardTally check_hard_losses(std::uint64_t seed, unsigned checks, double most) {
  HardTally all;
  for (unsigned i = 0; i < 2 * checks; ++i)
    check_hard_loss({seed + i, most, i % 2 == 1, (i / 2) % 4 == 3, (i / 2) % 3 == 2}, all);
  return all;
}

std::vector<std::string> false_alarms(Draw& draw, unsigned checks) {
  std::vector<std::string> refused;
  for (unsigned i = 0; i < checks; ++i) {
    Loss loss = i % 2 ? random_graph(draw) : random_model(draw);
    const double scale = std::pow(10.0, double(draw() % 3) - 2);
    for (arma::mat& w : loss.W) w *= scale;
    const auto g = loss.gradients();
    const GradientCheck check = i % 4 < 2 ? check_on_tape(loss, g) : check_of_values(loss, g, false);
    if (check.passed()) continue;
    std::ostringstream text;
    text << loss.name << " at W of size " << scale << '\n' << check;
    refused.push_back(text.str());
  }
  return refused;
}

}  // namespace armagrad::checker
