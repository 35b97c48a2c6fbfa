#pragma once
// What operations take where a Var may stand. Included by var.hpp.

#include "var.hpp"

namespace armagrad {

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
  Argument(const Argument&) = delete;

  const Location& at() const { return at_; }
  const Var<eT>* var() const { return var_; }
  const eT* number() const { return kind_ == Kind::number ? &number_ : nullptr; }

  /// The argument as a node of the tape.
  Var<eT> on(Tape<eT>& tape, const char* operation) const {
    switch (kind_) {
      case Kind::var:
        return detail::engine_of(tape).here(*var_, operation, at_);
      case Kind::number:
        return tape.constant(number_);
      case Kind::view:
        return tape.constant(*view_);
      case Kind::matrix:
        break;
    }
    return tape.constant(*matrix_);
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
template <class X, class eT>
concept IsOperand =
    std::is_arithmetic_v<X> || std::derived_from<X, Var<eT>> || std::derived_from<X, View<eT>> || Expression<X, eT>;

/// An argument of an operator, of a kind that the compiler knows.
template <class eT, Kind k>
class Operand : public Argument<eT> {
 public:
  template <class X>
  requires(kind_of<X> == k && IsOperand<X, eT>)
      Operand(const X& x, std::source_location at = std::source_location::current())
      : Argument<eT>(x, at) {}
};
}  // namespace detail

}  // namespace armagrad
