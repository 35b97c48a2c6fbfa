#pragma once
// A data set as the matrices that the model takes.

#include "apps/datasets/data_types.hpp"

namespace armagrad::apps {

template <class eT>
struct LabelledImages {
  arma::Mat<eT> X;  // D x n, in [0, 1]
  arma::Mat<eT> Y;  // c x n, one-hot
};

/// For float and double.
template <class eT>
LabelledImages<eT> labelled(const Samples& samples, arma::uword classes);
/// The first n samples; there are at least so many.
LabelledImages<double> first_labelled(const Samples& samples, arma::uword n, arma::uword classes);

}  // namespace armagrad::apps
