// The smallest error in a gradient that check_gradient still catches.

#include <armagrad/custom_operation.hpp>
#include <armagrad/detail/complex_replay.hpp>
#include <iomanip>
#include <iostream>

using namespace armagrad;
using arma::uword;

/// x itself, with m for its derivative instead of 1: a gradient with an error put in.
struct Faulty : Elementwise<2> {
  static constexpr auto name = "faulty";
  static auto value(auto x, auto) { return x; }
  static auto partials(auto, auto, auto m) { return std::tuple(m, 0.0); }
};
Var<double> faulty(const Var<double>& x, const arma::mat& m) {
  return elementwise(Faulty{}, std::source_location::current(), x, view(m));
}

struct Data {
  arma::mat W, X, Y;
};

/// Prints the smallest power of ten that is caught as relative error of the entries where `mask` has a 1, by
/// the complex step and by differences.
void row(const std::string& what, const Data& d, const arma::mat& mask, const CheckOptions<double>& options) {
  double by_complex_step = 1, by_differences = 1;
  for (int k = 1; k < 16; ++k) {
    const double e = std::pow(10, -k);
    const arma::mat m = 1 + e * mask;
    const auto loss = [&](auto x) {
      const auto w = faulty(x, m);
      return -accu(view(d.Y) % log_softmax(w.t() * view(d.X), 0)) / d.X.n_cols + 0.01 * accu(square(w));
    };
    for (const Evidence& test : check_gradient(options, loss, d.W).evidence) {
      if (test.passed()) continue;
      if (test.test == "complex step") by_complex_step = e;
      if (test.test == "central differences" || test.test == "random directions") by_differences = e;
    }
  }
  std::cout << std::left << std::setw(44) << what << std::setw(14) << by_complex_step << by_differences << std::endl;
}

int main() {
  arma::arma_rng::set_seed(2);
  std::cout << std::left << std::setw(44) << "relative error put into" << std::setw(14) << "complex step"
            << "differences\n";
  for (const uword D : {100u, 784u}) {
    const uword n = 50, c = 10;
    Data d{0.1 * arma::randn(D, c), arma::randu(D, n), arma::zeros(c, n)};
    for (uword j = 0; j < n; ++j) d.Y(j % c, j) = 1;
    // An entry of the usual size: the one with the median gradient.
    const arma::mat g =
        gradient([&](auto w) { return -accu(d.Y % log_softmax(w.t() * d.X, 0)) / n + 0.01 * accu(square(w)); }, d.W);
    arma::mat one(D, c, arma::fill::zeros), column = one;
    const arma::uvec by_size = arma::sort_index(arma::vectorise(arma::abs(g)));
    one(by_size(g.n_elem / 2)) = 1;
    column.col(3).ones();
    CheckOptions<double> options;
    options.entries = 1000;
    const std::string of = " of " + std::to_string(D) + "x10" + (D < 500 ? ", entry by entry" : ", by directions");
    if (D < 500) row("one entry" + of, d, one, options);
    row("one column" + of, d, column, options);
    row("all" + of, d, arma::ones(D, c), options);
  }
}
