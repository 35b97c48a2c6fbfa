#include "optimise.hpp"

#include <armagrad/detail/rule.hpp>

#include <string_view>

#include "../rules/elementwise.hpp"
#include "../rules/parts.hpp"

namespace armagrad {

std::ostream& operator<<(std::ostream& out, const Optimisations& o) {
  if (o.scalarised != 0) out << o.scalarised << " operations on small matrices made numbers; ";
  return out << o.recorded << " nodes recorded: " << o.folded << " folded, " << o.merged << " merged, " << o.dropped
             << " dropped, " << o.fused << " fused, " << o.unused << " unused; " << o.left << " left\n";
}

namespace detail {
namespace {

template <class eT>
class Optimiser {
 public:
  Optimiser(Engine<eT>& engine, std::span<const Var<eT>> arguments)
      : engine_(engine),
        same_(engine.size()),
        varies_(engine.size()),
        is_argument_(engine.size()),
        known_(2 * engine.size() + 1, no_index) {
    for (const Var<eT>& x : arguments) is_argument_[x.index()] = true;
  }

  Index run(Index root, Optimisations& done) {
    const Index size = Index(engine_.size());
    for (Index i = 0; i < size; ++i) same_[i] = simplest(i, done);
    root = same_[root];
    count_readers(root);
    for (Index i = 0; i <= root; ++i) {
      if (readers_[i] != 0) done.fused += fuse(i);
    }
    count_readers(root);
    for (Index i = 0; i < size; ++i) {
      if (engine_.node(i).arity == 0) continue;
      const bool is_read = i <= root && readers_[i] != 0, is_folded = is_read && is_worth_folding(i);
      if (!is_folded)
        engine_.forget_value(i);
      else if (is_read_by_what_varies_[i])
        engine_.evaluate(i);
      ++(is_folded ? done.folded : is_read ? done.left : done.unused);
    }
    done.recorded = done.folded + done.left + done.unused;
    done.unused -= done.merged + done.dropped + done.fused;
    return root;
  }

 private:
  const Node<eT>& node(Index i) const { return engine_.node(i); }
  template <class Rule>
  bool is(Index i) const {
    return node(i).operation == &operation_of<Rule, eT>();
  }

  /// The node that stands for node i, whose operands become those that stand for them.
  Index simplest(Index i, Optimisations& done) {
    varies_[i] = is_argument_[i];
    if (is_argument_[i]) return i;
    for (Index& k : engine_.operands_of(i)) {
      k = same_[k];
      varies_[i] = varies_[i] || varies_[k];
    }
    const Index passed_on = what_it_passes_on(i);
    if (passed_on != no_index) return ++done.dropped, passed_on;
    Index& known = place_of_equal(i);
    if (known == no_index) return known = i;
    done.merged += node(i).arity != 0;
    return known;
  }

  /// x where node i is x * 1, x / 1, or the part of x that is all of it; else no_index.
  Index what_it_passes_on(Index i) const {
    const auto is_one = [this](Index k) {
      return node(k).arity == 0 && node(k).is_scalar && !varies_[k] && engine_.number(k) == 1;
    };
    const std::span<const Index> x = engine_.operands(node(i));
    Index passed_on = no_index;
    if (is<rules::Times>(i))
      passed_on = is_one(x[1]) ? x[0] : is_one(x[0]) ? x[1] : no_index;
    else if (is<rules::Divide>(i))
      passed_on = is_one(x[1]) ? x[0] : no_index;
    else if (is<rules::Block>(i))
      passed_on = x[0];
    if (passed_on == no_index) return no_index;
    const Node<eT>&to = node(passed_on), &from = node(i);
    return to.shape == from.shape && to.is_scalar == from.is_scalar ? passed_on : no_index;
  }

  // ---- Equal nodes ----

  static constexpr uword largest_compared = 64;  // of constants, by their numbers

  /// Where the first node stands that equals node i, or no_index until it is put there: a table with open addresses.
  Index& place_of_equal(Index i) {
    for (std::size_t at = hash(i);; ++at) {
      Index& known = known_[at % known_.size()];
      if (known == no_index || are_same(known, i)) return known;
    }
  }
  std::size_t hash(Index i) const {
    const Node<eT>& n = node(i);
    const std::string_view own = n.arity == 0 ? numbers(i) : parameters(i);
    std::size_t h = n.shape.size() > largest_compared && n.arity == 0 ? i : std::hash<std::string_view>()(own);
    h ^= std::hash<const void*>()(n.operation);
    for (const Index k : engine_.operands(n)) h = (h ^ k) * 0x9e3779b97f4a7c15;
    return h ^ h >> 32;
  }
  /// Of a constant that is small.
  std::string_view numbers(Index i) const {
    return {reinterpret_cast<const char*>(engine_.data(i)),
            std::min(node(i).shape.size(), largest_compared) * sizeof(eT)};
  }
  std::string_view parameters(Index i) const {
    const auto bytes = engine_.parameter_bytes(i);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  bool are_same(Index i, Index j) const {
    const Node<eT>&a = node(i), &b = node(j);
    if (a.operation != b.operation || a.shape != b.shape || a.is_scalar != b.is_scalar || a.arity != b.arity ||
        a.needs_gradient != b.needs_gradient)
      return false;
    if (a.arity == 0) return a.shape.size() <= largest_compared && numbers(i) == numbers(j);
    const auto x = engine_.operands(a), y = engine_.operands(b);
    return std::equal(x.begin(), x.end(), y.begin()) && parameters(i) == parameters(j);
  }

  // ---- What does not vary, and sums of products ----

  /// Numbers, and matrices that are costly to make of others: not those that are as quickly made as read.
  bool is_worth_folding(Index i) const {
    return !varies_[i] && (node(i).one_by_one() || node(i).operation->family == Family::general);
  }

  void count_readers(Index root) {
    readers_.assign(root + std::size_t(1), 0);
    is_read_by_what_varies_.assign(root + std::size_t(1), false);
    readers_[root] = 1;
    is_read_by_what_varies_[root] = true;
    for (Index i = root + 1; i-- > 0;) {
      if (readers_[i] == 0) continue;
      for (const Index k : engine_.operands(node(i))) {
        ++readers_[k];
        is_read_by_what_varies_[k] = is_read_by_what_varies_[k] || !is_worth_folding(i);
      }
    }
  }

  /// a * b + c at once, of numbers, where nothing else reads the product.
  bool fuse(Index i) {
    if (!is<rules::Plus>(i) || !node(i).one_by_one() || !varies_[i]) return false;
    const auto [x, y, unused] = node(i).operands;
    for (const auto& [product, other] : {std::pair(y, x), std::pair(x, y)}) {
      if (!is<rules::Times>(product) || !varies_[product] || readers_[product] != 1) continue;
      const auto [a, b, none] = node(product).operands;
      engine_.become(i, operation_of<rules::MultiplyAdd, eT>(), std::array{a, b, other});
      return true;
    }
    return false;
  }

  Engine<eT>& engine_;
  std::vector<Index> same_;
  std::vector<bool> varies_, is_argument_, is_read_by_what_varies_;
  std::vector<std::uint32_t> readers_;
  std::vector<Index> known_;
};

}  // namespace

template <class eT>
Index optimise(Engine<eT>& engine, Index root, std::span<const Var<eT>> arguments, Optimisations& done) {
  return Optimiser<eT>(engine, arguments).run(root, done);
}

template Index optimise(Engine<double>&, Index, std::span<const Var<double>>, Optimisations&);
template Index optimise(Engine<float>&, Index, std::span<const Var<float>>, Optimisations&);

}  // namespace detail
}  // namespace armagrad
