#include <armagrad/detail/forward_mode.hpp>

#include "../tape/tiles.hpp"

namespace armagrad::detail {

template <class eT>
ForwardMode<eT>::ForwardMode(const Var<eT>& root)
    : engine_(engine_of(root)), root_(engine_.index_of(root, "jvp", {})), tangents_(root_ + 1) {
  engine_.plan(schedule_, root_, Planned::value_and_adjoints);
  for (const Index i : schedule_.adjoints) {
    for (const Index k : engine_.operands(engine_.node(i))) ++tangents_[k].uses;
  }
}

template <class eT>
void ForwardMode<eT>::seed(const Var<eT>& x, const arma::Mat<eT>& V) {
  const Index i = engine_.index_of(x, "jvp", {});
  const Shape s = shape_of(V.n_rows, V.n_cols);
  if (x.shape() != s) misuse("jvp", {}, incompatible(x.shape(), s));
  if (i <= root_) tangents_[i].data = V.memptr();
}

template <class eT>
arma::Mat<eT> ForwardMode<eT>::run() {
  arma::Mat<eT> slope = run_anew();
  schedule_.values.clear();
  return slope;
}

template <class eT>
arma::Mat<eT> ForwardMode<eT>::run_anew(bool values) {
  auto value = values ? schedule_.values.begin() : schedule_.values.end();
  for (const Index i : schedule_.adjoints) {
    for (; value != schedule_.values.end() && *value <= i; ++value) engine_.compute(*value);
    tangents_[i].left = tangents_[i].uses;
    step(i);
  }
  for (; value != schedule_.values.end(); ++value) engine_.compute(*value);
  const arma::Mat<eT> slope = matrix(root_);
  arma::Mat<eT> copy(slope.memptr(), slope.n_rows, slope.n_cols);
  release(root_);
  return copy;
}

template <class eT>
arma::Mat<eT> ForwardMode<eT>::matrix(Index i) const {
  const Shape s = engine_.node(i).shape;
  if (!tangent(i)) return arma::Mat<eT>(s.rows, s.cols, arma::fill::zeros);
  return over(tangent(i), s);
}

template <class eT>
eT* ForwardMode<eT>::output(Index i) {
  Tangent& t = tangents_[i];
  if (engine_.node(i).one_by_one()) {
    t.data = &t.number;
    return &t.number;
  }
  t.chunk = engine_.pool_.acquire(engine_.node(i).shape.size());
  t.data = t.chunk;
  return t.chunk;
}

template <class eT>
void ForwardMode<eT>::step(Index i) {
  bool moves = false;
  for (const Index k : engine_.operands(engine_.node(i))) moves |= tangent(k) != nullptr;
  if (moves && engine_.node(i).operation->family == Family::elementwise)
    compute_elementwise(i);
  else if (moves)
    engine_.node(i).operation->tangent(*this, i);
  for (const Index k : engine_.operands(engine_.node(i))) {
    if (--tangents_[k].left == 0) release(k);
  }
}

/// The sum of the partial derivatives times the operands' tangents: the kernels of the backward pass, with tangents
/// in place of adjoints.
template <class eT>
void ForwardMode<eT>::compute_elementwise(Index i) {
  const Node<eT>& n = engine_.node(i);
  const Operation<eT>& op = *n.operation;
  eT* const out = output(i);
  if (n.one_by_one()) {
    std::array<eT, 3> x{};
    for (unsigned k = 0; k < n.arity; ++k) x[k] = *engine_.data(n.operands[k]);
    *out = 0;
    for (unsigned k = 0; k < n.arity; ++k) {
      const eT* const t = tangent(n.operands[k]);
      if (t && *t != 0) *out += op.pull_of_numbers(engine_.rule(i), k, *t, *engine_.data(i), x.data());
    }
    return;
  }
  static constexpr eT one = 1;  // in place of what was not computed, as no partial derivative reads it
  const auto look = [&](Index x) {
    return engine_.node(x).evaluated ? broadcast(engine_.data(x), engine_.node(x).shape, n.shape)
                                     : Strided<const eT>{&one, 0, 0};
  };
  bool add = false;
  for (unsigned k = 0; k < n.arity; ++k) {
    const Index moved = n.operands[k];
    if (!tangent(moved)) continue;
    tiles::Step<eT> step;
    step.kernel = op.pull[k];
    step.rule = engine_.rule(i);
    step.arity = n.arity + 2;
    step.x[0].from = broadcast(tangent(moved), engine_.node(moved).shape, n.shape);
    step.x[1].from = look(i);
    for (unsigned j = 0; j < n.arity; ++j) step.x[2 + j].from = look(n.operands[j]);
    step.out = out;
    step.add = add;
    tiles::run<eT>(std::span(&step, 1), n.shape.rows, n.shape.cols);
    add = true;
  }
}

/// Frees what was computed here; a leaf's tangent is the caller's.
template <class eT>
void ForwardMode<eT>::release(Index i) {
  Tangent& t = tangents_[i];
  if (t.chunk) engine_.pool_.release(t.chunk);
  if (engine_.node(i).operation->family != Family::leaf) t.data = nullptr;
  t.chunk = nullptr;
}

template class ForwardMode<double>;
template class ForwardMode<float>;

}  // namespace armagrad::detail
