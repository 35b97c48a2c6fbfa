#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "apps/cli/interrupts.hpp"
#include "apps/datasets/data_types.hpp"

namespace armagrad::apps {

namespace {

constexpr double most = std::numeric_limits<double>::max();

/// How a net is trained unless it is said otherwise.
struct Usual {
  const char *optimizer, *schedule, *init, *precision;
  arma::uword epochs;
  double adam_rate, dropout, smoothing;
};
Usual usual(const std::string& net) {
  if (net == "mlp") return {"adam", "cosine", "he", "float", 15, 0.001, 0.2, 0.1};
  if (net == "lenet") return {"adam", "cosine", "he", "float", 5, 0.002, 0, 0.1};
  return {"sgd", "exponential", "zeros", "double", 20, 0.001, 0, 0};
}

bool takes_all_images(const std::string& optimizer) { return optimizer == "gd" || optimizer == "lbfgs"; }

NetChoice read_net(const Options& options) {
  NetChoice net;
  net.kind = options.choice("net", {"softmax", "mlp", "lenet"});
  net.activation = options.choice("activation", {"relu", "tanh"});
  net.dropout = options.given("dropout") ? options.number("dropout", 0, 0.99) : usual(net.kind).dropout;
  if (options.given("hidden"))
    net.hidden = options.counts("hidden", 1, 1'000'000);
  else if (net.kind != "softmax")
    net.hidden = {net.kind == "mlp" ? arma::uword(512) : arma::uword(128)};
  for (const char* name : {"hidden", "activation", "dropout"}) {
    if (net.kind == "softmax" && options.given(name))
      throw UsageError(std::string("--") + name + ": softmax has no hidden layers; use --net mlp");
  }
  return net;
}

/// A sweep without a say in steps takes L-BFGS for softmax regression.
void read_optimizer(Settings& s, const Options& options, For what) {
  const Usual by_default = usual(s.net.kind);
  const auto of_steps = {"batch-size", "lr", "schedule", "lr-decay", "warm-up", "clip"};
  const bool steps = what == For::training ||
                     std::any_of(of_steps.begin(), of_steps.end(), [&](const char* o) { return options.given(o); });
  s.optimizer = options.given("optimizer")
                    ? options.choice("optimizer", {"gd", "sgd", "momentum", "rmsprop", "adam", "adamw", "lbfgs"})
                : steps || s.net.kind != "softmax" ? by_default.optimizer
                                                   : "lbfgs";
  const bool lbfgs = s.optimizer == "lbfgs", all = takes_all_images(s.optimizer);
  s.epochs = options.given("epochs") ? options.count("epochs", 0, 100'000'000) : lbfgs ? 1000 : by_default.epochs;
  s.batch_size = all ? 0 : 128;
  s.rate = s.optimizer == "gd" || s.optimizer == "sgd" ? 0.5 : s.optimizer == "momentum" ? 0.05 : by_default.adam_rate;
  if (what == For::training && options.given("batch-size")) s.batch_size = options.count("batch-size", 0, UINT64_MAX);
  if (what == For::training && options.given("lr")) s.rate = options.number("lr", 0, most);
  if (all && (what == For::sweep ? options.given("batch-size") : s.batch_size != 0))
    throw UsageError("--batch-size: " + s.optimizer + " takes all images at once; use --optimizer sgd");
  for (const char* name : of_steps) {
    if (lbfgs && options.given(name) && name != std::string("batch-size"))
      throw UsageError(std::string("--") + name + ": lbfgs finds its own steps; use --optimizer gd");
  }
  if (lbfgs && options.given("dropout") && s.net.dropout > 0)
    throw UsageError("--dropout: lbfgs needs a loss that stays the same");
  if (lbfgs) s.net.dropout = 0;
}

void read_schedule(Settings& s, const Options& options) {
  s.schedule = options.given("schedule")   ? options.choice("schedule", {"constant", "exponential", "cosine"})
               : options.given("lr-decay") ? "exponential"
                                           : usual(s.net.kind).schedule;
  if (s.schedule != "exponential" && options.given("lr-decay"))
    throw UsageError("--lr-decay: belongs to --schedule exponential");
  s.decay = options.number("lr-decay", 0, most);
  s.warm_up = options.number("warm-up", 0, most);
}

}  // namespace

void add_settings(Options& options, For what) {
  if (what == For::sweep) {
    options
        .add("l2",
             "weights of |W|^2/2 in the loss: a list, 0,1e-5,1e-3, or a range, 1e-6:1e-1:log11, or "
             "1:5:9; default: 1e-6:1e-1:log11 of softmax, else 0,1e-6,1e-5,1e-4")
        .add("batch-size", "images per step, several as in 32,128,512")
        .add("lr", "learning rates, a list or a range")
        .add("folds", "hold back each of so many parts of the images in turn")
        .add("validation", "or hold back so many of the images, once; default: a sixth");
  } else {
    options.add("l2", "1e-5", "weight of |W|^2/2 in the loss")
        .add("batch-size", "images per step; 0: all at once; default: 128")
        .add("lr", "learning rate; default: .5 of gd and sgd, .05 of momentum, .002 of lenet, else .001")
        .add("validation", "0", "how many of the images to hold back")
        .add("patience", "0", "stop after so many epochs without a smaller validation loss; 0: never");
  }
  options.add_flag("stratify", "hold back of each class its share")
      .add("train-size", "how many of the training images to use, from the first; default: all")
      .add("net", "softmax", "softmax regression, an mlp, or a lenet: two convolutions before an mlp")
      .add("hidden", "units of the hidden layers, as in 256,128; default: 512 of mlp, 128 of lenet")
      .add("activation", "relu", "of the hidden layers: relu or tanh")
      .add("dropout", "share of the hidden units to drop in training; default: .2 of mlp, 0 of lenet")
      .add("optimizer",
           "gd (all images at once), sgd, momentum, rmsprop, adam, adamw (mini-batches), or lbfgs; default: "
           "adam, of softmax sgd, or lbfgs in a sweep of l2 alone")
      .add("epochs",
           "passes over the images, of lbfgs evaluations; default: 20 of softmax, 15 of mlp, 5 of lenet, 1000 "
           "of lbfgs")
      .add("schedule",
           "of the learning rate: constant, exponential or cosine; default: exponential of softmax, else "
           "cosine")
      .add("lr-decay", "0.85", "exponential: the learning rate's factor after each epoch")
      .add("warm-up", "0", "epochs in which the learning rate rises to its own")
      .add("clip", "0", "the gradient's largest norm; 0: any")
      .add("smoothing", "of the labels: the share that goes to all classes alike; default: 0 of softmax, else .1")
      .add("init",
           "zeros, uniform in [0, 1), normal with standard deviation .01, glorot or he; default: zeros of "
           "softmax, else he, of tanh glorot")
      .add("seed", "1", "of the initial weights, the shuffle, the dropout and the split")
      .add("precision", "double or float; default: double of softmax, else float")
      .add("tolerance", "0", "stop when no entry of the gradient is larger; 0: never")
      .add("relative-change", "0", "stop when an epoch (of lbfgs a step) changes the loss by less of itself; 0: never");
}

Settings read_settings(const Options& options, For what) {
  Settings s;
  s.net = read_net(options);
  read_optimizer(s, options, what);
  read_schedule(s, options);
  const Usual by_default = usual(s.net.kind);
  const auto choice = [&](const char* name, const std::string& otherwise, const std::vector<std::string>& all) {
    return options.given(name) ? options.choice(name, all) : otherwise;
  };
  s.init =
      choice("init", by_default.init == std::string("he") && s.net.activation == "tanh" ? "glorot" : by_default.init,
             {"zeros", "uniform", "normal", "glorot", "he"});
  s.in_float = choice("precision", by_default.precision, {"double", "float"}) == "float";
  s.clip = options.number("clip", 0, most);
  s.smoothing = options.given("smoothing") ? options.number("smoothing", 0, 1) : by_default.smoothing;
  s.tolerance = options.number("tolerance", 0, most);
  s.relative_change = options.number("relative-change", 0, 1);
  s.stratify = options.flag("stratify");
  s.seed = options.count("seed", 0, UINT64_MAX);
  s.train_size = options.given("train-size") ? options.count("train-size", 1, UINT64_MAX) : 0;
  if (what == For::sweep) return s;

  s.l2 = options.number("l2", 0, most);
  s.validation = options.count("validation", 0, UINT64_MAX);
  s.patience = options.count("patience", 0, UINT64_MAX);
  if (s.in_float && s.l2 > std::numeric_limits<float>::max())
    throw UsageError("--l2: too large for --precision float, got '" + options.text("l2") + "'");
  if (s.validation == 0 && s.patience > 0) throw UsageError("--patience: needs --validation");
  if (s.validation == 0 && s.stratify) throw UsageError("--stratify: needs --validation");
  return s;
}

void check_settings(const Settings& settings, const Options& options, const Dataset& data) {
  const auto refuse = [](const char* name, const std::string& why) {
    throw UsageError(std::string("--") + name + ": " + why);
  };
  const arma::uword available = data.train.pixels.n_cols;
  if (settings.train_size > available)
    refuse("train-size",
           "only " + std::to_string(available) + " training images, asked for " + std::to_string(settings.train_size));
  const arma::uword size = settings.train_size == 0 ? available : settings.train_size;
  if (settings.validation >= size)
    refuse("validation", "only " + std::to_string(size) + " images to use, got '" + options.text("validation") + "'");
  const arma::uword left = size - settings.validation;
  if (options.given("batch-size") && settings.batch_size > left)
    refuse("batch-size", "larger than the " + std::to_string(left) + " images that are trained on, got '" +
                             options.text("batch-size") + "'");
  if (settings.net.kind == "lenet" && std::min(data.width, data.height) < 12)
    refuse("net", "lenet needs images of at least 12x12, these are " + std::to_string(data.height) + "x" +
                      std::to_string(data.width));
}

double Settings::expected_epochs() const {
  // As measured for softmax regression on MNIST.
  const double evaluations = 10 * std::pow(l2, -1.0 / 3), most_epochs = std::max(1.0, double(epochs));
  return optimizer == "lbfgs" ? std::min(most_epochs, evaluations) : most_epochs;
}

nlohmann::json Settings::as_json() const {
  nlohmann::json j{{"optimizer", optimizer},
                   {"init", init},
                   {"schedule", schedule},
                   {"precision", in_float ? "float" : "double"},
                   {"stratify", stratify},
                   {"train_size", train_size},
                   {"epochs", epochs},
                   {"batch_size", batch_size},
                   {"validation", validation},
                   {"patience", patience},
                   {"seed", seed},
                   {"lr", rate},
                   {"lr_decay", decay},
                   {"warm_up", warm_up},
                   {"clip", clip},
                   {"smoothing", smoothing},
                   {"tolerance", tolerance},
                   {"relative_change", relative_change},
                   {"l2", l2}};
  describe(net, j);
  return j;
}

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
  o.interrupted = Interrupts::any;
  // Large enough for BLAS, small enough for the cache.
  o.blocks = s.net.kind == "softmax" ? Blocks{64, threads, 8}
             : s.net.kind == "mlp"   ? Blocks{64, threads, 1}
                                     : Blocks{16, threads, 1};
  return o;
}

template TrainingOptions<float> training_options(const Settings&, unsigned);
template TrainingOptions<double> training_options(const Settings&, unsigned);

}  // namespace armagrad::apps
