#include "code.hpp"

#include <algorithm>
#include <set>

#include "code_helpers.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

/// A term in C++ and the precedence of its outermost operator.
struct Piece {
  enum { sum = 1, product = 2, sign = 3, atom = 4 };
  std::string code;
  int precedence = atom;
  bool is_number = false;
};

std::string wrapped(const Piece& p, int at_least) {
  return p.precedence >= at_least ? p.code : std::string("(").append(p.code).append(")");
}
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string text;
  (text.append(parts), ...);
  return text;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

/// The functions that generated code calls and Armadillo does not have.
struct Needs {
  std::set<const Helper*> helpers;
  bool entrywise = false;

  std::string code() const {
    std::string text;
    for (const Helper* h : helpers) text += joined("inline ", h->code);
    if (entrywise) text += entrywise_helper;
    return text.empty() ? text : joined("\nnamespace {\n", text, "}\n");
  }
};

class Generator {
 public:
  Generator(const Syntax& syntax, const Declarations& declarations, Needs& needs)
      : syntax_(syntax), declarations_(declarations), needs_(needs), known_(known_terms(syntax, declarations)) {}

  std::string run(const std::string& name) {
    for (std::uint32_t i = 0; i < syntax_.terms.size(); ++i) {
      while (line_ < syntax_.lines.size() && syntax_.lines[line_].term < i) end_line();
      pieces_.push_back(piece(i));
    }
    while (line_ + 1 < syntax_.lines.size()) end_line();
    const std::uint32_t last = syntax_.lines.back().term;
    body_ += joined("  return ", pieces_[last].code, ";\n");
    return joined("\n", type(last), " ", name, "(", parameters(), ") {\n", body_, "}\n");
  }

 private:
  const Sides& sides(std::uint32_t i) const { return known_[i].sides; }
  std::string type(std::uint32_t i) const { return sides(i).is_number() ? "double" : "arma::mat"; }

  /// C++ reserves some words; with an underscore they are names like others.
  static std::string identifier(const std::string& name) {
    constexpr auto reserved =
        " alignas alignof and asm auto bool break case catch char class compl concept const consteval "
        "constexpr "
        "constinit continue decltype default delete do double else enum explicit export extern false float "
        "for friend "
        "goto if inline int long mutable namespace new noexcept not nullptr operator or private protected "
        "public "
        "register requires return short signed sizeof static struct switch template this throw true try "
        "typedef "
        "typeid typename union unsigned using virtual void volatile while xor arma std main entry entrywise ";
    return std::string_view(reserved).find(joined(" ", name, " ")) == std::string_view::npos ? name : name + "_";
  }

  /// A line but for the last becomes a constant by its name.
  void end_line() {
    const Line& line = syntax_.lines[line_++];
    const std::string label = identifier(line.label);
    if (line.label.find('/') == std::string::npos) {
      body_ += joined("  const ", type(line.term), " ", label, " = ", pieces_[line.term].code, ";\n");
      pieces_[line.term] = {label, Piece::atom, sides(line.term).is_number()};
    }
  }

  std::string parameters() const {
    std::string list;
    for (const auto& [name, shape] : declarations_.shapes) {
      if (!used_.contains(name)) continue;
      list += joined(list.empty() ? "" : ", ", shape.is_number() ? "double " : "const arma::mat& ", identifier(name));
    }
    return list;
  }

  Piece name(const Term& term) {
    const std::string id = identifier(term.text);
    if (const auto found = declarations_.shapes.find(term.text); found != declarations_.shapes.end()) {
      used_.insert(term.text);
      return {id, Piece::atom, found->second.is_number()};
    }
    if (term.text == "pi" && !is_dimension(term.text)) return {"arma::datum::pi", Piece::atom, true};
    if (used_.insert(term.text).second) body_.insert(0, dimension(term.text, id));
    return {id, Piece::atom, true};
  }
  bool is_dimension(const std::string& name) const {
    const auto& all = declarations_.dimensions;
    return std::find(all.begin(), all.end(), name) != all.end();
  }
  /// A dimension as a number, taken from the first variable that has it.
  std::string dimension(const std::string& name, const std::string& id) {
    for (const auto& [variable, shape] : declarations_.shapes) {
      for (const bool rows : {true, false}) {
        if ((rows ? shape.rows : shape.cols) != Size::named(name)) continue;
        used_.insert(variable);
        return joined("  const double ", id, " = ", identifier(variable), rows ? ".n_rows" : ".n_cols", ";\n");
      }
    }
    throw std::runtime_error("no variable has the dimension " + name);
  }

  Piece piece(std::uint32_t i) {
    const Term& term = syntax_.terms[i];
    switch (term.kind) {
      case Term::Kind::number: {
        std::string text = to_text(term.number);
        if (text.find_first_of(".e") == text.npos) text += ".0";
        return {text, Piece::atom, true};
      }
      case Term::Kind::text:
        return {joined("\"", term.text, "\"")};
      case Term::Kind::name:
        return name(term);
      case Term::Kind::call:
        break;
    }
    Piece made = call(i, term);
    if (sides(i).is_number() && !made.is_number) made = {joined("arma::as_scalar(", made.code, ")"), Piece::atom, true};
    return made;
  }

  const Piece& operand(const Term& t, std::size_t k) const { return pieces_[t.operands[k]]; }
  /// As what Armadillo's members are called on.
  std::string object(const Term& t) const {
    const Piece& p = operand(t, 0);
    const bool is_name = syntax_.terms[t.operands[0]].kind == Term::Kind::name || is_label(p.code);
    return is_name ? p.code : joined("arma::mat(", p.code, ")");
  }
  bool is_label(const std::string& code) const {
    return std::any_of(syntax_.lines.begin(), syntax_.lines.end(), [&](const Line& l) { return l.label == code; });
  }
  /// As a function's argument: whole numbers without a point.
  std::string argument(const Term& t, std::size_t k) const {
    const Term& x = syntax_.terms[t.operands[k]];
    return x.kind == Term::Kind::number ? to_text(x.number) : operand(t, k).code;
  }
  std::string arguments(const Term& t, std::size_t from) const {
    std::string list;
    for (std::size_t k = from; k < t.operands.size(); ++k) list += joined(k > from ? ", " : "", argument(t, k));
    return list;
  }

  Piece infix(const Term& t, const char* sign, int precedence) const {
    const Piece &a = operand(t, 0), &b = operand(t, 1);
    return {joined(wrapped(a, precedence), " ", sign, " ", wrapped(b, precedence + 1)), precedence,
            a.is_number && b.is_number};
  }

  Piece call(std::uint32_t i, const Term& t) {
    const std::string& f = t.text;
    const Piece& x = t.operands.empty() ? none_ : operand(t, 0);
    if (f == "+" || f == "-") return infix(t, f.c_str(), Piece::sum);
    if (f == "*" || f == "/") return infix(t, f.c_str(), Piece::product);
    if (f == "%") return infix(t, x.is_number || operand(t, 1).is_number ? "*" : "%", Piece::product);
    if (f == "neg") return {joined("-", wrapped(x, Piece::sign + 1)), Piece::sign, x.is_number};
    if (f == "'" || f == "trans") return x.is_number ? x : Piece{joined(wrapped(x, Piece::atom), ".t()")};
    if (f == "as_scalar") return x;
    if (f == "^" && !x.is_number) return matrix_power(t);
    if (is_one_of(f, {"each_row", "each_col", "col", "cols", "row", "rows", "head_cols", "head_rows", "tail_cols",
                      "tail_rows", "submat", "at"}))
      return {joined(object(t), ".", f, "(", arguments(t, 1), ")"), Piece::atom, f == "at"};
    if (f == "index_max" || f == "index_min") return {joined(object(t), ".", f, "()"), Piece::atom, true};
    if (f == "unit")
      return {joined("arma::mat(arma::eye(", argument(t, 0), ", ", argument(t, 0), ")).col(", argument(t, 1), ")")};
    if (f == "log_det") return {joined("std::real(arma::log_det(", x.code, "))"), Piece::atom, true};
    if (f == "logmat") return {joined("arma::real(arma::logmat(", x.code, "))")};
    if (is_one_of(f, {"accu", "dot", "trace", "det", "norm", "log_det_sympd"}))
      return {joined("arma::", f, "(", arguments(t, 0), ")"), Piece::atom, true};
    if (f == "polygamma") throw std::runtime_error("polygamma is not in Armadillo");
    if (find_elementwise(f)) return entry_by_entry(i, t);
    if (is_one_of(f, {"max", "min"}) && t.operands.size() == 2 && !known_[t.operands[1]].number)
      return entry_by_entry(i, t);
    return of_matrices(t);
  }

  static bool find_elementwise(std::string_view name) {
    const auto list = elementwise_functions();
    return is_one_of(name, {"^", ".^", ">", "<", ">=", "<=", "==", "!="}) ||
           std::any_of(list.begin(), list.end(), [&](const Function& f) { return f.name() == name; });
  }
  const Helper* helper(std::string_view function) {
    for (const Helper& h : code_helpers()) {
      if (h.function == function) return needs_.helpers.insert(&h), &h;
    }
    return nullptr;
  }

  Piece matrix_power(const Term& t) const {
    const Term& exponent = syntax_.terms[t.operands[1]];
    if (exponent.kind == Term::Kind::call && exponent.text == "neg") {
      const Term& by = syntax_.terms[exponent.operands[0]];
      const std::string inverse = joined("arma::inv(", operand(t, 0).code, ")");
      return {by.number == 1 ? inverse : joined("arma::powmat(", inverse, ", ", to_text(by.number), ")")};
    }
    return {joined("arma::powmat(", operand(t, 0).code, ", ", argument(t, 1), ")")};
  }

  Piece entry_by_entry(std::uint32_t i, const Term& t) {
    const std::string f = t.text == "^" || t.text == ".^" ? "pow" : t.text;
    const bool numbers = sides(i).is_number(), constant = t.operands.size() == 2 && operand(t, 1).is_number;
    if (f == "pow" && (numbers || constant))
      return {joined(numbers ? "std::pow(" : "arma::pow(", arguments(t, 0), ")"), Piece::atom, numbers};
    const bool both_have = is_one_of(f, {"square", "sign", "exp10"}) && !numbers;
    const Helper* h = both_have ? nullptr : helper(f);
    if (!h) return {joined(numbers ? "std::" : "arma::", f, "(", arguments(t, 0), ")"), Piece::atom, numbers};
    if (numbers) return {joined(h->name, "(", arguments(t, 0), ")"), Piece::atom, true};
    needs_.entrywise = true;
    std::string list, size;
    for (std::size_t k = 0; k < t.operands.size(); ++k) {
      const Piece& p = operand(t, k);
      list += p.is_number ? joined(", ", argument(t, k)) : joined(", arma::mat(", p.code, ")");
      if (!p.is_number && size.empty()) size = joined("arma::size(", p.code, ")");
    }
    return {joined("entrywise(", size, ", ", h->name, list, ")")};
  }

  /// Along a dimension where Armadillo's default would depend on the C++ type.
  Piece of_matrices(const Term& t) {
    const std::string& f = t.text;
    const Piece& x = t.operands.empty() ? none_ : operand(t, 0);
    const Helper* h = helper(f);
    std::string list = arguments(t, 0);
    if (f == "placed" && x.is_number) list = joined("arma::mat{", x.code, "}, ", arguments(t, 1));
    const Sides& s = sides(t.operands.empty() ? 0 : t.operands[0]);
    const bool softmax_family = is_one_of(f, {"softmax", "log_softmax", "logsumexp"});
    const bool is_row = s.rows == Size(1) && !is_one_of(f, {"first_max", "vecnorm"});
    const uword dim = softmax_family ? declarations_.softmax_dim : is_row;
    const bool dim_second =
        softmax_family || is_one_of(f, {"sum", "mean", "max", "min", "prod", "cumsum", "first_max"});
    if (dim_second && t.operands.size() < 2) list += joined(", ", std::to_string(dim));
    if (is_one_of(f, {"var", "stddev", "normalise", "sort", "vecnorm"})) {
      if (t.operands.size() < 2) list += f == "sort" ? ", \"ascend\"" : is_one_of(f, {"var", "stddev"}) ? ", 0" : ", 2";
      if (t.operands.size() < 3) list += joined(", ", std::to_string(dim));
    }
    return {joined(h ? "" : "arma::", f, "(", list, ")")};
  }

  const Syntax& syntax_;
  const Declarations& declarations_;
  Needs& needs_;
  const std::vector<Known> known_;
  const Piece none_;
  std::vector<Piece> pieces_;
  std::size_t line_ = 0;
  std::string body_;
  std::set<std::string> used_;
};

}  // namespace

std::string armadillo_code(const std::vector<CodeFunction>& functions, const Declarations& declarations) {
  Needs needs;
  std::string code;
  for (const CodeFunction& f : functions) code += Generator(f.expression, declarations, needs).run(f.name);
  return joined("#include <armadillo>\n#include <cmath>\n", needs.code(), code);
}

std::string gradient_code(const Problem& problem, const Formula& formula, decltype(armadillo_code)& code) try {
  std::vector<CodeFunction> functions;
  const std::string loss = problem.along.empty() ? "dJ_d" : "dJ_" + problem.along + "_d";
  for (std::size_t k = 0; k < problem.by.size(); ++k)
    functions.push_back({loss + problem.by[k], read_back(formula, k)});
  Declarations declarations = problem.variables.declarations;
  declarations.softmax_dim = uword(formula.softmax_dim().value_or(0));
  return code(functions, declarations);
} catch (const ExpressionError& error) {
  throw std::runtime_error(std::string("the formula cannot be written as code: ") + error.what());
}

}  // namespace armagrad::apps
