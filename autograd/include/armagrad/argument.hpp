#pragma once
// What operations take where a Var may stand. Included by var.hpp.

#include "var.hpp"

namespace armagrad {

namespace detail {
/// A number where an operation takes nothing else: a NumberVar, or a number of C++. Made for one call.
template <class eT>
class NumberOperand {
 public:
  template <class X>
  requires(kind_of<X> == Kind::number && IsOperand<X, eT>)
      NumberOperand(const X& x, Location at = std::source_location::current())
      : at_(at) {
    if constexpr (std::is_arithmetic_v<X>)
      number_ = eT(x);
    else
      var_ = &x;
  }

  /// Of a Var that is known to be a number.
  NumberOperand(const Var<eT>* number, const Location& at) : at_(at), var_(number) {}

  Location at() const { return at_; }
  /// The Var, or nullptr.
  const Var<eT>* var() const { return var_; }
  eT number() const { return number_; }
  Engine<eT>* engine() const { return var_ ? var_->engine_of_node() : nullptr; }
  /// Whether it is a node of this tape, or a number of none.
  bool fits(const Engine<eT>& engine) const {
    return !var_ || var_->engine_of_node() == &engine || var_->is_free_number();
  }
  Index index_on(Engine<eT>& engine) const {
    if (!var_) return engine.shared_constant(number_);
    return var_->tape_ ? var_->at_.index : engine.shared_constant(var_->number());
  }

 private:
  Location at_;
  const Var<eT>* var_ = nullptr;
  eT number_{};
};

/// Appends a number that a rule of the library makes of others, at least one of them a Var.
template <class Rule, class eT>
[[gnu::always_inline]] inline NumberVar<eT> append_number(const NumberOperand<eT>& x) {
  return append_number(TableOf<Rule, eT>(), x.at(), *x.var());
}
template <class Rule, class eT>
[[gnu::always_inline]] inline NumberVar<eT> append_number(const NumberOperand<eT>& x, const NumberOperand<eT>& y) {
  if (!x.var()) return append_number(TableOf<Rule, eT>(), x.at(), x.number(), *y.var());
  if (!y.var()) return append_number(TableOf<Rule, eT>(), x.at(), *x.var(), y.number());
  return append_number(TableOf<Rule, eT>(), x.at(), *x.var(), *y.var());
}
template <class Rule, class eT>
[[gnu::always_inline]] inline NumberVar<eT> append_number(const NumberOperand<eT>& x, const NumberOperand<eT>& y,
                                                          const NumberOperand<eT>& z) {
  NumberVar<eT> numbers[3];
  const auto as_var = [](const NumberOperand<eT>& a, NumberVar<eT>& number) -> const Var<eT>& {
    if (a.var()) return *a.var();
    return number = NumberVar<eT>(a.number());
  };
  return append_number(TableOf<Rule, eT>(), x.at(), as_var(x, numbers[0]), as_var(y, numbers[1]),
                       as_var(z, numbers[2]));
}
}  // namespace detail

/// What an operation takes where a Var may stand: a Var, a number, or an Armadillo matrix or expression
/// (which is copied to the tape, unless given as view(X)). It notes the source line where it was converted.
template <class eT>
class Argument {
 public:
  Argument(const Var<eT>& x, std::source_location at = std::source_location::current()) : at_(at), var_(&x) {}
  Argument(const Var<eT>& x, const Location& at) : at_(at), var_(&x) {}
  template <class S>
  requires std::is_arithmetic_v<S> Argument(S x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::number), number_(eT(x)) {}
  Argument(const View<eT>& x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::view), view_(&x) {}
  Argument(const arma::Mat<eT>& x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::matrix), matrix_(&x) {}
  template <class E>
  Argument(const arma::Base<eT, E>& x, std::source_location at = std::source_location::current())
      : at_(at), kind_(Kind::matrix), evaluated_(new arma::Mat<eT>(x.get_ref())), matrix_(evaluated_.get()) {}
  explicit Argument(const detail::NumberOperand<eT>& x)
      : at_(x.at()), kind_(x.var() ? Kind::var : Kind::number), var_(x.var()), number_(x.number()) {}
  Argument(const Argument&) = delete;

  /// The source line where the argument was converted.
  const Location& at() const { return at_; }
  /// The Var, or nullptr.
  const Var<eT>* var() const { return var_; }
  /// The plain number, or nullptr.
  const eT* number() const { return kind_ == Kind::number ? &number_ : nullptr; }

  /// The argument's node on the tape, a new one unless it is a Var. Errors as of Engine::index_of.
  detail::Index index_on(Tape<eT>& tape, const char* operation) const {
    detail::Engine<eT>& engine = detail::engine_of(tape);
    switch (kind_) {
      case Kind::var:
        return engine.index_of(*var_, operation, at_);
      case Kind::number:
        return engine.append_number(number_);
      case Kind::view:
        return tape.constant(*view_).index();
      case Kind::matrix:
        break;
    }
    return tape.constant(*matrix_).index();
  }
  /// The same as a handle.
  Var<eT> on(Tape<eT>& tape, const char* operation) const {
    return detail::engine_of(tape).handle(index_on(tape, operation));
  }

 private:
  enum class Kind : std::uint8_t { var, number, view, matrix };
  Location at_;
  Kind kind_ = Kind::var;
  const Var<eT>* var_ = nullptr;  // which lives as long: an argument is made for one call
  eT number_{};
  const View<eT>* view_ = nullptr;
  std::unique_ptr<const arma::Mat<eT>> evaluated_;
  const arma::Mat<eT>* matrix_ = nullptr;
};

namespace detail {
/// An argument of an operator, of a kind that the compiler knows.
template <class eT, Kind k>
class Operand : public Argument<eT> {
 public:
  template <class X>
  requires(kind_of<X> == k && IsOperand<X, eT>)
      Operand(const X& x, std::source_location at = std::source_location::current())
      : Argument<eT>(x, at) {}
};

/// An argument that is no number for certain.
template <class eT>
class MatrixOperand : public Argument<eT> {
 public:
  template <class X>
  requires(kind_of<X> != Kind::number && IsOperand<X, eT>)
      MatrixOperand(const X& x, std::source_location at = std::source_location::current())
      : Argument<eT>(x, at) {}
};
}  // namespace detail

}  // namespace armagrad
