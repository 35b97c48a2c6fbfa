#pragma once
// Losses as objects that ensmallen's optimisers take: well-named methods, nothing else. (ensmallen adds
// methods of its own by deriving from them.)

#include <armagrad/armagrad.hpp>

namespace armagrad {

/// A loss of one matrix.
template <class eT>
class Objective {
 public:
  template <class Loss>
  explicit Objective(Loss loss) : program_(std::move(loss)) {}

  /// The loss at W.
  double Evaluate(const arma::Mat<eT>& W) { return double(program_.value(W)); }
  /// Writes the gradient at W to G, of W's shape.
  void Gradient(const arma::Mat<eT>& W, arma::Mat<eT>& G) { EvaluateWithGradient(W, G); }
  /// The loss at W; writes the gradient to G.
  double EvaluateWithGradient(const arma::Mat<eT>& W, arma::Mat<eT>& G) {
    const auto [J, g] = program_.value_and_gradient(W);
    G = g;
    return double(J);
  }

 private:
  Program<Variables<arma::Mat<eT>>, Inputs<>> program_;
};

/// loss(W) of a Var as an object for ensmallen, NLopt (lbfgs.hpp) and the like; as_objective<float> for fmat.
template <class eT = double, class Loss>
Objective<eT> as_objective(Loss loss) {
  return Objective<eT>(std::move(loss));
}

namespace detail {
/// Inputs<Mat, ..., Mat> of n matrices.
template <class Mat, std::size_t... k>
Inputs<std::enable_if_t<k + 1 != 0, Mat>...> inputs_of(std::index_sequence<k...>);
template <class eT, std::size_t n>
using InputMatrices = decltype(inputs_of<arma::Mat<eT>>(std::make_index_sequence<n>()));
}  // namespace detail

/// A loss that is a sum over the columns of n matrices.
template <class eT, std::size_t n>
class SeparableObjective {
 public:
  using Mat = arma::Mat<eT>;

  template <class Loss>
  SeparableObjective(Loss loss, std::array<Mat, n> data) : program_(std::move(loss)), data_(std::move(data)) {
    for (const Mat& x : data_) {
      if (x.n_cols != data_[0].n_cols)
        detail::misuse(
            "as_separable", {},
            "matrices of " + std::to_string(data_[0].n_cols) + " and " + std::to_string(x.n_cols) + " samples");
    }
  }

  /// The number of samples.
  std::size_t NumFunctions() const { return data_[0].n_cols; }
  /// Puts the samples in another order, which depends on how often it was called only.
  void Shuffle() {
    const arma::uvec order = Random(0, ++shuffles_).permutation(NumFunctions());
    for (Mat& x : data_) x = Mat(x.cols(order));
  }

  double Evaluate(const Mat& W) { return Evaluate(W, 0, NumFunctions()); }
  /// Writes the gradient of the sum over all samples, or over `count` samples from `begin` on, to G.
  void Gradient(const Mat& W, Mat& G) { EvaluateWithGradient(W, G); }
  /// The sum over all samples, or over `count` samples from `begin` on; writes its gradient to G.
  double EvaluateWithGradient(const Mat& W, Mat& G) { return EvaluateWithGradient(W, 0, G, NumFunctions()); }

  /// The sum over `count` samples from `begin` on; std::logic_error beyond the last sample.
  double Evaluate(const Mat& W, std::size_t begin, std::size_t count) {
    return with_columns(begin, count, [&](const auto&... x) { return double(program_.value(W, x...)); });
  }
  void Gradient(const Mat& W, std::size_t begin, Mat& G, std::size_t count) {
    EvaluateWithGradient(W, begin, G, count);
  }
  double EvaluateWithGradient(const Mat& W, std::size_t begin, Mat& G, std::size_t count) {
    return with_columns(begin, count, [&](const auto&... x) {
      const auto [J, g] = program_.value_and_gradient(W, x...);
      G = g;
      return double(J);
    });
  }

 private:
  template <class F>
  double with_columns(std::size_t begin, std::size_t count, F f) {
    if (begin > NumFunctions() || count > NumFunctions() - begin)
      detail::misuse("as_separable", {},
                     "samples " + std::to_string(begin) + " to " + std::to_string(begin + count) + " of " +
                         std::to_string(NumFunctions()));
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return f(Mat(data_[k].memptr() + begin * data_[k].n_rows, data_[k].n_rows, count, false, true)...);
    }
    (std::make_index_sequence<n>());
  }

  Program<Variables<Mat>, detail::InputMatrices<eT, n>> program_;
  std::array<Mat, n> data_;
  std::uint64_t shuffles_ = 0;
};

/// loss(w, x, y, ...) of Vars, which SUMS over the columns that it is given of X, Y, ... (copied), as an
/// object for ensmallen's optimisers of separable functions, and for those of plain ones.
template <class Loss, class eT, std::same_as<arma::Mat<eT>>... More>
SeparableObjective<eT, 1 + sizeof...(More)> as_separable(Loss loss, const arma::Mat<eT>& X, const More&... more) {
  return {std::move(loss), {X, more...}};
}

}  // namespace armagrad
