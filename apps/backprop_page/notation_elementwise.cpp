// Functions of entries: what they are, and the adjoint d times the slope by each operand.

#include <map>

#include "notation_rules.hpp"

namespace armagrad::apps {

namespace {

struct Slopes {
  const char* forward = "";  // empty: name(a, b)
  std::vector<const char*> by;
  const char* rule = "Entry by entry: the adjoint times the slope there.";
};

constexpr auto normal =
    "Entry by entry: the adjoint times the slope there; Φ is the normal distribution, φ its density.";
constexpr auto compared = "One or the other, entry by entry: the one that was taken gets the adjoint.";
constexpr auto flat = "Constant wherever it has a slope: nothing is passed on.";

/// d is the adjoint, p and q are parameters.
const std::map<std::string, Slopes>& table() {
  static const std::map<std::string, Slopes> all{
      {"addition", {"", {"d", "d"}, "A sum hands its adjoint on as it is."}},
      {"subtraction",
       {"", {"d", "-d"}, "A difference hands its adjoint on, to what is subtracted with the sign turned."}},
      {"element-wise multiplication",
       {"a b",
        {"d b", "d a"},
        "The product rule, entry by entry: each factor gets the adjoint times the other factor."}},
      {"element-wise division", {"a / b", {"d / b", "-d y / b"}, "The quotient rule, entry by entry."}},
      {"negation", {"-a", {"-d"}, "The sign is turned."}},
      {"exp", {"", {"y d"}}},
      {"expm1", {"exp(a) - 1", {"(1 + y) d"}}},
      {"exp2", {"2^a", {"log(2) y d"}}},
      {"exp10", {"10^a", {"log(10) y d"}}},
      {"log", {"", {"d / a"}}},
      {"log1p", {"log(1 + a)", {"d / (1 + a)"}}},
      {"log2", {"log(a) / log(2)", {"d / (log(2) a)"}}},
      {"log10", {"log(a) / log(10)", {"d / (log(10) a)"}}},
      {"sqrt", {"", {"d / (2 y)"}}},
      {"cbrt", {"", {"d / (3 y^2)"}}},
      {"square", {"a^2", {"2 a d"}}},
      {"pow", {"a^b", {"b a^(b - 1) d", "log(a) y d"}}},
      {"pow of a number", {"a^p", {"p a^(p - 1) d"}}},
      {"xlogy", {"a log(b)", {"log(b) d", "a d / b"}}},
      {"sin", {"", {"cos(a) d"}}},
      {"cos", {"", {"-sin(a) d"}}},
      {"tan", {"", {"(1 + y^2) d"}}},
      {"asin", {"", {"d / sqrt(1 - a^2)"}}},
      {"acos", {"", {"-d / sqrt(1 - a^2)"}}},
      {"atan", {"", {"d / (1 + a^2)"}}},
      {"atan2", {"", {"b d / (a^2 + b^2)", "-a d / (a^2 + b^2)"}}},
      {"hypot", {"sqrt(a^2 + b^2)", {"a d / y", "b d / y"}}},
      {"sinh", {"", {"cosh(a) d"}}},
      {"cosh", {"", {"sinh(a) d"}}},
      {"tanh", {"", {"(1 - y^2) d"}}},
      {"asinh", {"", {"d / sqrt(1 + a^2)"}}},
      {"acosh", {"", {"d / sqrt(a^2 - 1)"}}},
      {"atanh", {"", {"d / (1 - a^2)"}}},
      {"erf", {"", {"2 exp(-a^2) d / sqrt(π)"}}},
      {"erfc", {"", {"-2 exp(-a^2) d / sqrt(π)"}}},
      {"lgamma",
       {"", {"ψ(a) d"}, "Entry by entry: the adjoint times the slope there, the digamma function ψ."}},
      {"polygamma", {"polygamma(p, a)", {"polygamma(p + 1, a) d"}}},
      {"sigmoid", {"", {"y (1 - y) d"}}},
      {"softplus", {"", {"sigmoid(a) d"}}},
      {"relu", {"max(a, 0)", {"[a > 0] d"}}},
      {"leaky_relu", {"max(a, 0) + p min(a, 0)", {"([a > 0] + p [a ≤ 0]) d"}}},
      {"elu", {"max(a, 0) + p (exp(min(a, 0)) - 1)", {"([a > 0] + p [a ≤ 0] exp(min(a, 0))) d"}}},
      {"gelu", {"a Φ(a)", {"(Φ(a) + a φ(a)) d"}, normal}},
      {"silu", {"a sigmoid(a)", {"(y + sigmoid(a) (1 - y)) d"}}},
      {"abs", {"", {"sign(a) d"}}},
      {"clamp", {"min(max(a, p), q)", {"[a > p] [a < q] d"}}},
      {"max", {"", {"[a ≥ b] d", "[a < b] d"}, compared}},
      {"min", {"", {"[a ≤ b] d", "[a > b] d"}, compared}},
      {"where", {"[a ≠ 0] b + [a = 0] c", {"", "[a ≠ 0] d", "[a = 0] d"}, compared}},
      {"greater", {"[a > b]", {}, flat}},
      {"greater or equal", {"[a ≥ b]", {}, flat}},
      {"equal", {"[a = b]", {}, flat}},
      {"not equal", {"[a ≠ b]", {}, flat}},
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
  const auto is_letter = [&](std::size_t k) {
    return k < text.size() && std::isalpha((unsigned char)text[k]);
  };
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

NotationRule elementwise_rule(const std::string& name, const char* infix, const NotationCase& of) {
  const bool is_number_power = name == "pow" && of.x.size() == 1;
  const auto found = table().find(is_number_power ? "pow of a number" : name);
  if (found == table().end()) return {};
  std::string forward = found->second.forward;
  if (forward.empty() && infix) forward = std::string("a") + infix + "b";
  if (forward.empty()) forward = of.x.size() == 1 ? name + "(a)" : name + "(a, b)";
  NotationRule rule{"{y:i,j} = " + entries(forward, of.parameters), {}, found->second.rule};
  for (std::size_t k = 0; k < found->second.by.size(); ++k) {
    const std::string slope = found->second.by[k];
    std::string text;
    if (!slope.empty())
      text.append("{")
          .append(1, char('A' + k))
          .append(":i,j} = Σ_{i,j} ")
          .append(entries(slope, of.parameters));
    rule.backward.push_back(text);
  }
  return rule;
}

}  // namespace armagrad::apps
