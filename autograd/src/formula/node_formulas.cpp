#include <armagrad/node_formulas.hpp>

#include <algorithm>
#include <cctype>

#include "../rules/softmax.hpp"

#include "entry_writer.hpp"
#include "reader.hpp"
#include "writer.hpp"

namespace armagrad {
using namespace detail;

namespace {

std::vector<Index> used_nodes(const Var<double>& J, const std::vector<Var<double>>& by) {
  std::vector<Index> nodes{J.index()};
  for (const Var<double>& v : by) nodes.push_back(v.index());
  const std::vector<bool> used = engine_of(J).needed_by(nodes);
  nodes.clear();
  for (Index i = 0; i <= J.index(); ++i) {
    if (used[i]) nodes.push_back(i);
  }
  return nodes;
}

}  // namespace

NodeFormulas::NodeFormulas(const Var<double>& J, const std::vector<Var<double>>& by, const FormulaOptions& options,
                           const Sizes& sizes)
    : engine_(engine_of(J)), root_(J.index()), options_(options), sizes_(sizes) {
  std::map<std::string, Index> leaves;
  std::set<std::string> taken{options.loss};
  for (const auto& [name, value] : options.names) taken.insert(name);
  const std::vector<Index> all = used_nodes(J, by);
  for (const Index i : all) {
    const char* name = engine_.name(i);
    const bool is_leaf = engine_.node(i).operation->family == Family::leaf;
    first_[i] = is_leaf && name ? leaves.try_emplace(name, i).first->second : i;
    if (first_[i] != i) continue;
    if (algebra::is_factorisation(engine_, i)) continue;
    nodes_.push_back(i);
    if (name) names_[i] = name, taken.insert(name);
  }
  names_[J.index()] = options.loss;
  std::set<uword> dims;
  const auto note_dim = [&](const auto* rule) {
    if (rule) dims.insert(rule->dim);
  };
  for (const Index i : nodes_) {
    note_dim(algebra::rule_if<rules::Softmax>(engine_, i));
    note_dim(algebra::rule_if<rules::LogSoftmax>(engine_, i));
    note_dim(algebra::rule_if<rules::LogSumExp>(engine_, i));
  }
  if (dims.size() == 1) softmax_dim_ = int(*dims.begin());
  std::map<char, int> count;
  for (const Index i : nodes_) {
    if (names_.contains(i)) continue;
    if (is_number(i)) {
      names_[i] = to_text(*engine_.data(i));
      continue;
    }
    const Shape s = engine_.node(i).shape;
    const char letter = s == scalar_shape ? 's' : s.rows == 1 || s.cols == 1 ? 'z' : 'Z';
    std::string name;
    do {
      name = letter + std::to_string(++count[letter]);
    } while (taken.contains(name));
    names_[i] = name;
  }
}

bool NodeFormulas::is_number(Index i) const { return algebra::is_plain_number(engine_, i); }

std::vector<Index> NodeFormulas::operands(Index i) const {
  std::vector<Index> all;
  for (const Index k : engine_.operands(engine_.node(i))) {
    if (!algebra::is_factorisation(engine_, k)) all.push_back(first(k));
  }
  return all;
}

algebra::Parameters NodeFormulas::parameters(Index i) const {
  algebra::Expressions in;
  return algebra::FunctionReader<double>(engine_, in, {}).parameters(i);
}

/// One formula being read: expressions of its own, in which nodes go by names.
struct NodeFormulas::Reading {
  const NodeFormulas& of;
  algebra::Expressions in{};
  algebra::Reader<double> read{of.engine_, in, of.options_};
  /// Tidies what rules leave, without a look at the data.
  algebra::Simplifier simplify{in,
                               {[](algebra::Fact) { return false; }, [this](std::uint32_t n) { return read.size(n); },
                                [](algebra::Term, algebra::Term) {}}};

  void call(Index i, const std::string& name) { read.replace(i, in.name(name, of.engine_.node(i).shape)); }
  void call_operands_by_name(Index i) {
    for (const Index k : of.engine_.operands(of.engine_.node(i))) {
      if (of.is_number(k)) continue;
      if (!algebra::is_factorisation(of.engine_, k)) call(k, of.name(of.first(k)));
      // What was factored, and what eigenvalues are of, the reader looks at itself.
      for (const Index behind : of.engine_.operands(of.engine_.node(k))) {
        if (!of.is_number(behind) && of.names_.contains(of.first(behind))) call(behind, of.name(of.first(behind)));
      }
    }
  }
  Written written(algebra::Term t) const {
    algebra::Wording wording;
    for (const auto& [name, value] : of.sizes_) {
      const auto has_value = [v = value](const auto& s) { return s.second == v; };
      if (value > 1 && std::count_if(of.sizes_.begin(), of.sizes_.end(), has_value) == 1)
        wording.sizes.emplace(std::uint32_t(value), name);
    }
    wording.softmax_dim = of.softmax_dim_;
    return {algebra::Writer(in, wording, algebra::Style::text())(t),
            algebra::Writer(in, wording, algebra::Style::mathml())(t)};
  }
};

NodeFormulas::Written NodeFormulas::formula(Index i) const {
  Reading r{*this};
  r.call_operands_by_name(i);
  const algebra::Term t = r.simplify(r.read(i));
  Written w = r.written(t);
  w.entries = algebra::EntryWriter(r.in).equation(name(i), t);
  return w;
}

NodeFormulas::Contribution NodeFormulas::contribution(const BackwardPass<double>::Step& step,
                                                      const BackwardPass<double>::Contribution& part) const {
  using algebra::Kind;
  Reading r{*this};
  const Shape of_adjoint = engine_.node(step.node).shape;
  r.call(step.node, name(step.node));
  r.call_operands_by_name(step.node);
  const algebra::Term adjoint = r.in.name(barred(name(step.node)), of_adjoint);
  r.read.replace(step.adjoint, adjoint);
  const algebra::Term right = r.simplify(r.read(part.part));
  const Shape shape = r.in[right].shape;

  Contribution result{r.written(right), {}};
  result.entries = algebra::EntryWriter(r.in).equation(barred(name(first(part.to))), right);
  const auto offer = [&](algebra::Term t, const char* hint) {
    const Written w = r.written(t);
    for (const Mistake& other : result.mistakes) {
      if (other.text == w.text) return;
    }
    if (w.text != result.text && result.mistakes.size() < 2) result.mistakes.push_back({w, hint});
  };
  // A product the other way round, without its transposes; what is left when the other factor is forgotten.
  if (r.in[right].kind == Kind::product && r.in[right].parts.size() > 1) {
    algebra::Parts reversed;
    for (const algebra::Part& p : r.in[right].parts) {
      const bool is_transposed = r.in[p.term].kind == Kind::transpose;
      reversed.insert(reversed.begin(), is_transposed ? r.in[p.term].parts[0] : p);
    }
    offer(r.in.make(Kind::product, shape, reversed), "Look at the shapes: the product has to have the operand's.");
  }
  if (shape == of_adjoint) offer(adjoint, "The local derivative is missing.");
  offer(r.simplify.scaled(-1, right), "The sign flips.");
  offer(r.simplify.powers(shape, {{right, 2}}), "The adjoint comes in once.");
  return result;
}

NodeFormulas::Written NodeFormulas::loss() const {
  Reading r{*this};
  return r.written(r.simplify(r.read(root_)));
}

NodeFormulas::Written NodeFormulas::unsimplified(const Var<double>& gradient) const {
  Reading r{*this};
  return r.written(r.read(gradient.index()));
}

std::string NodeFormulas::name_in_mathml(const std::string& name) { return algebra::Style::mathml().name(name); }
std::string NodeFormulas::equation_in_mathml(const std::string& left, const std::string& right) {
  return algebra::Style::mathml().equation(left, right);
}
std::string NodeFormulas::derivative_in_mathml(const std::string& of, const std::string& by) {
  return algebra::Style::mathml().derivative(of, by);
}

std::string barred(const std::string& name) {
  const auto digit = std::find_if(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
  return std::string(name.begin(), digit) + "\u0304" + std::string(digit, name.end());
}

}  // namespace armagrad
