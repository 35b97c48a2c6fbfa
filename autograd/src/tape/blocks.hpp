#pragma once
// Sums and scaled copies of contiguous numbers.

#include <armagrad/simd/block.hpp>

namespace armagrad::detail::tiles {

template <class T>
double sum_block(const T* x, uword n) {
  constexpr int N = pack_width<T>;
  using P = Pack<T, N>;
  P a(0), b(0), c(0), d(0), e(0), f(0), g(0), h(0);  // side by side, as one would wait for itself
  uword i = 0;
  const auto at = [&](int k) { return load_pack<T, N>(x + i + k * N); };
  for (; i + 8 * N <= n; i += 8 * N) {
    a = a + at(0), b = b + at(1), c = c + at(2), d = d + at(3);
    e = e + at(4), f = f + at(5), g = g + at(6), h = h + at(7);
  }
  for (; i + N <= n; i += N) a = a + at(0);
  if constexpr (N > 1) {
    if (i < n) b = b + load_first(x + i, int(n - i));
  }
  const P all = ((a + b) + (c + d)) + ((e + f) + (g + h));
  if constexpr (std::same_as<T, float>) {
    double total = 0;
    for (int l = 0; l < N; ++l) total += double(all[l]);
    return total;
  } else {
    return fold(all, [](auto u, auto v) { return u + v; });
  }
}

/// y = scale * x
template <class T>
void scale_block(T* y, const T* x, bool advances, T scale, uword n) {
  const std::uint8_t step = advances;
  for_each_pack<T, 1>(y, &x, &step, n, [scale](const auto& in) { return Pack<T, pack_width<T>>(scale) % in[0]; });
}
/// y = a + scale * b
template <class T>
void add_scaled(T* y, const T* a, const T* b, bool b_advances, T scale, uword n) {
  const T* x[] = {a, b};
  const std::uint8_t step[] = {1, b_advances};
  for_each_pack<T, 2>(y, x, step, n, [scale](const auto& in) { return in[0] + Pack<T, pack_width<T>>(scale) % in[1]; });
}

}  // namespace armagrad::detail::tiles
