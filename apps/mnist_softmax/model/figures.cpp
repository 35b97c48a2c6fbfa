#include "figures.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace armagrad::apps {

Figures figures_of(const arma::mat& P, const arma::Col<unsigned char>& labels, arma::uword bins) {
  if (P.n_cols != labels.n_elem || P.is_empty()) throw std::logic_error("figures_of: not a label for each image");
  Figures f{P.n_cols, 0, 0, arma::umat(P.n_rows, P.n_rows, arma::fill::zeros), {}, {}};
  Calibration& c = f.calibration;
  c.images.zeros(bins);
  c.confidence.zeros(bins);
  c.accuracy.zeros(bins);
  for (arma::uword i = 0; i < P.n_cols; ++i) {
    const arma::uword label = labels(i), predicted = P.col(i).index_max();
    if (label >= P.n_rows) throw std::logic_error("figures_of: a label that is no class");
    const double of_label = P(label, i), of_predicted = P(predicted, i);
    const auto bin = std::min(bins - 1, arma::uword(of_predicted * double(bins)));
    f.log_loss -= std::log(std::max(of_label, 1e-300));
    ++f.confusion(label, predicted);
    ++c.images(bin);
    c.confidence(bin) += of_predicted;
    c.accuracy(bin) += predicted == label;
    if (predicted != label) f.misread.push_back({i, label, predicted, of_label, of_predicted});
  }
  const auto n = double(P.n_cols);
  f.log_loss /= n;
  f.accuracy = double(arma::trace(f.confusion)) / n;
  c.error = arma::accu(arma::abs(c.accuracy - c.confidence)) / n;
  c.confidence /= arma::conv_to<arma::vec>::from(c.images);
  c.accuracy /= arma::conv_to<arma::vec>::from(c.images);
  std::stable_sort(f.misread.begin(), f.misread.end(),
                   [](const Misread& a, const Misread& b) { return a.of_label < b.of_label; });
  return f;
}

nlohmann::ordered_json as_json(const Figures& f, std::size_t most) {
  using Json = nlohmann::ordered_json;
  Json confusion = Json::array(), bins = Json::array(), worst = Json::array();
  for (arma::uword i = 0; i < f.confusion.n_rows; ++i) {
    const arma::urowvec row = f.confusion.row(i);
    confusion.push_back(std::vector<arma::uword>(row.begin(), row.end()));
  }
  const Calibration& c = f.calibration;
  for (arma::uword k = 0; k < c.images.n_elem; ++k)
    bins.push_back({{"images", c.images(k)}, {"confidence", c.confidence(k)}, {"accuracy", c.accuracy(k)}});
  for (std::size_t k = 0; k < std::min(most, f.misread.size()); ++k) {
    const Misread& m = f.misread[k];
    worst.push_back({{"index", m.index},
                     {"label", m.label},
                     {"predicted", m.predicted},
                     {"probability_of_label", m.of_label},
                     {"probability_of_predicted", m.of_predicted}});
  }
  return {
      {"images", f.images},           {"accuracy", f.accuracy}, {"log_loss", f.log_loss},      {"confusion", confusion},
      {"calibration_error", c.error}, {"calibration", bins},    {"misread", f.misread.size()}, {"worst", worst}};
}

void print_confusion(std::ostream& out, const arma::umat& confusion, const std::vector<std::string>& classes) {
  constexpr std::size_t column = 6;
  std::size_t names = 5;
  for (const std::string& name : classes) names = std::max(names, name.size());
  out << std::left << std::setw(int(names)) << "label"
      << "  taken for\n"
      << std::string(names, ' ') << std::right;
  for (const std::string& name : classes) out << std::setw(column) << name.substr(0, column - 1);
  out << '\n';
  for (arma::uword i = 0; i < confusion.n_rows; ++i) {
    out << std::left << std::setw(int(names)) << classes[i] << std::right;
    for (arma::uword j = 0; j < confusion.n_cols; ++j) {
      if (confusion(i, j) == 0)
        out << std::setw(column) << '.';
      else
        out << std::setw(column) << confusion(i, j);
    }
    out << '\n';
  }
}

}  // namespace armagrad::apps
