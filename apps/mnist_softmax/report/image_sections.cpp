// The report's sections of images.

#include <algorithm>

#include "apps/datasets/data.hpp"
#include "apps/mnist_softmax/drawing/pictures.hpp"
#include "apps/text/base64.hpp"
#include "sections.hpp"

namespace armagrad::apps {

namespace {

std::string picture(const Picture& p, const std::string& kind, const std::string& alt) {
  return "<img class=\"" + kind + "\" width=\"" + std::to_string(p.width) + "\" height=\"" + std::to_string(p.height) +
         "\" alt=\"" + escaped(alt) + "\" src=\"data:image/png;base64," + base64(png(p)) + "\">";
}

/// Columns as pictures for the page, without space around them.
Picture strip(const arma::mat& columns, const Dataset& data) {
  return tiles(columns, data.width, data.height, Palette::ink, {1, 1, 0});
}

/// The first images of a class, at most `most`.
arma::uvec first_of(const Samples& samples, arma::uword label, arma::uword most) {
  const arma::uvec all = arma::find(samples.labels == label, most, "first");
  return all;
}

std::string tile_grid(const std::vector<std::string>& figures, bool small) {
  std::string html = small ? "<div class=\"tiles small\">" : "<div class=\"tiles\">";
  for (const std::string& f : figures) html += "<figure>" + f + "</figure>";
  return html + "</div>";
}

std::string meter(const std::string& name, double share, bool label) {
  return "<div class=\"meter" + std::string(name.size() > 3 ? " wide" : "") + "\"><span>" + escaped(name) +
         "</span><i><b" + (label ? " class=\"label\"" : "") + " style=\"width:" + fixed(100 * share, 2) +
         "%\"></b></i><span>" + (share > 0 && share < 0.0005 ? "&lt; 0.1 %" : percent(share)) + "</span></div>";
}

}  // namespace

Section samples_section(const Report& r) {
  constexpr arma::uword each = 4;
  const Dataset& data = r.data;
  std::vector<std::string> figures;
  arma::mat all(data.width * data.height, 0);
  for (arma::uword c = 0; c < data.class_names.size(); ++c) {
    const arma::uvec chosen = first_of(data.train, c, each);
    if (chosen.is_empty()) continue;
    const arma::mat images = scaled<double>(data.train.pixels.cols(chosen));
    figures.push_back(picture(strip(images, data), "ink",
                              "The first " + std::to_string(chosen.n_elem) + " of " + data.class_names[c]) +
                      "<figcaption>" + escaped(data.class_names[c]) + "</figcaption>");
    all = arma::join_rows(all, images);
  }
  return {"samples",
          "The images",
          "The first " + std::to_string(each) + " of each class among the " + std::to_string(data.train.pixels.n_cols) +
              " training images, " + std::to_string(data.width) + " × " + std::to_string(data.height) + " pixels each.",
          tile_grid(figures, false),
          {{"samples.png", png_on_white(tiles(all, data.width, data.height, Palette::ink, {each, 4, 8}))}}};
}

Section weights_section(const Report& r) {
  const FirstLayer layer = first_layer(r.model, 30);
  const double largest = std::max(arma::abs(layer.columns).max(), 1e-300);
  const arma::mat scaled_weights = layer.columns / largest;
  std::vector<std::string> figures;
  for (arma::uword k = 0; k < scaled_weights.n_cols; ++k)
    figures.push_back("<div class=\"tile\">" +
                      picture(tiles(scaled_weights.col(k), layer.width, layer.height, Palette::diverging, {1, 1, 0}),
                              "signs", "Weights of " + layer.names[k]) +
                      "</div><figcaption>" + escaped(layer.names[k]) + "</figcaption>");
  const std::string& kind = r.model.choice.kind;
  std::string lead = kind == "softmax" ? "Red pixels speak for the class, blue ones against it: a class's "
                                         "score is the sum of its weights times the image's pixels."
                     : kind == "mlp"   ? "What the hidden units look for, those with the largest weights: red "
                                         "pixels excite a unit, blue ones inhibit it."
                                       : "The filters of the first convolution: each is moved over the image.";
  lead += " One scale for all: <span class=\"quiet\">−" + significant(largest, 3) + "<span class=\"ramp\"></span>" +
          significant(largest, 3) + "</span>";
  return {
      "weights",
      kind == "lenet" ? "The filters" : "The weights",
      lead,
      tile_grid(figures, kind != "softmax"),
      {{"weights.png", png_on_white(tiles(scaled_weights, layer.width, layer.height, Palette::diverging, {5, 4, 8}))}}};
}

Section misread_section(const Report& r) {
  constexpr std::size_t most = 12;
  const std::vector<Misread>& misread = r.test.misread;
  const std::size_t n = std::min(most, misread.size());
  if (n == 0) return {"mistakes", "The worst mistakes", "There are none: every test image was recognised.", ""};
  std::string html = "<div class=\"cards\">";
  arma::mat all(r.data.width * r.data.height, n);
  for (std::size_t k = 0; k < n; ++k) {
    const Misread& m = misread[k];
    all.col(k) = scaled<double>(r.data.test.pixels.col(m.index));
    const std::string &label = r.data.class_names[m.label], &predicted = r.data.class_names[m.predicted];
    html += "<figure class=\"card\">" +
            picture(strip(all.col(k), r.data), "ink", "Test image " + std::to_string(m.index) + ", labelled " + label) +
            "<figcaption><span class=\"said\">" + escaped(label) + " taken for " + escaped(predicted) +
            "</span><br><span class=\"quiet\">test image " + std::to_string(m.index) + "</span>" +
            meter(predicted, m.of_predicted, false) + meter(label, m.of_label, true) + "</figcaption></figure>";
  }
  return {"mistakes",
          "The worst mistakes",
          "Of the " + std::to_string(misread.size()) +
              " test images that were misread, those whose label was thought least probable. Bars: the "
              "probability of what it was taken for, and of its label. Some of the labels are wrong.",
          html + "</div>",
          {{"mistakes.png", png_on_white(tiles(all, r.data.width, r.data.height, Palette::ink, {6, 4, 8}))}}};
}

}  // namespace armagrad::apps
