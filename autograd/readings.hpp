#pragma once
// How the text of one rule is read as numbers, recorded, and over complex numbers: the making of an
// Operation.

#include <tuple>
#include <utility>

#include "complex_replay.hpp"
#include "kernels.hpp"
#include "recording.hpp"

namespace armagrad {

namespace detail {

template <class Rule>
using Operands = std::make_index_sequence<Rule::arity>;

template <class Rule>
concept IsElementwise = Rule::family == Family::elementwise;
template <class Rule>
concept IsFlat = requires {
  requires Rule::flat;
};
template <class Rule>
concept IsOnTape = std::is_base_of_v<OnTape, Rule>;
template <class Rule>
concept IsAlongDim = std::is_base_of_v<AlongDim, Rule>;

/// What an elementwise rule's partial derivatives are like, found by running their text over Probes.
template <class Rule>
std::array<Probe, 3> probe() {
  using P = Pack<Probe, 1>;
  const auto argument = [](std::uint8_t bit) { return P(Probe{bit, 1}); };
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    const auto partials = Rule{}.partials(argument(reads::result), argument(reads::operand(k))...);
    return std::array<Probe, 3>{P(std::get<k>(partials)).v...};
  }
  (Operands<Rule>{});
}

template <class Rule>
std::array<std::uint8_t, 3> reads_of() {
  if constexpr (IsFlat<Rule>) {
    return {};
  } else if constexpr (IsElementwise<Rule>) {
    const std::array<Probe, 3> p = probe<Rule>();
    return {std::uint8_t(p[0].reads), std::uint8_t(p[1].reads), std::uint8_t(p[2].reads)};
  } else {
    std::array<std::uint8_t, 3> all{reads::everything, reads::everything, reads::everything};
    if constexpr (requires { Rule::reads; }) std::copy(Rule::reads.begin(), Rule::reads.end(), all.begin());
    return all;
  }
}

template <class Rule>
const Rule& as(const void* rule) {
  return *static_cast<const Rule*>(rule);
}

/// Elementwise rules, a pack at a time.
template <class Rule, class T>
struct Entrywise {
  static constexpr int N = pack_width<T>;
  using In = const Strided<const T>*;

  static void map(const void* rule, T* y, In x, uword rows, uword cols) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      std::array in{x[k]...};
      Strided<T> out{y, 1, rows};
      flatten(rows, cols, out, in[k]...);
      deliver<T, N>(out, false, rows, cols, [in, text = as<Rule>(rule)](uword i, uword j, auto lanes) {
        return Pack<T, N>(text.value(load<T, N>(in[k], i, j, lanes)...));
      });
    }
    (Operands<Rule>{});
  }
  static double map_sum(const void* rule, In x, uword rows, uword cols) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      std::array in{x[k]...};
      flatten(rows, cols, in[k]...);
      return double(sum_packs<T, N>(rows, cols, [in, text = as<Rule>(rule)](uword i, uword j, auto lanes) {
        return Pack<T, N>(text.value(load<T, N>(in[k], i, j, lanes)...));
      }));
    }
    (Operands<Rule>{});
  }
  static void pull(const void* rule, unsigned operand, Strided<T> dx, bool add, Strided<const T> dy, T scale,
                   Strided<const T> y, In x, uword rows, uword cols) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (void)((operand == k && (pull_one<k>(rule, dx, add, dy, scale, y, x, rows, cols), true)) || ...);
    }
    (Operands<Rule>{});
  }
  template <std::size_t which>
  static void pull_one(const void* rule, Strided<T> dx, bool add, Strided<const T> dy, T scale,
                       Strided<const T> y, In x, uword rows, uword cols) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      static const std::array<std::uint8_t, 3> reads = reads_of<Rule>();
      std::array in{x[k]...};
      // What the text does not read may not be there: read a constant in its place.
      static constexpr T nothing = 1;
      const auto unread = [&](Strided<const T>& s, std::uint8_t bit) {
        if (!(reads[which] & bit)) s = {&nothing, 0, 0};
      };
      unread(y, reads::result);
      (unread(in[k], reads::operand(k)), ...);
      flatten(rows, cols, dx, dy, y, in[k]...);
      deliver<T, N>(dx, add, rows, cols, [=, text = as<Rule>(rule)](uword i, uword j, auto lanes) {
        const Pack<T, N> d =
            std::get<which>(text.partials(load<T, N>(y, i, j, lanes), load<T, N>(in[k], i, j, lanes)...));
        const Pack<T, N> g = Pack<T, N>(scale) % load<T, N>(dy, i, j, lanes);
        return select(g, g % d, 0);  // what has no influence passes nothing on, be its slope infinite
      });
    }
    (Operands<Rule>{});
  }
  static T map_one(const void* rule, const T* x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return Pack<T, 1>(as<Rule>(rule).value(Pack<T, 1>(x[k])...)).v;
    }
    (Operands<Rule>{});
  }
  static T partial_one(const void* rule, unsigned operand, T y, const T* x) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      const auto partials = as<Rule>(rule).partials(Pack<T, 1>(y), Pack<T, 1>(x[k])...);
      T d = 0;
      (void)((operand == k && (d = Pack<T, 1>(std::get<k>(partials)).v, true)) || ...);
      return d;
    }
    (Operands<Rule>{});
  }
};

}  // namespace detail

template <class Rule, class eT>
class Readings {
  using cx = std::complex<eT>;
  using Ks = detail::Operands<Rule>;

  static const Rule& rule(Tape<eT>& tape, Index i) { return *static_cast<const Rule*>(tape.rule(i)); }
  static Index operand(Tape<eT>& tape, Index i, std::size_t k) { return tape.operands(tape.node(i))[k]; }

  // ---- Numbers ----
  static void forward(Tape<eT>& tape, Index i) {
    if constexpr (detail::IsOnTape<Rule>) {
      rule(tape, i).forward(tape, i);
    } else if constexpr (detail::IsAlongDim<Rule>) {
      const Index x = operand(tape, i, 0);
      forward_along<eT>(rule(tape, i), tape.output(i), tape.node(i).shape, tape.data(x), tape.node(x).shape);
    } else {
      [&]<std::size_t... k>(std::index_sequence<k...>) {
        const Result<eT> out{tape.output(i), tape.node(i).shape};
        rule(tape, i).forward(out, matrix(tape, operand(tape, i, k))...);
      }
      (Ks{});
    }
  }
  static void reverse(Tape<eT>& tape, Index i) {
    if constexpr (detail::IsOnTape<Rule>) {
      rule(tape, i).reverse(tape, i);
    } else if constexpr (detail::IsAlongDim<Rule>) {
      reverse_along(tape, i);
    } else {
      [&]<std::size_t... k>(std::index_sequence<k...>) {
        rule(tape, i).reverse(Slot<eT>{&tape, operand(tape, i, k)}..., Incoming<eT>{&tape, i},
                              matrix(tape, i), matrix(tape, operand(tape, i, k))...);
      }
      (Ks{});
    }
  }
  static arma::Mat<eT> matrix(Tape<eT>& tape, Index i) { return over(tape.data(i), tape.node(i).shape); }

  template <class T>
  static void forward_along(const Rule& rule, T* y, Shape ys, const T* x, Shape xs) {
    constexpr int N = pack_width<T>;
    Scratch<T, N> scratch;
    for_each_fibre<T, N>(xs.rows, xs.cols, rule.dim, [&](auto walk, uword i, uword j) {
      using W = decltype(walk);
      const auto in = read_fibre(walk, broadcast(x, xs, xs), i, j, scratch);
      if constexpr (Rule::reduces) {
        rule.forward(NumberOut<T, W>{y + (rule.dim == 0 ? j : i), walk.tail}, in);
      } else {
        const Strided<T> out = broadcast(y, ys, ys);
        rule.forward(FibreOut<T, W>{walk, y + i + j * ys.rows, walk.step(out), walk.lane(out)}, in);
      }
    });
  }
  static void reverse_along(Tape<eT>& tape, Index i) {
    constexpr int N = pack_width<eT>;
    const Index x = operand(tape, i, 0);
    const Shape xs = tape.node(x).shape, ys = tape.node(i).shape;
    const Adjoint<eT> dy = tape.adjoint(i);
    const auto [dx_data, add_to] = tape.accumulate(x);
    eT* const dx = dx_data;
    const bool add = add_to;
    Scratch<eT, N> scratch[3];
    // What the text does not read may not be there: any number will do in its place.
    constexpr std::uint8_t mask = Rule::reads[0];
    const auto read = [&](std::uint8_t bit, Index node, Shape from, Shape to) {
      return mask & bit ? broadcast(tape.data(node), from, to) : Strided<const eT>{dx, 0, 0};
    };
    const Strided<const eT> y_look = read(reads::result, i, ys, xs), x_look = read(reads::first, x, xs, xs);
    for_each_fibre<eT, N>(xs.rows, xs.cols, rule(tape, i).dim, [&](auto walk, uword r, uword c) {
      using W = decltype(walk);
      const Strided<eT> slot = broadcast(dx, xs, xs);
      const FibreSlot<eT, W> out{walk, dx + r + c * xs.rows, walk.step(slot), walk.lane(slot), add};
      const auto in = read_fibre(walk, x_look, r, c, scratch[0]);
      const Pack<eT, N> scale(dy.scale);
      if constexpr (Rule::reduces) {
        rule(tape, i).reverse(out, scale % read_number(walk, widened(dy.look, ys, xs), r, c),
                              read_number(walk, y_look, r, c), in);
      } else {
        rule(tape, i).reverse(out, scale % read_fibre(walk, dy.look, r, c, scratch[1]),
                              read_fibre(walk, y_look, r, c, scratch[2]), in);
      }
    });
  }
  static Strided<const eT> widened(Strided<const eT> look, Shape from, Shape to) {
    return {look.data, from.rows == to.rows ? look.inner : 0, from.cols == to.cols ? look.outer : 0};
  }

  // ---- Recorded ----
  static void record(Recording<eT>& r, Index i) {
    Tape<eT>& tape = r.tape();
    const Rule text = rule(tape, i);  // a copy: recording moves the nodes
    const std::array<Index, 3> operands = tape.node(i).operands;
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      if constexpr (detail::IsOnTape<Rule>) {
        const Index first = Index(tape.size());
        std::vector<Var<eT>> x;
        for (const Index operand : tape.operands(tape.node(i))) x.push_back(tape.handle(operand));
        r.through(i, text.function()(x), first);
      } else if constexpr (detail::IsElementwise<Rule>) {
        const auto dy = r.adjoint(i);
        const auto partials = text.partials(r.node(i), r.spread_operand(i, operands[k])...);
        ((tape.wants(operands[k]) ? r.chain(operands[k], dy, std::get<k>(partials)) : void()), ...);
      } else {
        text.reverse(RecordedSlot<eT>{&r, operands[k]}..., r.adjoint(i), r.node(i), r.node(operands[k])...);
      }
    }
    (Ks{});
  }

  // ---- Complex ----
  static void complex(ComplexReplay<eT>& replay, Index i) {
    Tape<eT>& tape = replay.tape();
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (replay.operand(operand(tape, i, k)), ...);
      arma::Mat<cx>& y = replay.output(i);
      const Shape ys = shape_of(y.n_rows, y.n_cols);
      if constexpr (detail::IsOnTape<Rule>) {
        complex_on_tape(replay, i);
      } else if constexpr (detail::IsElementwise<Rule>) {
        const Strided<const cx> x[] = {
            broadcast(const_cast<const cx*>(replay.operand(operand(tape, i, k)).memptr()),
                      tape.node(operand(tape, i, k)).shape, ys)...};
        detail::Entrywise<Rule, cx>::map(&rule(tape, i), y.memptr(), x, ys.rows, ys.cols);
      } else if constexpr (detail::IsAlongDim<Rule>) {
        const arma::Mat<cx>& x = replay.operand(operand(tape, i, 0));
        forward_along<cx>(rule(tape, i), y.memptr(), ys, x.memptr(), shape_of(x.n_rows, x.n_cols));
      } else {
        const Result<cx> out{y.memptr(), ys};
        rule(tape, i).forward(out, replay.operand(operand(tape, i, k))...);
      }
    }
    (Ks{});
  }

  static void complex_on_tape(ComplexReplay<eT>& replay, Index i) {
    Tape<eT>& tape = replay.tape();
    Tape<eT> own;
    std::vector<Var<eT>> x, operands;
    for (const Index k : tape.operands(tape.node(i))) {
      tape.evaluate(k);
      operands.push_back(tape.handle(k));
      x.push_back(own.constant(over(tape.data(k), tape.node(k).shape)));
    }
    ComplexReplay<eT> nested(rule(tape, i).function()(x));
    for (std::size_t k = 0; k < x.size(); ++k) nested.move(x[k].index(), replay.operand(operands[k].index()));
    replay.output(i) = nested.value();
  }

  static std::string parameters(const void* rule) {
    if constexpr (requires(const Rule& r) { r.parameters(); })
      return static_cast<const Rule*>(rule)->parameters();
    else
      return {};
  }

 public:
  static Operation<eT> make() {
    Operation<eT> o{};
    o.name = Rule::name;
    o.family = Rule::family;
    o.reads = detail::reads_of<Rule>();
    o.large = sizeof(Rule) > sizeof(Node<eT>::rule) || !std::is_trivially_copyable_v<Rule>;
    if constexpr (detail::IsElementwise<Rule>) {
      using E = detail::Entrywise<Rule, eT>;
      o.map = E::map;
      o.map_sum = E::map_sum;
      o.map_one = E::map_one;
      if constexpr (!detail::IsFlat<Rule>) {
        o.pull = E::pull, o.partial_one = E::partial_one;
        const std::array<Probe, 3> p = detail::probe<Rule>();
        for (unsigned k = 0; k < Rule::arity; ++k) o.multiple[k] = p[k].reads ? p[k].factor : 0;
      }
    } else {
      o.forward = forward;
      if constexpr (!detail::IsFlat<Rule>) o.reverse = reverse;
    }
    o.flat = detail::IsFlat<Rule>;
    if constexpr (!detail::IsFlat<Rule>) o.record = record;
    o.complex = complex;
    if constexpr (requires { Rule::infix; }) o.infix = Rule::infix, o.precedence = Rule::precedence;
    o.parameters = parameters;
    return o;
  }
};

template <class Rule, class eT>
const Operation<eT>& operation_of() {
  static const Operation<eT> operation = Readings<Rule, eT>::make();
  return operation;
}

}  // namespace armagrad
