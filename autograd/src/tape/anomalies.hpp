#pragma once
// Anomaly mode: which operation made the first NaN or infinity of a sweep (Tape::detect_anomalies).

#include <cmath>

#include <armagrad/tape.hpp>

namespace armagrad::detail {

/// A sweep that nobody watches.
struct Unwatched {
  static constexpr bool watches = false;
  static void value(const auto&, Index) {}
  static void adjoints(auto&, Index) {}
};

/// The first of x's numbers, times scale, that is not finite; or x's size.
template <class eT>
uword first_anomaly(Strided<const eT> x, eT scale, Shape s) {
  for (uword e = 0; e < s.size(); ++e) {
    if (!std::isfinite(scale * x.data[e % s.rows * x.inner + e / s.rows * x.outer])) return e;
  }
  return s.size();
}

/// "-inf at (2,0)"
template <class eT>
std::string number_at(Strided<const eT> x, eT scale, Shape s, uword e) {
  const uword row = e % s.rows, col = e / s.rows;
  return to_text(scale * x.data[row * x.inner + col * x.outer]) +
         (s == scalar_shape ? "" : " at (" + std::to_string(row) + "," + std::to_string(col) + ")");
}

/// Ends the sweep at the first number that is not finite.
struct Anomalies {
  static constexpr bool watches = true;
  template <class eT>
  static void value(Engine<eT>& engine, Index i) {
    const Node<eT>& n = engine.node(i);
    const Strided<const eT> y = broadcast(engine.data(i), n.shape, n.shape);
    const uword bad = first_anomaly(y, eT(1), n.shape);
    if (bad == n.shape.size()) return;
    std::string operands;
    for (const Index k : engine.operands(n)) {
      engine.evaluate(k);  // of a sum that was taken without storing what is summed: this throws if that is to blame
      operands += (operands.empty() ? "" : ", ") + at_entry(engine, k, n.shape, bad);
    }
    throw std::runtime_error(describe(n.operation->name, engine.at(i)) + ": not finite: " +
                             number_at(y, eT(1), n.shape, bad) + (operands.empty() ? "" : ", of " + operands));
  }

  template <class eT>
  static void adjoints(Engine<eT>& engine, Index i) {
    const Node<eT>& n = engine.node(i);
    for (const Index k : engine.operands(n)) {
      const Shape s = engine.node(k).shape;
      const Adjoint<eT> dx = engine.wants(k) ? engine.adjoint(k) : Adjoint<eT>{};
      const uword bad = dx ? first_anomaly(dx.look, dx.scale, s) : s.size();
      if (bad == s.size()) continue;
      throw std::runtime_error(describe(n.operation->name, engine.at(i)) +
                               ": not finite in the backward pass: " + number_at(dx.look, dx.scale, s, bad) +
                               ", the derivative by " + at_entry(engine, k, s, bad));
    }
  }

 private:
  /// An operand as the number that stands at entry e of a matrix of shape `s`, or as its shape where it has
  /// another; "a variable of NaN at (0,1)" where it came in broken.
  template <class eT>
  static std::string at_entry(const Engine<eT>& engine, Index k, Shape s, uword e) {
    const Node<eT>& x = engine.node(k);
    if (!x.evaluated) return x.operation->name + (" of " + to_string(x.shape));
    const Strided<const eT> numbers = broadcast(engine.data(k), x.shape, x.shape);
    const uword broken = first_anomaly(numbers, eT(1), x.shape);
    const std::string name = x.operation->family == Family::leaf ? std::string("the ") + x.operation->name + " " : "";
    if (broken < x.shape.size()) return name + number_at(numbers, eT(1), x.shape, broken);
    if (x.shape == s || x.one_by_one()) return name + number_at(numbers, eT(1), x.shape, x.one_by_one() ? 0 : e);
    return name + to_string(x.shape);
  }
};

}  // namespace armagrad::detail
