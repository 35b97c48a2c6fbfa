// MNIST's known figures through the command line; they take half a minute.
#define BOOST_TEST_MODULE mnist_softmax_golden
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/program.hpp"
#include "tests/support/skip.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : TinySets {
  Fixture() : TinySets(MNIST_SOFTMAX) {
    program.how.mnist_dir = require_mnist().string();
    program.how.seconds = 500;
  }

  Report on_mnist(const std::string& options) {
    const Report report = Report::parse(succeeds("train --quiet --json - " + options));
    BOOST_TEST(report["dataset"] == "MNIST");
    return report;
  }
};

void near(const Report& value, double expected, double tolerance) {
  const double found = value;
  BOOST_TEST(std::abs(found - expected) <= tolerance, found << " is not " << expected << " to " << tolerance);
}

const std::string lab = "--train-size 4000 --optimizer gd --lr 0.1 --lr-decay 0.99 --l2 0.5 --init zeros --epochs ";

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(NeedsMnist);

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(gradient_at_zero) {
  const Report report = on_mnist(lab + "0");
  near(report["loss"], std::log(10), 1e-12);
  near(report["gradient_norm"], 1.054476, 1e-6);
}

BOOST_AUTO_TEST_CASE(gradient_descent) {
  const Report report = on_mnist(lab + "2000 --model lab.model");
  BOOST_TEST(report["train_size"] == 4000);
  BOOST_TEST(report["epochs_run"] == 2000);
  BOOST_REQUIRE(report["loss_history"].size() == 2001U);
  near(report["loss_history"][1], 2.196720413, 1e-9);
  near(report["loss"], 1.669930311, 1e-8);
  near(report["train_accuracy"], .80585, 2e-4);
  near(report["test_accuracy"], .8111, 2e-4);
  const std::string out = succeeds("evaluate --model lab.model");
  BOOST_TEST(contains(out, "60000 training images: 0.8058"), out);
  BOOST_TEST(contains(out, "10000 test images: 0.811"), out);
}

BOOST_AUTO_TEST_CASE(optima) {
  const std::string lbfgs = "--optimizer lbfgs ";
  near(on_mnist(lbfgs + "--train-size 4000 --l2 .01")["loss"], 0.504059965108, 1e-9);
  near(on_mnist(lbfgs + "--train-size 4000 --l2 .5")["loss"], 1.669929868366, 1e-9);
  near(on_mnist(lbfgs + "--l2 1e-3")["loss"], 0.344489822501, 1e-7);
}

BOOST_AUTO_TEST_CASE(defaults) {
  const Report report = on_mnist("");
  BOOST_TEST(report["train_size"] == 60000);
  BOOST_TEST(report["test_accuracy"].get<double>() >= .92);
}

BOOST_AUTO_TEST_CASE(check) {
  const std::string out = succeeds("check");
  BOOST_TEST(contains(out, "gradient check: passed"), out);
  BOOST_TEST(contains(out, "on 4000 images"), out);
}

BOOST_AUTO_TEST_SUITE_END()
