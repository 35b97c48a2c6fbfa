// Checkpoints of a small training, which goes on from what was read. The first byte as for model files.

#include "apps/mnist_softmax/model/checkpoint.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "model_bytes.hpp"
#include "target.hpp"
#include "tests/support/training.hpp"

using namespace armagrad;
using namespace armagrad::apps;
using namespace armagrad::fuzz;

namespace {
const armagrad::testing::Task<double>& task() {
  static const armagrad::testing::Task<double> one;
  return one;
}
const Origin origin{{{"lr", 0.1}, {"seed", 3}}, "some images", "some held back"};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [how, bytes] = choice(data, size);
  const auto file = file_of(model_file(how, bytes));
  accepted<std::runtime_error>([&] {
    TrainingState<double> state = load_checkpoint<double>(file, task().net, origin);
    const auto trainer = task().trainer();
    // The state of another training, or numbers that make the loss infinite.
    accepted<std::logic_error, NotFinite>([&] {
      trainer->resume(std::move(state));
      trainer->step();
      outputs(task().net, trainer->parameters(), Columns<double>(task().X));
    });
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  std::vector<std::string> all;
  const auto trainer = task().trainer();
  const auto add = [&] {
    const std::string whole = saved_by([&](const auto& file) {
      save_checkpoint(file, task().net, trainer->state(), {{"kind", "mlp"}}, origin);
    });
    all.push_back('\1' + whole);
    all.push_back(input_of(whole));
  };
  trainer->step();
  add();
  trainer->run();
  add();
  return all;
}
