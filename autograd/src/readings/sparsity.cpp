// Where Hessians and Jacobians may have entries: which entries of a variable each entry on the tape depends on, and
// which pairs of them meet in an operation that is not linear in both.

#include <armagrad/sparse_derivatives.hpp>

#include <algorithm>

#include "../rules/products.hpp"
#include "../rules/reductions.hpp"
#include "../rules/sparse/sparse.hpp"

namespace armagrad::detail {
namespace {

/// Numbers of entries of the variable, in their order; shared, as most entries depend on what others do.
using Entries = std::shared_ptr<const std::vector<Index>>;

Entries entries_of_both(const Entries& a, const Entries& b) {
  if (!a || a == b) return b;
  if (!b) return a;
  std::vector<Index> all(a->size() + b->size());
  all.erase(std::set_union(a->begin(), a->end(), b->begin(), b->end(), all.begin()), all.end());
  if (all.size() == a->size()) return a;
  if (all.size() == b->size()) return b;
  return std::make_shared<const std::vector<Index>>(std::move(all));
}
/// Of many, in one go.
template <class Each>
Entries entries_of_all(std::size_t count, const Each& each) {
  std::vector<Index> all;
  Entries first;
  bool several = false;
  for (std::size_t k = 0; k < count; ++k) {
    const Entries& one = each(k);
    if (!one || one == first) continue;
    if (!first)
      first = one;
    else
      several = true;
    all.insert(all.end(), one->begin(), one->end());
  }
  if (!several) return first;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return std::make_shared<const std::vector<Index>>(std::move(all));
}

constexpr std::size_t most_pairs = std::size_t(1) << 28;

/// Pairs (row, column), sorted and without repeats when they are asked for.
class Pairs {
 public:
  void add(Index row, Index column) {
    all_.push_back(std::uint64_t(column) << 32 | row);
    if (all_.size() == next_) tidy();
  }
  Pattern pattern(uword rows, uword cols) {
    tidy();
    SparsePattern p{rows, cols, arma::uvec(cols + 1, arma::fill::zeros), arma::uvec(all_.size())};
    for (std::size_t k = 0; k < all_.size(); ++k) {
      p.row_indices[k] = uword(all_[k] & 0xffffffff);
      ++p.col_ptrs[uword(all_[k] >> 32) + 1];
    }
    for (uword j = 0; j < cols; ++j) p.col_ptrs[j + 1] += p.col_ptrs[j];
    return std::make_shared<const SparsePattern>(std::move(p));
  }

 private:
  void tidy() {
    std::sort(all_.begin(), all_.end());
    all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
    if (all_.size() > most_pairs) {
      throw std::length_error("sparse derivative: more than " + std::to_string(most_pairs) +
                              " entries may be other than 0; it is not sparse");
    }
    next_ = std::max<std::size_t>(std::size_t(1) << 20, 2 * all_.size());
  }

  std::vector<std::uint64_t> all_;
  std::size_t next_ = std::size_t(1) << 20;
};

template <class eT>
class Dependence {
 public:
  Dependence(Engine<eT>& engine, Index variable, Pairs* meeting) : engine_(engine), meeting_(meeting) {
    of_.resize(engine.size());
    const Shape s = engine.node(variable).shape;
    std::vector<Entries>& own = of_[variable];
    for (Index k = 0; k < s.size(); ++k) own.push_back(std::make_shared<const std::vector<Index>>(1, k));
  }

  /// On what each entry of the root depends, after a pass up the tape; for the Hessian, notes the pairs that meet.
  const std::vector<Entries>& find(Index root) {
    const std::array<Index, 1> roots{root};
    const std::vector<bool> needed = engine_.needed_by(roots);
    for (Index i = 0; i <= root; ++i) {
      const Node<eT>& n = engine_.node(i);
      const bool is_constant = n.operation->flat && n.operation->family == Family::elementwise;  // of pieces
      if (needed[i] && n.operation->family != Family::leaf && !is_constant && depends(i)) pass(i);
    }
    return of_[root];
  }

 private:
  bool depends(Index i) const {
    const auto x = engine_.operands(engine_.node(i));
    return std::any_of(x.begin(), x.end(), [this](Index k) { return k != no_index && !of_[k].empty(); });
  }
  static const Entries& at(const std::vector<Entries>& all, std::size_t k) {
    static const Entries none;
    return all.empty() ? none : all[all.size() == 1 ? 0 : k];
  }
  const Entries& at(Index node, std::size_t k) const { return at(of_[node], k); }
  /// A node of which each entry depends on the same.
  Entries whole(Index node) const {
    return entries_of_all(of_[node].size(), [&](std::size_t k) -> const Entries& { return of_[node][k]; });
  }
  std::size_t size(Index i) const { return engine_.node(i).shape.size(); }

  void meet(const Entries& a, const Entries& b) {
    if (!meeting_ || !a || !b) return;
    for (const Index i : *a) {
      for (const Index j : *b) {
        meeting_->add(i, j);
        if (a != b) meeting_->add(j, i);
      }
    }
  }
  /// Where the derivative by operand k reads operand l, or the result, which reads all, entries of both meet. What is
  /// read may be a factor, through which no derivative passes.
  template <class Operand>
  void meet_by_reads(const Operation<eT>& operation, std::span<const Index> x, const Operand& operand) {
    if (!meeting_) return;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (!engine_.wants(x[k])) continue;
      const std::uint8_t reads = operation.reads_by(unsigned(k));
      for (std::size_t l = 0; l < x.size(); ++l) {
        if ((reads & reads::result) || l >= 3 || (reads & reads::operand(l))) meet(operand(k), operand(l));
      }
    }
  }

  void pass(Index i) {
    const Node<eT>& n = engine_.node(i);
    const Operation<eT>& operation = *n.operation;
    const bool is_entry = n.one_by_one() && operation.code == NumberCode::entry;
    if (is_entry)
      of_[i] = {at(n.operands[0], n.operands[1])};
    else if (operation.family == Family::elementwise)
      entry_by_entry(i);
    else if (operation.family == Family::total)
      of_[i] = {whole(n.operands[0])};
    else if (operation.family == Family::spread)
      spread_out(i);
    else if (&operation == &operation_of<rules::Sum, eT>())
      sums(i);
    else if (&operation == &operation_of<rules::MatMul, eT>())
      product(i);
    else if (&operation == &operation_of<rules::SparseProduct<eT>, eT>())
      sparse_product(i);
    else if (operation.flat || !moves_entries(i))
      mix(i);
  }

  void entry_by_entry(Index i) {
    const Node<eT>& n = engine_.node(i);
    const auto x = engine_.operands(n);
    bool common = true;
    for (const Index k : x) common = common && of_[k].size() <= 1;
    const std::size_t count = common ? 1 : n.shape.size();
    std::vector<Entries>& y = of_[i];
    y.resize(count);
    const uword rows = n.shape.rows;
    for (std::size_t e = 0; e < count; ++e) {
      const auto operand = [&](std::size_t k) -> const Entries& {
        const Shape s = engine_.node(x[k]).shape;
        const uword r = e % rows, c = e / rows;
        return at(x[k], (s.rows == 1 ? 0 : r) + (s.cols == 1 ? 0 : c) * s.rows);
      };
      for (std::size_t k = 0; k < x.size(); ++k) y[e] = entries_of_both(y[e], operand(k));
      meet_by_reads(*n.operation, x, operand);
    }
  }
  void spread_out(Index i) {
    const Node<eT>& n = engine_.node(i);
    const Shape from = engine_.node(n.operands[0]).shape;
    const std::vector<Entries>& x = of_[n.operands[0]];
    if (x.size() <= 1) return void(of_[i] = x);
    for (uword c = 0; c < n.shape.cols; ++c) {
      for (uword r = 0; r < n.shape.rows; ++r)
        of_[i].push_back(x[(from.rows == 1 ? 0 : r) + (from.cols == 1 ? 0 : c) * from.rows]);
    }
  }
  void sums(Index i) {
    const Node<eT>& n = engine_.node(i);
    const Index x = n.operands[0];
    const Shape s = engine_.node(x).shape;
    if (of_[x].size() <= 1) return void(of_[i] = of_[x]);
    const bool down = static_cast<const rules::Sum*>(engine_.rule(i))->dim == 0;
    for (uword e = 0; e < n.shape.size(); ++e) {
      of_[i].push_back(entries_of_all(down ? s.rows : s.cols, [&](std::size_t k) -> const Entries& {
        return at(x, down ? k + e * s.rows : e + k * s.rows);
      }));
    }
  }
  /// Entry (r, c) is the sum of A(r, k) B(k, c): where A is constant, of the k with entries of A that are not 0.
  void product(Index i) {
    const Node<eT>& n = engine_.node(i);
    const Index a = n.operands[0], b = n.operands[1];
    const Shape s = engine_.node(a).shape;
    if (of_[a].size() <= 1 && of_[b].size() <= 1) return mix(i);
    const eT* const fixed_a = of_[a].empty() ? constant(a) : nullptr;
    const eT* const fixed_b = of_[b].empty() ? constant(b) : nullptr;
    if (uword(s.cols) * n.shape.size() > most_pairs) return mix(i);
    for (uword c = 0; c < n.shape.cols; ++c) {
      for (uword r = 0; r < n.shape.rows; ++r) {
        std::vector<Entries> terms;
        for (uword k = 0; k < s.cols; ++k) {
          const uword in_a = r + k * s.rows, in_b = k + c * s.cols;
          if ((fixed_a && fixed_a[in_a] == 0) || (fixed_b && fixed_b[in_b] == 0)) continue;
          terms.push_back(entries_of_both(at(a, in_a), at(b, in_b)));
          meet(at(a, in_a), at(b, in_b));
        }
        of_[i].push_back(entries_of_all(terms.size(), [&](std::size_t k) -> const Entries& { return terms[k]; }));
      }
    }
  }
  const eT* constant(Index i) {
    engine_.evaluate(i);
    return engine_.data(i);
  }
  void sparse_product(Index i) {
    const Node<eT>& n = engine_.node(i);
    const Index x = n.operands[0];
    const auto& rule = *static_cast<const rules::SparseProduct<eT>*>(engine_.rule(i));
    if (of_[x].size() <= 1) return void(of_[i] = of_[x]);
    const arma::SpMat<eT>& S = *rule.S.matrix;
    const uword rows = n.shape.rows, rows_of_x = engine_.node(x).shape.rows;
    std::vector<std::vector<Entries>> terms(n.shape.size());
    for_each_entry(S.n_cols, S.col_ptrs, S.row_indices, [&](uword row, uword col, uword) {
      const uword r = rule.S.transposed ? col : row, c = rule.S.transposed ? row : col;
      if (rule.S.on_the_right) {
        for (uword l = 0; l < rows; ++l) terms[l + c * rows].push_back(at(x, l + r * rows_of_x));
      } else {
        for (uword l = 0; l < n.shape.cols; ++l) terms[r + l * rows].push_back(at(x, c + l * rows_of_x));
      }
    });
    for (const auto& t : terms)
      of_[i].push_back(entries_of_all(t.size(), [&](std::size_t k) -> const Entries& { return t[k]; }));
  }

  /// A rule that is linear, and each of whose results is an entry of an operand, or 0: which, is seen by computing it
  /// of their numbers, and confirmed by computing it of others.
  bool moves_entries(Index i) {
    const Node<eT>& n = engine_.node(i);
    const std::vector<Index> x(engine_.operands(n).begin(), engine_.operands(n).end());
    std::size_t entries = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (n.operation->reads_by(unsigned(k)) != reads::nothing) return false;
      entries += size(x[k]);
    }
    if (eT(entries) > 0.25 / std::numeric_limits<eT>::epsilon()) return false;  // labels must be exact
    const auto computed = [&](const auto& label) {
      Tape<eT> tape;
      Engine<eT>& other = engine_of(tape);
      std::vector<Index> operands;
      std::size_t first = 0;
      for (const Index k : x) {
        const Shape s = engine_.node(k).shape;
        arma::Mat<eT> labels(s.rows, s.cols);
        for (uword e = 0; e < labels.n_elem; ++e) labels[e] = label(first++);
        const Var<eT> leaf = other.leaf(true, s, labels.memptr(), true, engine_.node(k).is_scalar);
        operands.push_back(leaf.index());
      }
      const Index y = other.append(*n.operation, n.shape, operands, Location());
      other.copy_parameters(y, engine_, i);
      other.evaluate(y);
      return arma::Mat<eT>(other.data(y), n.shape.rows, n.shape.cols);
    };
    const auto other_label = [](std::size_t k) { return eT(0.5) + eT((k * 7919 + 13) % 104729); };
    const arma::Mat<eT> from = computed([](std::size_t k) { return eT(k + 1); }), again = computed(other_label);
    std::vector<Entries> moved(from.n_elem);
    std::vector<std::pair<Index, uword>> place;  // of each label: a node's entry
    for (const Index k : x) {
      for (uword e = 0; e < size(k); ++e) place.emplace_back(k, e);
    }
    for (uword e = 0; e < from.n_elem; ++e) {
      const eT label = from[e];
      if (label == 0 && again[e] == 0) continue;
      if (!(label >= 1 && label <= eT(entries) && label == std::floor(label))) return false;
      const std::size_t k = std::size_t(label) - 1;
      if (again[e] != other_label(k)) return false;
      moved[e] = at(place[k].first, place[k].second);
    }
    of_[i] = std::move(moved);
    return true;
  }
  /// Each entry of the result depends on all that the operands depend on.
  void mix(Index i) {
    const Node<eT>& n = engine_.node(i);
    const auto x = engine_.operands(n);
    std::vector<Entries> operands;
    for (const Index k : x) operands.push_back(whole(k));
    meet_by_reads(*n.operation, x, [&](std::size_t k) -> const Entries& { return operands[k]; });
    of_[i] = {entries_of_all(operands.size(), [&](std::size_t k) -> const Entries& { return operands[k]; })};
  }

  Engine<eT>& engine_;
  Pairs* const meeting_;
  std::vector<std::vector<Entries>> of_;  // by node: none, one for all its entries, or one each
};

}  // namespace

template <class eT>
Pattern derivative_pattern(const Function<eT>& f, const Given<eT>& w, bool second) {
  CompiledLosses<eT> recordings(Optimise::no, second ? Recorded::loss : Recorded::function);
  const CompiledLoss<eT>& r = recordings.bind(f, std::span(&w, 1));
  if (r.reads_values()) {
    misuse("sparse derivative", {},
           "the function asks for values while it is recorded (if, find, value()): its pattern may depend on them");
  }
  Pairs pairs;
  Dependence<eT> dependence(engine_of(r.root), r.leaves[0].index(), second ? &pairs : nullptr);
  const std::vector<Entries>& of = dependence.find(r.root.index());
  const uword columns = r.leaves[0].n_elem;
  if (second) return pairs.pattern(columns, columns);
  for (uword e = 0; e < r.root.n_elem && !of.empty(); ++e) {
    const Entries& one = of[of.size() == 1 ? 0 : e];
    if (!one) continue;
    for (const Index j : *one) pairs.add(Index(e), j);
  }
  return pairs.pattern(r.root.n_elem, columns);
}

ColumnGroups::ColumnGroups(const SparsePattern& p, bool symmetric) {
  colour(p);
  if (!symmetric) return;
  alone_.resize(p.n_cols);
  ColumnGroups best = *this;
  // Columns that meet more rows than this, from many to few, as long as that is of use.
  for (double most = double(p.n_rows) / 2; most >= 2; most /= 4) {
    for (uword j = 0; j < p.n_cols; ++j) alone_[j] = double(p.col_ptrs[j + 1] - p.col_ptrs[j]) > most;
    colour(p);
    if (size() < best.size()) best = *this;
  }
  *this = std::move(best);
}

void ColumnGroups::colour(const SparsePattern& p) {
  const auto [turned, from] = p.transposed();
  groups_.clear();
  constexpr uword none = uword(-1);
  std::vector<uword> group_of(p.n_cols, none), last_met;  // by group: the last column that it has a row in common with
  for (uword j = 0; j < p.n_cols; ++j) {
    if (p.col_ptrs[j] == p.col_ptrs[j + 1]) continue;
    if (is_alone(j)) {
      groups_.push_back({j});
      last_met.push_back(none);
      continue;
    }
    for (uword k = p.col_ptrs[j]; k < p.col_ptrs[j + 1]; ++k) {
      const uword row = p.row_indices[k];
      if (is_alone(row)) continue;
      for (uword l = turned->col_ptrs[row]; l < turned->col_ptrs[row + 1]; ++l) {
        const uword other = turned->row_indices[l];
        if (group_of[other] != none) last_met[group_of[other]] = j;
      }
    }
    uword g = 0;
    while (g < groups_.size() && (last_met[g] == j || (groups_[g].size() == 1 && is_alone(groups_[g][0])))) ++g;
    if (g == groups_.size()) groups_.emplace_back(), last_met.push_back(none);
    groups_[g].push_back(j);
    group_of[j] = g;
  }
}

template ARMAGRAD_EXPORT Pattern derivative_pattern(const Function<double>&, const Given<double>&, bool);
template ARMAGRAD_EXPORT Pattern derivative_pattern(const Function<float>&, const Given<float>&, bool);

}  // namespace armagrad::detail
