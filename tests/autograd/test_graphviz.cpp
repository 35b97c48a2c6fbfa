// graph(): nodes, edges, norms, and the text for Graphviz.
#define BOOST_TEST_MODULE graphviz
#include <armagrad/armagrad.hpp>
#include <armagrad/graph.hpp>
#include <boost/test/unit_test.hpp>

using namespace armagrad;

BOOST_AUTO_TEST_CASE(norms_of_values_and_adjoints) {
  const arma::mat W{{1, 2}, {3, 4}, {0, -1}}, X{{1, 0, 2, 1}, {1, 1, 0, -1}, {2, 0, 1, 0}};
  const Graph g = graph([&](const auto& w) { return accu(square(w.t() * view(X, "X"))); }, W);
  const arma::mat Z = W.t() * X;
  BOOST_REQUIRE_EQUAL(g.nodes().size(), 5u);  // W, X, product, square, accu
  for (const Graph::Node& n : g.nodes()) {
    if (n.label == "W") {
      BOOST_TEST(n.value == arma::norm(W, "fro"), boost::test_tools::tolerance(1e-14));
      BOOST_TEST(n.adjoint == arma::norm(2 * X * Z.t(), "fro"), boost::test_tools::tolerance(1e-14));
    } else if (n.label == "X") {
      BOOST_TEST(std::isnan(n.adjoint));
    } else if (n.label == "matmul") {
      BOOST_TEST(n.operands.size() == 2u);
      BOOST_TEST((n.shape == Shape{2, 4}));
      BOOST_TEST(n.adjoint == arma::norm(2 * Z, "fro"), boost::test_tools::tolerance(1e-14));
    }
  }
  BOOST_TEST(g.nodes().back().adjoint == 1);
}

BOOST_AUTO_TEST_CASE(text_for_graphviz) {
  const arma::mat W{{3, 4}};
  const std::string dot = graph([](const auto& w) { return accu(w % w); }, W, "W \"hat\"").dot();
  BOOST_TEST(dot ==
             "digraph {\n  rankdir=LR\n  node [shape=box style=rounded]\n"
             "  n0 [label=\"W \\\"hat\\\"\\n1x2\\n|value| 5\\n|adjoint| 10\" style=\"rounded,filled\"]\n"
             "  n1 [label=\"element-wise multiplication\\n1x2\\n|value| 18.4\\n|adjoint| 1.41\"]\n"
             "  n0 -> n1\n  n0 -> n1\n"
             "  n2 [label=\"accu\\n1x1\\n|value| 25\\n|adjoint| 1\"]\n  n1 -> n2\n}\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_a_number_is_refused) {
  Tape<double> tape;
  const auto W = tape.variable(arma::mat(2, 3, arma::fill::ones));
  BOOST_CHECK_THROW(graph(square(W)), std::logic_error);
}
