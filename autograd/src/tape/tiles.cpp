#include "tiles.hpp"

#include <armagrad/detail/kernels.hpp>

#include "../kernels/blocks.hpp"

#include <algorithm>
#include <complex>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

namespace armagrad::detail::tiles {
namespace {

/// Entries first, first + 1, ... of the array, column by column.
template <class T>
void copy_strided(T* y, Strided<const T> x, uword rows, uword first, uword n) {
  uword i = first % rows, j = first / rows;
  const auto put = [&](uword length, uword cols) {
    const Shape shape{std::uint32_t(length), std::uint32_t(cols)};
    put_block(y, rows, false, {x.data + i * x.inner + j * x.outer, x.inner, x.outer}, T(1), shape);
    y += length * cols, n -= length * cols, i = 0, j += cols;
  };
  if (i != 0) put(std::min(rows - i, n), 1);
  if (n >= rows) put(rows, n / rows);
  if (n > 0) put(n, 1);
}

// ---- Memory for tiles, a thread's own ----

inline constexpr int max_tiles = max_buffers + 7 * max_steps;  // buffers, and inputs that are laid out anew

struct alignas(64) Workspace {
  std::byte tiles[max_tiles][4096 + 64];  // 64 more for stores of whole registers
  std::byte numbers[5 * max_steps][64];
  std::vector<double> row_sums[max_steps];
};
Workspace& workspace() {  // not in thread-local storage itself, which is part of a thread's stack
  static thread_local const std::unique_ptr<Workspace> w(new Workspace);
  return *w;
}

// ---- The loop ----

enum class Refresh : std::uint8_t { never, row_number, repeat_row, copy };

/// An input where the tile under way has it. Loops have many, of which they set few: see prepare.
template <class T>
struct Reader {
  const T* at;
  std::uint8_t advances;  // from pack to pack, and from tile to tile with `moves`
  bool moves;
  Refresh refresh;
  T scale;     // that a number is multiplied by in its place
  uword jump;  // from column to column, where columns are done one by one
  T* own;
  Strided<const T> from;
};

template <class T, int max>
class Loop {
 public:
  Loop(std::span<Step<T>> steps, uword rows, uword cols) : steps_(steps), rows_(rows), cols_(cols) {}

  void run() {
    const uword n = rows_ * cols_;
    if (n == 0) return clear_sums();
    shape();
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      Step<T>& step = steps_[s];
      for (unsigned k = 0; k < step.arity; ++k) prepare(readers_[s][k], step.x[k]);
      scaled_[s] = nullptr;
      if (step.scale != T(1) && (step.kernel || is_sum(step))) {
        Reader<T>& first = readers_[s][0];
        if (first.advances == 0)
          first.scale = step.scale, scale_number(first);
        else
          scaled_[s] = tile();
      }
      if (step.base) prepare(bases_[s], step.base);
      const bool aside = is_sum(step) || (step.kernel && (step.add || step.base));
      result_[s] = aside ? tile() : nullptr;
      if (step.sink == Sink::rows) workspace().row_sums[s].assign(by_columns_ ? rows_ : period_, 0.0);
    }
    const uword columns = by_columns_ ? cols_ : 1, length = by_columns_ ? rows_ : n;
    for (uword j = 0; j < columns; ++j) {
      for (std::size_t s = 0; s < steps_.size(); ++s) begin_column(s, j);
      for (uword i = 0; i < length; i += run_) tile_at(i, j, std::min(run_, length - i));
      if (by_columns_) end_column(j);
    }
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      if (steps_[s].sink == Sink::rows) deliver_row_sums(s);
    }
  }

 private:
  void clear_sums() {
    for (Step<T>& step : steps_) {
      if (step.add) continue;
      if (step.sink == Sink::rows) std::fill_n(step.out, rows_, T(0));
      if (step.sink == Sink::columns) std::fill_n(step.out, cols_, T(0));
    }
  }
  /// Decides how the array is cut into tiles.
  void shape() {
    if (cols_ == 1 || rows_ == 1) one_dimension();
    bool is_flat = true;
    for (const Step<T>& step : steps_) {
      is_flat &= step.sink != Sink::columns && step.sink != Sink::rows;
      for (unsigned k = 0; k < step.arity; ++k) is_flat &= flat(step.x[k]);
      is_flat &= flat(step.base);
    }
    if (is_flat) rows_ *= cols_, cols_ = 1;
    run_ = tile_size<T>;
    if (cols_ == 1) return;
    period_ = std::lcm(rows_, uword(loops_.width));  // after which rows and packs coincide again
    by_columns_ = rows_ >= 64 || period_ > run_;
    if (!by_columns_) run_ = run_ / period_ * period_;
  }
  bool flat(const Input<T>& x) const {
    if (x.buffer >= 0 || !x.from.data || (x.from.inner == 0 && x.from.outer == 0)) return true;
    return x.from.inner == 1 && (cols_ == 1 || x.from.outer == rows_);
  }
  /// One row is read as one column.
  void one_dimension() {
    if (rows_ != 1) return;
    const auto turn = [](Input<T>& x) { x.from.inner = x.from.outer; };
    for (Step<T>& step : steps_) {
      for (unsigned k = 0; k < step.arity; ++k) turn(step.x[k]);
      turn(step.base);
    }
    std::swap(rows_, cols_);
  }

  T* buffer(int b) { return reinterpret_cast<T*>(workspace().tiles[b]); }
  T* tile() {
    if (next_tile_ == max_tiles) throw std::logic_error("tiles: too many inputs");
    return buffer(next_tile_++);
  }
  T* number(T x) {
    T* const to = reinterpret_cast<T*>(workspace().numbers[next_number_++ % (5 * max_steps)]);
    std::fill_n(to, 64 / sizeof(T), x);
    return to;
  }
  void scale_number(Reader<T>& r) {
    if (r.refresh == Refresh::never) r.at = number(*r.at * r.scale);
  }

  void prepare(Reader<T>& r, const Input<T>& x) {
    r = {};
    r.advances = 1;
    r.scale = 1;
    r.from = x.from;
    if (x.buffer >= 0) {
      r.at = buffer(x.buffer);
    } else if (x.from.inner == 0 && (x.from.outer == 0 || cols_ == 1)) {
      r.at = number(*x.from.data);
      r.advances = 0;
    } else if (x.from.inner == 1 && (by_columns_ || cols_ == 1 || x.from.outer == rows_)) {
      r.at = x.from.data;
      r.moves = true;
      r.jump = x.from.outer;
    } else if (by_columns_ && x.from.inner == 0) {
      r.at = r.own = number(T(0));
      r.advances = 0;
      r.refresh = Refresh::row_number;
    } else if (x.from.inner == 1 && x.from.outer == 0) {
      r.at = r.own = tile();
      loops_.repeat_column(r.own, x.from.data, rows_, std::min(run_, rows_ * cols_));
    } else {
      r.at = r.own = tile();
      r.refresh = x.from.inner == 0 ? Refresh::repeat_row : Refresh::copy;
    }
  }

  void begin_column(std::size_t s, uword j) {
    Step<T>& step = steps_[s];
    const auto begin = [&](Reader<T>& r) {
      if (r.moves) r.at = r.from.data + j * r.jump;
      if (r.refresh == Refresh::row_number) std::fill_n(r.own, 64 / sizeof(T), r.from.data[j * r.from.outer] * r.scale);
    };
    for (unsigned k = 0; k < step.arity; ++k) begin(readers_[s][k]);
    if (step.base) begin(bases_[s]);
    if (step.sink == Sink::memory) out_[s] = step.out + (by_columns_ ? j * rows_ : 0);
    if (by_columns_) column_sum_[s] = 0;
  }
  void refresh(Reader<T>& r, uword i, uword j, uword n) {
    if (r.refresh == Refresh::repeat_row)
      loops_.repeat_row(r.own, r.from.data + i / rows_ * r.from.outer, r.from.outer, rows_, n / rows_);
    else if (r.refresh == Refresh::copy)
      copy_strided(r.own, r.from, rows_, by_columns_ ? i + j * rows_ : i, n);
  }

  /// All steps on the tile of n numbers from i on, of column j where columns are done one by one.
  void tile_at(uword i, uword j, uword n) {
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      Step<T>& step = steps_[s];
      const T* in[5];
      std::uint8_t advances[5];
      for (unsigned k = 0; k < step.arity; ++k) {
        Reader<T>& r = readers_[s][k];
        if (r.refresh >= Refresh::repeat_row) refresh(r, i, j, n);
        in[k] = r.at;
        advances[k] = r.advances;
        if (r.moves) r.at += n;
      }
      if (scaled_[s]) {
        loops_.scale(scaled_[s], in[0], advances[0], step.scale, n);
        in[0] = scaled_[s];
        advances[0] = 1;
      }
      T* const out = step.sink == Sink::buffer ? buffer(step.buffer) : out_[s];
      T* const result = result_[s] ? result_[s] : out;
      if (step.kernel)
        step.kernel(step.rule, result, in, advances, n);
      else if (is_sum(step) && advances[0])
        deliver(s, in[0], out, i, j, n);
      else if (is_sum(step))
        loops_.scale(result, in[0], false, T(1), n);
      else if (step.add)
        loops_.add_scaled(out, out, in[0], advances[0], step.scale, n);
      else
        loops_.scale(out, in[0], advances[0], step.scale, n);
      if (step.kernel || !is_sum(step) || !advances[0]) deliver(s, result, out, i, j, n);
    }
  }
  static bool is_sum(const Step<T>& step) { return step.sink >= Sink::total; }
  /// What becomes of a step's result.
  void deliver(std::size_t s, const T* result, T* out, uword i, uword j, uword n) {
    Step<T>& step = steps_[s];
    if (is_sum(step)) return add_to_sums(s, result, i, n);
    if (step.base) {
      Reader<T>& base = bases_[s];
      if (base.refresh >= Refresh::repeat_row) refresh(base, i, j, n);
      loops_.add_scaled(out, result, base.at, base.advances, step.base_scale, n);
      if (base.moves) base.at += n;
    } else if (step.add && step.kernel) {
      loops_.add_scaled(out, out, result, true, T(1), n);
    }
    if (step.sink == Sink::memory) out_[s] += n;
  }
  void add_to_sums(std::size_t s, const T* x, uword i, uword n) {
    if constexpr (std::floating_point<T>) {
      Step<T>& step = steps_[s];
      if (step.sink == Sink::total) {
        step.total += loops_.sum(x, n);
      } else if (step.sink == Sink::columns && by_columns_) {
        column_sum_[s] += loops_.sum(x, n);
      } else if (step.sink == Sink::columns) {
        loops_.sum_columns(step.out + i / rows_, x, rows_, n / rows_, step.add);
      } else if (by_columns_) {
        loops_.add_widened(workspace().row_sums[s].data() + i, x, n);
      } else {
        alignas(64) T sums[tile_size<T>];
        loops_.sum_rows(sums, x, period_, n);
        loops_.add_widened(workspace().row_sums[s].data(), sums, period_);
      }
    }
  }
  void end_column(uword j) {
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      Step<T>& step = steps_[s];
      if (step.sink == Sink::columns) step.out[j] = (step.add ? step.out[j] : T(0)) + T(column_sum_[s]);
    }
  }
  void deliver_row_sums(std::size_t s) {
    const Step<T>& step = steps_[s];
    const std::vector<double>& sums = workspace().row_sums[s];
    for (uword i = 0; i < rows_; ++i) {
      double sum = 0;
      for (uword q = i; q < sums.size(); q += rows_) sum += sums[q];
      step.out[i] = (step.add ? step.out[i] : T(0)) + T(sum);
    }
  }

  const detail::BlockLoops<T>& loops_ = detail::block_loops<T>();
  std::span<Step<T>> steps_;
  uword rows_, cols_, run_ = 0, period_ = 0;
  bool by_columns_ = false;
  int next_tile_ = max_buffers, next_number_ = 0;
  Reader<T> readers_[max][5], bases_[max];
  T *scaled_[max], *result_[max], *out_[max]{};
  double column_sum_[max];
};

}  // namespace

template <class T>
void run(std::span<Step<T>> steps, uword rows, uword cols) {
  if (steps.size() == 1)
    Loop<T, 1>(steps, rows, cols).run();
  else if (steps.size() <= max_group)
    Loop<T, max_group>(steps, rows, cols).run();
  else
    Loop<T, max_steps>(steps, rows, cols).run();
}

template void run(std::span<Step<double>>, uword, uword);
template void run(std::span<Step<float>>, uword, uword);
template void run(std::span<Step<std::complex<double>>>, uword, uword);
template void run(std::span<Step<std::complex<float>>>, uword, uword);

}  // namespace armagrad::detail::tiles
