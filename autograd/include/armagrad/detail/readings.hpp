#pragma once
// How the text of one rule is read as numbers, recorded, and over complex numbers: the making of an
// Operation.

#include <deque>

#include "complex_replay.hpp"
#include "forward_mode.hpp"
#include "gradient_graph.hpp"
#include "rule_properties.hpp"

namespace armagrad {

namespace detail {
/// The kernels of the library's rules are compiled there, for several instruction sets; others' where they are used.
template <class Rule, class eT>
BlockKernels<eT> block_kernels();
template <CustomRule Rule, class eT>
BlockKernels<eT> block_kernels() {
  return ElementwiseKernels<Rule, eT>::over_blocks();
}
}  // namespace detail

template <class Rule, class eT>
class Readings {
  using cx = std::complex<eT>;

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
      detail::with_operands<Rule>([&](auto... k) {
        const Result<eT> out{tape.output(i), tape.node(i).shape};
        rule(tape, i).forward(out, matrix(tape, operand(tape, i, k))...);
      });
    }
  }
  static void reverse(Tape<eT>& tape, Index i) {
    if constexpr (detail::IsOnTape<Rule>) {
      rule(tape, i).reverse(tape, i);
    } else if constexpr (detail::IsAlongDim<Rule>) {
      reverse_along(tape, i);
    } else {
      detail::with_operands<Rule>([&](auto... k) {
        rule(tape, i).reverse(Slot<eT>{&tape, operand(tape, i, k)}..., Incoming<eT>{&tape, i}, matrix(tape, i),
                              matrix(tape, operand(tape, i, k))...);
      });
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
      const auto into = [&](Pack<eT, N> live) {
        return FibreSlot<eT, W>{walk, dx + r + c * xs.rows, walk.step(slot), walk.lane(slot), add, live};
      };
      const auto in = read_fibre(walk, x_look, r, c, scratch[0]);
      const Pack<eT, N> scale(dy.scale);
      if constexpr (Rule::reduces) {
        const auto g = scale % read_number(walk, widened(dy.look, ys, xs), r, c);
        rule(tape, i).reverse(into(g), g, read_number(walk, y_look, r, c), in);
      } else {
        const auto g = scale % read_fibre(walk, dy.look, r, c, scratch[1]);
        rule(tape, i).reverse(into(max_along(abs(g), rule(tape, i).dim)), g, read_fibre(walk, y_look, r, c, scratch[2]),
                              in);
      }
    });
  }
  static Strided<const eT> widened(Strided<const eT> look, Shape from, Shape to) {
    return {look.data, from.rows == to.rows ? look.inner : 0, from.cols == to.cols ? look.outer : 0};
  }

  // ---- CompiledLoss ----
  static void append_gradient(GradientGraph<eT>& r, Index i) {
    Tape<eT>& tape = r.tape();
    const Rule text = rule(tape, i);  // a copy: recording moves the nodes
    const std::array<Index, 3> operands = tape.node(i).operands;
    detail::with_operands<Rule>([&](auto... k) {
      if constexpr (detail::IsOnTape<Rule>) {
        const Index first = Index(tape.size());
        std::vector<Var<eT>> x;
        for (const Index operand : tape.operands(tape.node(i))) x.push_back(tape.handle(operand));
        r.through(i, text.function()(x), first);
      } else if constexpr (detail::IsElementwise<Rule>) {
        const auto dy = r.adjoint(i);
        const auto partials = text.partials(r.node(i), r.spread_operand(i, operands[k])...);
        ((tape.wants(operands[k]) ? r.add_product(operands[k], dy, std::get<k>(partials)) : void()), ...);
      } else {
        text.reverse(GradientSlot<eT>{&r, operands[k]}..., r.adjoint(i), r.node(i), r.node(operands[k])...);
      }
    });
  }

  // ---- Complex ----
  static void complex(ComplexReplay<eT>& replay, Index i) {
    Tape<eT>& tape = replay.tape();
    detail::with_operands<Rule>([&](auto... k) {
      (replay.operand(operand(tape, i, k)), ...);
      arma::Mat<cx>& y = replay.output(i);
      const Shape ys = shape_of(y.n_rows, y.n_cols);
      if constexpr (detail::IsOnTape<Rule>) {
        complex_on_tape(replay, i);
      } else if constexpr (detail::IsAlongDim<Rule>) {
        const arma::Mat<cx>& x = replay.operand(operand(tape, i, 0));
        forward_along<cx>(rule(tape, i), y.memptr(), ys, x.memptr(), shape_of(x.n_rows, x.n_cols));
      } else {
        const Result<cx> out{y.memptr(), ys};
        rule(tape, i).forward(out, replay.operand(operand(tape, i, k))...);
      }
    });
  }

  /// A leaf that stands for operand k on a tape of its own.
  static Var<eT> in_place_of(const Node<eT>& k, const Var<eT>& leaf) {
    leaf.tape().node(leaf.index()).is_scalar = k.is_scalar;
    return leaf;
  }
  static void complex_on_tape(ComplexReplay<eT>& replay, Index i) {
    Tape<eT>& tape = replay.tape();
    Tape<eT> own;
    std::vector<Var<eT>> x, operands;
    for (const Index k : tape.operands(tape.node(i))) {
      tape.evaluate(k);
      operands.push_back(tape.handle(k));
      x.push_back(in_place_of(tape.node(k), own.constant(over(tape.data(k), tape.node(k).shape))));
    }
    ComplexReplay<eT> nested(rule(tape, i).function()(x));
    for (std::size_t k = 0; k < x.size(); ++k) nested.move(x[k].index(), replay.operand(operands[k].index()));
    replay.output(i) = nested.value();
  }

  // ---- Tangents ----
  static void tangent_on_tape(ForwardMode<eT>& forward, Index i, eT* ty) {
    Tape<eT>& tape = forward.tape();
    Tape<eT> own;
    std::vector<Var<eT>> x;
    std::deque<arma::Mat<eT>> moved;
    for (const Index k : tape.operands(tape.node(i))) {
      const arma::Mat<eT> value = over(tape.data(k), tape.node(k).shape);
      x.push_back(in_place_of(tape.node(k), own.variable(view(value))));
    }
    ForwardMode<eT> nested(rule(tape, i).function()(x));
    for (std::size_t k = 0; k < x.size(); ++k)
      nested.seed(x[k], moved.emplace_back(forward.matrix(tape.operands(tape.node(i))[k])));
    const arma::Mat<eT> slope = nested.run();
    std::copy(slope.begin(), slope.end(), ty);
  }
  static void tangent(ForwardMode<eT>& forward, Index i) {
    Tape<eT>& tape = forward.tape();
    const Shape s = tape.node(i).shape;
    eT* ty = forward.output(i);
    const Rule& text = rule(tape, i);
    detail::with_operands<Rule>([&](auto... k) {
      const std::array<Index, sizeof...(k)> x{operand(tape, i, k)...};
      if constexpr (detail::IsOnTape<Rule>) {
        tangent_on_tape(forward, i, ty);
      } else if constexpr (detail::IsMultilinear<Rule>) {
        bool add = false;
        ((forward.tangent(x[k]) ? void((linear_term<k>(forward, i, ty, add), add = true)) : void()), ...);
      } else if constexpr (detail::IsAlongDim<Rule>) {
        tangent_along(text, ty, tape.data(i), s, tape.data(x[0]), forward.tangent(x[0]), tape.node(x[0]).shape);
      } else {
        const Result<eT> out{ty, s};
        text.tangent(out, matrix(tape, i), matrix(tape, x[k])..., forward.matrix(x[k])...);
      }
    });
  }
  /// The forward text with operand `which` replaced by its tangent.
  template <std::size_t which>
  static void linear_term(ForwardMode<eT>& forward, Index i, eT* ty, bool add) {
    Tape<eT>& tape = forward.tape();
    const Shape s = tape.node(i).shape;
    forward.put(ty, s, add, [&](eT* out) {
      detail::with_operands<Rule>([&](auto... k) {
        const auto data = [&](std::size_t j) {
          const Index x = operand(tape, i, j);
          return j == which ? forward.tangent(x) : tape.data(x);
        };
        const auto shape = [&](std::size_t j) { return tape.node(operand(tape, i, j)).shape; };
        if constexpr (detail::IsAlongDim<Rule>)
          forward_along<eT>(rule(tape, i), out, s, data(0), shape(0));
        else
          rule(tape, i).forward(Result<eT>{out, s}, over(data(k), shape(k))...);
      });
    });
  }
  static void tangent_along(const Rule& rule, eT* ty, const eT* y, Shape ys, const eT* x, const eT* tx, Shape xs) {
    Scratch<eT, pack_width<eT>> scratch[3];
    // What the text does not read may not be there.
    const auto look = [&](const eT* data, Shape from, Shape to) {
      return data ? broadcast(data, from, to) : Strided<const eT>{tx, 0, 0};
    };
    const Strided<const eT> x_look = look(x, xs, xs), y_look = look(y, ys, Rule::reduces ? xs : ys);
    for_each_fibre<eT, pack_width<eT>>(xs.rows, xs.cols, rule.dim, [&](auto walk, uword i, uword j) {
      using W = decltype(walk);
      const auto in = read_fibre(walk, x_look, i, j, scratch[0]),
                 moved = read_fibre(walk, broadcast(tx, xs, xs), i, j, scratch[1]);
      if constexpr (Rule::reduces) {
        rule.tangent(NumberOut<eT, W>{ty + (rule.dim == 0 ? j : i), walk.tail}, read_number(walk, y_look, i, j), in,
                     moved);
      } else {
        const Strided<eT> out = broadcast(ty, ys, ys);
        rule.tangent(FibreOut<eT, W>{walk, ty + i + j * ys.rows, walk.step(out), walk.lane(out)},
                     read_fibre(walk, y_look, i, j, scratch[2]), in, moved);
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
      using E = detail::ElementwiseKernels<Rule, eT>;
      const BlockKernels<eT> kernels = detail::block_kernels<Rule, eT>();
      o.value = kernels.value;
      o.pull = kernels.pull;
      o.complex_value = detail::ElementwiseKernels<Rule, cx>::value;
      o.value_of_numbers = E::value_of_numbers;
      if constexpr (!detail::IsFlat<Rule>) {
        o.partial_of_numbers = E::partial_of_numbers;
        const std::array<Probe, 3> p = detail::probe<Rule>();
        for (unsigned k = 0; k < Rule::arity; ++k) o.multiple[k] = p[k].reads ? p[k].factor : 0;
      }
    } else {
      o.forward = forward;
      o.complex = complex;
      if constexpr (!detail::IsFlat<Rule>) o.reverse = reverse, o.tangent = tangent;
    }
    o.flat = detail::IsFlat<Rule>;
    if constexpr (!detail::IsFlat<Rule>) o.append_gradient = append_gradient;
    if constexpr (requires { Rule::infix; }) o.infix = Rule::infix, o.precedence = Rule::precedence;
    o.parameters = parameters;
    return o;
  }
};

template <CustomRule Rule, class eT>
const Operation<eT>& operation_of() {
  static const Operation<eT> operation = Readings<Rule, eT>::make();
  return operation;
}

}  // namespace armagrad
