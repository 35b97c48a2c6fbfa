#pragma once
// Loops over contiguous blocks, a pack at a time: the only way in which elementwise rules are compiled.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "pack.hpp"

#if ARMAGRAD_REGISTER_BYTES > 16
#include <immintrin.h>
#endif

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

template <class T, int N>
[[gnu::always_inline]] inline Pack<T, N> load_pack(const T* p) {
  Pack<T, N> x;
  std::memcpy(&x.v, p, sizeof x.v);
  return x;
}
template <class T, int N>
[[gnu::always_inline]] inline void store_pack(T* p, Pack<T, N> x) {
  std::memcpy(p, &x.v, sizeof x.v);
}

// ---- The first n numbers of a pack, 0 < n < N: nothing is read or written beyond them ----
#if ARMAGRAD_REGISTER_BYTES == 64
inline Pack<double, 8> load_first(const double* p, int n) {
  return Pack<double, 8>::raw(_mm512_maskz_loadu_pd(__mmask8((1u << n) - 1), p));
}
inline Pack<float, 16> load_first(const float* p, int n) {
  return Pack<float, 16>::raw(_mm512_maskz_loadu_ps(__mmask16((1u << n) - 1), p));
}
inline void store_first(double* p, Pack<double, 8> x, int n) { _mm512_mask_storeu_pd(p, __mmask8((1u << n) - 1), x.v); }
inline void store_first(float* p, Pack<float, 16> x, int n) { _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), x.v); }
#elif ARMAGRAD_REGISTER_BYTES == 32
inline __m256i first_of_4(int n) { return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3)); }
inline __m256i first_of_8(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline Pack<double, 4> load_first(const double* p, int n) {
  return Pack<double, 4>::raw(_mm256_maskload_pd(p, first_of_4(n)));
}
inline Pack<float, 8> load_first(const float* p, int n) {
  return Pack<float, 8>::raw(_mm256_maskload_ps(p, first_of_8(n)));
}
inline void store_first(double* p, Pack<double, 4> x, int n) { _mm256_maskstore_pd(p, first_of_4(n), x.v); }
inline void store_first(float* p, Pack<float, 8> x, int n) { _mm256_maskstore_ps(p, first_of_8(n), x.v); }
#else
template <class T>
Pack<T, pack_width<T> > load_first(const T* p, int n) {
  T some[pack_width<T>] = {};
  for (int i = 0; i < n; ++i) some[i] = p[i];
  return load_pack<T, pack_width<T> >(some);
}
template <class T, int N>
void store_first(T* p, Pack<T, N> x, int n) {
  for (int i = 0; i < n; ++i) p[i] = x[i];
}
#endif

/// y[i] = f(x_0[i], ..., x_K-1[i]) for i < n. A step of 0 repeats one pack, which x then points to; a step of
/// 1 goes on. y may be one of the x. The text of f is compiled once: the last, partial pack goes through a
/// padded scratch in the same loop.
template <class T, std::size_t K, class F>
[[gnu::always_inline]] inline void for_each_pack(T* y, const T* const* x, const std::uint8_t* step, std::size_t n,
                                                 F f) {
  constexpr int N = pack_width<T>;
  // Places are counted, and not by K pointers that go on: GCC packs those in registers through memory, in each step.
  std::array<const T*, K> from;
  std::array<std::size_t, K> mask;
  for (std::size_t k = 0; k < K; ++k) from[k] = x[k], mask[k] = step[k] ? ~std::size_t(0) : 0;
  std::array<Pack<T, N>, K> in;
  if constexpr (N == 1) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < K; ++k) in[k] = load_pack<T, N>(from[k] + (i & mask[k]));
      store_pack<T, N>(y + i, f(in));
    }
  } else {
    alignas(64) T padded[K][N];
    alignas(64) T last[N];
    const std::size_t rest = n % N, whole = n - rest;
    bool is_last = false;
    T* to = y;
    for (std::size_t end = whole;; end = N) {
      for (std::size_t i = 0; i < end; i += N) {
        for (std::size_t k = 0; k < K; ++k) in[k] = load_pack<T, N>(from[k] + (i & mask[k]));
        store_pack<T, N>(to + i, f(in));
      }
      if (is_last) return store_first(y + whole, load_pack<T, N>(last), int(rest));
      if (!rest) return;
      for (std::size_t k = 0; k < K; ++k) {
        store_pack<T, N>(padded[k], step[k] ? load_first(from[k] + whole, int(rest)) : load_pack<T, N>(from[k]));
        from[k] = padded[k];
      }
      to = last;
      is_last = true;
    }
  }
}

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
