// What --check says of formulas: never that a right one is wrong, and of each mutant whose value differs that it is.
#define BOOST_TEST_MODULE derive_check
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>

#include <armagrad/check_report.hpp>

#include "apps/derive/derivation.hpp"

using namespace armagrad;
using namespace armagrad::apps;

namespace {

/// Random losses as textbooks have them, of vectors x: n and w: d, matrices X: n x d, A: n x n, B: d x d, S (n x n,
/// positive definite) and a number s.
class Losses {
 public:
  explicit Losses(unsigned seed) : random_(seed) {}

  std::string loss() {
    switch (below(11)) {
      case 0:
        return "accu(" + vector(2) + ")";
      case 1:
        return "norm(" + vector(2) + ")";
      case 2:
        return "(" + vector(1) + ")'*S*(" + vector(1) + ")";
      case 3:
        return "(" + vector(1) + ")'*inv(S)*(" + vector(1) + ")";
      case 4:
        return "log(1 + norm(" + vector(2) + ")^2)";
      case 5:
        return "trace((" + matrix(1) + ")'*(" + matrix(1) + "))";
      case 6:
        return "0.5*log_det(" + definite() + ") - accu(" + vector(1) + ")/n";
      case 7:
        return "exp(-norm(" + vector(1) + ")^2/(2*n))";
      case 8:
        return "norm(" + matrix(2) + ", \"fro\")^2/n + s*norm(w)^2";
      case 9:
        return "((" + vector(1) + ")'*S*(" + vector(1) + "))/(1 + accu(square(" + vector(1) + ")))";
      default:
        return "accu(log(1 + exp(-x % (" + vector(1) + "))))";
    }
  }
  std::vector<std::string> variables() {
    std::vector<std::string> all{"x:n,1", "w:d,1", "X:n,d", "A:n,n", "B:d,d", "S:n,n:spd", "s"};
    std::shuffle(all.begin(), all.end(), random_);  // so that X is wide or tall
    return all;
  }
  std::string variable() { return std::array{"x", "w", "X", "A", "B", "S"}[below(6)]; }

 private:
  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  std::string vector(int depth) {
    if (depth == 0) return below(2) ? "x" : "X*w";
    const auto v = [&] { return vector(depth - 1); };
    switch (below(11)) {
      case 0:
        return "(" + v() + " + " + v() + ")";
      case 1:
        return "(" + v() + " - " + v() + ")";
      case 2:
        return "((" + v() + ") % (" + v() + "))";
      case 3:
        return "A*(" + v() + ")";
      case 4:
        return "tanh(" + v() + ")";
      case 5:
        return "sigmoid(" + v() + ")";
      case 6:
        return "inv(S)*(" + v() + ")";
      case 7:
        return "s*(" + v() + ")";
      case 8:
        return "(" + matrix(depth - 1) + ")*w";
      case 9:
        return "(" + v() + " - mean(" + v() + "))";
      default:
        return v();
    }
  }
  std::string matrix(int depth) {
    if (depth == 0) return "X";
    switch (below(6)) {
      case 0:
        return "A*(" + matrix(depth - 1) + ")";
      case 1:
        return "(" + matrix(depth - 1) + ")*B";
      case 2:
        return "(" + matrix(depth - 1) + " - (" + vector(depth - 1) + ")*w')";
      case 3:
        return "tanh(" + matrix(depth - 1) + ")";
      case 4:
        return "solve(S, " + matrix(depth - 1) + ")";
      default:
        return matrix(depth - 1);
    }
  }
  std::string definite() { return below(2) ? "S" : "S + (" + matrix(1) + ")*(" + matrix(1) + ")'"; }

  std::mt19937 random_;
};

/// The expression with one operator, number, function or transpose changed; nothing where the kth term is none.
std::optional<Syntax> mutant(const Syntax& right, std::size_t k) {
  Syntax wrong = right;
  apps::Term& t = wrong.terms[k];
  const auto changed = [&](const char* to) {
    t.text = to;
    return std::optional(wrong);
  };
  if (t.kind == apps::Term::Kind::number) {
    t.number = t.number == 0 ? 1 : -1.5 * t.number;
    return wrong;
  }
  if (t.kind != apps::Term::Kind::call) return {};
  if (t.text == "+") return changed("-");
  if (t.text == "-") return changed("+");
  if (t.text == "%") return changed("/");
  if (t.text == "/") return changed("*");
  if (t.text == "tanh") return changed("sigmoid");
  if (t.text == "sigmoid") return changed("tanh");
  if (t.text == "exp") return changed("cos");
  if (t.text == "square") return changed("abs");
  if (t.text == "neg" || t.text == "'") {  // without it
    const auto inner = t.operands[0];
    for (apps::Term& user : wrong.terms)
      std::replace(user.operands.begin(), user.operands.end(), std::uint32_t(k), inner);
    for (Line& line : wrong.lines) {
      if (line.term == k) line.term = inner;
    }
    return wrong;
  }
  return {};
}

/// As many as ARMAGRAD_FORMULAS says.
unsigned formulas_tried() {
  constexpr unsigned usually = 400;
  const char* wanted = std::getenv("ARMAGRAD_FORMULAS");
  return wanted ? unsigned(std::stoul(wanted)) : usually;
}

}  // namespace

BOOST_AUTO_TEST_CASE(right_formulas_pass_and_mutants_do_not) {
  constexpr unsigned first_seed = 1;
  const unsigned formulas = formulas_tried();
  constexpr double differs = 1e-5;
  unsigned alarms = 0, mutants = 0, missed = 0, checked = 0;
  for (unsigned seed = first_seed; seed < first_seed + formulas; ++seed) {
    Losses losses(seed);
    const std::string loss = losses.loss();
    const auto variables = losses.variables();
    std::string by;
    do {
      by = losses.variable();
    } while (loss.find(by) == loss.npos);
    BOOST_TEST_CONTEXT("seed " << seed << ": " << loss << " by " << by) {
      const Problem problem = posed(loss, variables, {by}, "");
      const Formula formula = formula_of(problem);
      const GradientCheck check = evidence(problem, formula);
      ++checked;
      alarms += !check.passed();
      BOOST_TEST(check.passed(), check << formula.text());
      const Syntax right = read_back(formula, 0);
      const Data data = drawn_for(problem, formula);
      const arma::mat value = value_of(right, formula, data);
      for (std::size_t k = 0; k < right.terms.size(); ++k) {
        const std::optional<Syntax> wrong = mutant(right, k);
        if (!wrong) continue;
        try {
          const arma::mat other = value_of(*wrong, formula, data);
          if (arma::size(other) != arma::size(value) || !other.is_finite() || relative_error(other, value) < differs)
            continue;
        } catch (const std::exception&) {  // of other shapes
          continue;
        }
        ++mutants;
        const bool noticed = !formula_evidence(problem, formula, 0, *wrong, data).passed();
        missed += !noticed;
        BOOST_TEST(noticed, "term " << k << ": " << formula.text());
      }
    }
  }
  BOOST_TEST_MESSAGE("seeds " << first_seed << " to " << first_seed + formulas - 1 << ": " << alarms << " of "
                              << checked << " right formulas called wrong, " << missed << " of " << mutants
                              << " mutants passed");
  BOOST_TEST(mutants > 5 * formulas);
}

// What the tape finds there is rounding alone, and often the same for all data.
BOOST_AUTO_TEST_CASE(gradients_of_nothing_but_rounding) {
  const char* losses[] = {"accu(X.each_row() - mean(X, 0)) + s",
                          "accu(X.each_col() - mean(X, 1)) * 3 + s",
                          "accu(softmax(X, 0)) + s",
                          "accu(X) / 3 - accu(X / 3) + s",
                          "accu(X - X * 0.7 - X * 0.3) + s",
                          "accu(tanh(X) - mean(mean(tanh(X), 0), 1))",
                          "accu(tanh(X) - accu(tanh(X))/(n*d))"};
  for (const char* loss : losses) {
    BOOST_TEST_CONTEXT(loss) {
      const Problem problem = posed(loss, {"X:n,d", "s"}, {"X"}, "");
      const Formula formula = formula_of(problem);
      const GradientCheck check = evidence(problem, formula);
      BOOST_TEST(check.passed(), check << formula.text());
      const Data data = drawn_for(problem, formula);
      for (const char* wrong : {"ones(n, d)", "1e-9 X", "-ones(n, d) / n"})
        BOOST_TEST(!formula_evidence(problem, formula, 0, parse(wrong), data).passed(), wrong);
    }
  }
}
