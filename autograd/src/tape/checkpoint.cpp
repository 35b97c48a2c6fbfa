#include "checkpoint.hpp"

#include "../rules/tables.hpp"

namespace armagrad::detail {

template <class eT>
Var<eT> append_checkpoint(Tape<eT>& tape, Function<eT> f, std::span<const Var<eT>> x) {
  Engine<eT>& engine = engine_of(tape);
  using Rule = rules::Checkpoint<eT>;
  std::vector<Index> operands;
  for (const Var<eT>& v : x) operands.push_back(engine.index_of(v, Rule::name, {}));
  const UnknownArguments<eT> unknown(engine, operands);
  Rule rule{{}, std::move(f), Rule::workplace_on(engine)};
  if (!rule.workplace) rule.workplace = std::make_shared<Workplace<eT>>();
  const Var<eT> inner = rule.call(unknown.given);
  const Node<eT> result = node_of(inner);
  const Location at = engine.place ? *engine.place : engine_of(inner).at(inner.index());
  rule.leave();
  const Var<eT> y = engine.append(rule, result.shape, operands, at);
  engine.node(y.index()).is_scalar = result.is_scalar;
  return y;
}

template ARMAGRAD_EXPORT Var<double> append_checkpoint(Tape<double>&, Function<double>, std::span<const Var<double>>);
template ARMAGRAD_EXPORT Var<float> append_checkpoint(Tape<float>&, Function<float>, std::span<const Var<float>>);
template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>&
operations<double, RuleList<rules::Checkpoint<double>>>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>&
operations<float, RuleList<rules::Checkpoint<float>>>();

}  // namespace armagrad::detail
