#pragma once
// The softmax family, shifted by the largest entry so that nothing overflows.
// Edges: entries of -inf count as probability 0; a fibre of nothing but -inf, or with a +inf or a NaN in it,
// is NaN (logsumexp: -inf, +inf and NaN).

#include <armagrad/detail/along.hpp>

namespace armagrad::detail {

// Over Var: partials.hpp.
template <class eT>
Var<eT> softmax_or_zero(const Var<eT>& x, std::size_t dim);
template <class eT>
Var<eT> less_its_top(const Var<eT>& d, const Var<eT>& x, std::size_t dim);
template <class eT>
Var<eT> less_its_share(const Var<eT>& dy, const Var<eT>& y, std::size_t dim);

/// The sum of exp(x - top) without the first of x's largest entries, for which it is 1.
template <Fibre A>
auto rest_along(const A& x, const auto& top, std::size_t dim) {
  const auto is_top = x == top;
  return sum_along(exp(x - top) - is_top, dim) + (sum_along(is_top, dim) - 1.0);
}

/// softmax(x), and 0 along a fibre of nothing but -inf.
template <Fibre A>
auto softmax_or_zero(const A& x, std::size_t dim) {
  const auto e = exp(x - finite_or_zero(max_along(x, dim)));
  return e / or_one(sum_along(e, dim));
}

/// d less its entry where y is largest, so that what y's sum of 1 cancels is not there to be rounded.
template <Fibre A, Fibre B>
auto less_its_top(const A& d, const B& y, std::size_t dim) {
  return d - sum_along(first_max(y, max_along(y, dim), dim) % d, dim);
}

/// dy - exp(y) sum(dy), y being a log_softmax: 1 - exp(y) is taken as such.
template <Fibre A, Fibre B>
auto less_its_share(const A& dy, const B& y, std::size_t dim) {
  return -dy % expm1(y) - exp(y) % (sum_along(dy, dim) - dy);
}

namespace rules ARMAGRAD_EXPORT {

/// log(sum(exp(x))) of each column (dim 0) or row (dim 1).
struct LogSumExp : AlongDim {
  static constexpr auto name = "logsumexp";
  static constexpr bool reduces = true;
  static constexpr std::array reads{reads::first};
  std::size_t dim;
  void forward(auto y, auto x) const {
    const auto top = finite_or_zero(max_along(x, dim));
    y = top + log1p(rest_along(x, top, dim));
  }
  void reverse(auto dx, auto dy, auto, auto x) const { dx += spread(dy, x) % softmax_or_zero(x, dim); }
  void tangent(auto ty, auto, auto x, auto tx) const { ty = total_along(softmax_or_zero(x, dim) % tx, dim); }
  std::string parameters() const { return std::to_string(dim); }
};

/// exp(x) / sum(exp(x)) of each column (dim 0) or row (dim 1).
struct Softmax : AlongDim {
  static constexpr auto name = "softmax";
  static constexpr std::array reads{reads::result};
  std::size_t dim;
  bool or_zero = false;  // 0 instead of NaN along a fibre of nothing but -inf
  void forward(auto y, auto x) const {
    if (or_zero) {
      y = softmax_or_zero(x, dim);
    } else {
      y = exp(x - max_along(x, dim));
      y = y / sum_along(y, dim);
    }
  }
  void reverse(auto dx, auto dy, auto y, auto) const {
    const auto d = less_its_top(dy, y, dim);
    dx += y % (d - sum_along(d % y, dim));
  }
  void tangent(auto ty, auto y, auto, auto tx) const {
    const auto d = less_its_top(tx, y, dim);
    ty = y % (d - sum_along(d % y, dim));
  }
  std::string parameters() const { return std::to_string(dim); }
};

/// x - logsumexp(x) of each column (dim 0) or row (dim 1).
struct LogSoftmax : AlongDim {
  static constexpr auto name = "log_softmax";
  static constexpr std::array reads{reads::result};
  std::size_t dim;
  void forward(auto y, auto x) const {
    const auto top = max_along(x, dim);
    y = x - top - log1p(rest_along(x, top, dim));
  }
  void reverse(auto dx, auto dy, auto y, auto) const { dx += less_its_share(dy, y, dim); }
  void tangent(auto ty, auto y, auto, auto tx) const {
    const auto d = less_its_top(tx, y, dim);
    ty = d - sum_along(exp(y) % d, dim);
  }
  std::string parameters() const { return std::to_string(dim); }
};

}  // namespace ARMAGRAD_EXPORT

using SoftmaxRules = RuleList<rules::LogSumExp, rules::Softmax, rules::LogSoftmax>;

}  // namespace armagrad::detail
