// show, predict and report as a user runs them, and the figures in the report.
#define BOOST_TEST_MODULE mnist_softmax_report
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <regex>

#include "apps/datasets/data.hpp"
#include "apps/datasets/data_files.hpp"
#include "apps/mnist_softmax/drawing/text_blocks.hpp"
#include "apps/mnist_softmax/model/figures.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "tests/support/program.hpp"

using namespace armagrad;
using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : TinySets {
  Fixture() : TinySets(MNIST_SOFTMAX) {
    setenv("LC_ALL", "C", 1);
    succeeds("train --data set --quiet --epochs 3 --validation 20 --model some.model");
  }

  Report json_of(const std::string& line) {
    const std::string out = succeeds(line + " --quiet --json -");
    const Report report = Report::parse(out, nullptr, false);
    BOOST_REQUIRE_MESSAGE(report.is_object(), out);
    return report;
  }
  /// A picture of a bar, in a file that `predict` reads.
  void write_bar(const std::string& name) const {
    std::string pixels(40 * 30, '\xff');
    for (std::size_t i = 8; i < 32; ++i) pixels.replace(i * 30 + 12, 5, 5, '\0');
    write_bytes(folder / name, "P5 30 40 255\n" + pixels);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(figures_by_counting) {
  arma::mat P{{0.9, 0.2, 0.55, 0.3}, {0.1, 0.8, 0.45, 0.7}};
  const Figures f = figures_of(P, {0, 1, 1, 0});
  BOOST_TEST(f.accuracy == 0.5);
  BOOST_TEST(std::abs(f.log_loss + (std::log(0.9) + std::log(0.8) + std::log(0.45) + std::log(0.3)) / 4) < 1e-15);
  BOOST_TEST((f.confusion(0, 0) == 1 && f.confusion(0, 1) == 1 && f.confusion(1, 0) == 1 && f.confusion(1, 1) == 1));
  BOOST_TEST(std::abs(f.calibration.error - (0.1 + 0.2 + 0.55 + 0.7) / 4) < 1e-15);
  BOOST_REQUIRE(f.misread.size() == 2u);
  BOOST_TEST((f.misread[0].index == 3 && f.misread[0].label == 0 && f.misread[0].predicted == 1));
  BOOST_TEST((f.misread[0].of_label == 0.3 && f.misread[0].of_predicted == 0.7 && f.misread[1].index == 2));
  BOOST_TEST(figures_of(arma::vec{1, 0}, {1}).log_loss > 600);  // large, not infinite
}

BOOST_AUTO_TEST_CASE(confusion_as_text) {
  std::ostringstream out;
  print_confusion(out, {{12, 0}, {3, 1}}, {"Ankle boot", "Bag"});
  BOOST_TEST(out.str() ==
             "label       taken for\n"
             "           Ankle   Bag\n"
             "Ankle boot    12     .\n"
             "Bag            3     1\n");
}

BOOST_AUTO_TEST_CASE(the_model_keeps_its_training) {
  const ModelFile model = load_model(folder / "some.model");
  BOOST_TEST(model.info["training"]["settings"]["epochs"] == 3);
  const arma::mat& log = std::get<arma::mat>(model.arrays.at("training.log"));
  BOOST_REQUIRE((log.n_rows == 4 && log.n_cols == 4));
  BOOST_TEST(std::abs(log(0, 0) - std::log(10)) < 1e-12);
  BOOST_TEST((log.row(0).min() > 0 && log.min() >= 0 && log.row(1).max() <= 1 && log.row(3).max() <= 1));
}

BOOST_AUTO_TEST_CASE(a_report) {
  for (const std::string net : {"softmax", "mlp --hidden 8", "mlp --hidden 5 --precision double --activation tanh"}) {
    succeeds("train --data set --quiet --epochs 2 --net " + net + " --model net.model");
    const Report r = json_of("report --model net.model --data set --out deep/out");
    const std::string page = read_bytes(folder / "deep/out/report.html");
    BOOST_TEST(r["bytes"] == page.size());
    BOOST_TEST(page.size() < 2u << 20);
    for (const char* file :
         {"loss.svg", "accuracy.svg", "confusion.svg", "calibration.svg", "samples.png", "weights.png", "mistakes.png"})
      BOOST_TEST(fs::exists(folder / "deep/out" / file), file);
    for (const char* part : {"The training", "Is the gradient right?", "What is taken for what", "The worst mistakes",
                             "Armadillo", "data:image/png;base64,"})
      BOOST_TEST(contains(page, part), part);
    // One file that asks for nothing: no address but SVG's own name, every place filled in.
    BOOST_TEST(!std::regex_search(page, std::regex("@[a-z]+@|(src|href)=\"(?!data:|#)|<script|url\\(")));
    BOOST_TEST(r["gradient_check"]["passed"] == true);
    arma::uword images = 0, right = 0;
    for (arma::uword i = 0; i < 10; ++i) {
      for (arma::uword j = 0; j < 10; ++j) {
        images += r["test"]["confusion"][i][j].get<arma::uword>();
        if (i == j) right += r["test"]["confusion"][i][j].get<arma::uword>();
      }
    }
    BOOST_TEST(images == 40u);
    BOOST_TEST(r["test"]["accuracy"].get<double>() == double(right) / 40);
    const std::string words = succeeds("evaluate --model net.model --data set");
    BOOST_TEST(contains(words, "test images: " + nlohmann::json(double(right) / 40).dump()), words);
  }
}

BOOST_AUTO_TEST_CASE(what_is_in_the_folder_stays) {
  fs::create_directory(folder / "out");
  write_bytes(folder / "out" / "mine", "mine");
  succeeds("report --model some.model --data set --out out");
  BOOST_TEST(read_bytes(folder / "out" / "mine") == "mine");
  refused("report --model some.model --data set --out some.model", 1, {"--out", "some.model"});
  refused("report --model some.model --data set --out some.model/x", 1, {"--out"});
  refused("report --data set --out out", 2, {"--model"});
  refused("report --model some.model --data set", 2, {"--out"});
  refused("report --model missing --data set --out new", 1, {"missing"});
  write_tiny_set(folder / "other", 7, 6);
  refused("report --model some.model --data other --out new", 1, {"some.model", "6x6 pixels, these have"});
}

BOOST_AUTO_TEST_CASE(a_model_that_says_little) {
  ModelFile model = load_model(folder / "some.model");
  model.info.erase("training");
  model.arrays.erase("training.log");
  model.info["sweep"] = {{"points", 3}};
  model.info["classes"][0] = "<b>&";
  save_model(folder / "little.model", model);
  succeeds("report --model little.model --data set --out out");
  const std::string page = read_bytes(folder / "out/report.html");
  BOOST_TEST(contains(page, "nothing of how it was trained"));
  BOOST_TEST(contains(page, "cannot be read"));
  BOOST_TEST(!contains(page, "<b>&"));
  model.info.erase("width");
  save_model(folder / "little.model", model);
  refused("report --model little.model --data set --out new", 1, {"little.model", "width"});
  refused("predict --model little.model --index 0 --data set", 1, {"little.model", "width"});
}

BOOST_AUTO_TEST_CASE(a_sweep_in_the_report) {
  ModelFile model = load_model(folder / "some.model");
  const auto point = [](double l2, double loss) {
    return nlohmann::json{
        {"l2", l2},        {"batch_size", 32},       {"lr", 0.5}, {"loss", loss}, {"loss_error", 0.01},
        {"accuracy", 0.9}, {"accuracy_error", 0.002}};
  };
  model.info["sweep"] = {
      {"points", {point(0, 0.4), point(1e-4, 0.3), point(1e-2, arma::datum::nan), point(1e-3, 0.31)}},
      {"smallest_loss", point(1e-4, 0.3)},
      {"one_standard_error", point(1e-3, 0.31)}};
  save_model(folder / "sweep.model", model);
  succeeds("report --model sweep.model --data set --out out");
  const std::string page = read_bytes(folder / "out/report.html"), chart = read_bytes(folder / "out/sweep.svg");
  for (const char* part : {"batches of 32", "smallest loss", "one standard error"})
    BOOST_TEST(contains(chart, part), part);
  BOOST_TEST((contains(page, "All 4 points") && contains(page, "diverged")));
}

BOOST_AUTO_TEST_CASE(images_as_text) {
  const std::string out = succeeds("show --data set --index 0,3 --set test");
  BOOST_TEST((contains(out, "0: 0") && contains(out, "3: 4") && out.find_first_of("+#") != std::string::npos),
             out);  // every fourth label is the next class's
  setenv("LC_ALL", "C.UTF-8", 1);
  BOOST_TEST(contains(succeeds("show --data set --index 0"), "▄"));
  const Report r = json_of("show --data set --index 5");
  const Dataset data = read_dataset(folder / "set");
  BOOST_TEST(r["images"][0]["label"] == data.train.labels(5));
  BOOST_TEST(r["images"][0]["pixels"].get<std::vector<unsigned>>()[7] == data.train.pixels(7, 5));
  const std::string weights = succeeds("show --model some.model");
  BOOST_TEST((contains(weights, "first layer") && contains(weights, "  9\n")), weights);
  refused("show --data set --index 120", 2, {"--index", "120"});
  refused("show --data set --set other", 2, {"--set"});
  refused("show --data set --index 1,x", 2, {"--index"});
  refused("show --model missing", 1, {"missing"});
}

BOOST_AUTO_TEST_CASE(shades) {
  const arma::mat image{{0, 1, 0, 1, 0.5}, {0, 1, 1, 0, 0.5}};
  BOOST_TEST(as_text(image, {true, false, false, 80}).lines[0] == " █▄▀▒");
  BOOST_TEST(as_text(image, {false, false, false, 80}).lines[0] == " @+++");
  BOOST_TEST(as_text(arma::mat{{-1, -0.5, 0, 1}}, {false, false, false, 80}).lines[0] ==
             "-' +");  // the other half is empty
  BOOST_TEST(as_text(arma::mat{{1, 1, 0}, {0, 0, 0}}, {true, true, true, 80}).lines[0] ==
             "\033[38;2;255;255;255;48;2;0;0;0m▀▀\033[38;2;0;0;0;48;2;0;0;0m▀\033[0m");
  BOOST_TEST(as_text(arma::vec{1, 0}, {true, true, false, 80}).lines[0] == "\033[38;5;255;48;5;232m▀\033[0m");
  BOOST_TEST(bar(0.5, 4, {true, false, false, 80}) == "██");
  BOOST_TEST(bar(0.53125, 4, {true, false, false, 80}) == "██▏");
  BOOST_TEST(bar(1, 4, {false, false, false, 80}) == "####");
  BOOST_TEST((bar(-1, 4, {}) == "" && bar(arma::datum::inf, 4, {}) == "####"));
  BOOST_TEST(fitted("é█x", 2) == "é█");
  BOOST_TEST(fitted("é", 3) == "é  ");
}

BOOST_AUTO_TEST_CASE(lines_fit_the_terminal) {
  const std::vector<TextBlock> blocks(5, as_text(arma::mat(28, 28, arma::fill::ones), {}));
  for (const arma::uword width : {20, 58, 80, 200}) {
    std::istringstream lines(side_by_side(blocks, {false, false, false, width}));
    std::size_t most = 0, count = 0;
    for (std::string line; std::getline(lines, line); ++count) most = std::max(most, line.size());
    BOOST_TEST(most <= std::max<std::size_t>(28, width));
    BOOST_TEST(count == (width < 58 ? 5 * 15 - 1 : width < 200 ? 3 * 15 - 1 : 14));
  }
}

BOOST_AUTO_TEST_CASE(predictions) {
  write_bar("bar.pgm");
  for (const std::string net : {"softmax", "mlp --hidden 8"}) {
    succeeds("train --data set --quiet --epochs 2 --net " + net + " --model net.model");
    const SavedModel model = load_saved_model(folder / "net.model");
    const Report r = json_of("predict --model net.model --data set --index 4,7");
    const Dataset data = read_dataset(folder / "set");
    for (const arma::uword k : {0, 1}) {
      const arma::vec p = model.probabilities(scaled<double>(data.test.pixels.col(k == 0 ? 4 : 7)));
      BOOST_TEST(
          r["pictures"][k]["probabilities"].get<std::vector<double>>() == arma::conv_to<std::vector<double>>::from(p),
          boost::test_tools::per_element());
      BOOST_TEST(r["pictures"][k]["prediction"] == p.index_max());
    }
    const std::string words = succeeds("predict bar.pgm --model net.model");
    BOOST_TEST(contains(words, "30x40, dark on light, ink 5x24 at (12, 8)"), words);
    BOOST_TEST(contains(words, "what each pixel adds") == (net == "softmax"));
    BOOST_TEST(json_of("predict bar.pgm bar.pgm --model net.model")["pictures"].size() == 2u);
  }
  write_bytes(folder / "blank.pgm", "P2 3 3 9 9 9 9 9 9 9 9 9 9");
  refused("predict blank.pgm --model some.model", 1, {"blank.pgm", "is blank"});
  // One bad picture does not hide the answers on the others.
  const Outcome some = program.run("predict blank.pgm bar.pgm missing.png --model some.model --json some.json");
  BOOST_TEST(some.status == 1);
  BOOST_TEST(contains(some.out, "bar.pgm: "), some.out);
  BOOST_TEST(contains(some.err, "mnist_softmax: blank.pgm: is blank"), some.err);
  BOOST_TEST(contains(some.err, "mnist_softmax: missing.png: "), some.err);
  const Report partly = Report::parse(read_bytes(folder / "some.json"));
  BOOST_TEST(partly["pictures"].size() == 1U);
  BOOST_TEST(partly["refused"][1]["name"] == "missing.png");
  // Two digits in one picture are read one by one.
  std::string two = "P5 80 40 255\n" + std::string(80 * 40, '\xff');
  for (const std::size_t left : {20u, 50u})
    for (std::size_t i = 8; i < 32; ++i) two.replace(13 + 80 * i + left, 5, 5, '\0');
  write_bytes(folder / "two.pgm", two);
  const Report each = json_of("predict two.pgm --model some.model");
  BOOST_REQUIRE(each["pictures"].size() == 2U);
  BOOST_TEST((each["pictures"][0]["digit"] == 1 && each["pictures"][1]["digit"] == 2));
  BOOST_TEST((each["pictures"][0]["ink"]["left"] == 20 && each["pictures"][1]["ink"]["left"] == 50));
  BOOST_TEST(contains(succeeds("predict two.pgm --model some.model"), "digit 2 of 2"));
  refused("predict missing.png --model some.model", 1, {"missing.png"});
  refused("predict set --model some.model", 1, {"set", "not a regular file"});
  refused("predict some.model --model some.model", 1, {"some.model", "not a PNG"});
  refused("predict --model some.model", 2, {"which picture?"});
  refused("predict bar.pgm --index 1 --model some.model", 2, {"which picture?"});
  refused("predict bar.pgm", 2, {"--model"});
  refused("predict bar.pgm --model some.model --json bar.pgm", 2, {"--json"});
  refused("predict --index 40 --data set --model some.model", 2, {"--index", "40 test images"});
}

BOOST_AUTO_TEST_SUITE_END()
