// Shapes over named dimensions, and what mistakes in them are told to be.
#define BOOST_TEST_MODULE calculator_shapes
#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/expression/evaluate.hpp"

using namespace armagrad::apps;

namespace {

const Size d = Size::named("d"), n = Size::named("n"), c = Size::named("c");
const Declarations declared{{{"W", {d, c}},
                             {"X", {d, n}},
                             {"Y", {c, n}},
                             {"A", {d, d}},
                             {"b", {c, 1}},
                             {"v", {d, 1}},
                             {"l2", {}},
                             {"F", {3, 4}}},
                            {"d", "n", "c"}};

std::string shape(const std::string& text) {
  try {
    return shapes_of(parse(text), declared).back().text();
  } catch (const ExpressionError& error) {
    return marked(error, text);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(sizes_are_polynomials) {
  BOOST_TEST((d + n).text() == "d + n");
  BOOST_TEST((n + d).text() == "d + n");
  BOOST_TEST((n - 1).text() == "n - 1");
  BOOST_TEST((Size(0) - n).text() == "-n");
  BOOST_TEST((Size(2) * n * c + 3).text() == "2 c n + 3");
  BOOST_TEST(((d + n) * (d - n)).text() == "d d - n n");
  BOOST_TEST((d - d).text() == "0");
  BOOST_TEST(((d + n - d) == n));
  BOOST_TEST(((d * n) == (n * d)));
  BOOST_TEST(((d + 1) != d));
  BOOST_TEST(((Size(4) * d * n + 2 * d).divided_by(2 * d).value() == 2 * n + 1));
  BOOST_TEST(!(d + 1).divided_by(d));
  BOOST_TEST(!d.divided_by(2));
}

BOOST_AUTO_TEST_CASE(shapes_of_expressions) {
  const std::pair<const char*, const char*> table[] = {
      {"-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)", "a number"},
      {"W'*X", "c x n"},
      {"l2 W", "d x c"},
      {"v'*v", "a number"},
      {"v' v X", "d x n"},
      {"v*v'", "d x d"},
      {"join_rows(X, W)", "d x c + n"},
      {"join_cols(X, ones(2, n))", "d + 2 x n"},
      {"kron(A, b)", "c d x d"},
      {"repmat(b, 1, 2 n)", "c x 2 n"},
      {"X.cols(1, n - 1)", "d x n - 1"},
      {"vectorise(X)", "d n x 1"},
      {"reshape(X, n, d)", "n x d"},
      {"reshape(X, 1, n*d)", "1 x d n"},
      {"sum(X)", "1 x n"},
      {"sum(v)", "a number"},
      {"sum(F, 1)", "3 x 1"},
      {"max(X, 1)", "d x 1"},
      {"max(X, 2*X)", "d x n"},
      {"diagmat(v)", "d x d"},
      {"(W'*X).each_col() + b", "c x n"},
      {"b % Y.each_col()", "c x n"},
      {"A^-1 X", "d x n"},
  };
  for (const auto& [text, expected] : table) BOOST_TEST(shape(text) == expected, text << " is " << shape(text));
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_with_both_shapes_and_the_cure) {
  const std::pair<const char*, const char*> table[] = {
      {"accu(W*X)",
       "W*X: d x c times d x n: inner dimensions c and d differ; with the left one transposed it would fit\n"
       "  accu(W*X)\n        ^"},
      {"Y*X",
       "Y*X: c x n times d x n: inner dimensions n and d differ; with the right one transposed it would fit\n"
       "  Y*X\n   ^"},
      {"X*W",
       "X*W: d x n times d x c: inner dimensions n and d differ; with the left one transposed it would fit\n "
       " X*W\n   ^"},
      {"Y'*X'",
       "Y'*X': n x c times n x d: inner dimensions c and n differ; with the left one transposed it would "
       "fit\n  Y'*X'\n    ^"},
      {"X*Y",
       "X*Y: d x n times c x n: inner dimensions n and c differ; with the right one transposed it would "
       "fit\n  X*Y\n   ^"},
      {"Y*W",
       "Y*W: c x n times d x c: inner dimensions n and d differ; with both transposed it would fit\n  Y*W\n  "
       " ^"},
      {"W + W'", "W + W': shapes d x c and c x d differ; a transpose ' would make them equal\n  W + W'\n    ^"},
      {"2 + (X % W)", "X % W: shapes d x n and d x c differ\n  2 + (X % W)\n         ^"},
      {"W'*X + b",
       "W'*X + b: shapes c x n and c x 1 differ; .each_col() of the larger repeats the other\n  W'*X + b\n   "
       "    ^"},
      {"X.each_row() + v",
       "X.each_row() + v: each_row() of d x n meets 1 x n, not d x 1\n  X.each_row() + v\n               ^"},
      {"exp(X.each_row())",
       "exp(X.each_row()): each_row() and each_col() are followed by + - % or /\n  exp(X.each_row())\n  ^^^"},
      {"log_det(X)", "log_det(X): a square matrix was expected, not d x n\n  log_det(X)\n  ^^^^^^^"},
      {"X^2", "X^2: a square matrix was expected, not d x n\n  X^2\n   ^"},
      {"solve(W, Y)", "solve(W, Y): rows of d x c and c x n differ\n  solve(W, Y)\n  ^^^^^"},
      {"join_cols(X, A)", "join_cols(X, A): columns of d x n and d x d differ\n  join_cols(X, A)\n  ^^^^^^^^^"},
      {"reshape(X, n, n)",
       "reshape(X, n, n): shapes d x n and n x n have not as many entries\n  reshape(X, n, n)\n  ^^^^^^^"},
      {"sum(X, 2)", "sum(X, 2): a dimension is 0 or 1\n  sum(X, 2)\n  ^^^"},
      {"sum(X, l2)", "sum(X, l2): a whole number or a dimension was expected\n  sum(X, l2)\n  ^^^"},
      {"F.col(4)", "F.col(4): indices 4 to 4 of 4\n  F.col(4)\n    ^^^"},
      {"X(d, 0)", "X(d, 0): indices d to d of d\n  X(d, 0)\n  ^"},
      {"ones(1.5, 2)", "ones(1.5, 2): a whole number or a dimension was expected\n  ones(1.5, 2)\n  ^^^^"},
      {"exp(X, 2)", "exp(X, 2): given 2 arguments: exp(x)\n  exp(X, 2)\n  ^^^"},
      {"pow(X)", "pow(X): given 1 arguments: pow(a, b)\n  pow(X)\n  ^^^"},
      {"X + Z", "unknown name 'Z'\n  X + Z\n      ^"},
      {"X - H", "unknown name 'H'\n  X - H\n      ^"},
      {"sofmax(X)", "unknown name 'sofmax'; did you mean softmax?\n  sofmax(X)\n  ^^^^^^"},
      {"X exp", "the function 'exp' needs arguments in parentheses\n  X exp\n    ^^^"},
      {"P = X\nP*X",
       "P*X: d x n times d x n: inner dimensions n and d differ; with the left one transposed or the right "
       "one transposed it would fit\n  P*X\n   ^"},
  };
  for (const auto& [text, expected] : table) {
    BOOST_TEST(shape(text) == expected, shape(text));
  }
}

BOOST_AUTO_TEST_CASE(sizes_that_grow_are_no_longer_followed) {
  std::string text = "(n + c)";
  for (unsigned i = 0; i < 5000; ++i) text += "*(n + c + d)";
  BOOST_TEST(shape(text) == "a number");
  BOOST_TEST(shape("ones(" + text + ", 1)").find("a whole number or a dimension was expected") != std::string::npos);
  std::string krons = "X";
  for (unsigned i = 0; i < 20; ++i) krons = "kron(X, " + krons + ")";
  BOOST_TEST(shape(krons).find("a shape of too many dimensions") != std::string::npos);
}
