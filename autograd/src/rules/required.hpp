#pragma once
// Parameters that must lie in a range, which is checked when they are computed.

#include <armagrad/detail/rule.hpp>
#include "elementwise.hpp"

namespace armagrad::detail {

enum class Range : std::uint8_t { any, positive, not_negative, probability, count };

/// Whether x is a finite number of the range.
inline bool is_in(Range range, double x) {
  if (!std::isfinite(x)) return range == Range::any;
  switch (range) {
    case Range::any:
      return true;
    case Range::positive:
      return x > 0;
    case Range::not_negative:
      return x >= 0;
    case Range::probability:
      return x >= 0 && x <= 1;
    case Range::count:
      break;
  }
  return x >= 0 && x == std::floor(x);
}
inline const char* description(Range range) {
  constexpr const char* names[] = {"a number", "positive and finite", "not negative and finite",
                                   "a probability, from 0 to 1", "a whole number, 0 or more"};
  return names[std::size_t(range)];
}

/// x, all of which is in the range; std::runtime_error with the name, the entry and the range if it is not.
template <class T>
const arma::Mat<T>& required(const arma::Mat<T>& x, Range range, const char* function, const char* parameter) {
  for (uword i = 0; i < x.n_elem; ++i) {
    if (is_in(range, lane::real(x[i]))) continue;
    throw std::runtime_error(std::string(function) + ": " + parameter + " must be " + description(range) + ", not " +
                             to_text(lane::real(x[i])) + " (entry " + std::to_string(i) + " of " +
                             to_string(shape_of(x.n_rows, x.n_cols)) + ")");
  }
  return x;
}

namespace rules ARMAGRAD_EXPORT {

/// x itself, once its entries were found to be in the range.
struct Required : General<1> {
  static constexpr auto name = "required";
  static constexpr std::array reads{reads::nothing};
  Range range;
  const char* function;
  const char* parameter;
  void forward(auto y, const auto& x) const { y = required(x, range, function, parameter); }
  static void reverse(auto dx, const auto& dy, const auto&, const auto& x) { dx += spread(dy, x); }
  static void tangent(auto ty, const auto&, const auto&, const auto& tx) { ty = tx; }
  std::string parameters() const { return description(range); }
};

}  // namespace ARMAGRAD_EXPORT

/// An argument of a function as a node that is checked: a number or a matrix now, a Var when it is computed.
template <class eT>
Var<eT> required(const Argument<eT>& given, const Var<eT>& x, Range range, const char* function,
                 const char* parameter) {
  if (range == Range::any) return x;
  if (!given.var()) {
    required(x.value(), range, function, parameter);
    return x;
  }
  const Var<eT> y = append_node<rules::Required, eT>({{}, range, function, parameter}, x.shape(), given.at(), {&x});
  node_of(y).is_scalar = node_of(x).is_scalar;
  return y;
}

}  // namespace armagrad::detail
