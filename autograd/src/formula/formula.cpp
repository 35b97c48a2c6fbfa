#include "derivation.hpp"

namespace armagrad {
using namespace detail;

std::vector<Formula::Line> Formula::Derivation::lines(const algebra::Style& style, bool shapes, Part part) const {
  algebra::Wording w = wording;
  w.shapes = shapes;
  algebra::Writer write(expressions, w, style);
  std::vector<Line> all;
  const auto is_defined = [&](const algebra::RecurrenceLine& line) {
    const auto own = w.names.find(line.right);
    return own != w.names.end() && own->second == line.left();
  };
  if (part == Part::recurrences) {
    for (const algebra::RecurrenceLine& line : recurrences) {
      const std::string name = style.name(line.left()),
                        right = is_defined(line) ? write.definition(line.right) : write(line.right);
      all.push_back({line.of.empty() ? name : style.equals(name, style.derivative(loss, line.of + "_" + line.index)),
                     line.is_upward ? style.for_steps(right, *line.is_upward) : right});
    }
  } else if (part == Part::gradients) {
    for (const auto& [variable, term] : gradients) all.push_back({left_side(style, variable), write(term)});
    if (kron_form)
      all.push_back({style.derivative("vec(" + loss + ")", "vec(" + gradients[0].first + ")"), write(*kron_form)});
  } else {
    for (const auto& [term, name] : w.names) {
      if (std::ranges::none_of(recurrences, [&](const auto& line) { return line.right == term && is_defined(line); }))
        all.push_back({style.name(name), write.definition(term)});
    }
  }
  return all;
}

std::string Formula::Derivation::left_side(const algebra::Style& style, const std::string& variable) const {
  switch (left) {
    case Left::derivative:
      return style.derivative(loss, variable);
    case Left::hessian:
      return style.second_derivative(loss, variable);
    case Left::differential:
      return style.differential(loss);
    case Left::differential_of_gradient:
      break;
  }
  return style.call("d", {style.derivative(loss, variable)});
}

std::string Formula::Derivation::written(const algebra::Style& style, bool shapes) const {
  std::string text;
  for (const Part part : {Part::definitions, Part::recurrences, Part::gradients}) {
    for (const Line& l : lines(style, shapes, part)) {
      if (!text.empty()) text += '\n';
      text += style.equation(l.left, l.right);
    }
  }
  return text;
}

std::string Formula::Derivation::preamble() const {
  std::string text;
  for (const Assumption& a : assumptions) text += "assuming that " + a.text() + "\n";
  if (wording.softmax_dim) text += "with softmax along dim " + std::to_string(*wording.softmax_dim) + "\n";
  return text;
}

namespace {

const algebra::Style& style_of(Format format) {
  return format == Format::latex    ? algebra::Style::latex()
         : format == Format::mathml ? algebra::Style::mathml()
                                    : algebra::Style::text();
}

}  // namespace

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

std::string Formula::text() const { return derivation_->preamble() + derivation_->written(algebra::Style::text()); }
std::string Formula::text_with_shapes() const {
  return derivation_->preamble() + derivation_->written(algebra::Style::text(), true);
}
std::string Formula::latex() const { return derivation_->written(algebra::Style::latex()); }
std::string Formula::mathml() const { return derivation_->written(algebra::Style::mathml()); }
std::vector<Assumption> Formula::assumptions() const { return derivation_->assumptions; }
std::vector<Formula::Line> Formula::definitions() const {
  return derivation_->lines(algebra::Style::text(), false, Derivation::Part::definitions);
}
std::vector<Formula::Line> Formula::recurrences() const {
  return derivation_->lines(algebra::Style::text(), false, Derivation::Part::recurrences);
}
std::vector<Formula::Line> Formula::gradients() const {
  return derivation_->lines(algebra::Style::text(), false, Derivation::Part::gradients);
}
std::vector<BackwardStep> Formula::steps(Format format) const {
  const Derivation& d = *derivation_;
  algebra::Writer write(d.expressions, d.step_wording, style_of(format));
  std::vector<BackwardStep> all;
  for (const Derivation::Step& s : d.steps) {
    BackwardStep step{s.node, s.adjoint, s.operation, s.at, write(s.result), write(s.incoming), {}};
    if (d.step_wording.names.contains(s.result)) step.result = write.definition(s.result);
    for (const Derivation::Contribution& c : s.contributions)
      step.contributions.push_back({c.to, c.part, write(c.operand), write(c.rule), write(c.part_term), c.adds_up,
                                    c.total ? write(*c.total) : std::string()});
    all.push_back(std::move(step));
  }
  return all;
}
std::vector<Formula::Line> Formula::step_definitions(Format format) const {
  const Derivation& d = *derivation_;
  const algebra::Style& style = style_of(format);
  algebra::Writer write(d.expressions, d.step_wording, style);
  std::vector<Line> all;
  for (const auto& [term, name] : d.step_wording.names) {
    if (!d.wording.names.contains(term)) all.push_back({style.name(name), write.definition(term)});
  }
  return all;
}
std::vector<Simplification> Formula::simplifications(Format format) const {
  const Derivation& d = *derivation_;
  algebra::Writer write(d.expressions, d.step_wording, style_of(format));
  std::vector<Simplification> all;
  for (const algebra::Rewrite& r : d.rewrites) {
    std::string before = write(r.before), after = write(r.after);
    if (before != after) all.push_back({r.rule, std::move(before), std::move(after)});
  }
  return all;
}
std::optional<int> Formula::softmax_dim() const { return derivation_->wording.softmax_dim; }

}  // namespace armagrad
