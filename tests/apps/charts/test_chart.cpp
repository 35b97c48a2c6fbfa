#define BOOST_TEST_MODULE chart
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <regex>

#include "apps/charts/chart.hpp"
#include "apps/charts/counts_chart.hpp"

using namespace armagrad::apps;

namespace {

std::vector<std::string> all(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), expression), end; i != end; ++i) found.push_back((*i)[1]);
  return found;
}
std::vector<double> numbers(const std::string& text, const std::string& pattern) {
  std::vector<double> found;
  for (const std::string& x : all(text, pattern)) found.push_back(std::stod(x));
  return found;
}

bool close(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && arma::approx_equal(arma::vec(a), arma::vec(b), "absdiff", 1e-12);
}

}  // namespace

BOOST_AUTO_TEST_CASE(ticks_are_round_and_cover_the_range) {
  BOOST_TEST(close(round_ticks(0, 1), {0, 0.2, 0.4, 0.6, 0.8, 1}));
  BOOST_TEST(close(round_ticks(-3, 17), {-5, 0, 5, 10, 15, 20}));
  for (const double least : {-1e6, -7.3, 0.0, 1e-9, 0.62, 12345.6}) {
    for (const double range : {1e-9, 0.003, 1.0, 47.0, 1e7}) {
      if (range < 1e-5 * std::abs(least)) continue;  // too few digits left
      const std::vector<double> ticks = round_ticks(least, least + range);
      BOOST_REQUIRE((ticks.size() >= 2 && ticks.size() <= 9));
      const double step = ticks[1] - ticks[0], slack = 1e-6 * step + 1e-9 * std::abs(least);
      BOOST_TEST((ticks.front() <= least + slack && ticks.back() >= least + range - slack));
      const double lead = step / std::pow(10, std::floor(std::log10(step) + 1e-6));
      BOOST_TEST((std::abs(lead - 1) < 0.01 || std::abs(lead - 2) < 0.01 || std::abs(lead - 5) < 0.01), lead);
    }
  }
  BOOST_TEST(round_ticks(3, 3).size() >= 2u);
}

BOOST_AUTO_TEST_CASE(logarithmic_ticks) {
  BOOST_TEST(close(round_ticks_logarithmic(1e-6, 0.1), {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1}));
  BOOST_TEST(close(round_ticks_logarithmic(0.26, 2.3), {0.2, 0.5, 1, 2, 5}));
  BOOST_TEST(close(round_ticks_logarithmic(0.5, 0.6), {0.5, 1}));
}

BOOST_AUTO_TEST_CASE(points_are_where_their_values_are) {
  Chart chart{"some",         "A title",      "What there is",
              {.label = "x"}, {.label = "y"}, {{"line", {0, 5, 10}, {0, 50, 100}, Mark::line, 0, {}}}};
  const std::string drawn = svg(chart);
  const std::vector<double> x = numbers(drawn, "<circle cx=\"([0-9.]+)\""),
                            y = numbers(drawn, "<circle cx=\"[0-9.]+\" cy=\"([0-9.]+)\"");
  BOOST_REQUIRE((x.size() == 3 && y.size() == 3));
  BOOST_TEST(std::abs((x[0] + x[2]) / 2 - x[1]) < 0.02);
  BOOST_TEST(std::abs((y[0] + y[2]) / 2 - y[1]) < 0.02);
  BOOST_TEST((x[0] < x[2] && y[0] > y[2] && x[2] <= chart.width && y[0] <= chart.height));
  for (const char* part : {"<title id=\"some-t\">A title</title>", "<desc id=\"some-d\">What there is</desc>",
                           "role=\"img\"", ">x</text>", ">y</text>", ">line</text>", ">100</text>"})
    BOOST_TEST(drawn.find(part) != std::string::npos, part << " is not in it");

  chart.x.logarithmic = true;
  chart.series[0].x = {0.01, 1, 100};
  const std::vector<double> logs = numbers(svg(chart), "<circle cx=\"([0-9.]+)\"");
  BOOST_REQUIRE(logs.size() == 3u);
  BOOST_TEST(std::abs((logs[0] + logs[2]) / 2 - logs[1]) < 0.02);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_drawn_is_left_out) {
  const double nan = arma::datum::nan, inf = arma::datum::inf;
  Chart chart{"some",
              "",
              "",
              {.label = "x", .logarithmic = true},
              {.label = "y"},
              {{"<&\">", {0, 1, 2, 3, nan, -1}, {1, nan, inf, 2, 2, 2}, Mark::line, 0, {0, nan, 1, nan, 1, 1}}}};
  const std::string drawn = svg(chart);
  BOOST_TEST(all(drawn, "(<circle)").size() == 1u);
  for (const char* part : {"nan", "inf", "<&"}) BOOST_TEST(drawn.find(part) == std::string::npos, part);
  BOOST_TEST(drawn.find("&lt;&amp;&quot;&gt;") != std::string::npos);
  chart.series.clear();
  for (const char* part : {"nan", "inf"}) BOOST_TEST(svg(chart).find(part) == std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(bars_and_errors) {
  Chart chart{"some",
              "",
              "",
              {.label = "x", .least = 0, .most = 1},
              {.label = "y", .least = 0, .most = 1},
              {{"bars", {0.25, 0.75}, {1, 0.5}, Mark::bars, 0, {}}}};
  const std::vector<double> heights =
      numbers(svg(chart), "<rect x=\"[0-9.]+\" y=\"[0-9.]+\" width=\"[0-9.]+\" height=\"([0-9.]+)\"");
  BOOST_REQUIRE(heights.size() == 3u);  // the last in the legend
  BOOST_TEST(std::abs(heights[0] - 2 * heights[1]) < 0.02);
  chart.series = {{"line", {0, 1}, {0.5, 0.6}, Mark::line, 0, {0.1, 0.2}}};
  BOOST_TEST(all(svg(chart), "(<line [^>]*class=\"error)").size() == 6u);
}

BOOST_AUTO_TEST_CASE(counts) {
  const CountsChart chart{"some", "t", "d", "label", "taken for", {"a", "<b>"}, arma::umat{{7, 3}, {0, 5}}};
  const std::string drawn = svg(chart);
  BOOST_TEST(all(drawn, "class=\"count[^>]*>([0-9]+)<") == (std::vector<std::string>{"7", "3", "5"}),
             boost::test_tools::per_element());
  BOOST_TEST(drawn.find("a taken for &lt;b&gt;: 3") != std::string::npos);
  BOOST_TEST(svg({"some", "t", "d", "l", "p", {"a", "b"}, arma::umat(2, 2, arma::fill::zeros)}).find("nan") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(as_a_file) {
  const std::string file = svg_file(svg(Chart{"some", "t", "d", {}, {}, {}}));
  BOOST_TEST(file.starts_with("<svg xmlns="));
  BOOST_TEST(file.find('@') == file.find("@media"));
  BOOST_TEST(file.find("viewBox=\"0 0 440.00 290.00\"") != std::string::npos);
  BOOST_TEST(file.find("--ink:") != std::string::npos);
}
