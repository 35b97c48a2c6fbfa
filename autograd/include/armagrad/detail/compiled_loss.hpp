#pragma once
// A function of Vars, recorded once for each combination of shapes it meets and replayed.

#include <functional>
#include <list>
#include <memory>

#include "../optimisations.hpp"
#include "append.hpp"
#include "parameter_types.hpp"

namespace armagrad::detail {

template <class Loss, class... V>
auto call(Loss& loss, const V&... variables) {
  using R = std::remove_cvref_t<std::invoke_result_t<Loss&, const V&...>>;
  static_assert(AnyVar<R>, "the loss must return a Var: it is run on Vars, once");
  return loss(variables...);
}

/// A function whose arguments are on one tape.
template <class eT>
using Function = std::function<Var<eT>(std::span<const Var<eT>>)>;

/// f(x...) of Vars of these kinds as a function of a list of them. f is kept.
template <class eT, Kind... kind, class F>
Function<eT> function_of(F f) {
  return [f = std::move(f)](std::span<const Var<eT>> x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) { return detail::call(f, argument_of_kind<kind>(x[k])...); }
    (std::make_index_sequence<sizeof...(kind)>());
  };
}

/// An argument: its numbers, which are read in place, whether the function is differentiated by it, whether it is a
/// number, which meets matrices of any shape, and how many slices it has if it is a cube.
template <class eT>
struct Given {
  const eT* data;
  Shape shape;
  bool variable, is_scalar = false;
  uword slices = 1;
};
template <IsParameter P>
Given<typename Parameter<P>::eT> given(const P& p, bool variable) {
  using As = Parameter<P>;
  return {As::data(p), As::shape(p), variable, As::kind == Kind::number, As::slices(p)};
}

/// Arguments of the shapes of these nodes, for a function that is recorded before their values are known: zeros.
template <class eT>
struct UnknownArguments {
  UnknownArguments(const Engine<eT>& engine, std::span<const Index> nodes);
  std::vector<eT> zeros;
  std::vector<Given<eT>> given;
};

/// A recording of a function. Where the loss asked for values while it was recorded, for an `if` or a find(), it holds
/// only for the arguments that these depended on, of which it keeps the values.
template <class eT>
struct ARMAGRAD_EXPORT CompiledLoss {
  Tape<eT> recorded;
  std::unique_ptr<Tape<eT>> scalarised;  // which is replayed instead, if it was worth it
  std::vector<Var<eT>> leaves;
  std::vector<uword> slices;  // of each argument
  Var<eT> root;
  Schedule forward, both;
  std::shared_ptr<ForwardMode<eT>> tangents;  // in place of the schedules, where it is these that are asked for
  Optimisations optimisations;
  std::vector<std::pair<std::size_t, arma::Mat<eT>>> held_to;  // by number of argument
  bool held_to_draw = false;                                   // of random numbers, which it asked for

  Tape<eT>& tape() { return scalarised ? *scalarised : recorded; }
  const Tape<eT>& tape() const { return scalarised ? *scalarised : recorded; }
  bool reads_values() const { return !held_to.empty(); }
  /// std::logic_error unless the function's result is a number.
  void check_number() const;
  bool fits(std::span<const Given<eT>> arguments) const;
};

/// Whether recordings are optimised: those of which only values and gradients by the variables are asked.
enum class Optimise : bool { no, yes };
/// Whether a function may draw random numbers: not if it must give the same result whenever it is computed.
enum class MayDraw : bool { no, yes };

/// What is recorded: a loss, whose result is a number; a function of any result; the same for forward mode; or steps,
/// of which only the value is planned, as a scan plans the way back itself.
enum class Recorded : std::uint8_t { loss, function, tangents, steps };

/// Puts the arguments on a tape, as views, and calls f.
template <class eT>
Var<eT> call_on(Tape<eT>& tape, const Function<eT>& f, std::span<const Given<eT>> arguments,
                std::vector<Var<eT>>& leaves, MayDraw may_draw = MayDraw::no);

/// Recordings of a loss for different arguments, of which the least recently used go when there are too many.
template <class eT>
class ARMAGRAD_EXPORT CompiledLosses {
 public:
  explicit CompiledLosses(Optimise optimise = Optimise::yes, Recorded recorded = Recorded::loss,
                          MayDraw may_draw = MayDraw::no)
      : optimise_(optimise), recorded_(recorded), may_draw_(may_draw) {}
  /// The recording of f for arguments of these shapes, laid over their numbers, its random numbers drawn anew. It stays
  /// until `most` others were asked for.
  CompiledLoss<eT>& bind(const Function<eT>& f, std::span<const Given<eT>> arguments);
  /// From now on random numbers are drawn by the next call of bind() only, or by each again.
  void draw_once(bool on) { draws_once_ = on, has_drawn_ = false; }
  /// How many are kept, 2 or more.
  void keep(std::size_t most);
  std::size_t size() const { return all_.size(); }
  /// The recording that was used last.
  const CompiledLoss<eT>& last() const { return all_.front(); }

 private:
  void hold(CompiledLoss<eT>& r, std::span<const Given<eT>> arguments);
  void optimise(CompiledLoss<eT>& r);

  Optimise optimise_;
  Recorded recorded_;
  MayDraw may_draw_;
  bool draws_once_ = false, has_drawn_ = false;
  std::size_t most_ = 32;
  std::list<CompiledLoss<eT>> all_;  // the last used first; in place: handles point to their tapes
};

/// While it lives, all calls see the same random numbers: the columns of a matrix, which a call each computes.
template <class eT>
class OneDraw {
 public:
  explicit OneDraw(CompiledLosses<eT>& losses) : losses_(losses) { losses_.draw_once(true); }
  OneDraw(const OneDraw&) = delete;
  ~OneDraw() { losses_.draw_once(false); }

 private:
  CompiledLosses<eT>& losses_;
};

}  // namespace armagrad::detail
