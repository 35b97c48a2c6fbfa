#include <armagrad/backward_pass.hpp>
#include <armagrad/detail/gradient_graph.hpp>

#include <set>

namespace armagrad {
using namespace detail;

namespace {

/// Whether a recorded part of an adjoint is a zero that was repeated.
template <class eT>
bool is_nothing(Engine<eT>& engine, Index i) {
  if (engine.node(i).operation->family == Family::spread) i = engine.operands(engine.node(i))[0];
  const Node<eT>& n = engine.node(i);
  return n.operation->family == Family::leaf && !n.needs_gradient && n.one_by_one() && *engine.data(i) == 0;
}

}  // namespace

template <class eT>
BackwardPass<eT>::BackwardPass(const Var<eT>& J) : engine_(engine_of(J)) {
  const Index root = engine_.index_of(J, "backward", {});
  if (J.shape() != scalar_shape) misuse("backward", {}, "the root is not a scalar but " + to_string(J.shape()));
  adjoints_.emplace(root, arma::Mat<eT>(1, 1, arma::fill::ones));
  for (Index i = root + 1; i-- > 0;) {
    const Operation<eT>& operation = *engine_.node(i).operation;
    if (!has_adjoint(i) || !engine_.wants(i) || operation.family == Family::leaf || operation.flat) continue;
    Step step = step_of(i);
    for (Contribution& c : step.contributions) {
      const arma::Mat<eT> part = engine_.handle(c.part).value();
      const auto [sum, is_first] = adjoints_.try_emplace(c.to, part);
      if (!is_first) sum->second += part;
      c.adds_up = !is_first;
    }
    if (!step.contributions.empty()) steps_.push_back(std::move(step));
  }
}

/// A recording of node i alone: its rule meets an adjoint that is a leaf, and operands without one.
template <class eT>
typename BackwardPass<eT>::Step BackwardPass<eT>::step_of(Index i) {
  // A variable, as the rules leave a constant factor of 1 out.
  const Var<eT> dy = engine_.tape().variable(adjoints_.at(i));
  engine_.node(dy.index()).is_scalar = engine_.node(i).is_scalar;
  GradientGraph<eT> recording(engine_.tape().constant(eT(1)));
  Location place;
  struct Restore {  // also when a rule throws
    Engine<eT>& engine;
    ~Restore() { engine.place = nullptr; }
  } restore{engine_};
  engine_.place = &place;
  recording.add(i, dy);
  engine_.node(i).operation->append_gradient(recording, i);

  Step step{i, dy.index(), {}};
  const auto operands = engine_.operands(engine_.node(i));
  const std::set<Index> to(operands.begin(), operands.end());
  for (const Index k : to) {
    if (!engine_.wants(k)) continue;
    const Index part = recording.gradient(engine_.handle(k)).index();
    if (!is_nothing(engine_, part)) step.contributions.push_back({k, part, false});
  }
  return step;
}

template class BackwardPass<double>;
template class BackwardPass<float>;

}  // namespace armagrad
