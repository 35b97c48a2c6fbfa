#pragma once
// Solutions of equations and minima of functions as nodes, differentiated by the implicit function theorem.

#include <optional>

#include "detail/compiled_loss.hpp"
#include "detail/kept_tape.hpp"
#include "detail/plain_arguments.hpp"
#include "types_of.hpp"

namespace armagrad {

/// How argmin and root solve: by Newton's method with exact derivatives and a line search, which takes what the
/// function cannot compute, or a NaN or an infinity, for a step too far.
struct Newton {
  /// Steps below this part of the solution are the last; 0: the square root of the rounding of its type, below which
  /// the next step is below rounding.
  double tolerance = 0;
  unsigned steps = 100;  // std::runtime_error if these are not enough
};

/// How argmin solves by gradients alone, for hundreds of unknowns and more: by the limited-memory BFGS method
/// (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980). At the end one Newton step, of the exact
/// Hessian, checks what it found, or std::runtime_error, and refines it.
struct Lbfgs {
  double tolerance = 0;     // steps below this part of the solution are the last; 0: the square root of the rounding
  unsigned steps = 1000;    // std::runtime_error if these are not enough
  std::size_t memory = 10;  // how many steps it remembers
};

/// A solver of the user's in place of Newton's method: solve(start, parameters...), of plain matrices, vectors and
/// numbers, gives the solution, of start's shape. Newton's step from there must be at most `tolerance` of the
/// solution's size, or else it is a std::runtime_error; so must the error that the solver leaves, as derivatives
/// inherit it.
template <class Solve>
struct solved_by {
  explicit solved_by(Solve s, double most = 1e-6) : solve(std::move(s)), tolerance(most) {}
  Solve solve;
  double tolerance;
};

namespace detail {

/// What is solved: the gradient of f by its first argument is 0, f itself is, or f = 0 is linear and solved by one
/// step.
enum class Implicit : std::uint8_t { minimum, root, linear };

constexpr const char* name_of(Implicit is) {
  return is == Implicit::minimum ? "argmin" : is == Implicit::root ? "root" : "implicit_adjoint";
}

template <class eT>
struct ImplicitEquations {
  Implicit is;
  Function<eT> f;  // of the unknown and the parameters
  arma::Mat<eT> start;
  bool is_scalar;  // the unknown, a number
  Newton newton{};
  std::optional<Lbfgs> lbfgs{};
  std::function<arma::Mat<eT>(std::span<const arma::Mat<eT>>)> solver{};  // the user's, of the start and the parameters
};

/// The solution as a node of the tape.
template <class eT>
Var<eT> append_solution(Tape<eT>& tape, ImplicitEquations<eT> equations, std::span<const Var<eT>> parameters);

template <class S>
struct is_solver : std::bool_constant<std::is_same_v<S, Newton> || std::is_same_v<S, Lbfgs>> {};
template <class Solve>
struct is_solver<solved_by<Solve>> : std::true_type {};

template <class eT, class Start>
arma::Mat<eT> start_of(const Start& start) {
  static_assert(!AnyVar<Start>, "the start is a plain matrix, vector or number: nothing is differentiated by it");
  if constexpr (std::is_arithmetic_v<Start>)
    return arma::Mat<eT>{eT(start)};
  else
    return start;
}
template <class eT, class Solver, class Start, class F, class... P>
auto solution_on(Tape<eT>& tape, Implicit is, const Solver& solver, F f, const Start& start, const P&... parameters) {
  constexpr Kind kind = kind_of<Start>;
  ImplicitEquations<eT> equations{is, function_of<eT, kind, kind_of<P>...>(std::move(f)), start_of<eT>(start),
                                  kind == Kind::number};
  if constexpr (std::is_same_v<Solver, Newton>) {
    equations.newton = solver;
  } else if constexpr (std::is_same_v<Solver, Lbfgs>) {
    equations.lbfgs = solver;
  } else {
    equations.newton.tolerance = solver.tolerance;
    equations.solver = [solve = solver.solve](std::span<const arma::Mat<eT>> x) {
      return matrix_of<eT>(call_plain<eT, kind, kind_of<P>...>(solve, x));
    };
  }
  const std::array<Var<eT>, sizeof...(P)> x{Argument<eT>(parameters).on(tape, name_of(is))...};
  if constexpr (!Differentiable<P...>) {
    for (const Var<eT>& p : x) node_of(p).needs_gradient = true;  // f may differentiate by it
  }
  return of_kind<kind>(append_solution<eT>(tape, std::move(equations), x));
}

/// As a Var if there is one among the parameters, and else plain.
template <class Solver, class F, class Start, class... P>
auto solution(Implicit is, const Solver& solver, F f, const Start& start, const P&... parameters) {
  if constexpr (Differentiable<P...>) {
    return solution_on(common_tape<element_t<P...>>(parameters...), is, solver, std::move(f), start, parameters...);
  } else {
    using eT = CommonElementOf<Start>;
    const KeptTape<eT> tape;
    const arma::Mat<eT> x = solution_on(*tape, is, solver, std::move(f), start, parameters...).value();
    using X = PlainOf<eT, kind_of<Start>>;
    if constexpr (kind_of<Start> == Kind::number)
      return X(x[0]);
    else
      return X(x);  // a copy
  }
}
}  // namespace detail

/// The x near start where inner(x, parameters...), a number, is least; of start's shape and kind: a number, a vec, a
/// matrix. A Var if one of the parameters is, otherwise plain. inner is called with Vars on a tape of its own, again
/// for each step and each derivative, and takes what it needs of this tape as parameters; data may be captured.
/// Derivatives, also second ones and forward mode, are those of the solution as the parameters move, by the implicit
/// function theorem; the solver's steps are not kept. The Hessian is a dense matrix, by a sweep for each entry of x.
/// std::runtime_error if no minimum is found, or if its Hessian is singular: then it has no derivative.
template <class Solver, class F, class Start, class... P>
requires(detail::is_solver<Solver>::value)
    [[nodiscard]] auto argmin(const Solver& solver, F inner, const Start& start, const P&... parameters) {
  return detail::solution(detail::Implicit::minimum, solver, std::move(inner), start, parameters...);
}
template <class F, class Start, class... P>
requires(!detail::is_solver<F>::value) [[nodiscard]] auto argmin(F inner, const Start& start, const P&... parameters) {
  return argmin(Newton(), std::move(inner), start, parameters...);
}

/// The x near start where all entries of f(x, parameters...) are 0; f has x's shape. It is differentiated as argmin is.
template <class Solver, class F, class Start, class... P>
requires(detail::is_solver<Solver>::value && !std::same_as<Solver, Lbfgs>)
    [[nodiscard]] auto root(const Solver& solver, F f, const Start& start, const P&... parameters) {
  return detail::solution(detail::Implicit::root, solver, std::move(f), start, parameters...);
}
template <class F, class Start, class... P>
requires(!detail::is_solver<F>::value) [[nodiscard]] auto root(F f, const Start& start, const P&... parameters) {
  return root(Newton(), std::move(f), start, parameters...);
}

}  // namespace armagrad
