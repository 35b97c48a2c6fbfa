// Softmax regression with MNIST's sizes: loss, gradient and the update of W, by hand and by the library.

#include <armagrad/nn/softmax_regression.hpp>
#include <memory>

#include "bench.hpp"

namespace armagrad::bench {
namespace {

constexpr arma::uword D = 784, c = 10;
constexpr double l2 = 1e-5, rate = 1e-3;

template <class eT>
struct Data {
  arma::Mat<eT> X, Y;

  /// The data of a size is made once and kept until another size is asked for.
  static std::shared_ptr<const Data> of(arma::uword n) {
    static std::shared_ptr<const Data> last;
    if (!last || last->X.n_cols != n) {
      last.reset();
      last = std::make_shared<const Data>(Data{uniform<eT>(D, n, 0, 1), classes<eT>(c, n)});
    }
    return last;
  }
};

/// As one writes it.
template <class eT>
struct ByHand {
  std::shared_ptr<const Data<eT>> data;
  arma::Mat<eT> W = uniform<eT>(D, c, -.01, .01), Z{}, P{}, s{}, G{};

  eT operator()() {
    const auto& [X, Y] = *data;
    const eT n = eT(X.n_cols);
    Z = W.t() * X;
    Z.each_row() -= arma::max(Z, 0);
    P = arma::exp(Z);
    s = arma::sum(P, 0);
    const eT J = (accu(arma::log(s)) - accu(Y % Z)) / n + eT(l2 / 2) * accu(W % W);
    P.each_row() /= s;
    P -= Y;
    G = X * P.t() / n + eT(l2) * W;
    W -= eT(rate) * G;
    return J;
  }
};

/// As an expert tunes it: nothing is allocated, and the columns may be taken in blocks.
template <class eT>
struct Tuned {
  std::shared_ptr<const Data<eT>> data;
  arma::uword block;
  arma::Mat<eT> W = uniform<eT>(D, c, -.01, .01), G{}, Z{}, P{}, top{}, s{};

  eT operator()() {
    const auto& [X, Y] = *data;
    const eT n = eT(X.n_cols);
    G = eT(l2) * W;
    eT J = eT(l2 / 2) * arma::dot(W, W);
    for (arma::uword first = 0; first < X.n_cols; first += block) {
      const arma::uword size = std::min(block, X.n_cols - first);
      const arma::Mat<eT> x(const_cast<eT*>(X.colptr(first)), D, size, false, true);
      const arma::Mat<eT> y(const_cast<eT*>(Y.colptr(first)), c, size, false, true);
      Z = W.t() * x;
      top = arma::max(Z, 0);
      Z.each_row() -= top;
      P = arma::exp(Z);
      s = arma::sum(P, 0);
      J += (accu(arma::log(s)) - arma::dot(y, Z)) / n;
      P.each_row() /= s;
      P -= y;
      P *= 1 / n;
      G += x * P.t();
    }
    W -= eT(rate) * G;
    return J;
  }
};

/// The library's ways: `evaluate` is {J, G} at W.
template <class eT, class Evaluate>
struct Library {
  std::shared_ptr<const Data<eT>> data;
  Evaluate evaluate;
  arma::Mat<eT> W = uniform<eT>(D, c, -.01, .01);

  eT operator()() {
    const auto& [J, G] = evaluate(W, data->X, data->Y);
    W -= eT(rate) * G;
    return J;
  }
};
template <class eT, class Evaluate>
Library<eT, Evaluate> library(std::shared_ptr<const Data<eT>> data, Evaluate evaluate) {
  return {data, std::move(evaluate)};
}

template <class eT>
auto in_blocks(std::shared_ptr<const Data<eT>> data, unsigned threads) {
  const arma::Mat<eT> start(D, c);
  auto step = record(
      [=](auto w, auto x, auto y) {
        return softmax_regression_loss(Blocks{64, threads}, w, l2, x, y);
      },
      variables(start), inputs(data->X, data->Y));
  return library(
      data, [program = std::make_shared<decltype(step)>(std::move(step))](const auto& W, const auto& X, const auto& Y) {
        return program->value_and_gradient(W, X, Y);
      });
}

/// X as sparse as MNIST's images, in Armadillo's compressed columns; dense contestants' times do not depend
/// on zeros.
template <class eT>
auto with_sparse_images(std::shared_ptr<const Data<eT>> data) {
  arma::arma_rng::set_seed(20240607);
  const auto S = std::make_shared<const arma::SpMat<eT>>(arma::sprandu<arma::SpMat<eT>>(D, data->X.n_cols, .19));
  const arma::Mat<eT> start(D, c);
  auto step = record(
      [S](auto w, auto y) { return -accu(y % log_softmax(w.t() * view(*S), 0)) / y.n_cols + l2 / 2 * accu(square(w)); },
      variables(start), inputs(data->Y));
  return library(data, [program = std::make_shared<decltype(step)>(std::move(step))](
                           const auto& W, const auto&, const auto& Y) { return program->value_and_gradient(W, Y); });
}

template <class eT>
void size(arma::uword n) {
  const std::string name = "softmax/" + type_name<eT>() + "/" + std::to_string(n) + "/";
  const auto data = [n] { return Data<eT>::of(n); };
  contestant(name + "hand", [=] { return ByHand<eT>{data()}; });
  contestant(name + "tuned", [=] { return Tuned<eT>{data(), n}; });
  contestant(name + "anew", [=] {
    auto tape = std::make_shared<Tape<eT>>();
    return library(data(), [tape](const auto& W, const auto& X, const auto& Y) {
      tape->clear();
      const Var<eT> w = tape->variable(view(W));
      const Var<eT> J = softmax_regression_loss(w, l2, view(X), view(Y));
      tape->backward(J, true);
      return std::pair<eT, const arma::Mat<eT>&>(J.scalar(), tape->gradient(w));
    });
  });
  contestant(name + "replayed", [=] {
    const auto d = data();
    const arma::Mat<eT> start(D, c);
    auto step = record([](auto w, auto x, auto y) { return softmax_regression_loss(w, l2, x, y); }, variables(start),
                       inputs(d->X, d->Y));
    return library(
        d, [program = std::make_shared<decltype(step)>(std::move(step))](const auto& W, const auto& X, const auto& Y) {
          return program->value_and_gradient(W, X, Y);
        });
  });
  if (n >= 128) {
    contestant(name + "hand_in_blocks", [=] { return Tuned<eT>{data(), 64}; });
    contestant(name + "blocks", [=] { return in_blocks(data(), 1); });
    contestant(name + "sparse", [=] { return with_sparse_images(data()); });
  }
  if (n == 60000) contestant(name + "blocks_2_threads", [=] { return in_blocks(data(), 2); });
}

const bool registered = [] {
  for (const arma::uword n : {1, 32, 64, 128, 512, 60000}) {
    size<double>(n);
    size<float>(n);
  }
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
