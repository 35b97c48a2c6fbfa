#define BOOST_TEST_MODULE trainer
#include <armagrad/detail/threads.hpp>
#include <barrier>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"
#include "tests/support/training.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;

mat probabilities(const mat& Z) {
  const mat E = arma::exp(Z);
  return E / arma::repmat(arma::sum(E, 0), Z.n_rows, 1);
}

/// So many threads that act as the ranks of a job: sum() waits for all, and adds in the order of the ranks.
class Job {
 public:
  explicit Job(unsigned size) : size_(size), barrier_(int(size)), parts_(size) {}
  Ranks<double> rank(unsigned r) {
    return {r, size_, [this, r](double* x, uword n) {
              parts_[r].assign(x, x + n);
              barrier_.arrive_and_wait();
              for (uword i = 0; i < n; ++i) {
                x[i] = 0;
                for (const auto& part : parts_) x[i] += part[i];
              }
              barrier_.arrive_and_wait();
            }};
  }

 private:
  unsigned size_;
  std::barrier<> barrier_;
  std::vector<std::vector<double>> parts_;
};

}  // namespace

// Without dropout, momentum and the like: the batches in the shuffled order that Random gives.
BOOST_AUTO_TEST_CASE(steps_are_those_of_sgd_by_hand) {
  Task<double> task;
  task.net = Sequential<double>({6}, {linear<double>(3)});
  task.options = {
      .epochs = 3, .batch_size = 16, .rate = step_decay(0.5, 0.7), .l2 = 0.1, .seed = 5, .blocks = {4, 1, 1}};
  const auto trainer = task.trainer();
  mat theta = trainer->state().parameters;
  trainer->run();
  BOOST_TEST(trainer->state().steps == 12U);
  for (uword epoch = 0; epoch < 3; ++epoch) {
    const arma::uvec order = Random(5, std::uint64_t(1) << 56 | epoch).permutation(50);
    for (uword first = 0; first < 50; first += 16) {
      const arma::uvec some = order.subvec(first, std::min<uword>(first + 15, 49));
      const mat x = task.X.cols(some), y = task.Y.cols(some);
      const mat W(theta.memptr(), 6, 3), b(theta.memptr() + 18, 3, 1);
      const mat D = (probabilities(W.t() * x + arma::repmat(b, 1, x.n_cols)) - y) / double(x.n_cols);
      theta -= 0.5 * std::pow(0.7, epoch) * arma::join_cols(arma::vectorise(mat(x * D.t() + 0.1 * W)), arma::sum(D, 1));
    }
  }
  BOOST_TEST(error(trainer->state().parameters, theta) < 1e-14);
  const mat W(theta.memptr(), 6, 3), b(theta.memptr() + 18, 3, 1);
  const double J = -arma::accu(task.Y % arma::log(probabilities(W.t() * task.X + arma::repmat(b, 1, 50)))) / 50 +
                   0.05 * arma::accu(W % W);
  BOOST_TEST(std::abs(trainer->state().log.back().loss - J) < 1e-14);
  // What is held back is measured without the penalty.
  const mat P = probabilities(W.t() * task.VX + arma::repmat(b, 1, 20));
  const EpochLog last = trainer->state().log.back();
  BOOST_TEST(std::abs(last.validation_loss + arma::accu(task.VY % arma::log(P)) / 20) < 1e-14);
  BOOST_TEST(last.validation_accuracy == arma::accu(arma::index_max(P, 0) == arma::index_max(task.VY, 0)) / 20.0);
}

BOOST_AUTO_TEST_CASE(resumed_after_any_step_it_goes_on_as_if_it_had_not_stopped) {
  std::size_t compared = 0, different = 0;
  for (const auto& [name, optimizer] : first_order) {
    for (const uword batch : {16, 0}) {
      Task<double> task;
      task.options.optimizer = optimizer;
      task.options.batch_size = batch;
      std::vector<TrainingState<double>> states;
      const auto whole = task.trainer();
      whole->run([&] {
        states.push_back(whole->state());
        return true;
      });
      for (const TrainingState<double>& kept : states) {
        const auto resumed = task.trainer();
        resumed->resume(kept);
        resumed->run();
        ++compared;
        different += !same_bits(resumed->state(), whole->state());
      }
    }
  }
  BOOST_TEST(different == 0U);
  BOOST_TEST(compared > 90U);
  BOOST_TEST_MESSAGE(compared << " steps k compared, " << different << " differ");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_make_no_difference, eT, Reals) {
  Task<eT> task;
  task.options.optimizer = Adam{};
  const auto one = task.trainer();
  one->run();
  for (const unsigned threads : {1U, 2U, 3U, 7U}) {
    task.options.blocks.threads = threads;
    const auto more = task.trainer();
    more->run();
    BOOST_TEST(same_bits(more->state(), one->state()), threads << " threads");
  }
  task.options.seed = 10;
  const auto other = task.trainer();
  other->run();
  BOOST_TEST(!same_bits(other->state().parameters, one->state().parameters));
}

BOOST_AUTO_TEST_CASE(ranks_that_share_the_batches) {
  for (const uword batch : {16, 0}) {
    Task<double> task;
    task.options.batch_size = batch;
    task.options.optimizer = Adam{};
    const auto alone = task.trainer();
    alone->run();
    for (const unsigned size : {1U, 2U, 3U}) {
      Job job(size);
      std::vector<TrainingState<double>> results(size);
      detail::in_threads(size, [&](unsigned r) {
        Task<double> mine = task;
        mine.options.ranks = job.rank(r);
        const auto trainer = mine.trainer();
        trainer->run();
        results[r] = trainer->state();
      });
      BOOST_TEST(error(results[0].parameters, alone->state().parameters) < 1e-12, size << " ranks");
      BOOST_TEST(std::abs(results[0].log.back().validation_loss - alone->state().log.back().validation_loss) < 1e-12);
      for (unsigned r = 1; r < size; ++r) BOOST_TEST(same_bits(results[r], results[0]));
    }
  }
}

/// 200 samples, which blocks of one column part into four evaluations.
template <class eT>
Task<eT> many_samples(uword batch_size) {
  Task<eT> task;
  for (auto* x : {&task.X, &task.Y}) *x = arma::Mat<eT>(arma::repmat(*x, 1, 4));
  task.options.blocks = {1, 1, 1};
  task.options.batch_size = batch_size;
  return task;
}

BOOST_AUTO_TEST_CASE(evaluated_some_at_a_time_the_loss_is_the_same) {
  for (const uword batch_size : {0, 150}) {
    Task<double> parts = many_samples<double>(batch_size), whole = many_samples<double>(batch_size);
    whole.options.blocks = {200, 1, 1};
    parts.options.l2 = whole.options.l2 = 0.5;
    const auto a = parts.trainer(), b = whole.trainer();
    a->run();
    b->run();
    for (std::size_t k = 0; k < a->state().log.size(); ++k)
      BOOST_TEST(std::abs(a->state().log[k].loss - b->state().log[k].loss) < 1e-12);
    BOOST_TEST(arma::abs(a->state().parameters - b->state().parameters).max() < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(samples_made_as_they_are_needed, eT, Reals) {
  for (const uword batch_size : {0, 16, 150}) {
    const Task<eT> task = many_samples<eT>(batch_size);
    const auto expected = task.trainer();
    expected->run();
    const auto made = [](const arma::Mat<eT>& X) {
      return Columns<eT>(X.n_rows, X.n_cols, [&X](const uword* which, uword n, eT* to) {
        for (uword i = 0; i < n; ++i) to = std::copy_n(X.colptr(which[i]), X.n_rows, to);
      });
    };
    const auto loss = [](const auto& scores, const auto& y) { return cross_entropy<eT>(scores, y); };
    Trainer<eT> trainer(task.net, loss, {made(task.X), made(task.Y)}, SampleSet<eT>{made(task.VX), made(task.VY)},
                        task.options);
    trainer.run();
    BOOST_TEST(same_bits(trainer.state(), expected->state()));

    // Every second sample, first of all as a matrix.
    const arma::uvec some = arma::regspace<arma::uvec>(0, 2, 199);
    const arma::Mat<eT> X = task.X.cols(some), Y = task.Y.cols(some);
    Trainer<eT> copied(task.net, loss, {X, Y}, {}, task.options);
    Trainer<eT> chosen(task.net, loss, {made(task.X).cols(some), Columns<eT>(task.Y).cols(some)}, {}, task.options);
    copied.run();
    chosen.run();
    BOOST_TEST(same_bits(copied.state(), chosen.state()));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(interrupted_at_any_time_it_goes_on_as_if_it_had_not, eT, Reals) {
  for (const uword batch_size : {0, 150}) {
    Task<eT> task = many_samples<eT>(batch_size);
    task.options.epochs = 2;
    int asked = 0, last = -1;
    task.options.interrupted = [&] { return ++asked == last; };
    const auto whole = task.trainer();
    whole->run();
    const int all = asked;
    BOOST_TEST(all > 20);
    for (int k = 1; k <= all; ++k) {
      asked = 0;
      last = k;
      const auto trainer = task.trainer();
      BOOST_CHECK_THROW(trainer->run(), Interrupted);
      const auto resumed = task.trainer();
      resumed->resume(trainer->state());
      resumed->run();
      BOOST_TEST(same_bits(resumed->state(), whole->state()), "interrupted at the " << k << "th time of " << all);
      trainer->run();  // or goes on itself
      BOOST_TEST(same_bits(trainer->state(), whole->state()));
    }
  }
}

BOOST_AUTO_TEST_CASE(early_stopping) {
  Task<double> task;
  task.options.rate = constant(3);  // too large to keep getting better
  task.options.epochs = 200;
  task.options.patience = 3;
  const auto trainer = task.trainer();
  trainer->run();
  const auto& s = trainer->state();
  BOOST_TEST((s.stopped && s.epoch < 200));
  BOOST_TEST(s.epoch == s.best_epoch + 3);
  for (const EpochLog& e : s.log) BOOST_TEST(e.validation_loss >= s.log[s.best_epoch].validation_loss);
  BOOST_TEST(same_bits(trainer->parameters(), s.best));
  task.options.epochs = s.best_epoch;
  task.options.patience = 0;
  const auto shorter = task.trainer();
  shorter->run();
  BOOST_TEST(same_bits(shorter->state().parameters, s.best));
}

BOOST_AUTO_TEST_CASE(a_small_gradient_ends_it) {
  Task<double> task;
  task.net = Sequential<double>({6}, {linear<double>(3)});
  task.options = {.epochs = 5000, .batch_size = 0, .rate = constant(1), .l2 = 0.05, .tolerance = 1e-4};
  const auto trainer = task.trainer(false);
  trainer->run();
  BOOST_TEST((trainer->state().epoch > 5 && trainer->state().epoch < 5000));
  mat g;
  trainer->EvaluateWithGradient(trainer->state().parameters, g);
  BOOST_TEST(arma::abs(g).max() <= 1e-4);
  BOOST_TEST(std::abs(trainer->gradient_norm() - arma::norm(g)) < 1e-15);
  BOOST_TEST(std::isnan(trainer->state().log[0].validation_loss));
}

BOOST_AUTO_TEST_CASE(a_small_change_ends_it) {
  Task<double> task;
  task.options.epochs = 5000;
  task.options.rate = constant(0.1);
  task.options.batch_size = 0;
  const auto forever = task.trainer(false);
  forever->run();
  BOOST_TEST(forever->state().epoch == 5000U);
  task.options.relative_change = 1e-3;
  const auto trainer = task.trainer(false);
  trainer->run();
  const auto& log = trainer->state().log;
  BOOST_TEST((log.size() > 5 && log.size() < 5000));
  for (std::size_t i = 1; i < log.size(); ++i)
    BOOST_TEST((std::abs(log[i].loss - log[i - 1].loss) < 1e-3 * log[i].loss) == (i + 1 == log.size()));
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_no_longer_finite_is_told_at_once) {
  for (const uword batch : {16, 0}) {
    Task<double> task;
    task.options.rate = [](double epoch) { return epoch < 2 ? 0.01 : 1e300; };
    task.options.clip = 0;
    task.options.batch_size = batch;
    const auto trainer = task.trainer();
    check_says(failure([&] { trainer->run(); }),
               {"no longer finite in epoch 3", "learning rate of 1e+300", "warm-up", "clip"});
    BOOST_TEST(trainer->state().log.size() == 3U);
    BOOST_TEST(trainer->state().steps <= (batch == 0 ? 3U : 10U));
  }
  Task<double> task;
  task.net = Sequential<double>({6}, {linear<double>(3, {.initial = uniform(1e200, 2e200)})});
  check_says(failure([&] { task.trainer()->run(); }), {"not finite at the start", "initial weights"});
}

BOOST_AUTO_TEST_CASE(data_and_gradients_that_are_not_finite_are_told_apart) {
  Task<double> task;
  task.X(1, 3) = not_a_number;
  check_says(failure([&] { task.trainer()->run(); }), {"the data", "1 entries of the samples", "row 1 of column 3"});
  task.X(1, 3) = 0;
  task.Y(2, 0) = task.Y(0, 5) = inf;
  check_says(failure([&] { task.trainer()->run(); }), {"the data", "2 entries of the targets", "row 2 of column 0"});
  // The root of a number that is 0 has an infinite slope.
  for (const uword batch : {16, 0}) {
    Task<double> other;
    other.net = Sequential<double>({6}, {linear<double>(3, {.initial = zeros()})});
    other.options.batch_size = batch;
    const SampleLoss<double> roots = [](const Var<double>& z, const Var<double>&) { return accu(sqrt(z)); };
    Trainer<double> trainer(other.net, roots, {other.X, other.Y}, {}, other.options);
    check_says(failure([&] { trainer.run(); }), {"the loss is finite and its gradient is not finite at the start"});
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be) {
  Task<double> task;
  Task<double> other;
  other.net = Sequential<double>({6}, {linear<double>(3)});
  const auto state = other.trainer()->state();
  check_says(refusal([&] { task.trainer()->resume(state); }), {"another training"});
  task.Y.reset();
  check_says(refusal([&] { task.trainer(); }), {"Trainer", "target"});
}
