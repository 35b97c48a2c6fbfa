// mnist_softmax train

#include <chrono>
#include <csignal>
#include <iostream>
#include <layers/lbfgs.hpp>
#include <layers/losses.hpp>
#include <layers/split.hpp>

#include "apps/files/atomic_file.hpp"
#include "apps/files/sha256.hpp"
#include "checkpoint.hpp"
#include "commands.hpp"
#include "distributed.hpp"
#include "images.hpp"
#include "progress.hpp"
#include "settings.hpp"

// OpenBLAS's own account of itself, where it is the BLAS in use.
extern "C" {
[[gnu::weak]] char* openblas_get_config();
[[gnu::weak]] char* openblas_get_corename();
}

namespace armagrad::apps {

namespace {

struct Outputs {
  std::string model, json, checkpoint;
  bool resume, quiet;

  bool json_on_stdout() const { return json == "-"; }
  std::ostream& text() const { return json_on_stdout() ? std::cerr : std::cout; }
};

/// A path need not be UTF-8; JSON must: what is not becomes U+FFFD.
std::string as_utf8(const std::string& text) {
  return nlohmann::json::parse(
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

volatile std::sig_atomic_t interrupted = 0;

/// While there is a checkpoint to keep, an interrupt ends the training after the step under way.
class Interrupts {
 public:
  explicit Interrupts(bool wait_for_the_step) : waits_(wait_for_the_step) {
    if (waits_) set([](int signal) { interrupted = signal; });
  }
  ~Interrupts() {
    if (waits_) set(SIG_DFL);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  static void set(void (*handler)(int)) {
    std::signal(SIGINT, handler);
    std::signal(SIGTERM, handler);
  }
  bool waits_;
};

/// What a training is made of, and what becomes of it.
template <class eT>
class Training {
 public:
  Training(const Settings& settings, unsigned threads, const Outputs& outputs, const Dataset& data,
           const Ranks<eT>& ranks)
      : settings_(settings),
        outputs_(outputs),
        threads_(threads),
        ranks_(ranks),
        classes_(data.class_names.size()),
        all_(labelled<eT>(data.train, classes_)),
        test_(labelled<eT>(data.test, classes_)),
        net_(make_net<eT>(settings.net, {1, data.height, data.width}, classes_, settings.init)) {
    info_ = {{"dataset", as_utf8(data.name)},
             {"classes", data.class_names},
             {"width", data.width},
             {"height", data.height}};
    describe(settings.net, info_);
    if (settings.validation > 0) {
      const arma::urowvec labels = arma::index_max(head(all_.Y), 0);
      const Split parts =
          split(labels, settings.validation, Random(settings.seed, split_stream), settings.stratify);
      train_ = {all_.X.cols(parts.train), all_.Y.cols(parts.train)};
      validation_ = {all_.X.cols(parts.validation), all_.Y.cols(parts.validation)};
    }
  }

  int run() {
    const auto start = std::chrono::steady_clock::now();
    std::ostream& out = outputs_.text();
    const arma::Mat<eT> X = head(all_.X), Y = head(all_.Y);
    if (!outputs_.quiet) {
      out << "X " << X.n_rows << "x" << X.n_cols << ", Y " << Y.n_rows << "x" << Y.n_cols;
      if (settings_.net.kind == "softmax")
        out << ", W " << X.n_rows << "x" << classes_ << '\n';
      else
        out << '\n' << net_;
    }
    auto options = training_options<eT>(settings_, threads_);
    options.ranks = ranks_;
    if (settings_.l2.size() > 1) options.l2 = best_l2(options);
    info_["l2"] = options.l2;

    const bool held_back =
        settings_.validation > 0 && settings_.l2.size() == 1;  // a chosen l2 is used on all images
    const SampleSet<eT> on = held_back ? SampleSet<eT>{train_.X, train_.Y} : SampleSet<eT>{X, Y};
    if (!held_back) options.patience = 0;
    Trainer<eT> trainer(net_, loss(), on,
                        held_back ? std::optional(SampleSet<eT>{validation_.X, validation_.Y}) : std::nullopt,
                        options);
    if (outputs_.resume) trainer.resume(load_checkpoint(outputs_.checkpoint, net_, settings_.as_json()));
    fit(trainer);
    report(trainer, on, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return 0;
  }

 private:
  static constexpr std::uint64_t split_stream = std::uint64_t(255) << 56;

  /// The images that there are to use.
  arma::Mat<eT> head(const arma::Mat<eT>& x) const {
    const arma::uword n = settings_.train_size == 0 ? x.n_cols : settings_.train_size;
    return arma::Mat<eT>(const_cast<eT*>(x.memptr()), x.n_rows, n, false, true);
  }
  SampleLoss<eT> loss() const {
    return [smoothing = settings_.smoothing](const auto& scores, const auto& y) {
      return cross_entropy(scores, Argument<eT>(y), smoothing);
    };
  }

  /// Trains once with each l2, and says which has the smallest validation loss.
  double best_l2(TrainingOptions<eT> options) {
    double best = 0, smallest = arma::datum::inf;
    for (const double l2 : settings_.l2) {
      options.l2 = l2;
      Trainer<eT> trainer(net_, loss(), {train_.X, train_.Y}, SampleSet<eT>{validation_.X, validation_.Y},
                          options);
      fit(trainer);
      const EpochLog& figures = trainer.state().log[trainer.state().best_epoch];
      if (!outputs_.quiet)
        outputs_.text() << "l2 " << l2 << ": loss " << figures.validation_loss << ", accuracy "
                        << figures.validation_accuracy << " on the " << validation_.X.n_cols
                        << " images held back\n";
      if (figures.validation_loss < smallest) {
        smallest = figures.validation_loss;
        best = l2;
      }
    }
    if (!outputs_.quiet)
      outputs_.text() << "so l2 " << best << ", on all " << head(all_.X).n_cols << " images\n";
    return best;
  }

  void fit(Trainer<eT>& trainer) {
    Interrupts interrupts(!outputs_.checkpoint.empty());
    Progress progress("epoch", settings_.epochs, outputs_.quiet);
    const auto& state = trainer.state();
    const auto n = double(settings_.validation > 0 ? train_.X.n_cols : head(all_.X).n_cols);
    const auto after_step = [&] {
      progress.show(double(state.epoch) + double(state.position) / n, figures(state));
      if (interrupted == 0 && state.position == 0) keep(state);
      if (interrupted != 0) stop(state);
      return true;
    };
    if (settings_.optimizer == "lbfgs")
      fit_by_lbfgs(trainer, after_step);
    else
      trainer.run(after_step);
  }
  void fit_by_lbfgs(Trainer<eT>& trainer, const std::function<bool()>& after_step) {
    if (!trainer.start()) return;
    arma::Mat<eT> theta = trainer.state().parameters;
    const LbfgsOptions options{settings_.epochs - trainer.state().epoch, settings_.tolerance};
    lbfgs(trainer, theta, options, [&](double loss) {
      trainer.accept(theta, loss);
      return after_step() && !trainer.done();
    });
  }

  static std::string figures(const TrainingState<eT>& state) {
    std::string text = "loss " + std::to_string(state.log.back().loss);
    if (!std::isnan(state.log.back().validation_loss))
      text += ", held back: loss " + std::to_string(state.log.back().validation_loss) + ", accuracy " +
              to_text(state.log.back().validation_accuracy);
    return text;
  }

  void keep(const TrainingState<eT>& state) const {
    if (!outputs_.checkpoint.empty() && ranks_.rank == 0)
      save_checkpoint(outputs_.checkpoint, net_, state, info_, settings_.as_json());
  }
  [[noreturn]] void stop(const TrainingState<eT>& state) const {
    keep(state);
    std::cerr << "\nstopped after " << state.steps << " steps; " << outputs_.checkpoint
              << " keeps them: go on with --resume\n";
    std::signal(interrupted, SIG_DFL);
    std::raise(interrupted);
    std::abort();
  }

  void report(Trainer<eT>& trainer, const SampleSet<eT>& on, double seconds);

  const Settings settings_;
  const Outputs outputs_;
  const unsigned threads_;
  const Ranks<eT> ranks_;
  const arma::uword classes_;
  const LabelledImages<eT> all_, test_;
  LabelledImages<eT> train_, validation_;  // parts of all_, if some are held back
  const Sequential<eT> net_;
  nlohmann::json info_;
};

template <class eT>
void Training<eT>::report(Trainer<eT>& trainer, const SampleSet<eT>& on, double seconds) {
  const arma::Mat<eT>& theta = trainer.parameters();
  const auto& state = trainer.state();
  const double gradient_norm = trainer.gradient_norm();
  const auto right = [&](const arma::Mat<eT>& X, const arma::Mat<eT>& Y) {
    return accuracy(net_, theta, X, Y, threads_);
  };
  const double fit = right(on.X, on.Y), train = right(all_.X, all_.Y), tested = right(test_.X, test_.Y);
  if (ranks_.rank != 0) return;

  if (!outputs_.model.empty()) {
    ModelFile model{info_, {}};
    put_parameters(model, net_, theta);
    save_model(outputs_.model, model);
  }
  std::ostream& out = outputs_.text();
  if (!outputs_.quiet) {
    out << "loss " << state.log.back().loss << " after " << state.epoch << " epochs, |gradient| "
        << gradient_norm << '\n';
    if (!state.best.is_empty())
      out << "the smallest loss on the " << settings_.validation
          << " images held back: " << state.log[state.best_epoch].validation_loss << " after "
          << state.best_epoch << " epochs, accuracy " << state.log[state.best_epoch].validation_accuracy
          << '\n';
    out << "accuracy on the " << on.X.n_cols << " images trained on: " << fit << '\n'
        << "accuracy on all " << all_.X.n_cols << " training images: " << train << '\n'
        << "accuracy on the " << test_.X.n_cols << " test images: " << tested << '\n';
    if (!outputs_.model.empty()) out << "model saved to " << outputs_.model << '\n';
  }
  if (outputs_.json.empty()) return;
  std::vector<double> losses, validation_losses, validation_accuracies;
  for (const EpochLog& epoch : state.log) {
    losses.push_back(epoch.loss);
    if (state.best.is_empty()) continue;
    validation_losses.push_back(epoch.validation_loss);
    validation_accuracies.push_back(epoch.validation_accuracy);
  }
  nlohmann::ordered_json json{{"dataset", info_["dataset"]}, {"train_size", head(all_.X).n_cols},
                              {"epochs_run", state.epoch},   {"steps", state.steps},
                              {"l2", info_["l2"]},           {"loss", state.log.back().loss},
                              {"loss_history", losses}};
  if (!state.best.is_empty()) {
    json["validation_loss_history"] = validation_losses;
    json["validation_accuracy_history"] = validation_accuracies;
    json["best_epoch"] = state.best_epoch;
  }
  const auto bytes =
      std::string_view(reinterpret_cast<const char*>(theta.memptr()), theta.n_elem * sizeof(eT));
  json.update({{"gradient_norm", gradient_norm},
               {"fit_accuracy", fit},
               {"train_accuracy", train},
               {"test_accuracy", tested},
               {"parameters", theta.n_elem},
               {"sha256", sha256_hex(bytes)},
               {"settings", settings_.as_json()},
               {"blas", openblas_get_config ? openblas_get_config() : "unknown"},
               {"blas_core", openblas_get_corename ? openblas_get_corename() : "unknown"},
               {"threads", threads_},
               {"ranks", ranks_.size},
               {"seconds", seconds}});
  const std::string text = json.dump(2);
  if (outputs_.json_on_stdout())
    std::cout << text << '\n';
  else
    write_file_atomically(outputs_.json, text + "\n");
}

template <class eT>
int train(const Settings& settings, unsigned threads, const Outputs& outputs, const Dataset& data,
          bool distributed) {
  if (!distributed) return Training<eT>(settings, threads, outputs, data, {}).run();
  return with_ranks<eT>([&](const Ranks<eT>& ranks) {
    Outputs mine = outputs;
    if (ranks.rank != 0) mine.quiet = true;
    return Training<eT>(settings, threads, mine, data, ranks).run();
  });
}

}  // namespace

int train_command(const Arguments& arguments) {
  Options options("mnist_softmax train", "fits softmax regression or a net and reports its accuracy.",
                  "mnist_softmax train --data mnist --net lenet --model digits.model");
  options.add_data();
  add_settings(options);
  options.add()("threads",
                po::value<std::string>()->default_value(
                    std::to_string(std::max(1u, std::thread::hardware_concurrency()))),
                "threads that share the images of a step; the result does not depend on it")(
      "distributed", po::bool_switch(),
      "one of several processes that share the images: mpirun -n 2 mnist_softmax train --distributed")(
      "checkpoint", po::value<std::string>(),
      "keep the state of the training in this file, after each epoch and at an interrupt")(
      "resume", po::bool_switch(), "go on from the checkpoint")("model", po::value<std::string>(),
                                                                "save the model to this file")(
      "json", po::value<std::string>(), "write a report to this file; - for standard output")(
      "quiet", po::bool_switch(), "say nothing but errors");
  if (!options.parse(arguments)) return 0;

  Settings settings = read_settings(options);
  const auto threads = unsigned(options.count("threads", 1, 1024));
  const Outputs outputs{options.text("model"), options.text("json"), options.text("checkpoint"),
                        options.flag("resume"), options.flag("quiet")};
  if (outputs.resume && outputs.checkpoint.empty()) throw UsageError("--resume: from which --checkpoint?");
  if (settings.l2.size() > 1 && !outputs.checkpoint.empty())
    throw UsageError("--checkpoint: of one training, not of a choice of --l2");
  if (outputs.json != "-" && same_file(outputs.model, outputs.json))
    throw UsageError("--json: the same file as --model, " + outputs.json);
  for (const std::string& other : {outputs.model, outputs.json}) {
    if (same_file(outputs.checkpoint, other))
      throw UsageError("--checkpoint: the same file as --model or --json, " + other);
  }
  require_writable("--model", outputs.model);
  require_writable("--json", outputs.json);
  require_writable("--checkpoint", outputs.checkpoint);

  const Dataset data = load_dataset(options.data());
  const arma::uword available = data.train.pixels.n_cols;
  const auto refuse = [&](const char* name, const std::string& why) {
    throw UsageError(std::string("--") + name + ": " + why);
  };
  if (settings.train_size > available)
    refuse("train-size", "only " + std::to_string(available) + " training images, asked for " +
                             std::to_string(settings.train_size));
  const arma::uword size = settings.train_size == 0 ? available : settings.train_size;
  if (settings.validation >= size)
    refuse("validation",
           "only " + std::to_string(size) + " images to use, got '" + options.text("validation") + "'");
  const arma::uword left = size - settings.validation;
  if (options.given("batch-size") && settings.batch_size > left)
    refuse("batch-size", "larger than the " + std::to_string(left) + " images that are trained on, got '" +
                             options.text("batch-size") + "'");
  if (settings.net.kind == "lenet" && std::min(data.width, data.height) < 12)
    refuse("net", "lenet needs images of at least 12x12, these are " + std::to_string(data.height) + "x" +
                      std::to_string(data.width));
  if (!outputs.quiet)
    describe(data, outputs.text());
  else if (!data.notice.empty())
    std::cerr << data.notice;
  const bool distributed = options.flag("distributed");
  return settings.in_float ? train<float>(settings, threads, outputs, data, distributed)
                           : train<double>(settings, threads, outputs, data, distributed);
}

}  // namespace armagrad::apps
