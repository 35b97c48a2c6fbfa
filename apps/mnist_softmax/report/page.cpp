#include "page.hpp"

#include "sections.hpp"

namespace armagrad::apps {

extern const char* const report_template;  // made by CMake of what is in page/

namespace {

std::string title(const Report& r) {
  const std::string& kind = r.model.choice.kind;
  const std::string name = kind == "softmax" ? "Softmax regression"
                           : kind == "mlp"   ? "A network with hidden layers"
                                             : "A convolutional network";
  return escaped(name + " on " + r.data.name);
}

std::string lead(const Report& r) {
  const std::string& kind = r.model.choice.kind;
  std::string text = std::to_string(r.model.width) + " × " + std::to_string(r.model.height) + " pixels, " +
                     std::to_string(r.model.classes.size()) + " classes, ";
  text += kind == "softmax" ? "one weight for each pixel and class."
                            : std::to_string(r.model.net.n_parameters()) + " parameters.";
  if (!r.model.dataset.empty() && r.model.dataset != r.data.name)
    text += " The model was trained on " + escaped(r.model.dataset) + ", not on these images.";
  return text;
}

std::string key_figures(const Report& r) {
  std::string html;
  const auto figure = [&](const std::string& name, const std::string& value, const std::string& more,
                          bool first = false) {
    html += "<div><dt>" + name + "</dt><dd" + (first ? " class=\"first\"" : "") + ">" + value + "<small>" + more +
            "</small></dd></div>";
  };
  const double n = double(r.test.images), error = 1.96 * std::sqrt(r.test.accuracy * (1 - r.test.accuracy) / n);
  figure("Test accuracy", percent(r.test.accuracy, 2),
         "± " + percent(error, 2) + " on " + std::to_string(r.test.images) + " images", true);
  figure("Training accuracy", percent(r.train.accuracy, 2), "on " + std::to_string(r.train.images) + " images");
  figure("Test log loss", fixed(r.test.log_loss, 4), "training " + fixed(r.train.log_loss, 4));
  figure("Calibration error", percent(r.test.calibration.error, 2), "of the confidence");
  figure("Gradient check", r.check.passed() ? "passed" : "failed", std::to_string(r.check.evidence.size()) + " tests");
  return html;
}

}  // namespace

std::map<std::string, std::string> files_of(const Report& r) {
  std::map<std::string, std::string> files;
  std::string contents, sections;
  for (const Section& s :
       {samples_section(r), training_section(r), weights_section(r), confusion_section(r), misread_section(r),
        calibration_section(r), sweep_section(r), check_section(r), settings_section(r)}) {
    if (s.id.empty()) continue;
    contents += "<a href=\"#section-" + s.id + "\">" + s.heading + "</a>";
    sections += "<section id=\"section-" + s.id + "\"><h2>" + s.heading + "</h2><p>" + s.lead +
                "</p><div class=\"body\">" + s.body + "</div></section>\n";
    files.insert(s.files.begin(), s.files.end());
  }
  std::string page = report_template;
  const auto put = [&page](const std::string& place, const std::string& text) {
    for (std::size_t at = 0; (at = page.find(place, at)) != std::string::npos; at += text.size())
      page.replace(at, place.size(), text);
  };
  // Text from files is inserted last, as it could contain the name of another place.
  put("@contents@", contents);
  put("@key@", key_figures(r));
  put("@lead@", lead(r));
  put("@title@", title(r));
  put("@sections@", sections);
  files["report.html"] = page;
  return files;
}

}  // namespace armagrad::apps
