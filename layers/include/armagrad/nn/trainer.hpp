#pragma once
// Training by first-order steps on shuffled mini-batches or on the full batch. All that the rest of a
// training follows from is its TrainingState: kept after any step, it goes on as if nothing had happened.

#include <memory>
#include <optional>
#include <stdexcept>

#include "optimizers.hpp"
#include "schedules.hpp"
#include "sequential.hpp"

namespace armagrad {

/// Who takes part in a training: each of `size` ranks takes its share of every batch, and sum() adds up
/// n numbers over all of them, for all of them.
template <class eT>
struct Ranks {
  unsigned rank = 0, size = 1;
  std::function<void(eT*, uword n)> sum = [](eT*, uword) {};
};

template <class eT>
struct TrainingOptions {
  uword epochs = 20;
  uword batch_size = 128;  // 0: the full batch
  Optimizer optimizer = Sgd{};
  LearningRate rate = step_decay(0.5, 0.85);
  double clip = 0;   // the gradient's largest norm; 0: any
  double l2 = 1e-5;  // of half the sum of the squared weights (not the biases) in the loss
  // When it stops before all epochs are over; 0: never.
  uword patience = 0;          // after so many epochs without a smaller validation loss,
  double tolerance = 0;        // when no entry of the full gradient is larger,
  double relative_change = 0;  // or when an epoch changes the loss by less of itself
  std::uint64_t seed = 1;
  Blocks blocks{};
  Ranks<eT> ranks{};
};

/// The figures after an epoch: the loss of all samples trained on, with its penalty, and the accuracy on the
/// first 10,000 of them; of the validation samples the loss without the penalty, so that it compares from l2
/// to l2, and the accuracy, NaN where there are none.
struct EpochLog {
  double loss, accuracy, validation_loss, validation_accuracy;
};

template <class eT>
struct TrainingState {
  arma::Mat<eT> parameters, optimizer;  // a column; a row for each parameter
  uword steps = 0, epoch = 0;
  uword position = 0;  // of the epoch's samples, in their shuffled order
  bool stopped = false;
  uword best_epoch = 0;       // with the smallest validation loss,
  arma::Mat<eT> best;         // and its parameters
  std::vector<EpochLog> log;  // at the start, then after each epoch
};

/// Samples, a column each, which are not copied.
template <class eT>
struct SampleSet {
  const arma::Mat<eT>& X;  // D x n
  const arma::Mat<eT>& Y;  // targets, c x n
};

/// A loss of outputs and targets, summed over their columns: see losses.hpp.
template <class eT>
using SampleLoss = std::function<Var<eT>(const Var<eT>& outputs, const Var<eT>& targets)>;

template <class eT>
class Trainer {
 public:
  using Mat = arma::Mat<eT>;

  Trainer(const Sequential<eT>& net, SampleLoss<eT> loss, SampleSet<eT> train,
          std::optional<SampleSet<eT>> validation, TrainingOptions<eT> options)
      : net_(net),
        loss_(std::move(loss)),
        train_(train),
        validation_(validation),
        options_(std::move(options)),
        evaluate_(objective(false)),
        descend_(objective(true)) {
    const uword n = train.X.n_cols;
    if (n == 0 || train.Y.n_cols != n) misuse("Trainer", {}, "no samples, or not a target for each");
    full_batch_ = options_.batch_size == 0 || options_.batch_size >= n;
    state_.parameters = net.initial(Random(options_.seed, stream(initialise, 0)));
    state_.optimizer = initial_state<eT>(options_.optimizer, net.n_parameters());
  }

  Trainer(const Trainer&) = delete;  // the programs refer to it
  Trainer& operator=(const Trainer&) = delete;

  const TrainingOptions<eT>& options() const { return options_; }
  const TrainingState<eT>& state() const { return state_; }
  /// In epochs: 2.5 is half-way through the third.
  double time() const { return double(state_.epoch) + double(state_.position) / double(train_.X.n_cols); }
  /// Goes on from where a trainer of the same net, data and options was; std::logic_error for another net's.
  void resume(TrainingState<eT> state) {
    if (arma::size(state.parameters) != arma::size(state_.parameters) ||
        arma::size(state.optimizer) != arma::size(state_.optimizer) || state.position >= train_.X.n_cols)
      misuse("Trainer", {}, "the state of another training");
    state_ = std::move(state);
    gradient_of_ = never;
    rate_ = options_.rate(time());
  }

  /// Logs the figures at the start, where that was not done; whether there is a step left.
  bool start() {
    if (state_.log.empty()) end_epoch();
    return !done();
  }
  /// One step, if there is one left. NotFinite, with what to try, if the loss is no longer finite.
  bool step() {
    if (!start()) return false;
    const uword n = train_.X.n_cols, first = state_.position,
                size = full_batch_ ? n : std::min(options_.batch_size, n - first);
    Mat& g = full_batch_ && !net_.drops() ? full_gradient() : batch_gradient(first, size);
    if (options_.clip > 0) clip_norm(g, options_.clip);
    ++state_.steps;
    rate_ = options_.rate(time());
    update(options_.optimizer, state_.parameters, g, state_.optimizer, rate_, state_.steps);
    state_.position += size;
    if (state_.position == n) {
      state_.position = 0;
      ++state_.epoch;
      end_epoch();
    }
    return !done();
  }

  bool done() const { return state_.epoch >= options_.epochs || state_.stopped; }

  /// All steps that are left; after each of them, `go_on` is asked.
  void run(const std::function<bool()>& go_on = [] { return true; }) {
    bool more = start();
    while (more) {
      more = step();
      more = go_on() && more;
    }
  }

  /// The parameters to use: with validation those of the smallest validation loss.
  const Mat& parameters() const { return state_.best.is_empty() ? state_.parameters : state_.best; }

  /// The loss over all samples, and its gradient: the trainer as an objective for optimisers that take one.
  double EvaluateWithGradient(const Mat& parameters, Mat& gradient) {
    return evaluate(train_, parameters, &gradient);
  }
  /// Takes what such an optimiser found, and its loss, as an epoch's result.
  void accept(const Mat& parameters, double loss) {
    state_.parameters = parameters;
    ++state_.steps;
    ++state_.epoch;
    log(loss);
  }
  /// The norm of the full gradient at the state's parameters.
  double gradient_norm() { return arma::norm(full_gradient(), "fro"); }

 private:
  enum Stream : std::uint64_t { initialise, shuffle, drop };
  static std::uint64_t stream(Stream of, uword index) { return std::uint64_t(of) << 56 | index; }

  /// A rank's part of the loss: weight * (sum over its samples) + its share of the penalty.
  Program<eT, 1, 4> objective(bool training) const {
    return Program<eT, 1, 4>([this, training](const auto& theta, const auto& x, const auto& y,
                                              const auto& keys, const auto& weight) {
      std::vector<Var<eT>> all = net_.split(theta);
      const std::size_t n = all.size();
      Var<eT> penalty = theta.tape().constant(eT(0));
      for (std::size_t k = 0; k < n; ++k) {
        if (options_.l2 != 0 && net_.parts()[k].name.ends_with("weight"))
          penalty = penalty + accu(square(all[k]));
      }
      all.insert(all.end(), {x, y, keys});
      const Function<eT> sum = [this, training, n](std::span<const Var<eT>> v) {
        return loss_(net_.forward(v.first(n), v[n], training ? Pass<eT>{&v[n + 2]} : Pass<eT>{}), v[n + 1]);
      };
      return detail::append_block_sum<eT>(theta.tape(), sum, all, 3, options_.blocks, {}) % weight +
             0.5 * options_.l2 / options_.ranks.size * penalty;
    });
  }

  // A rank's share of the columns first ... first + size - 1.
  uword share(uword size, unsigned rank) const { return size * rank / options_.ranks.size; }
  uword share_begin(uword size) const { return share(size, options_.ranks.rank); }
  uword share_size(uword size) const { return share(size, options_.ranks.rank + 1) - share_begin(size); }
  static Mat columns(const Mat& X, uword first, uword n) {
    return Mat(const_cast<eT*>(X.memptr()) + first * X.n_rows, X.n_rows, n, false, true);
  }
  static Mat one(double x) { return Mat(1, 1, arma::fill::value(eT(x))); }

  /// The loss over all samples of a set, and its gradient if asked for.
  double evaluate(const SampleSet<eT>& set, const Mat& parameters, Mat* gradient) {
    const uword n = set.X.n_cols, first = share_begin(n), size = share_size(n);
    const Mat x = columns(set.X, first, size), y = columns(set.Y, first, size), keys(2, size),
              weight = one(1 / double(n));
    eT J;
    if (gradient) {
      const auto [value, g] = evaluate_.value_and_gradient(parameters, x, y, keys, weight);
      J = value;
      *gradient = g;
      options_.ranks.sum(gradient->memptr(), gradient->n_elem);
    } else {
      J = evaluate_.value(parameters, x, y, keys, weight);
    }
    options_.ranks.sum(&J, 1);
    return double(J);
  }

  Mat& full_gradient() {
    if (gradient_of_ != state_.steps) evaluate(train_, state_.parameters, &gradient_);
    gradient_of_ = state_.steps;
    return gradient_;
  }

  /// Columns in their shuffled order, gathered in `buffer`; of the full batch a view.
  Mat batch(const Mat& X, Mat& buffer, uword first, uword n) {
    if (full_batch_) return columns(X, first, n);
    buffer.set_size(X.n_rows, n);
    for (uword i = 0; i < n; ++i) std::copy_n(X.colptr(order_[first + i]), X.n_rows, buffer.colptr(i));
    return columns(buffer, 0, n);
  }

  Mat& batch_gradient(uword first, uword size) {
    if (!full_batch_ && order_of_ != state_.epoch) {
      order_ = Random(options_.seed, stream(shuffle, state_.epoch)).permutation(train_.X.n_cols);
      order_of_ = state_.epoch;
    }
    const uword begin = share_begin(size), mine = share_size(size);
    const Mat x = batch(train_.X, batch_x_, first + begin, mine),
              y = batch(train_.Y, batch_y_, first + begin, mine);
    Mat keys(2, size);  // of all ranks' samples; not read unless something is dropped
    if (net_.drops()) keys = dropout_keys<eT>(Random(options_.seed, stream(drop, state_.steps)), size);
    const Mat my_keys = columns(keys, begin, mine);
    const Mat weight = one(1 / double(size));
    gradient_of_ = never;
    const auto [J, g] = descend_.value_and_gradient(state_.parameters, x, y, my_keys, weight);
    require_finite(std::isfinite(J), state_.epoch + 1);
    gradient_ = g;
    options_.ranks.sum(gradient_.memptr(), gradient_.n_elem);
    return gradient_;
  }

  void end_epoch() {
    const bool wants_gradient = options_.tolerance > 0 || (full_batch_ && !net_.drops());
    const double loss = evaluate(train_, state_.parameters, wants_gradient ? &gradient_ : nullptr);
    gradient_of_ = wants_gradient ? state_.steps : never;
    require_finite(std::isfinite(loss) && (!wants_gradient || gradient_.is_finite()), state_.epoch);
    const double before = state_.log.empty() ? arma::datum::inf : state_.log.back().loss;
    log(loss);
    state_.stopped |= options_.tolerance > 0 && arma::abs(gradient_).max() <= options_.tolerance;
    state_.stopped |= std::abs(before - loss) < options_.relative_change * std::abs(loss);
  }

  void require_finite(bool is, uword epoch) const {
    if (is) return;
    std::ostringstream what;
    if (state_.steps == 0)
      what << "the loss is not finite at the start: try other initial weights or a smaller l2";
    else
      what << "the loss is no longer finite in epoch " << epoch << ", after " << state_.steps
           << " steps, the last with a learning rate of " << rate_
           << ": try a smaller one, a warm-up, or clip the gradient";
    throw NotFinite(what.str());
  }

  /// Notes an epoch's figures, and whether they are better or reason to stop.
  void log(double loss) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const uword some = std::min<uword>(train_.X.n_cols, 10'000);
    const double fit = accuracy(net_, state_.parameters, columns(train_.X, 0, some),
                                columns(train_.Y, 0, some), options_.blocks.threads);
    EpochLog figures{loss, fit, none, none};
    if (validation_) {
      const Mat scores = outputs(net_, state_.parameters, validation_->X, options_.blocks.threads);
      Tape<eT> tape;
      figures.validation_loss =
          loss_(tape.constant(view(scores)), tape.constant(view(validation_->Y))).scalar() /
          double(scores.n_cols);
      figures.validation_accuracy = share_right(scores, validation_->Y);
      if (state_.log.empty() || figures.validation_loss < state_.log[state_.best_epoch].validation_loss) {
        state_.best_epoch = state_.epoch;
        state_.best = state_.parameters;
      }
      state_.stopped |= options_.patience > 0 && state_.epoch >= state_.best_epoch + options_.patience;
    }
    state_.log.push_back(figures);
  }

  const Sequential<eT> net_;
  const SampleLoss<eT> loss_;
  const SampleSet<eT> train_;
  const std::optional<SampleSet<eT>> validation_;
  const TrainingOptions<eT> options_;
  Program<eT, 1, 4> evaluate_, descend_;
  TrainingState<eT> state_;
  bool full_batch_ = false;
  double rate_ = 0;  // of the last step
  static constexpr uword never = ~uword(0);
  Mat gradient_, batch_x_, batch_y_;
  uword gradient_of_ = never;  // the steps after which gradient_ is the full gradient
  arma::uvec order_;
  uword order_of_ = never;
};

}  // namespace armagrad
