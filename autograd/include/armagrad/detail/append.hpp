#pragma once
// How operations append their nodes to the tape.

#include <array>
#include <concepts>
#include <source_location>
#include <span>

#include "../var.hpp"

namespace armagrad::detail {

/// The tape that these, at least one, are on: that of the first which is no constant of no tape.
template <class eT>
Tape<eT>& tape_of(std::span<const Var<eT>* const> operands);
/// The same of arguments, at least one of them a Var.
template <class eT>
Tape<eT>& tape_of_arguments(std::span<const Argument<eT>* const> arguments);

/// Appends a node of this shape over operands of the same tape.
template <class eT>
Var<eT> append(const Operation<eT>& operation, Shape shape, Location at,
               std::initializer_list<const Var<eT>*> operands);

/// Gives the nodes that are appended while it lives the line of the user who called a composed function, unless one
/// is given already.
template <class eT>
class SourceLine {
 public:
  SourceLine(const Var<eT>& x, Location at) : SourceLine(engine_of(x), at) {}
  SourceLine(Engine<eT>& engine, Location at) : engine_(engine), at_(at), before_(engine.place) {
    if (!before_) engine_.place = &at_;
  }
  ~SourceLine() { engine_.place = before_; }
  SourceLine(const SourceLine&) = delete;

 private:
  Engine<eT>& engine_;
  Location at_;
  Location* before_;
};

/// Whether x is |z|, hypot(a, b) or a norm, whose square is recorded as that of what it was made of.
template <class eT>
bool has_smooth_square(const Var<eT>& x);

/// Appends a node of an elementwise rule over Vars, matrices, cubes and numbers, at least one of them a Var or a cube
/// on a tape.
template <class Rule, class... A>
requires DifferentiableEntries<A...> Entrywise<A...> elementwise(Here at, const A&... arguments) {
  using eT = element_t<A...>;
  if constexpr (((kind_of<A> == Kind::cube) || ...))
    return append_cube<Rule>(CubeOperand<eT>(arguments, at)...);
  else if constexpr (((kind_of<A> == Kind::number) && ...) && !CustomRule<Rule>)
    return append_number<Rule>(NumberOperand<eT>(arguments, at)...);
  else
    return of_kind<Entrywise<A...>::kind>(
        append_elementwise_of(operation_of<Rule, eT>(), Argument<eT>(arguments, at)...));
}

/// The arguments, at least one of them a Var, as nodes of that Var's tape.
template <class eT, std::same_as<Argument<eT>>... A>
std::array<Var<eT>, 1 + sizeof...(A)> on_one_tape(const char* operation, const Argument<eT>& first, const A&... rest) {
  const std::array<const Argument<eT>*, 1 + sizeof...(A)> all{&first, &rest...};
  Tape<eT>& tape = tape_of_arguments<eT>(all);
  return {first.on(tape, operation), rest.on(tape, operation)...};
}

}  // namespace armagrad::detail
