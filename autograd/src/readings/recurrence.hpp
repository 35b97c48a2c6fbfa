#pragma once
// The step of a scan, run again and again: the readings of a scan.

#include <optional>

#include "../tape/arrange.hpp"
#include "named_errors.hpp"
#include "recorded_step.hpp"

namespace armagrad::detail {

/// The step of a scan, run again and again on a tape of its own, and the states that it went through.
template <class eT>
class Recurrence : public RecordedStep<eT> {
  using cx = std::complex<eT>;
  using Step = RecordedStep<eT>;
  using Step::program_, Step::places_, Step::arguments_, Step::results_, Step::outputs_, Step::state_size_, Step::one_,
      Step::many_;
  using Step::record, Step::shared_arguments, Step::column, Step::offset_of_state;

 public:
  using Step::Step, Step::is_state, Step::is_input;

  void forward(Engine<eT>& engine, Index i) {
    take_operands(engine, i);
    run_all(engine.backward_follows() && engine.wants(i), engine.output(i));
  }

  void reverse(Engine<eT>& engine, Index i) {
    take_operands(engine, i);
    if (!has_states_) run_all(true, nullptr);
    const eT* const dy = engine.full_adjoint(i);
    adjoints_.assign(dy, dy + state_size_);
    point_states(places_.adjoints, static_cast<const eT*>(adjoints_.data()));
    const std::vector<eT*> dx = adjoints_of_inputs(engine, i);
    gradients_.resize(arguments_.size());
    for (std::size_t k = 0; k < arguments_.size(); ++k)
      gradients_[k].zeros(arguments_[k].shape.rows, arguments_[k].shape.cols);
    start_anew();
    steps_named([&] {
      for (uword last = program_.steps; last > 0;) {
        const uword first = (last - 1) / program_.interval * program_.interval;
        compute_between(first, last);
        std::fill(places_.values.begin(), places_.values.end(), nullptr);
        for (now_ = last; now_ > first;) {
          now_ -= now_ > end_of_rows() ? 1 : many_.steps;
          pull(first, dy, dx);
        }
        last = first;
      }
    });
    for (StepsInARow<eT>* row : {&one_, &many_}) {
      if (row->has_gradients) collect(*row->only);
    }
    for (unsigned k = 0; k < engine.node(i).arity; ++k) {
      const Index x = engine.operands(engine.node(i))[k];
      if (is_state(k))
        Slot<eT>{&engine, x} += over(places_.adjoints[k], engine.node(x).shape);
      else if (!is_input(k))
        Slot<eT>{&engine, x} += gradients_[k];
    }
  }

  void tangent(ForwardMode<eT>& forward, Index i) {
    Engine<eT>& engine = forward.engine();
    take_operands(engine, i);
    eT* const out = forward.output(i);
    const auto operands = engine.operands(engine.node(i));
    std::vector<eT> states(2 * state_size_), moves(2 * state_size_);
    copy_start(states.data());
    for (std::size_t k = 0; k < program_.states; ++k) {
      const eT* const t = forward.tangent(operands[k]);
      if (t) std::copy_n(t, arguments_[k].shape.size(), moves.data() + offset_of_state(k));
    }
    StepOutlet<eT> values(outputs_, nullptr), outlet(outputs_, out);
    places_.tangents.resize(results_.size());
    tangents_.only = nullptr;
    if (!tangents_.function) record(tangents_, 1);
    std::optional<ForwardMode<eT>> nested;
    const auto half = [&](std::vector<eT>& both, uword n) { return both.data() + n % 2 * state_size_; };
    steps_named([&] {
      for (now_ = 0; now_ < program_.steps; ++now_) {
        const CompiledLoss<eT>& r = bound(tangents_, half(states, now_));
        if (!nested || r.reads_values()) {
          engine_of(r.root).forget_values();
          nested.emplace(r.root);
        }
        for (std::size_t k = 0; k < arguments_.size(); ++k) {
          const eT* t = is_state(k) ? half(moves, now_) + offset_of_state(k) : forward.tangent(operands[k]);
          if (t && is_input(k)) t += column(now_) * arguments_[k].shape.size();
          if (t) nested->seed(r.leaves[k], over(t, arguments_[k].shape));
        }
        point(places_.values, half(states, now_ + 1), values, 1);
        point(places_.tangents, half(moves, now_ + 1), outlet, 1);
        for (std::size_t k = 0; k < results_.size(); ++k)
          std::fill_n(places_.tangents[k], results_[k].shape.size(), eT(0));
        nested->run_anew();
        outlet.add();
      }
    });
    std::copy_n(half(moves, program_.steps), state_size_, out);
    outlet.finish();
  }

  void complex(ComplexReplay<eT>& replay, Index i) {
    Engine<eT>& engine = replay.engine();
    take_operands(engine, i);
    cx* const out = replay.output(i).memptr();
    const auto operands = engine.operands(engine.node(i));
    std::vector<cx> states(2 * state_size_);
    for (std::size_t k = 0; k < program_.states; ++k) {
      const arma::Mat<cx>& start = replay.operand(operands[k]);
      std::copy(start.begin(), start.end(), states.data() + offset_of_state(k));
    }
    std::vector<eT> real(state_size_);
    StepOutlet<cx> outlet(outputs_, out);
    places_.complex_values.resize(results_.size());
    StepsInARow<eT> row(Optimise::no);
    record(row, 1);
    std::optional<ComplexReplay<eT>> nested;
    const auto half = [&](uword n) { return states.data() + n % 2 * state_size_; };
    steps_named([&] {
      for (now_ = 0; now_ < program_.steps; ++now_) {
        std::transform(half(now_), half(now_) + state_size_, real.data(), [](cx z) { return z.real(); });
        const CompiledLoss<eT>& r = bound(row, real.data());
        std::fill(places_.values.begin(), places_.values.end(), nullptr);
        if (!nested || r.reads_values()) nested.emplace(r.root);
        for (std::size_t k = 0; k < arguments_.size(); ++k) {
          const Shape s = arguments_[k].shape;
          const cx* z = is_state(k) ? half(now_) + offset_of_state(k) : replay.operand(operands[k]).memptr();
          if (is_input(k)) z += column(now_) * s.size();
          nested->move(r.leaves[k].index(), arma::Mat<cx>(z, s.rows, s.cols));
        }
        point(places_.complex_values, half(now_ + 1), outlet, 1);
        nested->value();
        outlet.add();
      }
    });
    std::copy_n(half(program_.steps), state_size_, out);
    outlet.finish();
  }

 private:
  // ---- Arguments and results of one step ----

  void take_operands(Engine<eT>& engine, Index i) {
    operands_.clear();
    for (const Index k : engine.operands(engine.node(i))) {
      engine.evaluate(k);  // in a sweep it is; other readings may have dropped it
      operands_.push_back(engine.data(k));
    }
    for (std::size_t k = 0; k < arguments_.size(); ++k) arguments_[k].data = operands_[k];
  }
  void copy_start(eT* state) const {
    for (std::size_t k = 0; k < program_.states; ++k)
      state = std::copy_n(operands_[k], arguments_[k].shape.size(), state);
  }
  template <class T>
  void point_states(std::vector<T*>& places, T* state) const {
    for (std::size_t k = 0; k < program_.states; ++k) {
      places[k] = state;
      state += arguments_[k].shape.size();
    }
  }
  /// Points at where the results of the steps from the present one on go.
  template <class T>
  void point(std::vector<T*>& places, T* next_state, StepOutlet<T>& outlet, uword steps) {
    point_states(places, next_state);
    T** to = places.data() + program_.states;
    for (uword n = 0; n < steps; ++n, to += outputs_.size()) outlet.point(to, column(now_ + n), n);
  }
  /// The recording for the steps from the present one on, laid over their arguments.
  CompiledLoss<eT>& bound(StepsInARow<eT>& row, const eT* state) {
    steps_run_ = row.steps;
    Given<eT>* to = row.arguments.data();
    for (std::size_t k = 0; k < program_.states; ++k, ++to) {
      to->data = state;
      state += to->shape.size();
    }
    for (uword n = 0; n < row.steps; ++n) {
      for (std::size_t k = 0; k < program_.inputs.size(); ++k, ++to)
        to->data = operands_[program_.states + k] + column(now_ + n) * to->shape.size();
    }
    if (!row.only) {
      std::copy(arguments_.end() - shared_arguments(), arguments_.end(), to);
      CompiledLoss<eT>& r = row.recordings.bind(row.function, row.arguments);
      if (!r.reads_values()) row.only = &r;
      return r;
    }
    Engine<eT>& engine = engine_of(row.only->tape());
    const std::size_t moving = std::size_t(to - row.arguments.data());
    for (std::size_t k = 0; k < moving; ++k) engine.rebind(row.only->leaves[k].index(), row.arguments[k].data);
    return *row.only;
  }
  /// Has recordings laid over the present arguments.
  void start_anew() {
    for (StepsInARow<eT>* row : {&one_, &many_}) {
      row->only = nullptr;
      row->has_gradients = false;
    }
  }
  /// Those to be run from the present step on.
  StepsInARow<eT>& row_here() { return many_.steps > 1 && now_ < end_of_rows() ? many_ : one_; }
  /// The step from which on there are not enough for a row.
  uword end_of_rows() const { return program_.steps / many_.steps * many_.steps; }
  /// What a step throws is thrown again with its number.
  template <class F>
  void steps_named(F f) {
    with_named_errors("scan", program_.at, std::move(f), [&] {
      const std::string from = std::to_string(now_ + 1), to = std::to_string(now_ + steps_run_);
      return (steps_run_ > 1 ? "steps " + from + " to " + to : "step " + from) + " of " +
             std::to_string(program_.steps);
    });
  }

  // ---- Values ----

  /// Runs the steps from `first` to before `last`; states, after some steps in a row each, go to next(n).
  template <class Next>
  const eT* advance(uword first, uword last, const eT* state, StepOutlet<eT>& outlet, Next next) {
    for (now_ = first; now_ < last;) {
      StepsInARow<eT>& row = row_here();
      eT* const to = next(now_ + row.steps);
      point(places_.values, to, outlet, row.steps);
      CompiledLoss<eT>& r = bound(row, state);
      try {
        row.run(engine_of(r.tape()), r.forward);
      } catch (const std::exception&) {
        if (row.steps > 1) run_one_by_one(state, row.steps);
        throw;
      }
      outlet.add(row.steps);
      state = to;
      now_ += row.steps;
    }
    return state;
  }
  /// Finds the step that throws.
  void run_one_by_one(const eT* state, uword steps) {
    StepOutlet<eT> nowhere(outputs_, nullptr);
    std::vector<eT> states(2 * state_size_);
    for (uword n = 0; n < steps; ++n, ++now_) {
      eT* const to = states.data() + n % 2 * state_size_;
      point(places_.values, to, nowhere, 1);
      CompiledLoss<eT>& r = bound(one_, state);
      one_.run(engine_of(r.tape()), r.forward);
      state = to;
    }
    now_ -= steps;
  }
  void run_all(bool keep, eT* out) {
    has_states_ = false;
    const uword interval = program_.interval;
    kept_.resize(keep ? (program_.steps + interval - 1) / interval * state_size_ : 0);
    between_.resize((interval / many_.steps + many_.steps + 1) * state_size_);
    uword turn = 0;
    const auto place_of = [&](uword n) {
      const bool is_kept = keep && n % interval == 0 && n < program_.steps;
      return is_kept ? kept_.data() + n / interval * state_size_ : between_.data() + turn++ % 2 * state_size_;
    };
    StepOutlet<eT> outlet(outputs_, out, many_.steps);
    eT* const start = place_of(0);
    copy_start(start);
    start_anew();
    steps_named([&] {
      const eT* const last = advance(0, program_.steps, start, outlet, place_of);
      if (out) std::copy_n(last, state_size_, out);
    });
    if (out) outlet.finish();
    has_states_ = keep;
  }

  // ---- Backward ----

  /// Where the state before step n is that follows the one kept before step `first`.
  eT* state_before(uword n, uword first) {
    if (n == first) return kept_.data() + first / program_.interval * state_size_;
    const uword end = std::min(n, end_of_rows());
    return between_.data() + ((end - first) / many_.steps + (n - end)) * state_size_;
  }
  /// Computes the states between two that were kept.
  void compute_between(uword first, uword last) {
    StepOutlet<eT> nowhere(outputs_, nullptr, many_.steps);
    const uword end = last > end_of_rows() ? last - 1 : last - many_.steps;
    advance(first, end, state_before(first, first), nowhere, [&](uword n) { return state_before(n, first); });
  }
  /// Where the adjoints of the inputs are added up, nullptr for those that want none.
  std::vector<eT*> adjoints_of_inputs(Engine<eT>& engine, Index i) {
    std::vector<eT*> all(program_.states + program_.inputs.size());
    for (std::size_t k = 0; k < all.size(); ++k) {
      const Index x = engine.operands(engine.node(i))[k];
      if (!is_input(k) || !engine.wants(x)) continue;
      const auto [out, add] = engine.accumulate(x);
      if (!add) std::fill_n(out, engine.node(x).shape.size(), eT(0));
      all[k] = out;
    }
    return all;
  }
  /// Whether nodes keep something for their backward pass when they are computed, as a scan its states. They are
  /// computed for each step then, though their values may not be needed.
  static bool has_own_memory(const Engine<eT>& engine) {
    for (Index i = 0; i < engine.size(); ++i) {
      if (engine.node(i).operation->large) return true;
    }
    return false;
  }
  /// Takes the adjoints of the steps from the present one on back to their arguments. Those of shared ones add up on
  /// the steps' tape.
  void pull(uword first, const eT* dy, const std::vector<eT*>& dx) {
    StepsInARow<eT>& row = row_here();
    CompiledLoss<eT>& r = bound(row, state_before(now_, first));
    Engine<eT>& engine = engine_of(r.tape());
    if (r.reads_values() || !row.is_planned) {
      row.forget(engine);
      engine.plan(row.backward, r.root.index(),
                  has_own_memory(engine) ? Planned::value_and_adjoints : Planned::adjoints);
      row.is_planned = !r.reads_values();
      if (row.is_planned) arrange(engine, row.backward);
    }
    const eT** seed = places_.adjoints.data() + program_.states;
    for (uword n = 0; n < row.steps; ++n) {
      for (const StepOutput& o : outputs_) *seed++ = dy + o.offset + (o.is_summed ? 0 : column(now_ + n) * o.size);
    }
    row.run(engine, row.backward, row.has_gradients);
    const Var<eT>* leaf = r.leaves.data();
    eT* to = adjoints_.data();
    for (std::size_t k = 0; k < program_.states; to += arguments_[k++].shape.size())
      take_adjoint(engine, *leaf++, [to](uword e, eT d) { to[e] = d; });
    for (uword n = 0; n < row.steps; ++n) {
      for (std::size_t k = program_.states; k < dx.size(); ++k, ++leaf) {
        if (!dx[k]) continue;
        eT* const sum = dx[k] + column(now_ + n) * arguments_[k].shape.size();
        take_adjoint(engine, *leaf, [sum](uword e, eT d) { sum[e] += d; });
      }
    }
    row.has_gradients = !r.reads_values();
    if (r.reads_values()) collect(r);
  }
  /// Hands on the adjoint of a leaf, and leaves zeros.
  template <class Put>
  void take_adjoint(Engine<eT>& engine, const Var<eT>& leaf, Put put) {
    if (leaf.n_elem == 0) return;
    const auto [d, is_there] = engine.accumulate(leaf.index());
    for (uword e = 0; e < leaf.n_elem; ++e) {
      put(e, is_there ? d[e] : eT(0));
      d[e] = 0;
    }
  }
  /// Adds the gradients by the shared arguments to those of other recordings.
  void collect(CompiledLoss<eT>& r) {
    for (std::ptrdiff_t k = 1; k <= shared_arguments(); ++k) {
      const std::size_t which = arguments_.size() - std::size_t(k);
      if (arguments_[which].variable)
        gradients_[which] += r.tape().gradient(r.leaves[r.leaves.size() - std::size_t(k)]);
    }
  }

  std::vector<const eT*> operands_;  // of the node
  StepsInARow<eT> tangents_{Optimise::no};
  uword now_ = 0, steps_run_ = 1;         // the first step of those that are run, and how many they are
  std::vector<eT> kept_, between_;        // states
  bool has_states_ = false;               // kept_ has those of the present operands
  std::vector<eT> adjoints_;              // of the states
  std::vector<arma::Mat<eT>> gradients_;  // by the shared arguments
};

}  // namespace armagrad::detail
