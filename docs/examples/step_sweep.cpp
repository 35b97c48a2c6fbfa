// The error of differences over their step, as a picture: step_sweep | gnuplot > step_sweep.png

#include <armagrad/armagrad.hpp>
#include <armagrad/detail/complex_replay.hpp>
#include <iostream>

using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(3);
  const arma::mat X(20, 50, arma::fill::randn), W(20, 4, arma::fill::randn), d(20, 4, arma::fill::randn);
  arma::mat Y(4, 50, arma::fill::zeros);
  for (arma::uword j = 0; j < Y.n_cols; ++j) Y(j % 4, j) = 1;
  const auto loss = [&](auto w) { return -accu(view(Y) % log_softmax(w.t() * view(X), 0)) / 50; };

  Tape<double> tape;
  const Var<double> w = tape.variable(view(W)), J = loss(w);
  tape.backward(J, true);
  const double slope = arma::accu(tape.gradient(w) % d), J0 = J.scalar();
  Tape<double> moved;
  const auto at = [&](double h) {
    moved.clear();
    return loss(moved.variable(arma::mat(W + h * d))).scalar();
  };
  detail::ComplexReplay<double> replay(J);
  const auto imaginary = [&](double h) {
    replay.move(w.index(), arma::cx_mat(W, h * d));
    return replay.value()(0).imag();
  };
  const auto central = [&](double h) { return (at(h) - at(-h)) / (2 * h); };

  std::cout << "$data << end\n";
  for (double exponent = 0; exponent > -16; exponent -= 0.125) {
    const double h = std::pow(10, exponent);
    std::cout << h;
    for (const double found : {(at(h) - J0) / h, central(h), (4 * central(h / 2) - central(h)) / 3, imaginary(h) / h})
      std::cout << ' ' << std::max(std::abs(found / slope - 1), 1e-17);
    std::cout << '\n';
  }
  std::cout << R"(end
set terminal pngcairo size 800,480
set logscale xy
set format "10^{%L}"
set xlabel "step h"
set ylabel "relative error of the slope"
set yrange [1e-17:10]
set key above
set grid
plot for [k=2:5] $data using 1:k with lines lw 2 title word("one-sided central extrapolated complex", k - 1)
)";
}
