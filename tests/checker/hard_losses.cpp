#include "hard_losses.hpp"

#include <cmath>

namespace armagrad::checker {

namespace {

double uniform(Draw& draw, double low, double high) { return std::uniform_real_distribution<double>(low, high)(draw); }
double log_uniform(Draw& draw, double low, double high) {
  return std::exp(uniform(draw, std::log(low), std::log(high)));
}
bool one_in(Draw& draw, unsigned n) { return draw() % n == 0; }

template <class eT>
arma::Mat<eT> normal(Draw& draw, uword rows, uword cols) {
  std::normal_distribution<double> n;
  arma::Mat<eT> x(rows, cols);
  for (eT& e : x) e = eT(n(draw));
  return x;
}

// Armadillo's counterparts of the library's functions.
template <class eT>
arma::Mat<eT> relu(const arma::Mat<eT>& x) {
  return arma::clamp(x, eT(0), std::numeric_limits<eT>::max());
}
template <class eT>
arma::Mat<eT> softplus(const arma::Mat<eT>& x) {
  return relu(x) + arma::log1p(arma::exp(-arma::abs(x)));
}
/// An expression of Armadillo's as a matrix, a Var as it is.
template <class E>
auto matrix(const E& x) {
  if constexpr (AnyVar<E>)
    return x;
  else
    return arma::Mat<typename E::elem_type>(x);
}

template <class eT>
arma::Mat<eT> three_times(const arma::Col<eT>& g) {
  return arma::join_rows(g, g, g);
}

template <class eT>
using Terms = std::vector<typename HardLoss<eT>::Term>;

/// A term from its text, which is read for matrices and for Vars alike.
template <class eT, class F, class D>
void add(Terms<eT>& terms, const char* name, F f, D derivatives) {
  terms.push_back({name, [f](const arma::Col<eT>& w) { return eT(f(arma::Mat<eT>(w))); },
                   [f](const Var<eT>& w) { return f(w); }, derivatives});
}

/// A sum over entries of a function of w / size.
template <class eT>
void add_separable(Draw& draw, HardLoss<eT>& loss, const arma::Col<eT>& size) {
  using C = arma::Col<eT>;
  const eT l = eT(log_uniform(draw, 1e-2, 1));
  const C s = size;
  switch (draw() % 9) {
    case 0:
      return add<eT>(
          loss.terms, "squares", [=](const auto& w) { return l / 2 * accu(square(w / s)); },
          [=](const C& w) { return three_times(C(l * w / s / s)); });
    case 1:
      loss.smooth = false;
      return add<eT>(
          loss.terms, "absolute values", [=](const auto& w) { return l * accu(abs(w / s)); },
          [=](const C& w) {
            C left = l * arma::sign(w) / s, right = left;
            left.elem(arma::find(w == 0)) -= l / s.elem(arma::find(w == 0));
            right.elem(arma::find(w == 0)) += l / s.elem(arma::find(w == 0));
            return arma::Mat<eT>(arma::join_rows(left, right, C(l * arma::sign(w) / s)));
          });
    case 2:
      return add<eT>(
          loss.terms, "logarithms", [=](const auto& w) { return l * accu(log(1 + square(w / s))); },
          [=](const C& w) { return three_times(C(2 * l * (w / s) / (1 + arma::square(w / s)) / s)); });
    case 3:
      return add<eT>(
          loss.terms, "exponentials", [=](const auto& w) { return l * accu(exp(w / s)); },
          [=](const C& w) { return three_times(C(l * arma::exp(w / s) / s)); });
    case 4:
      loss.smooth = false;
      return add<eT>(
          loss.terms, "relu", [=](const auto& w) { return l * accu(relu(matrix(w / s))); },
          [=](const C& w) {
            C left = l * arma::conv_to<C>::from(w > 0) / s, right = l * arma::conv_to<C>::from(w >= 0) / s;
            return arma::Mat<eT>(arma::join_rows(left, right, left));
          });
    case 5:
      return add<eT>(
          loss.terms, "square roots", [=](const auto& w) { return l * accu(sqrt(1 + square(w / s))); },
          [=](const C& w) { return three_times(C(l * (w / s) / arma::sqrt(1 + arma::square(w / s)) / s)); });
    case 6:
      return add<eT>(
          loss.terms, "sines", [=](const auto& w) { return l * accu(sin(w / s)); },
          [=](const C& w) { return three_times(C(l * arma::cos(w / s) / s)); });
    case 7:
      loss.smooth = false;  // twice differentiable nowhere near its joints
      return add<eT>(
          loss.terms, "squared hinges", [=](const auto& w) { return l * accu(square(relu(matrix(1 - w / s)))); },
          [=](const C& w) { return three_times(C(-2 * l * relu(arma::Mat<eT>(1 - w / s)) / s)); });
    default:
      return add<eT>(
          loss.terms, "softplus", [=](const auto& w) { return l * accu(softplus(matrix(w / s))); },
          [=](const C& w) { return three_times(C(l / (1 + arma::exp(-w / s)) / s)); });
  }
}

/// A function of a few linear forms of w / size.
template <class eT>
void add_coupled(Draw& draw, HardLoss<eT>& loss, const arma::Col<eT>& size) {
  using C = arma::Col<eT>;
  using M = arma::Mat<eT>;
  const uword n = loss.w.n_elem, N = std::max<uword>(1, std::min<uword>(30, 200000 / n));
  M X = normal<eT>(draw, N, n) / eT(std::sqrt(double(n)));
  X.each_row() /= size.t();
  const C y = normal<eT>(draw, N, 1);
  switch (draw() % 6) {
    case 0: {
      // At a good fit residuals are small and cancel.
      const C fit = one_in(draw, 2) ? C(X * loss.w + eT(1e-3) * y) : y;
      return add<eT>(
          loss.terms, "least squares", [=](const auto& w) { return accu(square(X * w - fit)) / N; },
          [=](const C& w) { return three_times(C(2 * X.t() * (X * w - fit) / N)); });
    }
    case 1:
      return add<eT>(
          loss.terms, "logistic regression",
          [=](const auto& w) { return accu(softplus(matrix(-arma::sign(y) % (X * w)))) / N; },
          [=](const C& w) {
            const C margin = arma::sign(y) % (X * w);
            return three_times(C(-X.t() * (arma::sign(y) / (1 + arma::exp(margin))) / N));
          });
    case 2:
      loss.smooth = false;
      return add<eT>(
          loss.terms, "hinges", [=](const auto& w) { return accu(relu(matrix(1 - arma::sign(y) % (X * w)))) / N; },
          [=](const C& w) {
            const C margin = arma::sign(y) % (X * w);
            return three_times(C(-X.t() * (arma::sign(y) % arma::conv_to<C>::from(margin < 1)) / N));
          });
    case 3:
      return add<eT>(
          loss.terms, "logsumexp",
          [=](const auto& w) {
            if constexpr (AnyVar<decltype(w)>) {
              return logsumexp(w / size, 0);
            } else {
              const M z = w / size;
              return z.max() + std::log(arma::accu(arma::exp(z - z.max())));
            }
          },
          [=](const C& w) {
            const C e = arma::exp(w / size - arma::max(C(w / size)));
            return three_times(C(e / arma::accu(e) / size));
          });
    case 4: {
      loss.smooth = loss.smooth && arma::any(loss.w);
      return add<eT>(
          loss.terms, "a norm", [=](const auto& w) { return norm(matrix(w / size)); },
          [=](const C& w) {
            const eT r = arma::norm(w / size);
            if (r > 0) return three_times(C(w / size / size / r));
            const C one = 1 / size;
            return M(arma::join_rows(C(-one), one, C(0 * one)));
          });
    }
    default:
      return add<eT>(
          loss.terms, "tanh of a mean",
          [=](const auto& w) {
            using std::tanh;
            return tanh(accu(w / size) / eT(n));
          },
          [=](const C& w) {
            const eT t = std::tanh(arma::accu(w / size) / eT(n));
            return three_times(C((1 - t * t) / eT(n) / size));
          });
  }
}

}  // namespace

template <class eT>
std::string HardLoss<eT>::name() const {
  std::string all = std::to_string(w.n_elem) + " entries: ";
  for (const Term& t : terms) all.append(&t == &terms[0] ? "" : " + ").append(t.name);
  return all;
}
template <class eT>
double HardLoss<eT>::value(const arma::Col<eT>& at) const {
  eT sum = 0;
  for (const Term& t : terms) sum += t.value(at);
  return double(eT(scale) * sum);
}
template <class eT>
Var<eT> HardLoss<eT>::on_tape(const Var<eT>& at) const {
  Var<eT> sum = terms[0].on_tape(at);
  for (std::size_t k = 1; k < terms.size(); ++k) sum = sum + terms[k].on_tape(at);
  return eT(scale) * sum;
}
template <class eT>
arma::Mat<eT> HardLoss<eT>::derivatives(const arma::Col<eT>& at) const {
  arma::Mat<eT> sum(at.n_elem, 3, arma::fill::zeros);
  for (const Term& t : terms) sum += t.derivatives(at);
  return eT(scale) * sum;
}

template <class eT>
HardLoss<eT> random_hard_loss(Draw& draw, double most) {
  HardLoss<eT> loss;
  const uword n = uword(log_uniform(draw, 1, most + 1));
  const bool single = std::is_same_v<eT, float>;
  const double spread[] = {0, 0, 1, single ? 1.0 : 3.0};  // decades to either side
  const double decades = spread[draw() % 4];
  arma::Col<eT> size(n, arma::fill::ones);
  for (eT& s : size) s = eT(std::pow(10, uniform(draw, -decades, decades)));
  const double common = std::pow(10, uniform(draw, single ? -1 : -3, single ? 1 : 3));
  size *= eT(common);
  loss.w = arma::Col<eT>(normal<eT>(draw, n, 1)) % size;
  const double zeros[] = {0, 0, 0, 0.1, 0.9, 1};
  const double share = zeros[draw() % 6];
  for (eT& w : loss.w) {
    if (uniform(draw, 0, 1) < share) w = 0;
  }
  for (uword k = 1 + draw() % 2; k > 0; --k) add_separable(draw, loss, size);
  if (one_in(draw, 2)) add_coupled(draw, loss, size);
  loss.scale = std::pow(10, uniform(draw, single ? -3 : -12, single ? 3 : 12));
  if (one_in(draw, 500)) loss.w(draw() % n) = std::numeric_limits<eT>::infinity(), loss.smooth = false;
  return loss;
}

template <class eT>
arma::Col<eT> wrong_gradient(Draw& draw, const HardLoss<eT>& loss, std::string& what) {
  using C = arma::Col<eT>;
  const bool single = std::is_same_v<eT, float>;
  const arma::Mat<eT> d = loss.derivatives(loss.w);
  const C right = d.col(2);
  C g = right;
  if (!right.is_finite()) return what = "twice", C(2 * right);
  const C low = arma::min(d.col(0), d.col(1)), high = arma::max(d.col(0), d.col(1));
  const double norm = arma::norm(arma::conv_to<arma::vec>::from(right)), largest = double(arma::abs(right).max());
  switch (draw() % 5) {
    case 0: {
      const double least = (single ? 1e-1 : 1e-3) * largest;
      const arma::uvec some = arma::find(arma::abs(right) >= eT(least));
      const uword e = some(draw() % some.n_elem);
      const double by = log_uniform(draw, single ? 1e-1 : 1e-4, 1);
      what = "entry " + std::to_string(e) + " off by " + to_text(by);
      const double width = double(high(e) - low(e));
      g(e) = eT(double(high(e)) + by * std::abs(double(right(e))) * 1.001 + by * width);
      break;
    }
    case 1: {
      const double by = log_uniform(draw, single ? 1e-3 : 1e-6, 1);
      what = "off by " + to_text(by) + " of the norm in all entries";
      C r = C(normal<eT>(draw, g.n_elem, 1));
      r.elem(arma::find(high > low)).zeros();
      if (arma::any(r)) g += r * eT(1.001 * by * norm / double(arma::norm(r)));
      break;
    }
    case 2: {
      const double by =
          one_in(draw, 2) ? 2 : 1 + log_uniform(draw, single ? 1e-3 : 1e-6, 1) * (one_in(draw, 2) ? -1 : 1);
      what = "times " + to_text(by);
      g *= eT(by);
      break;
    }
    case 3: {
      const std::size_t k = draw() % loss.terms.size();
      what = loss.terms[k].name + " forgotten";
      g -= eT(loss.scale) * C(loss.terms[k].derivatives(loss.w).col(2));
      break;
    }
    default:
      what = "zeros";
      g.zeros();
  }
  // Whatever lies between the derivatives at a kink is right, and what does not is off by how far it is from them.
  const C off = g - arma::min(arma::max(g, low), high);
  const double error = arma::norm(arma::conv_to<arma::vec>::from(off));
  const bool counts = error >= (single ? 1e-3 : 1e-6) * norm * 0.999 || what.starts_with("entry");
  return error > 0 && counts ? g : C();
}

template struct HardLoss<double>;
template struct HardLoss<float>;
template HardLoss<double> random_hard_loss(Draw&, double);
template HardLoss<float> random_hard_loss(Draw&, double);
template arma::Col<double> wrong_gradient(Draw&, const HardLoss<double>&, std::string&);
template arma::Col<float> wrong_gradient(Draw&, const HardLoss<float>&, std::string&);

}  // namespace armagrad::checker
