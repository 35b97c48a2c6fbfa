#define BOOST_TEST_MODULE failing_allocations
#include <dlfcn.h>

#include <armagrad/armagrad.hpp>
#include <cerrno>
#include <cstdint>
#include <functional>

#include "tests/support/oracle.hpp"

// The k-th allocation fails, once or with all that follow, for each k: every computation ends in an exception or with
// the right result, the tape or program gives the right result the next time, and nothing is lost. What BLAS allocates
// never fails, as OpenBLAS ends the program where it does.

namespace {

// Of the calling thread, while a computation is watched.
bool watched = false, persistent = false;
std::uint64_t calls = 0, failing = 0;
std::int64_t held = 0;  // blocks that are not freed yet

bool of_blas(void* caller) {
  Dl_info from;
  const std::string_view file = dladdr(caller, &from) && from.dli_fname ? from.dli_fname : "";
  return file.find("blas") != file.npos || file.find("lapack") != file.npos;
}
/// Whether this call is to fail.
bool fails(void* caller) {
  if (!watched || of_blas(caller)) return false;
  ++calls;
  return failing != 0 && (calls == failing || (persistent && calls > failing));
}
void* counted(void* p) {
  held += p != nullptr;
  return p;
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t n) { return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_malloc(n)); }
void* calloc(std::size_t n, std::size_t size) {
  return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_calloc(n, size));
}
void* realloc(void* p, std::size_t n) {
  if (fails(__builtin_return_address(0))) return nullptr;
  held -= p != nullptr;
  return counted(__libc_realloc(p, n));
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) {
  if (fails(__builtin_return_address(0))) return ENOMEM;
  return (*p = counted(__libc_memalign(alignment, n))) ? 0 : ENOMEM;
}
void* aligned_alloc(std::size_t alignment, std::size_t n) {
  return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_memalign(alignment, n));
}
void free(void* p) {
  held -= p != nullptr;
  __libc_free(p);
}
}

using namespace armagrad;
using namespace armagrad::testing;

namespace {

const arma::mat A = uniform<double>(4, 3), B = uniform<double>(4, 4);
const arma::vec x0 = uniform<double>(3, 1);

/// A loss with elementwise functions, products, writes, a factorisation, a column's parts and numbers.
const auto loss = [](const auto& a, const auto& x) {
  Var<double> W = a;
  W(1, 2) = x(0) * x(1);
  W.row(0) += x.t();
  W.each_col() %= W * x;
  const auto y = tanh(W) * x;
  return accu(square(solve(B + 5 * arma::eye(4, 4), y))) + sum(exp(-x)) + norm(W) + log(1 + x(2) * x(2));
};

/// What is computed, into `result`, by something that lives longer than one attempt.
struct Subject {
  virtual ~Subject() = default;
  virtual arma::mat compute() = 0;
};

template <class State, class F>
struct SubjectOf : Subject {
  explicit SubjectOf(F f) : compute_(std::move(f)) {}
  arma::mat compute() override { return compute_(state_); }
  State state_;
  F compute_;
};
/// Makes the subject, with a state that compute(state) works on.
template <class State, class F>
std::function<std::unique_ptr<Subject>()> subject(F compute) {
  return [compute] { return std::unique_ptr<Subject>(new SubjectOf<State, F>(compute)); };
}

arma::mat both(const auto& pair) {
  return arma::join_cols(arma::vectorise(std::get<0>(pair)), arma::vectorise(std::get<1>(pair)));
}

struct Attempt {
  bool failed = false, other_error = false;
  std::uint64_t calls = 0;
};

/// One attempt at which allocation k fails.
Attempt attempt(Subject& s, arma::mat& result, std::uint64_t k, bool and_all_that_follow) {
  Attempt a;
  calls = 0, failing = k, persistent = and_all_that_follow;
  try {
    watched = true;
    result = s.compute();
    watched = false;
  } catch (const std::bad_alloc&) {
    watched = false;
    a.failed = true;
  } catch (...) {
    watched = false;
    a.other_error = true;
  }
  a.calls = calls;
  return a;
}

/// Every k until an attempt needs fewer allocations, and at most 2000.
void fail_each(const char* name, const std::function<std::unique_ptr<Subject>()>& make) {
  const arma::mat right = make()->compute();
  (void)make()->compute();
  release_memory();
  std::uint64_t injected = 0, wrong_errors = 0, wrong_results = 0, lost = 0;
  for (const bool and_all_that_follow : {false, true}) {
    for (std::uint64_t k = 1; k <= 2000; ++k) {
      arma::mat result;
      Attempt a;
      bool is_right = true;
      const std::int64_t before = held;
      {
        const auto s = make();
        a = attempt(*s, result, k, and_all_that_follow);
        if (!a.failed && !a.other_error) is_right = error(result, right) == 0;
        result.reset();
        is_right = is_right && error(s->compute(), right) == 0;
      }
      release_memory();
      const std::int64_t kept = held - before;
      wrong_errors += a.other_error;
      wrong_results += !is_right;
      lost += kept != 0;
      if (a.other_error || !is_right || kept != 0)
        BOOST_TEST_MESSAGE(name << ": allocation " << k << (and_all_that_follow ? " and all that follow" : "") << ": "
                                << (a.other_error ? "another error, " : "") << (is_right ? "" : "a wrong result, ")
                                << kept << " blocks kept");
      if (a.calls < k) break;
      ++injected;
    }
  }
  BOOST_TEST_MESSAGE(name << ": " << injected << " allocations failed");
  BOOST_TEST(injected > 10U);
  BOOST_TEST(wrong_errors == 0U);
  BOOST_TEST(wrong_results == 0U);
  BOOST_TEST(lost == 0U);
}

using TapeState = Tape<double>;

}  // namespace

BOOST_AUTO_TEST_CASE(recording_and_backward) {
  fail_each("a tape", subject<TapeState>([](TapeState& tape) {
              const auto [J, g] = value_and_gradient(tape, loss, A, x0);
              return both(g);
            }));
}

BOOST_AUTO_TEST_CASE(a_recording_made_and_replayed) {
  using P = Program<Variables<arma::mat, arma::vec>, Inputs<>>;
  struct State {
    P program = P(loss);
  };
  fail_each("a program", subject<State>([](State& s) {
              (void)s.program.value_and_gradient(A, x0);
              return both(s.program.value_and_gradient(A, x0).second);
            }));
}

BOOST_AUTO_TEST_CASE(tangents_and_second_derivatives) {
  using P = Program<Variables<arma::mat, arma::vec>, Inputs<>>;
  struct State {
    P program = P(loss);
  };
  fail_each("second order", subject<State>([](State& s) {
              const auto at = variables(A, x0);
              (void)s.program.jvp(at, at);
              return both(s.program.hessian_vector_product(at, at).second);
            }));
}

BOOST_AUTO_TEST_CASE(recurrences) {
  const auto f = [](const auto& a, const auto& x) {
    const auto step = [](const auto& h, const auto& u, const auto& w) {
      const auto next = tanh(w.t() * u + h);
      return std::tuple(next, accu(square(next)));
    };
    const auto [last, out] = scan(Checkpoints{2}, step, x, steps(B), a);
    return accu(last) + accu(out);
  };
  fail_each("a scan",
            subject<TapeState>([f](TapeState& tape) { return both(value_and_gradient(tape, f, A, x0).second); }));
}

BOOST_AUTO_TEST_CASE(functions_on_tapes_of_their_own) {
  const auto f = [](const auto& a, const auto& x) {
    const auto again = checkpoint([](const auto& u, const auto& v) { return tanh(u * v); }, a, x);
    const auto sum = sum_over_samples(
        Blocks{2, 1, 1}, [](const auto& u, const auto& b) { return accu(square(u.t() * b)); }, samples(B), a);
    const auto t = root([](const auto& z, const auto& p) { return z * z * z + z - p; }, 0.5, x(0));
    return accu(again) + sum + t;
  };
  fail_each("tapes of their own",
            subject<TapeState>([f](TapeState& tape) { return both(value_and_gradient(tape, f, A, x0).second); }));
}

BOOST_AUTO_TEST_CASE(the_functions_that_keep_tapes) {
  struct Nothing {};
  fail_each("kept tapes", subject<Nothing>([](Nothing&) { return both(gradient(loss, A, x0)); }));
}
