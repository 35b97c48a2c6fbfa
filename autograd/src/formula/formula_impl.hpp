#pragma once

#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/derive.hpp>
#include "names_impl.hpp"
#include "notation_impl.hpp"
#include "notation_products_impl.hpp"
#include "notation_sums_impl.hpp"
#include "reader_impl.hpp"
#include "simplify_expanded_impl.hpp"
#include "simplify_functions_impl.hpp"
#include "simplify_powers_impl.hpp"
#include "simplify_products_impl.hpp"
#include "simplify_sums_impl.hpp"
#include "styles_impl.hpp"

namespace armagrad {

struct Formula::Derivation {
  struct Contribution {
    Index to, part;
    algebra::Term operand, rule, part_term;
    std::optional<algebra::Term> total;
    bool adds_up;
  };
  struct Step {
    Index node, adjoint;
    std::string operation;
    Location at;
    algebra::Term result, incoming;
    std::vector<Contribution> contributions;
  };
  algebra::Expressions expressions{};
  std::string loss{};
  std::vector<std::pair<std::string, algebra::Term>> gradients{};  // by variable
  algebra::Wording wording{};
  std::vector<Assumption> assumptions{};
  std::vector<Step> steps{};
  std::vector<algebra::Rewrite> rewrites{};
  algebra::Wording step_wording{};

  std::vector<Line> lines(const algebra::Style& style, bool shapes, bool of_gradients) const {
    algebra::Wording w = wording;
    w.shapes = shapes;
    algebra::Writer write(expressions, w, style);
    std::vector<Line> all;
    if (of_gradients) {
      for (const auto& [variable, term] : gradients)
        all.push_back({style.derivative(loss, variable), write(term)});
    } else {
      for (const auto& [term, name] : w.names) all.push_back({style.name(name), write.definition(term)});
    }
    return all;
  }
  std::string written(const algebra::Style& style, bool shapes = false) const {
    std::string text;
    for (const bool of_gradients : {false, true}) {
      for (const Line& l : lines(style, shapes, of_gradients)) {
        if (!text.empty()) text += '\n';
        text += style.equation(l.left, l.right);
      }
    }
    return text;
  }
  std::string preamble() const {
    std::string text;
    for (const Assumption& a : assumptions) text += "assuming that " + a.text() + "\n";
    if (wording.softmax_dim) text += "with softmax along dim " + std::to_string(*wording.softmax_dim) + "\n";
    return text;
  }
};

namespace detail {
inline const algebra::Style& style_of(Format format) {
  return format == Format::latex    ? algebra::Style::latex()
         : format == Format::mathml ? algebra::Style::mathml()
                                    : algebra::Style::text();
}
}  // namespace detail

std::string Assumption::text() const {
  switch (kind) {
    case Kind::columns_sum_to_one:
      return "the columns of " + of + " sum to one";
    case Kind::rows_sum_to_one:
      return "the rows of " + of + " sum to one";
    case Kind::symmetric:
      return of + " is symmetric";
    case Kind::no_zeros:
      return of + " has no zeros";
  }
  return {};
}

std::string Formula::text() const {
  return derivation_->preamble() + derivation_->written(algebra::Style::text());
}
std::string Formula::text_with_shapes() const {
  return derivation_->preamble() + derivation_->written(algebra::Style::text(), true);
}
std::string Formula::latex() const { return derivation_->written(algebra::Style::latex()); }
std::string Formula::mathml() const { return derivation_->written(algebra::Style::mathml()); }
std::vector<Assumption> Formula::assumptions() const { return derivation_->assumptions; }
std::vector<Formula::Line> Formula::definitions() const {
  return derivation_->lines(algebra::Style::text(), false, false);
}
std::vector<Formula::Line> Formula::gradients() const {
  return derivation_->lines(algebra::Style::text(), false, true);
}
std::vector<BackwardStep> Formula::steps(Format format) const {
  const Derivation& d = *derivation_;
  algebra::Writer write(d.expressions, d.step_wording, detail::style_of(format));
  std::vector<BackwardStep> all;
  for (const Derivation::Step& s : d.steps) {
    BackwardStep step{s.node, s.adjoint, s.operation, s.at, write(s.result), write(s.incoming), {}};
    if (d.step_wording.names.contains(s.result)) step.result = write.definition(s.result);
    for (const Derivation::Contribution& c : s.contributions)
      step.contributions.push_back({c.to, c.part, write(c.operand), write(c.rule), write(c.part_term),
                                    c.adds_up, c.total ? write(*c.total) : std::string()});
    all.push_back(std::move(step));
  }
  return all;
}
std::vector<Formula::Line> Formula::step_definitions(Format format) const {
  const Derivation& d = *derivation_;
  const algebra::Style& style = detail::style_of(format);
  algebra::Writer write(d.expressions, d.step_wording, style);
  std::vector<Line> all;
  for (const auto& [term, name] : d.step_wording.names) {
    if (!d.wording.names.contains(term)) all.push_back({style.name(name), write.definition(term)});
  }
  return all;
}
std::vector<Simplification> Formula::simplifications(Format format) const {
  const Derivation& d = *derivation_;
  algebra::Writer write(d.expressions, d.step_wording, detail::style_of(format));
  std::vector<Simplification> all;
  for (const algebra::Rewrite& r : d.rewrites) {
    std::string before = write(r.before), after = write(r.after);
    if (before != after) all.push_back({r.rule, std::move(before), std::move(after)});
  }
  return all;
}
std::optional<int> Formula::softmax_dim() const { return derivation_->wording.softmax_dim; }

namespace detail {

/// The one dimension of all softmaxes in what is written, if there is just one.
inline std::optional<int> common_softmax_dim(const algebra::Expressions& in,
                                             std::vector<algebra::Term> stack) {
  std::unordered_set<algebra::Term> seen;
  std::unordered_set<std::string> dims;
  while (!stack.empty()) {
    const algebra::Term t = stack.back();
    stack.pop_back();
    if (!seen.insert(t).second) continue;
    const algebra::Expression& e = in[t];
    if (e.name == "softmax" || e.name == "log_softmax" || e.name == "logsumexp") dims.insert(e.parameters);
    for (const algebra::Part& p : e.parts) stack.push_back(p.term);
  }
  if (dims.size() != 1) return {};
  return std::stoi(*dims.begin());
}

/// How what is to be written goes by names.
inline algebra::Wording wording_of(const algebra::Expressions& in, const std::vector<algebra::Term>& written,
                                   const std::map<algebra::Term, std::string>& given,
                                   const std::vector<std::string>& taken, const FormulaOptions& options) {
  algebra::Wording w;
  for (const auto& [name, value] : options.names) {
    if (value == std::round(value) && value >= 0 && value <= UINT32_MAX)
      w.sizes.try_emplace(std::uint32_t(value), name);
  }
  w.names = names_for(in, written, given, taken);
  w.softmax_dim = common_softmax_dim(in, written);
  return w;
}

}  // namespace detail

namespace detail {

/// The rule of node i in its own terms: its operands A, B, C, its result Y, the incoming adjoint dY.
template <class eT>
algebra::Term rule_of(Tape<eT>& tape, algebra::Expressions& in, const FormulaOptions& options, Index i,
                      Index adjoint, Index part) {
  algebra::Reader<eT> read(tape, in, options);
  const auto name = [&](Index k, const char* n) { read.replace(k, in.name(n, tape.node(k).shape)); };
  constexpr const char* names[] = {"A", "B", "C"};
  const auto operands = tape.operands(tape.node(i));
  for (std::size_t k = std::min<std::size_t>(operands.size(), 3); k-- > 0;) name(operands[k], names[k]);
  name(i, "Y");
  name(adjoint, "dY");
  return read(part);
}

/// The same names, and some for all else that is long.
inline algebra::Wording step_wording(const algebra::Expressions& in, const algebra::Wording& wording,
                                     const std::vector<std::string>& taken) {
  constexpr double long_to_read = 100;
  algebra::Wording w = wording;
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

/// The backward pass as it was recorded, its expressions simplified.
template <class eT>
std::vector<Formula::Derivation::Step> backward_steps(Tape<eT>& tape, algebra::Expressions& in,
                                                      const FormulaOptions& options, GradientGraph<eT>& recording,
                                                      const std::function<algebra::Term(Index)>& term) {
  constexpr unsigned followed = 8;  // paths into one node; of more the sum is told once it is whole
  std::unordered_map<Index, unsigned> paths;
  std::vector<Formula::Derivation::Step> steps;
  for (const Contribution& c : recording.contributions()) {
    const Index adjoint = recording.adjoint(c.from).index();
    if (steps.empty() || steps.back().node != c.from) {
      const Node<eT>& n = tape.node(c.from);
      steps.push_back({c.from, adjoint, n.operation->name, n.at, term(c.from), term(adjoint), {}});
    }
    steps.back().contributions.push_back(
        {c.to, c.part, term(c.to), rule_of(tape, in, options, c.from, adjoint, c.part), term(c.part),
         ++paths[c.to] <= followed ? std::optional(term(c.sum)) : std::nullopt, c.sum != c.part});
  }
  return steps;
}

}  // namespace detail

template <class eT>
Formula derive(const Var<eT>& J, const std::vector<Var<eT>>& by, const FormulaOptions& options) {
  auto d = std::make_shared<Formula::Derivation>();
  Tape<eT>& tape = J.tape();
  algebra::Expressions& in = d->expressions;
  algebra::Reader<eT> read(tape, in, options);
  GradientGraph<eT> recording(J);
  const auto as_assumption = [&](algebra::Fact fact) {
    return Assumption{Assumption::Kind(fact.kind), algebra::Writer(in, {}, algebra::Style::text())(fact.of)};
  };
  algebra::Simplifier simplify(in,
                               {[&](algebra::Fact fact) {
                                  const std::optional<bool> told =
                                      options.assume ? options.assume(as_assumption(fact)) : std::nullopt;
                                  return told ? *told : read.holds(fact);
                                },
                                [&](std::uint32_t n) { return read.size(n); },
                                [&](algebra::Term raw, algebra::Term normal) { read.same(raw, normal); }});
  simplify(read(J.index()));  // what the loss calls upright is so in its gradient
  std::vector<algebra::Term> written;
  std::vector<std::string> taken;
  for (const Var<eT>& v : by) {
    tape.check(v, "derive", {});
    const algebra::Term variable = read(v.index());
    written.push_back(simplify(read(recording.gradient(v).index())));
    d->gradients.emplace_back(algebra::Writer(in, {}, algebra::Style::text())(variable), written.back());
  }
  std::map<algebra::Term, std::string> given;
  for (const auto& [raw, name] : read.names()) given.try_emplace(simplify(raw), name), taken.push_back(name);
  taken.insert(taken.end(), read.leaf_names().begin(), read.leaf_names().end());
  for (const auto& [name, value] : options.names) taken.push_back(name);
  taken.push_back(options.loss);
  d->rewrites = simplify.rewrites();
  if (options.steps)
    d->steps =
        detail::backward_steps<eT>(tape, in, options, recording, [&](Index i) { return simplify(read(i)); });
  d->loss = options.loss;
  d->wording = detail::wording_of(in, written, given, taken, options);
  d->step_wording = detail::step_wording(in, d->wording, taken);
  for (const algebra::Fact fact : simplify.facts()) d->assumptions.push_back(as_assumption(fact));
  return Formula(d);
}

template <class eT>
std::string formula_text(const Var<eT>& x) {
  x.tape().check(x, "formula_text", {});
  algebra::Expressions in;
  const FormulaOptions options;
  algebra::Reader<eT> read(x.tape(), in, options);
  const algebra::Term t = read(x.index());
  return algebra::Writer(in, {}, algebra::Style::text())(t);
}

}  // namespace armagrad
