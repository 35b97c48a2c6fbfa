// Files that --config names: the settings of a training, or of a sweep, read and checked. The first byte: 1 a sweep.

#include <nlohmann/json.hpp>

#include "apps/mnist_softmax/training/settings.hpp"
#include "target.hpp"

using namespace armagrad::apps;
using namespace armagrad::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [how, bytes] = choice(data, size);
  const std::string file = file_of(bytes).string();
  const For what = how & 1 ? For::sweep : For::training;
  accepted<std::runtime_error>([&] {
    Options options("fuzz", "about", "example");
    options.add_data();
    add_settings(options, what);
    if (!options.parse({"--config", file})) finding("a file asked for help");
    const Settings settings = read_settings(options, what);
    training_options<float>(settings, 1);
    if (settings.as_json().empty()) finding("no settings");
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  return {std::string("\0", 1) + "# a comment\nepochs = 3\nlr=0.5\nvalidation = 10\npatience = 2\nstratify = 1\n",
          std::string("\0", 1) + "net = mlp\nhidden = 256,128\nactivation = tanh\ndropout = .1\nclip = 1e3\n",
          std::string("\0", 1) + "optimizer = lbfgs\nl2 = 1e-5\ndata = mnist\nprecision = float\ninit = he\n",
          "\1l2 = 1e-6:1e-1:log11\nfolds = 3\nbatch-size = 32,128\nschedule = cosine\n[section]\nwarm-up = 1\n"};
}
