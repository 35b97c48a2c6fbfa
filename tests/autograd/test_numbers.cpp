#define BOOST_TEST_MODULE numbers
#include <armagrad/armagrad.hpp>
#include <armagrad/custom_operation.hpp>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <limits>
#include <thread>

#include "autograd/src/kernels/kernel_set.hpp"
#include "autograd/src/rules/all_rules.hpp"
#include "tests/support/oracle.hpp"

// Nodes that are 1x1 go through loops that know the library's rules. What they compute is held against the same
// operation's own functions, and the losses against the same formulas over doubles and against closed forms.

using namespace armagrad;
using namespace armagrad::testing;
using namespace armagrad::detail;

namespace {

/// Whether both are NaN, or differ by rounding.
template <class eT>
bool agree(eT a, eT b) {
  return (a != a && b != b) || a == b ||
         std::abs(a - b) <= 4 * std::numeric_limits<eT>::epsilon() * std::max(eT(1), std::abs(b));
}

template <class eT>
bool same_bits(eT a, eT b) {
  return (a != a && b != b) || std::memcmp(&a, &b, sizeof a) == 0;
}
/// The node that the rule's own code appends is that of the general code, but is computed at once, to the bits that the
/// loop computes.
template <class Rule, class eT>
void check_appended_at_once(Engine<eT>& engine, const std::vector<Index>& x, Index by_general_code) {
  if constexpr (std::is_empty_v<Rule>) {
    const TableOf<Rule, eT> of;
    const auto operand = [&](std::size_t k) { return engine.handle(x[k]); };
    Index y = no_index;
    if constexpr (Rule::arity == 1) {
      y = append_number(of, {}, operand(0)).index();
    } else if constexpr (Rule::arity == 2) {
      // A constant operand is found again where its bits are the same.
      const eT first = engine.number(x[0]), second = engine.number(x[1]);
      const Index left = append_number(of, {}, first, operand(1)).index();
      const Index right = append_number(of, {}, operand(0), second).index();
      BOOST_TEST(engine.node(append_number(of, {}, first, operand(1)).index()).operands[0] ==
                 engine.node(left).operands[0]);
      for (const Index i : {left, right}) BOOST_TEST(same_bits(engine.number(i), engine.number(by_general_code)));
      BOOST_TEST((engine.node(left).wanting == (2 & engine.node(by_general_code).wanting)));
      BOOST_TEST((engine.node(right).wanting == (1 & engine.node(by_general_code).wanting)));
      y = append_number(of, {}, operand(0), operand(1)).index();
    } else {
      y = append_number(of, {}, operand(0), operand(1), operand(2)).index();
    }
    const Node<eT>&quick = engine.node(y), &general = engine.node(by_general_code);
    BOOST_TEST(quick.evaluated);
    BOOST_TEST(quick.is_scalar);
    BOOST_TEST(quick.operation == general.operation);
    BOOST_TEST((quick.code == general.code && quick.operands == general.operands && quick.arity == general.arity));
    BOOST_TEST((quick.wanting == general.wanting && quick.needs_gradient == general.needs_gradient));
    BOOST_TEST((quick.shape == general.shape && quick.storage == no_index && quick.parameters == no_index));
    BOOST_TEST(same_bits(engine.number(y), engine.number(by_general_code)));
  }
}

/// A rule over numbers: the value and the adjoints of its operands as the loop has them, and by the operation's
/// pointers.
template <class Rule, class eT>
void check_rule(const std::array<eT, 3>& at) {
  Tape<eT> tape;
  Engine<eT>& engine = engine_of(tape);
  std::vector<Index> operands;
  for (unsigned k = 0; k < Rule::arity; ++k) operands.push_back(tape.variable(at[k]).index());
  const Var<eT> y = engine.append(Rule(), scalar_shape, operands, {});
  const Operation<eT>& operation = *engine.node(y.index()).operation;
  BOOST_TEST_CONTEXT(Rule::name << " at " << at[0] << ", " << at[1] << ", " << at[2]) {
    BOOST_TEST(int(engine.node(y.index()).code) >= int(NumberCode::first_rule));
    tape.backward(y, true);
    const eT value = operation.value_of_numbers(engine.rule(y.index()), at.data());
    BOOST_TEST(agree(y.scalar(), value), y.scalar() << " " << value);
    check_appended_at_once<Rule>(engine, operands, y.index());
    for (unsigned k = 0; k < Rule::arity; ++k) {
      eT slope =
          operation.flat ? eT(0) : operation.pull_of_numbers(engine.rule(y.index()), k, 1, y.scalar(), at.data());
      const eT g = tape.gradient(engine.handle(operands[k]))(0);
      BOOST_TEST(agree(g, slope), "operand " << k << ": " << g << " " << slope);
    }
  }
}
template <class eT, class... Rules>
void check_rules(RuleList<Rules...>) {
  const eT infinity = std::numeric_limits<eT>::infinity(), nan = std::numeric_limits<eT>::quiet_NaN();
  for (const std::array<eT, 3>& at : {std::array<eT, 3>{.3, .7, .2},
                                      {-.8, .4, 1.5},
                                      {2, 3, -1},
                                      {0, 0, 0},
                                      {1e-30, 1e30, 1},
                                      {infinity, 1, 2},
                                      {nan, 1, 0}})
    (check_rule<Rules, eT>(at), ...);
}

/// Minus the log likelihood of a GARCH(1, 1) process, up to a constant, as it is written over numbers.
template <class T>
T garch(const T& w, const T& a, const T& b, T h, T nll, const std::vector<double>& r) {
  using std::log;
  for (std::size_t t = 1; t < r.size(); ++t) {
    h = w + a * (r[t - 1] * r[t - 1]) + b * h;
    nll = nll + 0.5 * (log(h) + r[t] * r[t] / h);
  }
  return nll;
}
const std::vector<double> returns{.3, -1.2, .7, 2.1, -.4, .1, -.9, 1.6};
double garch_at(const arma::mat& p) { return garch<double>(p(0), p(1), p(2), 1, 0, returns); }
const auto garch_loss = [](const auto& p) {
  return garch<Var<double>>(p(0), p(1), p(2), p.tape().constant(1.), p.tape().constant(0.), returns);
};
const arma::mat garch_start(arma::vec{.1, .15, .7});

}  // namespace

BOOST_AUTO_TEST_CASE(the_loops_compute_what_the_operations_do) {
  check_rules<double>(NumberRules());
  check_rules<float>(NumberRules());
}

BOOST_AUTO_TEST_CASE(a_recursion_over_numbers) {
  const auto [J, g] = value_and_gradient(garch_loss, garch_start);
  BOOST_TEST(J == garch_at(garch_start), boost::test_tools::tolerance(1e-15));
  BOOST_TEST(error(g, differences(garch_at, garch_start)) < 1e-8);
  BOOST_TEST(check_gradient(garch_loss, garch_start).passed());

  auto program = record(garch_loss, variables(garch_start));
  const auto [again, slope] = program.value_and_gradient(garch_start);
  BOOST_TEST(again == J, boost::test_tools::tolerance(1e-15));  // a program fuses products with sums
  BOOST_TEST(error(slope, g) < 1e-15);
  const arma::mat elsewhere = 1.1 * garch_start;
  BOOST_TEST(error(arma::mat(program.value_and_gradient(elsewhere).second), differences(garch_at, elsewhere)) < 1e-8);
}

BOOST_AUTO_TEST_CASE(second_derivatives_of_a_recursion) {
  const arma::mat V(arma::vec{.3, -.2, .5});
  const auto along = [&](const arma::mat& p) { return arma::dot(gradient(garch_loss, p), V); };
  BOOST_TEST(error(hessian_vector_product(garch_loss, garch_start, V), differences(along, garch_start)) < 1e-7);
  BOOST_TEST(error(jvp(garch_loss, garch_start, V).second, arma::mat{along(garch_start) * 1.0}) < 1e-13);
}

BOOST_AUTO_TEST_CASE(an_entry_gets_what_all_its_uses_pass_back) {
  const arma::mat X{{1, 2, 3}, {4, 5, 6}};
  const auto loss = [](const auto& x) { return x(0, 1) * x(1, 2) + x(0, 1) * x(0, 1) + x(4) * accu(square(x)); };
  // J = 12 + 4 + 3 * 91
  const auto [J, g] = value_and_gradient(loss, X);
  BOOST_TEST(J == 289.0);
  arma::mat right = 2 * 3 * X;
  right(0, 1) += 6 + 2 * 2;
  right(1, 2) += 2;
  right(0, 2) += 91;
  BOOST_TEST(error(g, right) == 0);
}

BOOST_AUTO_TEST_CASE(entries_of_what_was_computed) {
  const arma::mat X{{.1, .2}, {.3, .4}};
  const auto loss = [](const auto& x) {
    const auto y = exp(x);
    auto sum = y(0, 0) * y(1, 1);
    for (int k = 0; k < 3; ++k) sum = sum + y(1, 0) / (1.0 + sum);
    return sum;
  };
  BOOST_TEST(check_gradient(loss, X).passed());
}

BOOST_AUTO_TEST_CASE(numbers_between_matrices) {
  const arma::mat X{{1, 2}, {3, 4}};
  const auto loss = [](const auto& x) {
    const auto scale = 1.0 / (1.0 + x(0, 0) * x(1, 1));
    const auto y = scale * x;
    const auto total = accu(square(y));
    return total * log(total) + scale * y(1, 0);
  };
  BOOST_TEST(check_gradient(loss, X).passed());
  auto program = record(loss, variables(X));
  BOOST_TEST(program.value_and_gradient(X).first == value_and_gradient(loss, X).first);
}

BOOST_AUTO_TEST_CASE(an_adjoint_of_zero_stays_zero) {
  // The branch that is not taken has an infinite slope at 0.
  const auto loss = [](const auto& x) {
    const auto v = x(0);
    return where(v > 0.0, sqrt(v), v * 3.0);
  };
  BOOST_TEST(gradient(loss, arma::mat{0.0})(0) == 3);
  BOOST_TEST(gradient(loss, arma::mat{4.0})(0) == .25);
}

BOOST_AUTO_TEST_CASE(gradients_are_asked_for_again) {
  Tape<double> tape;
  const auto x = tape.variable(3.0);
  const auto y = tape.variable(arma::mat{{1, 2}});
  const auto J = x * x * y(1), K = x + y(0);
  tape.backward(J, true);
  BOOST_TEST(J.scalar() == 18);
  BOOST_TEST(tape.gradient(x)(0) == 12);
  BOOST_TEST(error(tape.gradient(y), arma::mat{{0, 9}}) == 0);
  tape.backward(K);
  BOOST_TEST(tape.gradient(x)(0) == 1);
  BOOST_TEST(error(tape.gradient(y), arma::mat{{1, 0}}) == 0);
  tape.backward(J);
  BOOST_TEST(tape.gradient(x)(0) == 12);
}

BOOST_AUTO_TEST_CASE(anomalies_are_named_among_numbers) {
  Tape<double> tape;
  tape.detect_anomalies();
  const auto x = tape.variable(arma::mat{0.0});
  const auto J = log(x(0)) * 2.0;
  BOOST_CHECK_EXCEPTION(tape.backward(J, true), std::runtime_error, [](const std::runtime_error& e) {
    check_says(e.what(), {"log at test_numbers.cpp:", "-inf"});
    return true;
  });
}

namespace {
/// A rule that is not the library's.
struct Cube : Elementwise<1> {
  static constexpr auto name = "cube";
  static auto value(auto x) { return x % x % x; }
  static auto partials(auto, auto x) { return std::tuple(3.0 * x % x); }
};
}  // namespace

BOOST_AUTO_TEST_CASE(rules_from_outside_the_library) {
  const auto loss = [](const auto& x) {
    auto y = x(0);
    for (int k = 0; k < 3; ++k) y = elementwise<Cube>(Here::current(), y) + x(1);
    return y;
  };
  const auto plain = [](const arma::mat& x) {
    double y = x(0);
    for (int k = 0; k < 3; ++k) y = y * y * y + x(1);
    return y;
  };
  const arma::mat at(arma::vec{.9, .3});
  const auto [J, g] = value_and_gradient(loss, at);
  BOOST_TEST(J == plain(at), boost::test_tools::tolerance(1e-15));
  BOOST_TEST(error(g, differences(plain, at)) < 1e-7);
}

BOOST_AUTO_TEST_CASE(an_entry_whose_operation_was_replaced_goes_by_the_new_one) {
  Tape<double> tape;
  const auto x = tape.variable(arma::vec{2, 3});
  const auto entry = x(1);
  Engine<double>& engine = engine_of(tape);
  const Operation<double> same = *engine.node(entry.index()).operation;
  engine.replace_operation(entry.index(), same);
  tape.backward(entry * entry, true);
  BOOST_TEST(tape.gradient(x)(1) == 6);
}

BOOST_AUTO_TEST_CASE(rules_of_the_library_that_loops_do_not_know) {
  const auto loss = [](const auto& x) { return logaddexp(log1mexp(-x(0)), x(1) * x(0)) + log1mexp(-x(1)); };
  const auto plain = [](const arma::mat& x) {
    return std::log(1 - std::exp(-x(0)) + std::exp(x(1) * x(0))) + std::log(1 - std::exp(-x(1)));
  };
  const arma::mat at(arma::vec{.9, .3});
  const auto [J, g] = value_and_gradient(loss, at);
  BOOST_TEST(J == plain(at), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(error(g, differences(plain, at)) < 1e-7);
}

BOOST_AUTO_TEST_CASE(losses_that_call_value_and_gradient_themselves) {
  // The inner call has a tape of its own while the outer one's is in use.
  const auto inner = [](const auto& y) { return accu(square(y)); };
  const auto outer = [&](const auto& x) {
    const arma::mat fixed = gradient(inner, arma::mat{2.0});  // 4
    return x(0) * x(0) * fixed(0);
  };
  BOOST_TEST(gradient(outer, arma::mat{3.0})(0) == 24);
  const auto throws = [](const auto& x) {
    if (x.n_elem == 1) throw std::runtime_error("no");
    return accu(x);
  };
  for (int k = 0; k < 10; ++k) BOOST_CHECK_THROW(gradient(throws, arma::mat{1.0}), std::runtime_error);
  BOOST_TEST(gradient(outer, arma::mat{3.0})(0) == 24);
  release_memory();
  BOOST_TEST(gradient(outer, arma::mat{3.0})(0) == 24);
}

BOOST_AUTO_TEST_CASE(tapes_are_kept_by_each_thread) {
  std::vector<double> slopes(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < slopes.size(); ++t)
    threads.emplace_back([&, t] {
      for (int k = 0; k < 20; ++k) slopes[t] = gradient(garch_loss, arma::mat(garch_start * (1 + .01 * double(t))))(0);
    });
  for (std::thread& t : threads) t.join();
  for (std::size_t t = 0; t < slopes.size(); ++t)
    BOOST_TEST(slopes[t] == gradient(garch_loss, arma::mat(garch_start * (1 + .01 * double(t))))(0));
}

BOOST_AUTO_TEST_CASE(a_var_from_a_call_that_is_over_is_refused) {
  Var<double> kept;
  value_and_gradient(
      [&](const auto& x) {
        kept = x;
        return accu(x);
      },
      arma::mat{1.0});
  // Its tape is the thread's, and was cleared.
  check_says(refusal([&] { kept.value(); }), {"a handle from before its tape was cleared"});
}

BOOST_AUTO_TEST_CASE(a_million_numbers) {
  const auto loss = [](const auto& x) {
    auto y = x(0);
    for (int k = 0; k < 500000; ++k) y = y * 0.999999 + 1e-6;
    return y;
  };
  BOOST_TEST(gradient(loss, arma::mat{1.0})(0) == std::pow(0.999999, 500000), boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(constants_that_numbers_meet_are_shared) {
  Tape<double> tape;
  const NumberVar<double> x = tape.variable(3.0, "x"), z = tape.variable(5.0, "z");
  const std::size_t before = tape.size();
  const NumberVar<double> y = 0.5 * x + 0.5 * z + z / 2.0;
  BOOST_TEST(tape.size() - before == 5 + 2);  // operations, and two constants
  // What a user gets and names is no part of what others read.
  const auto g = gradient(y, x);
  BOOST_TEST(g.scalar() == 0.5);
  tape.named(g, "g");
  const std::string formula = derive<double>(y, {z}).text();
  BOOST_TEST(formula.find('g') == std::string::npos, formula);
  BOOST_TEST(!std::signbit(1 / (NumberVar<double>(x * 0.0) + 0.0).scalar()));
  BOOST_TEST(std::signbit((-0.0 * x).scalar()));  // 0 and -0 are two
}

BOOST_AUTO_TEST_CASE(numbers_that_are_no_nodes_of_one_tape_yet) {
  Tape<double> tape, other;
  const NumberVar<double> x = tape.variable(-3.0), z = other.variable(2.0), free = 4.0;
  ColVar<double> h = join_cols(x, 2 * x);
  h(0) = 7 * x;
  // A part that waits to be read, numbers of no tape, and both.
  BOOST_TEST((h(0) * 2.0).scalar() == -42);
  BOOST_TEST((free * x).scalar() == -12);
  BOOST_TEST((h(1) + free).scalar() == -2);
  BOOST_TEST((free * 2.0).scalar() == 8);
  BOOST_TEST(clamp(h(1), -1.0, free).scalar() == -1);
  // A product of |x| and a constant is none of those whose square is smooth.
  const NumberVar<double> size = abs(x);
  BOOST_TEST((size * 2.0).scalar() == 6);
  BOOST_TEST((size * size).scalar() == 9);
  BOOST_TEST(gradient(gradient(size * size, x), x).scalar() == 2);
  check_says(refusal([&] { x* z; }), {"different tapes"});
  check_says(refusal([&] { h(0) + z; }), {"different tapes"});
  // The tape grows where any of the operands stand.
  NumberVar<double> sum = 0.0;
  for (int k = 0; k < 1000; ++k) sum += double(k) * x;
  BOOST_TEST(sum.scalar() == -3 * 499500.0);
  BOOST_TEST(gradient(sum, x).scalar() == 499500.0);
}
