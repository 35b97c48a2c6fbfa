#pragma once
// What the benchmarks share. A benchmark is named "objective/type/size/contestant"; scripts/bench compares
// the contestants of one objective by the medians of one interleaved run.

#include <benchmark/benchmark.h>

#include <armagrad/armagrad.hpp>
#include <memory>
#include <string>

namespace armagrad::bench {

/// Times step() of what make() returns; make is called when the benchmark runs, so that data is there only
/// then.
template <class Make>
void contestant(const std::string& name, Make make) {
  benchmark::RegisterBenchmark(name.c_str(), [make](benchmark::State& state) {
    auto step = make();
    step();  // buffers, recordings
    for (auto _ : state) benchmark::DoNotOptimize(step());
  })->UseRealTime();
}

/// Registers a gradient written by hand, and the library's of the same loss: value alone, and with gradient.
template <class Hand, class Program>
void objective(const std::string& name, Hand hand, Program program) {
  contestant(name + "/hand", hand);
  contestant(name + "/value", [=] { return program(false); });
  contestant(name + "/replayed", [=] { return program(true); });
}

/// A step of a recorded program, which is made once.
template <class Program, class... A>
auto step_of(bool gradient, Program program, const A&... arguments) {
  return
      [=, p = std::make_shared<Program>(std::move(program)), all = std::make_shared<std::tuple<A...>>(arguments...)] {
        return std::apply(
            [&](const auto&... x) { return gradient ? p->value_and_gradient(x...).first : p->value(x...); }, *all);
      };
}

template <class eT>
std::string type_name() {
  return std::is_same_v<eT, double> ? "double" : "float";
}

/// Uniform in (low, high), the same in every run.
template <class eT>
arma::Mat<eT> uniform(arma::uword rows, arma::uword cols, double low = -1, double high = 1) {
  arma::arma_rng::set_seed(20240607);
  arma::Mat<eT> x(rows, cols, arma::fill::randu);
  x *= eT(high - low);
  x += eT(low);
  return x;
}

/// One-hot columns.
template <class eT>
arma::Mat<eT> classes(arma::uword c, arma::uword n) {
  arma::Mat<eT> y(c, n, arma::fill::zeros);
  for (arma::uword i = 0; i < n; ++i) y((i * 7 + i / 13) % c, i) = 1;
  return y;
}

}  // namespace armagrad::bench
