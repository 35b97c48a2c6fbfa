#include "spelling.hpp"

#include "characters.hpp"
#include "functions.hpp"

#include <algorithm>
#include <map>

namespace armagrad::apps {

namespace {

const std::map<std::string, std::string, std::less<>>& function_aliases() {
  static const std::map<std::string, std::string, std::less<>> all{
      {"tr", "trace"},       {"Tr", "trace"},        {"Trace", "trace"},  {"transpose", "trans"},  {"inverse", "inv"},
      {"logdet", "log_det"}, {"ln", "log"},          {"diag", "diag"},    {"vec", "vectorise"},    {"expm", "expmat"},
      {"eig", "eig_sym"},    {"eigvals", "eig_sym"}, {"sgn", "sign"},     {"Det", "det"},          {"arctan", "atan"},
      {"arcsin", "asin"},    {"arccos", "acos"},     {"sum_all", "accu"}, {"logistic", "sigmoid"}, {"sigma", "sigmoid"},
      {"lse", "logsumexp"},  {"logm", "logmat"},     {"sinm", "sinmat"},  {"cosm", "cosmat"}};
  return all;
}

/// Signs in UTF-8 and what they stand for.
constexpr std::pair<std::string_view, std::string_view> signs[] = {
    {"⊙", "%"},      {"∘", "%"},     {"ᵀ", "'"},       {"⊤", "'"},      {"−", "-"},      {"·", "*"},
    {"×", "*"},      {"⁻¹", "^-1"},  {"²", "^2"},      {"³", "^3"},     {"α", "alpha"},  {"β", "beta"},
    {"γ", "gamma"},  {"δ", "delta"}, {"ε", "epsilon"}, {"η", "eta"},    {"θ", "theta"},  {"κ", "kappa"},
    {"λ", "lambda"}, {"μ", "mu"},    {"ν", "nu"},      {"ξ", "xi"},     {"π", "pi"},     {"ρ", "rho"},
    {"σ", "sigma"},  {"τ", "tau"},   {"φ", "phi"},     {"ψ", "psi"},    {"ω", "omega"},  {"Σ", "Sigma"},
    {"Λ", "Lambda"}, {"Ω", "Omega"}, {"Φ", "Phi"},     {"‖", "||"},     {"⋅", "*"},      {"⟨", "dot("},
    {"⟩", ")"},      {"½", "(1/2)"}, {"¼", "(1/4)"},   {"∑", "accu"},   {"√", "sqrt"},   {"∞", "inf"},
    {"**", ".^"},    {"\\|", "||"},  {"\\cdot", "*"},  {"\\odot", "%"}, {"\\circ", "%"}, {"\\otimes", "⊗"}};

class Spelling {
 public:
  Spelling(const std::string& text, const std::set<std::string>& declared) : text_(text), declared_(declared) {}

  std::string run() {
    for (; at_ < text_.size();) step();
    return std::move(out_);
  }

 private:
  bool sees(std::string_view word) const { return text_.compare(at_, word.size(), word) == 0; }
  bool take(std::string_view word) {
    if (!sees(word)) return false;
    at_ += word.size();
    return true;
  }
  /// As take(), for a word that does not go on.
  bool take_whole(std::string_view word) {
    return sees(word) && (at_ + word.size() >= text_.size() || !is_word(text_[at_ + word.size()])) && take(word);
  }
  char last() const {
    const std::size_t k = out_.find_last_not_of(" \t");
    return k == nowhere ? '\0' : out_[k];
  }
  /// Whether the word is declared, or known otherwise, so that it stays as it is.
  bool is_known(const std::string& name) const {
    return declared_.contains(name) || is_function(name) || function_aliases().contains(name);
  }
  std::size_t after_word(std::size_t at) const {
    while (at < text_.size() && is_word(text_[at])) ++at;
    return at;
  }
  std::size_t after_spaces(std::size_t at) const { return std::min(text_.find_first_not_of(' ', at), text_.size()); }
  bool is_at(std::size_t at, char c) const { return at < text_.size() && text_[at] == c; }
  std::size_t after_parentheses(std::size_t at) const {
    int depth = 0;
    do {
      depth += text_[at] == '(' ? 1 : text_[at] == ')' ? -1 : 0;
    } while (++at < text_.size() && depth > 0);
    return at;
  }
  /// The end of a name or a number, with what is called and the powers and transposes behind it; of a function without
  /// parentheses, that of its argument. The same place where there is none.
  std::size_t after_factor(std::size_t at, int functions = 0) const {
    constexpr int most_functions = 4;
    const std::size_t begin = at;
    if (functions > most_functions) return begin;
    if (is_at(at, '(')) {
      at = after_parentheses(at);
    } else {
      std::string name;
      for (const auto& [sign, plain] : signs) {
        if (!is_letter(plain[0]) || plain.back() == '(' || text_.compare(at, sign.size(), sign) != 0) continue;
        name = plain, at += sign.size();
        break;
      }
      if (name.empty()) {
        at = after_word(at);
        name = text_.substr(begin, at - begin);
      }
      if (at == begin) return begin;
      const std::size_t next = after_spaces(at);
      if (!declared_.contains(name) && is_known(name) && !is_at(next, '(')) return after_factor(next, functions + 1);
      if (is_at(at, '(') || (is_at(next, '(') && !declared_.contains(name))) at = after_parentheses(next);
    }
    for (std::size_t before = begin; at != before;) {
      before = at;
      for (const std::string_view postfix : {"'", "ᵀ", "⊤", "²", "³", "⁻¹"}) {
        if (text_.compare(at, postfix.size(), postfix) == 0) at += postfix.size();
      }
      if (!is_at(at, '^')) continue;
      ++at;
      if (is_at(at, '{')) at = std::min(text_.find('}', at), text_.size() - 1) + 1;
      if (is_at(at, '-')) ++at;
      at = is_at(at, '(') ? after_parentheses(at) : after_word(at);
    }
    return at;
  }
  bool after_operand() const { return is_word(last()) || std::string_view(")'.").find(last()) != nowhere; }

  void step() {
    for (const auto& [sign, plain] : signs) {
      if (!sees(sign)) continue;
      at_ += sign.size();
      if (plain == "||") return bar("||");
      if (plain.back() != '(' && is_letter(plain[0])) return word(std::string(plain));
      out_ += plain;
      return;
    }
    const char c = text_[at_];
    if (c == '"') return copy_to(text_.find('"', at_ + 1));
    if (c == '\'' && (last() == '(' || last() == ',')) return quoted();
    if (is_letter(c)) return word({});
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]) && !after_operand()))
      return number();
    if (c == '\\' && !is_letter(last()) && last() != ')' && last() != '\'' && is_letter(text_[at_ + 1])) {
      ++at_;  // a command of LaTeX
      return;
    }
    if (c == '^' || (c == '.' && at_ + 1 < text_.size() && text_[at_ + 1] == '^')) return exponent();
    if (take(".*")) return append("%");
    if (take("./")) return append("/");
    if (after_operand() && take_whole(".T")) return append("'");
    if (take("@")) return append("*");
    const bool ends_abs = !bars_.empty() && bars_.back() == "|" && after_operand();  // |a||b|
    if (sees("||") && !ends_abs) return at_ += 2, bar("||");
    if (take("|")) return bar("|");
    if (c == '[' && after_operand()) return ++at_, brackets_ += 1, append("(");
    if (c == ']' && brackets_ > 0) return ++at_, brackets_ -= 1, append(")");
    out_ += c;
    ++at_;
  }
  void append(std::string_view text) { out_ += text; }
  void copy_to(std::size_t end) {
    end = end == nowhere ? text_.size() : end + 1;
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }
  /// A number; 1 with a transpose, or behind an operand, is a vector of ones.
  void number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.') && !sees(".T") && !sees(".*") &&
           !sees("./") && !sees(".^"))
      ++at_;
    const bool is_signed = at_ + 1 < text_.size() && (text_[at_ + 1] == '-' || text_[at_ + 1] == '+');
    if ((is_at(at_, 'e') || is_at(at_, 'E')) && at_ + 1 + is_signed < text_.size() &&
        is_digit(text_[at_ + 1 + is_signed]))
      at_ = after_word(at_ + 1 + is_signed);
    const std::string digits = text_.substr(begin, at_ - begin);
    const bool stands_beside = after_operand() && !is_digit(last());
    const bool multiplies = has_ones_ && last() == '*' && (at_ == text_.size() || text_[at_] == ')');
    const bool is_transposed = sees("'") || sees("ᵀ") || sees("⊤") || sees("^T") || sees("^{T}") || sees("^\\top");
    if (digits != "1" || !(is_transposed || stands_beside || multiplies)) return append(digits);
    has_ones_ = true;
    if (is_word(last())) out_ += ' ';
    append("ones");
  }
  /// 'fro' is "fro".
  void quoted() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == nowhere || !std::all_of(text_.begin() + long(at_) + 1, text_.begin() + long(end), is_letter)) {
      out_ += text_[at_++];
      return;
    }
    out_ += "\"" + text_.substr(at_ + 1, end - at_ - 1) + "\"";
    at_ = end + 1;
  }

  void word(std::string name) {
    const bool is_sign = name == "accu" || name == "sqrt";
    while (!is_sign && at_ < text_.size() && is_word(text_[at_])) name += text_[at_++];
    const std::size_t next = after_spaces(at_);
    const bool calls = is_at(next, '('), bars = is_at(next, '|');
    if (declared_.contains(name)) return append(name);
    if ((name == "np" || name == "numpy" || name == "torch" || name == "linalg") && take(".")) return;
    if (name == "inf" && last() == ',') return append("\"inf\"");
    const auto alias = function_aliases().find(name);
    const std::size_t end = is_known(name) && !calls ? after_factor(next) : next, beside = after_spaces(end);
    const bool stands_alone = beside == text_.size() || (!is_word(text_[beside]) && text_[beside] != '(');
    const bool has_argument =
        end > next && (next > at_ || is_sign) && (is_sign || !is_digit(text_[next])) && stands_alone;
    if (alias != function_aliases().end() && (calls || bars || has_argument)) name = alias->second;
    if (bars && is_function(name)) return function_of_bars(name);
    if (has_argument && is_function(name)) return function_of_factor(name, next, end);
    if (calls && (name == "norm1" || name == "norm2")) return call("norm", name == "norm1" ? ", 1" : ", 2");
    if (calls && name == "normF") return call("norm", ", \"fro\"");
    if (name == "e" && !calls) return power_of_e();
    if (calls || is_function(name) || !entry_of(name)) append(in_declared_names(name));
  }
  /// X_12 and X_{12}, x_1 and X_{1,2}: entries, counted from 1.
  bool entry_of(const std::string& name) {
    const std::size_t score = name.find('_');
    if (score == nowhere || !declared_.contains(name.substr(0, score))) return false;
    std::string places = name.substr(score + 1);
    const std::size_t close = text_.find('}', at_);
    const bool braced = places.empty() && is_at(at_, '{') && close != nowhere;
    if (braced) places = text_.substr(at_ + 1, close - at_ - 1);
    std::erase(places, ',');
    const bool counts = !places.empty() && places.size() <= 2 &&
                        std::all_of(places.begin(), places.end(), [](char c) { return c > '0' && c <= '9'; });
    if (!counts) return false;
    if (braced) at_ = close + 1;
    out_ += name.substr(0, score) + "(" + char(places[0] - 1);
    if (places.size() == 2) out_ += std::string(",") + char(places[1] - 1);
    out_ += ")";
    return true;
  }
  /// Ax as A x, where A and x are declared.
  std::string in_declared_names(const std::string& name) const {
    std::string product;
    for (std::size_t from = 0, size; from < name.size(); from += size) {
      for (size = name.size() - from; size > 0 && !declared_.contains(name.substr(from, size));) --size;
      if (size == 0) return name;
      product += (from ? " " : "") + name.substr(from, size);
    }
    return product;
  }
  /// tr X, ln det(X)
  void function_of_factor(const std::string& name, std::size_t begin, std::size_t end) {
    out_ += name + "(";
    at_ = begin;
    if (is_at(begin, '(') || end == begin) return;
    while (at_ < end) step();
    out_ += ")";
  }
  /// ln |x|
  void function_of_bars(const std::string& name) {
    const std::size_t open = bars_.size();
    out_ += name + "(";
    at_ = text_.find('|', at_);
    do {
      step();
    } while (at_ < text_.size() && bars_.size() > open);
    out_ += ")";
  }
  /// A function of what stands in the parentheses that follow, and of another argument.
  void call(std::string_view function, std::string_view argument) {
    append(function);
    int depth = 0;
    while (at_ < text_.size()) {
      depth += text_[at_] == '(' ? 1 : text_[at_] == ')' ? -1 : 0;
      if (depth == 0 && text_[at_] == ')') break;
      step();
    }
    append(argument);
  }
  void power_of_e() {
    if (!take("^")) return append("exp(1)");
    out_ += "exp";
    if (sees("(")) return;
    if (take("{")) return append("("), close_brace();
    out_ += "(";
    if (take("-")) out_ += "-";
    std::size_t end = after_word(at_);
    if (is_at(end, '(')) end = after_parentheses(end);
    while (at_ < end) step();
    out_ += ")";
  }
  /// ^T and ^{T}, ^-T, ^{-1}, ^{p + 1}.
  void exponent() {
    const std::string sign = text_[at_] == '.' ? ".^" : "^";
    at_ += sign.size();
    const std::size_t begin = at_;
    const bool braced = take("{");
    const bool inverts = take("-");
    if (!declared_.contains("T") && (take_whole("T") || take_whole("\\top") || take("⊤"))) {
      if (!braced || take("}")) return append(inverts ? "^-1'" : "'");
    }
    at_ = begin;
    out_ += sign;
    if (take("{")) append("("), close_brace();
  }
  /// The text up to the brace's counterpart, in parentheses.
  void close_brace() {
    for (int depth = 1; at_ < text_.size();) {
      depth += text_[at_] == '{' ? 1 : text_[at_] == '}' ? -1 : 0;
      if (depth == 0) break;
      step();
    }
    if (take("}")) append(")");
  }
  /// |x| and ||x||, with the kind of norm behind: ||X||_F, ||x||_1, ||x||_2.
  void bar(const std::string& bars) {
    const bool closes = !bars_.empty() && bars_.back() == bars && after_operand();
    if (!closes) {
      bars_.push_back(bars);
      if (is_word(last())) out_ += ' ';  // a product
      out_ += bars == "|" ? "abs(" : "norm(";
      return;
    }
    bars_.pop_back();
    if (bars == "||" && take("_")) {
      const bool braced = take("{");
      if (take("F"))
        out_ += ", \"fro\"";
      else if (take("inf") || take("∞") || take("\\infty"))
        out_ += ", \"inf\"";
      else if (at_ < text_.size() && is_word(text_[at_]))
        out_ += std::string(", ") + text_[at_++];
      if (braced) take("}");
    }
    out_ += ")";
  }

  const std::string& text_;
  const std::set<std::string>& declared_;
  std::string out_;
  std::size_t at_ = 0;
  int brackets_ = 0;
  bool has_ones_ = false;
  std::vector<std::string> bars_;  // that are open
};

}  // namespace

std::string in_armadillo_spelling(const std::string& text, const std::set<std::string>& declared) {
  return Spelling(text, declared).run();
}

}  // namespace armagrad::apps
