#include "losses.hpp"

namespace armagrad::checker {

namespace {

arma::mat normal(Draw& draw, uword rows, uword cols, double size = 1) {
  std::normal_distribution<double> n(0, size);
  arma::mat x(rows, cols);
  for (double& e : x) e = n(draw);
  return x;
}
uword between(Draw& draw, uword low, uword high) { return low + draw() % (high - low + 1); }
double weight(Draw& draw) { return std::exp(std::uniform_real_distribution<double>(-3, 0)(draw)); }

arma::mat one_hot(Draw& draw, uword classes, uword n) {
  arma::mat Y(classes, n, arma::fill::zeros);
  for (uword j = 0; j < n; ++j) Y(j < classes ? j : draw() % classes, j) = 1;
  return Y;
}

template <class... F>
std::vector<V> on_tape(Tape<double>& tape, const std::vector<arma::mat>& W) {
  std::vector<V> w;
  for (const arma::mat& x : W) w.push_back(tape.variable(x));
  return w;
}

Loss::TermOf penalty(Draw& draw, std::size_t v, double size = 1) {
  const double l = size * weight(draw);
  switch (draw() % 3) {
    case 0:
      return {"penalty", [l, v](auto w, const auto&, Places&) { return 0.5 * l * accu(square(w[v])); }};
    case 1:
      return {"penalty", [l, v](auto w, const auto&, Places&) { return l * accu(sqrt(square(w[v]) + 0.01)); }};
    default:
      return {"penalty", [l, v](auto w, const auto&, Places&) { return l * accu(abs(w[v])); }};
  }
}

/// What p and q (m x n) and c (m x m) may be combined to: m x n again, of about the same size.
V step(unsigned which, const V& p, const V& q, const V& c, Places& at) {
  const double m = double(p.n_rows);
  const V a = at.use(p), b = at.use(q);
  switch (which) {
    case 0:
      return a + 0.5 * b;
    case 1:
      return a - b;
    case 2:
      return 0.7 * (a % b);
    case 3:
      return at.apply([](const V& x) { return tanh(x); }, a) + 0.3 * b;
    case 4:
      return c * a / std::sqrt(m);
    case 5:
      return at.apply([](const V& x) { return softplus(x); }, a) % b;
    case 6:
      return softmax(a, 0) % b;
    case 7:
      return a.each_row() - mean(b, 0);
    case 8:
      return at.apply([](const V& x) { return sin(x); }, a + b);
    case 9:
      return a / (1 + at.apply([](const V& x) { return square(x); }, b));
    case 10:
      return 0.5 * (a.each_col() + logsumexp(b, 1));
    case 11:
      return at.apply([](const V& x) { return exp(x); }, tanh(a)) - b;
    case 12:
      return at.apply([](const V& x) { return relu(x); }, a) + 0.1 * b;
    default:
      return c.t() * at.apply([](const V& x) { return sigmoid(x); }, a - b);
  }
}

}  // namespace

V Loss::record(std::span<const V> w, const std::vector<arma::mat>& with, const Slip& slip) const {
  Places at(slip);
  V J = terms[0].f(w, with, at);
  for (std::size_t k = 1; k < terms.size(); ++k) J = J + terms[k].f(w, with, at);
  return J;
}

std::vector<arma::mat> Loss::gradients(const std::vector<arma::mat>& with, const Slip& slip) const {
  Tape<double> tape;
  const std::vector<V> w = on_tape(tape, W);
  tape.backward(record(w, with, slip));
  std::vector<arma::mat> g;
  for (const V& x : w) g.push_back(tape.gradient(x));
  return g;
}

std::vector<arma::mat> Loss::gradients_of_term(std::size_t k) const {
  Loss one{name, W, data, {terms[k]}};
  return one.gradients();
}

double Loss::value(const std::vector<arma::mat>& at) const {
  static thread_local Tape<double> tape;
  tape.clear();
  return record(on_tape(tape, at)).scalar();
}
double Loss::value_of_term(std::size_t k, const std::vector<arma::mat>& at) const {
  const Loss one{name, W, data, {terms[k]}};
  return one.value(at);
}

Places Loss::places() const {
  Tape<double> tape;
  const std::vector<V> w = on_tape(tape, W);
  Places paths({Slip::path, UINT32_MAX}), functions({Slip::derivative, UINT32_MAX});
  for (const TermOf& t : terms) t.f(w, data, paths), t.f(w, data, functions);
  paths.functions = functions.functions;
  return paths;
}

Loss random_graph(Draw& draw) {
  const uword m = between(draw, 2, 6), n = between(draw, 2, 5);
  const std::uint64_t seed = draw();
  const unsigned length = unsigned(between(draw, 2, 7));
  Loss loss{"graph", {normal(draw, m, n)}, {normal(draw, m, m), normal(draw, m, n)}, {}};
  const double scale = weight(draw);
  loss.terms.push_back({"data", [=](auto w, const auto& data, Places& at) {
                          Draw choice(seed);
                          Tape<double>& tape = w[0].tape();
                          const V c = tape.constant(data[0]), k = tape.constant(data[1]);
                          std::vector<V> made{w[0], w[0] % k + k};
                          for (unsigned i = 0; i < length; ++i) {
                            const std::size_t p = choice() % made.size(), q = choice() % made.size();
                            made.push_back(step(unsigned(choice() % 14), made[p], made[q], c, at));
                          }
                          return scale * accu(square(made.back() - 0.3 * made[made.size() - 2]));
                        }});
  loss.terms.push_back(penalty(draw, 0, std::exp(std::normal_distribution<double>(0, 2)(draw))));
  return loss;
}

Loss random_model(Draw& draw) {
  const uword D = between(draw, 3, 8), n = between(draw, 6, 30), c = between(draw, 3, 5);
  const double size = 0.5;
  Loss loss;
  using Data = const std::vector<arma::mat>&;
  const auto data_term = [&](auto f) { loss.terms.push_back({"data", f}); };
  switch (draw() % 9) {
    case 0:
      loss = {"softmax regression", {normal(draw, D, c, size)}, {normal(draw, D, n), one_hot(draw, c, n)}, {}};
      data_term([n](auto w, Data d, Places& at) { return -accu(d[1] % log_softmax(at.use(w[0]).t() * d[0], 0)) / n; });
      break;
    case 1:
      loss = {"ridge regression", {normal(draw, D, 1, size)}, {normal(draw, D, n), normal(draw, 1, n)}, {}};
      data_term([n](auto w, Data d, Places& at) {
        return accu(at.apply([](const V& r) { return square(r); }, w[0].t() * d[0] - d[1])) / n;
      });
      break;
    case 2:
      loss = {"logistic regression",
              {normal(draw, D, 1, size), normal(draw, 1, 1)},
              {normal(draw, D, n), arma::sign(normal(draw, 1, n))},
              {}};
      data_term([n](auto w, Data d, Places& at) {
        const V z = at.use(w[0]).t() * d[0] + accu(at.use(w[1]));
        return accu(at.apply([](const V& x) { return softplus(x); }, -d[1] % z)) / n;
      });
      break;
    case 3: {
      const uword hidden = between(draw, 3, 5);
      loss = {"two-layer network",
              {normal(draw, D, hidden, size), normal(draw, hidden, c, size)},
              {normal(draw, D, n), one_hot(draw, c, n)},
              {}};
      data_term([n](auto w, Data d, Places& at) {
        const V h = at.apply([](const V& x) { return tanh(x); }, at.use(w[0]).t() * d[0]);
        return -accu(d[1] % log_softmax(at.use(w[1]).t() * at.use(h), 0)) / n;
      });
      break;
    }
    case 4:
      loss = {"Poisson regression",
              {normal(draw, D, 1, 0.3)},
              {normal(draw, D, n), arma::floor(3 * arma::abs(normal(draw, 1, n)))},
              {}};
      data_term([n](auto w, Data d, Places& at) {
        const V z = w[0].t() * d[0];
        return accu(at.apply([](const V& x) { return exp(x); }, at.use(z)) - d[1] % at.use(z)) / n;
      });
      break;
    case 5:
      loss = {"Huber regression", {normal(draw, D, 1, size)}, {normal(draw, D, n), normal(draw, 1, n)}, {}};
      data_term([n](auto w, Data d, Places& at) {
        const V r = w[0].t() * d[0] - d[1];
        return accu(where(abs(r) < 1, 0.5 * square(at.use(r)), abs(at.use(r)) - 0.5)) / n;
      });
      break;
    case 6:
      loss = {"matrix factorisation", {normal(draw, D, 3, size), normal(draw, n, 3, size)}, {normal(draw, D, n)}, {}};
      data_term([](auto w, Data d, Places& at) { return 0.5 * accu(square(at.use(w[0]) * at.use(w[1]).t() - d[0])); });
      break;
    case 7:
      loss = {"tied autoencoder", {normal(draw, D, 3, size)}, {normal(draw, D, n)}, {}};
      data_term([n](auto w, Data d, Places& at) {
        const V code = at.apply([](const V& x) { return sigmoid(x); }, at.use(w[0]).t() * d[0]);
        return accu(square(at.use(w[0]) * code - d[0])) / n;
      });
      break;
    default:
      loss = {"Gaussian process",
              {normal(draw, 3, 1, 0.3)},
              {arma::square(normal(draw, n, 1) * arma::ones(1, n) - arma::ones(n, 1) * normal(draw, 1, n)),
               normal(draw, n, 1)},
              {}};
      data_term([n](auto w, Data d, Places& at) {
        const arma::mat distance = 0.5 * (d[0] + d[0].t());
        const V p = at.apply([](const V& x) { return exp(x); }, w[0]);
        const V K = p(0) * exp(-distance * p(1)) + (0.1 + p(2)) * (5 * arma::eye(n, n));
        return 0.5 * accu(d[1] % solve(at.use(K), d[1])) + 0.5 * log_det(at.use(K));
      });
  }
  for (std::size_t v = 0; v < loss.W.size(); ++v) {
    if (draw() % 4 != 0 || v == 0) loss.terms.push_back(penalty(draw, v));
  }
  return loss;
}

}  // namespace armagrad::checker
