// mnist_softmax sweep

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/interrupts.hpp"
#include "apps/cli/progress.hpp"
#include "apps/datasets/data.hpp"
#include "apps/mnist_softmax/model/checkpoint.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "apps/mnist_softmax/training/sweep_fits.hpp"
#include "apps/mnist_softmax/training/train_report.hpp"
#include "apps/text/numbers.hpp"
#include "commands.hpp"
#include "files_to_write.hpp"

namespace armagrad::apps {

namespace {

struct SweepSettings {
  Settings each;  // of a fit, but for the grid
  Grid grid;
  arma::uword folds;  // 0: held_back once
  arma::uword held_back;
  unsigned jobs;
};

template <class eT>
void search(SweepFits<eT>& fits, unsigned jobs, const Outputs& outputs) {
  Progress progress("fit", fits.fits(), outputs.quiet());
  const auto keep = [&] {
    if (!outputs.checkpoint.empty()) fits.keep(outputs.checkpoint);
  };
  const auto show = [&](const auto& p) { progress.show(p.fits, p.last, p.share); };
  show(fits.progress());
  const bool complete =
      fits.run(jobs, {.progress = show, .after_fit = keep, .go_on = [] { return !Interrupts::any(); }});
  keep();
  if (complete) return;
  std::cerr << "\nstopped after " << fits.done() << " of " << fits.fits() << " fits; " << outputs.checkpoint
            << " keeps them: go on with --resume\n";
  Interrupts::obey();
}

/// On all images, as `train` would with the same settings.
template <class eT>
TrainReport refit(const Training<eT>& training, const GridPoint& point, const SweepTable& table,
                  const Outputs& outputs) {
  const Settings settings = point.in(training.settings);
  Trainer<eT> trainer = training.trainer(training.used, nullptr, training_options<eT>(settings, training.threads));
  Progress progress(settings.pass(), settings.epochs, outputs.quiet());
  const bool complete = training.fit(trainer, [&] {
    progress.show(trainer.time(), "loss " + fixed(trainer.state().log.back().loss, 6),
                  trainer.time() / settings.expected_epochs());
    return !Interrupts::any();
  });
  if (!complete) {
    std::cerr << "\nstopped; " << outputs.checkpoint << " keeps the sweep: go on with --resume\n";
    Interrupts::obey();
  }
  TrainReport report = report_of(training, trainer, training.used);
  report.settings = settings;
  if (!outputs.model.empty()) {
    ModelFile model{training.info(), {}};
    model.info["l2"] = point.l2;
    model.info["sweep"] = as_json(table);
    put_training(model, trainer.state(), settings.as_json());
    put_parameters(model, training.net, trainer.parameters());
    save_model(outputs.model, model);
  }
  return report;
}

template <class eT>
int sweep(const SweepSettings& with, const Dataset& data, const Outputs& outputs) {
  const auto start = std::chrono::steady_clock::now();
  const Training<eT> training(with.each, data, with.jobs);
  SweepFits<eT> fits(training, with.grid,
                     with.folds > 0 ? training.folds(with.folds) : std::vector{training.hold_back(with.held_back)});
  if (outputs.resume) fits.resume(outputs.checkpoint);
  std::ostream& out = outputs.text();
  out << fits.fits() << " fits, " << with.held_back << " of the " << training.used.X.n_cols << " images held back"
      << (with.folds > 0 ? " in turn\n" : "\n");

  const Interrupts interrupts(!outputs.checkpoint.empty());
  search(fits, with.jobs, outputs);
  const SweepTable table = fits.table();
  const GridPoint best = table.rows[table.smallest].point;
  out << table << shown(best, table) << ", on all " << training.used.X.n_cols << " images:" << std::endl;
  const TrainReport report = refit(training, best, table, outputs);
  out << report;
  if (!outputs.model.empty()) out << "model saved to " << outputs.model << '\n';
  auto of_refit = as_json(report);
  of_refit.erase("seconds");
  outputs.report({{"dataset", report.dataset},
                  {"sweep", as_json(table)},
                  {"refit", of_refit},
                  {"jobs", with.jobs},
                  {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()}});
  return 0;
}

/// How many images there are to hold back.
void read_splits(SweepSettings& sweep, const Options& options, const Dataset& data) {
  const Settings& each = sweep.each;
  const arma::uword available = data.train.pixels.n_cols,
                    size = each.train_size == 0 ? available : std::min(each.train_size, available);
  if (options.given("folds") && options.given("validation")) throw UsageError("--folds: or --validation, not both");
  sweep.folds = options.given("folds") ? options.count("folds", 2, std::max<arma::uword>(2, size)) : 0;
  sweep.held_back = options.given("validation") ? options.count("validation", 1, UINT64_MAX)
                    : sweep.folds > 0           ? (size + sweep.folds - 1) / sweep.folds
                                                : std::max<arma::uword>(1, size / 6);
}

}  // namespace

int sweep_command(const Arguments& arguments) {
  CommandOptions options("sweep",
                         "finds l2, and on request the batch size and the learning rate, by what is held back, "
                         "and trains with the best on all images.",
                         "--l2 1e-6:1e-1:log11 --folds 5 --checkpoint sweep.state");
  options.add_data();
  add_settings(options, For::sweep);
  options.add_threads("jobs",
                      "threads for fits side by side, or, if these are fewer, for the images of a step; the result "
                      "does not depend on it");
  add_outputs(options);
  if (!options.parse(arguments)) return 0;

  SweepSettings sweep_settings;
  SweepSettings& s = sweep_settings;
  s.each = read_settings(options, For::sweep);
  s.grid = read_grid(options, s.each);
  s.jobs = options.threads("jobs");
  Outputs outputs(options, FileKind::sweep_checkpoint);
  const Dataset data = load_data(options, outputs);
  read_splits(s, options, data);
  Settings largest = s.each;
  largest.batch_size = s.grid.batch_size.back();
  largest.validation = s.held_back;
  check_settings(largest, options, data);
  describe(data, outputs);
  return s.each.in_float ? sweep<float>(s, data, outputs) : sweep<double>(s, data, outputs);
}

}  // namespace armagrad::apps
