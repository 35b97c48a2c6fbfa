#include <algorithm>
#include <armagrad/armagrad.hpp>
#include <armagrad/nn/dropout.hpp>
#include <armagrad/nn/trainer.hpp>
#include <cmath>
#include <limits>
#include <sstream>

namespace armagrad {

namespace {

/// The purposes for which a training draws random numbers, a stream of them each.
enum class Draw : std::uint64_t { initial, shuffle, dropout };
Random random_stream(std::uint64_t seed, Draw purpose, uword index) {
  return Random(seed, std::uint64_t(purpose) << 56 | index);
}

/// Columns first ... first + n - 1 as an alias of X's memory.
template <class eT>
arma::Mat<eT> columns(const arma::Mat<eT>& X, uword first, uword n) {
  return arma::Mat<eT>(const_cast<eT*>(X.memptr()) + first * X.n_rows, X.n_rows, n, false, true);
}
template <class eT>
arma::Mat<eT> one_by_one(double x) {
  return arma::Mat<eT>(1, 1, arma::fill::value(eT(x)));
}

}  // namespace

/// A rank's part of the loss, weight * (sum over its samples) + its share of the penalty, as a function of
/// the parameters, the samples, their targets, the keys of dropout and the weight.
template <class eT>
struct Trainer<eT>::Programs {
  explicit Programs(const Trainer& trainer) : evaluate(objective(trainer, false)), descend(objective(trainer, true)) {}

  using Mat = arma::Mat<eT>;
  using Objective = Program<Variables<Mat>, Inputs<Mat, Mat, Mat, Mat>>;

  static Objective objective(const Trainer& trainer, bool training) {
    return Objective(
        [&trainer, training](const auto& theta, const auto& x, const auto& y, const auto& keys, const auto& weight) {
          const Sequential<eT>& net = trainer.net_;
          const TrainingOptions<eT>& options = trainer.options_;
          std::vector<Var<eT>> all = net.split(theta);
          const std::size_t n = all.size();
          Var<eT> penalty = theta.tape().constant(eT(0));
          for (std::size_t k = 0; k < n; ++k) {
            if (options.l2 != 0 && net.parts()[k].name.ends_with("weight")) penalty = penalty + accu(square(all[k]));
          }
          all.insert(all.end(), {x, y, keys});
          const detail::Function<eT> sum = [&trainer, &net, training, n](std::span<const Var<eT>> v) {
            const Pass<eT> pass = training ? Pass<eT>{&v[n + 2]} : Pass<eT>{};
            return trainer.loss_(net.forward(v.first(n), v[n], pass), v[n + 1]);
          };
          return detail::append_block_sum<eT>(theta.tape(), sum, all, 3, options.blocks, {}) % weight +
                 0.5 * options.l2 / options.ranks.size * penalty;
        });
  }

  Objective evaluate, descend;
};

template <class eT>
Trainer<eT>::Trainer(const Sequential<eT>& net, SampleLoss<eT> loss, SampleSet<eT> train,
                     std::optional<SampleSet<eT>> validation, TrainingOptions<eT> options)
    : net_(net),
      loss_(std::move(loss)),
      train_(train),
      validation_(validation),
      options_(std::move(options)),
      programs_(new Programs(*this)) {
  const uword n = train.X.n_cols;
  if (n == 0 || train.Y.n_cols != n) detail::misuse("Trainer", {}, "no samples, or not one target for each");
  full_batch_ = options_.batch_size == 0 || options_.batch_size >= n;
  state_.parameters = net.initial(random_stream(options_.seed, Draw::initial, 0));
  state_.optimizer = initial_state<eT>(options_.optimizer, net.n_parameters());
}

template <class eT>
Trainer<eT>::~Trainer() = default;

template <class eT>
void Trainer<eT>::resume(TrainingState<eT> state) {
  if (arma::size(state.parameters) != arma::size(state_.parameters) ||
      arma::size(state.optimizer) != arma::size(state_.optimizer) || state.position >= train_.X.n_cols)
    detail::misuse("Trainer", {}, "the state of another training");
  state_ = std::move(state);
  gradient_of_ = never;
  rate_ = options_.rate(time());
}

template <class eT>
bool Trainer<eT>::start() {
  if (state_.log.empty()) end_epoch();
  return !done();
}

template <class eT>
bool Trainer<eT>::step() {
  if (!start()) return false;
  const uword n = train_.X.n_cols, first = state_.position,
              size = full_batch_ ? n : std::min(options_.batch_size, n - first);
  Mat& g = full_batch_ && !net_.drops() ? full_gradient() : batch_gradient(first, size);
  if (options_.clip > 0) clip_norm(g, options_.clip);
  ++state_.steps;
  rate_ = options_.rate(time());
  update(options_.optimizer, state_.parameters, g, state_.optimizer, rate_, state_.steps);
  state_.position += size;
  if (state_.position == n) {
    state_.position = 0;
    ++state_.epoch;
    end_epoch();
  }
  return !done();
}

template <class eT>
void Trainer<eT>::run(const std::function<bool()>& go_on) {
  bool more = start();
  while (more) {
    more = step();
    more = go_on() && more;
  }
}

template <class eT>
double Trainer<eT>::EvaluateWithGradient(const Mat& parameters, Mat& gradient) {
  return evaluate(train_, parameters, &gradient);
}

template <class eT>
void Trainer<eT>::accept(const Mat& parameters, double loss) {
  state_.parameters = parameters;
  ++state_.steps;
  ++state_.epoch;
  log(loss);
}

template <class eT>
double Trainer<eT>::gradient_norm() {
  return arma::norm(full_gradient(), "fro");
}

/// The first of the columns 0 ... size - 1 that this rank takes, and how many it takes.
template <class eT>
uword Trainer<eT>::share_begin(uword size) const {
  return size * options_.ranks.rank / options_.ranks.size;
}

template <class eT>
uword Trainer<eT>::share_size(uword size) const {
  return size * (options_.ranks.rank + 1) / options_.ranks.size - share_begin(size);
}

/// The loss over all samples of a set, and its gradient if asked for.
template <class eT>
double Trainer<eT>::evaluate(const SampleSet<eT>& set, const Mat& parameters, Mat* gradient) {
  const uword n = set.X.n_cols, first = share_begin(n), size = share_size(n);
  const Mat x = columns(set.X, first, size), y = columns(set.Y, first, size), keys(2, size),
            weight = one_by_one<eT>(1 / double(n));
  eT J;
  if (gradient) {
    const auto [value, g] = programs_->evaluate.value_and_gradient(parameters, x, y, keys, weight);
    J = value;
    *gradient = g;
    options_.ranks.sum(gradient->memptr(), gradient->n_elem);
  } else {
    J = programs_->evaluate.value(parameters, x, y, keys, weight);
  }
  options_.ranks.sum(&J, 1);
  return double(J);
}

template <class eT>
arma::Mat<eT>& Trainer<eT>::full_gradient() {
  if (gradient_of_ != state_.steps) evaluate(train_, state_.parameters, &gradient_);
  gradient_of_ = state_.steps;
  return gradient_;
}

/// Columns first ... first + n - 1 of the shuffled order, gathered in `buffer`; for the full batch an alias.
template <class eT>
arma::Mat<eT> Trainer<eT>::batch(const Mat& X, Mat& buffer, uword first, uword n) {
  if (full_batch_) return columns(X, first, n);
  buffer.set_size(X.n_rows, n);
  for (uword i = 0; i < n; ++i) std::copy_n(X.colptr(order_[first + i]), X.n_rows, buffer.colptr(i));
  return columns(buffer, 0, n);
}

template <class eT>
arma::Mat<eT>& Trainer<eT>::batch_gradient(uword first, uword size) {
  if (!full_batch_ && order_of_ != state_.epoch) {
    order_ = random_stream(options_.seed, Draw::shuffle, state_.epoch).permutation(train_.X.n_cols);
    order_of_ = state_.epoch;
  }
  const uword begin = share_begin(size), mine = share_size(size);
  const Mat x = batch(train_.X, batch_x_, first + begin, mine), y = batch(train_.Y, batch_y_, first + begin, mine);
  Mat keys(2, size);  // of all ranks' samples; not read unless something is dropped
  if (net_.drops()) keys = dropout_keys<eT>(random_stream(options_.seed, Draw::dropout, state_.steps), size);
  const Mat my_keys = columns(keys, begin, mine);
  const Mat weight = one_by_one<eT>(1 / double(size));
  gradient_of_ = never;
  const auto [J, g] = programs_->descend.value_and_gradient(state_.parameters, x, y, my_keys, weight);
  gradient_ = g;
  options_.ranks.sum(gradient_.memptr(), gradient_.n_elem);
  require_finite(double(J), &gradient_, state_.epoch + 1);
  return gradient_;
}

template <class eT>
void Trainer<eT>::end_epoch() {
  const bool wants_gradient = options_.tolerance > 0 || (full_batch_ && !net_.drops());
  const double loss = evaluate(train_, state_.parameters, wants_gradient ? &gradient_ : nullptr);
  gradient_of_ = wants_gradient ? state_.steps : never;
  require_finite(loss, wants_gradient ? &gradient_ : nullptr, state_.epoch);
  const double before = state_.log.empty() ? arma::datum::inf : state_.log.back().loss;
  log(loss);
  state_.stopped |= options_.tolerance > 0 && arma::abs(gradient_).max() <= options_.tolerance;
  state_.stopped |= std::abs(before - loss) < options_.relative_change * std::abs(loss);
}

/// Says whether the data, the loss or only its gradient has what is not finite, and what to try.
template <class eT>
void Trainer<eT>::require_finite(double loss, const Mat* gradient, uword epoch) const {
  if (std::isfinite(loss) && (!gradient || gradient->is_finite())) return;
  for (const auto& [X, name] : {std::pair(&train_.X, "samples"), std::pair(&train_.Y, "targets")}) {
    const arma::uvec where = arma::find_nonfinite(*X);
    if (where.is_empty()) continue;
    throw NotFinite("the data are not finite: " + std::to_string(where.n_elem) + " entries of the " + name +
                    ", the first in row " + std::to_string(where[0] % X->n_rows) + " of column " +
                    std::to_string(where[0] / X->n_rows));
  }
  std::ostringstream what;
  what << (std::isfinite(loss) ? "the loss is finite and its gradient is " : "the loss is ");
  if (state_.steps == 0)
    what << "not finite at the start: try other initial weights or a smaller l2";
  else
    what << "no longer finite in epoch " << epoch << ", after " << state_.steps
         << " steps, the last with a learning rate of " << rate_
         << ": try a smaller one, a warm-up, or clip the gradient";
  throw NotFinite(what.str());
}

/// Logs the figures of an epoch, keeps the best parameters and decides whether to stop.
template <class eT>
void Trainer<eT>::log(double loss) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const uword some = std::min<uword>(train_.X.n_cols, 10'000);
  const double fit = accuracy(net_, state_.parameters, columns(train_.X, 0, some), columns(train_.Y, 0, some),
                              options_.blocks.threads);
  EpochLog figures{loss, fit, none, none};
  if (validation_) {
    const Mat scores = outputs(net_, state_.parameters, validation_->X, options_.blocks.threads);
    Tape<eT> tape;
    figures.validation_loss =
        loss_(tape.constant(view(scores)), tape.constant(view(validation_->Y))).scalar() / double(scores.n_cols);
    figures.validation_accuracy = share_right(scores, validation_->Y);
    if (state_.log.empty() || figures.validation_loss < state_.log[state_.best_epoch].validation_loss) {
      state_.best_epoch = state_.epoch;
      state_.best = state_.parameters;
    }
    state_.stopped |= options_.patience > 0 && state_.epoch >= state_.best_epoch + options_.patience;
  }
  state_.log.push_back(figures);
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace armagrad
