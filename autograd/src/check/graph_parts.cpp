#include "graph_parts.hpp"

#include <armagrad/derive.hpp>
#include <armagrad/detail/gradient_graph.hpp>

#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "../rules/elementwise.hpp"
#include "../rules/reductions.hpp"

namespace armagrad::detail {

namespace {

template <class eT>
class Parts {
 public:
  /// Of a loss whose gradient by the variable w is g. Nodes are added to its tape, others left as they were.
  Parts(const Var<eT>& loss, const Var<eT>& w, const arma::Mat<eT>& g)
      : engine_(engine_of(loss)), loss_(loss), w_(w), g_(in_double(g)), size_(norm_of(g)) {
    const Index root = loss.index();
    used_ = engine_.needed_by({&root, 1});
    for (Index i = 0; i <= root; ++i) work_ += used_[i] ? double(engine_.node(i).shape.size()) : 0;
  }

  void add_to(Suspect& suspect) {
    split();
    add_terms(suspect);
    add_paths(suspect);
    add_derivatives(suspect);
    add_constants(suspect);
    for (Index i = 0; i < loss_.index(); ++i) {
      const Node<eT>& n = engine_.node(i);
      if (!used_[i] || n.operation->family != Family::leaf || n.one_by_one()) continue;
      const std::string of = leaf_name(i);
      suspect.counts.push_back({double(n.shape.rows), "the rows of " + of});
      suspect.counts.push_back({double(n.shape.cols), "the columns of " + of});
      suspect.counts.push_back({double(n.shape.size()), "the entries of " + of});
    }
  }

 private:
  struct AdditiveTerm {
    Index node;
    double weight;
    bool summed;  // all its entries are, as by accu
  };
  static constexpr std::size_t most_terms = 24, most_paths = 60;
  static constexpr double most_work = 5e8;  // entries of nodes, over all passes of one kind

  template <class Rule>
  static bool is(const Node<eT>& n) {
    return n.operation == &operation_of<Rule, eT>();
  }
  bool fixed_number(Index i) const { return engine_.node(i).one_by_one() && !engine_.wants(i); }
  double number(Index i) { return double(engine_.handle(i).scalar()); }

  /// Walks the loss's sums, differences, signs and scalings by numbers down to its terms.
  void split() {
    std::vector<AdditiveTerm> left{{loss_.index(), 1, false}};
    while (!left.empty()) {
      const AdditiveTerm t = left.back();
      left.pop_back();
      sums_.insert(t.node);
      const Node<eT>& n = engine_.node(t.node);
      if (!n.needs_gradient) continue;
      const auto fits = [&](unsigned k) { return engine_.node(n.operands[k]).shape == n.shape; };
      const auto below = [&](unsigned k, double weight) { left.push_back({n.operands[k], weight, t.summed}); };
      const auto scales = [&](unsigned k) { return fits(1 - k) && fixed_number(n.operands[k]); };
      if (is<rules::Plus>(n) && fits(0) && fits(1))
        below(1, t.weight), below(0, t.weight);
      else if (is<rules::Minus>(n) && fits(0) && fits(1))
        below(1, -t.weight), below(0, t.weight);
      else if (is<rules::Negate>(n))
        below(0, -t.weight);
      else if (is<rules::Times>(n) && scales(0))
        below(1, t.weight * number(n.operands[0]));
      else if (is<rules::Times>(n) && scales(1))
        below(0, t.weight * number(n.operands[1]));
      else if (is<rules::Divide>(n) && scales(1))
        below(0, t.weight / number(n.operands[1]));
      else if (is<rules::Accu>(n))
        left.push_back({n.operands[0], t.weight, true});
      else
        terms_.push_back(t), sums_.erase(t.node);
    }
  }

  arma::mat gradient_of(Index node, const arma::Mat<eT>& seed) {
    engine_.tape().backward(engine_.handle(node), seed);
    return in_double(engine_.tape().gradient(w_));
  }
  arma::mat gradient_of(const AdditiveTerm& t) {
    const Shape s = engine_.node(t.node).shape;
    return gradient_of(t.node, arma::Mat<eT>(s.rows, s.cols, arma::fill::value(eT(t.weight))));
  }
  arma::mat gradient_again() {
    engine_.tape().backward(loss_);
    return in_double(engine_.tape().gradient(w_));
  }

  /// Whether the formula of node i, what is used twice written twice, has few operations.
  bool is_short(Index i) const {
    std::vector<Index> left{i};
    for (int operations = 0; !left.empty(); ++operations) {
      if (operations > 16) return false;
      const std::span<const Index> xs = engine_.operands(engine_.node(left.back()));
      left.pop_back();
      left.insert(left.end(), xs.begin(), xs.end());
    }
    return true;
  }
  std::string leaf_name(Index i) const {
    if (const char* name = engine_.name(i)) return name;
    const Node<eT>& n = engine_.node(i);
    return std::string(n.needs_gradient ? "a variable of " : "a constant of ") + to_string(n.shape);
  }
  /// The formula where it is short, and the source line.
  std::string name_of(Index i) {
    const Node<eT>& n = engine_.node(i);
    if (n.operation->family == Family::leaf) return leaf_name(i);
    std::string place = describe(n.operation->name, engine_.at(i));
    if (!is_short(i)) return place;
    std::string formula = formula_text(engine_.handle(i));
    const std::size_t at = place.find(" at ");
    return formula.size() > 48 ? place : formula + (at == std::string::npos ? "" : place.substr(at));
  }
  std::string name_of(const AdditiveTerm& t) {
    const std::string of = name_of(t.node);
    const std::size_t at = of.find(" at ");
    std::ostringstream text;
    if (t.weight == -1)
      text << "-";
    else if (t.weight != 1)
      text << t.weight << " * ";
    text << (t.summed ? "accu(" + of.substr(0, at) + ")" : of.substr(0, at));
    if (at != std::string::npos) text << of.substr(at);
    return text.str();
  }

  /// Terms of one source line and operation are one term.
  void add_terms(Suspect& suspect) {
    if (terms_.size() > 400) return;
    std::map<std::tuple<std::string, std::uint32_t, const void*>, std::size_t> of_line;
    for (const AdditiveTerm& t : terms_) {
      const Node<eT> n = engine_.node(t.node);
      const Location at = engine_.at(t.node);
      const auto key = std::tuple(std::string(at.file()), at.line(), static_cast<const void*>(n.operation));
      const bool many = terms_.size() > most_terms;
      const auto found = many ? of_line.find(key) : of_line.end();
      const arma::mat g = gradient_of(t);
      if (found != of_line.end()) {
        suspect.parts[found->second].gradient += g;
      } else {
        of_line[key] = suspect.parts.size();
        suspect.parts.push_back({Mistake::term, many ? describe(n.operation->name, at) : name_of(t), g});
      }
    }
  }

  bool too_much(std::size_t passes) const { return double(passes) * work_ > most_work; }

  /// An operand of an operation cut off: put a constant in its place, and see what the gradient loses.
  void add_paths(Suspect& suspect) {
    std::vector<std::pair<Index, unsigned>> edges;
    for (Index i = loss_.index() + 1; i-- > 0;) {
      const Node<eT>& n = engine_.node(i);
      if (!used_[i] || !n.needs_gradient || n.arity > n.operands.size()) continue;
      for (unsigned k = 0; k < n.arity; ++k) {
        if (engine_.wants(n.operands[k])) edges.emplace_back(i, k);
      }
    }
    if (edges.size() > most_paths || too_much(edges.size())) return;
    for (const auto& [i, k] : edges) {
      const Index operand = engine_.node(i).operands[k];
      const Var<eT> held = engine_.tape().constant(engine_.handle(operand).value());
      engine_.node(held.index()).is_scalar = engine_.node(operand).is_scalar;
      engine_.replace_operand(i, k, held.index());
      const arma::mat part = g_ - gradient_again();
      engine_.replace_operand(i, k, operand);
      const Node<eT>& n = engine_.node(i);
      const std::string by = n.arity > 1 ? "by operand " + std::to_string(k + 1) + " of " : "of ";
      if (sums_.count(i))  // several terms at once
        add_new(suspect, Mistake::term, name_of(operand), part);
      else
        add_new(suspect, Mistake::path, "the derivative " + by + describe(n.operation->name, engine_.at(i)), part);
    }
  }
  /// Not what is nothing, everything, or there already.
  void add_new(Suspect& suspect, Mistake kind, const std::string& name, const arma::mat& part) {
    const double tiny = 1e-9 * size_;
    if (arma::norm(arma::vectorise(part)) <= tiny || arma::norm(arma::vectorise(part - g_)) <= tiny) return;
    for (const Part& p : suspect.parts) {
      if (arma::norm(arma::vectorise(p.gradient - part)) <= tiny) return;
    }
    suspect.parts.push_back({kind, name, part});
  }

  /// The derivative of an elementwise function left out, as if it were 1.
  void add_derivatives(Suspect& suspect) {
    std::vector<Index> functions;
    for (Index i = 0; i <= loss_.index(); ++i) {
      const Node<eT>& n = engine_.node(i);
      if (used_[i] && n.needs_gradient && n.arity == 1 && n.operation->family == Family::elementwise &&
          !is<rules::Negate>(n) && engine_.node(n.operands[0]).shape == n.shape)
        functions.push_back(i);
    }
    if (functions.empty() || functions.size() > most_paths || too_much(3 * functions.size())) return;
    std::optional<GradientGraph<eT>> recording;
    try {
      recording.emplace(loss_);
    } catch (const std::logic_error&) {  // a user's gradient that is not written for Vars
      return;
    }
    for (const Index i : functions) {
      const arma::Mat<eT> adjoint = recording->gradient(engine_.handle(i)).value();
      const arma::mat with = gradient_of(i, adjoint), without = gradient_of(engine_.node(i).operands[0], adjoint);
      suspect.alternatives.push_back({Mistake::derivative, name_of(i), g_ - with + without});
    }
  }

  /// A constant that was taken through a function first.
  void add_constants(Suspect& suspect) {
    using M = arma::Mat<eT>;
    const auto softmax_of = [](M x) {
      x.each_row() -= arma::Row<eT>(arma::max(x, 0));
      x = arma::exp(x);
      x.each_row() /= arma::Row<eT>(arma::sum(x, 0));
      return x;
    };
    static const std::vector<std::pair<const char*, std::function<M(const M&)>>> functions{
        {"zero", [](const M& x) { return M(arma::size(x), arma::fill::zeros); }},
        {"one everywhere", [](const M& x) { return M(arma::size(x), arma::fill::ones); }},
        {"-?", [](const M& x) { return M(-x); }},
        {"1 - ?", [](const M& x) { return M(1 - x); }},
        {"square(?)", [](const M& x) { return M(arma::square(x)); }},
        {"exp(?)", [](const M& x) { return M(arma::exp(x)); }},
        {"?'", [](const M& x) { return x.is_square() ? M(x.t()) : x; }},
        {"softmax(?, 0)", softmax_of},
        {"softmax(?, 1)", [softmax_of](const M& x) { return M(softmax_of(x.t()).t()); }},
        {"softmax over all of ?",
         [](const M& x) {
           const M e = arma::exp(x - x.max());
           return M(e / arma::accu(e));
         }},
        {"normalise(?, 2, 0)", [](const M& x) { return M(arma::normalise(x, 2, 0)); }},
        {"?.each_row() - mean(?, 0)", [](M x) {
           x.each_row() -= arma::Row<eT>(arma::mean(x, 0));
           return x;
         }}};
    std::vector<Index> constants;
    for (Index i = 0; i < loss_.index(); ++i) {
      const Node<eT>& n = engine_.node(i);
      if (used_[i] && n.operation->family == Family::leaf && !n.needs_gradient && n.shape.size() > 1)
        constants.push_back(i);
    }
    if (constants.size() > most_paths || too_much(2 * constants.size() * functions.size())) return;
    for (const Index i : constants) {
      const eT* const numbers = engine_.data(i);
      const M x = over(numbers, engine_.node(i).shape);
      for (const auto& [label, f] : functions) {
        const M changed = f(M(x));
        if (!changed.is_finite() || arma::approx_equal(changed, x, "absdiff", 0)) continue;
        engine_.rebind(i, changed.memptr());
        engine_.forget_values();
        try {
          suspect.alternatives.push_back(
              {Mistake::constant, with_name(label, leaf_name(i)) + " in place of " + leaf_name(i), gradient_again()});
        } catch (const std::runtime_error&) {  // not defined there
        }
      }
      engine_.rebind(i, numbers);
    }
    engine_.forget_values();
  }
  /// A function's text, in which ? stands for its argument.
  static std::string with_name(const char* label, const std::string& name) {
    std::string text;
    for (; *label; ++label) text += *label == '?' ? name : std::string(1, *label);
    return text;
  }

  Engine<eT>& engine_;
  Var<eT> loss_, w_;
  arma::mat g_;
  double size_, work_ = 0;
  std::vector<bool> used_;
  std::vector<AdditiveTerm> terms_;
  std::set<Index> sums_;  // the nodes above them
};

}  // namespace

template <class eT>
void add_graph_parts(Suspect& suspect, const Var<eT>& loss, const Var<eT>& w, const arma::Mat<eT>& g) {
  Parts<eT>(loss, w, g).add_to(suspect);
}

template <class eT>
std::string flat_operations(const Var<eT>& loss) {
  std::string names;
  for (Index i = 0; i <= loss.index(); ++i) {
    const Node<eT>& n = engine_of(loss).node(i);
    if (!n.operation->flat || n.operation->family != Family::elementwise) continue;
    names.append(names.empty() ? "" : ", ").append(describe(n.operation->name, engine_of(loss).at(i)));
  }
  return names;
}

template void add_graph_parts(Suspect&, const Var<double>&, const Var<double>&, const arma::Mat<double>&);
template void add_graph_parts(Suspect&, const Var<float>&, const Var<float>&, const arma::Mat<float>&);
template std::string flat_operations(const Var<double>&);
template std::string flat_operations(const Var<float>&);

}  // namespace armagrad::detail
