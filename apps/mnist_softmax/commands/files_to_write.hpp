#pragma once
// The files that `train` and `sweep` leave behind.

#include "command_output.hpp"

namespace armagrad::apps {

struct Outputs : Output {
  std::string model, checkpoint;
  bool resume;  // from the checkpoint, which exists

  /// `kind`: that of the checkpoint. UsageError for files that would replace each other or what they should not,
  /// std::runtime_error for those that cannot be written.
  Outputs(const CommandOptions& options, FileKind kind);
};

void add_outputs(CommandOptions& options);

}  // namespace armagrad::apps
