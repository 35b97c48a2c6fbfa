#pragma once
// The recorded reading: a backward pass that is itself put on the tape, so that it can be differentiated
// again.

#include <vector>

#include "../ops/products.hpp"
#include "../ops/reductions.hpp"

namespace armagrad {

/// What the rule of node `from` added to the adjoint of its operand `to`, which was `sum` then.
struct Contribution {
  Index from, to, part, sum;
};

template <class eT>
class Recording {
 public:
  /// Runs the backward pass of `root` (1x1) as new nodes at the end of its tape.
  explicit Recording(const Var<eT>& root) : tape_(root.tape()), adjoints_(root.index() + 1, no_index) {
    tape_.check(root, "gradient", {});
    if (root.shape() != scalar_shape)
      misuse("gradient", {}, "the root is not a scalar but " + to_string(root.shape()));
    Location place;
    struct Restore {  // also when a rule throws
      Tape<eT>& tape;
      ~Restore() { tape.place = nullptr; }
    } restore{tape_};
    tape_.place = &place;
    descend(root.index(), tape_.constant(eT(1)), 0, place);
  }

  /// Passes the adjoint of node i on as if it had been computed as `y`, recorded since node `first`.
  void through(Index i, const Var<eT>& y, Index first) {
    if (y.index() < first) return add(y.index(), adjoint(i));  // one of the arguments
    adjoints_.resize(std::max<std::size_t>(adjoints_.size(), y.index() + 1), no_index);
    descend(y.index(), adjoint(i), first, *tape_.place);
  }

  /// d root / d x, of x's shape; zeros where root does not depend on x.
  Var<eT> gradient(const Var<eT>& x) {
    tape_.check(x, "gradient", {});
    if (x.index() < adjoints_.size() && adjoints_[x.index()] != no_index) {
      const Var<eT> g = tape_.handle(adjoints_[x.index()]);
      return g.shape() == x.shape() ? g : spread(g, x.shape());
    }
    return spread(tape_.constant(eT(0)), x.shape());
  }

  Tape<eT>& tape() { return tape_; }
  Var<eT> node(Index i) { return tape_.handle(i); }
  /// An operand of elementwise node i, repeated to i's shape where it was broadcast.
  Var<eT> spread_operand(Index i, Index operand) {
    const Var<eT> x = tape_.handle(operand);
    return tape_.node(operand).is_scalar ? x : spread(x, tape_.node(i).shape);
  }
  Var<eT> adjoint(Index i) { return tape_.handle(adjoints_[i]); }
  /// In the order of the backward pass.
  const std::vector<Contribution>& contributions() const { return contributions_; }

  /// Adds part to the adjoint of node i, summed over what was broadcast.
  void add(Index i, const Var<eT>& part) {
    if (!tape_.wants(i)) return;
    Var<eT> fit = sum_to(part, tape_.node(i).shape);
    if (tape_.node(i).is_scalar && !tape_.node(fit.index()).is_scalar) fit = accu(fit);
    adjoints_[i] = adjoints_[i] == no_index ? fit.index() : (tape_.handle(adjoints_[i]) + fit).index();
    contributions_.push_back({from_, i, fit.index(), adjoints_[i]});
  }

  /// Adds dy times an elementwise rule's partial derivative: a Var, what is taken of dy, or a plain number.
  template <class Partial>
  void chain(Index operand, const Var<eT>& dy, const Partial& partial) {
    if constexpr (requires { partial.mask; }) {
      add(operand,
          is_one(before_spread(dy)) ? spread(partial.mask, dy.shape()) : select(partial.mask, dy, 0));
    } else if constexpr (std::is_arithmetic_v<Partial>) {
      if (partial == 1)
        add(operand, dy);
      else if (partial == -1)
        add(operand, -dy);
      else if (partial != 0)
        add(operand, dy * partial);
    } else {
      add(operand, is_one(before_spread(dy)) ? spread(partial, dy.shape()) : times(dy, partial));
    }
  }

 private:
  static Var<eT> times(const Argument<eT>& dy, const Argument<eT>& slope) {
    return record_elementwise<rules::Chain, eT>({}, {&dy, &slope});
  }
  void descend(Index root, const Var<eT>& dy, Index lowest, Location& place) {
    adjoints_[root] = dy.index();
    for (Index i = root + 1; i-- > lowest;) {
      if (adjoints_[i] == no_index || !tape_.wants(i) || tape_.node(i).operation->family == Family::leaf)
        continue;
      place = tape_.node(i).at;
      from_ = i;
      tape_.node(i).operation->record(*this, i);
    }
  }
  bool is_one(const Var<eT>& x) const {
    const Node<eT>& n = tape_.node(x.index());
    return n.operation->family == Family::leaf && !n.needs_gradient && n.is_scalar && n.value == 1;
  }

  Tape<eT>& tape_;
  std::vector<Index> adjoints_;
  std::vector<Contribution> contributions_;
  Index from_ = no_index;
};

/// Where a rule adds what an operand's adjoint gets, as nodes.
template <class eT>
struct RecordedSlot {
  Recording<eT>* recording;
  Index index;

  explicit operator bool() const { return recording->tape().wants(index); }
  void operator+=(const Var<eT>& part) const { recording->add(index, part); }
};

}  // namespace armagrad
