#include "lines.hpp"

#include <algorithm>

#include "apps/text/escape.hpp"
#include "characters.hpp"

namespace armagrad::apps {

namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// "P", or "dJ/dW" of a derivative.
bool is_label(std::string_view s) {
  const std::size_t slash = s.find('/');
  return is_name(s.substr(0, slash)) && (slash == s.npos || is_name(s.substr(slash + 1)));
}

Span trimmed(const std::string& text, Span s) {
  while (s.begin < s.end && is_blank(text[s.begin])) ++s.begin;
  while (s.begin < s.end && is_blank(text[s.end - 1])) --s.end;
  return s;
}

/// = as a sign of its own, not part of == <= >= !=
bool is_equals(const std::string& text, std::size_t i) {
  return text[i] == '=' && text[i + 1] != '=' && (i == 0 || std::string_view("=<>!").find(text[i - 1]) == nowhere);
}

class Splitter {
 public:
  explicit Splitter(const std::string& text) : text_(text) {}

  std::vector<Section> run() {
    for (std::uint32_t i = 0; i < text_.size(); ++i) step(i);
    if (!open_.empty()) throw ExpressionError("this parenthesis is never closed", one(open_.back()));
    end_line(std::uint32_t(text_.size()));
    if (found_.empty()) throw ExpressionError("an expression was expected, there is none", {});
    return std::move(found_);
  }

 private:
  static Span one(std::uint32_t i) { return {i, i + 1}; }

  void step(std::uint32_t& i) {
    switch (text_[i]) {
      case '"': {
        const std::size_t end = text_.find('"', i + 1);
        if (end == nowhere) throw ExpressionError("this quote is never closed", one(i));
        i = std::uint32_t(end);
        break;
      }
      case '(':
        open_.push_back(i);
        if (open_.size() > deepest_nesting)
          throw ExpressionError("parentheses are nested deeper than " + std::to_string(deepest_nesting) + " levels",
                                one(i));
        break;
      case ')':
        if (open_.empty()) throw ExpressionError("this parenthesis closes nothing", one(i));
        open_.pop_back();
        break;
      case '\n':
      case ';':
        if (open_.empty()) end_line(i);
        break;
      case '=':
        if (open_.empty() && equals_ == nowhere && is_equals(text_, i)) equals_ = i;
        break;
    }
  }

  void end_line(std::uint32_t end) {
    const Span line = trimmed(text_, {begin_, end});
    if (line.begin < line.end) {
      Section section{"", line};
      if (equals_ != nowhere) {
        const Span label = trimmed(text_, {line.begin, std::uint32_t(equals_)});
        section.label = text_.substr(label.begin, label.end - label.begin);
        if (!is_label(section.label))
          throw ExpressionError("before = stands a name, not '" + shortened(section.label) + "'",
                                one(std::uint32_t(equals_)));
        section.expression = trimmed(text_, {std::uint32_t(equals_) + 1, line.end});
      }
      if (!found_.empty() && found_.back().label.empty())
        throw ExpressionError("a line with others after it needs a name: NAME = ...", found_.back().expression);
      found_.push_back(std::move(section));
    }
    begin_ = end + 1;
    equals_ = nowhere;
  }

  const std::string& text_;
  std::vector<Section> found_;
  std::vector<std::uint32_t> open_;
  std::uint32_t begin_ = 0;
  std::size_t equals_ = nowhere;
};

}  // namespace

bool is_name(std::string_view s) { return !s.empty() && is_letter(s[0]) && std::all_of(s.begin(), s.end(), is_word); }

std::vector<Section> sections(const std::string& text) {
  if (text.size() > longest_text)
    throw ExpressionError("the expression is longer than " + std::to_string(longest_text) + " characters", {});
  return Splitter(text).run();
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 40;
  const std::string line = one_line(std::string(text.substr(0, most)));
  return text.size() > most ? line + "..." : line;
}

void unexpected(const std::string& text, std::uint32_t at, std::uint32_t end, const std::string& wanted) {
  while (at < end && is_blank(text[at])) ++at;
  const std::string was_wanted = wanted.empty() ? "" : wanted + " was expected";
  if (at == end)
    throw ExpressionError((was_wanted.empty() ? "an expression was expected" : was_wanted) + " at the end",
                          {at, at + 1});
  std::uint32_t next = at + 1;
  while (next < end && is_word(text[at]) && is_word(text[next])) ++next;
  while (next < end && (text[next] & 0xc0) == 0x80) ++next;  // the rest of a character in UTF-8
  const std::string found = "'" + shortened(std::string_view(text).substr(at, next - at)) + "'";
  throw ExpressionError(was_wanted.empty() ? "unexpected " + found : was_wanted + ", not " + found, {at, next});
}

std::string marked(const ExpressionError& error, std::string_view text) {
  constexpr std::size_t before = 50, room = 100;
  const std::size_t at = std::min<std::size_t>(error.at.begin, text.size());
  if (at == error.at.end) return error.what();
  std::size_t first = at == 0 ? nowhere : text.rfind('\n', at - 1);
  first = first == nowhere ? 0 : first + 1;
  if (at - first > before) first = at - before;
  while (first < at && (text[first] & 0xc0) == 0x80) ++first;
  std::string_view line = text.substr(first, room);
  line = line.substr(0, line.find('\n'));
  std::string shown, under;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    shown += c < ' ' || c == 127 ? ' ' : line[i];
    if (first + i < at && (c & 0xc0) != 0x80) under += ' ';
  }
  const std::size_t width = std::min<std::size_t>(error.at.end, first + line.size());
  return error.what() + ("\n  " + shown) + "\n  " + under + std::string(width > at ? width - at : 1, '^');
}

}  // namespace armagrad::apps
