#include "scalarise.hpp"

#include <armagrad/detail/rule.hpp>

#include "../rules/elementwise.hpp"
#include "../rules/parts.hpp"
#include "../rules/products.hpp"
#include "../rules/reductions.hpp"
#include "../rules/shape.hpp"
#include "../rules/writes.hpp"

namespace armagrad::detail {
namespace {

constexpr uword most_entries = 9;           // of a small matrix
constexpr uword most_multiplications = 27;  // of a product of them
constexpr std::size_t worthwhile = 16;      // operations on small matrices, from which on a recording gains

/// What is asked of a recording's nodes.
template <class eT>
struct Recording {
  const Engine<eT>& engine;

  const Node<eT>& node(Index i) const { return engine.node(i); }
  std::span<const Index> operands(Index i) const { return engine.operands(node(i)); }
  template <class... Rules>
  bool is_one_of(Index i) const {
    return ((node(i).operation == &operation_of<Rules, eT>()) || ...);
  }
  bool is_small(Index i) const { return node(i).shape.size() <= most_entries && node(i).shape.size() > 0; }
  /// Rules that put entries elsewhere, and zeros.
  bool moves_entries(Index i) const {
    return is_one_of<rules::Transpose, rules::Spread, rules::Block, rules::PlacedIn, rules::Reshape, rules::Write,
                     rules::Join, rules::Repmat, rules::Diagonal, rules::OnDiagonal, rules::Triangle>(i);
  }
  uword multiplications(Index i) const { return node(i).shape.cols * node(operands(i)[0]).shape.size(); }
  /// Whether the node can be made of its operands' entries.
  bool is_of_entries(Index i) const {
    const std::span<const Index> x = operands(i);
    if (x.empty() || !is_small(i) || !std::ranges::all_of(x, [this](Index k) { return is_small(k); })) return false;
    return node(i).operation->family == Family::elementwise || is_one_of<rules::Accu, rules::Sum>(i) ||
           moves_entries(i) || (is_one_of<rules::MatMul>(i) && multiplications(i) <= most_multiplications);
  }
};

template <class eT>
class Scalariser {
 public:
  Scalariser(const Var<eT>& root, Tape<eT>& to, std::span<const Var<eT>> arguments)
      : from_{engine_of(root)},
        to_(engine_of(to)),
        whole_(from_.engine.size(), no_index),
        first_entry_(from_.engine.size(), nowhere),
        is_argument_(from_.engine.size()),
        is_of_entries_(from_.engine.size()) {
    std::vector<Index> all{root.index()};
    for (const Var<eT>& x : arguments) {
      is_argument_[x.index()] = true;
      all.push_back(x.index());
    }
    needed_ = from_.engine.needed_by(all);
    for (Index i = 0; i < needed_.size(); ++i) is_of_entries_[i] = needed_[i] && from_.is_of_entries(i);
  }

  /// How many operations on small matrices there are, if they are most of what is done with matrices.
  std::size_t worth() const {
    std::size_t of_entries = 0, others = 0;
    for (Index i = 0; i < needed_.size(); ++i) {
      const Node<eT>& n = from_.node(i);
      if (needed_[i] && n.arity != 0 && n.code == NumberCode::none) ++(is_of_entries_[i] ? of_entries : others);
    }
    return of_entries >= worthwhile && of_entries >= 2 * others ? of_entries : 0;
  }

  void run() {
    for (Index i = 0; i < needed_.size(); ++i) {
      if (!needed_[i]) continue;
      if (from_.node(i).arity == 0)
        whole_[i] = leaf(i);
      else if (is_of_entries_[i])
        make_entries(i);
      else
        whole_[i] = copy(i);
    }
  }
  /// The node that stands for node i, made of its entries if it has to be.
  Index whole(Index i) {
    if (whole_[i] == no_index) whole_[i] = from_.node(i).one_by_one() ? entries(i)[0] : assembled(i);
    return whole_[i];
  }

 private:
  static constexpr std::size_t nowhere = SIZE_MAX;

  Index leaf(Index i) {
    const Node<eT>& n = from_.node(i);
    return to_.leaf(n.needs_gradient, n.shape, from_.engine.data(i), false, n.is_scalar, from_.engine.name(i)).index();
  }
  /// The same operation over the nodes that stand for its operands.
  Index copy(Index i) {
    std::vector<Index> x;
    for (const Index k : from_.operands(i)) x.push_back(whole(k));
    return copy_to(to_, i, x);
  }
  Index copy_to(Engine<eT>& to, Index i, std::span<const Index> x) const {
    const Node<eT>& n = from_.node(i);
    const Index y = to.append(*n.operation, n.shape, x, from_.engine.at(i));
    to.copy_parameters(y, from_.engine, i);
    to.node(y).is_scalar = n.is_scalar;
    if (n.code == NumberCode::entry) to.node(y).operands[1] = n.operands[1];
    return y;
  }
  /// A number where node i was written.
  Index number(Index i, const Operation<eT>& operation, std::span<const Index> x) {
    const Index y = to_.append(operation, scalar_shape, x, from_.engine.at(i));
    to_.node(y).is_scalar = true;
    return y;
  }
  Index number(Index i, const Operation<eT>& operation, std::initializer_list<Index> x) {
    return number(i, operation, std::span(x.begin(), x.size()));
  }
  template <class Rule>
  const Operation<eT>& operation() const {
    return operation_of<Rule, eT>();
  }

  /// The entries of node i, column by column.
  std::span<const Index> entries(Index i) {
    if (first_entry_[i] == nowhere) read_entries(i);
    return std::span(entries_).subspan(first_entry_[i], from_.node(i).shape.size());
  }
  void read_entries(Index i) {
    const Node<eT>& n = from_.node(i);
    std::vector<Index> all;
    const bool is_constant = n.arity == 0 && !n.needs_gradient && !is_argument_[i];
    for (uword e = 0; e < n.shape.size(); ++e) {
      const Place place{std::uint32_t(e % n.shape.rows), std::uint32_t(e / n.shape.rows), scalar_shape};
      all.push_back(n.one_by_one() ? whole_[i]
                    : is_constant  ? to_.append_number(from_.engine.data(i)[e])
                                   : entry(to_.handle(whole(i)), place).index());
    }
    keep_entries(i, all);
  }
  void keep_entries(Index i, std::span<const Index> all) {
    first_entry_[i] = entries_.size();
    entries_.insert(entries_.end(), all.begin(), all.end());
  }
  Index assembled(Index i) {
    const Shape s = from_.node(i).shape;
    rules::Write rule;
    rule.over = false;
    rule.rows = s.rows;
    for (std::uint32_t e = 0; e < s.size(); ++e) rule.entries.push_back(e);
    const std::span<const Index> all = entries(i);
    const Index y =
        to_.append(operation<rules::Write>(), s, std::vector<Index>(all.begin(), all.end()), from_.engine.at(i));
    to_.store(y, std::move(rule));
    return y;
  }

  void make_entries(Index i) {
    const Node<eT>& n = from_.node(i);
    std::vector<Index> all;
    if (n.operation->family == Family::elementwise)
      all = entry_by_entry(i);
    else if (from_.template is_one_of<rules::MatMul>(i))
      all = product(i);
    else if (from_.template is_one_of<rules::Accu, rules::Sum>(i))
      all = sums(i);
    else
      all = moved(i);
    keep_entries(i, all);
  }
  std::vector<Index> entry_by_entry(Index i) {
    const Shape s = from_.node(i).shape;
    const std::span<const Index> operands = from_.operands(i);
    std::vector<Index> all;
    for (uword c = 0; c < s.cols; ++c) {
      for (uword r = 0; r < s.rows; ++r) {
        std::array<Index, 3> x;
        for (std::size_t k = 0; k < operands.size(); ++k) {
          const Shape of = from_.node(operands[k]).shape;
          x[k] = entries(operands[k])[(of.rows == 1 ? 0 : r) + (of.cols == 1 ? 0 : c) * of.rows];
        }
        all.push_back(number(i, *from_.node(i).operation, std::span(x).first(operands.size())));
        to_.copy_parameters(all.back(), from_.engine, i);
      }
    }
    return all;
  }
  std::vector<Index> product(Index i) {
    const auto [ta, tb] = [&] {
      const auto& rule = *static_cast<const rules::MatMul*>(from_.engine.rule(i));
      return std::pair(rule.ta, rule.tb);
    }();
    const Index a = from_.operands(i)[0], b = from_.operands(i)[1];
    const Shape s = from_.node(i).shape, left = from_.node(a).shape, right = from_.node(b).shape;
    const auto at = [](Shape of, bool turned, uword r, uword c) { return turned ? c + r * of.rows : r + c * of.rows; };
    std::vector<Index> all;
    for (uword c = 0; c < s.cols; ++c) {
      for (uword r = 0; r < s.rows; ++r) {
        Index sum = no_index;
        for (uword k = 0; k < (ta ? left.rows : left.cols); ++k) {
          const Index x = entries(a)[at(left, ta, r, k)], y = entries(b)[at(right, tb, k, c)];
          sum = sum == no_index ? number(i, operation<rules::Times>(), {x, y})
                                : number(i, operation<rules::MultiplyAdd>(), {x, y, sum});
        }
        all.push_back(sum);
      }
    }
    return all;
  }
  /// Of all entries, of each column or of each row, as the node's shape says.
  std::vector<Index> sums(Index i) {
    const Index x = from_.operands(i)[0];
    const Shape s = from_.node(i).shape, of = from_.node(x).shape;
    std::vector<Index> all(s.size(), no_index);
    for (uword c = 0; c < of.cols; ++c) {
      for (uword r = 0; r < of.rows; ++r) {
        Index& sum = all[(s.rows == 1 ? 0 : r) + (s.cols == 1 ? 0 : c) * s.rows];
        const Index entry = entries(x)[r + c * of.rows];
        sum = sum == no_index ? entry : number(i, operation<rules::Plus>(), {sum, entry});
      }
    }
    return all;
  }
  /// By a rule that only moves entries, and puts zeros: it shows where each goes on numbers that tell them apart.
  std::vector<Index> moved(Index i) {
    scratch_.clear();
    Engine<eT>& engine = engine_of(scratch_);
    std::vector<Index> sources{no_index}, x;  // no number stands for 0
    for (const Index k : from_.operands(i)) {
      const Shape s = from_.node(k).shape;
      arma::Mat<eT> places(s.rows, s.cols);
      for (uword e = 0; e < s.size(); ++e) {
        places(e) = eT(sources.size());
        sources.push_back(entries(k)[e]);
      }
      x.push_back(scratch_.constant(places).index());
    }
    const Index y = copy_to(engine, i, x);
    engine.evaluate(y);
    std::vector<Index> all;
    for (uword e = 0; e < from_.node(i).shape.size(); ++e) {
      const std::size_t from = std::size_t(engine.data(y)[e]);
      if (from == 0 && sources[0] == no_index) sources[0] = to_.append_number(eT(0));
      all.push_back(sources[from]);
    }
    return all;
  }

  Recording<eT> from_;
  Engine<eT>& to_;
  std::vector<Index> whole_;  // the node on `to_` for each of `from_`, or no_index
  std::vector<std::size_t> first_entry_;
  std::vector<Index> entries_;
  std::vector<bool> is_argument_, is_of_entries_, needed_;
  Tape<eT> scratch_;
};

}  // namespace

template <class eT>
std::size_t scalarise(Var<eT>& root, Tape<eT>& to, std::vector<Var<eT>>& arguments) {
  Scalariser<eT> made(root, to, arguments);
  const std::size_t worth = made.worth();
  if (worth == 0) return 0;
  made.run();
  for (Var<eT>& x : arguments) x = engine_of(to).handle(made.whole(x.index()));
  root = engine_of(to).handle(made.whole(root.index()));
  return worth;
}

template std::size_t scalarise(Var<double>&, Tape<double>&, std::vector<Var<double>>&);
template std::size_t scalarise(Var<float>&, Tape<float>&, std::vector<Var<float>>&);

}  // namespace armagrad::detail
