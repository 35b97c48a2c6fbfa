#define BOOST_TEST_MODULE parameters
// Named parameters as one vector and back, of numbers and of Vars; their names in reports and formulas.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::rowvec;
using arma::vec;

template <class X>
std::string text_of(const X& x) {
  std::ostringstream text;
  text << x;
  return text.str();
}

const vec y = {0.5, -1, 2}, start = {0.1, -0.2, 0.3};
const mat A0 = {{2, 0.5}, {-0.3, 1}};
const auto p = parameters("mu", 0.7, "beta", start, "A", A0, "r", rowvec{1, 2});

/// A loss of the vector in which each parameter has a part; r times A is 1 x 2.
template <class Theta>
auto loss(const Theta& theta) {
  const auto [mu, beta, A, r] = p.unpacked(theta);
  return exp(mu) * accu(square(y - beta)) + accu(square(r * A)) + mu * A(1, 0) + 0.1 * arma::dot(theta, theta);
}
/// Its gradient by hand.
vec gradient_by_hand(const vec& theta) {
  const auto [mu, beta, A, r] = p.unpacked(theta);
  const double e = std::exp(mu);
  mat dA = 2 * r.t() * r * A;
  dA(1, 0) += mu;
  return p.packed(e * arma::accu(arma::square(y - beta)) + A(1, 0), 2 * e * (beta - y), dA, rowvec(2 * r * A * A.t())) +
         0.2 * theta;
}

template <class P>
struct Model {
  scalar_of<P> mu;
  vec_of<P> beta;
  mat_of<P> A;
  rowvec_of<P> r;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(round_trip) {
  const vec theta = p.packed();
  BOOST_TEST(p.size() == 10u);
  BOOST_TEST(error(mat(theta), mat(vec{0.7, 0.1, -0.2, 0.3, 2, -0.3, 0.5, 1, 1, 2})) == 0);
  const auto [mu, beta, A, r] = p.unpacked(theta);
  static_assert(std::is_same_v<decltype(mu), const double> && std::is_same_v<decltype(beta), const vec>);
  static_assert(std::is_same_v<decltype(A), const mat> && std::is_same_v<decltype(r), const rowvec>);
  BOOST_TEST(mu == 0.7);
  BOOST_TEST(error(mat(beta), mat(start)) == 0);
  BOOST_TEST(error(A, A0) == 0);
  BOOST_TEST(error(mat(r), mat(rowvec{1, 2})) == 0);
  BOOST_TEST(error(mat(p.packed(mu, beta, A, r)), mat(theta)) == 0);
  // Any vector will do: ensmallen's are matrices, NLopt's std::vectors.
  BOOST_TEST(error(std::get<2>(p.unpacked(mat(theta))), A0) == 0);
  BOOST_TEST(error(std::get<2>(p.unpacked(rowvec(theta.t()))), A0) == 0);
  BOOST_TEST(error(std::get<2>(p.unpacked(2 * theta)), mat(2 * A0)) == 0);
  BOOST_TEST(error(std::get<2>(p.unpacked(theta.subvec(0, 9))), A0) == 0);
  BOOST_TEST(error(std::get<2>(p.unpacked(std::vector<double>(theta.begin(), theta.end()))), A0) == 0);
  BOOST_TEST(error(mat(p.with(-theta).packed()), mat(-theta)) == 0);
  const auto model = p.unpacked<Model<vec>>(theta);
  BOOST_TEST(error(model.A, A0) == 0);
  BOOST_TEST(error(mat(p.packed(model.mu, model.beta, model.A, model.r)), mat(theta)) == 0);
}

BOOST_AUTO_TEST_CASE(of_a_var) {
  Tape<double> tape;
  const ColVar<double> theta = tape.variable(p.packed());
  const auto [mu, beta, A, r] = p.unpacked(theta);
  static_assert(std::is_same_v<decltype(mu), const NumberVar<double>>);
  static_assert(std::is_same_v<decltype(beta), const ColVar<double>>);
  static_assert(std::is_same_v<decltype(A), const Var<double>> && std::is_same_v<decltype(r), const RowVar<double>>);
  BOOST_TEST(error(A.value(), A0) == 0);
  BOOST_TEST(error((mu * A).value(), mat(0.7 * A0)) == 0);  // mu is a number
  BOOST_TEST(error(p.packed(mu, beta, A, r).value(), mat(p.packed())) == 0);
  BOOST_TEST(error(p.packed(0.5, beta, A0, r).value()(0), 0.5) == 0);
  const auto model = p.unpacked<Model<ColVar<double>>>(theta);
  BOOST_TEST(error(model.r.value(), mat(rowvec{1, 2})) == 0);
  for (const Var<double>& other : {Var<double>(theta), Var<double>(theta.t())})
    BOOST_TEST(error(std::get<3>(p.unpacked(other)).value(), mat(rowvec{1, 2})) == 0);
  // What was packed comes back as it was.
  const auto [mu2, beta2, A2, r2] = p.unpacked(p.packed(mu, beta, A, r));
  BOOST_TEST((mu2.index() == mu.index() && beta2.index() == beta.index()));
  BOOST_TEST((A2.index() == A.index() && r2.index() == r.index()));
}

BOOST_AUTO_TEST_CASE(gradients_and_hessians) {
  const vec theta = p.packed();
  const auto f = [](const auto& t) { return loss(t); };
  const auto [J, g] = value_and_gradient(f, theta);
  BOOST_TEST(error(J, loss(theta)) < 1e-14);
  BOOST_TEST(error(mat(g), mat(gradient_by_hand(theta))) < 1e-13);
  const auto [dmu, dbeta, dA, dr] = p.unpacked(g);
  BOOST_TEST(error(dA(1, 0), g(5)) == 0);
  BOOST_TEST(error(mat(dbeta), mat(g(p.span("beta")))) == 0);
  // The Hessian by beta is 2 exp(mu) I, and 0.2 I of the last term.
  const mat H = hessian(f, theta);
  BOOST_TEST(error(mat(H(p.span("beta"), p.span("beta"))), mat((2 * std::exp(0.7) + 0.2) * arma::eye(3, 3))) < 1e-13);
  BOOST_TEST(arma::abs(H(p.span("beta"), p.span("A"))).max() == 0);
  BOOST_TEST(arma::abs(H(p.span("mu"), p.span("beta"))).max() > 0.1);
  const std::vector<double> as_list(theta.begin(), theta.end());
  BOOST_TEST(error(value_and_gradient(f, as_list).second[5], g(5)) == 0);
  auto program = record(f, variables(theta));
  BOOST_TEST(error(mat(program.value_and_gradient(vec(2 * theta)).second), mat(gradient_by_hand(2 * theta))) < 1e-13);
  const std::vector<std::string> labels = {"mu",     "beta(0)", "beta(1)", "beta(2)", "A(0,0)",
                                           "A(1,0)", "A(0,1)",  "A(1,1)",  "r(0)",    "r(1)"};
  BOOST_TEST(p.labels() == labels, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_in_reports) {
  const auto f = [](const auto& t) { return loss(t); };
  const GradientCheck check = check_gradient(f, p);
  BOOST_TEST(check.passed(), check);
  for (const char* row : {"\nmu  ", "\nbeta  ", "\nA  ", "\nr  "}) BOOST_TEST(has(text_of(check), row), check);
  BOOST_TEST(check_gradient(f, p.with(2 * p.packed())).passed());

  const auto plain = [](const vec& t) { return loss(t); };
  const GradientCheck by_hand = check_gradient(plain, gradient_by_hand, p);
  BOOST_TEST(by_hand.passed(), by_hand);
  const auto wrong = [](const vec& t) {
    vec g = gradient_by_hand(t);
    g(p.span("A")) *= 2;
    return g;
  };
  const GradientCheck failed = check_gradient(plain, wrong, p);
  BOOST_TEST((failed.verdict() == Verdict::failed), failed);
  BOOST_TEST(has(text_of(failed), "diagnosis of A: "), failed);
  BOOST_TEST(!has(text_of(failed), "diagnosis of beta"), failed);
}

BOOST_AUTO_TEST_CASE(names_in_formulas) {
  const auto q = parameters("b", vec{1, 2}, "c", 3.0);
  const mat X = uniform(4, 2);
  const vec z = uniform(4, 1);
  const auto f = [&](const auto& theta) {
    const auto [b, c] = q.unpacked(theta);
    return accu(square(view(X, "X") * b + c * view(z, "z")));
  };
  const Formula formula = derive(f, q);
  BOOST_TEST(has(formula.text(), "dJ/db = 2 X' "), formula.text());
  BOOST_TEST(has(formula.text(), "dJ/dc = 2 accu(z % "), formula.text());
  BOOST_TEST(!has(formula.text(), "join"), formula.text());
  BOOST_TEST(!has(formula.text(), "submat"), formula.text());
  // Of a vector that was no parameters': the parts are named where they are taken.
  Tape<double> tape;
  const auto [b, c] = q.unpacked(tape.variable(q.packed()));
  BOOST_TEST(formula_text(accu(b)) != "", formula_text(accu(b)));
}

BOOST_AUTO_TEST_CASE(of_other_kinds) {
  const auto one = parameters("W", mat(2, 3, arma::fill::ones));
  BOOST_TEST(std::get<0>(one.unpacked(one.packed())).n_cols == 3u);
  BOOST_TEST(check_gradient([&](const auto& t) { return accu(square(std::get<0>(one.unpacked(t)))); }, one).passed());
  const auto alone = parameters("v", vec{1, 2, 3});
  BOOST_TEST(has(derive([&](const auto& t) { return accu(square(std::get<0>(alone.unpacked(t)))); }, alone).text(),
                 "dJ/dv = 2 v"));
  const auto number = parameters("s", 2);
  static_assert(std::is_same_v<std::tuple_element_t<0, decltype(number.unpacked(vec{1}))>, double>);
  const auto singles = parameters("a", 1.0, "b", arma::fvec{1, 2});
  static_assert(std::is_same_v<decltype(singles.packed()), arma::fvec>);
  const auto lists = parameters("l", std::vector<double>{1, 2}, "none", vec(), "e", 2 * arma::eye(2, 2));
  const auto [l, none, e] = lists.unpacked(lists.packed());
  static_assert(std::is_same_v<decltype(l), const std::vector<double>>);
  BOOST_TEST((l == std::vector<double>{1, 2} && none.is_empty() && e(1, 1) == 2));
  const vec g = gradient(
      [&](const auto& t) {
        const auto [u, nothing, m] = lists.unpacked(t);
        return accu(u) + accu(nothing) + trace(m);
      },
      lists.packed());
  BOOST_TEST(error(mat(g), mat(vec{1, 1, 1, 0, 0, 1})) == 0);
}

BOOST_AUTO_TEST_CASE(misuse) {
  const std::string all = "mu (1x1), beta (3x1), A (2x2), r (1x2)";
  BOOST_TEST(has(refusal([] { p.unpacked(vec(9)); }), "unpacked at test_parameters.cpp:"));
  BOOST_TEST(has(refusal([] { p.unpacked(vec(9)); }), ": a vector of 9 entries, where " + all + " have 10"));
  BOOST_TEST(has(refusal([] { p.unpacked(mat(2, 5)); }), "not a vector but 2x5"));
  BOOST_TEST(has(refusal([] {
                   Tape<double> tape;
                   p.unpacked(tape.variable(vec(11)));
                 }),
                 "a vector of 11 entries, where " + all + " have 10"));
  BOOST_TEST(has(refusal([] { gradient([](const auto& t) { return loss(t); }, vec(3)); }), "a vector of 3 entries"));
  BOOST_TEST(has(refusal([] { p.packed(0.1, vec(2), A0, rowvec(2)); }), "packed: beta is 3x1, and 2x1 was given"));
  BOOST_TEST(has(refusal([] { p.packed(0.1, start, A0, vec(2)); }), "packed: r is 1x2, and 2x1 was given"));
  BOOST_TEST(has(refusal([] { p.span("gamma"); }), "there is no parameter gamma among " + all));
  BOOST_TEST(has(refusal([] { parameters("a", 1.0, "a", 2.0); }), "two parameters are called a"));
  BOOST_TEST(has(refusal([] { parameters("a", 1.0, "", 2.0); }), "parameter 2 has no name"));
  BOOST_TEST(has(refusal([] { parameters("a", 1.0, "", 2.0); }), "parameters at test_parameters.cpp:"));
  BOOST_TEST(has(refusal([] { parameters("a", vec()).span("a"); }), "a has no entries"));
}

BOOST_AUTO_TEST_SUITE_END()
