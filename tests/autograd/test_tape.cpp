#define BOOST_TEST_MODULE tape
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

const arma::mat A{{1, 2, 3}, {4, 5, 6}};
const arma::mat B{{0.5, -1, 2}, {3, 0.25, -2}};

bool same_bits(const arma::mat& a, const arma::mat& b) {
  return arma::size(a) == arma::size(b) && std::memcmp(a.memptr(), b.memptr(), a.n_elem * sizeof(double)) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_computed_until_asked_for) {
  Tape<double> tape;
  const auto x = tape.variable(A);
  const auto used = exp(x), unused = square(x), beyond = used + 1.0;
  const auto evaluated = [&](const auto& v) { return node_of(v).evaluated; };
  BOOST_TEST(!evaluated(used));
  BOOST_TEST(error(used.value(), arma::mat(arma::exp(A))) < 1e-15);
  BOOST_TEST(evaluated(used));
  BOOST_TEST(!evaluated(unused));
  BOOST_TEST(!evaluated(beyond));
}

BOOST_AUTO_TEST_CASE(backward_computes_only_what_it_needs) {
  Tape<double> tape;
  const arma::mat X = arma::repmat(A, 3, 3);
  const auto x = tape.variable(X);
  const auto summed = square(x);
  const auto J = accu(summed);
  const auto elsewhere = exp(x);
  tape.backward(J);
  BOOST_TEST(!node_of(summed).evaluated);
  BOOST_TEST(!node_of(J).evaluated);
  BOOST_TEST(!node_of(elsewhere).evaluated);
  BOOST_TEST(error(tape.gradient(x), arma::mat(2 * X)) == 0);
  tape.backward(J, true);
  BOOST_TEST(bool(node_of(J).evaluated));
  BOOST_TEST(!node_of(summed).evaluated);  // an accu takes its sum on the fly
}

BOOST_AUTO_TEST_CASE(matrices_of_few_entries_are_swept_without_a_plan) {
  Tape<double> tape;
  const auto x = tape.variable(A);
  const auto summed = square(x);
  const auto J = accu(summed);
  for (int pass = 0; pass < 2; ++pass) {
    tape.backward(J, true);
    BOOST_TEST(bool(node_of(summed).evaluated));  // though an accu does not need it
    BOOST_TEST(J.scalar() == arma::accu(arma::square(A)));
    BOOST_TEST(error(tape.gradient(x), arma::mat(2 * A)) == 0);
  }
}

BOOST_AUTO_TEST_CASE(what_a_root_does_not_need_is_right_when_it_is_asked_for) {
  for (const int numbers : {1, 100}) {
    Tape<double> tape;
    const auto x = tape.variable(A);
    const auto refused = inv(x * x.t() - x * x.t());
    const auto elsewhere = 2.0 * accu(exp(x)) + exp(x)(1);
    auto J = x(1) * 3.0;
    for (int k = 0; k < numbers; ++k) J = J + x(0) * 2.0;
    tape.backward(J, true);
    BOOST_TEST(!node_of(refused).evaluated);
    BOOST_TEST(J.scalar() == 12.0 + 2 * numbers);  // A is column by column 1, 4, ...
    BOOST_TEST(error(tape.gradient(x), arma::mat{{2.0 * numbers, 0, 0}, {3, 0, 0}}) == 0);
    BOOST_TEST(elsewhere.scalar() == 2 * arma::accu(arma::exp(A)) + std::exp(4.0), boost::test_tools::tolerance(1e-15));
    const auto K = accu(refused) + J;
    BOOST_CHECK_THROW(tape.backward(K, true), std::runtime_error);
    tape.backward(J, true);
    BOOST_TEST(error(tape.gradient(x), arma::mat{{2.0 * numbers, 0, 0}, {3, 0, 0}}) == 0);
  }
}

BOOST_AUTO_TEST_CASE(numbers_wait_for_matrices_that_were_computed_meanwhile) {
  Tape<double> tape;
  const auto x = tape.variable(A);
  const auto y = exp(x);
  const auto z = y(1) * y(1);
  BOOST_TEST(error(y.value(), arma::mat(arma::exp(A))) < 1e-15);
  tape.backward(z, true);
  BOOST_TEST(z.scalar() == std::exp(2 * A(1)), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(tape.gradient(x)(1) == 2 * std::exp(2 * A(1)), boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(what_is_symmetric_by_construction_is_known_to_be) {
  Tape<double> tape;
  const auto x = tape.variable(A);
  const auto is_symmetric = [](const auto& y) { return bool(node_of(y).is_symmetric); };
  const auto S = x * x.t();
  BOOST_TEST(is_symmetric(S));
  BOOST_TEST(is_symmetric(exp(S) + 2.0 * S));
  BOOST_TEST(is_symmetric(S % accu(x)));
  BOOST_TEST(!is_symmetric(S + x.head_cols(2)));
  BOOST_TEST(!is_symmetric(exp(x)));
}

BOOST_AUTO_TEST_CASE(sides_of_more_than_32_bits_are_refused) {
  const arma::uword most = UINT32_MAX;
  BOOST_TEST((shape_of(most, most) == Shape{UINT32_MAX, UINT32_MAX}));
  BOOST_CHECK_THROW((void)shape_of(most + 1, 1), std::length_error);
  BOOST_CHECK_THROW((void)shape_of(1, most + 1), std::length_error);
}

BOOST_AUTO_TEST_CASE(values_and_scalars) {
  Tape<double> tape;
  const auto x = tape.variable(A);
  const auto number = tape.constant(2.5);
  BOOST_TEST(error(x.value(), A) == 0);
  BOOST_TEST(error(tape.value(x % B), arma::mat(A % B)) == 0);
  BOOST_TEST(number.scalar() == 2.5);
  BOOST_TEST(accu(x).scalar() == 21.0);
  BOOST_TEST(error(accu(x).value(), arma::mat{21.0}) == 0);
  const auto y = exp(x);
  check_says(refusal([&] { y.scalar(); }), {"scalar at test_tape.cpp:", "expected 1x1, got 2x3"});
}

BOOST_AUTO_TEST_CASE(backward_starts_from_zero_each_time) {
  Tape<double> tape;
  const auto x = tape.variable(A), y = tape.variable(B);
  const auto J = accu(exp(x) % y) + dot(x, x), K = 3.0 * accu(y);
  tape.backward(J);
  const arma::mat dx = tape.gradient(x), dy = tape.gradient(y);
  BOOST_TEST(error(dx, arma::mat(arma::exp(A) % B + 2 * A)) < 1e-15);
  tape.backward(J);
  BOOST_TEST(same_bits(tape.gradient(x), dx));
  BOOST_TEST(same_bits(tape.gradient(y), dy));
  tape.backward(K);
  BOOST_TEST(error(tape.gradient(x), arma::mat(2, 3, arma::fill::zeros)) == 0);
  BOOST_TEST(error(tape.gradient(y), filled(2, 3, 3.0)) == 0);
  tape.backward(J);
  BOOST_TEST(same_bits(tape.gradient(x), dx));
  const std::size_t bytes = tape.bytes();
  for (int i = 0; i < 3; ++i) tape.backward(J), tape.gradient(x);
  BOOST_TEST(tape.bytes() == bytes);
}

BOOST_AUTO_TEST_CASE(gradient_of_what_the_root_does_not_depend_on_is_zeros) {
  Tape<double> tape;
  const auto x = tape.variable(A);
  const auto number = tape.variable(3.0);
  tape.backward(accu(tape.constant(B)));
  BOOST_TEST(error(tape.gradient(x), arma::mat(2, 3, arma::fill::zeros)) == 0);
  BOOST_TEST(error(tape.gradient(number), arma::mat{0.0}) == 0);
}

BOOST_AUTO_TEST_CASE(the_root_may_be_a_variable) {
  Tape<double> tape;
  const auto x = tape.variable(3.0);
  const auto one_by_one = tape.variable(arma::mat{2.0});
  tape.backward(x);
  BOOST_TEST(tape.gradient(x)(0) == 1.0);
  tape.backward(one_by_one);
  BOOST_TEST(tape.gradient(x)(0) == 0.0);
  BOOST_TEST(tape.gradient(one_by_one)(0) == 1.0);
}

BOOST_AUTO_TEST_CASE(gradient_stays_right_while_more_is_recorded) {
  Tape<double> tape;
  const auto x = tape.variable(A);
  const auto grow = [&] {  // so far that the nodes move and their old memory is unmapped
    for (int i = 0; i < 100'000; ++i) tape.constant(1.0);
  };
  grow();
  tape.backward(2.0 * accu(x));
  grow();
  grow();
  BOOST_TEST(error(tape.gradient(x), filled(2, 3, 2.0)) == 0);
}

BOOST_AUTO_TEST_CASE(a_cleared_tape_gives_the_same_again_without_growing) {
  Tape<double> tape;
  const arma::mat X = uniform(40, 30), W0 = uniform(40, 7);
  const auto step = [&] {
    tape.clear();
    const auto W = tape.variable(W0);
    const auto J = -accu(log_softmax(W.t() * X, 0)) + 0.1 * accu(square(W));
    tape.backward(J, true);
    return std::pair(J.scalar(), arma::mat(tape.gradient(W)));
  };
  const auto [J, g] = step();
  const std::size_t bytes = tape.bytes(), size = tape.size();
  BOOST_TEST(bytes > X.n_elem * sizeof(double));
  for (int i = 0; i < 5; ++i) {
    const auto [again, dW] = step();
    BOOST_TEST(again == J);
    BOOST_TEST(same_bits(dW, g));
    BOOST_TEST(tape.bytes() == bytes);
    BOOST_TEST(tape.size() == size);
  }
  tape.clear();
  BOOST_TEST(tape.size() == 0U);
}

namespace {

using V = Var<double>;
struct Misuse {
  const char* name;
  std::function<void(const V& a, const V& b)> run;  // a is 2x3, b is 3x2
  std::vector<std::string> says;
};

std::string here(unsigned line) { return "test_tape.cpp:" + std::to_string(line); }

V stale_handle(Tape<double>& tape) {
  const V x = tape.variable(A);
  tape.clear();
  return x;
}

}  // namespace

BOOST_AUTO_TEST_CASE(misuse_names_the_operation_the_shapes_and_the_line) {
  // clang-format off
  const Misuse table[] = {
      {"+", [](V a, V b) { a + b; }, {"addition at " + here(__LINE__), "2x3 and 3x2"}},
      {"-", [](V a, V b) { b - a; }, {"subtraction at " + here(__LINE__), "3x2 and 2x3"}},
      {"%", [](V a, V b) { a % b; }, {"element-wise multiplication at " + here(__LINE__), "2x3 and 3x2"}},
      {"/", [](V a, V b) { a / b; }, {"element-wise division at " + here(__LINE__), "2x3 and 3x2"}},
      {"*", [](V a, V) { (void)(a * a); }, {"matmul at " + here(__LINE__), "2x3 and 2x3"}},
      {"'*", [](V a, V b) { a.t() * b; }, {"matmul at " + here(__LINE__), "3x2 and 3x2"}},
      {"constant", [](V, V b) { A + b; }, {"addition at " + here(__LINE__), "2x3 and 3x2"}},
      {"expression", [](V a, V) { a % A.t(); }, {"element-wise multiplication at " + here(__LINE__), "2x3 and 3x2"}},
      {"each_row", [](V a, V b) { a.each_row() + b; }, {"each_row() at " + here(__LINE__), "expected 1x3, got 3x2"}},
      {"each_col", [](V a, V b) { b / a.each_col(); }, {"each_col() at " + here(__LINE__), "expected 2x1, got 3x2"}},
      {"sum", [](V a, V) { sum(a, 2); }, {"sum at " + here(__LINE__), "dim must be 0 or 1"}},
      {"max", [](V a, V) { max(a.tape().variable(arma::mat(0, 3)), 0); }, {"max at " + here(__LINE__), "no elements"}},
      {"root", [](V a, V) { a.tape().backward(exp(a)); }, {"backward at " + here(__LINE__), "2x3", "exp"}},
      {"result", [](V a, V) { a.tape().gradient(exp(a)); }, {"gradient at " + here(__LINE__), "not a variable", "exp"}},
      {"constant's gradient", [](V a, V) { a.tape().gradient(a.tape().constant(A)); }, {"gradient", "constant"}},
      {"empty +", [](V a, V) { a + V(); }, {"empty Var"}},
      {"empty exp", [](V, V) { exp(V()); }, {"empty Var"}},
      {"empty t", [](V, V) { V().t(); }, {"empty Var"}},
      {"empty accu", [](V, V) { accu(V()); }, {"empty Var"}},
      {"empty value", [](V, V) { V().value(); }, {"empty Var"}},
      {"empty root", [](V a, V) { a.tape().backward(V()); }, {"empty Var"}},
  };
  // clang-format on
  for (const Misuse& m : table) {
    BOOST_TEST_CONTEXT(m.name) {
      Tape<double> tape;
      const V a = tape.variable(A), b = tape.variable(arma::mat(B.t()));
      check_says(refusal([&] { m.run(a, b); }), m.says);
      tape.backward(accu(a % b.t()));  // the tape is as good as before
      BOOST_TEST(error(tape.gradient(a), B) == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(handles_of_other_tapes_and_of_cleared_tapes_are_refused) {
  const Misuse table[] = {
      // a is of another tape, or of a cleared one; b of a living one
      {"+", [](V a, V b) { b + a; }, {"addition at " + here(__LINE__)}},
      {"*", [](V a, V b) { (void)(b * a); }, {"matmul at " + here(__LINE__)}},
      {"dot", [](V a, V b) { dot(b, a); }, {here(__LINE__)}},
      {"each_row", [](V a, V b) { b.each_row() % a; }, {"element-wise multiplication at " + here(__LINE__)}},
      {"value", [](V a, V b) { b.tape().value(a); }, {"value"}},
      {"scalar", [](V a, V b) { b.tape().scalar(a); }, {"scalar"}},
      {"backward", [](V a, V b) { b.tape().backward(a); }, {"backward"}},
      {"gradient", [](V a, V b) { b.tape().gradient(a); }, {"gradient"}},
      {"recording", [](V a, V b) { gradient(accu(b), a); }, {"gradient"}},
  };
  for (const Misuse& m : table) {
    BOOST_TEST_CONTEXT(m.name) {
      Tape<double> tape, other;
      const V stale = stale_handle(tape), foreign = other.variable(A), b = tape.variable(A);
      check_says(refusal([&] { m.run(foreign, b); }), m.says);
      check_says(refusal([&] { m.run(foreign, b); }), {"different tapes"});
      check_says(refusal([&] { m.run(stale, b); }), m.says);
      check_says(refusal([&] { m.run(stale, b); }), {"cleared"});
      tape.backward(accu(b));
      BOOST_TEST(error(tape.gradient(b), arma::mat(2, 3, arma::fill::ones)) == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_handle_of_a_dead_tape_is_told_from_those_of_the_next_at_its_address) {
  alignas(Tape<double>) std::byte place[sizeof(Tape<double>)];
  auto* tape = new (place) Tape<double>;
  const auto x = tape->variable(A);
  tape->~Tape();
  tape = new (place) Tape<double>;
  const auto y = tape->variable(B);
  BOOST_TEST(y.index() == x.index());
  check_says(refusal([&] { x.value(); }), {"a handle from before its tape was cleared"});
  check_says(refusal([&] { y + x; }), {"a handle from before its tape was cleared"});
  tape->~Tape();
}

// Functions that are made of others: each of their nodes is of the line where the user called them.
BOOST_AUTO_TEST_CASE(nodes_of_composed_functions_have_the_users_line) {
  const auto at_line = [](int line, auto f) {
    Tape<double> tape;
    const auto x = tape.variable(arma::mat{{4, 1, 0}, {1, 3, 1}, {0, 1, 2}});
    const Index first = Index(tape.size());
    f(x);
    BOOST_TEST(tape.size() > first);
    for (Index i = first; i < tape.size(); ++i) {
      const Node<double>& n = engine_of(tape).node(i);
      const Location at = engine_of(tape).at(i);
      if (n.arity == 0) continue;  // a constant
      BOOST_TEST(std::string(at.file()).ends_with("test_tape.cpp"), n.operation->name << " of " << at.file());
      BOOST_TEST(int(at.line()) == line, n.operation->name);
    }
  };
  at_line(__LINE__, [](V x) { mean(x); });
  at_line(__LINE__, [](V x) { mean(x, 1); });
  at_line(__LINE__, [](V x) { mean(vectorise(x)); });
  at_line(__LINE__, [](V x) { prod(x); });
  at_line(__LINE__, [](V x) { prod(x, 1); });
  at_line(__LINE__, [](V x) { normalise(x); });
  at_line(__LINE__, [](V x) { normalise(x, 1); });
  at_line(__LINE__, [](V x) { norm(x); });
  at_line(__LINE__, [](V x) { norm(x, 1); });
  at_line(__LINE__, [](V x) { norm(x, "fro"); });
  at_line(__LINE__, [](V x) { norm(x, "inf"); });
  at_line(__LINE__, [](V x) { vecnorm(x, 1); });
  at_line(__LINE__, [](V x) { diagmat(x); });
  at_line(__LINE__, [](V x) { diagmat(x.row(0)); });
  at_line(__LINE__, [](V x) { kron(x, x); });
  at_line(__LINE__, [](V x) { repmat(x, 2, 2); });
  at_line(__LINE__, [](V x) { repmat(x.row(0), 2, 1); });
  at_line(__LINE__, [](V x) { dot(x, x.t()); });
  at_line(__LINE__, [](V x) { trace(x); });
  at_line(__LINE__, [](V x) { x.each_row() + x.row(1); });
  at_line(__LINE__, [](V x) { vectorise(x, 1); });
  at_line(__LINE__, [](V x) { square(norm(x, "fro")); });
  at_line(__LINE__, [](V x) { chol(x); });
  at_line(__LINE__, [](V x) { solve(x, x); });
  at_line(__LINE__, [](V x) { pinv(x); });
  at_line(__LINE__, [](V x) { expmat(x); });
  at_line(__LINE__, [](V x) { logmat(x); });
  at_line(__LINE__, [](V x) { sinmat(x); });
  at_line(__LINE__, [](V x) { cosmat(x); });
  at_line(__LINE__, [](V x) { eig_sym(x); });
  at_line(__LINE__, [](V x) { sqrtmat_sympd(x); });
  at_line(__LINE__ + 2, [](V x) {
    Var<double> U, s, W;
    svd_econ(U, s, W, x);
  });
  at_line(__LINE__ + 2, [](V x) {
    Var<double> values, vectors;
    eig_sym(values, vectors, x);
  });
  at_line(__LINE__ + 2, [](V x) {
    Var<double> Q, R;
    qr_econ(Q, R, x);
  });
}

BOOST_AUTO_TEST_CASE(names_are_copied) {
  Tape<double> tape;
  auto kept = view(A);
  {
    std::string name = "a name of more than sixteen letters";
    kept = view(A, name.c_str());
    name.assign(name.size(), '?');
  }
  const auto x = tape.variable(kept);
  const auto c = tape.constant(2.0, std::string("c").c_str());
  const auto y = tape.named(x * c, std::string("another name of more than sixteen letters").c_str());
  check_says(formula_text(exp(x) % c), {"exp(a name of more than sixteen letters)", "c"});
  BOOST_TEST(engine_of(tape).name(y.index()) == std::string("another name of more than sixteen letters"));
}

BOOST_AUTO_TEST_CASE(functions_of_a_stale_handle_are_refused) {
  const std::pair<const char*, std::function<void(V)>> table[] = {
      {"exp", [](V a) { exp(a); }},
      {"transpose", [](V a) { a.t(); }},
      {"accu", [](V a) { accu(a); }},
      {"sum", [](V a) { sum(a, 0); }},
      {"mean", [](V a) { mean(a, 1); }},
      {"max", [](V a) { max(a, 0); }},
      {"logsumexp", [](V a) { logsumexp(a, 0); }},
      {"softmax", [](V a) { softmax(a, 0); }},
      {"log_softmax", [](V a) { log_softmax(a, 0); }},
      {"each_col",
       [](V a) {
         a.each_col() + arma::vec{1, 2};
       }},
      {"formula", [](V a) { formula_text(a); }},
      {"recording", [](V a) { gradient(a, a); }},
  };
  for (const auto& [name, run] : table) {
    BOOST_TEST_CONTEXT(name) {
      Tape<double> tape;
      const V stale = stale_handle(tape);
      tape.variable(B);  // now the stale index is a living node's
      check_says(refusal([&] { run(stale); }), {"cleared"});
    }
  }
}
