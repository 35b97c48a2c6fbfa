#define BOOST_TEST_MODULE exceptions
#include <armagrad/custom_operation.hpp>
#include <armagrad/external.hpp>
#include <armagrad/implicit.hpp>
#include <armagrad/scan.hpp>
#include <atomic>
#include <thread>

#include "tests/support/oracle.hpp"

// An exception from a rule or a user's function, at each of the calls in turn: it reaches the caller as it was thrown,
// and the tape or program then gives the right result and holds no more memory than before.
namespace elsewhere {

struct Broken {};

/// The call, of those of a computation, that throws; 0 is none.
std::atomic<int> calls_left = 0;
void call() {
  if (calls_left > 0 && calls_left.fetch_sub(1) == 1) throw Broken();
}

/// 2 x, of which any call may throw.
struct Fragile : armagrad::General<1> {
  static constexpr auto name = "fragile";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{armagrad::reads::nothing};
  void forward(auto y, const auto& x) const {
    call();
    y = x * 2.0;
  }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const {
    call();
    dx += full(dy) * 2.0;
  }
};
armagrad::Var<double> fragile(const armagrad::Var<double>& x, armagrad::Here at = armagrad::Here::current()) {
  return armagrad::append_node<Fragile, double>({}, x.shape(), at, {&x});
}

}  // namespace elsewhere

using namespace armagrad;
using namespace armagrad::testing;
using elsewhere::Broken;
using elsewhere::call;
using elsewhere::calls_left;
using elsewhere::fragile;
using V = Var<double>;

namespace {

const arma::mat A = uniform(4, 3), D = uniform(4, 3), S = uniform(4, 50);

const auto loss = [](const auto& w) {
  call();
  const V a = fragile(tanh(w)), b = fragile(a * w.t());
  call();
  return accu(square(b)) + accu(exp(fragile(w))) + accu(fragile(a) % w);
};

/// Lets call 1, 2, ... of compute() throw until it makes fewer; how many threw.
template <class F>
int break_each_call(F compute) {
  const arma::mat right = compute();
  for (int k = 1;; ++k) {
    arma::mat result;
    bool is_thrown = false;
    calls_left = k;
    try {
      result = compute();
    } catch (const Broken&) {
      is_thrown = true;
    }
    const bool is_over = calls_left > 0;
    calls_left = 0;
    BOOST_TEST(is_thrown != is_over, "call " << k);
    if (is_over) BOOST_TEST(error(result, right) == 0);
    const arma::mat next = compute();
    BOOST_TEST(error(next, right) == 0, "after call " << k << " threw");
    if (is_over || k == 10'000) return k - 1;
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(on_a_tape) {
  Tape<double> tape;
  const auto compute = [&] {
    const auto [J, g] = value_and_gradient(tape, loss, A);
    return arma::mat(arma::join_cols(arma::vectorise(g), arma::vec{J}));
  };
  compute();
  const std::size_t bytes = tape.bytes();
  BOOST_TEST(break_each_call(compute) == 2 + 2 * 4);
  BOOST_TEST(tape.bytes() == bytes);
}

/// Passes over one recording, each of which throws further down. What a pass left is used by the next.
BOOST_AUTO_TEST_CASE(in_mid_backward) {
  Tape<double> tape;
  const V w = tape.variable(A), J = loss(w);
  const auto compute = [&] {
    tape.backward(J);
    return arma::mat(tape.gradient(w));
  };
  BOOST_TEST(break_each_call(compute) == 2 * 4);
  const std::size_t bytes = tape.bytes();
  for (int again = 0; again < 10; ++again) break_each_call(compute);
  BOOST_TEST(tape.bytes() == bytes);
}

BOOST_AUTO_TEST_CASE(in_a_program) {
  auto program = record(loss, variables(A));
  const auto at = variables(A), along = variables(D);
  BOOST_TEST(break_each_call([&] { return arma::mat(program.value_and_gradient(A).second); }) == 2 * 4);
  BOOST_TEST(break_each_call([&] { return arma::mat{program.jvp(at, along).second}; }) == 2 * 4);
  BOOST_TEST(break_each_call([&] { return arma::mat(program.hessian_vector_product(at, along).second); }) >= 2 * 4);
  BOOST_TEST(break_each_call([&] { return arma::mat(record(loss, variables(A)).value_and_gradient(A).second); }) ==
             2 + 2 * 4);
}

BOOST_AUTO_TEST_CASE(in_derivatives_that_keep_tapes) {
  BOOST_TEST(break_each_call([] { return arma::mat(gradient(loss, A)); }) == 2 + 2 * 4);
  BOOST_TEST(break_each_call([] { return arma::mat(hessian_vector_product(loss, A, D)); }) >= 2 + 2 * 4);
  BOOST_TEST(break_each_call([] { return hessian(loss, A); }) >= 2 + 2 * 4);
}

BOOST_AUTO_TEST_CASE(in_functions_on_tapes_of_their_own) {
  const auto steps_of = [](const auto& w) {
    const auto step = [](const auto& h, const auto& u, const auto& v) {
      call();
      const V next = fragile(tanh(v.t() * u + h));
      return std::tuple(next, accu(square(next)));
    };
    const auto [last, out] = scan(Checkpoints{2}, step, arma::mat(3, 1, arma::fill::zeros), steps(S), w);
    return accu(last) + accu(out);
  };
  const auto again = [](const auto& w) {
    return accu(checkpoint([](const auto& u) { return call(), fragile(square(u)); }, w));
  };
  const auto solved = [](const auto& w) {
    return root([](const auto& z, const auto& p) { return call(), z * z * z + z - p; }, 0.5, accu(w));
  };
  BOOST_TEST(break_each_call([&] { return arma::mat(gradient(steps_of, A)); }) > 100);
  BOOST_TEST(break_each_call([&] { return arma::mat(gradient(again, A)); }) >= 3);
  BOOST_TEST(break_each_call([&] { return arma::mat(gradient(solved, A)); }) > 0);
}

/// A rule that throws in threads other than the caller's.
BOOST_AUTO_TEST_CASE(in_a_worker_thread) {
  std::atomic<int> elsewhere = 0;
  const std::thread::id here = std::this_thread::get_id();
  const auto counted = external(
      [&](const arma::mat& x) -> arma::mat {
        elsewhere += std::this_thread::get_id() != here;
        call();
        return x;
      },
      [](const arma::mat& dy, const arma::mat&) -> arma::mat {
        call();
        return dy;
      });
  const auto in_blocks = [&](const auto& w) {
    return sum_over_samples(
        Blocks{5, 4, 1}, [&](const auto& u, const auto& x) { return accu(square(counted(u.t() * x))); }, samples(S), w);
  };
  BOOST_TEST(break_each_call([&] { return arma::mat(gradient(in_blocks, A)); }) >= 20);
  BOOST_TEST(elsewhere > 0);
}
