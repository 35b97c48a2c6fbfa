#pragma once
// Entries, rows and columns by their indices.

#include "parts.hpp"

namespace armagrad::detail {
/// The entries of these indices; or, scattered, the matrix that has them there and sums where several meet.
template <class T>
struct Gathered {
  const T* of;
  const arma::uvec* indices;
  bool scattered;

  void put(T* out, Shape s, bool add) const {
    if (!add) std::fill_n(out, s.size(), T(0));
    const arma::uvec& at = *indices;
    for (uword i = 0; i < at.n_elem; ++i) {
      if (scattered)
        out[at[i]] += of[i];
      else
        out[i] += of[at[i]];
    }
  }
};

template <class T>
Gathered<T> gathered(const arma::Mat<T>& x, const std::shared_ptr<const arma::uvec>& indices, Shape) {
  return {x.memptr(), indices.get(), false};
}

template <class T>
Gathered<T> scattered(const arma::Mat<T>& x, const std::shared_ptr<const arma::uvec>& indices, Shape) {
  return {x.memptr(), indices.get(), true};
}

/// The matrix (classes x n) with a 1 in each column, in the row that x has for it. std::runtime_error unless all of
/// x's entries are among 0 ... classes - 1.
template <class T>
arma::Mat<T> one_hot(const arma::Mat<T>& x, uword classes) {
  arma::Mat<T> y(classes, x.n_elem, arma::fill::zeros);
  for (uword j = 0; j < x.n_elem; ++j) {
    const auto k = lane::real(x[j]);
    if (!(k >= 0 && k < decltype(k)(classes) && k == std::floor(k)))
      throw std::runtime_error("one_hot: " + to_text(k) + " of column " + std::to_string(j) +
                               " is not one of the classes 0 ... " + std::to_string(arma::sword(classes) - 1));
    y(uword(k), j) = 1;
  }
  return y;
}

// ---- Functions of Var that rules call ----

namespace rules ARMAGRAD_EXPORT {
struct Gather;
struct Scatter;
}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> gathered(const Var<eT>& x, std::shared_ptr<const arma::uvec> i, Shape to, Here at = {}) {
  return append_node<rules::Gather, eT>({{}, std::move(i), to}, to, at, {&x});
}
template <class eT>
Var<eT> scattered(const Var<eT>& x, std::shared_ptr<const arma::uvec> i, Shape to) {
  return append_node<rules::Scatter, eT>({{}, std::move(i), to}, to, {}, {&x});
}

namespace rules ARMAGRAD_EXPORT {

/// Classes as columns of 0 and 1; of zero derivative.
struct OneHot : General<1> {
  static constexpr auto name = "one_hot";
  static constexpr bool flat = true;
  std::uint32_t classes = 0;
  void forward(auto y, const auto& x) const { y = one_hot(x, classes); }
  std::string parameters() const { return std::to_string(classes); }
};

/// Entries by their indices; `to` has as many.
struct Gather : General<1> {
  static constexpr auto name = "elem";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  std::shared_ptr<const arma::uvec> indices;
  Shape to{};
  void forward(auto y, const auto& x) const { y = gathered(x, indices, to); }
  void reverse(auto dx, const auto& dy, const auto&, const auto& x) const {
    dx += scattered(full(dy), indices, shape_of(x));
  }
  static std::string text(const arma::uvec& indices) {
    if (indices.n_elem > 8) return std::to_string(indices.n_elem) + " indices";
    std::string list("{");
    for (uword i = 0; i < indices.n_elem; ++i) list.append(i ? ", " : "").append(std::to_string(indices[i]));
    return list.append("}");
  }
  std::string parameters() const { return text(*indices); }
};

/// The reverse of Gather: zeros, and the entries of x added at their indices.
struct Scatter : General<1> {
  static constexpr auto name = "scattered";
  static constexpr bool multilinear = true;
  static constexpr std::array reads{reads::nothing};
  std::shared_ptr<const arma::uvec> indices;
  Shape to{};
  void forward(auto y, const auto& x) const { y = scattered(x, indices, to); }
  void reverse(auto dx, const auto& dy, const auto&, const auto& x) const {
    dx += gathered(full(dy), indices, shape_of(x));
  }
  std::string parameters() const { return Gather::text(*indices) + ", " + to_string(to); }
};

}  // namespace ARMAGRAD_EXPORT

using PartRules = RuleList<rules::Block, rules::PlacedIn, rules::Reshape, rules::Gather, rules::Scatter, rules::OneHot>;

}  // namespace armagrad::detail
