#include "charts.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/text/numbers.hpp"

namespace armagrad::apps {

namespace {

Series row_of(const arma::mat& log, arma::uword row, const std::string& name, unsigned colour) {
  Series s{name, {}, {}, Mark::line, colour, {}};
  for (arma::uword epoch = 0; epoch < log.n_cols; ++epoch) {
    if (!std::isfinite(log(row, epoch))) continue;
    s.x.push_back(double(epoch));
    s.y.push_back(log(row, epoch));
  }
  return s;
}

std::string at_the_end(const Series& s) {
  if (s.y.empty()) return "";
  return s.name + " " + significant(s.y.back(), 4) + " at the end. ";
}

Chart by_epoch(const std::string& id, const std::string& what, const arma::mat& log, arma::uword first,
               arma::uword second) {
  Chart chart{id, what + " by epoch", "", {.label = "epoch"}, {.label = what}, {}};
  chart.x.least = 0;
  for (const Series& s : {row_of(log, first, "training", 0), row_of(log, second, "validation", 1)}) {
    if (s.x.empty()) continue;
    chart.description += at_the_end(s);
    chart.series.push_back(s);
  }
  return chart;
}

}  // namespace

Chart loss_chart(const arma::mat& log, arma::uword classes) {
  // The fall from guessing would take most of the room.
  const bool late = log.n_cols > 4 && log(0, 0) > 1.5 * log(0, 1);
  arma::mat shown = log;
  if (late) shown.col(0).fill(arma::datum::nan);
  Chart chart = by_epoch("loss", "loss", shown, 0, 2);
  const double end = std::max(1.0, double(log.n_cols) - 1), guess = std::log(double(classes));
  if (!late)
    chart.series.push_back({"guessing, ln " + std::to_string(classes), {0, end}, {guess, guess}, Mark::dashes, 5, {}});
  return chart;
}

Chart accuracy_chart(const arma::mat& log) {
  Chart chart = by_epoch("accuracy", "accuracy", log, 1, 3);
  // The first epochs would take most of the room.
  double least = 1;
  for (Series& s : chart.series) {
    for (std::size_t k = 0; k < s.x.size(); ++k) least = std::min(least, s.x[k] >= 1 ? s.y[k] : 1);
  }
  chart.y.least = chart.series.empty() || least == 1 ? 0 : std::max(0.0, least - (1 - least) / 4);
  for (Series& s : chart.series) {
    for (double& y : s.y) {
      if (y < chart.y.least) y = arma::datum::nan;
    }
  }
  return chart;
}

CountsChart confusion_chart(const Figures& f, const std::vector<std::string>& classes) {
  return {"confusion", "Confusion matrix", "Of each label's images, how many were taken for which class.",
          "label",     "taken for",        classes,
          f.confusion};
}

Chart calibration_chart(const Calibration& c) {
  Chart chart{"calibration",
              "Reliability diagram",
              "",
              {.label = "confidence", .least = 0, .most = 1},
              {.label = "accuracy", .least = 0, .most = 1},
              {}};
  Series bars{"accuracy of those images", {}, {}, Mark::bars, 0, {}};
  const auto n = double(c.images.n_elem);
  for (arma::uword k = 0; k < c.images.n_elem; ++k) {
    bars.x.push_back((double(k) + 0.5) / n);
    bars.y.push_back(c.accuracy(k));
    if (c.images(k) > 0)
      chart.description += "Confidence " + fixed(c.confidence(k), 2) + ", accuracy " + fixed(c.accuracy(k), 2) + ". ";
  }
  chart.series = {bars, {"as sure as right", {0, 1}, {0, 1}, Mark::dashes, 5, {}}};
  return chart;
}

Chart confidence_chart(const Calibration& c) {
  Chart chart{"confidence",
              "How sure the model is",
              "The share of the images by confidence.",
              {.label = "confidence", .least = 0, .most = 1},
              {.label = "share of the images", .least = 0},
              {}};
  Series bars{"", {}, {}, Mark::bars, 5, {}};
  const auto n = double(c.images.n_elem), all = double(arma::accu(c.images));
  for (arma::uword k = 0; k < c.images.n_elem; ++k) {
    bars.x.push_back((double(k) + 0.5) / n);
    bars.y.push_back(double(c.images(k)) / all);
  }
  chart.series = {bars};
  return chart;
}

Chart sweep_chart(const nlohmann::json& sweep) {
  Chart chart{"sweep", "Validation loss by l2", "", {.label = "l2", .logarithmic = true}, {.label = "validation loss"},
              {}};
  const auto& points = sweep.at("points");
  double smallest = arma::datum::inf;
  bool rates = false;
  for (const auto& p : points) {
    if (p.at("l2").get<double>() > 0) smallest = std::min(smallest, p.at("l2").get<double>());
    rates |= p.at("lr") != points.at(0).at("lr");
  }
  // A logarithmic axis has no place for l2 = 0: it is drawn a decade to the left.
  const auto place = [&](const nlohmann::json& p) {
    const double l2 = p.at("l2");
    return l2 > 0 ? l2 : std::isfinite(smallest) ? smallest / 10 : 1e-10;
  };
  std::map<std::pair<arma::uword, double>, Series> lines;
  for (const auto& p : points) {
    if (!p.at("loss").is_number()) continue;  // it diverged
    const arma::uword batch = p.at("batch_size");
    const double rate = p.at("lr");
    Series& s = lines[{batch, rates ? rate : 0}];
    s.name = batch == 0 ? "all at once" : "batches of " + std::to_string(batch);
    if (rates) s.name += ", rate " + nlohmann::json(rate).dump();
    s.x.push_back(place(p));
    s.y.push_back(p.at("loss").get<double>());
    s.error.push_back(p.at("loss_error").is_number() ? p.at("loss_error").get<double>() : arma::datum::nan);
  }
  double least = arma::datum::inf, most = 0;
  for (const auto& [key, s] : lines) {
    least = std::min(least, *std::min_element(s.y.begin(), s.y.end()));
    most = std::max(most, *std::max_element(s.y.begin(), s.y.end()));
  }
  chart.y.logarithmic = least > 0 && most > 2 * least;
  unsigned colour = 0;
  constexpr unsigned colours[] = {0, 2, 3, 5};
  for (auto& [key, s] : lines) {
    s.colour = colours[colour++ % 4];
    chart.series.push_back(s);
  }
  for (const auto& [key, name, ring] :
       {std::tuple("smallest_loss", "smallest loss", 1u), std::tuple("one_standard_error", "one standard error", 4u)}) {
    const auto& p = sweep.at(key);
    chart.series.push_back({name, {place(p)}, {p.at("loss").get<double>()}, Mark::points, ring, {}});
    chart.description += std::string(name) + ": l2 " + p.at("l2").dump() + ", loss " + p.at("loss").dump() + ". ";
  }
  return chart;
}

}  // namespace armagrad::apps
