#include "checks.hpp"

#include <algorithm>
#include <armagrad/detail/complex_replay.hpp>

namespace armagrad::harness {

namespace {

double inner(const std::vector<arma::mat>& a, const std::vector<arma::mat>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += arma::accu(a[k] % b[k]);
  return sum;
}
double relative(double error, double scale) { return error == 0 ? 0 : std::abs(error) / scale; }
double norm(const std::vector<arma::mat>& a) { return std::sqrt(inner(a, a)); }
std::vector<arma::mat> moved(const std::vector<arma::mat>& x, double h, const std::vector<arma::mat>& V) {
  std::vector<arma::mat> y;
  for (std::size_t k = 0; k < x.size(); ++k) y.push_back(x[k] + h * V[k]);
  return y;
}

/// The loss as a plain function of the leaves, on a tape of its own; nothing is differentiated.
double loss_at(const Case& c, const Point& p, const std::vector<arma::mat>& x) {
  static thread_local Tape<double> tape;
  return record(tape, c, p, x).loss.scalar();
}
std::vector<arma::mat> gradient_at(const Case& c, const Point& p, const std::vector<arma::mat>& x) {
  static thread_local Tape<double> tape;
  return gradients(tape, record(tape, c, p, x));
}

arma::mat by_complex_step(const CompiledLoss<double>& r, std::size_t leaf) {
  ComplexReplay<double> replay(r.loss);
  arma::mat g(r.leaves[leaf].n_rows, r.leaves[leaf].n_cols), unit(arma::size(g), arma::fill::zeros);
  for (uword i = 0; i < g.n_elem; ++i) {
    unit[i] = 1;
    g[i] = replay.derivative(r.leaves[leaf], unit);
    unit[i] = 0;
  }
  return g;
}

/// Central differences with steps h, h/2 and h/4, extrapolated twice: what is left is of order h^6.
arma::mat by_differences(const Case& c, const Point& p, std::size_t leaf) {
  const double h = 4e-3;
  std::vector<arma::mat> x = p.x;
  arma::mat g(arma::size(x[leaf]));
  for (uword i = 0; i < g.n_elem; ++i) {
    double& entry = x[leaf][i];
    const double at = entry;
    double d[3];
    for (int s = 0; s < 3; ++s) {
      const double step = h / (1 << s);
      entry = at + step;
      const double up = loss_at(c, p, x);
      entry = at - step;
      d[s] = (up - loss_at(c, p, x)) / (2 * step);
    }
    entry = at;
    const double once = (4 * d[1] - d[0]) / 3, again = (4 * d[2] - d[1]) / 3;
    g[i] = (16 * again - once) / 15;
  }
  return g;
}

/// The order in h of what remains of |J(x + h V) - Taylor| from h to h/2; none where it is rounding.
void add_rates(const Case& c, const Point& p, const std::vector<arma::mat>& V, double slope, double curve,
               Errors& errors) {
  const double h = std::ldexp(1.0, -9), at = loss_at(c, p, p.x);
  double rounding = std::abs(at);
  for (const double u : p.U) rounding += std::abs(u);
  for (std::size_t k = 0; k < p.C.size(); ++k) rounding += arma::accu(arma::abs(p.C[k] % p.x[k]));
  rounding *= 1e4 * std::numeric_limits<double>::epsilon();
  double left[2][2];
  for (int s = 0; s < 2; ++s) {
    const double step = h / (1 << s), change = loss_at(c, p, moved(p.x, step, V)) - at - step * slope;
    left[0][s] = std::abs(change);
    left[1][s] = std::abs(change - step * step / 2 * curve);
  }
  for (int degree = 0; degree < 2; ++degree) {
    if (left[degree][1] > rounding) errors.rates[degree].push_back(std::log2(left[degree][0] / left[degree][1]));
  }
}

}  // namespace

double distance(const arma::mat& a, const arma::mat& b, double floor) {
  if (arma::size(a) != arma::size(b)) return std::numeric_limits<double>::infinity();
  return relative(arma::norm(arma::vectorise(a - b)),
                  std::max({arma::norm(arma::vectorise(a)), arma::norm(arma::vectorise(b)), floor}));
}

double cancelled(const Point& p) { return 0.1 * arma::norm(arma::vectorise(p.U)); }

std::vector<arma::mat> gradients(Tape<double>& tape, const CompiledLoss<double>& r) {
  tape.backward(r.loss);
  std::vector<arma::mat> g;
  for (const auto& leaf : r.leaves) {
    if (engine_of(tape).wants(leaf.index())) g.push_back(tape.gradient(leaf));
  }
  return g;
}

bool passed(const Errors& e) {
  for (unsigned i = 0; i < check::count; ++i) {
    if (e.worst[i] > checks[i].limit) return false;
  }
  return true;
}

void check_point(const Case& c, const Point& p, Random& random, Errors& errors, const Change& change) {
  static thread_local Tape<double> tape;
  const CompiledLoss<double> r = record(tape, c, p, p.x);
  if (change) change(tape);
  const std::vector<arma::mat> g = gradients(tape, r), V = directions(p, random), W = directions(p, random);
  const double floor = cancelled(p);

  // Of very many entries two are too close to each other, or one to a kink, for steps of differences.
  const bool is_small = std::ranges::all_of(p.x, [](const arma::mat& x) { return x.n_elem < 400; });
  const bool by_values = !c.held && is_small && (!c.analytic || random() % 16 == 0);
  for (std::size_t k = 0; k < g.size(); ++k) {
    if (c.analytic) errors.add(check::reverse, distance(g[k], by_complex_step(r, k), floor));
    if (by_values) errors.add(check::differences, distance(g[k], by_differences(c, p, k), floor));
  }

  ForwardMode<double> forward(r.y);
  for (std::size_t k = 0; k < g.size(); ++k) forward.seed(r.leaves[k], V[k]);
  const arma::mat JV = forward.run();
  const double slope = arma::accu(p.U % JV) + (p.C.empty() ? 0 : inner(p.C, V));
  const double scale = arma::norm(arma::vectorise(p.U)) * arma::norm(arma::vectorise(JV)) +
                       (p.C.empty() ? 0 : norm(p.C) * norm(V)) + norm(g) * norm(V);
  errors.add(check::forward, relative(slope - inner(g, V), std::max(scale, floor * norm(V))));

  // Second order: the recorded gradient along V and along W, differentiated again.
  GradientGraph<double> recording(r.loss);
  std::vector<Var<double>> nodes;
  for (const auto& leaf : r.leaves) nodes.push_back(recording.gradient(leaf));
  const auto along = [&](const std::vector<arma::mat>& D) {
    Var<double> s = dot(nodes[0], D[0]);
    for (std::size_t k = 1; k < nodes.size(); ++k) s = s + dot(nodes[k], D[k]);
    return gradients(tape, {r.leaves, {}, s});
  };
  const std::vector<arma::mat> HV = along(V), HW = along(W);
  const double h = 1e-5;
  const auto up = gradient_at(c, p, moved(p.x, h, V)), down = gradient_at(c, p, moved(p.x, -h, V));
  for (std::size_t k = 0; k < g.size(); ++k) {
    const double about = std::max(floor, arma::norm(arma::vectorise(g[k])));
    errors.add(check::recorded, distance(nodes[k].value(), g[k], floor));
    errors.add(check::second, distance(HV[k], (up[k] - down[k]) / (2 * h), about));
    ForwardMode<double> mixed(nodes[k]);
    for (std::size_t j = 0; j < g.size(); ++j) mixed.seed(r.leaves[j], V[j]);
    errors.add(check::tangent_of_gradient, distance(HV[k], mixed.run(), about));
  }
  errors.add(check::symmetry, relative(inner(W, HV) - inner(V, HW),
                                       std::max(floor * norm(V) * norm(W), norm(W) * norm(HV) + norm(V) * norm(HW))));
  if (!c.held) add_rates(c, p, V, inner(g, V), inner(V, HV), errors);
}

void check_rates(Errors& errors) {
  for (int degree = 0; degree < 2; ++degree) {
    auto& rates = errors.rates[degree];
    if (rates.size() < 10) continue;  // linear, or nearly everywhere
    std::nth_element(rates.begin(), rates.begin() + rates.size() / 2, rates.end());
    errors.add(degree ? check::second_rate : check::first_rate, std::abs(rates[rates.size() / 2] - (2 + degree)));
  }
}

}  // namespace armagrad::harness
