// Index notation of every function that an expression may use: what the page shows of each step is computed
// from the numbers beside it.
#define BOOST_TEST_MODULE backprop_page_notation
#include <armagrad/custom_operation.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include "apps/backprop_page/explanation.hpp"
#include "apps/backprop_page/notation.hpp"
#include "apps/derive/derivation.hpp"
#include "apps/expression/functions.hpp"

#include "index_notation.hpp"

using namespace armagrad;
using namespace armagrad::apps;
using armagrad::apps::testing::IndexNotation;

namespace {

struct Case {
  std::string function, expression;
  std::vector<std::string> variables{"x:3,2"};
};

const std::vector<std::string> two{"x:3,2", "y:3,2"}, square{"A:3,3"}, spd{"A:3,3:spd"};

/// Each function at least once, with the options that it has.
const std::vector<Case> cases{{"accu", "accu(square(x))"},
                              {"as_scalar", "as_scalar(x'*x)", {"x:3,1"}},
                              {"at", "at(x, 1, 1) * at(x, 2)"},
                              {"chol", "accu(square(chol(A)))", spd},
                              {"chol", "accu(square(chol(A, \"lower\")))", spd},
                              {"col", "accu(square(col(x, 1)))"},
                              {"cols", "accu(square(cols(x, 1, 2)))", {"x:3,4"}},
                              {"cumsum", "accu(square(cumsum(x)))"},
                              {"cumsum", "accu(square(cumsum(x, 1)))"},
                              {"cumsum", "accu(square(cumsum(x, 0, \"reversed\")))"},
                              {"det", "det(A)^2", square},
                              {"diagmat", "accu(square(diagmat(x)))", {"x:3,1"}},
                              {"diagmat", "accu(square(diagmat(x)))", {"x:1,3"}},
                              {"diagvec", "accu(square(diagvec(A)))", square},
                              {"diag", "accu(square(diag(A)))", square},
                              {"dot", "dot(x, y)", two},
                              {"each_col", "accu(square(each_col(x) % y))", {"x:3,2", "y:3,1"}},
                              {"each_row", "accu(square(each_row(x) + y))", {"x:3,2", "y:1,2"}},
                              {"eig_sym", "accu(square(eig_sym(A)))", {"A:3,3:symmetric"}},
                              {"eigenvectors", "accu(square(eigenvectors(A)) % B)", {"A:3,3:symmetric", "B:3,3"}},
                              {"expmat", "accu(square(expmat(A)))", {"A:2,2"}},
                              {"logmat", "accu(square(logmat(A)))", {"A:2,2:spd"}},
                              {"sinmat", "accu(square(sinmat(A)))", {"A:2,2"}},
                              {"cosmat", "accu(square(cosmat(A)))", {"A:2,2"}},
                              {"eye", "accu(square(eye(3, 3) * x))"},
                              {"first_max", "accu(first_max(x, 1) % x)"},
                              {"folded", "accu(square(folded(x, 2, 3)))", {"x:4,6"}},
                              {"head_cols", "accu(square(head_cols(x, 1)))"},
                              {"head_rows", "accu(square(head_rows(x, 2)))"},
                              {"index_max", "index_max(x) * accu(square(x))"},
                              {"index_min", "index_min(x) * accu(square(x))"},
                              {"inv", "accu(square(inv(A)))", square},
                              {"inv_sympd", "accu(square(inv_sympd(A)))", spd},
                              {"join_cols", "accu(square(join_cols(x, y)))", {"x:3,2", "y:1,2"}},
                              {"join_rows", "accu(square(join_rows(x, y, x)))", {"x:3,2", "y:3,1"}},
                              {"kron", "accu(square(kron(x, y)))", {"x:2,1", "y:2,2"}},
                              {"log_det", "log_det(A)^2", square},
                              {"log_det_sympd", "log_det_sympd(A)^2", spd},
                              {"log_softmax", "accu(square(log_softmax(x)))"},
                              {"log_softmax", "accu(square(log_softmax(x, 1)))"},
                              {"logsumexp", "accu(square(logsumexp(x)))"},
                              {"logsumexp", "accu(square(logsumexp(x, 1)))"},
                              {"max", "accu(square(max(x)))"},
                              {"max", "accu(square(max(x, 1)))"},
                              {"max", "accu(square(max(x, y)))", two},
                              {"mean", "accu(square(mean(x)))"},
                              {"min", "accu(square(min(x)))"},
                              {"min", "accu(square(min(x, y)))", two},
                              {"norm", "norm(x) + norm(x, 1)", {"x:3,1"}},
                              {"norm", "norm(x, \"fro\")"},
                              {"normalise", "accu(normalise(x) % y)", two},
                              {"ones", "accu(square(ones(3, 2) % x))"},
                              {"pinv", "accu(square(pinv(A)))", {"A:3,2"}},
                              {"pinv", "accu(square(pinv(A)))", {"A:2,3"}},
                              {"over_gaps", "accu(square(over_gaps(A, w)))", {"A:3,3", "w:3,1"}},
                              {"placed", "accu(square(placed(x, 1, 2, 5, 4)))"},
                              {"prod", "accu(square(prod(x)))"},
                              {"repmat", "accu(square(repmat(x, 2, 3)))"},
                              {"repmat", "accu(square(repmat(x, 2, 1)))", {"x:1,3"}},
                              {"reshape", "accu(square(reshape(x, 2, 3) * x))"},
                              {"reverse", "accu(square(reverse(x)) % y)", two},
                              {"row", "accu(square(row(x, 1)))"},
                              {"rows", "accu(square(rows(x, 1, 2)))"},
                              {"softmax", "accu(square(softmax(x)))"},
                              {"softmax", "accu(square(softmax(x, 1)))"},
                              {"solve", "accu(square(solve(A, x)))", {"A:3,3", "x:3,2"}},
                              {"solve", "accu(square(solve(A, x)))", {"A:3,3", "x:3,1"}},
                              {"solve", "accu(square(solve(trimatu(A), x)))", {"A:3,3", "x:3,2"}},
                              {"solve", "accu(square(solve(trimatl(A), x)))", {"A:3,3", "x:3,2"}},
                              {"solve", "accu(square(solve(A', x)))", {"A:3,3", "x:3,2"}},
                              {"solve", "accu(square(solve(A, x)))", {"A:3,2", "x:3,2"}},
                              {"solve", "accu(square(solve(A, x)))", {"A:2,3", "x:2,1"}},
                              {"sort", "accu(square(sort(x)) % y)", two},
                              {"sort", "accu(square(sort(x, \"descend\", 1)) % y)", two},
                              {"sort", "accu(square(sort(x)) % y)", {"x:3,1", "y:3,1"}},
                              {"sorted_back", "accu(sorted_back(square(x), y, \"ascend\", 0) % x)", two},
                              {"sorted_by", "accu(sorted_by(square(x), y, \"ascend\", 0) % x)", two},
                              {"sqrtmat_sympd", "accu(square(sqrtmat_sympd(A)))", spd},
                              {"stddev", "accu(square(stddev(x)))"},
                              {"stddev", "accu(stddev(x, 1, 1))"},
                              {"submat", "accu(square(submat(x, 1, 0, 2, 1)))"},
                              {"sum", "accu(square(sum(x)))"},
                              {"sum", "accu(square(sum(x, 1)))"},
                              {"svd", "accu(square(svd(A)))", {"A:3,2"}},
                              {"syl", "accu(square(syl(A, B, C)))", {"A:3,3", "B:2,2", "C:3,2"}},
                              {"tail_cols", "accu(square(tail_cols(x, 1)))"},
                              {"tail_rows", "accu(square(tail_rows(x, 2)))"},
                              {"trace", "trace(A)^2", square},
                              {"trans", "accu(square(trans(x)))"},
                              {"trimatl", "accu(square(trimatl(A)))", square},
                              {"trimatu", "accu(square(trimatu(A)))", square},
                              {"var", "accu(square(var(x)))"},
                              {"var", "accu(var(x, 1, 1))"},
                              {"vecnorm", "accu(square(vecnorm(x)))"},
                              {"vecnorm", "accu(vecnorm(x, 1, 1))"},
                              {"vectorise", "accu(square(vectorise(x)))"},
                              {"vectorise", "accu(square(vectorise(x, 1)))"},
                              {"unit", "accu(square(unit(3, 1) - x))", {"x:3,1"}},
                              {"zeros", "accu(square(zeros(3, 2) + x))"},
                              {"atan2", "accu(square(atan2(x, y)))", two},
                              {"clamp", "accu(square(clamp(x, -0.5, 0.75)))"},
                              {"elu", "accu(square(elu(x, 0.5)))"},
                              {"hypot", "accu(square(hypot(x, y)))", two},
                              {"leaky_relu", "accu(square(leaky_relu(x, 0.25)))"},
                              {"polygamma", "accu(square(polygamma(1, x)))", {"x:3,2:positive"}},
                              {"pow", "accu(square(pow(x, y)))", {"x:3,2:positive", "y:3,2"}},
                              {"pow", "accu(pow(x, 3)) + accu(pow(x, -2))"},
                              {"where", "accu(square(where(x, x, y)))", two},
                              {"xlogy", "accu(square(xlogy(x, y)))", {"x:3,2", "y:3,2:positive"}},
                              {"+", "accu(square(x + y))", two},
                              {"+", "accu(square(x + 2))"},
                              {"-", "accu(square(x - y))", two},
                              {"neg", "accu(square(-x))"},
                              {"*", "accu(square(x' * y))", two},
                              {"*", "accu(square(x * y'))", two},
                              {"*", "accu(square(x' * x))"},
                              {"*", "accu(square(x * y))", {"x:1,3", "y:3,1"}},
                              {"%", "accu(square(x % y))", two},
                              {"%", "accu(x % x)"},
                              {"/", "accu(square(x / y))", two},
                              {"/", "accu(square(x / y))", {"x:3,2", "y"}},
                              {"'", "accu(square(x'))"},
                              {"^", "accu(x)^3"},
                              {".^", "accu(x.^3)"},
                              {">", "accu((x > y) % x)", two},
                              {">=", "accu((x >= y) % x)", two},
                              {"<", "accu((x < y) % x)", two},
                              {"<=", "accu((x <= y) % x)", two},
                              {"==", "accu((x == y) % x)", two},
                              {"!=", "accu((x != y) % x)", two}};

/// Those and the functions of one number, of which an expression is easily made.
std::vector<Case> all_cases() {
  std::vector<Case> all = cases;
  for (const auto& f : elementwise_functions()) {
    const std::string name(f.name());
    if (std::none_of(cases.begin(), cases.end(), [&](const Case& c) { return c.function == name; }))
      all.push_back({name, "accu(square(" + name + "(x)) % (x + 1))"});
  }
  return all;
}

/// e and π of an operation, from its parameters and its operand.
void add_index_functions(IndexNotation& notation, const std::string& parameters, const arma::mat& by) {
  std::vector<arma::sword> list;
  for (std::size_t k = parameters.find('{'); k < parameters.find('}');) {
    list.push_back(std::stoll(parameters.substr(k + 1)));
    k = std::min(parameters.find(',', k + 1), parameters.find('}'));
  }
  notation.index_functions["e"] = [list](const auto& i) { return list.at(std::size_t(i[0])); };
  notation.index_functions["π"] = [by, parameters](const auto& i) {
    const bool rows = parameters.ends_with("1");
    const arma::mat x = rows ? arma::mat(by.t()) : by;
    const arma::vec column = i.size() == 1 ? arma::vectorise(by) : arma::vec(x.col(arma::uword(i[1])));
    const char* order = parameters.find("descend") != std::string::npos ? "descend" : "ascend";
    return arma::sword(arma::uvec(arma::stable_sort_index(column, order))(arma::uword(i[0])));
  };
}

/// What was computed of a problem's page.
struct Computed {
  std::size_t lines = 0;
  std::set<std::string> without;  // operations that have no index notation
};

Computed computed(const Case& c) {
  std::vector<std::string> by;
  for (const std::string& v : c.variables) by.push_back(v.substr(0, v.find(':')));
  const Problem problem = posed(c.expression, c.variables, by, "");
  ProblemOnTape on_tape(problem);
  Tape<double>& tape = on_tape.tape;
  const auto document = explanation(on_tape.J, on_tape.by, {"", {}, on_tape.options, {}, {}});
  const NodeFormulas spelling(on_tape.J, on_tape.by, on_tape.options, {});
  const BackwardPass<double> backward(on_tape.J);

  IndexNotation all;
  for (const Index i : spelling.nodes()) {
    all.values[spelling.name(i)] = engine_of(tape).handle(i).value();
    if (backward.has_adjoint(i)) all.values[barred(spelling.name(i))] = backward.adjoint(i);
  }
  const auto of_node = [&](Index i) {
    IndexNotation notation = all;
    const auto operands = engine_of(tape).operands(engine_of(tape).node(i));
    const arma::mat first = engine_of(tape).handle(operands[0]).value();
    const arma::mat last = engine_of(tape).handle(operands[operands.size() - 1]).value();
    const Operation<double>& operation = *engine_of(tape).node(i).operation;
    notation.values["result"] = engine_of(tape).handle(i).value();
    notation.values["base"] = first;
    if (operation.name == std::string("eig_sym")) {
      arma::vec values;
      arma::eig_sym(values, notation.values["V"], arma::symmatu(first));
    }
    if (operation.name == std::string("svd")) {
      arma::vec values;
      arma::svd_econ(notation.values["U"], values, notation.values["V"], first);
    }
    add_index_functions(notation, operation.parameters(engine_of(tape).rule(i)), last);
    return notation;
  };
  Computed done;
  const auto check = [&](IndexNotation notation, const std::string& text, const std::string& operation) {
    if (text.empty()) {
      done.without.insert(operation);
      return;
    }
    ++done.lines;
    BOOST_TEST_CONTEXT(c.expression << ": " << text) {
      try {
        const double error = notation.error(text);
        BOOST_TEST(error < 1e-9, error);
      } catch (const std::exception& e) {
        BOOST_ERROR(e.what());
      }
    }
  };
  for (const auto& node : document["nodes"]) {
    if (node["kind"] == "computed") check(of_node(node["id"]), node["index"], node["op"]);
  }
  std::size_t k = 0;
  for (const auto& step : document["steps"]) {
    if (step["kind"] != "backward") continue;
    const auto& passed = backward.steps().at(k++);
    BOOST_REQUIRE(passed.node == step["node"].get<Index>());
    for (std::size_t p = 0; p < passed.contributions.size(); ++p) {
      const auto& added = passed.contributions[p];
      IndexNotation notation = of_node(passed.node);
      notation.values[barred(spelling.name(added.to))] = engine_of(tape).handle(added.part).value();
      check(std::move(notation), step["contributions"][p]["index"], engine_of(tape).node(passed.node).operation->name);
    }
  }
  return done;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_function_has_index_notation_that_is_right) {
  std::set<std::string> tried, without;
  std::size_t lines = 0;
  for (const Case& c : all_cases()) {
    tried.insert(c.function);
    const Computed done = computed(c);
    lines += done.lines;
    without.insert(done.without.begin(), done.without.end());
  }
  std::size_t functions = 0;
  for (const auto& list : {elementwise_functions(), matrix_functions(), operators()}) {
    for (const auto& f : list) {
      ++functions;
      // The singular vectors, which formulas of svd() name, have no notation of their own.
      const bool is_part_of_svd = std::string(f.name()).ends_with("_vectors");
      BOOST_TEST((is_part_of_svd || tried.contains(std::string(f.name()))), "no expression tries " << f.name());
    }
  }
  for (const std::string& operation : without) BOOST_ERROR(operation << " has no index notation");
  BOOST_TEST_MESSAGE("index notation of " << functions << " functions in " << all_cases().size() << " expressions, "
                                          << lines << " lines computed");
  BOOST_TEST(lines > 400u);
}

/// What the test itself can tell apart.
BOOST_AUTO_TEST_CASE(wrong_notation_is_noticed) {
  IndexNotation notation;
  notation.values = {
      {"A", {{1, 2}, {3, 5}}}, {"Z", {{1, 3}, {2, 5}}}, {"s", arma::mat{6.0}}, {"v", arma::mat(arma::vec{3, 4})}};
  for (const std::string right : {"Z[i,j] = A[j,i]", "s = Σ_i [i = 0] 6 v[i] / 3",
                                  "Σ_{k≤i} Z[k,i] = Z[i,i] + [i = 1] 3", "A[k] = Z[k] + ([k = 1] - [k = 2])"})
    BOOST_TEST(notation.error(right) < 1e-14, right);
  for (const std::string wrong :
       {"Z[i,j] = A[i,j]", "s = Σ_i v[i]", "Z[i,j] = A[j,i] + 1e-6", "Z[j,i] = A[i,j] + [i = 1]"})
    BOOST_TEST(notation.error(wrong) > 1e-7, wrong);
  BOOST_CHECK_THROW(notation.error("Z[i,j] = B[i,j]"), std::runtime_error);
}

// An operation of which nothing is stated anywhere but its rule.
namespace elsewhere {
struct LogCosh : Elementwise<1> {
  static constexpr auto name = "logcosh";
  static auto value(auto x) { return abs(x) + log1p(exp(-2.0 * abs(x))) - std::log(2.0); }
  static auto partials(auto, auto x) { return std::tuple(tanh(x)); }
};
struct Doubled : General<1> {
  static constexpr auto name = "doubled";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{armagrad::reads::nothing};
  static void forward(auto y, const auto& x) { y = 2.0 * x; }
  static void reverse(auto dx, const auto& dy, const auto&, const auto&) { dx += full(dy) * 2.0; }
};
}  // namespace elsewhere

BOOST_AUTO_TEST_CASE(an_added_operation_needs_no_other_text) {
  const arma::mat x{{1, 2, 3}, {4, 5, 6}};
  Tape<double> tape;
  const Var<double> v = tape.variable(view(x, "x"));
  const Var<double> y = append_node<elsewhere::Doubled, double>({}, v.shape(), {}, {&v});
  const auto document = explanation(accu(detail::elementwise(elsewhere::LogCosh{}, {}, y)), {v}, {"", {}, {}, {}, {}});
  std::vector<std::string> forward, backward;
  for (const auto& node : document["nodes"]) {
    if (node["kind"] == "computed") forward.push_back(node["index"]);
  }
  for (const auto& step : document["steps"]) {
    if (step["kind"] == "backward") backward.push_back(step["contributions"][0]["index"]);
  }
  BOOST_TEST(forward == std::vector<std::string>(
                            {"Z1[i,j] = doubled(x)[i,j]", "Z2[i,j] = logcosh(Z1[i,j])", "J = Σ_{i,j} Z2[i,j]"}),
             boost::test_tools::per_element());
  BOOST_TEST(
      backward == std::vector<std::string>({"Z̄2[i,j] = J̄", "Z̄1[i,j] = Z̄2[i,j] tanh(Z1[i,j])", "x̄[i,j] = 2 Z̄1[i,j]"}),
      boost::test_tools::per_element());
}
