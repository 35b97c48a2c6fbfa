#include "implicit.hpp"

#include <armagrad/derivatives.hpp>

#include <cmath>
#include <deque>
#include <optional>

#include "../rules/factor.hpp"
#include "../rules/tables.hpp"
#include "arguments_given.hpp"

namespace armagrad::detail {

namespace {

/// r(x, p), which the solution makes 0.
template <class eT>
Function<eT> residual_of(const ImplicitEquations<eT>& e) {
  return [f = e.f, is = e.is](std::span<const Var<eT>> x) {
    const ArgumentsGiven<eT> hold(engine_of(x[0]));
    const Var<eT> y = f(x);
    return is == Implicit::minimum ? gradient(y, x[0]) : y;
  };
}

/// J(x, p)' lambda - dx of lambda, x, p and dx.
template <class eT>
Function<eT> adjoint_residual_of(Function<eT> residual) {
  return [residual = std::move(residual)](std::span<const Var<eT>> all) {
    const std::span<const Var<eT>> x = all.subspan(1, all.size() - 2);
    const ArgumentsGiven<eT> hold(engine_of(x[0]));
    return gradient(Var<eT>(dot(residual(x), all[0])), x[0]) - all.back();
  };
}

template <class eT>
std::vector<Given<eT>> parameters_of(Engine<eT>& engine, Index i) {
  std::vector<Given<eT>> all;
  for (const Index k : engine.operands(engine.node(i))) {
    engine.evaluate(k);
    const Node<eT>& n = engine.node(k);
    all.push_back({engine.data(k), n.shape, n.needs_gradient, n.is_scalar});
  }
  return all;
}

/// The equations at one x, on a tape of their own.
template <class eT>
class AtPoint {
 public:
  AtPoint(const ImplicitEquations<eT>& e, const arma::Mat<eT>& x, std::span<const Given<eT>> parameters)
      : is_(e.is), x_(x) {
    std::vector<Given<eT>> all{{x_.memptr(), shape_of(x.n_rows, x.n_cols), true, e.is_scalar}};
    all.insert(all.end(), parameters.begin(), parameters.end());
    const Function<eT> record = [&](std::span<const Var<eT>> v) {
      const Index first = Index(engine_of(*tape_).size());
      const Var<eT> y = engine_of(*tape_).here(e.f(v), name_of(is_), {});
      place_ = y.index() < first ? Location() : engine_of(*tape_).at(y.index());
      if (is_ != Implicit::minimum) return y;
      if (y.shape() != scalar_shape)
        misuse(name_of(is_), place_, "the function to be made least is not a number but " + to_string(y.shape()));
      loss_ = y;
      return gradient(y, v[0]);
    };
    residual_ = call_on<eT>(*tape_, record, all, leaves_);
    if (residual_.shape() != all[0].shape)
      misuse(name_of(is_), place_,
             "the function of x, " + to_string(all[0].shape) + ", gives " + to_string(residual_.shape()) +
                 ": as many equations as unknowns are needed, in one shape");
  }

  const arma::Mat<eT>& x() const { return x_; }
  const Var<eT>& residual() const { return residual_; }
  const Var<eT>& leaf(std::size_t k) const { return leaves_[k]; }
  Tape<eT>& tape() const { return *tape_; }
  /// Where the function was written.
  Location place() const { return place_; }

  /// What a line search makes less: the function, or |r|.
  double merit() const {
    if (is_ == Implicit::minimum) return double(loss_.scalar());
    return double(arma::norm(arma::vectorise(residual_.value())));
  }
  arma::Col<eT> value() const { return arma::vectorise(residual_.value()); }
  arma::Mat<eT> jacobian() const { return jacobian_of(residual_, leaves_[0], true); }

 private:
  Implicit is_;
  KeptTape<eT> tape_;
  arma::Mat<eT> x_;
  std::vector<Var<eT>> leaves_;
  Var<eT> loss_, residual_;
  Location place_;
};

constexpr const char* jacobian_name(Implicit is) {
  return is == Implicit::minimum ? "the Hessian" : "the Jacobian of the equations";
}

/// dr/dx, factored. std::runtime_error if it is singular: the solution has no derivative then.
template <class eT>
arma::Mat<eT> factored_at_solution(const arma::Mat<eT>& J, Implicit is, Location at) {
  const arma::Mat<eT> f = lu_packed(J);
  if (const double condition = condition_of(f); !(condition >= least_condition<eT>))
    no_result(name_of(is), at,
              std::string(jacobian_name(is)) + " at the solution is " +
                  (std::isnan(condition) ? "not finite"
                                         : "singular (reciprocal condition number " + to_text(condition) + ")") +
                  ": the solution has no derivative");
  return f;
}

template <class eT>
arma::Mat<eT> in_shape_of(const arma::Mat<eT>& column, const arma::Mat<eT>& x) {
  return arma::reshape(column, x.n_rows, x.n_cols);
}

/// The iterations of Newton's method, with backtracking.
template <class eT>
class NewtonSolver {
 public:
  NewtonSolver(const ImplicitEquations<eT>& e, std::span<const Given<eT>> parameters, Location at)
      : e_(e), parameters_(parameters), at_(at) {}

  arma::Mat<eT> run() {
    arma::Mat<eT> x = e_.start;
    if (x.is_empty()) return x;
    move_to(x);
    if (!reached()) fail("the function cannot be computed at the start" + why_ + ": start inside of its domain");
    if (e_.is == Implicit::linear) return x + in_shape_of<eT>(step(), x);
    double before = arma::datum::inf, scale = 0;
    for (unsigned k = 0; k < e_.newton.steps; ++k) {
      const arma::Col<eT> d = step();
      const double size = largest(d);
      scale = std::max({scale, largest(arma::vectorise(x)), size});
      if (convex_ && (is_last(d, x, scale) || (is_small(d, x) && size > before / 2))) return x + in_shape_of<eT>(d, x);
      if (!convex_ && size <= eps * scale)
        fail("stationary where it is no minimum, as the Hessian has negative eigenvalues: start elsewhere");
      before = size;
      search(x, in_shape_of<eT>(d, x));
    }
    fail("not converged after " + std::to_string(e_.newton.steps) + " steps, the last of length " + to_text(before) +
         ": start nearer, allow more with Newton{.steps}, or bring a solver in solved_by()");
  }

  /// Checks what the user's solver gives.
  void check(const arma::Mat<eT>& x) {
    if (x.is_empty()) return;
    move_to(x);
    if (!reached()) fail("the function cannot be computed at what the solver gives" + why_);
    const arma::Col<eT> d = step();
    const double size = largest(d), allowed = tolerance() * largest(arma::vectorise(x));
    if (!convex_) fail("what the solver gives is no minimum: the Hessian has negative eigenvalues there");
    if (!(size <= allowed || size <= tolerance() * tolerance()))
      fail("the solver has not converged: Newton's step from what it gives has length " + to_text(size) +
           ", more than " + to_text(allowed) + ", its tolerance; |" + (e_.is == Implicit::minimum ? "gradient" : "f") +
           "| is " + to_text(largest(point_->value())));
  }

 private:
  static constexpr double eps = double(std::numeric_limits<eT>::epsilon());

  [[noreturn]] void fail(const std::string& what) const { no_result(name_of(e_.is), at_, what); }
  static double largest(const arma::Col<eT>& x) { return x.is_empty() ? 0 : double(arma::abs(x).max()); }
  double tolerance() const { return e_.newton.tolerance > 0 ? e_.newton.tolerance : std::sqrt(eps); }
  bool is_small(const arma::Col<eT>& d, const arma::Mat<eT>& x) const {
    return largest(d) <= tolerance() * largest(arma::vectorise(x));
  }
  bool is_last(const arma::Col<eT>& d, const arma::Mat<eT>& x, double scale) const {
    for (uword i = 0; i < d.n_elem; ++i) {
      if (!(std::abs(double(d[i])) <= tolerance() * std::abs(double(x[i])) + 4 * eps * scale)) return false;
    }
    return true;
  }

  /// Computes the function at x, or notes why it cannot be.
  void move_to(const arma::Mat<eT>& x) {
    why_.clear();
    merit_ = arma::datum::nan;
    point_.reset();
    try {
      point_.emplace(e_, x, parameters_);
      merit_ = point_->merit();
      if (!std::isfinite(merit_)) why_ = ", where it is " + (std::isnan(merit_) ? "nan" : to_text(merit_));
    } catch (const std::runtime_error& error) {
      why_ = std::string(" (") + error.what() + ")";
    }
  }
  bool reached() const { return std::isfinite(merit_); }

  /// Newton's step from the point. Where a minimum is looked for and the Hessian is not positive definite, its
  /// eigenvalues count by their size, so that the step leads downhill.
  arma::Col<eT> step() {
    arma::Mat<eT> J;
    arma::Col<eT> r;
    try {
      r = point_->value();
      J = point_->jacobian();
    } catch (const std::runtime_error& error) {
      fail(std::string("no derivatives on the way (") + error.what() + ")");
    }
    if (!r.is_finite() || !J.is_finite()) fail("its derivatives are not finite on the way: start nearer");
    convex_ = true;
    if (e_.is == Implicit::minimum) return minimum_step(symmetric_part(J), r);
    if (e_.is == Implicit::linear)  // the adjoint of a solution
      return -factor_solved<eT>(factored_at_solution(J, e_.is, at_), r, false);
    const arma::Mat<eT> f = lu_packed(J);
    if (!(condition_of(f) >= least_condition<eT>))
      fail(std::string(jacobian_name(e_.is)) + " is singular on the way (reciprocal condition number " +
           to_text(condition_of(f)) + "): start elsewhere");
    slope_ = -merit_;
    return -factor_solved<eT>(f, r, false);
  }
  arma::Col<eT> minimum_step(const arma::Mat<eT>& H, const arma::Col<eT>& g) {
    arma::Col<eT> d;
    arma::Mat<eT> L;
    if (arma::chol(L, H, "lower")) {
      d = -triangular_solved<eT>(L, triangular_solved<eT>(L, g, false, false), false, true);
    } else {
      arma::Col<eT> curvature;
      arma::Mat<eT> V;
      if (!arma::eig_sym(curvature, V, H)) fail("the eigenvalues of the Hessian were not found");
      const eT most = arma::abs(curvature).max(), least = eT(std::sqrt(eps)) * most;
      convex_ = curvature.min() >= -least;
      const arma::Col<eT> weight = most > 0 ? arma::Col<eT>(arma::clamp(arma::abs(curvature), least, most))
                                            : arma::Col<eT>(curvature.n_elem, arma::fill::ones);
      d = -V * ((V.t() * g) / weight);
    }
    slope_ = double(arma::dot(g, d));
    return d;
  }

  /// Moves x along d, as far as makes the function less.
  void search(arma::Mat<eT>& x, const arma::Mat<eT>& d) {
    const double from = merit_, slope = slope_, rounding = 1e3 * eps * std::abs(from);  // of long sums
    std::string why;
    for (double t = 1; t > eps; t /= 2) {
      const arma::Mat<eT> to = x + eT(t) * d;
      move_to(to);
      if (reached() && merit_ <= from + 1e-4 * t * slope + rounding) {
        x = to;
        return;
      }
      if (!reached()) why = why_;
    }
    fail("no step makes " + std::string(e_.is == Implicit::minimum ? "the function" : "|f|") + " less than " +
         to_text(from) + (why.empty() ? "" : "; beyond, it cannot be computed" + why) +
         ": start nearer, or bring a solver in solved_by()");
  }

  const ImplicitEquations<eT>& e_;
  std::span<const Given<eT>> parameters_;
  Location at_;
  std::optional<AtPoint<eT>> point_;
  double merit_ = 0, slope_ = 0;
  bool convex_ = true;
  std::string why_;
};

template <class eT>
arma::Mat<eT> solution_of(const ImplicitEquations<eT>& e, std::span<const Given<eT>> parameters, Location at) {
  NewtonSolver<eT> newton(e, parameters, at);
  if (!e.solver) return newton.run();
  std::vector<arma::Mat<eT>> plain{e.start};
  for (const Given<eT>& p : parameters) plain.push_back(over(p.data, p.shape));
  const arma::Mat<eT> x = e.solver(plain);
  if (arma::size(x) != arma::size(e.start))
    misuse(name_of(e.is), at,
           "the solver gives " + to_string(shape_of(x.n_rows, x.n_cols)) + " for a start of " +
               to_string(shape_of(e.start.n_rows, e.start.n_cols)));
  newton.check(x);
  return x;
}

/// -J^-1 dr, or -J'^-1 dr, in dr's shape.
template <class eT>
arma::Mat<eT> minus_solved(const arma::Mat<eT>& f, const arma::Mat<eT>& dr, bool transposed) {
  return in_shape_of<eT>(-factor_solved<eT>(f, arma::vectorise(dr), transposed), dr);
}

}  // namespace

namespace rules ARMAGRAD_EXPORT {

template <class eT, Implicit which>
void Solution<eT, which>::forward(Engine<eT>& engine, Index i) const {
  const std::vector<Given<eT>> p = parameters_of(engine, i);
  const arma::Mat<eT> x = solution_of<eT>(*equations, p, engine.at(i));
  std::copy(x.begin(), x.end(), engine.output(i));
}

template <class eT, Implicit which>
void Solution<eT, which>::reverse(Engine<eT>& engine, Index i) const {
  const AtPoint<eT> point(*equations, over(engine.data(i), engine.node(i).shape), parameters_of(engine, i));
  if (point.x().is_empty()) return;
  const arma::Mat<eT> f = factored_at_solution(point.jacobian(), which, engine.at(i));
  point.tape().backward(point.residual(),
                        minus_solved<eT>(f, over(engine.full_adjoint(i), engine.node(i).shape), true));
  for (unsigned k = 0; k < engine.node(i).arity; ++k) {
    const Index p = engine.operands(engine.node(i))[k];
    if (engine.wants(p)) Slot<eT>{&engine, p} += point.tape().gradient(point.leaf(k + 1));
  }
}

template <class eT, Implicit which>
void Solution<eT, which>::append_gradient(GradientGraph<eT>& graph, Index i) const {
  Engine<eT>& engine = graph.engine();
  const Function<eT> residual = residual_of(*equations);
  std::vector<Index> indices{i};
  for (const Index p : engine.operands(engine.node(i))) indices.push_back(p);
  std::vector<Var<eT>> x;
  for (const Index k : indices) x.push_back(engine.handle(k));

  const bool is_scalar = equations->is_scalar;
  const Var<eT> dx = spread(graph.adjoint(i), x[0].shape());
  indices.push_back(dx.index());
  ImplicitEquations<eT> adjoint{Implicit::linear, adjoint_residual_of(residual),
                                arma::Mat<eT>(x[0].n_rows, x[0].n_cols, arma::fill::zeros), is_scalar};
  using Adjoint = Solution<eT, Implicit::linear>;
  const Var<eT> lambda = engine.append(Adjoint{{}, std::make_shared<const ImplicitEquations<eT>>(std::move(adjoint))},
                                       x[0].shape(), indices, *engine.place);
  node_of(lambda).is_scalar = is_scalar;

  const Index first = Index(engine.size());
  const Var<eT> r = engine.here(residual(x), name, engine.at(i)), dr = -lambda;
  graph.through(i, r, node_of(r).is_scalar && !is_scalar ? dr(0) : dr, first);
}

template <class eT, Implicit which>
void Solution<eT, which>::tangent(ForwardMode<eT>& forward, Index i) const {
  Engine<eT>& engine = forward.engine();
  std::vector<Given<eT>> p = parameters_of(engine, i);
  std::deque<arma::Mat<eT>> moved;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const Index operand = engine.operands(engine.node(i))[k];
    if (forward.tangent(operand)) p[k].variable = true;
    moved.push_back(forward.matrix(operand));
  }
  eT* const out = forward.output(i);
  const AtPoint<eT> point(*equations, over(engine.data(i), engine.node(i).shape), p);
  if (point.x().is_empty()) return;
  const arma::Mat<eT> f = factored_at_solution(point.jacobian(), which, engine.at(i));
  ForwardMode<eT> nested(point.residual());
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (forward.tangent(engine.operands(engine.node(i))[k])) nested.seed(point.leaf(k + 1), moved[k]);
  }
  const arma::Mat<eT> dx = minus_solved<eT>(f, nested.run(), false);
  std::copy(dx.begin(), dx.end(), out);
}

/// One step from the real solution, which is exact to rounding where imaginary parts are as small as the complex step.
template <class eT, Implicit which>
void Solution<eT, which>::complex(ComplexReplay<eT>& replay, Index i) const {
  Engine<eT>& engine = replay.engine();
  const std::vector<Given<eT>> p = parameters_of(engine, i);
  engine.evaluate(i);
  const AtPoint<eT> point(*equations, over(engine.data(i), engine.node(i).shape), p);
  if (point.x().is_empty()) return;
  const arma::Mat<eT> f = factored_at_solution(point.jacobian(), which, engine.at(i));
  ComplexReplay<eT> nested(point.residual());
  for (std::size_t k = 0; k < p.size(); ++k)
    nested.move(point.leaf(k + 1).index(), replay.operand(engine.operands(engine.node(i))[k]));
  const arma::Mat<std::complex<eT>> r = nested.value();
  replay.output(i) = arma::Mat<std::complex<eT>>(point.x() + minus_solved<eT>(f, arma::real(r), false),
                                                 minus_solved<eT>(f, arma::imag(r), false));
}

}  // namespace ARMAGRAD_EXPORT

namespace {

template <class eT, Implicit which>
Var<eT> append_rule(Engine<eT>& engine, ImplicitEquations<eT> e, std::span<const Index> operands, Location at) {
  const Shape shape = shape_of(e.start.n_rows, e.start.n_cols);
  return engine.append(rules::Solution<eT, which>{{}, std::make_shared<const ImplicitEquations<eT>>(std::move(e))},
                       shape, operands, at);
}

/// Where the function was written. It is called once for that, and for mistakes to be found where it is used; values
/// that it asks for are not computed yet.
template <class eT>
Location tried(const ImplicitEquations<eT>& e, Engine<eT>& engine, std::span<const Index> operands) {
  const UnknownArguments<eT> unknown(engine, operands);
  try {
    return AtPoint<eT>(e, e.start, unknown.given).place();
  } catch (const std::runtime_error&) {  // of values that are not the parameters'
    return {};
  }
}

}  // namespace

template <class eT>
Var<eT> append_solution(Tape<eT>& tape, ImplicitEquations<eT> e, std::span<const Var<eT>> parameters) {
  Engine<eT>& engine = engine_of(tape);
  if (!e.start.is_finite()) misuse(name_of(e.is), {}, "the start is not finite");
  std::vector<Index> operands;
  for (const Var<eT>& p : parameters) operands.push_back(engine.index_of(p, name_of(e.is), {}));
  const Location tried_at = tried(e, engine, operands), at = engine.place ? *engine.place : tried_at;
  const bool is_scalar = e.is_scalar, is_minimum = e.is == Implicit::minimum;
  const Var<eT> x = is_minimum ? append_rule<eT, Implicit::minimum>(engine, std::move(e), operands, at)
                               : append_rule<eT, Implicit::root>(engine, std::move(e), operands, at);
  engine.node(x.index()).is_scalar = is_scalar;
  return x;
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                \
  template ARMAGRAD_EXPORT Var<eT> append_solution(Tape<eT>&, ImplicitEquations<eT>, std::span<const Var<eT>>); \
  template ARMAGRAD_EXPORT const std::vector<OperationGetter<eT>>&                                              \
  operations<eT, RuleList<rules::Solution<eT, Implicit::minimum>, rules::Solution<eT, Implicit::root>,          \
                          rules::Solution<eT, Implicit::linear>>>();
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
