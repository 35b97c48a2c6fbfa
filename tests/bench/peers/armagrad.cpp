// The models by Armagrad: the common text over its numbers; over Armadillo's types, as its users write them; and
// without loops over entries.
#include <armagrad/armagrad.hpp>

#include "docs/examples/ports.hpp"
#include "docs/examples/recurrences.hpp"
#include "peers.hpp"

namespace {

using namespace armagrad;
using namespace peers;
using arma::mat;
using arma::vec;

template <class Model, class Loss>
void both_ways(Contestants& all, const Model& model, const char* row, const Loss& loss) {
  all.add(model, row, "anew", [=]() -> Gradient {
    return [=](const Vec& p, Vec& g) {
      const auto [J, dp] = value_and_gradient(loss, vec(p));
      std::copy(dp.begin(), dp.end(), g.begin());
      return J;
    };
  });
  all.add(model, row, "replayed", [=]() -> Gradient {
    const vec at = model.at;
    auto program = record(loss, variables(at));
    return [record = std::make_shared<decltype(program)>(std::move(program))](const Vec& p, Vec& g) {
      const auto [J, dp] = record->value_and_gradient(vec(p));
      std::copy(dp.begin(), dp.end(), g.begin());
      return J;
    };
  });
}

const char *const types = "Armagrad, Armadillo's types", *const whole = "Armagrad, whole vectors and scan";

void more(Contestants& all, const Garch& m) {
  const vec r = m.r;
  both_ways(all, m, types, [=](const auto& p) { return ports::garch(p, r); });
  both_ways(all, m, whole, [=](const auto& p) { return recurrences::garch(p, r); });
}
void more(Contestants& all, const Kalman& m) {
  const vec y = m.y;
  both_ways(all, m, types, [=](const auto& p) { return ports::kalman(p, y); });
  both_ways(all, m, whole, [=](const auto& p) { return recurrences::kalman(p, y); });
}
void more(Contestants& all, const HiddenMarkov& m) {
  const vec y = m.y;
  both_ways(all, m, types, [=](const auto& p) { return ports::hidden_markov(p, y, m.k); });
  both_ways(all, m, whole, [=](const auto& p) { return recurrences::hidden_markov(p, y, m.k); });
}
void more(Contestants& all, const Matern& m) {
  const vec x = m.x, y = m.y;
  both_ways(all, m, types, [=](const auto& p) { return ports::matern(p, x, y); });
  const mat distance = arma::abs(arma::repmat(x, 1, x.n_elem) - arma::repmat(x.t(), x.n_elem, 1));
  both_ways(all, m, whole, [=](const auto& p) {
    const auto d = std::sqrt(3.0) * exp(-p(0)) * distance;
    const auto K = exp(2 * p(1)) * (1 + d) % exp(-d) + exp(2 * p(2)) * arma::eye(x.n_elem, x.n_elem);
    const auto L = chol(K, "lower");
    return accu(log(L.diag())) + 0.5 * accu(square(solve(trimatl(L), y)));
  });
}
void more(Contestants& all, const Logistic& m) {
  const mat X(m.X.data(), m.n, m.k);
  const vec y = m.y;
  both_ways(all, m, types, [=](const auto& w) { return accu(softplus(-y % (X * w))); });
}
void more(Contestants& all, const Softmax& m) {
  const mat X(m.X.data(), m.n, m.D);
  mat Y(m.n, m.c, arma::fill::zeros);
  for (int i = 0; i < m.n; ++i) Y(i, m.label[i]) = 1;
  both_ways(all, m, types, [=](const auto& p) { return -accu(Y % log_softmax(X * reshape(p, m.D, m.c), 1)); });
}
void more(Contestants& all, const Mixed& m) {
  const mat X(m.X.data(), m.n, m.k);
  const vec y = arma::conv_to<vec>::from(m.y);
  const arma::uvec group = arma::conv_to<arma::uvec>::from(m.group);
  both_ways(all, m, types, [=](const auto& p) {
    const auto u = p.tail(m.groups);
    const auto eta = X * p.head(m.k) + u.elem(group);
    return accu(exp(eta) - y % eta) + m.groups * p(m.k) + 0.5 * accu(square(u / exp(p(m.k))));
  });
}
void more(Contestants& all, const Net& m) {
  const mat X = mat(m.X.data(), m.n, 2).t();
  const arma::rowvec y = vec(m.y).t();
  both_ways(all, m, types, [=](const auto& p) {
    const int h = m.h;
    const auto W = reshape(p.head(2 * h), 2, h);
    const auto hidden = tanh((W.t() * X).each_col() + p.subvec(2 * h, 3 * h - 1));
    return accu(square(y - (p.subvec(3 * h, 4 * h - 1).t() * hidden + p(4 * h))));
  });
}
template <class P>
scalar_of<P> predators(const P& p, const Ode& m) {
  const vec_of<P> r = exp(p);
  const auto slope = [&](const vec_of<P>& x) {
    vec_of<P> d(2);
    d(0) = r(0) * x(0) - r(1) * x(0) * x(1);
    d(1) = r(2) * x(0) * x(1) - r(3) * x(1);
    return d;
  };
  vec_of<P> x = vec{1, 0.5};
  scalar_of<P> loss = 0;
  for (int t = 1; t <= m.steps; ++t) {
    const vec_of<P> k1 = slope(x), k2 = slope(x + m.dt / 2 * k1), k3 = slope(x + m.dt / 2 * k2),
                    k4 = slope(x + m.dt * k3);
    x += m.dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    if (t % m.seen == 0) loss += accu(square(log(x) - vec(m.data).subvec(2 * (t / m.seen - 1), 2 * (t / m.seen) - 1)));
  }
  return loss;
}
void more(Contestants& all, const Ode& m) {
  both_ways(all, m, types, [=](const auto& p) { return predators(p, m); });
}

}  // namespace

int main(int argc, char** argv) {
  Contestants all;
  each_model([&](const auto& model) {
    both_ways(all, model, "Armagrad, template loops", [=](const auto& p) {
      std::vector<scalar_of<decltype(p)>> numbers(p.n_elem);
      for (uword i = 0; i < p.n_elem; ++i) numbers[i] = p(i);
      return model(numbers);
    });
    more(all, model);
  });
  return all.main(argc, argv);
}
