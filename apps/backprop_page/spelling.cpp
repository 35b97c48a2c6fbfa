#include "spelling.hpp"

#include <algorithm>
#include <set>

#include "notation.hpp"

namespace armagrad::apps {

namespace {

std::vector<Index> reachable(const V& J) {
  Tape<double>& tape = J.tape();
  std::vector<bool> used(J.index() + 1, false);
  used[J.index()] = true;
  for (Index i = J.index() + 1; i-- > 0;) {
    if (!used[i]) continue;
    for (const Index k : tape.operands(tape.node(i))) used[k] = true;
  }
  std::vector<Index> nodes;
  for (Index i = 0; i <= J.index(); ++i) {
    if (used[i]) nodes.push_back(i);
  }
  return nodes;
}

}  // namespace

Spelling::Spelling(const V& J, const FormulaOptions& options, const Sizes& sizes)
    : tape_(J.tape()), options_(options), sizes_(sizes) {
  std::map<std::string, Index> leaves;
  std::set<std::string> taken{options.loss};
  for (const auto& [name, value] : options.names) taken.insert(name);
  const std::vector<Index> all = reachable(J);
  for (const Index i : all) {
    const char* name = tape_.name(i);
    const bool is_leaf = tape_.node(i).operation->family == Family::leaf;
    first_[i] = is_leaf && name ? leaves.try_emplace(name, i).first->second : i;
    if (first_[i] != i) continue;
    if (is_factorisation(*tape_.node(i).operation)) continue;
    nodes_.push_back(i);
    if (name) names_[i] = name, taken.insert(name);
  }
  names_[J.index()] = options.loss;
  std::set<std::string> dims;
  for (const Index i : nodes_) {
    const std::string operation = tape_.node(i).operation->name;
    if (operation == "softmax" || operation == "log_softmax" || operation == "logsumexp")
      dims.insert(tape_.node(i).operation->parameters(tape_.rule(i)));
  }
  if (dims.size() == 1) softmax_dim_ = std::stoi(*dims.begin());
  std::map<char, int> count;
  for (const Index i : nodes_) {
    if (names_.contains(i)) continue;
    if (is_number(i)) {
      names_[i] = to_text(tape_.node(i).value);
      continue;
    }
    const Shape s = tape_.node(i).shape;
    const char letter = s == scalar_shape ? 's' : s.rows == 1 || s.cols == 1 ? 'z' : 'Z';
    std::string name;
    do {
      name = letter + std::to_string(++count[letter]);
    } while (taken.contains(name));
    names_[i] = name;
  }
}

bool Spelling::is_number(Index i) const {
  const Node<double>& n = tape_.node(i);
  return n.operation->family == Family::leaf && n.one_by_one() && !n.needs_gradient && !tape_.name(i);
}

Written Spelling::written(const algebra::Expressions& in, algebra::Term t) const {
  algebra::Wording wording;
  for (const auto& [name, value] : sizes_) {
    const auto has_value = [v = value](const auto& s) { return s.second == v; };
    if (value > 1 && std::count_if(sizes_.begin(), sizes_.end(), has_value) == 1)
      wording.sizes.emplace(std::uint32_t(value), name);
  }
  wording.softmax_dim = softmax_dim_;
  return {algebra::Writer(in, wording, algebra::Style::text())(t),
          algebra::Writer(in, wording, algebra::Style::mathml())(t)};
}

void Spelling::call_operands_by_name(algebra::Reader<double>& read, algebra::Expressions& in, Index i) const {
  for (const Index k : tape_.operands(tape_.node(i))) {
    if (is_number(k)) continue;
    if (!is_factorisation(*tape_.node(k).operation))
      read.replace(k, in.name(name(first(k)), tape_.node(k).shape));
    // What was factored, and what eigenvalues are of, the reader looks at itself.
    for (const Index of : tape_.operands(tape_.node(k))) {
      if (!is_number(of) && names_.contains(first(of)))
        read.replace(of, in.name(name(first(of)), tape_.node(of).shape));
    }
  }
}

/// Tidies what rules leave, without a look at the data.
algebra::Simplifier Spelling::simplifier(algebra::Reader<double>& read, algebra::Expressions& in) const {
  return {in,
          {[](algebra::Fact) { return false; }, [&read](std::uint32_t n) { return read.size(n); },
           [](algebra::Term, algebra::Term) {}}};
}

Written Spelling::formula(Index i) const {
  algebra::Expressions in;
  algebra::Reader<double> read(tape_, in, options_);
  call_operands_by_name(read, in, i);
  return written(in, simplifier(read, in)(read(i)));
}

Spelling::Part Spelling::contribution(Index from, const V& part) const {
  using algebra::Kind;
  algebra::Expressions in;
  algebra::Reader<double> read(tape_, in, options_);
  read.replace(from, in.name(name(from), tape_.node(from).shape));
  call_operands_by_name(read, in, from);
  algebra::Simplifier simplify = simplifier(read, in);
  const algebra::Term right = simplify(read(part.index()));
  const Shape shape = in[right].shape, of_adjoint = tape_.node(from).shape;
  const algebra::Term adjoint = in.name(barred(name(from)), of_adjoint);

  Part result{written(in, right), {}};
  const auto offer = [&](algebra::Term t, const char* why) {
    const Written w = written(in, t);
    for (const Wrong& other : result.wrong) {
      if (other.text == w.text) return;
    }
    if (w.text != result.text && result.wrong.size() < 2) result.wrong.push_back({w, why});
  };
  // A product the other way round, without its transposes; what is left when the other factor is forgotten.
  if (in[right].kind == Kind::product && in[right].parts.size() > 1) {
    algebra::Parts turned;
    for (const algebra::Part& p : in[right].parts) {
      const bool is_transposed = in[p.term].kind == Kind::transpose;
      turned.insert(turned.begin(), is_transposed ? in[p.term].parts[0] : p);
    }
    offer(in.make(Kind::product, shape, turned),
          "Look at the shapes: the product has to have the operand's.");
  }
  if (shape == of_adjoint) offer(adjoint, "The slope is missing.");
  offer(simplify.scaled(-1, right), "The sign is turned.");
  offer(simplify.powers(shape, {{right, 2}}), "The adjoint comes in once.");
  return result;
}

Written Spelling::loss() const {
  algebra::Expressions in;
  algebra::Reader<double> read(tape_, in, options_);
  return written(in, simplifier(read, in)(read(nodes_.back())));
}

Written Spelling::unsimplified(const V& gradient) const {
  algebra::Expressions in;
  algebra::Reader<double> read(tape_, in, options_);
  return written(in, read(gradient.index()));
}

}  // namespace armagrad::apps
