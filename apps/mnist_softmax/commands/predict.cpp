// mnist_softmax predict

#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/datasets/data.hpp"
#include "apps/datasets/data_known.hpp"
#include "apps/io/picture.hpp"
#include "apps/mnist_softmax/drawing/fitted_drawing.hpp"
#include "apps/mnist_softmax/drawing/text_blocks.hpp"
#include "apps/mnist_softmax/model/labelled_images.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "apps/text/escape.hpp"
#include "apps/text/numbers.hpp"
#include "command_output.hpp"
#include "commands.hpp"

namespace armagrad::apps {

namespace {

using Json = nlohmann::ordered_json;

/// An image to recognise.
struct Question {
  std::string name;   // the file, or which test image
  arma::mat image;    // as the model takes it
  std::string about;  // what was found in the picture, or the label
  Json found;         // the same
};

std::vector<Question> from_file(const std::string& file, const SavedModel& model) {
  const ColourPicture picture = read_picture(file, longest_side);
  // Clothes fill their pictures; digits are fitted.
  const bool whole = model.dataset == fashion_mnist().name;
  const std::vector<Drawing> drawings = [&] {
    try {
      return whole ? std::vector{fitted_whole(picture, model.width, model.height)}
                   : fitted_digits(picture, model.width, model.height);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(file + ": " + error.what());
    }
  }();
  const auto size = [](arma::uword width, arma::uword height) {
    return std::to_string(width) + "x" + std::to_string(height);
  };
  std::vector<Question> all;
  for (const Drawing& d : drawings) {
    const bool one = drawings.size() == 1;
    const std::string which =
        one ? "" : "digit " + std::to_string(all.size() + 1) + " of " + std::to_string(drawings.size()) + ", ";
    const std::string ink = d.light_on_dark ? "light on dark" : "dark on light";
    Json found{{"width", picture.width},
               {"height", picture.height},
               {"light_on_dark", d.light_on_dark},
               {"ink", {{"left", d.left}, {"top", d.top}, {"width", d.width}, {"height", d.height}}}};
    if (!one) found["digit"] = all.size() + 1;
    // A digit of MNIST is rarely as wide.
    const bool too_wide = !whole && 2 * d.width > 3 * d.height;
    if (too_wide) found["too_wide"] = true;
    all.push_back({file, d.image,
                   which + size(picture.width, picture.height) + ", " + ink + ", ink " + size(d.width, d.height) +
                       " at (" + std::to_string(d.left) + ", " + std::to_string(d.top) + ")" +
                       (too_wide ? ", too wide for one digit: several that touch?" : ""),
                   found});
  }
  return all;
}

std::vector<Question> from_test_set(const CommandOptions& options, const std::string& file, const SavedModel& model,
                                    Output& output) {
  const std::vector<arma::uword> indices = options.counts("index", 0, UINT64_MAX);
  const Dataset data = load_data(options, output);
  require_fit(model, file, data);
  std::vector<Question> all;
  for (const arma::uword i : indices) {
    if (i >= data.test.pixels.n_cols)
      throw UsageError("--index: " + std::to_string(i) + " of " + std::to_string(data.test.pixels.n_cols) +
                       " test images");
    const std::string& label = data.class_names.at(data.test.labels(i));
    all.push_back({"test image " + std::to_string(i),
                   image_of(scaled<double>(data.test.pixels.col(i)), data.width, data.height),
                   "labelled " + label,
                   {{"index", i}, {"label", data.test.labels(i)}, {"class", label}}});
  }
  describe(data, output);
  note_training_set(model, data.name, output);
  return all;
}

/// The picture as the model sees it, and a bar for each class's probability.
std::string answer(const Question& q, const SavedModel& model, const arma::vec& p, const Terminal& terminal) {
  TextBlock bars;
  arma::uword names = 0;
  for (const std::string& name : model.classes) names = std::max<arma::uword>(names, name.size());
  constexpr arma::uword room = 30;
  for (arma::uword c = 0; c < p.n_elem; ++c)
    bars.lines.push_back(fitted(model.classes[c], names) + ' ' + right_aligned(percent(p(c)), 7) + ' ' +
                         bar(p(c), room, terminal));
  bars.width = names + room + 9;
  return side_by_side({as_text(q.image, terminal), bars}, terminal);
}

/// For softmax regression W_c % x, what each pixel adds to the scores of the chosen class and of the
/// runner-up.
std::string contributions(const arma::vec& x, arma::uword chosen, arma::uword second, const SavedModel& model,
                          const Terminal& terminal) {
  const arma::mat W = model.net.part(model.parameters, model.net.parts()[0]);
  const arma::mat adds = W.cols(arma::uvec{chosen, second}).eval().each_col() % x;
  const double largest = std::max(arma::abs(adds).max(), 1e-300);
  std::vector<TextBlock> blocks;
  for (const auto& [column, c] : {std::pair(0u, chosen), std::pair(1u, second)}) {
    TextBlock block = as_text(image_of(adds.col(column) / largest, model.width, model.height), terminal);
    const std::string text = model.classes[c] + ": score " + fixed(arma::accu(adds.col(column)), 2);
    const arma::uword wide = std::max<arma::uword>(block.width, 28);
    for (std::string& line : block.lines) line += std::string(wide - block.width, ' ');
    block.width = wide;
    block.lines.push_back(fitted(text, wide));
    blocks.push_back(block);
  }
  return "what each pixel adds to the score, " +
         std::string(terminal.colour ? "red for, blue against"
                     : terminal.utf8 ? "░ ▒ ▓ █ for, · - = against"
                                     : ". : + # @ for, ' - = against") +
         "\n" + side_by_side(blocks, terminal);
}

Json predict(const Question& q, const SavedModel& model, const Terminal& terminal, std::ostream& out) {
  const arma::vec x = arma::vectorise(arma::mat(q.image.t()));
  const arma::vec p = model.probabilities(x);
  const arma::uvec order = arma::stable_sort_index(p, "descend");
  const arma::uword chosen = order(0), second = order(std::min<arma::uword>(1, order.n_elem - 1));
  out << q.name << ": " << model.classes[chosen] << " (" << q.about << ")\n\n" << answer(q, model, p, terminal);
  if (model.choice.kind == "softmax" && p.n_elem > 1) out << '\n' << contributions(x, chosen, second, model, terminal);
  Json json{{"name", q.name},
            {"prediction", chosen},
            {"class", model.classes[chosen]},
            {"probabilities", std::vector<double>(p.begin(), p.end())},
            {"image", std::vector<double>(x.begin(), x.end())}};
  json.update(q.found);
  return json;
}

}  // namespace

int predict_command(const Arguments& arguments) {
  CommandOptions options("predict",
                         "recognises digits in pictures (PNG, JPEG, WebP, GIF, BMP, PGM), drawn dark on light or "
                         "light on dark, or images of the test set.",
                         "digit.png --model digits.model");
  options.add_data();
  options.add_arguments("FILE");
  options.add("model", "a file that train --model or --checkpoint wrote")
      .add("index", "images of the test set instead, from 0, as in 7 or 7,8");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("model");
  if (file.empty()) throw UsageError("--model: which model? (see mnist_softmax predict --help)");
  const std::vector<std::string> pictures = options.texts("FILE");
  if (pictures.empty() == !options.given("index"))
    throw UsageError("which picture? its FILE, or --index of the test set (see mnist_softmax predict --help)");
  Output output(options);
  output.reads("--model", file);
  for (const std::string& picture : pictures) output.reads("FILE", picture);

  const SavedModel model = load_saved_model(file);
  std::vector<Question> questions;
  Json refused = Json::array();
  for (const std::string& picture : pictures) try {
      for (Question& q : from_file(picture, model)) questions.push_back(std::move(q));
    } catch (const std::runtime_error& error) {
      if (pictures.size() == 1) throw;
      std::cerr << "mnist_softmax: " << one_line(error.what()) << '\n';
      refused.push_back({{"name", picture}, {"error", error.what()}});
    }
  if (pictures.empty())
    questions = from_test_set(options, file, model, output);
  else
    note_training_set(model, mnist().name, output);
  const Terminal terminal = this_terminal(output.in_colour());
  Json report{{"model", file}, {"net", model.choice.kind}, {"pictures", Json::array()}};
  for (const Question& q : questions) {
    if (&q != &questions.front()) output.text() << '\n';
    report["pictures"].push_back(predict(q, model, terminal, output.text()));
  }
  if (!refused.empty()) report["refused"] = refused;
  output.report(report);
  return refused.empty() ? 0 : 1;
}

}  // namespace armagrad::apps
