#pragma once
// The engine of a tape: what rules and readings ask for nodes, values and adjoints, and the sweeps.

#include <algorithm>
#include <concepts>
#include <cstring>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "node.hpp"
#include "pool.hpp"
#include "recent_nodes.hpp"
#include "schedule.hpp"

namespace armagrad::detail {

namespace tiles {
template <class T>
struct Step;
}

/// A number that no other recording of any tape has, by which handles are told from those of others.
ARMAGRAD_EXPORT std::uint32_t next_generation();

/// What a tape holds, and how it works. Rules and readings reach it by engine_of.
template <class eT>
class ARMAGRAD_EXPORT Engine {
 public:
  /// Of a rule that is small, or a pointer to the rule.
  struct Parameters {
    alignas(8) std::byte bytes[16];
  };

  explicit Engine(Tape<eT>& tape);
  ~Engine();
  Engine(const Engine&) = delete;  // handles point to their tape
  Engine& operator=(const Engine&) = delete;

  /// The tape whose engine this is.
  Tape<eT>& tape() { return tape_; }
  Var<eT> leaf(bool variable, Shape shape, const eT* data, bool copy, bool scalar, const char* name = nullptr);
  /// What the last backward sweep found for a variable, of the variable's shape; zeros if the root does not depend on
  /// it.
  const arma::Mat<eT>& gradient(const Var<eT>& variable);
  /// Values that were computed while recording are computed again, to be looked at.
  void detect_anomalies(bool on);
  void clear();
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return pool_.bytes(); }
  /// The same with the lists of nodes.
  std::size_t bytes_in_all() const;

  template <class Rule>
  Var<eT> append(const Rule& rule, Shape shape, std::span<const Index> operands, Location at) {
    const Index i = append(operation_of<Rule, eT>(), shape, operands, at);
    store(i, rule);
    return handle(i);
  }
  /// Appends a node without parameters.
  Index append(const Operation<eT>& operation, Shape shape, std::span<const Index> operands, Location at);
  /// The same of an elementwise operation over operands that are 1x1.
  Var<eT> append_number(const Operation<eT>& operation, std::span<const Index> operands, bool is_scalar,
                        const Location& at);
  /// The same of a library's rule without parameters over numbers, at least one of them a Var; it is computed at once
  /// if they are.
  template <class Rule, class... X>
  static NumberVar<eT> append_number(Location at, const X&... x);
  /// The entry of a matrix that has this number, column by column.
  Index append_entry(const Operation<eT>& operation, Index matrix, Index entry, Location at);
  /// A constant number.
  Index append_number(eT constant);
  /// A constant that a rule over numbers reads: one of the few that were used last, if it has these bits, as loops read
  /// the same again and again.
  Index shared_constant(eT constant) {
    const Index known = recent_constants_.node(constant);
    return known != no_index ? known : new_shared_constant(constant);
  }
  NumberVar<eT> number_handle(Index i) const { return NumberVar<eT>(&tape_, i, generation_); }
  /// Keeps the parameters of node i's rule.
  template <class Rule>
  void store(Index i, Rule rule) {
    if constexpr (stands_on_tape<Rule>) {
      if constexpr (!std::is_empty_v<Rule>) std::memcpy(new_parameters(i), &rule, sizeof(Rule));
    } else {
      const void* kept = large_rules_.emplace_back(std::make_shared<const Rule>(std::move(rule))).get();
      std::memcpy(new_parameters(i), &kept, sizeof kept);
    }
  }
  /// Gives node i the parameters of node k of another tape, which has to live as long as this.
  void copy_parameters(Index i, const Engine& from, Index k);
  /// Whether a rule's parameters stand on the tape; else it has a pointer to them.
  template <class Rule>
  static constexpr bool stands_on_tape = sizeof(Rule) <= sizeof(Parameters) && std::is_trivially_copyable_v<Rule>;
  /// The same for a rule without parameters over one operand, or the node of that kind there is: work that
  /// several consumers share, like a factorisation.
  Var<eT> append_once(const Operation<eT>& operation, Shape shape, Index operand, Location at);

  /// The node of an entry of a matrix, a number, if one of late is known; loops read the same few again and again.
  Index known_entry(Index matrix, uword entry) const { return recent_entries_.node(matrix, entry); }
  void know_entry(Index matrix, uword entry, Index node) { recent_entries_.note(matrix, entry, node); }

  const Node<eT>& node(Index i) const { return nodes_[i]; }
  /// The parameters of node i's rule, as they lie on the tape.
  std::span<const std::byte> parameter_bytes(Index i) const {
    const Node<eT>& n = nodes_[i];
    return n.parameters == no_index ? std::span<const std::byte>() : std::span(parameters_[n.parameters].bytes);
  }
  /// Where in the user's source node i was written.
  Location at(Index i) const { return places_[i]; }
  /// Valid until the next node is recorded.
  std::span<const Index> operands(const Node<eT>& n) const {
    return n.arity <= n.operands.size() ? std::span(n.operands).first(n.arity)
                                        : std::span(wide_operands_).subspan(n.operands[0], n.arity);
  }
  Node<eT>& node(Index i) { return nodes_[i]; }
  /// By node, whether one of these is made of it; they are themselves.
  std::vector<bool> needed_by(std::span<const Index> nodes) const;
  /// Puts another operation in place of node i's, or another operand k; what nothing that needs a gradient goes into
  /// any more takes no part in backward passes.
  void replace_operation(Index i, const Operation<eT>& operation);
  void replace_operand(Index i, unsigned k, Index operand);
  /// The operands of node i, to be replaced by others that need a gradient where these do.
  std::span<Index> operands_of(Index i) {
    const auto x = operands(nodes_[i]);
    return {const_cast<Index*>(x.data()), x.size()};
  }
  /// Makes node i, a number, that of another rule without parameters.
  void become(Index i, const Operation<eT>& operation, std::span<const Index> operands);
  Var<eT> handle(Index i);
  /// The node of x on this tape: of a constant that is on none, a copy. std::logic_error if x is of another tape, or of
  /// this one before it was cleared.
  Index index_of(const Var<eT>& x, const char* operation, const Location& at) {
    if (x.tape_ == &tape_ && x.at_.generation == generation_) [[likely]]
      return x.at_.index;
    return index_elsewhere(x, operation, at);
  }
  void check(const Var<eT>& x, const char* operation, const Location& at) { index_of(x, operation, at); }
  Var<eT> here(const Var<eT>& x, const char* operation, const Location& at) {
    return handle(index_of(x, operation, at));
  }
  std::uint32_t generation() const { return generation_; }
  /// Memory for the value of node i, which is one of as many numbers, holding those of its operand `from`; in its place
  /// if nothing else needs it.
  eT* take_over(Index i, Index from);
  /// Lists what is not yet evaluated and needed for root's value, its adjoints, or both.
  void plan(Schedule& schedule, Index root, Planned planned);
  /// Does what was planned, also again after a leaf was bound to other numbers. With `accumulate`, gradients
  /// are added to those that the variables have.
  void run(const Schedule& schedule, bool accumulate = false) { run(schedule, &one_, accumulate); }
  /// The same with the root's adjoint, of its shape, instead of 1.
  void run(const Schedule& schedule, const eT* seed, bool accumulate = false);
  /// d root / d (every variable), from zero; the same of accu(root % seed).
  void backward(Index root, bool value, const eT* seed = &one_);
  /// Whether the sweep under way goes on to a backward pass.
  bool backward_follows() const { return backward_follows_; }
  /// Evaluates node i and what it depends on. Values that had been dropped and are needed again are kept this time, so
  /// that looking at one value after the other computes none more than twice.
  void evaluate(Index i);
  /// Of a number that was just recorded: evaluates it if its operands are evaluated.
  void evaluate_number(Index i);
  /// Node i, no leaf, is to be computed again when its value is needed.
  void forget_value(Index i) {
    nodes_[i].evaluated = false;
    note_pending(i);
  }
  /// All but leaves are: for who records once and computes again for other leaves, be it that values were computed
  /// while recording.
  void forget_values() {
    for (Index i = 0; i < size_; ++i) {
      if (nodes_[i].operation->family != Family::leaf) forget_value(i);
    }
  }
  /// Whether the tape has nodes whose square is smooth where they have a kink.
  bool has_kinks() const { return has_kinks_; }
  /// The numbers of an evaluated node, column by column.
  const eT* data(Index i) const {
    const Node<eT>& n = nodes_[i];
    return n.storage == no_index ? &values_[i] : storage_[n.storage].value;
  }
  /// The same of a 1x1 node, and adding to its adjoint.
  eT number(Index i) const { return values_[i]; }
  void add_to_number(Index i, eT adjoint) { adjoints_[i] += adjoint; }
  /// Memory for the value of a node that is being evaluated.
  eT* output(Index i);
  /// Points a leaf at other numbers of the same shape.
  void rebind(Index leaf, const eT* data);
  /// Of a leaf that is a cube: how many slices it has.
  void note_slices(Index leaf, uword slices) {
    if (slices != 1) slices_.emplace_back(leaf, slices);
  }
  uword slices(Index leaf) const {
    const auto found = std::find_if(slices_.begin(), slices_.end(), [&](const auto& s) { return s.first == leaf; });
    return found == slices_.end() ? 1 : found->second;
  }
  /// Names x in formulas; the name is copied.
  Var<eT> named(const Var<eT>& x, const char* name);
  /// A node's name, or nullptr.
  const char* name(Index i) const;
  /// The rule of node i with its parameters, valid until the next node is recorded.
  const void* rule(Index i) const {
    static constexpr Parameters none{};
    const Node<eT>& n = nodes_[i];
    if (n.parameters == no_index) return none.bytes;
    const void* const own = parameters_[n.parameters].bytes;
    if (!n.operation->large) return own;
    const void* kept;
    std::memcpy(&kept, own, sizeof kept);
    return kept;
  }

  /// Adds scale * look (of node i's shape) to the adjoint of node i, by reference where it is the first.
  void contribute(Index i, const Adjoint<eT>& part);
  /// Adds `count` numbers to the adjoint of node i; fill(entries, numbers) writes them and where they belong, column by
  /// column.
  template <class Fill>
  void contribute_entries(Index i, uword count, Fill fill) {
    const std::size_t places = (count * sizeof(std::uint64_t) + sizeof(eT) - 1) / sizeof(eT);
    eT* const chunk = pool_.acquire(places + count);
    auto* const entries = reinterpret_cast<std::uint64_t*>(chunk);
    fill(entries, chunk + places);
    contribute(i, {{chunk + places, 1, 0}, chunk, eT(1), entries, count});
    pool_.release(chunk);
  }
  /// The adjoint of node i as memory to write to, and whether to add to what stands there.
  std::pair<eT*, bool> accumulate(Index i);
  /// The same for who writes every entry anew: the memory, and what stood there, to be read before anything
  /// else is asked of the tape.
  std::pair<eT*, Adjoint<eT>> replace(Index i);
  /// The adjoint of node i as a look at memory; of zeros if there is none.
  Adjoint<eT> adjoint(Index i);
  /// The same, which may be sparse.
  const Adjoint<eT>& adjoint_or_entries(Index matrix) const { return storage_[nodes_[matrix].storage].adjoint; }
  /// The adjoint of node i as a full matrix.
  const eT* full_adjoint(Index i);
  bool wants(Index i) const { return nodes_[i].needs_gradient; }

  /// This tape, if it is one of constants: see draft.hpp.
  std::weak_ptr<Tape<eT>> constants;
  /// Nodes get this place in the source instead of their own, while a rule appends its gradient.
  Location* place = nullptr;

 private:
  friend class ForwardMode<eT>;
  struct Storage {
    const eT* value = nullptr;
    Adjoint<eT> adjoint;
  };

  Index index_elsewhere(const Var<eT>& x, const char* operation, const Location& at);
  Index new_shared_constant(eT constant);
  void grow();
  /// Node i, a number, is to be computed yet.
  void note_pending(Index i) { first_pending_ = std::min(first_pending_, i); }
  void update_quick() { quick_until_ = detect_anomalies_ ? 0 : std::max(adjoints_.size(), room_kept) - room_kept; }
  // How a number is appended: src/tape/append_number.hpp.
  template <class Rule, class... X>
  static Engine* ready_for(const X&... x);
  template <class Rule, class... X>
  static NumberVar<eT> append_number_elsewhere(Location at, const X&... x);
  template <class Rule, class... X>
  static NumberVar<eT> append_number_anywhere(Location at, const X&... x);
  template <class Rule, std::same_as<Index>... I>
  NumberVar<eT> append_ready_number(const Location& at, I... operands);
  template <class Rule, std::same_as<Index>... I>
  NumberVar<eT> append_pending_number(const Location& at, I... operands);
  template <class Rule, bool is_computed, std::same_as<Index>... I>
  NumberVar<eT> write_number_node(const Location& at, I... operands);
  // What append_number is given: a number, or a Var that may be a node of this tape.
  bool has(const Var<eT>& x) const { return x.tape_ == &tape_ && x.at_.generation == generation_; }
  bool has(eT) const { return true; }
  Index index_of_given(const Var<eT>& x) const { return x.at_.index; }
  Index index_of_given(eT constant) { return shared_constant(constant); }
  void* new_parameters(Index i);
  Node<eT>& new_node(const Operation<eT>& operation, Shape shape, const Location& at);
  void note_needs(Node<eT>& n, std::span<const Index> operands);
  void clear_adjoints_of_variables();
  void settle_gradients();
  // Loops over nodes that are numbers: numbers.cpp.
  void compute_numbers(NodeList list);
  void pull_numbers(NodeList list);
  void compute_loop(const NumberLoop& loop, const Index* nodes);
  void pull_loop(const NumberLoop& loop, const Index* nodes);
  void sweep_numbers(Index root, const eT* seed);
  void mark_needed(Index root);
  void pull_entry(Index i);
  void pull_number(Index i, unsigned k);
  void compute_in_packs(const NumberLoop& loop, const Index* nodes);
  void pull_in_packs(const NumberLoop& loop, const Index* nodes);

  template <class Watch>
  void sweep(const Schedule& schedule, const eT* seed, bool accumulate, Watch watch);
  void need(Index i, Index& lowest);
  void need_operands(Index i, Index& lowest, Schedule& schedule);
  void keep(Index i, std::span<const Index> group = {});
  void keep_or_recompute(Schedule& schedule);
  void choose_recomputed(std::span<const Index> group, Schedule::Group& g, std::vector<Index>& recomputed);
  static bool is_worth_fusing(Shape s);
  static bool is_worth_recomputing(Shape s);
  std::size_t end_of_numbers(const std::vector<Index>& list, std::size_t begin) const;
  void group_values(Schedule& schedule);
  void group_adjoints(Schedule& schedule);
  void compute(Index i, std::span<const Schedule::Drop> drops = {});
  bool has_zero_adjoint(Index i);
  void pull(Index i);
  // Elementwise nodes: elementwise.cpp.
  void compute_elementwise(Index i, std::span<const Schedule::Drop> drops);
  double sum_elementwise(Index i);
  void compute_group(std::span<const Index> group, std::span<const Schedule::Drop> drops);
  void pull_elementwise(Index i, unsigned k);
  bool pull_whole(Index i, unsigned k, const Adjoint<eT>& dy);
  void pull_few(Index i, unsigned k);
  bool passes_entries_on(Index i) const;
  void pull_entries(Index i);
  void add_few(Index i, Shape from, const eT* part);
  void pull_group(std::span<const Index> group, std::span<const std::uint8_t> in_tile,
                  std::span<const Index> recomputed);
  bool constant_partial(Index i, unsigned k, eT& slope) const;
  Adjoint<eT> multiple_partial(Index i, unsigned k) const;
  Adjoint<eT> alias_of_pull(Index i, unsigned k, Adjoint<eT> dy) const;
  void direct(tiles::Step<eT>& step, Index to, Shape from, eT*& held);
  void drop_adjoint(Index i);
  void drop_value(Index i);
  /// The chunk that holds node i's value, or nullptr if it is not in the pool.
  eT* chunk_of(Index i) const {
    const Node<eT>& n = nodes_[i];
    return n.storage == no_index || n.arity == 0 ? nullptr : const_cast<eT*>(storage_[n.storage].value);
  }
  static bool is_full(const Adjoint<eT>& a, Shape s);
  Strided<const eT> operand(const Node<eT>& n, unsigned k) const;
  std::array<eT, 3> numbers(const Node<eT>& n) const;
  std::array<Strided<const eT>, 3> looks(const Node<eT>& n) const;

  Var<eT> new_handle(Index i, Shape shape);

  static constexpr eT zero_ = 0, one_ = 1;  // to look at

  Tape<eT>& tape_;
  std::uint32_t generation_ = next_generation();
  bool backward_follows_ = false, detect_anomalies_ = false;
  // One entry a node, and room for more: what is beyond size_ is of no meaning.
  std::size_t size_ = 0;
  std::vector<Node<eT>> nodes_;
  std::vector<Location> places_;        // in the user's source
  std::vector<eT> values_, adjoints_;   // where the node is 1x1
  std::vector<Parameters> parameters_;  // of rules
  std::vector<Storage> storage_;        // of matrices
  std::vector<Index> others_;           // that no loop over numbers computes, but for leaves
  Index first_pending_ = no_index;      // those of a loop over numbers that stand before it are evaluated
  bool has_kinks_ = false;
  /// While the tape is smaller than this, a number and constants that it reads can be appended without further
  /// questions: there is room, and nobody looks for anomalies.
  std::size_t quick_until_ = 0;
  static constexpr std::size_t room_kept = 3;      // for a number and two constants
  const Operation<eT>* const* number_operations_;  // in the order of NumberRules
  std::vector<Index> variables_;
  std::vector<Index> wide_operands_;
  std::vector<std::pair<Index, uword>> slices_;       // of leaves that are cubes
  std::vector<std::pair<Index, const char*>> names_;  // in the order of the nodes; the texts are kept below
  std::set<std::string, std::less<>> name_texts_;     // of all recordings, so that the next one allocates nothing
  std::vector<std::shared_ptr<const void>> large_rules_;
  std::vector<std::unique_ptr<arma::Mat<eT>>> gradients_;  // of the variables; in place: gradient() refers to them
  Pool<eT> pool_;
  Schedule schedule_;                      // of the sweep under way
  std::span<const Schedule::Drop> drops_;  // after the node that is being computed
  struct Shared {
    const Operation<eT>* operation;
    Index operand, node;
  };
  std::vector<Shared> shared_;  // nodes of append_once
  RecentEntries recent_entries_;
  RecentConstants<eT> recent_constants_;
};

/// The engine of a tape, which the library can reach and users of the tape cannot.
template <class eT>
Engine<eT>& engine_of(Tape<eT>& tape);

}  // namespace armagrad::detail
