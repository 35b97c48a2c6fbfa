#pragma once
// The files that `train` and `sweep` leave behind.

#include "command_output.hpp"

namespace armagrad::apps {

struct Outputs : Output {
  std::string model, checkpoint;
  bool resume;

  /// UsageError for files that would replace each other, std::runtime_error for those that cannot be written.
  explicit Outputs(const CommandOptions& options);
};

void add_outputs(CommandOptions& options);

}  // namespace armagrad::apps
