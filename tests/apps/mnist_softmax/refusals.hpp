#pragma once
// What tests of refusals share: a refusal is one line that names the culprit, exit status 2 for a wrong
// command line and 1 for the rest, and changes no file.

#include <armadillo>
#include <boost/test/unit_test.hpp>

#include "apps/mnist_softmax/model/model_file.hpp"
#include "tests/support/program.hpp"

namespace armagrad::apps::testing {

struct Refusals : TinySets {
  Refusals() : TinySets(MNIST_SOFTMAX) {
    write_bytes(folder / "old.model", "an older model");
    write_bytes(folder / "old.json", "an older report");
  }
};

struct Refusal {
  std::string line;
  Words named;
};

}  // namespace armagrad::apps::testing
