#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/graph.hpp>

#include <cstdio>

namespace armagrad {
using namespace detail;

std::string Graph::dot() const {
  const auto escaped = [](const std::string& text) {
    std::string out;
    for (const char c : text) out.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
    return out;
  };
  const auto norm = [](const char* of, double x) {
    char text[64];
    std::snprintf(text, sizeof text, "\\n|%s| %.3g", of, x);
    return std::string(text);
  };
  std::string text = "digraph {\n  rankdir=LR\n  node [shape=box style=rounded]\n";
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& n = nodes_[i];
    const std::string name = "n" + std::to_string(i);
    text += "  " + name + " [label=\"" + escaped(n.label) + "\\n" + to_string(n.shape) + norm("value", n.value);
    if (n.adjoint == n.adjoint) text += norm("adjoint", n.adjoint);
    text += n.is_leaf ? "\" style=\"rounded,filled\"]\n" : "\"]\n";
    for (const std::size_t k : n.operands) text += "  n" + std::to_string(k) + " -> " + name + "\n";
  }
  return text + "}\n";
}

template <class eT>
Graph graph(const Var<eT>& J) {
  Engine<eT>& engine = engine_of(J);
  const Index root = engine.index_of(J, "graph", {});
  const std::vector<bool> used = engine.needed_by({&root, 1});
  GradientGraph<eT> recording(J);
  std::vector<Graph::Node> nodes;
  std::vector<std::size_t> place(J.index() + 1);
  const auto norm = [](const Var<eT>& x) { return double(arma::norm(arma::vectorise(x.value()))); };
  for (Index i = 0; i <= J.index(); ++i) {
    if (!used[i]) continue;
    const bool varies = engine.wants(i), is_leaf = engine.node(i).operation->family == Family::leaf;
    Graph::Node n{engine.node(i).operation->name, engine.node(i).shape, is_leaf, {},
                  norm(engine.handle(i)),         arma::datum::nan};
    if (is_leaf) n.label = engine.name(i) ? engine.name(i) : varies ? "variable" : "constant";
    for (const Index k : engine.operands(engine.node(i))) n.operands.push_back(place[k]);
    if (varies) n.adjoint = norm(recording.gradient(engine.handle(i)));
    place[i] = nodes.size();
    nodes.push_back(std::move(n));
  }
  return Graph(std::move(nodes));
}

template ARMAGRAD_EXPORT Graph graph(const Var<double>&);
template ARMAGRAD_EXPORT Graph graph(const Var<float>&);

}  // namespace armagrad
