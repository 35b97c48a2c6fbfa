#pragma once
// The text of an expression before it is parsed: its lines, its limits, and how errors show it.

#include "syntax.hpp"

namespace armagrad::apps {

/// A line: its label, or "", and where its expression stands.
struct Section {
  std::string label;
  Span expression;
};

/// The lines that are not blank. ExpressionError for a text too long or too deeply nested, for parentheses
/// and quotes without their counterpart, for labels that are none, for nothing at all.
std::vector<Section> sections(const std::string& text);

/// Letters, digits and _, and no digit first.
bool is_name(std::string_view text);

/// Throws an ExpressionError for the text at `at` where something else was wanted.
[[noreturn]] void unexpected(const std::string& text, std::uint32_t at, std::uint32_t end, const std::string& wanted);

/// A name or a text for messages: printable, and not longer than a line has room for.
std::string shortened(std::string_view text);

}  // namespace armagrad::apps
