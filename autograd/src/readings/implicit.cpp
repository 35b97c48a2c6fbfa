#include "implicit.hpp"

#include <armagrad/derivatives.hpp>

#include <cstring>
#include <deque>

#include "../rules/tables.hpp"
#include "arguments_given.hpp"
#include "lbfgs.hpp"
#include "newton.hpp"

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
  struct Source {
    const ImplicitEquations<eT>& e;
    std::span<const Given<eT>> parameters;
  };
  AtPoint(const Source& of, const arma::Mat<eT>& x) : AtPoint(of.e, x, of.parameters) {}
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

template <class eT>
arma::Mat<eT> solution_of(const ImplicitEquations<eT>& e, std::span<const Given<eT>> parameters, Location at) {
  using Solver = NewtonSolver<eT, AtPoint<eT>>;
  if (e.lbfgs) {
    LbfgsSolver<eT, AtPoint<eT>> lbfgs({e, parameters}, *e.lbfgs, at);
    const arma::Mat<eT> x = lbfgs.run(e.start);
    return Solver({e, parameters}, e.is, Newton{100 * lbfgs.tolerance()}, at).refined(x);
  }
  Solver newton({e, parameters}, e.is, e.newton, at);
  if (!e.solver) return newton.run(e.start);
  std::vector<arma::Mat<eT>> plain{e.start};
  for (const Given<eT>& p : parameters) plain.push_back(over(p.data, p.shape));
  const arma::Mat<eT> x = e.solver(plain);
  if (arma::size(x) != arma::size(e.start))
    misuse(name_of(e.is), at,
           "the solver gives " + to_string(shape_of(x.n_rows, x.n_cols)) + " for a start of " +
               to_string(shape_of(e.start.n_rows, e.start.n_cols)));
  (void)newton.refined(x);
  return x;
}

}  // namespace

template <class eT>
const arma::Mat<eT>& SolutionFactors<eT>::at(const arma::Mat<eT>& x, std::span<const Given<eT>> parameters,
                                             Location place) {
  const auto is_known = [&](std::size_t k, const eT* data, Shape s) {
    return shape_of(known_[k].n_rows, known_[k].n_cols) == s &&
           (s.size() == 0 || std::memcmp(known_[k].memptr(), data, s.size() * sizeof(eT)) == 0);
  };
  bool known = !known_.empty() && is_known(0, x.memptr(), shape_of(x.n_rows, x.n_cols));
  for (std::size_t k = 0; k < parameters.size() && known; ++k)
    known = is_known(k + 1, parameters[k].data, parameters[k].shape);
  if (known) return factors_;
  known_.clear();
  factors_ = factored_at_solution(AtPoint<eT>(*equations_, x, parameters).jacobian(), equations_->is, place);
  known_.push_back(x);
  for (const Given<eT>& p : parameters) known_.emplace_back(p.data, p.shape.rows, p.shape.cols);
  return factors_;
}

namespace rules ARMAGRAD_EXPORT {

template <class eT, Implicit which>
arma::Mat<eT> Solution<eT, which>::minus_solved(Engine<eT>& engine, Index i, std::span<const Given<eT>> p,
                                                const arma::Mat<eT>& dr, bool transposed) const {
  const arma::Mat<eT> x =
      order == 0 ? over(engine.data(i), engine.node(i).shape) : over(p[order - 1].data, p[order - 1].shape);
  const arma::Mat<eT>& f = factors->at(x, p.subspan(order, p.size() - 2 * order), engine.at(i));
  return in_shape_of<eT>(-factor_solved<eT>(f, arma::vectorise(dr), transposed != (order % 2 == 1)), dr);
}

template <class eT, Implicit which>
void Solution<eT, which>::forward(Engine<eT>& engine, Index i) const {
  const std::vector<Given<eT>> p = parameters_of(engine, i);
  if (engine.node(i).shape.size() == 0) return;
  const arma::Mat<eT> x = order == 0 ? solution_of<eT>(*equations, p, engine.at(i))
                                     : minus_solved(engine, i, p, -over(p.back().data, p.back().shape), false);
  std::copy(x.begin(), x.end(), engine.output(i));
}

template <class eT, Implicit which>
void Solution<eT, which>::reverse(Engine<eT>& engine, Index i) const {
  const std::vector<Given<eT>> given = parameters_of(engine, i);
  const Shape s = engine.node(i).shape;
  if (s.size() == 0) return;
  const arma::Mat<eT> lambda = minus_solved(engine, i, given, over(engine.full_adjoint(i), s), true);
  const AtPoint<eT> point(*equations, over(engine.data(i), s), given);
  point.tape().backward(point.residual(), lambda);
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
  ImplicitEquations<eT> adjoint{Implicit::linear, adjoint_residual_of(residual), {}, is_scalar};
  using Adjoint = Solution<eT, Implicit::linear>;
  const Adjoint rule{{}, std::make_shared<const ImplicitEquations<eT>>(std::move(adjoint)), factors, order + 1};
  const Var<eT> lambda = engine.append(rule, x[0].shape(), indices, *engine.place);
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
  ForwardMode<eT> nested(point.residual());
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (forward.tangent(engine.operands(engine.node(i))[k])) nested.seed(point.leaf(k + 1), moved[k]);
  }
  const arma::Mat<eT> dx = minus_solved(engine, i, p, nested.run(), false);
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
  ComplexReplay<eT> nested(point.residual());
  for (std::size_t k = 0; k < p.size(); ++k)
    nested.move(point.leaf(k + 1).index(), replay.operand(engine.operands(engine.node(i))[k]));
  const arma::Mat<std::complex<eT>> r = nested.value();
  replay.output(i) = arma::Mat<std::complex<eT>>(point.x() + minus_solved(engine, i, p, arma::real(r), false),
                                                 minus_solved(engine, i, p, arma::imag(r), false));
}

}  // namespace ARMAGRAD_EXPORT

namespace {

template <class eT, Implicit which>
Var<eT> append_rule(Engine<eT>& engine, ImplicitEquations<eT> e, std::span<const Index> operands, Location at) {
  const Shape shape = shape_of(e.start.n_rows, e.start.n_cols);
  const auto shared = std::make_shared<const ImplicitEquations<eT>>(std::move(e));
  const rules::Solution<eT, which> rule{{}, shared, std::make_shared<SolutionFactors<eT>>(shared)};
  return engine.append(rule, shape, operands, at);
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
