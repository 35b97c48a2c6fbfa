#pragma once
// Rules that work along one dimension (softmax, logsumexp, ...), read as numbers one fibre at a time.
//
// Long columns (dim = 0) are taken one by one, a pack of entries after the other; short ones a pack of
// columns at a time, an entry after the other; and rows (dim = 1) likewise a pack of rows at a time.
// Expressions over fibres hold pointers by value, so a rule may name and return them; reductions give a Pack,
// which meets a fibre as if it were spread along it.

#include <algorithm>
#include <array>
#include <limits>

#include "../simd/pack.hpp"
#include "rule_text.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

/// How a fibre is walked: `steps` packs. Either the lanes are parts of one fibre, `tail` of them live in the
/// last pack, or (across) each lane is a fibre of its own, `tail` of them live: columns side by side, or
/// rows.
template <class T, int N, bool across_>
struct Walk {
  using Number = Pack<T, N>;
  static constexpr bool across = across_;
  std::size_t steps;
  int tail;
  bool columns = false;

  int lanes(std::size_t step) const { return across || step + 1 == steps ? tail : N; }
  /// From one pack to the next, and from one lane to the next.
  template <class E>
  std::size_t step(Strided<E> look) const {
    return !across ? N * look.inner : columns ? look.inner : look.outer;
  }
  template <class E>
  std::size_t lane(Strided<E> look) const {
    return across && columns ? look.outer : look.inner;
  }
};

template <class W, class F>
struct Along {
  using Walked = W;
  W walk;
  F at;  // step -> Pack
};

template <class A>
concept Fibre = requires(A a) {
  typename A::Walked;
};

template <class W, class F>
Along<W, F> along(W walk, F at) {
  return {walk, at};
}

template <Fibre A>
auto entry(const A& a, std::size_t step) {
  return a.at(step);
}
template <class T, int N>
Pack<T, N> entry(Pack<T, N> p, std::size_t) {
  return p;
}
inline double entry(double p, std::size_t) { return p; }

template <class A, class B>
auto walk_of(const A& a, const B& b) {
  if constexpr (Fibre<A>)
    return a.walk;
  else
    return b.walk;
}
template <class A, class B, class F>
auto combine(const A& a, const B& b, F f) {
  return along(walk_of(a, b), [=](std::size_t s) { return f(entry(a, s), entry(b, s)); });
}

// clang-format off
template <class A, class B> requires (Fibre<A> || Fibre<B>)
auto operator+(const A& a, const B& b) { return combine(a, b, [](auto x, auto y) { return x + y; }); }
template <class A, class B> requires (Fibre<A> || Fibre<B>)
auto operator-(const A& a, const B& b) { return combine(a, b, [](auto x, auto y) { return x - y; }); }
template <class A, class B> requires (Fibre<A> || Fibre<B>)
auto operator%(const A& a, const B& b) { return combine(a, b, [](auto x, auto y) { return x % y; }); }
template <class A, class B> requires (Fibre<A> || Fibre<B>)
auto operator/(const A& a, const B& b) { return combine(a, b, [](auto x, auto y) { return x / y; }); }
template <Fibre A>
auto operator-(const A& a) { return along(a.walk, [=](std::size_t s) { return -a.at(s); }); }
template <Fibre A>
auto abs(const A& a) { return along(a.walk, [=](std::size_t s) { return abs(a.at(s)); }); }
template <Fibre A>
auto exp(const A& a) { return along(a.walk, [=](std::size_t s) { return exp(a.at(s)); }); }
template <Fibre A>
auto expm1(const A& a) { return along(a.walk, [=](std::size_t s) { return expm1(a.at(s)); }); }
/// 1 where they are equal, 0 elsewhere.
template <Fibre A>
auto operator==(const A& a, const typename A::Walked::Number& b) { return along(a.walk, [=](std::size_t s) { return a.at(s) == b; }); }
// clang-format on

/// The sum along the fibre, as if spread back along it.
template <Fibre A>
auto sum_along(const A& a, std::size_t) {
  using W = typename A::Walked;
  using P = typename W::Number;
  Accumulator<typename P::Lane, P::width> sum;
  for (std::size_t s = 0; s < a.walk.steps; ++s) {
    if constexpr (W::across)
      sum.add(a.at(s));
    else
      sum.add(first_lanes(P(a.at(s)), a.walk.lanes(s), P(0)));
  }
  if constexpr (!W::across) {
    return P(typename P::Lane(sum.total()));
  } else {
    P total;
    for (int l = 0; l < P::width; ++l) total.set(l, typename P::Lane(sum.lane(l)));
    return total;
  }
}

/// The sum along the fibre, as the one number that a rule that reduces results in.
template <Fibre A>
auto total_along(const A& a, std::size_t dim) {
  return sum_along(a, dim);
}

/// The first entry of the fibre.
template <Fibre A>
auto first_along(const A& a) {
  using W = typename A::Walked;
  using P = typename W::Number;
  if constexpr (W::across)
    return P(a.at(0));
  else
    return P(P(a.at(0))[0]);
}

/// The largest entry along the fibre by its real part, NaN if there is one, -inf for an empty fibre.
template <Fibre A>
auto max_along(const A& a, std::size_t) {
  using W = typename A::Walked;
  using P = typename W::Number;
  using T = typename P::Lane;
  P best(T(-std::numeric_limits<decltype(lane::real(T()))>::infinity()));
  for (std::size_t s = 0; s < a.walk.steps; ++s) {
    const P x = a.at(s);
    if constexpr (W::across)
      best = larger(best, x);
    else
      best = larger(best, first_lanes(x, a.walk.lanes(s), best));
  }
  if constexpr (W::across)
    return best;
  else
    return P(fold(best, [](auto x, auto y) { return larger(x, y); }));
}

/// For each lane of x: is it, or a NaN, what is looked for? As a mask of integers (N > 1) or a bool.
template <class T, int N>
auto found(Pack<T, N> x, Pack<T, N> best) {
  if constexpr (N == 1)
    return lane::real(x.v) == lane::real(best.v) || lane::real(x.v) != lane::real(x.v);
  else
    return (x.v == best.v) | (x.v != x.v);
}

/// A number at one entry of each fibre and 0 elsewhere.
template <class W>
struct OneEntry {
  using Walked = W;
  using Number = typename W::Number;
  using Integer = std::conditional_t<sizeof(typename Number::Lane) == sizeof(int), int, long long>;
  using Integers = typename Lanes<Integer, Number::width>::type;
  W walk;
  Integers step;  // at which each lane has its number, or -1
  Number number;

  Number at(std::size_t s) const {
    Number y(typename Number::Lane(0));
    if constexpr (Number::width == 1)
      y = step == Integer(s) ? number : y;
    else
      y.v = step == Integer(s) ? number.v : y.v;
    return y;
  }
  Integer step_of(int lane) const {
    if constexpr (Number::width == 1)
      return step;
    else
      return step[lane];
  }
};
template <class T, int N, class W>
OneEntry<W> operator%(const Pack<T, N>& x, const OneEntry<W>& a) {
  return {a.walk, a.step, x % a.number};
}

/// 1 at the first entry along the fibre that is `best`, its largest (the first NaN, if there is one), 0
/// elsewhere.
template <Fibre A>
auto first_max(const A& a, const typename A::Walked::Number& best, std::size_t) {
  using W = typename A::Walked;
  using P = typename W::Number;
  using T = typename P::Lane;
  constexpr int N = P::width;
  using Integer = typename OneEntry<W>::Integer;
  using Integers = typename OneEntry<W>::Integers;
  Integers first = Integer(-1) - Integers{};  // the step at which each lane found it
  for (std::size_t s = 0; s < a.walk.steps; ++s) {
    P x = a.at(s);
    if constexpr (!W::across && N > 1) x = first_lanes(x, a.walk.lanes(s), P(-std::numeric_limits<T>::infinity()));
    first = ((first < 0) & found(x, best)) ? Integer(s) - Integers{} : first;
  }
  if constexpr (!W::across && N > 1) {  // of all lanes, the one that found it first
    int lane = 0;
    for (int l = 1; l < N; ++l) {
      if (first[l] >= 0 && (first[lane] < 0 || first[l] < first[lane])) lane = l;
    }
    const Integer step = first[lane];
    first = Integer(-1) - Integers{};
    first[lane] = step;
  }
  return OneEntry<W>{a.walk, first, P(T(1))};
}

/// A reduced value is already one number per fibre.
template <class T, int N, Fibre A>
Pack<T, N> spread(Pack<T, N> x, const A&) {
  return x;
}

/// A fibre in memory that a forward writes and reads again.
template <class T, class W>
struct FibreOut {
  using Walked = W;
  using Number = typename W::Number;
  W walk;
  T* data;
  std::size_t step, lane;

  Number at(std::size_t s) const { return load<T, Number::width>(data + s * step, lane, walk.lanes(s)); }
  template <Fibre A>
  void operator=(const A& a) const {
    for (std::size_t s = 0; s < walk.steps; ++s) store(data + s * step, Number(a.at(s)), lane, walk.lanes(s));
  }
};

/// A result of one number per fibre that a forward writes.
template <class T, class W>
struct NumberOut {
  using Number = typename W::Number;
  T* data;
  int lanes;

  void operator=(Number x) const { store(data, x, 1, W::across ? lanes : 1); }
};

/// Where a reverse adds what an operand's adjoint gets from one fibre.
template <class T, class W>
struct FibreSlot {
  using Number = typename W::Number;
  W walk;
  T* data;
  std::size_t step, lane;
  bool add;
  Number live;  // not 0 where the fibre's adjoint is not 0 throughout; else nothing is added, not even a NaN
  // Where what is added is sparse, see AlongPull: of these fibres, like data, and the place of the first one's first.
  std::uint64_t* entries = nullptr;
  std::size_t first_entry = 0;

  void operator+=(const OneEntry<W>& a) const {
    if (!entries && !add) return *this += along(walk, [a](std::size_t s) { return a.at(s); });
    const Number x = select(live, a.number, 0);
    for (int l = 0; l < (W::across ? walk.tail : Number::width); ++l) {
      const auto found = a.step_of(l);
      if (found < 0 && !W::across) continue;
      const std::size_t place = std::size_t(std::max(found, decltype(found)(0))) * step + std::size_t(l) * lane;
      const T here = found < 0 ? T(0) : x[l];
      if (entries)
        entries[W::across ? l : 0] = first_entry + place, data[W::across ? l : 0] = here;
      else
        data[place] += here;
    }
  }
  template <Fibre A>
  void operator+=(const A& a) const {
    for (std::size_t s = 0; s < walk.steps; ++s) {
      const int lanes = walk.lanes(s);
      Number x = select(live, a.at(s), 0);
      if (add) x = x + load<T, Number::width>(data + s * step, lane, lanes);
      store(data + s * step, x, lane, lanes);
    }
  }
};

/// Up to this many rows, columns are walked side by side: their tails would waste more than strided access
/// costs.
inline constexpr std::size_t short_column = 48;

/// Calls visit(walk, i, j) for all fibres of a rows x cols matrix, with the first entry (i, j) of each walk.
template <class T, int N, class Visit>
void for_each_fibre(std::size_t rows, std::size_t cols, std::size_t dim, Visit visit) {
  using Across = Walk<T, N, true>;
  if (dim == 1) {
    for (std::size_t i = 0; i < rows; i += N)
      visit(Across{cols, int(std::min<std::size_t>(N, rows - i))}, i, std::size_t(0));
  } else if (rows <= short_column && cols >= N / 2) {
    for (std::size_t j = 0; j < cols; j += N)
      visit(Across{rows, int(std::min<std::size_t>(N, cols - j)), true}, std::size_t(0), j);
  } else {
    const std::size_t steps = (rows + N - 1) / N;
    const Walk<T, N, false> walk{steps, steps ? int(rows - (steps - 1) * N) : 0};
    for (std::size_t j = 0; j < cols; ++j) visit(walk, std::size_t(0), j);
  }
}

/// Memory in which a pack of short columns is laid row by row, to be read more than once.
template <class T, int N>
struct Scratch {
  alignas(64) T rows[short_column * N];
};

/// Reads the fibre of a broadcastable look that starts at (i, j).
template <class T, int N, bool across>
auto read_fibre(Walk<T, N, across> walk, Strided<const T> x, std::size_t i, std::size_t j, Scratch<T, N>& scratch) {
  const T* first = x.data + i * x.inner + j * x.outer;
  std::size_t step = walk.step(x), lane = walk.lane(x);
  const bool copy = across && walk.columns && lane > 1;
  if (copy) {
    for (std::size_t s = 0; s < walk.steps; ++s)
      store(scratch.rows + s * N, load<T, N>(first + s * step, lane, walk.tail), 1, N);
    first = scratch.rows, step = N, lane = 1;
  }
  return along(walk, [=](std::size_t s) { return load<T, N>(first + s * step, lane, copy ? N : walk.lanes(s)); });
}

/// Reads the number that belongs to the fibre at (i, j) of a reduced look.
template <class T, int N, bool across>
Pack<T, N> read_number(Walk<T, N, across> walk, Strided<const T> x, std::size_t i, std::size_t j) {
  const T* p = x.data + i * x.inner + j * x.outer;
  return across ? load<T, N>(p, walk.lane(x), walk.tail) : Pack<T, N>(*p);
}

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
