#pragma once
// Losses that are sums over samples, evaluated a block of columns at a time: a block's numbers stay in the
// cache from the forward pass to the backward pass, and threads can share the blocks.

#include <array>
#include <span>
#include <tuple>

#include "detail/compiled_loss.hpp"

namespace armagrad {

/// How sum_over_samples works. The result has the same bits for any number of threads, but not for other
/// blocks.
struct Blocks {
  arma::uword columns = 64;  // of a block: see docs/performance.md
  unsigned threads = 1;
  arma::uword run = 8;  // blocks in a row that belong to one thread at least, where there are as many
};

namespace detail {
template <class eT>
Var<eT> append_block_sum(Tape<eT>& tape, const Function<eT>& f, std::span<const Var<eT>> x, std::size_t samples,
                         const Blocks& blocks, Location at);
}

/// The arguments of a loss that hold a sample per column. Temporaries are kept, others are referred to.
template <class... X>
struct samples {
  explicit samples(X&&... x, std::source_location here = std::source_location::current())
      : matrices(std::forward<X>(x)...), at(here) {}
  std::tuple<X...> matrices;
  Location at;
};
template <class... X>
samples(X&&...) -> samples<X...>;

/// loss(parameters..., samples...) for a loss that is a sum over the columns of its samples: it is called
/// with some of the columns at a time, and the results are added up. Samples may be Vars, view(X), or
/// matrices, which are copied; if one of them is to be differentiated by, the loss is recorded as a whole.
/// std::logic_error unless all have the same number of columns.
template <class Loss, class... X, AnyVar First, std::derived_from<Var<element_t<First>>>... P>
NumberVar<element_t<First>> sum_over_samples(const Blocks& blocks, Loss loss, const samples<X...>& x,
                                             const First& first, const P&... rest) {
  using eT = element_t<First>;
  Tape<eT>& tape = first.tape();
  return std::apply(
      [&](const auto&... matrix) {
        const std::array<Var<eT>, 1 + sizeof...(P) + sizeof...(X)> all{
            first, rest..., Argument<eT>(matrix).on(tape, "sum_over_samples")...};
        return detail::of_kind<detail::Kind::number>(detail::append_block_sum(
            tape, detail::function_of<eT, First::kind, P::kind..., detail::kind_of<X>...>(loss),
            std::span<const Var<eT>>(all), sizeof...(X), blocks, x.at));
      },
      x.matrices);
}

template <class Loss, class... X, AnyVar First, AnyVar... P>
NumberVar<element_t<First>> sum_over_samples(Loss loss, const samples<X...>& x, const First& first, const P&... rest) {
  return sum_over_samples(Blocks(), std::move(loss), x, first, rest...);
}

}  // namespace armagrad
