#pragma once
// The step of a scan as it was recorded: what it takes and what it gives, checked.

#include <armagrad/detail/compiled_loss.hpp>
#include <armagrad/detail/rule.hpp>
#include <armagrad/ops/shape.hpp>

#include "arguments_given.hpp"
#include "scan.hpp"
#include "steps_in_a_row.hpp"

namespace armagrad::detail {

/// n entries of y from `at` on, as a matrix of this shape.
template <class eT>
Var<eT> part_of_column(const Var<eT>& y, uword at, Shape shape, bool is_scalar) {
  if (y.shape() == shape && node_of(y).is_scalar == is_scalar) return y;
  if (shape.size() == 0) return y.tape().constant(arma::Mat<eT>(shape.rows, shape.cols));
  if (is_scalar) return y(at);
  const Var<eT> part = y.n_elem == shape.size() ? y : Var<eT>(y.rows(at, at + shape.size() - 1));
  return part.shape() == shape ? part : Var<eT>(reshape(part, shape.rows, shape.cols));
}

/// A step, the shapes of its arguments and results, and its recordings: alone and, where it is little, in a row.
template <class eT>
class RecordedStep {
 public:
  explicit RecordedStep(ScanProgram<eT> program) : program_(std::move(program)) {}
  RecordedStep(const RecordedStep&) = delete;  // what is recorded refers to it

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
      one_.recordings = CompiledLosses<eT>(Optimise::no, Recorded::steps);
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
  /// Whether the step asks for values, so that it is recorded anew for others.
  bool reads_values() const { return one_.recordings.last().reads_values(); }
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

 protected:
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
    const Engine<eT>& engine = engine_of(one_.recordings.last().tape());
    uword numbers = 1;
    for (Index i = 0; i < engine.size(); ++i) numbers += engine.node(i).shape.size();
    return std::clamp<uword>(
        std::min({enough_nodes / uword(engine.size()), enough_numbers / numbers, program_.steps / fewest_sweeps,
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
    } catch (const DifferentTapes& error) {
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

  uword column(uword n) const { return program_.is_backward ? program_.steps - 1 - n : n; }
  uword offset_of_state(std::size_t k) const {
    uword at = 0;
    for (std::size_t j = 0; j < k; ++j) at += arguments_[j].shape.size();
    return at;
  }

  ScanProgram<eT> program_;
  StepPlaces<eT> places_;
  std::vector<Given<eT>> arguments_;  // of one step
  std::vector<StepValue> results_;    // of one step
  std::vector<StepOutput> outputs_;
  bool appends_gradients_ = false;   // in a step
  uword state_size_ = 0, size_ = 0;  // of all states and of all results
  StepsInARow<eT> one_, many_;
};

}  // namespace armagrad::detail
