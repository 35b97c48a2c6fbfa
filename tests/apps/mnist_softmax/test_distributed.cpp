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

BOOST_AUTO_TEST_SUITE_END()

#else

BOOST_AUTO_TEST_CASE(nothing_to_test) { skip("built without MPI"); }

#endif
