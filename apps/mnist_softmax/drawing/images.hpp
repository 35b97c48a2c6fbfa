#pragma once
// A data set as the matrices that the model takes.

#include <iostream>

#include "apps/datasets/data.hpp"
#include "apps/mnist_softmax/commands/command_output.hpp"

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

/// Says which set it is, its shapes, and what else the user should know, be it told to be quiet.
inline void describe(const Dataset& data, const Output& output) {
  (output.quiet() ? std::cerr : output.text())
      << data.notice << (data.notice.empty() || data.notice.ends_with('\n') ? "" : "\n");
  output.text() << data.name << " from " << data.origin << ": training images " << data.train.pixels.n_rows
                << "x" << data.train.pixels.n_cols << ", test images " << data.test.pixels.n_rows << "x"
                << data.test.pixels.n_cols << ", " << data.class_names.size() << " classes\n";
}

}  // namespace armagrad::apps
