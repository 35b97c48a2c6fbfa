// Expressions with declarations of their variables, as derive takes them: a line of declarations, "W:d,c X:d,n l2", of
// which the first is differentiated by, then the expression. Where there is a formula, it must agree with the tape, and
// the tape with differences.

#include <sstream>

#include "apps/derive/derivation.hpp"
#include "target.hpp"

using namespace armagrad;
using namespace armagrad::apps;
using namespace armagrad::fuzz;

namespace {

constexpr std::size_t longest = 200;  // longer ones take longer, and show no more

Typed typed(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  std::istringstream words{std::string(bytes.substr(0, end))};
  Typed all{std::string(bytes.substr(std::min(end + 1, bytes.size()))), {}, {}};
  for (std::string word; words >> word && all.declarations.size() < 5;) all.declarations.push_back(word);
  if (!all.declarations.empty()) all.by.push_back(all.declarations[0].substr(0, all.declarations[0].find(':')));
  return respelled(all);
}

/// As at most 32 entries a side keep each run short.
bool is_small(const ProblemOnTape& problem) {
  double entries = 0;
  for (const auto& [name, value] : problem.data.values) entries += double(value.n_elem);
  return entries < 4096 && problem.tape.size() < 2000;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), std::min(size, longest));
  accepted<std::logic_error, std::runtime_error>([&] {
    const Typed given = typed(bytes);
    try {
      const Problem problem = posed(given.expression, given.declarations, given.by, "");
      const ProblemOnTape on_tape(problem);
      if (!problem.is_number || !is_small(on_tape)) return;
      const Formula formula = derive(on_tape.J, on_tape.by, on_tape.options);
      read_back(formula, 0);
      const GradientCheck check = evidence(problem, formula);
      if (check.verdict() != Verdict::failed) return;
      std::ostringstream report;
      report << "a formula that does not pass its check: " << formula.text() << '\n' << check;
      finding(report.str());
    } catch (const ExpressionError& error) {
      if (marked(error, given.expression).empty()) finding("an error without a place");
      throw std::runtime_error("an error in the expression");
    }
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  return {"W:d,c X:d,n Y:c,n l2\n-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)",
          "w:n,1 X:m,n y:m,1\n(X*w - y)'*(X*w - y)",
          "X:n,n A:n,n\nlog_det(X'*A*X) + trace(X^-1)",
          "X:n,n:spd\nlog_det_sympd(X) + accu(chol(X))",
          "x:n,1:positive\nS = sum(log(x))\nS^2/n",
          "P:c,n:columns-sum-to-one\n-accu(P % log(P))",
          "A:2,3 B:3,2\ntr(A B) - ||A||^2",
          "a b\nexp(-a^2/2) * sin(b) + max(a, b) + a.^b",
          "x:n,1 A:n,n\nx.t()*A*x + A(0, 1)*x(2) + norm(x)",
          "X:n,d s\naccu(X.each_row() - mean(X, 0)) + s*I",
          "X:n,m\naccu(sort(X, \"descend\")) + accu(X.row(0)) + accu(repmat(X, 2, 3)) + accu(join_rows(X, X))"};
}
