#include <armagrad/armagrad.hpp>
#include <armagrad/nn/losses.hpp>

namespace armagrad {

template <class eT>
NumberVar<eT> cross_entropy(const Var<eT>& scores, const Argument<eT>& targets, double smoothing) {
  Var<eT> Y = targets.on(scores.tape(), "cross_entropy");
  if (Y.n_rows == 1 && scores.n_rows > 1) Y = one_hot(Y, scores.n_rows);
  if (smoothing != 0) Y = (1 - smoothing) * Y + smoothing / double(scores.n_rows);
  return -accu(multiply_unless_zero(Y, log_softmax(scores, 0)));
}

template <class eT>
NumberVar<eT> binary_cross_entropy(const Var<eT>& scores, const Argument<eT>& y) {
  const Var<eT> Y = y.on(scores.tape(), "binary_cross_entropy");
  return accu(multiply_unless_zero(Y, softplus(-scores)) + multiply_unless_zero(1.0 - Y, softplus(scores)));
}

template <class eT>
NumberVar<eT> squared_error(const Var<eT>& p, const Argument<eT>& y) {
  return accu(square(p - y.on(p.tape(), "squared_error"))) / double(p.n_rows);
}

template <class eT>
NumberVar<eT> absolute_error(const Var<eT>& p, const Argument<eT>& y) {
  return accu(abs(p - y.on(p.tape(), "absolute_error"))) / double(p.n_rows);
}

template <class eT>
NumberVar<eT> huber(const Var<eT>& p, const Argument<eT>& y, double delta) {
  const Var<eT> e = p - y.on(p.tape(), "huber"), near = clamp(e, -delta, delta);
  return accu(near % (e - 0.5 * near)) / double(p.n_rows);
}

template <class eT>
NumberVar<eT> hinge(const Var<eT>& p, const Argument<eT>& y) {
  return accu(relu(1 - y.on(p.tape(), "hinge") % p)) / double(p.n_rows);
}

template ARMAGRAD_EXPORT NumberVar<float> cross_entropy(const Var<float>&, const Argument<float>&, double);
template ARMAGRAD_EXPORT NumberVar<double> cross_entropy(const Var<double>&, const Argument<double>&, double);
template ARMAGRAD_EXPORT NumberVar<float> binary_cross_entropy(const Var<float>&, const Argument<float>&);
template ARMAGRAD_EXPORT NumberVar<double> binary_cross_entropy(const Var<double>&, const Argument<double>&);
template ARMAGRAD_EXPORT NumberVar<float> squared_error(const Var<float>&, const Argument<float>&);
template ARMAGRAD_EXPORT NumberVar<double> squared_error(const Var<double>&, const Argument<double>&);
template ARMAGRAD_EXPORT NumberVar<float> absolute_error(const Var<float>&, const Argument<float>&);
template ARMAGRAD_EXPORT NumberVar<double> absolute_error(const Var<double>&, const Argument<double>&);
template ARMAGRAD_EXPORT NumberVar<float> huber(const Var<float>&, const Argument<float>&, double);
template ARMAGRAD_EXPORT NumberVar<double> huber(const Var<double>&, const Argument<double>&, double);
template ARMAGRAD_EXPORT NumberVar<float> hinge(const Var<float>&, const Argument<float>&);
template ARMAGRAD_EXPORT NumberVar<double> hinge(const Var<double>&, const Argument<double>&);

}  // namespace armagrad
