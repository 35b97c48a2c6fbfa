#pragma once
// The instruction set that a unit is compiled for. Code that depends on it is in an inline namespace of that name, so
// that the linker cannot take a function compiled for one set in place of one compiled for another.

#if defined(__AVX512F__)
#define ARMAGRAD_SET avx512
#define ARMAGRAD_REGISTER_BYTES 64
#elif defined(__AVX2__) && defined(__FMA__)
#define ARMAGRAD_SET avx2
#define ARMAGRAD_REGISTER_BYTES 32
#else
#ifdef __SSE2__
#define ARMAGRAD_SET sse2
#else
#define ARMAGRAD_SET generic
#endif
#define ARMAGRAD_REGISTER_BYTES 16
#endif
