#include <armagrad/armagrad.hpp>
#include <armagrad/graph.hpp>
#include <iomanip>
using namespace armagrad;

namespace {
template <class eT>
void print(const Var<eT>& J) {
  std::cout << "node  operation                    shape  operands  |value|  |adjoint|\n";
  const Graph drawn = graph(J);
  std::size_t i = 0;
  for (const Graph::Node& node : drawn.nodes()) {
    std::string operands;
    for (const std::size_t k : node.operands) operands.append(" ").append(std::to_string(k));
    std::cout << std::setw(4) << i++ << "  " << std::left << std::setw(27) << node.label << "  " << std::setw(5)
              << to_string(node.shape) << std::right << std::setw(10) << operands << std::setw(9) << node.value
              << std::setw(11) << node.adjoint << '\n';
  }
}
}  // namespace

int main() {
  Tape<double> tape;
  const auto x = tape.named(tape.variable(arma::vec{1, 2, 2}), "x");
  const auto y = square(x);  // two nodes: nothing is computed yet
  tape.backward(y, arma::vec{1, 1, 1});
  std::cout << "dy/dx, with 1 for each entry of y:" << tape.gradient(x).t();

  const auto A = tape.named(tape.constant(arma::mat{{1, 0, 1}, {0, 2, 0}}), "A");
  const auto J = accu(square(A * x)) + accu(y);
  std::cout << "nodes: " << tape.size() << '\n';
  tape.backward(J);
  std::cout << "dJ/dx:" << tape.gradient(x).t();
  print(J);
}
