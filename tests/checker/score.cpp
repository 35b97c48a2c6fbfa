#include "score.hpp"

#include <sstream>

namespace armagrad::checker {

GradientCheck check_on_tape(const Loss& loss, const std::vector<arma::mat>& given) {
  CheckOptions<double> options;
  options.analytic = given;
  return run_check<double>(
      options, [&](const std::vector<V>& w) { return loss.record(w); }, loss.W);
}

GradientCheck check_of_values(const Loss& loss, const std::vector<arma::mat>& given) {
  PlainLoss<double> plain{
      [&](const auto& w) { return loss.value(w); }, [&](const auto&) { return given; }, {}};
  for (std::size_t k = 0; k < loss.terms.size(); ++k)
    plain.terms.emplace_back(loss.terms[k].name,
                             [&loss, k](const auto& w) { return loss.value_of_term(k, w); });
  return run_function_check<double>({}, plain, loss.W);
}

namespace {

bool is_right(const Finding& f, const Injected& mistake) {
  const auto& names = mistake.right_names;
  if (std::find(names.begin(), names.end(), f.mistake) == names.end()) return false;
  return !mistake.factor ||
         std::abs(f.factor - *mistake.factor) <= 1e-5 * std::max(0.1, std::abs(*mistake.factor));
}

}  // namespace

void score_mistakes(Draw& draw, const Loss& loss, bool on_tape, std::vector<Tally>& by_kind) {
  by_kind.resize(kinds().size());
  for (std::size_t k = 0; k < kinds().size(); ++k) {
    if (kinds()[k].on_tape_only && !on_tape) continue;
    const std::optional<Injected> mistake = kinds()[k].inject(draw, loss);
    if (!mistake) continue;
    const GradientCheck check =
        on_tape ? check_on_tape(loss, mistake->gradients) : check_of_values(loss, mistake->gradients);
    Tally& t = by_kind[k];
    ++t.tried;
    if (check.passed()) continue;
    ++t.caught;
    if (check.diagnoses.empty()) continue;
    const auto& findings = check.diagnoses.back().findings;
    const bool unknown = mistake->right_names.empty();
    t.named += unknown ? findings.empty() : !findings.empty() && is_right(findings[0], *mistake);
    t.listed += unknown ? findings.empty()
                        : std::any_of(findings.begin(), findings.end(),
                                      [&](const Finding& f) { return is_right(f, *mistake); });
  }
}

std::vector<std::string> false_alarms(Draw& draw, unsigned checks) {
  std::vector<std::string> refused;
  for (unsigned i = 0; i < checks; ++i) {
    Loss loss = i % 2 ? random_graph(draw) : random_model(draw);
    const double scale = std::pow(10.0, double(draw() % 3) - 2);
    for (arma::mat& w : loss.W) w *= scale;
    const auto g = loss.gradients();
    const GradientCheck check = i % 4 < 2 ? check_on_tape(loss, g) : check_of_values(loss, g);
    if (check.passed()) continue;
    std::ostringstream text;
    text << loss.name << " at W of size " << scale << '\n' << check;
    refused.push_back(text.str());
  }
  return refused;
}

}  // namespace armagrad::checker
