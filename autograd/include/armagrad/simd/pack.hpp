#pragma once
// A few numbers side by side: the algebra in which elementwise rules are read as numbers.
//
// Pack<double, 8> is one SIMD register; Pack<double, 1> a plain number;
// Pack<std::complex<double>, 1> carries the complex-step reading; and Pack<Probe, 1> computes nothing but
// notes which of a rule's arguments its text reads.  Spelled as in Armadillo: % multiplies elementwise.

#include <cmath>
#include <complex>
#include <concepts>
#include <cstring>
#include <type_traits>
#include <utility>

#include "lane_gamma.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

/// Stands for a number whose value is unknown; remembers which arguments it depends on, one bit each, whether a
/// function was called, and whether it is `factor` times nothing or one of them (a factor of 0: it is something else).
struct Probe {
  static constexpr unsigned function = 256;  // beyond the bits of arguments
  unsigned reads = 0;
  double factor = 0;
};
inline Probe operator*(Probe a, Probe b) { return {a.reads | b.reads, a.reads && b.reads ? 0 : a.factor * b.factor}; }
inline Probe operator/(Probe a, Probe b) { return {a.reads | b.reads, b.reads ? 0 : a.factor / b.factor}; }
inline Probe operator-(Probe a) { return {a.reads, -a.factor}; }
/// What depends on both.
inline Probe either(Probe a, Probe b) { return {a.reads | b.reads}; }

template <class T, int N>
struct Lanes {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};
template <class T>
struct Lanes<T, 1> {
  using type = T;
};

template <class T, int N>
struct Pack {
  using Lane = T;
  static constexpr int width = N;
  typename Lanes<T, N>::type v;

  Pack() = default;
  template <class S>
  requires std::is_arithmetic_v<S> || std::same_as<S, T> Pack(S s) {
    if constexpr (std::same_as<T, Probe>) {
      if constexpr (std::same_as<S, Probe>)
        v = s;
      else
        v = Probe{0, double(s)};
    } else if constexpr (N == 1 && std::same_as<S, T>) {
      v = s;
    } else if constexpr (N == 1) {
      v = T(static_cast<decltype(lane::real(T()))>(s));
    } else {
      v = T(s) - typename Lanes<T, N>::type{};
    }
  }

  T operator[](int i) const {
    if constexpr (N == 1)
      return v;
    else
      return v[i];
  }
  void set(int i, T x) {
    if constexpr (N == 1)
      v = x;
    else
      v[i] = x;
  }

  friend Pack operator+(Pack a, Pack b) {
    if constexpr (std::same_as<T, Probe>)
      return raw(either(a.v, b.v));
    else
      return raw(a.v + b.v);
  }
  friend Pack operator-(Pack a, Pack b) {
    if constexpr (std::same_as<T, Probe>)
      return raw(either(a.v, b.v));
    else
      return raw(a.v - b.v);
  }
  friend Pack operator%(Pack a, Pack b) { return raw(a.v * b.v); }
  friend Pack operator/(Pack a, Pack b) { return raw(a.v / b.v); }
  friend Pack operator-(Pack a) { return raw(-a.v); }
  friend Pack operator*(double s, Pack a) { return Pack(s) % a; }
  friend Pack operator*(Pack a, double s) { return Pack(s) % a; }

  /// 1 where true and 0 where not; complex numbers compare by their real part.
  friend Pack operator>(Pack a, Pack b) {
    return map(a, b, [](auto x, auto y) { return T(lane::real(x) > lane::real(y) ? 1 : 0); });
  }
  friend Pack operator<(Pack a, Pack b) { return b > a; }
  friend Pack operator>=(Pack a, Pack b) {
    return map(a, b, [](auto x, auto y) { return T(lane::real(x) >= lane::real(y) ? 1 : 0); });
  }
  friend Pack operator<=(Pack a, Pack b) { return b >= a; }
  friend Pack operator==(Pack a, Pack b) {
    return map(a, b, [](auto x, auto y) { return T(lane::real(x) == lane::real(y) ? 1 : 0); });
  }
  friend Pack operator!=(Pack a, Pack b) {
    return map(a, b, [](auto x, auto y) { return T(lane::real(x) != lane::real(y) ? 1 : 0); });
  }

  static Pack raw(typename Lanes<T, N>::type v) {
    Pack p;
    p.v = v;
    return p;
  }
};

/// Applies f to each lane; on a Probe it only passes on what was read, and that a function was called.
template <class T, int N, class F>
Pack<T, N> map(Pack<T, N> x, F f) {
  if constexpr (std::same_as<T, Probe>) {
    return Pack<T, N>::raw(either(x.v, Probe{Probe::function}));
  } else if constexpr (N == 1) {
    return Pack<T, N>::raw(f(x.v));
  } else {
    Pack<T, N> y;
    for (int i = 0; i < N; ++i) y.v[i] = f(x.v[i]);
    return y;
  }
}
template <class T, int N, class F>
Pack<T, N> map(Pack<T, N> a, std::type_identity_t<Pack<T, N>> b, F f) {
  if constexpr (std::same_as<T, Probe>) {
    return Pack<T, N>::raw(either(either(a.v, b.v), Probe{Probe::function}));
  } else if constexpr (N == 1) {
    return Pack<T, N>::raw(f(a.v, b.v));
  } else {
    Pack<T, N> y;
    for (int i = 0; i < N; ++i) y.v[i] = f(a.v[i], b.v[i]);
    return y;
  }
}

/// The larger by the real part; a NaN on either side stays.
template <class T, int N>
Pack<T, N> larger(Pack<T, N> a, Pack<T, N> b) {
  if constexpr (std::same_as<T, Probe>) {
    return Pack<T, N>::raw(either(a.v, b.v));
  } else if constexpr (N == 1) {
    return lane::real(b.v) > lane::real(a.v) || lane::real(b.v) != lane::real(b.v) ? b : a;
  } else {
    return Pack<T, N>::raw(((b.v > a.v) | (b.v != b.v)) ? b.v : a.v);
  }
}

/// a where c is not 0, b elsewhere; what stands in the branch not taken does not matter.
template <class T, int N>
Pack<T, N> select(Pack<T, N> c, std::type_identity_t<Pack<T, N>> a, std::type_identity_t<Pack<T, N>> b) {
  if constexpr (std::same_as<T, Probe>) {
    return Pack<T, N>::raw(either(c.v, either(a.v, b.v)));
  } else if constexpr (N == 1) {
    return lane::real(c.v) != 0 ? a : b;
  } else {
    return Pack<T, N>::raw(c.v != 0 ? a.v : b.v);
  }
}

// clang-format off
template <class T, int N> Pack<T, N> exp(Pack<T, N> x){ return map(x, [](auto v) { return lane::exp(v); }); }
template <class T, int N> Pack<T, N> log(Pack<T, N> x){ return map(x, [](auto v) { return lane::log(v); }); }
template <class T, int N> Pack<T, N> log1p(Pack<T, N> x){ return map(x, [](auto v) { return lane::log1p(v); }); }
template <class T, int N> Pack<T, N> sqrt(Pack<T, N> x){ return map(x, [](auto v) { return lane::sqrt(v); }); }
template <class T, int N> Pack<T, N> tanh(Pack<T, N> x){ return map(x, [](auto v) { return lane::tanh(v); }); }
template <class T, int N> Pack<T, N> abs(Pack<T, N> x){ return map(x, [](auto v) { return lane::abs(v); }); }
template <class T, int N> Pack<T, N> sign(Pack<T, N> x){ return map(x, [](auto v) { return lane::sign(v); }); }
template <class T, int N> Pack<T, N> expm1(Pack<T, N> x){ return map(x, [](auto v) { return lane::expm1(v); }); }
template <class T, int N> Pack<T, N> exp2(Pack<T, N> x){ return map(x, [](auto v) { return lane::exp2(v); }); }
template <class T, int N> Pack<T, N> exp10(Pack<T, N> x){ return map(x, [](auto v) { return lane::exp10(v); }); }
template <class T, int N> Pack<T, N> log2(Pack<T, N> x){ return map(x, [](auto v) { return lane::log2(v); }); }
template <class T, int N> Pack<T, N> log10(Pack<T, N> x){ return map(x, [](auto v) { return lane::log10(v); }); }
template <class T, int N> Pack<T, N> cbrt(Pack<T, N> x){ return map(x, [](auto v) { return lane::cbrt(v); }); }
template <class T, int N> Pack<T, N> sin(Pack<T, N> x){ return map(x, [](auto v) { return lane::sin(v); }); }
template <class T, int N> Pack<T, N> cos(Pack<T, N> x){ return map(x, [](auto v) { return lane::cos(v); }); }
template <class T, int N> Pack<T, N> tan(Pack<T, N> x){ return map(x, [](auto v) { return lane::tan(v); }); }
template <class T, int N> Pack<T, N> asin(Pack<T, N> x){ return map(x, [](auto v) { return lane::asin(v); }); }
template <class T, int N> Pack<T, N> acos(Pack<T, N> x){ return map(x, [](auto v) { return lane::acos(v); }); }
template <class T, int N> Pack<T, N> atan(Pack<T, N> x){ return map(x, [](auto v) { return lane::atan(v); }); }
template <class T, int N> Pack<T, N> sinh(Pack<T, N> x){ return map(x, [](auto v) { return lane::sinh(v); }); }
template <class T, int N> Pack<T, N> cosh(Pack<T, N> x){ return map(x, [](auto v) { return lane::cosh(v); }); }
template <class T, int N> Pack<T, N> asinh(Pack<T, N> x){ return map(x, [](auto v) { return lane::asinh(v); }); }
template <class T, int N> Pack<T, N> acosh(Pack<T, N> x){ return map(x, [](auto v) { return lane::acosh(v); }); }
template <class T, int N> Pack<T, N> atanh(Pack<T, N> x){ return map(x, [](auto v) { return lane::atanh(v); }); }
template <class T, int N> Pack<T, N> erf(Pack<T, N> x){ return map(x, [](auto v) { return lane::erf(v); }); }
template <class T, int N> Pack<T, N> erfc(Pack<T, N> x){ return map(x, [](auto v) { return lane::erfc(v); }); }
template <class T, int N> Pack<T, N> lgamma(Pack<T, N> x){ return map(x, [](auto v) { return lane::lgamma(v); }); }
template <class T, int N> Pack<T, N> floor(Pack<T, N> x){ return map(x, [](auto v) { return lane::floor(v); }); }
template <class T, int N> Pack<T, N> ceil(Pack<T, N> x){ return map(x, [](auto v) { return lane::ceil(v); }); }
template <class T, int N> Pack<T, N> round(Pack<T, N> x){ return map(x, [](auto v) { return lane::round(v); }); }
template <class T, int N> Pack<T, N> trunc(Pack<T, N> x){ return map(x, [](auto v) { return lane::trunc(v); }); }
template <class T, int N> Pack<T, N> atan2(Pack<T, N> y, Pack<T, N> x) { return map(y, x, [](auto a, auto b) { return lane::atan2(a, b); }); }
template <class T, int N> Pack<T, N> hypot(Pack<T, N> a, Pack<T, N> b) { return map(a, b, [](auto u, auto v) { return lane::hypot(u, v); }); }
template <class T, int N> Pack<T, N> pow(Pack<T, N> x, Pack<T, N> p)   { return map(x, p, [](auto a, auto b) { return lane::pow(a, b); }); }
template <class T, int N> Pack<T, N> pow(Pack<T, N> x, double p) { return map(x, [p](auto v) { return lane::pow(v, p); }); }
template <class T, int N> Pack<T, N> polygamma(int n, Pack<T, N> x) { return map(x, [n](auto v) { return lane::polygamma(n, v); }); }
/// The real part where it is finite, else 0: a shift that cannot make NaNs.
template <class T, int N> Pack<T, N> finite_or_zero(Pack<T, N> x) { return map(x, [](auto v) { return std::isfinite(lane::real(v)) ? T(lane::real(v)) : T(0); }); }
/// The real part: the same number, that no derivative passes through.
template <class T, int N> Pack<T, N> held(Pack<T, N> x) { return map(x, [](auto v) { return T(lane::real(v)); }); }
template <class T, int N> Pack<T, N> square(Pack<T, N> x) { return x % x; }
template <class T, int N> Pack<T, N> sigmoid(Pack<T, N> x) { return 1.0 / (1.0 + exp(-x)); }
/// Within [low, high]; a NaN stays.
template <class T, int N> Pack<T, N> clamp(Pack<T, N> x, double low, double high) { return select(x < low, low, select(x > high, high, x)); }
// clang-format on

template <class T, int N>
Pack<T, N> hypot(double a, Pack<T, N> b) {
  return hypot(Pack<T, N>(a), b);
}
/// sigmoid(x) sigmoid(-x), which is even.
template <class T, int N>
Pack<T, N> sigmoid_slope(Pack<T, N> x) {
  const Pack<T, N> e = exp(-abs(x));
  return e / square(1.0 + e);
}
/// 1 - tanh(x)^2.
template <class T, int N>
Pack<T, N> tanh_slope(Pack<T, N> x) {
  return 4.0 * sigmoid_slope(2.0 * x);
}
template <class T, int N>
Pack<T, N> one_minus_square(Pack<T, N> x) {
  return (1.0 - x) % (1.0 + x);
}
/// exp(-rate x^2), rate 1 or 1/2, as good where x^2 is large: x^2 = h^2 + (x - h) (x + h), where h is x rounded
/// to so few bits that its square is exact.
inline constexpr double gaussian_far = 40;  // where it is 0
template <class T, int N>
Pack<T, N> gaussian(double rate, Pack<T, N> x) {
  const Pack<T, N> z = clamp(x, -gaussian_far, gaussian_far), h = round(64.0 * z) / 64.0;
  return exp(-rate * square(h)) % exp(-rate * ((z - h) % (z + h)));
}
/// a / hypot(a, b), by scaled operands; 0 at the origin.
template <class T, int N>
Pack<T, N> cosine(Pack<T, N> a, Pack<T, N> b) {
  const Pack<T, N> top = larger(abs(a), abs(b));
  const Pack<T, N> u = select(abs(a) == top, sign(a), a / top), v = select(abs(b) == top, sign(b), b / top);
  const Pack<T, N> r = sqrt(square(u) + square(v));
  return u / (r + (r == 0.0));
}

/// How many numbers of type T are handled at once: what fills one register.
template <class T>
inline constexpr int pack_width = std::is_floating_point_v<T> ? ARMAGRAD_REGISTER_BYTES / int(sizeof(T)) : 1;

/// x in the first `lanes` lanes and `other` in the rest.
template <class T, int N>
Pack<T, N> first_lanes(Pack<T, N> x, int lanes, std::type_identity_t<Pack<T, N>> other) {
  if constexpr (N == 1) {
    return lanes > 0 ? x : other;
  } else {
    using Integer = std::conditional_t<sizeof(T) == 8, long long, int>;
    typename Lanes<Integer, N>::type index;
    for (int i = 0; i < N; ++i) index[i] = i;
    return Pack<T, N>::raw(index < Integer(lanes) ? x.v : other.v);
  }
}

/// Lane i from p[i * stride]; the lanes from `lanes` on are zero, unless stride 0 repeats one number.
template <class T, int N>
[[gnu::noinline]] Pack<T, N> gather(const T* p, std::size_t stride, int lanes) {
  T some[N] = {};
  for (int i = 0; i < lanes; ++i) some[i] = p[std::size_t(i) * stride];
  Pack<T, N> x;
  std::memcpy(&x.v, some, sizeof x.v);
  return x;
}
template <class T, int N>
Pack<T, N> gather(const T* p, std::size_t stride) {
  return [&]<std::size_t... lane>(std::index_sequence<lane...>) {
    const typename Lanes<T, N>::type all = {p[lane * stride]...};
    return Pack<T, N>::raw(all);
  }
  (std::make_index_sequence<N>());
}
template <class T, int N>
[[gnu::always_inline]] inline Pack<T, N> load(const T* p, std::size_t stride, int lanes) {
  if (stride == 0) return Pack<T, N>(*p);
  if (lanes != N) return gather<T, N>(p, stride, lanes);
  if (stride != 1) return gather<T, N>(p, stride);
  Pack<T, N> x;
  std::memcpy(&x.v, p, sizeof x.v);
  return x;
}

/// Lane i to p[i * stride], for the first `lanes`.
template <class T, int N>
[[gnu::noinline]] void scatter(T* p, Pack<T, N> x, std::size_t stride, int lanes) {
  T some[N];
  std::memcpy(some, &x.v, sizeof x.v);
  for (int i = 0; i < lanes; ++i) p[std::size_t(i) * stride] = some[i];
}
template <class T, int N>
void scatter(T* p, Pack<T, N> x, std::size_t stride) {
  [&]<std::size_t... lane>(std::index_sequence<lane...>) { ((p[lane * stride] = x[lane]), ...); }
  (std::make_index_sequence<N>());
}
template <class T, int N>
[[gnu::always_inline]] inline void store(T* p, Pack<T, N> x, std::size_t stride, int lanes) {
  if (stride == 1 && lanes == N)
    std::memcpy(p, &x.v, sizeof x.v);
  else if (lanes == N)
    scatter(p, x, stride);
  else
    scatter(p, x, stride, lanes);
}

/// All lanes as one number, by halves: op(op(a, c), op(b, d)) of four.
template <class T, int N, class Op>
T fold(Pack<T, N> x, Op op) {
  if constexpr (N == 1) {
    return x.v;
  } else {
    Pack<T, N / 2> half[2];
    std::memcpy(half, &x.v, sizeof x.v);
    return fold(op(half[0], half[1]), op);
  }
}

/// Sums packs; floats are carried over into doubles every few packs, so that long sums keep their digits.
template <class T, int N>
class Accumulator {
 public:
  void add(Pack<T, N> x) {
    near_ = near_ + x;
    if constexpr (std::same_as<T, float>) {
      if (++count_ == run) carry();
    }
  }
  /// The sum in lane i.
  auto lane(int i) {
    carry();
    if constexpr (std::same_as<T, float>) {
      return far_[i];
    } else {
      return near_[i];
    }
  }
  auto total() {
    carry();
    if constexpr (std::same_as<T, float>) {
      double sum = 0;
      for (double x : far_) sum += x;
      return sum;
    } else {
      return fold(near_, [](auto a, auto b) { return a + b; });
    }
  }

 private:
  static constexpr int run = 32;
  void carry() {
    if constexpr (std::same_as<T, float>) {
      for (int i = 0; i < N; ++i) far_[i] += double(near_[i]);
      near_ = Pack<T, N>(0);
      count_ = 0;
    }
  }

  struct Nothing {};
  Pack<T, N> near_ = Pack<T, N>(0);
  [[no_unique_address]] std::conditional_t<std::same_as<T, float>, double[N], Nothing> far_{};
  int count_ = 0;
};

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
