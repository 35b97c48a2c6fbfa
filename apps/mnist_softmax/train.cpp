// mnist_softmax train

#include <chrono>
#include <iostream>

#include "apps/files/atomic_file.hpp"
#include "checkpoint.hpp"
#include "commands.hpp"
#include "distributed.hpp"
#include "interrupts.hpp"
#include "progress.hpp"
#include "train_report.hpp"

namespace armagrad::apps {

namespace {

struct Outputs : Output {
  std::string model, checkpoint;
  bool resume;
};

/// Trains with a bar that shows how far it is, and keeps the checkpoint after each epoch and at an interrupt,
/// which then ends the program.
template <class eT>
void fit(const Training<eT>& training, Trainer<eT>& trainer, const Outputs& outputs,
         const nlohmann::json& info) {
  const Interrupts interrupts(!outputs.checkpoint.empty());
  Progress progress("epoch", training.settings.epochs, outputs.quiet());
  const TrainingState<eT>& state = trainer.state();
  const auto keep = [&] {
    if (!outputs.checkpoint.empty() && training.ranks.rank == 0)
      save_checkpoint(outputs.checkpoint, training.net, state, info, training.settings.as_json());
  };
  const bool done = training.fit(trainer, [&] {
    const EpochLog& last = state.log.back();
    std::string figures = "loss " + std::to_string(last.loss);
    if (!std::isnan(last.validation_loss))
      figures += ", held back: loss " + std::to_string(last.validation_loss) + ", accuracy " +
                 to_text(last.validation_accuracy);
    progress.show(trainer.time(), figures);
    if (state.position == 0) keep();
    return !Interrupts::any();
  });
  if (done) return;
  keep();
  std::cerr << "\nstopped after " << state.steps << " steps; " << outputs.checkpoint
            << " keeps them: go on with --resume\n";
  Interrupts::obey();
}

/// Trains once with each l2, and says which has the smallest validation loss.
template <class eT>
double best_l2(const Training<eT>& training, const LabelledImages<eT>& on,
               const LabelledImages<eT>& validation, const Outputs& outputs) {
  double best = 0, smallest = arma::datum::inf;
  for (const double l2 : training.settings.l2) {
    auto options = training.options();
    options.l2 = l2;
    Trainer<eT> trainer = training.trainer(on, &validation, options);
    fit(training, trainer, outputs, {});
    const EpochLog& figures = trainer.state().log[trainer.state().best_epoch];
    outputs.text() << "l2 " << l2 << ": loss " << figures.validation_loss << ", accuracy "
                   << figures.validation_accuracy << " on the " << validation.X.n_cols
                   << " images held back\n";
    if (figures.validation_loss < smallest) {
      smallest = figures.validation_loss;
      best = l2;
    }
  }
  outputs.text() << "so l2 " << best << ", on all " << training.used.X.n_cols << " images\n";
  return best;
}

template <class eT>
int run(const Settings& settings, const Dataset& data, unsigned threads, const Outputs& outputs,
        const Ranks<eT>& ranks) {
  const auto start = std::chrono::steady_clock::now();
  const Training<eT> training(settings, data, threads, ranks);
  const arma::Mat<eT>&X = training.used.X, &Y = training.used.Y;
  std::ostream& out = outputs.text();
  if (!outputs.quiet()) {
    out << "X " << X.n_rows << "x" << X.n_cols << ", Y " << Y.n_rows << "x" << Y.n_cols;
    if (settings.net.kind == "softmax")
      out << ", W " << X.n_rows << "x" << Y.n_rows << '\n';
    else
      out << '\n' << training.net;
  }
  LabelledImages<eT> on, held_back;
  if (settings.validation > 0) {
    const Split parts = training.hold_back(settings.validation);
    on = chosen(training.used, parts.train);
    held_back = chosen(training.used, parts.validation);
  }
  auto options = training.options();
  // With an l2 that was chosen it is trained on all images.
  const bool choose = settings.l2.size() > 1, validated = settings.validation > 0 && !choose;
  if (choose) options.l2 = best_l2(training, on, held_back, outputs);
  if (!validated) options.patience = 0;
  nlohmann::json info = training.info;
  info["l2"] = options.l2;

  const LabelledImages<eT>& fitted = validated ? on : training.used;
  Trainer<eT> trainer = training.trainer(fitted, validated ? &held_back : nullptr, options);
  if (outputs.resume) trainer.resume(load_checkpoint(outputs.checkpoint, training.net, settings.as_json()));
  fit(training, trainer, outputs, info);
  TrainReport report = report_of(training, trainer, fitted);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (ranks.rank != 0) return 0;

  if (!outputs.model.empty()) {
    ModelFile model{info, {}};
    put_training(model, trainer.state(), settings.as_json());
    put_parameters(model, training.net, trainer.parameters());
    save_model(outputs.model, model);
  }
  out << report;
  if (!outputs.model.empty()) out << "model saved to " << outputs.model << '\n';
  outputs.report(as_json(report));
  return 0;
}

template <class eT>
int train(const Settings& settings, const Dataset& data, unsigned threads, const Outputs& outputs,
          bool distributed) {
  if (!distributed) return run<eT>(settings, data, threads, outputs, {});
  return with_ranks<eT>([&](const Ranks<eT>& ranks) {
    Outputs mine = outputs;
    if (ranks.rank != 0) mine.silence();
    return run<eT>(settings, data, threads, mine, ranks);
  });
}

/// UsageError for outputs that cannot be, or would replace each other.
void check_outputs(const Outputs& outputs, const Settings& settings) {
  if (outputs.resume && outputs.checkpoint.empty()) throw UsageError("--resume: from which --checkpoint?");
  if (settings.l2.size() > 1 && !outputs.checkpoint.empty())
    throw UsageError("--checkpoint: of one training, not of a choice of --l2");
  outputs.keep_apart("--model", outputs.model);
  outputs.keep_apart("--checkpoint", outputs.checkpoint);
  if (same_file(outputs.checkpoint, outputs.model))
    throw UsageError("--checkpoint: the same file as --model, " + outputs.model);
  require_writable("--model", outputs.model);
  require_writable("--checkpoint", outputs.checkpoint);
}

}  // namespace

int train_command(const Arguments& arguments) {
  CommandOptions options("train", "fits softmax regression or a net and reports its accuracy.",
                         "--data mnist --net lenet --model digits.model");
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
                                                                "save the model to this file");
  if (!options.parse(arguments)) return 0;

  const Settings settings = read_settings(options);
  const auto threads = unsigned(options.count("threads", 1, 1024));
  const Outputs outputs{Output(options), options.text("model"), options.text("checkpoint"),
                        options.flag("resume")};
  check_outputs(outputs, settings);
  const Dataset data = load_dataset(options.data());
  check_settings(settings, options, data);
  describe(data, outputs);
  const bool distributed = options.flag("distributed");
  return settings.in_float ? train<float>(settings, data, threads, outputs, distributed)
                           : train<double>(settings, data, threads, outputs, distributed);
}

}  // namespace armagrad::apps
