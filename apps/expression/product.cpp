#include "product.hpp"

#include <armagrad/custom_operation.hpp>

namespace armagrad::apps {

namespace {

/// p / x, p repeated to x's shape.
template <class T>
arma::Mat<T> repeated_over(const arma::Mat<T>& p, const arma::Mat<T>& x) {
  return arma::repmat(p, x.n_rows / p.n_rows, x.n_cols / p.n_cols) / x;
}
/// That x has no zeros is said where the formula rests on it: the choice is dropped with an assumption.
template <class eT>
Var<eT> repeated_over(const Var<eT>& p, const Var<eT>& x) {
  return detail::select(x == 0.0, 0.0, detail::spread(p, x.shape()) / x);
}
template <class T>
arma::Mat<T> times(const arma::Mat<T>& a, const arma::Mat<T>& b) {
  return a % b;
}
template <class eT>
Var<eT> times(const Var<eT>& a, const Var<eT>& b) {
  return a % b;
}

struct ProductOfEntries : General<1> {
  static constexpr auto name = "prod";
  static constexpr std::array reads{std::uint8_t(reads::result | reads::first)};
  uword dim;
  bool of_vector;
  void forward(auto y, const auto& x) const { y = arma::prod(x, dim); }
  static void reverse(auto dx, const auto& dy, const auto& y, const auto& x) {
    dx += repeated_over(times(full(dy), y), x);
  }
  static void tangent(auto ty, const auto& y, const auto& x, const auto& tx) {
    ty = sum_to(times(repeated_over(y, x), tx), y);
  }
  std::string parameters() const { return of_vector ? "" : std::to_string(dim); }
};

}  // namespace

Var<double> product_of_entries(const Var<double>& x, uword dim) {
  const arma::mat numbers = x.value();
  if (numbers.is_empty() || arma::any(arma::vectorise(numbers) == 0)) return prod(x, dim);
  const Shape to = dim == 0 ? shape_of(1, x.n_cols) : shape_of(x.n_rows, 1);
  return append_node(ProductOfEntries{{}, dim, to == detail::scalar_shape}, to, Location(), {&x});
}

}  // namespace armagrad::apps
