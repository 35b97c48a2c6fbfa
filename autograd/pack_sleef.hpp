#pragma once
// exp, log, log1p and tanh of whole packs by SLEEF (at most 1 ulp, special values kept), for the compiled
// library. The header-only build keeps the C library's function of each lane.

#include <sleef.h>

#include "pack.hpp"

namespace armagrad {

// clang-format off
#if defined(__AVX512F__)
inline Pack<double, 8> exp(Pack<double, 8> x)   { return Pack<double, 8>::raw(Sleef_expd8_u10avx512f(x.v)); }
inline Pack<double, 8> log(Pack<double, 8> x)   { return Pack<double, 8>::raw(Sleef_logd8_u10avx512f(x.v)); }
inline Pack<double, 8> log1p_below_overflow(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_log1pd8_u10avx512f(x.v)); }
inline Pack<double, 8> tanh(Pack<double, 8> x)  { return Pack<double, 8>::raw(Sleef_tanhd8_u10avx512f(x.v)); }
inline Pack<float, 16> exp(Pack<float, 16> x)   { return Pack<float, 16>::raw(Sleef_expf16_u10avx512f(x.v)); }
inline Pack<float, 16> log(Pack<float, 16> x)   { return Pack<float, 16>::raw(Sleef_logf16_u10avx512f(x.v)); }
inline Pack<float, 16> log1p_below_overflow(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_log1pf16_u10avx512f(x.v)); }
inline Pack<float, 16> tanh(Pack<float, 16> x)  { return Pack<float, 16>::raw(Sleef_tanhf16_u10avx512f(x.v)); }
#elif defined(__AVX2__) && defined(__FMA__)
inline Pack<double, 4> exp(Pack<double, 4> x)   { return Pack<double, 4>::raw(Sleef_expd4_u10avx2(x.v)); }
inline Pack<double, 4> log(Pack<double, 4> x)   { return Pack<double, 4>::raw(Sleef_logd4_u10avx2(x.v)); }
inline Pack<double, 4> log1p_below_overflow(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_log1pd4_u10avx2(x.v)); }
inline Pack<double, 4> tanh(Pack<double, 4> x)  { return Pack<double, 4>::raw(Sleef_tanhd4_u10avx2(x.v)); }
inline Pack<float, 8> exp(Pack<float, 8> x)     { return Pack<float, 8>::raw(Sleef_expf8_u10avx2(x.v)); }
inline Pack<float, 8> log(Pack<float, 8> x)     { return Pack<float, 8>::raw(Sleef_logf8_u10avx2(x.v)); }
inline Pack<float, 8> log1p_below_overflow(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_log1pf8_u10avx2(x.v)); }
inline Pack<float, 8> tanh(Pack<float, 8> x)    { return Pack<float, 8>::raw(Sleef_tanhf8_u10avx2(x.v)); }
#else  // SLEEF itself looks at the CPU
inline Pack<double, 2> exp(Pack<double, 2> x)   { return Pack<double, 2>::raw(Sleef_expd2_u10(x.v)); }
inline Pack<double, 2> log(Pack<double, 2> x)   { return Pack<double, 2>::raw(Sleef_logd2_u10(x.v)); }
inline Pack<double, 2> log1p_below_overflow(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_log1pd2_u10(x.v)); }
inline Pack<double, 2> tanh(Pack<double, 2> x)  { return Pack<double, 2>::raw(Sleef_tanhd2_u10(x.v)); }
inline Pack<float, 4> exp(Pack<float, 4> x)     { return Pack<float, 4>::raw(Sleef_expf4_u10(x.v)); }
inline Pack<float, 4> log(Pack<float, 4> x)     { return Pack<float, 4>::raw(Sleef_logf4_u10(x.v)); }
inline Pack<float, 4> log1p_below_overflow(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_log1pf4_u10(x.v)); }
inline Pack<float, 4> tanh(Pack<float, 4> x)    { return Pack<float, 4>::raw(Sleef_tanhf4_u10(x.v)); }
#endif
// clang-format on

namespace detail {
/// SLEEF's overflows near the largest numbers, where log(x) is the same.
template <class P>
P log1p_of(P x, typename P::Lane large) {
  const P y = log1p_below_overflow(x);
  const bool any = fold(x, [](auto a, auto b) { return larger(a, b); }) > large;
  return any ? select(x > large, log(x), y) : y;
}
}  // namespace detail

inline Pack<double, pack_width<double>> log1p(Pack<double, pack_width<double>> x) {
  return detail::log1p_of(x, 1e300);
}
inline Pack<float, pack_width<float>> log1p(Pack<float, pack_width<float>> x) {
  return detail::log1p_of(x, 1e30f);
}

}  // namespace armagrad
