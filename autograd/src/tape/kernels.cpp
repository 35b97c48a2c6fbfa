#include <armagrad/detail/kernels.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "../kernels/blocks.hpp"
#include "few.hpp"
#include "tiles.hpp"

namespace armagrad::detail {

namespace {

/// Entry by entry, for strides that tiles cannot write to and for complex numbers.
template <class T>
void deliver_plainly(Strided<T> out, bool add, Strided<const T> x, T scale, uword rows, uword cols) {
  const bool by_row = out.inner != 0 || rows == 1, by_column = out.outer != 0 || cols == 1;
  if (!add && !(by_row && by_column)) {
    for (uword j = 0; j < (by_column ? cols : 1); ++j) {
      for (uword i = 0; i < (by_row ? rows : 1); ++i) out.data[i * out.inner + j * out.outer] = T(0);
    }
    add = true;
  }
  for (uword j = 0; j < cols; ++j) {
    T* const y = out.data + j * out.outer;
    const T* const from = x.data + j * x.outer;
    for (uword i = 0; i < rows; ++i) y[i * out.inner] = (add ? y[i * out.inner] : T(0)) + scale * from[i * x.inner];
  }
}

/// The same of so few entries that calls and loops over packs would take longer than they do.
template <class T>
void deliver_few(const Strided<T>& out, bool add, const Strided<const T>& x, T scale, uword rows, uword cols) {
  if (out.inner != 0 && out.outer != 0) {
    for (uword j = 0; j < cols; ++j) {
      T* const y = out.data + j * out.outer;
      const T* const from = x.data + j * x.outer;
      for (uword i = 0; i < rows; ++i) y[i * out.inner] = (add ? y[i * out.inner] : T(0)) + scale * from[i * x.inner];
    }
    return;
  }
  using Sum = std::conditional_t<std::same_as<T, float>, double, T>;
  const bool sums_down = out.inner == 0, sums_along = out.outer == 0;
  const uword down = sums_down ? rows : 1, along = sums_along ? cols : 1;
  for (uword j = 0; j < cols; j += along) {
    for (uword i = 0; i < rows; i += down) {
      Sum sum = 0;
      for (uword l = j; l < j + along; ++l) {
        for (uword k = i; k < i + down; ++k) sum += Sum(scale * x.data[k * x.inner + l * x.outer]);
      }
      T& y = out.data[i * out.inner + j * out.outer];
      y = (add ? y : T(0)) + T(sum);
    }
  }
}

/// Whether an array is contiguous, or one number.
template <class T>
bool is_block(Strided<T> x, uword rows, uword cols) {
  return (rows == 1 || x.inner == 1) && (cols == 1 || x.outer == rows);
}

}  // namespace

template <class T>
void deliver_scaled(const Strided<T>& out, bool add, const std::type_identity_t<Strided<const T>>& x,
                    std::type_identity_t<T> scale, uword rows, uword cols) {
  const uword size = rows * cols;
  if (size != 0 && size <= few_entries) return deliver_few<T>(out, add, x, scale, rows, cols);
  if constexpr (std::floating_point<T>) {
    const bool sums_down = rows > 1 && out.inner == 0, sums_along = cols > 1 && out.outer == 0;
    const bool whole = is_block(out, rows, cols);
    if (whole && !sums_down && !sums_along && is_block(x, rows, cols)) {  // the usual case, without tiles
      if (add)
        detail::block_loops<T>().add_scaled(out.data, out.data, x.data, true, T(scale), size);
      else
        detail::block_loops<T>().scale(out.data, x.data, true, T(scale), size);
      return;
    }
    if (size != 0 && size <= few_strided) return deliver_few<T>(out, add, x, scale, rows, cols);
    tiles::Step<T> step;
    step.x[0].from = x;
    step.scale = scale;
    step.add = add;
    step.out = out.data;
    if (!sums_down && !sums_along)
      step.sink = tiles::Sink::memory;
    else if ((sums_down || rows == 1) && (sums_along || cols == 1))
      step.sink = tiles::Sink::total;
    else
      step.sink = sums_down ? tiles::Sink::columns : tiles::Sink::rows;
    const bool packed = step.sink == tiles::Sink::rows      ? out.inner == 1
                        : step.sink == tiles::Sink::columns ? out.outer == 1
                                                            : whole || step.sink == tiles::Sink::total;
    if (packed) {
      tiles::run<T>(std::span(&step, 1), rows, cols);
      if (step.sink == tiles::Sink::total) *out.data = (add ? *out.data : T(0)) + T(step.total);
      return;
    }
  }
  deliver_plainly(out, add, x, T(scale), rows, cols);
}

template <class eT>
void deliver_outer(eT* out, Strided<const eT> base, std::type_identity_t<eT> base_scale, const eT* a, const eT* b,
                   uword rows, uword cols) {
  if (base.inner > 1) {
    deliver_plainly<eT>({out, 1, rows}, false, base, base_scale, rows, cols);
    base = {out, 1, rows};
    base_scale = 1;
  }
  const auto combine = detail::block_loops<eT>().combine;
  for (uword j = 0; j < cols; ++j)
    combine(out + j * rows, base.data + j * base.outer, base.inner == 1, base_scale, a, b[j], rows);
}

namespace {

/// A factor of a product as its loops read it.
template <class T>
struct Steps {
  const T* data;
  std::size_t inner, outer;  // strides along the sum, and along the result
};

/// A product of so many rows, and of that inner side if it is not 0. A term is left out where the adjoint, which is
/// `skipped`, is 0.
template <class T, int rows, int known_inner, typename Product<T>::Adjoint skipped>
void multiply_loops(T* out, bool add, const Steps<T>& a, const Steps<T>& b, uword any_inner, uword cols) {
  using Is = typename Product<T>::Adjoint;
  const uword inner = known_inner ? known_inner : any_inner;
  for (uword j = 0; j < cols; ++j, out += rows) {
    T sum[rows];
    for (int i = 0; i < rows; ++i) sum[i] = add ? out[i] : T(0);
    for (uword k = 0; k < inner; ++k) {
      const T* const left = a.data + k * a.inner;
      const T right = b.data[k * b.inner + j * b.outer];
      if (skipped == Is::b && right == 0) continue;
      if (skipped == Is::a && !std::isfinite(right)) {
        for (int i = 0; i < rows; ++i) sum[i] += left[i * a.outer] == 0 ? T(0) : left[i * a.outer] * right;
      } else {
        for (int i = 0; i < rows; ++i) sum[i] += left[i * a.outer] * right;
      }
    }
    for (int i = 0; i < rows; ++i) out[i] = sum[i];
  }
}

/// Such loops of 1 to 4 rows, for each of any inner side and of 1 to 4.
template <class T, typename Product<T>::Adjoint skipped, std::size_t... place>
constexpr auto loops_of_sides(std::index_sequence<place...>) {
  return std::array{multiply_loops<T, int(place / 5) + 1, int(place % 5), skipped>...};
}

}  // namespace

template <class T>
void multiply_small(T* out, bool add, const Product<T>& p) {
  using Is = typename Product<T>::Adjoint;
  constexpr auto places = std::make_index_sequence<20>();
  static constexpr std::array loops{loops_of_sides<T, Is::neither>(places), loops_of_sides<T, Is::a>(places),
                                    loops_of_sides<T, Is::b>(places)};
  const uword rows = p.rows(), inner = p.inner(), rows_of_a = p.a_shape.rows, rows_of_b = p.b_shape.rows;
  if (rows == 0) return;
  const Steps<T> a{p.a, p.ta ? 1 : rows_of_a, p.ta ? rows_of_a : 1};
  const Steps<T> b{p.b, p.tb ? rows_of_b : 1, p.tb ? 1 : rows_of_b};
  loops[std::size_t(p.adjoint)][(rows - 1) * 5 + (inner <= 4 ? inner : 0)](out, add, a, b, inner, p.cols());
}

template <class T>
void multiply_entries(T* out, const Product<T>& p) {
  const bool is_a = p.adjoint == Product<T>::Adjoint::a, turned = is_a ? p.ta : p.tb;
  const bool is_line = is_a ? p.tb : !p.ta;  // of the other factor: what an entry meets lies one behind the other
  const T *const numbers = is_a ? p.a : p.b, *const other = is_a ? p.b : p.a;
  const uword rows = (is_a ? p.a_shape : p.b_shape).rows, step = (is_a ? p.b_shape : p.a_shape).rows;
  const uword length = is_a ? p.cols() : p.rows(), next = is_a ? p.rows() : 1;
  struct Meeting {
    T* to;
    const T* line;
    T by;
  };
  std::array<Meeting, 256> met;
  for (uword k = 0; k < p.count;) {
    std::size_t count = 0;
    for (; k < p.count && count < met.size(); ++k) {
      if (numbers[k] == 0) continue;
      // An entry (i, j) of op(adjoint) adds row j of the other factor to row i, or column i to column j.
      const uword row = p.entries[k] % rows, col = p.entries[k] / rows;
      const uword to = turned == is_a ? col : row, from = turned == is_a ? row : col;
      met[count++] = {out + to * (is_a ? 1 : p.rows()), other + from * (is_line ? step : 1), p.scale * numbers[k]};
    }
    const auto all = std::span(met).first(count);
    if (!is_line) {
      for (uword f = 0; f < length; ++f) {
        for (const Meeting& m : all) m.to[f * next] += m.by * m.line[f * step];
      }
    } else if (next == 1) {
      for (const Meeting& m : all) {
        for (uword f = 0; f < length; ++f) m.to[f] += m.by * m.line[f];
      }
    } else {
      for (const Meeting& m : all) {
        for (uword f = 0; f < length; ++f) m.to[f * next] += m.by * m.line[f];
      }
    }
  }
}

template <class T>
bool all_finite(const T* x, std::size_t n) {
  if constexpr (std::is_floating_point_v<T>) {
    if (n > few_entries && std::isfinite(block_loops<T>().sum(x, n)))
      return true;  // else the sum may only be too large
    return std::all_of(x, x + n, [](T number) { return std::isfinite(number); });
  } else {
    return std::all_of(x, x + n, [](T number) { return std::isfinite(number.real()) && std::isfinite(number.imag()); });
  }
}

namespace {
/// Columns of r entries: with r known, no loop and no call for each.
template <class T, uword r>
void put_short_columns(T* out, uword outer, bool add, const Strided<const T>& x, T scale, uword cols) {
  for (uword j = 0; j < cols; ++j) {
    for (uword i = 0; i < r; ++i) {
      T& y = out[j * outer + i];
      y = (add ? y : T(0)) + scale * x.data[j * x.outer + i * x.inner];
    }
  }
}
}  // namespace

template <class T>
void put_block(T* out, uword outer, bool add, const Strided<const T>& x, T scale, Shape block) {
  const auto is_short = [&]<std::size_t... k>(std::index_sequence<k...>) {
    return ((block.rows == k + 1 && (put_short_columns<T, k + 1>(out, outer, add, x, scale, block.cols), true)) || ...);
  };
  if (is_short(std::make_index_sequence<4>())) return;
  for (uword j = 0; j < block.cols; ++j) {
    T* const y = out + j * outer;
    const T* const from = x.data + j * x.outer;
    if (x.inner == 1 && !add && scale == T(1) && block.rows > few_entries)
      std::copy_n(from, block.rows, y);
    else if (x.inner == 1 && add)
      for (uword i = 0; i < block.rows; ++i) y[i] += scale * from[i];
    else
      for (uword i = 0; i < block.rows; ++i) y[i] = (add ? y[i] : T(0)) + scale * from[i * x.inner];
  }
}

#define ARMAGRAD_INSTANTIATE(T)                                                                                    \
  template ARMAGRAD_EXPORT void deliver_scaled(const Strided<T>&, bool, const Strided<const T>&, T, uword, uword); \
  template ARMAGRAD_EXPORT bool all_finite(const T*, std::size_t);                                                 \
  template ARMAGRAD_EXPORT void put_block(T*, uword, bool, const Strided<const T>&, T, Shape);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
ARMAGRAD_INSTANTIATE(std::complex<double>)
ARMAGRAD_INSTANTIATE(std::complex<float>)
#undef ARMAGRAD_INSTANTIATE
template ARMAGRAD_EXPORT void multiply_entries(double*, const Product<double>&);
template ARMAGRAD_EXPORT void multiply_entries(float*, const Product<float>&);
template ARMAGRAD_EXPORT void multiply_small(double*, bool, const Product<double>&);
template ARMAGRAD_EXPORT void multiply_small(float*, bool, const Product<float>&);
template ARMAGRAD_EXPORT void deliver_outer(double*, Strided<const double>, double, const double*, const double*, uword,
                                            uword);
template ARMAGRAD_EXPORT void deliver_outer(float*, Strided<const float>, float, const float*, const float*, uword,
                                            uword);

}  // namespace armagrad::detail
