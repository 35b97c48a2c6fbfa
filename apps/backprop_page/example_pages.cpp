// backprop_pages FOLDER: the documentation's example pages, four losses explained a step at a time on numbers
// small enough to follow by hand.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include <armagrad/armagrad.hpp>

#include "explanation.hpp"
#include "page.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

/// A loss with its data; the first `variables` of them are differentiated by.
struct Example {
  std::string file, title;
  Sizes sizes;
  struct Leaf {
    std::string name, rows, cols;
    arma::mat value;
  };
  std::vector<Leaf> leaves;
  std::size_t variables;
  std::function<V(const std::vector<V>&)> loss;
};

const arma::mat X{{1, 0.5, -1}, {0, 2, 1}};  // three samples of two numbers, a column each
const arma::mat one_tenth(1, 1, arma::fill::value(0.1)), three(1, 1, arma::fill::value(3));

std::vector<Example> examples() {
  return {{"ridge",
           "Ridge regression",
           {{"n", 3}, {"d", 2}},
           {{"w", "d", "1", arma::mat(arma::vec{0.5, 0.25})},
            {"X", "d", "n", X},
            {"y", "1", "n", {{1, 2, -1}}},
            {"n", "1", "1", three},
            {"l2", "1", "1", one_tenth}},
           1,
           [](const auto& x) { return accu(square(x[0].t() * x[1] - x[2])) / x[3] + x[4] * accu(square(x[0])); }},
          {"logistic",
           "Logistic regression",
           {{"n", 3}, {"d", 2}},
           {{"w", "d", "1", arma::mat(arma::vec{0.5, -0.25})},
            {"b", "1", "1", one_tenth},
            {"X", "d", "n", X},
            {"y", "1", "n", {{1, -1, -1}}},
            {"n", "1", "1", three}},
           2,
           [](const auto& x) { return accu(softplus(-x[3] % (x[0].t() * x[2] + x[1]))) / x[4]; }},
          {"softmax",
           "Softmax regression",
           {{"n", 3}, {"d", 2}, {"c", 2}},
           {{"W", "d", "c", {{0.5, -0.5}, {0.25, 0.75}}},
            {"X", "d", "n", X},
            {"Y", "c", "n", {{1, 0, 1}, {0, 1, 0}}},
            {"n", "1", "1", three},
            {"l2", "1", "1", one_tenth}},
           1,
           [](const auto& x) {
             return -accu(x[2] % log_softmax(x[0].t() * x[1], 0)) / x[3] + 0.5 * x[4] * accu(square(x[0]));
           }},
          {"mlp",
           "A network with one hidden layer",
           {{"n", 3}, {"d", 2}, {"h", 4}, {"c", 2}},
           {{"U", "d", "h", {{0.5, -0.5, 1, 0.25}, {0.25, 0.75, -0.5, -1}}},
            {"a", "h", "1", arma::mat(arma::vec{0, 0.1, -0.1, 0.2})},
            {"W", "h", "c", {{0.5, -0.5}, {1, 0.25}, {-0.75, 0.5}, {0.25, 1}}},
            {"X", "d", "n", X},
            {"Y", "c", "n", {{1, 0, 1}, {0, 1, 0}}},
            {"n", "1", "1", three}},
           3,
           [](const auto& x) {
             const V hidden = tanh((x[0].t() * x[3]).each_col() + x[1]);
             return -accu(x[4] % log_softmax(x[2].t() * hidden, 0)) / x[5];
           }}};
}

V recorded(const Example& example, const std::vector<arma::mat>& values, Tape<double>& tape, std::vector<V>& by) {
  std::vector<V> x;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const View<double> given = view(values[k], example.leaves[k].name.c_str());
    x.push_back(k < example.variables ? tape.variable(given) : tape.constant(given));
    node_of(x.back()).is_scalar = values[k].n_elem == 1;
  }
  by.assign(x.begin(), x.begin() + std::ptrdiff_t(example.variables));
  return example.loss(x);
}

/// The shapes in words, found on a recording whose sizes all differ; none of its values is ever computed.
std::vector<std::string> shapes(const Example& example) {
  Sizes distinct;
  std::map<std::string, arma::uword> side{{"1", 1}};
  for (const auto& [name, value] : example.sizes) distinct.emplace_back(name, side[name] = 2 + side.size());
  std::vector<arma::mat> values;
  for (const Example::Leaf& leaf : example.leaves) values.emplace_back(side.at(leaf.rows), side.at(leaf.cols));
  Tape<double> tape;
  std::vector<V> by;
  return shapes_in_words(recorded(example, values, tape, by), distinct);
}

std::string page_of(const Example& example) {
  std::vector<arma::mat> values;
  for (const Example::Leaf& leaf : example.leaves) values.push_back(leaf.value);
  Tape<double> tape;
  std::vector<V> by;
  const V J = recorded(example, values, tape, by);
  return page(explanation(J, by, {example.title, example.sizes, {{{"n", 3}}}, shapes(example), {}}));
}

}  // namespace

}  // namespace armagrad::apps

int main(int argc, char** argv) try {
  using namespace armagrad::apps;
  if (argc != 2) {
    std::cerr << "usage: backprop_pages FOLDER\n";
    return 2;
  }
  for (const Example& example : examples()) {
    const std::filesystem::path file = std::filesystem::path(argv[1]) / (example.file + ".html");
    const std::string html = page_of(example);
    std::ofstream out(file, std::ios::binary);
    out << html << std::flush;
    if (!out) throw std::runtime_error(file.string() + ": cannot be written");
    std::cout << file.filename().string() << ": " << (html.size() + 1023) / 1024 << " KB\n";
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "backprop_pages: " << error.what() << '\n';
  return 1;
}
