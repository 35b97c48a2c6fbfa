#include "check_json.hpp"

#include <nlohmann/json.hpp>

namespace armagrad::apps {

using Json = nlohmann::ordered_json;

nlohmann::ordered_json json_of(const GradientCheck& check) {
  Json all = {{"passed", check.passed()},  {"verdict", to_string(check.verdict())}, {"noise", check.noise},
              {"evidence", Json::array()}, {"step_sweeps", Json::array()},          {"diagnoses", Json::array()},
              {"notes", check.notes}};
  for (const Evidence& e : check.evidence) {
    Json one = {{"variable", e.variable}, {"test", e.test}, {"passed", e.passed()}, {"verdict", to_string(e.verdict)}};
    if (!e.problem.empty()) one["problem"] = e.problem;
    if (e.compared > 0) {
      one.update({{"compared", e.compared}, {"kinks", e.kinks}, {"error", e.error}, {"tolerance", e.tolerance}});
      if (e.entries) one["row"] = e.row, one["col"] = e.col;
      one.update({{"given", e.given}, {"found", e.found}});
    }
    all["evidence"].push_back(std::move(one));
  }
  for (const StepSweep& s : check.sweeps)
    all["step_sweeps"].push_back(
        {{"variable", s.variable}, {"best_step", s.best}, {"steps", s.steps}, {"errors", s.errors}});
  for (const Diagnosis& d : check.diagnoses) {
    Json one = {{"variable", d.variable}, {"facts", d.facts}, {"next", d.next}, {"findings", Json::array()}};
    for (const Finding& f : d.findings)
      one["findings"].push_back(
          {{"what", f.what}, {"part", f.part}, {"factor", f.factor}, {"unexplained", f.unexplained}});
    all["diagnoses"].push_back(std::move(one));
  }
  return all;
}

}  // namespace armagrad::apps
