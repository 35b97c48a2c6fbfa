#pragma once
// Functions of whole packs by SLEEF (at most 1 ulp, special values kept), for the compiled library. The
// header-only build keeps the C library's function of each lane, and so do the functions that are not here,
// because SLEEF's are less exact (erfc) or lose large arguments (asinh, acosh).

#include <sleef.h>

#include "pack.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

// clang-format off
#if ARMAGRAD_REGISTER_BYTES == 64
inline Pack<double, 8> exp(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_expd8_u10avx512f(x.v)); }
inline Pack<double, 8> log(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_logd8_u10avx512f(x.v)); }
inline Pack<double, 8> tanh(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_tanhd8_u10avx512f(x.v)); }
inline Pack<double, 8> expm1(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_expm1d8_u10avx512f(x.v)); }
inline Pack<double, 8> exp2(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_exp2d8_u10avx512f(x.v)); }
inline Pack<double, 8> exp10(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_exp10d8_u10avx512f(x.v)); }
inline Pack<double, 8> log2(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_log2d8_u10avx512f(x.v)); }
inline Pack<double, 8> log10(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_log10d8_u10avx512f(x.v)); }
inline Pack<double, 8> cbrt(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_cbrtd8_u10avx512f(x.v)); }
inline Pack<double, 8> sin(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_sind8_u10avx512f(x.v)); }
inline Pack<double, 8> cos(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_cosd8_u10avx512f(x.v)); }
inline Pack<double, 8> tan(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_tand8_u10avx512f(x.v)); }
inline Pack<double, 8> asin(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_asind8_u10avx512f(x.v)); }
inline Pack<double, 8> acos(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_acosd8_u10avx512f(x.v)); }
inline Pack<double, 8> atan(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_atand8_u10avx512f(x.v)); }
inline Pack<double, 8> sinh_below_overflow(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_sinhd8_u10avx512f(x.v)); }
inline Pack<double, 8> cosh_below_overflow(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_coshd8_u10avx512f(x.v)); }
inline Pack<double, 8> atanh(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_atanhd8_u10avx512f(x.v)); }
inline Pack<double, 8> erf(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_erfd8_u10avx512f(x.v)); }
inline Pack<double, 8> log1p_below_overflow(Pack<double, 8> x) { return Pack<double, 8>::raw(Sleef_log1pd8_u10avx512f(x.v)); }
inline Pack<double, 8> pow_below_overflow(Pack<double, 8> a, Pack<double, 8> b) { return Pack<double, 8>::raw(Sleef_powd8_u10avx512f(a.v, b.v)); }
inline Pack<double, 8> atan2(Pack<double, 8> a, Pack<double, 8> b) { return Pack<double, 8>::raw(Sleef_atan2d8_u10avx512f(a.v, b.v)); }
inline Pack<float, 16> exp(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_expf16_u10avx512f(x.v)); }
inline Pack<float, 16> log(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_logf16_u10avx512f(x.v)); }
inline Pack<float, 16> tanh(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_tanhf16_u10avx512f(x.v)); }
inline Pack<float, 16> expm1(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_expm1f16_u10avx512f(x.v)); }
inline Pack<float, 16> exp2(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_exp2f16_u10avx512f(x.v)); }
inline Pack<float, 16> exp10(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_exp10f16_u10avx512f(x.v)); }
inline Pack<float, 16> log2(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_log2f16_u10avx512f(x.v)); }
inline Pack<float, 16> log10(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_log10f16_u10avx512f(x.v)); }
inline Pack<float, 16> cbrt(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_cbrtf16_u10avx512f(x.v)); }
inline Pack<float, 16> sin(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_sinf16_u10avx512f(x.v)); }
inline Pack<float, 16> cos(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_cosf16_u10avx512f(x.v)); }
inline Pack<float, 16> tan(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_tanf16_u10avx512f(x.v)); }
inline Pack<float, 16> asin(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_asinf16_u10avx512f(x.v)); }
inline Pack<float, 16> acos(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_acosf16_u10avx512f(x.v)); }
inline Pack<float, 16> atan(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_atanf16_u10avx512f(x.v)); }
inline Pack<float, 16> sinh_below_overflow(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_sinhf16_u10avx512f(x.v)); }
inline Pack<float, 16> cosh_below_overflow(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_coshf16_u10avx512f(x.v)); }
inline Pack<float, 16> atanh(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_atanhf16_u10avx512f(x.v)); }
inline Pack<float, 16> erf(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_erff16_u10avx512f(x.v)); }
inline Pack<float, 16> log1p_below_overflow(Pack<float, 16> x) { return Pack<float, 16>::raw(Sleef_log1pf16_u10avx512f(x.v)); }
inline Pack<float, 16> pow_below_overflow(Pack<float, 16> a, Pack<float, 16> b) { return Pack<float, 16>::raw(Sleef_powf16_u10avx512f(a.v, b.v)); }
inline Pack<float, 16> atan2(Pack<float, 16> a, Pack<float, 16> b) { return Pack<float, 16>::raw(Sleef_atan2f16_u10avx512f(a.v, b.v)); }
#elif ARMAGRAD_REGISTER_BYTES == 32
inline Pack<double, 4> exp(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_expd4_u10avx2(x.v)); }
inline Pack<double, 4> log(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_logd4_u10avx2(x.v)); }
inline Pack<double, 4> tanh(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_tanhd4_u10avx2(x.v)); }
inline Pack<double, 4> expm1(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_expm1d4_u10avx2(x.v)); }
inline Pack<double, 4> exp2(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_exp2d4_u10avx2(x.v)); }
inline Pack<double, 4> exp10(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_exp10d4_u10avx2(x.v)); }
inline Pack<double, 4> log2(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_log2d4_u10avx2(x.v)); }
inline Pack<double, 4> log10(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_log10d4_u10avx2(x.v)); }
inline Pack<double, 4> cbrt(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_cbrtd4_u10avx2(x.v)); }
inline Pack<double, 4> sin(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_sind4_u10avx2(x.v)); }
inline Pack<double, 4> cos(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_cosd4_u10avx2(x.v)); }
inline Pack<double, 4> tan(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_tand4_u10avx2(x.v)); }
inline Pack<double, 4> asin(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_asind4_u10avx2(x.v)); }
inline Pack<double, 4> acos(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_acosd4_u10avx2(x.v)); }
inline Pack<double, 4> atan(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_atand4_u10avx2(x.v)); }
inline Pack<double, 4> sinh_below_overflow(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_sinhd4_u10avx2(x.v)); }
inline Pack<double, 4> cosh_below_overflow(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_coshd4_u10avx2(x.v)); }
inline Pack<double, 4> atanh(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_atanhd4_u10avx2(x.v)); }
inline Pack<double, 4> erf(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_erfd4_u10avx2(x.v)); }
inline Pack<double, 4> log1p_below_overflow(Pack<double, 4> x) { return Pack<double, 4>::raw(Sleef_log1pd4_u10avx2(x.v)); }
inline Pack<double, 4> pow_below_overflow(Pack<double, 4> a, Pack<double, 4> b) { return Pack<double, 4>::raw(Sleef_powd4_u10avx2(a.v, b.v)); }
inline Pack<double, 4> atan2(Pack<double, 4> a, Pack<double, 4> b) { return Pack<double, 4>::raw(Sleef_atan2d4_u10avx2(a.v, b.v)); }
inline Pack<float, 8> exp(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_expf8_u10avx2(x.v)); }
inline Pack<float, 8> log(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_logf8_u10avx2(x.v)); }
inline Pack<float, 8> tanh(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_tanhf8_u10avx2(x.v)); }
inline Pack<float, 8> expm1(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_expm1f8_u10avx2(x.v)); }
inline Pack<float, 8> exp2(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_exp2f8_u10avx2(x.v)); }
inline Pack<float, 8> exp10(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_exp10f8_u10avx2(x.v)); }
inline Pack<float, 8> log2(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_log2f8_u10avx2(x.v)); }
inline Pack<float, 8> log10(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_log10f8_u10avx2(x.v)); }
inline Pack<float, 8> cbrt(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_cbrtf8_u10avx2(x.v)); }
inline Pack<float, 8> sin(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_sinf8_u10avx2(x.v)); }
inline Pack<float, 8> cos(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_cosf8_u10avx2(x.v)); }
inline Pack<float, 8> tan(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_tanf8_u10avx2(x.v)); }
inline Pack<float, 8> asin(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_asinf8_u10avx2(x.v)); }
inline Pack<float, 8> acos(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_acosf8_u10avx2(x.v)); }
inline Pack<float, 8> atan(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_atanf8_u10avx2(x.v)); }
inline Pack<float, 8> sinh_below_overflow(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_sinhf8_u10avx2(x.v)); }
inline Pack<float, 8> cosh_below_overflow(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_coshf8_u10avx2(x.v)); }
inline Pack<float, 8> atanh(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_atanhf8_u10avx2(x.v)); }
inline Pack<float, 8> erf(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_erff8_u10avx2(x.v)); }
inline Pack<float, 8> log1p_below_overflow(Pack<float, 8> x) { return Pack<float, 8>::raw(Sleef_log1pf8_u10avx2(x.v)); }
inline Pack<float, 8> pow_below_overflow(Pack<float, 8> a, Pack<float, 8> b) { return Pack<float, 8>::raw(Sleef_powf8_u10avx2(a.v, b.v)); }
inline Pack<float, 8> atan2(Pack<float, 8> a, Pack<float, 8> b) { return Pack<float, 8>::raw(Sleef_atan2f8_u10avx2(a.v, b.v)); }
#else  // SLEEF itself looks at the CPU
inline Pack<double, 2> exp(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_expd2_u10(x.v)); }
inline Pack<double, 2> log(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_logd2_u10(x.v)); }
inline Pack<double, 2> tanh(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_tanhd2_u10(x.v)); }
inline Pack<double, 2> expm1(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_expm1d2_u10(x.v)); }
inline Pack<double, 2> exp2(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_exp2d2_u10(x.v)); }
inline Pack<double, 2> exp10(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_exp10d2_u10(x.v)); }
inline Pack<double, 2> log2(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_log2d2_u10(x.v)); }
inline Pack<double, 2> log10(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_log10d2_u10(x.v)); }
inline Pack<double, 2> cbrt(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_cbrtd2_u10(x.v)); }
inline Pack<double, 2> sin(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_sind2_u10(x.v)); }
inline Pack<double, 2> cos(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_cosd2_u10(x.v)); }
inline Pack<double, 2> tan(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_tand2_u10(x.v)); }
inline Pack<double, 2> asin(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_asind2_u10(x.v)); }
inline Pack<double, 2> acos(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_acosd2_u10(x.v)); }
inline Pack<double, 2> atan(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_atand2_u10(x.v)); }
inline Pack<double, 2> sinh_below_overflow(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_sinhd2_u10(x.v)); }
inline Pack<double, 2> cosh_below_overflow(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_coshd2_u10(x.v)); }
inline Pack<double, 2> atanh(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_atanhd2_u10(x.v)); }
inline Pack<double, 2> erf(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_erfd2_u10(x.v)); }
inline Pack<double, 2> log1p_below_overflow(Pack<double, 2> x) { return Pack<double, 2>::raw(Sleef_log1pd2_u10(x.v)); }
inline Pack<double, 2> pow_below_overflow(Pack<double, 2> a, Pack<double, 2> b) { return Pack<double, 2>::raw(Sleef_powd2_u10(a.v, b.v)); }
inline Pack<double, 2> atan2(Pack<double, 2> a, Pack<double, 2> b) { return Pack<double, 2>::raw(Sleef_atan2d2_u10(a.v, b.v)); }
inline Pack<float, 4> exp(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_expf4_u10(x.v)); }
inline Pack<float, 4> log(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_logf4_u10(x.v)); }
inline Pack<float, 4> tanh(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_tanhf4_u10(x.v)); }
inline Pack<float, 4> expm1(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_expm1f4_u10(x.v)); }
inline Pack<float, 4> exp2(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_exp2f4_u10(x.v)); }
inline Pack<float, 4> exp10(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_exp10f4_u10(x.v)); }
inline Pack<float, 4> log2(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_log2f4_u10(x.v)); }
inline Pack<float, 4> log10(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_log10f4_u10(x.v)); }
inline Pack<float, 4> cbrt(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_cbrtf4_u10(x.v)); }
inline Pack<float, 4> sin(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_sinf4_u10(x.v)); }
inline Pack<float, 4> cos(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_cosf4_u10(x.v)); }
inline Pack<float, 4> tan(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_tanf4_u10(x.v)); }
inline Pack<float, 4> asin(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_asinf4_u10(x.v)); }
inline Pack<float, 4> acos(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_acosf4_u10(x.v)); }
inline Pack<float, 4> atan(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_atanf4_u10(x.v)); }
inline Pack<float, 4> sinh_below_overflow(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_sinhf4_u10(x.v)); }
inline Pack<float, 4> cosh_below_overflow(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_coshf4_u10(x.v)); }
inline Pack<float, 4> atanh(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_atanhf4_u10(x.v)); }
inline Pack<float, 4> erf(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_erff4_u10(x.v)); }
inline Pack<float, 4> log1p_below_overflow(Pack<float, 4> x) { return Pack<float, 4>::raw(Sleef_log1pf4_u10(x.v)); }
inline Pack<float, 4> pow_below_overflow(Pack<float, 4> a, Pack<float, 4> b) { return Pack<float, 4>::raw(Sleef_powf4_u10(a.v, b.v)); }
inline Pack<float, 4> atan2(Pack<float, 4> a, Pack<float, 4> b) { return Pack<float, 4>::raw(Sleef_atan2f4_u10(a.v, b.v)); }
#endif
// clang-format on

/// SLEEF's sinh, cosh and pow overflow before the largest numbers: where there is an inf, each lane again.
template <class P, class F>
P unless_infinite(P y, F by_lane) {
  const bool finite =
      fold(abs(y), [](auto a, auto b) { return larger(a, b); }) <= std::numeric_limits<typename P::Lane>::max();
  return finite ? y : by_lane();
}
/// SLEEF's overflows near the largest numbers, where log(x) is the same.
template <class P>
P log1p_of(P x, typename P::Lane large) {
  const P y = log1p_below_overflow(x);
  const bool any = fold(x, [](auto a, auto b) { return larger(a, b); }) > large;
  return any ? select(x > large, log(x), y) : y;
}

using Doubles = Pack<double, pack_width<double>>;
using Floats = Pack<float, pack_width<float>>;

inline Doubles log1p(Doubles x) { return log1p_of(x, 1e300); }
inline Floats log1p(Floats x) { return log1p_of(x, 1e30f); }
inline Doubles sinh(Doubles x) {
  return unless_infinite(sinh_below_overflow(x), [x] { return map(x, [](auto v) { return lane::sinh(v); }); });
}
inline Floats sinh(Floats x) {
  return unless_infinite(sinh_below_overflow(x), [x] { return map(x, [](auto v) { return lane::sinh(v); }); });
}
inline Doubles cosh(Doubles x) {
  return unless_infinite(cosh_below_overflow(x), [x] { return map(x, [](auto v) { return lane::cosh(v); }); });
}
inline Floats cosh(Floats x) {
  return unless_infinite(cosh_below_overflow(x), [x] { return map(x, [](auto v) { return lane::cosh(v); }); });
}
inline Doubles pow(Doubles a, Doubles b) {
  return unless_infinite(pow_below_overflow(a, b),
                         [=] { return map(a, b, [](auto x, auto y) { return lane::pow(x, y); }); });
}
inline Doubles pow(Doubles x, double p) { return pow(x, Doubles(p)); }
inline Floats pow(Floats a, Floats b) {
  return unless_infinite(pow_below_overflow(a, b),
                         [=] { return map(a, b, [](auto x, auto y) { return lane::pow(x, y); }); });
}
inline Floats pow(Floats x, double p) { return pow(x, Floats(p)); }

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
