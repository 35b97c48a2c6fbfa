#define BOOST_TEST_MODULE optimised_programs
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>
#include <sstream>

// What a program does to its recording before it replays it. The values and gradients are held against those of losses
// that are recorded anew, which are not optimised.

using namespace armagrad;
using arma::mat;
using arma::vec;

namespace {

template <class Loss>
Optimisations done_to(const Loss& loss, const vec& at) {
  return record(loss, variables(at)).optimisations();
}

/// Whether both are NaN, equal, or differ by little.
bool agree(double a, double b) {
  return (a != a && b != b) || a == b || std::abs(a - b) <= 1e-12 * std::max(1.0, std::abs(b));
}

template <class Loss>
void check_same(const Loss& loss, const std::vector<vec>& places) {
  auto program = record(loss, variables(places[0]));
  for (const vec& at : places) {
    const auto [J, g] = program.value_and_gradient(at);
    const auto [K, h] = value_and_gradient(loss, at);
    BOOST_TEST_CONTEXT("at " << at.t()) {
      BOOST_TEST(agree(J, K), J << " " << K);
      BOOST_TEST(agree(program.value(at), K));
      for (uword k = 0; k < at.n_elem; ++k) BOOST_TEST(agree(g(k), h(k)), k << ": " << g(k) << " " << h(k));
    }
  }
}

const double infinity = std::numeric_limits<double>::infinity(),
             not_a_number = std::numeric_limits<double>::quiet_NaN();
const std::vector<vec> places{{.3, 1.2, -.7},       {2, 1, 1},         {0, 1, 0}, {infinity, 1, 0},
                              {not_a_number, 2, 3}, {-1, -infinity, 0}};

/// A program of numbers and 2 x 2 matrices that takes its operands, also constants, again and again.
template <class P>
scalar_of<P> random_program(const P& p, unsigned seed) {
  std::mt19937 random(seed);
  const auto constant = [&](double c) { return p.tape().constant(c); };
  std::vector<scalar_of<P>> x{p(0), p(1), p(2), constant(1), constant(0), constant(.5), constant(1)};
  std::vector<mat_of<P>> m{mat_of<P>(mat{{1, 2}, {3, 4}}), mat_of<P>(mat{{1, 2}, {3, 4}})};
  const auto one = [&](const auto& list) { return list[random() % std::min<std::size_t>(list.size(), 12)]; };
  for (int step = 0; step < 30; ++step) {
    const auto a = one(x), b = one(x), c = one(x);
    switch (random() % 10) {
      case 0:
        x.push_back(a + b);
        break;
      case 1:
        x.push_back(a * b);
        break;
      case 2:
        x.push_back(a * b + c);
        break;
      case 3:
        x.push_back(c + a * b);
        break;
      case 4:
        x.push_back(tanh(a));
        break;
      case 5:
        x.push_back(a / (2 + b * b));
        break;
      case 6:
        x.push_back(a - b);
        break;
      case 7:
        x.push_back(accu(one(m) * tanh(a)));
        break;
      case 8:
        m.push_back(one(m) * one(m).t() + a);
        break;
      case 9:
        m.push_back(one(m).rows(0, 1) * 0.1);
        break;
    }
    std::swap(x[random() % 7], x.back());
  }
  scalar_of<P> sum = 0;
  for (const auto& one_of_them : x) sum += tanh(one_of_them * 1.0);
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(random_programs_stay_what_they_are) {
  std::size_t folded = 0, merged = 0, dropped = 0, fused = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto loss = [seed](const auto& p) { return random_program(p, seed); };
    BOOST_TEST_CONTEXT("program " << seed) check_same(loss, places);
    const Optimisations done = done_to(loss, places[0]);
    folded += done.folded, merged += done.merged, dropped += done.dropped, fused += done.fused;
    BOOST_TEST(done.recorded == done.folded + done.merged + done.dropped + done.fused + done.unused + done.left);
  }
  BOOST_TEST(folded > 100);
  BOOST_TEST(merged > 100);
  BOOST_TEST(dropped > 100);
  BOOST_TEST(fused > 100);
}

BOOST_AUTO_TEST_CASE(what_does_not_vary_is_computed_once) {
  const mat S{{2, 1}, {1, 3}};
  const auto loss = [&](const auto& p) {
    const NumberVar<double> two = 2, log_two = log(two);
    const Var<double> inverse = inv(Var<double>(S));
    return p(0) * log_two + accu(inverse * p(1));
  };
  const Optimisations done = done_to(loss, places[0]);
  BOOST_TEST(done.folded == 0);  // numbers and matrices of no tape were computed when they met one
  check_same(loss, places);
  const auto on_tape = [&](const auto& p) {
    const Var<double> s = p.tape().constant(S);
    return p(0) * log(s(0, 0)) + accu(inv(s) * p(1));
  };
  BOOST_TEST(done_to(on_tape, places[0]).folded == 4);  // the entry, its logarithm, the factor, the inverse
  check_same(on_tape, places);
  int calls = 0;
  const auto counted = external([&](const mat& x) -> mat { return ++calls, 2 * x; },
                                [](const mat& dy, const mat&) -> mat { return 2 * dy; });
  auto program =
      record([&](const auto& p) { return accu(counted(p.tape().constant(S)) * p(1)); }, variables(places[0]));
  for (const vec& at : places) (void)program.value(at);
  BOOST_TEST(calls == 1);
}

// ---- Numbers of one operation, which go through loops and, where they do not depend on each other, through packs ----

BOOST_AUTO_TEST_CASE(long_programs_of_numbers_stay_what_they_are) {
  const auto loss = [](const auto& p) {
    using P = std::decay_t<decltype(p)>;
    scalar_of<P> sum = 0, state = .5;
    for (int t = 0; t < 1500; ++t) {
      const scalar_of<P> x = p(t % 3) + 1e-3 * t;
      state = .5 * state + .1 * tanh(x);  // in a row
      switch (t % 8) {
        case 0:
          sum += exp(-x) * log(2 + square(x));
          break;
        case 1:
          sum += pow(square(x) + 1, 1.5) - pow(square(x) + 1, .5 + 1e-3 * (t % 5));  // parameters that differ
          break;
        case 2:
          sum += atan2(x, state) / (1 + abs(x));
          break;
        case 3:
          sum += lgamma(2 + square(x)) - clamp(x, -.5, .5);
          break;
        case 4:
          sum += log_normpdf(x, state, 1 + abs(tanh(x)));  // by pointer
          break;
        case 5:
          sum += max(x, state) * sigmoid(x) - min(x, p(1));
          break;
        case 6:
          sum += sin(x) * cos(state) + softplus(x);
          break;
        case 7:
          sum += where(x > 0, sqrt(abs(x)), erf(x));
          break;
      }
    }
    return sum * 1e-3;
  };
  check_same(loss, {{.3, 1.2, -.7}, {2, 1, 1}, {-.4, .2, 0}, {infinity, 1, 0}});
  const arma::fvec at{.3f, 1.2f, -.7f};
  auto program = record(loss, variables(at));
  const auto [J, g] = program.value_and_gradient(at);
  const auto [K, h] = value_and_gradient(loss, at);
  BOOST_TEST(J == K, boost::test_tools::tolerance(1e-5f));
  for (uword k = 0; k < at.n_elem; ++k) BOOST_TEST(g(k) == h(k), boost::test_tools::tolerance(1e-4f));
}

BOOST_AUTO_TEST_CASE(branches_not_taken_pass_nothing_on_in_packs) {
  vec at(40);
  for (uword k = 0; k < at.n_elem; ++k) at(k) = k % 2 ? double(k) : 0.0;
  const auto loss = [](const auto& p) {
    scalar_of<std::decay_t<decltype(p)>> sum = 0;
    for (uword k = 0; k < p.n_elem; ++k) sum += where(p(k) > 0, log(p(k)) + pow(p(k), .5), 0);
    return sum;
  };
  const vec g = vec(record(loss, variables(at)).value_and_gradient(at).second);
  for (uword k = 0; k < at.n_elem; ++k) BOOST_TEST(agree(g(k), k % 2 ? 1 / at(k) + .5 / std::sqrt(at(k)) : 0.0));
  check_same(loss, {at});
}

BOOST_AUTO_TEST_CASE(infinite_adjoints_meet_slopes_of_zero_as_in_matrices) {
  const vec at = arma::linspace(1000, 2000, 30);  // tanh is 1 there, and flat
  const auto loss = [](const auto& p) {
    scalar_of<std::decay_t<decltype(p)>> sum = 0;
    for (uword k = 0; k < p.n_elem; ++k) sum += sqrt(1 - tanh(p(k)));
    return sum;
  };
  const vec g = vec(record(loss, variables(at)).value_and_gradient(at).second);
  const vec h = gradient([](const auto& p) { return accu(sqrt(1 - tanh(p))); }, at);
  for (uword k = 0; k < at.n_elem; ++k) BOOST_TEST(agree(g(k), h(k)), g(k) << " " << h(k));
  check_same(loss, {at, arma::linspace(-1, 30, 30)});
}

BOOST_AUTO_TEST_CASE(entries_of_several_matrices_are_read_in_loops) {
  const auto loss = [](const auto& p) {
    using P = std::decay_t<decltype(p)>;
    const mat_of<P> A = p * p.t(), B = exp(A * 0.1);
    scalar_of<P> sum = 0;
    for (uword j = 0; j < A.n_cols; ++j) {
      for (uword i = 0; i < A.n_rows; ++i) sum += A(i, j) * B(j, i) + exp(B(i, j)) * p(j);
    }
    return sum + accu(B) + accu(square(A));
  };
  check_same(loss, {{.3, 1.2, -.7}, {0, 0, 0}, {1, 0, -1}});
}

// ---- Small matrices, which become numbers where nothing else is done with them ----

namespace {
/// A program of matrices of up to 9 entries, with some operations that need a whole matrix, in an order of chance.
template <class P>
scalar_of<P> random_small_matrices(const P& p, unsigned seed) {
  std::mt19937 random(seed);
  using M = mat_of<P>;
  std::vector<M> m{M(reshape(p.head(4), 2, 2)), M(diagmat(p.tail(2))), M(mat{{1, 2}, {3, 4}}), M(mat{{1, 0}, {0, 1}})};
  const auto one = [&] { return m[random() % m.size()]; };
  for (int step = 0; step < 60; ++step) {
    const M a = one(), b = one();
    M y(2, 2);
    switch (random() % 14) {
      case 0:
        y = a * b;
        break;
      case 1:
        y = a.t() * b + a * b.t();
        break;
      case 2:
        y = a % b - a / (2 + square(b));
        break;
      case 3:
        y = a + accu(b);
        break;
      case 4:
        y = repmat(sum(a, 0), 2, 1) + repmat(sum(b, 1), 1, 2);
        break;
      case 5:
        y = join_rows(a.col(0), b.col(1));
        break;
      case 6:
        y = trimatu(a) + trimatl(b);
        break;
      case 7:
        y = diagmat(diagvec(a)) * b;
        break;
      case 8:
        y = a;
        y(0, 1) = b(1, 0) * a(0, 0);
        y.row(1) += b.row(0);
        break;
      case 9:
        y = solve(a * a.t() + mat{{3, 0}, {0, 3}}, b);  // needs them whole
        break;
      case 10:
        y = a * sum(b, 1) * sum(b, 0);
        break;
      case 11:
        y = reshape(join_cols(a.row(1), a.row(0)), 2, 2) + b(1, 1);
        break;
      case 12:
        y = clamp(a, -.5, .5) + pow(square(b) + 1, .25);
        break;
      case 13:
        y = join_rows(a, b) * join_rows(b, a).t();  // of 8 entries each
        break;
    }
    m[random() % m.size()] = tanh(y);
  }
  scalar_of<P> sum = 0;
  for (const M& a : m) sum += accu(a % a) + a(0, 1);
  return sum;
}
}  // namespace

BOOST_AUTO_TEST_CASE(small_matrices_become_numbers) {
  std::size_t scalarised = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    const auto loss = [seed](const auto& p) { return random_small_matrices(p, seed); };
    const vec at{.3, 1.2, -.7, .5, 2, -1};
    BOOST_TEST_CONTEXT("program " << seed) check_same(loss, {at, vec(6, arma::fill::zeros), -3 * at});
    scalarised += done_to(loss, at).scalarised;
  }
  BOOST_TEST(scalarised > 150 * 30);
}

BOOST_AUTO_TEST_CASE(arguments_without_use_beside_small_matrices) {
  const auto loss = [](const auto& p, const auto&, const auto&) {
    mat_of<std::decay_t<decltype(p)>> A = diagmat(p);
    for (int t = 0; t < 20; ++t) A = A * A;
    return accu(A);
  };
  const vec at{.5, 1};
  const mat X(2, 2, arma::fill::ones);
  const double two = 2;
  auto program = record(loss, variables(at, X, two));
  BOOST_TEST(program.optimisations().scalarised >= 20u);
  BOOST_TEST(arma::all(arma::vectorise(std::get<1>(program.value_and_gradient(at, X, two).second)) == 0));
}

// Of matrices that only numbers read.
BOOST_AUTO_TEST_CASE(values_that_numbers_read_are_computed_once_and_given_back) {
  int calls = 0;
  const uword n = 10000;
  const vec zeros(n, arma::fill::zeros);
  const auto twice = external([&](const vec& x) -> vec { return ++calls, 2 * x; },
                              [](const vec& dy, const vec&) -> vec { return 2 * dy; });
  const Tape<double>* tape = nullptr;
  auto program = record(
      [&](const auto& p) {
        tape = &p.tape();
        scalar_of<std::decay_t<decltype(p)>> sum = 0;
        for (int k = 0; k < 6; ++k) {
          const auto y = twice(p * double(k));
          sum = sum + y(0) * y(n - 1) + exp(y(k));
        }
        return sum;
      },
      variables(zeros));
  (void)program.value(zeros + 1);
  calls = 0;
  BOOST_TEST(program.value(zeros) == 6);
  BOOST_TEST(calls == 6);
  BOOST_TEST(tape->bytes() < 8 * n * sizeof(double));  // six, and one that they are made of
}

// Only where most of the work is on small matrices.
BOOST_AUTO_TEST_CASE(small_matrices_among_large_ones_stay_what_they_are) {
  const auto scalarised = [](int large) {
    const auto loss = [large](const auto& p) {
      mat_of<std::decay_t<decltype(p)>> A = diagmat(p), B = repmat(p, 4, 8);
      for (int t = 0; t < 20; ++t) A = A * A;
      for (int t = 1; t < large; ++t) B = sin(B);  // with repmat so many
      return accu(A) + accu(B);
    };
    return done_to(loss, vec{.5, 1, .2}).scalarised;
  };
  BOOST_TEST(scalarised(9) >= 20u);
  BOOST_TEST(scalarised(14) == 0u);
}

BOOST_AUTO_TEST_CASE(small_matrices_keep_infinities_and_nans_and_are_inputs_and_variables) {
  const auto loss = [](const auto& A, const auto& b, const auto& X) {
    auto x = b;
    for (int t = 0; t < 12; ++t) x = exp(-square(A * x + X.col(t % 3)) * .01) % x;
    return accu(x) + accu(square(A));
  };
  const auto agree_all = [](const mat& a, const mat& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), agree);
  };
  std::vector<mat> As{{{.5, .1, 0}, {0, 1, 0}, {.2, 0, -1}}, {{infinity, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  const vec regular{1, -2, .5}, odd{not_a_number, 1, 0};
  mat X(3, 3, arma::fill::randn);
  auto program = record(loss, variables(As[0], regular), inputs(X));
  BOOST_TEST(program.optimisations().scalarised > 16);
  for (const mat& A : As) {
    for (const vec& start : {regular, odd}) {
      X *= -1.5;  // read where it is
      const auto [J, g] = program.value_and_gradient(A, start, X);
      const auto [K, h] =
          value_and_gradient([&](const auto& w, const auto& x) { return loss(w, x, Var<double>(X)); }, A, start);
      BOOST_TEST(agree(J, K));
      BOOST_TEST(agree_all(std::get<0>(g), std::get<0>(h)));
      BOOST_TEST(agree_all(std::get<1>(g), std::get<1>(h)));
    }
  }
}

BOOST_AUTO_TEST_CASE(second_derivatives_and_tangents_go_through_small_matrices) {
  const auto loss = [](const auto& p) { return random_small_matrices(p, 7); };
  const vec at{.3, 1.2, -.7, .5, 2, -1}, V{1, -1, .5, 0, 2, 1};
  auto program = record(loss, variables(at));
  const vec product = hessian_vector_product(loss, at, V);
  BOOST_TEST(arma::norm(program.hessian_vector_product(at, V).second - product) < 1e-12 * arma::norm(product));
  const double slope = arma::dot(gradient(loss, at), V);
  BOOST_TEST(program.jvp(at, V).second(0) == slope, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(inputs_are_not_folded) {
  const auto loss = [](const auto& p, const auto& x) { return p(0) * x; };
  const double one = 1;
  auto program = record(loss, variables(places[0]), inputs(one));
  BOOST_TEST(program.optimisations().dropped == 0);
  BOOST_TEST(program.value(places[0], 3.0) == 3 * places[0](0));
}

BOOST_AUTO_TEST_CASE(equal_subexpressions_are_one) {
  const auto loss = [](const auto& p) { return sin(p(0)) * p(1) + exp(sin(p(0)) * p(2)); };
  BOOST_TEST(done_to(loss, places[0]).merged == 1);
  check_same(loss, places);
  const auto matrices = [](const auto& p) {
    const Var<double> S = diagmat(exp(p)) + 1;
    return log_det_sympd(S) + dot(p, inv_sympd(S) * p) + accu(inv_sympd(S));
  };
  BOOST_TEST(done_to(matrices, places[0]).merged >= 1);
  check_same(matrices, {{.1, .2, .3}, {-1, 2, 0}});
  const auto different = [](const auto& p) { return accu(clamp(p, 0, 1)) + accu(clamp(p, 0, 2)); };
  BOOST_TEST(done_to(different, places[0]).merged == 0);
  check_same(different, places);
}

BOOST_AUTO_TEST_CASE(products_with_one_and_parts_that_are_all_are_their_operand) {
  const auto loss = [](const auto& p) { return accu(p.rows(0, 2) * 1.0) + p(0) * 1.0 / 1.0; };
  BOOST_TEST(done_to(loss, places[0]).dropped == 4);
  check_same(loss, places);
  const auto by_zero = [](const auto& p) { return p(0) * 0.0 + p(1); };  // a NaN where p(0) is infinite
  BOOST_TEST(done_to(by_zero, places[0]).dropped == 0);
  check_same(by_zero, places);
}

BOOST_AUTO_TEST_CASE(a_product_that_is_only_added_is_fused_with_the_sum) {
  BOOST_TEST(done_to([](const auto& p) { return p(0) * p(1) + p(2); }, places[0]).fused == 1);
  BOOST_TEST(done_to([](const auto& p) { return p(2) + p(0) * p(1); }, places[0]).fused == 1);
  const auto read_twice = [](const auto& p) {
    const auto product = p(0) * p(1);
    return product + exp(product);
  };
  BOOST_TEST(done_to(read_twice, places[0]).fused == 0);
  check_same(read_twice, places);
}

BOOST_AUTO_TEST_CASE(what_was_done_is_printed) {
  std::ostringstream text;
  text << done_to([](const auto& p) { return p(0) * p(1) + p(2) * 1.0; }, places[0]);
  BOOST_TEST(text.str() == "6 nodes recorded: 0 folded, 0 merged, 1 dropped, 1 fused, 0 unused; 4 left\n");
  text.str("");
  text << done_to(
      [](const auto& p) {
        mat_of<std::decay_t<decltype(p)>> A = diagmat(p);
        for (int t = 0; t < 15; ++t) A = A * A;
        return accu(A);
      },
      vec{.5, 1});
  BOOST_TEST(text.str().starts_with("17 operations on small matrices made numbers; "));
}
