#include <armagrad/detail/threads.hpp>
#include <armagrad/sum_over_samples.hpp>

#include <algorithm>
#include <deque>

#include "../rules/tables.hpp"

namespace armagrad::detail {

/// The sum of f over blocks of columns. Blocks are grouped into segments, whose number depends on the number
/// of blocks only; a segment is summed in order by one thread, and the segments in order at the end.
template <class eT>
class BlockSum {
 public:
  BlockSum(Function<eT> f, std::size_t samples, Blocks blocks) : f_(std::move(f)), samples_(samples), blocks_(blocks) {}

  /// Records f for the first block, so that its mistakes are found where it is used.
  void prepare(std::span<const Given<eT>> arguments) {
    workers_.resize(1);
    const arma::uword first = std::min<arma::uword>(blocks_.columns, arguments.back().shape.cols);
    reads_values_ = take(workers_[0], arguments, 0, first).reads_values();
  }

  /// The sum; the last `samples` arguments are taken by columns. With `gradient`, its gradient by those that
  /// are variables as well.
  double evaluate(std::span<const Given<eT>> arguments, bool gradient) {
    const arma::uword n = arguments.back().shape.cols;
    const arma::uword blocks = (n + blocks_.columns - 1) / blocks_.columns;
    const unsigned segments = unsigned(std::clamp<arma::uword>(blocks / blocks_.run, 1, 16));
    // What asks for values while it is recorded is recorded anew for each block: here, not in another thread.
    const unsigned threads = reads_values_ ? 1 : std::clamp(blocks_.threads, 1u, segments);
    if (workers_.size() < threads) workers_.resize(threads);
    if (threads > 1) record_for(threads, segments, arguments);
    segments_.resize(segments);
    gradient_ = gradient;
    const OneBlasThread hold;
    const auto work = [&](unsigned t) {
      for (unsigned s = t; s < segments; s += threads)
        sum_segment(workers_[t], segments_[s], arguments, blocks * s / segments, blocks * (s + 1) / segments);
    };
    in_threads(threads, std::cref(work));
    double total = 0;
    for (const Segment& s : segments_) total += s.value;
    if (gradient) {
      for (std::size_t s = 1; s < segments; ++s) {
        for (std::size_t k = 0; k < arguments.size(); ++k) {
          if (arguments[k].variable) segments_[0].gradients[k] += segments_[s].gradients[k];
        }
      }
    }
    return total;
  }

  bool has_gradient() const { return gradient_; }
  const arma::Mat<eT>& gradient(std::size_t k) const { return segments_[0].gradients[k]; }
  const Function<eT>& function() const { return f_; }
  std::vector<Given<eT>> given;  // for who calls evaluate()

 private:
  struct Worker {
    CompiledLosses<eT> recordings;
    std::vector<Given<eT>> arguments;
  };
  struct Segment {
    double value = 0;
    std::vector<arma::Mat<eT>> gradients;
  };

  /// Records f for the blocks of each thread, which then only replay: f may not be called by several at once.
  void record_for(unsigned threads, unsigned segments, std::span<const Given<eT>> arguments) {
    const arma::uword rest = arguments.back().shape.cols % blocks_.columns;
    for (unsigned t = 0; t < threads; ++t) take(workers_[t], arguments, 0, blocks_.columns);
    if (rest) take(workers_[(segments - 1) % threads], arguments, 0, rest);
  }

  /// The recording for the block of `size` columns from `first` on.
  CompiledLoss<eT>& take(Worker& worker, std::span<const Given<eT>> arguments, arma::uword first, arma::uword size) {
    worker.arguments.assign(arguments.begin(), arguments.end());
    for (std::size_t k = arguments.size() - samples_; k < arguments.size(); ++k) {
      Given<eT>& x = worker.arguments[k];
      x.data += first * x.shape.rows;
      x.shape.cols = std::uint32_t(size);
    }
    return worker.recordings.bind(f_, worker.arguments);
  }

  void sum_segment(Worker& worker, Segment& segment, std::span<const Given<eT>> arguments, arma::uword begin,
                   arma::uword end) {
    const arma::uword n = arguments.back().shape.cols;
    segment.value = 0;
    CompiledLoss<eT>* last = nullptr;
    bool collected = false;
    for (arma::uword b = begin; b < end; ++b) {
      const arma::uword first = b * blocks_.columns;
      CompiledLoss<eT>& r = take(worker, arguments, first, std::min(blocks_.columns, n - first));
      engine_of(r.tape()).run(gradient_ ? r.both : r.forward, &r == last);
      segment.value += double(r.root.scalar());
      if (gradient_ && last && &r != last) {
        collect(segment, arguments, *last, collected);
        collected = true;
      }
      if (gradient_ && b + 1 == end) collect(segment, arguments, r, collected);
      last = &r;
    }
    if (begin == end) collect_zeros(segment, arguments);
  }
  void collect(Segment& segment, std::span<const Given<eT>> arguments, CompiledLoss<eT>& r, bool add) {
    segment.gradients.resize(arguments.size());
    for (std::size_t k = 0; k < arguments.size(); ++k) {
      if (!arguments[k].variable) continue;
      const arma::Mat<eT>& g = r.tape().gradient(r.leaves[k]);
      if (add)
        segment.gradients[k] += g;
      else
        segment.gradients[k] = g;
    }
  }
  void collect_zeros(Segment& segment, std::span<const Given<eT>> arguments) {
    segment.gradients.resize(arguments.size());
    for (std::size_t k = 0; k < arguments.size(); ++k)
      segment.gradients[k].zeros(arguments[k].shape.rows, arguments[k].shape.cols);
  }

  Function<eT> f_;
  std::size_t samples_;
  Blocks blocks_;
  std::deque<Worker> workers_;
  std::vector<Segment> segments_;
  bool gradient_ = false, reads_values_ = false;
};

namespace rules ARMAGRAD_EXPORT {

/// A number that a function gives, summed over blocks of its last arguments' columns.
template <class eT>
struct SumOverSamples : OnTape {
  static constexpr auto name = "sum_over_samples";
  std::shared_ptr<BlockSum<eT>> sum;

  void forward(Engine<eT>& engine, Index i) const {
    *engine.output(i) = eT(sum->evaluate(given(engine, i), engine.backward_follows() && engine.wants(i)));
  }
  void reverse(Engine<eT>& engine, Index i) const {
    if (!sum->has_gradient()) sum->evaluate(given(engine, i), true);
    for (unsigned k = 0; k < engine.node(i).arity; ++k) {
      const Index x = engine.operands(engine.node(i))[k];
      const Shape s = engine.node(x).shape;
      if (engine.wants(x))
        engine.contribute(x, {broadcast(sum->gradient(k).memptr(), s, s), nullptr, engine.adjoint(i).scale});
    }
  }
  const Function<eT>& function() const { return sum->function(); }

 private:
  std::span<const Given<eT>> given(Engine<eT>& engine, Index i) const {
    std::vector<Given<eT>>& all = sum->given;
    all.clear();
    for (const Index k : engine.operands(engine.node(i)))
      all.push_back({engine.data(k), engine.node(k).shape, engine.wants(k), engine.node(k).is_scalar});
    return all;
  }
};

}  // namespace ARMAGRAD_EXPORT

template <class eT>
Var<eT> append_block_sum(Tape<eT>& tape, const Function<eT>& f, std::span<const Var<eT>> x, std::size_t samples,
                         const Blocks& blocks, Location at) {
  Engine<eT>& engine = engine_of(tape);
  using Rule = rules::SumOverSamples<eT>;
  if (blocks.columns == 0) misuse(Rule::name, at, "blocks of 0 columns");
  if (blocks.run == 0) misuse(Rule::name, at, "runs of 0 blocks");
  const Var<eT>& last = x.back();
  std::vector<Index> operands;
  std::vector<Given<eT>> given;
  // Nothing is computed yet: a loss that asks for values gets zeros, and is recorded anew for others.
  std::vector<eT> unknown;
  bool whole = false;
  for (std::size_t k = 0; k < x.size(); ++k) {
    operands.push_back(engine.index_of(x[k], Rule::name, at));
    if (k >= x.size() - samples) {
      if (x[k].n_cols != last.n_cols) misuse(Rule::name, at, incompatible(x[k].shape(), last.shape()));
      whole |= engine.wants(operands.back());
    }
    const Node<eT>& n = engine.node(operands.back());
    const arma::uword cols =
        k < x.size() - samples ? n.shape.cols : std::min<arma::uword>(n.shape.cols, blocks.columns);
    unknown.resize(std::max<std::size_t>(unknown.size(), std::size_t(n.shape.rows) * cols + 1));
    given.push_back({nullptr, n.shape, n.needs_gradient, n.is_scalar});
  }
  if (whole) {
    const Var<eT> y = f(x);
    return node_of(y).is_scalar ? y : Var<eT>(y(0));
  }
  for (Given<eT>& g : given) g.data = unknown.data();
  const Rule rule{{}, std::make_shared<BlockSum<eT>>(f, samples, blocks)};
  rule.sum->prepare(given);
  const Var<eT> y = engine.append(rule, scalar_shape, operands, engine.place ? *engine.place : at);
  engine.node(y.index()).is_scalar = true;
  return y;
}

template ARMAGRAD_EXPORT Var<double> append_block_sum(Tape<double>&, const Function<double>&,
                                                      std::span<const Var<double>>, std::size_t, const Blocks&,
                                                      Location);
template ARMAGRAD_EXPORT Var<float> append_block_sum(Tape<float>&, const Function<float>&, std::span<const Var<float>>,
                                                     std::size_t, const Blocks&, Location);
template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>&
operations<double, RuleList<rules::SumOverSamples<double>>>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>&
operations<float, RuleList<rules::SumOverSamples<float>>>();

}  // namespace armagrad::detail
