#pragma once
// Loops over contiguous numbers that belong to no rule: sums, scaled copies and broadcasts.

#include <armagrad/simd/block.hpp>

#include <algorithm>

#include "kernel_set.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

using std::size_t;

/// The sum of floats side by side, as doubles.
template <int N>
class WideSum {
  using Half = typename Lanes<double, N / 2>::type;
  Half low_{}, high_{};
  template <int from, std::size_t... k>
  static Half widened(Pack<float, N> p, std::index_sequence<k...>) {
    return __builtin_convertvector(__builtin_shufflevector(p.v, p.v, (from + int(k))...), Half);
  }

 public:
  void add(Pack<float, N> p) {
    low_ += widened<0>(p, std::make_index_sequence<N / 2>());
    high_ += widened<N / 2>(p, std::make_index_sequence<N / 2>());
  }
  double total() const {
    return fold(Pack<double, N / 2>::raw(low_ + high_), [](auto u, auto v) { return u + v; });
  }
};

/// Doubles add up in eight chains side by side, as one would wait for itself. Floats do as trees of eight packs, whose
/// sums add up as doubles: along a chain the roundings of alike numbers all go the same way.
template <class T>
double sum_block(const T* x, size_t n) {
  constexpr int N = pack_width<T>;
  using P = Pack<T, N>;
  size_t i = 0;
  const auto at = [&](int k) { return load_pack<T, N>(x + i + k * N); };
  if constexpr (N == 1) {
    double total = 0;
    for (; i < n; ++i) total += double(x[i]);
    return total;
  } else if constexpr (std::same_as<T, float>) {
    WideSum<N> sum;
    for (; i + 8 * N <= n; i += 8 * N)
      sum.add(((at(0) + at(1)) + (at(2) + at(3))) + ((at(4) + at(5)) + (at(6) + at(7))));
    for (; i + N <= n; i += N) sum.add(at(0));
    if (i < n) sum.add(load_first(x + i, int(n - i)));
    return sum.total();
  } else {
    P a(0), b(0), c(0), d(0), e(0), f(0), g(0), h(0);
    for (; i + 8 * N <= n; i += 8 * N) {
      a = a + at(0), b = b + at(1), c = c + at(2), d = d + at(3);
      e = e + at(4), f = f + at(5), g = g + at(6), h = h + at(7);
    }
    for (; i + N <= n; i += N) a = a + at(0);
    if (i < n) b = b + load_first(x + i, int(n - i));
    return fold(((a + b) + (c + d)) + ((e + f) + (g + h)), [](auto u, auto v) { return u + v; });
  }
}

template <class T>
void scale_block(T* y, const T* x, bool advances, T scale, size_t n) {
  const std::uint8_t step = advances;
  for_each_pack<T, 1>(y, &x, &step, n, [scale](const auto& in) { return Pack<T, pack_width<T>>(scale) % in[0]; });
}
template <class T>
void add_scaled(T* y, const T* a, const T* b, bool b_advances, T scale, size_t n) {
  const T* x[] = {a, b};
  const std::uint8_t step[] = {1, b_advances};
  for_each_pack<T, 2>(y, x, step, n, [scale](const auto& in) { return in[0] + Pack<T, pack_width<T>>(scale) % in[1]; });
}
template <class T>
void combine_blocks(T* y, const T* a, bool a_advances, T a_scale, const T* b, T b_scale, size_t n) {
  constexpr int N = pack_width<T>;
  using P = Pack<T, N>;
  alignas(64) T repeated[N];
  if (!a_advances) store_pack<T, N>(repeated, P(*a)), a = repeated;
  const T* x[] = {a, b};
  const std::uint8_t step[] = {a_advances, 1};
  for_each_pack<T, 2>(y, x, step, n,
                      [s = P(a_scale), t = P(b_scale)](const auto& in) { return s % in[0] + in[1] % t; });
}
template <class T>
void add_widened(double* y, const T* x, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += double(x[i]);
}

template <class T>
void repeat_column(T* y, const T* column, size_t r, size_t n) {
  for (size_t i = 0; i < r && i < n; ++i) y[i] = column[i];
  for (size_t i = r; i < n; ++i) y[i] = y[i - r];
}
template <class T>
void repeat_row(T* y, const T* row, size_t outer, size_t r, size_t c) {
  constexpr int N = pack_width<T>;
  for (size_t j = 0; j < c; ++j, y += r) {
    const Pack<T, N> x(row[j * outer]);
    size_t i = 0;
    do store_pack<T, N>(y + i, x);
    while ((i += N) + N <= r);
    if (i < r) store_pack<T, N>(y + (r < N ? 0 : r - N), x);
  }
}

template <class T, int r>
void sum_short_columns(T* y, const T* x, size_t c, bool add) {
  for (size_t j = 0; j < c; ++j) {
    T sum = add ? y[j] : T(0);
    for (int i = 0; i < r; ++i) sum += x[j * r + i];
    y[j] = sum;
  }
}
template <class T>
void sum_columns(T* y, const T* x, size_t r, size_t c, bool add) {
  const auto done = [&]<std::size_t... k>(std::index_sequence<k...>) {
    return ((r == k + 1 && (sum_short_columns<T, k + 1>(y, x, c, add), true)) || ...);
  }
  (std::make_index_sequence<16>());
  if (done) return;
  for (size_t j = 0; j < c; ++j, x += r) y[j] = T((add ? y[j] : T(0)) + sum_block(x, r));
}
template <class T, int packs>
void sum_periods(T* y, const T* x, size_t groups) {
  constexpr int N = pack_width<T>;
  Pack<T, N> sum[packs];
  for (int p = 0; p < packs; ++p) sum[p] = Pack<T, N>(0);
  for (size_t g = 0; g < groups; ++g, x += packs * N) {
    for (int p = 0; p < packs; ++p) sum[p] = sum[p] + load_pack<T, N>(x + p * N);
  }
  for (int p = 0; p < packs; ++p) store_pack<T, N>(y + p * N, sum[p]);
}
template <class T>
void sum_rows(T* y, const T* x, size_t period, size_t n) {
  constexpr int N = pack_width<T>;
  const size_t groups = n / period, packs = period / N;
  const auto done = [&]<std::size_t... k>(std::index_sequence<k...>) {
    return ((packs == k + 1 && (sum_periods<T, k + 1>(y, x, groups), true)) || ...);
  }
  (std::make_index_sequence<8>());
  if (!done) {
    for (size_t q = 0; q < period; ++q) y[q] = T(0);
    for (size_t g = 0; g < groups; ++g) add_scaled(y, y, x + g * period, true, T(1), period);
  }
  for (size_t i = groups * period; i < n; ++i) y[i - groups * period] += x[i];
}

/// These loops as compiled in this unit.
template <class T>
constexpr BlockLoops<T> block_loops_of() {
  BlockLoops<T> loops;
  loops.width = pack_width<T>;
  loops.scale = scale_block<T>;
  loops.add_scaled = add_scaled<T>;
  loops.combine = combine_blocks<T>;
  loops.repeat_column = repeat_column<T>;
  loops.repeat_row = repeat_row<T>;
  if constexpr (std::is_floating_point_v<T>) {
    loops.sum = sum_block<T>;
    loops.add_widened = add_widened<T>;
    loops.sum_columns = sum_columns<T>;
    loops.sum_rows = sum_rows<T>;
  }
  return loops;
}
}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail

namespace armagrad::detail {

/// Those of the set that the CPU runs; of complex numbers there is one set only.
template <class T>
const BlockLoops<T>& block_loops() {
  if constexpr (std::is_floating_point_v<T>) {
    return kernels_over<T>().loops;
  } else {
    static constexpr BlockLoops<T> here = block_loops_of<T>();
    return here;
  }
}

}  // namespace armagrad::detail
