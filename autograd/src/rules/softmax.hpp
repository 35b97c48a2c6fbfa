#pragma once
// The softmax family, shifted by the largest entry so that nothing overflows.
// Edges: entries of -inf count as probability 0; a fibre of nothing but -inf, or with a +inf or a NaN in it,
// is NaN (logsumexp: -inf, +inf and NaN).

#include <armagrad/ops/softmax.hpp>
#include "powers.hpp"
#include "reductions.hpp"

namespace armagrad {
namespace rules ARMAGRAD_EXPORT {

/// log(sum(exp(x))) of each column (dim 0) or row (dim 1).
struct LogSumExp : AlongDim {
  static constexpr auto name = "logsumexp";
  static constexpr bool reduces = true;
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  uword dim;
  void forward(auto y, auto x) const {
    const auto top = finite_or_zero(max_along(x, dim));
    y = top + log(sum_along(exp(x - top), dim));
  }
  static void reverse(auto dx, auto dy, auto y, auto x) { dx += spread(dy, x) % exp(x - spread(y, x)); }
  void tangent(auto ty, auto y, auto x, auto tx) const { ty = total_along(exp(x - spread(y, x)) % tx, dim); }
  std::string parameters() const { return std::to_string(dim); }
};

/// exp(x) / sum(exp(x)) of each column (dim 0) or row (dim 1).
struct Softmax : AlongDim {
  static constexpr auto name = "softmax";
  static constexpr std::array reads{reads::result};
  uword dim;
  void forward(auto y, auto x) const {
    y = exp(x - max_along(x, dim));
    y = y / sum_along(y, dim);
  }
  void reverse(auto dx, auto dy, auto y, auto) const { dx += y % (dy - sum_along(dy % y, dim)); }
  void tangent(auto ty, auto y, auto, auto tx) const { ty = y % (tx - sum_along(tx % y, dim)); }
  std::string parameters() const { return std::to_string(dim); }
};

/// x - logsumexp(x) of each column (dim 0) or row (dim 1).
struct LogSoftmax : AlongDim {
  static constexpr auto name = "log_softmax";
  static constexpr std::array reads{reads::result};
  uword dim;
  void forward(auto y, auto x) const {
    const auto top = max_along(x, dim);
    y = x - top - log(sum_along(exp(x - top), dim));
  }
  void reverse(auto dx, auto dy, auto y, auto) const { dx += dy - exp(y) % sum_along(dy, dim); }
  void tangent(auto ty, auto y, auto, auto tx) const { ty = tx - sum_along(exp(y) % tx, dim); }
  std::string parameters() const { return std::to_string(dim); }
};

}  // namespace rules

using SoftmaxRules = RuleList<rules::LogSumExp, rules::Softmax, rules::LogSoftmax>;

}  // namespace armagrad
