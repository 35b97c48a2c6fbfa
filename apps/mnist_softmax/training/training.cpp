#include "training.hpp"

#include <armagrad/nn/lbfgs.hpp>
#include <armagrad/nn/losses.hpp>
#include <nlohmann/json.hpp>

#include "apps/datasets/data.hpp"
#include "apps/io/sha256.hpp"

namespace armagrad::apps {

namespace {

constexpr std::uint64_t split_stream = std::uint64_t(255) << 56;

/// JSON is UTF-8, a path need not be: other bytes become U+FFFD.
std::string as_utf8(const std::string& text) {
  return nlohmann::json::parse(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

nlohmann::json description(const Settings& settings, const Dataset& data) {
  nlohmann::json info{{"dataset", as_utf8(data.name)},
                      {"classes", data.class_names},
                      {"width", data.width},
                      {"height", data.height},
                      {"l2", settings.l2}};
  describe(settings.net, info);
  return info;
}

/// An alias of the first n columns (0: of all).
template <class eT>
arma::Mat<eT> head(const arma::Mat<eT>& x, arma::uword n) {
  return arma::Mat<eT>(const_cast<eT*>(x.memptr()), x.n_rows, n == 0 ? x.n_cols : n, false, true);
}

}  // namespace

template <class eT>
Training<eT>::Training(const Settings& with, const Dataset& data, unsigned n_threads, const Ranks<eT>& among)
    : settings(with),
      threads(n_threads),
      ranks(among),
      all(labelled<eT>(data.train, data.class_names.size())),
      test(labelled<eT>(data.test, data.class_names.size())),
      used{all.X.head(with.train_size == 0 ? all.X.n_cols : with.train_size), head(all.Y, with.train_size)},
      net(make_net<eT>(with.net, {1, data.height, data.width}, data.class_names.size(), with.init)),
      data_(data),
      info_(new nlohmann::json(description(with, data))) {}

template <class eT>
Training<eT>::~Training() = default;

template <class eT>
Split Training<eT>::hold_back(arma::uword n) const {
  return split(arma::index_max(used.Y, 0), n, Random(settings.seed, split_stream), settings.stratify);
}

template <class eT>
std::vector<Split> Training<eT>::folds(arma::uword k) const {
  return armagrad::folds(arma::index_max(used.Y, 0), k, Random(settings.seed, split_stream), settings.stratify);
}

template <class eT>
Origin Training<eT>::origin(const std::vector<Split>& splits) const {
  Sha256 held_back;
  for (const Split& split : splits)
    held_back.update(split.validation.memptr(), split.validation.n_elem * sizeof(arma::uword));
  return {settings.as_json(), training_digest(data_, used.X.n_cols), held_back.hex_digest()};
}

template <class eT>
TrainingOptions<eT> Training<eT>::options() const {
  auto options = training_options<eT>(settings, threads);
  options.ranks = ranks;
  return options;
}

template <class eT>
Trainer<eT> Training<eT>::trainer(const LabelledImages<eT>& on, const LabelledImages<eT>* validation,
                                  const TrainingOptions<eT>& options) const {
  const auto loss = [smoothing = settings.smoothing](const auto& scores, const auto& y) {
    return cross_entropy(scores, Argument<eT>(y), smoothing);
  };
  std::optional<SampleSet<eT>> held_back;
  if (validation) held_back.emplace(SampleSet<eT>{validation->X, validation->Y});
  return Trainer<eT>(net, loss, {on.X, on.Y}, held_back, options);
}

template <class eT>
bool Training<eT>::fit(Trainer<eT>& trainer, const std::function<bool()>& go_on) const {
  bool wanted = true;
  const auto asked = [&] { return wanted = go_on(); };
  try {
    if (settings.optimizer != "lbfgs") {
      trainer.run(asked);
    } else if (trainer.start()) {
      Mat theta = trainer.state().parameters;
      LbfgsOptions options{settings.epochs - trainer.state().epoch, settings.tolerance};
      if (settings.relative_change > 0) options.relative_change = settings.relative_change;
      lbfgs(trainer, theta, options, [&](double loss) {
        trainer.accept(theta, loss);
        return asked() && !trainer.done();
      });
    }
  } catch (const Interrupted&) {
    return false;
  }
  return wanted;
}

template <class eT>
double Training<eT>::accuracy(const Mat& parameters, const LabelledImages<eT>& of) const {
  return armagrad::accuracy(net, parameters, of.X, of.Y, threads);
}

template class Training<float>;
template class Training<double>;

}  // namespace armagrad::apps
