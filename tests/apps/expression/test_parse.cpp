// What is read of an expression, and what is refused and where.
#define BOOST_TEST_MODULE calculator_parse
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "apps/expression/functions.hpp"

using namespace armagrad::apps;

namespace {

/// "(+ a (* b c))"
std::string prefix(const Syntax& s, std::uint32_t i) {
  const Term& t = s.terms[i];
  if (t.kind == Term::Kind::number) return armagrad::detail::to_text(t.number);
  if (t.kind == Term::Kind::text) return '"' + t.text + '"';
  if (t.kind == Term::Kind::name) return t.text;
  std::string text = "(" + t.text;
  for (const auto k : t.operands) text.append(" ").append(prefix(s, k));
  return text + ")";
}
std::string prefix(const std::string& text) {
  const Syntax s = parse(text);
  return prefix(s, s.lines.back().term);
}

/// What is wrong with a text, with the place marked.
std::string refusal(const std::string& text) {
  try {
    parse(text);
  } catch (const ExpressionError& error) {
    return marked(error, text);
  }
  return "nothing";
}

const std::map<std::string, std::string> readings{
    // Armadillo's and C++'s precedence, from the left.
    {"a + b - c", "(- (+ a b) c)"},
    {"a - (b - c)", "(- a (- b c))"},
    {"a + b*c", "(+ a (* b c))"},
    {"a % b / c * d", "(* (/ (% a b) c) d)"},
    {"(a + b) * c", "(* (+ a b) c)"},
    {"a*b'", "(* a (' b))"},
    {"(a*b)'", "(' (* a b))"},
    {"a''", "(' (' a))"},
    {"a.t() * b.st()", "(* (' a) (' b))"},
    {"-a*b", "(* (neg a) b)"},
    {"-a'", "(neg (' a))"},
    {"a - -b", "(- a (neg b))"},
    {"--a", "a"},
    {"- - -a", "(neg a)"},
    {"a * -b", "(* a (neg b))"},
    {"a > b + 1", "(> a (+ b 1))"},
    {"a >= b == c <= d", "(== (>= a b) (<= c d))"},
    {"(a > 0) % b != 1", "(!= (% (> a 0) b) 1)"},
    // Functions, methods, entries.
    {"sum(a + b, 1)", "(sum (+ a b) 1)"},
    {"accu (a)", "(accu a)"},
    {"join_rows(a, b, c)", "(join_rows a b c)"},
    {"norm(a, \"fro\")", "(norm a \"fro\")"},
    {"a.col(1).t()", "(' (col a 1))"},
    {"(a*b).each_col() + c", "(+ (each_col (* a b)) c)"},
    {"a(1, n - 1)", "(at a 1 (- n 1))"},
    {"exp(-a(0))", "(exp (neg (at a 0)))"},
    // Formulas.
    {"a b", "(* a b)"},
    {"a' b c", "(* (* (' a) b) c)"},
    {"1/n X (P - Y)' + l2 W", "(+ (* (* (/ 1 n) X) (' (- P Y))) (* l2 W))"},
    {"a b / c d", "(* (/ (* a b) c) d)"},
    {"2a", "(* 2 a)"},
    {"a (b + c)", "(* a (+ b c))"},
    {"a (b)", "(* a b)"},
    {"(a) (b)", "(* a b)"},
    {"a -b", "(- a b)"},
    {"a exp(b) c", "(* (* a (exp b)) c)"},
    {"A^-1 b", "(* (^ A (neg 1)) b)"},
    {"A'^-1", "(^ (' A) (neg 1))"},
    {"A^-1'", "(' (^ A (neg 1)))"},
    {"-a^2", "(neg (^ a 2))"},
    {"2 a^2 b", "(* (* 2 (^ a 2)) b)"},
    {"a^(b + 1)", "(^ a (+ b 1))"},
    {"a.^2 % b", "(% (.^ a 2) b)"},
    // Numbers.
    {"1.5e-3", "0.0015"},
    {".5", "0.5"},
    {"2.", "2"},
    {"0.6931471805599453", "0.6931471805599453"},
    {"2e", "(* 2 e)"},
    {"2 infinity", "(* 2 infinity)"},
    {" \t a\r\n ", "a"},
    {"sum(a\n, 1)", "(sum a 1)"},
};

const std::map<std::string, std::string> refusals{
    {"", "an expression was expected, there is none"},
    {" \n ; ", "an expression was expected, there is none"},
    {"a +", "an operand was expected at the end\n  a +\n     ^"},
    {"a + * b", "an operand was expected, not '*'\n  a + * b\n      ^"},
    {"-", "an operand was expected at the end\n  -\n   ^"},
    {"a 2", "unexpected '2'\n  a 2\n    ^"},
    {"1 2345 x", "unexpected '2345'\n  1 2345 x\n    ^^^^"},
    {"(a + b", "this parenthesis is never closed\n  (a + b\n  ^"},
    {"a + b)", "this parenthesis closes nothing\n  a + b)\n       ^"},
    {"()", "an expression was expected, not ')'\n  ()\n   ^"},
    {"sum(a,)", "')' was expected, not ','\n  sum(a,)\n       ^"},
    {"norm(a, \"fro)", "this quote is never closed\n  norm(a, \"fro)\n          ^"},
    {"a.foo()", "no function 'foo'\n  a.foo()\n    ^^^"},
    {"a.t", "'(' was expected at the end\n  a.t\n     ^"},
    {"a^", "an operand was expected at the end\n  a^\n    ^"},
    {"a @ b", "unexpected '@'\n  a @ b\n    ^"},
    {"a + λ", "an operand was expected, not 'λ'\n  a + λ\n      ^^"},
    {"λ @ a", "unexpected 'λ'\n  λ @ a\n  ^^"},
    {"1e999", "a number out of range\n  1e999\n  ^^^^^"},
    {"a = b = c", "unexpected '='\n  a = b = c\n        ^"},
    {"2 a = b", "before = stands a name, not '2 a'\n  2 a = b\n      ^"},
    {"a =", "an expression was expected at the end\n  a =\n     ^"},
    {"a\nb", "a line with others after it needs a name: NAME = ...\n  a\n  ^"},
    {"P = a\nP +", "an operand was expected at the end\n  P +\n     ^"},
    {std::string("a\0b", 3), "unexpected '?'\n  a b\n   ^"},
};

}  // namespace

BOOST_AUTO_TEST_CASE(expressions_are_read_as_written) {
  for (const auto& [text, expected] : readings) BOOST_TEST(prefix(text) == expected, text << " is " << prefix(text));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_refused_where_it_stands) {
  for (const auto& [text, expected] : refusals) BOOST_TEST(refusal(text) == expected, refusal(text));
}

BOOST_AUTO_TEST_CASE(lines_define_names_for_those_that_follow) {
  const Syntax s = parse("P = softmax(W' X)\n\nQ = P - Y; dJ/dW = X Q' + 0 P\n");
  BOOST_REQUIRE(s.lines.size() == 3u);
  BOOST_TEST(s.lines[0].label == "P");
  BOOST_TEST(s.lines[1].label == "Q");
  BOOST_TEST(s.lines[2].label == "dJ/dW");
  BOOST_TEST(prefix(s, s.lines[2].term) == "(+ (* X (' (- (softmax (* (' W) X)) Y))) (* 0 (softmax (* (' W) X))))");
  const auto softmaxes =
      std::count_if(s.terms.begin(), s.terms.end(), [](const Term& t) { return t.text == "softmax"; });
  BOOST_TEST(softmaxes == 1, "a name stands for the term itself");
}

BOOST_AUTO_TEST_CASE(terms_know_where_they_stand) {
  const Syntax s = parse("  2 * (a + b)' - c.col(1)");
  std::map<std::string, std::pair<std::string_view, std::string_view>> places;
  for (const Term& t : s.terms) places[t.text] = {s.text_of(t.all), s.text_of(t.at)};
  using Place = std::pair<std::string_view, std::string_view>;
  BOOST_TEST((places["-"] == Place("2 * (a + b)' - c.col(1)", "-")));
  BOOST_TEST((places["*"] == Place("2 * (a + b)'", "*")));
  BOOST_TEST((places["'"] == Place("(a + b)'", "'")));
  BOOST_TEST((places["+"] == Place("a + b", "+")));
  BOOST_TEST((places["col"] == Place("c.col(1)", "col")));
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_around_the_mistake) {
  const std::string text = std::string(5000, ' ') + "λ" + std::string(5000, ' ');
  const std::string message = refusal(text);
  BOOST_TEST(message.size() < 300u);
  std::istringstream lines(message);
  std::string what, line, caret;
  std::getline(lines, what);
  std::getline(lines, line);
  std::getline(lines, caret);
  BOOST_TEST(line.find("λ") == caret.find('^'));
}

BOOST_AUTO_TEST_CASE(limits_of_size_and_depth) {
  const auto repeated = [](const std::string& part, std::size_t n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += part;
    return text;
  };
  const auto nested = [&](unsigned n, const std::string& open) {
    return repeated(open, n).append("a").append(repeated(")", n));
  };
  for (const std::string open : {"(", "exp(", "-sin(2 * ", "1 + (", "a^("}) {
    BOOST_TEST(refusal(nested(deepest_nesting, open)) == "nothing");
    for (const unsigned n : {deepest_nesting + 1, 100'000u}) {
      BOOST_TEST(refusal(nested(n, open)).starts_with("parentheses are nested deeper than 250 levels\n"));
    }
  }
  BOOST_TEST(refusal(repeated("(", 100'000)).starts_with("parentheses are nested deeper"));
  BOOST_TEST(refusal(repeated("-", 100'000).append("a")) == "nothing");
  BOOST_TEST(refusal(repeated("a'", 1).append(repeated("'", 100'000))) == "nothing");
  BOOST_TEST(refusal(repeated("a^2", 1).append(repeated("^2", 100'000))) == "nothing");
  BOOST_TEST(refusal(repeated(" ", longest_text).append("a")) == "the expression is longer than 1048576 characters");
  BOOST_TEST(parse(repeated("a + ", longest_text / 4 - 1).append("a")).terms.size() > 500'000u);
}

BOOST_AUTO_TEST_CASE(garbage_is_refused_or_read_but_never_crashes) {
  const std::vector<std::string> pieces{"a", "b",  "W",  "sum", "exp", "P =", "=",    "(",       ")",     "(",
                                        ")", ",",  "+",  "-",   "*",   "%",   "/",    "'",       "^",     ".^",
                                        ".", ".t", "()", "\n",  ";",   "1",   "2.",   "1e5",     "\"x\"", "\"",
                                        "<", ">=", "!",  "==",  " ",   "λ",   "\xff", "each_row"};
  std::mt19937 random(1);
  unsigned read = 0, refused = 0;
  for (unsigned i = 0; i < 50'000; ++i) {
    std::string text;
    for (unsigned n = 1 + random() % 12; n > 0; --n) {
      if (random() % 8)
        text += pieces[random() % pieces.size()];
      else
        text += char(random() % 256);
    }
    try {
      const Syntax s = parse(text);
      for (std::uint32_t k = 0; k < s.terms.size(); ++k) {
        for (const auto operand : s.terms[k].operands) BOOST_REQUIRE(operand < k);
      }
      ++read;
    } catch (const ExpressionError& error) {
      const std::string message = marked(error, text);
      BOOST_REQUIRE(std::count(message.begin(), message.end(), '\n') % 2 == 0);
      BOOST_REQUIRE(error.at.begin <= text.size());
      ++refused;
    }
  }
  BOOST_TEST(read > 1000u);
  BOOST_TEST(refused > 1000u);
}
