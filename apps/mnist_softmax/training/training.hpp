#pragma once
// Images, a net, and how it is fitted to them, for `train` and `sweep`.

#include <armagrad/nn/split.hpp>
#include <memory>

#include "apps/mnist_softmax/model/checkpoint.hpp"
#include "apps/mnist_softmax/model/labelled_images.hpp"
#include "settings.hpp"

namespace armagrad::apps {

/// A data set's images, and the net, loss and optimiser that the settings choose for them. The trainers refer
/// to it.
template <class eT>
class Training {
 public:
  using Mat = arma::Mat<eT>;

  /// `data` must outlive this. `threads` share the images of a step.
  Training(const Settings& settings, const Dataset& data, unsigned threads, const Ranks<eT>& ranks = {});
  ~Training();
  Training(const Training&) = delete;  // `used` is an alias of `all`
  Training& operator=(const Training&) = delete;

  const Settings settings;
  const unsigned threads;
  const Ranks<eT> ranks;
  const LabelledImages<eT> all, test;
  const LabelledImages<eT> used;  // the first of all, as many as the settings say
  const Sequential<eT> net;

  /// The metadata that a model file has of the net and its images.
  const nlohmann::json& info() const { return *info_; }

  /// Holds back n of the images used, as the settings say; or each k-th part of them in turn.
  Split hold_back(arma::uword n) const;
  std::vector<Split> folds(arma::uword k) const;
  /// `splits`: those of the images used, of a sweep several.
  Origin origin(const std::vector<Split>& splits) const;
  TrainingOptions<eT> options() const;
  Trainer<eT> trainer(const LabelledImages<eT>& on, const LabelledImages<eT>* validation,
                      const TrainingOptions<eT>& options) const;
  /// Takes the steps that are left; false if `go_on`, asked after each, or an interrupt stopped it.
  bool fit(Trainer<eT>& trainer, const std::function<bool()>& go_on) const;
  double accuracy(const Mat& parameters, const LabelledImages<eT>& of) const;

 private:
  const Dataset& data_;
  const std::unique_ptr<const nlohmann::json> info_;
};

}  // namespace armagrad::apps
