#define BOOST_TEST_MODULE custom_operation
#include <armagrad/custom_operation.hpp>

#include "autograd/src/rules/all_rules.hpp"
#include "tests/support/oracle.hpp"

// No using-directive before the rules: what they call is found by its arguments.
namespace elsewhere {

struct LogCosh : armagrad::Elementwise<1> {
  static constexpr auto name = "logcosh";
  static auto value(auto x) { return abs(x) + log1p(exp(-2.0 * abs(x))) - std::numbers::ln2; }
  static auto partials(auto, auto x) { return std::tuple(tanh(x)); }
};

/// x minus its mean along dim.
struct Centred : armagrad::AlongDim {
  static constexpr auto name = "centred";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{armagrad::reads::nothing};
  armagrad::uword dim;
  double n;
  void forward(auto y, auto x) const { y = x - sum_along(x, dim) / n; }
  void reverse(auto dx, auto dy, auto, auto) const { dx += dy - sum_along(dy, dim) / n; }
  std::string parameters() const { return std::to_string(dim); }
};

struct Gram : armagrad::General<1> {
  static constexpr auto name = "gram";
  void forward(auto y, const auto& x) const { y = armagrad::multiply(x, true, x, false); }
  void reverse(auto dx, const auto& dy, const auto&, const auto& x) const {
    dx += armagrad::multiply(x, false, dy, false);
    dx += armagrad::multiply(x, false, dy, true);
  }
  void tangent(auto ty, const auto&, const auto& x, const auto& tx) const { ty = x.t() * tx + tx.t() * x; }
};

/// 0.9 x, which counts how often it was computed.
struct Counted : armagrad::General<1> {
  static constexpr auto name = "counted";
  static constexpr bool multilinear = true;
  static inline int times = 0;
  void forward(auto y, const auto& x) const {
    ++times;
    y = x * 0.9;
  }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const { dx += full(dy) * 0.9; }
};
template <class eT>
armagrad::Var<eT> counted(const armagrad::Var<eT>& x, armagrad::Here at = armagrad::Here::current()) {
  return armagrad::append_node<Counted, eT>({}, x.shape(), at, {&x});
}

template <class eT>
armagrad::Var<eT> logcosh(const armagrad::Var<eT>& x, armagrad::Here at = armagrad::Here::current()) {
  return armagrad::elementwise(LogCosh{}, at, x);
}
template <class eT>
armagrad::Var<eT> centred(const armagrad::Var<eT>& x, armagrad::uword dim,
                          armagrad::Here at = armagrad::Here::current()) {
  return armagrad::append_node<Centred, eT>({{}, dim, double(dim == 0 ? x.n_rows : x.n_cols)}, x.shape(), at, {&x});
}
template <class eT>
armagrad::Var<eT> gram(const armagrad::Var<eT>& x, armagrad::Here at = armagrad::Here::current()) {
  return armagrad::append_node<Gram, eT>({}, armagrad::shape_of(x.n_cols, x.n_cols), at, {&x});
}

}  // namespace elsewhere

using namespace armagrad;
using namespace armagrad::testing;
using elsewhere::centred, elsewhere::gram, elsewhere::logcosh;

namespace {

/// Every reading of f against that of what it is made of.
template <class eT>
void check_same(auto f, auto made_of) {
  const auto x = uniform<eT>(6, 4, -2, 2), v = uniform<eT>(6, 4);
  const double few = 20 * tolerance<eT>;
  const auto loss = [](auto g) { return [g](const Var<eT>& w) { return accu(exp(g(w) / 8)); }; };
  const auto [J, g] = value_and_gradient(loss(f), x);
  const auto [K, h] = value_and_gradient(loss(made_of), x);
  BOOST_TEST(error(double(J), double(K)) <= few);
  BOOST_TEST(error(g, h) <= few);
  BOOST_TEST(error(jvp(f, x, v).second, jvp(made_of, x, v).second) <= few);
  BOOST_TEST(error(hessian_vector_product(loss(f), x, v), hessian_vector_product(loss(made_of), x, v)) <= few);
  const auto report = check_gradient(loss(f), x);
  BOOST_TEST(report.passed(), report);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(custom_operation, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(entry_by_entry, eT, Reals) {
  check_same<eT>([](const auto& x) { return logcosh(x); }, [](const auto& x) { return log(cosh(x)); });
  const arma::Mat<eT> far{-500, 500};
  BOOST_TEST(error(gradient([](const auto& x) { return accu(logcosh(x)); }, far), arma::mat{-1, 1}) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(along_a_dimension, eT, Reals) {
  for (const arma::uword dim : {0, 1}) {
    check_same<eT>([=](const auto& x) { return centred(x, dim); },
                   [=](const auto& x) { return x - spread(mean(x, dim), x.shape()); });
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_whole_matrices, eT, Reals) {
  check_same<eT>([](const auto& x) { return gram(x); }, [](const auto& x) { return x.t() * x; });
}

BOOST_AUTO_TEST_CASE(is_named_in_mistakes_and_formulas) {
  const arma::mat x = uniform(3, 2);
  BOOST_TEST(derive([](auto v) { return accu(square(logcosh(v))); }, x, "x").text().find("logcosh(x)") !=
             std::string::npos);
  Tape<double> tape, other;
  const auto a = tape.variable(x), b = other.variable(x);
  check_says(refusal([&] {
               append_node<elsewhere::Gram, double>({}, {2, 2}, Here::current(), {&a, &b});
             }),
             {"gram at test_custom_operation.cpp:", "different tapes"});
}

BOOST_AUTO_TEST_CASE(the_librarys_own_rules_stay_the_librarys) {
  static_assert(CustomRule<elsewhere::LogCosh> && !CustomRule<rules::Exp> && !CustomRule<rules::SparseProduct<double>>);
  const auto& exp_operation = operation_of<rules::Exp, double>();
  bool found = false;
  for (const auto getter : operations<double, PowerRules>()) found |= &getter() == &exp_operation;
  BOOST_TEST(found);
}

BOOST_AUTO_TEST_CASE(looking_at_values_step_by_step_computes_none_more_than_twice) {
  constexpr int steps = 200;
  Tape<double> tape;
  const Var<double> start = tape.variable(arma::mat(3, 3, arma::fill::ones));
  Var<double> x = start;
  elsewhere::Counted::times = 0;
  double sum = 0;
  for (int k = 0; k < steps; ++k) {
    x = elsewhere::counted(x);
    sum += std::as_const(x)(0, 0).scalar();
  }
  BOOST_TEST(elsewhere::Counted::times <= 2 * steps);
  BOOST_TEST(sum == 9 * (1 - std::pow(.9, steps)), boost::test_tools::tolerance(1e-13));
  tape.backward(accu(x));
  BOOST_TEST(tape.gradient(start)(1, 2) == std::pow(.9, steps), boost::test_tools::tolerance(1e-13));
}

BOOST_AUTO_TEST_SUITE_END()
