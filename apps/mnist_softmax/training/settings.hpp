#pragma once
// The settings of a training, as the options of `train` or `sweep` give them.

#include <armagrad/nn/trainer.hpp>
#include <nlohmann/json_fwd.hpp>

#include "apps/cli/options.hpp"
#include "apps/mnist_softmax/model/net.hpp"

namespace armagrad::apps {

struct Dataset;

/// Together with the images, these determine the result of a training.
struct Settings {
  NetChoice net;
  std::string init, optimizer, schedule;
  bool in_float = false, stratify = false;
  arma::uword train_size = 0;  // 0: all images
  arma::uword epochs = 0, batch_size = 0, validation = 0, patience = 0, seed = 0;
  double rate = 0, decay = 0, warm_up = 0, clip = 0, smoothing = 0, l2 = 0;
  double tolerance = 0, relative_change = 0;

  nlohmann::json as_json() const;
  /// The unit of `epochs`: "epoch", or "evaluation" for L-BFGS.
  std::string pass() const { return optimizer == "lbfgs" ? "evaluation" : "epoch"; }
  /// The number of epochs to expect; for L-BFGS, which stops when it has converged, an estimate.
  double expected_epochs() const;
};

/// A sweep, of which a training is a point, takes lists for l2, batch size and learning rate: see grid.hpp.
enum class For { training, sweep };

/// The net that --net, --hidden, --activation and --dropout choose.
NetChoice read_net(const Options& options);
/// UsageError for images that are too small for the net.
void require_net_fits(const NetChoice& net, const Dataset& data);

void add_settings(Options& options, For what);
/// UsageError for contradictory options. A sweep's lists are left at their defaults.
Settings read_settings(const Options& options, For what);
/// UsageError for settings that these images are too few or too small for.
void check_settings(const Settings& settings, const Options& options, const Dataset& data);

/// The trainer's options that follow from the settings; for float and double.
template <class eT>
TrainingOptions<eT> training_options(const Settings& settings, unsigned threads);

}  // namespace armagrad::apps
