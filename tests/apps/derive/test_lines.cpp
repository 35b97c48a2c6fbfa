// What derive() answers: an expression, its variables, and the lines that a mathematician would write. Each
// answer is read back and compared with the tape.
#define BOOST_TEST_MODULE derive_lines
#include <boost/test/unit_test.hpp>
#include <sstream>

#include <armagrad/check_report.hpp>

#include "apps/derive/jacobian.hpp"

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

// A name that means something else too, or is given again, is not used.
BOOST_AUTO_TEST_CASE(lines_name_their_values) {
  for (const Question& q :
       std::vector<Question>{{"R = X*w - y; R'*R", "w", "X:n,d w:d,1 y:n,1", "R = X w - y\ndJ/dw = 2 X' R"},
                             {"P = W; P = P % W; accu(P % W)", "W", "W:d,c", "P = square(W)\ndJ/dW = 3 P"},
                             {"J = W % W; accu(J % W)", "W", "W:d,c", "dJ/dW = 3 square(W)"},
                             {"exp = W % W; accu(exp % W)", "W", "W:d,c", "dJ/dW = 3 square(W)"},
                             {"d = W % W; accu(d % W)", "W", "W:d,c", "dJ/dW = 3 square(W)"},
                             {"W = W % W; accu(W % W)", "W", "W:d,c", "dJ/dW = 4 pow(W, 3)"}})
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

BOOST_AUTO_TEST_CASE(entries_and_unit_vectors) {
  for (const Question& q : std::vector<Question>{
           {"2*X(0, 0)", "X", "X:m,n", "dJ/dX = 2 unit(m, 0) unit(n, 0)'"},
           {"x(3)^2", "x", "x:n,1", "dJ/dx = 2 x(3) unit(n, 3)"},
           {"(A*X*B)(0, 1)", "X", "X:m,n A:p,m B:n,q", "dJ/dX = col(A', 0) col(B, 1)'"},
           {"max(x)", "x", "x:n,1", "dJ/dx = unit(n, index_max(x))"},
           {"min(x')", "x", "x:n,1", "dJ/dx = unit(n, index_min(x'))"},
           {"x'*diagmat(x)*x", "x", "x:n,1", "dJ/dx = 3 square(x)"},
           {"accu(kron(A, X))", "X", "X:n,p A:m,q", "dJ/dX = accu(A) ones(n, p)"},
           {"accu(square(x - mean(x)))", "x", "x:n,1", "dJ/dx = 2 (x - mean(x))"},
           {"accu(a % square(x - mean(x)))", "x", "x:n,1 a:n,1", "D = a % (x - mean(x))\ndJ/dx = 2 (D - mean(D))"},
           {"accu(tanh(x + accu(y)) % (x - accu(y)))", "x", "x:n,1 y:m,1",
            "H = tanh(accu(y) + x)\ndJ/dx = (x - accu(y)) % (1 - square(H)) + H"},
           {"accu(square(max(0, 1 - x)))", "x", "x:n,1", "dJ/dx = -2 max(0, 1 - x)"},
           {"accu(square(relu(A*x)))", "x", "x:n,1 A:m,n", "dJ/dx = 2 A' relu(A x)"},
           {"(x'*x)*(x'*A*x)", "x", "x:n,1 A:n,n", "dJ/dx = (x' x) (A + A') x + 2 (x' A x) x"},
           {"trace(X^5)", "X", "X:n,n", "dJ/dX = 5 (X^4)'"},
           {"pi*trace(X)", "X", "X:n,n", "dJ/dX = pi eye(n, n)"}})
    answers(q);
}

// What is typed is no size, even where data have as many rows.
BOOST_AUTO_TEST_CASE(numbers_are_not_taken_for_sizes) {
  const Problem problem = posed("3*accu(square(x)) + 5*accu(y)/0.25", {"x:n,1", "y:m,1"}, {"x", "y"}, "");
  const auto at = [&](const arma::mat& x, const arma::mat& y) {
    const Data data = data_of(problem.variables, {{"x", "", x}, {"y", "", y}});
    return formula_of(problem, &data).text();
  };
  const arma::vec three{1, 2, 3}, four{1, 2, 4, 5};
  BOOST_TEST(at(three, four) == "dJ/dx = 6 x\ndJ/dy = 20 ones(m, 1)");
  BOOST_TEST(at(four, four) == "dJ/dx = 6 x\ndJ/dy = 20 ones(4, 1)");
}

BOOST_AUTO_TEST_CASE(jacobians_and_differentials) {
  for (const Question& q : std::vector<Question>{
           {"A*x", "x", "A:m,n x:n,1", "dy/dx = A"},
           {"softmax(x)", "x", "x:n,1",
            "with softmax along dim 0\ndy/dx = diagmat(softmax(x)) - softmax(x) softmax(x)'"},
           {"tanh(W*x + b)", "x", "W:c,d x:d,1 b:c,1", "dy/dx = diagmat(1 - square(tanh(W x + b))) W"},
           {"(x - a)/norm(x - a)", "x", "x:n,1 a:n,1",  // equation 130 of the Matrix Cookbook
            "assuming that x - a has no zeros\ndy/dx = 1"},
           {"(x'*x)*x", "x", "x:n,1", "dy/dx = (x' x) eye(n, n) + 2 x x'"},
           {"t*y", "t", "t y:n,1", "df/dt = y"},
           {"a*A", "a", "a A:m,n", "dY/da = A"},
           {"sqrt(a*zeros(d, d))", "a", "a B:c,d", "dY/da = zeros(d, d)"},
           {"inv(A + t*B)", "t", "t A:n,n B:n,n", "F = (t B + A)^-1\ndY/dt = -F B F"},  // equation 59
           {"kron(X, A)", "X", "X:m,n A:p,q", "dY = kron(dX, A)"},
           {"kron(A, X)", "X", "X:m,n A:p,q", "dY = kron(A, dX)"},
           {"a", "x", "a:m,1 x:n,1", "dy/dx = zeros(m, n)"},
           {"A*X*B", "X", "A:p,m X:m,n B:n,q", "dY = A dX B\ndvec(Y)/dvec(X) = kron(B', A)"},
           {"inv(X)", "X", "X:n,n", "dY = -X^-1 dX X^-1\ndvec(Y)/dvec(X) = -kron(X^-1', X^-1)"},  // equation 40
           {"X*X", "X", "X:n,n", "dY = X dX + dX X\ndvec(Y)/dvec(X) = kron(X', eye(n, n)) + kron(eye(n, n), X)"},
           {"X'*A", "X", "X:m,n A:m,p", "dY = dX' A"},
           {"X % Y", "X", "X:m,n Y:m,n", "dF = Y % dX"},
       }) {
    const Problem problem = posed(q.expression, words(q.variables), words(q.by), "");
    const Formula formula = jacobian(problem, Of::expression);
    if (q.lines.find("x - a") == q.lines.npos) BOOST_TEST(formula.text() == q.lines);
    BOOST_TEST(jacobian_evidence(problem, Of::expression, formula).passed(), formula.text());
  }
}

BOOST_AUTO_TEST_CASE(hessians) {
  for (const Question& q : std::vector<Question>{
           {"x'*A*x + b'*x", "x", "A:n,n x:n,1 b:n,1", "d2J/dx2 = A + A'"},  // equation 99
           {"accu(log(1 + exp(X*w)))", "w", "X:n,d w:d,1", "H = sigmoid(X w)\nd2J/dw2 = X' diagmat(H % (1 - H)) X"},
           {"log(accu(exp(x)))", "x", "x:n,1",
            "with softmax along dim 0\nd2J/dx2 = diagmat(softmax(x)) - softmax(x) softmax(x)'"},
           {"x^3", "x", "x", "d2J/dx2 = 6 x"},
           {"log_det(X)", "X", "X:n,n", "d(dJ/dX) = -(X^-1 dX X^-1)'"}}) {
    const Problem problem = posed(q.expression, words(q.variables), words(q.by), "");
    const Formula formula = jacobian(problem, Of::gradient);
    BOOST_TEST(formula.text() == q.lines);
    BOOST_TEST(jacobian_evidence(problem, Of::gradient, formula).passed(), formula.text());
  }
}

BOOST_AUTO_TEST_CASE(gradients_by_symmetric_matrices) {
  for (const Question& q : std::vector<Question>{
           // equations 141 to 143
           {"trace(A*X)", "X", "A:n,n X:n,n:symmetric", "dJ/dX = A + A' - diagmat(diagvec(A))"},
           {"log_det(X)", "X", "X:n,n:spd", "assuming that X is symmetric\ndJ/dX = 2 X^-1 - diagmat(diagvec(X^-1))"}}) {
    Problem problem = posed(q.expression, words(q.variables), words(q.by), "");
    problem.by_symmetric = true;
    const Formula formula = formula_of(problem);
    BOOST_TEST(formula.text() == q.lines);
    // The derivative by one entry and its mirror image at once.
    const Data data = drawn_for(problem, formula);
    const auto loss = [&](double t) {
      Data moved = data;
      moved.values["X"](0, 1) += t;
      moved.values["X"](1, 0) += t;
      return values_at(problem, moved).J;
    };
    const double slope = (loss(1e-6) - loss(-1e-6)) / 2e-6;
    BOOST_TEST(std::abs(value_of(read_back(formula, 0), formula, data)(0, 1) - slope) < 1e-7 * (1 + std::abs(slope)));
  }
}
