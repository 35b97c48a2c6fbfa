// The models by libtorch, over tensors: loops over steps where a step needs the one before, whole vectors elsewhere.
#include <torch/torch.h>

#include "peers.hpp"

namespace {

using namespace peers;
using at::Tensor;

const auto options = torch::TensorOptions().dtype(torch::kFloat64);
Tensor constant(const Vec& x) { return torch::tensor(x, options); }
/// Column by column, as the models have them.
Tensor columns(const Vec& x, int rows, int cols) { return constant(x).view({cols, rows}).t(); }

Tensor loss(const Garch& m, const Tensor& p) {
  const Tensor squares = constant(m.r).square();
  std::vector<Tensor> h{torch::tensor(variance(m.r), options)};
  for (std::size_t t = 1; t < m.r.size(); ++t) h.push_back(p[0] + p[1] * squares[int(t) - 1] + p[2] * h.back());
  const Tensor later = torch::stack(std::vector<Tensor>(h.begin() + 1, h.end()));
  return .5 * (later.log() + squares.slice(0, 1) / later).sum();
}
Tensor loss(const Kalman& m, const Tensor& p) {
  const Tensor drift = torch::tensor({{1., 1.}, {0., 1.}}, options), vars = (2 * p).exp();
  const Tensor noise = vars.slice(0, 0, 2).diag(), noise_of_y = vars[2];
  Tensor state = torch::zeros({2}, options), cov = 100 * torch::eye(2, options), nll = torch::zeros({}, options);
  for (const double now : m.y) {
    state = drift.mv(state);
    cov = drift.mm(cov).mm(drift.t()) + noise;
    const Tensor error = now - state[0], var = cov[0][0] + noise_of_y, gain = cov.select(1, 0) / var;
    state = state + gain * error;
    cov = cov - gain.outer(cov[0]);
    nll = nll + .5 * (var.log() + error * error / var);
  }
  return nll;
}
Tensor loss(const HiddenMarkov& m, const Tensor& p) {
  const int k = m.k;
  const Tensor moves = p.slice(0, 0, k * k).view({k, k}).softmax(1).t(), mean = p.slice(0, k * k, k * k + k);
  const Tensor sd = p.slice(0, k * k + k).exp();
  const Tensor density = (-.5 * ((constant(m.y).unsqueeze(1) - mean) / sd).square()).exp() / sd;
  Tensor alpha = torch::full({k}, 1. / k, options), nll = torch::zeros({}, options);
  for (int t = 0; t < int(m.y.size()); ++t) {
    alpha = moves.mv(alpha) * density[t];
    const Tensor total = alpha.sum();
    alpha = alpha / total;
    nll = nll - total.log();
  }
  return nll;
}
Tensor loss(const Matern& m, const Tensor& p) {
  const Tensor x = constant(m.x), d = std::sqrt(3.) / p[0].exp() * (x.unsqueeze(1) - x).abs();
  const Tensor K = (2 * p[1]).exp() * (1 + d) * (-d).exp() + (2 * p[2]).exp() * torch::eye(x.size(0), options);
  const Tensor L = torch::linalg_cholesky(K);
  const Tensor z = torch::linalg_solve_triangular(L, constant(m.y).unsqueeze(1), false);
  return L.diagonal().log().sum() + .5 * z.square().sum();
}
Tensor loss(const Logistic& m, const Tensor& p) {
  static const Tensor X = columns(m.X, m.n, m.k), y = constant(m.y);
  return torch::softplus(-y * X.mv(p)).sum();
}
Tensor loss(const Softmax& m, const Tensor& p) {
  static const Tensor X = columns(m.X, m.n, m.D);
  static const Tensor label = torch::tensor(std::vector<int64_t>(m.label.begin(), m.label.end()));
  const Tensor scores = X.mm(p.view({m.c, m.D}).t());
  return torch::nn::functional::cross_entropy(scores, label,
                                              torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
}
Tensor loss(const Mixed& m, const Tensor& p) {
  static const Tensor X = columns(m.X, m.n, m.k), y = torch::tensor(m.y).to(options);
  static const Tensor group = torch::tensor(std::vector<int64_t>(m.group.begin(), m.group.end()));
  const Tensor u = p.slice(0, m.k + 1), eta = X.mv(p.slice(0, 0, m.k)) + u.index_select(0, group);
  return (eta.exp() - y * eta).sum() + int(m.groups) * p[m.k] + .5 * (u / p[m.k].exp()).square().sum();
}
Tensor loss(const Net& m, const Tensor& p) {
  static const Tensor X = columns(m.X, m.n, 2), y = constant(m.y);
  const int h = m.h;
  const Tensor hidden = (X.mm(p.slice(0, 0, 2 * h).view({h, 2}).t()) + p.slice(0, 2 * h, 3 * h)).tanh();
  return (y - hidden.mv(p.slice(0, 3 * h, 4 * h)) - p[4 * h]).square().sum();
}
Tensor loss(const Ode& m, const Tensor& p) {
  const Tensor r = p.exp(), data = constant(m.data).view({-1, 2});
  const auto slope = [r = r.unbind()](const Tensor& x) {
    const Tensor u = x[0], v = x[1], met = u * v;
    return torch::stack({r[0] * u - r[1] * met, r[2] * met - r[3] * v});
  };
  Tensor x = torch::tensor({1., .5}, options), sum = torch::zeros({}, options);
  for (int t = 1; t <= m.steps; ++t) {
    const Tensor k1 = slope(x), k2 = slope(x + m.dt / 2 * k1), k3 = slope(x + m.dt / 2 * k2), k4 = slope(x + m.dt * k3);
    x = x + m.dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    if (t % m.seen == 0) sum = sum + (x.log() - data[t / m.seen - 1]).square().sum();
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(1);
  Contestants all;
  each_model([&](const auto& model) {
    all.add(model, "libtorch", "anew", [=]() -> Gradient {
      return [=](const Vec& at, Vec& g) {
        const Tensor p = constant(at).requires_grad_();
        const Tensor J = loss(model, p);
        J.backward();
        const Tensor dp = p.grad();
        std::copy_n(dp.data_ptr<double>(), g.size(), g.begin());
        return J.item<double>();
      };
    });
  });
  return all.main(argc, argv);
}
