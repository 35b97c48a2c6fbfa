#pragma once
// Many small independent problems of one shape, as a regression for each gene: one recording, replayed for each.

#include <optional>
#include <utility>

#include "derivatives.hpp"
#include "implicit.hpp"

namespace armagrad {

/// How many threads share the problems. The results have the same bits for any number.
struct Threads {
  unsigned count = 1;
};

namespace detail {

/// An argument of which each problem has a part.
template <class P>
struct PartOfEach {
  const P& whole;
  Location at;
};
/// The kind of the part: of a row a number, of a matrix a column, of a cube a slice.
template <class P>
inline constexpr Kind kind_of_problem_part = Parameter<P>::kind == Kind::row    ? Kind::number
                                             : Parameter<P>::kind == Kind::cube ? Kind::matrix
                                                                                : Kind::column;

/// An argument of the first of the problems; the next one's is `step` numbers further on.
template <class eT>
struct ProblemArgument {
  Given<eT> first;
  uword step = 0;              // 0 where all share it
  std::optional<uword> count;  // of problems that have a part; none where all share it
  Location at;
};
template <class eT, class P>
ProblemArgument<eT> problem_argument(const PartOfEach<P>& x, bool variable = false) {
  static_assert(std::same_as<eT, typename P::elem_type>, "all arguments must have one element type");
  const uword count = kind_of_problem_part<P> == Kind::matrix ? Parameter<P>::slices(x.whole) : x.whole.n_cols;
  const uword cols = kind_of_problem_part<P> == Kind::matrix ? x.whole.n_cols : 1;
  const Shape s = shape_of(x.whole.n_rows, cols);
  return {{x.whole.memptr(), s, variable, kind_of_problem_part<P> == Kind::number}, s.size(), count, x.at};
}
template <class eT, IsParameter P>
ProblemArgument<eT> problem_argument(const P& x) {
  static_assert(std::same_as<eT, typename Parameter<P>::eT>, "all arguments must have one element type");
  return {given(x, false), 0, {}, {}};
}
template <class X>
struct argument_kind {
  static constexpr Kind value = Parameter<X>::kind;
};
template <class P>
struct argument_kind<PartOfEach<P>> {
  static constexpr Kind value = kind_of_problem_part<P>;
};

/// The problems: a loss, of its variable and other arguments.
template <class eT>
struct ProblemSet {
  Function<eT> loss;
  std::vector<ProblemArgument<eT>> arguments;  // the variable is the first
  Threads threads;
};
template <class Loss, class W, class... X>
auto problem_set(const Threads& threads, Loss loss, const W& w, const X&... x) {
  using eT = typename W::elem_type;
  return ProblemSet<eT>{function_of<eT, kind_of_problem_part<W>, argument_kind<X>::value...>(std::move(loss)),
                        {problem_argument<eT>(PartOfEach<W>{w, {}}, true), problem_argument<eT>(x)...},
                        threads};
}

/// The losses, and the gradients one after the other.
template <class eT>
void put_losses_and_gradients(const ProblemSet<eT>& problems, eT* losses, eT* gradients);
/// The Hessians one after the other.
template <class eT>
void put_hessians(const ProblemSet<eT>& problems, eT* hessians);
/// The variables where the losses are least, from those given on, one after the other.
template <class eT>
void put_minima(const ProblemSet<eT>& problems, const Newton& newton, eT* minima);

/// Variables of many problems: a matrix, a row or a cube.
template <class W>
concept VariablesOfEach = requires {
  typename W::elem_type;
  requires std::derived_from<W, arma::Mat<typename W::elem_type>> || std::same_as<W, arma::Cube<typename W::elem_type>>;
};

}  // namespace detail

/// An argument of each_problem and the like of which each problem has a column, or of a row an entry, a number. It is
/// referred to.
template <class P>
requires std::derived_from<P, arma::Mat<typename P::elem_type>> detail::PartOfEach<P> columns(
    const P& X, Here at = Here::current()) {
  return {X, at};
}
/// Not of temporaries, which would be gone when they are read.
template <class P>
requires std::derived_from<P, arma::Mat<typename P::elem_type>>
void columns(const P&& X, Here at = Here::current()) = delete;
/// The same of which each has a slice.
template <class eT>
detail::PartOfEach<arma::Cube<eT>> slices(const arma::Cube<eT>& Q, Here at = Here::current()) {
  return {Q, at};
}
/// Nor of these.
template <class eT>
void slices(const arma::Cube<eT>&& Q, Here at = Here::current()) = delete;

/// {J, G}: loss(w, x...) and its gradient for many problems of one shape. The variable of each is a column of W, a
/// slice of a cube W, or an entry of a row W; J is a row of the losses, and G has the gradients in W's shape. Each
/// argument x is columns(X) or slices(Q), of which a problem has a part, or any other, which all of them share. The
/// loss is recorded once for each thread; one that asks for values is recorded anew for each problem. std::logic_error
/// unless there are parts for as many problems as W has; an error in one problem names it, the first that has one.
template <class Loss, detail::VariablesOfEach W, class... X>
[[nodiscard]] std::pair<arma::Row<typename W::elem_type>, W> each_problem(const Threads& threads, Loss loss, const W& w,
                                                                          const X&... x) {
  std::pair<arma::Row<typename W::elem_type>, W> result;
  auto& [J, G] = result;
  const auto problems = detail::problem_set(threads, std::move(loss), w, x...);
  J.set_size(*problems.arguments[0].count);
  G.copy_size(w);
  detail::put_losses_and_gradients(problems, J.memptr(), G.memptr());
  return result;
}
template <class Loss, detail::VariablesOfEach W, class... X>
requires(!std::same_as<Loss, Threads>) [[nodiscard]] auto each_problem(Loss loss, const W& w, const X&... x) {
  return each_problem(Threads(), std::move(loss), w, x...);
}

/// The Hessian of each problem, by the p entries of its variable, in a slice: p x p x problems. Errors as of
/// each_problem.
template <class Loss, detail::VariablesOfEach W, class... X>
[[nodiscard]] arma::Cube<typename W::elem_type> each_hessian(const Threads& threads, Loss loss, const W& w,
                                                             const X&... x) {
  const auto problems = detail::problem_set(threads, std::move(loss), w, x...);
  const uword p = problems.arguments[0].step;
  arma::Cube<typename W::elem_type> H(p, p, *problems.arguments[0].count);
  detail::put_hessians(problems, H.memptr());
  return H;
}
template <class Loss, detail::VariablesOfEach W, class... X>
requires(!std::same_as<Loss, Threads>) [[nodiscard]] auto each_hessian(Loss loss, const W& w, const X&... x) {
  return each_hessian(Threads(), std::move(loss), w, x...);
}

/// Where the loss of each problem is least, by Newton's method from its part of `start` on; of start's shape.
/// std::runtime_error where none is found, which names the problem.
template <class Loss, detail::VariablesOfEach W, class... X>
[[nodiscard]] W each_argmin(const Threads& threads, const Newton& newton, Loss loss, const W& start, const X&... x) {
  W minima(arma::size(start));
  detail::put_minima(detail::problem_set(threads, std::move(loss), start, x...), newton, minima.memptr());
  return minima;
}
template <class Loss, detail::VariablesOfEach W, class... X>
[[nodiscard]] auto each_argmin(const Threads& threads, Loss loss, const W& start, const X&... x) {
  return each_argmin(threads, Newton(), std::move(loss), start, x...);
}
template <class Loss, detail::VariablesOfEach W, class... X>
requires(!std::same_as<Loss, Threads>) [[nodiscard]] auto each_argmin(Loss loss, const W& start, const X&... x) {
  return each_argmin(Threads(), Newton(), std::move(loss), start, x...);
}

}  // namespace armagrad
