#define BOOST_TEST_MODULE blocks
#include <armagrad/armagrad.hpp>
#include <armagrad/detail/threads.hpp>
#include <atomic>
#include <set>
#include <thread>

#include "tests/support/oracle.hpp"

// OpenBLAS's own switches, where it is the BLAS in use.
extern "C" {
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] void openblas_set_num_threads(int);
}

using namespace armagrad;
using namespace armagrad::testing;

namespace {

const auto sample_loss = [](const auto& w, const auto& x, const auto& y) {
  return -accu(y % log_softmax(w.t() * x, 0));
};

template <class eT>
struct Data {
  explicit Data(arma::uword n) : W(uniform<eT>(7, 3)), X(uniform<eT>(7, n)), Y(3, n, arma::fill::zeros) {
    for (arma::uword i = 0; i < n; ++i) Y(i % 3, i) = 1;
  }
  arma::Mat<eT> W, X, Y;

  auto in_blocks(Blocks blocks) const {
    return [this, blocks](const auto& w) {
      return sum_over_samples(blocks, sample_loss, samples(view(X), view(Y)), w) / X.n_cols + 0.1 * accu(square(w));
    };
  }
  auto whole() const {
    return [this](const auto& w) { return sample_loss(w, view(X), view(Y)) / X.n_cols + 0.1 * accu(square(w)); };
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(blocks, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(the_sum_is_that_of_the_whole, eT, Reals) {
  for (const arma::uword n : {1, 5, 63, 64, 65, 1000}) {
    const Data<eT> d(n);
    const auto [J, g] = value_and_gradient(d.whole(), d.W);
    for (const Blocks& b : {Blocks{1}, Blocks{7}, Blocks{64}, Blocks{5000}}) {
      const auto [K, h] = value_and_gradient(d.in_blocks(b), d.W);
      BOOST_TEST(error(J, K) <= 2 * tolerance<eT>);
      BOOST_TEST(error(g, h) <= 2 * tolerance<eT>);
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(any_number_of_threads_gives_the_same_bits, eT, Reals) {
  const Data<eT> d(10007);
  for (const arma::uword run : {1u, 8u, 1000u}) {
    const auto [J, g] = value_and_gradient(d.in_blocks({16, 1, run}), d.W);
    for (const unsigned threads : {2u, 3u, 5u, 16u, 40u}) {
      const auto [K, h] = value_and_gradient(d.in_blocks({16, threads, run}), d.W);
      BOOST_TEST(J == K);
      BOOST_TEST(arma::all(arma::vectorise(g == h)));
    }
  }
}

BOOST_AUTO_TEST_CASE(replays_with_other_samples_and_weights) {
  const Data<double> d(100), e(100);
  auto step = record([](const auto& w, const auto& x,
                        const auto& y) { return sum_over_samples(Blocks{8}, sample_loss, samples(x, y), w); },
                     variables(d.W), inputs(d.X, d.Y));
  for (const auto* data : {&d, &e, &d}) {
    const auto expected = value_and_gradient([&](const auto& w) { return sample_loss(w, data->X, data->Y); }, data->W);
    const auto [J, g] = step.value_and_gradient(data->W, data->X, data->Y);
    BOOST_TEST(error(J, expected.first) <= 1e-13);
    BOOST_TEST(error(g, expected.second) <= 1e-13);
    BOOST_TEST(error(step.value(data->W, data->X, data->Y), expected.first) <= 1e-13);
  }
}

BOOST_AUTO_TEST_CASE(a_backward_pass_after_the_value_was_asked_for) {
  const Data<double> d(100);
  Tape<double> tape;
  const auto w = tape.variable(d.W);
  const auto J = d.in_blocks({8})(w);
  BOOST_TEST(error(J.scalar(), value_and_gradient(d.whole(), d.W).first) <= 1e-13);
  for (int times = 0; times < 2; ++times) {
    tape.backward(J);
    BOOST_TEST(error(tape.gradient(w), gradient(d.whole(), d.W)) <= 1e-13);
  }
}

BOOST_AUTO_TEST_CASE(every_reading_sees_the_function_itself) {
  const Data<double> d(50);
  const arma::mat V = uniform(7, 3);
  BOOST_TEST(error(hessian_vector_product(d.in_blocks({8}), d.W, V), hessian_vector_product(d.whole(), d.W, V)) <=
             1e-12);
  const auto report = check_gradient(d.in_blocks({8}), d.W);
  BOOST_TEST(report.passed(), report);
}

BOOST_AUTO_TEST_CASE(several_parameters_one_of_them_a_number_and_one_held_fixed) {
  const arma::mat X = uniform(4, 90), w = uniform(4, 1), b = uniform(1, 1), c = uniform(4, 1), s = uniform(2, 2);
  const auto loss = [&](const auto& sum) {
    return [&, sum](const auto& w_, const auto& b_, const auto& s_) {
      const auto f = [](const auto& v, const auto& offset, const auto& fixed, const auto& scale, const auto& x) {
        return accu(square(tanh((v - fixed).t() * x) + accu(offset))) * accu(scale);
      };
      return sum(f, w_, b_, w_.tape().constant(c), s_);
    };
  };
  const auto blocks = loss([&](auto f, auto... v) { return sum_over_samples(Blocks{16}, f, samples(view(X)), v...); });
  const auto whole = loss([&](auto f, auto... v) { return f(v..., view(X)); });
  const auto [J, g] = value_and_gradient(blocks, w, b, s);
  const auto [K, h] = value_and_gradient(whole, w, b, s);
  BOOST_TEST(error(J, K) <= 1e-13);
  BOOST_TEST(error(std::get<0>(g), std::get<0>(h)) <= 1e-13);
  BOOST_TEST(error(std::get<1>(g), std::get<1>(h)) <= 1e-13);
  BOOST_TEST(error(std::get<2>(g), std::get<2>(h)) <= 1e-13);
}

BOOST_AUTO_TEST_CASE(samples_that_are_variables) {
  const Data<double> d(40);
  const auto g = gradient(
      [&](const auto& w, const auto& x) { return sum_over_samples(Blocks{8}, sample_loss, samples(x, view(d.Y)), w); },
      d.W, d.X);
  const auto h = gradient([&](const auto& w, const auto& x) { return sample_loss(w, x, view(d.Y)); }, d.W, d.X);
  BOOST_TEST(error(std::get<0>(g), std::get<0>(h)) <= 1e-13);
  BOOST_TEST(error(std::get<1>(g), std::get<1>(h)) <= 1e-13);
}

BOOST_AUTO_TEST_CASE(no_samples_sum_to_nothing) {
  const Data<double> d(0);
  const auto [J, g] = value_and_gradient(
      [&](const auto& w) { return sum_over_samples(sample_loss, samples(view(d.X), view(d.Y)), w); }, d.W);
  BOOST_TEST(J == 0);
  BOOST_TEST(error(g, arma::mat(7, 3, arma::fill::zeros)) == 0);
}

// The user's function may have state, which threads would share.
BOOST_AUTO_TEST_CASE(the_function_is_called_in_the_calling_thread_only) {
  const Data<double> d(1001);
  std::set<std::thread::id> threads;
  const auto loss = [&](const auto& w, const auto& x) {
    threads.insert(std::this_thread::get_id());
    return accu(tanh(w.t() * x));
  };
  const auto J = [&](const auto& w) {
    return sum_over_samples(Blocks{.columns = 10, .threads = 4, .run = 1}, loss, samples(view(d.X)), w);
  };
  BOOST_TEST(error(gradient(J, d.W), gradient([&](auto w) { return loss(w, view(d.X)); }, d.W)) < 1e-13);
  BOOST_TEST(threads.size() == 1u);
  BOOST_TEST((*threads.begin() == std::this_thread::get_id()));
}

// Blocks in which the branches differ, and threads.
BOOST_AUTO_TEST_CASE(a_function_that_asks_for_values_is_recorded_for_each_block) {
  const arma::mat X{{1, -1, 2, 0.5, -3, 4, 1, -2}};
  const arma::mat w{2.0};
  const auto loss = [](const auto& by, const auto& x) {
    const arma::mat values = x.value();
    return accu(by) * (arma::accu(values) > 0 ? accu(x) : accu(square(x)));
  };
  // By two columns: 0 -> 1 + 1, 2.5, 1, -1 -> 1 + 4.
  const double sum = 2 + 2.5 + 1 + 5;
  for (const unsigned threads : {1, 3}) {
    const auto [J, g] = value_and_gradient(
        [&](const auto& by) {
          return sum_over_samples(Blocks{.columns = 2, .threads = threads, .run = 1}, loss, samples(view(X)), by);
        },
        w);
    BOOST_TEST(J == 2 * sum);
    BOOST_TEST(g(0) == sum);
  }
}

BOOST_AUTO_TEST_CASE(samples_may_be_kept_and_used_later) {
  const arma::mat X{{1, 2, 3}};
  const auto x = samples(view(X), arma::mat(2 * X));  // a view and a matrix that are temporaries
  const auto loss = [](const auto& w, const auto& a, const auto& b) { return accu(w) * accu(a % b); };
  BOOST_TEST(gradient([&](auto w) { return sum_over_samples(loss, x, w); }, arma::mat{1.0})(0) == 28);
}

// With one guard after the other, overlapping at random, the number of threads is back at the end, and 1 meanwhile.
BOOST_AUTO_TEST_CASE(blas_has_one_thread_while_somebody_holds_it_and_its_own_number_afterwards) {
  if (!openblas_get_num_threads) return;
  const int before = openblas_get_num_threads();
  openblas_set_num_threads(2);
  const int number = openblas_get_num_threads();
  std::atomic<int> others = 0;
  in_threads(4, [&](unsigned) {
    for (int k = 0; k < 2000; ++k) {
      const OneBlasThread hold;
      others += openblas_get_num_threads() != 1;
    }
  });
  BOOST_TEST(others == 0);
  BOOST_TEST(openblas_get_num_threads() == number);
  openblas_set_num_threads(before);
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  const Data<double> d(20);
  const arma::mat short_y = uniform(3, 19);
  const auto refuse = [&](const auto& loss) { return refusal([&] { value_and_gradient(loss, d.W); }); };
  check_says(refuse([&](const auto& w) { return sum_over_samples(sample_loss, samples(d.X, short_y), w); }),
             {"sum_over_samples at ", "test_blocks.cpp:", "7x20 and 3x19"});
  check_says(refuse([&](const auto& w) { return sum_over_samples(Blocks{0}, sample_loss, samples(d.X, d.Y), w); }),
             {"sum_over_samples at ", "blocks of 0 columns"});
  check_says(refuse([&](const auto& w) {
               return sum_over_samples([](const auto& v, const auto& x) { return v.t() * x; }, samples(d.X), w);
             }),
             {"not a scalar but 3x20"});
}

BOOST_AUTO_TEST_SUITE_END()
