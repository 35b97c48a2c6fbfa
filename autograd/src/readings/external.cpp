#include "external.hpp"

#include "../rules/tables.hpp"

namespace armagrad::detail {

namespace {

/// The operands of node i, over the tape's memory.
template <class eT>
std::vector<arma::Mat<eT>> plain_operands(Engine<eT>& engine, Index i) {
  std::vector<arma::Mat<eT>> x;
  x.reserve(engine.node(i).arity);
  for (const Index k : engine.operands(engine.node(i))) x.push_back(over(engine.data(k), engine.node(k).shape));
  return x;
}

template <class eT>
bool same_numbers(const std::vector<arma::Mat<eT>>& a, const std::vector<arma::Mat<eT>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const arma::Mat<eT>& x, const arma::Mat<eT>& y) {
    return arma::size(x) == arma::size(y) &&
           (x.is_empty() || std::memcmp(x.memptr(), y.memptr(), x.n_elem * sizeof(eT)) == 0);
  });
}

/// The gradients by the operands that the user's function gives for an adjoint dy.
template <class eT>
std::vector<arma::Mat<eT>> pulled_back(const ExternalFunctions<eT>& f, Engine<eT>& engine, Index i,
                                       const arma::Mat<eT>& dy) {
  const std::vector<arma::Mat<eT>> x = plain_operands(engine, i);
  std::vector<arma::Mat<eT>> dx = f.pullback(x, over(engine.data(i), engine.node(i).shape), dy);
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (arma::size(dx[k]) != arma::size(x[k]))
      misuse("external", engine.at(i),
             "the gradient by argument " + std::to_string(k + 1) + " is " +
                 to_string(shape_of(dx[k].n_rows, dx[k].n_cols)) + ", the argument " +
                 to_string(shape_of(x[k].n_rows, x[k].n_cols)));
  }
  return dx;
}

}  // namespace

namespace rules ARMAGRAD_EXPORT {

template <class eT>
void External<eT>::forward(Engine<eT>& engine, Index i) const {
  const std::vector<arma::Mat<eT>> x = plain_operands(engine, i);
  arma::Mat<eT> y = call->y && same_numbers(x, call->x) ? std::move(*call->y) : call->f.values(x);
  call->y.reset();
  call->x.clear();
  const Shape before = engine.node(i).shape, now = shape_of(y.n_rows, y.n_cols);
  if (now != before)
    misuse(name, engine.at(i),
           "the function gives " + to_string(now) + ", where " + to_string(before) + " was recorded");
  std::copy(y.begin(), y.end(), engine.output(i));
}

template <class eT>
void External<eT>::reverse(Engine<eT>& engine, Index i) const {
  const std::vector<arma::Mat<eT>> dx =
      pulled_back(call->f, engine, i, over(engine.full_adjoint(i), engine.node(i).shape));
  for (unsigned k = 0; k < engine.node(i).arity; ++k) Slot<eT>{&engine, engine.operands(engine.node(i))[k]} += dx[k];
}

template <class eT>
void External<eT>::append_gradient(GradientGraph<eT>& graph, Index i) const {
  Engine<eT>& engine = graph.engine();
  if (!call->f.on_tape)
    misuse(name, engine.at(i),
           "its gradient cannot be differentiated again, as its vjp takes matrices: write it for Vars as well, "
           "[](auto dy, auto x) { ... }");
  const auto span = engine.operands(engine.node(i));
  const std::vector<Index> indices(span.begin(), span.end());
  std::vector<Var<eT>> x;
  for (const Index k : indices) x.push_back(engine.handle(k));
  const Var<eT> y = engine.handle(i), dy = spread(graph.adjoint(i), y.shape());
  const std::vector<Var<eT>> dx =
      call->f.on_tape(x, y, call->f.is_scalar && !node_of(dy).is_scalar ? Var<eT>(dy(0)) : dy);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const Var<eT> part = engine.here(dx[k], name, engine.at(i));
    if (part.shape() != x[k].shape())
      misuse(name, engine.at(i),
             "the gradient by argument " + std::to_string(k + 1) + " is " + to_string(part.shape()) +
                 ", the argument " + to_string(x[k].shape()));
    graph.add(indices[k], part);
  }
}

/// Its product with the operands' tangents, by a pullback of each entry.
template <class eT>
void External<eT>::tangent(ForwardMode<eT>& forward, Index i) const {
  Engine<eT>& engine = forward.engine();
  const Shape s = engine.node(i).shape;
  eT* const out = forward.output(i);
  arma::Mat<eT> unit(s.rows, s.cols, arma::fill::zeros);
  for (uword e = 0; e < unit.n_elem; ++e) {
    unit[e] = 1;
    const std::vector<arma::Mat<eT>> dx = pulled_back(call->f, engine, i, unit);
    unit[e] = 0;
    out[e] = 0;
    for (unsigned k = 0; k < engine.node(i).arity; ++k)
      out[e] += arma::accu(dx[k] % forward.matrix(engine.operands(engine.node(i))[k]));
  }
}

}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> append_external(Tape<eT>& tape, ExternalFunctions<eT> f, std::span<const Var<eT>> x, Location at) {
  Engine<eT>& engine = engine_of(tape);
  std::vector<Index> operands;
  for (const Var<eT>& v : x) operands.push_back(engine.index_of(v, "external", at));
  const bool is_scalar = f.is_scalar;
  auto call = std::make_shared<ExternalCall<eT>>();
  call->f = std::move(f);
  if (!call->f.shape) {
    for (const Index k : operands) {
      engine.evaluate(k);
      call->x.emplace_back(engine.data(k), engine.node(k).shape.rows, engine.node(k).shape.cols);
    }
    call->y = call->f.values(call->x);
    call->f.shape = shape_of(call->y->n_rows, call->y->n_cols);
  }
  const Shape shape = *call->f.shape;
  const Var<eT> y =
      engine.append(rules::External<eT>{{}, std::move(call)}, shape, operands, engine.place ? *engine.place : at);
  engine.node(y.index()).is_scalar = is_scalar;
  return y;
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                               \
  template ARMAGRAD_EXPORT Var<eT> append_external(Tape<eT>&, ExternalFunctions<eT>, std::span<const Var<eT>>, \
                                                   Location);                                                  \
  template ARMAGRAD_EXPORT const std::vector<OperationGetter<eT>>& operations<eT, RuleList<rules::External<eT>>>();
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
