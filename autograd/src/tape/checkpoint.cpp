#include "checkpoint.hpp"

#include "../rules/tables.hpp"

namespace armagrad {

namespace detail {
template <class eT>
Var<eT> append_checkpoint(Tape<eT>& tape, Function<eT> f, std::span<const Var<eT>> x) {
  using Rule = rules::Checkpoint<eT>;
  std::vector<Index> operands;
  std::vector<Given<eT>> given;
  std::size_t most = 1;
  for (const Var<eT>& v : x) {
    tape.check(v, Rule::name, {});
    operands.push_back(v.index());
    most = std::max<std::size_t>(most, v.n_elem);
  }
  const std::vector<eT> unknown(most);  // nothing is computed yet
  for (const Index k : operands) {
    const Node<eT>& n = tape.node(k);
    given.push_back({unknown.data(), n.shape, n.needs_gradient, n.is_scalar});
  }
  Rule rule{{}, std::move(f), Rule::workplace_on(tape)};
  if (!rule.workplace) rule.workplace = std::make_shared<Workplace<eT>>();
  const Var<eT> inner = rule.call(given);
  const Node<eT> result = inner.tape().node(inner.index());
  rule.leave();
  const Var<eT> y = tape.append(rule, result.shape, operands, tape.place ? *tape.place : result.at);
  tape.node(y.index()).is_scalar = result.is_scalar;
  return y;
}
}  // namespace detail

template ARMAGRAD_EXPORT Var<double> detail::append_checkpoint(Tape<double>&, Function<double>,
                                                               std::span<const Var<double>>);
template ARMAGRAD_EXPORT Var<float> detail::append_checkpoint(Tape<float>&, Function<float>,
                                                              std::span<const Var<float>>);
template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>&
operations<double, RuleList<rules::Checkpoint<double>>>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>&
operations<float, RuleList<rules::Checkpoint<float>>>();

}  // namespace armagrad
