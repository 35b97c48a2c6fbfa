// Random programs: the gradient by the tape, by a replayed recording, in forward mode, as nodes, by the complex step
// and by differences, and the Hessian times a vector, must agree, or be refused. At the end the share of programs that
// were compared is printed.

#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/detail/gradient_graph.hpp>
#include <armagrad/detail/threads.hpp>
#include <sstream>

#include "random_program.hpp"
#include "target.hpp"

using namespace armagrad;
using namespace armagrad::fuzz;

namespace {

struct Counts {
  std::size_t programs = 0, compared = 0, refused = 0, not_finite = 0, by_complex_step = 0, by_differences = 0,
              second_order = 0;
  ~Counts() {
    if (programs)
      std::fprintf(stderr,
                   "programs: %zu, compared: %zu (%.1f %%), refused: %zu, not finite: %zu; with the complex step: %zu, "
                   "with check_gradient: %zu, of second order: %zu\n",
                   programs, compared, 100 * double(compared) / double(programs), refused, not_finite, by_complex_step,
                   by_differences, second_order);
  }
} counts;

using Gradients = std::tuple<arma::mat, arma::vec, arma::rowvec, double>;

arma::vec flat(const auto& g) {
  return Arguments{std::get<0>(g), std::get<1>(g), std::get<2>(g), std::get<3>(g)}.flat();
}
auto as_variables(const Arguments& x) { return variables(x.A, x.c, x.r, x.s); }

/// The gradient on a tape of its own, and the tape's loss.
struct OnTape {
  Tape<double> tape;
  M A;
  ColVar<double> c;
  RowVar<double> r;
  Number s, loss;

  OnTape(const RandomProgram& program, const Arguments& x)
      : A(tape.variable(x.A)),
        c(tape.variable(x.c)),
        r(tape.variable(x.r)),
        s(tape.variable(x.s)),
        loss(program(A, c, r, s)) {}
  arma::vec gradient() {
    tape.backward(loss);
    return arma::join_cols(arma::vectorise(tape.gradient(A)), arma::vectorise(tape.gradient(c)),
                           arma::vectorise(tape.gradient(r)), arma::vectorise(tape.gradient(s)));
  }
};

arma::vec gradient_at(const RandomProgram& program, const Arguments& x) { return OnTape(program, x).gradient(); }

/// How much the gradient changes if the arguments change by rounding errors: where it does so a lot, no two ways to
/// compute it agree.
double sensitivity(const RandomProgram& program, const Arguments& x, const arma::vec& g) {
  double most = 0;
  for (const double by : {1e-14, -3e-14}) {
    arma::vec moved = x.flat();
    for (uword i = 0; i < moved.n_elem; ++i) moved[i] *= 1 + (i % 2 ? by : -by);
    most = std::max(most, arma::norm(gradient_at(program, x.with(moved)) - g));
  }
  return most;
}

class Comparison {
 public:
  Comparison(const RandomProgram& program, double tolerance) : program_(program), tolerance_(tolerance) {}
  void operator()(const char* what, const arma::vec& g, const arma::vec& other, double factor = 1) const {
    const double error = arma::norm(g - other);
    if (error <= factor * tolerance_) return;
    std::ostringstream text;
    text << what << ": off by " << error << ", at most " << factor * tolerance_ << " is allowed\n"
         << program_.steps() << "one way:\n"
         << g.t() << "another:\n"
         << other.t();
    finding(text.str());
  }

 private:
  const RandomProgram& program_;
  const double tolerance_;
};

/// By each entry, or of large programs along V.
void compare_complex_step(OnTape& on_tape, const arma::vec& g, bool is_large, const Arguments& V,
                          const Comparison& compare) {
  detail::ComplexReplay<double> replay(on_tape.loss);
  if (!replay.is_possible()) return;
  ++counts.by_complex_step;
  if (is_large) {
    const double slope = replay.derivative(on_tape.A, V.A) + replay.derivative(on_tape.c, V.c) +
                         replay.derivative(on_tape.r, V.r) + replay.derivative(on_tape.s, arma::mat{V.s});
    return compare("the complex step", {dot(g, V.flat())}, {slope});
  }
  arma::vec found(g.n_elem);
  uword k = 0;
  const std::array<M, 4> leaves{on_tape.A, on_tape.c, on_tape.r, on_tape.s};
  for (const M& leaf : leaves) {
    arma::mat unit(leaf.n_rows, leaf.n_cols, arma::fill::zeros);
    for (uword i = 0; i < leaf.n_elem; ++i) {
      unit[i] = 1;
      found[k++] = replay.derivative(leaf, unit);
      unit[i] = 0;
    }
  }
  compare("the complex step", g, found);
}

/// The Hessian times two directions: symmetric, and where the gradient is smooth as differences of it say.
void compare_second_order(const RandomProgram& program, auto& recorded, const Arguments& x, const arma::vec& U,
                          const arma::vec& V, const Comparison& compare) {
  const Arguments along_u = x.with(U), along_v = x.with(V);
  const arma::vec HU = flat(recorded.hessian_vector_product(as_variables(x), as_variables(along_u)).second);
  const arma::vec HV = flat(recorded.hessian_vector_product(as_variables(x), as_variables(along_v)).second);
  if (!HU.is_finite() || !HV.is_finite()) return;
  const double scale = 1 + arma::norm(HU) + arma::norm(HV);
  compare("the Hessian's symmetry", {dot(V, HU) / scale}, {dot(U, HV) / scale}, 100);
  ++counts.second_order;
  const auto difference = [&](double h) {
    return arma::vec((gradient_at(program, x.with(x.flat() + h * V)) - gradient_at(program, x.with(x.flat() - h * V))) /
                     (2 * h));
  };
  const arma::vec wide = difference(2e-4), narrow = difference(1e-4);
  const double uncertain = arma::norm(wide - narrow);
  if (program.traits().is_held || !(uncertain < 1e-4 * scale)) return;  // or not smooth here
  if (arma::norm(narrow - HV) > 1e-4 * scale + 10 * uncertain) compare("the Hessian times a vector", HV, narrow);
}

void run(const RandomProgram& program, unsigned how) {
  const Arguments& x = program.start();
  OnTape on_tape(program, x);
  const double J = on_tape.loss.scalar();
  const arma::vec g = on_tape.gradient();
  const Traits traits = program.traits();
  if (!(std::abs(J) + arma::norm(g) < 1e8)) {  // or infinite
    ++counts.not_finite;
    return;
  }
  const double sensitive = sensitivity(program, x, g);
  if (!(sensitive < 1e-3 * (1 + arma::norm(g)))) {
    ++counts.not_finite;
    return;
  }
  const Comparison compare(program, 1e-9 * (1 + arma::norm(g) + std::abs(J)) + 1e3 * sensitive);
  compare("a second backward pass", g, on_tape.gradient(), 0);

  const arma::vec V = arma::vectorise(arma::cos(arma::regspace(1, double(g.n_elem)))),
                  U = arma::vectorise(arma::sin(arma::regspace(2, double(g.n_elem + 1))));
  const Arguments along = x.with(V);
  const auto [value, slope] = jvp(program, as_variables(x), as_variables(along));
  compare("forward mode", {dot(g, V)}, slope);

  auto recorded = record(program, as_variables(x.with(0.9 * x.flat() + 0.01)));
  const auto again = recorded.value_and_gradient(x.A, x.c, x.r, x.s);
  compare("a recording's value", {J}, {again.first});
  compare("a recording's gradient", g, flat(again.second));
  compare("a recording in forward mode", {dot(g, V)}, recorded.jvp(as_variables(x), as_variables(along)).second);

  const auto [dA, dc, dr, ds] = gradient(on_tape.loss, on_tape.A, on_tape.c, on_tape.r, on_tape.s);
  compare("the gradient as nodes", g, flat(std::tuple(dA.value(), dc.value(), dr.value(), ds.scalar())));

  if (traits.is_analytic) compare_complex_step(on_tape, g, program.is_large(), along, compare);
  compare_second_order(program, recorded, x, U, V, compare);
  if (!traits.is_held && how % 16 == 0 && !program.is_large()) {
    const GradientCheck check = check_gradient(program, x.A, x.c, x.r, x.s);
    if (check.verdict() == Verdict::failed) {
      std::ostringstream report;
      report << "check_gradient:\n" << program.steps() << check;
      finding(report.str());
    }
    ++counts.by_differences;
  }
  ++counts.compared;
}

/// After a refusal in the middle of a sweep the thread's tapes work as before.
void require_usable() {
  const double g = gradient([](const auto& x) { return x * x; }, 3.0);
  if (g != 6) finding("after a refusal the gradient of x^2 at 3 is " + std::to_string(g));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const detail::OneBlasThread hold;
  const Choice input = choice(data, size);
  const RandomProgram program(input.rest);
  ++counts.programs;
  // A singular matrix, a solver that does not converge.
  if (!accepted<std::runtime_error, std::logic_error>([&] { run(program, input.first); })) {
    ++counts.refused;
    require_usable();
  }
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  std::mt19937_64 random(1);
  std::vector<std::string> all(400);
  for (std::string& bytes : all) {
    for (std::size_t length = 20 + random() % 100; length > 0; --length) bytes += char(random());
  }
  return all;
}
