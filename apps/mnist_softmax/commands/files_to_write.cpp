#include "files_to_write.hpp"

#include "apps/io/atomic_file.hpp"

namespace armagrad::apps {

void add_outputs(CommandOptions& options) {
  options.add("checkpoint", "keep in this file how far it is, so that an interrupt loses little");
  options.add_flag("resume", "go on from the checkpoint").add("model", "save the model to this file");
}

Outputs::Outputs(const CommandOptions& options)
    : Output(options),
      model(options.text("model")),
      checkpoint(options.text("checkpoint")),
      resume(options.flag("resume")) {
  if (resume && checkpoint.empty()) throw UsageError("--resume: from which --checkpoint?");
  keep_apart("--model", model);
  keep_apart("--checkpoint", checkpoint);
  if (same_file(checkpoint, model)) throw UsageError("--checkpoint: the same file as --model, " + model);
  require_writable("--model", model);
  require_writable("--checkpoint", checkpoint);
}

}  // namespace armagrad::apps
