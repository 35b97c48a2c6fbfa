#define BOOST_TEST_MODULE graph
#include <pthread.h>

#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using V = Var<double>;
using arma::mat;

/// accu(C % f(x)), its gradient and its Hessian times D, by hand.
struct Reuse {
  const char* name;
  V (*f)(const V& x);
  mat (*gradient)(const mat& C, const mat& x);
  mat (*curvature)(const mat& C, const mat& x, const mat& D);
};

mat zeros(const mat& like) { return mat(arma::size(like), arma::fill::zeros); }
mat both(const mat& C) { return C + C.t(); }

const Reuse reuses[] = {
    {"x + x", [](const V& x) { return x + x; }, [](const mat& C, const mat&) -> mat { return 2 * C; },
     [](const mat& C, const mat&, const mat&) { return zeros(C); }},
    {"x - x", [](const V& x) { return x - x; }, [](const mat& C, const mat&) { return zeros(C); },
     [](const mat& C, const mat&, const mat&) { return zeros(C); }},
    {"x % x", [](const V& x) { return x % x; }, [](const mat& C, const mat& x) -> mat { return 2 * C % x; },
     [](const mat& C, const mat&, const mat& D) -> mat { return 2 * C % D; }},
    {"x / x", [](const V& x) { return x / x; }, [](const mat& C, const mat&) { return zeros(C); },
     [](const mat& C, const mat&, const mat&) { return zeros(C); }},
    {"x % x % x", [](const V& x) { return x % x % x; }, [](const mat& C, const mat& x) -> mat { return 3 * C % x % x; },
     [](const mat& C, const mat& x, const mat& D) -> mat { return 6 * C % x % D; }},
    {"x * x", [](const V& x) { return x * x; }, [](const mat& C, const mat& x) -> mat { return C * x.t() + x.t() * C; },
     [](const mat& C, const mat&, const mat& D) -> mat { return C * D.t() + D.t() * C; }},
    {"x * x.t()", [](const V& x) { return x * x.t(); }, [](const mat& C, const mat& x) -> mat { return both(C) * x; },
     [](const mat& C, const mat&, const mat& D) -> mat { return both(C) * D; }},
    {"x.t() * x", [](const V& x) { return x.t() * x; }, [](const mat& C, const mat& x) -> mat { return x * both(C); },
     [](const mat& C, const mat&, const mat& D) -> mat { return D * both(C); }},
    {"x.t() * x.t()", [](const V& x) { return x.t() * x.t(); },
     [](const mat& C, const mat& x) -> mat { return C.t() * x.t() + x.t() * C.t(); },
     [](const mat& C, const mat&, const mat& D) -> mat { return C.t() * D.t() + D.t() * C.t(); }},
    {"x % x.t()", [](const V& x) { return x % x.t(); },
     [](const mat& C, const mat& x) -> mat { return both(C) % x.t(); },
     [](const mat& C, const mat&, const mat& D) -> mat { return both(C) % D.t(); }},
    {"accu(x) * x", [](const V& x) { return accu(x) * x; },
     [](const mat& C, const mat& x) -> mat { return accu(C % x) + accu(x) * C; },
     [](const mat& C, const mat&, const mat& D) -> mat { return accu(C % D) + accu(D) * C; }},
    {"x.each_col() % sum(x, 1)", [](const V& x) { return x.each_col() % sum(x, 1); },
     [](const mat& C, const mat& x) -> mat {
       return repmat(arma::sum(C % x, 1), 1, 4) + C % repmat(arma::sum(x, 1), 1, 4);
     },
     [](const mat& C, const mat&, const mat& D) -> mat {
       return repmat(arma::sum(C % D, 1), 1, 4) + C % repmat(arma::sum(D, 1), 1, 4);
     }},
};

/// Runs f in a thread with a stack of 256 KiB: what recurses over a million nodes does not return from it.
template <class F>
void on_a_small_stack(F f) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  BOOST_REQUIRE_EQUAL(pthread_attr_setstacksize(&small, 256 * 1024), 0);
  pthread_t thread;
  const auto entry = [](void* p) -> void* { return (*static_cast<F*>(p))(), nullptr; };
  BOOST_REQUIRE_EQUAL(pthread_create(&thread, &small, entry, &f), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&small);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(an_operand_may_stand_on_both_sides) {
  const mat C = uniform(4, 4), x = uniform(4, 4, 0.5, 2), D = uniform(4, 4);
  for (const Reuse& r : reuses) {
    BOOST_TEST_CONTEXT(r.name) {
      const auto loss = [&](V v) { return accu(r.f(v) % C); };
      BOOST_TEST(error(gradient(loss, x), r.gradient(C, x)) < 1e-14);
      BOOST_TEST(error(hessian_vector_product(loss, x, D), r.curvature(C, x, D)) < 1e-14);
    }
  }
}

// The adjoint of a + b is handed to both as it is; what a gets besides must not show in b.
BOOST_AUTO_TEST_CASE(operands_that_share_an_adjoint_do_not_share_what_comes_later) {
  const mat A = uniform(3, 5), B = uniform(3, 5), C = uniform(3, 5), D = uniform(3, 5);
  const auto loss = [&](V a, V b) {
    const V early = a % D, also_early = -b;
    return accu((a + b) % C) + accu(early) + accu(square(also_early));
  };
  const auto [J, g] = value_and_gradient(loss, A, B);
  BOOST_TEST(error(std::get<0>(g), mat(C + D)) < 1e-15);
  BOOST_TEST(error(std::get<1>(g), mat(C + 2 * B)) < 1e-15);
}

BOOST_AUTO_TEST_CASE(fan_out_of_ten_thousand) {
  const mat x = uniform(2, 3);
  const auto loss = [](V v) {
    V total = 0.0 * v;
    for (int i = 1; i <= 10'000; ++i) total = total + i * v;
    return accu(total);
  };
  BOOST_TEST(error(gradient(loss, x), filled(2, 3, 50'005'000.0)) == 0);
}

BOOST_AUTO_TEST_CASE(a_fan_out_of_a_million) {
  mat number, row;
  on_a_small_stack([&] {
    Tape<double> tape;
    const V x = tape.variable(3.0), y = tape.variable(mat{{1, 2, 3}});
    V numbers = x, rows = y;
    for (int i = 1; i < 1'000'000; ++i) {
      numbers = numbers + x;
      rows = rows + y;
    }
    tape.backward(gradient(square(numbers) / 2 + dot(rows, rows) / 2, x));
    number = tape.gradient(x);
    tape.backward(accu(rows % y));
    row = tape.gradient(y);
  });
  BOOST_TEST(error(number, mat{1e12}) == 0);
  BOOST_TEST(error(row, mat{{2e6, 4e6, 6e6}}) == 0);
}

BOOST_AUTO_TEST_CASE(a_diamond_of_sixty_levels_takes_linear_time) {
  Tape<double> tape;
  const V x = tape.variable(mat{{1, 2}});
  V top = x;
  for (int i = 0; i < 60; ++i) top = top + top;
  const V J = accu(top % top) / 2;
  const std::size_t forward = tape.size();
  BOOST_TEST(forward <= 1U + 60U + 4U);
  const double twice = std::ldexp(1.0, 120);
  tape.backward(J);
  BOOST_TEST(error(tape.gradient(x), mat{{twice, 2 * twice}}) == 0);

  const V g = gradient(J, x);
  BOOST_TEST(tape.size() <= 4 * forward);
  tape.backward(accu(g));
  BOOST_TEST(error(g.value(), mat{{twice, 2 * twice}}) == 0);
  BOOST_TEST(error(tape.gradient(x), mat{{twice, twice}}) == 0);
}

BOOST_AUTO_TEST_CASE(what_needs_no_gradient_gets_none) {
  const mat A = uniform(3, 3), B = uniform(3, 3);
  Tape<double> tape;
  const V x = tape.variable(A), k = tape.constant(B);
  const V fixed = exp(k) * k.t(), moving = fixed % x;
  BOOST_TEST(!engine_of(tape).wants(k.index()));
  BOOST_TEST(!engine_of(tape).wants(fixed.index()));
  BOOST_TEST(engine_of(tape).wants(moving.index()));
  tape.backward(accu(moving) + accu(fixed));
  BOOST_TEST(error(tape.gradient(x), mat(arma::exp(B) * B.t())) < 1e-14);
  const std::size_t before = tape.size();
  gradient(accu(fixed), x);
  BOOST_TEST(tape.size() <= before + 4);  // nothing to record
}

BOOST_AUTO_TEST_CASE(a_million_numbers_in_a_chain) {
  double value = 0, first = 0, second = 0;
  on_a_small_stack([&] {
    Tape<double> tape;
    const V x = tape.variable(3.0), c = tape.constant(1 - 1e-6);
    V y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y * c;
    const V J = 0.5 * square(y);
    tape.backward(J, true);
    value = J.scalar();
    first = tape.gradient(x)(0);
    tape.backward(gradient(J, x));
    second = tape.gradient(x)(0);
  });
  const double squared = std::exp(2e6 * std::log1p(-1e-6));
  BOOST_TEST(error(value, 4.5 * squared) < 1e-9);
  BOOST_TEST(error(first, 3 * squared) < 1e-9);
  BOOST_TEST(error(second, squared) < 1e-9);
}

BOOST_AUTO_TEST_CASE(a_million_rows_in_a_chain) {
  const mat x0{{1, 2, 3}}, factors{{1, 1 - 1e-6, 1 - 2e-6}};
  double value = 0;
  mat first, second;
  on_a_small_stack([&] {
    Tape<double> tape;
    const V x = tape.variable(x0), c = tape.constant(factors);
    V y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y % c;
    const V J = 0.5 * dot(y, y);
    tape.backward(J, true);
    value = J.scalar();
    first = tape.gradient(x);
    tape.backward(accu(gradient(J, x)));
    second = tape.gradient(x);
  });
  const mat squared{{1, std::exp(2e6 * std::log1p(-1e-6)), std::exp(2e6 * std::log1p(-2e-6))}};
  BOOST_TEST(error(value, 0.5 * arma::accu(squared % x0 % x0)) < 1e-9);
  BOOST_TEST(error(first, mat(squared % x0)) < 1e-9);
  BOOST_TEST(error(second, squared) < 1e-9);
}

BOOST_AUTO_TEST_SUITE_END()
