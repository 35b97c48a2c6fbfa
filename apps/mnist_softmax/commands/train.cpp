// mnist_softmax train

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/interrupts.hpp"
#include "apps/cli/progress.hpp"
#include "apps/datasets/data.hpp"
#include "apps/mnist_softmax/model/checkpoint.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "apps/mnist_softmax/training/distributed.hpp"
#include "apps/mnist_softmax/training/train_report.hpp"
#include "apps/text/numbers.hpp"
#include "commands.hpp"
#include "files_to_write.hpp"

namespace armagrad::apps {

namespace {

/// Trains with a bar that shows how far it is, and keeps the checkpoint after each epoch and at an interrupt,
/// which then ends the program.
template <class eT>
void fit(const Training<eT>& training, Trainer<eT>& trainer, const Origin& origin, const Outputs& outputs) {
  const Interrupts interrupts(!outputs.checkpoint.empty());
  Progress progress(training.settings.pass(), training.settings.epochs, outputs.quiet());
  const TrainingState<eT>& state = trainer.state();
  const auto keep = [&] {
    if (!outputs.checkpoint.empty() && training.ranks.rank == 0)
      save_checkpoint(outputs.checkpoint, training.net, state, training.info(), origin);
  };
  const bool done = training.fit(trainer, [&] {
    const EpochLog& last = state.log.back();
    std::string figures = "loss " + fixed(last.loss, 6);
    if (!std::isnan(last.validation_loss))
      figures +=
          ", held back: loss " + fixed(last.validation_loss, 6) + ", accuracy " + fixed(last.validation_accuracy, 4);
    progress.show(trainer.time(), figures, trainer.time() / training.settings.expected_epochs());
    if (state.position == 0) keep();
    return !Interrupts::any();
  });
  if (done) return;
  keep();
  std::cerr << "\nstopped after " << state.steps << " steps; " << outputs.checkpoint
            << " keeps them: go on with --resume\n";
  Interrupts::obey();
}

template <class eT>
int run(const Settings& settings, const Dataset& data, unsigned threads, const Outputs& outputs,
        const Ranks<eT>& ranks) {
  const auto start = std::chrono::steady_clock::now();
  const Training<eT> training(settings, data, threads, ranks);
  const auto& [X, Y] = training.used;
  std::ostream& out = outputs.text();
  if (!outputs.quiet()) {
    out << "X " << X.n_rows << "x" << X.n_cols << ", Y " << Y.n_rows << "x" << Y.n_cols;
    if (settings.net.kind == "softmax")
      out << ", W " << X.n_rows << "x" << Y.n_rows << '\n';
    else
      out << '\n' << training.net;
  }
  std::vector<Split> splits;
  std::vector<LabelledImages<eT>> parts;
  if (settings.validation > 0) {
    const Split& split = splits.emplace_back(training.hold_back(settings.validation));
    parts = {chosen(training.used, split.train), chosen(training.used, split.validation)};
  }
  const LabelledImages<eT>& on = parts.empty() ? training.used : parts[0];
  Trainer<eT> trainer = training.trainer(on, parts.empty() ? nullptr : &parts[1], training.options());
  const Origin origin = outputs.checkpoint.empty() ? Origin() : training.origin(splits);
  if (outputs.resume) trainer.resume(load_checkpoint(outputs.checkpoint, training.net, origin));
  fit(training, trainer, origin, outputs);
  TrainReport report = report_of(training, trainer, on);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (ranks.rank != 0) return 0;

  if (!outputs.model.empty()) {
    ModelFile model{training.info(), {}};
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
int train(const Settings& settings, const Dataset& data, unsigned threads, const Outputs& outputs, bool distributed) {
  if (!distributed) return run<eT>(settings, data, threads, outputs, {});
  return with_ranks<eT>([&](const Ranks<eT>& ranks) {
    Outputs mine = outputs;
    if (ranks.rank != 0) mine.silence();
    return run<eT>(settings, data, threads, mine, ranks);
  });
}

}  // namespace

int train_command(const Arguments& arguments) {
  CommandOptions options("train", "fits softmax regression or a net and reports its accuracy.",
                         "--data mnist --net lenet --model digits.model");
  options.add_data();
  add_settings(options, For::training);
  options.add_threads("threads", "threads that share the images of a step; the result does not depend on it");
  options.add_flag("distributed",
                   "one of several processes that share the images: mpirun -n 2 mnist_softmax train --distributed");
  add_outputs(options);
  if (!options.parse(arguments)) return 0;

  const Settings settings = read_settings(options, For::training);
  const unsigned threads = options.threads("threads");
  Outputs outputs(options, FileKind::checkpoint);
  const Dataset data = load_data(options, outputs);
  check_settings(settings, options, data);
  describe(data, outputs);
  const bool distributed = options.flag("distributed");
  return settings.in_float ? train<float>(settings, data, threads, outputs, distributed)
                           : train<double>(settings, data, threads, outputs, distributed);
}

}  // namespace armagrad::apps
