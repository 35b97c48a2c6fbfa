#include <armagrad/detail/compiled_loss.hpp>
#include <armagrad/detail/rule.hpp>

namespace armagrad::detail {

template <class eT>
Var<eT> call_on(Tape<eT>& tape, const Function<eT>& f, std::span<const Given<eT>> arguments,
                std::vector<Var<eT>>& leaves) {
  leaves.clear();
  for (const Given<eT>& a : arguments) {
    const arma::Mat<eT> X = over(a.data, a.shape);
    leaves.push_back(a.variable ? tape.variable(view(X)) : tape.constant(view(X)));
    node_of(leaves.back()).is_scalar = a.is_scalar;
  }
  Var<eT> y = f(leaves);
  engine_of(tape).check(y, "record", {});
  return y;
}

template <class eT>
CompiledLoss<eT>& CompiledLosses<eT>::bind(const Function<eT>& f, std::span<const Given<eT>> arguments) {
  for (CompiledLoss<eT>& r : all_) {
    bool fits = true;
    for (std::size_t k = 0; k < arguments.size(); ++k) fits &= r.leaves[k].shape() == arguments[k].shape;
    if (!fits) continue;
    for (std::size_t k = 0; k < arguments.size(); ++k) {
      if (arguments[k].shape.size() != 0) engine_of(r.tape).rebind(r.leaves[k].index(), arguments[k].data);
    }
    return r;
  }
  CompiledLoss<eT>& r = all_.emplace_back();
  try {
    r.root = call_on(r.tape, f, arguments, r.leaves);
    if (r.root.shape() != scalar_shape)
      misuse("record", {}, "the loss is not a scalar but " + to_string(r.root.shape()));
    engine_of(r.tape).plan(r.forward, r.root.index(), true, false);
    engine_of(r.tape).plan(r.both, r.root.index(), true, true);
  } catch (...) {
    all_.pop_back();
    throw;
  }
  return r;
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                       \
  template ARMAGRAD_EXPORT Var<eT> call_on(Tape<eT>&, const Function<eT>&, std::span<const Given<eT>>, \
                                           std::vector<Var<eT>>&);                                     \
  template class CompiledLosses<eT>;
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
