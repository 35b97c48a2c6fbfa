#include "engine.hpp"

#include <atomic>

namespace armagrad {
using namespace detail;

std::uint32_t detail::next_generation() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

namespace {
template <class eT>
const char* name_of(const View<eT>& x) {
  return x.name.empty() ? nullptr : x.name.c_str();
}
}  // namespace

template <class eT>
Tape<eT>::Tape() : engine_(*this) {}
template <class eT>
Tape<eT>::~Tape() = default;

// clang-format off
template <class eT> Var<eT> Tape<eT>::variable(const arma::Mat<eT>& W) { return engine_.leaf(true, shape_of(W.n_rows, W.n_cols), W.memptr(), true, false); }
template <class eT> Var<eT> Tape<eT>::variable(View<eT> W) { return engine_.leaf(true, shape_of(W.matrix->n_rows, W.matrix->n_cols), W.matrix->memptr(), false, false, name_of(W)); }
template <class eT> NumberVar<eT> Tape<eT>::variable(eT x, const char* name) { return {engine_.leaf(true, scalar_shape, &x, true, true, name), Unchecked{}}; }
template <class eT> Var<eT> Tape<eT>::constant(const arma::Mat<eT>& X) { return engine_.leaf(false, shape_of(X.n_rows, X.n_cols), X.memptr(), true, false); }
template <class eT> Var<eT> Tape<eT>::constant(View<eT> X) { return engine_.leaf(false, shape_of(X.matrix->n_rows, X.matrix->n_cols), X.matrix->memptr(), false, false, name_of(X)); }
template <class eT> NumberVar<eT> Tape<eT>::constant(eT x, const char* name) { return {engine_.named(engine_.handle(engine_.append_number(x)), name), Unchecked{}}; }
template <class eT> const arma::Mat<eT>& Tape<eT>::gradient(const Var<eT>& variable) { return engine_.gradient(variable); }
template <class eT> void Tape<eT>::clear() { engine_.clear(), draws_.all.clear(); }
// clang-format on

template <class eT>
void Tape<eT>::backward(const Var<eT>& root, bool value) {
  const Index i = engine_.index_of(root, "backward", {});
  const Node<eT>& n = engine_.node(i);
  if (root.shape() != scalar_shape) {
    misuse("backward", engine_.at(i),
           "the root is not a scalar but " + to_string(root.shape()) + " (the result of " + n.operation->name + ")");
  }
  engine_.backward(i, value);
}

template <class eT>
void Tape<eT>::backward(const Var<eT>& root, const arma::Mat<eT>& seed, bool value) {
  const Index i = engine_.index_of(root, "backward", {});
  const Shape s = shape_of(seed.n_rows, seed.n_cols);
  if (root.shape() != s) misuse("backward", engine_.at(i), incompatible(root.shape(), s));
  engine_.backward(i, value, seed.memptr());
}

template <class eT>
arma::Mat<eT> Tape<eT>::value(const Var<eT>& x) {
  const Index i = engine_.index_of(x, "value", {});
  if (recording_) read_.push_back(i);
  engine_.evaluate(i);
  return arma::Mat<eT>(engine_.data(i), x.n_rows, x.n_cols);
}

template <class eT>
eT Tape<eT>::scalar(const Var<eT>& x) {
  const Index i = engine_.index_of(x, "scalar", {});
  if (x.shape() != scalar_shape) misuse("scalar", engine_.at(i), "expected 1x1, got " + to_string(x.shape()));
  if (recording_) read_.push_back(i);
  engine_.evaluate(i);
  return *engine_.data(i);
}

template class Tape<double>;
template class Tape<float>;
}  // namespace armagrad
