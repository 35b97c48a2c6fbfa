#define BOOST_TEST_MODULE failing_allocations_in_trainings
#include <armagrad/nn/lbfgs.hpp>

#include "tests/faults/failing_subjects.hpp"
#include "tests/support/training.hpp"

// A training whose allocation fails goes on from its last step, and ends with the bits of one that nothing disturbed.

using namespace armagrad;
using namespace armagrad::testing;

namespace {

Task<double> task_with(const Optimizer& optimizer, uword batch_size, double tolerance) {
  Task<double> task;
  task.options.optimizer = optimizer;
  task.options.batch_size = batch_size;
  task.options.tolerance = tolerance;
  task.options.epochs = 1;
  return task;
}
const Task<double> by_batches = task_with(Adam{}, 32, 0), by_full_batches = task_with(Sgd{.momentum = 0.9}, 0, 1e-9);

template <const Task<double>& task>
struct Training {
  std::unique_ptr<Trainer<double>> trainer;
  arma::mat run() {
    if (!trainer) trainer = task.trainer();
    trainer->run();
    return trainer->parameters();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_training_by_batches) {
  fail_each("batches", subject<Training<by_batches>>([](auto& training) { return training.run(); }), 300);
}

BOOST_AUTO_TEST_CASE(a_training_by_full_batches) {
  fail_each("full batches", subject<Training<by_full_batches>>([](auto& training) { return training.run(); }), 300);
}

// NLopt goes on with fewer vectors where there is no memory for all: other steps, but down.
BOOST_AUTO_TEST_CASE(a_training_by_lbfgs) {
  struct Nothing {};
  fail_each("L-BFGS", subject<Nothing>([](Nothing&) {
              const auto trainer = by_full_batches.trainer();
              arma::mat w = trainer->state().parameters, g;
              const double before = trainer->EvaluateWithGradient(w, g), after = lbfgs(*trainer, w, {.evaluations = 6});
              return arma::mat(1, 1, arma::fill::value(double(after < 0.8 * before)));
            }));
}
