#include "files_to_write.hpp"

#include <filesystem>

namespace armagrad::apps {

namespace {

bool holds_something(const std::string& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) && std::filesystem::file_size(file, ignored) > 0;
}

}  // namespace

void add_outputs(CommandOptions& options) {
  options.add("checkpoint", "keep the progress in this file, so that an interrupt loses little")
      .add_flag("resume", "go on from the checkpoint, if there is one")
      .add_flag("overwrite", "begin anew although the checkpoint exists")
      .add("model", "save the model to this file");
}

Outputs::Outputs(const CommandOptions& options, FileKind kind)
    : Output(options),
      model(options.text("model")),
      checkpoint(options.text("checkpoint")),
      resume(options.flag("resume")) {
  const bool overwrite = options.flag("overwrite");
  for (const char* flag : {"resume", "overwrite"}) {
    if (options.flag(flag) && checkpoint.empty()) throw UsageError(std::string("--") + flag + ": needs --checkpoint");
  }
  if (resume && overwrite) throw UsageError("--resume: or --overwrite, not both");
  writes("--checkpoint", checkpoint, resume ? kind_of(checkpoint) : kind);
  writes("--model", model, FileKind::model);
  if (holds_something(checkpoint) && !resume && !overwrite)
    throw UsageError("--checkpoint: " + checkpoint + " exists; --resume goes on from it, --overwrite begins anew");
  if (resume && !std::filesystem::exists(checkpoint)) {
    text() << "there is no checkpoint " << checkpoint << " to resume from: starting anew\n";
    resume = false;
  }
}

}  // namespace armagrad::apps
