#include "fourier.hpp"

namespace armagrad::detail {

template <class eT>
Var<eT> fourier(const Var<eT>& parts, bool back, Here at) {
  return append_node<rules::Fourier, eT>({{}, back}, parts.shape(), at, {&parts});
}

template ARMAGRAD_EXPORT Var<double> fourier(const Var<double>&, bool, Here);
template ARMAGRAD_EXPORT Var<float> fourier(const Var<float>&, bool, Here);

}  // namespace armagrad::detail
