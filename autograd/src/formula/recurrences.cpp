#include "recurrences.hpp"

#include "../readings/recurrence.hpp"
#include "../rules/parts.hpp"
#include "reader.hpp"

namespace armagrad::detail::algebra {

namespace {

/// A step on a tape of its own, its arguments variables, and what it reads as.
template <class eT>
struct StepOnTape {
  Tape<eT> tape;
  std::vector<eT> zeros;
  std::vector<Var<eT>> arguments, results;
  Reader<eT> read;

  StepOnTape(const Recurrence<eT>& recurrence, const std::vector<Term>& terms, Expressions& in,
             const FormulaOptions& options)
      : read(engine(), in, options, "_in_the_step") {
    std::vector<Given<eT>> given(recurrence.arguments().begin(), recurrence.arguments().end());
    std::size_t most = 1;
    for (const Given<eT>& a : given) most = std::max<std::size_t>(most, a.shape.size());
    zeros.resize(most);
    for (Given<eT>& a : given) a.data = zeros.data(), a.variable = true;
    std::ignore = call_on<eT>(
        tape,
        [&](std::span<const Var<eT>> x) {
          results = recurrence.program().step(x);
          return results.at(0);
        },
        given, arguments);
    for (Var<eT>& y : results) y = engine().here(y, "derive", {});
    for (std::size_t k = 0; k < arguments.size(); ++k) read.replace(arguments[k].index(), terms[k]);
  }
  Engine<eT>& engine() { return engine_of(tape); }
  /// A variable of y's shape and kind.
  Var<eT> like(const Var<eT>& y) {
    const Var<eT> x = tape.variable(arma::Mat<eT>(y.n_rows, y.n_cols));
    node_of(x).is_scalar = node_of(y).is_scalar;
    return x;
  }
};

std::vector<std::string> numbered(const std::string& letter, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t k = 1; k <= count; ++k) names.push_back(count == 1 ? letter : letter + std::to_string(k));
  return names;
}

}  // namespace

template <class eT>
std::string Recurrences<eT>::free_letter(std::string_view letters, const Engine<eT>& engine) {
  if (used_.empty()) {
    for (Index i = 0; i < engine.size(); ++i) {
      if (const char* name = engine.name(i)) used_.insert(name);
    }
  }
  // So that the name of the loss's derivative by it, ds, is free, too.
  const auto take = [this](const std::string& name) {
    return !used_.contains("d" + name) && used_.insert(name).second;
  };
  for (const char letter : letters) {
    if (std::string name(1, letter); take(name)) return name;
  }
  std::string name(2, letters[0]);
  while (!take(name)) name += letters[0];
  return name;
}

template <class eT>
Term Recurrences<eT>::indexed(const std::string& base, const std::string& index, Shape shape) {
  const Term t = in_.name(base + "_" + index, shape);
  bases_.emplace(t, base);
  return t;
}

/// What a step gets of a sequence: a number of a vector, a column of a matrix, a slice of a cube.
template <class eT>
Term Recurrences<eT>::part(Term sequence, Shape of_step, uword steps) {
  const Expression e = in_[sequence];
  const Shape whole = e.shape;
  if (whole == scalar_shape) return sequence;
  if (e.kind == Kind::name) return indexed(e.name, "t", of_step);
  const bool down = whole.cols == 1 && whole.rows == steps && of_step == scalar_shape;
  const bool along = whole.cols == steps && of_step == Shape{whole.rows, 1};
  const auto parts_of_all = [&] {
    Parts parts = e.parts;
    for (Part& p : parts) p.term = part(p.term, of_step, steps);
    return parts;
  };
  if (down || along) {
    switch (e.kind) {
      case Kind::ones:
        return of_step == scalar_shape ? in_.number(1) : in_.ones(of_step);
      case Kind::sum:
      case Kind::powers:
        return in_.make(e.kind, of_step, parts_of_all());
      case Kind::function:
        if (e.elementwise) return in_.apply(e.name, e.parameters, true, of_step, parts_of_all());
        break;
      case Kind::product:
        if (!e.parts.empty()) {
          Parts parts = e.parts;
          Part& moving = down ? parts.front() : parts.back();
          const Shape s = in_[moving.term].shape;
          moving.term = part(moving.term, down ? Shape{1, s.cols} : Shape{s.rows, 1}, steps);
          return in_.make(Kind::product, of_step, parts);
        }
        break;
      case Kind::transpose: {
        const Shape s = in_[e.parts[0].term].shape;
        if (s.rows == 1 || s.cols == 1) return part(e.parts[0].term, of_step, steps);
        break;
      }
      default:
        break;
    }
  }
  return in_.apply("part_t", {}, false, of_step, {{sequence}});
}

/// The lines of a scan, read when it is first seen.
template <class eT>
typename Recurrences<eT>::Scan& Recurrences<eT>::scan_of(const Recurrence<eT>& recurrence, const Parts& x,
                                                         const Engine<eT>& engine) {
  const auto [known, is_new] = scans_.try_emplace(&recurrence);
  Scan& scan = known->second;
  if (!is_new) return scan;
  const ScanProgram<eT>& p = recurrence.program();
  const auto arguments = recurrence.arguments();
  scan.states = numbered(free_letter("suvw", engine), p.states);
  scan.outputs = numbered(free_letter("yz", engine), p.summed.size());
  scan.last = std::to_string(p.steps);
  for (const auto& [name, value] : options_.names) {
    if (value == double(p.steps)) scan.last = name;
  }
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    const Shape shape = arguments[k].shape;
    if (recurrence.is_state(k)) {
      scan.arguments.push_back(indexed(scan.states[k], "(t-1)", shape));
      lines_.push_back({scan.states[k], "0", {}, x[k].term, {}});
    } else if (recurrence.is_input(k)) {
      const Term sequence = simplify(x[k].term);
      const Expression& e = in_[sequence];
      scan.inputs.push_back(e.kind == Kind::name ? e.name : "x");
      scan.arguments.push_back(part(sequence, shape, p.steps));
    } else {
      scan.arguments.push_back(x[k].term);
    }
  }
  StepOnTape<eT> step(recurrence, scan.arguments, in_, options_);
  for (std::size_t k = 0; k < step.results.size(); ++k) {
    const Index y = step.results[k].index();
    const Shape shape = step.results[k].shape();
    const Term term = step.read(y);
    const bool is_state = k < p.states;
    const std::string& base = is_state ? scan.states[k] : scan.outputs[k - p.states];
    lines_.push_back({base, "t", {}, term, true});
    if (is_state) {
      scan.results.push_back(indexed(base, scan.last, shape));
    } else if (p.summed[k - p.states]) {
      scan.results.push_back(in_.apply("sum_t", {}, false, shape, {{indexed(base, "t", shape)}}));
    } else {
      const Term sequence = in_.name(base, {std::uint32_t(shape.size()), std::uint32_t(p.steps)});
      bases_.emplace(sequence, base);
      scan.results.push_back(sequence);
    }
  }
  return scan;
}

/// Backpropagation through time: the gradient of dot(s_t, ds_t) + dot(y_t, dy_t).
template <class eT>
std::vector<Term> Recurrences<eT>::gradients_of(const Recurrence<eT>& adjoint, const Parts& x) {
  const ScanProgram<eT>& program = adjoint.program();
  const Recurrence<eT>& of = *program.of;
  const auto found = scans_.find(&of);
  if (found == scans_.end()) return {};
  const Scan& scan = found->second;
  const ScanProgram<eT>& p = of.program();
  const std::size_t states = p.states, inputs = p.inputs.size();
  const std::size_t sums = std::size_t(std::count(p.summed.begin(), p.summed.end(), true));
  StepOnTape<eT> step(of, scan.arguments, in_, options_);
  for (std::size_t k = 0; k < step.results.size(); ++k) {
    const Var<eT>& y = step.results[k];
    step.read(y.index());
    const std::string& base = k < states ? scan.states[k] : scan.outputs[k - states];
    if (step.engine().node(y.index()).operation->family != Family::leaf)
      step.read.replace(y.index(), indexed(base, "t", y.shape()));
  }
  std::vector<Var<eT>> seeds, by;
  std::size_t one = 2 * states + inputs, sum = x.size() - sums;  // operands of the gradient's scan
  for (std::size_t k = 0; k < step.results.size(); ++k) {
    const Shape shape = step.results[k].shape();
    seeds.push_back(step.like(step.results[k]));
    Term seed;
    if (k < states) {
      const std::string base = "d" + scan.states[k];
      lines_.push_back({base, scan.last, scan.states[k], x[k].term, {}});
      seed = indexed(base, "t", shape);
    } else {
      seed = p.summed[k - states] ? x[sum++].term : part(simplify(x[one++].term), shape, p.steps);
    }
    step.read.replace(seeds.back().index(), seed);
  }
  for (std::size_t k = 0; k < program.by.size(); ++k) {
    if (program.by[k]) by.push_back(step.arguments[k]);
  }
  const std::vector<Var<eT>> gradients = append_gradients<eT>(step.results, seeds, by);
  std::vector<Term> last, others;
  auto gradient = gradients.begin();
  for (std::size_t k = 0; k < program.by.size(); ++k) {
    if (!program.by[k]) continue;
    const Shape shape = gradient->shape();
    const Term term = step.read((gradient++)->index());
    if (of.is_state(k)) {
      const std::string base = "d" + scan.states[k];
      lines_.push_back({base, "(t-1)", {}, term, false});
      last.push_back(indexed(base, "0", shape));
    } else if (of.is_input(k)) {
      std::string base = "d" + scan.inputs[k - states];
      while (!used_.insert(base).second) base += "x";
      lines_.push_back({base, "t", {}, term, false});
      const Term sequence = in_.name(base, {std::uint32_t(shape.size()), std::uint32_t(p.steps)});
      bases_.emplace(sequence, base);
      others.push_back(sequence);
    } else {
      others.push_back(in_.apply("sum_t", {}, false, shape, {{term}}));
    }
  }
  last.insert(last.end(), others.begin(), others.end());
  return last;
}

template <class eT>
std::vector<Term> Recurrences<eT>::results_of(const Engine<eT>& engine, Index i, const Parts& x) {
  const Recurrence<eT>& recurrence = *rule_if<rules::Scan<eT>>(engine, i)->recurrence;
  const ScanProgram<eT>& p = recurrence.program();
  if (recurrence.reads_values()) return {};
  if (!p.of) return scan_of(recurrence, x, engine).results;
  return p.by.empty() ? std::vector<Term>() : gradients_of(recurrence, x);
}

template <class eT>
std::optional<Term> Recurrences<eT>::read(const Engine<eT>& engine, Index i, const Parts& x) {
  if (const auto* scan = rule_if<rules::Scan<eT>>(engine, i)) {
    const std::vector<Term>& results = results_[i] = results_of(engine, i, x);
    if (results.size() != 1) return {};
    // A sequence is read of the whole, too.
    return in_[results[0]].shape == scan->recurrence->shape() ? std::optional(results[0]) : std::nullopt;
  }
  const Index operand = engine.operands(engine.node(i))[0];
  const auto found = results_.find(operand);
  if (found == results_.end() || found->second.size() < 2) return {};
  const auto* block = rule_if<rules::Block>(engine, i);
  if (!block) return {};
  uword offset = 0;
  for (const Term t : found->second) {
    if (offset == block->at.row) return t;
    offset += in_[t].shape.size();
  }
  return {};
}

template <class eT>
std::vector<RecurrenceLine> Recurrences<eT>::lines_behind(const std::vector<Term>& written) const {
  std::set<std::string> wanted;
  std::set<Term> seen;
  const auto want = [&](Term from) {
    std::vector<Term> stack{from};
    while (!stack.empty()) {
      const Term t = stack.back();
      stack.pop_back();
      if (!seen.insert(t).second) continue;
      if (const auto base = bases_.find(t); base != bases_.end()) wanted.insert(base->second);
      for (const Part& p : in_[t].parts) stack.push_back(p.term);
    }
  };
  std::for_each(written.begin(), written.end(), want);
  for (std::size_t before = 0; before != wanted.size();) {
    before = wanted.size();
    for (const RecurrenceLine& line : lines_) {
      if (wanted.contains(line.base)) want(simplify(line.right));
    }
  }
  std::vector<RecurrenceLine> lines;
  for (RecurrenceLine line : lines_) {
    if (!wanted.contains(line.base)) continue;
    line.right = simplify(line.right);
    lines.push_back(std::move(line));
  }
  return lines;
}

template class Recurrences<double>;
template class Recurrences<float>;

}  // namespace armagrad::detail::algebra
