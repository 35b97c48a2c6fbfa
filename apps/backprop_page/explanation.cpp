#include "explanation.hpp"

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

namespace {

using Json = nlohmann::ordered_json;

/// To the digits that the page shows.
double shown(double x) { return rounded(x, 4); }

constexpr arma::uword plain_entries = 400, most_entries = 8000, most_rows = 1000, most_cols = 40;

/// Its first rows and columns: as numbers of four digits, or, if they are many, as multiples of `unit`.
Json matrix(const arma::mat& x) {
  if (!x.is_finite()) throw std::runtime_error("explanation: a value or an adjoint is not finite");
  Json m{{"rows", x.n_rows}, {"cols", x.n_cols}, {"norm", shown(arma::norm(x, "fro"))}};
  const arma::uword rows = std::min(x.n_rows, most_rows);
  const arma::uword cols =
      x.n_elem <= plain_entries ? x.n_cols : std::min({x.n_cols, most_cols, most_entries / rows});
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

Json json(const Written& w) { return {{"text", w.text}, {"mathml", w.mathml}}; }

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

/// What operand `to`, perhaps several of the operands, gets entry by entry; "" where that is not known.
std::string contribution(const EntryWise& entries, const std::vector<Index>& operands, Index to) {
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
        tape_(J.tape()),
        spelling_(J, options.formula, options.sizes),
        backward_(J, spelling_.names()),
        differences_(J),
        shapes_(options.shapes.empty() ? shapes_in_words(J, options.sizes) : options.shapes) {}

  Json json() {
    Json sizes = Json::array(), nodes = Json::array();
    for (const auto& [name, value] : options_.sizes) sizes.push_back({{"name", name}, {"value", value}});
    for (const Index i : spelling_.nodes()) nodes.push_back(node(i));
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
  std::vector<Index> operands(Index i) const {
    std::vector<Index> all;
    for (const Index k : tape_.operands(tape_.node(i))) {
      if (!is_factorisation(*tape_.node(k).operation)) all.push_back(spelling_.first(k));
    }
    return all;
  }
  EntryWise entry_wise_of(Index i) const {
    const auto spelt = [&](Index k) { return Spelt{spelling_.name(k), tape_.node(k).shape}; };
    std::vector<Spelt> x;
    for (const Index k : operands(i)) x.push_back(spelt(k));
    const auto given = tape_.operands(tape_.node(i));
    const bool symmetric = std::any_of(given.begin(), given.end(), [&](Index k) {
      return tape_.node(k).operation->name == std::string("cholesky");
    });
    const Operation<double>& operation = *tape_.node(i).operation;
    return entry_wise(operation, operation.parameters(tape_.rule(i)), spelt(i), x, symmetric);
  }

  Json loss() const {
    const Written w = spelling_.loss();
    const std::string left = algebra::Style::mathml().name(options_.formula.loss);
    return {{"name", options_.formula.loss},
            {"text", algebra::Style::text().equation(options_.formula.loss, w.text)},
            {"mathml", algebra::Style::mathml().equation(left, w.mathml)}};
  }

  Json node(Index i) {
    const Node<double>& n = tape_.node(i);
    const bool is_leaf = n.operation->family == Family::leaf;
    const char* kind = !is_leaf                 ? "computed"
                       : n.needs_gradient       ? "variable"
                       : spelling_.is_number(i) ? "number"
                                                : "constant";
    Json j{{"id", i},
           {"name", spelling_.name(i)},
           {"kind", kind},
           {"op", is_leaf ? kind : n.operation->name},
           {"rows", n.shape.rows},
           {"cols", n.shape.cols},
           {"size", shapes_.at(i)},
           {"operands", operands(i)}};
    if (!is_leaf) {
      j.update(apps::json(spelling_.formula(i)));
      j["index"] = entry_wise_of(i).forward;
    }
    j["value"] = matrix(tape_.value(tape_.handle(i)));
    if (backward_.has_adjoint(i)) {
      const arma::mat& adjoint = backward_.adjoint(i);
      const Verdict verdict = differences_.check(i, adjoint);
      j["adjoint"] = matrix(adjoint);
      j["check"] = {{"error", shown(verdict.error)}, {"passed", verdict.passed}};
    }
    return j;
  }

  Json steps() {
    Json all = Json::array({Json{{"kind", "start"}}});
    for (const Index i : spelling_.nodes()) {
      if (tape_.node(i).operation->family != Family::leaf) all.push_back({{"kind", "forward"}, {"node", i}});
    }
    all.push_back({{"kind", "seed"}});
    for (const Passed& passed : backward_.steps()) all.push_back(step(passed));
    add_formulas(all);
    return all;
  }

  Json step(const Passed& passed) {
    const EntryWise entries = entry_wise_of(passed.from);
    const std::vector<Index> xs = operands(passed.from);
    Json contributions = Json::array();
    for (const Added& c : passed.contributions) {
      const Spelling::Part part = spelling_.contribution(passed.from, c.part);
      Json j{{"to", c.to}};
      j.update(apps::json(part));
      j["index"] = contribution(entries, xs, c.to);
      const arma::mat value = c.part.value();
      if (arma::approx_equal(value, backward_.adjoint(c.to), "absdiff", 0) == false)
        j["value"] = matrix(value);
      for (const Spelling::Wrong& w : part.wrong)
        j["wrong"].push_back({{"text", w.text}, {"mathml", w.mathml}, {"why", w.why}});
      contributions.push_back(j);
    }
    return {{"kind", "backward"},
            {"node", passed.from},
            {"rule", entries.rule},
            {"contributions", contributions}};
  }

  /// The gradients as the rules give them, simplified, and at last in numbers.
  void add_formulas(Json& all) {
    FormulaOptions with_steps = options_.formula;
    with_steps.steps = true;
    const Formula formula = derive<double>(J_, by_, with_steps);
    const std::vector<std::string> mathml = lines(formula.mathml());
    Recording<double> recording(J_);
    Json before = Json::array(), after = Json::array(), gradients = Json::array(), assuming = Json::array();
    for (std::size_t k = 0; k < by_.size(); ++k) {
      const Written raw = spelling_.unsimplified(recording.gradient(by_[k]));
      const std::string left =
          algebra::Style::mathml().derivative(options_.formula.loss, spelling_.name(by_[k].index()));
      before.push_back({{"text", raw.text}, {"mathml", algebra::Style::mathml().equation(left, raw.mathml)}});
      const Formula::Line line = formula.gradients()[k];
      gradients.push_back({{"node", by_[k].index()},
                           {"text", line.right},
                           {"mathml", mathml[mathml.size() - by_.size() + k]}});
    }
    for (const Formula::Line& d : formula.definitions())
      after.push_back({{"text", d.left + " = " + d.right}, {"mathml", mathml[after.size()]}});
    for (const Json& g : gradients) after.push_back({{"text", g["text"]}, {"mathml", g["mathml"]}});
    for (const Assumption& a : formula.assumptions()) assuming.push_back(a.text());
    const std::vector<Simplification> texts = formula.simplifications(),
                                      marked = formula.simplifications(Format::mathml);
    Json rules = Json::array();
    for (std::size_t k = 0; k < texts.size(); ++k) {
      rules.push_back({{"rule", texts[k].rule},
                       {"before", {{"text", texts[k].before}, {"mathml", marked[k].before}}},
                       {"after", {{"text", texts[k].after}, {"mathml", marked[k].after}}}});
    }
    Json where = Json::array();  // the names that only the rules use
    for (const Formula::Line& d : formula.step_definitions(Format::mathml))
      where.push_back(algebra::Style::mathml().equation(d.left, d.right));
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
  Tape<double>& tape_;
  Spelling spelling_;
  Backward backward_;
  Differences differences_;
  std::vector<std::string> shapes_;
};

}  // namespace

std::vector<std::string> shapes_in_words(const V& J, const Sizes& sizes) {
  const auto side = [&](std::uint32_t n) {
    const auto named =
        std::find_if(sizes.begin(), sizes.end(), [n](const auto& s) { return s.second == n && n > 1; });
    return named == sizes.end() ? std::to_string(n) : named->first;
  };
  std::vector<std::string> all;
  for (Index i = 0; i <= J.index(); ++i) {
    const Shape s = J.tape().node(i).shape;
    all.push_back(side(s.rows) + " × " + side(s.cols));
  }
  return all;
}

Json explanation(const V& J, const std::vector<V>& by, const ExplanationOptions& options) {
  J.tape().check(J, "explanation", {});
  if (J.shape() != scalar_shape)
    misuse("explanation", {}, "the root is not a scalar but " + to_string(J.shape()));
  for (Index i = 0; i <= J.index(); ++i) {
    if (J.tape().node(i).shape.size() == 0) misuse("explanation", J.tape().node(i).at, "an empty matrix");
  }
  return Document(J, by, options).json();
}

}  // namespace armagrad::apps
