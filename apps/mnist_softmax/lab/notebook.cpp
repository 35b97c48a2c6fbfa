// mnist_softmax lab: the notebook's steps.

#include <armagrad/armagrad.hpp>
#include <armagrad/nn/softmax_regression.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "apps/charts/chart.hpp"
#include "apps/cli/progress.hpp"
#include "apps/io/atomic_file.hpp"
#include "apps/mnist_softmax/drawing/pictures.hpp"
#include "apps/mnist_softmax/drawing/text_chart.hpp"
#include "apps/mnist_softmax/training/sweep_fits.hpp"
#include "apps/mnist_softmax/training/train_report.hpp"
#include "apps/text/numbers.hpp"
#include "lab.hpp"

namespace armagrad::apps {

namespace {

/// The options of `mnist_softmax train`, or of `sweep`, that these words set.
struct Given : CommandOptions {
  Given(const std::string& line, For what) : CommandOptions("lab", "", "") {
    add_settings(*this, what);
    std::istringstream words(line);
    parse({std::istream_iterator<std::string>(words), {}});
  }
};

/// The settings that `mnist_softmax train` would read from these words.
Settings settings_of(const std::string& line) { return read_settings(Given(line, For::training), For::training); }

/// The training and the grid that `mnist_softmax sweep` would read from these words.
struct Sweep {
  Sweep(const std::string& line, const Lab& lab, unsigned threads)
      : options(line, For::sweep),
        training(read_settings(options, For::sweep), lab.data, threads),
        grid(read_grid(options, training.settings)) {}

  const Given options;
  const Training<double> training;
  const Grid grid;
};

class Notebook {
 public:
  Notebook(const Lab& lab, const std::string& folder, unsigned threads)
      : lab_(lab),
        folder_(folder),
        terminal_(this_terminal(lab.output.in_colour())),
        training_(settings_of(""), lab.data, threads),
        images_(lab.images()),
        is_the_lab_(lab.data.name == "MNIST" && lab.size == 4000 && lab.epochs == 2000) {}

  struct Step {
    const char* title;
    void (Notebook::*run)();
  };
  static const std::vector<Step>& steps();

  LabReport run(arma::uword first, arma::uword last) {
    LabReport all = LabReport::array();
    for (arma::uword k = first; k <= last; ++k) {
      const Step& step = steps()[k - 1];
      out() << '\n' << bold(std::to_string(k) + ". " + step.title) << '\n';
      report_ = {{"step", k}, {"title", step.title}, {"expectations", LabReport::array()}};
      (this->*step.run)();
      all.push_back(report_);
    }
    out() << '\n' << met_ << " of " << expected_ << " expectations met\n";
    return {{"steps", all}, {"as_expected", met_ == expected_}};
  }

 private:
  struct Fit {
    arma::mat W;
    std::vector<double> losses;
    double gradient_norm;
  };

  std::ostream& out() const { return lab_.out(); }
  std::string bold(const std::string& words) const { return coloured("1", words); }
  std::string coloured(const char* as, const std::string& words) const {
    return terminal_.colour ? std::string("\033[") + as + "m" + words + "\033[0m" : words;
  }
  void expect(const std::string& what, bool met, const std::string& found) {
    ++expected_, met_ += met;
    out() << "   expected: " << what << "; found: " << found << ": "
          << (met ? coloured("32", "yes") : coloured("31", "NO")) << '\n';
    report_["expectations"].push_back({{"expected", what}, {"found", found}, {"met", met}});
  }
  void expect_near(const std::string& what, double found, double golden, double within) {
    expect(what + " " + significant(golden, 10), std::abs(found - golden) <= within, significant(found, 10));
  }
  void show_tiles(const arma::mat& columns, const std::vector<std::string>& names) const {
    std::vector<TextBlock> blocks;
    for (arma::uword k = 0; k < columns.n_cols; ++k) {
      blocks.push_back(as_text(image_of(columns.col(k), lab_.data.width, lab_.data.height), terminal_));
      blocks.back().lines.push_back(fitted(names[k], blocks.back().width));
    }
    out() << side_by_side(blocks, terminal_);
  }
  void picture(const std::string& name, const std::string& bytes) const {
    if (folder_.empty()) return;
    lab_.output.writes("--out", folder_ + "/" + name, FileKind::picture);
    write_file_atomically(folder_ + "/" + name, bytes);
    out() << "   " << folder_ << "/" << name << '\n';
  }
  /// By the trainer, with a bar that shows how far it is.
  void fit(Trainer<double>& trainer, const Training<double>& training, const Settings& settings) const {
    Progress progress("epoch", settings.epochs, lab_.output.quiet());
    training.fit(trainer, [&] {
      progress.show(trainer.time(), "loss " + fixed(trainer.state().log.back().loss, 6));
      return true;
    });
  }
  arma::mat weights(const arma::mat& theta) const { return arma::reshape(theta, images_.X.n_rows, images_.Y.n_rows); }

  /// The lab's gradient descent, which several steps look at.
  const Fit& descended() {
    if (!fit_) {
      const std::string words = "--optimizer gd --init zeros --epochs " + std::to_string(lab_.epochs) + " --lr " +
                                significant(lab_.rate) + " --lr-decay " + significant(lab_.decay) + " --l2 " +
                                significant(lab_.l2);
      out() << "   mnist_softmax train --train-size " << lab_.size << ' ' << words << std::endl;
      const Settings settings = settings_of(words);
      Trainer<double> trainer = training_.trainer(on_, nullptr, training_options<double>(settings, training_.threads));
      fit(trainer, training_, settings);
      fit_.emplace(Fit{weights(trainer.parameters()), {}, trainer.gradient_norm()});
      for (const EpochLog& epoch : trainer.state().log) fit_->losses.push_back(epoch.loss);
    }
    return *fit_;
  }

  void data();
  void digits();
  void at_zero();
  void descent();
  void curve();
  void accuracies();
  void pictures_of_weights();
  void all_images();
  void search();
  void batch_sizes();
  SweepTable table_of(const Sweep& sweep);

  const Lab& lab_;
  const std::string folder_;
  const Terminal terminal_;
  const Training<double> training_;
  const ImageMatrices images_;
  const LabelledImages<double> on_{images_.X, images_.Y};
  const bool is_the_lab_;  // golden numbers are known
  std::optional<Fit> fit_;
  double l2_ = 1e-5;  // the search's, once it was done
  LabReport report_;
  arma::uword expected_ = 0, met_ = 0;
};

void Notebook::data() {
  const Samples& train = lab_.data.train;
  const arma::uword n = train.pixels.n_cols, d = train.pixels.n_rows, first = std::min<arma::uword>(10, n);
  std::string labels;
  for (arma::uword k = 0; k < first; ++k) labels.append(k > 0 ? " " : "").append(std::to_string(train.labels(k)));
  out() << "   Pixels divided by 255, labels one-hot. The lab keeps a sample per row: X " << n << "x" << d << ", y "
        << n << "x" << lab_.classes() << ". Here it is a column: X " << d << "x" << n << ", Y " << lab_.classes() << "x"
        << n << ".\n"
        << "   The first labels: " << labels << '\n';
  report_["first_labels"] = labels;
  expect("pixels from 0 to 1", images_.X.min() >= 0 && images_.X.max() <= 1,
         significant(images_.X.min()) + " to " + significant(images_.X.max()));
  const double off = arma::abs(arma::sum(training_.all.Y, 0) - 1).max();
  expect("each column of Y sums to 1", off == 0, off == 0 ? "1" : "off by " + significant(off));
  if (lab_.data.name == "MNIST") expect("labels 5 0 4 1 9 2 1 3 1 4", labels == "5 0 4 1 9 2 1 3 1 4", labels);
}

void Notebook::digits() {
  const arma::uword n = std::min<arma::uword>(10, images_.X.n_cols);
  std::vector<std::string> names;
  for (arma::uword k = 0; k < n; ++k) names.push_back(lab_.data.class_names[lab_.data.train.labels(k)]);
  out() << "   The first " << n << ", with their classes: the digits have to be recognisable.\n";
  const arma::mat first = images_.X.head_cols(n);
  show_tiles(first, names);
  const double ink = arma::mean(arma::vectorise(first));
  expect("neither empty nor full", ink > 0.01 && ink < 0.99, "ink " + significant(ink, 2));
  picture("digits.png", png_on_white(tiles(first, lab_.data.width, lab_.data.height, Palette::ink, {5, 4, 8})));
}

void Notebook::at_zero() {
  out() << "   J = -1/n sum log p_y + l2/2 |W|^2, p = softmax(W'x). At W = 0 all classes are alike, p = 1/"
        << lab_.classes() << ".\n";
  const auto loss = [&](const auto& w) {
    return softmax_regression_loss(w, lab_.l2, view(images_.X, "X"), view(images_.Y, "Y"));
  };
  const arma::mat zeros(images_.X.n_rows, images_.Y.n_rows, arma::fill::zeros);
  const auto [J, dW] = value_and_gradient(loss, zeros);
  const double chance = std::log(double(lab_.classes()));
  expect_near("J = ln " + std::to_string(lab_.classes()) + " =", J, chance, 1e-12);
  const double sums = arma::abs(arma::sum(dW, 1)).max();
  expect("the gradient's sums over the classes are 0", sums < 1e-12, significant(sums, 2));
  if (is_the_lab_) expect_near("|dJ/dW| =", arma::norm(dW, "fro"), 1.054476, 1e-6);
  const GradientCheck check = check_gradient(loss, zeros);
  expect("differences and the complex step agree with the gradient (mnist_softmax check)", check.passed(),
         check.passed() ? "passed" : "FAILED");
}

void Notebook::descent() {
  const Fit& f = descended();
  report_["loss"] = f.losses.back();
  report_["gradient_norm"] = f.gradient_norm;
  out() << "   W <- W - rate dJ/dW, " << lab_.epochs << " times; the rate shrinks by " << lab_.decay
        << " each: all steps together are at most " << lab_.rate / (1 - lab_.decay) << ".\n";
  if (is_the_lab_) expect_near("J after one step", f.losses[1], 2.196720413, 1e-9);
  const double rise = arma::diff(arma::vec(f.losses)).max();
  expect("J never rises but by rounding", rise <= 1e-14 * f.losses.front(),
         rise <= 0 ? "never" : "by " + significant(rise, 1));
  if (is_the_lab_) {
    expect_near("J at the end", f.losses.back(), 1.669930311, 1e-9);
    expect("|dJ/dW| below 1e-3: the schedule stops just short of the optimum", f.gradient_norm < 1e-3,
           significant(f.gradient_norm, 3));
  }
}

void Notebook::curve() {
  const std::vector<double>& losses = descended().losses;
  out() << chart(losses, "epoch", 10, terminal_);
  const double all = losses.front() - losses.back(), early = losses.front() - losses[losses.size() / 2];
  expect("most of the decrease happens in the first half of the epochs", early > 0.8 * all,
         significant(100 * early / std::max(all, 1e-300), 3) + " %");
  report_["losses"] = losses;
  std::vector<double> epochs(losses.size());
  std::iota(epochs.begin(), epochs.end(), 0);
  picture("loss.svg", svg_file(svg(Chart{"loss",
                                         "The loss",
                                         "J over the epochs of the lab's gradient descent",
                                         {"epoch", false},
                                         {"J", false},
                                         {{"", epochs, losses, Mark::line, 0, {}}}})));
}

void Notebook::accuracies() {
  const arma::mat theta = arma::vectorise(descended().W);
  const double train = training_.accuracy(theta, training_.all), test = training_.accuracy(theta, training_.test);
  report_["train_accuracy"] = train;
  report_["test_accuracy"] = test;
  const std::string found = significant(train, 5) + " and " + significant(test, 5);
  out() << "   On all " << training_.all.X.n_cols << " training and " << training_.test.X.n_cols
        << " test images: " << found << ".\n";
  expect("far above chance, " + significant(1. / double(lab_.classes()), 2),
         std::min(train, test) > 3. / double(lab_.classes()), significant(std::min(train, test), 5));
  if (is_the_lab_)
    expect("0.80585 and 0.8111, and not the notebook's 0.72",
           std::abs(train - 0.80585) < 5e-5 && std::abs(test - 0.8111) < 5e-5, found);
}

void Notebook::pictures_of_weights() {
  const arma::mat& W = descended().W;
  const double largest = std::max(arma::abs(W).max(), 1e-300);
  out() << "   Each column of W as an image, " << (terminal_.colour ? "red" : "shades")
        << " for what speaks for the class, " << (terminal_.colour ? "blue" : "strokes") << " against it, from -"
        << significant(largest, 2) << " to " << significant(largest, 2) << ".\n";
  show_tiles(W / largest, lab_.data.class_names);
  const double sums = arma::abs(arma::sum(W, 1)).max() / largest;
  expect("the classes' weights sum to 0, as those of every step did", sums < 1e-9, significant(sums, 2));
  picture("weights.png", weights_png(W, lab_.data.width, lab_.data.height));
}

void Notebook::all_images() {
  const arma::uword n = training_.used.X.n_cols, held = std::max<arma::uword>(1, n / 6);
  out() << "   The part the notebook leaves undone: mnist_softmax train --validation " << held << std::endl;
  const Split parts = training_.hold_back(held);
  const LabelledImages<double> on = chosen(training_.used, parts.train),
                               validation = chosen(training_.used, parts.validation);
  Trainer<double> trainer = training_.trainer(on, &validation, training_.options());
  fit(trainer, training_, training_.settings);
  const EpochLog& best = trainer.state().log[trainer.state().best_epoch];
  const double test = training_.accuracy(trainer.parameters(), training_.test), valid = best.validation_accuracy;
  report_["validation_accuracy"] = valid;
  report_["test_accuracy"] = test;
  out() << "   The smallest loss on the " << held << " images held back: " << significant(best.validation_loss)
        << " after " << trainer.state().best_epoch << " epochs.\n";
  const double error = 3 * std::sqrt(valid * (1 - valid) * (1. / double(held) + 1. / double(training_.test.X.n_cols)));
  expect("the validation accuracy predicts the test accuracy, within " + significant(error, 2),
         std::abs(valid - test) <= error + 1e-12, significant(valid, 5) + " and " + significant(test, 5));
  if (is_the_lab_)
    expect("at least 0.92 on the test images, as there is more data and less penalty", test >= 0.92,
           significant(test, 5));
}

SweepTable Notebook::table_of(const Sweep& sweep) {
  const Training<double>& training = sweep.training;
  SweepFits<double> fits(training, sweep.grid,
                         {training.hold_back(std::max<arma::uword>(1, training.used.X.n_cols / 6))});
  Progress progress("fit", fits.fits(), lab_.output.quiet());
  fits.run(training.threads, {.progress = [&](const auto& p) { progress.show(p.fits, p.last, p.share); },
                              .after_fit = [] {},
                              .go_on = [] { return true; }});
  SweepTable table = fits.table();
  out() << table;
  report_["sweep"] = as_json(table);
  return table;
}

void Notebook::search() {
  const std::string words = "--l2 1e-5:1e-1:log5";
  out() << "   mnist_softmax sweep " << words << ": by the loss on what is held back, never on the test images."
        << std::endl;
  const Sweep sweep(words, lab_, training_.threads);
  const SweepTable table = table_of(sweep);
  const GridPoint best = table.rows[table.smallest].point;
  l2_ = best.l2;
  expect("far less penalty than the lab's " + significant(lab_.l2), best.l2 < lab_.l2 / 5,
         "l2 " + significant(best.l2));
  const Settings settings = best.in(sweep.training.settings);
  Trainer<double> trainer =
      sweep.training.trainer(sweep.training.used, nullptr, training_options<double>(settings, training_.threads));
  fit(trainer, sweep.training, settings);
  const double test = training_.accuracy(trainer.parameters(), training_.test);
  report_["test_accuracy"] = test;
  out() << "   Fitted again to all " << training_.used.X.n_cols << " images with l2 " << significant(best.l2)
        << "; the test images, once: " << significant(test, 5) << ".\n";
  if (is_the_lab_) expect("at least 0.925", test >= 0.925, significant(test, 5));
}

void Notebook::batch_sizes() {
  std::string sizes;
  for (const arma::uword size : {32, 128, 512}) {
    if (size <= training_.used.X.n_cols / 2) sizes.append(sizes.empty() ? "" : ",").append(std::to_string(size));
  }
  if (sizes.empty()) {
    out() << "   There are too few images to be parted into batches.\n";
    return;
  }
  const std::string words = "--batch-size " + sizes + " --l2 " + significant(l2_);
  out() << "   mnist_softmax sweep " << words << std::endl;
  const SweepTable table = table_of({words, lab_, training_.threads});
  double least = 1, most = 0;
  for (const auto& row : table.rows) least = std::min(least, row.all.accuracy), most = std::max(most, row.all.accuracy);
  expect("it decides how long an epoch takes more than how good the model is: accuracies within 0.03",
         most - least < 0.03, significant(least, 5) + " to " + significant(most, 5));
}

const std::vector<Notebook::Step>& Notebook::steps() {
  static const std::vector<Step> all{{"The data", &Notebook::data},
                                     {"Ten images", &Notebook::digits},
                                     {"The loss and its gradient at W = 0", &Notebook::at_zero},
                                     {"Gradient descent with the lab's settings", &Notebook::descent},
                                     {"The loss curve", &Notebook::curve},
                                     {"Accuracies", &Notebook::accuracies},
                                     {"The weights as images", &Notebook::pictures_of_weights},
                                     {"All the images, and validation", &Notebook::all_images},
                                     {"A good value for l2", &Notebook::search},
                                     {"The batch size", &Notebook::batch_sizes}};
  return all;
}

}  // namespace

const arma::uword lab_steps = Notebook::steps().size();

LabReport run_notebook(const Lab& lab, arma::uword first, arma::uword last, const std::string& folder,
                       unsigned threads) {
  return Notebook(lab, folder, threads).run(first, last);
}

}  // namespace armagrad::apps
