// Every function and operator, computed and in shape, against Armadillo and the standard library.
#define BOOST_TEST_MODULE calculator_evaluate
#include <armadillo>
#include <boost/math/special_functions/polygamma.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "apps/expression/evaluate.hpp"

using namespace armagrad;
using namespace armagrad::apps;

namespace {

using arma::mat;

constexpr uword d = 4, n = 5, c = 3;

struct Data {
  const mat W, X, Y, A, S, v, r, b;
  const double s = 0.7;

  Data()
      : W(d, c, arma::fill::randn),
        X(d, n, arma::fill::randn),
        Y(c, n, arma::fill::randu),
        A(d, d, arma::fill::randn),
        S(A * A.t() + mat(d, d, arma::fill::eye)),
        v(d, 1, arma::fill::randu),
        r(1, n, arma::fill::randu),
        b(c, 1, arma::fill::randn) {}
};

const Data& data() {
  static const Data data = (arma::arma_rng::set_seed(1), Data());
  return data;
}

const Declarations& declared() {
  static const Size ds = Size::named("d"), ns = Size::named("n"), cs = Size::named("c");
  static const Declarations declarations{{{"W", {ds, cs}},
                                          {"X", {ds, ns}},
                                          {"Y", {cs, ns}},
                                          {"A", {ds, ds}},
                                          {"S", {ds, ds}},
                                          {"v", {ds, 1}},
                                          {"r", {1, ns}},
                                          {"b", {cs, 1}},
                                          {"s", {}}},
                                         {"d", "n", "c"}};
  return declarations;
}

Environment environment(Tape<double>& tape) {
  const Data& D = data();
  return {tape,
          {{"W", tape.variable(D.W)},
           {"X", tape.constant(D.X)},
           {"Y", tape.constant(D.Y)},
           {"A", tape.variable(D.A)},
           {"S", tape.constant(D.S)},
           {"v", tape.constant(D.v)},
           {"r", tape.constant(D.r)},
           {"b", tape.constant(D.b)},
           {"s", tape.constant(D.s)},
           {"d", tape.constant(double(d))},
           {"n", tape.constant(double(n))},
           {"c", tape.constant(double(c))}}};
}

mat value(const std::string& text, uword softmax_dim = 0) {
  Tape<double> tape;
  Environment e = environment(tape);
  e.softmax_dim = softmax_dim;
  return evaluate(parse(text), e).back().value();
}

/// A named size as a number.
uword number(const Size& size) {
  const auto value = [](const std::string& text, auto self) -> double {
    const std::size_t sign = text.find_last_of("+-");
    if (sign != text.npos && sign > 0)
      return self(text.substr(0, sign - 1), self) + (text[sign] == '-' ? -1 : 1) * self(text.substr(sign + 2), self);
    double product = 1;
    std::istringstream words(text);
    for (std::string word; words >> word;)
      product *= word == "d" ? d : word == "n" ? n : word == "c" ? c : std::stod(word);
    return product;
  };
  return uword(value(size.text(), value));
}

mat each(const mat& x, double (*f)(double)) { return mat(x).transform(f); }
mat stacked(double x) { return mat(1, 1, arma::fill::value(x)); }
mat softmax_columns(const mat& x) {
  mat e = arma::exp(x);
  e.each_row() /= arma::rowvec(arma::sum(e, 0));
  return e;
}
double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

struct Case {
  const char* text;
  mat expected;
};

std::vector<Case> cases() {
  const auto& [W, X, Y, A, S, v, r, b, s] = data();
  const mat Wc = W, half = Y / 2, above = Y + 1;
  return {
      // Entry by entry.
      {"abs(W)", arma::abs(W)},
      {"acos(Y)", arma::acos(Y)},
      {"acosh(Y + 1)", arma::acosh(above)},
      {"asin(Y)", arma::asin(Y)},
      {"asinh(W)", arma::asinh(W)},
      {"atan(W)", arma::atan(W)},
      {"atan2(W, 2 W + 1)", arma::atan2(W, mat(2 * W + 1))},
      {"atanh(Y/2)", arma::atanh(half)},
      {"cbrt(W)", each(W, std::cbrt)},
      {"ceil(W)", arma::ceil(W)},
      {"clamp(W, -0.5, s)", arma::clamp(W, -0.5, s)},
      {"cos(W)", arma::cos(W)},
      {"cosh(W)", arma::cosh(W)},
      {"elu(W)", each(W, [](double x) { return x > 0 ? x : std::expm1(x); })},
      {"elu(W, 0.3)", each(W, [](double x) { return x > 0 ? x : 0.3 * std::expm1(x); })},
      {"erf(W)", arma::erf(W)},
      {"erfc(W)", arma::erfc(W)},
      {"exp(W)", arma::exp(W)},
      {"exp10(W)", arma::exp10(W)},
      {"exp2(W)", arma::exp2(W)},
      {"expm1(W)", arma::expm1(W)},
      {"floor(W)", arma::floor(W)},
      {"gelu(W)", each(W, [](double x) { return x / 2 * std::erfc(-x / std::sqrt(2.0)); })},
      {"hypot(W, 2 W)", arma::hypot(W, mat(2 * W))},
      {"leaky_relu(W)", each(W, [](double x) { return x > 0 ? x : 0.01 * x; })},
      {"leaky_relu(W, 0.2)", each(W, [](double x) { return x > 0 ? x : 0.2 * x; })},
      {"lgamma(Y)", arma::lgamma(Y)},
      {"log(Y)", arma::log(Y)},
      {"log10(Y)", arma::log10(Y)},
      {"log1p(Y)", arma::log1p(Y)},
      {"log2(Y)", arma::log2(Y)},
      {"polygamma(1, Y)", each(Y, [](double x) { return boost::math::polygamma(1, x); })},
      {"pow(Y, 2.5)", arma::pow(Y, 2.5)},
      {"pow(Y, Y + 1)", arma::exp(above % arma::log(Y))},
      {"pow(Y, n/2)", arma::pow(Y, 2.5)},
      {"relu(W)", each(W, [](double x) { return std::max(x, 0.0); })},
      {"round(W)", arma::round(W)},
      {"sigmoid(W)", each(W, sigmoid_of)},
      {"sign(W)", arma::sign(W)},
      {"silu(W)", each(W, [](double x) { return x * sigmoid_of(x); })},
      {"sin(W)", arma::sin(W)},
      {"sinh(W)", arma::sinh(W)},
      {"softplus(W)", each(W, [](double x) { return std::log1p(std::exp(x)); })},
      {"sqrt(Y)", arma::sqrt(Y)},
      {"square(W)", arma::square(W)},
      {"stop_gradient(W)", W},
      {"tan(W)", arma::tan(W)},
      {"tanh(W)", arma::tanh(W)},
      {"trunc(W)", arma::trunc(W)},
      {"where(W > 0, W, 2)", each(W, [](double x) { return x > 0 ? x : 2; })},
      {"xlogy(Y, Y + 1)", Y % arma::log(above)},
      // Whole matrices.
      {"accu(W)", stacked(arma::accu(W))},
      {"as_scalar(v' v)", stacked(arma::dot(v, v))},
      {"W(1, 2)", stacked(W(1, 2))},
      {"W(5)", stacked(W(5))},
      {"W.at(d - 1, 0)", stacked(W(3, 0))},
      {"chol(S)", arma::chol(S)},
      {"chol(S, \"lower\")", arma::chol(S, "lower")},
      {"X.col(2)", X.col(2)},
      {"cols(X, 1, n - 2)", X.cols(1, 3)},
      {"cumsum(X)", arma::cumsum(X)},
      {"cumsum(X, 1)", arma::cumsum(X, 1)},
      {"cumsum(X, 0, \"reversed\")", arma::flipud(arma::cumsum(arma::flipud(X)))},
      {"cumsum(X, 1, \"reversed\")", arma::fliplr(arma::cumsum(arma::fliplr(X), 1))},
      {"placed(X, 1, 2, d + 3, n + 2)",
       arma::join_cols(mat(1, 7, arma::fill::zeros), mat(arma::join_rows(mat(d, 2, arma::fill::zeros), X)),
                       mat(2, 7, arma::fill::zeros))},
      {"folded(repmat(X, 2, 3), 2, 3)", 6 * X},
      {"sorted_back(sort(X), X, \"ascend\", 0)", X},
      {"sorted_by(X, X, \"descend\", 1)", arma::sort(X, "descend", 1)},
      {"sorted_back(sort(X, \"descend\", 1), X, \"descend\", 1)", X},
      {"det(A)", stacked(arma::det(A))},
      {"diagmat(v)", arma::diagmat(v)},
      {"diagmat(A)", arma::diagmat(A)},
      {"diagvec(A)", arma::diagvec(A)},
      {"diag(A)", arma::diagvec(A)},
      {"A + 2*I", A + 2 * mat(arma::size(A), arma::fill::eye)},
      {"I'*A*(3*I)", 3 * A},
      {"dot(W, W)", stacked(arma::accu(W % W))},
      {"X.each_col() + v", X.each_col() + arma::vec(v)},
      {"v - X.each_col()", arma::repmat(v, 1, n) - X},
      {"X.each_row() % r", X.each_row() % arma::rowvec(r)},
      {"X.each_row() / r", X.each_row() / arma::rowvec(r)},
      {"eig_sym(S)", arma::eig_sym(S)},
      {"expmat(A)", arma::expmat(A)},
      {"cosmat(A)", arma::real(arma::expmat(arma::cx_mat(0 * A, A)))},
      {"sinmat(A)", arma::imag(arma::expmat(arma::cx_mat(0 * A, A)))},
      {"eye(d, n)", mat(d, n, arma::fill::eye)},
      {"first_max(X)", arma::conv_to<mat>::from(X == arma::repmat(arma::max(X, 0), d, 1))},
      {"first_max(X, 1)", arma::conv_to<mat>::from(X == arma::repmat(arma::max(X, 1), 1, n))},
      {"index_max(v)", stacked(double(v.index_max()))},
      {"index_min(v)", stacked(double(v.index_min()))},
      {"unit(d, 1)", mat(mat(d, d, arma::fill::eye).col(1))},
      {"X.head_cols(2)", X.head_cols(2)},
      {"head_rows(X, 2)", X.head_rows(2)},
      {"inv(A)", arma::inv(A)},
      {"inv_sympd(S)", arma::inv(S)},
      {"join_cols(X, X, r)", arma::join_cols(X, X, r)},
      {"join_rows(X, W, A, v)", arma::join_rows(X, W, A, v)},
      {"kron(W, b)", arma::kron(W, b)},
      {"log_det(A)", stacked(std::log(std::abs(arma::det(A))))},
      {"log_det_sympd(S)", stacked(std::log(arma::det(S)))},
      {"log_softmax(X)", arma::log(softmax_columns(X))},
      {"log_softmax(X, 1)", arma::log(softmax_columns(X.t())).t()},
      {"logmat(S)", arma::logmat_sympd(S)},
      {"logsumexp(X)", arma::log(arma::sum(arma::exp(X), 0))},
      {"logsumexp(X, 1)", arma::log(arma::sum(arma::exp(X), 1))},
      {"max(X)", arma::max(X)},
      {"max(X, 1)", arma::max(X, 1)},
      {"max(X, -X)", arma::abs(X)},
      {"max(v)", stacked(v.max())},
      {"mean(X)", arma::mean(X)},
      {"mean(X, 1)", arma::mean(X, 1)},
      {"mean(r)", stacked(arma::accu(r) / n)},
      {"min(X, 0)", arma::min(X, 0)},
      {"min(X, -X)", -arma::abs(X)},
      {"norm(W, \"fro\")", stacked(arma::norm(W, "fro"))},
      {"norm(v)", stacked(arma::norm(v))},
      {"norm(v, 1)", stacked(arma::norm(v, 1))},
      {"norm(W, \"inf\")", stacked(arma::norm(W, "inf"))},
      {"normalise(X)", arma::normalise(X)},
      {"normalise(X, 1, 1)", arma::normalise(X, 1, 1)},
      {"ones(d, n)", mat(d, n, arma::fill::ones)},
      {"pinv(W)", arma::pinv(W)},
      {"eigenvectors(S)*diagmat(eig_sym(S))*eigenvectors(S)'", S},
      {"over_gaps(A, v) % (ones(d, 1)*v' - v*ones(1, d) + eye(d, d))", A},
      {"reverse(X)", arma::reverse(X, 0)},
      {"sqrtmat_sympd(S)*sqrtmat_sympd(S)", S},
      {"prod(X)", arma::prod(X)},
      {"prod(X, 1)", arma::prod(X, 1)},
      {"repmat(X, 2, 3)", arma::repmat(X, 2, 3)},
      {"reshape(X, n, d)", arma::reshape(X, n, d)},
      {"X.row(d - 1)", X.row(3)},
      {"X.rows(1, 2)", X.rows(1, 2)},
      {"softmax(X)", softmax_columns(X)},
      {"softmax(X, 1)", softmax_columns(X.t()).t()},
      {"solve(A, X)", arma::inv(A) * X},
      {"solve(W, X)", arma::pinv(W) * X},
      {"sort(X)", arma::sort(X)},
      {"sort(X, \"descend\", 1)", arma::sort(X, "descend", 1)},
      {"stddev(X)", arma::stddev(X)},
      {"stddev(X, 1, 1)", arma::stddev(X, 1, 1)},
      {"submat(X, 1, 0, 2, n - 1)", X.submat(1, 0, 2, 4)},
      {"sum(X)", arma::sum(X)},
      {"sum(X, 1)", arma::sum(X, 1)},
      {"sum(v)", stacked(arma::accu(v))},
      {"svd(A)", arma::svd(A)},
      {"left_vectors(A)*diagmat(svd(A))*right_vectors(A)'", A},
      {"syl(A, eye(n, n), X)", arma::syl(A, mat(n, n, arma::fill::eye), X)},
      {"X.tail_cols(2)", X.tail_cols(2)},
      {"X.tail_rows(1)", X.tail_rows(1)},
      {"trace(A)", stacked(arma::trace(A))},
      {"trans(X)", X.t()},
      {"trimatl(A)", arma::trimatl(A)},
      {"trimatu(A)", arma::trimatu(A)},
      {"var(X)", arma::var(X)},
      {"var(X, 1, 1)", arma::var(X, 1, 1)},
      {"vecnorm(X)", arma::sqrt(arma::sum(X % X, 0))},
      {"vecnorm(X, 1, 1)", arma::sum(arma::abs(X), 1)},
      {"vectorise(X)", arma::vectorise(X)},
      {"vectorise(X, 1)", arma::vectorise(X, 1)},
      {"zeros(2, d n)", mat(2, 20, arma::fill::zeros)},
      // Operators.
      {"W + 2*W - s", W + 2 * W - s},
      {"W % W / (W + 9)", W % W / (W + 9)},
      {"W' * X", W.t() * X},
      {"-W'", -W.t()},
      {"A^-1 X", arma::inv(A) * X},
      {"A^3", A * A * A},
      {"s^2 + s^-1", stacked(s * s + 1 / s)},
      {"n^(1/2)", stacked(std::sqrt(5.0))},
      {"Y.^1.5", arma::pow(Y, 1.5)},
      {"W > s", arma::conv_to<mat>::from(W > s)},
      {"W < s", arma::conv_to<mat>::from(W < s)},
      {"round(W) >= 0", arma::conv_to<mat>::from(arma::round(W) >= 0)},
      {"round(W) <= 0", arma::conv_to<mat>::from(arma::round(W) <= 0)},
      {"round(W) == 0", arma::conv_to<mat>::from(arma::round(W) == 0)},
      {"round(W) != 0", arma::conv_to<mat>::from(arma::round(W) != 0)},
      // A matrix of one entry is a number.
      {"v' v X", arma::dot(v, v) * X},
      {"X / (r r')", X / arma::dot(r, r)},
      {"1/n X (softmax(W' X) - Y)' + s W", X * (softmax_columns(W.t() * X) - Y).t() / n + s * W},
      {"P = softmax(W' X)\nR = P - Y\ndJ/dW = 1/n X R' + s W", X * (softmax_columns(W.t() * X) - Y).t() / n + s * W},
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_function_computes_what_armadillo_does_and_has_the_shape_foretold) {
  std::set<std::string> tried;
  for (const Case& t : cases()) {
    BOOST_TEST_CONTEXT(t.text) {
      const mat y = value(t.text);
      BOOST_REQUIRE((arma::size(y) == arma::size(t.expected)));
      BOOST_TEST(arma::norm(y - t.expected, "inf") <= 1e-13 * (1 + arma::norm(t.expected, "inf")));
      const Syntax syntax = parse(t.text);
      const Sides sides = shapes_of(syntax, declared()).back();
      BOOST_TEST(number(sides.rows) == y.n_rows);
      BOOST_TEST(number(sides.cols) == y.n_cols);
      for (const Term& term : syntax.terms) {
        if (term.kind == Term::Kind::call) tried.insert(term.text);
      }
    }
  }
  for (const auto& list : {elementwise_functions(), matrix_functions(), operators()}) {
    for (const Function& f : list) BOOST_TEST(tried.count(std::string(f.name())) == 1u, f.usage << " was not tried");
  }
}

BOOST_AUTO_TEST_CASE(softmax_goes_along_the_environments_dimension_where_none_is_said) {
  const mat& X = data().X;
  BOOST_TEST(arma::approx_equal(value("softmax(X)", 1), softmax_columns(X.t()).t(), "absdiff", 1e-15));
  BOOST_TEST(arma::approx_equal(value("softmax(X, 0)", 1), softmax_columns(X), "absdiff", 1e-15));
  BOOST_TEST(arma::approx_equal(value("logsumexp(X)", 1), arma::log(arma::sum(arma::exp(X), 1)), "absdiff", 1e-14));
  BOOST_TEST(arma::approx_equal(value("sum(X)", 1), arma::sum(X, 0), "absdiff", 1e-15));
  Declarations rows = declared();
  rows.softmax_dim = 1;
  BOOST_TEST(shapes_of(parse("logsumexp(X)"), rows).back().text() == "d x 1");
}

BOOST_AUTO_TEST_CASE(what_is_evaluated_can_be_differentiated) {
  Tape<double> tape;
  const Environment e = environment(tape);
  const Var<double> J = evaluate(parse("0.5*accu(square(W' X)) + s trace(A)"), e).back();
  tape.backward(J);
  const auto& [W, X, Y, A, S, v, r, b, s] = data();
  BOOST_TEST(arma::approx_equal(tape.gradient(e.names.at("W")), mat(X * X.t() * W), "reldiff", 1e-13));
  BOOST_TEST(arma::approx_equal(tape.gradient(e.names.at("A")), mat(s * mat(d, d, arma::fill::eye)), "absdiff", 1e-15));
}

BOOST_AUTO_TEST_CASE(refusals_of_the_library_have_a_place) {
  const std::pair<const char*, const char*> table[] = {
      {"2 + W*X", "W*X: matmul: incompatible matrix dimensions: 4x3 and 4x5\n  2 + W*X\n       ^"},
      {"W + X", "W + X: addition: incompatible matrix dimensions: 4x3 and 4x5\n  W + X\n    ^"},
      {"unknown", "unknown name 'unknown'\n  unknown\n  ^^^^^^^"},
      {"clamp(X, 1, 0)", "clamp(X, 1, 0): clamp: min_val must be less than max_val\n  clamp(X, 1, 0)\n  ^^^^^"},
      {"clamp(X, 0, W)", "clamp(X, 0, W): a number was expected\n  clamp(X, 0, W)\n  ^^^^^"},
      {"ones(s, 1)", "ones(s, 1): a whole number was expected, not 0.7\n  ones(s, 1)\n  ^^^^"},
      {"ones(1e5, 1e5)", "ones(1e5, 1e5): a matrix of more than 1e+08 entries\n  ones(1e5, 1e5)\n  ^^^^"},
      {"repmat(X, 1e5, 1e5)",
       "repmat(X, 1e5, 1e5): a matrix of more than 1e+08 entries\n  repmat(X, 1e5, 1e5)\n  ^^^^^^"},
      {"X^2.5", "X^2.5: a matrix's exponent is a whole number from 1 to 100, or from -1 to -100\n  X^2.5\n   ^"},
      {"chol(S, 1)", "chol(S, 1): a text in quotes was expected\n  chol(S, 1)\n  ^^^^"},
      {"exp(\"a\")", "exp(\"a\"): a text in quotes cannot stand here\n  exp(\"a\")\n  ^^^"},
      {"X.each_col() + r",
       "X.each_col() + r: incompatible matrix dimensions: 4x1 and 1x5\n  X.each_col() + r\n               ^"},
      {"X.each_col()", "each_row() and each_col() are followed by + - % or /\n  X.each_col()\n    ^^^^^^^^"},
  };
  for (const auto& [text, expected] : table) {
    std::string message = "nothing";
    try {
      value(text);
    } catch (const ExpressionError& error) {
      message = marked(error, text);
    }
    BOOST_TEST(message == expected);
  }
}

BOOST_AUTO_TEST_CASE(an_expression_of_many_terms_takes_no_time_and_no_stack) {
  std::string text = "accu(X)";
  for (unsigned i = 0; i < 50'000; ++i) text += " + s";
  BOOST_TEST(std::abs(value(text)(0) - arma::accu(data().X) - 50'000 * data().s) < 1e-6);
}
