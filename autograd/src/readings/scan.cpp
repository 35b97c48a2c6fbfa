#include "scan.hpp"

#include <cmath>

#include "../rules/tables.hpp"
#include "recurrence.hpp"

namespace armagrad::detail {

uword common_steps(std::span<const uword> steps, Location at) {
  for (std::size_t k = 1; k < steps.size(); ++k) {
    if (steps[k] != steps[0])
      misuse("scan", at,
             "inputs of unequal length: input 1 has " + std::to_string(steps[0]) + " steps, input " +
                 std::to_string(k + 1) + " has " + std::to_string(steps[k]));
  }
  if (steps.empty() || steps[0] == 0) misuse("scan", at, "there is no step to run: the inputs have length 0");
  return steps[0];
}

uword interval_of(const Checkpoints& checkpoints, uword steps, Location at) {
  if (checkpoints.kept > steps)
    misuse("scan", at, "Checkpoints{" + std::to_string(checkpoints.kept) + "} of " + std::to_string(steps) + " steps");
  const uword kept = checkpoints.kept ? checkpoints.kept : uword(std::ceil(std::sqrt(double(steps))));
  return (steps + kept - 1) / kept;
}

namespace rules ARMAGRAD_EXPORT {

template <class eT>
void StepEnd<eT>::forward(Engine<eT>& engine, Index i) const {
  *engine.output(i) = 0;
  const auto results = engine.operands(engine.node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    eT* const to = places->values[k];
    if (to && engine.node(results[k]).one_by_one())
      *to = engine.number(results[k]);
    else if (to)
      std::copy_n(engine.data(results[k]), engine.node(results[k]).shape.size(), to);
  }
}

template <class eT>
void StepEnd<eT>::reverse(Engine<eT>& engine, Index i) const {
  const auto results = engine.operands(engine.node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    const Shape s = engine.node(results[k]).shape;
    if (engine.wants(results[k])) engine.contribute(results[k], {broadcast(places->adjoints[k], s, s), nullptr, eT(1)});
  }
}

template <class eT>
void StepEnd<eT>::tangent(ForwardMode<eT>& forward, Index i) const {
  *forward.output(i) = 0;
  const auto results = forward.engine().operands(forward.engine().node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (const eT* const t = forward.tangent(results[k]))
      std::copy_n(t, forward.engine().node(results[k]).shape.size(), places->tangents[k]);
  }
}

template <class eT>
void StepEnd<eT>::complex(ComplexReplay<eT>& replay, Index i) const {
  replay.output(i).zeros();
  const auto results = replay.engine().operands(replay.engine().node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    const arma::Mat<std::complex<eT>>& z = replay.operand(results[k]);
    std::copy(z.begin(), z.end(), places->complex_values[k]);
  }
}

template <class eT>
void StepEnd<eT>::append_gradient(GradientGraph<eT>& graph, Index i) const {
  Engine<eT>& engine = graph.engine();
  const auto span = engine.operands(engine.node(i)).first(count);
  const std::vector<Index> results(span.begin(), span.end());
  for (std::size_t k = 0; k < results.size(); ++k)
    graph.add(results[k], engine.tape().constant(over(places->adjoints[k], engine.node(results[k]).shape)));
}

template <class eT>
void Scan<eT>::forward(Engine<eT>& engine, Index i) const {
  recurrence->forward(engine, i);
}
template <class eT>
void Scan<eT>::reverse(Engine<eT>& engine, Index i) const {
  recurrence->reverse(engine, i);
}
template <class eT>
void Scan<eT>::tangent(ForwardMode<eT>& forward, Index i) const {
  recurrence->tangent(forward, i);
}
template <class eT>
void Scan<eT>::complex(ComplexReplay<eT>& replay, Index i) const {
  recurrence->complex(replay, i);
}

}  // namespace ARMAGRAD_EXPORT

namespace {

/// The same scan with the state before each step as what it gives out.
template <class eT>
ScanProgram<eT> states_of_scan(std::shared_ptr<const Recurrence<eT>> of) {
  const ScanProgram<eT>& p = of->program();
  ScanProgram<eT> q = p;
  q.step = [step = p.step, n = p.states](std::span<const Var<eT>> x) {
    std::vector<Var<eT>> results = step(x);
    results.resize(n);
    results.insert(results.end(), x.begin(), x.begin() + std::ptrdiff_t(n));
    return results;
  };
  q.summed.assign(p.states, false);
  q.of = std::move(of);
  return q;
}

/// One step of the backward pass, of adjoints of the next states; the inputs, the states before the step and the
/// adjoints of outputs; and the shared arguments and the adjoints of sums. Gives the gradients by the arguments of the
/// step that are wanted.
template <class eT>
StepFunction<eT> adjoint_step(const ScanProgram<eT>& p, std::vector<bool> wanted) {
  return [step = p.step, states = p.states, inputs = p.inputs.size(), summed = p.summed,
          wanted = std::move(wanted)](std::span<const Var<eT>> all) {
    const auto take = [&](std::size_t n) {
      const std::span<const Var<eT>> taken = all.first(n);
      all = all.subspan(n);
      return taken;
    };
    const std::size_t sums = std::size_t(std::count(summed.begin(), summed.end(), true));
    const auto next = take(states), x = take(inputs), now = take(states), dy = take(summed.size() - sums);
    const auto shared = take(all.size() - sums);
    std::vector<Var<eT>> arguments(now.begin(), now.end()), seeds(next.begin(), next.end());
    arguments.insert(arguments.end(), x.begin(), x.end());
    arguments.insert(arguments.end(), shared.begin(), shared.end());
    auto one = dy.begin();
    auto sum = all.begin();
    for (const bool is_sum : summed) seeds.push_back(is_sum ? *sum++ : *one++);

    const std::vector<Var<eT>> y = step(arguments);
    std::vector<Var<eT>> by;
    for (std::size_t k = 0; k < arguments.size(); ++k) {
      if (wanted[k]) by.push_back(arguments[k]);
    }
    return append_gradients<eT>(y, seeds, by);
  };
}

}  // namespace

namespace rules ARMAGRAD_EXPORT {

template <class eT>
void Scan<eT>::append_gradient(GradientGraph<eT>& graph, Index i) const {
  Engine<eT>& engine = graph.engine();
  const std::shared_ptr<Recurrence<eT>> own = recurrence;  // appending moves the nodes
  const ScanProgram<eT>& p = own->program();
  const auto span = engine.operands(engine.node(i));
  const std::vector<Index> indices(span.begin(), span.end());
  std::vector<Var<eT>> x;
  for (const Index k : indices) x.push_back(engine.handle(k));
  const std::vector<Var<eT>> seeds = own->parts(spread(graph.adjoint(i), engine.node(i).shape));
  const std::vector<Var<eT>> states = append_scan<eT>(engine.tape(), states_of_scan<eT>(own), x);

  ScanProgram<eT> adjoint;
  adjoint.states = p.states;
  adjoint.steps = p.steps;
  adjoint.interval = p.interval;
  adjoint.is_backward = !p.is_backward;
  adjoint.at = p.at;
  std::vector<bool> wanted(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    wanted[k] = own->is_state(k) || graph.wants(indices[k]);
    if (wanted[k] && !own->is_state(k)) adjoint.summed.push_back(!own->is_input(k));
  }
  adjoint.step = adjoint_step(p, wanted);
  adjoint.of = own;
  adjoint.by = wanted;
  adjoint.inputs = p.inputs;
  const auto end_of_inputs = x.begin() + std::ptrdiff_t(p.states + p.inputs.size());
  std::vector<Var<eT>> arguments(seeds.begin(), seeds.begin() + std::ptrdiff_t(p.states));
  arguments.insert(arguments.end(), x.begin() + std::ptrdiff_t(p.states), end_of_inputs);
  for (std::size_t k = 0; k < p.states; ++k) {
    arguments.push_back(states[p.states + k]);
    adjoint.inputs.push_back({own->arguments()[k].shape, own->arguments()[k].is_scalar});
  }
  for (const bool is_sum : {false, true}) {
    if (is_sum) arguments.insert(arguments.end(), end_of_inputs, x.end());
    for (std::size_t k = 0; k < p.summed.size(); ++k) {
      if (p.summed[k] != is_sum) continue;
      arguments.push_back(seeds[p.states + k]);
      if (!is_sum) adjoint.inputs.push_back(own->results()[p.states + k]);
    }
  }
  const std::vector<Var<eT>> gradients = append_scan<eT>(engine.tape(), std::move(adjoint), arguments);
  auto g = gradients.begin();
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!wanted[k]) continue;
    const Var<eT>& part = *g++;
    graph.add(indices[k], part.shape() == x[k].shape() ? part : Var<eT>(reshape(part, x[k].n_rows, x[k].n_cols)));
  }
}

}  // namespace ARMAGRAD_EXPORT

template <class eT>
std::vector<Var<eT>> append_scan(Tape<eT>& tape, ScanProgram<eT> program, std::span<const Var<eT>> arguments) {
  Engine<eT>& engine = engine_of(tape);
  const Location at = program.at;
  std::vector<Index> operands;
  for (const Var<eT>& x : arguments) operands.push_back(engine.index_of(x, "scan", at));
  const auto recurrence = std::make_shared<Recurrence<eT>>(std::move(program));
  recurrence->prepare(engine, operands);
  const SourceLine<eT> here(engine, at);
  const Var<eT> y =
      engine.append(rules::Scan<eT>{{}, recurrence}, recurrence->shape(), operands, engine.place ? *engine.place : at);
  engine.node(y.index()).is_scalar = recurrence->is_scalar();
  return recurrence->parts(y);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                   \
  template ARMAGRAD_EXPORT std::vector<Var<eT>> append_scan(Tape<eT>&, ScanProgram<eT>, std::span<const Var<eT>>); \
  template ARMAGRAD_EXPORT const std::vector<OperationGetter<eT>>&                                                 \
  operations<eT, RuleList<rules::Scan<eT>, rules::StepEnd<eT>>>();
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
