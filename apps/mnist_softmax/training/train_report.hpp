#pragma once
// The results of a training, as text and as JSON.

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "training.hpp"

namespace armagrad::apps {

struct TrainReport {
  Settings settings;
  std::string dataset, pass;                             // Settings::pass
  arma::uword used, all, tested, held_back, trained_on;  // images
  std::vector<EpochLog> log;
  arma::uword epochs, steps, best_epoch, parameters;
  double l2, gradient_norm;
  double fit_accuracy, train_accuracy, test_accuracy;
  std::string sha256;  // of the parameters' bytes
  unsigned threads, ranks;
  double seconds;
};

/// Evaluates the trainer's parameters on what it was trained `on`, on all training and on all test images.
template <class eT>
TrainReport report_of(const Training<eT>& training, Trainer<eT>& trainer, const LabelledImages<eT>& on);

std::ostream& operator<<(std::ostream& out, const TrainReport& report);
nlohmann::ordered_json as_json(const TrainReport& report);

}  // namespace armagrad::apps
