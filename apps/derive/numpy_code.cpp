// An expression as Python that needs nothing but NumPy: matrices are arrays of two dimensions, vectors columns of them.

#include <algorithm>
#include <map>
#include <set>

#include "code.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

/// Functions as NumPy has them; $0, $1, ... are the arguments.
const std::map<std::string_view, std::string_view>& templates() {
  static const std::map<std::string_view, std::string_view> all{
      {"accu", "np.sum($0)"},
      {"acos", "np.arccos($0)"},
      {"acosh", "np.arccosh($0)"},
      {"asin", "np.arcsin($0)"},
      {"asinh", "np.arcsinh($0)"},
      {"at", "($0)[$1, $2]"},
      {"atan", "np.arctan($0)"},
      {"atan2", "np.arctan2($0, $1)"},
      {"atanh", "np.arctanh($0)"},
      {"clamp", "np.clip($0, $1, $2)"},
      {"col", "($0)[:, [$1]]"},
      {"cols", "($0)[:, $1:($2) + 1]"},
      {"det", "np.linalg.det($0)"},
      {"diagvec", "np.diag($0)[:, None]"},
      {"dot", "np.sum(($0) * ($1))"},
      {"eig_sym", "np.linalg.eigh($0)[0][:, None]"},
      {"eigenvectors", "np.linalg.eigh($0)[1]"},
      {"elu", "np.where($0 > 0, $0, ($1) * np.expm1($0))"},
      {"exp10", "10.0 ** ($0)"},
      {"eye", "np.eye($0, $1)"},
      {"index_max", "np.argmax($0)"},
      {"index_min", "np.argmin($0)"},
      {"inv", "np.linalg.inv($0)"},
      {"kron", "np.kron($0, $1)"},
      {"leaky_relu", "np.where($0 > 0, $0, ($1) * ($0))"},
      {"left_vectors", "np.linalg.svd($0, full_matrices=False)[0]"},
      {"log_det", "np.linalg.slogdet($0)[1]"},
      {"log_softmax", "log_softmax($0, $1)"},
      {"logsumexp", "logsumexp($0, $1)"},
      {"max", "np.maximum($0, $1)"},
      {"min", "np.minimum($0, $1)"},
      {"neg", "-($0)"},
      {"ones", "np.ones(($0, $1))"},
      {"pinv", "np.linalg.pinv($0)"},
      {"pow", "np.power($0, $1)"},
      {"relu", "np.maximum(0, $0)"},
      {"repmat", "np.tile($0, ($1, $2))"},
      {"reshape", "($0).reshape($1, $2, order=\"F\")"},
      {"right_vectors", "np.linalg.svd($0, full_matrices=False)[2].T"},
      {"row", "($0)[[$1], :]"},
      {"rows", "($0)[$1:($2) + 1, :]"},
      {"sigmoid", "(1 / (1 + np.exp(-($0))))"},
      {"silu", "(($0) / (1 + np.exp(-($0))))"},
      {"softmax", "softmax($0, $1)"},
      {"softplus", "np.logaddexp(0, $0)"},
      {"solve", "np.linalg.solve($0, $1)"},
      {"stop_gradient", "($0)"},
      {"svd", "np.linalg.svd($0)[1][:, None]"},
      {"trace", "np.trace($0)"},
      {"trimatl", "np.tril($0)"},
      {"trimatu", "np.triu($0)"},
      {"unit", "np.eye($0)[:, [$1]]"},
      {"vectorise", "($0).reshape(-1, 1, order=\"F\")"},
      {"where", "np.where(($0) != 0, $1, $2)"},
      {"zeros", "np.zeros(($0, $1))"}};
  return all;
}
/// Those that NumPy calls by the same name.
constexpr std::string_view same_in_numpy[] = {"abs",   "cbrt",  "ceil", "cos",    "cosh",  "exp",  "exp2",  "expm1",
                                              "floor", "hypot", "log",  "log10",  "log1p", "log2", "round", "sign",
                                              "sin",   "sinh",  "sqrt", "square", "tan",   "tanh", "trunc"};
/// Reductions along a dimension.
constexpr std::string_view reductions[] = {"sum", "mean", "prod", "max", "min"};

constexpr std::pair<std::string_view, std::string_view> helpers[] = {
    {"softmax",
     "def softmax(x, axis):\n"
     "    e = np.exp(x - x.max(axis=axis, keepdims=True))\n"
     "    return e / e.sum(axis=axis, keepdims=True)\n"},
    {"logsumexp",
     "def logsumexp(x, axis):\n"
     "    top = x.max(axis=axis, keepdims=True)\n"
     "    return top + np.log(np.exp(x - top).sum(axis=axis, keepdims=True))\n"},
    {"log_softmax",
     "def log_softmax(x, axis):\n"
     "    z = x - x.max(axis=axis, keepdims=True)\n"
     "    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))\n"}};

bool is_in(const auto& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

class Python {
 public:
  Python(const Syntax& syntax, const Declarations& declarations, std::set<std::string>& needs)
      : syntax_(syntax), declarations_(declarations), needs_(needs), known_(known_terms(syntax, declarations)) {}

  std::string run(const std::string& name) {
    std::string body;
    std::size_t line = 0;
    for (std::uint32_t i = 0; i < syntax_.terms.size(); ++i) {
      for (; line + 1 < syntax_.lines.size() && syntax_.lines[line].term < i; ++line) define(syntax_.lines[line], body);
      code_.push_back(written(i));
    }
    for (; line + 1 < syntax_.lines.size(); ++line) define(syntax_.lines[line], body);
    std::string parameters;
    for (const auto& [variable, sides] : declarations_.shapes) {
      if (used_.contains(variable)) parameters += (parameters.empty() ? "" : ", ") + identifier(variable);
    }
    return "\n\ndef " + name + "(" + parameters + "):\n" + sizes_ + body + "    return " +
           code_[syntax_.lines.back().term] + "\n";
  }

 private:
  static std::string identifier(const std::string& name) {
    constexpr std::string_view reserved =
        " False None True and as assert async await break class continue def del elif else except finally for from "
        "global if import in is lambda nonlocal not or pass raise return try while with yield np ";
    return reserved.find(" " + name + " ") == std::string_view::npos ? name : name + "_";
  }
  void define(const Line& line, std::string& body) {
    body += "    " + identifier(line.label) + " = " + code_[line.term] + "\n";
    code_[line.term] = identifier(line.label);
  }
  bool is_number(std::uint32_t t) const { return known_[t].sides.is_number(); }

  std::string name(const std::string& text) {
    if (declarations_.shapes.contains(text)) return used_.insert(text), identifier(text);
    if (text == "pi" && !is_in(declarations_.dimensions, text)) return "np.pi";
    if (!used_.insert(text).second) return identifier(text);
    for (const auto& [variable, sides] : declarations_.shapes) {
      for (const bool rows : {true, false}) {
        if ((rows ? sides.rows : sides.cols) != Size::named(text)) continue;
        used_.insert(variable);
        sizes_ += "    " + identifier(text) + " = " + identifier(variable) + ".shape[" + (rows ? "0" : "1") + "]\n";
        return identifier(text);
      }
    }
    throw std::runtime_error("no variable has the dimension " + text);
  }

  std::string written(std::uint32_t i) {
    const Term& t = syntax_.terms[i];
    if (t.kind == Term::Kind::number) return to_text(t.number);
    if (t.kind == Term::Kind::text) return "\"" + t.text + "\"";
    if (t.kind == Term::Kind::name) return name(t.text);
    const std::string code = call(t);
    const bool of_matrices = (t.text == "*" || t.text == "at" || t.text == "as_scalar") && is_number(i) &&
                             std::any_of(t.operands.begin(), t.operands.end(), [&](auto k) { return !is_number(k); });
    return of_matrices && t.text != "at" ? "(" + code + ").item()" : code;
  }

  std::string infix(const Term& t, const char* sign) const {
    return "(" + code_[t.operands[0]] + " " + sign + " " + code_[t.operands[1]] + ")";
  }
  std::string call(const Term& t) {
    const std::string& f = t.text;
    const auto& x = t.operands;
    const bool numbers = std::all_of(x.begin(), x.end(), [&](auto k) { return is_number(k); });
    if (f == "+" || f == "-" || f == "/") return infix(t, f.c_str());
    if (f == "%") return infix(t, "*");
    if (f == "*") return infix(t, is_number(x[0]) || is_number(x[1]) ? "*" : "@");
    if (f == "'" || f == "trans") return is_number(x[0]) ? code_[x[0]] : code_[x[0]] + ".T";
    if (f == "as_scalar") return code_[x[0]];
    if (f == ".^" || (f == "^" && numbers)) return filled("np.power(1.0 * $0, $1)", x);
    if (f == "^") return filled("np.linalg.matrix_power($0, $1)", x);
    if (is_in(std::initializer_list<std::string_view>{">", "<", ">=", "<=", "==", "!="}, f))
      return "(1.0 * " + infix(t, f.c_str()) + ")";
    if (is_in(same_in_numpy, f)) return "np." + filled(f + (x.size() > 1 ? "($0, $1)" : "($0)"), x);
    if (f == "diagmat") {
      const bool of_vector = known_[x[0]].sides.is_vector();
      return filled(of_vector ? "np.diag(np.ravel($0))" : "np.diag(np.diag($0))", x);
    }
    if (f == "norm") return norm(t);
    if (f == "vecnorm" && x.size() == 3) return filled("np.linalg.norm($0, $1, axis=$2, keepdims=True)", x);
    if (f == "at" && x.size() == 2) return filled("($0).ravel(order=\"F\")[$1]", x);
    if (f == "vectorise" && x.size() > 1) throw std::runtime_error("vectorise along rows has no counterpart in NumPy");
    const bool is_softmax = f == "softmax" || f == "log_softmax" || f == "logsumexp";
    const bool has_dim = x.size() == 2 && known_[x[1]].number && known_[x[1]].number->number();
    if (is_in(reductions, f) && (x.size() == 1 || (has_dim && !is_number(x[0])))) {
      const bool is_row = known_[x[0]].sides.rows == Size(1);
      return reduced("np." + f, x, std::to_string(is_row), known_[x[0]].sides.is_vector() && x.size() == 1);
    }
    if (is_softmax) {
      needs_.insert(f);
      const std::string axis = x.size() > 1 ? code_[x[1]] : std::to_string(declarations_.softmax_dim);
      const std::string code = f + "(" + code_[x[0]] + ", " + axis + ")";
      const bool is_one = f == "logsumexp" && known_[x[0]].sides.is_vector();
      return is_one ? code + ".item()" : code;
    }
    const auto found = templates().find(f);
    if (found == templates().end()) throw std::runtime_error(f + " is not in NumPy");
    return filled(std::string(found->second), x);
  }
  std::string reduced(const std::string& function, const std::vector<std::uint32_t>& x, const std::string& dim,
                      bool to_number) const {
    if (to_number) return function + "(" + code_[x[0]] + ")";
    return function + "(" + code_[x[0]] + ", axis=" + (x.size() > 1 ? code_[x[1]] : dim) + ", keepdims=True)";
  }
  std::string norm(const Term& t) const {
    const std::string& x = code_[t.operands[0]];
    const Term* kind = t.operands.size() > 1 ? &syntax_.terms[t.operands[1]] : nullptr;
    const bool of_vector = known_[t.operands[0]].sides.is_vector();
    if (kind && kind->kind == Term::Kind::text && kind->text == "fro") return "np.linalg.norm(" + x + ")";
    const std::string order = !kind ? "2" : kind->kind == Term::Kind::text ? "np.inf" : code_[t.operands[1]];
    return "np.linalg.norm(" + (of_vector ? "np.ravel(" + x + ")" : x) + ", " + order + ")";
  }
  /// The template with the arguments' code in place.
  std::string filled(const std::string& form, const std::vector<std::uint32_t>& x) const {
    std::string code;
    for (std::size_t at = 0; at < form.size(); ++at) {
      if (form[at] != '$') {
        code += form[at];
        continue;
      }
      const std::size_t k = std::size_t(form[++at] - '0');
      if (k >= x.size()) throw std::runtime_error("a function of fewer arguments than NumPy's");
      code += code_[x[k]];
    }
    return code;
  }

  const Syntax& syntax_;
  const Declarations& declarations_;
  std::set<std::string>& needs_;
  const std::vector<Known> known_;
  std::vector<std::string> code_{};
  std::set<std::string> used_{};
  std::string sizes_{};
};

}  // namespace

std::string numpy_code(const std::vector<CodeFunction>& functions, const Declarations& declarations) {
  std::set<std::string> needs;
  std::string code, text = "import numpy as np\n";
  for (const CodeFunction& f : functions) code += Python(f.expression, declarations, needs).run(f.name);
  for (const auto& [name, helper] : helpers) {
    if (needs.contains(std::string(name))) text += "\n\n" + std::string(helper);
  }
  return text + code;
}

}  // namespace armagrad::apps
