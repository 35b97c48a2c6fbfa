// Other objectives, their gradients written by hand and by the library.

#include <cmath>
#include <vector>

#include "bench.hpp"

namespace armagrad::bench {
namespace {

struct Logistic {
  arma::mat X = uniform<double>(100, 5000), y = arma::sign(uniform<double>(1, 5000)), w = uniform<double>(100, 1);
};
struct LogisticByHand : Logistic {
  arma::mat m{}, s{}, G{};
  double operator()() {
    const double n = double(X.n_cols);
    m = y % (w.t() * X);
    s = arma::exp(-m);
    const double J = accu(arma::log1p(s)) / n;
    G = -X * (y % s / (1 + s)).t() / n;
    benchmark::DoNotOptimize(G.memptr());
    return J;
  }
};

struct Ridge {
  arma::mat X = uniform<double>(100, 5000), y = uniform<double>(5000, 1), w = uniform<double>(100, 1);
};
struct RidgeByHand : Ridge {
  arma::mat r{}, G{};
  double operator()() {
    const double n = double(X.n_cols);
    r = X.t() * w - y;
    const double J = arma::dot(r, r) / n + 0.1 * arma::dot(w, w);
    G = 2 / n * X * r + 0.2 * w;
    benchmark::DoNotOptimize(G.memptr());
    return J;
  }
};

struct Mlp {
  arma::mat X = uniform<double>(784, 128, 0, 1), Y = classes<double>(10, 128), V = uniform<double>(784, 128, -.1, .1),
            b = uniform<double>(128, 1, -.1, .1), W = uniform<double>(128, 10, -.1, .1),
            a = uniform<double>(10, 1, -.1, .1);
};
struct MlpByHand : Mlp {
  arma::mat H{}, Z{}, P{}, D{}, GV{}, Gb{}, GW{}, Ga{};
  double operator()() {
    const double n = double(X.n_cols);
    H = V.t() * X;
    H.each_col() += b;
    H = arma::tanh(H);
    Z = W.t() * H;
    Z.each_col() += a;
    Z.each_row() -= arma::max(Z, 0);
    P = arma::exp(Z);
    const arma::rowvec s = arma::sum(P, 0);
    const double J = (accu(arma::log(s)) - accu(Y % Z)) / n;
    P.each_row() /= s;
    P -= Y;
    P /= n;
    GW = H * P.t();
    Ga = arma::sum(P, 1);
    D = (W * P) % (1 - H % H);
    GV = X * D.t();
    Gb = arma::sum(D, 1);
    benchmark::DoNotOptimize(GV.memptr());
    return J;
  }
};

struct LogSumExpByHand {
  arma::vec x = uniform<double>(1280000, 1, -10, 10), G{};
  double operator()() {
    const double top = x.max();
    const double J = top + std::log(accu(arma::exp(x - top)));
    G = arma::exp(x - J);
    benchmark::DoNotOptimize(G.memptr());
    return J;
  }
};

/// A mixture of k Gaussians with diagonal covariances: means m, log standard deviations t, log weights p.
struct Mixture {
  arma::mat X = uniform<double>(10, 10000, -2, 2), m = uniform<double>(10, 8), t = uniform<double>(10, 8, -.5, .5),
            p = uniform<double>(8, 1), XX = X % X;
};
struct MixtureByHand : Mixture {
  arma::mat A{}, L{}, R{}, Gm{}, Gt{}, Gp{};
  double operator()() {
    const double n = double(X.n_cols);
    A = arma::exp(-2 * t);
    L = -.5 * A.t() * XX + (m % A).t() * X;
    const double top = p.max();
    const arma::vec weight = arma::exp(p - top - std::log(accu(arma::exp(p - top))));
    L.each_col() += arma::log(weight) - (.5 * arma::sum(m % m % A, 0) + arma::sum(t, 0)).t();
    const arma::rowvec most = arma::max(L, 0);
    R = arma::exp(L.each_row() - most);
    const arma::rowvec s = arma::sum(R, 0);
    const double J = -(accu(arma::log(s)) + accu(most)) / n;
    R.each_row() /= s;
    R /= -n;
    const arma::vec total = arma::sum(R, 1);
    Gm = A % (X * R.t());
    Gm -= A % (m.each_row() % total.t());
    Gt = A % (XX * R.t()) - 2 * A % m % (X * R.t());
    Gt += A % m % m % arma::repmat(total.t(), m.n_rows, 1) - arma::repmat(total.t(), m.n_rows, 1);
    Gp = total + weight;
    benchmark::DoNotOptimize(Gt.memptr());
    return J;
  }
};

struct KMeans {
  arma::mat X = uniform<double>(10, 10000), C = uniform<double>(10, 16);
};
struct KMeansByHand : KMeans {
  arma::mat D{}, G{};
  double operator()() {
    const double n = double(X.n_cols);
    D = -2 * C.t() * X;
    D.each_col() += arma::sum(C % C, 0).t();
    double J = accu(X % X);
    G.zeros(arma::size(C));
    for (arma::uword i = 0; i < X.n_cols; ++i) {
      const arma::uword k = D.col(i).index_min();
      J += D(k, i);
      G.col(k) += 2 / n * (C.col(k) - X.col(i));
    }
    benchmark::DoNotOptimize(G.memptr());
    return J / n;
  }
};

/// A cell with input, forget and output gates over 100 steps; the loss is that of the last state.
struct Lstm {
  static constexpr arma::uword steps = 100, hidden = 32, inputs = 16, batch = 16;
  arma::mat X = uniform<double>(inputs, steps*batch), W = uniform<double>(4 * hidden, inputs, -.3, .3),
            U = uniform<double>(4 * hidden, hidden, -.3, .3), b = uniform<double>(4 * hidden, 1, -.3, .3);
};
struct LstmByHand : Lstm {
  std::vector<arma::mat> Z = std::vector<arma::mat>(steps), C = std::vector<arma::mat>(steps + 1),
                         T = std::vector<arma::mat>(steps), H = std::vector<arma::mat>(steps + 1);
  arma::mat GW{}, GU{}, Gb{}, D{}, dh{}, dc{};
  double operator()() {
    constexpr arma::uword h = hidden;
    C[0].zeros(h, batch);
    H[0].zeros(h, batch);
    for (arma::uword t = 0; t < steps; ++t) {
      Z[t] = W * X.cols(t * batch, (t + 1) * batch - 1) + U * H[t];
      Z[t].each_col() += b;
      Z[t].head_rows(3 * h) = 1 / (1 + arma::exp(-Z[t].head_rows(3 * h)));
      Z[t].tail_rows(h) = arma::tanh(Z[t].tail_rows(h));
      const auto in = Z[t].rows(0, h - 1), forget = Z[t].rows(h, 2 * h - 1), out = Z[t].rows(2 * h, 3 * h - 1),
                 g = Z[t].rows(3 * h, 4 * h - 1);
      C[t + 1] = forget % C[t] + in % g;
      T[t] = arma::tanh(C[t + 1]);
      H[t + 1] = out % T[t];
    }
    const double J = accu(H[steps] % H[steps]);
    GW.zeros(arma::size(W));
    GU.zeros(arma::size(U));
    Gb.zeros(arma::size(b));
    dh = 2 * H[steps];
    dc.zeros(h, batch);
    D.set_size(4 * h, batch);
    for (arma::uword t = steps; t-- > 0;) {
      const auto in = Z[t].rows(0, h - 1), forget = Z[t].rows(h, 2 * h - 1), out = Z[t].rows(2 * h, 3 * h - 1),
                 g = Z[t].rows(3 * h, 4 * h - 1);
      dc += dh % out % (1 - T[t] % T[t]);
      D.rows(0, h - 1) = dc % g % in % (1 - in);
      D.rows(h, 2 * h - 1) = dc % C[t] % forget % (1 - forget);
      D.rows(2 * h, 3 * h - 1) = dh % T[t] % out % (1 - out);
      D.rows(3 * h, 4 * h - 1) = dc % in % (1 - g % g);
      GW += D * X.cols(t * batch, (t + 1) * batch - 1).t();
      GU += D * H[t].t();
      Gb += arma::sum(D, 1);
      dh = U.t() * D;
      dc = dc % forget;
    }
    benchmark::DoNotOptimize(GU.memptr());
    return J;
  }
};

/// A Gaussian process with a squared-exponential kernel: minus its log marginal likelihood by the logarithms
/// p of amplitude, length and noise. D: squared distances.
struct GaussianProcess {
  arma::mat D, y = uniform<double>(300, 1), p = arma::vec{0.1, -0.5, -1}, one = arma::eye(300, 300);
  GaussianProcess() {
    const arma::mat X = uniform<double>(2, 300);
    const arma::rowvec s = arma::sum(X % X, 0);
    D = -2 * X.t() * X;
    D.each_row() += s;
    D.each_col() += s.t();
  }
};
struct GaussianProcessByHand : GaussianProcess {
  arma::mat E{}, K{}, L{}, A{};
  arma::vec G = arma::vec(3);
  double operator()() {
    const double size = std::exp(2 * p(0)), i = std::exp(-2 * p(1)), noise = std::exp(2 * p(2));
    E = size * arma::exp(-.5 * i * D);
    K = E;
    K.diag() += noise;
    L = arma::chol(K, "lower");
    const arma::vec v = arma::solve(arma::trimatl(L), y);
    const double J = .5 * arma::dot(v, v) + accu(arma::log(L.diag()));
    const arma::vec alpha = arma::solve(arma::trimatu(L.t()), v);
    A = arma::inv_sympd(K) - alpha * alpha.t();
    G = {accu(A % E), .5 * i * accu(A % E % D), noise * arma::trace(A)};
    benchmark::DoNotOptimize(G.memptr());
    return J;
  }
};

const bool registered = [] {
  objective(
      "logistic", [] { return LogisticByHand(); },
      [](bool gradient) {
        const Logistic d;
        return step_of(gradient,
                       record([](auto w, auto x, auto y) { return accu(softplus(-y % (w.t() * x))) / x.n_cols; },
                              variables(d.w), inputs(d.X, d.y)),
                       d.w, d.X, d.y);
      });
  objective(
      "ridge", [] { return RidgeByHand(); },
      [](bool gradient) {
        const Ridge d;
        return step_of(gradient,
                       record([](auto w, auto x,
                                 auto y) { return accu(square(x.t() * w - y)) / x.n_cols + 0.1 * accu(square(w)); },
                              variables(d.w), inputs(d.X, d.y)),
                       d.w, d.X, d.y);
      });
  objective(
      "mlp", [] { return MlpByHand(); },
      [](bool gradient) {
        const Mlp d;
        return step_of(gradient,
                       record(
                           [](auto v, auto b, auto w, auto a, auto x, auto y) {
                             const auto h = tanh((v.t() * x).each_col() + b);
                             return -accu(y % log_softmax((w.t() * h).each_col() + a, 0)) / x.n_cols;
                           },
                           variables(d.V, d.b, d.W, d.a), inputs(d.X, d.Y)),
                       d.V, d.b, d.W, d.a, d.X, d.Y);
      });
  objective(
      "logsumexp", [] { return LogSumExpByHand(); },
      [](bool gradient) {
        const arma::mat x = uniform<double>(1280000, 1, -10, 10);
        return step_of(gradient, record([](auto v) { return accu(logsumexp(v, 0)); }, variables(x)), x);
      });
  objective(
      "mixture", [] { return MixtureByHand(); },
      [](bool gradient) {
        const Mixture d;
        return step_of(gradient,
                       record(
                           [](auto m, auto t, auto p, auto x, auto xx) {
                             const auto a = exp(-2 * t);
                             const auto offset = log_softmax(p, 0) - (0.5 * sum(square(m) % a, 0) + sum(t, 0)).t();
                             const auto l = ((m % a).t() * x - 0.5 * (a.t() * xx)).each_col() + offset;
                             return -accu(logsumexp(l, 0)) / x.n_cols;
                           },
                           variables(d.m, d.t, d.p), inputs(d.X, d.XX)),
                       d.m, d.t, d.p, d.X, d.XX);
      });
  const auto kmeans = [](const auto& c, const auto& x) {
    const auto distance = (-2 * (c.t() * x)).each_col() + sum(square(c), 0).t();
    return accu(square(x)) + accu(min(distance, 0));
  };
  objective(
      "kmeans", [] { return KMeansByHand(); },
      [=](bool gradient) {
        const KMeans d;
        return step_of(gradient,
                       record([=](auto c, auto x) { return kmeans(c, x) / x.n_cols; }, variables(d.C), inputs(d.X)),
                       d.C, d.X);
      });
  contestant("kmeans/blocks", [=] {
    const KMeans d;
    return step_of(true,
                   record([=](auto c, auto x) { return sum_over_samples(kmeans, samples(x), c) / x.n_cols; },
                          variables(d.C), inputs(d.X)),
                   d.C, d.X);
  });
  objective(
      "gaussian_process", [] { return GaussianProcessByHand(); },
      [](bool gradient) {
        const GaussianProcess d;
        return step_of(gradient,
                       record(
                           [](auto p, auto distance, auto y, auto one) {
                             const auto k = exp(2 * p(0)) * exp(-0.5 * exp(-2 * p(1)) * distance) + exp(2 * p(2)) * one;
                             return 0.5 * (dot(y, solve(k, y, arma::solve_opts::likely_sympd)) + log_det_sympd(k));
                           },
                           variables(d.p), inputs(d.D, d.y, d.one)),
                       d.p, d.D, d.y, d.one);
      });
  objective(
      "lstm", [] { return LstmByHand(); },
      [](bool gradient) {
        const Lstm d;
        return step_of(gradient,
                       record(
                           [](auto w, auto u, auto b, auto x) {
                             constexpr arma::uword h = Lstm::hidden, n = Lstm::batch;
                             Var<double> c, state;
                             for (arma::uword t = 0; t < Lstm::steps; ++t) {
                               auto z = w * x.cols(t * n, (t + 1) * n - 1);
                               if (t > 0) z = z + u * state;
                               z = z.each_col() + b;
                               const auto gates = sigmoid(z.head_rows(3 * h));
                               const auto g = tanh(z.tail_rows(h));
                               c = t == 0 ? gates.rows(0, h - 1) % g
                                          : gates.rows(h, 2 * h - 1) % c + gates.rows(0, h - 1) % g;
                               state = gates.rows(2 * h, 3 * h - 1) % tanh(c);
                             }
                             return accu(square(state));
                           },
                           variables(d.W, d.U, d.b), inputs(d.X)),
                       d.W, d.U, d.b, d.X);
      });
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
