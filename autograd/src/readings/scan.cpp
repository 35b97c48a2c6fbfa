#include "scan.hpp"

#include <cmath>
#include <optional>

#include "../rules/tables.hpp"
#include "arguments_given.hpp"

namespace armagrad::detail {

uword common_steps(std::span<const uword> steps, Location at) {
  for (std::size_t k = 1; k < steps.size(); ++k) {
    if (steps[k] != steps[0])
      misuse("scan", at,
             "inputs of unequal length: input 1 has " + std::to_string(steps[0]) + " steps, input " +
                 std::to_string(k + 1) + " has " + std::to_string(steps[k]));
  }
  if (steps.empty() || steps[0] == 0) misuse("scan", at, "there is no step to run: the inputs have length 0");
  return steps[0];
}

uword interval_of(const Checkpoints& checkpoints, uword steps, Location at) {
  if (checkpoints.kept > steps)
    misuse("scan", at, "Checkpoints{" + std::to_string(checkpoints.kept) + "} of " + std::to_string(steps) + " steps");
  const uword kept = checkpoints.kept ? checkpoints.kept : uword(std::ceil(std::sqrt(double(steps))));
  return (steps + kept - 1) / kept;
}

/// A result of a step as a part of the scan's: the numbers of each step side by side, or their sum.
struct StepOutput {
  uword offset, size;
  bool is_summed;
};

/// Where the outputs of some steps in a row go, as numbers, their tangents, or complex numbers; nowhere if `out` is
/// null.
template <class T>
class StepOutlet {
 public:
  StepOutlet(std::span<const StepOutput> outputs, T* out, uword steps = 1) : outputs_(outputs), out_(out) {
    uword size = 0;
    for (const StepOutput& o : outputs) size += o.is_summed ? o.size : 0;
    sums_.resize(size);
    terms_.resize(steps * size);
  }
  /// Points at the places for the outputs of one step, the first, second, ... of those in a row.
  void point(T** places, uword column, uword which) {
    T* term = terms_.data() + which * sums_.size();
    for (const StepOutput& o : outputs_) {
      *places++ = !out_ ? nullptr : o.is_summed ? term : out_ + o.offset + column * o.size;
      if (o.is_summed) term += o.size;
    }
  }
  /// Adds up what so many steps have put there.
  void add(uword steps = 1) {
    const T* term = terms_.data();
    for (uword n = 0; n < steps; ++n) {
      for (auto& sum : sums_) sum += *term++;
    }
  }
  void finish() const {
    auto sum = sums_.begin();
    for (const StepOutput& o : outputs_) {
      if (!o.is_summed) continue;
      std::transform(sum, sum + std::ptrdiff_t(o.size), out_ + o.offset, [](auto x) { return T(x); });
      sum += std::ptrdiff_t(o.size);
    }
  }

 private:
  std::span<const StepOutput> outputs_;
  T* out_;
  std::vector<T> terms_;
  std::vector<std::conditional_t<std::is_same_v<T, float>, double, T>> sums_;
};

/// So many steps in a row, on a tape of their own: several, where a step is so little that starting a sweep would cost
/// more than the sweep.
template <class eT>
struct StepsInARow {
  uword steps = 1;
  Function<eT> function;
  std::vector<Given<eT>> arguments;  // states, inputs of the first step, of the second, ..., shared ones
  CompiledLosses<eT> recordings;
  CompiledLoss<eT>* only = nullptr;  // the recording, unless the step asks for values
  Schedule backward;
  bool is_planned = false;
  const Schedule* last_run = nullptr;
  bool has_gradients = false;  // by the shared arguments, of the backward pass under way

  explicit StepsInARow(bool optimises = true) : recordings(optimises) {}

  /// Runs what was planned. Sums may have been taken without storing what they are of: another plan must not find
  /// there what was computed for other steps.
  void run(Engine<eT>& engine, const Schedule& schedule, bool accumulate = false) {
    if (last_run != &schedule) forget(engine);
    if (only) last_run = &schedule;
    engine.run(schedule, accumulate);
  }
  void forget(Engine<eT>& engine) {
    if (!only) return engine.forget_values();
    if (!last_run) return;
    for (const Index i : last_run->values) engine.forget_value(i);  // and not what was folded
    last_run = nullptr;
  }
};

namespace {

/// n entries of y from `at` on, as a matrix of this shape.
template <class eT>
Var<eT> part_of_column(const Var<eT>& y, uword at, Shape shape, bool is_scalar) {
  if (y.shape() == shape && node_of(y).is_scalar == is_scalar) return y;
  if (shape.size() == 0) return y.tape().constant(arma::Mat<eT>(shape.rows, shape.cols));
  if (is_scalar) return y(at);
  const Var<eT> part = y.n_elem == shape.size() ? y : Var<eT>(y.rows(at, at + shape.size() - 1));
  return part.shape() == shape ? part : Var<eT>(reshape(part, shape.rows, shape.cols));
}

}  // namespace

/// The step of a scan, run again and again on a tape of its own, and the states that it went through.
template <class eT>
class Recurrence {
  using cx = std::complex<eT>;

 public:
  explicit Recurrence(ScanProgram<eT> program) : program_(std::move(program)) {}
  Recurrence(const Recurrence&) = delete;  // what is recorded refers to it

  /// Records the step for arguments of these shapes, so that its mistakes are found where it is used.
  void prepare(const Engine<eT>& engine, std::span<const Index> operands) {
    const bool any = std::any_of(operands.begin(), operands.end(), [&](Index k) { return engine.wants(k); });
    std::size_t most = 1;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const Node<eT>& n = engine.node(operands[k]);
      const StepValue one = is_input(k) ? program_.inputs[k - program_.states] : StepValue{n.shape, n.is_scalar};
      arguments_.push_back({nullptr, one.shape, is_state(k) ? any : bool(n.needs_gradient), one.is_scalar});
      if (is_state(k)) state_size_ += one.shape.size();
      most = std::max<std::size_t>(most, one.shape.size());
    }
    // Nothing is computed yet: a step that asks for values gets zeros, and is recorded anew for others.
    const std::vector<eT> unknown(most);
    for (Given<eT>& a : arguments_) a.data = unknown.data();
    const bool reads_values = record(one_, 1).reads_values();
    if (reads_values || appends_gradients_) {  // such gradients are by any of the arguments
      for (Given<eT>& a : arguments_) a.variable = a.variable || appends_gradients_;
      one_.recordings = CompiledLosses<eT>(false);
      record(one_, 1);
    }
    size_ = state_size_;
    for (std::size_t k = 0; k < program_.summed.size(); ++k) {
      const uword one = results_[program_.states + k].shape.size();
      outputs_.push_back({size_, one, program_.summed[k]});
      size_ += program_.summed[k] ? one : one * program_.steps;
    }
    if (const uword several = reads_values ? 1 : steps_in_a_row(); several > 1) record(many_, several);
    program_.interval = (program_.interval + many_.steps - 1) / many_.steps * many_.steps;
  }

  const ScanProgram<eT>& program() const { return program_; }
  std::span<const Given<eT>> arguments() const { return arguments_; }
  std::span<const StepValue> results() const { return results_; }
  /// Of the node: all results in one column, or the only one.
  Shape shape() const { return results_.size() == 1 ? results_[0].shape : shape_of(size_, 1); }
  bool is_scalar() const { return results_.size() == 1 && results_[0].is_scalar; }
  bool is_state(std::size_t k) const { return k < program_.states; }
  bool is_input(std::size_t k) const { return !is_state(k) && k < program_.states + program_.inputs.size(); }

  /// The last states and the outputs, or their adjoints, as parts of y.
  std::vector<Var<eT>> parts(const Var<eT>& y) const {
    std::vector<Var<eT>> all;
    uword at = 0;
    for (std::size_t k = 0; k < program_.states; at += results_[k++].shape.size())
      all.push_back(part_of_column(y, at, results_[k].shape, results_[k].is_scalar));
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      const auto& [shape, is_scalar] = results_[program_.states + k];
      all.push_back(outputs_[k].is_summed
                        ? part_of_column(y, outputs_[k].offset, shape, is_scalar)
                        : part_of_column(y, outputs_[k].offset, shape_of(shape.size(), program_.steps), false));
    }
    return all;
  }

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
    StepsInARow<eT> row(false);
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
  /// Records so many steps in a row, at arguments_.
  CompiledLoss<eT>& record(StepsInARow<eT>& row, uword steps) {
    const auto begin = arguments_.begin(), inputs = begin + std::ptrdiff_t(program_.states),
               shared = inputs + std::ptrdiff_t(program_.inputs.size());
    row.steps = steps;
    row.function = [this, steps](std::span<const Var<eT>> x) { return append_steps(x, steps); };
    row.arguments.assign(begin, inputs);
    for (uword n = 0; n < steps; ++n) row.arguments.insert(row.arguments.end(), inputs, shared);
    row.arguments.insert(row.arguments.end(), shared, arguments_.end());
    places_.values.resize(
        std::max<std::size_t>(places_.values.size(), program_.states + steps * program_.summed.size()));
    places_.adjoints.resize(places_.values.size());
    return row.recordings.bind(row.function, row.arguments);
  }
  /// As many as make a sweep worth starting.
  uword steps_in_a_row() const {
    constexpr uword enough_nodes = 256, enough_numbers = 4096, fewest_sweeps = 16, most = 16;
    if (appends_gradients_) return 1;  // which would go on to the steps before
    const Engine<eT>& engine = engine_of(one_.recordings.last().tape);
    uword numbers = 1;
    for (Index i = 0; i < engine.size(); ++i) numbers += engine.node(i).shape.size();
    return std::clamp<uword>(
        std::min({enough_nodes / engine.size(), enough_numbers / numbers, program_.steps / fewest_sweeps,
                  program_.interval == 1 ? most : program_.interval}),
        1, most);
  }
  /// Calls the step so often, checks what it gives, and ends its tape.
  Var<eT> append_steps(std::span<const Var<eT>> x, uword steps) {
    Engine<eT>& engine = engine_of(x[0]);
    const auto inputs = x.begin() + std::ptrdiff_t(program_.states), shared = x.end() - shared_arguments();
    const std::ptrdiff_t width = std::ptrdiff_t(program_.inputs.size());
    std::vector<Var<eT>> arguments(x.begin(), inputs + width), outputs;
    arguments.insert(arguments.end(), shared, x.end());
    for (uword n = 0; n < steps; ++n) {
      std::copy_n(inputs + std::ptrdiff_t(n) * width, width, arguments.begin() + std::ptrdiff_t(program_.states));
      std::vector<Var<eT>> y = called(arguments);
      for (Var<eT>& one : y) one = engine.here(one, "scan", program_.at);
      check(y);
      const auto given_out = y.begin() + std::ptrdiff_t(program_.states);
      std::copy(y.begin(), given_out, arguments.begin());
      outputs.insert(outputs.end(), given_out, y.end());
    }
    std::vector<Index> indices;
    for (std::size_t k = 0; k < program_.states; ++k) indices.push_back(arguments[k].index());
    for (const Var<eT>& y : outputs) indices.push_back(y.index());
    const std::uint32_t results = std::uint32_t(indices.size());
    indices.push_back(x[0].index());  // so that it is no constant, whatever the step gives
    return engine.append(rules::StepEnd<eT>{{}, &places_, results}, scalar_shape, indices, program_.at);
  }
  std::ptrdiff_t shared_arguments() const {
    return std::ptrdiff_t(arguments_.size() - program_.states - program_.inputs.size());
  }
  std::vector<Var<eT>> called(std::span<const Var<eT>> x) {
    const ArgumentsGiven<eT> hold(engine_of(x[0]));
    try {
      std::vector<Var<eT>> y = program_.step(x);
      appends_gradients_ |= hold.was_asked();
      return y;
    } catch (const std::logic_error& error) {
      if (std::string_view(error.what()).find("on different tapes") == std::string_view::npos) throw;
      misuse("scan", program_.at,
             "the step uses a Var from outside, which it must take as an argument: scan(step, state, steps(...), p) "
             "calls step(state, ..., p) (" +
                 std::string(error.what()) + ")");
    }
  }
  /// Checks the shapes of what a step gives, and notes them the first time.
  void check(std::span<const Var<eT>> y) {
    for (std::size_t k = 0; k < y.size(); ++k) {
      const Shape now = y[k].shape();
      if (is_state(k) && now != arguments_[k].shape)
        misuse("scan", program_.at,
               (program_.states == 1 ? "the state" : "state " + std::to_string(k + 1)) + " is " +
                   to_string(arguments_[k].shape) + " before the step and " + to_string(now) + " after it");
      if (is_state(k)) node_of(y[k]).is_scalar = arguments_[k].is_scalar;
      if (k == results_.size()) results_.push_back({now, bool(node_of(y[k]).is_scalar)});
      if (now != results_[k].shape)
        misuse("scan", program_.at,
               "the step gave out " + to_string(results_[k].shape) + " at first and now " + to_string(now));
    }
  }

  // ---- Arguments and results of one step ----

  uword column(uword n) const { return program_.is_backward ? program_.steps - 1 - n : n; }
  uword offset_of_state(std::size_t k) const {
    uword at = 0;
    for (std::size_t j = 0; j < k; ++j) at += arguments_[j].shape.size();
    return at;
  }
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
    Engine<eT>& engine = engine_of(row.only->tape);
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
    const auto what = [&](const std::exception& e) {
      const std::string from = std::to_string(now_ + 1), to = std::to_string(now_ + steps_run_);
      return (steps_run_ > 1 ? "steps " + from + " to " + to : "step " + from) + " of " +
             std::to_string(program_.steps) + ": " + e.what();
    };
    try {
      f();
    } catch (const std::out_of_range& e) {
      out_of_range("scan", program_.at, what(e));
    } catch (const std::logic_error& e) {
      misuse("scan", program_.at, what(e));
    } catch (const std::runtime_error& e) {
      no_result("scan", program_.at, what(e));
    }
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
        row.run(engine_of(r.tape), r.forward);
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
      one_.run(engine_of(r.tape), r.forward);
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
    Engine<eT>& engine = engine_of(r.tape);
    if (r.reads_values() || !row.is_planned) {
      row.forget(engine);
      engine.plan(row.backward, r.root.index(), has_own_memory(engine), true);
      row.is_planned = !r.reads_values();
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
      if (arguments_[which].variable) gradients_[which] += r.tape.gradient(r.leaves[r.leaves.size() - std::size_t(k)]);
    }
  }

  ScanProgram<eT> program_;
  StepPlaces<eT> places_;
  std::vector<Given<eT>> arguments_;  // of one step
  std::vector<const eT*> operands_;   // of the node
  std::vector<StepValue> results_;    // of one step
  std::vector<StepOutput> outputs_;
  bool appends_gradients_ = false;   // in a step
  uword state_size_ = 0, size_ = 0;  // of all states and of all results
  StepsInARow<eT> one_, many_, tangents_{false};
  uword now_ = 0, steps_run_ = 1;         // the first step of those that are run, and how many they are
  std::vector<eT> kept_, between_;        // states
  bool has_states_ = false;               // kept_ has those of the present operands
  std::vector<eT> adjoints_;              // of the states
  std::vector<arma::Mat<eT>> gradients_;  // by the shared arguments
};

namespace rules ARMAGRAD_EXPORT {

template <class eT>
void StepEnd<eT>::forward(Engine<eT>& engine, Index i) const {
  *engine.output(i) = 0;
  const auto results = engine.operands(engine.node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    eT* const to = places->values[k];
    if (to && engine.node(results[k]).one_by_one())
      *to = engine.number(results[k]);
    else if (to)
      std::copy_n(engine.data(results[k]), engine.node(results[k]).shape.size(), to);
  }
}

template <class eT>
void StepEnd<eT>::reverse(Engine<eT>& engine, Index i) const {
  const auto results = engine.operands(engine.node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    const Shape s = engine.node(results[k]).shape;
    if (engine.wants(results[k])) engine.contribute(results[k], {broadcast(places->adjoints[k], s, s), nullptr, eT(1)});
  }
}

template <class eT>
void StepEnd<eT>::tangent(ForwardMode<eT>& forward, Index i) const {
  *forward.output(i) = 0;
  const auto results = forward.engine().operands(forward.engine().node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (const eT* const t = forward.tangent(results[k]))
      std::copy_n(t, forward.engine().node(results[k]).shape.size(), places->tangents[k]);
  }
}

template <class eT>
void StepEnd<eT>::complex(ComplexReplay<eT>& replay, Index i) const {
  replay.output(i).zeros();
  const auto results = replay.engine().operands(replay.engine().node(i)).first(count);
  for (std::size_t k = 0; k < results.size(); ++k) {
    const arma::Mat<std::complex<eT>>& z = replay.operand(results[k]);
    std::copy(z.begin(), z.end(), places->complex_values[k]);
  }
}

template <class eT>
void StepEnd<eT>::append_gradient(GradientGraph<eT>& graph, Index i) const {
  Engine<eT>& engine = graph.engine();
  const auto span = engine.operands(engine.node(i)).first(count);
  const std::vector<Index> results(span.begin(), span.end());
  for (std::size_t k = 0; k < results.size(); ++k)
    graph.add(results[k], engine.tape().constant(over(places->adjoints[k], engine.node(results[k]).shape)));
}

template <class eT>
void Scan<eT>::forward(Engine<eT>& engine, Index i) const {
  recurrence->forward(engine, i);
}
template <class eT>
void Scan<eT>::reverse(Engine<eT>& engine, Index i) const {
  recurrence->reverse(engine, i);
}
template <class eT>
void Scan<eT>::tangent(ForwardMode<eT>& forward, Index i) const {
  recurrence->tangent(forward, i);
}
template <class eT>
void Scan<eT>::complex(ComplexReplay<eT>& replay, Index i) const {
  recurrence->complex(replay, i);
}

}  // namespace ARMAGRAD_EXPORT

namespace {

/// The same scan with the state before each step as what it gives out.
template <class eT>
ScanProgram<eT> states_of_scan(const ScanProgram<eT>& p) {
  ScanProgram<eT> q = p;
  q.step = [step = p.step, n = p.states](std::span<const Var<eT>> x) {
    std::vector<Var<eT>> results = step(x);
    results.resize(n);
    results.insert(results.end(), x.begin(), x.begin() + std::ptrdiff_t(n));
    return results;
  };
  q.summed.assign(p.states, false);
  return q;
}

/// One step of the backward pass, of adjoints of the next states; the inputs, the states before the step and the
/// adjoints of outputs; and the shared arguments and the adjoints of sums. Gives the gradients by the arguments of the
/// step that are wanted.
template <class eT>
StepFunction<eT> adjoint_step(const ScanProgram<eT>& p, std::vector<bool> wanted) {
  return [step = p.step, states = p.states, inputs = p.inputs.size(), summed = p.summed,
          wanted = std::move(wanted)](std::span<const Var<eT>> all) {
    const auto take = [&](std::size_t n) {
      const std::span<const Var<eT>> taken = all.first(n);
      all = all.subspan(n);
      return taken;
    };
    const std::size_t sums = std::size_t(std::count(summed.begin(), summed.end(), true));
    const auto next = take(states), x = take(inputs), now = take(states), dy = take(summed.size() - sums);
    const auto shared = take(all.size() - sums);
    std::vector<Var<eT>> arguments(now.begin(), now.end()), seeds(next.begin(), next.end());
    arguments.insert(arguments.end(), x.begin(), x.end());
    arguments.insert(arguments.end(), shared.begin(), shared.end());
    auto one = dy.begin();
    auto sum = all.begin();
    for (const bool is_sum : summed) seeds.push_back(is_sum ? *sum++ : *one++);

    const std::vector<Var<eT>> y = step(arguments);
    std::vector<Var<eT>> by;
    for (std::size_t k = 0; k < arguments.size(); ++k) {
      if (wanted[k]) by.push_back(arguments[k]);
    }
    return append_gradients<eT>(y, seeds, by);
  };
}

}  // namespace

namespace rules ARMAGRAD_EXPORT {

template <class eT>
void Scan<eT>::append_gradient(GradientGraph<eT>& graph, Index i) const {
  Engine<eT>& engine = graph.engine();
  const std::shared_ptr<Recurrence<eT>> own = recurrence;  // appending moves the nodes
  const ScanProgram<eT>& p = own->program();
  const auto span = engine.operands(engine.node(i));
  const std::vector<Index> indices(span.begin(), span.end());
  std::vector<Var<eT>> x;
  for (const Index k : indices) x.push_back(engine.handle(k));
  const std::vector<Var<eT>> seeds = own->parts(spread(graph.adjoint(i), engine.node(i).shape));
  const std::vector<Var<eT>> states = append_scan<eT>(engine.tape(), states_of_scan(p), x);

  ScanProgram<eT> adjoint;
  adjoint.states = p.states;
  adjoint.steps = p.steps;
  adjoint.interval = p.interval;
  adjoint.is_backward = !p.is_backward;
  adjoint.at = p.at;
  std::vector<bool> wanted(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    wanted[k] = own->is_state(k) || graph.wants(indices[k]);
    if (wanted[k] && !own->is_state(k)) adjoint.summed.push_back(!own->is_input(k));
  }
  adjoint.step = adjoint_step(p, wanted);
  adjoint.inputs = p.inputs;
  const auto end_of_inputs = x.begin() + std::ptrdiff_t(p.states + p.inputs.size());
  std::vector<Var<eT>> arguments(seeds.begin(), seeds.begin() + std::ptrdiff_t(p.states));
  arguments.insert(arguments.end(), x.begin() + std::ptrdiff_t(p.states), end_of_inputs);
  for (std::size_t k = 0; k < p.states; ++k) {
    arguments.push_back(states[p.states + k]);
    adjoint.inputs.push_back({own->arguments()[k].shape, own->arguments()[k].is_scalar});
  }
  for (const bool is_sum : {false, true}) {
    if (is_sum) arguments.insert(arguments.end(), end_of_inputs, x.end());
    for (std::size_t k = 0; k < p.summed.size(); ++k) {
      if (p.summed[k] != is_sum) continue;
      arguments.push_back(seeds[p.states + k]);
      if (!is_sum) adjoint.inputs.push_back(own->results()[p.states + k]);
    }
  }
  const std::vector<Var<eT>> gradients = append_scan<eT>(engine.tape(), std::move(adjoint), arguments);
  auto g = gradients.begin();
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!wanted[k]) continue;
    const Var<eT>& part = *g++;
    graph.add(indices[k], part.shape() == x[k].shape() ? part : Var<eT>(reshape(part, x[k].n_rows, x[k].n_cols)));
  }
}

}  // namespace ARMAGRAD_EXPORT

template <class eT>
std::vector<Var<eT>> append_scan(Tape<eT>& tape, ScanProgram<eT> program, std::span<const Var<eT>> arguments) {
  Engine<eT>& engine = engine_of(tape);
  const Location at = program.at;
  std::vector<Index> operands;
  for (const Var<eT>& x : arguments) operands.push_back(engine.index_of(x, "scan", at));
  const auto recurrence = std::make_shared<Recurrence<eT>>(std::move(program));
  recurrence->prepare(engine, operands);
  const SourceLine<eT> here(engine, at);
  const Var<eT> y =
      engine.append(rules::Scan<eT>{{}, recurrence}, recurrence->shape(), operands, engine.place ? *engine.place : at);
  engine.node(y.index()).is_scalar = recurrence->is_scalar();
  return recurrence->parts(y);
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                   \
  template ARMAGRAD_EXPORT std::vector<Var<eT>> append_scan(Tape<eT>&, ScanProgram<eT>, std::span<const Var<eT>>); \
  template ARMAGRAD_EXPORT const std::vector<OperationGetter<eT>>&                                                 \
  operations<eT, RuleList<rules::Scan<eT>, rules::StepEnd<eT>>>();
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
