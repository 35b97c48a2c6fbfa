#include <armagrad/scores.hpp>

#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/detail/threads.hpp>

#include <cmath>
#include <deque>
#include <optional>

#include "../rules/elementwise.hpp"
#include "../rules/linear_algebra/factor.hpp"
#include "../rules/products.hpp"
#include "../rules/reductions.hpp"
#include "../rules/softmax.hpp"

namespace armagrad::detail {

namespace {

/// Where a node has the observations: a column or a row for each, or their sum. Nodes that do not depend on any have
/// none; `mixed` are those of which that cannot be told.
enum class SampleLayout : std::uint8_t { none, columns, rows, sum, mixed };

/// What the observations add to the adjoint of u, which depends on the variables only: of adjoints d (entries of u by
/// observations), column by column, or of a product, x (k by observations) times d (c by observations).
struct ScorePart {
  Index u = no_index, d = no_index, x = no_index;
  bool turn_d = false, turn_x = false;  // they have the observations in their rows
  bool x_first = false;                 // u is k x c, not c x k
  bool sums_d = false;                  // u is a number
  std::size_t first = 0;                // of the scores' rows, if u is a variable
  bool is_variable = false;
};

/// A loss recorded for a block of columns, with its backward pass stopped where it would sum over the observations.
template <class eT>
class ScoreBlock {
 public:
  /// Whether the loss is made of what keeps observations apart; otherwise the rest may not be called.
  ScoreBlock(const Function<eT>& f, std::span<const Given<eT>> arguments, std::size_t samples)
      : f_(f), loss_(losses_.bind(f, arguments)), engine_(engine_of(loss_.tape())) {
    root_ = loss_.root.index();
    if (loss_.reads_values()) return;
    find_layouts(arguments.size() - samples);
    if (layouts_[root_] != SampleLayout::sum) return;
    is_possible_ = true;
    GradientGraph<eT> graph(loss_.root);
    for (Index i = 0; i <= root_ && is_possible_; ++i) add_parts(graph, i);
    if (!is_possible_) return;
    size_ = engine_.size();
    moves_.assign(size_, false);
    for (std::size_t k = arguments.size() - samples; k < arguments.size(); ++k) moves_[loss_.leaves[k].index()] = true;
    for (Index i = 0; i < size_; ++i) {
      for (const Index k : engine_.operands(engine_.node(i))) moves_[i] = moves_[i] || moves_[k];
    }
    find_jacobians(arguments.size() - samples);
  }
  bool is_possible() const { return is_possible_; }

  /// The scores of a block of columns, over zeros.
  void compute(std::span<const Given<eT>> arguments, arma::Mat<eT>& out) {
    losses_.bind(f_, arguments);
    for (Index i = 0; i < size_; ++i) {
      if (moves_[i] && engine_.node(i).arity != 0) engine_.forget_value(i);
    }
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      const ScorePart& part = parts_[p];
      arma::Mat<eT> x;
      if (part.x != no_index) x = numbers(part.x, part.turn_x);
      const arma::Mat<eT> d = numbers(part.d, part.turn_d);
      if (part.is_variable) {
        add(part, x, d, out, part.first);
      } else {
        arma::Mat<eT> by_u(engine_.node(part.u).shape.size(), out.n_cols, arma::fill::zeros);
        add(part, x, d, by_u, 0);
        out += jacobians_[p].t() * by_u;
      }
    }
  }

 private:
  template <class Rule>
  bool is(Index i) const {
    return engine_.node(i).operation == &operation_of<Rule, eT>();
  }
  bool by_sample(Index i) const { return layouts_[i] != SampleLayout::none; }

  void find_layouts(std::size_t variables) {
    layouts_.assign(root_ + 1, SampleLayout::none);
    by_w_.assign(root_ + 1, false);
    for (std::size_t k = 0; k < loss_.leaves.size(); ++k) {
      if (loss_.leaves[k].index() > root_) continue;
      if (k < variables)
        by_w_[loss_.leaves[k].index()] = true;
      else
        layouts_[loss_.leaves[k].index()] = SampleLayout::columns;
    }
    for (Index i = 0; i <= root_; ++i) {
      const auto operands = engine_.operands(engine_.node(i));
      bool any = false;
      for (const Index k : operands) any |= by_sample(k), by_w_[i] = by_w_[i] || by_w_[k];
      if (any) layouts_[i] = layout_of(i, operands);
    }
  }
  /// Of a node with operands that depend on observations.
  SampleLayout layout_of(Index i, std::span<const Index> operands) const {
    const Node<eT>& n = engine_.node(i);
    const SampleLayout x = layouts_[operands[0]];
    switch (n.operation->family) {
      case Family::elementwise:
        return elementwise_layout(i, operands);
      case Family::total:
        return x == SampleLayout::columns || x == SampleLayout::rows ? SampleLayout::sum : SampleLayout::mixed;
      case Family::transpose:
        return x == SampleLayout::columns ? SampleLayout::rows
               : x == SampleLayout::rows  ? SampleLayout::columns
                                          : SampleLayout::mixed;
      case Family::spread: {  // a row of one number for each observation, down the columns
        const Shape from = engine_.node(operands[0]).shape;
        const bool kept = (x == SampleLayout::columns && from.cols == n.shape.cols) ||
                          (x == SampleLayout::rows && from.rows == n.shape.rows);
        return kept ? x : SampleLayout::mixed;
      }
      default:
        break;
    }
    if (is<rules::MatMul>(i)) {
      const auto* rule = static_cast<const rules::MatMul*>(engine_.rule(i));
      const SampleLayout a = turned_layout(layouts_[operands[0]], rule->ta),
                         b = turned_layout(layouts_[operands[1]], rule->tb);
      if (a == SampleLayout::rows && b == SampleLayout::none) return a;
      if (b == SampleLayout::columns && a == SampleLayout::none) return b;
      return SampleLayout::mixed;
    }
    const bool down = x == SampleLayout::columns;
    if (!down && x != SampleLayout::rows) return SampleLayout::mixed;
    if (is<rules::Sum>(i) || is<rules::Max>(i) || is<rules::Min>(i) || is<rules::LogSumExp>(i))
      return (down ? n.shape.rows : n.shape.cols) == 1 && (down ? n.shape.cols : n.shape.rows) != 1
                 ? x
                 : SampleLayout::mixed;
    const std::size_t dim = is<rules::Softmax>(i)      ? static_cast<const rules::Softmax*>(engine_.rule(i))->dim
                            : is<rules::LogSoftmax>(i) ? static_cast<const rules::LogSoftmax*>(engine_.rule(i))->dim
                                                       : 2;
    return dim == (down ? 0U : 1U) ? x : SampleLayout::mixed;
  }
  static SampleLayout turned_layout(SampleLayout l, bool t) {
    if (!t) return l;
    return l == SampleLayout::columns ? SampleLayout::rows : l == SampleLayout::rows ? SampleLayout::columns : l;
  }
  SampleLayout elementwise_layout(Index i, std::span<const Index> operands) const {
    SampleLayout all = SampleLayout::none;
    for (const Index k : operands) {
      if (layouts_[k] == SampleLayout::none) continue;
      if (all != SampleLayout::none && all != layouts_[k]) return SampleLayout::mixed;
      all = layouts_[k];
    }
    if (all != SampleLayout::sum) return all;
    // Of sums, only what is linear in them is a sum over observations; a term without any would be counted once a
    // block.
    const bool linear = is<rules::Plus>(i) || is<rules::Minus>(i) || is<rules::Negate>(i);
    const bool scaled = (is<rules::Times>(i) && (!by_sample(operands[0]) || !by_sample(operands[1]))) ||
                        (is<rules::Divide>(i) && !by_sample(operands[1]));
    for (const Index k : operands) {
      if (!by_sample(k) && (linear || by_w_[k])) return SampleLayout::mixed;
    }
    return linear || scaled ? all : SampleLayout::mixed;
  }

  /// The parts where node i, which depends on observations, has an operand that depends on variables only.
  void add_parts(GradientGraph<eT>& graph, Index i) {
    if (!by_sample(i) || !by_w_[i]) return;
    const auto span = engine_.operands(engine_.node(i));
    const std::vector<Index> operands(span.begin(), span.end());
    for (std::size_t k = 0; k < operands.size() && is_possible_; ++k) {
      const Index o = operands[k];
      if (by_sample(o) || !engine_.wants(o)) continue;
      if (is<rules::MatMul>(i))
        add_product(graph, i, operands, k);
      else if (engine_.node(i).operation->family == Family::elementwise &&
               std::count(operands.begin(), operands.end(), o) == 1)
        add_elementwise(graph, i, o);
      else
        is_possible_ = false;
    }
  }
  void add_product(GradientGraph<eT>& graph, Index i, const std::vector<Index>& operands, std::size_t k) {
    const rules::MatMul rule = *static_cast<const rules::MatMul*>(engine_.rule(i));
    ScorePart part;
    part.u = operands[k];
    part.x = operands[1 - k];
    part.d = adjoint_of(graph, i);
    if (part.d == no_index) return;
    part.turn_d = part.turn_x = k == 1;  // op(x) u has the observations in its rows
    if (k == 1 ? rule.ta : rule.tb) part.turn_x = !part.turn_x;
    part.x_first = k == 1 ? !rule.tb : rule.ta;
    add(part);
  }
  /// By what is passed on before it is summed over the observations.
  void add_elementwise(GradientGraph<eT>& graph, Index i, Index o) {
    const Shape whole = engine_.node(i).shape, shape = engine_.node(o).shape;
    ScorePart part;
    part.turn_d = layouts_[i] == SampleLayout::rows;
    part.u = o;
    if (engine_.node(o).operation->family == Family::spread) part.u = engine_.node(o).operands[0];
    const Shape from = engine_.node(part.u).shape;
    part.sums_d = from == scalar_shape && whole != scalar_shape;
    const bool down = !part.turn_d && from.cols == 1 && (from.rows == whole.rows || from.rows == 1);
    const bool across = part.turn_d && from.rows == 1 && (from.cols == whole.cols || from.cols == 1);
    if (!down && !across) {
      is_possible_ = false;
      return;
    }
    bool found = false;
    for (const Contribution& c : graph.contributions()) {
      if (c.from != i || c.to != o) continue;
      Index passed = c.part;
      if (shape != whole) {  // summed already
        const Family family = engine_.node(passed).operation->family;
        if (family != Family::total && !is<rules::Sum>(passed)) {
          is_possible_ = false;
          return;
        }
        passed = engine_.node(passed).operands[0];
      }
      if (engine_.node(passed).shape != whole || found) {
        is_possible_ = false;
        return;
      }
      part.d = passed;
      found = true;
    }
    if (found) add(part);
  }
  Index adjoint_of(GradientGraph<eT>& graph, Index i) { return graph.gradient(engine_.handle(i)).index(); }
  void add(ScorePart part) {
    std::size_t first = 0;
    for (const Var<eT>& leaf : loss_.leaves) {
      if (leaf.index() == part.u) {
        part.is_variable = true;
        part.first = first;
      }
      if (engine_.wants(leaf.index())) first += leaf.n_elem;
    }
    parts_.push_back(part);
  }

  /// Of each part's u by all the variables.
  void find_jacobians(std::size_t variables) {
    for (const ScorePart& part : parts_) {
      arma::Mat<eT>& J = jacobians_.emplace_back();
      if (part.is_variable) continue;
      const Var<eT> u = engine_.handle(part.u);
      for (std::size_t k = 0; k < variables; ++k) {
        const Var<eT>& w = loss_.leaves[k];
        J = arma::join_rows(
            J.n_rows == u.n_elem ? J : arma::Mat<eT>(u.n_elem, 0),
            w.index() < part.u ? jacobian_of(u, w, true) : arma::Mat<eT>(u.n_elem, w.n_elem, arma::fill::zeros));
      }
    }
  }

  /// The values of node i, with the observations in columns.
  arma::Mat<eT> numbers(Index i, bool turn) {
    engine_.evaluate(i);
    const arma::Mat<eT> x = over(engine_.data(i), engine_.node(i).shape);
    return turn ? arma::Mat<eT>(x.t()) : x;
  }

  static void add(const ScorePart& part, const arma::Mat<eT>& x, const arma::Mat<eT>& d, arma::Mat<eT>& out,
                  std::size_t first) {
    for (uword j = 0; j < out.n_cols; ++j) {
      eT* to = out.colptr(j) + first;
      const eT* const dj = d.colptr(j);
      if (part.x == no_index) {
        if (part.sums_d) {
          for (uword i = 0; i < d.n_rows; ++i) *to += dj[i];
        } else {
          for (uword i = 0; i < d.n_rows; ++i) to[i] += dj[i];
        }
        continue;
      }
      const eT* const xj = x.colptr(j);
      const eT *const slow = part.x_first ? dj : xj, *const fast = part.x_first ? xj : dj;
      const uword slow_size = part.x_first ? d.n_rows : x.n_rows, fast_size = part.x_first ? x.n_rows : d.n_rows;
      for (uword b = 0; b < slow_size; ++b, to += fast_size) {
        for (uword a = 0; a < fast_size; ++a) to[a] += slow[b] * fast[a];
      }
    }
  }

  const Function<eT>& f_;
  CompiledLosses<eT> losses_{Optimise::no};  // whose nodes are looked at
  CompiledLoss<eT>& loss_;
  Engine<eT>& engine_;
  Index root_ = 0;
  std::size_t size_ = 0;
  bool is_possible_ = false;
  std::vector<SampleLayout> layouts_;
  std::vector<bool> by_w_, moves_;
  std::vector<ScorePart> parts_;
  std::vector<arma::Mat<eT>> jacobians_;
};

template <class eT>
class Scores {
 public:
  Scores(const Function<eT>& f, std::span<const Given<eT>> arguments, std::size_t samples, const Blocks& blocks)
      : f_(f), arguments_(arguments), samples_(samples), blocks_(blocks), n_(arguments.back().shape.cols) {
    for (const Given<eT>& g : arguments.first(arguments.size() - samples)) p_ += g.shape.size();
  }

  arma::Mat<eT> run() {
    arma::Mat<eT> out(p_, n_, arma::fill::zeros);
    if (n_ == 0 || p_ == 0) return out;
    const OneBlasThread hold;
    const uword size = std::min<uword>(blocks_.columns, n_);
    if (size > 1 && by_blocks(size, out)) return out;
    by_columns(out);
    return out;
  }

 private:
  struct Worker {
    std::optional<ScoreBlock<eT>> block, rest;
  };
  std::vector<Given<eT>> columns(uword first, uword size) const {
    std::vector<Given<eT>> all(arguments_.begin(), arguments_.end());
    for (std::size_t k = all.size() - samples_; k < all.size(); ++k) {
      all[k].data += first * all[k].shape.rows;
      all[k].shape.cols = std::uint32_t(size);
    }
    return all;
  }
  unsigned threads_for(uword parts) const { return unsigned(std::clamp<uword>(blocks_.threads, 1, parts)); }

  /// Whether the loss keeps observations apart, and agrees with the loss of single columns.
  bool by_blocks(uword size, arma::Mat<eT>& out) {
    const uword whole = n_ / size, rest = n_ % size;
    const unsigned threads = threads_for(whole);
    std::deque<Worker> workers(threads);
    for (Worker& w : workers) {  // here, as the loss may not be called by several threads at once
      w.block.emplace(f_, columns(0, size), samples_);
      if (!w.block->is_possible()) return false;
    }
    if (rest > 0) {
      workers[0].rest.emplace(f_, columns(n_ - rest, rest), samples_);
      if (!workers[0].rest->is_possible()) return false;
    }
    const auto put = [&](ScoreBlock<eT>& block, uword first, uword count) {
      arma::Mat<eT> part(out.colptr(first), p_, count, false, true);
      block.compute(columns(first, count), part);
    };
    put(*workers[0].block, 0, size);
    if (!agrees(out, 0) || !agrees(out, size - 1)) {  // divided by the number of columns, for instance
      out.zeros();
      return false;
    }
    const auto work = [&](unsigned t) {
      for (uword b = 1 + t; b < whole; b += threads) put(*workers[t].block, b * size, size);
    };
    in_threads(threads, std::cref(work));
    if (rest > 0) put(*workers[0].rest, n_ - rest, rest);
    return true;
  }
  bool agrees(const arma::Mat<eT>& out, uword j) {
    arma::Col<eT> alone(p_);
    put_column(single_, j, alone.memptr());
    const eT most = std::sqrt(std::numeric_limits<eT>::epsilon()) * arma::abs(alone).max();
    return arma::abs(out.col(j) - alone).max() <= most;
  }

  void put_column(CompiledLosses<eT>& losses, uword j, eT* out) const {
    CompiledLoss<eT>& r = losses.bind(f_, columns(j, 1));
    engine_of(r.tape()).run(r.both);
    for (std::size_t k = 0; k + samples_ < arguments_.size(); ++k) {
      const arma::Mat<eT>& g = r.tape().gradient(r.leaves[k]);
      out = std::copy(g.begin(), g.end(), out);
    }
  }
  void by_columns(arma::Mat<eT>& out) {
    const bool reads_values = single_.bind(f_, columns(0, 1)).reads_values();
    const unsigned threads = reads_values ? 1 : threads_for(n_);
    std::deque<CompiledLosses<eT>> losses(threads);
    for (CompiledLosses<eT>& l : losses) l.bind(f_, columns(0, 1));
    const auto work = [&](unsigned t) {
      for (uword j = n_ * t / threads; j < n_ * (t + 1) / threads; ++j) put_column(losses[t], j, out.colptr(j));
    };
    in_threads(threads, std::cref(work));
  }

  const Function<eT>& f_;
  std::span<const Given<eT>> arguments_;
  std::size_t samples_;
  Blocks blocks_;
  uword n_, p_ = 0;
  CompiledLosses<eT> single_;
};

}  // namespace

template <class eT>
arma::Mat<eT> scores_of(const Function<eT>& f, std::span<const Given<eT>> arguments, std::size_t samples,
                        const Blocks& blocks, Location at) {
  if (blocks.columns == 0) misuse("scores", at, "blocks of 0 columns");
  for (const Given<eT>& g : arguments.last(samples)) {
    if (g.shape.cols != arguments.back().shape.cols)
      misuse("scores", at, incompatible(g.shape, arguments.back().shape));
  }
  return Scores<eT>(f, arguments, samples, blocks).run();
}

template <class eT>
arma::Mat<eT> inverse_information(const arma::Mat<eT>& information, const char* function) {
  if (!information.is_finite()) no_result(function, {}, "the Hessian is not finite");
  try {
    const arma::Mat<eT> L = cholesky_packed(information);
    check_condition("chol", L);
    return inverse(information, L);
  } catch (const std::runtime_error& error) {
    no_result(function, {},
              std::string("the Hessian has no inverse that is a covariance (") + error.what() +
                  "): is this where the loss is least, and are all parameters in it?");
  }
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                 \
  template ARMAGRAD_EXPORT arma::Mat<eT> scores_of(const Function<eT>&, std::span<const Given<eT>>, std::size_t, \
                                                   const Blocks&, Location);                                     \
  template ARMAGRAD_EXPORT arma::Mat<eT> inverse_information(const arma::Mat<eT>&, const char*);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
