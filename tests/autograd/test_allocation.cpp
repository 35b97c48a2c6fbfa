#define BOOST_TEST_MODULE allocation
#include <dlfcn.h>

#include <armagrad/nn/softmax_regression.hpp>
#include <atomic>
#include <cerrno>

#include "tests/support/oracle.hpp"

// A step of training allocates nothing once its buffers are there. What BLAS allocates inside is excused:
// OpenBLAS's own kernels do at times, which is why calls are told apart by the library they come from.

namespace {

std::atomic<bool> counting = false;
std::atomic<int> count = 0, excused = 0;

void note(void* caller) {
  if (!counting) return;
  Dl_info from;
  const bool known = dladdr(caller, &from) && from.dli_fname;
  const std::string_view file = known ? from.dli_fname : "";
  (file.find("blas") != file.npos || file.find("lapack") != file.npos ? excused : count)++;
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t n) {
  note(__builtin_return_address(0));
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) {
  note(__builtin_return_address(0));
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) {
  note(__builtin_return_address(0));
  return __libc_realloc(p, n);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) {
  note(__builtin_return_address(0));
  return (*p = __libc_memalign(alignment, n)) ? 0 : ENOMEM;
}
void* aligned_alloc(std::size_t alignment, std::size_t n) {
  note(__builtin_return_address(0));
  return __libc_memalign(alignment, n);
}
}

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// How often the allocator is called from outside BLAS by the third and fourth call of step.
template <class Step>
int allocations(Step step) {
  step();
  step();
  count = 0;
  counting = true;
  step();
  step();
  counting = false;
  return count;
}

template <class eT>
struct Softmax {
  arma::Mat<eT> W = uniform<eT>(50, 10), X = uniform<eT>(50, 40), Y = uniform<eT>(10, 40);
  static auto loss() {
    return [](const auto& w, const auto& x, const auto& y) { return softmax_regression_loss(w, 1e-3, x, y); };
  }
};

template <class eT>
struct Mlp {
  arma::Mat<eT> V = uniform<eT>(50, 20), b = uniform<eT>(20, 1), W = uniform<eT>(20, 10), X = uniform<eT>(50, 40),
                Y = uniform<eT>(10, 40);
  static auto loss() {
    return [](const auto& v, const auto& offset, const auto& w, const auto& x, const auto& y) {
      const auto hidden = tanh((v.t() * x).each_col() + offset);
      return -accu(y % log_softmax(w.t() * hidden, 0)) / x.n_cols + 1e-3 * (accu(square(v)) + accu(square(w)));
    };
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(allocation, Seeded)

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  BOOST_TEST(allocations([] { arma::mat(100, 100).zeros(); }) == 2);
  // Called by name: a compiler may leave out what a vector that nobody reads would allocate.
  BOOST_TEST(allocations([] { ::operator delete(::operator new(5)); }) == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(softmax_regression, eT, Reals) {
  Softmax<eT> d;
  Tape<eT> tape;
  BOOST_TEST(allocations([&] {
               tape.clear();
               const auto w = tape.variable(view(d.W));
               const auto J = d.loss()(w, view(d.X), view(d.Y));
               tape.backward(J, true);
               d.W -= eT(.1) * tape.gradient(w);
             }) == 0);
  auto step = record(d.loss(), variables(d.W), inputs(d.X, d.Y));
  BOOST_TEST(allocations([&] { d.W -= eT(.1) * step.value_and_gradient(d.W, d.X, d.Y).second; }) == 0);
  BOOST_TEST(allocations([&] { step.value(d.W, d.X, d.Y); }) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_a_tape, eT, Reals) {
  const arma::Mat<eT> x(3, 1, arma::fill::randu), A(3, 3, arma::fill::randu);
  const auto loss = [&](const auto& v) {
    auto y = v(0);
    for (int k = 0; k < 1000; ++k) y = y * v(1) + v(2);
    return y + accu(square(view(A) * v));
  };
  BOOST_TEST(allocations([&] { return value_and_gradient(loss, x).first; }) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(in_blocks, eT, Reals) {
  Softmax<eT> d;
  auto step = record([](const auto& w, const auto& x,
                        const auto& y) { return softmax_regression_loss(Blocks{.columns = 16}, w, 1e-3, x, y); },
                     variables(d.W), inputs(d.X, d.Y));
  BOOST_TEST(allocations([&] { d.W -= eT(.1) * step.value_and_gradient(d.W, d.X, d.Y).second; }) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_layers, eT, Reals) {
  Mlp<eT> d;
  Tape<eT> tape;
  BOOST_TEST(allocations([&] {
               tape.clear();
               const auto v = tape.variable(view(d.V)), b = tape.variable(view(d.b)), w = tape.variable(view(d.W));
               const auto J = d.loss()(v, b, w, tape.constant(view(d.X)), tape.constant(view(d.Y)));
               tape.backward(J, true);
               d.V -= eT(.1) * tape.gradient(v);
               d.b -= eT(.1) * tape.gradient(b);
               d.W -= eT(.1) * tape.gradient(w);
             }) == 0);
  auto step = record(d.loss(), variables(d.V, d.b, d.W), inputs(d.X, d.Y));
  BOOST_TEST(allocations([&] { step.value_and_gradient(d.V, d.b, d.W, d.X, d.Y); }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
