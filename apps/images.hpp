#pragma once
// A data set as the matrices that the model takes.

#include <iostream>

#include "files/data.hpp"

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

/// Loads the set and writes its notice and its shapes.
inline Dataset load_and_describe(const DataOptions& options, std::ostream& out, bool quiet) {
  Dataset data = load_dataset(options);
  if (!data.notice.empty())
    (quiet ? std::cerr : out) << data.notice << (data.notice.ends_with('\n') ? "" : "\n");
  if (!quiet) {
    out << data.name << " from " << data.origin << ": training images " << data.train.pixels.n_rows << "x"
        << data.train.pixels.n_cols << ", test images " << data.test.pixels.n_rows << "x"
        << data.test.pixels.n_cols << ", " << data.class_names.size() << " classes\n";
  }
  return data;
}

}  // namespace armagrad::apps
