// The report of a gradient check as JSON.
#define BOOST_TEST_MODULE check_json
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "apps/io/check_json.hpp"

using namespace armagrad;

namespace {

using Json = nlohmann::json;

/// What a program reads that gets the report as text.
Json read_back(const GradientCheck& check) { return Json::parse(apps::json_of(check).dump()); }

GradientCheck check_of(double factor) {
  return check_gradient([](const arma::mat& w) { return arma::accu(w % w); },
                        [=](const arma::mat& w) { return arma::mat(2 * factor * w); }, arma::mat{{1, -2}, {3, 0.5}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_right_gradient) {
  const Json report = read_back(check_of(1));
  BOOST_TEST(report["passed"] == true);
  BOOST_TEST(report["verdict"] == "passed");
  BOOST_TEST(report["evidence"][0]["compared"] == 4);
  BOOST_TEST(report["step_sweeps"][0]["steps"].size() == report["step_sweeps"][0]["errors"].size());
  BOOST_TEST(report["diagnoses"] == Json::array());
  BOOST_TEST(report["notes"] == Json::array());
}

BOOST_AUTO_TEST_CASE(a_doubled_gradient_and_what_is_wrong_with_it) {
  const Json report = read_back(check_of(2));
  BOOST_TEST(report["passed"] == false);
  BOOST_TEST(report["verdict"] == "failed");
  const Json entry = report["evidence"][0];
  BOOST_TEST(entry["given"].get<double>() == 2 * entry["found"].get<double>(), boost::test_tools::tolerance(1e-6));
  BOOST_TEST(report["diagnoses"][0]["findings"][0]["factor"].get<double>() == 2, boost::test_tools::tolerance(1e-6));
}

// JSON has no numbers for them.
BOOST_AUTO_TEST_CASE(infinity_and_NaN_are_null) {
  GradientCheck check;
  check.noise = arma::datum::nan;
  check.sweeps.push_back({"w", {1, 0.25}, {arma::datum::inf, 1e-3}, 0.25});
  const Json report = read_back(check);
  BOOST_TEST(report["noise"].is_null());
  BOOST_TEST(report["step_sweeps"][0]["errors"][0].is_null());
  BOOST_TEST(report["verdict"] == "inconclusive");
  BOOST_TEST(report["evidence"] == Json::array());
}
