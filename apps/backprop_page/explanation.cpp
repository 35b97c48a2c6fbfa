#include "explanation.hpp"

#include <armagrad/detail/gradient_graph.hpp>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "apps/text/base64.hpp"
#include "apps/text/numbers.hpp"
#include "differences.hpp"
#include "notation.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

using Json = nlohmann::ordered_json;

/// To the digits that the page shows.
double shown(double x) { return rounded(x, 4); }

constexpr std::size_t most_text = 100'000, most_nodes = 3000;
constexpr arma::uword plain_entries = 400, most_entries = 8000, most_rows = 1000, most_cols = 40;

/// Its first rows and columns: as numbers of four digits, or, if they are many, as multiples of `unit`.
Json matrix(const arma::mat& x) {
  if (!x.is_finite()) throw std::runtime_error("explanation: a value or an adjoint is not finite");
  Json m{{"rows", x.n_rows}, {"cols", x.n_cols}, {"norm", shown(arma::norm(x, "fro"))}};
  const arma::uword rows = std::min(x.n_rows, most_rows);
  const arma::uword cols = x.n_elem <= plain_entries ? x.n_cols : std::min({x.n_cols, most_cols, most_entries / rows});
  const arma::mat part = x.submat(0, 0, arma::size(rows, cols));
  if (part.n_elem < x.n_elem) m["shown"] = {rows, cols};
  if (part.n_elem <= plain_entries) {
    std::vector<double> values;
    for (const double v : part) values.push_back(shown(v));
    m["values"] = values;
    return m;
  }
  const double largest = arma::abs(part).max(), unit = largest > 0 ? largest / 32767 : 1;
  std::vector<unsigned char> bytes;
  for (const double v : part) {
    const auto q = std::uint16_t(std::int16_t(std::lround(v / unit)));
    bytes.push_back(q & 255), bytes.push_back(q >> 8);
  }
  m["unit"] = shown(unit);
  m["packed"] = base64(bytes);
  return m;
}

Json json(const NodeFormulas::Written& w) { return {{"text", w.text}, {"mathml", w.mathml}}; }

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

/// What operand `to`, perhaps several of the operands, gets entry by entry; "" where nothing is stated.
std::string stated(const EntryWise& entries, const std::vector<Index>& operands, Index to) {
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (operands[k] == to && !entries.backward[k].empty()) parts.push_back(entries.backward[k]);
  }
  if (parts.size() == 1) return parts[0];
  std::string all;
  for (const std::string& part : parts) {
    if (part.starts_with("Σ")) return "";  // an equation to solve
    const std::size_t equals = part.find(" = ");
    all += (all.empty() ? "" : "; ") + part.substr(0, equals) + " +=" + part.substr(equals + 2);
  }
  return all;
}

class Document {
 public:
  Document(const V& J, const std::vector<V>& by, const ExplanationOptions& options)
      : J_(J),
        by_(by),
        options_(options),
        engine_(engine_of(J)),
        formulas_(J, by, options.formula, options.sizes),
        backward_(J),
        differences_(J),
        shapes_(options.shapes.empty() ? shapes_in_words(J, options.sizes) : options.shapes) {}

  Json json() {
    Json sizes = Json::array(), nodes = Json::array();
    for (const auto& [name, value] : options_.sizes) sizes.push_back({{"name", name}, {"value", value}});
    for (const Index i : formulas_.nodes()) nodes.push_back(node(i));
    Json document{{"title", options_.title}, {"loss", loss()}, {"root", J_.index()}, {"sizes", sizes}};
    if (options_.tiles) {
      const auto [height, width] = *options_.tiles;
      document["tiles"] = {{"rows", height * width}, {"height", height}, {"width", width}};
    }
    document["nodes"] = nodes;
    document["steps"] = steps();
    return document;
  }

 private:
  EntryWise entry_wise_of(Index i) const {
    const auto spelt = [&](Index k) { return Spelt{formulas_.name(k), engine_.node(k).shape}; };
    std::vector<Spelt> x;
    for (const Index k : formulas_.operands(i)) x.push_back(spelt(k));
    const auto given = engine_.operands(engine_.node(i));
    const bool symmetric = std::any_of(given.begin(), given.end(), [&](Index k) {
      return engine_.node(k).operation->name == std::string("cholesky");
    });
    const Operation<double>& operation = *engine_.node(i).operation;
    return entry_wise(operation, formulas_.parameters(i), spelt(i), x, symmetric);
  }

  Json loss() const {
    const NodeFormulas::Written w = formulas_.loss();
    const std::string left = NodeFormulas::name_in_mathml(options_.formula.loss);
    return {{"name", options_.formula.loss},
            {"text", options_.formula.loss + " = " + w.text},
            {"mathml", NodeFormulas::equation_in_mathml(left, w.mathml)}};
  }

  Json node(Index i) {
    const Node<double>& n = engine_.node(i);
    const bool is_leaf = n.operation->family == Family::leaf;
    const char* kind = !is_leaf                 ? "computed"
                       : n.needs_gradient       ? "variable"
                       : formulas_.is_number(i) ? "number"
                                                : "constant";
    Json j{{"id", i},
           {"name", formulas_.name(i)},
           {"kind", kind},
           {"op", is_leaf ? kind : n.operation->name},
           {"rows", n.shape.rows},
           {"cols", n.shape.cols},
           {"size", shapes_.at(i)},
           {"operands", formulas_.operands(i)}};
    if (!is_leaf) {
      const NodeFormulas::Written formula = formulas_.formula(i);
      const std::string stated = entry_wise_of(i).forward;
      j.update(apps::json(formula));
      j["index"] = stated.empty() ? formula.entries : stated;
    }
    j["value"] = matrix(engine_.handle(i).value());
    if (backward_.has_adjoint(i) || (is_leaf && n.needs_gradient)) {
      const arma::mat adjoint = backward_.has_adjoint(i) ? backward_.adjoint(i)  // else J does not depend on it
                                                         : arma::mat(n.shape.rows, n.shape.cols, arma::fill::zeros);
      const Verdict verdict = differences_.check(i, adjoint);
      j["adjoint"] = matrix(adjoint);
      j["check"] = {{"error", shown(verdict.error)}, {"passed", verdict.passed}};
    }
    return j;
  }

  Json steps() {
    Json all = Json::array({Json{{"kind", "start"}}});
    for (const Index i : formulas_.nodes()) {
      if (engine_.node(i).operation->family != Family::leaf) all.push_back({{"kind", "forward"}, {"node", i}});
    }
    all.push_back({{"kind", "seed"}});
    for (const auto& one : backward_.steps()) all.push_back(step(one));
    add_formulas(all);
    return all;
  }

  Json step(const BackwardPass<double>::Step& step) {
    const EntryWise entries = entry_wise_of(step.node);
    const std::vector<Index> xs = formulas_.operands(step.node);
    Json contributions = Json::array();
    for (const auto& c : step.contributions) {
      const NodeFormulas::Contribution part = formulas_.contribution(step, c);
      const std::string known = stated(entries, xs, formulas_.first(c.to));
      Json j{{"to", c.to}};
      j.update(apps::json(part));
      j["index"] = known.empty() ? part.entries : known;
      const arma::mat value = engine_.handle(c.part).value();
      if (!arma::approx_equal(value, backward_.adjoint(c.to), "absdiff", 0)) j["value"] = matrix(value);
      for (const NodeFormulas::Mistake& w : part.mistakes)
        j["wrong"].push_back({{"text", w.text}, {"mathml", w.mathml}, {"why", w.hint}});
      contributions.push_back(j);
    }
    return {{"kind", "backward"}, {"node", step.node}, {"rule", entries.rule}, {"contributions", contributions}};
  }

  /// A line among the rules that is none.
  static Json note_of(const std::string& text) {
    const Json said{{"text", text}, {"mathml", "<mtext>" + text + "</mtext>"}};
    return {{"rule", "..."}, {"before", said}, {"after", {{"text", ""}, {"mathml", ""}}}};
  }

  /// The gradients as the rules give them, simplified, and at last in numbers.
  void add_formulas(Json& all) {
    FormulaOptions with_steps = options_.formula;
    with_steps.steps = true;
    const Formula formula = derive<double>(J_, by_, with_steps);
    const std::vector<std::string> mathml = lines(formula.mathml());
    GradientGraph<double> recording(J_);
    Json before = Json::array(), after = Json::array(), gradients = Json::array(), assuming = Json::array();
    for (std::size_t k = 0; k < by_.size(); ++k) {
      const NodeFormulas::Written raw = formulas_.unsimplified(recording.gradient(by_[k]));
      const std::string left =
          NodeFormulas::derivative_in_mathml(options_.formula.loss, formulas_.name(by_[k].index()));
      before.push_back({{"text", raw.text}, {"mathml", NodeFormulas::equation_in_mathml(left, raw.mathml)}});
      const Formula::Line line = formula.gradients()[k];
      gradients.push_back(
          {{"node", by_[k].index()}, {"text", line.right}, {"mathml", mathml[mathml.size() - by_.size() + k]}});
    }
    for (const Formula::Line& d : formula.definitions())
      after.push_back({{"text", d.left + " = " + d.right}, {"mathml", mathml[after.size()]}});
    for (const Json& g : gradients) after.push_back({{"text", g["text"]}, {"mathml", g["mathml"]}});
    for (const Assumption& a : formula.assumptions()) assuming.push_back(a.text());
    const std::vector<Simplification> texts = formula.simplifications(),
                                      marked = formula.simplifications(Format::mathml);
    // Of a long derivation the first rules, and the names that these use.
    Json rules = Json::array();
    std::string shown;
    for (std::size_t k = 0; k < texts.size() && shown.size() < most_text; ++k) {
      shown += texts[k].before + " " + texts[k].after + " ";
      rules.push_back({{"rule", texts[k].rule},
                       {"before", {{"text", texts[k].before}, {"mathml", marked[k].before}}},
                       {"after", {{"text", texts[k].after}, {"mathml", marked[k].after}}}});
    }
    Json where = Json::array();  // the names that only the rules use
    const std::vector<Formula::Line> names = formula.step_definitions(),
                                     in_mathml = formula.step_definitions(Format::mathml);
    std::size_t length = 0;
    for (std::size_t k = 0; k < names.size() && length < most_text; ++k) {
      if (shown.find(names[k].left) == std::string::npos) continue;
      where.push_back(NodeFormulas::equation_in_mathml(in_mathml[k].left, in_mathml[k].right));
      length += in_mathml[k].right.size();
    }
    if (rules.size() < texts.size())
      rules.push_back(
          note_of("and " + std::to_string(texts.size() - rules.size()) + " more, which derive --steps lists"));
    all.push_back({{"kind", "simplify"},
                   {"before", before},
                   {"where", where},
                   {"rules", rules},
                   {"after", after},
                   {"assuming", assuming}});
    all.push_back({{"kind", "result"}, {"gradients", gradients}});
  }

  V J_;
  const std::vector<V>& by_;
  const ExplanationOptions& options_;
  Engine<double>& engine_;
  NodeFormulas formulas_;
  BackwardPass<double> backward_;
  Differences differences_;
  std::vector<std::string> shapes_;
};

}  // namespace

std::vector<std::string> shapes_in_words(const V& J, const Sizes& sizes) {
  const auto side = [&](std::uint32_t n) {
    const auto named = std::find_if(sizes.begin(), sizes.end(), [n](const auto& s) { return s.second == n && n > 1; });
    return named == sizes.end() ? std::to_string(n) : named->first;
  };
  std::vector<std::string> all;
  for (Index i = 0; i <= J.index(); ++i) {
    const Shape s = engine_of(J).node(i).shape;
    all.push_back(side(s.rows) + " × " + side(s.cols));
  }
  return all;
}

Json explanation(const V& J, const std::vector<V>& by, const ExplanationOptions& options) {
  engine_of(J).check(J, "explanation", {});
  for (const V& v : by) {
    engine_of(J).check(v, "explanation", {});
    if (v.index() > J.index()) misuse("explanation", {}, "a variable that is younger than the root");
  }
  if (J.shape() != scalar_shape) misuse("explanation", {}, "the root is not a scalar but " + to_string(J.shape()));
  if (J.index() >= most_nodes)
    misuse("explanation", {},
           std::to_string(J.index() + 1) + " nodes, of which a page has room for " + std::to_string(most_nodes) +
               "; derive --steps lists the steps as text");
  for (Index i = 0; i <= J.index(); ++i) {
    if (engine_of(J).node(i).shape.size() == 0) misuse("explanation", engine_of(J).at(i), "an empty matrix");
  }
  return Document(J, by, options).json();
}

}  // namespace armagrad::apps
