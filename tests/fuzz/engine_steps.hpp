#pragma once
// Steps of random programs that are the engine's own, each chosen and shaped by the next bytes.

#include <armagrad/armagrad.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "random_program.hpp"

namespace armagrad::fuzz {

/// Bytes from front to back; zeros behind their end.
class Bytes {
 public:
  explicit Bytes(std::string_view left) : left_(left) {}
  bool empty() const { return left_.empty(); }
  unsigned next() {
    if (left_.empty()) return 0;
    const auto byte = std::uint8_t(left_[0]);
    left_.remove_prefix(1);
    return byte;
  }
  /// A number below n, which is not 0.
  uword below(uword n) { return next() % n; }

 private:
  std::string_view left_;
};

/// Numbers in (-1, 1), the same for the same seed.
inline arma::mat drawn(std::uint32_t seed, uword rows, uword cols) {
  arma::mat x(rows, cols);
  for (double& entry : x) {
    seed = seed * 1664525 + 1013904223;
    entry = double(seed >> 8) / (1 << 23) - 1;
  }
  return x;
}
/// The values made so far, and steps that make the next from them by what the engine does itself: writes, recursions,
/// broadcasts, derivatives inside of the function.
class EngineSteps {
 public:
  EngineSteps(Bytes& bytes, std::string& names) : bytes_(bytes), names_(names) {}

  std::vector<M> made;

 protected:
  const M& pick() { return made[bytes_.below(made.size())]; }
  void name(const std::string& text) { names_ += text + '\n'; }

  uword row(const M& x) { return x.n_rows ? bytes_.below(x.n_rows) : 0; }
  uword col(const M& x) { return x.n_cols ? bytes_.below(x.n_cols) : 0; }
  Number number() {
    const M& x = pick();
    if (x.is_empty()) return x.tape().constant(0.5);
    return std::as_const(x)(bytes_.below(x.n_elem));
  }
  /// Something made so far in this shape: a part, repeated, or some of its entries.
  M fitted(const M& x, Shape s) {
    if (x.shape() == s) return x;
    if (x.is_empty() || s.size() == 0) return x.tape().constant(arma::mat(s.rows, s.cols, arma::fill::value(0.5)));
    const uword way = bytes_.below(3);
    if (x.n_rows >= s.rows && x.n_cols >= s.cols && way == 0)
      return x.submat(x.n_rows - s.rows, 0, x.n_rows - 1, s.cols - 1);
    if (way == 1) return resize(repmat(x, 1 + s.rows / x.n_rows, 1 + s.cols / x.n_cols), s.rows, s.cols);
    arma::uvec entries(s.size());
    const uword from = bytes_.next();
    for (uword k = 0; k < entries.n_elem; ++k) entries[k] = (from + k) % x.n_elem;
    return reshape(x.elem(entries), s.rows, s.cols);
  }
  M fitted(uword rows, uword cols) { return fitted(pick(), shape_of(rows, cols)); }
  ColVar<double> column(uword rows) { return fitted(rows, 1).as_col(); }

  M of_engine(unsigned which) {
    name("engine " + std::to_string(which));
    switch (which) {
      case 0: {
        const M &x = pick(), &y = pick();
        switch (bytes_.below(5)) {
          case 0:
            return x + y;
          case 1:
            return x - y;
          case 2:
            return x % y;
          case 3:
            return x / (1.5 + square(y));
          default:
            return x * y;
        }
      }
      case 1:
        return pick().t() * 0.5;
      case 2:
        return tanh(pick());
      case 3:
        return exp(-square(pick()));
      case 4:
        return write_entries();
      case 5:
        return write_blocks();
      case 6:
        return write_lists();
      case 7:
        return change_shape();
      case 8:
        return fill_by_recursion();
      case 9:
        return numbers();
      case 10:
        return scan_of_columns();
      case 11:
        return scan_of_numbers();
      case 12:
        return scan_of_two_states();
      case 13:
        return derivative();
      case 14:
        return recomputed();
      case 15:
        return sum_of_samples();
      case 16:
        return branch();
      case 17:
        return broadcast();
      case 18:
        return solution();
      case 19:
        return sparse();
      case 20: {
        const Number a = number(), b = number(), d = number();
        return M{{a, 1.5, b}, {0, a * d, d}};
      }
      case 21:
        return parts();
      case 22: {
        const M& x = pick();
        return x(x.n_rows, arma::span::all);  // there is no such row
      }
      case 23:
        return transformed();
      case 24:
        return kinds();
      case 25:
        return derivative_of_derivative();
      case 26: {
        const M& x = pick();
        const M y = fitted(x.n_cols, 1 + bytes_.below(4));
        return x * y;
      }
      case 27:
        return one_by_one();
      default: {
        const M& x = pick();
        const Number a = number(), b = number();
        return x * a + b;
      }
    }
  }

  M write_entries() {
    M B = pick();
    if (B.is_empty()) return B;
    for (uword n = 1 + bytes_.below(4); n > 0; --n) {
      const uword i = row(B), j = col(B), k = bytes_.below(B.n_elem);
      const Number x = number();
      switch (bytes_.below(5)) {
        case 0:
          B(i, j) = x;
          break;
        case 1:
          B(i, j) += x * 0.5;
          break;
        case 2:
          B(i, j) = 0.25;
          break;
        case 3:
          B(i, j) *= B(k);
          break;
        default:
          B(k) = B(i, j) + tanh(B(i, j));
          break;
      }
    }
    return B;
  }
  M write_blocks() {
    M B = pick();
    if (B.is_empty()) return B;
    const M before = B;
    const uword i = row(B), j = col(B), k = row(B);
    const M r = fitted(1, B.n_cols), c = fitted(B.n_rows, 1);
    switch (bytes_.below(6)) {
      case 0:
        B.row(i) = r;
        break;
      case 1:
        B.col(j) %= c;
        break;
      case 2:
        B.submat(0, 0, i, j) -= r(0);
        break;
      case 3:
        B.row(i) = B.row(k);
        break;
      case 4:
        B.head_cols(1) += B.tail_cols(1);
        break;
      default:
        B.diag() = c(0);
        break;
    }
    B.each_col() += c;
    return B - 0.5 * before;
  }
  M write_lists() {
    M B = pick();
    if (B.is_empty()) return B;
    const arma::uvec list{bytes_.below(B.n_elem), bytes_.below(B.n_elem), bytes_.below(B.n_elem)}, i{row(B)}, k{row(B)};
    switch (bytes_.below(4)) {
      case 0:
        B.elem(list) += number();
        break;
      case 1:
        B.elem(list) = fitted(3, 1);
        break;
      case 2:
        B.elem(list) %= B.elem(list);
        break;
      default:
        B.rows(i) = B.rows(k) * 2.0;
        break;
    }
    return B;
  }
  M change_shape() {
    M B = pick();
    const uword i = row(B), k = row(B), rows = 1 + bytes_.below(4), cols = 1 + bytes_.below(4);
    switch (bytes_.below(7)) {
      case 0:
        B.swap_rows(i, k);
        break;
      case 1:
        B.insert_rows(i, fitted(1, B.n_cols));
        break;
      case 2:
        B.shed_col(col(B));
        break;
      case 3:
        B.resize(rows, cols);
        break;
      case 4:
        B.reshape(B.n_cols, B.n_rows);
        break;
      case 5:
        B.each_row([](auto& r) { r = tanh(r); });
        break;
      default:
        B.zeros(2, 3);
        B.row(1) = fitted(1, 3);
        break;
    }
    return B;
  }
  M fill_by_recursion() {
    const M x = column(4);
    M F(uword(4), uword(2));
    F(0, 0) = x(0);
    for (uword k = 1; k < 8; ++k) F(k) = 0.5 * F(k - 1) + tanh(x(k % 4) * F(k / 2));
    return F;
  }
  M numbers() {
    Number a = number(), b = number();
    for (uword n = 1 + bytes_.below(6); n > 0; --n) {
      switch (bytes_.below(8)) {
        case 0:
          a = a * b + sin(a);
          break;
        case 1:
          b = tanh(a - b) / (1 + a * a);
          break;
        case 2:
          a = pow(1 + b * b, 0.5 * tanh(a));
          break;
        case 3:
          b = where(a > b, a, 0.5 * b);
          break;
        case 4:
          a += log1p(exp(-abs(b)));
          break;
        case 5:
          b = a;
          break;
        case 6:
          a = max(a, b) * 0.5;
          break;
        default:
          b -= sqrt(1 + square(a));
          break;
      }
    }
    return a * b;
  }
  M scan_of_columns() {
    const uword n = 1 + bytes_.below(3);
    const M X = fitted(n, 1 + bytes_.below(4)), W = fitted(n, n);
    const ColVar<double> start = column(n);
    const auto step = [](const ColVar<double>& h, const ColVar<double>& x, const M& w) {
      const ColVar<double> next = tanh(w * h / double(h.n_elem) + x);
      return std::tuple(next, accu(square(next)));
    };
    const auto [last, out] =
        bytes_.below(2) ? scan(step, start, steps(X), W) : scan(Checkpoints{}, step, start, steps(X), W);
    return bytes_.below(2) ? M(last) : M(out);
  }
  /// Not 0: what an argmin finds there is 0 but for rounding, which the complex step rounds otherwise.
  static constexpr double branches_at = 0.0123;
  M scan_of_numbers() {
    const ColVar<double> x = column(1 + bytes_.below(5));
    const bool asks = bytes_.below(4) == 0;
    const auto step = [asks](const Number& s, const Number& one) -> Number {
      if (asks && s.scalar() > branches_at) return 0.9 * s - one;
      return where(one > s, 0.5 * s + one, s * tanh(one));
    };
    return scan(step, number(), steps(x));
  }
  M scan_of_two_states() {
    const uword n = 1 + bytes_.below(5);
    const auto step = [](const Number& a, const M& B, const Number& p) {
      const Number next = 0.5 * a + tanh(p) * accu(B) / double(B.n_elem + 1);
      return std::tuple(next, M(tanh(B + a)), summed(B * next), next);
    };
    const M B = fitted(2, 2);
    const Number start = number(), p = number();
    const auto [a, last, sum, all] = scan(step, std::tuple(start, B), steps(n), p);
    return bytes_.below(2) ? M(sum + last * a) : M(all);
  }
  M derivative() {
    const M& x = pick();
    return gradient(accu(tanh(x) % square(x) + x * number()), x);
  }
  M derivative_of_derivative() {
    const M& x = pick();
    if (x.is_empty()) return x;
    return tanh(0.1 * gradient(accu(square(gradient(accu(tanh(x) % exp(-square(x))), x))), x));
  }
  M recomputed() {
    const M x = pick(), y = fitted(pick(), x.shape());
    return checkpoint([](const M& a, const M& b) { return tanh(a % b) + 0.5 * a; }, x, y);
  }
  M sum_of_samples() {
    const uword n = 1 + bytes_.below(3);
    const M w = fitted(n, 1), X = fitted(n, 1 + bytes_.below(5));
    const auto loss = [](const M& v, const M& x) { return accu(square(tanh(v.t() * x))); };
    const Blocks blocks{1 + bytes_.below(3), 1, 1};
    if (bytes_.below(2)) return sum_over_samples(blocks, loss, samples(X), w);
    return sum_over_samples(blocks, loss, samples(drawn(n, n, 5)), w);
  }
  M branch() {
    const Number a = number();
    const M& x = pick();
    if (a.scalar() > branches_at) return x * a;
    return tanh(x) - a;
  }
  M broadcast() {
    const M x = pick(), y = fitted(1, x.n_cols), z = fitted(x.n_rows, 1);
    switch (bytes_.below(4)) {
      case 0:
        return x.each_row() + y;
      case 1:
        return x.each_col() % z;
      case 2:
        return (x.each_row() - y).each_col() / (2 + square(z));
      default:
        return x.each_row() / (2 + square(y));
    }
  }
  M solution() {
    const Number p = tanh(number());
    if (bytes_.below(2)) return root([](const Number& t, const Number& q) { return t * t * t + t - q; }, 0.3, p);
    const ColVar<double> b = column(2);
    return argmin([](const ColVar<double>& t,
                     const ColVar<double>& q) { return accu(square(t - tanh(q))) + accu(square(square(t))); },
                  arma::vec{0.1, 0.2}, b);
  }
  M sparse() {
    const M& x = pick();
    arma::sp_mat S(3, x.n_rows);
    for (uword i = 0; i < S.n_cols; ++i) S(i % 3, i) = 1.5 - double(i);
    return S * x;
  }
  M parts() {
    const M& x = pick();
    switch (bytes_.below(6)) {
      case 0:
        return x.cols(arma::uvec{col(x), col(x)});
      case 1:
        return x.rows(row(x), x.n_rows - 1);
      case 2:
        return x.submat(arma::span(0, row(x)), arma::span::all);
      case 3:
        return x.diag();
      case 4:
        return x.col(col(x)) * 0.5;
      default:
        return vectorise(x).tail(1 + bytes_.below(2));
    }
  }
  M transformed() {
    M x = pick();
    x.transform([](const Number& e) { return e * tanh(e); });
    x += number();
    return -x;
  }
  /// Columns, rows and numbers, whose types are known.
  M kinds() {
    const M& x = pick();
    const ColVar<double> c = x.col(col(x));
    const RowVar<double> r = x.row(row(x));
    const Number n = sum(c) + max(r) * mean(c);
    if (bytes_.below(2)) return c * r * n * 0.1;
    return join_cols(c, r.t()) % tanh(join_cols(c, r.t()) + n);
  }
  M one_by_one() {
    M x = fitted(1, 1);
    x += pick();  // which fits if it is 1 x 1, or a number
    return x;
  }

  Bytes& bytes_;
  std::string& names_;
};

}  // namespace armagrad::fuzz
