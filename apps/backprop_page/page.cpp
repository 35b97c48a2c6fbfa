#include "explanation.hpp"

namespace armagrad::apps {

extern const char* const page_template;  // made by CMake of what is in page/

std::string page(const nlohmann::ordered_json& document) {
  // Inside a script element only "</script" and "<!--" have a meaning; in JSON, < may be written otherwise.
  std::string json;
  for (const char c : document.dump()) json += c == '<' ? "\\u003c" : std::string(1, c);
  std::string html = page_template;
  const std::string here = "@document@";
  html.replace(html.find(here), here.size(), json);
  return html;
}

}  // namespace armagrad::apps
