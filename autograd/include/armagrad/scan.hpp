#pragma once
// Recurrences: a step that is recorded once and run over the columns of its inputs.

#include "derivatives.hpp"
#include "detail/plain_arguments.hpp"
#include "types_of.hpp"

namespace armagrad {

/// How many states a scan keeps for its backward pass: all by default. With `kept` states, spread evenly, those between
/// two of them are computed again, each once; 0 stands for the square root of the number of steps, which keeps the
/// fewest at a time.
struct Checkpoints {
  uword kept = 0;
};

/// The arguments of a scan that have a part for each step: the numbers of a vector, the columns of a matrix, the slices
/// of an arma::cube; or, alone, a number of steps. Temporaries are kept, others are referred to.
template <class... X>
struct steps {
  explicit steps(X&&... x, std::source_location here = std::source_location::current())
      : inputs(std::forward<X>(x)...), at(here) {}
  std::tuple<X...> inputs;
  Location at;
};
template <class... X>
steps(X&&...) -> steps<X...>;

/// A part of a step's output of which only the sum over the steps is wanted: see scan.
template <AnyVar V>
struct Summed {
  V x;
};
/// Marks what a step of scan gives out to be summed over the steps, so that it is not kept for each of them.
template <AnyVar V>
Summed<Like<V>> summed(const V& x) {
  return {x};
}

namespace detail {

/// An argument or a result of a step: its shape, and whether it is a number, which meets matrices of any shape.
struct StepValue {
  Shape shape;
  bool is_scalar = false;
};

/// The results of a step, its next states and then what it gives out, of its states, inputs and shared arguments.
template <class eT>
using StepFunction = std::function<std::vector<Var<eT>>(std::span<const Var<eT>>)>;

template <class eT>
class Recurrence;

template <class eT>
struct ScanProgram {
  StepFunction<eT> step;
  std::size_t states = 0;
  std::vector<StepValue> inputs;  // of one step
  std::vector<bool> summed;       // by what the step gives out
  uword steps = 0;
  uword interval = 1;        // between states that are kept
  bool is_backward = false;  // from the last column to the first
  Location at;
  std::shared_ptr<const Recurrence<eT>> of{};  // the scan whose states this gives out, or whose gradient it is
  std::vector<bool> by{};                      // of a gradient: by which arguments of that scan
};

/// The last states, and what the steps gave out, as nodes of the tape: by column, or summed.
template <class eT>
std::vector<Var<eT>> append_scan(Tape<eT>& tape, ScanProgram<eT> program, std::span<const Var<eT>> arguments);

/// std::logic_error unless these inputs have a step each, as many as the others.
ARMAGRAD_EXPORT uword common_steps(std::span<const uword> steps, Location at);
/// The interval at which so many of the states are kept.
ARMAGRAD_EXPORT uword interval_of(const Checkpoints& checkpoints, uword steps, Location at);

template <Kind...>
struct KindList {};
template <Kind... a, Kind... b, Kind... c>
KindList<a..., b..., c...> joined(KindList<a...>, KindList<b...>, KindList<c...>);

template <class X>
inline constexpr bool is_cube = false;
template <class eT>
inline constexpr bool is_cube<arma::Cube<eT>> = true;

/// What a step gets of an input.
template <class X>
constexpr Kind kind_of_part() {
  static_assert(is_cube<X> || !Number<X>,
                "steps() takes inputs that have a part for each step, or one number of steps");
  if constexpr (is_cube<X>)
    return Kind::matrix;
  else
    return kind_of<X> == Kind::matrix ? Kind::column : Kind::number;
}
template <class... X>
struct PartKinds {
  using type = KindList<kind_of_part<std::remove_cvref_t<X>>()...>;
};
template <Integer N>
struct PartKinds<N> {
  using type = KindList<>;
};
template <class X>
uword number_of_steps(const X& x) {
  if constexpr (Integer<X>)
    return uword(std::max<std::make_signed_t<X>>(std::make_signed_t<X>(x), 0));
  else if constexpr (is_cube<X>)
    return x.n_slices;
  else if constexpr (requires { x.matrix; })
    return kind_of<X> == Kind::matrix ? x.matrix->n_cols : x.matrix->n_elem;
  else
    return kind_of<X> == Kind::matrix ? x.n_cols : x.n_elem;
}
template <class eT, class X>
Var<eT> input_on(Tape<eT>& tape, const X& x) {
  if constexpr (is_cube<X>)
    return tape.constant(arma::Mat<eT>(const_cast<eT*>(x.memptr()), x.n_rows * x.n_cols, x.n_slices, false, true));
  else
    return Argument<eT>(x).on(tape, "scan");
}
template <class eT, class X>
StepValue part_of(const X& x, const Var<eT>& on_tape) {
  if constexpr (is_cube<X>)
    return {shape_of(x.n_rows, x.n_cols)};
  else if constexpr (kind_of_part<X>() == Kind::number)
    return {scalar_shape, true};
  else
    return {shape_of(on_tape.n_rows, 1)};
}

// ---- What a step returns ----

template <class T>
struct as_tuple {
  using type = std::tuple<T>;
};
template <class... T>
struct as_tuple<std::tuple<T...>> {
  using type = std::tuple<T...>;
};
template <class A, class B>
struct as_tuple<std::pair<A, B>> {
  using type = std::tuple<A, B>;
};
template <class T>
inline constexpr bool is_summed = false;
template <class V>
inline constexpr bool is_summed<Summed<V>> = true;
template <class T>
inline constexpr Kind kind_of_output = kind_of<T> == Kind::number ? Kind::row : Kind::matrix;
template <class V>
inline constexpr Kind kind_of_output<Summed<V>> = kind_of<V>;

template <class eT, class T>
Var<eT> result_on(Tape<eT>& tape, const T& x) {
  if constexpr (is_summed<T>)
    return result_on(tape, x.x);
  else
    return Argument<eT>(x, Location()).on(tape, "scan");
}

/// A user's step, of arguments of these kinds.
template <class eT, class F, class Kinds>
struct StepOf;
template <class eT, class F, Kind... kind>
struct StepOf<eT, F, KindList<kind...>> {
  static_assert(std::is_invocable_v<const F&, VarOf<eT, kind>...>,
                "the step is called with its states, a part of each input, and the shared arguments, as Vars");
  using Results = typename as_tuple<std::remove_cvref_t<std::invoke_result_t<const F&, VarOf<eT, kind>...>>>::type;

  static StepFunction<eT> of(F f) {
    return [f = std::move(f)](std::span<const Var<eT>> x) {
      return [&]<std::size_t... k>(std::index_sequence<k...>) {
        return listed(f(argument_of_kind<kind>(x[k])...),
                      [&](const auto& one) { return result_on<eT>(x[0].tape(), one); });
      }
      (std::make_index_sequence<sizeof...(kind)>());
    };
  }
};

template <class... S>
std::tuple<const S&...> states_of(const std::tuple<S...>& start) {
  return std::apply([](const S&... s) { return std::tuple<const S&...>(s...); }, start);
}
template <class S>
requires(!is_tuple<S>::value) std::tuple<const S&> states_of(const S& start) { return {start}; }

/// The kinds of what a scan gives: of the states those that they started with, and those of what the steps gave out.
template <std::size_t k, class... S, class... R>
constexpr Kind kind_of_result(std::tuple<const S&...>*, std::tuple<R...>*) {
  if constexpr (k < sizeof...(S))
    return kind_of<std::tuple_element_t<k, std::tuple<S...>>>;
  else
    return kind_of_output<std::tuple_element_t<k, std::tuple<R...>>>;
}

template <Kind kind, class eT>
PlainOf<eT, kind> plain_copy(const Var<eT>& x) {
  if constexpr (kind == Kind::number)
    return x.scalar();
  else
    return x.value();
}

template <class eT, class F, class... S, class... X, class... P>
auto scan_on(Tape<eT>& tape, const Checkpoints* checkpoints, F f, const std::tuple<const S&...>& start,
             const steps<X...>& over, const P&... shared) {
  using Kinds =
      decltype(joined(KindList<kind_of<S>...>(), typename PartKinds<X...>::type(), KindList<kind_of<P>...>()));
  using Step = StepOf<eT, F, Kinds>;
  using Results = typename Step::Results;
  static constexpr std::size_t results = std::tuple_size_v<Results>;
  static_assert(results >= sizeof...(S),
                "the step returns its next state, of several states a std::tuple, and after that what it gives out");
  ScanProgram<eT> program;
  program.step = Step::of(std::move(f));
  program.states = sizeof...(S);
  program.at = over.at;
  std::apply([&](const auto&... x) { program.steps = common_steps(std::array{number_of_steps(x)...}, over.at); },
             over.inputs);
  if (checkpoints) program.interval = interval_of(*checkpoints, program.steps, over.at);
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    program.summed = {is_summed<std::tuple_element_t<k + sizeof...(S), Results>>...};
  }
  (std::make_index_sequence<results - sizeof...(S)>());

  std::vector<Var<eT>> arguments;
  std::apply([&](const S&... s) { (arguments.push_back(Argument<eT>(s).on(tape, "scan")), ...); }, start);
  const auto add_input = [&]<class I>(const I& x) {
    if constexpr (!Integer<I>) {
      arguments.push_back(input_on(tape, x));
      program.inputs.push_back(part_of(x, arguments.back()));
    }
  };
  std::apply([&](const auto&... x) { (add_input(x), ...); }, over.inputs);
  (arguments.push_back(Argument<eT>(shared).on(tape, "scan")), ...);

  const std::vector<Var<eT>> y = append_scan<eT>(tape, std::move(program), arguments);
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    const auto result = [&](auto which) {
      constexpr Kind kind = kind_of_result<which()>((std::tuple<const S&...>*)(nullptr), (Results*)(nullptr));
      if constexpr (Differentiable<S..., std::remove_cvref_t<X>..., P...>)
        return of_kind<kind>(y[which()]);
      else
        return plain_copy<kind>(y[which()]);
    };
    return one_or_tuple(std::tuple(result(std::integral_constant<std::size_t, k>())...));
  }
  (std::make_index_sequence<results>());
}

template <class F, class... S, class... X, class... P>
auto scan_of(const Checkpoints* checkpoints, F f, const std::tuple<const S&...>& start, const steps<X...>& over,
             const P&... shared) {
  if constexpr (Differentiable<S..., std::remove_cvref_t<X>..., P...>) {
    using eT = element_t<S..., std::remove_cvref_t<X>..., P...>;
    Tape<eT>* tape = nullptr;
    std::apply(
        [&](const S&... s) {
          std::apply([&](const auto&... x) { tape = &common_tape<eT>(s..., x..., shared...); }, over.inputs);
        },
        start);
    return scan_on<eT>(*tape, checkpoints, std::move(f), start, over, shared...);
  } else {
    using eT = CommonElementOf<S..., X..., P...>;
    return scan_on<eT>(*KeptTape<eT>(), checkpoints, std::move(f), start, over, shared...);
  }
}

}  // namespace detail

/// Runs a recurrence: the step is called as step(state, parts of the inputs..., shared...) and returns the next state,
/// alone or, in a std::pair or std::tuple, followed by what it gives out. The state starts as `start`: a Var, a matrix,
/// vector or number, or a std::tuple of several, which the step gets and returns one by one. Gives the last state, and
/// with it, in a std::tuple, what the steps gave out: numbers as a row, the entries of a matrix as a column of a
/// matrix, one for each step; of summed(x) the sum over the steps. Plain where no argument is a Var.
///
/// The step is recorded once, on a tape of its own, and takes what it needs of this tape as shared arguments; data may
/// be captured. It is one node of this tape and keeps the states, for forward mode too and for gradients of gradients.
/// A step that asks for values, as `if (x > 0)` does, is recorded anew for others; where() asks for none.
/// std::logic_error for inputs of unequal length or no steps at all, and for a state that changes its shape; what a
/// step throws is thrown again with the number of the step.
template <class F, class Start, class... X, class... P>
[[nodiscard]] auto scan(F step, const Start& start, const steps<X...>& over, const P&... shared) {
  return detail::scan_of(nullptr, std::move(step), detail::states_of(start), over, shared...);
}
template <class F, class Start, class... X, class... P>
[[nodiscard]] auto scan(const Checkpoints& checkpoints, F step, const Start& start, const steps<X...>& over,
                        const P&... shared) {
  return detail::scan_of(&checkpoints, std::move(step), detail::states_of(start), over, shared...);
}

}  // namespace armagrad
