#pragma once
// The report as a page and as the pictures in it.

#include <armagrad/check_report.hpp>
#include <map>

#include "apps/datasets/data_types.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"

namespace armagrad::apps {

struct Report {
  const SavedModel& model;
  const Dataset& data;
  Figures train, test;
  GradientCheck check;
  arma::uword checked_on;  // images
  nlohmann::ordered_json versions;
};

/// The files of the report by name, report.html among them.
std::map<std::string, std::string> files_of(const Report& report);

}  // namespace armagrad::apps
