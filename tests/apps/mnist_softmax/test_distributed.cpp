// Training by several processes, where MPI is there.
#define BOOST_TEST_MODULE mnist_softmax_distributed
#include <boost/test/unit_test.hpp>

#include "apps/mnist_softmax/model/model_file.hpp"
#include "tests/support/program.hpp"
#include "tests/support/skip.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

#ifdef MPIRUN

namespace {

struct Fixture : TinySets {
  Fixture() : TinySets(MPIRUN) {
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  }
  Outcome on(unsigned ranks, const std::string& options) {
    return program.run("--oversubscribe -n " + std::to_string(ranks) + ' ' + MNIST_SOFTMAX +
                       " train --data set --distributed --threads 1 --quiet " + options);
  }
  arma::mat weights(unsigned ranks, const std::string& options) {
    const Outcome run = on(ranks, options + " --model some.model");
    BOOST_TEST(run.status == 0, run.err);
    return std::get<arma::mat>(load_model(folder / "some.model").arrays.at("0.weight"));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(the_same_result_for_1_2_and_3_ranks) {
  for (const std::string options :
       {"--batch-size 16 --epochs 4", "--optimizer gd --epochs 10", "--optimizer lbfgs --epochs 5 --l2 .1",
        "--net mlp --hidden 5 --dropout .2 --batch-size 16 --epochs 3 --precision double --validation 20"}) {
    const arma::mat one = weights(1, options);
    for (const unsigned ranks : {2U, 3U}) {
      const double off = arma::abs(weights(ranks, options) - one).max();
      BOOST_TEST(off < 1e-12, ranks << " ranks are off by " << off << " with " << options);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_rank_that_fails_ends_the_job) {
  const Outcome run = on(2, "--epochs 1 --model /dev/full");  // rank 0 writes
  BOOST_TEST(run.status == 1);
  BOOST_TEST(contains(run.err, "rank 0: /dev/full: cannot be written"), run.err);
}

/// The others end with it, and the checkpoint goes on to the result of a training that nothing disturbed.
BOOST_AUTO_TEST_CASE(a_rank_that_is_killed_loses_nothing) {
  const std::string options = "--batch-size 16 --epochs 300 --checkpoint ";
  const arma::mat whole = weights(2, options + "whole");
  const std::string killed =
      "if [ ${OMPI_COMM_WORLD_RANK:-$PMI_RANK} = 1 ]; then (until [ -s kept ]; do sleep .05; done; kill -9 $$) & fi; "
      "exec \"$0\" \"$@\"";
  Words line{"--oversubscribe", "-n", "2", "sh", "-c", killed, MNIST_SOFTMAX};
  for (const std::string& word : words("train --data set --distributed --threads 1 --quiet " + options + "kept"))
    line.push_back(word);
  const auto start = std::chrono::steady_clock::now();
  const Outcome run = program.run(line);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  BOOST_TEST(run.status > 0, run.status);
  BOOST_TEST(took.count() < 30);
  const double steps = load_model(folder / "kept").info["training"]["steps"].get<double>();
  BOOST_TEST((steps > 0 && steps < 300 * 8), steps);
  BOOST_TEST(arma::abs(weights(2, options + "kept --resume") - whole).max() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

#else

BOOST_AUTO_TEST_CASE(nothing_to_test) { skip("built without MPI"); }

#endif
