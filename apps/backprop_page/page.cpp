#include "page.hpp"

#include <nlohmann/json.hpp>

#include "apps/text/escape.hpp"

namespace armagrad::apps {

extern const char* const page_template;  // made by CMake of what is in page/

std::string page(const nlohmann::ordered_json& document) {
  std::string html = page_template;
  const std::string here = "@document@";
  html.replace(html.find(here), here.size(), for_script(document.dump()));
  return html;
}

}  // namespace armagrad::apps
