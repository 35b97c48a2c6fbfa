#pragma once

#include "../complex_replay.hpp"
#include "check_gradient.hpp"
#include "comparer.hpp"

namespace armagrad {

namespace detail {

/// The loss's value and gradients at W, on a tape of its own that is kept between calls.
template <class eT>
class CheckedLoss {
 public:
  explicit CheckedLoss(const LossOnTape<eT>& loss) : loss_(loss) {}

  Var<eT> record(const std::vector<arma::Mat<eT>>& W) {
    tape_.clear();
    variables_.clear();
    for (const auto& w : W) variables_.push_back(tape_.variable(view(w)));
    const Var<eT> J = loss_(variables_);
    tape_.check(J, "check_gradient", {});
    return J;
  }
  Tape<eT>& tape() { return tape_; }
  const Var<eT>& variable(std::size_t v) const { return variables_[v]; }

 private:
  const LossOnTape<eT>& loss_;
  Tape<eT> tape_;
  std::vector<Var<eT>> variables_;
};

}  // namespace detail

template <class eT>
GradientCheck run_check(const CheckOptions<eT>& options, const LossOnTape<eT>& loss,
                        const std::vector<arma::Mat<eT>>& at) {
  GradientCheck report;
  detail::CheckedLoss<eT> base(loss), moved(loss);
  std::vector<arma::Mat<eT>> W = at;
  const Var<eT> J = base.record(at);
  base.tape().backward(J, true);
  const double value = double(J.scalar());
  const eT eps = std::numeric_limits<eT>::epsilon();
  ComplexReplay<eT> replay(J);

  for (std::size_t v = 0; v < at.size(); ++v) {
    if (v > 0) W[v - 1] = at[v - 1];
    const std::string name = detail::variable_name(options, v, at.size());
    const arma::Mat<eT> g = base.tape().gradient(base.variable(v));
    std::mt19937_64 random(options.seed);
    const std::vector<uword> entries = detail::some_entries(g.n_elem, options.entries, random);
    const double total_norm = arma::norm(arma::vectorise(arma::conv_to<arma::mat>::from(g)));

    const auto value_at = [&](const arma::Mat<eT>& step) {
      W[v] = at[v] + step;
      return double(moved.record(W).scalar());
    };
    const eT scale = std::max<eT>(1, at[v].is_empty() ? eT(1) : arma::abs(at[v]).max());
    const double h = std::cbrt(double(eps)) * double(scale);
    const auto difference = [&](arma::Mat<eT> direction, double step) {
      // The step as it is after rounding to eT counts.
      return (value_at(direction * eT(step)) - value_at(direction * eT(-step))) / (2 * double(eT(step)));
    };
    arma::Mat<eT> unit(arma::size(g), arma::fill::zeros);

    detail::Comparer central(name, "central differences"), complex(name, "complex step");
    for (const uword e : entries) {
      unit(e) = 1;
      central.add(e % g.n_rows, e / g.n_rows, double(g(e)), difference(unit, h));
      complex.add(e % g.n_rows, e / g.n_rows, double(g(e)),
                  double(replay.derivative(base.variable(v), unit)));
      unit(e) = 0;
    }
    const auto rounding = [&](double norm, double count) {
      return norm > 0 ? double(eps) * std::max(1.0, std::abs(value)) / h * std::sqrt(count) / norm : 0;
    };
    const double truncation = h * h;
    report.comparisons.push_back(
        central.verdict(100 * (truncation + rounding(central.norm(), double(entries.size())))));
    report.comparisons.push_back(complex.verdict(1e3 * double(eps)));

    if (entries.size() < g.n_elem && options.directions > 0) {
      detail::Comparer central_all(name, "differences, all of W"), complex_all(name, "complex step, all");
      for (uword d = 0; d < options.directions; ++d) {
        const arma::Mat<eT> signs = detail::random_signs(g, random);
        const double slope =
            arma::dot(arma::conv_to<arma::mat>::from(g), arma::conv_to<arma::mat>::from(signs));
        // A step of norm h, whatever the size of W.
        const double step = h / std::sqrt(double(g.n_elem));
        central_all.add(d, 0, slope, difference(signs, step));
        complex_all.add(d, 0, slope, double(replay.derivative(base.variable(v), signs)));
      }
      const double norm = total_norm * std::sqrt(double(options.directions));
      report.comparisons.push_back(
          central_all.verdict(100 * (truncation + rounding(norm, double(g.n_elem * options.directions)))));
      report.comparisons.push_back(
          complex_all.verdict(1e3 * double(eps) * total_norm * std::sqrt(double(options.directions)) /
                              std::max(central_all.norm(), 1e-300)));
    }

    if (v < options.analytic.size()) {
      const arma::Mat<eT>& a = options.analytic[v];
      detail::Comparer analytic(name, "analytic gradient");
      if (arma::size(a) != arma::size(g)) {
        Comparison c = analytic.verdict(0);
        c.problem = "shape mismatch: the tape's is " + to_string(shape_of(g.n_rows, g.n_cols)) +
                    ", the analytic one " + to_string(shape_of(a.n_rows, a.n_cols));
        c.passed = false;
        report.comparisons.push_back(c);
        continue;
      }
      for (uword e = 0; e < g.n_elem; ++e)
        analytic.add(e % g.n_rows, e / g.n_rows, double(g(e)), double(a(e)));
      report.comparisons.push_back(analytic.verdict(1e3 * double(eps)));
    }
  }
  return report;
}

}  // namespace armagrad
