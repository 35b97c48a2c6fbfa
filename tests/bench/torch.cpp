// Softmax regression by libtorch, in the same process; built where it is installed.

#ifdef ARMAGRAD_TORCH
#include <torch/torch.h>

#include <memory>
#include <string>

// Torch and Armadillo are kept apart: torch's macros and Armadillo's names do not mix.
#include <benchmark/benchmark.h>

namespace armagrad::bench {
namespace {

constexpr int D = 784, c = 10;
constexpr double l2 = 1e-5, rate = 1e-3;

void size(torch::ScalarType type, int n) {
  const std::string name =
      std::string("softmax/") + (type == torch::kFloat64 ? "double/" : "float/") + std::to_string(n) + "/libtorch";
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    at::set_num_threads(1);
    torch::manual_seed(20240607);
    const auto options = torch::TensorOptions().dtype(type);
    const auto X = torch::rand({n, D}, options);  // torch's order: a sample per row
    const auto labels = torch::arange(n) % c;
    auto W = torch::zeros({D, c}, options.requires_grad(true));
    for (auto _ : state) {
      const auto J = torch::nn::functional::cross_entropy(X.mm(W), labels) + l2 / 2 * (W * W).sum();
      J.backward();
      torch::NoGradGuard no_gradient;
      W -= rate * W.grad();
      W.grad().zero_();
      benchmark::DoNotOptimize(J.item<double>());
    }
  })->UseRealTime();
}

const bool registered = [] {
  for (const int n : {1, 32, 512, 60000}) {
    size(torch::kFloat64, n);
    size(torch::kFloat32, n);
  }
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
#endif
