#pragma once
// The report's charts.

#include <nlohmann/json_fwd.hpp>

#include "apps/charts/chart.hpp"
#include "apps/charts/counts_chart.hpp"
#include "apps/mnist_softmax/model/figures.hpp"

namespace armagrad::apps {

/// The losses of a training, an EpochLog per column of `log`: see put_training.
Chart loss_chart(const arma::mat& log, arma::uword classes);
/// Its accuracies.
Chart accuracy_chart(const arma::mat& log);
CountsChart confusion_chart(const Figures& figures, const std::vector<std::string>& classes);
Chart calibration_chart(const Calibration& calibration);
Chart confidence_chart(const Calibration& calibration);
/// The validation loss by l2, a line for each batch size and learning rate, from the metadata that `sweep`
/// wrote; nlohmann::json::exception if it cannot be read.
Chart sweep_chart(const nlohmann::json& sweep);

}  // namespace armagrad::apps
