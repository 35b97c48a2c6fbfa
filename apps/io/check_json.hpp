#pragma once
// The report of a gradient check as JSON.

#include <armagrad/check_report.hpp>
#include <nlohmann/json_fwd.hpp>

namespace armagrad::apps {

/// Verdict, evidence, step sweeps, diagnoses and notes. Numbers that JSON has not, NaN and infinity, become null as it
/// is written.
nlohmann::ordered_json json_of(const GradientCheck& check);

}  // namespace armagrad::apps
