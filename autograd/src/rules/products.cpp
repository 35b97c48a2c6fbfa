#include "products.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
Var<eT> Var<eT>::t(std::source_location at) const {
  if (node_of(*this).is_scalar) return *this;
  return append_node<rules::Transpose, eT>({}, {shape().cols, shape().rows}, at, {this});
}

namespace detail {
template <class eT>
Var<eT> append_product(const Argument<eT>& a, const Argument<eT>& b) {
  const auto is_number = [](const Argument<eT>& x) { return x.number() || (x.var() && node_of(*x.var()).is_scalar); };
  if (is_number(a) || is_number(b)) return append_elementwise(operation_of<rules::Times, eT>(), {&a, &b});
  const std::array<const Argument<eT>*, 2> both{&a, &b};
  Tape<eT>& tape = tape_of_arguments<eT>(both);
  const Index left = a.index_on(tape, rules::MatMul::name), right = b.index_on(tape, rules::MatMul::name);
  return product(engine_of(tape), left, false, right, false, a.at());
}
}  // namespace detail

template <class eT>
Var<eT> detail::multiply(const Var<eT>& a, bool ta, const Var<eT>& b, bool tb) {
  const std::array<const Var<eT>*, 2> both{&a, &b};
  Engine<eT>& engine = engine_of(tape_of<eT>(both));
  const Index left = engine.index_of(a, rules::MatMul::name, {}), right = engine.index_of(b, rules::MatMul::name, {});
  return product(engine, left, ta, right, tb, Location());
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                     \
  template ARMAGRAD_EXPORT Var<eT> detail::multiply(const Var<eT>&, bool, const Var<eT>&, bool);     \
  template ARMAGRAD_EXPORT Var<eT> detail::append_product(const Argument<eT>&, const Argument<eT>&); \
  template ARMAGRAD_EXPORT Var<eT> Var<eT>::t(std::source_location) const;
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, ProductRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, ProductRules>();

}  // namespace armagrad
