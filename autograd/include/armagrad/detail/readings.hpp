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
template <class Rule, class eT>
AlongKernels<eT> along_kernels();
template <CustomRule Rule, class eT>
AlongKernels<eT> along_kernels() {
  return AlongLoops<Rule, eT>::kernels();
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
      const Shape s = tape.node(x).shape;
      tape.node(i).operation->along.forward(tape.rule(i), tape.output(i), tape.data(x), s.rows, s.cols);
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

  static void reverse_along(Tape<eT>& tape, Index i) {
    const Index x = operand(tape, i, 0);
    const Shape xs = tape.node(x).shape;
    const Adjoint<eT> dy = tape.adjoint(i);
    const auto [dx, add] = tape.accumulate(x);
    // What the text does not read may not be there: any number will do in its place.
    const auto read = [&tape, dx = dx, xs](std::uint8_t bit, Index node) {
      return Rule::reads[0] & bit ? broadcast(tape.data(node), tape.node(node).shape, xs) : Strided<const eT>{dx, 0, 0};
    };
    tape.node(i).operation->along.reverse(
        tape.rule(i), {dx, add, Rule::reduces ? widened(dy.look, tape.node(i).shape, xs) : dy.look, dy.scale,
                       read(reads::result, i), read(reads::first, x), xs.rows, xs.cols});
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
        detail::AlongLoops<Rule, cx>::forward(tape.rule(i), y.memptr(), x.memptr(), x.n_rows, x.n_cols);
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
        const Shape from = tape.node(x[0]).shape;
        tape.node(i).operation->along.tangent(&text, ty, tape.data(i), tape.data(x[0]), forward.tangent(x[0]),
                                              from.rows, from.cols);
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
          tape.node(i).operation->along.forward(tape.rule(i), out, data(0), shape(0).rows, shape(0).cols);
        else
          rule(tape, i).forward(Result<eT>{out, s}, over(data(k), shape(k))...);
      });
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
      if constexpr (detail::IsAlongDim<Rule>) o.along = detail::along_kernels<Rule, eT>();
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
