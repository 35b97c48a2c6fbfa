#pragma once
// Steps of a scan as they are run: several in a row on a tape of their own, and where their results go.

#include <armagrad/detail/compiled_loss.hpp>

namespace armagrad::detail {

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
    for (const StepOutput& o : outputs) {
      if (o.is_summed) size += o.size;
    }
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

  explicit StepsInARow(Optimise optimise = Optimise::yes) : recordings(optimise, Recorded::steps) {}

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

}  // namespace armagrad::detail
