#define BOOST_TEST_MODULE grid_vectors
// The softmax family, norms and statistics of vectors of mixed scale and their gradients, against 50 digits
// (vector_digits.py, by mpmath): as columns side by side, as rows, and one vector at a time.
#include <armagrad/armagrad.hpp>

#include <functional>
#include <iomanip>

#include "grid.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// Of all, in units in the last place: what roundings leave, and for each unit of the condition number, as the terms of
/// a sum are rounded before they cancel.
constexpr double roundings = 16, by_condition = 4;

template <class eT>
using F = std::function<Var<eT>(const Var<eT>&, uword dim)>;

/// The entries of f times 1, 5/4, 3/2, ...
template <class eT>
Var<eT> weighted(const Var<eT>& y, uword dim) {
  arma::Mat<eT> w(y.n_rows, y.n_cols);
  for (uword j = 0; j < w.n_cols; ++j) {
    for (uword i = 0; i < w.n_rows; ++i) w(i, j) = 1 + eT(dim == 0 ? i : j) / 4;
  }
  return sum(y % w, dim);
}

// clang-format off
template <class eT>
const std::map<std::string, F<eT>>& functions() {
  using V = const Var<eT>&;
  static const std::map<std::string, F<eT>> all{
      {"logsumexp", [](V x, uword d) { return logsumexp(x, d); }},
      {"softmax", [](V x, uword d) { return weighted(softmax(x, d), d); }},
      {"log_softmax", [](V x, uword d) { return weighted(log_softmax(x, d), d); }},
      {"norm", [](V x, uword d) { return vecnorm(x, 2, d); }},
      {"normalise", [](V x, uword d) { return weighted(normalise(x, 2, d), d); }},
      {"stddev", [](V x, uword d) { return stddev(x, 0, d); }},
      {"stddev_by_n", [](V x, uword d) { return stddev(x, 1, d); }},
      {"var", [](V x, uword d) { return var(x, 0, d); }},
      {"mean", [](V x, uword d) { return mean(x, d); }},
      {"prod", [](V x, uword d) { return prod(x, d); }}};
  return all;
}
// clang-format on

template <class eT>
struct Results {
  arma::Mat<eT> value, gradient, recorded;
};
template <class eT>
Results<eT> results(const F<eT>& f, const arma::Mat<eT>& X, uword dim) {
  Tape<eT> tape;
  const auto x = tape.variable(X);
  const auto y = f(x, dim), sum = accu(y);
  const auto slope = gradient(sum, x);
  tape.backward(sum, true);
  return {y.value(), tape.gradient(x), slope.value()};
}

template <class eT>
void check(const std::string& name, const std::vector<Point>& points) {
  const F<eT>& f = functions<eT>().at(name);
  double worst = 0;
  int wrong = 0;
  const auto compare = [&](eT got, const Point& p, std::size_t what, const char* how) {
    // A gradient is computed from a value, normalise divides by one, and the sum of squares of a variance before it is
    // divided.
    const Range normal = range_of<eT>();
    if (what > 0 && std::abs(p.y[0]) < normal.least) return;
    if (name == "normalise" && arma::norm(arma::vec(p.x), "inf") < 4 * normal.least) return;
    if (name == "var" && std::abs(p.y[0]) > normal.most / 16) return;
    const double off = ulps_off(got, p.y[what]), allowed = roundings + by_condition * double(p.condition[what]);
    worst = std::max(worst, off / allowed);
    if (off <= allowed || ++wrong > 5) return;
    std::ostringstream text;
    text << std::setprecision(17) << name << " of";
    for (const double x : p.x) text << ' ' << x;
    text << ", " << how << (what ? ", gradient's entry " + std::to_string(what - 1) : ", value") << ": " << double(got)
         << " is " << off << " ulp from " << double(p.y[what]) << ", allowed " << allowed;
    BOOST_ERROR(text.str());
  };
  // Vectors of one length side by side.
  std::map<std::size_t, std::vector<const Point*>> by_length;
  for (const Point& p : points) by_length[p.x.size()].push_back(&p);
  for (const auto& [length, some] : by_length) {
    arma::Mat<eT> X(length, some.size());
    for (std::size_t j = 0; j < some.size(); ++j) {
      for (std::size_t i = 0; i < length; ++i) X(i, j) = eT(some[j]->x[i]);
    }
    const Results<eT> columns = results(f, X, 0), rows = results(f, arma::Mat<eT>(X.t()), 1);
    for (std::size_t j = 0; j < some.size(); ++j) {
      const Results<eT> one = results(f, arma::Mat<eT>(X.col(j)), 0);
      compare(columns.value(j), *some[j], 0, "columns");
      compare(rows.value(j), *some[j], 0, "rows");
      compare(one.value(0), *some[j], 0, "one column");
      for (std::size_t i = 0; i < length; ++i) {
        compare(columns.gradient(i, j), *some[j], 1 + i, "columns");
        compare(rows.gradient(j, i), *some[j], 1 + i, "rows");
        compare(one.gradient(i, 0), *some[j], 1 + i, "one column");
      }
    }
  }
  BOOST_TEST(wrong == 0, name << ": " << wrong << " numbers are off");
  BOOST_TEST_MESSAGE(std::setw(11) << name << (sizeof(eT) == 8 ? " double" : " float ") << " of " << points.size()
                                   << " vectors, off by at most " << std::setprecision(3) << worst
                                   << " of what is allowed");
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_and_gradients_of_vectors) {
  const Grid grid = read_grid(GRID_DIGITS);
  for (const auto& [name, points] : grid.at("double")) check<double>(name, points);
  for (const auto& [name, points] : grid.at("float")) check<float>(name, points);
  BOOST_TEST(grid.at("double").size() == functions<double>().size());
}
