// Made optimizers_by_torch.inc: 100 steps of each optimiser as PyTorch takes them, on a function whose
// gradient is written by hand on both sides. It is not built with the tests; on Debian 12 with libtorch-dev:
//   T=/usr/include/torch/csrc/api/include
//   g++ -std=c++17 -O1 -I$T optimizers_by_torch.cpp -ltorch -ltorch_cpu -lc10 -o by_torch && ./by_torch >
//   optimizers_by_torch.inc

#include <torch/torch.h>

#include <cstdio>
#include <memory>

/// Of a chain of Rosenbrock valleys: f = sum 10 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2.
torch::Tensor slope(const torch::Tensor& x) {
  torch::Tensor g = torch::zeros_like(x);
  for (int i = 0; i + 1 < x.size(0); ++i) {
    const torch::Tensor valley = x[i + 1] - x[i] * x[i];
    g[i] += -40 * x[i] * valley - 2 * (1 - x[i]);
    g[i + 1] += 20 * valley;
  }
  return g;
}

void print(const char* name,
           const std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<torch::Tensor>)>& make) {
  torch::Tensor x = torch::tensor({-1.2, 1.0, 0.5, -0.3}, torch::kFloat64).requires_grad_();
  const auto optimizer = make({x});
  std::printf("{\"%s\", {", name);
  for (int step = 0; step < 100; ++step) {
    x.mutable_grad() = slope(x.detach());
    optimizer->step();
    for (int i = 0; i < x.size(0); ++i) std::printf("%.17g,%s", x[i].item<double>(), i == 3 ? "\n" : " ");
  }
  std::printf("}},\n");
}

int main() {
  using namespace torch::optim;
  using Tensors = std::vector<torch::Tensor>;
  print("sgd", [](Tensors x) { return std::make_unique<SGD>(x, SGDOptions(0.005)); });
  print("momentum", [](Tensors x) { return std::make_unique<SGD>(x, SGDOptions(0.002).momentum(0.9)); });
  print("nesterov", [](Tensors x) { return std::make_unique<SGD>(x, SGDOptions(0.002).momentum(0.9).nesterov(true)); });
  print("rmsprop", [](Tensors x) { return std::make_unique<RMSprop>(x, RMSpropOptions(0.01)); });
  print("adam", [](Tensors x) { return std::make_unique<Adam>(x, AdamOptions(0.03)); });
  print("adamw", [](Tensors x) { return std::make_unique<AdamW>(x, AdamWOptions(0.03).weight_decay(0.1)); });
}
