#pragma once
// Elementwise loops: what a rule computes for one pack, delivered to a matrix, a row, a column or a number.

#include "operation.hpp"
#include "../simd/pack.hpp"

namespace armagrad {

template <class T, int N>
[[gnu::always_inline]] inline Pack<T, N> load(Strided<const T> x, uword i, uword j, int lanes) {
  return load<T, N>(x.data + i * x.inner + j * x.outer, x.inner, lanes);
}

/// Calls visit(i, j, lanes) for every pack of N rows; lanes is a constant for whole packs.
template <int N, class Visit>
void for_each_pack(uword rows, uword cols, Visit visit) {
  const uword whole = rows - rows % N;
  const int rest = int(rows - whole);
  for (uword j = 0; j < cols; ++j) {
    for (uword i = 0; i < whole; i += N) visit(i, j, std::integral_constant<int, N>());
    if (rest) visit(whole, j, rest);
  }
}

/// The sum of f(i, j, lanes) over all packs of N rows; four sums run side by side, as one would wait for
/// itself.
template <class T, int N, class F>
auto sum_packs(uword rows, uword cols, F f) {
  Accumulator<T, N> sum[4];
  const uword whole = rows - rows % N, unrolled = rows - rows % (4 * N);
  constexpr std::integral_constant<int, N> all;
  for (uword j = 0; j < cols; ++j) {
    uword i = 0;
    while (i < unrolled) {
      const uword end = std::min<uword>(unrolled, i + 4 * N * sum[0].run);
      for (; i < end; i += 4 * N) {
        sum[0].add_in_run(f(i, j, all));
        sum[1].add_in_run(f(i + N, j, all));
        sum[2].add_in_run(f(i + 2 * N, j, all));
        sum[3].add_in_run(f(i + 3 * N, j, all));
      }
      for (auto& s : sum) s.carry();
    }
    for (; i < whole; i += N) sum[0].add(f(i, j, all));
    if (i < rows) sum[1].add(first_lanes(f(i, j, int(rows - i)), int(rows - i), Pack<T, N>(0)));
  }
  return (sum[0].total() + sum[1].total()) + (sum[2].total() + sum[3].total());
}

/// Stores f(i, j, lanes) in `out`, or adds it there; where out repeats a row, a column or a number, the sum
/// over what shares a place.
template <class T, int N, class F>
void deliver(Strided<T> out, bool add, uword rows, uword cols, F f) {
  const bool by_row = out.inner != 0 || rows == 1, by_column = out.outer != 0 || cols == 1;
  if (by_row && by_column) {
    for_each_pack<N>(rows, cols, [out, add, f](uword i, uword j, auto lanes) {
      T* p = out.data + i + j * out.outer;
      Pack<T, N> x = f(i, j, lanes);
      if (add) x = x + load<T, N>(p, 1, lanes);
      store(p, x, 1, lanes);
    });
  } else if (by_row) {
    for (uword i = 0; i < rows; i += N) {
      const int lanes = int(std::min<uword>(N, rows - i));
      Accumulator<T, N> sum;
      for (uword j = 0; j < cols; ++j) sum.add(f(i, j, lanes));
      for (int l = 0; l < lanes; ++l) out.data[i + l] = T((add ? out.data[i + l] : T(0)) + sum.lane(l));
    }
  } else {
    const uword groups = by_column ? cols : 1, group = by_column ? 1 : cols;
    for (uword g = 0; g < groups; ++g) {
      const auto sum =
          sum_packs<T, N>(rows, group, [&](uword i, uword j, auto lanes) { return f(i, g + j, lanes); });
      T& place = out.data[g * out.outer];
      place = T((add ? place : T(0)) + sum);
    }
  }
}

/// Treats the matrices as one long column where every stride allows it.
template <class... S>
void flatten(uword& rows, uword& cols, S&... x) {
  if (cols == 1) return;
  const uword r = rows;
  const auto flat = [r](const auto& s) { return r == 1 || s.outer == s.inner * r; };
  if (!(flat(x) && ...)) return;
  if (r == 1) ((x.inner = x.outer), ...);
  rows = r * cols;
  cols = 1;
}

/// out = base_scale * base + a b' (a: one per row, b: one per column), in one pass.
template <class eT>
void deliver_outer(eT* out, Strided<const eT> base, std::type_identity_t<eT> base_scale, const eT* a,
                   const eT* b, uword rows, uword cols) {
  constexpr int N = pack_width<eT>;
  deliver<eT, N>({out, 1, rows}, false, rows, cols, [=](uword i, uword j, auto lanes) {
    return Pack<eT, N>(base_scale) % load<eT, N>(base, i, j, lanes) +
           load<eT, N>(a + i, 1, lanes) % Pack<eT, N>(b[j]);
  });
}

/// out = scale * x, or out += scale * x, of a rows x cols look.
template <class eT>
void deliver_scaled(Strided<eT> out, bool add, Strided<const eT> x, std::type_identity_t<eT> scale,
                    uword rows, uword cols) {
  constexpr int N = pack_width<eT>;
  flatten(rows, cols, out, x);
  deliver<eT, N>(out, add, rows, cols, [x, scale](uword i, uword j, auto lanes) {
    return Pack<eT, N>(scale) % load<eT, N>(x, i, j, lanes);
  });
}

}  // namespace armagrad
