// mnist_softmax check

#include <armagrad/detail/report_text.hpp>
#include <armagrad/nn/random.hpp>
#include <armagrad/nn/softmax_regression.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/datasets/data_types.hpp"
#include "apps/io/check_json.hpp"
#include "apps/mnist_softmax/model/labelled_images.hpp"
#include "command_output.hpp"
#include "commands.hpp"

namespace armagrad::apps {

namespace {

/// The gradient as one derives it by hand: dJ/dW = X (softmax(W'X) - Y)' / n + l2 W and dJ/dl2 = |W|^2 / 2,
/// or one of the lab's mistakes in it.
std::vector<arma::mat> analytic_gradient(const arma::mat& W, double l2, const arma::mat& X, const arma::mat& Y,
                                         const std::string& mistake) {
  const auto softmax_columns = [](arma::mat Z) {
    Z.each_row() -= arma::rowvec(arma::max(Z, 0));
    Z = arma::exp(Z);
    Z.each_row() /= arma::rowvec(arma::sum(Z, 0));
    return Z;
  };
  const arma::mat Z = W.t() * X;
  arma::mat P = softmax_columns(Z);
  if (mistake == "softmax-axis") P = arma::exp(Z - Z.max()) / arma::accu(arma::exp(Z - Z.max()));
  const arma::mat targets = mistake == "softmax-targets" ? softmax_columns(Y) : Y;
  arma::mat dW = X * (P - targets).t() / double(X.n_cols) + l2 * W;
  if (mistake == "transpose") dW = arma::mat(dW.t());
  return {dW, arma::mat(1, 1, arma::fill::value(mistake == "l2-global" ? 0.0 : arma::accu(arma::square(W)) / 2))};
}

const std::vector<std::pair<std::string, std::string>> known_mistakes{
    {"softmax-axis", "softmax normalised over the whole matrix, not per sample"},
    {"softmax-targets", "softmax applied to the one-hot targets"},
    {"l2-global", "l2 read from a global, so that the loss does not depend on it: its derivative is 0"},
    {"transpose", "a transposed gradient"}};

}  // namespace

int check_command(const Arguments& arguments) {
  CommandOptions options(
      "check", "checks the model's gradient at random W: tape against analytic, differences and complex step.",
      "--data mnist --break softmax-axis");
  options.add_data();
  options.add("train-size", "how many images, from the first; default: 4000, or all if there are fewer")
      .add("l2", "0.01", "weight of |W|^2/2 in the loss")
      .add("seed", "1", "of W and of the directions")
      .add("entries", "200", "W of up to this many entries is checked one by one, a larger one along random directions")
      .add("break", "put a mistake into the analytic gradient: softmax-axis, softmax-targets, l2-global or transpose");
  if (!options.parse(arguments)) return 0;

  const double l2 = options.number("l2", 0, std::numeric_limits<double>::max());
  const arma::uword seed = options.count("seed", 0, UINT64_MAX), entries = options.count("entries", 1, UINT64_MAX);
  std::string mistake, meaning;
  if (options.given("break")) {
    std::vector<std::string> known;
    for (const auto& [name, what] : known_mistakes) known.push_back(name);
    mistake = options.choice("break", known);
    for (const auto& [name, what] : known_mistakes) meaning = name == mistake ? what : meaning;
  }
  Output output(options);
  arma::uword size = options.given("train-size") ? options.count("train-size", 1, UINT64_MAX) : 0;
  const Dataset data = load_data(options, output);
  if (size == 0) size = std::min<arma::uword>(4000, data.train.pixels.n_cols);
  require_train_size(size, data);
  describe(data, output);
  std::ostream& out = output.text();
  const arma::uword classes = data.class_names.size();
  const ImageMatrices images = first_labelled(data.train, size, classes);
  const arma::mat &X = images.X, &Y = images.Y;

  Random random(seed);
  arma::mat W(X.n_rows, classes);
  for (double& w : W) w = 0.1 * random.normal();
  out << "softmax regression at random W on " << size << " images, l2 = " << l2 << '\n';
  if (!mistake.empty()) out << "mistake put into the analytic gradient: " << mistake << " (" << meaning << ")\n";

  CheckOptions<double> check;
  check.analytic = analytic_gradient(W, l2, X, Y, mistake);
  check.names = {"W", "l2"};
  check.entries = entries;
  check.seed = seed;
  const auto loss = [&](const auto& w, const auto& penalty) {
    return softmax_regression_loss(w, penalty, view(X, "X"), view(Y, "Y"));
  };
  const GradientCheck report = check_gradient(check, loss, W, arma::mat(1, 1, arma::fill::value(l2)));
  output.report({{"dataset", data.name},
                 {"train_size", size},
                 {"l2", l2},
                 {"seed", seed},
                 {"mistake", mistake},
                 {"check", json_of(report)}});
  out << report;
  if (!report.passed() && !mistake.empty()) out << "the check caught " << mistake << ": " << meaning << '\n';
  return report.passed() ? 0 : 1;
}

}  // namespace armagrad::apps
