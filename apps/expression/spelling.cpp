#include "spelling.hpp"

#include "characters.hpp"
#include "functions.hpp"

#include <algorithm>
#include <map>

namespace armagrad::apps {

namespace {

const std::map<std::string, std::string, std::less<>>& function_aliases() {
  static const std::map<std::string, std::string, std::less<>> all{
      {"tr", "trace"},       {"Tr", "trace"},        {"Trace", "trace"},  {"transpose", "trans"}, {"inverse", "inv"},
      {"logdet", "log_det"}, {"ln", "log"},          {"diag", "diag"},    {"vec", "vectorise"},   {"expm", "expmat"},
      {"eig", "eig_sym"},    {"eigvals", "eig_sym"}, {"sgn", "sign"},     {"Det", "det"},         {"arctan", "atan"},
      {"arcsin", "asin"},    {"arccos", "acos"},     {"sum_all", "accu"}, {"logistic", "sigmoid"}};
  return all;
}

/// Signs in UTF-8 and what they stand for.
constexpr std::pair<std::string_view, std::string_view> signs[] = {
    {"⊙", "%"},       {"∘", "%"},     {"ᵀ", "'"},      {"⊤", "'"},     {"−", "-"},      {"·", "*"},     {"×", "*"},
    {"⁻¹", "^-1"},    {"²", "^2"},    {"³", "^3"},     {"α", "alpha"}, {"β", "beta"},   {"γ", "gamma"}, {"δ", "delta"},
    {"ε", "epsilon"}, {"η", "eta"},   {"θ", "theta"},  {"κ", "kappa"}, {"λ", "lambda"}, {"μ", "mu"},    {"ν", "nu"},
    {"ξ", "xi"},      {"π", "pi"},    {"ρ", "rho"},    {"σ", "sigma"}, {"τ", "tau"},    {"φ", "phi"},   {"ψ", "psi"},
    {"ω", "omega"},   {"Σ", "Sigma"}, {"Λ", "Lambda"}, {"Ω", "Omega"}, {"Φ", "Phi"},    {"‖", "||"}};

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
  bool after_operand() const { return is_word(last()) || std::string_view(")'.").find(last()) != nowhere; }

  void step() {
    for (const auto& [sign, plain] : signs) {
      if (!sees(sign)) continue;
      at_ += sign.size();
      if (plain == "||") return bar("||");
      if (is_letter(plain[0])) return word(std::string(plain));
      out_ += plain;
      return;
    }
    const char c = text_[at_];
    if (c == '"') return copy_to(text_.find('"', at_ + 1));
    if (c == '\'' && (last() == '(' || last() == ',')) return quoted();
    if (is_letter(c)) return word({});
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
    while (at_ < text_.size() && is_word(text_[at_])) name += text_[at_++];
    const std::size_t next = text_.find_first_not_of(' ', at_);
    const bool calls = next != nowhere && text_[next] == '(', bars = next != nowhere && text_[next] == '|';
    if (declared_.contains(name)) return append(name);
    const auto alias = function_aliases().find(name);
    if (alias != function_aliases().end() && (calls || bars)) name = alias->second;
    if (bars && is_function(name)) return function_of_bars(name);
    if (calls && (name == "norm1" || name == "norm2")) return call("norm", name == "norm1" ? ", 1" : ", 2");
    if (calls && name == "normF") return call("norm", ", \"fro\"");
    if (name == "pi" && !calls) return append("3.141592653589793");
    if (name == "e" && !calls) return power_of_e();
    append(name);
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
    while (at_ < text_.size() && is_word(text_[at_])) out_ += text_[at_++];
    out_ += ")";
  }
  /// ^T and ^{T}, ^-T, ^{-1}, ^{p + 1}.
  void exponent() {
    const std::string sign = text_[at_] == '.' ? ".^" : "^";
    at_ += sign.size();
    const std::size_t begin = at_;
    const bool braced = take("{");
    const bool inverts = take("-");
    if (!declared_.contains("T") && (take_whole("T") || take_whole("\\top"))) {
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
  std::vector<std::string> bars_;  // that are open
};

}  // namespace

std::string in_armadillo_spelling(const std::string& text, const std::set<std::string>& declared) {
  return Spelling(text, declared).run();
}

}  // namespace armagrad::apps
