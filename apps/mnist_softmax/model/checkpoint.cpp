#include "checkpoint.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "apps/io/data_error.hpp"
#include "model_file.hpp"
#include "net.hpp"

namespace armagrad::apps {

template <class eT>
void put_training(ModelFile& file, const TrainingState<eT>& state, const nlohmann::json& settings) {
  file.info["training"] = {
      {"settings", settings}, {"steps", state.steps}, {"epoch", state.epoch}, {"best_epoch", state.best_epoch}};
  arma::mat log(4, state.log.size());
  for (std::size_t i = 0; i < state.log.size(); ++i) {
    const EpochLog& e = state.log[i];
    log.col(i) = arma::vec{e.loss, e.accuracy, e.validation_loss, e.validation_accuracy};
  }
  file.arrays["training.log"] = log;
}

template <class eT>
void save_checkpoint(const std::filesystem::path& path, const Sequential<eT>& net, const TrainingState<eT>& state,
                     const nlohmann::json& info, const Origin& origin) {
  if (!state.parameters.is_finite()) throw NotFinite("the weights are no longer finite: no checkpoint of them");
  ModelFile file{info, {}};
  put_training(file, state, origin.settings);
  file.info["training"].update(as_json(origin));
  file.info["training"]["position"] = state.position;
  file.info["training"]["stopped"] = state.stopped;
  put_parameters(file, net, state.parameters);
  file.arrays["training.optimizer"] = state.optimizer;
  file.arrays["training.best"] = state.best;
  save_model(path, file);
}

namespace {

/// An array of the type and, unless it is empty, of so many rows and, if that is told, columns.
template <class eT>
const arma::Mat<eT>& array_in(const ModelFile& file, const std::filesystem::path& path, const char* name,
                              arma::uword rows, std::optional<arma::uword> cols = {}) {
  const auto found = file.arrays.find(name);
  const auto* const x = found == file.arrays.end() ? nullptr : std::get_if<arma::Mat<eT>>(&found->second);
  if (!x || (!x->is_empty() && (x->n_rows != rows || x->n_cols != cols.value_or(x->n_cols))))
    fail(path, std::string("not a checkpoint of this training: ") + name + " is missing, or of another shape or type");
  return *x;
}

/// A whole number of the training; nlohmann::json::exception for anything else.
arma::uword count_in(const nlohmann::json& training, const char* name) {
  return training.at(name).get_ref<const nlohmann::json::number_unsigned_t&>();
}

}  // namespace

nlohmann::json as_json(const Origin& origin) {
  return {{"settings", origin.settings}, {"data", origin.data}, {"split", origin.split}};
}

void require_same_origin(const std::filesystem::path& path, const nlohmann::json& kept, const Origin& origin) {
  const auto differs = [&](const std::string& what) {
    fail(path, "a checkpoint " + what + "; --overwrite begins anew");
  };
  for (const auto& [name, value] : origin.settings.items()) {
    const nlohmann::json& before = kept.at("settings").at(name);
    if (before != value) differs("with " + name + " " + before.dump() + ", not " + value.dump());
  }
  if (!kept.contains("data") || !kept.contains("split")) differs("that does not know its images, by an older program");
  if (kept["data"] != origin.data) differs("of a training on other images or labels");
  if (kept["split"] != origin.split) differs("of a training that held back other images");
}

template <class eT>
TrainingState<eT> load_checkpoint(const std::filesystem::path& path, const Sequential<eT>& net, const Origin& origin) {
  const ModelFile file = load_model(path);
  if (!file.info.is_object() || !file.info.contains("training") || !file.info["training"].contains("position"))
    fail(path, "a model, not a checkpoint");
  try {
    const nlohmann::json& training = file.info.at("training");
    require_same_origin(path, training, origin);
    TrainingState<eT> state;
    state.parameters = parameters_in(file, net, path);
    state.optimizer = array_in<eT>(file, path, "training.optimizer", net.n_parameters());
    state.best = array_in<eT>(file, path, "training.best", net.n_parameters(), 1);
    state.steps = count_in(training, "steps");
    state.epoch = count_in(training, "epoch");
    state.position = count_in(training, "position");
    training.at("stopped").get_to(state.stopped);
    state.best_epoch = count_in(training, "best_epoch");
    const arma::mat& log = array_in<double>(file, path, "training.log", 4);
    for (arma::uword i = 0; i < log.n_cols; ++i) state.log.push_back({log(0, i), log(1, i), log(2, i), log(3, i)});
    if (state.best_epoch > 0 && state.best_epoch >= state.log.size())
      fail(path, "not a checkpoint: its log is too short");
    return state;
  } catch (const nlohmann::json::exception&) {
    fail(path, "not a checkpoint of this training: something is missing in it, or of another type");
  }
}

template void put_training(ModelFile&, const TrainingState<float>&, const nlohmann::json&);
template void put_training(ModelFile&, const TrainingState<double>&, const nlohmann::json&);
template void save_checkpoint(const std::filesystem::path&, const Sequential<float>&, const TrainingState<float>&,
                              const nlohmann::json&, const Origin&);
template void save_checkpoint(const std::filesystem::path&, const Sequential<double>&, const TrainingState<double>&,
                              const nlohmann::json&, const Origin&);
template TrainingState<float> load_checkpoint(const std::filesystem::path&, const Sequential<float>&, const Origin&);
template TrainingState<double> load_checkpoint(const std::filesystem::path&, const Sequential<double>&, const Origin&);

}  // namespace armagrad::apps
