#include <armagrad/problems.hpp>

#include <armagrad/detail/threads.hpp>
#include <armagrad/ops/all.hpp>

#include <deque>

#include "named_errors.hpp"
#include "newton.hpp"

namespace armagrad::detail {

namespace {

/// The recordings of a thread, which are replayed for one problem after the other.
template <class eT>
class ProblemReplay {
 public:
  explicit ProblemReplay(const ProblemSet<eT>& problems)
      : problems_(problems),
        hessian_([&loss = problems.loss](std::span<const Var<eT>> x) { return hessian(loss, x); }) {
    for (const ProblemArgument<eT>& a : problems.arguments) now_.push_back(a.first);
  }
  void move_to(uword problem) {
    for (std::size_t k = 0; k < now_.size(); ++k)
      now_[k].data = problems_.arguments[k].first.data + problem * problems_.arguments[k].step;
  }
  void move_variable_to(const eT* data) { now_[0].data = data; }
  Shape shape() const { return now_[0].shape; }

  /// The loss, and its gradient until the next call.
  std::pair<eT, const arma::Mat<eT>&> value_and_gradient() {
    CompiledLoss<eT>& r = bound(loss_recording_, losses_, problems_.loss);
    engine_of(r.tape()).run(r.both);
    return {r.root.scalar(), r.tape().gradient(r.leaves[0])};
  }
  void put_hessian(eT* out) {
    CompiledLoss<eT>& r = bound(hessian_recording_, hessians_, hessian_);
    Engine<eT>& engine = engine_of(r.tape());
    engine.run(r.forward);
    std::copy_n(engine.data(r.root.index()), r.root.n_elem, out);
  }
  /// Whether the loss asked for values when it was recorded for this problem.
  bool reads_values() { return losses_.bind(problems_.loss, now_).reads_values(); }
  void record_hessian() { hessians_.bind(hessian_, now_); }

 private:
  /// The recording for the problem. Without values asked for it is that of all problems, and only has to be laid over
  /// the numbers of this one.
  CompiledLoss<eT>& bound(CompiledLoss<eT>*& last, CompiledLosses<eT>& recordings, const Function<eT>& f) {
    if (!last || last->reads_values()) return *(last = &recordings.bind(f, now_));
    for (std::size_t k = 0; k < now_.size(); ++k) {
      if (now_[k].shape.size() != 0) engine_of(last->tape()).rebind(last->leaves[k].index(), now_[k].data);
    }
    return *last;
  }
  /// The Hessian as a node: as problems are small, all of its columns side by side.
  static Var<eT> hessian(const Function<eT>& loss, std::span<const Var<eT>> x) {
    const Var<eT> g = append_gradients<eT>(loss(x), x.first(1))[0];
    std::vector<Var<eT>> columns;
    for (uword i = 0; i < g.n_elem; ++i) {
      arma::Mat<eT> unit(g.n_rows, g.n_cols, arma::fill::zeros);
      unit[i] = 1;
      columns.push_back(vectorise(append_gradients<eT>(Var<eT>(dot(g, unit)), x.first(1))[0]));
    }
    return join_rows(columns);
  }

  const ProblemSet<eT>& problems_;
  Function<eT> hessian_;
  CompiledLosses<eT> losses_, hessians_{Optimise::yes, Recorded::function};
  CompiledLoss<eT>*loss_recording_ = nullptr, *hessian_recording_ = nullptr;
  std::vector<Given<eT>> now_;
};

void check_counts(const char* name, const auto& problems) {
  const uword due = *problems.arguments[0].count;
  for (std::size_t k = 1; k < problems.arguments.size(); ++k) {
    const auto& a = problems.arguments[k];
    if (a.count && *a.count != due)
      misuse(name, a.at,
             "argument " + std::to_string(k + 1) + " of the loss has parts for " + std::to_string(*a.count) +
                 " problems, but there are variables of " + std::to_string(due));
  }
}

/// f(replay, k) for each problem k, to which the replay has moved, by threads that each have some in a row.
template <class eT, class F>
void for_each_problem(const char* name, const ProblemSet<eT>& problems, bool with_hessians, F f) {
  check_counts(name, problems);
  const uword n = *problems.arguments[0].count;
  if (n == 0 || (with_hessians && problems.arguments[0].step == 0)) return;
  const OneBlasThread hold;
  std::deque<ProblemReplay<eT>> replays;
  unsigned threads = 1;
  for (unsigned t = 0; t < threads; ++t) {  // here, as the loss may not be called by several threads at once
    ProblemReplay<eT>& replay = replays.emplace_back(problems);
    with_named_errors(
        name, {},
        [&] {
          if (!replay.reads_values()) threads = unsigned(std::clamp<uword>(problems.threads.count, 1, n));
          if (with_hessians) replay.record_hessian();
        },
        [] { return std::string("problem 0"); });
  }
  const auto work = [&](unsigned t) {
    uword k = n * t / threads;
    with_named_errors(
        name, {},
        [&] {
          for (; k < n * (t + 1) / threads; ++k) {
            replays[t].move_to(k);
            f(replays[t], k);
          }
        },
        [&] { return "problem " + std::to_string(k); });
  };
  in_threads(threads, std::cref(work));
}

/// One of the problems at one x.
template <class eT>
class ProblemPoint {
 public:
  using Source = ProblemReplay<eT>*;
  ProblemPoint(Source replay, const arma::Mat<eT>& x) : replay_(*replay), x_(x) {
    replay_.move_variable_to(x_.memptr());
    const auto [J, g] = replay_.value_and_gradient();
    loss_ = J;
    gradient_ = arma::vectorise(g);
  }
  double merit() const { return double(loss_); }
  const arma::Col<eT>& value() const { return gradient_; }
  arma::Mat<eT> jacobian() const {
    arma::Mat<eT> H(x_.n_elem, x_.n_elem);
    replay_.put_hessian(H.memptr());
    return H;
  }

 private:
  ProblemReplay<eT>& replay_;
  arma::Mat<eT> x_;
  eT loss_ = 0;
  arma::Col<eT> gradient_;
};

}  // namespace

template <class eT>
void put_losses_and_gradients(const ProblemSet<eT>& problems, eT* losses, eT* gradients) {
  for_each_problem("each_problem", problems, false, [&](ProblemReplay<eT>& replay, uword k) {
    const auto [J, g] = replay.value_and_gradient();
    losses[k] = J;
    std::copy(g.begin(), g.end(), gradients + k * g.n_elem);
  });
}

template <class eT>
void put_hessians(const ProblemSet<eT>& problems, eT* hessians) {
  for_each_problem("each_hessian", problems, true, [&](ProblemReplay<eT>& replay, uword k) {
    replay.put_hessian(hessians + k * replay.shape().size() * replay.shape().size());
  });
}

template <class eT>
void put_minima(const ProblemSet<eT>& problems, const Newton& newton, eT* minima) {
  for_each_problem("each_argmin", problems, true, [&](ProblemReplay<eT>& replay, uword k) {
    const uword size = replay.shape().size();
    const eT* const start = problems.arguments[0].first.data + k * size;
    const arma::Mat<eT> x = NewtonSolver<eT, ProblemPoint<eT>>(&replay, Implicit::minimum, newton, {})
                                .run(arma::Mat<eT>(start, replay.shape().rows, replay.shape().cols));
    std::copy(x.begin(), x.end(), minima + k * size);
  });
}

#define ARMAGRAD_INSTANTIATE(eT)                                                           \
  template ARMAGRAD_EXPORT void put_losses_and_gradients(const ProblemSet<eT>&, eT*, eT*); \
  template ARMAGRAD_EXPORT void put_hessians(const ProblemSet<eT>&, eT*);                  \
  template ARMAGRAD_EXPORT void put_minima(const ProblemSet<eT>&, const Newton&, eT*);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
