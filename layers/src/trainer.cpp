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

}  // namespace

/// A part of the loss, weights(0) * (sum over some samples) + weights(1) * penalty, as a function of the parameters,
/// the samples, their targets, the keys of dropout and the weights.
template <class eT>
struct Trainer<eT>::Programs {
  explicit Programs(const Trainer& trainer) : evaluate(objective(trainer, false)), descend(objective(trainer, true)) {}

  using Mat = arma::Mat<eT>;
  using Objective = Program<Variables<Mat>, Inputs<Mat, Mat, Mat, Mat>>;

  static Objective objective(const Trainer& trainer, bool training) {
    return Objective(
        [&trainer, training](const auto& theta, const auto& x, const auto& y, const auto& keys, const auto& weights) {
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
          return detail::append_block_sum<eT>(theta.tape(), sum, all, 3, options.blocks, {}) % weights(0, 0) +
                 weights(1, 0) % penalty;
        });
  }

  Objective evaluate, descend;
};

template <class eT>
Trainer<eT>::Trainer(const Sequential<eT>& net, SampleLoss<eT> loss, SampleSet<eT> train,
                     std::optional<SampleSet<eT>> validation, TrainingOptions<eT> options)
    : net_(net),
      loss_(std::move(loss)),
      train_(std::move(train)),
      validation_(std::move(validation)),
      options_(std::move(options)),
      programs_(new Programs(*this)) {
  const uword n = train_.X.n_cols;
  if (n == 0 || train_.Y.n_cols != n) detail::misuse("Trainer", {}, "no samples, or not one target for each");
  full_batch_ = options_.batch_size == 0 || options_.batch_size >= n;
  state_.parameters = net.initial(random_stream(options_.seed, Draw::initial, 0));
  state_.optimizer = initial_state<eT>(options_.optimizer, net.n_parameters());
}

template <class eT>
Trainer<eT>::~Trainer() = default;

template <class eT>
void Trainer<eT>::resume(TrainingState<eT> state) {
  if (arma::size(state.parameters) != arma::size(state_.parameters) ||
      arma::size(state.optimizer) != arma::size(state_.optimizer) || state.position > train_.X.n_cols)
    detail::misuse("Trainer", {}, "the state of another training");
  state_ = std::move(state);
  gradient_of_ = never;
  rate_ = options_.rate(time());
}

template <class eT>
bool Trainer<eT>::start() {
  if (state_.log.empty() || state_.position == train_.X.n_cols) end_epoch();
  return !done();
}

template <class eT>
bool Trainer<eT>::step() {
  if (!start()) return false;
  const uword n = train_.X.n_cols, first = state_.position,
              size = full_batch_ ? n : std::min(options_.batch_size, n - first);
  Mat& g = full_batch_ && !net_.drops() ? full_gradient() : batch_gradient(first, size);
  if (options_.clip > 0) clip_norm(g, options_.clip);
  rate_ = options_.rate(time());
  update(options_.optimizer, state_.parameters, g, state_.optimizer, rate_, state_.steps + 1);
  ++state_.steps;
  state_.position += size;
  if (state_.position == n) end_epoch();
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
  return evaluate(parameters, &gradient);
}

template <class eT>
void Trainer<eT>::accept(const Mat& parameters, double loss) {
  log(figures(parameters, loss), state_.epoch + 1, parameters);
  state_.parameters = parameters;
  ++state_.steps;
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

/// This rank's part of the mean loss over samples first ... first + size - 1 in this order (null: as they come) and of
/// the penalty, summed over all ranks; and the gradient, if asked for. Samples are made and evaluated some at a time,
/// which bounds both the memory and the time until an interrupt is noticed.
template <class eT>
double Trainer<eT>::weighted_sum(bool training, const Mat& parameters, const uword* order, uword first, uword size,
                                 Mat* gradient) {
  auto& program = training ? programs_->descend : programs_->evaluate;
  const uword begin = share_begin(size), mine = share_size(size), most = 64 * options_.blocks.columns;
  const bool drops = training && net_.drops();
  // The keys are those of all ranks' samples; they are not read unless something is dropped.
  const Mat keys =
      drops ? dropout_keys<eT>(random_stream(options_.seed, Draw::dropout, state_.steps), size) : Mat(2, size);
  eT J = 0;
  uword done = 0;
  do {
    if (options_.interrupted && options_.interrupted()) throw Interrupted();
    const uword n = std::min(most, mine - done), at = begin + done;
    const auto some = [&](const Columns<eT>& of, Mat& buffer) {
      return order ? of.chosen(order + first + at, n, buffer) : of.range(first + at, n, buffer);
    };
    const Mat x = some(train_.X, batch_x_), y = some(train_.Y, batch_y_);
    const Mat k = Columns<eT>(keys).range(at, n, batch_x_);
    Mat weights(2, 1);
    weights(0) = eT(1 / double(size));
    weights(1) = eT(done == 0 ? 0.5 * options_.l2 / options_.ranks.size : 0);
    if (!gradient) {
      J += program.value(parameters, x, y, k, weights);
    } else {
      const auto [value, g] = program.value_and_gradient(parameters, x, y, k, weights);
      J += value;
      if (done == 0)
        *gradient = g;
      else
        *gradient += g;
    }
    done += n;
  } while (done < mine);
  return double(J);
}

/// The loss over all training samples, and its gradient if asked for.
template <class eT>
double Trainer<eT>::evaluate(const Mat& parameters, Mat* gradient) {
  eT J = eT(weighted_sum(false, parameters, nullptr, 0, train_.X.n_cols, gradient));
  if (gradient) options_.ranks.sum(gradient->memptr(), gradient->n_elem);
  options_.ranks.sum(&J, 1);
  return double(J);
}

template <class eT>
arma::Mat<eT>& Trainer<eT>::full_gradient() {
  if (gradient_of_ == state_.steps) return gradient_;
  gradient_of_ = never;
  evaluate(state_.parameters, &gradient_);
  gradient_of_ = state_.steps;
  return gradient_;
}

template <class eT>
arma::Mat<eT>& Trainer<eT>::batch_gradient(uword first, uword size) {
  if (!full_batch_ && order_of_ != state_.epoch) {
    order_ = random_stream(options_.seed, Draw::shuffle, state_.epoch).permutation(train_.X.n_cols);
    order_of_ = state_.epoch;
  }
  gradient_of_ = never;
  const double J =
      weighted_sum(true, state_.parameters, full_batch_ ? nullptr : order_.memptr(), first, size, &gradient_);
  options_.ranks.sum(gradient_.memptr(), gradient_.n_elem);
  require_finite(double(J), &gradient_, state_.epoch + 1);
  return gradient_;
}

template <class eT>
void Trainer<eT>::end_epoch() {
  const bool wants_gradient = options_.tolerance > 0 || (full_batch_ && !net_.drops());
  const bool first = state_.log.empty();
  gradient_of_ = never;
  const double loss = evaluate(state_.parameters, wants_gradient ? &gradient_ : nullptr);
  if (wants_gradient) gradient_of_ = state_.steps;
  require_finite(loss, wants_gradient ? &gradient_ : nullptr, state_.epoch + !first);
  const EpochLog after = figures(state_.parameters, loss);
  const double before = first ? arma::datum::inf : state_.log.back().loss;
  const bool is_flat = options_.tolerance > 0 && arma::abs(gradient_).max() <= options_.tolerance,
             stands = std::abs(before - loss) < options_.relative_change * std::abs(loss);
  log(after, state_.epoch + !first, state_.parameters);
  if (!first) state_.position = 0;
  state_.stopped |= is_flat || stands;
}

/// Says whether the data, the loss or only its gradient has what is not finite, and what to try.
template <class eT>
void Trainer<eT>::require_finite(double loss, const Mat* gradient, uword epoch) const {
  if (std::isfinite(loss) && (!gradient || gradient->is_finite())) return;
  for (const auto& [X, name] : {std::pair(&train_.X, "samples"), std::pair(&train_.Y, "targets")}) {
    Mat buffer;
    uword count = 0, row = 0, column = 0;  // how many, and where the first is
    for (uword j = 0; j < X->n_cols; ++j) {
      const arma::uvec found = arma::find_nonfinite(X->range(j, 1, buffer));
      if (count == 0 && !found.is_empty()) row = found[0], column = j;
      count += found.n_elem;
    }
    if (count == 0) continue;
    throw NotFinite("the data are not finite: " + std::to_string(count) + " entries of the " + name +
                    ", the first in row " + std::to_string(row) + " of column " + std::to_string(column));
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

template <class eT>
EpochLog Trainer<eT>::figures(const Mat& parameters, double loss) const {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto scores_of = [&](const Columns<eT>& X) {
    return outputs(net_, parameters, X, options_.blocks.threads, options_.interrupted);
  };
  const uword some = std::min<uword>(train_.X.n_cols, 10'000);
  Mat buffer;
  EpochLog figures{loss, share_right(scores_of(train_.X.head(some)), train_.Y.range(0, some, buffer)), none, none};
  if (validation_) {
    const Mat scores = scores_of(validation_->X), Y = validation_->Y.range(0, scores.n_cols, buffer);
    Tape<eT> tape;
    figures.validation_loss =
        loss_(tape.constant(view(scores)), tape.constant(view(Y))).scalar() / double(scores.n_cols);
    figures.validation_accuracy = share_right(scores, Y);
  }
  return figures;
}

/// Begins an epoch after one with these figures and parameters: keeps the best and decides whether to stop. If memory
/// ends, nothing has changed.
template <class eT>
void Trainer<eT>::log(const EpochLog& figures, uword epoch, const Mat& parameters) {
  const bool is_best =
      validation_ && (state_.log.empty() || figures.validation_loss < state_.log[state_.best_epoch].validation_loss);
  Mat best = is_best ? parameters : Mat();
  state_.log.push_back(figures);
  state_.epoch = epoch;
  if (is_best) {
    state_.best_epoch = epoch;
    state_.best = std::move(best);
  }
  state_.stopped |= validation_ && options_.patience > 0 && epoch >= state_.best_epoch + options_.patience;
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace armagrad
