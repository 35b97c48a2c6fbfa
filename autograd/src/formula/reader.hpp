#pragma once
// What is on a tape, as expressions.

#include <map>
#include <unordered_map>

#include <armagrad/derive.hpp>

#include "reader_functions.hpp"
#include "recurrences.hpp"
#include "simplifier.hpp"

namespace armagrad::detail::algebra {

template <class eT>
class Reader {
 public:
  /// `where` is added to the names of what has none, constant_2x3.
  Reader(Engine<eT>& engine, Expressions& in, const FormulaOptions& options, std::string where = {})
      : engine_(engine), in_(in), options_(options), where_(std::move(where)) {}

  /// Node i and what it was computed from.
  Term operator()(Index i);
  /// Reads node i as t from now on.
  void replace(Index i, Term t) { read_[i] = t; }
  /// Has scans written as recurrences, or, without, as functions.
  void write_recurrences(Recurrences<eT>* by) { recurrences_ = by; }
  /// A number of rows or columns.
  Term size(std::uint32_t n);
  /// Whether a fact holds for the numbers on the tape.
  bool holds(Fact fact) {
    const auto [at, is_new] = facts_.try_emplace({fact.kind, fact.of}, false);
    if (is_new) at->second = is_seen(fact);
    return at->second;
  }
  /// Takes note that two terms have the same value.
  void same(Term raw, Term other) {
    if (const auto at = node_of_.find(raw); at != node_of_.end()) node_of_.try_emplace(other, at->second);
  }
  /// The leaf of this name, if it was read.
  std::optional<Term> named(const std::string& name) const {
    const auto leaf = leaves_.find(name);
    return leaf == leaves_.end() ? std::nullopt : std::optional(read_.at(leaf->second));
  }
  /// The names that were given to nodes other than leaves.
  const std::map<Term, std::string>& names() const { return names_; }
  const std::vector<std::string>& leaf_names() const { return leaf_names_; }

 private:
  template <class Rule>
  const Rule* rule(Index i) const {
    return rule_if<Rule>(engine_, i);
  }
  bool is_seen(Fact fact);
  Term converted(Index i);
  Term entries(Index i, Parts x);
  std::optional<Term> spelled_out(Index i, const Parts& x, Shape shape);
  Term entries(Index i, const Parts& x, Shape shape);
  Term leaf(Index i);
  Term number(double x);
  std::optional<Term> plain_matrix(Index i);
  Term spread(Term t, Shape to);
  std::string unnamed(Index i, Shape s);
  arma::Mat<double> value(Index i) const { return arma::conv_to<arma::mat>::from(engine_.handle(i).value()); }
  bool same_numbers(Index i, Index j) const;

  Engine<eT>& engine_;
  Expressions& in_;
  const FormulaOptions& options_;
  std::string where_;
  Recurrences<eT>* recurrences_ = nullptr;
  std::unordered_map<Index, Term> read_;
  std::unordered_map<Term, Index> node_of_;
  std::map<std::string, Index> leaves_;
  std::vector<std::string> leaf_names_;
  std::map<Term, std::string> names_;
  std::map<std::pair<Fact::Kind, Term>, bool> facts_;
};

}  // namespace armagrad::detail::algebra
