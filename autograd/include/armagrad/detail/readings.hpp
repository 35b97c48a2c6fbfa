#pragma once
// How the text of one rule is read as numbers, recorded, and over complex numbers: the making of an
// Operation.

#include <deque>

#include "complex_replay.hpp"
#include "forward_mode.hpp"
#include "gradient_graph.hpp"
#include "rule_properties.hpp"

namespace armagrad::detail {

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
      const Shape s = engine.node(x).shape;
      engine.node(i).operation->along.forward(engine.rule(i), engine.output(i), engine.data(x), s.rows, s.cols);
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
  static auto matrix(Engine<eT>& engine, Index i) {
    if constexpr (requires { requires Rule::takes_factors; })
      return Factor<eT>{engine.data(i), engine.node(i).shape};
    else
      return over(engine.data(i), engine.node(i).shape);
  }

  static void reverse_along(Engine<eT>& engine, Index i) {
    const Index x = operand(engine, i, 0);
    const Shape xs = engine.node(x).shape;
    const Adjoint<eT> dy = engine.adjoint(i);
    const auto pull = [&](eT* dx, bool add, std::uint64_t* entries) {
      // What the text does not read may not be there: any number will do in its place.
      const auto read = [&engine, dx, xs](std::uint8_t bit, Index node) {
        return Rule::reads[0] & bit ? broadcast(engine.data(node), engine.node(node).shape, xs)
                                    : Strided<const eT>{dx, 0, 0};
      };
      engine.node(i).operation->along.reverse(
          engine.rule(i), {dx, add, Rule::reduces ? widened(dy.look, engine.node(i).shape, xs) : dy.look, dy.scale,
                           read(reads::result, i), read(reads::first, x), xs.rows, xs.cols, entries});
    };
    if constexpr (TakesOneEntry<Rule>) {
      constexpr uword worth_it = 8;  // entries of a fibre; below, a product with zeros takes no longer
      const bool down = rule(engine, i).dim == 0;
      if ((down ? xs.rows : xs.cols) >= worth_it)
        return engine.contribute_entries(x, down ? xs.cols : xs.rows,
                                         [&](auto* entries, eT* numbers) { pull(numbers, false, entries); });
    }
    const auto [dx, add] = engine.accumulate(x);
    pull(dx, add, nullptr);
  }
  static Strided<const eT> widened(Strided<const eT> look, Shape from, Shape to) {
    return {look.data, from.rows == to.rows ? look.inner : 0, from.cols == to.cols ? look.outer : 0};
  }

  // ---- Nodes ----
  static void append_gradient(GradientGraph<eT>& r, Index i) {
    Engine<eT>& engine = r.engine();
    const Rule text = rule(engine, i);  // a copy: recording moves the nodes
    const std::array<Index, 3> operands = engine.node(i).operands;
    with_operands<Rule>([&](auto... k) {
      if constexpr (HasOwnReadings<Rule>) {
        text.append_gradient(r, i);
      } else if constexpr (IsOnTape<Rule>) {
        const Index first = Index(engine.size());
        std::vector<Var<eT>> x;
        for (const Index operand : engine.operands(engine.node(i))) x.push_back(engine.handle(operand));
        r.through(i, text.function()(x), first);
      } else if constexpr (IsElementwise<Rule>) {
        const auto dy = r.adjoint(i);
        const auto partials = text.partials(r.node(i), r.spread_operand(i, operands[k])...);
        ((r.wants(operands[k]) ? r.add_product(operands[k], dy, std::get<k>(partials)) : void()), ...);
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
      if constexpr (HasOwnReadings<Rule>) {
        rule(engine, i).complex(replay, i);
      } else if constexpr (IsOnTape<Rule>) {
        complex_on_tape(replay, i);
      } else if constexpr (IsAlongDim<Rule>) {
        const arma::Mat<cx>& x = replay.operand(operand(engine, i, 0));
        AlongLoops<Rule, cx>::forward(engine.rule(i), y.memptr(), x.memptr(), x.n_rows, x.n_cols);
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
      x.push_back(in_place_of(engine.node(k), own.variable(over(engine.data(k), engine.node(k).shape))));
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
    const Rule& text = rule(engine, i);
    if constexpr (HasOwnReadings<Rule>) {
      text.tangent(forward, i);
    } else {
      const Shape s = engine.node(i).shape;
      eT* ty = forward.output(i);
      with_operands<Rule>([&](auto... k) {
        const std::array<Index, sizeof...(k)> x{operand(engine, i, k)...};
        if constexpr (IsOnTape<Rule>) {
          tangent_on_tape(forward, i, ty);
        } else if constexpr (IsMultilinear<Rule>) {
          bool add = false;
          ((forward.tangent(x[k]) ? void((linear_term<k>(forward, i, ty, add), add = true)) : void()), ...);
        } else if constexpr (IsAlongDim<Rule>) {
          const Shape from = engine.node(x[0]).shape;
          engine.node(i).operation->along.tangent(&text, ty, engine.data(i), engine.data(x[0]), forward.tangent(x[0]),
                                                  from.rows, from.cols);
        } else {
          // What no partial derivative by an operand that moves reads may not be there: ones, times a tangent of 0.
          const auto value = [&engine](Index j) {
            const Shape of = engine.node(j).shape;
            return engine.node(j).evaluated ? over(engine.data(j), of)
                                            : arma::Mat<eT>(of.rows, of.cols, arma::fill::ones);
          };
          const Result<eT> out{ty, s};
          text.tangent(out, value(i), value(x[k])..., forward.matrix(x[k])...);
        }
      });
    }
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
          engine.node(i).operation->along.forward(engine.rule(i), out, data(0), shape(0).rows, shape(0).cols);
        else
          rule(engine, i).forward(Result<eT>{out, s}, over(data(k), shape(k))...);
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
    o.reads = reads_of<Rule>();
    o.large = !Engine<eT>::template stands_on_tape<Rule>;
    if constexpr (IsElementwise<Rule>) {
      using E = ElementwiseKernels<Rule, eT>;
      const BlockKernels<eT> kernels = block_kernels<Rule, eT>();
      o.value = kernels.value;
      o.pull = kernels.pull;
      o.code = kernels.place == SIZE_MAX ? NumberCode::by_pointer
                                         : NumberCode(std::size_t(NumberCode::first_rule) + kernels.place);
      o.complex_value = ElementwiseKernels<Rule, cx>::value;
      o.value_of_numbers = E::value_of_numbers;
      o.costly = probe_value<Rule>().reads & Probe::function;
      if constexpr (!IsFlat<Rule>) {
        o.pull_of_numbers = E::pull_of_numbers;
        const std::array<Probe, 3> p = probe<Rule>();
        for (unsigned k = 0; k < Rule::arity; ++k) {
          o.multiple[k] = p[k].reads ? p[k].factor : 0;
          if (p[k].reads & Probe::function) o.costly_pulls |= std::uint8_t(1u << k);
        }
      }
    } else {
      o.forward = forward;
      if constexpr (!HasOwnReadings<Rule> || requires(const Rule& r, ComplexReplay<eT>& c) { r.complex(c, Index()); })
        o.complex = complex;
      if constexpr (requires { Rule::code; }) o.code = Rule::code;
      if constexpr (IsAlongDim<Rule>) o.along = along_kernels<Rule, eT>();
      if constexpr (!IsFlat<Rule>) o.reverse = reverse, o.tangent = tangent;
    }
    o.flat = IsFlat<Rule>;
    o.has_parameters = !std::is_empty_v<Rule>;
    if constexpr (requires { Rule::has_smooth_square; }) o.has_smooth_square = Rule::has_smooth_square;
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
