// mnist_softmax train

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <layers/training.hpp>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "files/atomic_file.hpp"
#include "files/model_file.hpp"
#include "images.hpp"
#include "options.hpp"
#include "progress.hpp"

namespace armagrad::apps {

namespace {

struct Outputs {
  std::string model, json;
  bool quiet;

  bool json_on_stdout() const { return json == "-"; }
  std::ostream& text() const { return json_on_stdout() ? std::cerr : std::cout; }
};

/// A path need not be UTF-8; JSON must: what is not becomes U+FFFD.
std::string as_utf8(const std::string& text) {
  return nlohmann::json::parse(
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

template <class eT>
int train(const Options& options, const TrainingOptions& training, arma::uword train_size,
          const Outputs& outputs, const Dataset& data) {
  const auto start = std::chrono::steady_clock::now();
  std::ostream& out = outputs.text();
  const arma::uword classes = data.class_names.size();
  const LabelledImages<eT> all = labelled<eT>(data.train, classes), test = labelled<eT>(data.test, classes);
  const arma::Mat<eT> X(const_cast<eT*>(all.X.memptr()), all.X.n_rows, train_size, false, true),
      Y(const_cast<eT*>(all.Y.memptr()), classes, train_size, false, true);
  if (!outputs.quiet)
    out << "X " << X.n_rows << "x" << X.n_cols << ", Y " << Y.n_rows << "x" << Y.n_cols << ", W " << X.n_rows
        << "x" << classes << '\n';

  Random random(options.count("seed", 0, UINT64_MAX));
  arma::Mat<eT> W = initial_weights<eT>(options.text("init"), X.n_rows, classes, random);
  TrainingResult result;
  {
    Progress progress("epoch", training.epochs, outputs.quiet);
    result = train_softmax_regression<eT>(W, X, Y, training, random, [&](arma::uword epoch, double J) {
      progress.show(epoch, "loss " + std::to_string(J));
    });
  }
  const double fit = accuracy(W, X, Y), train = accuracy(W, all.X, all.Y),
               tested = accuracy(W, test.X, test.Y);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  if (!outputs.model.empty()) {
    ModelFile model;
    model.info = {{"kind", "softmax"},   {"dataset", as_utf8(data.name)}, {"classes", data.class_names},
                  {"width", data.width}, {"height", data.height},         {"l2", training.l2}};
    model.arrays["0.weight"] = W;
    save_model(outputs.model, model);
  }
  if (!outputs.quiet) {
    out << "loss " << result.loss_history.back() << " after " << result.epochs_run << " epochs, |gradient| "
        << result.gradient_norm << '\n'
        << "accuracy on the " << X.n_cols << " images trained on: " << fit << '\n'
        << "accuracy on all " << all.X.n_cols << " training images: " << train << '\n'
        << "accuracy on the " << test.X.n_cols << " test images: " << tested << '\n';
    if (!outputs.model.empty()) out << "model saved to " << outputs.model << '\n';
  }
  if (!outputs.json.empty()) {
    const nlohmann::ordered_json report{{"dataset", as_utf8(data.name)},
                                        {"train_size", train_size},
                                        {"epochs_run", result.epochs_run},
                                        {"loss", result.loss_history.back()},
                                        {"loss_history", result.loss_history},
                                        {"gradient_norm", result.gradient_norm},
                                        {"fit_accuracy", fit},
                                        {"train_accuracy", train},
                                        {"test_accuracy", tested},
                                        {"seconds", seconds}};
    const std::string text = report.dump(2);
    if (outputs.json_on_stdout())
      std::cout << text << '\n';
    else
      write_file_atomically(outputs.json, text + "\n");
  }
  return 0;
}

}  // namespace

int train_command(const Arguments& arguments) {
  const TrainingOptions defaults;
  const auto text = [](const std::string& value) { return po::value<std::string>()->default_value(value); };
  const auto number = [&](double value) { return text(to_text(value)); };
  Options options("mnist_softmax train", "fits softmax regression and reports its accuracy.",
                  "mnist_softmax train --data mnist --epochs 10 --model digits.model");
  options.add_data();
  options.add()("train-size", po::value<std::string>(),
                "how many of the training images to fit, from the first; default: all")(
      "optimizer", text("sgd"), "gd (full batch) or sgd (shuffled mini-batches)")(
      "epochs", number(double(defaults.epochs)), "passes over the images")(
      "batch-size", po::value<std::string>(), "images per step of sgd; 0: all at once; default 128")(
      "lr", number(defaults.learning_rate), "learning rate")("lr-decay", number(defaults.learning_rate_decay),
                                                             "the learning rate's factor after each epoch")(
      "l2", number(defaults.l2), "weight of |W|^2/2 in the loss")(
      "init", text("zeros"), "zeros, uniform in [0, 1), or normal with standard deviation .01")(
      "threads", text(std::to_string(defaults.blocks.threads)),
      "threads that share the images of a step; the result does not depend on it")(
      "seed", text("1"), "of the initial weights and the shuffle")("precision", text("double"),
                                                                   "double or float")(
      "tolerance", number(0), "stop when no entry of the gradient is larger; 0: never")(
      "model", po::value<std::string>(), "save the model to this file")(
      "json", po::value<std::string>(), "write a report to this file; - for standard output")(
      "quiet", po::bool_switch(), "say nothing but errors");
  if (!options.parse(arguments)) return 0;

  constexpr double most = std::numeric_limits<double>::max();
  TrainingOptions training;
  const bool in_float = options.choice("precision", {"double", "float"}) == "float";
  training.epochs = options.count("epochs", 0, 100'000'000);
  training.learning_rate = options.number("lr", 0, most);
  training.learning_rate_decay = options.number("lr-decay", 0, most);
  training.l2 = options.number("l2", 0, most);
  training.tolerance = options.number("tolerance", 0, most);
  if (in_float && training.l2 > std::numeric_limits<float>::max())
    throw UsageError("--l2: too large for --precision float, got '" + options.text("l2") + "'");
  training.blocks.threads = unsigned(options.count("threads", 1, 1024));
  options.choice("init", {"zeros", "uniform", "normal"});
  options.count("seed", 0, UINT64_MAX);
  const bool full_batch = options.choice("optimizer", {"gd", "sgd"}) == "gd";
  if (options.given("batch-size")) training.batch_size = options.count("batch-size", 0, UINT64_MAX);
  if (full_batch && options.given("batch-size") && training.batch_size != 0)
    throw UsageError("--batch-size: gd takes all images at once; use --optimizer sgd");
  if (full_batch) training.batch_size = 0;
  arma::uword train_size = options.given("train-size") ? options.count("train-size", 1, UINT64_MAX) : 0;

  const Outputs outputs{options.text("model"), options.text("json"), options.flag("quiet")};
  if (outputs.json != "-" && same_file(outputs.model, outputs.json))
    throw UsageError("--json: the same file as --model, " + outputs.json);
  require_writable("--model", outputs.model);
  require_writable("--json", outputs.json);

  const Dataset data = load_dataset(options.data());
  const arma::uword available = data.train.pixels.n_cols;
  if (train_size > available)
    throw UsageError("--train-size: only " + std::to_string(available) + " training images, asked for " +
                     std::to_string(train_size));
  if (train_size == 0) train_size = available;
  if (options.given("batch-size") && training.batch_size > train_size) {
    throw UsageError("--batch-size: larger than the " + std::to_string(train_size) +
                     " images that are trained on, got '" + options.text("batch-size") + "'");
  }
  if (!outputs.quiet)
    describe(data, outputs.text());
  else if (!data.notice.empty())
    std::cerr << data.notice;
  return in_float ? train<float>(options, training, train_size, outputs, data)
                  : train<double>(options, training, train_size, outputs, data);
}

}  // namespace armagrad::apps
