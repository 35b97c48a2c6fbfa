#include "mistakes.hpp"

namespace armagrad::checker {

namespace {

using Maybe = std::optional<Injected>;

/// The right gradient with that by variable v replaced, unless nothing changes.
Maybe wrong(const Loss& loss, std::size_t v, const arma::mat& g, std::vector<Mistake> names,
            std::optional<double> factor = {}) {
  std::vector<arma::mat> all = loss.gradients();
  const double size = std::max(arma::norm(all[v], "fro"), arma::norm(g, "fro"));
  if (arma::size(g) == arma::size(all[v]) && arma::norm(g - all[v], "fro") <= 1e-5 * size) return {};
  all[v] = g;
  return Injected{v, all, std::move(names), factor};
}
std::size_t some_variable(Draw& draw, const Loss& loss) { return draw() % loss.W.size(); }
double some_factor(Draw& draw) {
  const double uncommon = std::exp(std::normal_distribution<double>(0, 1)(draw));
  const double common[] = {2, 0.5, -1, 3, 0.1, uncommon};
  return common[draw() % 6];
}

Maybe constant_factor(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  const double n = double(loss.data[0].n_cols), c = draw() % 3 == 0 ? (draw() % 2 ? n : 1 / n) : some_factor(draw);
  return wrong(loss, v, c * loss.gradients()[v], {Mistake::factor}, c);
}

/// A term's gradient taken `weight` times.
Maybe term_taken(Draw& draw, const Loss& loss, double weight) {
  const std::size_t k = draw() % loss.terms.size();
  const auto part = loss.gradients_of_term(k), all = loss.gradients();
  std::size_t v = some_variable(draw, loss);
  if (arma::norm(part[v], "fro") == 0) v = 0;
  const arma::mat rest = all[v] - part[v];
  // Where the variable is in no other term, it is the whole gradient that has the factor.
  if (arma::norm(rest, "fro") <= 1e-12 * arma::norm(all[v], "fro"))
    return wrong(loss, v, weight * all[v], {weight == 0 ? Mistake::zero : Mistake::factor}, weight);
  Maybe mistake = wrong(loss, v, rest + weight * part[v], {Mistake::term}, weight);
  if (mistake) mistake->of_penalty = loss.terms[k].name == "penalty";
  return mistake;
}

Maybe transposed(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  const arma::mat g = loss.gradients()[v];
  if (g.n_rows < 2 || g.n_cols < 2) return {};
  return wrong(loss, v, g.t(), {Mistake::transposed});
}
Maybe in_order_of_rows(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  const arma::mat g = loss.gradients()[v];
  if (g.n_rows < 2 || g.n_cols < 2) return {};
  return wrong(loss, v, arma::reshape(g.t(), g.n_rows, g.n_cols), {Mistake::transposed});
}
Maybe off_by_one(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  const arma::mat g = loss.gradients()[v];
  if (g.n_rows < 3) return {};
  return wrong(loss, v, arma::shift(g, draw() % 2 ? 1 : -1, 0), {Mistake::permuted});
}
Maybe one_column(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  arma::mat g = loss.gradients()[v];
  if (g.n_cols < 3) return {};
  g.col(draw() % g.n_cols) *= draw() % 2 ? 0.0 : some_factor(draw);
  return wrong(loss, v, g, {Mistake::entries});
}
Maybe one_row(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  arma::mat g = loss.gradients()[v];
  if (g.n_rows < 3) return {};
  g.row(draw() % g.n_rows) *= draw() % 2 ? 0.0 : some_factor(draw);
  return wrong(loss, v, g, {Mistake::entries});
}
Maybe one_entry(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  arma::mat g = loss.gradients()[v];
  if (g.n_elem < 3) return {};
  g(draw() % g.n_elem) += (draw() % 2 ? 1e-3 : 1.0) * arma::norm(g, "fro");
  return wrong(loss, v, g, {Mistake::entries});
}
Maybe slipped(Draw& draw, const Loss& loss, Slip::Kind kind) {
  const Places places = loss.places();
  const unsigned n = kind == Slip::path ? places.paths : places.functions;
  if (n == 0) return {};
  const auto g = loss.gradients(Slip{kind, unsigned(draw() % n)}), right = loss.gradients();
  for (std::size_t v = 0; v < g.size(); ++v) {
    if (arma::norm(g[v] - right[v], "fro") <= 1e-5 * arma::norm(right[v], "fro")) continue;
    if (kind == Slip::derivative) return wrong(loss, v, g[v], {Mistake::derivative});
    return wrong(loss, v, g[v], {Mistake::path, Mistake::term, Mistake::zero}, 0.0);
  }
  return {};
}
/// The gradient of another loss: one whose data went through a function.
Maybe data_through(Draw& draw, const Loss& loss) {
  std::vector<arma::mat> data = loss.data;
  if (loss.name == "Gaussian process") return {};
  arma::mat& x = data[draw() % data.size()];
  switch (draw() % 4) {
    case 0:
      x = arma::square(x);
      break;
    case 1:
      x = -x;
      break;
    case 2:
      x = 1 - x;
      break;
    default:
      x = arma::exp(x);
      x.each_row() /= arma::rowvec(arma::sum(x, 0));
  }
  const auto g = loss.gradients(data, {});
  const std::size_t v = some_variable(draw, loss);
  return wrong(loss, v, g[v], {Mistake::constant});
}
/// P normalised over all samples at once.
Maybe softmax_over_all(Draw&, const Loss& loss) {
  if (loss.name != "softmax regression") return {};
  const arma::mat &W = loss.W[0], &X = loss.data[0], &Y = loss.data[1];
  const arma::mat E = arma::exp(W.t() * X);
  const arma::mat rest = loss.gradients()[0] - loss.gradients_of_term(0)[0];
  return wrong(loss, 0, X * (E / arma::accu(E) - Y).t() / double(X.n_cols) + rest, {Mistake::sums});
}
Maybe clipped(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  const arma::mat g = loss.gradients()[v];
  if (g.n_elem < 8) return {};
  const double bound = arma::median(arma::vectorise(arma::abs(g)));
  return wrong(loss, v, arma::clamp(g, -bound, bound), {Mistake::clipped});
}
Maybe of_another_variable(Draw&, const Loss& loss) {
  const auto g = loss.gradients();
  for (std::size_t v = 1; v < g.size(); ++v) {
    if (arma::size(g[v]) == arma::size(g[0]) && g[0].n_elem > 1) return wrong(loss, 0, g[v], {Mistake::swapped});
  }
  return {};
}
Maybe noise(Draw& draw, const Loss& loss) {
  const std::size_t v = some_variable(draw, loss);
  arma::mat g = loss.gradients()[v];
  if (g.n_elem < 4) return {};
  const double size = 1e-3 * arma::norm(g, "fro");
  for (double& x : g) x += std::normal_distribution<double>(0, size)(draw);
  return wrong(loss, v, g, {});
}
Maybe at_another_point(Draw& draw, const Loss& loss) {
  Loss moved = loss;
  for (arma::mat& w : moved.W) {
    for (double& x : w) x += std::normal_distribution<double>(0, 0.1)(draw);
  }
  const std::size_t v = some_variable(draw, loss);
  if (loss.W[v].n_elem < 4) return {};
  return wrong(loss, v, moved.gradients()[v], {});
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"a constant factor", false, constant_factor},
      {"a term left out", false, [](Draw& d, const Loss& l) { return term_taken(d, l, 0); }},
      {"a term twice", false, [](Draw& d, const Loss& l) { return term_taken(d, l, 2); }},
      {"a term's sign", false, [](Draw& d, const Loss& l) { return term_taken(d, l, -1); }},
      {"a term's weight", false, [](Draw& d, const Loss& l) { return term_taken(d, l, some_factor(d)); }},
      {"transposed", false, transposed},
      {"numbers in the order of rows", false, in_order_of_rows},
      {"rows off by one", false, off_by_one},
      {"one column", false, one_column},
      {"one row", false, one_row},
      {"one entry", false, one_entry},
      {"clipped", false, clipped},
      {"of another variable", false, of_another_variable},
      {"a path forgotten", true, [](Draw& d, const Loss& l) { return slipped(d, l, Slip::path); }},
      {"a function's derivative forgotten", true,
       [](Draw& d, const Loss& l) { return slipped(d, l, Slip::derivative); }},
      {"data through a function", true, data_through},
      {"softmax over all samples", true, softmax_over_all},
      {"noise of 1e-3 (unknown)", false, noise},
      {"at another W (unknown)", false, at_another_point}};
  return all;
}

}  // namespace armagrad::checker
