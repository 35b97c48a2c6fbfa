// The derivatives of cookbook.txt: how many of derive's answers are the line in the book, or no longer.
#define BOOST_TEST_MODULE derive_cookbook
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>

#include <armagrad/check_report.hpp>

#include "apps/derive/jacobian.hpp"

using namespace armagrad;
using namespace armagrad::apps;

namespace {

struct Question {
  std::string source, expression, by, variables, expected;
};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == text.npos ? "" : text.substr(first, last - first + 1);
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  for (std::size_t from = 0, to = 0; to != text.npos; from = to + by.size()) {
    to = text.find(by, from);
    const std::string part = trimmed(text.substr(from, to == text.npos ? to : to - from));
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

std::vector<Question> questions() {
  std::ifstream file(COOKBOOK);
  std::vector<Question> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = split(line, " | ");
    BOOST_REQUIRE_MESSAGE(fields.size() == 5, line);
    all.push_back({fields[0], fields[1], fields[2], fields[3], fields[4]});
  }
  return all;
}

/// Operations and different symbols of an expression, what has a name of its own counted once.
double cost(const Syntax& syntax) {
  double operations = 0;
  std::set<std::string> symbols;
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> stack{syntax.lines.back().term};
  while (!stack.empty()) {
    const std::uint32_t t = stack.back();
    stack.pop_back();
    if (!seen.insert(t).second) continue;
    const apps::Term& term = syntax.terms[t];
    operations += term.kind == apps::Term::Kind::call;
    if (term.kind == apps::Term::Kind::name) symbols.insert(term.text);
    stack.insert(stack.end(), term.operands.begin(), term.operands.end());
  }
  return operations + double(symbols.size());
}

std::string in_one_line(const Formula& formula) {
  std::string text;
  for (const Formula::Line& line : formula.definitions()) text += line.left + " = " + line.right + "; ";
  return text + formula.gradients()[0].right;
}

enum Class { as_expected, as_short, longer, wrong, refused, classes };
constexpr const char* class_names[] = {"as expected", "as short or shorter", "longer", "wrong", "refused"};

struct Answer {
  Class is;
  std::string text;
  double ratio = 1;  // of operations printed to those expected
};

Answer answer(const Question& q) try {
  const std::vector<std::string> by = split(q.by, " ");
  const auto asks = [&](const char* word) { return std::find(by.begin() + 1, by.end(), word) != by.end(); };
  Problem problem = posed(q.expression, split(q.variables, " "), {by[0]}, "");
  problem.by_symmetric = asks("symmetric");
  const bool is_gradient = problem.is_number && !asks("hessian");
  const Of of = asks("hessian") ? Of::gradient : Of::expression;
  const Formula formula = is_gradient ? formula_of(problem) : jacobian(problem, of, nullptr);
  const std::string text = in_one_line(formula);
  Data data = drawn_for(problem, formula);
  const arma::mat& x = data.values.at(by[0]);
  if (!is_gradient) data.values["d" + by[0]] = arma::cos(x + 0.3);  // along which differentials are compared
  const Syntax expected = parse(q.expected), printed = read_back(formula, 0);
  const GradientCheck check =
      is_gradient ? evidence(problem, formula) : jacobian_evidence(problem, of, formula, nullptr);
  // The book's line is checked as ours is: neither is taken on trust.
  const arma::mat value = is_gradient ? values_at(problem, data).gradients[0] : value_of(printed, formula, data);
  BOOST_TEST(relative_error(value_of(expected, formula, data), value) < 1e-9, q.source << ": " << q.expected);
  const double ratio = cost(printed) / cost(expected);
  if (!check.passed() || (is_gradient && sizes_found_at(problem, formula) != "")) return {wrong, text, ratio};
  if (text == q.expected) return {as_expected, text, ratio};
  return {ratio <= 1 ? as_short : longer, text, ratio};
} catch (const std::exception& error) {
  return {refused, error.what(), 1};
}

}  // namespace

BOOST_AUTO_TEST_CASE(answers_are_as_short_as_in_the_book) {
  const std::vector<Question> all = questions();
  std::array<std::size_t, classes> count{}, of_book{};
  std::vector<double> ratios;
  for (const Question& q : all) {
    const Answer a = answer(q);
    const bool is_numbered = std::isdigit(static_cast<unsigned char>(q.source[0]));
    ++(is_numbered ? of_book : count)[a.is];
    ratios.push_back(a.ratio);
    if (a.is > as_short)
      BOOST_TEST_MESSAGE(class_names[a.is] << ": " << q.source << ": " << q.expression << " by " << q.by << "\n    "
                                           << a.text << "\n    expected: " << q.expected);
  }
  std::sort(ratios.begin(), ratios.end());
  for (const auto& [name, figures] : {std::pair("The Matrix Cookbook", of_book), {"other sources", count}}) {
    BOOST_TEST_MESSAGE(name << ":");
    for (std::size_t k = 0; k < classes; ++k) BOOST_TEST_MESSAGE("  " << figures[k] << " " << class_names[k]);
  }
  BOOST_TEST_MESSAGE("operations and symbols printed to expected: median " << ratios[ratios.size() / 2] << ", worst "
                                                                           << ratios.back());
  const std::size_t good = count[as_expected] + count[as_short] + of_book[as_expected] + of_book[as_short];
  BOOST_TEST(count[wrong] + of_book[wrong] == 0u);
  BOOST_TEST(count[refused] + of_book[refused] == 0u);
  BOOST_TEST(double(good) >= 0.95 * double(all.size()), good << " of " << all.size());
}
