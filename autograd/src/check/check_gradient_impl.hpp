#pragma once

#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/check_gradient.hpp>
#include "diagnosis.hpp"
#include "differences.hpp"
#include "gradient_rounding.hpp"
#include "graph_parts.hpp"

namespace armagrad {

namespace detail {

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
    base_ = record(tape_, W_);
    tape_.backward(base_.loss, true);
    const double at_W = double(base_.loss.scalar());
    if (const std::string problem = loss_problem(at_W, value(W_)); !problem.empty()) {
      report_.evidence.push_back(Comparer("loss", "itself").failed(problem + culprit()));
      return report_;
    }
    for (std::size_t v = 0; v < W_.size(); ++v) {
      gradients_.push_back(tape_.gradient(base_.leaves[v]));
      changed_.emplace_back(arma::size(W_[v]), arma::fill::zeros);
    }
    measure_rounding();
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
    for (std::size_t v = 0; v < x.size(); ++v)
      r.leaves.push_back(tape.variable(view(x[v], names_[v].c_str())));
    r.loss = loss_(r.leaves);
    tape.check(r.loss, "check_gradient", {});
    return r;
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
      std::vector<arma::Mat<eT>> x;
      for (const auto& w : W_) x.push_back(jittered(w, random));
      const Record moved = record(moved_, x);
      const arma::Mat<eT> seed(1, 1, arma::fill::value(eT(adjoint)));
      moved_.backward(moved.loss, seed);
      for (std::size_t v = 0; v < x.size(); ++v) {
        const arma::mat g = in_double(moved_.gradient(moved.leaves[v])) / double(seed(0));
        changed_[v] = arma::max(changed_[v], arma::abs(g - in_double(gradients_[v])));
      }
    }
  }

  void check(std::size_t v, const PlainFunction<eT>& value) {
    const arma::Mat<eT>& g = gradients_[v];
    if (const std::string problem = finite_problem(g); !problem.empty()) {
      report_.evidence.push_back(Comparer(names_[v], "itself").failed(problem + culprit()));
      return;
    }
    const std::size_t before = report_.evidence.size();
    Truth truth = Differences<eT>(options_, value, W_, v, g, report_).run();
    complex_step(v);
    backward_again(v);
    if (options_.hessian) hessian_symmetry(v);
    const bool tape_passed = std::all_of(report_.evidence.begin() + long(before), report_.evidence.end(),
                                         [](const Evidence& e) { return e.passed; });
    if (!tape_passed) {
      Suspect suspect(names_[v], W_[v], truth.gradient, truth.error, g);
      report_.diagnoses.push_back(diagnose(suspect));
      const std::string flat = flat_operations(base_.loss);
      if (!flat.empty())
        report_.diagnoses.back().facts.push_back("of zero derivative, whatever their values do: " + flat);
    }
    if (v < options_.analytic.size()) analytic(v);
  }

  void complex_step(std::size_t v) {
    const arma::Mat<eT>& g = gradients_[v];
    if (g.is_empty()) return;
    const arma::mat allowed = rounding_of(g, changed_[v]);
    ComplexReplay<eT> replay(base_.loss);
    Comparer c(names_[v], "complex step");
    if (g.n_elem <= options_.entries) {
      arma::Mat<eT> unit(arma::size(g), arma::fill::zeros);
      for (uword e = 0; e < g.n_elem; ++e) {
        unit(e) = 1;
        c.add(e % g.n_rows, e / g.n_rows, double(g(e)), double(replay.derivative(base_.leaves[v], unit)),
              allowed(e));
        unit(e) = 0;
      }
      report_.evidence.push_back(c.verdict());
      return;
    }
    std::mt19937_64 random = generator(options_.seed);
    for (uword k = 0; k < options_.directions; ++k) {
      const arma::Mat<eT> d = random_signs(g, random);
      const double slope = inner(g, d), eps = double(std::numeric_limits<eT>::epsilon());
      c.add(k, 0, slope, double(replay.derivative(base_.leaves[v], d)),
            3 * typical(allowed) + 200 * eps * (std::abs(slope) + typical(g)));
    }
    report_.evidence.push_back(c.verdict());
    report_.evidence.back().entries = false;
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
      moved_.backward(dot(GradientGraph<eT>(moved.loss).gradient(w), view(d)));
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
      diagnose_misshapen(report_, names_[v], g, a);
      return;
    }
    // Another formula rounds in another way.
    const arma::mat allowed = 20 * rounding_of(g, changed_[v]);
    for (uword e = 0; e < g.n_elem; ++e)
      c.add(e % g.n_rows, e / g.n_rows, double(a(e)), double(g(e)), allowed(e));
    report_.evidence.push_back(c.verdict());
    if (report_.evidence.back().passed) return;
    Suspect suspect(names_[v], W_[v], in_double(g), typical(allowed), a);
    GraphParts<eT>(base_.loss, base_.leaves[v], g).add_to(suspect);
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
  Record base_;  // on tape_, which stands
  std::vector<arma::Mat<eT>> gradients_;
  std::vector<arma::mat> changed_;
  GradientCheck report_;
};

}  // namespace detail

template <class eT>
GradientCheck run_check(const CheckOptions<eT>& options, const LossOnTape<eT>& loss,
                        const std::vector<arma::Mat<eT>>& W) {
  return detail::TapeCheck<eT>(options, loss, W).run();
}

}  // namespace armagrad
