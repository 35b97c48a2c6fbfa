// A training that is cut off after any step and goes on from its file.
#define BOOST_TEST_MODULE checkpoint
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "apps/mnist_softmax/model/checkpoint.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/training.hpp"

using namespace armagrad;
using namespace armagrad::apps;
using namespace armagrad::apps::testing;
using armagrad::testing::first_order;
using armagrad::testing::same_bits;
using armagrad::testing::Task;

namespace {

using Reals = std::tuple<double, float>;

const nlohmann::json info{{"kind", "mlp"}};
const Origin origin{{{"lr", 0.1}, {"seed", 3}}, "some images", "some held back"};

struct Fixture {
  TemporaryFolder folder;
  fs::path file = folder / "kept.model";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE_TEMPLATE(resumed_from_every_step, eT, Reals) {
  std::size_t compared = 0, different = 0;
  for (const auto& [name, optimizer] : first_order) {
    Task<eT> task;
    task.options.optimizer = optimizer;
    const auto whole = task.trainer();
    whole->run();
    const auto cut = task.trainer();
    for (bool more = cut->start(); more; more = cut->step()) {
      save_checkpoint(file, task.net, cut->state(), info, origin);
      const auto resumed = task.trainer();
      resumed->resume(load_checkpoint<eT>(file, task.net, origin));
      BOOST_TEST(same_bits(resumed->state(), cut->state()));
      resumed->run();
      ++compared;
      different += !same_bits(resumed->state(), whole->state());
    }
  }
  BOOST_TEST(different == 0U);
  BOOST_TEST(compared == 6 * 16U);
  BOOST_TEST_MESSAGE(compared << " steps k compared, " << different << " differ");
  BOOST_TEST(folder.entries() == 1U);
}

BOOST_AUTO_TEST_CASE(other_files_are_refused_and_the_last_good_one_stays) {
  Task<double> task;
  const auto trainer = task.trainer();
  trainer->run();
  save_checkpoint(file, task.net, trainer->state(), info, origin);
  const std::string good = read_bytes(file);
  const auto load = [&] { load_checkpoint<double>(file, task.net, origin); };
  load();

  const auto refuses = [&](const Origin& other, const std::string& part) {
    check_refused([&] { load_checkpoint<double>(file, task.net, other); }, file, part);
  };
  const auto with_settings = [](const nlohmann::json& settings) { return Origin{settings, origin.data, origin.split}; };
  refuses(with_settings({{"lr", 0.2}, {"seed", 3}}), "a checkpoint with lr 0.1, not 0.2");
  refuses(with_settings({{"lr", 0.1}, {"seed", 3}, {"clip", 1}}), "not a checkpoint of this training");
  refuses({origin.settings, "other images", origin.split}, "of a training on other images or labels");
  refuses({origin.settings, origin.data, ""}, "of a training that held back other images");
  check_refused([&] { load_checkpoint<float>(file, Task<float>().net, origin); }, file, "of another type");
  check_refused([&] { load_checkpoint<double>(file, Sequential<double>({7}, {linear<double>(5)}), origin); }, file,
                "0.weight is 6x5");

  ModelFile model = load_model(file);
  model.info.erase("training");
  save_model(file, model);
  check_refused(load, file, "a model, not a checkpoint");
  for (const char* lost : {"training.optimizer", "training.best", "training.log", "0.weight"}) {
    write_bytes(file, good);
    ModelFile part = load_model(file);
    part.arrays.erase(lost);
    save_model(file, part);
    check_refused(load, file, "missing");
  }
  for (const char* key : {"steps", "epoch", "position", "stopped", "best_epoch", "settings", "data", "split"}) {
    write_bytes(file, good);
    ModelFile part = load_model(file);
    part.info["training"][key] = "odd";
    save_model(file, part);
    check_refused(load, file, "a checkpoint");
  }
  for (const char* key : {"steps", "epoch", "position", "best_epoch"}) {
    for (const nlohmann::json& odd : {nlohmann::json(-1), nlohmann::json(0.5), nlohmann::json(1e300)}) {
      write_bytes(file, good);
      ModelFile part = load_model(file);
      part.info["training"][key] = odd;
      save_model(file, part);
      check_refused(load, file, "of another type");
    }
  }
  write_bytes(file, good);
  ModelFile wide = load_model(file);
  wide.arrays["training.best"] = arma::mat(task.net.n_parameters(), 2);
  save_model(file, wide);
  check_refused(load, file, "training.best is missing, or of another shape");
  for (std::size_t n = 0; n < good.size(); n += 97) {
    write_bytes(file, good.substr(0, n));
    BOOST_CHECK_THROW(load(), std::runtime_error);
    std::string damaged = good;
    damaged[n] ^= 4;
    write_bytes(file, damaged);
    BOOST_CHECK_THROW(load(), std::runtime_error);
  }
  write_bytes(file, good);
  TrainingState<double> state = trainer->state();
  TrainingState<double> broken = state;
  broken.parameters(3) = arma::datum::nan;
  BOOST_CHECK_THROW(save_checkpoint(file, task.net, broken, info, origin), NotFinite);
  check_refused([&] { save_checkpoint(folder / "no/file", task.net, state, info, origin); }, "no/file", "No such file");
  BOOST_TEST((read_bytes(file) == good));
}

/// Of a net of 4 x 3 weights: each bit flipped and each length.
BOOST_AUTO_TEST_CASE(every_damage_to_a_small_checkpoint_is_refused) {
  const arma::mat X = arma::randu(4, 12);
  arma::mat Y(3, 12, arma::fill::zeros);
  for (arma::uword i = 0; i < 12; ++i) Y(i % 3, i) = 1;
  const Sequential<double> net({4}, {linear<double>(3)});
  TrainingOptions<double> options;
  options.epochs = 1;
  options.optimizer = Adam{};
  Trainer<double> trainer(
      net, [](const auto& scores, const auto& y) { return cross_entropy<double>(scores, y); }, SampleSet<double>{X, Y},
      std::nullopt, options);
  trainer.run();
  save_checkpoint(file, net, trainer.state(), info, origin);
  const std::string good = read_bytes(file);
  std::size_t tried = 0;
  const auto refuse = [&](const std::string& bytes) {
    write_bytes(file, bytes);
    check_refused([&] { load_checkpoint<double>(file, net, origin); }, file, ": ");
    ++tried;
  };
  for (std::size_t n = 0; n < good.size(); ++n) {
    refuse(good.substr(0, n));
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = good;
      damaged[n] = char(damaged[n] ^ 1 << bit);
      refuse(damaged);
    }
  }
  write_bytes(file, good);
  BOOST_TEST(same_bits(load_checkpoint<double>(file, net, origin), trainer.state()));
  BOOST_TEST_MESSAGE(tried << " damaged checkpoints of " << good.size() << " bytes refused");
}

BOOST_AUTO_TEST_SUITE_END()
