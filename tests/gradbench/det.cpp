// The determinant by expansion by minors. Minors of the last rows are shared: each is computed once.

#include "tool.hpp"

namespace gradbench {
namespace {

/// The minors of the last m rows, for each choice of m columns: how they follow from those of m - 1 rows.
struct Level {
  uvec columns, rest;  // for each choice and each of its columns: the column, and the choice of the others
  rowvec signs;
};

/// A level for m = 2, 3, ... n rows.
std::vector<Level> expansion(uword n) {
  std::vector<Level> levels;
  std::vector<uword> place(std::size_t(1) << n);  // of a set of columns, as bits, among those of its size
  for (uword k = 0; k < n; ++k) place[std::size_t(1) << k] = k;
  for (uword m = 2; m <= n; ++m) {
    std::vector<uword> columns, rest;
    uword choices = 0;
    for (std::size_t set = 0; set < place.size(); ++set) {
      if (uword(__builtin_popcountll(set)) != m) continue;
      place[set] = choices++;
      for (uword k = 0; k < n; ++k) {
        if (!(set >> k & 1)) continue;
        columns.push_back(k);
        rest.push_back(place[set & ~(std::size_t(1) << k)]);
      }
    }
    rowvec signs(m, fill::ones);
    for (uword k = 1; k < m; k += 2) signs(k) = -1;
    levels.push_back({uvec(columns), uvec(rest), signs});
  }
  return levels;
}

struct Matrix {
  explicit Matrix(const json& input) : rows(column_of(input, "A")), n(count_of(input, "ell")) {
    require(n <= 20 && n * n == rows.n_elem, "A has not ell x ell entries, for an ell of 1 to 20");
  }
  auto determinant() const {
    return [n = n, levels = expansion(n)](const auto& A) {
      vec_of<decltype(A)> minors = A.tail(n);
      for (const Level& level : levels) {
        const uword m = level.signs.n_elem;
        const auto row = A.subvec((n - m) * n, (n - m + 1) * n - 1);
        const auto terms = reshape(row.elem(level.columns) % minors.elem(level.rest), m, level.rest.n_elem / m);
        minors = (level.signs * terms).t();
      }
      return minors(0);
    };
  }

  vec rows;  // one after the other
  uword n;
};

}  // namespace

Module det() {
  return {{"primal", [](const json& input) { return value_of(Matrix(input).determinant(), Matrix(input).rows); }},
          {"gradient", [](const json& input) { return gradient_of(Matrix(input).determinant(), Matrix(input).rows); }}};
}

}  // namespace gradbench
