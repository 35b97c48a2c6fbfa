#pragma once
// How the text of one rule is read as numbers, recorded, and over complex numbers: the making of an
// Operation.

#include "complex_replay.hpp"
#include "entrywise.hpp"
#include "forward_mode.hpp"
#include "recording.hpp"

namespace armagrad {

template <class Rule, class eT>
class Readings {
  using cx = std::complex<eT>;
  using Ks = detail::Operands<Rule>;

  static const Rule& rule(Tape<eT>& tape, Index i) { return *static_cast<const Rule*>(tape.rule(i)); }
  static Index operand(Tape<eT>& tape, Index i, std::size_t k) { return tape.node(i).operands[k]; }

  // ---- Numbers ----
  static void forward(Tape<eT>& tape, Index i) {
    eT* y = tape.output(i);
    const Shape s = tape.node(i).shape;
    if constexpr (detail::IsAlongDim<Rule>) {
      const Index x = operand(tape, i, 0);
      forward_along<eT>(rule(tape, i), y, s, tape.data(x), tape.node(x).shape);
    } else {
      [&]<std::size_t... k>(std::index_sequence<k...>) {
        const Result<eT> out{y, s};
        rule(tape, i).forward(out, matrix(tape, operand(tape, i, k))...);
      }
      (Ks{});
    }
  }
  static void reverse(Tape<eT>& tape, Index i) {
    if constexpr (detail::IsAlongDim<Rule>) {
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
    for_each_fibre<T, N>(xs.rows, xs.cols, rule.dim, [&](auto walk, uword i, uword j) {
      using W = decltype(walk);
      const auto in = read_fibre(walk, broadcast(x, xs, xs), i, j);
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
    const auto [dx, add] = tape.accumulate(x);
    // What was never computed is not read; any memory will do in its place.
    const eT* y_data = tape.node(i).evaluated ? tape.data(i) : dx;
    const eT* x_data = tape.node(x).evaluated ? tape.data(x) : dx;
    for_each_fibre<eT, N>(
        xs.rows, xs.cols, rule(tape, i).dim, [&, dx = dx, add = add](auto walk, uword r, uword c) {
          using W = decltype(walk);
          const Strided<eT> slot = broadcast(dx, xs, xs);
          const FibreSlot<eT, W> out{walk, dx + r + c * xs.rows, walk.step(slot), walk.lane(slot), add};
          const auto in = read_fibre(walk, broadcast(x_data, xs, xs), r, c);
          const Pack<eT, N> scale(dy.scale);
          if constexpr (Rule::reduces) {
            rule(tape, i).reverse(out, scale % read_number(walk, widened(dy.look, ys, xs), r, c),
                                  read_number(walk, broadcast(y_data, ys, xs), r, c), in);
          } else {
            rule(tape, i).reverse(out, scale % read_fibre(walk, dy.look, r, c),
                                  read_fibre(walk, broadcast(y_data, ys, ys), r, c), in);
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
      if constexpr (detail::IsElementwise<Rule>) {
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
      if constexpr (detail::IsElementwise<Rule>) {
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

  // ---- Tangents ----
  static void tangent(ForwardMode<eT>& forward, Index i) {
    Tape<eT>& tape = forward.tape();
    const Shape s = tape.node(i).shape;
    eT* ty = forward.output(i);
    const Rule& text = rule(tape, i);
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      const std::array<Index, sizeof...(k)> x{operand(tape, i, k)...};
      if constexpr (detail::IsElementwise<Rule>) {
        elementwise_tangent(forward, i, ty);
      } else if constexpr (detail::IsMultilinear<Rule>) {
        bool add = false;
        ((forward.tangent(x[k]) ? void((linear_term<k>(forward, i, ty, add), add = true)) : void()), ...);
      } else if constexpr (detail::IsAlongDim<Rule>) {
        tangent_along(text, ty, tape.data(i), s, tape.data(x[0]), forward.tangent(x[0]),
                      tape.node(x[0]).shape);
      } else {
        const Result<eT> out{ty, s};
        text.tangent(out, matrix(tape, i), matrix(tape, x[k])..., forward.matrix(x[k])...);
      }
    }
    (Ks{});
  }
  static void elementwise_tangent(ForwardMode<eT>& forward, Index i, eT* ty) {
    using E = detail::Entrywise<Rule, eT>;
    Tape<eT>& tape = forward.tape();
    const Node<eT>& n = tape.node(i);
    static constexpr eT nothing = 1;  // for a result that was not computed, as no partial reads it
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      if (n.one_by_one()) {
        const eT x[] = {tape.node(n.operands[k]).value...};
        const eT* t[] = {forward.tangent(n.operands[k])...};
        *ty = ((t[k] ? E::partial_one(&rule(tape, i), k, n.value, x) * *t[k] : eT(0)) + ...);
        return;
      }
      const auto look = [&](const eT* data, Index x) { return broadcast(data, tape.node(x).shape, n.shape); };
      const Strided<const eT> x[] = {look(tape.data(n.operands[k]), n.operands[k])...};
      const Strided<const eT> t[] = {look(forward.tangent(n.operands[k]), n.operands[k])...};
      E::tangent(&rule(tape, i), ty, n.evaluated ? look(tape.data(i), i) : Strided<const eT>{&nothing, 0, 0},
                 x, t, n.shape.rows, n.shape.cols);
    }
    (Ks{});
  }
  /// The forward text with operand `which` replaced by its tangent.
  template <std::size_t which>
  static void linear_term(ForwardMode<eT>& forward, Index i, eT* ty, bool add) {
    Tape<eT>& tape = forward.tape();
    const Shape s = tape.node(i).shape;
    forward.put(ty, s, add, [&](eT* out) {
      [&]<std::size_t... k>(std::index_sequence<k...>) {
        const auto data = [&](std::size_t j) {
          const Index x = operand(tape, i, j);
          return j == which ? forward.tangent(x) : tape.data(x);
        };
        const auto shape = [&](std::size_t j) { return tape.node(operand(tape, i, j)).shape; };
        if constexpr (detail::IsAlongDim<Rule>)
          forward_along<eT>(rule(tape, i), out, s, data(0), shape(0));
        else
          rule(tape, i).forward(Result<eT>{out, s}, over(data(k), shape(k))...);
      }
      (Ks{});
    });
  }
  static void tangent_along(const Rule& rule, eT* ty, const eT* y, Shape ys, const eT* x, const eT* tx,
                            Shape xs) {
    for_each_fibre<eT, pack_width<eT>>(xs.rows, xs.cols, rule.dim, [&](auto walk, uword i, uword j) {
      using W = decltype(walk);
      const auto in = read_fibre(walk, broadcast(x, xs, xs), i, j),
                 moved = read_fibre(walk, broadcast(tx, xs, xs), i, j);
      if constexpr (Rule::reduces) {
        rule.tangent(NumberOut<eT, W>{ty + (rule.dim == 0 ? j : i), walk.tail},
                     read_number(walk, broadcast(y, ys, xs), i, j), in, moved);
      } else {
        const Strided<eT> out = broadcast(ty, ys, ys);
        rule.tangent(FibreOut<eT, W>{walk, ty + i + j * ys.rows, walk.step(out), walk.lane(out)},
                     read_fibre(walk, broadcast(y, ys, ys), i, j), in, moved);
      }
    });
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
    o.arity = Rule::arity;
    o.reads = detail::reads_of<Rule>();
    o.large = sizeof(Rule) > sizeof(Node<eT>::rule) || !std::is_trivially_copyable_v<Rule>;
    if constexpr (detail::IsElementwise<Rule>) {
      using E = detail::Entrywise<Rule, eT>;
      o.map = E::map;
      o.map_sum = E::map_sum;
      o.map_one = E::map_one;
      if constexpr (!detail::IsFlat<Rule>) o.pull = E::pull, o.partial_one = E::partial_one;
    } else {
      o.forward = forward;
      if constexpr (!detail::IsFlat<Rule>) o.reverse = reverse;
    }
    o.flat = detail::IsFlat<Rule>;
    if constexpr (!detail::IsFlat<Rule>) o.record = record, o.tangent = tangent;
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
