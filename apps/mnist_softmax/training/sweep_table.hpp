#pragma once
// The results of a sweep.

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "grid.hpp"

namespace armagrad::apps {

/// Means over the images held back, or over such means, and their standard errors; of a fit that diverged all
/// are NaN.
struct Validation {
  double loss = arma::datum::nan, accuracy = arma::datum::nan;
  double loss_error = arma::datum::nan, accuracy_error = arma::datum::nan;
};

/// The figures of scores and one-hot targets (c x n); the loss is -log softmax(scores) at the target.
template <class eT>
Validation validation(const arma::Mat<eT>& scores, const arma::Mat<eT>& Y);
/// Means and standard errors over several folds; a single fold is returned as it is.
Validation over_folds(const std::vector<Validation>& folds);

struct SweepTable {
  struct Row {
    GridPoint point;
    std::vector<Validation> folds;
    Validation all;
  };
  std::vector<Row> rows;
  arma::uword held_back = 0;  // images, in each fold
  std::size_t smallest = 0;   // the row of the smallest loss
  std::size_t simplest = 0;   // of the largest l2 whose loss is within one standard error of that

  /// Finds the two; std::runtime_error if all fits diverged.
  void choose();
};

/// "l2 0.001, batch size 32": the settings of which the grid has several values.
std::string shown(const GridPoint& point, const SweepTable& in);
std::ostream& operator<<(std::ostream& out, const SweepTable& table);
nlohmann::ordered_json as_json(const SweepTable& table);

}  // namespace armagrad::apps
