#define BOOST_TEST_MODULE mnist_softmax
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <regex>

#include "apps/datasets/data.hpp"
#include "apps/datasets/data_files.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "tests/support/program.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : TinySets {
  Fixture() : TinySets(MNIST_SOFTMAX) {}

  /// The accuracies on the training and the test images that `evaluate` reports.
  std::pair<double, double> evaluated(const std::string& model) {
    const std::string out = succeeds("evaluate --data set --model " + model);
    const auto after = [&](const std::string& text) {
      const std::size_t found = out.find(text);
      BOOST_REQUIRE_MESSAGE(found != std::string::npos, "\"" << text << "\" is not in: " << out);
      return std::stod(out.substr(found + text.size()));
    };
    return {after("accuracy on the 120 training images: "), after("accuracy on the 40 test images: ")};
  }
};

/// Gradient descent on the full batch as one writes it by hand; J at the start and after each epoch.
std::vector<double> losses_by_hand(const fs::path& folder, arma::uword n, int epochs, double rate, double decay,
                                   double l2) {
  const Dataset set = read_dataset(folder);
  const arma::mat X = scaled<double>(set.train.pixels).eval().head_cols(n);
  const arma::mat Y = one_hot<double>(set.train.labels, 10).eval().head_cols(n);
  arma::mat W(X.n_rows, 10, arma::fill::zeros);
  std::vector<double> losses;
  for (int epoch = 0; epoch <= epochs; ++epoch) {
    arma::mat P = arma::exp(W.t() * X);
    P.each_row() /= arma::rowvec(arma::sum(P, 0));
    losses.push_back(-arma::accu(Y % arma::log(P)) / double(n) + l2 / 2 * arma::accu(arma::square(W)));
    W -= rate * (X * (P - Y).t() / double(n) + l2 * W);
    rate *= decay;
  }
  return losses;
}

std::vector<double> history(const Report& report) { return report["loss_history"].get<std::vector<double>>(); }

const Words option_names{"--data",       "--offline",  "--train-size", "--optimizer", "--epochs",      "--batch-size",
                         "--lr",         "--lr-decay", "--l2",         "--init",      "--seed",        "--precision",
                         "--model",      "--json",     "--quiet",      "--tolerance", "--net",         "--hidden",
                         "--activation", "--dropout",  "--schedule",   "--warm-up",   "--clip",        "--smoothing",
                         "--validation", "--stratify", "--patience",   "--threads",   "--distributed", "--checkpoint",
                         "--resume"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(help) {
  const std::map<std::string, Words> texts{{"--help", {"train", "evaluate", "check"}},
                                           {"-h", {"train", "evaluate", "check"}},
                                           {"help", {"train", "evaluate", "check"}},
                                           {"train --help", option_names},
                                           {"train -h", option_names},
                                           {"evaluate --help", {"--model", "--data", "--offline", "--weights"}},
                                           {"check --help",
                                            {"--data", "--train-size", "--l2", "--seed", "--entries", "--break",
                                             "softmax-axis", "softmax-targets", "l2-global", "transpose"}}};
  for (const auto& [line, parts] : texts) {
    const std::string out = succeeds(line);
    for (const std::string& part : parts) BOOST_TEST(contains(out, part), part << " is not in the help of " << line);
  }
}

BOOST_AUTO_TEST_CASE(versions) {
  const std::string out = succeeds("--version");
  BOOST_TEST(out.starts_with("mnist_softmax "), out);
  for (const char* part : {"\nArmadillo: ", "\ncompiler: g++ ", "\nBLAS: "}) BOOST_TEST(contains(out, part), out);
}

/// At once, where OpenBLAS would wait for memory for ever.
BOOST_AUTO_TEST_CASE(too_little_memory) {
  program.how.seconds = 20;
  for (const unsigned megabytes : {100, 150, 200, 250, 300, 400}) {
    program.how.address_space = megabytes * 1'000'000UL;
    const Outcome run = program.run("train --data set --epochs 1 --threads 2");
    BOOST_TEST(run.status == 1);
    BOOST_TEST(contains(run.err, "too little memory"), megabytes << " MB: " << run.err);
  }
  program.how.address_space = 2'000'000'000;
  succeeds("train --data set --epochs 1 --threads 2", true);
}

BOOST_AUTO_TEST_CASE(the_report) {
  const Words keys{"dataset",       "train_size",   "epochs_run",    "steps",        "l2",
                   "loss",          "loss_history", "gradient_norm", "fit_accuracy", "train_accuracy",
                   "test_accuracy", "parameters",   "sha256",        "settings",     "blas",
                   "blas_core",     "threads",      "ranks",         "seconds"};
  struct Case {
    std::string options;
    unsigned size, epochs;
    bool from_zero;
  };
  for (const Case& c :
       {Case{"", 120, 20, true}, Case{"--epochs 0", 120, 0, true}, Case{"--optimizer gd --epochs 3", 120, 3, true},
        Case{"--precision float --epochs 4", 120, 4, true}, Case{"--batch-size 7 --train-size 60", 60, 20, true},
        Case{"--batch-size 1 --epochs 2", 120, 2, true}, Case{"--batch-size 120 --epochs 2", 120, 2, true},
        Case{"--train-size 1 --epochs 1", 1, 1, true}, Case{"--train-size 120 --init uniform", 120, 20, false},
        Case{"--init normal --precision float", 120, 20, false},
        Case{"--seed 18446744073709551615 --l2 0 --lr 0 --lr-decay 0 --epochs 2", 120, 2, true}}) {
    BOOST_TEST_CONTEXT(c.options) {
      const Report report = trained(c.options);
      Words found;
      for (const auto& [key, value] : report.items()) found.push_back(key);
      BOOST_TEST(found == keys, boost::test_tools::per_element());
      BOOST_TEST(report["dataset"] == "set");
      BOOST_TEST(report["train_size"] == c.size);
      BOOST_TEST(report["epochs_run"] == c.epochs);
      const std::vector<double> losses = history(report);
      BOOST_REQUIRE(losses.size() == c.epochs + 1);
      BOOST_TEST(report["loss"].get<double>() == losses.back());
      const double precision = contains(c.options, "float") ? 1e-6 : 1e-13;
      BOOST_TEST((std::abs(losses[0] - std::log(10)) < precision) == c.from_zero, losses[0]);
      for (const double loss : losses) BOOST_TEST(std::isfinite(loss));
      BOOST_TEST(report["gradient_norm"].get<double>() > 0);
      for (const char* accuracy : {"fit_accuracy", "train_accuracy", "test_accuracy"}) {
        const double value = report[accuracy];
        BOOST_TEST((value >= 0 && value <= 1), accuracy << ' ' << value);
      }
      if (c.size == 120) BOOST_TEST(report["fit_accuracy"] == report["train_accuracy"]);
      const double seconds = report["seconds"];
      BOOST_TEST((seconds >= 0 && seconds < 60), seconds);
    }
  }
}

BOOST_AUTO_TEST_CASE(accuracies_of_a_set_with_wrong_labels) {
  for (const char* precision : {"double", "float"}) {
    const Report report = trained(std::string("--train-size 80 --precision ") + precision);
    BOOST_TEST(report["fit_accuracy"].get<double>() == 70. / 80);
    BOOST_TEST(report["train_accuracy"].get<double>() == 105. / 120);
    BOOST_TEST(report["test_accuracy"].get<double>() == 30. / 40);
  }
}

BOOST_AUTO_TEST_CASE(losses_are_those_of_gradient_descent_by_hand) {
  struct Case {
    unsigned size, epochs;
    double rate, decay, l2;
  };
  for (const Case& c : {Case{120, 5, 0.1, 1, 0}, Case{120, 20, 0.5, 0.85, 1e-5}, Case{37, 9, 0.25, 0.5, 0.5},
                        Case{1, 3, 1, 2, 0.125}, Case{120, 2, 0, 1, 1}}) {
    std::ostringstream options;
    options << "--train-size " << c.size << " --epochs " << c.epochs << " --lr " << c.rate << " --lr-decay " << c.decay
            << " --l2 " << c.l2;
    const std::vector<double> expected = losses_by_hand(folder / "set", c.size, int(c.epochs), c.rate, c.decay, c.l2);
    for (const char* more : {" --optimizer gd", " --optimizer gd --batch-size 0", " --batch-size 0",
                             " --optimizer gd --precision float"}) {
      BOOST_TEST_CONTEXT(options.str() << more) {
        const std::vector<double> losses = history(trained(options.str() + more));
        BOOST_REQUIRE(losses.size() == expected.size());
        const double precision = contains(more, "float") ? 1e-5 : 1e-12;
        for (std::size_t i = 0; i < losses.size(); ++i) BOOST_TEST(std::abs(losses[i] - expected[i]) < precision);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(where_the_report_goes) {
  Report expected = trained("--epochs 2");
  expected.erase("seconds");
  const auto same = [&](const std::string& text) {
    Report report = Report::parse(text, nullptr, false);
    BOOST_REQUIRE_MESSAGE(report.is_object(), "not one JSON object: " << text);
    report.erase("seconds");
    BOOST_TEST(report == expected);
  };
  const Outcome loud = program.run("train --data set --epochs 2 --json - --model some.model");
  BOOST_TEST(loud.status == 0);
  same(loud.out);
  BOOST_TEST(contains(loud.err, "accuracy"));

  BOOST_TEST(succeeds("train --data set --epochs 2 --quiet --json some.json") == "");
  same(read_bytes(folder / "some.json"));
  write_bytes(folder / "some.json", std::string(100'000, 'x'));
  BOOST_TEST(contains(succeeds("train --data set --epochs 2 --json some.json", true), "accuracy"));
  same(read_bytes(folder / "some.json"));
  BOOST_TEST(succeeds("train --data set --epochs 2 --quiet") == "");
  BOOST_TEST(succeeds("train --data set --epochs 2 --quiet --json /dev/null --model /dev/null") == "");
  BOOST_TEST(folder.entries() == 3U);
}

BOOST_AUTO_TEST_CASE(the_model_and_its_evaluation) {
  for (const char* options :
       {"", "--precision float", "--epochs 1 --lr 3", "--init normal --epochs 0 --precision float",
        "--init uniform --epochs 1", "--train-size 60 --optimizer gd --epochs 1", "--epochs 0"}) {
    BOOST_TEST_CONTEXT(options) {
      const Report report = trained(std::string(options) + " --l2 0.25 --model some.model");
      const auto [train, test] = evaluated("some.model");
      BOOST_TEST(std::abs(train - report["train_accuracy"].get<double>()) < 1e-5);
      BOOST_TEST(std::abs(test - report["test_accuracy"].get<double>()) < 1e-5);

      const ModelFile model = load_model(folder / "some.model");
      BOOST_TEST(model.info["kind"] == "softmax");
      BOOST_TEST(model.info["dataset"] == "set");
      BOOST_TEST(model.info["classes"].size() == 10U);
      BOOST_TEST(model.info["width"] == 6);
      BOOST_TEST(model.info["height"] == 6);
      BOOST_TEST(model.info["l2"] == 0.25);
      BOOST_REQUIRE((model.arrays.size() == 2U && model.arrays.count("training.log")));
      const ModelArray& weights = model.arrays.at("0.weight");
      BOOST_TEST((weights.index() == 1) == contains(options, "float"));
      std::visit(
          [](const auto& W) {
            BOOST_TEST(W.n_rows == 36U);
            BOOST_TEST(W.n_cols == 10U);
          },
          weights);
    }
  }
  BOOST_TEST(folder.entries() == 2U);
}

BOOST_AUTO_TEST_CASE(the_seed_decides) {
  struct Case {
    std::string options;
    bool random;
  };
  for (const Case& c : {Case{"--batch-size 32", true}, Case{"--batch-size 7 --precision float", true},
                        Case{"--optimizer gd --init normal --epochs 3", true}, Case{"--init uniform --epochs 0", true},
                        Case{"--optimizer gd --epochs 3", false}, Case{"--epochs 0", false},
                        Case{"--batch-size 0 --precision float", false}}) {
    BOOST_TEST_CONTEXT(c.options) {
      const std::string one = model_of(c.options + " --seed 5");
      BOOST_TEST((model_of(c.options + " --seed 5") == one));
      const auto weights = [&](const char* seed) { return trained(c.options + " --seed " + seed)["sha256"]; };
      BOOST_TEST((weights("6") != weights("5")) == c.random);
    }
  }
  BOOST_TEST((model_of("--batch-size 32") == model_of("--batch-size 32 --seed 1")));
}

BOOST_AUTO_TEST_CASE(initial_weights) {
  const auto weights = [&](const std::string& init) {
    trained("--epochs 0 --model some.model --init " + init);
    return std::get<arma::mat>(load_model(folder / "some.model").arrays.at("0.weight"));
  };
  BOOST_TEST(arma::abs(weights("zeros")).max() == 0);
  const arma::mat uniform = weights("uniform"), normal = weights("normal");
  BOOST_TEST((uniform.min() >= 0 && uniform.max() < 1));
  BOOST_TEST(std::abs(arma::mean(arma::vectorise(uniform)) - 0.5) < 0.1);
  BOOST_TEST(std::abs(arma::stddev(arma::vectorise(normal)) - 0.01) < 0.002);
  BOOST_TEST(std::abs(arma::mean(arma::vectorise(normal))) < 0.003);
}

BOOST_AUTO_TEST_CASE(tolerance_stops_early) {
  const std::string options = "--optimizer gd --lr 0.5 --lr-decay 1 --l2 0.01 --tolerance ";
  const Report stopped = trained(options + "0.02 --epochs 1000");
  const unsigned epochs = stopped["epochs_run"];
  BOOST_TEST((epochs > 1 && epochs < 1000), epochs);
  BOOST_TEST(history(stopped).size() == epochs + 1);
  BOOST_TEST(stopped["gradient_norm"].get<double>() <= 0.02 * std::sqrt(360));
  BOOST_TEST(trained(options + "0 --epochs " + std::to_string(epochs))["sha256"] == stopped["sha256"]);
  BOOST_TEST(trained(options + "0.02 --epochs " + std::to_string(epochs - 1))["epochs_run"] == epochs - 1);
  BOOST_TEST(trained(options + "100")["epochs_run"] == 0);
  BOOST_TEST(trained("--tolerance 1e-300 --epochs 3")["epochs_run"] == 3);
}

BOOST_AUTO_TEST_CASE(the_same_data_in_other_files) {
  write_idx_folder(folder / "small");
  write_zip(folder / "small.npz", npz_members());
  std::vector<std::vector<double>> losses;
  for (const std::string data : {"small", "small.npz", "./small/"}) {
    const std::string out = succeeds("train --epochs 3 --quiet --json - --data " + data);
    losses.push_back(history(Report::parse(out)));
    BOOST_TEST(losses.back() == losses.front(), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(mnist_dir_is_the_default) {
  program.how.mnist_dir = "set";
  const Outcome run = program.run("train --epochs 0 --json -");
  BOOST_TEST(run.status == 0);
  BOOST_TEST(Report::parse(run.out)["train_size"] == 120);
  BOOST_TEST(contains(run.err, "MNIST_DIR"), run.err);
}

BOOST_AUTO_TEST_CASE(fashion_comes_last) {
  if (!missing_in("/usr/share/datasets/fashion-mnist").empty())
    return refused("train --offline", 1, {"MNIST not found", "MNIST_DIR", "--offline"});
  const Outcome run = program.run("train --epochs 0 --json -");
  BOOST_TEST(run.status == 0);
  BOOST_TEST(Report::parse(run.out)["dataset"] == "Fashion-MNIST");
  BOOST_TEST(contains(run.err, "fetching MNIST from https://"), run.err);
  BOOST_TEST(contains(run.err, "This is Fashion-MNIST (clothes, not digits)"), run.err);
  const Outcome offline = program.run("train --epochs 0 --json - --offline");
  BOOST_TEST(!contains(offline.err, "fetching"), offline.err);
  BOOST_TEST(contains(offline.err, "This is Fashion-MNIST (clothes, not digits)"), offline.err);
}

BOOST_AUTO_TEST_CASE(evaluation_says_what_the_model_was_trained_on) {
  write_tiny_set(folder / "twin");
  trained("--model some.model");
  for (const std::string command : {"evaluate", "predict --index 0", "report --out report --check-size 10",
                                    "explain --train-size 20 --html page.html"}) {
    BOOST_TEST(contains(succeeds(command + " --model some.model --data twin", true), "trained on set"), command);
    BOOST_TEST(!contains(succeeds(command + " --model some.model --data set", true), "trained on"), command);
  }
  write_bytes(folder / "digit.pgm", "P2 4 4 9 " + std::string("9 9 9 9 9 0 0 9 9 0 0 9 9 9 9 9"));
  BOOST_TEST(contains(succeeds("predict digit.pgm --model some.model"), "trained on set"));
}

BOOST_AUTO_TEST_CASE(the_weights_as_a_picture) {
  for (const char* options : {"", "--precision float", "--epochs 0"}) {
    trained(std::string("--model some.model ") + options);
    const std::string model = read_bytes(folder / "some.model");
    const std::string plain = succeeds("evaluate --data set --model some.model");
    BOOST_TEST(contains(succeeds("evaluate --data set --model some.model --weights some.png"), plain));
    const std::string png = read_bytes(folder / "some.png");
    BOOST_TEST(png.starts_with("\x89PNG\r\n\x1a\n"));
    BOOST_TEST(contains(png.substr(png.size() - 12), "IEND"));
    BOOST_TEST((read_bytes(folder / "some.model") == model));
  }
  BOOST_TEST(folder.entries() == 3U);
}

BOOST_AUTO_TEST_CASE(the_check_passes) {
  write_tiny_set(folder / "square", 2, 5);  // as many pixels as classes
  for (const std::string data : {"set", "square"}) {
    for (const char* options : {"--train-size 120", "--train-size 1", "--train-size 120 --seed 2",
                                "--train-size 120 --l2 0", "--train-size 50 --l2 3", "--train-size 120 --entries 1",
                                "--train-size 120 --entries 18446744073709551615"}) {
      const std::string out = succeeds("check --data " + data + ' ' + options);
      BOOST_TEST(contains(out, "gradient check: passed"), out);
      BOOST_TEST(!contains(out, "FAILED"), out);
    }
  }
  const std::string line = "check --train-size 120 --data set --seed ";
  BOOST_TEST(succeeds(line + "3") == succeeds(line + "3"));
  BOOST_TEST(succeeds(line + "3") != succeeds(line + "4"));
}

BOOST_AUTO_TEST_CASE(the_check_catches_every_mistake) {
  write_tiny_set(folder / "square", 2, 5);
  const std::map<std::string, std::string> mistakes{{"softmax-axis", "normalised over the whole matrix"},
                                                    {"softmax-targets", "applied to the one-hot targets"},
                                                    {"l2-global", "global"},
                                                    {"transpose", "transposed"}};
  for (const auto& [mistake, meaning] : mistakes) {
    for (const char* options : {"--data set", "--data square", "--data set --l2 0", "--data square --entries 1"}) {
      const std::string line = std::string("check --train-size 120 ") + options + " --break " + mistake;
      const Outcome run = program.run(line);
      BOOST_TEST_CONTEXT(line) {
        BOOST_TEST(run.status == 1);
        BOOST_TEST(run.err == "");
        BOOST_TEST(contains(run.out, "gradient check: FAILED"), run.out);
        BOOST_TEST(contains(run.out, "caught " + mistake), run.out);
        BOOST_TEST(contains(run.out, meaning), run.out);
        // The tape is right; it is the analytic gradient that it differs from.
        const std::regex wrong("(W|l2) +(central|differences|complex)[^\n]*FAILED");
        BOOST_TEST(!std::regex_search(run.out, wrong), run.out);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
