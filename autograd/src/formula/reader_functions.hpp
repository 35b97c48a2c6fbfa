#pragma once
// Operations as functions that anybody can call: a factorisation goes by what was factored, a selection of
// rows by the matrix that selects.

#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <armagrad/tape.hpp>

#include "expression.hpp"

namespace armagrad::detail::algebra {

/// The rule of node i with its parameters, if its operation is that rule's; nullptr otherwise.
template <class Rule, class eT>
const Rule* rule_if(const Engine<eT>& engine, Index i) {
  return engine.node(i).operation == &operation_of<Rule, eT>() ? static_cast<const Rule*>(engine.rule(i)) : nullptr;
}

/// Whether node i holds the factors of a matrix, as LAPACK packs them: no step of a derivation.
template <class eT>
bool is_factorisation(const Engine<eT>& engine, Index i);

/// Whether a leaf's name is the text of a number that was typed.
inline bool is_text_of_number(std::string_view name) {
  double x = 0;
  return std::from_chars(name.data(), name.data() + name.size(), x).ptr == name.data() + name.size() && !name.empty() &&
         name[0] >= '0' && name[0] <= '9';
}
/// Whether leaf i is a number that has no name but, perhaps, its text.
template <class eT>
bool is_plain_number(const Engine<eT>& engine, Index i) {
  const Node<eT>& n = engine.node(i);
  return n.operation->family == Family::leaf && n.one_by_one() && !n.needs_gradient &&
         (!engine.name(i) || is_text_of_number(engine.name(i)));
}

template <class eT>
class FunctionReader {
 public:
  /// `read` has the terms of the nodes that were read so far.
  FunctionReader(const Engine<eT>& engine, Expressions& in, const std::unordered_map<Index, Term>& read)
      : engine_(engine), in_(in), read_(read) {}

  /// Node i, whose operands are x, as a term of this shape. An operation that nothing is said of here goes by its name,
  /// with its parameters as they are printed.
  Term operator()(Index i, const Parts& x, Shape shape) const;
  /// What node i's operation takes beside its operands.
  Parameters parameters(Index i) const;

 private:
  template <class Rule>
  const Rule* rule(Index i) const {
    return rule_if<Rule>(engine_, i);
  }
  template <class Factorisation>
  bool has_factor(Index i) const;
  Part transposed(Part t) const;
  std::optional<Term> factored(Index i, const Parts& x) const;
  std::optional<Term> part_of_eigen(Index i) const;
  std::optional<Term> part_of_singular(Index i) const;
  std::optional<Term> selected(Index i, Part x, const arma::uvec& indices, Shape whole, Shape part) const;

  const Engine<eT>& engine_;
  Expressions& in_;
  const std::unordered_map<Index, Term>& read_;
};

}  // namespace armagrad::detail::algebra
