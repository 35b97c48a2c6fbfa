#pragma once
// Images, a net, and how they meet: what `train` and `sweep` are made of.

#include <armagrad/nn/split.hpp>

#include "apps/mnist_softmax/drawing/images.hpp"
#include "apps/mnist_softmax/commands/settings.hpp"

namespace armagrad::apps {

/// A data set's images, and the net, loss and optimiser that the settings choose for them. The trainers refer
/// to it.
template <class eT>
class Training {
 public:
  using Mat = arma::Mat<eT>;

  /// `threads` share the images of a step.
  Training(const Settings& settings, const Dataset& data, unsigned threads, const Ranks<eT>& ranks = {});
  Training(const Training&) = delete;  // `used` looks into `all`
  Training& operator=(const Training&) = delete;

  const Settings settings;
  const unsigned threads;
  const Ranks<eT> ranks;
  const LabelledImages<eT> all, test;
  const LabelledImages<eT> used;  // the first of all, as many as the settings say
  const Sequential<eT> net;
  const nlohmann::json info;  // what a model file says of the net and its images

  /// So many of the images that are used, held back as the settings say; or each k-th part of them.
  Split hold_back(arma::uword n) const;
  std::vector<Split> folds(arma::uword k) const;
  TrainingOptions<eT> options() const;
  Trainer<eT> trainer(const LabelledImages<eT>& on, const LabelledImages<eT>* validation,
                      const TrainingOptions<eT>& options) const;
  /// Takes the steps that are left; false if `go_on`, asked after each, did not want all of them.
  bool fit(Trainer<eT>& trainer, const std::function<bool()>& go_on) const;
  double accuracy(const Mat& parameters, const LabelledImages<eT>& of) const;
};

/// Copies of some of the images.
template <class eT>
LabelledImages<eT> chosen(const LabelledImages<eT>& from, const arma::uvec& columns) {
  return {from.X.cols(columns), from.Y.cols(columns)};
}

}  // namespace armagrad::apps
