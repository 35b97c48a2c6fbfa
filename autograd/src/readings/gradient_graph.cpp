#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/ops/reductions.hpp>

#include "arguments_given.hpp"

namespace armagrad::detail {

template <class eT>
GradientGraph<eT>::GradientGraph(const Var<eT>& root, std::span<const Var<eT>> by) : engine_(engine_of(root)) {
  const Index top = engine_.index_of(root, "gradient", {});
  if (root.shape() != scalar_shape) misuse("gradient", {}, "the root is not a scalar but " + to_string(root.shape()));
  if (!by.empty()) {
    first_ = top + 1;
    for (const Var<eT>& x : by) first_ = std::min(first_, engine_.index_of(x, "gradient", {}));
    leads_to_.resize(top + 1 - first_);
    for (const Var<eT>& x : by) {
      if (x.index() <= top) leads_to_[x.index() - first_] = true;
      asked_for_.push_back(x.index());
    }
    for (Index i = first_; i <= top; ++i) {
      for (const Index k : engine_.operands(engine_.node(i))) {
        if (k >= first_ && leads_to_[k - first_]) leads_to_[i - first_] = true;
      }
    }
    if (first_ > top || !leads_to_.back()) return;  // the root does not depend on them
  }
  adjoints_.assign(top + 1 - first_, no_index);
  descend_with_places(top, std::max(first_, ArgumentsGiven<eT>::end(engine_)),
                      [&] { adjoint_of(top) = engine_.tape().constant(eT(1)).index(); });
}

template <class eT>
GradientGraph<eT> GradientGraph<eT>::of_sum(std::span<const Var<eT>> roots, std::span<const Var<eT>> adjoints) {
  GradientGraph graph(engine_of(roots[0]));
  Index last = 0;
  for (const Var<eT>& y : roots) last = std::max(last, y.index());
  graph.adjoints_.assign(last + std::size_t(1), no_index);
  graph.descend_with_places(last, 0, [&] {
    for (std::size_t k = 0; k < roots.size(); ++k) graph.add(roots[k].index(), adjoints[k]);
  });
  return graph;
}

/// Descends from the root after `begin` has given adjoints; what is appended gets the place of what it belongs to.
template <class eT>
template <class Begin>
void GradientGraph<eT>::descend_with_places(Index root, Index lowest, Begin begin) {
  Location place;
  struct Restore {  // also when a rule throws
    Engine<eT>& engine;
    Location* before = engine.place;  // of a rule that appends a gradient to be passed on
    ~Restore() { engine.place = before; }
  } restore{engine_};
  engine_.place = &place;
  begin();
  descend(root, lowest, place);
}

template <class eT>
void GradientGraph<eT>::descend(Index root, Index lowest, Location& place) {
  for (Index i = root + 1; i-- > lowest;) {
    if (adjoint_of(i) == no_index || !wants(i) || engine_.node(i).operation->family == Family::leaf) continue;
    place = engine_.at(i);
    from_ = i;
    engine_.node(i).operation->append_gradient(*this, i);
  }
}

template <class eT>
void GradientGraph<eT>::through(Index i, const Var<eT>& y, const Var<eT>& dy, Index first) {
  const Index own = adjoint_of(i);
  const std::size_t before = contributions_.size();
  if (y.index() < first) {  // one of the arguments
    add(y.index(), dy);
  } else {
    adjoints_.resize(std::max<std::size_t>(adjoints_.size(), y.index() - first_ + 1), no_index);
    adjoint_of(y.index()) = dy.index();
    descend(y.index(), first, *engine_.place);
  }
  adjoint_of(i) = own;
  contributions_.erase(std::remove_if(contributions_.begin() + long(before), contributions_.end(),
                                      [i](const Contribution& c) { return c.to == i; }),
                       contributions_.end());
}

template <class eT>
Var<eT> GradientGraph<eT>::gradient(const Var<eT>& x) {
  const Index i = engine_.index_of(x, "gradient", {});
  if (i >= first_ && i - first_ < adjoints_.size() && adjoint_of(i) != no_index) {
    const Var<eT> g = adjoint(i);
    if (g.shape() != x.shape()) return spread(g, x.shape());
    // Users may name what they get, which is not to be the name of a constant in other places.
    return engine_.node(g.index()).is_shared ? engine_.tape().constant(engine_.number(g.index())) : g;
  }
  return spread(engine_.tape().constant(eT(0)), x.shape());
}

template <class eT>
Var<eT> GradientGraph<eT>::spread_operand(Index i, Index operand) {
  const Var<eT> x = engine_.handle(operand);
  return engine_.node(operand).is_scalar ? x : spread(x, engine_.node(i).shape);
}

template <class eT>
void GradientGraph<eT>::add(Index i, const Var<eT>& part) {
  if (!wants(i)) return;
  Var<eT> fit = sum_to(part, engine_.node(i).shape);
  if (engine_.node(i).is_scalar && !engine_.node(fit.index()).is_scalar) fit = accu(fit);
  const Index sum = adjoint_of(i) == no_index ? fit.index() : (adjoint(i) + fit).index();
  adjoint_of(i) = sum;
  contributions_.push_back({from_, i, fit.index(), sum});
}

template <class eT>
void GradientGraph<eT>::add_product(Index operand, const Var<eT>& dy, const Var<eT>& partial) {
  const Argument<eT> g(dy), slope(partial);
  add(operand, is_one(before_spread(dy)) ? spread(partial, dy.shape())
                                         : append_elementwise(operation_of<rules::Chain, eT>(), {&g, &slope}));
}
template <class eT>
void GradientGraph<eT>::add_product(Index operand, const Var<eT>& dy, double partial) {
  if (partial == 1)
    add(operand, dy);
  else if (partial == -1)
    add(operand, -dy);
  else if (partial != 0)
    add(operand, dy * partial);
}
template <class eT>
void GradientGraph<eT>::add_product(Index operand, const Var<eT>& dy, const Taken<Var<eT>>& partial) {
  add(operand, is_one(before_spread(dy)) ? spread(partial.mask, dy.shape()) : select(partial.mask, dy, 0));
}

template <class eT>
bool GradientGraph<eT>::is_one(const Var<eT>& x) const {
  const Node<eT>& n = engine_.node(x.index());
  return n.operation->family == Family::leaf && !n.needs_gradient && n.is_scalar && *engine_.data(x.index()) == 1;
}

template class GradientGraph<double>;
template class GradientGraph<float>;

}  // namespace armagrad::detail
