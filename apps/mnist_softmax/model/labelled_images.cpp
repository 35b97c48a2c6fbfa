#include "labelled_images.hpp"

#include "apps/datasets/data.hpp"

namespace armagrad::apps {

template <class eT>
LabelledImages<eT> labelled(const Samples& samples, arma::uword classes) {
  return {scaled<eT>(samples.pixels), one_hot<eT>(samples.labels, classes)};
}

template LabelledImages<float> labelled(const Samples&, arma::uword);
template LabelledImages<double> labelled(const Samples&, arma::uword);

LabelledImages<double> first_labelled(const Samples& samples, arma::uword n, arma::uword classes) {
  return labelled<double>({samples.pixels.head_cols(n), samples.labels.head(n)}, classes);
}

}  // namespace armagrad::apps
