#pragma once
// The nine models of scripts/bench --peers: their data, where their gradients are taken, and their text as a template
// over the number type, in loops, as one writes it for TMB, CppAD, ADOL-C and Sacado. Over double it is the plain
// value, the unit of the table. No library is included here.

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace peers {

using Vec = std::vector<double>;

/// Draws from one stream, so that every program has the same data.
struct Draws {
  std::mt19937_64 engine{1};
  double uniform() { return double(engine() >> 11) * 0x1p-53; }
  double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * M_PI * uniform()); }
  Vec normals(int n, double sd = 1) {
    Vec x(n);
    for (double& xi : x) xi = sd * normal();
    return x;
  }
};

inline double variance(const Vec& x) {
  double mean = 0, sum = 0;
  for (const double xi : x) mean += xi / double(x.size());
  for (const double xi : x) sum += (xi - mean) * (xi - mean);
  return sum / double(x.size() - 1);
}

/// ports::garch (docs/examples/ports.hpp). The next three are also the ports of their names.
struct Garch {
  std::string name = "GARCH 1000";
  Vec r = Draws().normals(1000), at{.1, .1, .8};
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::log;
    T h = variance(r), nll = 0.0;
    for (std::size_t t = 1; t < r.size(); ++t) {
      h = p[0] + p[1] * (r[t - 1] * r[t - 1]) + p[2] * h;
      nll += 0.5 * (log(h) + r[t] * r[t] / h);
    }
    return nll;
  }
};

struct Kalman {
  std::string name = "Kalman 2 x 200";
  Vec y = Draws().normals(200), at{-2, -3, -1};
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::exp;
    using std::log;
    const double drift[2][2] = {{1, 1}, {0, 1}};
    const T noise[2] = {exp(2.0 * p[0]), exp(2.0 * p[1])}, noise_of_y = exp(2.0 * p[2]);
    T state[2] = {0.0, 0.0}, cov[2][2] = {{100.0, 0.0}, {0.0, 100.0}}, nll = 0.0;
    for (const double now : y) {
      T ahead[2], half[2][2], spread[2][2];
      for (int i = 0; i < 2; ++i) {
        ahead[i] = drift[i][0] * state[0] + drift[i][1] * state[1];
        for (int j = 0; j < 2; ++j) half[i][j] = drift[i][0] * cov[0][j] + drift[i][1] * cov[1][j];
      }
      for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 2; ++j) spread[i][j] = half[i][0] * drift[j][0] + half[i][1] * drift[j][1];
        spread[i][i] += noise[i];
      }
      const T error = now - ahead[0], var = spread[0][0] + noise_of_y;
      for (int i = 0; i < 2; ++i) {
        const T gain = spread[i][0] / var;
        state[i] = ahead[i] + gain * error;
        for (int j = 0; j < 2; ++j) cov[i][j] = spread[i][j] - gain * spread[0][j];
      }
      nll += 0.5 * (log(var) + error * error / var);
    }
    return nll;
  }
};

struct HiddenMarkov {
  static constexpr int k = 3;
  std::string name = "HMM 3 x 500";
  Vec y = Draws().normals(500), at{1, 0, .1, .2, 1, 0, 0, -.1, 1, -1, 0, 1, 0, .1, .2};
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::exp;
    using std::log;
    T A[k][k], sd[k], alpha[k], nll = 0.0;
    for (int i = 0; i < k; ++i) {
      T sum = 0.0;
      for (int j = 0; j < k; ++j) sum += A[i][j] = exp(p[i * k + j]);
      for (int j = 0; j < k; ++j) A[i][j] /= sum;
      sd[i] = exp(p[k * k + k + i]);
      alpha[i] = 1.0 / k;
    }
    for (const double now : y) {
      T next[k], total = 0.0;
      for (int j = 0; j < k; ++j) {
        const T z = (now - p[k * k + j]) / sd[j];
        T sum = 0.0;
        for (int i = 0; i < k; ++i) sum += A[i][j] * alpha[i];
        next[j] = sum * exp(-0.5 * z * z) / sd[j];
        total += next[j];
      }
      for (int j = 0; j < k; ++j) alpha[j] = next[j] / total;
      nll -= log(total);
    }
    return nll;
  }
};

struct Matern {
  std::string name = "Matern 60";
  Vec x, y = Draws().normals(60), at{0, 0, -1};
  Matern() {
    for (int i = 0; i < 60; ++i) x.push_back(i * 10 / 59.);
  }
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::exp;
    using std::log;
    using std::sqrt;
    const std::size_t n = x.size();
    const T rate = std::sqrt(3.0) / exp(p[0]), height = exp(2.0 * p[1]), noise = exp(2.0 * p[2]);
    std::vector<std::vector<T>> L(n, std::vector<T>(n));
    std::vector<T> z(n);
    T nll = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const T d = rate * (x[i] - x[j]);
        T sum = height * (1.0 + d) * exp(-d);
        if (i == j) sum += noise;
        for (std::size_t m = 0; m < j; ++m) sum -= L[i][m] * L[j][m];
        if (i == j) {
          L[i][i] = sqrt(sum);
        } else {
          L[i][j] = sum / L[j][j];
        }
      }
      z[i] = y[i];
      for (std::size_t m = 0; m < i; ++m) z[i] -= L[i][m] * z[m];
      z[i] /= L[i][i];
      nll += log(L[i][i]) + 0.5 * z[i] * z[i];
    }
    return nll;
  }
};

/// Logistic regression. X is n x k, column by column.
struct Logistic {
  static constexpr int n = 1000, k = 20;
  std::string name = "logistic 1000 x 20";
  Vec X, y, at;
  Logistic() {
    Draws draws;
    X = draws.normals(n * k);
    for (int i = 0; i < n; ++i) y.push_back(draws.uniform() < .5 ? -1 : 1);
    at = draws.normals(k, .3);
  }
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::exp;
    using std::log;
    std::vector<T> eta(n, T(0.0));
    for (int j = 0; j < k; ++j) {
      for (int i = 0; i < n; ++i) eta[i] += X[j * n + i] * p[j];
    }
    T nll = 0.0;
    for (int i = 0; i < n; ++i) nll += log(1.0 + exp(-y[i] * eta[i]));
    return nll;
  }
};

/// Softmax regression of a batch of n samples with D numbers each. X is n x D and the weights D x c, column by column.
struct Softmax {
  static constexpr int n = 32, D = 784, c = 10;
  std::string name = "softmax 784 x 10 x 32";
  Vec X, at;
  std::vector<int> label;
  Softmax() {
    Draws draws;
    X = draws.normals(n * D);
    for (int i = 0; i < n; ++i) label.push_back(int(draws.uniform() * c));
    at = draws.normals(D * c, .03);
  }
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::exp;
    using std::log;
    std::vector<T> scores(n * c, T(0.0));
    for (int j = 0; j < c; ++j) {
      for (int d = 0; d < D; ++d) {
        for (int i = 0; i < n; ++i) scores[j * n + i] += X[d * n + i] * p[j * D + d];
      }
    }
    T nll = 0.0;
    for (int i = 0; i < n; ++i) {
      T sum = 0.0;
      for (int j = 0; j < c; ++j) sum += exp(scores[j * n + i]);
      nll += log(sum) - scores[label[i] * n + i];
    }
    return nll;
  }
};

/// Counts in groups: minus the joint log likelihood of a Poisson regression with a random intercept for each group,
/// without constants, as TMB and Stan take it. p: k coefficients, the logarithm of the intercepts' standard deviation,
/// the intercepts.
struct Mixed {
  static constexpr int n = 1000, k = 3, groups = 50;
  std::string name = "mixed Poisson 1000, 50 groups";
  Vec X, at;
  std::vector<int> y, group;
  Mixed() {
    Draws draws;
    X = draws.normals(n * k);
    for (int i = 0; i < n; ++i) {
      group.push_back(int(draws.uniform() * groups));
      y.push_back(std::poisson_distribution<int>(1.5)(draws.engine));
    }
    at = draws.normals(k + 1 + groups, .3);
  }
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::exp;
    const T sd = exp(p[k]);
    T nll = double(groups) * p[k];
    for (int g = 0; g < groups; ++g) {
      const T z = p[k + 1 + g] / sd;
      nll += 0.5 * z * z;
    }
    for (int i = 0; i < n; ++i) {
      T eta = p[k + 1 + group[i]];
      for (int j = 0; j < k; ++j) eta += X[j * n + i] * p[j];
      nll += exp(eta) - double(y[i]) * eta;
    }
    return nll;
  }
};

/// A net of 2 inputs, h hidden units and one output: the sum of its squared errors at n points. X is n x 2, column by
/// column. p: the weights of the hidden units (2 x h, column by column), their offsets, those of the output.
struct Net {
  static constexpr int n = 200, h = 8;
  std::string name = "net 2-8-1, 200 points";
  Vec X, y, at;
  Net() {
    Draws draws;
    X = draws.normals(2 * n);
    y = draws.normals(n);
    at = draws.normals(4 * h + 1, .5);
  }
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::tanh;
    T loss = 0.0;
    for (int i = 0; i < n; ++i) {
      T out = p[4 * h];
      for (int j = 0; j < h; ++j) out += p[3 * h + j] * tanh(X[i] * p[2 * j] + X[n + i] * p[2 * j + 1] + p[2 * h + j]);
      loss += (y[i] - out) * (y[i] - out);
    }
    return loss;
  }
};

/// Predators and prey by 200 Runge-Kutta steps of fourth order, seen at every 20th: the squared errors of the
/// logarithms. p: logarithms of the four rates.
struct Ode {
  static constexpr int steps = 200, seen = 20;
  static constexpr double dt = .05;
  std::string name = "ODE, 200 steps";
  Vec data = Draws().normals(2 * steps / seen, .1), at{.1, -.9, -2.3, -.9};
  template <class T>
  struct Pair {
    T u, v;
  };
  template <class T>
  static Pair<T> slope(const Pair<T>& x, const T* r) {
    return {r[0] * x.u - r[1] * x.u * x.v, r[2] * x.u * x.v - r[3] * x.v};
  }
  template <class T>
  static Pair<T> ahead(const Pair<T>& x, double step, const Pair<T>& k) {
    return {x.u + step * k.u, x.v + step * k.v};
  }
  template <class T>
  T operator()(const std::vector<T>& p) const {
    using std::exp;
    using std::log;
    const T r[4] = {exp(p[0]), exp(p[1]), exp(p[2]), exp(p[3])};
    Pair<T> x{1.0, 0.5};
    T loss = 0.0;
    for (int t = 1; t <= steps; ++t) {
      const Pair<T> k1 = slope(x, r), k2 = slope(ahead(x, dt / 2, k1), r), k3 = slope(ahead(x, dt / 2, k2), r),
                    k4 = slope(ahead(x, dt, k3), r);
      x.u += dt / 6 * (k1.u + 2.0 * k2.u + 2.0 * k3.u + k4.u);
      x.v += dt / 6 * (k1.v + 2.0 * k2.v + 2.0 * k3.v + k4.v);
      if (t % seen == 0) {
        const int row = t / seen - 1;
        const T a = log(x.u) - data[2 * row], b = log(x.v) - data[2 * row + 1];
        loss += a * a + b * b;
      }
    }
    return loss;
  }
};

template <class F>
void each_model(const F& f) {
  f(Garch());
  f(Kalman());
  f(HiddenMarkov());
  f(Matern());
  f(Logistic());
  f(Softmax());
  f(Mixed());
  f(Net());
  f(Ode());
}

}  // namespace peers
