// The saddle point of |x|^2 - |y|^2, where x is least of what y makes largest. The inner maximum is one of the
// library's solutions, found by gradient descent and differentiated by the implicit function theorem.

#include "descent.hpp"

namespace gradbench {
namespace {

constexpr auto minus_f = [](const auto& y, const auto& x) { return accu(square(y)) - accu(square(x)); };

vec saddle_point(Mode outer, Mode inner, const vec& start) {
  const auto largest = [=](const vec& from, const vec& x) {
    const auto at = [&](const auto& y) { return minus_f(y, x); };
    return least(with_slope(inner, at), from);
  };
  // Descent ends some 1e-5 from 0, which is all of y.
  const solved_by solver(largest, 2);
  const auto most = [&](const auto& x) { return -minus_f(argmin(solver, minus_f, start, x), x); };
  const vec x = least(with_slope(outer, most), start);
  return join_cols(x, largest(start, x));
}

}  // namespace

Module saddle() {
  return in_all_modes([](Mode outer, Mode inner, const json& input) {
    const vec start = column_of(input, "start");
    require(start.n_elem == 2, "start is not of two numbers");
    return prepared([=] { return saddle_point(outer, inner, start); });
  });
}

}  // namespace gradbench
