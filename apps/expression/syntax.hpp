#pragma once
// An expression as it was typed or printed: its terms, each after its operands.

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace armagrad::apps {

/// Bytes [begin, end) of a text.
struct Span {
  std::uint32_t begin = 0, end = 0;
};

/// An error in an expression, with its place in the text.
struct ExpressionError : std::logic_error {
  ExpressionError(const std::string& what, Span where) : std::logic_error(what), at(where) {}
  Span at;
};

/// A number, a text in quotes, a name, or a function or an operator applied to earlier terms. Operators go by
/// their signs, "neg" is the unary minus; x(i, j) goes by "at", x.t() by "'".
struct Term {
  enum class Kind : std::uint8_t { number, text, name, call };
  Kind kind;
  std::string text;  // the name, or what is in the quotes
  double number = 0;
  std::vector<std::uint32_t> operands;  // indices of terms
  Span all;                             // the term with its operands
  Span at;                              // the name or the operator alone
};

/// One line of several, "P = softmax(W' X)" or "dJ/dW = X P'"; without a label, the expression alone.
struct Line {
  std::string label;
  std::uint32_t term;
};

struct Syntax {
  std::string text;
  std::vector<Term> terms;
  std::vector<Line> lines;  // at least one; a name defined in one stands for its term in those that follow

  std::string_view text_of(Span s) const { return std::string_view(text).substr(s.begin, s.end - s.begin); }
};

inline constexpr std::size_t longest_text = 1 << 20;
inline constexpr unsigned deepest_nesting = 250;

/// Armadillo's syntax with ' for the transpose, and the notation of formulas: side by side is a product with
/// the precedence of *, A^-1 is the inverse, a^2 a power, .^ one entry by entry; lines end with a newline or
/// ; outside of parentheses, and "NAME =" names a line. ExpressionError for what cannot be read, is longer
/// than longest_text or nested deeper than deepest_nesting.
Syntax parse(std::string text);

/// The message, the line of the text that it is about, cut to fit a terminal, and a caret under the place.
std::string marked(const ExpressionError& error, std::string_view text);

}  // namespace armagrad::apps
