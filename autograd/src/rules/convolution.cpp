#include "convolution.hpp"

#include "tables.hpp"

namespace armagrad {
using namespace detail;

void detail::check_window(const char* operation, const Window& w, Here at) {
  const uword around = uword(2) * w.padding;
  const bool fits =
      w.size <= std::min(w.height, w.width) + around && std::max(w.height, w.width) + around <= UINT32_MAX;
  if (w.stride == 0 || w.padding >= w.size || !fits)
    misuse(operation, at,
           "no window of " + rules::text(w, false) + " in images of " + std::to_string(w.height) + "x" +
               std::to_string(w.width));
}

template <class eT>
Var<eT> patches(const Var<eT>& x, const Window& w, bool inverse, Here at) {
  if (!inverse) detail::check_images("patches", x, w, at);
  const Shape to =
      inverse ? shape_of(w.channels * w.pixels(), x.n_cols / w.places()) : shape_of(w.patch(), w.places() * x.n_cols);
  return append_node<rules::Patches, eT>({{}, w, inverse}, to, at, {&x});
}

template <class eT>
Var<eT> max_pool(const Var<eT>& x, const Window& w, Here at) {
  detail::check_images("max_pool", x, w, at);
  if (w.padding) misuse(rules::MaxPool::name, at, "windows beyond the image");
  return pooled(x, x, w, false, at);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                       \
  template ARMAGRAD_EXPORT Var<eT> patches(const Var<eT>&, const Window&, bool, Here); \
  template ARMAGRAD_EXPORT Var<eT> max_pool(const Var<eT>&, const Window&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, ConvolutionRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, ConvolutionRules>();

}  // namespace armagrad
