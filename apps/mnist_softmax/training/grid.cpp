#include "grid.hpp"

#include <charconv>
#include <cmath>

#include "apps/text/numbers.hpp"

namespace armagrad::apps {

namespace {

/// The numbers of "a:b:n" or "a:b:logn"; none if it cannot be read.
std::vector<double> range(const std::string& text) {
  std::vector<double> ends;
  const char *at = text.data(), *const end = at + text.size();
  while (ends.size() < 2) {
    double x = 0;
    const auto [next, error] = std::from_chars(at, end, x);
    if (error != std::errc() || next == end || *next != ':' || !std::isfinite(x)) return {};
    ends.push_back(x);
    at = next + 1;
  }
  const bool log = std::string_view(at, end).starts_with("log");
  if (log) at += 3;
  unsigned n = 0;
  const auto [next, error] = std::from_chars(at, end, n);
  if (error != std::errc() || next != end || n < 2 || n > 1000 || (log && !(ends[0] > 0 && ends[1] > 0))) return {};
  std::vector<double> all(n);
  for (unsigned i = 0; i < n; ++i) {
    const double t = double(i) / (n - 1);
    all[i] = log ? ends[0] * std::pow(ends[1] / ends[0], t) : ends[0] + t * (ends[1] - ends[0]);
    all[i] = rounded(all[i], 3);  // so that the values shown are the values tried
  }
  all.front() = ends[0];
  all.back() = ends[1];
  return all;
}

template <class T>
std::vector<T> rising(std::vector<T> all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<double> list_or_range(const Options& options, const char* name) {
  constexpr double most = std::numeric_limits<double>::max();
  const std::string text = options.text(name);
  if (text.find(':') == std::string::npos) return rising(options.numbers(name, 0, most));
  const std::vector<double> all = rising(range(text));
  if (all.empty() || all.front() < 0)
    throw UsageError(std::string("--") + name +
                     ": expected a list, as in 0,1e-3, or a range of 2 to 1000 numbers "
                     "of at least 0, as in 1e-6:1e-1:log11 or 1:5:9, got '" +
                     text + "'");
  return all;
}

}  // namespace

Grid read_grid(const Options& options, const Settings& settings) {
  Grid grid{{}, {settings.rate}, {settings.batch_size}};
  if (options.given("l2"))
    grid.l2 = list_or_range(options, "l2");
  else
    grid.l2 = settings.net.kind == "softmax" ? range("1e-6:1e-1:log11") : std::vector<double>{0, 1e-6, 1e-5, 1e-4};
  if (options.given("lr")) grid.rate = list_or_range(options, "lr");
  if (options.given("batch-size"))
    grid.batch_size = rising(options.counts("batch-size", 0, std::numeric_limits<arma::uword>::max()));
  if (settings.in_float && grid.l2.back() > std::numeric_limits<float>::max())
    throw UsageError("--l2: too large for --precision float, got '" + options.text("l2") + "'");
  return grid;
}

Settings GridPoint::in(Settings settings) const {
  settings.l2 = l2;
  settings.rate = rate;
  settings.batch_size = batch_size;
  return settings;
}

}  // namespace armagrad::apps
