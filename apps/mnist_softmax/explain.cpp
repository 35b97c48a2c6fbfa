// mnist_softmax explain

#include <chrono>
#include <iostream>
#include <layers/softmax_regression.hpp>

#include "apps/files/atomic_file.hpp"
#include "apps/stepper/explanation.hpp"
#include "commands.hpp"
#include "images.hpp"
#include "output.hpp"

namespace armagrad::apps {

int explain_command(const Arguments& arguments) {
  CommandOptions options(
      "explain",
      "the lab's loss and its gradient at W = 0, a step at a time, as one HTML file for the browser.",
      "--data mnist --html page.html");
  options.add_data();
  const auto text = [](const std::string& value) { return po::value<std::string>()->default_value(value); };
  options.add()("html", po::value<std::string>(), "the page to write")(
      "train-size", text("4000"), "how many images, from the first")("l2", text("0.5"),
                                                                     "weight of |W|^2/2 in the loss");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("html");
  if (file.empty()) throw UsageError("--html: which page to write? (see mnist_softmax explain --help)");
  const Output output(options);
  output.keep_apart("--html", file);
  require_writable("--html", file);
  const double l2 = options.number("l2", 0, std::numeric_limits<double>::max());
  const arma::uword size = options.count("train-size", 1, UINT64_MAX);
  const Dataset data = load_dataset(options.data());
  if (size > data.train.pixels.n_cols)
    throw UsageError("--train-size: only " + std::to_string(data.train.pixels.n_cols) +
                     " training images, asked for " + std::to_string(size));
  describe(data, output);

  const arma::uword classes = data.class_names.size();
  const LabelledImages<double> images =
      labelled<double>({data.train.pixels.head_cols(size), data.train.labels.head(size)}, classes);
  const auto start = std::chrono::steady_clock::now();
  Tape<double> tape;
  const arma::mat zeros(images.X.n_rows, classes, arma::fill::zeros);
  const V W = tape.variable(view(zeros, "W"));
  const V J = softmax_regression_loss(W, tape.constant(l2, "l2"), view(images.X, "X"), view(images.Y, "Y"));
  ExplanationOptions how{"Softmax regression on " + data.name,
                         {{"n", size}, {"d", images.X.n_rows}, {"c", classes}},
                         {{{"n", double(size)}}},
                         {},
                         Tiles{data.height, data.width}};
  const nlohmann::ordered_json document = explanation(J, {W}, how);
  const std::string html = page(document);
  write_file_atomically(file, html);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  output.text() << "loss " << J.scalar() << " at W = 0 on " << size << " images, l2 = " << l2 << '\n'
                << file << ": " << (html.size() + 1023) / 1024 << " KB\n";
  if (!output.quiet()) std::cerr << "made in " << took.count() << " s\n";
  output.report(document);
  return 0;
}

}  // namespace armagrad::apps
