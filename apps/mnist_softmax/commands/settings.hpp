#pragma once
// What `train` or `sweep` was asked to do.

#include <armagrad/nn/trainer.hpp>

#include "apps/cli/options.hpp"
#include "apps/mnist_softmax/model/net.hpp"

namespace armagrad::apps {

/// All that a training's result follows from, but for the images.
struct Settings {
  NetChoice net;
  std::string init, optimizer, schedule;
  bool in_float = false, stratify = false;
  arma::uword train_size = 0;  // 0: all images
  arma::uword epochs = 0, batch_size = 0, validation = 0, patience = 0, seed = 0;
  double rate = 0, decay = 0, warm_up = 0, clip = 0, smoothing = 0, l2 = 0;
  double tolerance = 0, relative_change = 0;

  nlohmann::json as_json() const;
  /// What `epochs` counts: "epoch", or "evaluation" of L-BFGS.
  std::string pass() const { return optimizer == "lbfgs" ? "evaluation" : "epoch"; }
  /// How many it takes; of L-BFGS, which ends where it has converged, an estimate.
  double expected_epochs() const;
};

/// A sweep, of which a training is a point, takes lists for l2, batch size and learning rate: see grid.hpp.
enum class For { training, sweep };

void add_settings(Options& options, For what);
/// UsageError for what does not make sense. A sweep's lists are left at their defaults.
Settings read_settings(const Options& options, For what);
/// UsageError for what these images are not fit or not enough for.
void check_settings(const Settings& settings, const Options& options, const Dataset& data);

template <class eT>
TrainingOptions<eT> training_options(const Settings& settings, unsigned threads) {
  const auto& s = settings;
  TrainingOptions<eT> o;
  o.epochs = s.epochs;
  o.batch_size = s.batch_size;
  if (s.optimizer == "momentum") o.optimizer = Sgd{.momentum = 0.9, .nesterov = true};
  if (s.optimizer == "rmsprop") o.optimizer = RmsProp{};
  if (s.optimizer == "adam") o.optimizer = Adam{};
  if (s.optimizer == "adamw") o.optimizer = Adam{.weight_decay = 0.01};
  o.rate = s.schedule == "constant" ? constant(s.rate)
           : s.schedule == "cosine" ? cosine(s.rate, double(s.epochs))
                                    : step_decay(s.rate, s.decay);
  if (s.warm_up > 0) o.rate = warm_up(s.warm_up, o.rate);
  o.clip = s.clip;
  o.l2 = s.l2;
  o.patience = s.patience;
  o.tolerance = s.tolerance;
  o.relative_change = s.relative_change;
  o.seed = s.seed;
  // Large enough for BLAS, small enough for the cache.
  o.blocks = s.net.kind == "softmax" ? Blocks{64, threads, 8}
             : s.net.kind == "mlp"   ? Blocks{64, threads, 1}
                                     : Blocks{16, threads, 1};
  return o;
}

}  // namespace armagrad::apps
