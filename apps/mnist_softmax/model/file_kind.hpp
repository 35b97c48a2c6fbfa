#pragma once
// Files that an output must not replace by mistake.

#include <string>

namespace armagrad::apps {

/// What a file is worth: `replaceable` for reports, pages, plain text and whatever else is not recognised.
enum class FileKind { replaceable, data_set, picture, model, checkpoint, sweep_checkpoint };

/// The kind of an existing regular file by its contents; `replaceable` if there is none, or it is empty. A file that
/// cannot be read, as it may be worth keeping, is a std::runtime_error.
FileKind kind_of(const std::string& file);

/// "a data set", "a checkpoint of a training", for messages.
std::string to_string(FileKind kind);

}  // namespace armagrad::apps
