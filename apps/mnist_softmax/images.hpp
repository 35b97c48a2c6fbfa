#pragma once
// A data set as the matrices that the model takes.

#include <ostream>

#include "apps/files/data.hpp"

namespace armagrad::apps {

template <class eT>
struct LabelledImages {
  arma::Mat<eT> X;  // D x n, in [0, 1]
  arma::Mat<eT> Y;  // c x n, one-hot
};

template <class eT>
LabelledImages<eT> labelled(const Samples& samples, arma::uword classes) {
  return {scaled<eT>(samples.pixels), one_hot<eT>(samples.labels, classes)};
}

/// Says which set it is, its shapes, and what else the user should know.
inline void describe(const Dataset& data, std::ostream& out) {
  out << data.notice << (data.notice.empty() || data.notice.ends_with('\n') ? "" : "\n");
  out << data.name << " from " << data.origin << ": training images " << data.train.pixels.n_rows << "x"
      << data.train.pixels.n_cols << ", test images " << data.test.pixels.n_rows << "x"
      << data.test.pixels.n_cols << ", " << data.class_names.size() << " classes\n";
}

}  // namespace armagrad::apps
