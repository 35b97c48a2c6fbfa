#pragma once
// A scan as a lecturer writes it: the recurrence of its states, and backpropagation through time.

#include <map>
#include <set>

#include <armagrad/derive.hpp>

#include "../readings/scan.hpp"
#include "expression.hpp"

namespace armagrad::detail::algebra {

/// s_t = ..., for t = 1, 2, ...
struct RecurrenceLine {
  std::string base, index;  // s, t: what stands on the left
  std::string of;           // a state, s, if that is the loss's derivative by it
  Term right;
  std::optional<bool> is_upward;  // from the first step to the last, or back; nothing for a line that holds once

  std::string left() const { return base + "_" + index; }
};

/// What is read of scans: names for what they give, and the lines that say what the names stand for. A step that asks
/// for values, and the gradient of a gradient, have no such lines.
template <class eT>
class Recurrences {
 public:
  Recurrences(Expressions& in, const FormulaOptions& options) : in_(in), options_(options) {}

  /// Node i of operands x, if it is a scan of one result or a part of a scan.
  std::optional<Term> read(const Engine<eT>& engine, Index i, const Parts& x);
  /// The lines behind what is written, the first ones first; `simplify` has been through them.
  std::vector<RecurrenceLine> lines_behind(const std::vector<Term>& written) const;
  /// Brings all that was read to its normal form.
  std::function<Term(Term)> simplify = [](Term t) { return t; };

 private:
  /// The names of a scan's states and outputs, and what the arguments of a step are.
  struct Scan {
    std::vector<std::string> states, inputs, outputs;
    std::vector<Term> arguments;
    std::string last;  // the number of steps
    std::vector<Term> results;
  };

  std::vector<Term> results_of(const Engine<eT>& engine, Index i, const Parts& x);
  Scan& scan_of(const Recurrence<eT>& recurrence, const Parts& x, const Engine<eT>& engine);
  std::vector<Term> gradients_of(const Recurrence<eT>& adjoint, const Parts& x);
  Term part(Term sequence, Shape of_step, uword steps);
  Term indexed(const std::string& base, const std::string& index, Shape shape);
  std::string free_letter(std::string_view letters, const Engine<eT>& engine);

  Expressions& in_;
  const FormulaOptions& options_;
  std::map<const void*, Scan> scans_;
  std::map<Index, std::vector<Term>> results_;  // by scan; none of one that has no lines
  std::vector<RecurrenceLine> lines_;
  std::map<Term, std::string> bases_;  // of indexed names, and of sequences
  std::set<std::string> used_;
};

}  // namespace armagrad::detail::algebra
