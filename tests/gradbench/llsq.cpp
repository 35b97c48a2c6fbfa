// Half the squared error of a polynomial fitted to sign(t) at n points of [-1, 1].

#include "tool.hpp"

namespace gradbench {
namespace {

auto error_for(const json& input, uword terms) {
  const uword n = count_of(input, "n");
  const vec t = 2 * regspace(0, double(n - 1)) / double(n - 1) - 1;
  mat powers(t.n_elem, terms, fill::ones);
  for (uword j = 1; j < terms; ++j) powers.col(j) = powers.col(j - 1) % t;
  return [powers, s = vec(sign(t))](const auto& x) { return 0.5 * accu(square(s - powers * x)); };
}

}  // namespace

Module llsq() {
  return {{"primal",
           [](const json& input) {
             const vec x = column_of(input, "x");
             return value_of(error_for(input, x.n_elem), x);
           }},
          {"gradient", [](const json& input) {
             const vec x = column_of(input, "x");
             return gradient_of(error_for(input, x.n_elem), x);
           }}};
}

}  // namespace gradbench
