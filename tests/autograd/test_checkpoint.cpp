#define BOOST_TEST_MODULE checkpoint
#include <armagrad/armagrad.hpp>

#include "autograd/src/tape/checkpoint.hpp"
#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;

namespace {

const auto layer = [](const auto& w, const auto& x) { return tanh(w * x) + 0.1 * x; };
const auto plain = [](auto f, const auto&... x) { return f(x...); };
const auto checkpointed = [](auto f, const auto&... x) { return checkpoint(f, x...); };

/// A chain of layers, each of them passed to `run`.
template <class Run>
auto chain(Run run, int length = 4) {
  return [=](const auto& w, const auto& x) {
    auto y = x;
    for (int i = 0; i < length; ++i) y = run(layer, w, y);
    return accu(square(y));
  };
}

void check_same(const auto& f, const auto& g) {
  BOOST_TEST(error(f.first, g.first) <= 1e-14);
  BOOST_TEST(error(std::get<0>(f.second), std::get<0>(g.second)) <= 1e-13);
  BOOST_TEST(error(std::get<1>(f.second), std::get<1>(g.second)) <= 1e-13);
}

struct Numbers : Seeded {
  const mat W = uniform(5, 5), X = uniform(5, 7), V = uniform(5, 5);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(checkpoints, Numbers)

BOOST_AUTO_TEST_CASE_TEMPLATE(value_and_gradient_are_those_of_the_function, eT, Reals) {
  const auto w = uniform<eT>(5, 5), x = uniform<eT>(5, 7);
  const auto [J, g] = value_and_gradient(chain(checkpointed), w, x);
  const auto [K, h] = value_and_gradient(chain(plain), w, x);
  BOOST_TEST(error(J, K) <= tolerance<eT>);
  BOOST_TEST(error(std::get<0>(g), std::get<0>(h)) <= tolerance<eT>);
  BOOST_TEST(error(std::get<1>(g), std::get<1>(h)) <= tolerance<eT>);
}

BOOST_AUTO_TEST_CASE(a_chain_holds_less_memory) {
  const mat x = uniform(50, 400), w = uniform(50, 50) / 10;
  const auto deep = [](const auto& v, const auto& y) {
    auto z = y;
    for (int i = 0; i < 8; ++i) z = tanh(v * z) + exp(-square(z));
    return z;
  };
  const auto bytes = [&](auto run) {
    Tape<double> tape;
    const auto v = tape.variable(view(w));
    const auto y0 = tape.constant(view(x));
    auto y = y0;
    for (int i = 0; i < 10; ++i) y = run(deep, v, y);
    tape.backward(accu(square(y)));
    const auto place = rules::Checkpoint<double>::workplace_on(engine_of(tape));
    return tape.bytes() + (place ? place->tape.bytes() : 0);
  };
  BOOST_TEST(3 * bytes(checkpointed) < bytes(plain));
}

BOOST_AUTO_TEST_CASE(the_inside_is_shared_and_emptied_after_use) {
  Tape<double> tape;
  const auto w = tape.variable(W);
  auto y = tape.variable(X);
  for (int i = 0; i < 3; ++i) y = checkpoint(layer, w, y);
  using Rule = rules::Checkpoint<double>;
  std::vector<detail::Workplace<double>*> places;
  for (Index i = 0; i < tape.size(); ++i) {
    if (engine_of(tape).node(i).operation == &operation_of<Rule, double>())
      places.push_back(static_cast<const Rule*>(engine_of(tape).rule(i))->workplace.get());
  }
  BOOST_TEST(places.size() == 3U);
  BOOST_TEST((places[0] == places[1] && places[1] == places[2]));
  tape.backward(accu(y));
  const std::size_t bytes = places[0]->tape.bytes();
  tape.backward(accu(y));
  BOOST_TEST(places[0]->tape.bytes() == bytes);
  BOOST_TEST(places[0]->tape.size() == 0U);
}

BOOST_AUTO_TEST_CASE(nested) {
  const auto outer = [](const auto& w, const auto& x) {
    return checkpoint(layer, w, checkpoint([](const auto& v, const auto& y) { return checkpoint(layer, v, y); }, w, x));
  };
  const auto both = [&](auto run) {
    return [=](const auto& w, const auto& x) {
      return accu(square(run(outer, w, run(outer, w, x)))) + accu(run(layer, w, x));
    };
  };
  const auto expected = value_and_gradient(
      [](const auto& w, const auto& x) {
        auto y = x;
        for (int i = 0; i < 4; ++i) y = layer(w, y);
        return accu(square(y)) + accu(layer(w, x));
      },
      W, X);
  check_same(value_and_gradient(both(checkpointed), W, X), expected);
  Tape<double> tape;  // also when the tape is used again
  for (int times = 0; times < 3; ++times) check_same(value_and_gradient(tape, both(checkpointed), W, X), expected);
  const auto of_w = [&](auto run) { return [&, run](const auto& w) { return both(run)(w, w.tape().constant(X)); }; };
  BOOST_TEST(error(hessian_vector_product(of_w(checkpointed), W, V), hessian_vector_product(of_w(plain), W, V)) <=
             1e-12);
}

BOOST_AUTO_TEST_CASE(every_reading_sees_the_function_itself) {
  const auto of_w = [&](auto run) { return [&, run](const auto& w) { return chain(run)(w, w.tape().constant(X)); }; };
  BOOST_TEST(error(hessian_vector_product(of_w(checkpointed), W, V), hessian_vector_product(of_w(plain), W, V)) <=
             1e-12);
  const auto f = [&](auto run) { return [&, run](const auto& w) { return run(layer, w, w.tape().constant(X)); }; };
  const auto [y, t] = jvp(f(checkpointed), W, V);
  const auto [z, u] = jvp(f(plain), W, V);
  BOOST_TEST(error(y, z) <= 1e-14);
  BOOST_TEST(error(t, u) <= 1e-13);
  BOOST_TEST(error(vjp(f(checkpointed), W, X).second, vjp(f(plain), W, X).second) <= 1e-13);
  const auto report = check_gradient(of_w(checkpointed), W);
  BOOST_TEST(report.passed(), report);
}

BOOST_AUTO_TEST_CASE(a_gradient_inside_is_differentiated_again) {
  const auto loss = [&](auto run) {
    return [&, run](const auto& w) {
      return accu(exp(run([](const auto& v) { return gradient(accu(exp(v) % v), v); }, w)));
    };
  };
  BOOST_TEST(error(hessian_vector_product(loss(checkpointed), W, V), hessian_vector_product(loss(plain), W, V)) <=
             1e-13);
  const auto report = check_gradient(loss(checkpointed), mat(W.submat(0, 0, 2, 2)));
  BOOST_TEST(report.passed(), report);
}

BOOST_AUTO_TEST_CASE(replays_with_other_numbers_and_shapes) {
  auto step = record(chain(checkpointed), variables(W, X));
  for (const arma::uword n : {7, 3, 7, 1}) {
    const mat w = uniform(5, 5), x = uniform(5, n);
    const auto [J, g] = step.value_and_gradient(w, x);
    const auto [K, h] = value_and_gradient(chain(plain), w, x);
    BOOST_TEST(error(J, K) <= 1e-14);
    BOOST_TEST(error(std::get<0>(g), std::get<0>(h)) <= 1e-13);
    BOOST_TEST(error(std::get<1>(g), std::get<1>(h)) <= 1e-13);
    BOOST_TEST(error(step.value(w, x), K) <= 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(numbers_many_operands_and_an_operand_that_is_the_result) {
  const mat s{1.5};
  const auto loss = [&](auto run) {
    return [&, run](const auto& w, const auto& a) {
      const auto number = accu(a);  // meets a matrix inside as it does outside
      const auto y = run([](const auto& v, const auto& n, const auto& k, const auto& x,
                            const auto& v2) { return v * x * n + accu(v2) + k; },
                         w, number, w.tape().constant(2.0), w.tape().constant(X), w);
      const auto scale = run([](const auto& v) { return accu(square(v)); }, w);
      return accu(square(y)) + accu(scale * run([](const auto& v) { return v; }, w));
    };
  };
  check_same(value_and_gradient(loss(checkpointed), W, s), value_and_gradient(loss(plain), W, s));
  const auto of_s = [&](auto run) { return [&, run](const auto& a) { return loss(run)(a.tape().constant(W), a); }; };
  BOOST_TEST(error(jvp(of_s(checkpointed), s, s).second, jvp(of_s(plain), s, s).second) <= 1e-13);
  const auto report = check_gradient(of_s(checkpointed), s);
  BOOST_TEST(report.passed(), report);
}

BOOST_AUTO_TEST_CASE(nothing_to_differentiate_and_nothing_at_all) {
  const auto fixed = [&](const auto& w) {
    return accu(w) + accu(checkpoint(layer, w.tape().constant(W), w.tape().constant(X)));
  };
  BOOST_TEST(error(gradient(fixed, W), mat(5, 5, arma::fill::ones)) == 0);
  const auto unused = [&](const auto& w) {
    return accu(checkpoint([](const auto& v) { return v.tape().constant(3.0); }, w)) + accu(w);
  };
  BOOST_TEST(error(gradient(unused, W), mat(5, 5, arma::fill::ones)) == 0);
  BOOST_TEST(arma::size(std::get<1>(gradient(chain(checkpointed), W, mat(5, 0)))) == arma::size(5, 0));
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  const auto refuse = [&](const auto& loss) { return refusal([&] { value_and_gradient(loss, W); }); };
  check_says(refuse([](const auto& w) { return accu(checkpoint([&w](const auto& v) { return v + w; }, w)); }),
             {"different tapes"});
  int calls = 0;
  check_says(refuse([&](const auto& w) {
               return accu(checkpoint([&](const auto& v) { return v.head_rows(1 + calls++ % 2); }, w));
             }),
             {"checkpoint at test_checkpoint.cpp:", "gave 1x5 when recorded and now 2x5"});
}

BOOST_AUTO_TEST_SUITE_END()
