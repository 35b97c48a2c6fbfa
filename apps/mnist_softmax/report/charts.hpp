#pragma once
// The report's charts.

#include <nlohmann/json.hpp>

#include "apps/charts/chart.hpp"
#include "figures.hpp"

namespace armagrad::apps {

/// A training's figures, a column for each EpochLog: see put_training.
Chart loss_chart(const arma::mat& log, arma::uword classes);
/// With the accuracies that the parameters have in the end.
Chart accuracy_chart(const arma::mat& log);
CountsChart confusion_chart(const Figures& figures, const std::vector<std::string>& classes);
Chart calibration_chart(const Calibration& calibration);
Chart confidence_chart(const Calibration& calibration);
/// What `sweep` wrote into the model: the validation loss by l2, a line for each batch size and learning
/// rate.
Chart sweep_chart(const nlohmann::json& sweep);

}  // namespace armagrad::apps
