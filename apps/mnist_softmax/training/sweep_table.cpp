#include "sweep_table.hpp"

#include <cmath>
#include <functional>
#include <iomanip>
#include <nlohmann/json.hpp>

#include "apps/text/numbers.hpp"

namespace armagrad::apps {

template <class eT>
Validation validation(const arma::Mat<eT>& scores, const arma::Mat<eT>& Y) {
  const arma::uword n = scores.n_cols;
  arma::vec losses(n), right(n);
  for (arma::uword i = 0; i < n; ++i) {
    const arma::vec z = arma::conv_to<arma::vec>::from(scores.col(i));
    const arma::uword actual = Y.col(i).index_max();
    losses(i) = std::log(arma::accu(arma::exp(z - z.max()))) + z.max() - z(actual);
    right(i) = z.index_max() == actual;
  }
  const double root = std::sqrt(double(n));
  return {arma::mean(losses), arma::mean(right), arma::stddev(losses) / root, arma::stddev(right) / root};
}

template Validation validation(const arma::fmat&, const arma::fmat&);
template Validation validation(const arma::mat&, const arma::mat&);

Validation over_folds(const std::vector<Validation>& folds) {
  if (folds.size() == 1) return folds[0];
  arma::vec losses(folds.size()), accuracies(folds.size());
  for (std::size_t k = 0; k < folds.size(); ++k) {
    losses(k) = folds[k].loss;
    accuracies(k) = folds[k].accuracy;
  }
  const double root = std::sqrt(double(folds.size()));
  return {arma::mean(losses), arma::mean(accuracies), arma::stddev(losses) / root, arma::stddev(accuracies) / root};
}

void SweepTable::choose() {
  const auto loss = [this](std::size_t i) { return rows[i].all.loss; };
  smallest = rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!std::isnan(loss(i)) && (smallest == rows.size() || loss(i) < loss(smallest))) smallest = i;
  }
  if (smallest == rows.size()) throw std::runtime_error("every fit diverged: try smaller learning rates, or --clip");
  simplest = smallest;
  const double most = loss(smallest) + rows[smallest].all.loss_error;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!(loss(i) <= most)) continue;
    const double l2 = rows[i].point.l2, best = rows[simplest].point.l2;
    if (l2 > best || (l2 == best && loss(i) < loss(simplest))) simplest = i;
  }
}

namespace {

/// The values that the rows have of each, by name.
struct Column {
  std::string name;
  std::function<double(const GridPoint&)> value;
};

std::vector<Column> varied(const SweepTable& table) {
  std::vector<Column> all{{"l2", [](const GridPoint& p) { return p.l2; }}};
  for (const Column& c : {Column{"batch size", [](const GridPoint& p) { return double(p.batch_size); }},
                          Column{"lr", [](const GridPoint& p) { return p.rate; }}}) {
    const double first = c.value(table.rows.front().point);
    if (std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& r) { return c.value(r.point) != first; }))
      all.push_back(c);
  }
  return all;
}

std::string plus_minus(double x, double error, int digits) {
  if (std::isnan(x)) return "diverged";
  return fixed(x, digits) + " +- " + fixed(error, digits);
}

}  // namespace

std::string shown(const GridPoint& point, const SweepTable& in) {
  std::string text;
  for (const Column& c : varied(in)) text += (text.empty() ? "" : ", ") + c.name + ' ' + significant(c.value(point));
  return text;
}

std::ostream& operator<<(std::ostream& out, const SweepTable& table) {
  const std::vector<Column> columns = varied(table);
  out << std::left;
  for (const Column& c : columns) out << std::setw(12) << c.name;
  out << std::setw(20) << "loss"
      << "accuracy\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& [point, folds, all] = table.rows[i];
    for (const Column& c : columns) out << std::setw(12) << c.value(point);
    const std::string mark = std::string(i == table.smallest ? "  smallest loss" : "") +
                             (i == table.simplest ? "  within one standard error" : "");
    out << std::setw(20) << plus_minus(all.loss, all.loss_error, 5) << plus_minus(all.accuracy, all.accuracy_error, 4)
        << mark << '\n';
  }
  return out << std::right;
}

nlohmann::ordered_json as_json(const SweepTable& table) {
  const auto point_json = [](const SweepTable::Row& row) {
    nlohmann::ordered_json json{{"l2", row.point.l2},
                                {"batch_size", row.point.batch_size},
                                {"lr", row.point.rate},
                                {"loss", row.all.loss},
                                {"loss_error", row.all.loss_error},
                                {"accuracy", row.all.accuracy},
                                {"accuracy_error", row.all.accuracy_error}};
    if (row.folds.size() > 1) {
      for (const Validation& fold : row.folds) {
        json["fold_losses"].push_back(fold.loss);
        json["fold_accuracies"].push_back(fold.accuracy);
      }
    }
    return json;
  };
  nlohmann::ordered_json json{{"folds", table.rows.front().folds.size()}, {"held_back", table.held_back}};
  for (const auto& row : table.rows) json["points"].push_back(point_json(row));
  json["smallest_loss"] = point_json(table.rows[table.smallest]);
  json["one_standard_error"] = point_json(table.rows[table.simplest]);
  return json;
}

}  // namespace armagrad::apps
