// Linear algebra: the objectives of docs/linear-algebra.md, their gradients written by hand and by the
// library. Before it is timed, the library's gradient is compared with the one written by hand.

#include <cmath>
#include <stdexcept>
#include <vector>

#include "bench.hpp"

namespace armagrad::bench {
namespace {

using arma::mat;
using arma::uword;
using V = const Var<double>&;

mat symmetric_part(const mat& x) { return 0.5 * (x + x.t()); }

/// Minus the log likelihood of Y (k x steps) by a Kalman filter with the transition A (d x d) and the
/// logarithms q, r of the noises' standard deviations.
struct Kalman {
  mat A, q, r, C, Y, start;
  std::vector<mat> P, M, H, G, Si;
  std::vector<arma::vec> mu, w;
  Kalman(uword d, uword k, uword steps)
      : A(0.9 * arma::eye(d, d) + uniform<double>(d, d, -.1, .1) / std::sqrt(double(d))),
        q(uniform<double>(d, 1)),
        r(uniform<double>(k, 1)),
        C(uniform<double>(k, d)),
        Y(uniform<double>(k, steps)),
        start(d, 1, arma::fill::zeros),
        P(steps),
        M(steps),
        H(steps),
        G(steps),
        Si(steps),
        mu(steps),
        w(steps) {}

  auto at() const { return std::tuple(A, q, r); }
  static auto loss(std::shared_ptr<const Kalman> d) {
    return [d](V a, V q, V r) {
      const auto Q = diagmat(exp(2 * q)), R = diagmat(exp(2 * r));
      auto m = a * view(d->start);
      auto P = Q;
      Var<double> J = a.tape().constant(0.);
      for (uword t = 0; t < d->Y.n_cols; ++t) {
        const auto H = view(d->C) * P, L = chol(H * d->C.t() + R, "lower");
        const auto w = solve(trimatl(L), d->Y.col(t) - view(d->C) * m);
        const auto G = solve(trimatl(L), H);
        J = J + accu(log(diagvec(L))) + 0.5 * accu(square(w));
        m = a * (m + G.t() * w);
        P = a * (P - G.t() * G) * a.t() + Q;
      }
      return J;
    };
  }
  double by_hand(mat& GA, mat& Gq, mat& Gr) {
    const uword steps = Y.n_cols;
    double J = 0;
    arma::vec m(A.n_rows, arma::fill::zeros);
    mat next = arma::diagmat(arma::exp(2 * q));
    for (uword t = 0; t < steps; ++t) {
      P[t] = next;
      H[t] = C * P[t];
      mat S = H[t] * C.t();
      S.diag() += arma::exp(2 * r);
      const mat L = arma::chol(S, "lower");
      const arma::vec error = Y.col(t) - C * m;
      const mat Li = arma::inv(arma::trimatl(L));
      Si[t] = Li.t() * Li;
      w[t] = Si[t] * error;
      G[t] = Si[t] * H[t];
      J += arma::accu(arma::log(L.diag())) + 0.5 * arma::dot(error, w[t]);
      mu[t] = m + H[t].t() * w[t];
      M[t] = P[t] - H[t].t() * G[t];
      m = A * mu[t];
      next = A * M[t] * A.t();
      next.diag() += arma::exp(2 * q);
    }
    // Backward: mb and Pb are the adjoints of the next predicted mean and covariance.
    GA.zeros(arma::size(A));
    arma::vec mb(A.n_rows, arma::fill::zeros), qb(A.n_rows, arma::fill::zeros), rb(C.n_rows, arma::fill::zeros);
    mat Pb(arma::size(A), arma::fill::zeros);
    for (uword t = steps; t-- > 0;) {
      const mat U = Pb * A;
      GA += mb * mu[t].t() + 2 * U * M[t];
      qb += Pb.diag();
      mb = A.t() * mb;
      Pb = A.t() * U;
      const arma::vec z = Si[t] * (H[t] * mb);
      const mat K = G[t] * Pb;
      mat Sb = K * G[t].t() + 0.5 * (Si[t] - w[t] * w[t].t() - z * w[t].t() - w[t] * z.t());
      rb += Sb.diag();
      const mat Hb = Sb * C - 2 * K + w[t] * mb.t();
      mb -= C.t() * (z + w[t]);
      Pb += symmetric_part(C.t() * Hb);
    }
    Gq = 2 * arma::exp(2 * q) % (qb + Pb.diag());
    Gr = 2 * arma::exp(2 * r) % rb;
    return J;
  }
};

/// Minus the variance of the data X (d x n) in the span of W (d x k): -|X' Q|^2 / n for W = Q R.
struct Pca {
  mat W, X;
  Pca(uword d, uword n, uword k) : W(uniform<double>(d, k)), X(uniform<double>(d, n)) {}
  auto at() const { return std::tuple(W); }
  static auto loss(std::shared_ptr<const Pca> d) {
    return [d](V w) {
      auto Q = w, R = w;
      qr_econ(Q, R, w);
      return accu(square(d->X.t() * Q)) / -double(d->X.n_cols);
    };
  }
  double by_hand(mat& GW) {
    mat Q, R;
    arma::qr_econ(Q, R, W);
    const mat Y = X.t() * Q, CQ = X * Y / double(X.n_cols);
    GW = along_retraction(CQ, Q, R);
    return -arma::dot(Y, Y) / double(X.n_cols);
  }
  /// Of -trace(Q' C Q) by W: -2 (C Q - Q Q' C Q) R^-T.
  static mat along_retraction(const mat& CQ, const mat& Q, const mat& R) {
    return arma::solve(arma::trimatu(R), mat(-2 * (CQ - Q * (Q.t() * CQ)).t())).t();
  }
};

/// The same by the covariance C, of which both gradients know that it is symmetric: the library by symmatu.
struct PcaOfCovariance {
  mat W, C;
  PcaOfCovariance(uword d, uword k) : W(uniform<double>(d, k)) {
    const mat X = uniform<double>(d, d);
    C = X * X.t() / double(d);
  }
  auto at() const { return std::tuple(W); }
  static auto loss(std::shared_ptr<const PcaOfCovariance> d) {
    return [d](V w) {
      auto Q = w, R = w;
      qr_econ(Q, R, w);
      return -trace(Q.t() * symmatu(w.tape().constant(view(d->C))) * Q);
    };
  }
  double by_hand(mat& GW) {
    mat Q, R;
    arma::qr_econ(Q, R, W);
    const mat CQ = C * Q;
    GW = Pca::along_retraction(CQ, Q, R);
    return -arma::dot(Q, CQ);
  }
};

/// E log cosh of the whitened Y = B X: C^-1/2 Y for C = Y Y' / n.
struct Whitening {
  mat B, X;
  Whitening(uword d, uword n) : B(arma::eye(d, d) + 0.1 * uniform<double>(d, d)), X(uniform<double>(d, n)) {}
  auto at() const { return std::tuple(B); }
  static auto loss(std::shared_ptr<const Whitening> d) {
    return [d](V b) {
      const auto Y = b * view(d->X), C = Y * Y.t() / Y.n_cols;
      return accu(log(cosh(inv_sympd(sqrtmat_sympd(C)) * Y))) / Y.n_cols;
    };
  }
  double by_hand(mat& GB) {
    const double n = double(X.n_cols);
    const mat Y = B * X;
    arma::vec w;
    mat v;
    arma::eig_sym(w, v, mat(Y * Y.t() / n));
    const arma::vec s = arma::sqrt(w);
    const mat M = v * arma::diagmat(1 / s) * v.t(), Z = M * Y, D = arma::tanh(Z) / n;
    mat F = v.t() * symmetric_part(D * Y.t()) * v;  // divided differences of w^-1/2 (Daleckii and Krein)
    for (uword j = 0; j < F.n_cols; ++j) F.col(j) /= -(s * s(j)) % (s + s(j));
    const mat Cb = v * F * v.t();
    GB = (M * D + 2 / n * Cb * Y) * X.t();
    return arma::accu(arma::log(arma::cosh(Z))) / n;
  }
};

/// The cost of the feedback u = -K x (k x d), the integral of x' x + u' u over all time on the average over
/// starts, by the exponential of (-F' V; 0 F) t and doubling of t (Van Loan 1978).
struct Control {
  static constexpr int doublings = 5;
  mat K, A, B, W;
  Control(uword d, uword k)
      : K(0.1 * uniform<double>(k, d)),
        A(uniform<double>(d, d) / std::sqrt(double(d)) - arma::eye(d, d)),
        B(uniform<double>(d, k)),
        W(arma::eye(d, d)) {}
  auto at() const { return std::tuple(K); }
  static auto loss(std::shared_ptr<const Control> d) {
    return [d](V K) {
      const uword n = d->A.n_rows;
      const auto F = view(d->A) - view(d->B) * K;
      const auto whole = join_cols(join_rows(-F.t(), view(d->W) + K.t() * K), join_rows(0 * F, F));
      const auto both = expmat(0.5 * whole);
      auto E = both.submat(n, n, 2 * n - 1, 2 * n - 1), P = E.t() * both.submat(0, n, n - 1, 2 * n - 1);
      for (int doubling = 0; doubling < doublings; ++doubling) {
        P = P + E.t() * P * E;
        E = E * E;
      }
      return trace(P);
    };
  }
  double by_hand(mat& GK) {
    const uword n = A.n_rows;
    const mat F = A - B * K;
    mat whole(2 * n, 2 * n, arma::fill::zeros), both;
    whole(0, 0, arma::size(n, n)) = -0.5 * F.t();
    whole(0, n, arma::size(n, n)) = 0.5 * (W + K.t() * K);
    whole(n, n, arma::size(n, n)) = 0.5 * F;
    both = arma::expmat(whole);
    const mat top = both(0, n, arma::size(n, n));
    std::vector<mat> E{mat(both(n, n, arma::size(n, n)))}, P{mat(E[0].t() * top)};
    for (int i = 0; i < doublings; ++i) {
      P.push_back(P[i] + E[i].t() * P[i] * E[i]);
      E.push_back(E[i] * E[i]);
    }
    mat Pb(n, n, arma::fill::eye), Eb(n, n, arma::fill::zeros);
    for (int i = doublings; i-- > 0;) {  // P is symmetric, and so is its adjoint
      const mat EP = E[i] * Pb;
      Eb = E[i].t() * Eb + Eb * E[i].t() + 2 * P[i] * EP;
      Pb += EP * E[i].t();
    }
    mat adjoint(2 * n, 2 * n, arma::fill::zeros);
    adjoint(n, n, arma::size(n, n)) = Eb + top * Pb.t();
    adjoint(0, n, arma::size(n, n)) = E[0] * Pb;
    // The derivative of exp at the transpose, along the adjoint, by an exponential of twice the size.
    const double size = arma::norm(adjoint, 1);
    mat block(4 * n, 4 * n, arma::fill::zeros);
    block(0, 0, arma::size(whole)) = whole.t();
    block(2 * n, 2 * n, arma::size(whole)) = whole.t();
    block(0, 2 * n, arma::size(whole)) = adjoint / size;
    const mat whole_block = arma::expmat(block);
    const mat moved = 0.5 * size * whole_block(0, 2 * n, arma::size(whole));
    const mat Fb = moved(n, n, arma::size(n, n)) - moved(0, 0, arma::size(n, n)).t();
    const mat Vb = moved(0, n, arma::size(n, n));
    GK = K * (Vb + Vb.t()) - B.t() * Fb;
    return arma::trace(P.back());
  }
};

arma::vec flat(const mat& g) { return arma::vectorise(g); }
template <class... M>
arma::vec flat(const std::tuple<M...>& g) {
  arma::vec y;
  std::apply([&](const auto&... x) { ((y = arma::join_cols(y, arma::vectorise(x))), ...); }, g);
  return y;
}

/// The gradient written by hand and the library's, which must agree.
template <class Data, class... Sizes>
void compare(const std::string& name, Sizes... sizes) {
  const auto hand = [=] {
    const auto d = std::make_shared<Data>(sizes...);
    return [d, g = d->at()]() mutable {
      const double J = std::apply([&](auto&... x) { return d->by_hand(x...); }, g);
      benchmark::DoNotOptimize(g);
      return J;
    };
  };
  objective(name, hand, [=](bool with_gradient) {
    const auto d = std::make_shared<Data>(sizes...);
    const auto at = d->at();
    auto expected = at;
    std::apply([&](auto&... x) { d->by_hand(x...); }, expected);
    return std::apply(
        [&](const auto&... x) {
          const auto loss = Data::loss(d);
          const arma::vec g = flat(gradient(loss, x...)), e = flat(expected);
          const double error = arma::norm(g - e) / arma::norm(e);
          if (!(error < 1e-9)) throw std::runtime_error(name + ": the gradients differ by " + std::to_string(error));
          return step_of(with_gradient, record(loss, variables(x...)), x...);
        },
        at);
  });
}

const bool registered = [] {
  compare<Kalman>("kalman_filter/2x1x200", 2, 1, 200);
  compare<Kalman>("kalman_filter/64x32x20", 64, 32, 20);
  compare<Pca>("pca/500x2000x20", 500, 2000, 20);
  compare<PcaOfCovariance>("pca_of_covariance/500x20", 500, 20);
  compare<Whitening>("whitening/3x2000", 3, 2000);
  compare<Whitening>("whitening/100x2000", 100, 2000);
  compare<Control>("optimal_control/4x1", 4, 1);
  compare<Control>("optimal_control/50x5", 50, 5);
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
