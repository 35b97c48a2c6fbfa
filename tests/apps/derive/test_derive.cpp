// derive as a user runs it.
#define BOOST_TEST_MODULE derive
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "tests/support/program.hpp"

using namespace armagrad::apps::testing;

namespace {

const std::string softmax_regression = "-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)";
const Words with_its_variables{"--wrt", "W", "--var", "W:d,c", "--var", "X:d,n", "--var", "Y:c,n", "--var", "l2"};

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Fixture {
  const Program program{DERIVE};

  std::string succeeds(const Words& arguments, int status = 0) const {
    const Outcome run = program.run(arguments);
    BOOST_TEST(run.status == status, shown(arguments) << ": " << run.err);
    BOOST_TEST(run.err == "");
    return run.out;
  }
  static std::string last_line(const std::string& out) {
    const std::size_t end = out.find_last_not_of('\n'), before = out.rfind('\n', end);
    return out.substr(before + 1, end - before);
  }
  /// One line, or with a line and a caret below it.
  void refused(const Words& arguments, int status, const std::string& error) const {
    const Outcome run = program.run(arguments);
    BOOST_TEST_CONTEXT(shown(arguments)) {
      BOOST_TEST(run.status == status);
      BOOST_TEST(run.out == "");
      BOOST_TEST(run.err == "derive: " + error + "\n");
    }
  }
  fs::path write(const std::string& name, const std::string& text) const {
    write_bytes(program.folder / name, text);
    return name;
  }
};

/// What a page shows, and a node of it.
Report document_of(const std::string& html) {
  const std::string begin = "type=\"application/json\">";
  const std::size_t from = html.find(begin) + begin.size();
  return Report::parse(html.substr(from, html.find("</script>", from) - from));
}
Report node(const Report& document, const std::string& name) {
  for (const Report& n : document["nodes"]) {
    if (n["name"] == name) return n;
  }
  BOOST_FAIL("no node " << name);
  return {};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(the_formula_is_the_last_line) {
  const std::string out = succeeds(Words{softmax_regression} + with_its_variables);
  BOOST_TEST(last_line(out) == "dJ/dW = 1/n X (softmax(W' X) - Y)' + l2 W");
  BOOST_TEST(contains(out, "the columns of Y sum to one"));
}

BOOST_AUTO_TEST_CASE(samples_as_rows_end_in_the_labs_line) {
  const Words variables{"--wrt", "W", "--var", "W:d,c", "--var", "X:n,d", "--var", "Y:n,c", "--var", "l2"};
  const std::string out = succeeds(Words{"-accu(Y % log_softmax(X*W, 1))/n + 0.5*l2*accu(W % W)"} + variables);
  BOOST_TEST(last_line(out) == "dJ/dW = 1/n X' (softmax(X W) - Y) + l2 W");
  BOOST_TEST(contains(out, "the rows of Y sum to one"));
}

BOOST_AUTO_TEST_CASE(targets_may_stand_transposed) {
  const Words problem{
      "-accu(Y' % log_softmax(X'*W, 1))", "--wrt", "W", "--var", "W:d,c", "--var", "X:d,n", "--var", "Y:c,n"};
  BOOST_TEST(last_line(succeeds(problem)) == "dJ/dW = X (softmax(X' W) - Y')");
}

BOOST_AUTO_TEST_CASE(nothing_is_assumed_of_what_is_declared_any) {
  Words variables = with_its_variables;
  for (std::string& word : variables) word = word == "Y:c,n" ? "Y:c,n:any" : word;
  const std::string out = succeeds(Words{softmax_regression} + variables);
  BOOST_TEST(!contains(out, "assuming"));
  BOOST_TEST(contains(last_line(out), "Y"));
}

BOOST_AUTO_TEST_CASE(the_expression_may_stand_anywhere_begin_with_a_minus_and_come_from_standard_input) {
  const std::string expected = last_line(succeeds(Words{softmax_regression} + with_its_variables));
  BOOST_TEST(last_line(succeeds(with_its_variables + Words{softmax_regression})) == expected);
  BOOST_TEST(last_line(succeeds({"--wrt", "x", "-x^2/2", "--var", "x"})) == "dJ/dx = -x");
  refused({"-", "--wrt", "x", "--var", "x"}, 2, "an expression was expected, there is none");
}

BOOST_AUTO_TEST_CASE(the_proof) {
  const std::string out = succeeds(Words{softmax_regression, "--check"} + with_its_variables);
  BOOST_TEST(contains(out, "gradient check: passed"));
  BOOST_TEST(contains(out, "formula, read back"));
  BOOST_TEST(contains(out, "central differences"));
  BOOST_TEST(contains(out, "complex step"));
  BOOST_TEST(last_line(out) == "dJ/dW = 1/n X (softmax(W' X) - Y)' + l2 W");
}

BOOST_AUTO_TEST_CASE(several_variables_and_domains_are_proven_too) {
  const std::vector<Words> problems{{"accu(square((tanh(W*X)).each_col() + b))", "--wrt", "W", "--wrt", "b", "--var",
                                     "W:c,d", "--var", "X:d,n", "--var", "b:c,1"},
                                    {"accu(log(W))", "--wrt", "W", "--var", "W:c,d"},
                                    {"accu(acosh(W))", "--wrt", "W", "--var", "W:c,d"},
                                    {"log_det_sympd(S) + trace(inv_sympd(S))", "--wrt", "S", "--var", "S:d,d"},
                                    {"x'*S*x/2", "--wrt", "x", "--var", "x:d,1", "--var", "S:d,d:symmetric"},
                                    {"l2^3 * accu(W)", "--wrt", "l2", "--var", "W:3,4", "--var", "l2"},
                                    {"accu(max(W, 1))", "--wrt", "W", "--var", "W:d,c"}};
  for (const Words& problem : problems)
    BOOST_TEST(contains(succeeds(problem + Words{"--check"}), "gradient check: passed"));
}

BOOST_AUTO_TEST_CASE(the_hessian_times_a_vector) {
  const Words along{"--along", "V", "--check"};
  const std::string out = succeeds(Words{softmax_regression} + with_its_variables + along);
  BOOST_TEST(contains(out, "gradient check: passed"));
  BOOST_TEST(last_line(out).starts_with("dJ_V/dW = "));
  BOOST_TEST(last_line(succeeds({"x'*S*x/2", "--wrt", "x", "--var", "x:d,1", "--var", "S:d,d:symmetric", "--along",
                                 "v"})) == "dJ_v/dx = S v");
}

BOOST_AUTO_TEST_CASE(at_given_data) {
  write("W.csv", "1,2\n3,4\n5,6\n");
  write("X.csv", "1, 0,1,2\r\n0,1,-1,0.5\n\n2,1,1,1e0\n");
  const Words at{"--at", "W=W.csv", "--at", "X=X.csv", "--at", "s=0.5"};
  const std::string out = succeeds(
      Words{"0.5*s*accu(square(W'*X))", "--wrt", "W", "--wrt", "s", "--var", "W:d,c", "--var", "X:d,n", "--var", "s"} +
      at + Words{"--format", "json"});
  const Report report = Report::parse(out);
  const arma::mat W{{1, 2}, {3, 4}, {5, 6}}, X{{1, 0, 1, 2}, {0, 1, -1, 0.5}, {2, 1, 1, 1}}, G = 0.5 * X * X.t() * W;
  BOOST_TEST(std::abs(report["at"]["J"].get<double>() - 0.25 * arma::accu(arma::square(W.t() * X))) < 1e-10);
  for (arma::uword i = 0; i < 3; ++i) {
    for (arma::uword j = 0; j < 2; ++j)
      BOOST_TEST(std::abs(report["at"]["dJ/dW"][i][j].get<double>() - G(i, j)) < 1e-10);
  }
  BOOST_TEST(std::abs(report["at"]["dJ/ds"][0][0].get<double>() - 0.5 * arma::accu(arma::square(W.t() * X))) < 1e-10);
}

BOOST_AUTO_TEST_CASE(facts_are_checked_on_given_data) {
  const Words rest{"--wrt", "W", "--var", "W:d,c", "--var", "X:d,n", "--var", "Y:c,n"};
  write("W.csv", "1,2\n3,4\n5,6\n");
  write("X.csv", "1,0\n0,1\n2,1\n");
  write("onehot.csv", "1,0\n0,1\n");
  write("counts.csv", "3,1\n0,2\n");
  const auto out = [&](const std::string& targets) {
    return succeeds(Words{"-accu(Y % log_softmax(W'*X, 0))"} + rest +
                    Words{"--at", "W=W.csv", "--at", "X=X.csv", "--at", "Y=" + targets, "--check"});
  };
  BOOST_TEST(last_line(out("onehot.csv")) == "dJ/dW = X (softmax(W' X) - Y)'");
  const std::string counts = out("counts.csv");
  BOOST_TEST(!contains(counts, "sum to one"));
  BOOST_TEST(contains(counts, "gradient check: passed"));
}

BOOST_AUTO_TEST_CASE(formats) {
  const Words problem = Words{softmax_regression} + with_its_variables;
  BOOST_TEST(contains(succeeds(problem + Words{"--format", "latex"}), "\\"));
  BOOST_TEST(contains(succeeds(problem + Words{"--format", "mathml"}), "<math"));
  const Report report = Report::parse(succeeds(problem + Words{"--format", "json", "--check"}));
  BOOST_TEST(report["gradients"][0]["right"] == "1/n X (softmax(W' X) - Y)' + l2 W");
  BOOST_TEST(report["assumptions"][0] == "the columns of Y sum to one");
  BOOST_TEST(report["check"]["passed"] == true);
}

BOOST_AUTO_TEST_CASE(the_steps) {
  const Words problem = Words{softmax_regression, "--steps"} + with_its_variables;
  const std::string out = succeeds(problem);
  for (const char* part : {"log_softmax", "matmul", "W' X", "->"}) BOOST_TEST(contains(out, part), part);
  BOOST_TEST(last_line(out) == "dJ/dW = 1/n X (softmax(W' X) - Y)' + l2 W");
  const Report report = Report::parse(succeeds(problem + Words{"--format", "json"}));
  BOOST_TEST(report["steps"]["backward"].size() > 5u);
  BOOST_TEST(report["steps"]["simplifications"].size() > 0u);
  BOOST_TEST(!contains(out, "differences:"));
  const std::string checked = succeeds(problem + Words{"--check"});
  BOOST_TEST(contains(checked, "differences: "));
  BOOST_TEST(!contains(checked, "DIFFER"));
}

BOOST_AUTO_TEST_CASE(results_go_by_the_names_of_their_lines) {
  const Words problem =
      Words{"scores = W'*X\nP = softmax(scores, 0)\nfit = -accu(Y % log(P))/n\nfit + 0.5*l2*accu(W % W)"} +
      with_its_variables;
  BOOST_TEST(contains(succeeds(problem), "\nscores = W' X\nP = softmax(scores)\ndJ/dW = 1/n X (P - Y)' + l2 W\n"));
  const std::string steps = succeeds(problem + Words{"--steps"});
  for (const char* part : {"fit gets dY = 1", "P gets dY % (1 / A) = -1/n Y / P", "scores gets"})
    BOOST_TEST(contains(steps, part), part);
  BOOST_TEST(
      contains(succeeds(problem + Words{"--format", "latex"}), "P = \\operatorname{softmax}\\left(\\mathrm{scores}"));
  const Report document = document_of(succeeds(problem + Words{"--format", "html"}));
  BOOST_TEST(node(document, "scores")["text"] == "W' X");
  BOOST_TEST(node(document, "P")["text"] == "softmax(scores)");
  BOOST_TEST(node(document, "fit")["kind"] == "computed");
}

BOOST_AUTO_TEST_CASE(a_seed_draws_other_numbers) {
  const Words problem{"accu(square(W'*X))", "--wrt", "W", "--var", "W:d,c", "--var", "X:d,n"};
  for (const Words& shows : {Words{"--check"}, Words{"--format", "html"}}) {
    const auto seeded = [&](const std::string& seed) { return succeeds(problem + shows + Words{"--seed", seed}); };
    BOOST_TEST(seeded("1") == succeeds(problem + shows));
    BOOST_TEST(seeded("2") == seeded("2"));
    BOOST_TEST(seeded("2") != seeded("1"));
    BOOST_TEST(seeded("2") != seeded("0"));
  }
  for (const char* bad : {"-1", "1.5", "x"})
    refused(problem + Words{"--seed", bad}, 2,
            std::string("--seed: expected a whole number from 0 to 1000000, got '") + bad + "'");
}

BOOST_AUTO_TEST_CASE(a_page_has_the_readers_numbers) {
  write("W.csv", "1,2\n3,4\n5,6\n");
  write("X.csv", "1,0,1,2\n0,1,-1,0.5\n2,1,1,1\n");
  const Report document = document_of(succeeds({"0.5*accu(square(W'*X))", "--wrt", "W", "--var", "W:d,c", "--var",
                                                "X:d,n", "--at", "W=W.csv", "--at", "X=X.csv", "--format", "html"}));
  const arma::mat W{{1, 2}, {3, 4}, {5, 6}}, X{{1, 0, 1, 2}, {0, 1, -1, 0.5}, {2, 1, 1, 1}}, G = X * X.t() * W;
  const auto is = [](const Report& numbers, const arma::mat& x) {
    BOOST_TEST(
        numbers["values"].get<std::vector<double>>() == arma::conv_to<std::vector<double>>::from(arma::vectorise(x)),
        boost::test_tools::per_element());
  };
  is(node(document, "X")["value"], X);
  is(node(document, "W")["value"], W);
  is(node(document, "W")["adjoint"], G);
  BOOST_TEST(document["sizes"] ==
             Report::parse(R"([{"name": "c", "value": 2}, {"name": "d", "value": 3}, {"name": "n", "value": 4}])"));
}

BOOST_AUTO_TEST_CASE(help_has_an_example_and_every_function) {
  const std::string out = succeeds({"--help"});
  for (const char* part : {"Example: derive", "log_softmax(x[, dim])", "solve(A, B)", "--along", "standard input"})
    BOOST_TEST(contains(out, part), part);
}

BOOST_AUTO_TEST_CASE(mistakes_in_the_expression_are_pointed_at) {
  const Words rest{"--wrt", "W", "--var", "W:d,c", "--var", "X:d,n"};
  refused(Words{"accu(W*X)"} + rest, 2,
          "W*X: d x c times d x n: inner dimensions c and d differ; with the left one transposed it would fit\n"
          "  accu(W*X)\n        ^");
  refused(Words{"accu(W) + Z"} + rest, 2, "unknown name 'Z'\n  accu(W) + Z\n            ^");
  refused(Words{"accu(W"} + rest, 2, "this parenthesis is never closed\n  accu(W\n      ^");
  refused(Words{"accu(qr(W))"} + rest, 2, "unknown name 'qr'\n  accu(qr(W))\n       ^^");
  refused(
      Words{"W'*X", "--wrt", "X"} + rest, 2,
      "the expression is c x n, not a number; accu() would sum it, and its Jacobian is by one --wrt\n  W'*X\n  ^^^^");
  refused(Words{""} + rest, 2, "EXPRESSION: expected a value, got ''");
  refused(Words{" "} + rest, 2, "an expression was expected, there is none");
  std::string deep(100'000, '(');
  const Outcome run = program.run(Words{deep} + rest);
  BOOST_TEST(run.status == 2);
  BOOST_TEST(run.err.starts_with("derive: parentheses are nested deeper than 250 levels\n"));
}

BOOST_AUTO_TEST_CASE(wrong_command_lines) {
  const auto is_refused = [&](const Words& words, const std::string& part) {
    const Outcome run = program.run(words);
    BOOST_TEST_CONTEXT(shown(words)) {
      BOOST_TEST(run.status == 2);
      BOOST_TEST(run.out == "");
      BOOST_TEST(run.err.starts_with("derive: "), run.err);
      BOOST_TEST(std::count(run.err.begin(), run.err.end(), '\n') == 1, run.err);
      BOOST_TEST(contains(run.err, part), part << " is not in " << run.err);
    }
  };
  const Words var{"--var", "x"};
  is_refused({}, "EXPRESSION");
  is_refused(Words{"x", "--var", "x"}, "--wrt");
  is_refused(Words{"x", "--wrt", "y"} + var, "y");
  is_refused(Words{"x", "--wrt", "x", "--wrt", "x"} + var, "twice");
  is_refused(Words{"x", "y", "--wrt", "x"} + var, "'y' belongs to no option");
  is_refused(Words{"x", "--wrt", "x", "--format", "pdf"} + var, "text, latex, mathml, json");
  is_refused(Words{"x", "--wrt", "x", "--code", "python"} + var, "armadillo");
  is_refused(Words{"x", "--wrt", "x", "--along", "x"} + var, "--along");
  is_refused(Words{"x", "--wrt", "x", "--along", "V", "--var", "V:2,2"} + var, "2 x 2");
  is_refused(Words{"x", "--wrt", "x", "--frobnicate"} + var, "frobnicate");
  for (const std::string bad : {"x:", "x:1", "x:1,2,3", "x:0,1", "x:-1,2", "x:a b,1", "x:d,c:odd", "x:d,c:symmetric",
                                "2x", "", "sum", "J", "x:x,1", "x:exp,1", "x:99999999999999999999,1"})
    is_refused({"1", "--wrt", "x", "--var", bad}, "--var");
  is_refused({"1", "--wrt", "x", "--var", "x", "--var", "x"}, "declared already");
  is_refused({"1", "--wrt", "x", "--var", "x:n,1", "--var", "n"}, "declared already");
}

BOOST_AUTO_TEST_CASE(wrong_data) {
  const Words rest{"--wrt", "W", "--var", "W:d,c", "--var", "X:d,n"};
  write("W.csv", "1,2\n3,4\n");
  write("three.csv", "1,2\n3,4\n5,6\n");
  write("ragged.csv", "1,2\n3\n");
  write("words.csv", "1,two\n");
  write("empty.csv", "\n");
  const auto at = [&](const std::string& W, const std::string& X) {
    return Words{"accu(W'*X)"} + rest + Words{"--at", "W=" + W, "--at", "X=" + X};
  };
  refused(at("none.csv", "W.csv"), 1, "none.csv: cannot be opened");
  refused(at("W.csv", "three.csv"), 1, "three.csv: X is d x n, not 3x2, and d is 2 in W.csv");
  refused(at("ragged.csv", "W.csv"), 1, "ragged.csv:2: 1 numbers in a line after lines of 2");
  refused(at("words.csv", "W.csv"), 1, "words.csv:1: expected a number, got 'two'");
  refused(at("empty.csv", "W.csv"), 1, "empty.csv: holds no numbers");
  refused(at(".", "W.csv"), 1, ".: cannot be read");
  refused(Words{"accu(W'*X)"} + rest + Words{"--at", "W=W.csv"}, 2, "--at: no numbers for X");
  refused(Words{"accu(W'*X)"} + rest + Words{"--at", "Z=W.csv"}, 2, "--at Z=W.csv: no variable Z");
  refused(Words{"accu(W'*X)"} + rest + Words{"--at", "W"}, 2, "--at W: expected NAME=FILE.csv");
  refused({"log(0*x)", "--wrt", "x", "--var", "x"}, 1,
          "the expression or its gradient is not a finite number on random data; give data by --at");
}

BOOST_AUTO_TEST_CASE(ten_thousand_nodes_take_seconds) {
  std::string sum = "accu(W)";
  for (int i = 0; i < 3333; ++i) sum += " + s*accu(W)";
  const auto start = std::chrono::steady_clock::now();
  const std::string out = succeeds({sum, "--wrt", "W", "--var", "W:d,c", "--var", "s"});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  BOOST_TEST(last_line(out).starts_with("dJ/dW = "));
  BOOST_TEST(seconds.count() < 30);
}

BOOST_AUTO_TEST_CASE(thousands_of_different_terms_take_seconds) {
  std::string sum = "0";
  for (int i = 1; i <= 6000; ++i) sum += "+accu(tanh(" + std::to_string(i) + "*W))";
  const auto start = std::chrono::steady_clock::now();
  const std::string out = succeeds({sum, "--wrt", "W", "--var", "W:d,d"});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  BOOST_TEST(last_line(out).starts_with("dJ/dW = 18003000 - "));
  BOOST_TEST(seconds.count() < 60);
}

BOOST_AUTO_TEST_CASE(a_number_that_depends_on_sizes_goes_by_their_names) {
  const auto line = [&](const std::string& expression) {
    return last_line(succeeds({expression, "--wrt", "W", "--var", "W:d,c"}));
  };
  BOOST_TEST(contains(line("accu(var(W))"), "/(d - 1)"));
  BOOST_TEST(line("mean(vectorise(W))") == "dJ/dW = 1/(c d) ones(d, c)");
  BOOST_TEST(line("accu(W.cols(c - 2, c - 1))") == "dJ/dW = placed(ones(d, 2), 0, c - 2, d, c)");
}

BOOST_AUTO_TEST_SUITE_END()
