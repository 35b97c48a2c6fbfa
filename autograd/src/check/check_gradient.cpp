// check_gradient of a loss on a tape.

#include <armagrad/check_gradient.hpp>
#include <armagrad/detail/complex_replay.hpp>

#include "diagnosis.hpp"
#include "gradient_rounding.hpp"
#include "graph_parts.hpp"
#include "plain_loss.hpp"

namespace armagrad::detail {

namespace {

/// A check of a loss on a tape: what is recorded, and the tests that a tape makes possible.
template <class eT>
class TapeCheck {
 public:
  TapeCheck(const CheckOptions<eT>& options, const LossOnTape<eT>& loss, const std::vector<arma::Mat<eT>>& W)
      : options_(options), loss_(loss), W_(W) {
    for (std::size_t v = 0; v < W.size(); ++v) names_.push_back(variable_name(options, v, W.size()));
  }

  GradientCheck run() {
    const PlainFunction<eT> value = [this](const std::vector<arma::Mat<eT>>& x) {
      return double(record(moved_, x).loss.scalar());
    };
    for (std::size_t v = 0; v < W_.size(); ++v) {
      const std::string problem = infinite_problem(names_[v], in_double(W_[v]));
      if (!problem.empty()) report_.evidence.push_back(Comparer(names_[v], "itself").inconclusive(problem));
    }
    if (!report_.evidence.empty()) return report_;
    base_ = record(tape_, W_);
    tape_.backward(base_.loss, true);
    const double at_W = double(base_.loss.scalar()), again = value(W_);
    std::string problem = loss_problem(at_W, again);
    if (!problem.empty() && std::isfinite(at_W)) problem = loss_problem(at_W, again, rounding_of_terms());
    if (!problem.empty()) {
      report_.evidence.push_back(Comparer("loss", "itself").failed(problem + culprit()));
      return report_;
    }
    for (std::size_t v = 0; v < W_.size(); ++v) {
      gradients_.push_back(tape_.gradient(base_.leaves[v]));
      changed_.emplace_back(arma::size(W_[v]), arma::fill::zeros);
    }
    measure_rounding();
    has_complex_step_ = ComplexReplay<eT>(base_.loss).is_possible();
    if (!has_complex_step_)
      report_.notes.push_back("no complex step: the loss goes through plain functions (external)");
    for (std::size_t v = 0; v < W_.size(); ++v) check(v, value);
    return report_;
  }

 private:
  struct Record {
    Var<eT> loss;
    std::vector<Var<eT>> leaves;
  };
  Record record(Tape<eT>& tape, const std::vector<arma::Mat<eT>>& x) const {
    tape.clear();
    Record r;
    for (std::size_t v = 0; v < x.size(); ++v) r.leaves.push_back(tape.variable(view(x[v], names_[v].c_str())));
    r.loss = engine_of(tape).here(loss_(r.leaves), "check_gradient", {});
    return r;
  }
  /// What sums in another order may change in a loss whose terms cancel: some roundings of the largest matrix that it
  /// is made of, by the sum of its entries' sizes.
  double rounding_of_terms() {
    double most = 0;
    Engine<eT>& engine = engine_of(tape_);
    const Index root = base_.loss.index();
    const std::vector<bool> needed = engine.needed_by({&root, 1});
    for (Index i = 0; i < needed.size(); ++i) {
      if (!needed[i]) continue;
      const double size = arma::accu(arma::abs(in_double(engine.handle(i).value())));
      if (std::isfinite(size)) most = std::max(most, size);
    }
    return 16 * double(std::numeric_limits<eT>::epsilon()) * most;
  }
  /// Which operation made the first NaN or infinity, if one did.
  std::string culprit() {
    try {
      moved_.detect_anomalies();
      moved_.backward(record(moved_, W_).loss, true);
    } catch (const std::runtime_error& error) {
      moved_.detect_anomalies(false);
      return std::string(": ") + error.what();
    }
    moved_.detect_anomalies(false);
    return "";
  }
  void measure_rounding() {
    std::mt19937_64 random = generator(options_.seed);
    for (const double adjoint : other_adjoints) {
      const Record again = record(moved_, W_);
      const arma::Mat<eT> seed(1, 1, arma::fill::value(eT(adjoint)));
      moved_.backward(again.loss, seed);
      for (std::size_t v = 0; v < W_.size(); ++v) {
        const arma::mat g = in_double(moved_.gradient(again.leaves[v])) / double(seed(0));
        if (g.is_finite()) changed_[v] = arma::max(changed_[v], arma::abs(g - in_double(gradients_[v])));
      }
    }
    nearby_ = gradients_nearby<eT>([this](const std::vector<arma::Mat<eT>>& x) { return gradients_at(x); }, W_,
                                   gradients_, random);
    nearby_.resize(W_.size());
    for (std::size_t v = 0; v < W_.size(); ++v) {
      if (nearby_[v].rounding.is_finite() && !nearby_[v].rounding.is_empty())
        changed_[v] = arma::max(changed_[v], nearby_[v].rounding);
    }
  }
  /// None outside the loss's domain.
  std::vector<arma::mat> gradients_at(const std::vector<arma::Mat<eT>>& x) {
    std::vector<arma::mat> g;
    try {
      const Record there = record(moved_, x);
      moved_.backward(there.loss);
      for (const Var<eT>& leaf : there.leaves) g.push_back(in_double(moved_.gradient(leaf)));
    } catch (const std::runtime_error&) {
    }
    return g;
  }
  void check(std::size_t v, const PlainFunction<eT>& value) {
    const arma::Mat<eT>& g = gradients_[v];
    if (const std::string problem = finite_problem(g); !problem.empty()) {
      report_.evidence.push_back(Comparer(names_[v], "itself").failed(problem + culprit()));
      return;
    }
    const std::size_t before = report_.evidence.size();
    std::vector<arma::Mat<eT>> x = W_;
    const LossOfOne loss = of_variable(value, x, v);
    const CheckedGradient given{in_double(g), changed_[v], nearby_[v].change};
    const arma::mat W = in_double(W_[v]);
    const Truth truth =
        Differences({options_.entries, options_.directions, options_.seed}, loss, W, given, names_[v], report_).run();
    if (complex_step(v, truth) && truth.hidden_by_rounding) {
      // The complex step subtracts nothing: it sees what rounding hides from differences.
      for (std::size_t k = before; k < report_.evidence.size(); ++k) {
        if (report_.evidence[k].verdict == Verdict::inconclusive) report_.evidence[k].verdict = Verdict::passed;
      }
    }
    backward_again(v);
    if (options_.hessian) hessian_symmetry(v);
    const bool failed = std::any_of(report_.evidence.begin() + long(before), report_.evidence.end(),
                                    [](const Evidence& e) { return e.verdict == Verdict::failed; });
    if (failed) {
      report_.diagnoses.push_back(diagnose(Suspect(names_[v], W, truth.gradient, truth.error, in_double(g))));
      const std::string flat = flat_operations(base_.loss);
      if (!flat.empty())
        report_.diagnoses.back().facts.push_back("of zero derivative, whatever their values do: " + flat);
    }
    if (v < options_.analytic.size()) analytic(v);
  }

  /// Whether the complex step agrees in all entries that are not at a kink. Those that differences left unsettled may
  /// be at one, where it takes the derivative of one side: they may agree, and cannot fail.
  bool complex_step(std::size_t v, const Truth& truth) {
    const arma::Mat<eT>& g = gradients_[v];
    arma::Col<eT> differentiable(g.n_elem, arma::fill::ones), unsettled(g.n_elem, arma::fill::zeros);
    differentiable.elem(truth.at_kink).zeros();
    for (const uword e : truth.unsettled) unsettled(e) = differentiable(e), differentiable(e) = 0;
    if (!has_complex_step_) return false;
    // Both are sums of terms that may cancel, of which the loss's own rounding tells the size.
    const arma::mat size = arma::abs(in_double(W_[v]));
    const double floor = !size.is_empty() && size.max() > 0 ? typical(size) : 1;
    const arma::mat allowed = rounding_of(g, changed_[v]) + 30 * truth.noise / arma::clamp(size, floor, infinity);
    ComplexReplay<eT> replay(base_.loss);
    bool agrees = true;
    if (arma::any(differentiable)) {
      report_.evidence.push_back(by_complex_step(v, replay, differentiable, allowed));
      agrees = report_.evidence.back().passed();
    }
    if (!arma::any(unsettled)) return agrees && arma::any(differentiable);
    const Evidence more = by_complex_step(v, replay, unsettled, allowed);
    if (more.passed()) report_.evidence.push_back(more);
    return agrees && more.passed();
  }
  /// The complex step in the entries that are marked.
  Evidence by_complex_step(std::size_t v, ComplexReplay<eT>& replay, const arma::Col<eT>& marked,
                           const arma::mat& allowed) {
    const arma::Mat<eT>& g = gradients_[v];
    Comparer c(names_[v], "complex step");
    const bool one_by_one = g.n_elem <= options_.entries;
    const auto add = [&](uword row, uword col, double given, const arma::Mat<eT>& d, double most) {
      const double found = double(replay.derivative(base_.leaves[v], d));
      double miss = std::abs(given - found);
      if (miss > most) {
        const auto [low, high] = beside(v, d);
        miss = std::min(miss, std::max({low - found, found - high, 0.0}));
      }
      c.add(row, col, given, found, miss, most);
    };
    if (one_by_one) {
      arma::Mat<eT> unit(arma::size(g), arma::fill::zeros);
      for (uword e = 0; e < g.n_elem; ++e) {
        if (marked(e) == 0) continue;
        unit(e) = 1;
        add(e % g.n_rows, e / g.n_rows, double(g(e)), unit, allowed(e));
        unit(e) = 0;
      }
    } else {
      std::mt19937_64 random = generator(options_.seed);
      for (uword k = 0; k < options_.directions; ++k) {
        arma::Mat<eT> d = random_signs(g, random);
        for (uword e = 0; e < g.n_elem; ++e) d(e) *= marked(e);
        const double slope = inner(g, d), eps = double(std::numeric_limits<eT>::epsilon());
        add(k, 0, slope, d, 3 * typical(allowed) + 200 * eps * (std::abs(slope) + typical(g)));
      }
    }
    Evidence e = c.verdict();
    e.entries = one_by_one;
    return e;
  }

  /// The slopes along d of the tape's gradients on either side of W and at it, least and greatest: at a kink, which
  /// rounding may hide from differences, the complex step takes one side's.
  std::pair<double, double> beside(std::size_t v, const arma::Mat<eT>& d) {
    const eT eps = std::numeric_limits<eT>::epsilon(), size = eT(typical(W_[v]) > 0 ? typical(W_[v]) : 1);
    double low = inner(gradients_[v], d), high = low;
    for (const eT side : {eT(1), eT(-1)}) {
      std::vector<arma::Mat<eT>> x = W_;
      for (uword e = 0; e < d.n_elem; ++e) {
        const eT step = 8 * eps * std::max(size, std::abs(W_[v](e)));
        if (d(e) != 0) x[v](e) += d(e) > 0 ? side * step : -side * step;
      }
      const std::vector<arma::mat> g = gradients_at(x);
      if (g.empty() || !g[v].is_finite()) continue;
      const double slope = inner(g[v], in_double(d));
      low = std::min(low, slope), high = std::max(high, slope);
    }
    return {low, high};
  }

  void backward_again(std::size_t v) {
    Comparer c(names_[v], "backward pass again");
    tape_.backward(base_.loss, true);
    const arma::Mat<eT>& again = tape_.gradient(base_.leaves[v]);
    const arma::Mat<eT>& g = gradients_[v];
    for (uword e = 0; e < g.n_elem; ++e) c.add(e % g.n_rows, e / g.n_rows, double(g(e)), double(again(e)), 0);
    report_.evidence.push_back(c.verdict());
  }

  /// u' H v against v' H u.
  void hessian_symmetry(std::size_t v) {
    const double eps = double(std::numeric_limits<eT>::epsilon());
    std::mt19937_64 random = generator(options_.seed);
    const arma::Mat<eT> a = random_signs(W_[v], random), b = random_signs(W_[v], random);
    const auto product = [&](const arma::Mat<eT>& d) {
      const Record moved = record(moved_, W_);
      const Var<eT> w = moved.leaves[v];
      moved_.backward(dot(gradient(moved.loss, w), view(d)));
      return arma::Mat<eT>(moved_.gradient(w));
    };
    const arma::Mat<eT> Ha = product(a), Hb = product(b);
    Comparer c(names_[v], "Hessian's symmetry");
    c.add(0, 0, inner(a, Hb), inner(b, Ha), 1e3 * eps * std::max(norm_of(Ha), norm_of(Hb)));
    report_.evidence.push_back(c.verdict());
    report_.evidence.back().entries = false;
  }

  void analytic(std::size_t v) {
    const arma::Mat<eT>&g = gradients_[v], &a = options_.analytic[v];
    Comparer c(names_[v], "analytic gradient");
    std::string problem = shape_problem(names_[v], g, a);
    if (problem.empty()) problem = finite_problem(a);
    if (!problem.empty()) {
      report_.evidence.push_back(c.failed(problem));
      diagnose_misshapen(report_, names_[v], in_double(g), in_double(a));
      return;
    }
    if (largest(W_[v]) == 0 && !W_[v].is_empty())
      report_.notes.push_back(names_[v] +
                              " is 0, where the gradient of a penalty is 0: check the analytic gradient at "
                              "another point as well");
    const arma::mat allowed = rounding_of_formula(g, changed_[v]);
    for (uword e = 0; e < g.n_elem; ++e) c.add(e % g.n_rows, e / g.n_rows, double(a(e)), double(g(e)), allowed(e));
    report_.evidence.push_back(c.verdict());
    if (report_.evidence.back().passed()) return;
    Suspect suspect(names_[v], in_double(W_[v]), in_double(g), typical(allowed), in_double(a));
    add_graph_parts(suspect, base_.loss, base_.leaves[v], g);
    for (std::size_t u = 0; u < gradients_.size(); ++u) {
      if (u != v && arma::size(gradients_[u]) == arma::size(g))
        suspect.others.emplace_back(names_[u], in_double(gradients_[u]));
    }
    report_.diagnoses.push_back(diagnose(suspect));
  }

  const CheckOptions<eT>& options_;
  const LossOnTape<eT>& loss_;
  const std::vector<arma::Mat<eT>>& W_;
  std::vector<std::string> names_;
  Tape<eT> tape_, moved_;
  Record base_;  // on tape_
  bool has_complex_step_ = true;
  std::vector<arma::Mat<eT>> gradients_;
  std::vector<arma::mat> changed_;  // by rounding, the most
  std::vector<Nearby> nearby_;
  GradientCheck report_;
};

}  // namespace

template <class eT>
GradientCheck run_check(const CheckOptions<eT>& options, const LossOnTape<eT>& loss,
                        const std::vector<arma::Mat<eT>>& W) {
  return TapeCheck<eT>(options, loss, W).run();
}
template ARMAGRAD_EXPORT GradientCheck run_check(const CheckOptions<double>&, const LossOnTape<double>&,
                                                 const std::vector<arma::Mat<double>>&);
template ARMAGRAD_EXPORT GradientCheck run_check(const CheckOptions<float>&, const LossOnTape<float>&,
                                                 const std::vector<arma::Mat<float>>&);

}  // namespace armagrad::detail
