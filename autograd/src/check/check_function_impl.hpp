#pragma once

#include <armagrad/check_function.hpp>
#include "diagnosis.hpp"
#include "differences.hpp"

namespace armagrad {

template <class eT>
GradientCheck run_function_check(const CheckOptions<eT>& options, const PlainLoss<eT>& f,
                                 const std::vector<arma::Mat<eT>>& W) {
  GradientCheck report;
  const std::string trouble = detail::loss_problem(f.value(W), f.value(W));
  if (!trouble.empty()) {
    report.evidence.push_back(detail::Comparer("loss", "itself").failed(trouble));
    return report;
  }
  const std::vector<arma::Mat<eT>> given = f.gradient(W), again = f.gradient(W);
  for (std::size_t v = 0; v < W.size(); ++v) {
    const std::string name = detail::variable_name(options, v, W.size());
    const detail::Comparer c(name, "central differences");
    std::string problem =
        v < given.size() ? detail::shape_problem(name, W[v], given[v]) : "the gradient has no such part";
    if (problem.empty()) problem = detail::finite_problem(given[v]);
    if (problem.empty() &&
        !arma::approx_equal(given[v], again[v], "absdiff", 1e-6 * detail::largest(given[v])))
      problem = "two calls gave different gradients: seed what is drawn at random anew in each call";
    if (!problem.empty()) {
      report.evidence.push_back(c.failed(problem));
      if (v < given.size()) detail::diagnose_misshapen(report, name, W[v], given[v]);
      continue;
    }
    const std::size_t before = report.evidence.size();
    const detail::Truth truth = detail::Differences<eT>(options, f.value, W, v, given[v], report).run();
    const bool passed = std::all_of(report.evidence.begin() + long(before), report.evidence.end(),
                                    [](const Evidence& e) { return e.passed; });
    if (passed) continue;
    detail::Suspect suspect(name, W[v], truth.gradient, truth.error, given[v]);
    for (const auto& [label, part] : f.terms)
      suspect.parts.push_back({Mistake::term, label, detail::differences_where(truth.gradient, part, W, v)});
    for (std::size_t u = 0; u < given.size(); ++u) {
      if (u != v && arma::size(given[u]) == arma::size(given[v]))
        suspect.others.emplace_back(detail::variable_name(options, u, W.size()), detail::in_double(given[u]));
    }
    report.diagnoses.push_back(diagnose(suspect));
  }
  return report;
}

}  // namespace armagrad
