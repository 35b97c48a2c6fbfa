#pragma once
// A training as a file: a model file with more in it, so that it can be evaluated too.

#include <armagrad/nn/trainer.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace armagrad::apps {

struct ModelFile;

/// What a training, or a sweep of them, follows from: with the same, a resumed one ends with the same bits.
struct Origin {
  nlohmann::json settings;
  std::string data, split;  // SHA-256 of the images with their labels, and of which of them are held back
};

/// Adds the course of a training to a model's file: info["training"] holds its settings and how long it was,
/// the array training.log (4 x epochs + 1) an EpochLog per column, its members in their order.
template <class eT>
void put_training(ModelFile& file, const TrainingState<eT>& state, const nlohmann::json& settings);

/// Writes the model with `info`, the state and the origin, as a whole or not at all; std::runtime_error that names the
/// file on failure.
template <class eT>
void save_checkpoint(const std::filesystem::path& path, const Sequential<eT>& net, const TrainingState<eT>& state,
                     const nlohmann::json& info, const Origin& origin);

/// As JSON, which a checkpoint keeps.
nlohmann::json as_json(const Origin& origin);
/// std::runtime_error, which names the file and says what differs, unless the origin is that of the checkpoint.
void require_same_origin(const std::filesystem::path& path, const nlohmann::json& kept, const Origin& origin);

/// The state of a training of this net and this origin; std::runtime_error, which names the file and what is wrong, for
/// a file that is damaged or anything else, or has another origin.
template <class eT>
TrainingState<eT> load_checkpoint(const std::filesystem::path& path, const Sequential<eT>& net, const Origin& origin);

}  // namespace armagrad::apps
