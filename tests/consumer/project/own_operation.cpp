// What docs/overview.md offers beside a gradient: an operation of your own, the check, the formula, a recorded loop.
#include <armagrad/custom_operation.hpp>

#include <iostream>
using namespace armagrad;

struct Softsign : Elementwise<1> {
  static constexpr auto name = "softsign";
  static auto value(auto x) { return x / (1.0 + abs(x)); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / square(1.0 + abs(x))); }
};
template <class eT>
Var<eT> softsign(const Var<eT>& x, Here at = Here::current()) {
  return elementwise(Softsign{}, at, x);
}

template <class eT>
bool tried(double tolerance) {
  const arma::Mat<eT> A = {{2, 1}, {1, 3}}, W = {{1, 2}, {-1, 3}};
  const auto loss = [&](auto w) { return accu(square(softsign(view(A, "A") * w))) + eT(0.5) * accu(square(w)); };
  auto step = record(loss, variables(W));
  const auto [J, g] = step.value_and_gradient(W);
  const arma::Mat<eT> Z = A * W, s = Z / (1 + arma::abs(Z)), by_Z = 2 * s / arma::square(1 + arma::abs(Z));
  const arma::Mat<eT> in_blocks = gradient(
      [&](auto a) {
        return sum_over_samples(
            Blocks{1, 2, 1}, [](auto b, auto w) { return accu(square(softsign(b * w))); }, samples(view(W)), a);
      },
      A);
  const GradientCheck check = check_gradient(loss, W);
  std::cout << check << derive(loss, W, "W").text() << '\n';
  return check && arma::abs(g - (A.t() * by_Z + W)).max() < tolerance &&
         arma::abs(in_blocks - by_Z * W.t()).max() < tolerance;
}

int main() {
  arma::mat X = {{1, 2}, {3, 5}};
  const auto plain = [](const arma::mat& x) { return arma::accu(arma::square(x)); };
  const bool by_hand = bool(check_gradient(
      plain, [](const arma::mat& x) { return arma::mat(2 * x); }, X));
  try {  // an error crosses from the library to its user
    (void)gradient([&](auto w) { return accu(chol(w)); }, arma::mat(-X));
    return 2;
  } catch (const std::runtime_error& e) {
    std::cout << e.what() << '\n';
  }
#ifndef ARMAGRAD_DOUBLE_ONLY
  if (!tried<float>(1e-5)) return 3;
#endif
  return tried<double>(1e-13) && by_hand ? 0 : 1;
}
