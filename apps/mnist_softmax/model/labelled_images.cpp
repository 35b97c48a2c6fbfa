#include "labelled_images.hpp"

#include "apps/datasets/data.hpp"

namespace armagrad::apps {

template <class eT>
LabelledImages<eT> labelled(const Samples& samples, arma::uword classes) {
  const arma::Mat<unsigned char>& pixels = samples.pixels;
  const auto read = [&pixels](const arma::uword* which, arma::uword n, eT* to) {
    for (arma::uword i = 0; i < n; ++i) scale(pixels.colptr(which[i]), pixels.n_rows, to + i * pixels.n_rows);
  };
  return {{pixels.n_rows, pixels.n_cols, read}, one_hot<eT>(samples.labels, classes)};
}

template LabelledImages<float> labelled(const Samples&, arma::uword);
template LabelledImages<double> labelled(const Samples&, arma::uword);

ImageMatrices first_labelled(const Samples& samples, arma::uword n, arma::uword classes) {
  return {scaled<double>(samples.pixels.head_cols(n)), one_hot<double>(samples.labels.head(n), classes)};
}

}  // namespace armagrad::apps
