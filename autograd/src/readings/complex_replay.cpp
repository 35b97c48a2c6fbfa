#include <armagrad/detail/complex_replay.hpp>

#include "../tape/tiles.hpp"

namespace armagrad::detail {

template <class eT>
ComplexReplay<eT>::ComplexReplay(const Var<eT>& root)
    : engine_(engine_of(root)), root_(root.index()), values_(root.index() + 1), moved_(root.index() + 1) {
  engine_.evaluate(root_);
  used_ = engine_.needed_by({&root_, 1});
}

template <class eT>
bool ComplexReplay<eT>::is_possible() const {
  for (Index i = 0; i <= root_; ++i) {
    const Operation<eT>& op = *engine_.node(i).operation;
    if (used_[i] && op.family == Family::general && !op.complex) return false;
  }
  return true;
}

template <class eT>
eT ComplexReplay<eT>::derivative(const Var<eT>& x, const arma::Mat<eT>& direction) {
  move(x.index(), arma::Mat<cx>(over(engine_.data(x.index()), x.shape()), direction * step()));
  return value()(0).imag() / step();
}

template <class eT>
void ComplexReplay<eT>::move(Index i, arma::Mat<cx> values) {
  values_[i] = std::move(values);
  moved_[i] = true;
}

template <class eT>
arma::Mat<std::complex<eT>> ComplexReplay<eT>::value() {
  for (Index i = 0; i <= root_; ++i) {
    const Node<eT>& n = engine_.node(i);
    if (!used_[i] || moved_[i]) continue;  // moved nodes keep the values that they were given
    for (const Index k : engine_.operands(n)) moved_[i] = moved_[i] || moved_[k];
    if (!moved_[i]) continue;
    compute(i);
  }
  const arma::Mat<cx> y = operand(root_);
  for (Index i = 0; i <= root_; ++i) {
    if (moved_[i]) values_[i].reset();
    moved_[i] = false;
  }
  return y;
}

template <class eT>
void ComplexReplay<eT>::compute(Index i) {
  const Node<eT>& n = engine_.node(i);
  values_[i].set_size(n.shape.rows, n.shape.cols);
  if (n.operation->family == Family::elementwise)
    compute_elementwise(i);
  else if (!n.operation->complex)
    misuse(n.operation->name, engine_.at(i), "a plain function cannot be computed with complex numbers");
  else
    n.operation->complex(*this, i);
}

template <class eT>
void ComplexReplay<eT>::compute_elementwise(Index i) {
  const Node<eT>& n = engine_.node(i);
  tiles::Step<cx> step;
  step.kernel = n.operation->complex_value;
  step.rule = engine_.rule(i);
  step.arity = n.arity;
  for (unsigned k = 0; k < n.arity; ++k)
    step.x[k].from = broadcast<const cx>(operand(n.operands[k]).memptr(), engine_.node(n.operands[k]).shape, n.shape);
  step.out = values_[i].memptr();
  tiles::run<cx>(std::span(&step, 1), n.shape.rows, n.shape.cols);
}

template <class eT>
const arma::Mat<std::complex<eT>>& ComplexReplay<eT>::operand(Index i) {
  const Node<eT>& n = engine_.node(i);
  if (!moved_[i] && (values_[i].n_rows != n.shape.rows || values_[i].n_cols != n.shape.cols)) {
    engine_.evaluate(i);
    const arma::Mat<eT> real = over(engine_.data(i), n.shape);
    values_[i] = arma::Mat<cx>(real, arma::Mat<eT>(n.shape.rows, n.shape.cols, arma::fill::zeros));
  }
  return values_[i];
}

template class ComplexReplay<double>;
template class ComplexReplay<float>;

}  // namespace armagrad::detail
