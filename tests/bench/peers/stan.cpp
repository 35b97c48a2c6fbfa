// The models by Stan's mathematics: the common text, and with Stan's own functions where they take over the loops.
#include <stan/math.hpp>

#include "peers.hpp"

namespace {

using namespace peers;
using stan::math::var;
using Vector = Eigen::Matrix<var, -1, 1>;
using Matrix = Eigen::Matrix<var, -1, -1>;
using Eigen::MatrixXd, Eigen::VectorXd;

VectorXd vector_of(const Vec& x) { return Eigen::Map<const VectorXd>(x.data(), x.size()); }
MatrixXd matrix_of(const Vec& x, int rows, int cols) { return Eigen::Map<const MatrixXd>(x.data(), rows, cols); }

template <class Model, class Loss>
void stan_row(Contestants& all, const Model& model, const char* row, const Loss& loss) {
  all.add(model, row, "anew", [=]() -> Gradient {
    return [=](const Vec& at, Vec& g) {
      std::vector<var> p(at.begin(), at.end());
      var y = loss(p);
      const double value = y.val();
      stan::math::set_zero_all_adjoints();
      y.grad();
      for (std::size_t i = 0; i < p.size(); ++i) g[i] = p[i].adj();
      stan::math::recover_memory();
      return value;
    };
  });
}

/// p[first], ..., as a matrix.
Matrix part(const std::vector<var>& p, int first, int rows, int cols = 1) {
  return Eigen::Map<const Matrix>(p.data() + first, rows, cols);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace stan::math;
  Contestants all;
  each_model([&](const auto& model) {
    stan_row(all, model, "Stan, template loops", [=](const std::vector<var>& p) { return model(p); });
  });
  const char* row = "Stan, its own functions";

  const Garch garch;
  const Vec later(garch.r.begin() + 1, garch.r.end());
  stan_row(all, garch, row, [=](const std::vector<var>& p) -> var {
    std::vector<var> sd(later.size());
    var h = variance(garch.r);
    for (std::size_t t = 0; t < sd.size(); ++t) sd[t] = sqrt(h = p[0] + p[1] * square(garch.r[t]) + p[2] * h);
    return -normal_lpdf<true>(later, 0, sd);
  });

  const Kalman kalman;
  const MatrixXd y = matrix_of(kalman.y, 1, int(kalman.y.size()));
  stan_row(all, kalman, row, [=](const std::vector<var>& p) -> var {
    const MatrixXd F = (MatrixXd(2, 1) << 1, 0).finished(), G = (MatrixXd(2, 2) << 1, 1, 0, 1).finished();
    Matrix W = Matrix::Zero(2, 2), V(1, 1);
    W(0, 0) = exp(2 * p[0]);
    W(1, 1) = exp(2 * p[1]);
    V(0, 0) = exp(2 * p[2]);
    return -gaussian_dlm_obs_lpdf<true>(y, F, G, V, W, VectorXd(VectorXd::Zero(2)),
                                        MatrixXd(100 * MatrixXd::Identity(2, 2)));
  });

  const HiddenMarkov hmm;
  stan_row(all, hmm, row, [=](const std::vector<var>& p) -> var {
    const int k = hmm.k;
    std::vector<Vector> moves(k, Vector(k));  // by where they end
    for (int i = 0; i < k; ++i) {
      const Vector from = log_softmax(Vector(part(p, i * k, k)));
      for (int j = 0; j < k; ++j) moves[j](i) = from(j);
    }
    const Vector sd = exp(Vector(part(p, k * k + k, k)));
    Vector alpha = Vector::Constant(k, -std::log(double(k)));
    for (const double now : hmm.y) {
      Vector next(k);
      for (int j = 0; j < k; ++j)
        next(j) = log_sum_exp(Vector(add(alpha, moves[j]))) + normal_lpdf<true>(now, p[k * k + j], sd(j));
      alpha = next;
    }
    return -log_sum_exp(alpha);
  });

  const Matern matern;
  stan_row(all, matern, row, [=](const std::vector<var>& p) -> var {
    Matrix K = gp_matern32_cov(matern.x, var(exp(p[1])), var(exp(p[0])));
    const var noise = exp(2 * p[2]);
    for (int i = 0; i < K.rows(); ++i) K(i, i) += noise;
    const Matrix L = cholesky_decompose(K);
    return -multi_normal_cholesky_lpdf<true>(vector_of(matern.y), VectorXd(VectorXd::Zero(K.rows())), L);
  });

  const Logistic logistic;
  const MatrixXd X = matrix_of(logistic.X, logistic.n, logistic.k);
  std::vector<int> successes;
  for (const double yi : logistic.y) successes.push_back(yi > 0);
  stan_row(all, logistic, row, [=](const std::vector<var>& p) -> var {
    return -bernoulli_logit_glm_lpmf(successes, X, 0.0, Vector(part(p, 0, logistic.k)));
  });

  const Softmax softmax;
  const MatrixXd images = matrix_of(softmax.X, softmax.n, softmax.D);
  stan_row(all, softmax, row, [=](const std::vector<var>& p) -> var {
    const Matrix scores = multiply(images, part(p, 0, softmax.D, softmax.c));
    var ll = 0;
    for (int i = 0; i < softmax.n; ++i)
      ll += categorical_logit_lpmf(softmax.label[i] + 1, Vector(scores.row(i).transpose()));
    return -ll;
  });

  const Mixed mixed;
  const MatrixXd covariates = matrix_of(mixed.X, mixed.n, mixed.k);
  stan_row(all, mixed, row, [=](const std::vector<var>& p) -> var {
    const Vector u = part(p, mixed.k + 1, mixed.groups);
    Vector eta = multiply(covariates, Vector(part(p, 0, mixed.k)));  // poisson_log_glm_lpmf<true> of 2.21 has no value
    for (int i = 0; i < mixed.n; ++i) eta(i) += u(mixed.group[i]);
    return -poisson_log_lpmf<true>(mixed.y, eta) - normal_lpdf<true>(u, 0, exp(p[mixed.k]));
  });

  const Net net;
  const MatrixXd inputs = matrix_of(net.X, net.n, 2);
  const VectorXd outputs = vector_of(net.y);
  stan_row(all, net, row, [=](const std::vector<var>& p) -> var {
    const int h = net.h;
    const Matrix ones = Matrix::Ones(net.n, 1), offsets = part(p, 2 * h, 1, h);
    const Matrix hidden =
        tanh(Matrix(add(multiply(inputs, part(p, 0, 2, h)), rep_matrix(offsets.row(0).eval(), net.n))));
    const Vector out = stan::math::add(multiply(hidden, Vector(part(p, 3 * h, h))), p[4 * h]);
    return squared_distance(out, outputs);
  });
  return all.main(argc, argv);
}
