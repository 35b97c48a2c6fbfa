// Nets, optimisers, checkpoints and several processes through the command line.
#define BOOST_TEST_MODULE mnist_softmax_training
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "apps/mnist_softmax/model/model_file.hpp"
#include "tests/support/program.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : TinySets {
  Fixture() : TinySets(MNIST_SOFTMAX) { write_tiny_set(folder / "large", 12, 12); }

  Report trained_on(const std::string& set, const std::string& options) {
    return Report::parse(succeeds("train --data " + set + " --quiet --json - " + options));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(every_net_learns_and_is_evaluated) {
  for (const std::string options :
       {"--net mlp --hidden 20,10 --epochs 30 --lr .01 --batch-size 16",
        "--net mlp --hidden 30 --activation tanh --dropout .1 --epochs 40 --lr .01 --batch-size 16",
        "--net lenet --hidden 20 --epochs 20 --lr .003 --batch-size 16", "--net lenet --precision double --epochs 2"}) {
    const Report report = trained_on("large", options + " --model some.model");
    BOOST_TEST_CONTEXT(options) {
      const std::vector<double> losses = report["loss_history"];
      BOOST_TEST(losses.back() < losses.front());
      if (!contains(options, "epochs 2 ") && !options.ends_with("epochs 2"))
        BOOST_TEST(report["train_accuracy"].get<double>() >= .8);
      const std::string out = succeeds("evaluate --data large --model some.model");
      std::ostringstream test;
      test << "accuracy on the 40 test images: " << report["test_accuracy"].get<double>() << ',';
      BOOST_TEST(contains(out, test.str()), out << " has not " << test.str());
    }
  }
  refused("evaluate --data set --model some.model", 1, {"some.model", "not for these images", "pixels"});
  refused("evaluate --data large --model some.model --weights some.png", 2, {"--weights"});
  refused("train --data set --net lenet", 2, {"--net", "12x12", "6x6"});
}

BOOST_AUTO_TEST_CASE(every_optimizer_lowers_the_loss) {
  for (const std::string optimizer : {"gd", "sgd", "momentum", "rmsprop", "adam", "adamw", "lbfgs"}) {
    const Report report = trained("--epochs 5 --optimizer " + optimizer);
    const std::vector<double> losses = report["loss_history"];
    BOOST_TEST(losses.back() < losses.front(), optimizer);
    BOOST_TEST(report["settings"]["optimizer"] == optimizer);
  }
}

BOOST_AUTO_TEST_CASE(lbfgs_goes_to_the_minimum) {
  const Report report = trained("--optimizer lbfgs --l2 .01 --epochs 500");
  BOOST_TEST(report["gradient_norm"].get<double>() < 1e-6);
  const Report longer = trained("--optimizer gd --l2 .01 --epochs 20000 --lr .5 --lr-decay 1 --tolerance 1e-9");
  BOOST_TEST(std::abs(report["loss"].get<double>() - longer["loss"].get<double>()) < 1e-12);
}

BOOST_AUTO_TEST_CASE(validation) {
  const Report report =
      trained("--validation 24 --stratify --patience 2 --epochs 300 --lr 2 --lr-decay 1 --model some.model");
  const std::vector<double> losses = report["validation_loss_history"];
  const unsigned best = report["best_epoch"], run = report["epochs_run"];
  BOOST_TEST(losses.size() == run + 1);
  BOOST_TEST((run == best + 2 || run == 300));
  for (const double loss : losses) BOOST_TEST(loss >= losses[best]);
}

BOOST_AUTO_TEST_CASE(a_resumed_training_is_the_whole_one) {
  for (const std::string options : {"--optimizer adam --batch-size 32 --validation 20",
                                    "--net mlp --hidden 9 --dropout .3 --precision double", "--optimizer gd"}) {
    const std::string line = options + " --epochs 6 --checkpoint kept ";
    const Report whole = trained(line);
    fs::remove(folder / "kept");
    program.how.signal = SIGTERM;  // with any luck amid an epoch
    program.how.when = "epoch 1/";
    const Outcome run = program.run("train --data set " + line);
    program.how.signal = 0;
    BOOST_TEST((run.status == 0 || run.status == -SIGTERM));
    const Report resumed = trained(line + "--resume --threads 1");
    BOOST_TEST(resumed["sha256"] == whole["sha256"]);
    BOOST_TEST(resumed["loss_history"] == whole["loss_history"]);
    succeeds("evaluate --data set --model kept");
    fs::remove(folder / "kept");
  }
}

BOOST_AUTO_TEST_CASE(an_interrupt_keeps_the_checkpoint) {
  for (const int signal : {SIGINT, SIGTERM}) {
    program.how.signal = signal;
    program.how.when = "W 36x10";
    const Outcome run = program.run("train --data set --epochs 100000000 --json - --checkpoint kept --overwrite");
    BOOST_TEST(run.status == -signal);
    BOOST_TEST(contains(run.err, "stopping after this step; again to quit now"), run.err);
    BOOST_TEST(contains(run.err, "go on with --resume"), run.err);
    program.how.signal = 0;
    succeeds("evaluate --data set --model kept");
  }
  BOOST_TEST(folder.entries() == 3U);
}

/// Lines of a terminal of 80 columns, which is what one of unknown width is taken for.
BOOST_AUTO_TEST_CASE(the_progress_fits_the_terminal) {
  program.how.terminal = true;
  const std::string out = program.run("train --data set --validation 20 --epochs 300").out;
  std::size_t lines = 0;
  std::string longest;
  for (std::size_t begin = out.find("\repoch "); begin != std::string::npos; begin = out.find("\repoch ", begin + 1)) {
    const std::string line = out.substr(begin + 1, out.find('\033', begin) - begin - 1);
    if (line.size() > longest.size()) longest = line;
    if (lines == 0) BOOST_TEST(!contains(line, " left"), line);
    ++lines;
  }
  BOOST_TEST(lines > 1U);
  BOOST_TEST(longest.size() < 80U, longest);
  for (const char* part : {"held back: loss ", "accuracy "}) BOOST_TEST(contains(longest, part), longest);
  BOOST_TEST(contains(out, " s left"), longest);
}

BOOST_AUTO_TEST_CASE(checkpoints_that_do_not_fit) {
  trained("--epochs 2 --checkpoint kept --model plain");
  refused("train --data set --quiet --epochs 3 --checkpoint kept --resume", 1, {"kept", "epochs 2, not 3"});
  refused("train --data set --quiet --epochs 2 --lr 1 --checkpoint kept --resume", 1, {"kept", "lr 0.5, not 1"});
  refused("train --data large --epochs 2 --checkpoint kept --resume --quiet", 1, {"kept", "other images"});
  refused("train --data set --epochs 2 --checkpoint plain --resume --quiet", 1, {"plain", "not a checkpoint"});
  refused("train --data set --epochs 2 --resume", 2, {"--resume", "--checkpoint"});
  refused("train --data set --checkpoint set", 1, {"--checkpoint", "folder"});
  refused("train --data set --checkpoint kept --model kept", 2, {"--checkpoint", "--model"});
}

BOOST_AUTO_TEST_CASE(command_lines_that_make_no_sense) {
  const std::vector<std::pair<std::string, Words>> lines{
      {"--hidden 5", {"--hidden", "mlp"}},
      {"--dropout .5", {"--dropout", "mlp"}},
      {"--net mlp --hidden 5,", {"--hidden"}},
      {"--net mlp --hidden 0", {"--hidden"}},
      {"--net mlp --dropout 1", {"--dropout"}},
      {"--net resnet", {"--net"}},
      {"--l2 0,1", {"--l2"}},
      {"--optimizer lbfgs --lr 1", {"--lr", "lbfgs"}},
      {"--optimizer lbfgs --clip 1", {"--clip", "lbfgs"}},
      {"--optimizer lbfgs --schedule constant", {"--schedule", "lbfgs"}},
      {"--relative-change 1.5", {"--relative-change"}},
      {"--patience 3", {"--patience", "--validation"}},
      {"--stratify", {"--stratify", "--validation"}},
      {"--validation 120", {"--validation", "120"}},
      {"--schedule cosine --lr-decay .5", {"--lr-decay"}},
      {"--optimizer lbfgs --net mlp --dropout .5", {"--dropout", "lbfgs"}},
      {"--optimizer lbfgs --batch-size 5", {"--batch-size", "lbfgs"}}};
  for (const auto& [line, parts] : lines) refused("train --data set " + line, 2, parts);
}

BOOST_AUTO_TEST_CASE(one_result_for_any_number_of_threads_and_runs) {
  std::size_t compared = 0, different = 0;
  for (const std::string options :
       {"", "--precision float --batch-size 40", "--net mlp --hidden 7 --dropout .2", "--optimizer lbfgs"}) {
    const std::string expected = trained(options + " --threads 1 --epochs 3")["sha256"];
    for (unsigned run = 0; run < 20; ++run) {
      const std::string threads = std::to_string(1 + run % 8);
      different += trained(options + " --epochs 3 --threads " + threads)["sha256"] != expected;
      ++compared;
    }
  }
  BOOST_TEST(different == 0U);
  BOOST_TEST_MESSAGE(compared << " runs on 1 to 8 threads compared, " << different << " differ");
}

BOOST_AUTO_TEST_CASE(a_loss_that_grew_is_told) {
  BOOST_TEST(contains(succeeds("train --data set --lr 1e5 --epochs 2", true), "try a smaller learning rate"));
  BOOST_TEST(!contains(succeeds("train --data set --epochs 2", true), "try a smaller learning rate"));
}

BOOST_AUTO_TEST_CASE(it_stops_when_the_changes_are_no_longer_meaningful) {
  for (const std::string optimizer : {"gd", "lbfgs"}) {
    const std::string options =
        "--optimizer " + optimizer + " --epochs 3000 --l2 .01 " + (optimizer == "gd" ? "--schedule constant " : "");
    const Report coarse = trained(options + "--relative-change 1e-3"),
                 fine = trained(options + "--relative-change 1e-6");
    const unsigned few = coarse["epochs_run"], more = fine["epochs_run"];
    BOOST_TEST((few > 3 && few < more && more < 3000), optimizer << ": " << few << ", " << more);
    BOOST_TEST(fine["loss"] < coarse["loss"]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
