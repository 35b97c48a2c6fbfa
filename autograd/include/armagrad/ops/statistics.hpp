#pragma once
// Variances, products, norms and running sums.

#include "powers.hpp"
#include "reductions.hpp"
#include "shape.hpp"

namespace armagrad {

/// Running sums down each column (dim 0) or along each row (dim 1), from the end if reversed.
template <class T>
arma::Mat<T> running_sums(const arma::Mat<T>& of, uword dim, bool reversed) {
  arma::Mat<T> x(of);
  const uword n = dim == 0 ? x.n_rows : x.n_cols, fibres = dim == 0 ? x.n_cols : x.n_rows;
  const uword step = dim == 0 ? 1 : x.n_rows, next = dim == 0 ? x.n_rows : 1;
  for (uword k = 1; k < n; ++k) {
    const uword to = reversed ? n - 1 - k : k, from = reversed ? to + 1 : to - 1;
    for (uword f = 0; f < fibres; ++f) x[f * next + to * step] += x[f * next + from * step];
  }
  return x;
}

namespace rules {

/// x less its mean, as var and stddev of n entries along dim have it.
struct Moments : AlongDim {
  static constexpr bool reduces = true;
  uword dim;
  std::uint32_t n, norm_type;
  double divisor() const { return norm_type == 0 && n > 1 ? n - 1.0 : n; }
  auto centred(auto x) const { return x - sum_along(x, dim) / double(n); }
  std::string parameters() const { return std::to_string(norm_type) + ", " + std::to_string(dim); }
};

/// The variances, with n - 1 (norm_type 0) or n (1) in the denominator; 0 of a single entry.
struct Variance : Moments {
  static constexpr auto name = "var";
  static constexpr std::array reads{reads::first};
  void forward(auto y, auto x) const {
    const auto d = centred(x);
    y = sum_along(d % d, dim) / divisor();
  }
  void reverse(auto dx, auto dy, auto, auto x) const { dx += spread(dy, x) % centred(x) % (2 / divisor()); }
  void tangent(auto ty, auto, auto x, auto tx) const {
    ty = total_along(centred(x) % tx, dim) % (2 / divisor());
  }
};

/// Their square roots. Where one is 0, so is its derivative.
struct Stddev : Moments {
  static constexpr auto name = "stddev";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  void forward(auto y, auto x) const {
    const auto d = centred(x);
    y = sqrt(sum_along(d % d, dim) / divisor());
  }
  void reverse(auto dx, auto dy, auto y, auto x) const {
    dx += spread(dy / or_one(y), x) % centred(x) % (1 / divisor());
  }
  void tangent(auto ty, auto y, auto x, auto tx) const {
    ty = total_along(centred(x) % tx, dim) % (1 / divisor()) / or_one(y);
  }
};

/// The lengths of the columns (dim 0) or rows (dim 1), without overflow. Where one is 0, so is its
/// derivative.
struct Length : AlongDim {
  static constexpr auto name = "vecnorm";
  static constexpr bool reduces = true;
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  uword dim;
  void forward(auto y, auto x) const {
    const auto top = or_one(finite_or_zero(max_along(abs(x), dim)));
    const auto z = x / top;
    y = top % sqrt(sum_along(z % z, dim));
  }
  static void reverse(auto dx, auto dy, auto y, auto x) { dx += spread(dy, x) % (x / spread(or_one(y), x)); }
  void tangent(auto ty, auto y, auto x, auto tx) const {
    ty = total_along(x / spread(or_one(y), x) % tx, dim);
  }
  std::string parameters() const { return "2, " + std::to_string(dim); }
};

struct RunningSums : General<1> {
  static constexpr auto name = "cumsum";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  std::uint8_t dim;
  bool reversed = false;
  void forward(auto y, const auto& x) const { y = running_sums(x, dim, reversed); }
  void reverse(auto dx, const auto& dy, const auto&, const auto&) const {
    dx += running_sums(full(dy), dim, !reversed);
  }
  std::string parameters() const { return std::to_string(dim) + (reversed ? ", reversed" : ""); }
};

}  // namespace rules

using StatisticsRules = RuleList<rules::Variance, rules::Stddev, rules::Length, rules::RunningSums>;

template <class eT>
Var<eT> running_sums(const Var<eT>& x, uword dim, bool reversed, Here at = {}) {
  return record_node<rules::RunningSums, eT>({{}, std::uint8_t(dim), reversed}, x.shape(), at, {&x});
}

namespace detail {
template <class Rule, class eT>
Var<eT> moments(const Var<eT>& x, uword norm_type, uword dim, Here at) {
  check_length(x, dim, Rule::name, at);
  if (norm_type > 1) misuse(Rule::name, at, "parameter 'norm_type' must be 0 or 1");
  const std::uint32_t n = dim == 0 ? x.shape().rows : x.shape().cols;
  const Shape to = dim == 0 ? Shape{1, x.shape().cols} : Shape{x.shape().rows, 1};
  return record_node<Rule, eT>(Rule{{{}, dim, n, std::uint32_t(norm_type)}}, to, at, {&x});
}
}  // namespace detail

/// The variances of the columns (dim 0) or rows (dim 1), by n - 1 (norm_type 0) or n (1); of a vector,
/// without dim, a number. 0 of a single entry, refused of none. So too for stddev.
template <class eT>
Var<eT> var(const Var<eT>& x, uword norm_type, uword dim, Here at = Here::current()) {
  return detail::moments<rules::Variance>(x, norm_type, dim, at);
}
template <class eT>
Var<eT> var(const Var<eT>& x, uword norm_type = 0, Here at = Here::current()) {
  return detail::reduced(var(x, norm_type, detail::long_dim(x), at), x);
}
template <class eT>
Var<eT> stddev(const Var<eT>& x, uword norm_type, uword dim, Here at = Here::current()) {
  return detail::moments<rules::Stddev>(x, norm_type, dim, at);
}
template <class eT>
Var<eT> stddev(const Var<eT>& x, uword norm_type = 0, Here at = Here::current()) {
  return detail::reduced(stddev(x, norm_type, detail::long_dim(x), at), x);
}

/// The products of the columns (dim 0) or rows (dim 1), by halves; its derivatives are right where entries
/// are zero. 1 of nothing.
template <class eT>
Var<eT> prod(const Var<eT>& x, uword dim, Here at = Here::current()) {
  if (dim > 1) misuse("prod", at, "dim must be 0 or 1");
  uword n = dim == 0 ? x.n_rows : x.n_cols;
  if (n == 0)
    return spread(x.tape().constant(eT(1)), dim == 0 ? shape_of(1, x.n_cols) : shape_of(x.n_rows, 1));
  const auto part = [dim, at](const Var<eT>& y, uword a, uword b) {
    return dim == 0 ? y.rows(a, b, at) : y.cols(a, b, at);
  };
  Var<eT> y = x, odd;
  bool has_odd = false;
  for (; n > 1; n /= 2) {
    if (n % 2) {
      const Var<eT> last = part(y, n - 1, n - 1);
      odd = has_odd ? odd % last : last;
      has_odd = true;
    }
    y = part(y, 0, n / 2 - 1) % part(y, n / 2, n / 2 * 2 - 1);
  }
  return has_odd ? y % odd : y;
}
/// Of a vector the product of its entries, a number; of a matrix those of its columns.
template <class eT>
Var<eT> prod(const Var<eT>& x, Here at = Here::current()) {
  const Var<eT> y = prod(x, detail::long_dim(x), at);
  return detail::is_vector(x) ? accu(y, at) : y;
}

template <class eT>
Var<eT> cumsum(const Var<eT>& x, uword dim, Here at = Here::current()) {
  if (dim > 1) misuse("cumsum", at, "dim must be 0 or 1");
  return running_sums(x, dim, false, at);
}
template <class eT>
Var<eT> cumsum(const Var<eT>& x, Here at = Here::current()) {
  return cumsum(x, detail::long_dim(x), at);
}

/// The sum of the diagonal: a number.
template <class eT>
Var<eT> trace(const Var<eT>& x, Here at = Here::current()) {
  return accu(diagvec(x, at), at);
}

/// The norms of the columns (dim 0) or rows (dim 1), of order 1 or 2.
template <class eT>
Var<eT> vecnorm(const Var<eT>& x, uword k = 2, uword dim = 0, Here at = Here::current()) {
  if (k != 1 && k != 2) misuse("vecnorm", at, "unsupported vector norm type: there are 1 and 2");
  return k == 1 ? sum(abs(x, at), dim, at) : detail::along<rules::Length>(x, dim, true, at);
}
/// Columns (dim 0) or rows (dim 1) divided by their norms of order 1 or 2; those of zeros stay.
template <class eT>
Var<eT> normalise(const Var<eT>& x, uword p, uword dim, Here at = Here::current()) {
  return x / spread(or_one(vecnorm(x, p, dim, at)), x.shape());
}
template <class eT>
Var<eT> normalise(const Var<eT>& x, uword p = 2, Here at = Here::current()) {
  return normalise(x, p, detail::long_dim(x), at);
}

/// A number. Of a vector: "inf", "-inf", and as norm(x, k) those of order 1 and 2. Of a matrix: "inf", "fro"
/// norm(x, 1) and norm(x, 2), the largest singular value. 0 of nothing. Where a norm is 0, its derivative is 0
/// (but that of norm(x, 2) is one of its subgradients); of several largest entries the first counts.
template <class eT>
Var<eT> norm(const Var<eT>& x, const char* method, Here at = Here::current()) {
  if (x.n_elem == 0) return accu(x, at);
  const char sig = method ? method[0] : '\0';
  if (sig == 'f' || sig == 'F') return accu(vecnorm(vectorise(x), 2, 0, at), at);
  if (sig == 'i' || sig == 'I' || sig == '+') {
    return accu(max(detail::is_vector(x) ? vectorise(abs(x, at)) : sum(abs(x, at), 1), 0, at), at);
  }
  if (sig == '-' && detail::is_vector(x)) return accu(min(vectorise(abs(x, at)), 0, at), at);
  misuse("norm", at, detail::is_vector(x) ? "unsupported vector norm type" : "unsupported matrix norm type");
}
template <class eT>
Var<eT> norm(const Var<eT>& x, uword k = 2, Here at = Here::current()) {
  if (x.n_elem == 0) return accu(x, at);
  if (k == 1)
    return detail::is_vector(x) ? accu(abs(x, at), at) : accu(max(sum(abs(x, at), 0, at), 1, at), at);
  if (k == 2 && detail::is_vector(x)) return norm(x, "fro", at);
  if (k == 2) return svd(x, at)(0, at);  // of decompositions.hpp
  misuse("norm", at, detail::is_vector(x) ? "unsupported vector norm type" : "unsupported matrix norm type");
}

}  // namespace armagrad
