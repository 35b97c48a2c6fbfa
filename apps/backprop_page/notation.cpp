#include "notation.hpp"

#include <algorithm>
#include <regex>
#include <set>

#include <armagrad/node_formulas.hpp>

#include "notation_rules.hpp"

namespace armagrad::apps {

namespace {

/// An entry of a matrix, a row, a column, or a number where a matrix's (i, j) is meant.
std::string at(const std::string& name, Shape s, const std::string& i, const std::string& j) {
  if (s == scalar_shape) return name.starts_with("-") ? "(" + name + ")" : name;
  if (s.rows == 1) return name + "[" + j + "]";
  if (s.cols == 1) return name + "[" + i + "]";
  return name + "[" + i + "," + j + "]";
}

/// "i+2,max(k,l)" at the comma between the two.
std::pair<std::string, std::string> indices(const std::string& text) {
  int depth = 0;
  for (std::size_t k = 0; k < text.size(); ++k) {
    depth += text[k] == '(' ? 1 : text[k] == ')' ? -1 : 0;
    if (text[k] == ',' && depth == 0) return {text.substr(0, k), text.substr(k + 1)};
  }
  return {text, ""};
}

class Filling {
 public:
  Filling(const NotationRule& rule, const Spelt& y, const std::vector<Spelt>& x)
      : rule_(rule), y_(y), x_(x), unknown_{fresh(), y.shape} {}

  std::string operator()(const std::string& text) const {
    static const std::regex entry("\\{([abcyABCYS])(⁻¹|\\^p|\\^q)?(?::([^}]*))?\\}");
    std::string filled;
    auto from = text.begin();
    for (std::sregex_iterator m(text.begin(), text.end(), entry), end; m != end; ++m) {
      filled.append(from, (*m)[0].first);
      filled += written((*m)[1].str()[0], (*m)[2], (*m)[3]);
      from = (*m)[0].second;
    }
    return without_idle_sums(filled.append(from, text.end()));
  }

 private:
  std::string written(char who, const std::string& power, const std::string& index) const {
    const bool is_adjoint = who >= 'A' && who <= 'Y' && who != 'S';
    const char small = is_adjoint ? char(who - 'A' + 'a') : who;
    const std::size_t k = std::size_t(small - 'a');
    const Spelt& of = who == 'S' ? unknown_ : small == 'y' ? y_ : x_.at(k);
    std::string name = is_adjoint ? barred(of.name) : of.name;
    if (power.starts_with("^")) name = "(" + name + power + ")";
    if (power == "⁻¹") name += power;
    if (index.empty()) return name;
    auto [i, j] = indices(index);
    if (j.empty()) return of.shape == scalar_shape ? name : name + "[" + i + "]";
    if (rule_.along_rows) i = rows_for_columns(i), j = rows_for_columns(j), std::swap(i, j);
    if (small != 'y' && who != 'S' && k < rule_.turned.size() && rule_.turned[k]) std::swap(i, j);
    return at(name, of.shape, i, j);
  }
  static std::string rows_for_columns(std::string index) {
    for (char& c : index) c = c == 'i' ? 'j' : c == 'j' ? 'i' : c;
    return index;
  }
  /// A name that no operand has.
  std::string fresh() const {
    for (const char* name : {"S", "T", "U", "V"}) {
      if (y_.name != name && std::none_of(x_.begin(), x_.end(), [&](const Spelt& s) { return s.name == name; }))
        return name;
    }
    return "S";
  }

  /// The letters that stand between brackets.
  static std::set<char> letters(const std::string& text) {
    std::set<char> all;
    int depth = 0;
    for (std::size_t k = 0; k < text.size(); ++k) {
      depth += text[k] == '[' ? 1 : text[k] == ']' ? -1 : 0;
      const auto is_letter = [&](std::size_t n) { return n < text.size() && std::isalpha((unsigned char)text[n]); };
      if (depth > 0 && is_letter(k) && !is_letter(k + 1) && (k == 0 || !is_letter(k - 1))) all.insert(text[k]);
    }
    return all;
  }
  /// Without the sums over what does not occur behind them, or stands on the left already; of several
  /// equations, each for itself.
  static std::string without_idle_sums(const std::string& text) {
    for (const std::string between : {", where ", "; "}) {
      const std::size_t at = text.find(between);
      if (at != std::string::npos)
        return without_idle_sums(text.substr(0, at)) + between + without_idle_sums(text.substr(at + between.size()));
    }
    return equation_without_idle_sums(text);
  }
  static std::string equation_without_idle_sums(const std::string& equation) {
    const std::size_t equals = std::min(equation.find(" = "), equation.find(" += "));
    const std::string left = equation.substr(0, equals);
    std::set<char> fixed;
    if (left.find("Σ") == std::string::npos) fixed = letters(left);
    static const std::regex sum("Σ_(?:\\{([a-z,]+)\\}|([a-z])) ");
    std::string result;
    auto from = equation.begin();
    for (std::sregex_iterator m(equation.begin(), equation.end(), sum), end; m != end; ++m) {
      result.append(from, (*m)[0].first);
      from = (*m)[0].second;
      const std::set<char> used = letters(std::string(from, equation.end()));
      std::string over;
      for (const char c : (*m)[1].str() + (*m)[2].str()) {
        if (c != ',' && used.contains(c) && !fixed.contains(c)) over += (over.empty() ? "" : ",") + std::string(1, c);
      }
      if (!over.empty()) result += over.size() > 1 ? "Σ_{" + over + "} " : "Σ_" + over + " ";
    }
    return result.append(from, equation.end());
  }

  const NotationRule& rule_;
  const Spelt& y_;
  const std::vector<Spelt>& x_;
  const Spelt unknown_;
};

}  // namespace

EntryWise entry_wise(const Operation<double>& operation, const algebra::Parameters& parameters, const Spelt& y,
                     const std::vector<Spelt>& x, bool symmetric) {
  NotationCase of{parameters, y.shape, {}, symmetric};
  for (const Spelt& operand : x) of.x.push_back(operand.shape);
  const std::string name = operation.name;
  const NotationRule rule =
      operation.family == Family::elementwise ? elementwise_rule(name, of) : matrix_rule(name, of);
  EntryWise e{"", std::vector<std::string>(x.size()), rule.rule.empty() ? "The rule of " + name + "." : rule.rule};
  const Filling filled(rule, y, x);
  if (!rule.forward.empty()) e.forward = filled(rule.forward);
  for (std::size_t k = 0; k < std::min(x.size(), rule.backward.size()); ++k) {
    if (!rule.backward[k].empty()) e.backward[k] = filled(rule.backward[k]);
  }
  return e;
}

}  // namespace armagrad::apps
