// mnist_softmax check

#include <armagrad/detail/report_text.hpp>
#include <armagrad/nn/softmax_regression.hpp>
#include <armagrad/random.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/datasets/data_types.hpp"
#include "apps/io/check_json.hpp"
#include "apps/mnist_softmax/model/model_check.hpp"
#include "apps/mnist_softmax/training/settings.hpp"
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

struct CheckSettings {
  NetChoice net;
  std::string mistake, meaning;
  double l2;
  arma::uword seed, entries, size;
};

CheckSettings read_check(const Options& options) {
  CheckSettings s{read_net(options), {}, {}, options.number("l2", 0, std::numeric_limits<double>::max()), 0, 0, 0};
  s.net.dropout = 0;  // a loss that stays the same
  s.seed = options.count("seed", 0, UINT64_MAX);
  s.entries = options.given("entries") ? options.count("entries", 1, UINT64_MAX) : s.net.kind == "softmax" ? 200 : 1;
  s.size = options.given("train-size") ? options.count("train-size", 1, UINT64_MAX) : 0;
  if (!options.given("break")) return s;
  std::vector<std::string> known;
  for (const auto& [name, what] : known_mistakes) known.push_back(name);
  s.mistake = options.choice("break", known);
  for (const auto& [name, what] : known_mistakes) s.meaning = name == s.mistake ? what : s.meaning;
  if (s.net.kind != "softmax")
    throw UsageError("--break: mistakes are known of softmax regression only, not of " + s.net.kind);
  return s;
}

/// With the analytic gradient beside the tape's.
GradientCheck check_softmax(const CheckSettings& s, const ImageMatrices& images, CheckOptions<double> check) {
  const arma::mat &X = images.X, &Y = images.Y;
  Random random(s.seed);
  arma::mat W(X.n_rows, Y.n_rows);
  for (double& w : W) w = 0.1 * random.normal();
  check.analytic = analytic_gradient(W, s.l2, X, Y, s.mistake);
  check.names = {"W", "l2"};
  const auto loss = [&](const auto& w, const auto& penalty) {
    return softmax_regression_loss(w, penalty, view(X, "X"), view(Y, "Y"));
  };
  return check_gradient(check, loss, W, arma::mat(1, 1, arma::fill::value(s.l2)));
}

/// At initial parameters with some noise, so that no bias is 0 and no unit at a kink of relu.
GradientCheck check_net(const CheckSettings& s, const Dataset& data, const ImageMatrices& images,
                        CheckOptions<double> check) {
  const auto net = make_net<double>(s.net, {1, data.height, data.width}, images.Y.n_rows,
                                    s.net.activation == "tanh" ? "glorot" : "he");
  Random random(s.seed);
  arma::mat theta = net.initial(random);
  for (double& x : theta) x += 0.01 * random.normal();
  check.directions = 2;
  return check_model(net, theta, s.l2, images, check);
}

}  // namespace

int check_command(const Arguments& arguments) {
  CommandOptions options("check",
                         "checks the model's gradient at random parameters: tape against differences and complex step, "
                         "of softmax regression also against the analytic gradient.",
                         "--data mnist --break softmax-axis");
  options.add_data();
  options
      .add("train-size",
           "how many images, from the first; default: 4000, of mlp and lenet 10, or all if there are fewer")
      .add("net", "softmax", "softmax regression, an mlp, or a lenet")
      .add("hidden", "units of the hidden layers, as in 256,128; default: 512 of mlp, 128 of lenet")
      .add("activation", "relu", "of the hidden layers: relu or tanh")
      .add("l2", "0.01", "weight of |W|^2/2 in the loss")
      .add("seed", "1", "of the parameters and of the directions")
      .add("entries",
           "parameters of up to this many entries are checked one by one, larger ones along random directions; "
           "default: 200, of mlp and lenet 1")
      .add("break", "put a mistake into the analytic gradient: softmax-axis, softmax-targets, l2-global or transpose");
  if (!options.parse(arguments)) return 0;

  CheckSettings s = read_check(options);
  Output output(options);
  const Dataset data = load_data(options, output);
  const bool softmax = s.net.kind == "softmax";
  const arma::uword usual = softmax ? 4000 : 10;
  if (s.size == 0) s.size = std::min(usual, data.train.pixels.n_cols);
  require_train_size(s.size, data);
  require_net_fits(s.net, data);
  describe(data, output);
  std::ostream& out = output.text();
  out << (softmax ? "softmax regression at random W" : s.net.kind + " at random parameters") << " on " << s.size
      << " images, l2 = " << s.l2 << '\n';
  if (!s.mistake.empty()) out << "mistake put into the analytic gradient: " << s.mistake << " (" << s.meaning << ")\n";

  const ImageMatrices images = first_labelled(data.train, s.size, data.class_names.size());
  CheckOptions<double> check;
  check.entries = s.entries;
  check.seed = s.seed;
  const GradientCheck report = softmax ? check_softmax(s, images, check) : check_net(s, data, images, check);
  output.report({{"dataset", data.name},
                 {"net", s.net.kind},
                 {"train_size", s.size},
                 {"l2", s.l2},
                 {"seed", s.seed},
                 {"mistake", s.mistake},
                 {"check", json_of(report)}});
  out << report;
  if (!report.passed() && !s.mistake.empty()) out << "the check caught " << s.mistake << ": " << s.meaning << '\n';
  return report.passed() ? 0 : 1;
}

}  // namespace armagrad::apps
