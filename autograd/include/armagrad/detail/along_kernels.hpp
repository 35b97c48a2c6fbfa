#pragma once
// Rules along a dimension compiled as loops over fibres.

#include "along.hpp"

namespace armagrad::detail {
inline namespace ARMAGRAD_SET {

/// A rule along a dimension over T: its kernels, see AlongKernels.
template <class Rule, class T>
struct AlongLoops {
  static constexpr int N = pack_width<T>;
  static const Rule& text(const void* rule) { return *static_cast<const Rule*>(rule); }

  static void forward(const void* rule, T* y, const T* x, std::size_t rows, std::size_t cols) {
    Scratch<T, N> scratch;
    const std::size_t dim = text(rule).dim;
    for_each_fibre<T, N>(rows, cols, dim, [&](auto walk, std::size_t i, std::size_t j) {
      text(rule).forward(out(walk, y, rows, i, j, dim), read_fibre(walk, Strided<const T>{x, 1, rows}, i, j, scratch));
    });
  }
  static void reverse(const void* rule, const AlongPull<T>& p) {
    Scratch<T, N> scratch[3];
    const std::size_t dim = text(rule).dim;
    for_each_fibre<T, N>(p.rows, p.cols, dim, [&](auto walk, std::size_t i, std::size_t j) {
      const Strided<T> slot{p.dx, 1, p.rows};
      const auto into = [&](Pack<T, N> live) {
        const std::size_t first = i + j * p.rows, fibre = dim == 0 ? j : i;
        return FibreSlot<T, decltype(walk)>{walk,
                                            p.dx + (p.entries ? fibre : first),
                                            walk.step(slot),
                                            walk.lane(slot),
                                            p.add,
                                            live,
                                            p.entries ? p.entries + fibre : nullptr,
                                            first};
      };
      const auto in = read_fibre(walk, p.x, i, j, scratch[0]);
      const Pack<T, N> scale(p.scale);
      if constexpr (Rule::reduces) {
        const auto g = scale % read_number(walk, p.dy, i, j);
        text(rule).reverse(into(g), g, read_number(walk, p.y, i, j), in);
      } else {
        const auto g = scale % read_fibre(walk, p.dy, i, j, scratch[1]);
        text(rule).reverse(into(max_along(abs(g), dim)), g, read_fibre(walk, p.y, i, j, scratch[2]), in);
      }
    });
  }
  static void tangent(const void* rule, T* ty, const T* y, const T* x, const T* tx, std::size_t rows,
                      std::size_t cols) {
    Scratch<T, N> scratch[3];
    const std::size_t dim = text(rule).dim;
    const Strided<const T> matrix{tx, 1, rows}, reduced{y, dim == 1, dim == 0}, unread{tx, 0, 0};
    for_each_fibre<T, N>(rows, cols, dim, [&](auto walk, std::size_t i, std::size_t j) {
      // What the text does not read may not be there.
      const auto in = read_fibre(walk, x ? Strided<const T>{x, 1, rows} : unread, i, j, scratch[0]),
                 moved = read_fibre(walk, matrix, i, j, scratch[1]);
      if constexpr (Rule::reduces)
        text(rule).tangent(out(walk, ty, rows, i, j, dim), read_number(walk, y ? reduced : unread, i, j), in, moved);
      else
        text(rule).tangent(out(walk, ty, rows, i, j, dim),
                           read_fibre(walk, y ? Strided<const T>{y, 1, rows} : unread, i, j, scratch[2]), in, moved);
    });
  }
  static constexpr AlongKernels<T> kernels() {
    AlongKernels<T> all{forward, nullptr, nullptr};
    if constexpr (!IsFlat<Rule>) all.reverse = reverse;
    if constexpr (!IsFlat<Rule> && !IsMultilinear<Rule>) all.tangent = tangent;
    return all;
  }

 private:
  /// Where the text puts what it makes of the fibre from (i, j) on.
  template <class W>
  static auto out(W walk, T* y, std::size_t rows, std::size_t i, std::size_t j, std::size_t dim) {
    if constexpr (Rule::reduces) {
      return NumberOut<T, W>{y + (dim == 0 ? j : i), walk.tail};
    } else {
      const Strided<T> matrix{y, 1, rows};
      return FibreOut<T, W>{walk, y + i + j * rows, walk.step(matrix), walk.lane(matrix)};
    }
  }
};

}  // namespace ARMAGRAD_SET
}  // namespace armagrad::detail
