#pragma once
// How the text of one rule is read as numbers, recorded, and over complex numbers: the making of an
// Operation.

#include <deque>

#include "complex_replay.hpp"
#include "elementwise_kernels.hpp"
#include "forward_mode.hpp"
#include "gradient_graph.hpp"

namespace armagrad::detail {

template <class Rule, class eT>
class Readings {
  using cx = std::complex<eT>;

  static const Rule& rule(Engine<eT>& engine, Index i) { return *static_cast<const Rule*>(engine.rule(i)); }
  static Index operand(Engine<eT>& engine, Index i, std::size_t k) { return engine.operands(engine.node(i))[k]; }

  // ---- Numbers ----
  static void forward(Engine<eT>& engine, Index i) {
    if constexpr (IsOnTape<Rule>) {
      rule(engine, i).forward(engine, i);
    } else if constexpr (IsAlongDim<Rule>) {
      const Index x = operand(engine, i, 0);
      forward_along<eT>(rule(engine, i), engine.output(i), engine.node(i).shape, engine.data(x), engine.node(x).shape);
    } else {
      with_operands<Rule>([&](auto... k) {
        const Result<eT> out{engine.output(i), engine.node(i).shape};
        rule(engine, i).forward(out, matrix(engine, operand(engine, i, k))...);
      });
    }
  }
  static void reverse(Engine<eT>& engine, Index i) {
    if constexpr (IsOnTape<Rule>) {
      rule(engine, i).reverse(engine, i);
    } else if constexpr (IsAlongDim<Rule>) {
      reverse_along(engine, i);
    } else {
      with_operands<Rule>([&](auto... k) {
        rule(engine, i).reverse(Slot<eT>{&engine, operand(engine, i, k)}..., Incoming<eT>{&engine, i},
                                matrix(engine, i), matrix(engine, operand(engine, i, k))...);
      });
    }
  }
  static arma::Mat<eT> matrix(Engine<eT>& engine, Index i) { return over(engine.data(i), engine.node(i).shape); }

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
  static void reverse_along(Engine<eT>& engine, Index i) {
    constexpr int N = pack_width<eT>;
    const Index x = operand(engine, i, 0);
    const Shape xs = engine.node(x).shape, ys = engine.node(i).shape;
    const Adjoint<eT> dy = engine.adjoint(i);
    const auto [dx_data, add_to] = engine.accumulate(x);
    eT* const dx = dx_data;
    const bool add = add_to;
    Scratch<eT, N> scratch[3];
    // What the text does not read may not be there: any number will do in its place.
    constexpr std::uint8_t mask = Rule::reads[0];
    const auto read = [&](std::uint8_t bit, Index node, Shape from, Shape to) {
      return mask & bit ? broadcast(engine.data(node), from, to) : Strided<const eT>{dx, 0, 0};
    };
    const Strided<const eT> y_look = read(reads::result, i, ys, xs), x_look = read(reads::first, x, xs, xs);
    for_each_fibre<eT, N>(xs.rows, xs.cols, rule(engine, i).dim, [&](auto walk, uword r, uword c) {
      using W = decltype(walk);
      const Strided<eT> slot = broadcast(dx, xs, xs);
      const auto into = [&](Pack<eT, N> live) {
        return FibreSlot<eT, W>{walk, dx + r + c * xs.rows, walk.step(slot), walk.lane(slot), add, live};
      };
      const auto in = read_fibre(walk, x_look, r, c, scratch[0]);
      const Pack<eT, N> scale(dy.scale);
      if constexpr (Rule::reduces) {
        const auto g = scale % read_number(walk, widened(dy.look, ys, xs), r, c);
        rule(engine, i).reverse(into(g), g, read_number(walk, y_look, r, c), in);
      } else {
        const auto g = scale % read_fibre(walk, dy.look, r, c, scratch[1]);
        rule(engine, i).reverse(into(max_along(abs(g), rule(engine, i).dim)), g,
                                read_fibre(walk, y_look, r, c, scratch[2]), in);
      }
    });
  }
  static Strided<const eT> widened(Strided<const eT> look, Shape from, Shape to) {
    return {look.data, from.rows == to.rows ? look.inner : 0, from.cols == to.cols ? look.outer : 0};
  }

  // ---- CompiledLoss ----
  static void append_gradient(GradientGraph<eT>& r, Index i) {
    Engine<eT>& engine = r.engine();
    const Rule text = rule(engine, i);  // a copy: recording moves the nodes
    const std::array<Index, 3> operands = engine.node(i).operands;
    with_operands<Rule>([&](auto... k) {
      if constexpr (IsOnTape<Rule>) {
        const Index first = Index(engine.size());
        std::vector<Var<eT>> x;
        for (const Index operand : engine.operands(engine.node(i))) x.push_back(engine.handle(operand));
        r.through(i, text.function()(x), first);
      } else if constexpr (IsElementwise<Rule>) {
        const auto dy = r.adjoint(i);
        const auto partials = text.partials(r.node(i), r.spread_operand(i, operands[k])...);
        ((engine.wants(operands[k]) ? r.add_product(operands[k], dy, std::get<k>(partials)) : void()), ...);
      } else {
        text.reverse(GradientSlot<eT>{&r, operands[k]}..., r.adjoint(i), r.node(i), r.node(operands[k])...);
      }
    });
  }

  // ---- Complex ----
  static void complex(ComplexReplay<eT>& replay, Index i) {
    Engine<eT>& engine = replay.engine();
    with_operands<Rule>([&](auto... k) {
      (replay.operand(operand(engine, i, k)), ...);
      arma::Mat<cx>& y = replay.output(i);
      const Shape ys = shape_of(y.n_rows, y.n_cols);
      if constexpr (IsOnTape<Rule>) {
        complex_on_tape(replay, i);
      } else if constexpr (IsAlongDim<Rule>) {
        const arma::Mat<cx>& x = replay.operand(operand(engine, i, 0));
        forward_along<cx>(rule(engine, i), y.memptr(), ys, x.memptr(), shape_of(x.n_rows, x.n_cols));
      } else {
        const Result<cx> out{y.memptr(), ys};
        rule(engine, i).forward(out, replay.operand(operand(engine, i, k))...);
      }
    });
  }

  /// A leaf that stands for operand k on a tape of its own.
  static Var<eT> in_place_of(const Node<eT>& k, const Var<eT>& leaf) {
    node_of(leaf).is_scalar = k.is_scalar;
    return leaf;
  }
  static void complex_on_tape(ComplexReplay<eT>& replay, Index i) {
    Engine<eT>& engine = replay.engine();
    Tape<eT> own;
    std::vector<Var<eT>> x, operands;
    for (const Index k : engine.operands(engine.node(i))) {
      engine.evaluate(k);
      operands.push_back(engine.handle(k));
      x.push_back(in_place_of(engine.node(k), own.constant(over(engine.data(k), engine.node(k).shape))));
    }
    ComplexReplay<eT> nested(rule(engine, i).function()(x));
    for (std::size_t k = 0; k < x.size(); ++k) nested.move(x[k].index(), replay.operand(operands[k].index()));
    replay.output(i) = nested.value();
  }

  // ---- Tangents ----
  static void tangent_on_tape(ForwardMode<eT>& forward, Index i, eT* ty) {
    Engine<eT>& engine = forward.engine();
    Tape<eT> own;
    std::vector<Var<eT>> x;
    std::deque<arma::Mat<eT>> moved;
    for (const Index k : engine.operands(engine.node(i))) {
      const arma::Mat<eT> value = over(engine.data(k), engine.node(k).shape);
      x.push_back(in_place_of(engine.node(k), own.variable(view(value))));
    }
    ForwardMode<eT> nested(rule(engine, i).function()(x));
    for (std::size_t k = 0; k < x.size(); ++k)
      nested.seed(x[k], moved.emplace_back(forward.matrix(engine.operands(engine.node(i))[k])));
    const arma::Mat<eT> slope = nested.run();
    std::copy(slope.begin(), slope.end(), ty);
  }
  static void tangent(ForwardMode<eT>& forward, Index i) {
    Engine<eT>& engine = forward.engine();
    const Shape s = engine.node(i).shape;
    eT* ty = forward.output(i);
    const Rule& text = rule(engine, i);
    with_operands<Rule>([&](auto... k) {
      const std::array<Index, sizeof...(k)> x{operand(engine, i, k)...};
      if constexpr (IsOnTape<Rule>) {
        tangent_on_tape(forward, i, ty);
      } else if constexpr (IsMultilinear<Rule>) {
        bool add = false;
        ((forward.tangent(x[k]) ? void((linear_term<k>(forward, i, ty, add), add = true)) : void()), ...);
      } else if constexpr (IsAlongDim<Rule>) {
        tangent_along(text, ty, engine.data(i), s, engine.data(x[0]), forward.tangent(x[0]), engine.node(x[0]).shape);
      } else {
        const Result<eT> out{ty, s};
        text.tangent(out, matrix(engine, i), matrix(engine, x[k])..., forward.matrix(x[k])...);
      }
    });
  }
  /// The forward text with operand `which` replaced by its tangent.
  template <std::size_t which>
  static void linear_term(ForwardMode<eT>& forward, Index i, eT* ty, bool add) {
    Engine<eT>& engine = forward.engine();
    const Shape s = engine.node(i).shape;
    forward.put(ty, s, add, [&](eT* out) {
      with_operands<Rule>([&](auto... k) {
        const auto data = [&](std::size_t j) {
          const Index x = operand(engine, i, j);
          return j == which ? forward.tangent(x) : engine.data(x);
        };
        const auto shape = [&](std::size_t j) { return engine.node(operand(engine, i, j)).shape; };
        if constexpr (IsAlongDim<Rule>)
          forward_along<eT>(rule(engine, i), out, s, data(0), shape(0));
        else
          rule(engine, i).forward(Result<eT>{out, s}, over(data(k), shape(k))...);
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
    o.reads = reads_of<Rule>();
    o.large = sizeof(Rule) > sizeof(Node<eT>::rule) || !std::is_trivially_copyable_v<Rule>;
    if constexpr (IsElementwise<Rule>) {
      using E = ElementwiseKernels<Rule, eT>;
      o.value = E::value;
      o.complex_value = ElementwiseKernels<Rule, cx>::value;
      o.value_of_numbers = E::value_of_numbers;
      if constexpr (!IsFlat<Rule>) {
        with_operands<Rule>([&](auto... k) { ((o.pull[k] = E::template pull<k>), ...); });
        o.partial_of_numbers = E::partial_of_numbers;
        const std::array<Probe, 3> p = probe<Rule>();
        for (unsigned k = 0; k < Rule::arity; ++k) o.multiple[k] = p[k].reads ? p[k].factor : 0;
      }
    } else {
      o.forward = forward;
      o.complex = complex;
      if constexpr (!IsFlat<Rule>) o.reverse = reverse, o.tangent = tangent;
    }
    o.flat = IsFlat<Rule>;
    if constexpr (!IsFlat<Rule>) o.append_gradient = append_gradient;
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

}  // namespace armagrad::detail
