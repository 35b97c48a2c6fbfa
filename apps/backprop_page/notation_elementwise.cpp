// Functions of entries.

#include <map>

#include "notation_rules.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

/// What is said of a function beside the entries that its rule implies: a definition, other words, slopes that
/// read better. d is the adjoint, p and q are parameters.
struct Stated {
  const char* forward = "";
  std::vector<const char*> by{};
  const char* rule = "Entry by entry: the adjoint times the local derivative there.";
};

constexpr auto normal =
    "Entry by entry: the adjoint times the local derivative there; Φ is the normal distribution, φ its density.";
constexpr auto compared = "One or the other, entry by entry: the one that was taken gets the adjoint.";
constexpr auto flat = "Its derivative is zero everywhere: nothing is passed on.";

const std::map<std::string, Stated>& table() {
  static const std::map<std::string, Stated> all{
      {"addition", {"", {}, "A sum passes its adjoint on unchanged."}},
      {"subtraction", {"", {}, "A difference passes its adjoint on, with the sign flipped to what is subtracted."}},
      {"element-wise multiplication",
       {"", {}, "The product rule, entry by entry: each factor gets the adjoint times the other factor."}},
      {"element-wise division", {"a / b", {"d / b", "-d y / b"}, "The quotient rule, entry by entry."}},
      {"negation", {"", {}, "The sign flips."}},
      {"expm1", {"exp(a) - 1"}},
      {"exp2", {"2^a", {"log(2) y d"}}},
      {"exp10", {"10^a", {"log(10) y d"}}},
      {"log1p", {"log(1 + a)"}},
      {"log2", {"log(a) / log(2)", {"d / (log(2) a)"}}},
      {"log10", {"log(a) / log(10)", {"d / (log(10) a)"}}},
      {"cbrt", {"", {"d / (3 y^2)"}}},
      {"pow", {"a^b", {"b a^(b - 1) d", "log(a) y d"}}},
      {"xlogy", {"a log(b)", {"log(b) d", "a d / b"}}},
      {"atan2", {"", {"b d / (a^2 + b^2)", "-a d / (a^2 + b^2)"}}},
      {"hypot", {"sqrt(a^2 + b^2)", {"a d / y", "b d / y"}}},
      {"erf", {"", {"2 exp(-a^2) d / sqrt(π)"}}},
      {"erfc", {"", {"-2 exp(-a^2) d / sqrt(π)"}}},
      {"lgamma",
       {"", {"ψ(a) d"}, "Entry by entry: the adjoint times the local derivative there, the digamma function ψ."}},
      {"relu", {"max(a, 0)"}},
      {"leaky_relu", {"max(a, 0) + p min(a, 0)", {"([a > 0] + p [a ≤ 0]) d"}}},
      {"elu", {"max(a, 0) + p (exp(min(a, 0)) - 1)", {"([a > 0] + p [a ≤ 0] exp(min(a, 0))) d"}}},
      {"gelu", {"a Φ(a)", {"(Φ(a) + a φ(a)) d"}, normal}},
      {"silu", {"a sigmoid(a)", {"(y + sigmoid(a) (1 - y)) d"}}},
      {"clamp", {"min(max(a, p), q)"}},
      {"max", {"", {}, compared}},
      {"min", {"", {}, compared}},
      {"where", {"[a ≠ 0] b + [a = 0] c", {"", "[a ≠ 0] d", "[a = 0] d"}, compared}},
      {"greater", {"", {}, flat}},
      {"greater or equal", {"", {}, flat}},
      {"equal", {"", {}, flat}},
      {"not equal", {"", {}, flat}},
      {"sign", {"", {}, flat}},
      {"floor", {"", {}, flat}},
      {"ceil", {"", {}, flat}},
      {"round", {"", {}, flat}},
      {"trunc", {"", {}, flat}},
      {"stop_gradient", {"a", {}, "Held fixed: nothing is passed on."}}};
  return all;
}

/// With entries for the letters that stand alone.
std::string entries(const std::string& text, const algebra::Parameters& parameters) {
  const auto is_letter = [&](std::size_t k) { return k < text.size() && std::isalpha((unsigned char)text[k]); };
  std::string result;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const char c = text[k];
    const bool alone = is_letter(k) && !is_letter(k + 1) && (k == 0 || !is_letter(k - 1));
    if (!alone) {
      result += c;
    } else if (c == 'p' || c == 'q') {
      const std::string number = to_text(parameters.at(c == 'p' ? 0 : 1).value);
      number.starts_with("-") ? result.append("(").append(number).append(")") : result.append(number);
    } else {
      result.append("{").append(1, c == 'd' ? 'Y' : c).append(":i,j}");
    }
  }
  return result;
}

}  // namespace

NotationRule elementwise_rule(const std::string& name, const NotationCase& of) {
  const auto found = table().find(name);
  const Stated stated = found == table().end() || (name == "pow" && of.x.size() == 1) ? Stated{} : found->second;
  NotationRule rule{"", {}, stated.rule};
  if (*stated.forward) rule.forward = "{y:i,j} = " + entries(stated.forward, of.parameters);
  for (std::size_t k = 0; k < stated.by.size(); ++k) {
    const std::string slope = stated.by[k];
    std::string text;
    if (!slope.empty())
      text.append("{").append(1, char('A' + k)).append(":i,j} = Σ_{i,j} ").append(entries(slope, of.parameters));
    rule.backward.push_back(text);
  }
  return rule;
}

}  // namespace armagrad::apps
