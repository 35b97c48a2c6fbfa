#include "diagnosis.hpp"

#include <iomanip>
#include <sstream>

#include "hypotheses.hpp"

namespace armagrad::detail {

namespace {

std::string percent(double x) {
  std::ostringstream text;
  text << std::setprecision(3) << 100 * x << " %";
  return text.str();
}

/// What is worth knowing whatever the mistake is: the cosine, and terms that hide others.
std::vector<std::string> facts_about(const Suspect& s, const Difference& d) {
  std::vector<std::string> facts;
  const double g = arma::norm(d.g()), h = arma::norm(d.h());
  if (g > 0 && h > 0) {
    const double cosine = arma::dot(d.g(), d.h()) / (g * h);
    std::ostringstream text;
    text << std::setprecision(3) << "|difference| / |gradient| " << d.norm() / std::max(g, h) << ", |given| / |right| "
         << h / g << ", cosine " << std::fixed << std::setprecision(4) << cosine;
    if (cosine > 0.999) text << ": a step along it still goes down, which proves nothing";
    facts.push_back(text.str());
  }
  const double whole = d.norm() / std::max(g, h);
  for (const Part& p : s.parts) {
    const double size = p.mistake == Mistake::term ? arma::norm(d.where(p.gradient)) : 0, off = d.norm() / size;
    if (size == 0 || size > 0.5 * g || whole > 0.3 || off < 2 * whole || off > 10) continue;
    facts.push_back(std::string("the term ") + p.name + " makes up only " + percent(size / g) +
                    " of the gradient's norm; if it alone is wrong, it is off by " + percent(off) +
                    " of itself, which the other terms hide");
  }
  return facts;
}

std::string advice(const Diagnosis& d, const Suspect& s) {
  const std::string alone = "check the loss's terms one at a time, each with its own gradient";
  if (d.findings.empty())
    return s.parts.empty() && s.alternatives.empty()
               ? alone + ", or write the loss on a tape and hand this gradient over as CheckOptions::analytic"
               : alone + "; then a smaller case (one sample, two classes), by hand";
  const Finding& f = d.findings[0];
  switch (f.mistake) {
    case Mistake::zero:
      return "see that the loss reads this variable itself, not a copy or a global";
    case Mistake::factor:
      return "go through the constant factors: the mean's 1/n, the 2 of a square, the sign";
    case Mistake::term:
      return "check " + f.part + " alone, and the loss without it (weight 0)";
    case Mistake::path:
      return "go through the product and chain rule there: " + f.part;
    case Mistake::derivative:
      return "multiply by the derivative of " + f.part;
    case Mistake::constant:
      return "look in the gradient's code for " + f.part;
    case Mistake::transposed:
    case Mistake::permuted:
      return "look at the transposes and the order of the entries";
    case Mistake::sums:
      return "look at what is normalised, and along which dimension";
    case Mistake::like_weights:
      return "check the loss without its penalty (weight 0), then the penalty alone";
    case Mistake::entries:
      return "look at the indices and bounds of the loop that fills these entries";
    case Mistake::precision:
      return "look for float where double is due";
    case Mistake::clipped:
      return "take the clipping out of the gradient that is checked";
    default:
      return alone;
  }
}

}  // namespace

Diagnosis diagnose(const Suspect& suspect) {
  Diagnosis d{suspect.name, {}, {}, ""};
  const Difference difference(suspect);
  if (difference.size() == 0 || difference.norm() == 0) return d;
  d.findings = explain(suspect, difference);
  d.facts = facts_about(suspect, difference);
  d.next = advice(d, suspect);
  return d;
}

void diagnose_misshapen(GradientCheck& report, const std::string& name, const arma::mat& W, const arma::mat& g) {
  Diagnosis d{name, {}, {}, ""};
  if (W.n_rows == g.n_cols && W.n_cols == g.n_rows && arma::size(W) != arma::size(g)) {
    d.findings.push_back({Mistake::transposed, name, "transposed: its shape is that of " + name + "'", "", 1, 1, 0});
    d.next = "transpose it and check again";
  } else if (arma::size(W) == arma::size(g)) {
    d.findings.push_back({Mistake::not_finite, name,
                          "NaN or infinite although the loss is finite: overflow, 0/0 or log(0) in the gradient alone",
                          "", 1, 1, 0});
    d.next = "look for exp of large numbers (subtract the maximum first), division by 0 and log of 0";
  } else {
    return;
  }
  report.diagnoses.push_back(std::move(d));
}

}  // namespace armagrad::detail
