#include "sweep_fits.hpp"
#include <armagrad/detail/threads.hpp>

#include <armagrad/sum_over_samples.hpp>
#include <nlohmann/json.hpp>

#include "apps/io/data_error.hpp"
#include "apps/mnist_softmax/model/model_file.hpp"
#include "apps/text/numbers.hpp"

namespace armagrad::apps {

namespace {

/// A fit that ends where it has converged, of a loss with one minimum: where it begins makes no difference
/// but in time.
bool starts_do_not_matter(const Settings& s) {
  return s.net.kind == "softmax" && (s.optimizer == "lbfgs" || s.tolerance > 0 || s.relative_change > 0);
}

std::string name_of(std::size_t path) { return "sweep." + std::to_string(path); }

}  // namespace

template <class eT>
SweepFits<eT>::SweepFits(const Training<eT>& training, const Grid& grid, std::vector<Split> splits)
    : training_(training),
      grid_(grid),
      splits_(std::move(splits)),
      origin_(origin()),
      warm_(starts_do_not_matter(training.settings)) {
  for (auto l2 = grid.l2.rbegin(); l2 != grid.l2.rend(); ++l2) {
    Settings fit = training.settings;
    fit.l2 = *l2;
    epochs_.push_back(fit.expected_epochs());
  }
  for (const Split& split : splits_) {
    for (const arma::uword batch_size : grid.batch_size) {
      for (const double rate : grid.rate) paths_.push_back({&split, {0, rate, batch_size}, {}, {}});
    }
  }
}

template <class eT>
arma::uword SweepFits<eT>::done() const {
  arma::uword n = 0;
  for (const Path& path : paths_) n += path.done.size();
  return n;
}

template <class eT>
Origin SweepFits<eT>::origin() const {
  Origin origin = training_.origin(splits_);
  origin.settings.update({{"l2", grid_.l2},
                          {"batch_size", grid_.batch_size},
                          {"lr", grid_.rate},
                          {"folds", splits_.size()},
                          {"held_back", splits_[0].validation.n_elem}});
  return origin;
}

template <class eT>
void SweepFits<eT>::keep(const std::filesystem::path& file) const {
  nlohmann::json done;
  ModelFile kept;
  for (std::size_t k = 0; k < paths_.size(); ++k) {
    nlohmann::json fits = nlohmann::json::array();
    for (const Validation& v : paths_[k].done) fits.push_back({v.loss, v.accuracy, v.loss_error, v.accuracy_error});
    done.push_back(fits);
    kept.arrays[name_of(k)] = paths_[k].last;
  }
  kept.info["sweep"] = as_json(origin_);
  kept.info["sweep"]["done"] = done;
  save_model(file, kept);
}

template <class eT>
void SweepFits<eT>::resume(const std::filesystem::path& file) {
  const ModelFile kept = load_model(file);
  if (!kept.info.is_object() || !kept.info.contains("sweep") || kept.info.contains("kind"))
    fail(file, "not a checkpoint of a sweep");
  try {
    const nlohmann::json& sweep = kept.info.at("sweep");
    require_same_origin(file, sweep, origin_);
    for (std::size_t k = 0; k < paths_.size(); ++k) {
      for (const nlohmann::json& fit : sweep.at("done").at(k)) {
        const auto number = [&fit](std::size_t i) {  // NaN is written as null
          return fit.at(i).is_null() ? arma::datum::nan : fit.at(i).get<double>();
        };
        paths_[k].done.push_back({number(0), number(1), number(2), number(3)});
      }
      const auto found = kept.arrays.find(name_of(k));
      const auto* last = found == kept.arrays.end() ? nullptr : std::get_if<arma::Mat<eT>>(&found->second);
      if (!last || (!last->is_empty() && last->n_elem != training_.net.n_parameters()) ||
          paths_[k].done.size() > grid_.l2.size())
        fail(file, "not a checkpoint of this sweep: its fits are not those of this grid");
      paths_[k].last = *last;
    }
  } catch (const nlohmann::json::exception&) {
    fail(file, "not a checkpoint of this sweep: its fits cannot be read");
  }
}

template <class eT>
bool SweepFits<eT>::run(unsigned jobs, const Watch& watch) {
  // Held once for all: a fit that ends must not give BLAS its threads back while others run.
  const detail::OneBlasThread hold;
  const auto workers = unsigned(std::clamp<std::size_t>(paths_.size(), 1, jobs));
  std::atomic<std::size_t> next = 0;
  stop_ = false;
  detail::in_threads(workers, [&](unsigned) {
    try {
      for (std::size_t k = next++; k < paths_.size() && !stop_; k = next++) follow(paths_[k], jobs / workers, watch);
    } catch (...) {
      stop_ = true;
      throw;
    }
  });
  return !stop_;
}

template <class eT>
typename SweepFits<eT>::Progress SweepFits<eT>::progress() const {
  double fits = 0, passed = 0, all = 0;
  for (const Path& path : paths_) {
    const double at = double(path.done.size()) + path.under_way;
    fits += at;
    for (std::size_t i = 0; i < epochs_.size(); ++i) {
      all += epochs_[i];
      passed += epochs_[i] * std::clamp(at - double(i), 0.0, 1.0);
    }
  }
  return {fits, passed / all, last_};
}

template <class eT>
void SweepFits<eT>::follow(Path& path, unsigned threads, const Watch& watch) {
  const std::size_t n = grid_.l2.size();
  if (path.done.size() == n) return;
  const LabelledImages<eT> on = chosen(training_.used, path.split->train),
                           held_back = chosen(training_.used, path.split->validation);
  while (path.done.size() < n) {
    path.point.l2 = grid_.l2[n - 1 - path.done.size()];
    const Settings settings = path.point.in(training_.settings);
    Trainer<eT> trainer = training_.trainer(on, nullptr, training_options<eT>(settings, threads));
    if (!path.last.is_empty()) {
      TrainingState<eT> start = trainer.state();
      start.parameters = path.last;
      trainer.resume(start);
    }
    Validation figures;
    try {
      const bool complete = training_.fit(trainer, [&] {
        const std::lock_guard lock(mutex_);
        path.under_way = std::min(1.0, trainer.time() / settings.expected_epochs());
        watch.progress(progress());
        if (!watch.go_on()) stop_ = true;
        return !stop_;
      });
      if (complete)
        figures = validation(
            outputs(training_.net, trainer.parameters(), held_back.X, threads, trainer.options().interrupted),
            held_back.Y);
      else
        stop_ = true;
    } catch (const NotFinite&) {
    } catch (const Interrupted&) {
      stop_ = true;
    }
    if (stop_) return;
    const std::lock_guard lock(mutex_);
    if (warm_ && !std::isnan(figures.loss)) path.last = trainer.parameters();
    path.done.push_back(figures);
    path.under_way = 0;
    last_ = "l2 " + significant(path.point.l2) + ": " +
            (std::isnan(figures.loss) ? "diverged" : "loss " + significant(figures.loss));
    watch.after_fit();
    watch.progress(progress());
  }
}

template <class eT>
SweepTable SweepFits<eT>::table() const {
  SweepTable table;
  table.held_back = splits_[0].validation.n_elem;
  const std::size_t of_a_fold = paths_.size() / splits_.size(), n = grid_.l2.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < of_a_fold; ++k) {
      SweepTable::Row row{paths_[k].point, {}, {}};
      row.point.l2 = grid_.l2[i];
      for (std::size_t p = k; p < paths_.size(); p += of_a_fold) row.folds.push_back(paths_[p].done.at(n - 1 - i));
      row.all = over_folds(row.folds);
      table.rows.push_back(row);
    }
  }
  table.choose();
  return table;
}

template class SweepFits<float>;
template class SweepFits<double>;

}  // namespace armagrad::apps
