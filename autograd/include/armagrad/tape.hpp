#pragma once
// The tape: an append-only list of nodes whose order of creation is their topological order.
//
// Appending checks shapes and fills a node; nothing is computed until somebody asks for a value or a
// gradient. Then two sweeps do all the work: up the tape for the values that are needed, down for the
// adjoints.

#include "detail/draws.hpp"
#include "detail/engine.hpp"
#include "kinds.hpp"

namespace armagrad {

/// A matrix that the caller keeps alive and unchanged while the tape uses it: it is not copied. The name is for
/// formulas.
template <class eT>
struct View {
  using elem_type = eT;
  static constexpr detail::Kind kind = detail::Kind::matrix;
  const arma::Mat<eT>* matrix;
  std::string name{};
};
/// A view of a vec or a rowvec, as a Var a column or a row.
template <class eT, detail::Kind k>
struct KindView : View<eT> {
  static constexpr detail::Kind kind = k;
};
template <class eT>
View<eT> view(const arma::Mat<eT>& X, std::string name = {}) {
  return {&X, std::move(name)};
}
template <class eT>
KindView<eT, detail::Kind::column> view(const arma::Col<eT>& x, std::string name = {}) {
  return {{&x, std::move(name)}};
}
template <class eT>
KindView<eT, detail::Kind::row> view(const arma::Row<eT>& x, std::string name = {}) {
  return {{&x, std::move(name)}};
}
template <class eT>
View<eT> view(const arma::Mat<eT>&& temporary, std::string name = {}) = delete;
template <class eT>
View<eT> view(const arma::Col<eT>&& temporary, std::string name = {}) = delete;
template <class eT>
View<eT> view(const arma::Row<eT>&& temporary, std::string name = {}) = delete;

namespace detail {
template <class eT>
class CompiledLosses;

/// A matrix or a view of one whose type says that it is a column or a row.
template <class X, class eT>
concept VectorOf = (std::derived_from<X, View<eT>> || Expression<X, eT>)&&kind_of<X> != Kind::matrix;

template <class eT>
const View<eT>& as_matrix(const View<eT>& x) {
  return x;
}
template <class eT>
const arma::Mat<eT>& as_matrix(const arma::Mat<eT>& x) {
  return x;
}
template <class eT, class E>
arma::Mat<eT> as_matrix(const arma::Base<eT, E>& x) {
  return x.get_ref();
}
}  // namespace detail

template <class eT>
class ARMAGRAD_EXPORT Tape {
 public:
  static_assert(std::is_same_v<eT, float> || std::is_same_v<eT, double>);

  Tape();
  ~Tape();
  Tape(const Tape&) = delete;  // handles point to their tape
  Tape& operator=(const Tape&) = delete;

  /// A leaf to be differentiated by; copied, unless given as view(W).
  Var<eT> variable(const arma::Mat<eT>& W);
  Var<eT> variable(View<eT> W);
  NumberVar<eT> variable(eT scalar, const char* name = nullptr);
  /// The same of a vec or a rowvec, as ColVar or RowVar.
  template <detail::VectorOf<eT> X>
  auto variable(const X& W) {
    return detail::of_kind<detail::kind_of<X>>(variable(detail::as_matrix(W)));
  }
  /// A leaf that is held fixed; copied, unless given as view(X).
  Var<eT> constant(const arma::Mat<eT>& X);
  Var<eT> constant(View<eT> X);
  NumberVar<eT> constant(eT scalar, const char* name = nullptr);
  template <detail::VectorOf<eT> X>
  auto constant(const X& x) {
    return detail::of_kind<detail::kind_of<X>>(constant(detail::as_matrix(x)));
  }
  /// Names x in formulas, and returns it, to be copied where x is a temporary; the name is copied.
  template <std::derived_from<Var<eT>> V>
  const V& named(const V& x, const char* name) {
    (void)engine_.named(x, name);
    return x;
  }

  /// d root / d (every variable), from zero. std::logic_error unless root is 1x1 and of this tape. With
  /// `value`, root's value is computed in the same sweep.
  void backward(const Var<eT>& root, bool value = false);
  /// The same of accu(root % seed), for a root of any shape; seed has that shape, or std::logic_error.
  void backward(const Var<eT>& root, const arma::Mat<eT>& seed, bool value = false);
  /// What the last backward() found for a variable, of the variable's shape; zeros if root does not depend on
  /// it. The matrix is the tape's: the next backward() overwrites it, and clear() and the tape's end free it or give it
  /// to another variable. Copy what is to be kept: arma::mat g = tape.gradient(w).
  [[nodiscard]] const arma::Mat<eT>& gradient(const Var<eT>& variable);
  /// The value of a node, computed now if it was not yet. In a loss that is being recorded (record, sum_over_samples)
  /// the recording then holds for the arguments' present values only, and is made anew for others.
  [[nodiscard]] arma::Mat<eT> value(const Var<eT>& x);
  /// The value of a 1x1 node; std::logic_error for other shapes.
  [[nodiscard]] eT scalar(const Var<eT>& x);

  /// Anomaly mode: the first value, or adjoint, of a sweep that is NaN or infinite is a std::runtime_error
  /// that names the operation and the source line which made it of finite numbers. For finding mistakes: it
  /// looks at every number.
  void detect_anomalies(bool on = true) { engine_.detect_anomalies(on); }

  /// Forgets every node and keeps the memory for the next recording. Older handles become invalid.
  void clear();
  std::size_t size() const { return engine_.size(); }
  /// Bytes held in matrices, in use or kept for reuse.
  std::size_t bytes() const { return engine_.bytes(); }

 private:
  template <class T>
  friend detail::Engine<T>& detail::engine_of(Tape<T>& tape);
  template <class T>
  friend detail::Draws<T>& detail::draws_of(Tape<T>& tape);
  friend detail::CompiledLosses<eT>;

  detail::Engine<eT> engine_;
  bool recording_ = false;           // a loss to be replayed,
  std::vector<detail::Index> read_;  // which asked for the values of these nodes
  detail::Draws<eT> draws_;
};

namespace detail {
template <class eT>
Engine<eT>& engine_of(Tape<eT>& tape) {
  return tape.engine_;
}
template <class eT>
const Engine<eT>& engine_of(const Tape<eT>& tape) {
  return engine_of(const_cast<Tape<eT>&>(tape));
}
template <class eT>
Draws<eT>& draws_of(Tape<eT>& tape) {
  return tape.draws_;
}
}  // namespace detail

}  // namespace armagrad
