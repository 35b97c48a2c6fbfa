#include "case.hpp"

namespace armagrad::harness {

namespace {

/// What a and b (m x n) and c (n x n) may be combined to: m x n again, of about the same size.
template <class V>
V step(unsigned which, const V& p, const V& q, const V& c) {
  const double m = double(p.n_rows), n = double(p.n_cols);
  switch (which) {
    case 0:
      return p + q;
    case 1:
      return p - 0.5 * q;
    case 2:
      return tanh(p % q);
    case 3:
      return tanh(p);
    case 4:
      return p * c / n;
    case 5:
      return p * (q.t() * p) / (m * n);
    case 6:
      return (c.t() * p.t()).t() / n;
    case 7:
      return softmax(p, 0) % q;
    case 8:
      return log_softmax(p, 1) / n;
    case 9:
      return p.each_row() + mean(q, 0);
    case 10:
      return 0.3 * (p.each_col() % logsumexp(q, 1));
    case 11:
      return p * tanh(accu(p % q));
    case 12:
      return tanh(accu(square(p))) * q;
    case 13:
      return p / (2 + square(q));
    case 14:
      return -p;
    case 15:
      return sigmoid(p).each_row() - sum(p, 0) / m;
    case 16:
      return p % p / 3;
    case 17:
      return (sum(p.t(), 0).t() + sum(q, 1)) * mean(p, 0) / n;
    case 18:
      return softplus(p + p);
    case 19:
      return p.each_row() % (accu(q) / (m * n) + 0.1 * sum(q, 0));
    default:
      return p.t().t();
  }
}

template <class V>
V graph(std::uint64_t seed, const V& a, const V& b, const V& c) {
  Random random(seed);
  std::vector<V> made{a, b};
  for (int i = 0; i < 12; ++i) {
    const std::size_t p = random() % made.size(), q = random() % made.size();
    made.push_back(step(unsigned(random() % 21), made[p], made[q], c));
  }
  return made[random() % made.size()] + made[made.size() - 2] % made.back();
}

}  // namespace

FamilyOfCases random_graphs() {
  const auto seed = std::make_shared<std::uint64_t>(0);
  Case c = of<>(
      "random graphs", [seed](auto a, auto b, auto w) { return graph(*seed, a, b, w); }, in(-1, 1));
  c.elementwise = false;
  c.empty = false;
  c.prepare = [seed](Random& random) { *seed = random(); };
  c.shapes = [](std::uint32_t m, std::uint32_t n, std::uint32_t) { return std::vector<Shape>{{m, n}, {m, n}, {n, n}}; };
  return {"graphs", {c}};
}

}  // namespace armagrad::harness
