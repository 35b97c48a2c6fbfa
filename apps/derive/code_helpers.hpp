#pragma once
// Functions for generated code that Armadillo does not have.

#include <span>
#include <string_view>

namespace armagrad::apps {

/// A function by the name that expressions call it by. Of numbers, to be applied entry by entry, or of
/// matrices.
struct Helper {
  std::string_view function, name;
  bool of_numbers;
  std::string_view code;
};

std::span<const Helper> code_helpers();

/// Applies a function of numbers to matrices and numbers, which are repeated.
extern const std::string_view entrywise_helper;

}  // namespace armagrad::apps
