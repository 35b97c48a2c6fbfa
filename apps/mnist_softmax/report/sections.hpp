#pragma once
// The report's sections, each as HTML with the files of its pictures.

#include "apps/text/escape.hpp"
#include "apps/text/numbers.hpp"
#include "page.hpp"

namespace armagrad::apps {

struct Section {
  std::string id, heading;
  std::string lead;  // a sentence or two about the section: HTML, as is the body
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

}  // namespace armagrad::apps
