// mnist_softmax evaluate

#include <nlohmann/json.hpp>

#include "apps/datasets/data.hpp"
#include "apps/io/atomic_file.hpp"
#include "apps/mnist_softmax/drawing/pictures.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "command_output.hpp"
#include "commands.hpp"

namespace armagrad::apps {

int evaluate_command(const Arguments& arguments) {
  CommandOptions options("evaluate", "reports a saved model's accuracy.", "--model digits.model --data mnist");
  options.add_data();
  options.add("model", "a file that train --model or --checkpoint wrote")
      .add("weights", "draw the weights, a picture per class, to this PNG file");
  if (!options.parse(arguments)) return 0;
  const std::string file = options.text("model");
  if (file.empty()) throw UsageError("--model: which model? (see mnist_softmax evaluate --help)");

  const std::string picture = options.text("weights");
  Output output(options);
  output.reads("--model", file);
  output.writes("--weights", picture, FileKind::picture);

  const SavedModel model = load_saved_model(file);
  if (!picture.empty() && model.choice.kind != "softmax")
    throw UsageError("--weights: only those of softmax regression are pictures");
  const Dataset data = load_data(options, output);
  require_fit(model, file, data);
  describe(data, output);
  note_training_set(model, data.name, output);
  nlohmann::ordered_json report{{"dataset", data.name}, {"model", file}, {"net", model.choice.kind}};
  for (const auto& [set, samples] : {std::pair("training", &data.train), std::pair("test", &data.test)}) {
    const Figures found = figures_of(model, *samples);
    report[set] = as_json(found, 0);
    output.text() << "accuracy on the " << found.images << ' ' << set << " images: " << found.accuracy << ", log loss "
                  << found.log_loss << '\n';
    if (samples == &data.test) print_confusion(output.text(), found.confusion, data.class_names);
  }
  if (!picture.empty())
    write_file_atomically(picture,
                          weights_png(first_layer(model, data.class_names.size()).columns, data.width, data.height));
  output.report(report);
  return 0;
}

}  // namespace armagrad::apps
