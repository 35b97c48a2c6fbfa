#include <armagrad/derivatives.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>

namespace armagrad::detail {

namespace {
template <class eT>
std::vector<Var<eT>> gradients_by(GradientGraph<eT>& graph, std::span<const Var<eT>> w) {
  std::vector<Var<eT>> gradients;
  for (const Var<eT>& x : w) {
    const Var<eT> g = graph.gradient(x);
    gradients.push_back(node_of(x).is_scalar && !node_of(g).is_scalar ? g(0) : g);
  }
  return gradients;
}
}  // namespace

template <class eT>
std::vector<Var<eT>> append_gradients(const Var<eT>& J, std::span<const Var<eT>> w) {
  Engine<eT>& engine = engine_of(tape_of<eT>(std::array{&J, w.data()}));
  GradientGraph<eT> graph(engine.here(J, "gradient", {}), w);
  return gradients_by(graph, w);
}
template <class eT>
std::vector<Var<eT>> append_gradients(std::span<const Var<eT>> y, std::span<const Var<eT>> dy,
                                      std::span<const Var<eT>> w) {
  GradientGraph<eT> graph = GradientGraph<eT>::of_sum(y, dy);
  return gradients_by(graph, w);
}

template <class eT>
Function<eT> slope_of(Function<eT> loss, std::size_t variables) {
  return [loss = std::move(loss), n = variables](std::span<const Var<eT>> given) {
    std::vector<Var<eT>> arguments(given.begin(), given.begin() + std::ptrdiff_t(n));
    arguments.insert(arguments.end(), given.begin() + std::ptrdiff_t(2 * n), given.end());
    const std::vector<Var<eT>> g = append_gradients<eT>(loss(arguments), given.first(n));
    Var<eT> slope = accu(g[0] % given[n]);
    for (std::size_t k = 1; k < n; ++k) slope += accu(g[k] % given[n + k]);
    return slope;
  };
}

template <class eT>
arma::Mat<eT> derivative_along(const Var<eT>& y, std::span<const Var<eT>> w, std::span<const arma::Mat<eT>> V) {
  ForwardMode<eT> forward(y);
  for (std::size_t k = 0; k < w.size(); ++k) forward.seed(w[k], V[k]);
  return forward.run();
}

template <class eT>
arma::Mat<eT> jacobian_of(const Var<eT>& y, const Var<eT>& w, bool forward) {
  arma::Mat<eT> J(y.n_elem, w.n_elem);
  arma::Mat<eT> unit(forward ? w.n_rows : y.n_rows, forward ? w.n_cols : y.n_cols, arma::fill::zeros);
  ForwardMode<eT> sweep(y);
  if (forward) sweep.seed(w, unit);
  for (uword i = 0; i < unit.n_elem; ++i) {
    unit[i] = 1;
    if (forward) {
      J.col(i) = arma::vectorise(sweep.run());
    } else {
      w.tape().backward(y, unit);
      J.row(i) = arma::vectorise(w.tape().gradient(w)).t();
    }
    unit[i] = 0;
  }
  return J;
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                     \
  template ARMAGRAD_EXPORT std::vector<Var<eT>> append_gradients(const Var<eT>&, std::span<const Var<eT>>);          \
  template ARMAGRAD_EXPORT std::vector<Var<eT>> append_gradients(std::span<const Var<eT>>, std::span<const Var<eT>>, \
                                                                 std::span<const Var<eT>>);                          \
  template ARMAGRAD_EXPORT Function<eT> slope_of(Function<eT>, std::size_t);                                         \
  template ARMAGRAD_EXPORT arma::Mat<eT> derivative_along(const Var<eT>&, std::span<const Var<eT>>,                  \
                                                          std::span<const arma::Mat<eT>>);                           \
  template ARMAGRAD_EXPORT arma::Mat<eT> jacobian_of(const Var<eT>&, const Var<eT>&, bool);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
