#pragma once
// Memory for time: a part of a computation of which only the result is kept, and which is computed again in
// the backward pass.

#include "detail/recordings.hpp"

namespace armagrad {

namespace detail {
/// Where the checkpoints of a tape compute, one after the other, and where those inside them do.
template <class eT>
struct Workplace {
  Tape<eT> tape;
  std::vector<Var<eT>> leaves;
  std::shared_ptr<Workplace> inside;
};
}  // namespace detail

namespace rules {

template <class eT>
struct Checkpoint : OnTape {
  using Workplace = detail::Workplace<eT>;
  static constexpr auto name = "checkpoint";
  Function<eT> f;
  std::shared_ptr<Workplace> workplace;

  void forward(Tape<eT>& tape, Index i) const {
    const Var<eT> y = recorded(given(tape, i, false), tape.node(i));
    workplace->tape.evaluate(y.index());
    std::copy_n(workplace->tape.data(y.index()), y.n_elem, tape.output(i));
    leave();
  }
  void reverse(Tape<eT>& tape, Index i) const {
    const Var<eT> y = recorded(given(tape, i, true), tape.node(i));
    Tape<eT>& inner = workplace->tape;
    inner.backward(y, over(tape.full_adjoint(i), tape.node(i).shape));
    for (unsigned k = 0; k < tape.node(i).arity; ++k) {
      const Index x = tape.operands(tape.node(i))[k];
      if (tape.wants(x)) Slot<eT>{&tape, x} += inner.gradient(workplace->leaves[k]);
    }
    leave();
  }
  const Function<eT>& function() const { return f; }

  /// f's result at these arguments, on the workplace's tape.
  Var<eT> call(std::span<const Given<eT>> given) const {
    Tape<eT>& tape = workplace->tape;
    tape.clear();
    // A node that is never computed, for the checkpoints inside to find their workplace by.
    if (workplace->inside) tape.record(Checkpoint{{}, {}, workplace->inside}, scalar_shape, {}, {});
    return call_on<eT>(tape, f, given, workplace->leaves);
  }
  /// Notes the workplace of the checkpoints inside, if there are any, and keeps nothing else.
  void leave() const {
    workplace->inside = workplace_on(workplace->tape);
    workplace->tape.clear();
  }
  /// That of the tape's last checkpoint, or none.
  static std::shared_ptr<Workplace> workplace_on(const Tape<eT>& tape) {
    for (Index i = Index(tape.size()); i-- > 0;) {
      if (tape.node(i).operation == &operation_of<Checkpoint, eT>())
        return static_cast<const Checkpoint*>(tape.rule(i))->workplace;
    }
    return {};
  }

 private:
  static std::vector<Given<eT>> given(Tape<eT>& tape, Index i, bool backward) {
    std::vector<Given<eT>> all;
    for (const Index k : tape.operands(tape.node(i))) {
      const Node<eT>& n = tape.node(k);
      all.push_back({tape.data(k), n.shape, backward && n.needs_gradient, n.is_scalar});
    }
    return all;
  }
  Var<eT> recorded(std::span<const Given<eT>> given, const Node<eT>& n) const {
    const Var<eT> y = call(given);
    if (y.shape() != n.shape)
      misuse(name, n.at,
             "the function gave " + to_string(n.shape) + " when recorded and now " + to_string(y.shape()));
    return y;
  }
};

}  // namespace rules

namespace detail {
template <class eT>
Var<eT> record_checkpoint(Tape<eT>& tape, Function<eT> f, std::span<const Var<eT>> x) {
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
  const Var<eT> y = tape.record(rule, result.shape, operands, tape.place ? *tape.place : result.at);
  tape.node(y.index()).is_scalar = result.is_scalar;
  return y;
}
}  // namespace detail

/// f(x...), of which only the result is kept: in the backward pass f is run again. f is called with Vars in
/// place of x..., of their shapes, once when it is recorded (their values are 0 then) and again for every
/// value and every gradient, and must do the same each time; the result may have any shape. f may use
/// checkpoints itself. What it needs of the tape it must take as arguments: Vars it captures are refused, as
/// is a result of another shape than at first (std::logic_error). Second derivatives see f itself.
template <class F, class eT, std::same_as<Var<eT>>... X>
Var<eT> checkpoint(F f, const Var<eT>& first, const X&... rest) {
  constexpr std::size_t n = 1 + sizeof...(X);
  const std::array<Var<eT>, n> x{first, rest...};
  return detail::record_checkpoint(first.tape(), function_of<eT, n>(std::move(f)),
                                   std::span<const Var<eT>>(x));
}

}  // namespace armagrad
