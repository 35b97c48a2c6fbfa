// check_gradient of plain functions.

#include <armagrad/check_function.hpp>

#include "diagnosis.hpp"
#include "gradient_rounding.hpp"
#include "plain_loss.hpp"

namespace armagrad::detail {

namespace {

template <class eT>
class FunctionCheck {
 public:
  using Matrices = std::vector<arma::Mat<eT>>;

  FunctionCheck(const CheckOptions<eT>& options, const PlainLoss<eT>& f, const Matrices& W)
      : options_(options), f_(f), W_(W), x_(W), random_(generator(options.seed)) {
    for (std::size_t v = 0; v < W.size(); ++v) names_.push_back(variable_name(options, v, W.size()));
  }

  GradientCheck run() {
    for (std::size_t v = 0; v < W_.size(); ++v) {
      const std::string problem = infinite_problem(names_[v], in_double(W_[v]));
      if (!problem.empty()) report_.evidence.push_back(Comparer(names_[v], "itself").inconclusive(problem));
    }
    if (!report_.evidence.empty()) return report_;
    if (const std::string problem = loss_problem(f_.value(W_), f_.value(W_)); !problem.empty()) {
      report_.evidence.push_back(Comparer("loss", "itself").failed(problem));
      return report_;
    }
    call_gradient();
    for (std::size_t v = 0; v < W_.size(); ++v) check(v);
    return report_;
  }

 private:
  /// At W, at a second point, and at W again: a gradient may depend on the call before.
  void call_gradient() {
    given_ = f_.gradient(W_);
    for (const arma::Mat<eT>& w : W_) second_.push_back(second_point(w, random_));
    at_second_ = gradient_or_nothing(second_);
    again_ = f_.gradient(W_);
    once_more_ = f_.gradient(W_);
    nearby_ = gradients_nearby<eT>(
        [this](const Matrices& x) {
          std::vector<arma::mat> g;
          for (const arma::Mat<eT>& one : gradient_or_nothing(x)) g.push_back(in_double(one));
          return g;
        },
        W_, again_, random_);
  }
  Matrices gradient_or_nothing(const Matrices& x) const {
    try {
      Matrices g = f_.gradient(x);
      for (std::size_t v = 0; v < W_.size(); ++v) {
        if (v >= g.size() || arma::size(g[v]) != arma::size(W_[v]) || !g[v].is_finite()) return {};
      }
      return g;
    } catch (const std::exception&) {
      return {};
    }
  }

  void check(std::size_t v) {
    const Comparer c(names_[v], "itself");
    std::string problem =
        v < given_.size() ? shape_problem(names_[v], W_[v], given_[v]) : "the gradient has no such part";
    if (problem.empty()) problem = finite_problem(given_[v]);
    if (!problem.empty()) {
      report_.evidence.push_back(c.failed(problem));
      if (v < given_.size()) diagnose_misshapen(report_, names_[v], in_double(W_[v]), in_double(given_[v]));
      return;
    }
    if (const Finding f = state(v); !f.what.empty()) {
      report_.evidence.push_back(c.failed("two calls at the same point gave different gradients"));
      if (f.mistake != Mistake::unknown)
        report_.diagnoses.push_back({names_[v], {f}, {}, f.part});
      else
        report_.evidence.back().problem = f.what;
      return;
    }
    const LossOfOne loss = of_variable(f_.value, x_, v);
    const CheckedGradient given = known(v, given_[v]);
    const arma::mat W = in_double(W_[v]);
    const std::size_t before = report_.evidence.size();
    const Truth truth = Differences(difference_options(), loss, W, given, names_[v], report_).run();
    const bool failed = std::any_of(report_.evidence.begin() + long(before), report_.evidence.end(),
                                    [](const Evidence& e) { return e.verdict == Verdict::failed; });
    if (failed)
      diagnose_at(v, W_, given.gradient, truth);
    else if (report_.evidence.size() > before)
      check_second_point(v);
  }

  CheckedGradient known(std::size_t v, const arma::Mat<eT>& g) const {
    if (nearby_.empty()) return {in_double(g), arma::mat(arma::size(g), arma::fill::zeros), 0};
    return {in_double(g), nearby_[v].rounding, nearby_[v].change};
  }
  DifferenceOptions difference_options() const { return {options_.entries, options_.directions, options_.seed}; }

  /// How the gradient depends on earlier calls, if it does.
  Finding state(std::size_t v) const {
    const arma::Mat<eT>&a = given_[v], &c = again_[v], &d = once_more_[v];
    const auto same = [](const arma::Mat<eT>& x, const arma::Mat<eT>& y) {
      return arma::size(x) == arma::size(y) && norm_of(arma::Mat<eT>(x - y)) <= 1e-6 * std::max(norm_of(x), norm_of(y));
    };
    if (same(a, c) && same(c, d)) return {};
    Finding f;
    f.variable = names_[v];
    if (!at_second_.empty()) {
      const arma::Mat<eT>& b = at_second_[v];
      if (!same(c, d) && same(arma::Mat<eT>(d - c), arma::Mat<eT>(c - b)) && norm_of(b) > 0) {
        f.mistake = Mistake::accumulated;
        f.what = "each call adds to the result of the call before: its buffer is not reset";
        f.part = "set the gradient to zero at the beginning of each call";
        return f;
      }
      if (same(b, d) && !same(c, d)) {
        f.mistake = Mistake::stale;
        f.what = "it is the gradient at the point of the previous call";
        f.part = "compute what the gradient reads from its own argument, not from the last call of the loss";
        return f;
      }
    }
    f.what = "two calls gave different gradients: seed what is drawn at random anew in each call";
    return f;
  }

  void diagnose_at(std::size_t v, const Matrices& at, const arma::mat& g, const Truth& truth) {
    Suspect suspect(names_[v], in_double(at[v]), truth.gradient, truth.error, g);
    x_ = at;
    for (const auto& [label, part] : f_.terms)
      suspect.parts.push_back(
          {Mistake::term, label, differences_where(truth.gradient, of_variable(part, x_, v), in_double(at[v]))});
    for (std::size_t u = 0; u < given_.size(); ++u) {
      if (u != v && arma::size(given_[u]) == arma::size(given_[v]))
        suspect.others.emplace_back(names_[u], in_double(given_[u]));
    }
    report_.diagnoses.push_back(diagnose(suspect));
    x_ = W_;
  }

  /// A term whose gradient is 0 at W shows elsewhere, as does a gradient remembered from another point.
  void check_second_point(std::size_t v) {
    const bool zero = largest(W_[v]) == 0 && !W_[v].is_empty();
    std::string seen = "no second point could be tested";
    if (!at_second_.empty()) {
      x_ = second_;
      const LossOfOne loss = of_variable(f_.value, x_, v);
      const CheckedGradient given = known(v, at_second_[v]);
      const arma::mat W = in_double(second_[v]);
      GradientCheck there;
      if (Differences(difference_options(), loss, W, given, names_[v], there).clearly_wrong()) {
        const Truth truth = Differences(difference_options(), loss, W, given, names_[v], there).run();
        report_.evidence.push_back(Comparer(names_[v], "second point")
                                       .failed("right at " + names_[v] + (zero ? " = 0" : "") + ", wrong at a point " +
                                               (zero ? "beside it" : "3/10 of it away")));
        diagnose_at(v, second_, given.gradient, truth);
      }
      seen = "it was tested at a second point, too";
      x_ = W_;
    }
    if (zero) report_.notes.push_back(names_[v] + " is 0, where the gradient of a penalty is 0: " + seen);
  }

  const CheckOptions<eT>& options_;
  const PlainLoss<eT>& f_;
  const Matrices& W_;
  Matrices x_, second_, given_, at_second_, again_, once_more_;
  std::vector<Nearby> nearby_;
  std::mt19937_64 random_;
  std::vector<std::string> names_;
  GradientCheck report_;
};

}  // namespace

template <class eT>
GradientCheck run_function_check(const CheckOptions<eT>& options, const PlainLoss<eT>& f,
                                 const std::vector<arma::Mat<eT>>& W) {
  return FunctionCheck<eT>(options, f, W).run();
}
template ARMAGRAD_EXPORT GradientCheck run_function_check(const CheckOptions<double>&, const PlainLoss<double>&,
                                                          const std::vector<arma::Mat<double>>&);
template ARMAGRAD_EXPORT GradientCheck run_function_check(const CheckOptions<float>&, const PlainLoss<float>&,
                                                          const std::vector<arma::Mat<float>>&);

}  // namespace armagrad::detail
