#include "backward.hpp"

#include <algorithm>
#include <cctype>

namespace armagrad::apps {

namespace {

/// Whether a recorded gradient says that nothing came: zeros, repeated.
bool is_nothing(Tape<double>& tape, Index i) {
  if (tape.node(i).operation->family == Family::spread) i = tape.operands(tape.node(i))[0];
  const Node<double>& n = tape.node(i);
  return n.operation->family == Family::leaf && !n.needs_gradient && n.one_by_one() && n.value == 0;
}

}  // namespace

std::string barred(const std::string& name) {
  const auto digit = std::find_if(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
  return std::string(name.begin(), digit) + "\u0304" + std::string(digit, name.end());
}

Backward::Backward(const V& J, const std::map<Index, std::string>& names) {
  Tape<double>& tape = J.tape();
  for (const auto& [i, name] : names) names_[i] = barred(name);
  adjoints_[J.index()] = arma::mat(1, 1, arma::fill::ones);
  for (Index i = J.index() + 1; i-- > 0;) {
    const Operation<double>& operation = *tape.node(i).operation;
    if (!adjoints_.contains(i) || operation.family == Family::leaf || operation.flat) continue;
    Passed passed = pass(tape, i);
    for (const Added& c : passed.contributions) {
      const arma::mat part = c.part.value();
      const auto [at, is_first] = adjoints_.try_emplace(c.to, part);
      if (!is_first) at->second += part;
    }
    if (!passed.contributions.empty()) steps_.push_back(std::move(passed));
  }
}

/// A recording of this node alone: its rule meets an adjoint that is a leaf, and operands without one.
Passed Backward::pass(Tape<double>& tape, Index i) {
  // A variable, as the rules leave a constant factor of 1 out.
  const V dy = tape.variable(view(adjoints_.at(i), names_.at(i).c_str()));
  tape.node(dy.index()).is_scalar = tape.node(i).is_scalar;
  GradientGraph<double> recording(tape.constant(1.0));
  Location place;
  tape.place = &place;
  recording.add(i, dy);
  tape.node(i).operation->record(recording, i);
  tape.place = nullptr;

  const auto operands = tape.operands(tape.node(i));
  std::vector<Index> to(operands.begin(), operands.end());
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
  Passed passed{i, {}};
  for (const Index k : to) {
    if (!tape.wants(k)) continue;
    const V part = recording.gradient(tape.handle(k));
    if (!is_nothing(tape, part.index())) passed.contributions.push_back({k, part});
  }
  return passed;
}

}  // namespace armagrad::apps
