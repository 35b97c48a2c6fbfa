// What derive() answers: an expression, its variables, and the lines that a mathematician would write. Each
// answer is read back and compared with the tape.
#define BOOST_TEST_MODULE derive_lines
#include <boost/test/unit_test.hpp>
#include <sstream>

#include <armagrad/check_report.hpp>

#include "apps/derive/derivation.hpp"

using namespace armagrad;
using namespace armagrad::apps;

namespace {

struct Question {
  std::string expression, by, variables, lines;
};

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

void answers(const Question& q) {
  BOOST_TEST_CONTEXT(q.expression << " by " << q.by << ", " << q.variables) {
    const Problem problem = posed(q.expression, words(q.variables), words(q.by), "");
    const Formula formula = formula_of(problem);
    BOOST_TEST(formula.text() == q.lines);
    BOOST_TEST(sizes_found_at(problem, formula) == "");
    const GradientCheck check = evidence(problem, formula);
    BOOST_TEST(check.passed(), check);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(scalars_stay_symbols) {
  for (const Question& q : std::vector<Question>{
           {"a^b", "a", "a:1,1:positive b", "dJ/da = b a^(b - 1)"},
           {"norm(x)^p", "x", "x:n,1 p", "assuming that norm(x) has no zeros\ndJ/dx = p norm(x)^(p - 2) x"},
           {"accu(x.^p)", "x", "x:n,1:positive p", "dJ/dx = p pow(x, p - 1)"},
           {"accu(leaky_relu(x, s))", "x", "x:n,1 s", "dJ/dx = s (0 >= x) + (x > 0)"},
           {"accu(elu(x, s))", "x", "x:n,1 s", "dJ/dx = s (0 >= x) % exp(x) + (x > 0)"},
           {"accu(clamp(x, 0, k))", "x", "x:n,1 k:1,1:positive", "dJ/dx = (x >= 0) % (k >= max(0, x))"},
           {"a*accu(cos(zeros(c, 1)))", "a", "a W:d,c", "dJ/da = c"},
           {"accu((x != 0) % x)", "x", "x:n,1", "dJ/dx = x != 0"}})
    answers(q);
}

BOOST_AUTO_TEST_CASE(traces_norms_and_determinants) {
  for (const Question& q :
       std::vector<Question>{{"-trace(A*X)", "X", "X:m,n A:n,m", "dJ/dX = -A'"},
                             {"exp(trace(A*X))", "X", "X:m,n A:n,m", "dJ/dX = exp(trace(A X)) A'"},
                             {"0.5*trace(X'*X)", "X", "X:n,d", "dJ/dX = X"},
                             {"trace(A*X*B*X')", "X", "X:m,n A:m,m B:n,n", "dJ/dX = A' X B' + A X B"},
                             {"norm(X, \"fro\")^2", "X", "X:m,n", "dJ/dX = 2 X"},
                             {"trace(A*diagmat(x))", "x", "A:n,n x:n,1", "dJ/dx = diagvec(A)"},
                             {"log_det(A*diagmat(x))", "x", "A:n,n x:n,1", "dJ/dx = 1 / x"},
                             {"log(abs(det(X)))", "X", "X:n,n", "assuming that det(X) has no zeros\ndJ/dX = X^-1'"},
                             {"log_det(X'*X)", "X", "X:n,p", "dJ/dX = 2 X (X' X)^-1"}})
    answers(q);
}

BOOST_AUTO_TEST_CASE(an_entry_is_no_product) {
  answers({"(x'*y)(0)", "x", "x:n,1 y:n,1", "dJ/dx = y"});
  answers(
      {"accu((A + B)(A - B))", "A", "A:d,d B:d,d", "dJ/dA = (ones(d, 1) sum(A + B, 0) + sum(A - B, 1) ones(1, d))'"});
}

BOOST_AUTO_TEST_CASE(nothing_is_assumed_that_nobody_said) {
  answers({"log_det(A*B)", "A", "A:d,d B:d,d", "dJ/dA = A^-1'"});
  answers({"log(det(A))", "A", "A:d,d", "dJ/dA = A^-1'"});
  answers({"log(det(A))", "A", "A:d,d:spd", "assuming that A is symmetric\ndJ/dA = A^-1"});
}

BOOST_AUTO_TEST_CASE(weights_sum_to_one_along_the_softmax) {
  answers({"-t'*log(softmax(W*x))", "W", "W:c,d x:d,1 t:c,1",
           "assuming that the columns of t sum to one\nwith softmax along dim 0\ndJ/dW = (softmax(W x) - t) x'"});
  answers({"-accu(Y % log_softmax(b*ones(1, n), 0))", "b", "b:c,1 Y:c,n",
           "assuming that the columns of Y sum to one\nwith softmax along dim 0\n"
           "dJ/db = sum(softmax(b ones(1, n)) - Y, 1)"});
}
