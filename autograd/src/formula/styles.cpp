#include "styles.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>

#include <armagrad/shape.hpp>

namespace armagrad::detail::algebra {

namespace {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view p : parts) all.append(p);
  return all;
}
std::string joined(const Style::Strings& x, const char* by) {
  std::string all;
  for (std::size_t k = 0; k < x.size(); ++k) all.append(k ? by : "").append(x[k]);
  return all;
}

/// Where the _ of a name with an index stands: s_t, s_(t-1), s_20.
std::optional<std::size_t> place_of_index(const std::string& name) {
  const std::size_t at = name.rfind('_');
  if (at == name.npos || at == 0) return {};
  const std::string_view index = std::string_view(name).substr(at + 1);
  const bool is_number = !index.empty() && index.find_first_not_of("0123456789") == index.npos;
  return is_number || index.size() == 1 || index.starts_with('(') ? std::optional(at) : std::nullopt;
}
std::string without_parentheses(const std::string& x) { return x.starts_with('(') ? x.substr(1, x.size() - 2) : x; }

/// ' transposes, juxtaposition multiplies matrices and numbers, % entry by entry.
class Text final : public Style {
  std::string name(const std::string& x) const override { return x; }
  std::string number(const std::string& x) const override { return x; }
  std::string call(const std::string& f, const Strings& x) const override {
    return concat({f, "(", joined(x, ", "), ")"});
  }
  std::string entry(const std::string& x, const Strings& from_zero, const Strings&) const override {
    return call(x, from_zero);
  }
  std::string ones(const std::string& r, const std::string& c) const override { return call("ones", {r, c}); }
  std::string sum(const std::string& x, const std::string&, int dim) const override {
    return dim == 2 ? call("accu", {x}) : call("sum", {x, std::to_string(dim)});
  }
  std::string side_by_side(const Strings& x) const override { return joined(x, " "); }
  std::string infix(const std::string& a, const std::string& sign, const std::string& b) const override {
    return concat({a, " ", sign, " ", b});
  }
  std::string minus(const std::string& x) const override { return concat({"-", x}); }
  std::string fraction(const std::string& a, const std::string& b, bool b_is_product) const override {
    return concat({a, "/", (b_is_product ? parentheses(b) : b)});
  }
  std::string raised(const std::string& x, const std::string& e) const override { return concat({x, "^", e}); }
  std::string entries_raised(const std::string& x, const std::string& e) const override {
    if (e == "2") return call("square", {x});
    if (e == "0.5") return call("sqrt", {x});
    return call("pow", {x, e});
  }
  std::string transposed(const std::string& x) const override { return concat({x, "'"}); }
  std::string parentheses(const std::string& x) const override { return concat({"(", x, ")"}); }
  std::string with_shape(const std::string& x, const std::string& r, const std::string& c) const override {
    return concat({x, "[", r, ",", c, "]"});
  }
  std::string equation(const std::string& a, const std::string& b) const override { return equals(a, b); }
  std::string equals(const std::string& a, const std::string& b) const override { return concat({a, " = ", b}); }
  std::string for_steps(const std::string& x, bool is_upward) const override {
    return concat({x, is_upward ? "    for t = 1, 2, ..." : "    for t = ..., 2, 1"});
  }
  std::string derivative(const std::string& of, const std::string& by) const override {
    return concat({"d", of, "/d", by});
  }
  std::string second_derivative(const std::string& of, const std::string& by) const override {
    return concat({"d2", of, "/d", by, "2"});
  }
  std::string differential(const std::string& of) const override { return concat({"d", of}); }
  bool calls_functions() const override { return true; }
};

class Latex final : public Style {
  std::string name(const std::string& x) const override {
    if (x.size() == 1) return x;
    if (const auto at = place_of_index(x))
      return concat({"{", name(x.substr(0, *at)), "}_{", without_parentheses(x.substr(*at + 1)), "}"});
    const std::size_t digits = x.find_last_not_of("0123456789") + 1;
    const std::string letters = x.substr(0, digits), index = x.substr(digits);
    const std::string body = letters.size() == 1 ? letters
                             : is_greek(letters) ? concat({"\\", letters})
                                                 : concat({"\\mathrm{", escaped(letters), "}"});
    return index.empty() ? body : concat({body, "_{", index, "}"});
  }
  std::string number(const std::string& x) const override { return x; }
  std::string call(const std::string& f, const Strings& x) const override {
    constexpr const char* known[] = {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "det", "max", "min"};
    for (const char* k : known) {
      if (f == k) return concat({"\\", f, parentheses(joined(x, ", "))});
    }
    if (f == "sqrt") return concat({"\\sqrt{", x[0], "}"});
    if (f == "sum_t") return concat({"\\sum_t ", parentheses(x[0])});
    if (f == "part_t") return concat({parentheses(x[0]), "_t"});
    if (f == "diagmat") return concat({"\\operatorname{diag}", parentheses(x[0])});
    if (f == "eye") return concat({"I_{", x[0], "}"});
    if (f == "index_max") return concat({"\\arg\\max ", x[0]});
    if (f == "index_min") return concat({"\\arg\\min ", x[0]});
    if (f == "norm" && (x.size() == 1 || x[1] == "\"fro\""))
      return concat({"\\left\\lVert ", x[0], " \\right\\rVert", x.size() == 1 ? "" : "_F"});
    if (f == "zeros") return concat({"0_{", joined(x, " \\times "), "}"});
    return concat({"\\operatorname{", escaped(f), "}", parentheses(joined(x, ", "))});
  }
  std::string entry(const std::string& x, const Strings&, const Strings& from_one) const override {
    return concat({"{", x, "}_{", joined(from_one, ","), "}"});
  }
  std::string ones(const std::string& r, const std::string& c) const override {
    if (c == "1") return concat({"\\mathbf{1}_{", r, "}"});
    if (r == "1") return concat({"\\mathbf{1}_{", c, "}^\\top"});
    return concat({"\\mathbf{1}_{", r, " \\times ", c, "}"});
  }
  std::string sum(const std::string&, const std::string& x, int dim) const override {
    return concat({(dim == 1 ? "" : "\\mathbf{1}^\\top "), x, (dim == 0 ? "" : " \\mathbf{1}")});
  }
  std::string side_by_side(const Strings& x) const override { return joined(x, " \\, "); }
  std::string infix(const std::string& a, const std::string& sign, const std::string& b) const override {
    const char* latex = sign == "%"    ? "\\odot"
                        : sign == "/"  ? "\\oslash"
                        : sign == ">=" ? "\\ge"
                        : sign == "!=" ? "\\ne"
                        : sign == "==" ? "="
                                       : sign.c_str();
    return concat({a, " ", latex, " ", b});
  }
  std::string minus(const std::string& x) const override { return concat({"-", x}); }
  std::string fraction(const std::string& a, const std::string& b, bool) const override {
    return concat({"\\frac{", a, "}{", b, "}"});
  }
  std::string raised(const std::string& x, const std::string& e) const override {
    return concat({"{", x, "}^{", e, "}"});
  }
  std::string entries_raised(const std::string& x, const std::string& e) const override {
    return concat({"{", x, "}^{\\odot ", e, "}"});
  }
  std::string transposed(const std::string& x) const override { return concat({"{", x, "}^\\top"}); }
  std::string parentheses(const std::string& x) const override { return concat({"\\left(", x, "\\right)"}); }
  std::string with_shape(const std::string& x, const std::string& r, const std::string& c) const override {
    return concat({"\\underset{", r, " \\times ", c, "}{", x, "}"});
  }
  std::string equation(const std::string& a, const std::string& b) const override { return equals(a, b); }
  std::string equals(const std::string& a, const std::string& b) const override { return concat({a, " = ", b}); }
  std::string for_steps(const std::string& x, bool is_upward) const override {
    return concat({x, " \\quad \\text{for } t = ", is_upward ? "1, 2, \\ldots" : "\\ldots, 2, 1"});
  }
  std::string derivative(const std::string& of, const std::string& by) const override {
    return concat({"\\frac{\\partial ", name(of), "}{\\partial ", name(by), "}"});
  }
  std::string second_derivative(const std::string& of, const std::string& by) const override {
    return concat(
        {"\\frac{\\partial^2 ", name(of), "}{\\partial ", name(by), " \\, \\partial {", name(by), "}^\\top}"});
  }
  std::string differential(const std::string& of) const override { return concat({"\\mathrm{d} ", name(of)}); }
  bool calls_functions() const override { return false; }

  static bool is_greek(const std::string& x) {
    constexpr const char* names[] = {
        "alpha", "beta",  "gamma", "delta", "epsilon", "zeta",  "eta", "theta",   "iota", "kappa", "lambda",
        "mu",    "nu",    "xi",    "pi",    "rho",     "sigma", "tau", "upsilon", "phi",  "chi",   "psi",
        "omega", "Gamma", "Delta", "Theta", "Lambda",  "Xi",    "Pi",  "Sigma",   "Phi",  "Psi",   "Omega"};
    return std::any_of(std::begin(names), std::end(names), [&](auto n) { return x == n; });
  }
  static std::string escaped(const std::string& x) {
    std::string out;
    for (const char c : x) {
      if (c == '_' || c == '%' || c == '&' || c == '#' || c == '$' || c == '{' || c == '}') out += '\\';
      out += c;
    }
    return out;
  }
};

class MathMl final : public Style {
  std::string name(const std::string& x) const override {
    if (const auto at = place_of_index(x))
      return concat({"<msub>", name(x.substr(0, *at)), "<mi>", without_parentheses(x.substr(*at + 1)), "</mi></msub>"});
    return concat({"<mi>", escaped(x), "</mi>"});
  }
  std::string number(const std::string& x) const override { return concat({"<mn>", escaped(x), "</mn>"}); }
  std::string call(const std::string& f, const Strings& x) const override {
    if (f == "sqrt") return concat({"<msqrt>", x[0], "</msqrt>"});
    if (f == "sum_t") return row({"<munder><mo>&#x2211;</mo><mi>t</mi></munder>", parentheses(x[0])});
    if (f == "part_t") return concat({"<msub>", parentheses(x[0]), "<mi>t</mi></msub>"});
    if (f == "eye") return concat({"<msub><mi>I</mi>", x[0], "</msub>"});
    if (f == "norm" && (x.size() == 1 || x[1] == "\"fro\"")) {
      const std::string bars = row({"<mo>&#x2016;</mo>", x[0], "<mo>&#x2016;</mo>"});
      return x.size() == 1 ? bars : concat({"<msub>", bars, "<mi>F</mi></msub>"});
    }
    const std::string_view known = f == "diagmat"     ? "diag"
                                   : f == "index_max" ? "arg max"
                                   : f == "index_min" ? "arg min"
                                                      : std::string_view(f);
    return row({"<mi>", escaped(std::string(known)), "</mi>", parentheses(joined(x, "<mo>,</mo>"))});
  }
  std::string entry(const std::string& x, const Strings&, const Strings& from_one) const override {
    return concat({"<msub>", row({x}), row({joined(from_one, "<mo>,</mo>")}), "</msub>"});
  }
  std::string ones(const std::string& r, const std::string& c) const override {
    const std::string one = "<mi mathvariant=\"bold\">1</mi>";
    if (c == "1") return concat({"<msub>", one, r, "</msub>"});
    return concat({"<msub>", one, row({r, "<mo>&#xD7;</mo>", c}), "</msub>"});
  }
  std::string sum(const std::string&, const std::string& x, int dim) const override {
    const std::string one = "<mi mathvariant=\"bold\">1</mi>";
    return row({dim == 1 ? "" : transposed(one), x, dim == 0 ? "" : one});
  }
  std::string side_by_side(const Strings& x) const override { return row({joined(x, "<mo>&#x2062;</mo>")}); }
  std::string infix(const std::string& a, const std::string& sign, const std::string& b) const override {
    const char* mo = sign == "%"    ? "&#x2299;"
                     : sign == "/"  ? "&#x2298;"
                     : sign == "-"  ? "&#x2212;"
                     : sign == ">"  ? "&gt;"
                     : sign == ">=" ? "&#x2265;"
                     : sign == "!=" ? "&#x2260;"
                     : sign == "==" ? "="
                                    : sign.c_str();
    return row({a, "<mo>", mo, "</mo>", b});
  }
  std::string minus(const std::string& x) const override { return row({"<mo>&#x2212;</mo>", x}); }
  std::string fraction(const std::string& a, const std::string& b, bool) const override {
    return concat({"<mfrac>", row({a}), row({b}), "</mfrac>"});
  }
  std::string raised(const std::string& x, const std::string& e) const override {
    return concat({"<msup>", row({x}), e, "</msup>"});
  }
  std::string entries_raised(const std::string& x, const std::string& e) const override {
    return concat({"<msup>", row({x}), row({"<mo>&#x2299;</mo>", e}), "</msup>"});
  }
  std::string transposed(const std::string& x) const override {
    return concat({"<msup>", row({x}), "<mo>&#x22A4;</mo></msup>"});
  }
  std::string parentheses(const std::string& x) const override { return row({"<mo>(</mo>", x, "<mo>)</mo>"}); }
  std::string with_shape(const std::string& x, const std::string& r, const std::string& c) const override {
    return concat({"<munder>", row({x}), row({r, "<mo>&#xD7;</mo>", c}), "</munder>"});
  }
  std::string equation(const std::string& a, const std::string& b) const override {
    return concat({"<math display=\"block\">", equals(a, b), "</math>"});
  }
  std::string equals(const std::string& a, const std::string& b) const override { return row({a, "<mo>=</mo>", b}); }
  std::string for_steps(const std::string& x, bool is_upward) const override {
    return row({x, "<mspace width=\"2em\"/><mtext>for </mtext><mi>t</mi><mo>=</mo>",
                is_upward ? "<mn>1</mn><mo>,</mo><mn>2</mn><mo>,</mo><mi>...</mi>"
                          : "<mi>...</mi><mo>,</mo><mn>2</mn><mo>,</mo><mn>1</mn>"});
  }
  std::string derivative(const std::string& of, const std::string& by) const override {
    const std::string d = "<mo>&#x2202;</mo>";
    return concat({"<mfrac>", row({d, name(of)}), row({d, name(by)}), "</mfrac>"});
  }
  std::string second_derivative(const std::string& of, const std::string& by) const override {
    const std::string d = "<mo>&#x2202;</mo>";
    return concat({"<mfrac>", row({"<msup>", d, "<mn>2</mn></msup>", name(of)}),
                   row({d, name(by), d, transposed(name(by))}), "</mfrac>"});
  }
  std::string differential(const std::string& of) const override { return row({"<mi>d</mi>", name(of)}); }
  bool calls_functions() const override { return false; }

  static std::string row(std::initializer_list<std::string_view> x) { return concat({"<mrow>", concat(x), "</mrow>"}); }
  static std::string escaped(const std::string& x) {
    std::string out;
    for (const char c : x) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
  }
};

}  // namespace

const Style& Style::text() {
  static const Text style;
  return style;
}
const Style& Style::latex() {
  static const Latex style;
  return style;
}
const Style& Style::mathml() {
  static const MathMl style;
  return style;
}

}  // namespace armagrad::detail::algebra
