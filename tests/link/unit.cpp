// A user's unit with an operation of its own, as it is compiled with various settings and linked with the library.
#include <armagrad/custom_operation.hpp>
using namespace armagrad;

struct Softsign : Elementwise<1> {
  static constexpr auto name = "softsign";
  static auto value(auto x) { return x / (1.0 + abs(x)); }
  static auto partials(auto, auto x) { return std::tuple(1.0 / square(1.0 + abs(x))); }
};

int main() {
  const arma::mat A(4, 4, arma::fill::eye), W(4, 2, arma::fill::ones);
  const auto loss = [&](auto w) { return accu(elementwise(Softsign{}, Here::current(), view(A) * w)); };
  return gradient(loss, W)(3, 1) == 0.25 && check_gradient(loss, W) ? 0 : 1;
}
