#pragma once
// The rule behind checkpoint().

#include <armagrad/checkpoint.hpp>
#include <armagrad/detail/rule.hpp>

namespace armagrad::detail {

/// Where the checkpoints of a tape compute, one after the other, and where those inside them do.
template <class eT>
struct Workplace {
  Tape<eT> tape;
  std::vector<Var<eT>> leaves;
  std::shared_ptr<Workplace> inside;
};

namespace rules ARMAGRAD_EXPORT {

template <class eT>
struct Checkpoint : OnTape {
  using Workplace = detail::Workplace<eT>;
  static constexpr auto name = "checkpoint";
  Function<eT> f;
  std::shared_ptr<Workplace> workplace;

  void forward(Engine<eT>& engine, Index i) const {
    const Var<eT> y = evaluated(given(engine, i), engine, i);
    engine_of(y).evaluate(y.index());
    std::copy_n(engine_of(y).data(y.index()), y.n_elem, engine.output(i));
    leave();
  }
  void reverse(Engine<eT>& engine, Index i) const {
    const Var<eT> y = evaluated(given(engine, i), engine, i);
    Tape<eT>& inner = workplace->tape;
    inner.backward(y, over(engine.full_adjoint(i), engine.node(i).shape));
    for (unsigned k = 0; k < engine.node(i).arity; ++k) {
      const Index x = engine.operands(engine.node(i))[k];
      if (engine.wants(x)) Slot<eT>{&engine, x} += inner.gradient(workplace->leaves[k]);
    }
    leave();
  }
  const Function<eT>& function() const { return f; }

  /// f's result at these arguments, on the workplace's tape.
  Var<eT> call(std::span<const Given<eT>> given) const {
    Tape<eT>& tape = workplace->tape;
    tape.clear();
    // A node that is never computed, for the checkpoints inside to find their workplace by.
    if (workplace->inside) (void)engine_of(tape).append(Checkpoint{{}, {}, workplace->inside}, scalar_shape, {}, {});
    return call_on<eT>(tape, f, given, workplace->leaves);
  }
  /// Notes the workplace of the checkpoints inside, if there are any, and keeps nothing else.
  void leave() const {
    workplace->inside = workplace_on(engine_of(workplace->tape));
    workplace->tape.clear();
  }
  /// That of the tape's last checkpoint, or none.
  static std::shared_ptr<Workplace> workplace_on(const Engine<eT>& engine) {
    for (Index i = Index(engine.size()); i-- > 0;) {
      if (engine.node(i).operation == &operation_of<Checkpoint, eT>())
        return static_cast<const Checkpoint*>(engine.rule(i))->workplace;
    }
    return {};
  }

 private:
  static std::vector<Given<eT>> given(Engine<eT>& engine, Index i) {
    std::vector<Given<eT>> all;
    for (const Index k : engine.operands(engine.node(i))) {
      const Node<eT>& n = engine.node(k);
      all.push_back({engine.data(k), n.shape, n.needs_gradient, n.is_scalar});
    }
    return all;
  }
  Var<eT> evaluated(std::span<const Given<eT>> given, const Engine<eT>& engine, Index i) const {
    const Var<eT> y = call(given);
    const Shape before = engine.node(i).shape;
    if (y.shape() != before)
      misuse(name, engine.at(i),
             "the function gave " + to_string(before) + " when recorded and now " + to_string(y.shape()));
    return y;
  }
};

}  // namespace ARMAGRAD_EXPORT

}  // namespace armagrad::detail
