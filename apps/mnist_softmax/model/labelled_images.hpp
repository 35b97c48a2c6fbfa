#pragma once
// A data set as the net takes it.

#include <armagrad/nn/columns.hpp>

#include "apps/datasets/data_types.hpp"

namespace armagrad::apps {

/// Images in [0, 1] and one-hot labels, a column each. The images stay bytes, an eighth of the memory, and are
/// converted as they are needed.
template <class eT>
struct LabelledImages {
  Columns<eT> X;    // D x n
  arma::Mat<eT> Y;  // c x n
};

/// For float and double; the samples must outlive the result.
template <class eT>
LabelledImages<eT> labelled(const Samples& samples, arma::uword classes);

/// Some of the images.
template <class eT>
LabelledImages<eT> chosen(const LabelledImages<eT>& from, const arma::uvec& columns) {
  return {from.X.cols(columns), from.Y.cols(columns)};
}

/// As matrices.
struct ImageMatrices {
  arma::mat X, Y;
};
/// The first n samples; there are at least so many.
ImageMatrices first_labelled(const Samples& samples, arma::uword n, arma::uword classes);

}  // namespace armagrad::apps
