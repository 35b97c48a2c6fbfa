#pragma once
// A loss typed as an expression over named random matrices, its formula, and the formula read back.

#include <armagrad/armagrad.hpp>
#include <armagrad/detail/gradient_graph.hpp>
#include <deque>
#include <map>
#include <sstream>

#include "apps/expression/evaluate.hpp"

namespace armagrad::testing {

inline std::vector<std::string> split(const std::string& text, char at) {
  std::istringstream in(text);
  std::vector<std::string> parts;
  for (std::string part; std::getline(in, part, at);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

class Problem {
 public:
  /// by: "W,b"; names: "W:d,c X:d,n l2", each of standard normal numbers, or "Y:c,n=columns" (or rows) with a
  /// single 1 in each, "y:1,n=01", "S:d,d=symmetric" (positive definite), "A:d,d=uniform" (in [-1, 1]). A
  /// dimension's name is a number, and so is a name without a shape.
  Problem(const std::string& expression, const std::string& by, const std::string& names) {
    for (const auto& [name, size] : sizes()) put(name, arma::mat{double(size)}, false, true);
    const std::vector<std::string> wanted = split(by, ',');
    for (const std::string& declaration : split(names, ' ')) {
      const std::string name = declaration.substr(0, declaration.find_first_of(":="));
      const bool is_variable = std::find(wanted.begin(), wanted.end(), name) != wanted.end();
      put(name, drawn(declaration.substr(name.size())), is_variable, declaration.find(':') == declaration.npos);
    }
    for (const std::string& name : wanted) variables.push_back(names_.at(name));
    loss = apps::evaluate(apps::parse(expression), {tape, names_}).back();
    FormulaOptions options;
    for (const auto& [name, size] : sizes()) options.names.emplace_back(name, size);
    formula.emplace(derive(loss, variables, options));
  }

  static const std::map<std::string, arma::uword>& sizes() {
    static const std::map<std::string, arma::uword> all{{"n", 7}, {"d", 4}, {"c", 3}, {"h", 5}, {"k", 6}};
    return all;
  }

  /// The last of the formula's lines.
  std::string last_line() const {
    const std::string text = formula->text();
    return text.substr(text.rfind('\n') + 1);
  }

  /// The largest error, by norm, of the formulas read back, against the tape's gradients.
  double error() {
    detail::GradientGraph<double> recording(loss);
    apps::Environment environment{tape, names_};
    environment.softmax_dim = arma::uword(formula->softmax_dim().value_or(0));
    std::string definitions;
    for (const auto& [left, right] : formula->definitions()) definitions += left + " = " + right + "\n";
    double worst = 0;
    for (std::size_t k = 0; k < variables.size(); ++k) {
      const auto line = formula->gradients()[k];
      const apps::Syntax syntax = apps::parse(definitions + line.left + " = " + line.right);
      const arma::mat read = apps::evaluate(syntax, environment).back().value();
      const arma::mat due = recording.gradient(variables[k]).value();
      if (arma::size(read) != arma::size(due)) return arma::datum::inf;
      const double error = arma::norm(read - due, "fro");
      // What cancels leaves rounding errors of the numbers that did, which are about 1.
      worst = std::max(worst, error / std::max(arma::norm(due, "fro"), 1e-3));
      if (!(error == error)) return arma::datum::inf;
    }
    return worst;
  }

  Tape<double> tape;
  std::vector<Var<double>> variables;
  Var<double> loss;
  std::optional<Formula> formula;

 private:
  void put(const std::string& name, const arma::mat& value, bool is_variable, bool is_number) {
    const char* kept = kept_names_.emplace_back(name).c_str();
    const arma::mat& x = kept_.emplace_back(value);
    Var<double> v;
    if (is_number)
      v = is_variable ? tape.variable(x(0), kept) : tape.constant(x(0), kept);
    else
      v = is_variable ? tape.variable(view(x, kept)) : tape.constant(view(x, kept));
    names_.emplace(name, v);
  }
  static arma::mat drawn(const std::string& declaration) {
    if (declaration.empty()) return arma::mat{0.1 + arma::randu()};
    const auto side = [](const std::string& x) {
      return sizes().contains(x) ? sizes().at(x) : arma::uword(std::stoul(x));
    };
    const std::vector<std::string> parts = split(declaration.substr(1), '=');
    const std::vector<std::string> sides = split(parts[0], ',');
    arma::mat x(side(sides[0]), side(sides[1]), arma::fill::randn);
    const std::string kind = parts.size() > 1 ? parts[1] : "";
    if (kind == "columns" || kind == "rows") {
      const bool down = kind == "columns";
      x.zeros();
      for (arma::uword i = 0; i < (down ? x.n_cols : x.n_rows); ++i)
        (down ? x(i % x.n_rows, i) : x(i, i % x.n_cols)) = 1;
    }
    if (kind == "01") x = arma::conv_to<arma::mat>::from(x > 0);
    if (kind == "symmetric") x = x * x.t() + arma::eye(arma::size(x));
    if (kind == "uniform") x = 2 * arma::randu(arma::size(x)) - 1;
    return x;
  }

  std::deque<std::string> kept_names_;
  std::deque<arma::mat> kept_;
  std::map<std::string, Var<double>> names_;
};

}  // namespace armagrad::testing
