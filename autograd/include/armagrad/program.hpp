#pragma once
// Record once, replay: the form for training loops and line searches.

#include <array>
#include <tuple>

#include "derivatives.hpp"
#include "detail/compiled_loss.hpp"

namespace armagrad {

/// The matrices that a program is only given.
template <class eT, std::size_t n>
struct Inputs {
  std::array<const arma::Mat<eT>*, n> matrices;
};
template <class eT, std::same_as<arma::Mat<eT>>... M>
Inputs<eT, 1 + sizeof...(M)> inputs(const arma::Mat<eT>& first, const M&... rest) {
  return {{&first, &rest...}};
}

/// A loss, recorded once for each combination of shapes it meets and replayed for other numbers of the same
/// shapes. C++ branches on values are as they were when it was recorded. Arguments are read in place, not
/// copied; results are references into the program, which hold until its next call. One thread at a time.
template <class eT, std::size_t n_variables, std::size_t n_inputs>
class Program {
 public:
  static constexpr std::size_t n = n_variables + n_inputs;

  template <class Loss>
  explicit Program(Loss loss) : loss_(detail::function_of<eT, n>(std::move(loss))) {}

  /// Records the loss for these shapes, if it was not yet.
  template <std::same_as<arma::Mat<eT>>... M>
  requires(sizeof...(M) == n) void prepare(const M&... arguments) { bind({&arguments...}); }

  /// The loss at W... given x...: a matrix for each variable, then one for each input.
  template <std::same_as<arma::Mat<eT>>... M>
  requires(sizeof...(M) == n) eT value(const M&... arguments) {
    detail::CompiledLoss<eT>& r = bind({&arguments...});
    detail::engine_of(r.tape).run(r.forward);
    return r.root.scalar();
  }

  /// {J, g}: the loss and its gradient by the variables, a matrix for one and a tuple of matrices for
  /// several.
  template <std::same_as<arma::Mat<eT>>... M>
  requires(sizeof...(M) == n) auto value_and_gradient(const M&... arguments) {
    detail::CompiledLoss<eT>& r = bind({&arguments...});
    detail::engine_of(r.tape).run(r.both);
    if constexpr (n_variables == 1) {
      return std::pair<eT, const arma::Mat<eT>&>(r.root.scalar(), r.tape.gradient(r.leaves[0]));
    } else {
      return [&]<std::size_t... k>(std::index_sequence<k...>) {
        using Gradients = std::tuple<decltype((void)k, std::declval<const arma::Mat<eT>&>())...>;
        return std::pair<eT, Gradients>(r.root.scalar(), Gradients(r.tape.gradient(r.leaves[k])...));
      }
      (std::make_index_sequence<n_variables>());
    }
  }

 private:
  detail::CompiledLoss<eT>& bind(const std::array<const arma::Mat<eT>*, n>& arguments) {
    std::array<detail::Given<eT>, n> given;
    for (std::size_t k = 0; k < n; ++k) {
      const arma::Mat<eT>& x = *arguments[k];
      given[k] = {x.memptr(), shape_of(x.n_rows, x.n_cols), k < n_variables};
    }
    return recordings_.bind(loss_, given);
  }

  detail::Function<eT> loss_;
  detail::CompiledLosses<eT> recordings_;
};

/// A program of loss(variables..., inputs...), recorded at once for the shapes given.
template <class Loss, class eT, std::size_t nv, std::size_t ni>
auto record(Loss loss, const Variables<eT, nv>& at, const Inputs<eT, ni>& given) {
  Program<eT, nv, ni> program(std::move(loss));
  [&]<std::size_t... v, std::size_t... i>(std::index_sequence<v...>, std::index_sequence<i...>) {
    program.prepare(*at.matrices[v]..., *given.matrices[i]...);
  }
  (std::make_index_sequence<nv>(), std::make_index_sequence<ni>());
  return program;
}
template <class Loss, class eT, std::size_t nv>
auto record(Loss loss, const Variables<eT, nv>& at) {
  return record(std::move(loss), at, Inputs<eT, 0>{});
}

}  // namespace armagrad
