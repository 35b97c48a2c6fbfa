// The search for l2 and the like through the command line.
#define BOOST_TEST_MODULE mnist_softmax_sweep
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "apps/mnist_softmax/model/model_file.hpp"
#include "tests/support/program.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : TinySets {
  Fixture() : TinySets(MNIST_SOFTMAX) {}

  Report swept(const std::string& options) {
    return Report::parse(succeeds("sweep --data set --quiet --json - " + options));
  }
};

double mean(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / double(x.size());
}

/// Of the mean.
double standard_error(const std::vector<double>& x) {
  double squares = 0;
  for (const double value : x) squares += (value - mean(x)) * (value - mean(x));
  return std::sqrt(squares / double(x.size() - 1) / double(x.size()));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(a_point_is_what_train_finds) {
  const std::string each = " --epochs 4 --validation 30 --stratify --seed 3";
  const Report sweep = swept("--l2 0,.001,.1 --batch-size 8,32 --lr .1,.4" + each)["sweep"];
  BOOST_TEST(sweep["points"].size() == 12U);
  BOOST_TEST(sweep["held_back"] == 30);
  for (const auto& point : sweep["points"]) {
    const auto text = [&](const char* name) { return point[name].dump(); };
    const Report train =
        trained("--l2 " + text("l2") + " --batch-size " + text("batch_size") + " --lr " + text("lr") + each);
    BOOST_TEST(std::abs(train["validation_loss_history"].back().get<double>() - point["loss"].get<double>()) < 1e-12);
    const double p = point["accuracy"];
    BOOST_TEST(std::abs(train["validation_accuracy_history"].back().get<double>() - p) < 1e-12);
    BOOST_TEST(std::abs(point["accuracy_error"].get<double>() - std::sqrt(p * (1 - p) / 29)) < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(folds_and_the_two_choices) {
  const Report sweep = swept("--l2 1e-4:1:log9 --optimizer sgd --epochs 30 --folds 4")["sweep"];
  BOOST_TEST(sweep["held_back"] == 30);
  const auto& points = sweep["points"];
  BOOST_TEST(points.size() == 9U);
  std::size_t smallest = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    const std::vector<double> losses = points[i]["fold_losses"], accuracies = points[i]["fold_accuracies"];
    BOOST_TEST(losses.size() == 4U);
    const auto near = [&](const char* name, double expected) {
      BOOST_TEST(std::abs(points[i][name].get<double>() - expected) < 1e-14, name);
    };
    near("loss", mean(losses));
    near("loss_error", standard_error(losses));
    near("accuracy", mean(accuracies));
    near("accuracy_error", standard_error(accuracies));
    BOOST_TEST(std::abs(points[i]["l2"].get<double>() / std::pow(10, -4 + 0.5 * double(i)) - 1) < 2e-3);
    if (points[i]["loss"] < points[smallest]["loss"]) smallest = i;
  }
  std::size_t simplest = smallest;
  for (std::size_t i = smallest; i < 9; ++i) {
    if (points[i]["loss"].get<double>() <=
        points[smallest]["loss"].get<double>() + points[smallest]["loss_error"].get<double>())
      simplest = i;
  }
  BOOST_TEST((sweep["smallest_loss"] == points[smallest]));
  BOOST_TEST((sweep["one_standard_error"] == points[simplest]));
  BOOST_TEST(simplest > smallest);  // or nothing would be tested
}

BOOST_AUTO_TEST_CASE(the_refit_is_train_on_all_images) {
  const Report refit = swept("--l2 1e-3:1e-1:3 --model some.model --train-size 100")["refit"];
  const std::string l2 = refit["l2"].dump();
  const Report train = trained("--optimizer lbfgs --train-size 100 --l2 " + l2);
  BOOST_TEST(refit["sha256"] == train["sha256"]);
  BOOST_TEST(refit["settings"] == train["settings"]);
  BOOST_TEST(refit["test_accuracy"] == train["test_accuracy"]);
  succeeds("evaluate --data set --model some.model");
  const nlohmann::json info = load_model(folder / "some.model").info;
  BOOST_TEST(info["l2"].dump() == l2);
  BOOST_TEST(info["sweep"]["points"].size() == 3U);
  BOOST_TEST(info["sweep"]["smallest_loss"]["l2"].dump() == l2);
}

BOOST_AUTO_TEST_CASE(warm_starts_lead_to_the_same_minima) {
  const Report sweep = swept("--l2 1e-3:1:log4 --validation 20")["sweep"];
  BOOST_TEST(sweep["points"].size() == 4U);
  for (const auto& point : sweep["points"]) {
    const Report train = trained("--optimizer lbfgs --validation 20 --l2 " + point["l2"].dump());
    BOOST_TEST(std::abs(train["validation_loss_history"].back().get<double>() - point["loss"].get<double>()) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(any_number_of_jobs) {
  for (const std::string options : {"--l2 1e-3:1:log4 --folds 3", "--l2 0,.1 --batch-size 8,16,32 --epochs 2",
                                    "--net mlp --hidden 5 --dropout .2 --l2 0,1e-3 --folds 2 --epochs 2"}) {
    const Report one = swept(options + " --jobs 1");
    for (const char* jobs : {"2", "7"}) {
      const Report more = swept(options + " --jobs " + jobs);
      BOOST_TEST((more["sweep"] == one["sweep"]), options << " with " << jobs << " jobs");
      BOOST_TEST(more["refit"]["sha256"] == one["refit"]["sha256"]);
    }
  }
}

BOOST_AUTO_TEST_CASE(interrupted_it_resumes) {
  for (const std::string options :
       {"--l2 1e-6:1e-1:log41 --folds 5", "--l2 1e-6:1e-1:log11 --lr 1e-3,.1 --epochs 1000"}) {
    const Report whole = swept(options);
    const std::string line = "sweep --data set --checkpoint kept --json - " + options;
    program.how.signal = SIGINT;
    program.how.when = "\nfit ";
    const Outcome run = program.run(line);
    program.how.signal = 0;
    BOOST_TEST(run.status == -SIGINT);
    BOOST_TEST(contains(run.err, "go on with --resume"), run.err);
    BOOST_TEST(run.out == "");
    const nlohmann::json kept = load_model(folder / "kept").info["sweep"]["done"];
    const Outcome rest = program.run(line + " --resume --jobs 1");
    const Report resumed = Report::parse(rest.out);
    BOOST_TEST((resumed["sweep"] == whole["sweep"]));
    BOOST_TEST(resumed["refit"]["sha256"] == whole["refit"]["sha256"]);
    std::size_t done = 0;
    for (const auto& path : kept) done += path.size();
    BOOST_TEST((done > 0 && done < whole["sweep"]["points"].size() * whole["sweep"]["folds"].get<int>()));
    BOOST_TEST((done == 1 || !contains(rest.err, "fit 1/")), rest.err);
    refused(line + " --quiet --resume --seed 2", 1, {"kept", "seed 1, not 2"});
    fs::remove(folder / "kept");
  }
  BOOST_TEST(folder.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(files_that_are_no_sweeps) {
  trained("--epochs 1 --model some.model --checkpoint some.training");
  swept("--l2 0,1 --model swept.model --checkpoint kept --epochs 2");
  for (const std::string file : {"some.model", "some.training", "swept.model"})
    refused("sweep --data set --quiet --l2 0,1 --epochs 2 --resume --checkpoint " + file, 1,
            {file, "not a checkpoint of a sweep"});
  ModelFile model = load_model(folder / "kept");
  const auto damaged = [&](const ModelFile& file, const char* part) {
    save_model(folder / "odd", file);
    refused("sweep --data set --quiet --l2 0,1 --epochs 2 --resume --checkpoint odd", 1, {"odd", part});
  };
  ModelFile other = model;
  other.arrays.erase("sweep.0");
  damaged(other, "not a checkpoint of this sweep");
  other = model;
  other.arrays["sweep.0"] = arma::mat(3, 1, arma::fill::zeros);
  damaged(other, "not a checkpoint of this sweep");
  other = model;
  other.arrays["sweep.0"] = arma::fmat();
  damaged(other, "not a checkpoint of this sweep");
  other = model;
  other.info["sweep"]["done"][0].push_back({1, 1, 1, 1});
  damaged(other, "not a checkpoint of this sweep");
  for (const nlohmann::json& odd : {nlohmann::json("odd"), nlohmann::json{{"odd"}}, nlohmann::json()}) {
    other = model;
    other.info["sweep"]["done"] = odd;
    damaged(other, "not a checkpoint of this sweep");
  }
  refused("evaluate --data set --model kept", 1, {"kept", "not a model"});
  refused("train --data set --quiet --resume --checkpoint kept", 1, {"kept", "not a checkpoint"});
}

BOOST_AUTO_TEST_CASE(fits_that_diverge) {
  const Report sweep = swept("--l2 1e-3 --lr .1,1e300")["sweep"];
  BOOST_TEST(sweep["points"][1]["loss"].is_null());
  BOOST_TEST(sweep["smallest_loss"]["lr"] == .1);
  const std::string out = succeeds("sweep --data set --l2 1e-4,1e-3 --lr .1,1e300", true);
  BOOST_TEST(contains(out, "diverged"), out);
  refused("sweep --data set --quiet --json new.json --l2 1e-3 --lr 1e300", 1, {"every fit diverged", "learning"});
}

BOOST_AUTO_TEST_CASE(its_optimizer) {
  const auto optimizer = [&](const std::string& options) {
    return swept("--l2 0,1 --epochs 1 " + options)["refit"]["settings"]["optimizer"].get<std::string>();
  };
  BOOST_TEST(optimizer("") == "lbfgs");
  for (const char* options : {"--batch-size 8", "--lr .1", "--clip 1", "--schedule cosine", "--warm-up 1"})
    BOOST_TEST(optimizer(options) == "sgd");
  BOOST_TEST(optimizer("--net mlp --hidden 3") == "adam");
}

BOOST_AUTO_TEST_CASE(without_training) {
  const Report report = swept("--l2 0,1 --epochs 0 --optimizer sgd");
  BOOST_TEST(report["sweep"]["points"].size() == 2U);
  for (const auto& point : report["sweep"]["points"])
    BOOST_TEST(std::abs(point["loss"].get<double>() - std::log(10)) < 1e-14);
  BOOST_TEST(contains(program.run("sweep --data set --l2 0,1 --epochs 0").out, "smallest loss"));
}

BOOST_AUTO_TEST_CASE(tables) {
  const std::string out = succeeds("sweep --data set --l2 .01,.1 --batch-size 8,32 --epochs 2", true);
  for (const char* part : {"4 fits, 20 of the 120 images held back", "l2          batch size  loss", "  smallest loss",
                           "within one standard error", "on all 120 images:", "accuracy on the 40 test images"})
    BOOST_TEST(contains(out, part), out);
  BOOST_TEST(!contains(out, "lr"), out);
}

BOOST_AUTO_TEST_CASE(command_lines_that_make_no_sense) {
  const std::vector<std::pair<std::string, Words>> lines{{"--l2 1e-3:1:log", {"--l2", "1e-3:1:log"}},
                                                         {"--l2 0:1:log5", {"--l2", "0:1:log5"}},
                                                         {"--l2 0:1:1", {"--l2"}},
                                                         {"--l2 0:1", {"--l2"}},
                                                         {"--l2 -1:1:5", {"--l2"}},
                                                         {"--l2 0:inf:5", {"--l2"}},
                                                         {"--l2 1,x", {"--l2"}},
                                                         {"--lr 1:2:3:4", {"--lr"}},
                                                         {"--batch-size 8,x", {"--batch-size"}},
                                                         {"--batch-size 8,121", {"--batch-size", "121"}},
                                                         {"--folds 1", {"--folds"}},
                                                         {"--folds 121", {"--folds", "120"}},
                                                         {"--folds 3 --validation 20", {"--folds", "--validation"}},
                                                         {"--validation 0", {"--validation"}},
                                                         {"--validation 120", {"--validation", "120"}},
                                                         {"--jobs 0", {"--jobs"}},
                                                         {"--patience 3", {"--patience"}},
                                                         {"--optimizer lbfgs --batch-size 8", {"--batch-size"}},
                                                         {"--optimizer lbfgs --lr 1", {"--lr"}},
                                                         {"--resume", {"--resume", "--checkpoint"}},
                                                         {"--precision float --l2 1e300", {"--l2"}}};
  for (const auto& [line, parts] : lines) refused("sweep --data set " + line, 2, parts);
}

BOOST_AUTO_TEST_SUITE_END()
