#include "text.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "apps/text/numbers.hpp"

#include <armagrad/node_formulas.hpp>

namespace armagrad::apps {
using namespace detail;

namespace {

using Json = nlohmann::ordered_json;

std::string short_number(double x) { return significant(x, 4); }
std::string size_of(const Json& m) { return m["rows"].dump() + "x" + m["cols"].dump(); }

/// The numbers of what is small enough to be followed by hand, else their norm.
std::string numbers(const Json& m) {
  constexpr int most = 12;
  const int rows = m["rows"], cols = m["cols"];
  if (!m.contains("values") || rows * cols > most) return "norm " + short_number(m["norm"]);
  std::string text;
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j)
      text += (j > 0 ? " " : i > 0 ? "; " : "") + short_number(m["values"][std::size_t(j * rows + i)]);
  }
  return rows * cols > 1 ? "[" + text + "]" : text;
}

class Printer {
 public:
  Printer(std::ostream& out, const Json& document) : out_(out), document_(document) {
    for (const Json& n : document["nodes"]) nodes_[n["id"]] = &n;
    for (const Json& s : document["steps"]) {
      if (s["kind"] != "backward") continue;
      for (const Json& c : s["contributions"]) ++expected_[c["to"]];
    }
  }

  void print() {
    out_ << document_["title"].get<std::string>() << '\n' << document_["loss"]["text"].get<std::string>() << '\n';
    for (const Json& n : document_["nodes"]) {
      if (n["kind"] == "variable" || n["kind"] == "constant")
        line(name(n) + ", " + size_of(n) + (n["kind"] == "variable" ? ", a variable: " : ": ") + numbers(n["value"]),
             1);
    }
    for (const Json& s : document_["steps"]) {
      const std::string kind = s["kind"];
      if (kind == "forward") forward(node(s["node"]));
      if (kind == "seed") seed();
      if (kind == "backward") backward(s);
      if (kind == "simplify") formulas(s);
    }
  }

 private:
  const Json& node(const Json& id) const { return *nodes_.at(id); }
  static std::string name(const Json& n) { return n["name"]; }
  void line(const std::string& text, int depth) { out_ << std::string(std::size_t(2 * depth), ' ') << text << '\n'; }
  /// Entry by entry, if that says more than the line before.
  void index(const Json& of, const std::string& said) {
    const std::string text = of["index"];
    if (!text.empty() && text != said) line("entry by entry: " + text, 3);
  }

  void heading(const char* text) {
    if (heading_ != text) out_ << text << '\n';
    heading_ = text;
  }
  void forward(const Json& n) {
    heading("Forward");
    const std::string said = name(n) + " = " + n["text"].get<std::string>();
    line(said, 1);
    index(n, said);
    line(size_of(n) + ": " + numbers(n["value"]), 3);
  }
  void seed() {
    heading("Backward: the adjoint of Z, written Z\u0304, is dJ/dZ");
    line(barred(document_["loss"]["name"]) + " = 1", 1);
  }
  void backward(const Json& s) {
    const Json& from = node(s["node"]);
    line(name(from) + " (" + from["op"].get<std::string>() + "). " + s["rule"].get<std::string>(), 1);
    for (const Json& c : s["contributions"]) {
      const Json& to = node(c["to"]);
      const int n = ++arrived_[c["to"]], of = expected_[c["to"]];
      const std::string said = barred(name(to)) + (n > 1 ? " += " : " = ") + c["text"].get<std::string>();
      line(said, 2);
      index(c, said);
      if (n < of) line("path " + std::to_string(n) + " of " + std::to_string(of), 3);
      if (n == of) line(numbers(to["adjoint"]) + ", " + verdict(to["check"]), 3);
    }
  }
  static std::string verdict(const Json& check) {
    return (check["passed"] ? "central differences agree to " : "central differences DISAGREE by ") +
           short_number(check["error"]);
  }
  void formulas(const Json& s) {
    out_ << "The gradient\n";
    for (const Json& f : s["before"]) line("as the steps put it together: " + f["text"].get<std::string>(), 1);
    for (const Json& rule : s["rules"])
      line(rule["before"]["text"].get<std::string>() + "  ->  " + rule["after"]["text"].get<std::string>() + "  (" +
               rule["rule"].get<std::string>() + ")",
           2);
    for (const Json& a : s["assuming"]) line("assuming that " + a.get<std::string>(), 1);
    const std::size_t gradients = document_["steps"].back()["gradients"].size();
    for (std::size_t k = 0; k + gradients < s["after"].size(); ++k) line(s["after"][k]["text"], 1);
    const std::string J = document_["loss"]["name"];
    for (const Json& g : document_["steps"].back()["gradients"]) {
      std::string left("d");
      left.append(J).append("/d").append(name(node(g["node"])));
      line(left + " = " + g["text"].get<std::string>(), 1);
    }
  }

  std::ostream& out_;
  const Json& document_;
  std::map<Index, const Json*> nodes_;
  std::map<Index, int> expected_, arrived_;  // contributions to an adjoint
  std::string heading_;
};

}  // namespace

void print(std::ostream& out, const Json& document) { Printer(out, document).print(); }

}  // namespace armagrad::apps
