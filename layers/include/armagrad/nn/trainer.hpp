#pragma once
// Training by first-order steps on shuffled mini-batches or on the full batch. A TrainingState saved after
// any step determines the rest of the training: resumed from it, the results have the same bits.

#include <armagrad/sum_over_samples.hpp>
#include <memory>
#include <optional>

#include "optimizers.hpp"
#include "schedules.hpp"
#include "sequential.hpp"

namespace armagrad {

/// The processes that share a training: each of `size` ranks takes its part of every batch, and sum()
/// replaces n numbers by their sums over all ranks (an all-reduce).
template <class eT>
struct Ranks {
  unsigned rank = 0, size = 1;
  std::function<void(eT*, uword n)> sum = [](eT*, uword) {};
};

/// How a Trainer steps, when it stops, and what it penalises.
template <class eT>
struct TrainingOptions {
  uword epochs = 20;
  uword batch_size = 128;  // 0: the full batch
  Optimizer optimizer = Sgd{};
  LearningRate rate = step_decay(0.5, 0.85);
  double clip = 0;   // the gradient's largest norm; 0: no limit
  double l2 = 1e-5;  // weight in the loss of half the sum of the squared weights (not the biases)
  // Conditions to stop before all epochs are over; 0: never.
  uword patience = 0;          // this many epochs without a smaller validation loss,
  double tolerance = 0;        // no entry of the full gradient is larger,
  double relative_change = 0;  // or an epoch changes the loss by less than this fraction of it
  std::uint64_t seed = 1;
  Blocks blocks{};
  Ranks<eT> ranks{};
  /// Asked during evaluations that may take long, by any thread: once it is true, they end with Interrupted, and the
  /// state stays that of the last step.
  std::function<bool()> interrupted{};
};

/// The figures after an epoch: the loss of all training samples, with the penalty, and the accuracy on the
/// first 10,000 of them; the validation loss, without the penalty so that it is comparable between values of
/// l2, and the validation accuracy, both NaN without validation samples.
struct EpochLog {
  double loss, accuracy, validation_loss, validation_accuracy;
};

/// All that a training needs to continue with the same bits: parameters, the optimiser's state, its place in the data,
/// and the log.
template <class eT>
struct TrainingState {
  arma::Mat<eT> parameters, optimizer;  // a column; a row for each parameter
  uword steps = 0, epoch = 0;
  uword position = 0;  // of the epoch's samples, in their shuffled order; after the last, its figures are missing
  bool stopped = false;
  uword best_epoch = 0;       // with the smallest validation loss,
  arma::Mat<eT> best;         // and its parameters
  std::vector<EpochLog> log;  // at the start, then after each epoch
};

/// Samples, a column each, which are not copied: they must outlive their use, so they may not be temporaries.
template <class eT>
struct SampleSet {
  Columns<eT> X;  // D x n
  Columns<eT> Y;  // targets, c x n
};

/// A loss of outputs and targets, summed over their columns: see losses.hpp.
template <class eT>
using SampleLoss = std::function<Var<eT>(const Var<eT>& outputs, const Var<eT>& targets)>;

/// Trains a net by first-order steps. It copies the net and the options and refers to the samples, which have to live
/// as long. After an exception, as for memory that ended, the state is that of the last step, from which run() goes on.
template <class eT>
class ARMAGRAD_EXPORT Trainer {
 public:
  using Mat = arma::Mat<eT>;

  /// std::logic_error without samples, or unless there is a target for each.
  Trainer(const Sequential<eT>& net, SampleLoss<eT> loss, SampleSet<eT> train, std::optional<SampleSet<eT>> validation,
          TrainingOptions<eT> options);
  ~Trainer();
  Trainer(const Trainer&) = delete;  // the programs refer to it
  Trainer& operator=(const Trainer&) = delete;

  /// The options that the trainer was made with.
  const TrainingOptions<eT>& options() const { return options_; }
  /// The state after the last step. The reference holds as long as the trainer, its content until the next step.
  const TrainingState<eT>& state() const { return state_; }
  /// In epochs: 2.5 is half-way through the third.
  double time() const { return double(state_.epoch) + double(state_.position) / double(train_.X.n_cols); }
  /// Continues from the state of a trainer of the same net, data and options; std::logic_error for the state
  /// of another net.
  void resume(TrainingState<eT> state);

  /// Logs the figures at the start, unless they were logged; returns whether there is a step left.
  bool start();
  /// Takes one step, if there is one left, and returns whether there is another. NotFinite, with what to try,
  /// if the loss is no longer finite.
  bool step();
  /// Whether no step is left.
  bool done() const { return state_.epoch >= options_.epochs || state_.stopped; }
  /// Takes all steps that are left; `go_on` is asked after each of them.
  void run(const std::function<bool()>& go_on = [] { return true; });

  /// The parameters to use: with validation those of the smallest validation loss.
  const Mat& parameters() const { return state_.best.is_empty() ? state_.parameters : state_.best; }

  /// The loss over all samples, and its gradient: the trainer as an objective for other optimisers.
  double EvaluateWithGradient(const Mat& parameters, Mat& gradient);
  /// Records the parameters found by such an optimiser, and their loss, as the result of an epoch.
  void accept(const Mat& parameters, double loss);
  /// The norm of the full gradient at the state's parameters.
  double gradient_norm();

 private:
  struct Programs;

  uword share_begin(uword size) const;
  uword share_size(uword size) const;
  double weighted_sum(bool training, const Mat& parameters, const uword* order, uword first, uword size, Mat* gradient);
  double evaluate(const Mat& parameters, Mat* gradient);
  Mat& full_gradient();
  Mat& batch_gradient(uword first, uword size);
  void end_epoch();
  void require_finite(double loss, const Mat* gradient, uword epoch) const;
  EpochLog figures(const Mat& parameters, double loss) const;
  void log(const EpochLog& figures, uword epoch, const Mat& parameters);

  const Sequential<eT> net_;
  const SampleLoss<eT> loss_;
  const SampleSet<eT> train_;
  const std::optional<SampleSet<eT>> validation_;
  const TrainingOptions<eT> options_;
  const std::unique_ptr<Programs> programs_;
  TrainingState<eT> state_;
  bool full_batch_ = false;
  double rate_ = 0;  // of the last step
  static constexpr uword never = ~uword(0);
  Mat gradient_, batch_x_, batch_y_;
  uword gradient_of_ = never;  // the number of steps at which gradient_ is the full gradient
  arma::uvec order_;
  uword order_of_ = never;  // the epoch of order_
};

}  // namespace armagrad
