// The explanation of a computation: each step's formula is read back as an expression and computed; adjoints
// against the tape's gradients; the verdict of differences; the document.
#define BOOST_TEST_MODULE explanation
#include <algorithm>
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "apps/backprop_page/differences.hpp"
#include "apps/backprop_page/explanation.hpp"
#include "apps/backprop_page/page.hpp"
#include "apps/expression/evaluate.hpp"
#include "apps/expression/syntax.hpp"

using namespace armagrad;
using namespace armagrad::apps;

namespace {

/// A network whose graph has products with and without transposes, broadcasts, reductions, two uses of a node
/// and numbers.
struct Network {
  Tape<double> tape;
  const arma::mat u{{0.5, -0.5, 1}, {0.25, 0.75, -0.5}},
      a = arma::vec{0.1, -0.2, 0.3}, x{{1, 0.5, -1, 2}, {0, 2, 1, -1}}, y{{1, 0, 0, 1}, {0, 1, 0, 0}, {0, 0, 1, 0}};
  V U = tape.variable(view(u, "U")), A = tape.variable(view(a, "a"));
  V J;

  Network() {
    const V hidden = tanh((U.t() * view(x, "X")).each_col() + A);
    const V P = log_softmax(hidden, 0);
    J = -accu(view(y, "Y") % P) / 4 + 0.3 * accu(exp(U) / (1 + square(U))) + accu(sum(sqrt(1 + square(hidden)), 1) % A);
  }
};

/// The node of this name.
const nlohmann::ordered_json& node(const nlohmann::ordered_json& document, const std::string& name) {
  const auto& nodes = document["nodes"];
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const auto& n) { return n["name"] == name; });
  BOOST_REQUIRE_MESSAGE(found != nodes.end(), "no node " << name);
  return *found;
}

/// "Z̄1" as a name that expressions may have.
std::string plain(std::string text) {
  const std::string macron = "\u0304";
  for (std::size_t at; (at = text.find(macron)) != std::string::npos;) text.replace(at, macron.size(), "_bar");
  return text;
}

double difference(const arma::mat& a, const arma::mat& b) {
  if (arma::size(a) != arma::size(b)) return arma::datum::inf;
  return arma::abs(a - b).max() / std::max(1.0, arma::abs(a).max());
}

arma::mat read_back(const std::string& text, const std::map<std::string, arma::mat>& values) {
  Tape<double> tape;
  Environment environment{tape, {}};
  for (const auto& [name, value] : values) environment.names[name] = tape.constant(value);
  return evaluate(parse(plain(text)), environment).back().value();
}

}  // namespace

BOOST_AUTO_TEST_CASE(adjoints_of_leaves_are_the_gradients) {
  Network n;
  const FormulaOptions options;
  const NodeFormulas spelling(n.J, {n.U, n.A}, options, {});
  const BackwardPass<double> backward(n.J);
  n.tape.backward(n.J);
  for (const V& v : {n.U, n.A}) BOOST_TEST(difference(n.tape.gradient(v), backward.adjoint(v.index())) < 1e-14);
}

BOOST_AUTO_TEST_CASE(formulas_of_steps_read_back) {
  Network n;
  const FormulaOptions options;
  const NodeFormulas spelling(n.J, {n.U, n.A}, options, {});
  const BackwardPass<double> backward(n.J);
  std::map<std::string, arma::mat> values;
  for (const Index i : spelling.nodes()) {
    values[spelling.name(i)] = engine_of(n.tape).handle(i).value();
    if (backward.has_adjoint(i)) values[plain(barred(spelling.name(i)))] = backward.adjoint(i);
  }
  int formulas = 0, contributions = 0;
  for (const Index i : spelling.nodes()) {
    if (engine_of(n.tape).node(i).operation->family == Family::leaf) continue;
    BOOST_TEST_CONTEXT(spelling.name(i) << " = " << spelling.formula(i).text)
    BOOST_TEST(difference(values.at(spelling.name(i)), read_back(spelling.formula(i).text, values)) < 1e-14);
    ++formulas;
  }
  for (const auto& step : backward.steps()) {
    for (const auto& c : step.contributions) {
      const NodeFormulas::Contribution part = spelling.contribution(step, c);
      BOOST_TEST_CONTEXT(spelling.name(step.node) << " adds " << part.text) {
        BOOST_TEST(difference(engine_of(n.tape).handle(c.part).value(), read_back(part.text, values)) < 1e-14);
        BOOST_TEST(part.mistakes.size() == 2u);
        for (const NodeFormulas::Mistake& wrong : part.mistakes) BOOST_TEST(wrong.text != part.text);
      }
      ++contributions;
    }
  }
  BOOST_TEST(formulas > 15);
  BOOST_TEST(contributions >= formulas);
}

BOOST_AUTO_TEST_CASE(differences_tell_right_from_wrong_everywhere) {
  Network n;
  const FormulaOptions options;
  const NodeFormulas spelling(n.J, {n.U, n.A}, options, {});
  const BackwardPass<double> backward(n.J);
  Differences differences(n.J);
  int checked = 0;
  for (const Index i : spelling.nodes()) {
    if (!backward.has_adjoint(i)) continue;
    ++checked;
    BOOST_TEST_CONTEXT(spelling.name(i)) {
      BOOST_TEST(differences.check(i, backward.adjoint(i)).passed);
      BOOST_TEST(!differences.check(i, 1.0001 * backward.adjoint(i)).passed);
      BOOST_TEST(!differences.check(i, -backward.adjoint(i)).passed);
    }
  }
  BOOST_TEST(checked > 15);
}

// Probabilities may be small, and their logarithms curve there.
BOOST_AUTO_TEST_CASE(differences_of_small_entries_take_small_steps) {
  Tape<double> tape;
  const arma::mat p = arma::vec{1e-5, 0.3, 0.7 - 1e-5};
  const V P = tape.variable(view(p, "P"));
  Differences differences(accu(log(P)));
  BOOST_TEST(differences.check(P.index(), 1 / p).passed);
  BOOST_TEST(!differences.check(P.index(), 1.0001 / p).passed);
}

BOOST_AUTO_TEST_CASE(the_document) {
  Network n;
  const auto document = explanation(n.J, {n.U, n.A}, {"A </script> title", {{"d", 2}, {"h", 3}, {"n", 4}}, {}, {}, {}});
  BOOST_TEST(document["steps"].front()["kind"] == "start");
  BOOST_TEST(document["steps"].back()["gradients"].size() == 2u);
  BOOST_TEST(node(document, "X")["size"] == "d × n");
  for (const char* variable : {"U", "a"}) {
    BOOST_TEST(node(document, variable)["kind"] == "variable");
    BOOST_TEST(node(document, variable)["check"]["passed"] == true);
  }
  const std::string html = page(document);
  BOOST_TEST(html.find("A </script> title") == std::string::npos);
  BOOST_TEST(html.find("A \\u003c/script> title") != std::string::npos);
  for (const char* left : {"@document@", "@main.js@", "@page.css@"}) BOOST_TEST(html.find(left) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(big_matrices_are_packed_and_cut) {
  Tape<double> tape;
  const arma::mat w(784, 10, arma::fill::randn), x(784, 100, arma::fill::randn);
  const V W = tape.variable(view(w, "W"));
  const auto document = explanation(accu(square(W.t() * view(x, "X"))), {W}, {"Big", {}, {}, {}, Tiles{28, 28}});
  const auto value = node(document, "X")["value"];
  BOOST_TEST(value["shown"] == nlohmann::ordered_json({784, 10}));
  BOOST_TEST(value["packed"].get<std::string>().size() == 784u * 10 * 2 * 4 / 3 + 2);
  BOOST_TEST(page(document).size() < 300u * 1024);
}

BOOST_AUTO_TEST_CASE(refusals) {
  Tape<double> tape;
  const V W = tape.variable(arma::mat(2, 3, arma::fill::ones));
  BOOST_CHECK_THROW(explanation(square(W), {W}, {}), std::logic_error);
  BOOST_CHECK_THROW(explanation(accu(log(W - 2)), {W}, {}), std::runtime_error);
  BOOST_CHECK_THROW(explanation(accu(tape.variable(arma::mat(0, 3))), {W}, {}), std::logic_error);
}
