// The report's sections of charts and tables.

#include "sections.hpp"

#include <algorithm>

#include "charts.hpp"

namespace armagrad::apps {

namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string facts(const Rows& rows) {
  std::string html = "<dl class=\"facts\">";
  for (const auto& [name, value] : rows)
    html += "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd></div>";
  return html + "</dl>";
}

std::string plain(const nlohmann::json& value) {
  if (value.is_number_float()) return compact(value, 6);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

template <class Json>
Rows rows_of(const Json& object) {
  Rows rows;
  for (const auto& [name, value] : object.items()) {
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    rows.push_back({words, plain(value)});
  }
  return rows;
}

std::string figure(const std::string& heading, const std::string& chart, const std::string& below = "") {
  return "<figure><h3>" + heading + "</h3>" + chart +
         (below.empty() ? "" : "<figcaption class=\"quiet\">" + below + "</figcaption>") + "</figure>";
}

const arma::mat* log_in(const ModelFile& file) {
  const auto found = file.arrays.find("training.log");
  const auto* log = found == file.arrays.end() ? nullptr : std::get_if<arma::mat>(&found->second);
  return log && log->n_rows == 4 && log->n_cols > 0 ? log : nullptr;
}

}  // namespace

Section training_section(const Report& r) {
  const arma::mat* log = log_in(r.model.file);
  if (!log) return {"training", "The training", "The model file says nothing of how it was trained.", ""};
  const std::string loss = svg(loss_chart(*log, r.model.classes.size())), accuracy = svg(accuracy_chart(*log));
  const bool validated = log->row(2).is_finite();
  std::string lead = std::to_string(log->n_cols - 1) + " epochs" + ", from a loss of " + significant((*log)(0, 0), 4) +
                     " to " + significant((*log)(0, log->n_cols - 1), 4) + ".";
  if (validated) {
    const arma::uword best = log->row(2).index_min();
    lead += " On the images held back the loss was smallest after epoch " + std::to_string(best) + ": " +
            significant((*log)(2, best), 4) + ", with an accuracy of " + percent((*log)(3, best), 2) + ".";
  }
  return {"training",
          "The training",
          lead,
          "<div class=\"two\">" +
              figure("Loss", loss,
                     "After each epoch; in training with the penalty on the weights." +
                         std::string(validated ? " Where the validation curve rises again, the model begins "
                                                 "to fit noise."
                                               : "")) +
              figure("Accuracy", accuracy,
                     "On the first 10,000 of the images trained on" +
                         std::string(validated ? ", and on those held back." : ".")) +
              "</div>",
          {{"loss.svg", svg_file(loss)}, {"accuracy.svg", svg_file(accuracy)}}};
}

Section confusion_section(const Report& r) {
  const std::string chart = svg(confusion_chart(r.test, r.model.classes));
  const auto& names = r.model.classes;
  struct Pair {
    arma::uword count, label, taken_for;
  };
  std::vector<Pair> pairs;
  std::string rows;
  for (arma::uword i = 0; i < names.size(); ++i) {
    const double labelled = double(arma::accu(r.test.confusion.row(i))),
                 taken = double(arma::accu(r.test.confusion.col(i))), right = double(r.test.confusion(i, i));
    rows += "<tr><th scope=\"row\">" + escaped(names[i]) + "</th><td class=\"n\">" +
            (labelled > 0 ? percent(right / labelled) : "") + "</td><td class=\"n\">" +
            (taken > 0 ? percent(right / taken) : "") + "</td></tr>";
    for (arma::uword j = 0; j < names.size(); ++j) {
      if (i != j && r.test.confusion(i, j) > 0) pairs.push_back({r.test.confusion(i, j), i, j});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.count > b.count; });
  std::string lead = "A row for each label, a column for what it was taken for, on the " +
                     std::to_string(r.test.images) + " test images.";
  for (std::size_t k = 0; k < std::min<std::size_t>(3, pairs.size()); ++k)
    lead += (k == 0   ? " Most often "
             : k == 1 ? ", "
                      : " and ") +
            escaped(names[pairs[k].label]) + " is taken for " + escaped(names[pairs[k].taken_for]) + " (" +
            std::to_string(pairs[k].count) + ")";
  if (!pairs.empty()) lead += ".";
  return {"confusion",
          "What is taken for what",
          lead,
          "<div class=\"aside\"><figure>" + chart +
              "</figure><div><h3>Class by class</h3><table><thead><tr><th>class</th><th class=\"n\">recall</th>"
              "<th class=\"n\">precision</th></tr></thead><tbody>" +
              rows +
              "</tbody></table><p class=\"quiet\">Recall: the share of the class's images that is recognised. "
              "Precision: the share of the "
              "images taken for the class that belongs to it.</p></div></div>",
          {{"confusion.svg", svg_file(chart)}}};
}

Section calibration_section(const Report& r) {
  const Calibration& c = r.test.calibration;
  const std::string reliability = svg(calibration_chart(c)), confidence = svg(confidence_chart(c));
  double sure = 0, right = 0;
  const auto all = double(arma::accu(c.images));
  for (arma::uword k = 0; k < c.images.n_elem; ++k) {
    if (c.images(k) == 0) continue;
    sure += c.confidence(k) * double(c.images(k)) / all;
    right += c.accuracy(k) * double(c.images(k)) / all;
  }
  return {"trust",
          "Is it as sure as it is right?",
          "Of the images that it is 80 % sure of, 80 % should be right. Its mean confidence is " + percent(sure) +
              ", its accuracy " + percent(right) +
              "; the expected calibration error, the mean distance of the bars from the line, is " +
              percent(c.error, 2) + ".",
          "<div class=\"two\">" +
              figure("Reliability", reliability, "Bars below the line: too sure of itself; above: not sure enough.") +
              figure("How sure it is", confidence, "Most images should be at the right.") + "</div>",
          {{"calibration.svg", svg_file(reliability)}, {"confidence.svg", svg_file(confidence)}}};
}

Section sweep_section(const Report& r) {
  const auto& info = r.model.file.info;
  if (!info.contains("sweep")) return {};
  const auto& sweep = info["sweep"];
  try {
    const std::string chart = svg(sweep_chart(sweep));
    const auto &best = sweep.at("smallest_loss"), &simple = sweep.at("one_standard_error");
    const auto chosen = [](const nlohmann::json& p) {
      return "l2 = " + plain(p.at("l2")) + " (loss " + fixed(p.at("loss"), 4) + ", accuracy " +
             percent(p.at("accuracy").get<double>(), 2) + ")";
    };
    std::string rows;
    for (const auto& p : sweep.at("points")) {
      const auto value = [&](const char* key, const char* error) {
        if (!p.at(key).is_number()) return std::string("diverged");
        return fixed(p.at(key), 4) + (p.at(error).is_number() ? " ± " + fixed(p.at(error), 4) : "");
      };
      rows += "<tr><td>" + plain(p.at("l2")) + "</td><td>" + plain(p.at("batch_size")) + "</td><td>" +
              plain(p.at("lr")) + "</td><td>" + value("loss", "loss_error") + "</td><td>" +
              value("accuracy", "accuracy_error") + "</td></tr>";
    }
    return {"sweep",
            "The search for l2",
            "The loss on images held back, for each weight of the penalty. Smallest at " + chosen(best) +
                (simple == best ? ", the largest l2 within one standard error of it too."
                                : "; the simplest model within one standard error of it has " + chosen(simple) + "."),
            "<div class=\"two\"><figure>" + chart + "</figure><details open><summary>All " +
                std::to_string(sweep.at("points").size()) +
                " points</summary><div "
                "class=\"scroll long\"><table><thead><tr><th>l2</th><th>batch</th><th>rate</th><th>loss</"
                "th><th>accuracy</th></tr></thead><tbody>" +
                rows + "</tbody></table></div></details></div>",
            {{"sweep.svg", svg_file(chart)}}};
  } catch (const nlohmann::json::exception&) {
    return {"sweep", "The search for l2", "The model file's account of its sweep cannot be read.", ""};
  }
}

Section check_section(const Report& r) {
  std::string rows;
  for (const Evidence& e : r.check.evidence) {
    rows += "<tr><td><code>" + escaped(e.variable) + "</code></td><td>" + escaped(e.test) + "</td><td class=\"n\">" +
            std::to_string(e.compared) + "</td><td class=\"n\">" +
            (e.compared == 0 ? escaped(e.problem) : scientific(e.error, 1)) + "</td><td class=\"n\">" +
            (e.compared == 0 ? "" : scientific(e.tolerance, 0)) + "</td><td class=\"" +
            (e.passed() ? "good\">ok" : "bad\">" + std::string(to_string(e.verdict))) + "</td></tr>";
  }
  return {"gradient", "Is the gradient right?",
          std::string("The gradient of this model's loss at these very weights, on ") + std::to_string(r.checked_on) +
              " images, against central differences, the complex step and itself: the check " +
              (r.check.passed() ? "passed." : "<strong>" + std::string(to_string(r.check.verdict())) + "</strong>."),
          "<div class=\"scroll\"><table><thead><tr><th>variable</th><th>gradient against</th><th "
          "class=\"n\">entries</th><th class=\"n\">relative error</th>"
          "<th class=\"n\">tolerance</th><th>verdict</th></tr></thead><tbody>" +
              rows + "</tbody></table></div>"};
}

Section settings_section(const Report& r) {
  const auto& info = r.model.file.info;
  Rows run;
  if (info.contains("training") && info["training"].is_object() && info["training"].contains("settings") &&
      info["training"]["settings"].is_object())
    run = rows_of(info["training"]["settings"]);
  const std::string left = run.empty() ? "<p>The model file does not have them.</p>" : facts(run);
  return {"settings", "How it was made",
          "What the training's result follows from, and the programs that made this report.",
          "<h3>Settings of the training</h3>" + left + "<h3>Made with</h3>" + facts(rows_of(r.versions))};
}

}  // namespace armagrad::apps
