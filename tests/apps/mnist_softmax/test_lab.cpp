// mnist_softmax lab and explain: verdicts that are computed, and fail where they should.
#define BOOST_TEST_MODULE mnist_softmax_lab
#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/datasets/data.hpp"
#include "apps/datasets/data_files.hpp"
#include "tests/support/program.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : TinySets {
  Fixture() : TinySets(MNIST_SOFTMAX) { program.how.seconds = 600; }

  Report report(const std::string& line, int status = 0) {
    const Outcome run = program.run(line + " --quiet --json -");
    BOOST_TEST(run.status == status, line << ": " << run.err);
    return Report::parse(run.out, nullptr, false);
  }
};

const std::string lab = "lab --data set --train-size 60 --epochs 40 ";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(all_steps) {
  const Report all = report(lab + "--out pictures");
  BOOST_REQUIRE(all["steps"].size() == 10u);
  BOOST_TEST(all["as_expected"] == true);
  for (const auto& step : all["steps"]) {
    BOOST_TEST(!step["title"].get<std::string>().empty());
    BOOST_TEST(!step["expectations"].empty(), step["title"]);
  }
  for (const char* picture : {"digits.png", "weights.png"})
    BOOST_TEST(read_bytes(folder / (std::string("pictures/") + picture)).starts_with("\x89PNG"));
  BOOST_TEST(contains(read_bytes(folder / "pictures/loss.svg"), "<svg"));
  const std::string text = succeeds(lab, true);
  for (int step = 1; step <= 10; ++step)
    BOOST_TEST(contains(text, std::string("\n").append(std::to_string(step)).append(". ")), step);
  BOOST_TEST(contains(text, "expectations met\n"));
  BOOST_TEST(!contains(text, "NO"));
}

BOOST_AUTO_TEST_CASE(one_step_or_from_one) {
  const Report whole = report(lab);
  for (const int step : {1, 4, 6}) {
    const Report one = report(lab + "--step " + std::to_string(step));
    BOOST_REQUIRE(one["steps"].size() == 1u);
    BOOST_TEST(one["steps"][0]["title"] == whole["steps"][std::size_t(step - 1)]["title"]);
    BOOST_TEST(one["steps"][0]["expectations"] == whole["steps"][std::size_t(step - 1)]["expectations"]);
  }
  BOOST_TEST(report(lab + "--from 9")["steps"].size() == 2u);
  for (const char* wrong : {"--step 0", "--step 11", "--from 11", "--step x"})
    refused(lab + wrong, 2, {words(wrong)[0]});
  refused(lab + "--step 1 --from 2", 2, {"--from"});
  refused(lab + "--student --explain", 2, {"--explain"});
  refused(lab + "--student --step 1", 2, {"--step"});
  refused(lab + "--explain --out pictures", 2, {"--out"});
  refused("lab --data set --train-size 121", 2, {"--train-size", "121", "120"});
  write_bytes(folder / "file", "no folder");
  refused(lab + "--out file", 1, {"--out", "file"});
}

/// Numbers of the report against an evaluation of its own.
BOOST_AUTO_TEST_CASE(the_descent_is_the_labs) {
  const Report step = report(lab + "--step 4")["steps"][0];
  const Dataset set = read_dataset(folder / "set");
  const arma::mat X = scaled<double>(set.train.pixels).eval().head_cols(60),
                  Y = one_hot<double>(set.train.labels, 10).eval().head_cols(60);
  arma::mat W(36, 10, arma::fill::zeros);
  double rate = 0.1;
  const auto probabilities = [&] {
    arma::mat P = arma::exp(W.t() * X);
    P.each_row() /= arma::rowvec(arma::sum(P, 0));
    return P;
  };
  for (int epoch = 0; epoch < 40; ++epoch, rate *= 0.99) W -= rate * (X * (probabilities() - Y).t() / 60 + 0.5 * W);
  const double J = -arma::accu(Y % arma::log(probabilities())) / 60 + 0.25 * arma::accu(arma::square(W));
  BOOST_TEST(std::abs(step["loss"].get<double>() - J) < 1e-12);
}

/// Data whose expectations are not met end with status 1 and say so.
BOOST_AUTO_TEST_CASE(what_is_not_met) {
  const fs::path other = folder / "other";
  fs::create_directories(other);
  write_part(other, "train", 120, 6, 6, 8);
  write_part(other, "t10k", 40, 6, 6, 1);  // all labels wrong
  const Outcome run = program.run("lab --data other --train-size 60 --epochs 40 --step 6");
  BOOST_TEST(run.status == 1);
  BOOST_TEST(contains(run.out, ": NO\n"));
  BOOST_TEST(contains(run.out, "0 of 1 expectations met"));
}

BOOST_AUTO_TEST_CASE(explained_in_the_labs_orientation) {
  const std::string text = succeeds("lab --data set --train-size 20 --explain");
  for (const char* part : {"X W", "central differences agree", "dJ/dW = 1/n X' (softmax(X W) - Y) + l2 W",
                           "entry by entry: Z2[i,j] = Σ_k X[i,k] W[k,j]", "check_gradient at W = 0: FAILED"})
    BOOST_TEST(contains(text, part), part);
  BOOST_TEST(!contains(text, "DISAGREE"));
  const Report all = report("lab --data set --train-size 20 --explain");
  BOOST_TEST(all["caught"] == true);
  const std::vector<bool> differ{true, true, true, false};
  for (std::size_t k = 0; k < 4; ++k) BOOST_TEST(all["parts"][k]["differs"] == differ[k]);
  // Softmax of one-hot targets over all of them.
  const double n = 20 * 10, hot = 20, total = hot * std::exp(1) + (n - hot), one = std::exp(1) / total,
               zero = 1 / total;
  const double off = std::sqrt(hot * (1 - one) * (1 - one) + (n - hot) * zero * zero) / std::sqrt(hot);
  BOOST_TEST(std::abs(all["parts"][1]["relative_difference"].get<double>() - off) < 1e-12);
}

BOOST_AUTO_TEST_CASE(explain_as_text_and_at_a_model) {
  const std::string text = succeeds("explain --data set --train-size 20", true);
  for (const char* part : {"J = l2 accu(square(W))/2 - accu(Y % log_softmax(W' X))/n\n", "\nForward\n",
                           "\nBackward: ", "W̄ = ", "dJ/dW = 1/n X (softmax(W' X) - Y)' + l2 W"})
    BOOST_TEST(contains(text, part), part);
  BOOST_TEST(!fs::exists(folder / "page.html"));
  trained("--epochs 3 --l2 0.25 --model some.model");
  const Report at = report("explain --data set --train-size 120 --l2 0.25 --model some.model");
  const Report then = trained("--epochs 3 --l2 0.25");
  const Report& J = at["nodes"].back();
  BOOST_TEST(J["name"] == "J");
  BOOST_TEST(std::abs(J["value"]["values"][0].get<double>() - then["loss"].get<double>()) < 1e-3);
  BOOST_TEST((report("explain --data set --train-size 120 --model some.model") == at), "the model's own l2");
  BOOST_TEST((report("explain --data set --train-size 120 --l2 0.5 --model some.model") != at));
  trained("--net mlp --hidden 3 --epochs 1 --model mlp.model");
  refused("explain --data set --train-size 20 --model mlp.model", 2, {"--model", "mlp"});
  refused("explain --data set --train-size 20 --model missing.model", 1, {"missing.model"});
  refused("explain --data set --train-size 20 --model some.model --html some.model", 2, {"--html", "--model"});
}

BOOST_AUTO_TEST_SUITE_END()
