#pragma once

#include "check_function.hpp"
#include "comparer.hpp"

namespace armagrad {

namespace detail {

/// The slope of phi at 0, and what it may be off by.
struct Slope {
  double value = 0, uncertainty = 0;
  bool kink = false;
};

/// By central differences at h and 2 h, extrapolated, and the same from 2 h on: their difference is what is
/// left.
template <class Phi>
Slope slope_at_zero(const Phi& phi, double at_zero, double h) {
  const double up1 = phi(h), down1 = phi(-h), up2 = phi(2 * h), down2 = phi(-2 * h), up4 = phi(4 * h),
               down4 = phi(-4 * h);
  const auto central = [](double up, double down, double step) { return (up - down) / (2 * step); };
  const double d1 = central(up1, down1, h), d2 = central(up2, down2, 2 * h), d4 = central(up4, down4, 4 * h);
  const double fine = (4 * d1 - d2) / 3, coarse = (4 * d2 - d4) / 3;
  // What smoothness leaves between the slopes from either side shrinks with the step; a kink's jump does not.
  const double jump1 = (up1 - 2 * at_zero + down1) / h, jump4 = (up4 - 2 * at_zero + down4) / (4 * h);
  const double size = std::max({std::abs(d1), std::abs(jump1), 1e-300});
  const bool kink = std::abs(jump1) > 1e-3 * size && std::abs(jump1) > 0.6 * std::abs(jump4);
  return {fine, std::abs(fine - coarse), kink};
}

}  // namespace detail

template <class eT>
GradientCheck run_function_check(const CheckOptions<eT>& options, const PlainFunction<eT>& f,
                                 const std::vector<arma::Mat<eT>>& g, const std::vector<arma::Mat<eT>>& at) {
  GradientCheck report;
  const double value = f(at), again = f(at);
  if (value != again && !(std::isnan(value) && std::isnan(again))) {
    Comparison c = detail::Comparer("loss", "itself").verdict(0);
    c.problem = "two calls gave " + to_text(value) + " and " + to_text(again) +
                ": a loss that draws random numbers must seed them in each call";
    c.passed = false;
    report.comparisons.push_back(c);
    return report;
  }
  const double eps = double(std::numeric_limits<eT>::epsilon());
  std::vector<arma::Mat<eT>> W = at;
  for (std::size_t v = 0; v < at.size(); ++v) {
    const std::string name = detail::variable_name(options, v, at.size());
    detail::Comparer entries(name, "differences"), all(name, "differences, all of it");
    if (v >= g.size() || arma::size(g[v]) != arma::size(at[v])) {
      Comparison c = entries.verdict(0);
      c.problem = v >= g.size() ? "the gradient has no such part"
                                : "shape mismatch: W is " + to_string(shape_of(at[v].n_rows, at[v].n_cols)) +
                                      ", its gradient " + to_string(shape_of(g[v].n_rows, g[v].n_cols));
      c.passed = false;
      report.comparisons.push_back(c);
      continue;
    }
    const double scale = std::max(1.0, at[v].is_empty() ? 1.0 : double(arma::abs(at[v]).max()));
    const double h =
        std::exp2(std::round(std::log2(std::pow(eps, 0.2) * scale)));  // a power of 2 rounds nothing
    std::mt19937_64 random(options.seed);
    // phi(t) = f(at + t d); the tolerance grows by what the differences may be off by.
    const auto along = [&](const arma::Mat<eT>& direction, double step) {
      return detail::slope_at_zero(
          [&](double t) {
            W[v] = at[v] + direction * eT(t);
            return f(W);
          },
          value, step);
    };
    const auto verdict = [&](detail::Comparer& c, double uncertainty, double count) {
      const double rounding = eps * std::max(1.0, std::abs(value)) / h * std::sqrt(count);
      const double norm = c.norm();
      return c.verdict(norm > 0 ? (10 * uncertainty + 100 * rounding) / norm + 100 * eps : 0);
    };

    arma::Mat<eT> unit(arma::size(at[v]), arma::fill::zeros);
    double uncertainty = 0, kinks = 0;
    const std::vector<uword> chosen = detail::some_entries(g[v].n_elem, options.entries, random);
    for (const uword e : chosen) {
      unit(e) = 1;
      const detail::Slope s = along(unit, h);
      unit(e) = 0;
      if (s.kink) {
        ++kinks;
        continue;
      }
      uncertainty = std::hypot(uncertainty, s.uncertainty);
      entries.add(e % g[v].n_rows, e / g[v].n_rows, double(g[v](e)), s.value);
    }
    Comparison one_by_one = verdict(entries, uncertainty, double(chosen.size()));
    one_by_one.kinks = uword(kinks);
    report.comparisons.push_back(one_by_one);

    if (chosen.size() < g[v].n_elem) {
      uncertainty = 0;
      for (uword d = 0; d < options.directions; ++d) {
        const arma::Mat<eT> signs = detail::random_signs(g[v], random);
        const detail::Slope s =
            along(signs, std::exp2(std::round(std::log2(h / std::sqrt(double(g[v].n_elem))))));
        const double slope =
            arma::dot(arma::conv_to<arma::mat>::from(g[v]), arma::conv_to<arma::mat>::from(signs));
        uncertainty = std::hypot(uncertainty, s.uncertainty);
        all.add(d, 0, slope, s.value);
      }
      report.comparisons.push_back(verdict(all, uncertainty, double(g[v].n_elem * options.directions)));
    }
    W[v] = at[v];
  }
  return report;
}

}  // namespace armagrad
