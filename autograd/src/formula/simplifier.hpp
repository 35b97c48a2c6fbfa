#pragma once
// Rewriting to a normal form by the rules of algebra. The constructors below take operands in normal form and
// give one; each rule makes what there is to read shorter, or happens once, while a node is built.
//
// Normal form: sums are flat, with like terms collected and common factors taken out where that is shorter;
// numbers are coefficients; element-wise products are flat, with exponents, what repeats a row or a column
// gathered in one factor; matrix products are flat, numbers taken out; transposes stand at names, and at
// sums, element-wise products and functions that are shorter so; sums of entries are products with ones.

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "expression.hpp"

namespace armagrad::detail::algebra {

/// What a rule did to a part of the formula.
struct Rewrite {
  std::string rule;
  Term before, after;
};

/// What was found true of the data and used.
struct Fact {
  enum class Kind : std::uint8_t { columns_sum_to_one, rows_sum_to_one, symmetric, no_zeros } kind;
  Term of;
  friend bool operator==(const Fact&, const Fact&) = default;
};

class Simplifier {
 public:
  /// Whether a fact holds, and a number of rows or columns as a term.
  struct Knowledge {
    std::function<bool(Fact)> holds;
    std::function<Term(std::uint32_t)> size;
    std::function<void(Term, Term)> same;  // is told of terms and their normal forms
  };

  Simplifier(Expressions& expressions, Knowledge knowledge) : in_(expressions), knowledge_(std::move(knowledge)) {}

  /// The normal form of a term in any form.
  Term operator()(Term term);
  const std::vector<Rewrite>& rewrites() const { return rewrites_; }
  const std::vector<Fact>& facts() const { return facts_; }

  // Constructors, of operands in normal form.
  Term sum(Shape shape, const Parts& terms);
  Term powers(Shape shape, const Parts& factors);
  Term product(Shape shape, const std::vector<Term>& factors);
  Term transposed(Term t);
  Term apply(const std::string& name, const Parameters& parameters, bool elementwise, Shape shape,
             const std::vector<Term>& operands);
  Term scaled(double by, Term t);

 private:
  /// Up to this many operands of the same kind are merged, though they are used elsewhere too.
  static constexpr std::size_t merge_limit = 64;

  /// What is longer, nobody reads at once: there only the likeliest common factor is tried, and nothing else.
  static constexpr double readable = 1000;

  class Attempt;   // something that is undone unless it is kept
  struct Factors;  // of an element-wise product
  struct Chain;    // of a matrix product
  struct Shared;   // a factor that several terms of a sum have
  struct Primitive {
    double content;
    Term part;
  };

  Term note(const char* rule, Term before, Term after);
  bool holds(Fact fact);
  void because_of(Term t);
  Term remember(Term given, Term made);
  Term merged(Term t, const std::unordered_set<Term>& inner);

  double cost(Term t) const { return in_[t].cost; }
  /// Whether a is shorter than b to read, if what they repeat has a name.
  bool is_shorter(Term a, Term b) const;
  Term zero(Shape s) { return s == scalar_shape ? in_.number(0) : in_.make(Kind::sum, s, {}); }
  bool is_zero(Term t) const;
  /// Whether two sums are each other's negative.
  bool is_negative(Term a, Term b) const;
  bool is_unit(Term t) const;
  bool is_truth(Term t);
  /// What t is the transpose of, or t itself.
  Term untransposed(Term t) const { return in_[t].kind == Kind::transpose ? in_[t].parts[0].term : t; }
  bool is_sum(Term t) const { return in_[untransposed(t)].kind == Kind::sum; }
  bool is_sum_of_several(Term t) const { return in_[t].kind == Kind::sum && in_[t].parts.size() > 1; }
  bool is_function(Term t, const char* name) const { return in_[t].kind == Kind::function && in_[t].name == name; }

  // Sums.
  void add_term(Parts& to, Shape shape, Part part);
  void collect(Parts& parts) const;
  void complement_sigmoids(Shape shape, Parts& parts);
  Term assembled(Shape shape, const Parts& parts);
  Term factored(Shape shape, Parts parts);
  std::vector<Shared> shared_factors(const Parts& parts);
  Parts divided(const Parts& parts, const Shared& by);
  Part without(Part part, const Shared& by);
  std::optional<Parts> multiplied_out(Shape shape, const Parts& parts);
  Parts multiplied_out(Term t);
  Parts multiplied_out_chain(Term chain);
  double content(Term sum) const;
  Term multiple(double by, Term sum) const;
  void note_as_typed(Term sum);
  Primitive primitive(Term sum, double exponent, double coefficient);

  // Element-wise products.
  void multiply(Factors& to, Part part);
  void multiply_sum(Factors& to, Part part);
  void multiply_product(Factors& to, Part part);
  void fold_softmax(Factors& to);
  void fold_sigmoid(std::map<Term, double>& factors);
  void fold_exponents(std::map<Term, double>& factors);
  void drop_guards(std::map<Term, double>& factors);
  void drop_truths(std::map<Term, double>& factors);
  void fold_norms(std::map<Term, double>& numbers);
  void fold_kron(std::map<Term, double>& factors);
  void fold_means(std::map<Term, double>& numbers);
  void fold_signs(std::map<Term, double>& factors);
  void gather(Factors& to, std::unique_ptr<Factors>& repeated, bool down);
  std::optional<Term> diagonal_of_factors(Factors& from);
  std::optional<Term> picked_column(Factors& from);
  Term assembled(Factors& from);
  std::optional<Term> cancelled(Term product);

  // Matrix products.
  void append(Chain& to, Term t);
  std::optional<Term> joined(Term a, Term b);
  std::optional<Term> summed_down(Term ones, Term b);
  bool are_inverse(Term a, Term b);
  bool are_orthogonal(Term a, Term b) const;
  bool is_unit_vector(Term t) const;
  Term column(Term a, Term unit);
  void sum_diagonals(std::vector<Term>& chain);
  std::optional<Term> by_eigenvalues(Term a, Term b);
  std::optional<Term> as_trace(const std::vector<Term>& chain);
  void take_numbers_out(Chain& chain);
  Term number_of(const std::vector<Term>& chain);

  // Transposes and functions.
  Term oriented(Term t);
  std::optional<Term> turned_inside(Term t);
  std::optional<Term> undone_log(Term t);
  std::optional<Term> rewritten(Term f);
  std::optional<Term> exp_rule(Term f);
  std::optional<Term> pow_rule(Term f);
  std::optional<Term> number_rule(Term f);
  std::optional<Term> log_rule(Term f);
  std::optional<Term> softmax_rule(Term f);
  std::optional<Term> parity_rule(Term f);
  std::optional<Term> sigmoid_rule(Term f);
  std::optional<Term> truth_rule(Term f);
  std::optional<Term> comparison_rule(Term f);
  void complement_comparisons(Shape shape, Parts& parts);
  std::optional<Term> linear_rule(Term f);
  std::optional<Term> diagonal_rule(const Expression& e);
  std::optional<Term> matrix_rule(Term f);
  std::optional<Term> repeated_rule(Term f);
  std::optional<Term> block_rule(Term f);
  std::optional<Term> spectral_rule(Term f);
  std::optional<Term> repeated_diagonal_rule(Term f);
  std::uint32_t row_repeats(Term t) const;
  std::optional<Term> function_block(const Expression& e);
  bool commutes(Term a, Term b);
  std::optional<Term> filled_like(Term x, Shape to);

  static bool is_integer(double x);

  Expressions& in_;
  Knowledge knowledge_;
  std::vector<Rewrite> rewrites_;
  std::vector<Fact> facts_;
  std::unordered_map<Term, Term> normal_;  // of terms in any form
  std::unordered_map<Term, Term> made_;    // by the constructors, of nodes as they were given
  std::vector<Term> made_in_order_;
  std::unordered_map<Term, Term> transpose_;  // of sums, element-wise products and functions
  std::unordered_map<Term, Term> upright_;    // what was seen first, of its transpose
  std::unordered_set<Term> sigmoids_;
  std::unordered_set<Term> as_typed_;  // sums of as many positive as negative terms, as they were first seen
  std::unordered_set<Term> being_summed_;
  bool multiplying_out_ = false;
  std::unordered_map<Term, std::vector<Fact>> reasons_;  // for which a transpose is what it is
};

class Simplifier::Attempt {
 public:
  explicit Attempt(Simplifier& s)
      : s_(s), rewrites_(s.rewrites_.size()), facts_(s.facts_.size()), made_(s.made_in_order_.size()) {}
  Attempt(const Attempt&) = delete;
  void keep() { kept_ = true; }
  ~Attempt() {
    if (kept_) return;
    s_.rewrites_.resize(rewrites_);
    s_.facts_.resize(facts_);
    for (std::size_t i = made_; i < s_.made_in_order_.size(); ++i) s_.made_.erase(s_.made_in_order_[i]);
    s_.made_in_order_.resize(made_);
  }

 private:
  Simplifier& s_;
  std::size_t rewrites_, facts_, made_;
  bool kept_ = false;
};

}  // namespace armagrad::detail::algebra
