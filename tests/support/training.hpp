#pragma once
// A small classification task, and trainings of it, for the tests of the trainer and of checkpoints.

#include <armagrad/armagrad.hpp>
#include <armagrad/nn/losses.hpp>
#include <armagrad/nn/trainer.hpp>
#include <cstring>

namespace armagrad::testing {

inline const std::vector<std::pair<std::string, Optimizer>> first_order{
    {"sgd", Sgd{}},
    {"momentum", Sgd{.momentum = 0.9}},
    {"nesterov", Sgd{.momentum = 0.9, .nesterov = true}},
    {"rmsprop", RmsProp{}},
    {"adam", Adam{}},
    {"adamw", Adam{.weight_decay = 0.01}}};

template <class eT>
struct Task {
  static constexpr uword n = 50, n_validation = 20;
  arma::Mat<eT> X = arma::Mat<eT>(6, n), Y = arma::zeros<arma::Mat<eT>>(3, n), VX = arma::Mat<eT>(6, n_validation),
                VY = arma::zeros<arma::Mat<eT>>(3, n_validation);
  Sequential<eT> net{
      {6},
      {linear<eT>(5), activation<eT>("tanh", [](const auto& x) { return tanh(x); }), dropout<eT>(0.3), linear<eT>(3)}};
  TrainingOptions<eT> options{
      .epochs = 4, .batch_size = 16, .rate = cosine(0.02, 4), .clip = 2, .l2 = 1e-3, .seed = 9, .blocks = {4, 1, 1}};

  Task() {
    Random random(4);
    for (auto [x, y] : {std::pair(&X, &Y), std::pair(&VX, &VY)}) {
      for (eT& entry : *x) entry = eT(random.normal());
      for (uword j = 0; j < x->n_cols; ++j) (*y)(x->col(j).head(3).index_max(), j) = 1;
    }
  }

  std::unique_ptr<Trainer<eT>> trainer(bool validated = true) const {
    const auto loss = [](const auto& scores, const auto& y) { return cross_entropy<eT>(scores, y); };
    return std::make_unique<Trainer<eT>>(net, loss, SampleSet<eT>{X, Y},
                                         validated ? std::optional(SampleSet<eT>{VX, VY}) : std::nullopt, options);
  }
};

template <class eT>
bool same_bits(const arma::Mat<eT>& a, const arma::Mat<eT>& b) {
  return arma::size(a) == arma::size(b) &&
         (a.is_empty() || std::memcmp(a.memptr(), b.memptr(), a.n_elem * sizeof(eT)) == 0);
}
template <class eT>
bool same_bits(const TrainingState<eT>& a, const TrainingState<eT>& b) {
  return same_bits(a.parameters, b.parameters) && same_bits(a.optimizer, b.optimizer) && same_bits(a.best, b.best) &&
         a.steps == b.steps && a.epoch == b.epoch && a.position == b.position && a.stopped == b.stopped &&
         a.best_epoch == b.best_epoch && a.log.size() == b.log.size() &&
         std::memcmp(a.log.data(), b.log.data(), a.log.size() * sizeof(EpochLog)) == 0;
}

}  // namespace armagrad::testing
