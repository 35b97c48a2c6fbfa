#include "mutants.hpp"

#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>

#include <cmath>
#include <vector>

namespace armagrad::harness {

namespace {

using Table = Operation<double>;

enum Fault : unsigned { flipped, scaled, turned_round, lost, unsummed, faults };
constexpr const char* fault_names[] = {"sign flipped", "scaled by 1 + 1e-7", "transposed", "accumulation dropped",
                                       "sum of the broadcast dropped"};
enum Reading : unsigned { reversed, recorded, tangents, readings };
constexpr const char* reading_names[] = {"reverse", "recorded", "tangent"};

/// The mutant at work: the tables' functions carry no state.
struct Mutant {
  const Table* original = nullptr;
  unsigned operand = 0;
  Fault fault = flipped;
  bool changed = false;  // something has come out otherwise than from the original
};
Mutant mutant;

double factor() { return mutant.fault == flipped ? -1 : mutant.fault == scaled ? 1 + 1e-7 : 1; }

void note(const arma::mat& original, const arma::mat& now) { mutant.changed |= distance(original, now) > 1e-12; }

bool square(uword rows, uword cols) { return rows == cols && rows > 1; }

// ---- Elementwise rules: the kernel that serves the backward pass and forward mode. Accumulation and the sums of ----
// broadcasts are not theirs but the driver's: see tests/autograd/test_tiles.cpp.

void pull(const void* rule, double* dx, const double* const* x, const std::uint8_t* step, std::size_t n) {
  const auto original = mutant.original->pull[mutant.operand];
  std::vector<double> right(n);
  original(rule, right.data(), x, step, n);
  const double* in[5];
  std::copy_n(x, mutant.original->arity + 2, in);
  const uword side = uword(std::lround(std::sqrt(double(n))));
  arma::mat turned;
  if (mutant.fault == turned_round && step[0] && side * side == n && side > 1) {
    turned = arma::mat(x[0], side, side).t();
    in[0] = turned.memptr();
  }
  original(rule, dx, in, step, n);
  for (std::size_t i = 0; i < n; ++i) dx[i] *= factor();
  note(arma::vec(right), arma::vec(dx, n));
}

double pull_of_numbers(const void* rule, unsigned k, double dy, double y, const double* x) {
  const double dx = mutant.original->pull_of_numbers(rule, k, dy, y, x);
  if (k != mutant.operand) return dx;
  note({dx}, {dx * factor()});
  return dx * factor();
}

// ---- The others ----

arma::mat adjoint_of(Engine<double>& engine, Index i) {
  const Shape s = engine.node(i).shape;
  if (!engine.node(i).one_by_one() && !engine.adjoint(i)) return arma::mat(s.rows, s.cols, arma::fill::zeros);
  return arma::mat(engine.full_adjoint(i), s.rows, s.cols);
}

/// What was pulled to `to`, as the fault has it; dy is the adjoint that was pulled.
arma::mat faulty(const arma::mat& part, const arma::mat& dy, bool is_spread) {
  if (mutant.fault == turned_round && square(part.n_rows, part.n_cols)) return part.t();
  if (mutant.fault == unsummed && is_spread) return dy.submat(0, 0, part.n_rows - 1, part.n_cols - 1);
  return part * factor();
}

void reverse(Engine<double>& engine, Index i) {
  const Index to = engine.node(i).operands[mutant.operand];
  if (!engine.wants(to)) return mutant.original->reverse(engine, i);
  const arma::mat before = adjoint_of(engine, to), dy = adjoint_of(engine, i);
  mutant.original->reverse(engine, i);
  const arma::mat right = adjoint_of(engine, to);
  const arma::mat wrong =
      faulty(right - before, dy, mutant.original->family == Family::spread) + (mutant.fault == lost ? 0 : 1) * before;
  note(right, wrong);
  std::copy(wrong.begin(), wrong.end(), engine.accumulate(to).first);
}

// ---- All ----

void append_gradient(GradientGraph<double>& recording, Index i) {
  const Index to = recording.engine().node(i).operands[mutant.operand];
  const Shape s = recording.engine().node(to).shape;
  const Var<double> x = recording.node(to), before = recording.gradient(x);
  mutant.original->append_gradient(recording, i);
  const Var<double> part = recording.gradient(x) - before;
  Var<double> error = (factor() - 1) * part;
  if (mutant.fault == turned_round && square(s.rows, s.cols)) error = part.t() - part;
  if (mutant.fault == lost) error = -before;
  const arma::mat right = recording.gradient(x).value();
  note(right, right + error.value());
  recording.add(to, error);
}

/// Linear in the operand's tangent, so the fault is put there.
void tangent(ForwardMode<double>& forward, Index i) {
  mutant.original->tangent(forward, i);
  const Index from = forward.engine().node(i).operands[mutant.operand];
  if (!forward.tangent(from)) return;
  const auto copied = [](const arma::mat& t) { return arma::mat(t.memptr(), t.n_rows, t.n_cols); };
  const arma::mat right = copied(forward.matrix(i));
  arma::mat t = forward.matrix(from);  // over its own memory
  const arma::mat before = copied(t);
  if (mutant.fault == turned_round && square(t.n_rows, t.n_cols)) t = before.t();
  t *= mutant.fault == lost ? 0 : factor();
  mutant.original->tangent(forward, i);
  t = before;
  note(right, forward.matrix(i));
}

Table mutated(Reading reading) {
  Table t = *mutant.original;
  if (reading == reversed) {
    if (t.reverse) t.reverse = reverse;
    if (t.value) t.pull[mutant.operand] = pull, t.pull_of_numbers = pull_of_numbers;
    // Also where the partial is a number, which the tape would take without a pull.
    t.reads.fill(reads::everything);
  } else if (reading == recorded) {
    t.append_gradient = append_gradient;
  } else {
    t.tangent = tangent;
  }
  return t;
}

/// Whether the mutant differs from the original anywhere, and if it does, whether a check fails there.
void try_mutant(const Case& c, Random& random, Reading reading, Mutants& tally) {
  const Table table = mutated(reading);
  bool made = false, killed = false;
  for (int attempt = 0; attempt < 60 && !killed; ++attempt) {
    const Point p = draw(c, random, {.twice = true, .distinct_operands = true});
    Errors errors;
    mutant.changed = false;
    check_point(c, p, random, errors, [&](Tape<double>& tape) {
      for (Index i = 0; i < tape.size(); ++i) {
        if (engine_of(tape).node(i).operation == mutant.original) engine_of(tape).replace_operation(i, table);
      }
    });
    made |= mutant.changed;
    killed = mutant.changed && !passed(errors);
  }
  tally.made += made;
  tally.killed += killed;
  if (made && !killed) {
    tally.survivors.push_back(c.name + ": " + mutant.original->name + ", " + reading_names[reading] + " by operand " +
                              std::to_string(mutant.operand + 1) + ", " + fault_names[mutant.fault]);
  }
}

}  // namespace

Mutants try_mutants(const Case& c, Random& random) {
  Mutants tally;
  for (const auto getter : c.operations) {
    if (getter().flat) continue;
    const bool is_elementwise = getter().value != nullptr;
    for (unsigned reading = 0; reading < readings; ++reading) {
      if (is_elementwise && reading == tangents) continue;
      for (unsigned k = 0; k < getter().arity; ++k) {
        const unsigned kinds = is_elementwise && reading == reversed ? lost : reading == reversed ? faults : unsummed;
        for (unsigned fault = 0; fault < kinds; ++fault) {
          mutant = {&getter(), k, Fault(fault), false};
          try_mutant(c, random, Reading(reading), tally);
        }
      }
    }
  }
  return tally;
}

}  // namespace armagrad::harness
