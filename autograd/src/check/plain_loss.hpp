#pragma once
// The loss of a check as a function of one of its variables, and the second point at which a gradient is
// looked at.

#include <armagrad/check_gradient.hpp>

#include "differences.hpp"

namespace armagrad::detail {

/// Name of variable v of `count` in the report.
template <class eT>
std::string variable_name(const CheckOptions<eT>& options, std::size_t v, std::size_t count) {
  if (v < options.names.size()) return options.names[v];
  return count > 1 ? std::string("W").append(std::to_string(v + 1)) : "W";
}

/// f as a function of x[v], the others held.
template <class eT>
LossOfOne of_variable(const PlainFunction<eT>& f, std::vector<arma::Mat<eT>>& x, std::size_t v) {
  LossOfOne loss;
  loss.single = std::is_same_v<eT, float>;
  loss.eps = double(std::numeric_limits<eT>::epsilon());
  loss.value = [&f, &x, v](arma::mat& at) {
    if constexpr (std::is_same_v<eT, double>) {
      struct Swapped {  // and back, also when f throws
        arma::mat &a, &b;
        Swapped(arma::mat& a_, arma::mat& b_) : a(a_), b(b_) { a.swap(b); }
        ~Swapped() { a.swap(b); }
      } swapped(x[v], at);
      return f(x);
    } else {
      x[v] = arma::conv_to<arma::Mat<eT>>::from(at);
      return f(x);
    }
  };
  return loss;
}

/// W moved by up to 3/10 of each entry; where W is 0 throughout, by up to 3/10.
template <class eT>
arma::Mat<eT> second_point(const arma::Mat<eT>& W, std::mt19937_64& random) {
  std::uniform_real_distribution<double> step(0.1, 0.3);
  const bool zero = largest(W) == 0;
  arma::Mat<eT> x = W;
  for (eT& w : x) {
    const double by = random() >> 63 ? step(random) : -step(random);
    w += eT(zero ? by : double(w) * by);
  }
  return x;
}

inline std::string infinite_problem(const std::string& name, const arma::mat& W) {
  const arma::uvec bad = arma::find_nonfinite(W);
  if (bad.is_empty()) return "";
  return name + " is " + to_text(W(bad(0))) + " at " + place_of(bad(0), W) + ": no step leads away from there";
}

}  // namespace armagrad::detail
