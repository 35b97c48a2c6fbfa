#include "checks.hpp"

namespace armagrad::harness {

namespace {

bool identical(const arma::mat& a, const arma::mat& b) {
  return arma::size(a) == arma::size(b) &&
         (a.is_empty() || std::memcmp(a.memptr(), b.memptr(), a.n_elem * sizeof(double)) == 0);
}

void check_many_uses(const Case& c, Random& random, Errors& errors) {
  const Point p = draw(c, random, {.plain = true});
  Tape<double> tape;
  CompiledLoss<double> r = record(tape, c, p, p.x);
  const auto once = gradients(tape, r);
  const int uses = 10'000;
  const arma::mat U = p.U;
  for (int i = 1; i < uses; ++i) {
    r.loss = r.loss + accu(apply(c, p, r.leaves) % view(U));
    for (std::size_t k = 0; k < p.C.size(); ++k) r.loss = r.loss + accu(r.leaves[k] % view(p.C[k]));
  }
  const auto all = gradients(tape, r);
  for (std::size_t k = 0; k < all.size(); ++k)
    errors.add(check::many_uses, distance(all[k], uses * once[k], uses * cancelled(p)));
}

/// x <- x + 0 (s + s), s = accu(f(x, ...)), 60 times: 2^60 paths from the end to the start, along which the
/// gradient is that of the identity, and a tape that grows by the same number of nodes at each step.
void check_chain(const Case& c, Random& random, Errors& errors) {
  const Point p = draw(c, random, {.plain = true});
  std::array<std::size_t, 3> forward, both, swept;
  for (unsigned j = 0; j < 3; ++j) {
    Tape<double> tape;
    const CompiledLoss<double> r = record(tape, c, p, p.x);
    std::vector<Var<double>> x = r.leaves;
    for (unsigned i = 0; i < 20 * (j + 1); ++i) {
      const Var<double> s = accu(apply(c, p, x));
      x[0] = x[0] + 0.0 * (s + s);
    }
    const Var<double> end = accu(x[0]);
    forward[j] = tape.size();
    Schedule schedule;
    engine_of(tape).plan(schedule, end.index(), Planned::value_and_adjoints);
    swept[j] = schedule.adjoints.size();
    tape.backward(end);
    errors.add(check::chain, arma::abs(tape.gradient(r.leaves[0]) - 1).max());
    const GradientGraph<double> recording(end);
    both[j] = tape.size();
  }
  for (const auto& n : {forward, both, swept}) errors.add(check::chain, n[2] - n[1] == n[1] - n[0] ? 0 : 1);
}

void check_empty(const Case& c, Random& random, Errors& errors) {
  using Sides = std::array<std::uint32_t, 3>;
  for (const Sides sides : {Sides{0, 0, 0}, Sides{0, 4, 4}, Sides{4, 0, 4}, Sides{4, 4, 0}}) {
    try {
      Errors e;
      const Point p = draw(c, random, {}, sides);
      check_point(c, p, random, e);
      check_engine(c, p, e);
      errors.add(check::empty, passed(e) ? 0 : 1);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s, %ux%ux%u: %s\n", c.name.c_str(), sides[0], sides[1], sides[2], e.what());
      errors.add(check::empty, 1);
    }
  }
}

}  // namespace

void check_engine(const Case& c, const Point& p, Errors& errors) {
  static thread_local Tape<double> tape;
  static thread_local Tape<float> tape_in_float;
  const double floor = cancelled(p);
  const CompiledLoss<double> r = record(tape, c, p, p.x);
  const auto g = gradients(tape, r), again = gradients(tape, r);
  for (std::size_t k = 0; k < g.size(); ++k) errors.add(check::again, identical(g[k], again[k]) ? 0 : 1);

  std::vector<arma::mat> elsewhere = p.x;
  for (arma::mat& x : elsewhere) x *= 0.99;
  const CompiledLoss<double> replay = record(tape, c, p, elsewhere);
  Schedule schedule;
  engine_of(tape).forget_values();
  engine_of(tape).plan(schedule, replay.loss.index(), Planned::value_and_adjoints);
  engine_of(tape).run(schedule);
  for (std::size_t k = 0; k < g.size(); ++k) engine_of(tape).rebind(replay.leaves[k].index(), p.x[k].memptr());
  engine_of(tape).run(schedule);
  for (std::size_t k = 0; k < g.size(); ++k)
    errors.add(check::replayed, identical(g[k], tape.gradient(replay.leaves[k])) ? 0 : 1);

  const CompiledLoss<float> f = record(tape_in_float, c, p, p.x);
  tape_in_float.backward(f.loss);
  for (std::size_t k = 0; k < g.size(); ++k) {
    const arma::mat in_float = arma::conv_to<arma::mat>::from(tape_in_float.gradient(f.leaves[k]));
    errors.add(check::single, distance(g[k], in_float, floor));
  }

  for (unsigned fixed = 1; fixed + 1 < 1U << g.size(); ++fixed) {  // any but all of them
    const auto kept = gradients(tape, record(tape, c, p, p.x, fixed));
    for (std::size_t k = 0, j = 0; k < g.size(); ++k) {
      if (!(fixed >> k & 1)) errors.add(check::held_fixed, distance(g[k], kept[j++], floor));
    }
  }
}

void check_once(const Case& c, Random& random, Errors& errors) {
  check_many_uses(c, random, errors);
  check_chain(c, random, errors);
  if (c.empty) check_empty(c, random, errors);
}

}  // namespace armagrad::harness
