#define BOOST_TEST_MODULE grid_integrals
// Incomplete gamma and beta functions and Bessel functions, and their derivatives, against 50 digits
// (integral_digits.py, by mpmath), at arguments of every scale: values and first derivatives, of which those of a
// derivative are second ones.
#include "functions.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// The derivative of f by its argument k, as a function that can be differentiated again.
VarFunction slope(const VarFunction& f, std::size_t k) {
  return [=](const Of& x) { return gradient(accu(f(x)), x[k]); };
}
VarFunction plain_j(double order) {
  return [=](const Of& x) { return bessel_j(order, x[0]); };
}
VarFunction plain_i(double order) {
  return [=](const Of& x) { return bessel_i(order, x[0]); };
}
const VarFunction lower_gamma = [](const Of& x) { return gamma_p(x[0], x[1]); };
const VarFunction lower_beta = [](const Of& x) { return ibeta(x[0], x[1], x[2]); };
const VarFunction second_kind = [](const Of& x) { return bessel_k(x[0], x[1]); };

const Functions functions{{"gamma_p", lower_gamma},
                          {"gamma_p_a", slope(lower_gamma, 0)},
                          {"gamma_p_x", slope(lower_gamma, 1)},
                          {"gamma_q", [](const Of& x) { return gamma_q(x[0], x[1]); }},
                          {"ibeta", lower_beta},
                          {"ibeta_a", slope(lower_beta, 0)},
                          {"ibeta_b", slope(lower_beta, 1)},
                          {"ibeta_x", slope(lower_beta, 2)},
                          {"ibetac", [](const Of& x) { return ibetac(x[0], x[1], x[2]); }},
                          {"bessel_k", second_kind},
                          {"bessel_k_nu", slope(second_kind, 0)},
                          {"bessel_k_x", slope(second_kind, 1)},
                          {"bessel_j_0", plain_j(0)},
                          {"bessel_j_0.3", plain_j(0.3)},
                          {"bessel_j_2.5", plain_j(2.5)},
                          {"bessel_j_30", plain_j(30)},
                          {"bessel_j_2.5_x", slope(plain_j(2.5), 0)},
                          {"bessel_i_0", plain_i(0)},
                          {"bessel_i_0.3", plain_i(0.3)},
                          {"bessel_i_2.5", plain_i(2.5)},
                          {"bessel_i_30", plain_i(30)},
                          {"bessel_i_2.5_x", slope(plain_i(2.5), 0)}};

/// 16 units in the last place, and 4 for each unit of the condition number.
double allowed(const std::string&, const Point& p, std::size_t what) { return 16 + 4 * double(p.condition[what]); }

}  // namespace

BOOST_AUTO_TEST_CASE(values_and_derivatives) { check_functions(GRID_DIGITS, functions, 40, allowed); }
