#define BOOST_TEST_MODULE formula
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using V = Var<double>;

struct Named : Seeded {
  const mat A = uniform(3, 3, 1, 2), B = uniform(3, 3, 1, 2), C = uniform(3, 3, 1, 2), r = uniform(1, 3, 1, 2);
  const mat W = uniform(4, 3), X = uniform(4, 6);
  mat Y{3, 6, arma::fill::zeros};
  const double l2 = 0.37;
  const FormulaOptions names{.names = {{"n", 6}, {"l2", l2}}};

  Named() {
    for (arma::uword i = 0; i < 6; ++i) Y(i % 3, i) = 1;
  }
  /// What f(A, B, C) is printed as.
  std::string text(const std::function<V(V, V, V)>& f) const {
    Tape<double> tape;
    return formula_text(f(tape.variable(view(A, "A")), tape.variable(view(B, "B")), tape.constant(view(C, "C"))));
  }
};

const auto softmax_regression = [](V w, V x, V y, double n, double l2) {
  return -accu(y % log_softmax(w.t() * x, 0)) / n + 0.5 * l2 * accu(square(w));
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Named)

BOOST_AUTO_TEST_CASE(what_was_recorded_is_written_with_parentheses_where_needed_and_nowhere_else) {
  const std::pair<std::function<V(V, V, V)>, const char*> table[] = {
      {[](V a, V b, V) { return a + b; }, "A + B"},
      {[](V a, V b, V c) { return (a + b) % c; }, "C % (A + B)"},
      {[](V a, V b, V c) { return a % c + b; }, "A % C + B"},
      {[](V a, V b, V c) { return a / (b % c); }, "A / (B % C)"},
      {[](V a, V b, V c) { return (a + b) * c; }, "(A + B) C"},
      {[](V a, V b, V c) { return a % (b * c); }, "A % (B C)"},
      {[](V a, V b, V) { return (a + b).t() * b; }, "(A + B)' B"},
      {[](V a, V b, V) { return -(a + b); }, "-(A + B)"},
      {[](V a, V b, V) { return exp(a - b).t(); }, "exp(A - B)'"},
      {[](V a, V, V) { return pow(a + 1, 2.5); }, "pow(1 + A, 2.5)"},
      {[](V a, V, V) { return softmax(a, 1); }, "softmax(A, 1)"},
      {[](V a, V b, V) { return (a > b) % a; }, "A % (A > B)"},
      {[](V a, V b, V) { return accu(a * b) * a; }, "accu(A B) A"},
      {[](V a, V b, V) { return sum(a.t(), 1) % sum(b, 1); }, "sum(B, 1) % sum(A, 0)'"},
      {[](V a, V b, V) { return solve(a, b); }, "A^-1 B"},
  };
  for (const auto& [f, expected] : table) BOOST_TEST(text(f) == expected);
}

BOOST_AUTO_TEST_CASE(a_gradient_ends_in_the_line_of_a_textbook) {
  const auto loss = [&](V w) {
    return softmax_regression(w, w.tape().constant(view(X, "X")), w.tape().constant(view(Y, "Y")), 6, l2);
  };
  BOOST_TEST(derive(loss, W, "W", names).text() ==
             "assuming that the columns of Y sum to one\n"
             "with softmax along dim 0\n"
             "dJ/dW = 1/n X (softmax(W' X) - Y)' + l2 W");
}

BOOST_AUTO_TEST_CASE(shapes_stand_beside_factors) {
  const auto loss = [&](V w) { return 0.5 * accu(square(w.t() * view(X, "X") - view(Y, "Y"))) / 6; };
  const FormulaOptions sizes{.names = {{"n", 6}, {"d", 4}, {"c", 3}}};
  BOOST_TEST(derive(loss, W, "W", sizes).text_with_shapes() == "dJ/dW = 1/n X[d,n] (W[d,c]' X[d,n] - Y[c,n])'[n,c]");
}

BOOST_AUTO_TEST_CASE(latex_and_mathml) {
  const auto loss = [&](V w) { return 0.5 * accu(square(w.t() * view(X, "X") - view(Y, "Y"))) / 6; };
  const Formula f = derive(loss, W, "W", names);
  BOOST_TEST(f.latex() ==
             "\\frac{\\partial J}{\\partial W} = \\frac{1}{n} \\, X \\, {\\left({W}^\\top \\, X - "
             "Y\\right)}^\\top");
  const std::string m = f.mathml();
  for (const char* tag : {"math", "mrow", "mi", "mo", "msup", "mfrac"}) {
    const auto count = [&](const std::string& what) {
      std::size_t n = 0;
      for (auto at = m.find(what); at != m.npos; at = m.find(what, at + 1)) ++n;
      return n;
    };
    const std::string name(tag);
    BOOST_TEST(count("<" + name + ">") + count("<" + name + " ") == count("</" + name + ">"), tag);
    BOOST_TEST(count("</" + name + ">") > 0u, tag);
  }
}

BOOST_AUTO_TEST_CASE(several_variables_share_names_for_what_is_repeated) {
  const auto loss = [&](V u, V v) { return 0.5 * accu(square(u * tanh(v * view(X, "X")) - view(Y, "Y"))) / 6; };
  const mat U = uniform(3, 5), H = uniform(5, 4);
  const Formula f = derive(names, loss, view(U, "U"), view(H, "V"));
  BOOST_TEST(f.text() ==
             "H = tanh(V X)\n"
             "R = U H - Y\n"
             "dJ/dU = 1/n R H'\n"
             "dJ/dV = 1/n ((U' R) % (1 - square(H))) X'");
  BOOST_TEST(f.definitions().size() == 2u);
  BOOST_TEST(f.gradients()[1].left == "dJ/dV");
}

BOOST_AUTO_TEST_CASE(names_of_the_users_own) {
  Tape<double> tape;
  const V u = tape.variable(view(A, "U")), x = tape.constant(view(B, "X"));
  const V h = tape.named(tanh(u * x), "hidden");
  const V l = tape.constant(0.5, "lambda");
  const Formula f = derive(l * accu(square(h)), {u}, {.loss = "E"});
  BOOST_TEST(f.text() ==
             "hidden = tanh(U X)\n"
             "dE/dU = 2 lambda (hidden % (1 - square(hidden))) X'");
}

// Not every name that begins with a digit is a number that was typed.
BOOST_AUTO_TEST_CASE(names_that_begin_with_a_digit) {
  Tape<double> tape;
  const V u = tape.variable(view(A, "1st")), x = tape.constant(view(B, "2nd"));
  const Formula f = derive(tape.constant(0.5, "3rd") * accu(square(u * x)), {u}, {.loss = "E"});
  for (const char* name : {"1st", "2nd", "3rd"}) BOOST_TEST(f.text().find(name) != std::string::npos, f.text());
}

BOOST_AUTO_TEST_CASE(what_data_show_is_assumed_and_said) {
  const auto with = [&](const mat& y) {
    const auto loss = [&](V w) {
      return softmax_regression(w, w.tape().constant(view(X, "X")), w.tape().constant(view(y, "Y")), 6, l2);
    };
    return derive(loss, W, "W", names);
  };
  BOOST_REQUIRE(with(Y).assumptions().size() == 1u);
  BOOST_TEST(with(Y).assumptions()[0].of == "Y");
  const Formula weighted = with(2 * Y);
  BOOST_TEST(weighted.assumptions().empty());
  BOOST_TEST(weighted.gradients()[0].right == "1/n X (softmax(W' X) diagmat(sum(Y, 0)) - Y)' + l2 W");
  FormulaOptions told = names;
  told.assume = [](const Assumption&) { return false; };
  const auto loss = [&](V w) {
    return softmax_regression(w, w.tape().constant(view(X, "X")), w.tape().constant(view(Y, "Y")), 6, l2);
  };
  BOOST_TEST(derive(loss, W, "W", told).text() == weighted.text());
}

BOOST_AUTO_TEST_CASE(leaves_go_by_name_by_number_or_by_shape) {
  Tape<double> tape;
  BOOST_TEST(formula_text(tape.variable(view(W, "weights"))) == "weights");
  BOOST_TEST(formula_text(tape.constant(0.1)) == "0.1");
  BOOST_TEST(formula_text(tape.variable(0.1, "rate")) == "rate");
  BOOST_TEST(formula_text(tape.variable(W)) == "variable_4x3");
  const V twice = tape.constant(A) % tape.constant(A), two = tape.constant(A) % tape.constant(B);
  BOOST_TEST(formula_text(twice) == "constant_3x3 % constant_3x3");
  BOOST_TEST(formula_text(two) == "constant_3x3 % constant_3x3_2");
  BOOST_TEST(formula_text(Tape<float>().constant(0.1f)) == "0.1");
}

BOOST_AUTO_TEST_CASE(misuse_is_refused) {
  Tape<double> tape, other;
  const V a = tape.variable(view(A, "A"));
  BOOST_CHECK_THROW(derive(a, {a}), std::logic_error);
  BOOST_CHECK_THROW(derive(accu(a), {other.variable(A)}), std::logic_error);
  BOOST_CHECK_THROW(formula_text(a + tape.constant(view(B, "A"))), std::logic_error);
}

BOOST_AUTO_TEST_CASE(floats) {
  const arma::fmat w = arma::conv_to<arma::fmat>::from(W);
  const auto loss = [](Var<float> v) { return 0.1f * accu(square(v)); };
  BOOST_TEST(derive(loss, w, "W").text() == "dJ/dW = 0.2 W");
}

BOOST_AUTO_TEST_SUITE_END()
