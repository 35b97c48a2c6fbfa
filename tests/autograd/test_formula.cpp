#define BOOST_TEST_MODULE formula
#include <autograd/autograd.hpp>
#include <boost/test/unit_test.hpp>
#include <map>

#include "oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;
using V = Var<double>;

mat expand(const mat& x, uword rows, uword cols) {
  return repmat(x, x.n_rows == 1 ? rows : 1, x.n_cols == 1 ? cols : 1);
}
mat down(const mat& x) { return repmat(arma::sum(x, 0), x.n_rows, 1); }
mat softmax_of(const mat& x) { return arma::exp(x) / down(arma::exp(x)); }

/// Reads a formula back, with the precedence of C++ (* % / alike, from the left) and ' for a transpose, and
/// computes it.
class Calculator {
 public:
  explicit Calculator(std::map<std::string, mat> names) : names_(std::move(names)) {}

  mat operator()(const std::string& text) {
    rest_ = text;
    const mat value = comparison();
    if (!rest_.empty()) throw std::runtime_error("cannot read \"" + rest_ + "\" of \"" + text + "\"");
    return value;
  }

 private:
  bool take(const std::string& token) {
    if (!rest_.starts_with(token)) return false;
    rest_.erase(0, token.size());
    return true;
  }
  template <class F>
  static mat entrywise(mat a, mat b, F f) {
    const uword rows = std::max(a.n_rows, b.n_rows), cols = std::max(a.n_cols, b.n_cols);
    return f(expand(a, rows, cols), expand(b, rows, cols));
  }
  mat comparison() {
    const mat a = sum();
    if (!take(" > ")) return a;
    return entrywise(a, sum(), [](mat x, mat y) { return arma::conv_to<mat>::from(x > y); });
  }
  mat sum() {
    mat a = product();
    for (;;) {
      if (take(" + "))
        a = entrywise(a, product(), [](mat x, mat y) -> mat { return x + y; });
      else if (take(" - "))
        a = entrywise(a, product(), [](mat x, mat y) -> mat { return x - y; });
      else
        return a;
    }
  }
  mat product() {
    mat a = factor();
    for (;;) {
      if (take(" % "))
        a = entrywise(a, factor(), [](mat x, mat y) -> mat { return x % y; });
      else if (take(" / "))
        a = entrywise(a, factor(), [](mat x, mat y) -> mat { return x / y; });
      else if (!take(" * "))
        return a;
      else if (const mat b = factor(); a.n_elem == 1 || b.n_elem == 1)
        a = a.n_elem == 1 ? mat(a(0) * b) : mat(a * b(0));
      else
        a = a * b;
    }
  }
  mat factor() {
    if (take("-")) return -factor();
    mat a = atom();
    while (take("'")) a = mat(a.t());
    return a;
  }
  mat atom() {
    if (take("(")) {
      const mat a = comparison();
      if (!take(")")) throw std::runtime_error("no ) before " + rest_);
      return a;
    }
    std::size_t n = rest_.find_first_of(" ()',");
    if (n == std::string::npos) n = rest_.size();
    const std::string word = rest_.substr(0, n);
    rest_.erase(0, n);
    if (take("(")) return call(word);
    if (names_.contains(word)) return names_.at(word);
    if (const auto x = word.find('x'); x != std::string::npos)
      return mat(uword(std::stoi(word)), uword(std::stoi(word.substr(x + 1))));
    return mat{std::stod(word)};
  }
  mat call(const std::string& name) {
    const mat x = comparison();
    mat second{0.0};
    if (take(", ")) second = comparison();
    if (!take(")")) throw std::runtime_error("no ) before " + rest_);
    if (name == "spread") return second.n_elem == 1 ? x : expand(x, second.n_rows, second.n_cols);
    if (name == "pow") return arma::pow(x, second(0));
    const std::map<std::string, std::function<mat(const mat&)>> functions{
        {"exp", [](const mat& a) { return mat(arma::exp(a)); }},
        {"tanh", [](const mat& a) { return mat(arma::tanh(a)); }},
        {"square", [](const mat& a) { return mat(a % a); }},
        {"accu", [](const mat& a) { return mat{arma::accu(a)}; }},
        {"sum", [](const mat& a) { return mat(arma::sum(a, 0)); }},
        {"logsumexp", [](const mat& a) { return mat(arma::log(arma::sum(arma::exp(a), 0))); }},
        {"softmax", softmax_of},
        {"log_softmax", [](const mat& a) { return mat(arma::log(softmax_of(a))); }},
    };
    const auto& f = functions.at(name);
    return second(0) == 1 ? mat(f(x.t()).t()) : f(x);
  }

  std::map<std::string, mat> names_;
  std::string rest_;
};

struct Named : Seeded {
  const mat A = uniform(3, 3, 1, 2), B = uniform(3, 3, 1, 2), C = uniform(3, 3, 1, 2),
            r = uniform(1, 3, 1, 2);
  const mat W = uniform(4, 3), X = uniform(4, 6), Y = uniform(3, 6);
  Calculator calculator{
      {{"A", A}, {"B", B}, {"C", C}, {"r", r}, {"W", W}, {"X", X}, {"Y", Y}, {"s", mat{3.0}}}};

  /// The text of f(A, B, C), which must read back as its value.
  std::string text(const std::function<V(V, V, V)>& f) {
    Tape<double> tape;
    const V result = f(tape.variable(view(A, "A")), tape.variable(view(B, "B")), tape.constant(view(C, "C")));
    const std::string printed = formula_text(result);
    BOOST_TEST(error(calculator(printed), result.value()) < 1e-14, printed << " reads otherwise");
    return printed;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Named)

BOOST_AUTO_TEST_CASE(parentheses_where_needed_and_nowhere_else) {
  const std::pair<std::function<V(V, V, V)>, const char*> table[] = {
      {[](V a, V b, V c) { return a + b + c; }, "A + B + C"},
      {[](V a, V b, V c) { return a - b - c; }, "A - B - C"},
      {[](V a, V b, V c) { return a - (b - c); }, "A - (B - C)"},
      {[](V a, V b, V c) { return (a + b) % c; }, "(A + B) % C"},
      {[](V a, V b, V c) { return a + b % c; }, "A + B % C"},
      {[](V a, V b, V c) { return a / b / c; }, "A / B / C"},
      {[](V a, V b, V c) { return a / (b / c); }, "A / (B / C)"},
      {[](V a, V b, V c) { return a / (b % c); }, "A / (B % C)"},
      {[](V a, V b, V c) { return a % b / c; }, "A % B / C"},
      {[](V a, V b, V c) { return (a + b) * c; }, "(A + B) * C"},
      {[](V a, V b, V c) { return a * b * c; }, "A * B * C"},
      {[](V a, V b, V c) { return a * b + c; }, "A * B + C"},
      {[](V a, V b, V) { return (a + b).t(); }, "(A + B)'"},
      {[](V a, V b, V) { return (a * b).t(); }, "(A * B)'"},
      {[](V a, V b, V) { return a.t() * b.t(); }, "A' * B'"},
      {[](V a, V b, V) { return exp(a + b).t(); }, "exp(A + B)'"},
      {[](V a, V b, V) { return (a + b).t() * b; }, "(A + B)' * B"},
      {[](V a, V b, V) { return -(a + b); }, "-(A + B)"},
      {[](V a, V b, V) { return -a + b; }, "-A + B"},
      {[](V a, V, V) { return (-a).t(); }, "(-A)'"},
      {[](V a, V, V) { return 2 * a; }, "2 * A"},
      {[](V a, V b, V) { return 0.5 * (a + b); }, "0.5 * (A + B)"},
      {[](V a, V b, V) { return accu(a) * b; }, "accu(A) * B"},
      {[](V a, V, V) { return softmax(a, 1); }, "softmax(A, 1)"},
      {[](V a, V, V) { return pow(a + 1, 2.5); }, "pow(A + 1, 2.5)"},
      {[](V a, V b, V) { return (a > b) % a; }, "(A > B) % A"},
  };
  for (const auto& [f, expected] : table) BOOST_TEST(text(f) == expected);
}

BOOST_AUTO_TEST_CASE(mixed_products_read_back_as_they_were_written) {
  const std::function<V(V, V, V)> table[] = {
      [](V a, V b, V c) { return c % (a * b); },
      [](V a, V b, V c) { return (c % a) * b; },
      [](V a, V b, V c) { return c / (a * b); },
      [](V a, V b, V c) { return (c / a) * b; },
      [](V a, V b, V c) { return a * (b % c); },
      [](V a, V b, V c) { return (a * b) % c; },
      [](V a, V b, V) { return (a / b) * 2; },
      [](V a, V b, V) { return a / (b * 2); },
      [](V a, V b, V) { return a / (2 * b); },
      [](V a, V b, V) { return 2 * (a * b); },
      [](V a, V b, V) { return (2 * a) * b; },
      [](V a, V b, V) { return a * (2 * b); },
      [](V a, V b, V) { return accu(a) / 6 * b; },
      [](V a, V b, V) { return -(a % b); },
      [](V a, V b, V) { return (-a) % b; },
      [](V a, V b, V) { return a - -b; },
      [](V a, V, V) { return a + -2; },
      [](V a, V, V) { return a % -2; },
      [](V a, V, V) { return -2 - a; },
      [](V a, V, V) { return 3 / -(-a); },
      [](V a, V b, V c) { return a * (b * c); },
  };
  for (const auto& f : table) text(f);
}

BOOST_AUTO_TEST_CASE(the_gradient_of_softmax_regression_reads_back_as_the_gradient) {
  const double l2 = 0.1;
  const auto loss = [&](auto w) {
    return -accu(view(Y, "Y") % log_softmax(w.t() * view(X, "X"), 0)) / 6 + 0.5 * l2 * accu(square(w));
  };
  const std::string text = derive(loss, W, "W").text();
  BOOST_TEST(text.starts_with("dJ/dW = "));
  check_says(text, {"X", "Y", "W' * X"});
  const mat P = softmax_of(mat(W.t() * X));
  BOOST_TEST(error(calculator(text.substr(8)), mat(X * (P % down(Y) - Y).t() / 6 + l2 * W)) < 1e-14, text);
}

BOOST_AUTO_TEST_CASE(nothing_is_multiplied_by_ones) {
  const auto loss = [&](auto w) { return accu(exp(w) % view(W, "C")); };
  BOOST_TEST(derive(loss, W, "W").right_side == "C % exp(W)");
}

BOOST_AUTO_TEST_CASE(other_gradients_read_back) {
  const auto check = [&](auto loss) {
    const std::string right = derive(loss, W, "W").right_side;
    const mat value = calculator(right), full = expand(value, 4, 3);
    BOOST_TEST(error(full, gradient(loss, W)) < 1e-14, right);
  };
  check([](auto w) { return accu(w); });
  check([](auto w) { return 0.5 * accu(square(w)); });
  check([](auto w) { return accu(exp(w) / (square(w) + 1)); });
  check([](auto w) { return accu(-pow(w, 3) % tanh(w)); });
  check([&](auto w) { return accu((w.t() * view(X, "X")) % view(Y, "Y")); });
  check([&](auto w) { return accu(square(w.each_row() - view(r, "r"))); });
  check([](auto w) { return accu(logsumexp(w, 1)) + accu(square(softmax(w, 0))); });
  check([](auto w) { return accu(square(sum(w, 0))) / 7; });
  check([&](auto w) {
    return accu(w.t() * view(X, "X"));
  });  // X times a matrix of ones, whose shape has to be said
}

BOOST_AUTO_TEST_CASE(leaves_go_by_name_by_number_or_by_shape) {
  Tape<double> tape;
  BOOST_TEST(formula_text(tape.variable(view(W, "weights"))) == "weights");
  BOOST_TEST(formula_text(tape.constant(0.1)) == "0.1");
  BOOST_TEST(formula_text(tape.variable(W)) == "variable_4x3");
  BOOST_TEST(formula_text(tape.constant(W)) == "constant_4x3");
  BOOST_TEST(formula_text(tape.constant(view(W))) == "constant_4x3");
  BOOST_TEST(formula_text(Tape<float>().constant(0.1f)) == "0.1");
}

BOOST_AUTO_TEST_SUITE_END()
