#include <armagrad/backward_pass.hpp>
#include <armagrad/derive.hpp>
#include <armagrad/detail/gradient_graph.hpp>

#include <cmath>
#include <set>

#include "coefficient.hpp"
#include "derivation.hpp"
#include "names.hpp"
#include "reader.hpp"
#include "shared_chains.hpp"

namespace armagrad {
using namespace detail;

namespace {

/// The one dimension of all softmaxes in what is written, if there is just one.
std::optional<int> common_softmax_dim(const algebra::Expressions& in, std::vector<algebra::Term> stack) {
  std::unordered_set<algebra::Term> seen;
  std::set<int> dims;
  while (!stack.empty()) {
    const algebra::Term t = stack.back();
    stack.pop_back();
    if (!seen.insert(t).second) continue;
    const algebra::Expression& e = in[t];
    if (e.name == "softmax" || e.name == "log_softmax" || e.name == "logsumexp") dims.insert(e.dim());
    for (const algebra::Part& p : e.parts) stack.push_back(p.term);
  }
  if (dims.size() != 1) return {};
  return *dims.begin();
}

/// How what is to be written goes by names.
algebra::Wording wording_of(const algebra::Expressions& in, const std::vector<algebra::Term>& written,
                            const std::map<algebra::Term, std::string>& given, const std::vector<std::string>& taken,
                            const FormulaOptions& options) {
  algebra::Wording w;
  for (const auto& [name, value] : options.names) {
    if (value == std::round(value) && value >= 0 && value <= UINT32_MAX)
      w.sizes.try_emplace(std::uint32_t(value), name);
  }
  w.names = names_for(in, written, given, taken);
  w.softmax_dim = common_softmax_dim(in, written);
  return w;
}

/// What a step adds in its rule's own terms: the operands A, B, C, the result Y, the incoming adjoint dY.
template <class eT>
algebra::Term rule_of(Engine<eT>& engine, algebra::Expressions& in, const FormulaOptions& options,
                      const typename BackwardPass<eT>::Step& step, Index part) {
  algebra::Reader<eT> read(engine, in, options);
  const auto name = [&](Index k, const char* n) { read.replace(k, in.name(n, engine.node(k).shape)); };
  constexpr const char* names[] = {"A", "B", "C"};
  const auto operands = engine.operands(engine.node(step.node));
  for (std::size_t k = std::min<std::size_t>(operands.size(), 3); k-- > 0;) name(operands[k], names[k]);
  name(step.node, "Y");
  name(step.adjoint, "dY");
  return read(part);
}

/// The same names, those given to what the gradients do not have, and some for all else that is long.
algebra::Wording step_wording(const algebra::Expressions& in, const algebra::Wording& wording,
                              const std::map<algebra::Term, std::string>& given,
                              const std::vector<std::string>& taken) {
  constexpr double long_to_read = 100;
  algebra::Wording w = wording;
  for (const auto& [term, name] : given) {
    if (!in[term].parts.empty()) w.names.try_emplace(term, name);
  }
  std::unordered_set<std::string> used(taken.begin(), taken.end());
  for (const auto& [term, name] : w.names) used.insert(name);
  std::vector<double> length(in.size());
  int number = 0;
  for (algebra::Term t = 0; t < in.size(); ++t) {
    for (const algebra::Part& p : in[t].parts) length[t] += 1 + length[p.term];
    if (length[t] > long_to_read && !w.names.contains(t)) {
      std::string name;
      do {
        name = std::string("T").append(std::to_string(++number));
      } while (used.contains(name));
      w.names[t] = name;
    }
    if (w.names.contains(t)) length[t] = 0;
  }
  return w;
}

/// The backward pass, its expressions simplified.
template <class eT>
std::vector<Formula::Derivation::Step> backward_steps(const Var<eT>& J, algebra::Expressions& in,
                                                      const FormulaOptions& options, algebra::Reader<eT>& read,
                                                      algebra::Simplifier& simplify) {
  using algebra::Parts, algebra::Term;
  constexpr unsigned followed = 8;  // paths into one node; of more the sum is told once it is whole
  const BackwardPass<eT> pass(J);
  const auto term = [&](Index i) { return simplify(read(i)); };
  Engine<eT>& engine = engine_of(J);
  std::unordered_map<Index, Parts> parts;  // of adjoints, as far as the pass has come
  std::vector<Formula::Derivation::Step> steps;
  for (const auto& step : pass.steps()) {
    const Node<eT>& n = engine.node(step.node);
    const Term adjoint = steps.empty() ? in.number(1) : simplify.sum(n.shape, parts[step.node]);
    read.replace(step.adjoint, adjoint);
    steps.push_back({step.node, step.adjoint, n.operation->name, engine.at(step.node), term(step.node), adjoint, {}});
    for (const auto& c : step.contributions) {
      const Term part = term(c.part);
      Parts& sum = parts[c.to];
      sum.push_back({part});
      steps.back().contributions.push_back(
          {c.to, c.part, term(c.to), rule_of(engine, in, options, step, c.part), part,
           sum.size() <= followed ? std::optional(simplify.sum(in[part].shape, sum)) : std::nullopt, c.adds_up});
    }
  }
  return steps;
}

/// The gradient by a symmetric matrix from the one by its entries as if they were independent.
algebra::Term of_symmetric(algebra::Expressions& in, algebra::Simplifier& simplify, algebra::Term gradient) {
  const Shape s = in[gradient].shape;
  if (s.rows != s.cols || s == scalar_shape) return gradient;
  const algebra::Term diagonal = simplify.powers(s, {{gradient}, {in.make(algebra::Kind::product, s, {})}});
  return simplify.sum(s, {{gradient}, {simplify.transposed(gradient)}, {diagonal, -1}});
}

}  // namespace

template <class eT>
Formula derive(const Var<eT>& J, const std::vector<Var<eT>>& by, const FormulaOptions& options) {
  auto d = std::make_shared<Formula::Derivation>();
  Engine<eT>& engine = engine_of(J);
  algebra::Expressions& in = d->expressions;
  algebra::Reader<eT> read(engine, in, options);
  algebra::Recurrences<eT> recurrences(in, options);
  read.write_recurrences(&recurrences);
  GradientGraph<eT> recording(J);
  const auto as_assumption = [&](algebra::Fact fact) {
    return Assumption{Assumption::Kind(fact.kind), algebra::Writer(in, {}, algebra::Style::text())(fact.of)};
  };
  algebra::Simplifier simplify(in, {[&](algebra::Fact fact) {
                                      const std::optional<bool> told =
                                          options.assume ? options.assume(as_assumption(fact)) : std::nullopt;
                                      return told ? *told : read.holds(fact);
                                    },
                                    [&](std::uint32_t n) { return read.size(n); },
                                    [&](algebra::Term raw, algebra::Term normal) { read.same(raw, normal); }});
  recurrences.simplify = [&](algebra::Term t) { return simplify(t); };
  simplify(read(J.index()));  // what the loss calls upright is so in its gradient
  std::vector<algebra::Term> written;
  std::vector<std::string> taken;
  for (const Var<eT>& v : by) {
    const algebra::Term variable = read(engine.index_of(v, "derive", {}));
    written.push_back(simplify(read(recording.gradient(v).index())));
    if (options.of_symmetric) written.back() = of_symmetric(in, simplify, written.back());
    const std::string name =
        options.variable.empty() ? algebra::Writer(in, {}, algebra::Style::text())(variable) : options.variable;
    d->gradients.emplace_back(name, written.back());
  }
  if (!options.linear_in.empty()) {
    using Left = Formula::Derivation::Left;
    d->left = options.is_hessian ? Left::hessian : Left::derivative;
    for (algebra::Term& t : written) {
      const auto matrix = read.named(options.linear_in);
      const auto found = matrix ? coefficient(in, simplify, t, *matrix) : std::nullopt;
      if (found)
        t = *found;
      else if (matrix && !options.is_hessian)
        d->kron_form = kron_form(in, simplify, t, *matrix);
      if (!found) d->left = options.is_hessian ? Left::differential_of_gradient : Left::differential;
    }
  }
  written = algebra::with_shared_chains(in, simplify, written);
  for (std::size_t k = 0; k < written.size(); ++k) d->gradients[k].second = written[k];
  d->recurrences = recurrences.lines_behind(written);
  std::map<algebra::Term, std::string> given;
  for (const algebra::RecurrenceLine& line : d->recurrences) {
    written.push_back(line.right);
    if (line.is_upward == true) given.try_emplace(line.right, line.left());
  }
  for (const auto& [raw, name] : read.names()) given.try_emplace(simplify(raw), name), taken.push_back(name);
  taken.insert(taken.end(), read.leaf_names().begin(), read.leaf_names().end());
  for (const auto& [name, value] : options.names) taken.push_back(name);
  taken.push_back(options.loss);
  d->rewrites = simplify.rewrites();
  read.write_recurrences(nullptr);  // a step takes a scan for one operation
  if (options.steps) d->steps = backward_steps(J, in, options, read, simplify);
  d->loss = options.loss;
  d->wording = wording_of(in, written, given, taken, options);
  d->step_wording = step_wording(in, d->wording, given, taken);
  for (const algebra::Fact fact : simplify.facts()) d->assumptions.push_back(as_assumption(fact));
  return Formula(d);
}

template <class eT>
std::string formula_text(const Var<eT>& x) {
  const Index i = engine_of(x).index_of(x, "formula_text", {});
  algebra::Expressions in;
  const FormulaOptions options;
  algebra::Reader<eT> read(engine_of(x), in, options);
  const algebra::Term t = read(i);
  return algebra::Writer(in, {}, algebra::Style::text())(t);
}

template ARMAGRAD_EXPORT Formula derive(const Var<double>&, const std::vector<Var<double>>&, const FormulaOptions&);
template ARMAGRAD_EXPORT Formula derive(const Var<float>&, const std::vector<Var<float>>&, const FormulaOptions&);
template ARMAGRAD_EXPORT std::string formula_text(const Var<double>&);
template ARMAGRAD_EXPORT std::string formula_text(const Var<float>&);

}  // namespace armagrad
