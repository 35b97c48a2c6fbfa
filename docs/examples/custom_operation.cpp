#include <armagrad/custom_operation.hpp>
using namespace armagrad;

struct LogCosh : Elementwise<1> {
  static constexpr auto name = "logcosh";
  static auto value(auto x) { return abs(x) + log1p(exp(-2.0 * abs(x))) - std::numbers::ln2; }
  static auto partials(auto, auto x) { return std::tuple(tanh(x)); }
};
template <class eT>
Var<eT> logcosh(const Var<eT>& x, Here at = Here::current()) {
  return elementwise(LogCosh{}, at, x);
}

int main() {
  arma::arma_rng::set_seed(1);
  const arma::mat A(5, 3, arma::fill::randn), b(5, 1, arma::fill::randn), x(3, 1, arma::fill::randn);
  const auto loss = [&](auto v) { return accu(logcosh(view(A, "A") * v - view(b, "b"))); };
  std::cout << "gradient:\n" << gradient(loss, x) << "H x:\n" << hessian_vector_product(loss, x, x);
  std::cout << check_gradient(loss, x) << derive(loss, x, "x").text() << '\n';
}
