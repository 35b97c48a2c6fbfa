// mnist_softmax show

#include <nlohmann/json.hpp>

#include "apps/datasets/data.hpp"
#include "apps/io/atomic_file.hpp"
#include "apps/mnist_softmax/drawing/text_blocks.hpp"
#include "apps/mnist_softmax/model/labelled_images.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "command_output.hpp"
#include "commands.hpp"

namespace armagrad::apps {

namespace {

using Json = nlohmann::ordered_json;

TextBlock labelled_block(const arma::mat& image, const std::string& label, const Terminal& terminal) {
  TextBlock block = as_text(image, terminal);
  block.width = std::max<arma::uword>(block.width, 14);  // room for a class's name
  for (std::string& line : block.lines) line += std::string(block.width - image.n_cols, ' ');
  block.lines.push_back(fitted(label, block.width));
  return block;
}

void show_images(const CommandOptions& options, Output& output, const Terminal& terminal) {
  const std::string set = options.choice("set", {"train", "test"});
  const std::vector<arma::uword> indices = options.counts("index", 0, UINT64_MAX);
  const Dataset data = load_data(options, output);
  const Samples& samples = set == "train" ? data.train : data.test;
  Json report{{"dataset", data.name}, {"set", set}, {"images", Json::array()}};
  std::vector<TextBlock> blocks;
  for (const arma::uword i : indices) {
    if (i >= samples.pixels.n_cols)
      throw UsageError("--index: " + std::to_string(i) + " of " + std::to_string(samples.pixels.n_cols) + " images");
    const unsigned label = samples.labels(i);
    const std::string name = label < data.class_names.size() ? data.class_names[label] : std::to_string(label);
    blocks.push_back(labelled_block(image_of(scaled<double>(samples.pixels.col(i)), data.width, data.height),
                                    std::to_string(i) + ": " + name, terminal));
    report["images"].push_back(
        {{"index", i},
         {"label", label},
         {"class", name},
         {"pixels", std::vector<unsigned>(samples.pixels.begin_col(i), samples.pixels.end_col(i))}});
  }
  describe(data, output);
  output.text() << side_by_side(blocks, terminal);
  output.report(report);
}

void show_weights(const std::string& file, const Output& output, const Terminal& terminal) {
  const SavedModel model = load_saved_model(file);
  const FirstLayer layer = first_layer(model, 20);
  const double largest = std::max(arma::abs(layer.columns).max(), 1e-300);
  Json report{{"model", file}, {"net", model.choice.kind}, {"largest", largest}, {"weights", Json::array()}};
  std::vector<TextBlock> blocks;
  for (arma::uword k = 0; k < layer.columns.n_cols; ++k) {
    const arma::vec column = layer.columns.col(k);
    blocks.push_back(labelled_block(image_of(column / largest, layer.width, layer.height), layer.names[k], terminal));
    report["weights"].push_back(
        {{"name", layer.names[k]}, {"values", std::vector<double>(column.begin(), column.end())}});
  }
  output.text() << file << ": the first layer's weights, from -" << largest << " to " << largest
                << (terminal.colour ? ", blue to red\n"
                    : terminal.utf8 ? ": · - = negative, ░ ▒ ▓ █ positive\n"
                                    : ": ' - = negative, . : + # @ positive\n")
                << side_by_side(blocks, terminal);
  output.report(report);
}

}  // namespace

int show_command(const Arguments& arguments) {
  CommandOptions options("show", "images in the terminal, or with --model the weights of its first layer.",
                         "--data mnist --index 0,1,2");
  options.add_data();
  options.add("set", "train", "train or test")
      .add("index", "0,1,2,3", "which images, from 0")
      .add("model", "a model file, whose weights to show instead");
  if (!options.parse(arguments)) return 0;
  Output output(options);
  output.reads("--model", options.text("model"));
  const Terminal terminal = this_terminal(output.in_colour());
  if (options.given("model"))
    show_weights(options.text("model"), output, terminal);
  else
    show_images(options, output, terminal);
  return 0;
}

}  // namespace armagrad::apps
