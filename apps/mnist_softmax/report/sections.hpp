#pragma once
// The report's sections, each as HTML with the files of its pictures.

#include <cstdio>

#include "apps/charts/chart.hpp"
#include "page.hpp"

namespace armagrad::apps {

struct Section {
  std::string id, heading;
  std::string lead;  // what there is to see, in a sentence or two: HTML, as is the body
  std::string body;
  std::map<std::string, std::string> files = {};
};

Section samples_section(const Report& report);
Section weights_section(const Report& report);
Section misread_section(const Report& report);
Section training_section(const Report& report);
Section confusion_section(const Report& report);
Section calibration_section(const Report& report);
Section sweep_section(const Report& report);
Section check_section(const Report& report);
Section settings_section(const Report& report);

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}
inline std::string percent(double share, int digits = 1) { return formatted("%.*f %%", digits, 100 * share); }

}  // namespace armagrad::apps
