#include "train_report.hpp"

#include <nlohmann/json.hpp>

#include "apps/io/sha256.hpp"
#include "machine.hpp"

namespace armagrad::apps {

template <class eT>
TrainReport report_of(const Training<eT>& training, Trainer<eT>& trainer, const LabelledImages<eT>& on) {
  const arma::Mat<eT>& theta = trainer.parameters();
  const auto& state = trainer.state();
  const auto bytes = std::string_view(reinterpret_cast<const char*>(theta.memptr()), theta.n_elem * sizeof(eT));
  return {.settings = training.settings,
          .dataset = training.info()["dataset"],
          .pass = training.settings.pass(),
          .used = training.used.X.n_cols,
          .all = training.all.X.n_cols,
          .tested = training.test.X.n_cols,
          .held_back = training.used.X.n_cols - on.X.n_cols,
          .trained_on = on.X.n_cols,
          .log = state.log,
          .epochs = state.epoch,
          .steps = state.steps,
          .best_epoch = state.best_epoch,
          .parameters = theta.n_elem,
          .l2 = trainer.options().l2,
          .gradient_norm = trainer.gradient_norm(),
          .fit_accuracy = training.accuracy(theta, on),
          .train_accuracy = training.accuracy(theta, training.all),
          .test_accuracy = training.accuracy(theta, training.test),
          .sha256 = sha256_hex(bytes),
          .threads = training.threads,
          .ranks = training.ranks.size,
          .seconds = 0};
}

template TrainReport report_of(const Training<float>&, Trainer<float>&, const LabelledImages<float>&);
template TrainReport report_of(const Training<double>&, Trainer<double>&, const LabelledImages<double>&);

std::ostream& operator<<(std::ostream& out, const TrainReport& r) {
  out << "loss " << r.log.back().loss << " after " << r.epochs << ' ' << r.pass << "s, |gradient| " << r.gradient_norm
      << '\n';
  if (r.log.back().loss > r.log.front().loss)
    out << "that is more than it began with: try a smaller learning rate, a warm-up, or clip the gradient\n";
  if (r.held_back > 0)
    out << "the smallest loss on the " << r.held_back << " images held back: " << r.log[r.best_epoch].validation_loss
        << " after " << r.best_epoch << ' ' << r.pass << "s, accuracy " << r.log[r.best_epoch].validation_accuracy
        << '\n';
  return out << "accuracy on the " << r.trained_on << " images trained on: " << r.fit_accuracy << '\n'
             << "accuracy on all " << r.all << " training images: " << r.train_accuracy << '\n'
             << "accuracy on the " << r.tested << " test images: " << r.test_accuracy << '\n';
}

nlohmann::ordered_json as_json(const TrainReport& r) {
  std::vector<double> losses, validation_losses, validation_accuracies;
  for (const EpochLog& epoch : r.log) {
    losses.push_back(epoch.loss);
    validation_losses.push_back(epoch.validation_loss);
    validation_accuracies.push_back(epoch.validation_accuracy);
  }
  nlohmann::ordered_json json{{"dataset", r.dataset},  {"train_size", r.used}, {"epochs_run", r.epochs},
                              {"steps", r.steps},      {"l2", r.l2},           {"loss", r.log.back().loss},
                              {"loss_history", losses}};
  if (r.held_back > 0) {
    json["validation_loss_history"] = validation_losses;
    json["validation_accuracy_history"] = validation_accuracies;
    json["best_epoch"] = r.best_epoch;
  }
  json.update({{"gradient_norm", r.gradient_norm},
               {"fit_accuracy", r.fit_accuracy},
               {"train_accuracy", r.train_accuracy},
               {"test_accuracy", r.test_accuracy},
               {"parameters", r.parameters},
               {"sha256", r.sha256},
               {"settings", r.settings.as_json()},
               {"blas", blas().config},
               {"blas_core", blas().core},
               {"threads", r.threads},
               {"ranks", r.ranks},
               {"seconds", r.seconds}});
  return json;
}

}  // namespace armagrad::apps
