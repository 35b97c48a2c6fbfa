#pragma once
// A training as a file: a model file with more in it, so that it can be evaluated too.

#include <armagrad/nn/trainer.hpp>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace armagrad::apps {

struct ModelFile;

/// Adds the course of a training to a model's file: info["training"] holds its settings and how long it was,
/// the array training.log (4 x epochs + 1) an EpochLog per column, its members in their order.
template <class eT>
void put_training(ModelFile& file, const TrainingState<eT>& state, const nlohmann::json& settings);

/// Writes the model with `info`, the state and the settings that the training follows from, as a whole or not
/// at all; std::runtime_error that names the file on failure.
template <class eT>
void save_checkpoint(const std::filesystem::path& path, const Sequential<eT>& net, const TrainingState<eT>& state,
                     const nlohmann::json& info, const nlohmann::json& settings);

/// std::runtime_error, which names the file and the setting, unless all are as they were.
void require_same_settings(const std::filesystem::path& path, const nlohmann::json& had,
                           const nlohmann::json& settings);

/// The state of a training of this net and these settings; std::runtime_error, which names the file and what
/// is wrong, for a file that is damaged or anything else, or has other settings.
template <class eT>
TrainingState<eT> load_checkpoint(const std::filesystem::path& path, const Sequential<eT>& net,
                                  const nlohmann::json& settings);

}  // namespace armagrad::apps
