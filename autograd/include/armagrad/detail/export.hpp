#pragma once
// What a unit must be compiled with, and which symbols of the library can be linked against.

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "armagrad: compile without -ffast-math, -Ofast and -ffinite-math-only: NaN and infinity are meaningful here"
#endif

#include <version>
#ifndef __cpp_lib_source_location
#error "armagrad: needs C++20 with std::source_location: g++ 11, clang 16 or later, and -std=c++20"
#endif

/// Marks what the library defines and its users link to; its other symbols are hidden.
#define ARMAGRAD_EXPORT __attribute__((visibility("default")))
