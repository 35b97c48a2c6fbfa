#pragma once
// Calls of users' plain functions, of Armadillo's types and numbers, from what the tape holds.

#include <array>
#include <span>
#include <tuple>
#include <vector>

#include "append.hpp"

namespace armagrad::detail {

template <class eT, Kind k>
struct plain_of {
  using type = arma::Mat<eT>;
};
template <class eT>
struct plain_of<eT, Kind::column> {
  using type = arma::Col<eT>;
};
template <class eT>
struct plain_of<eT, Kind::row> {
  using type = arma::Row<eT>;
};
template <class eT>
struct plain_of<eT, Kind::number> {
  using type = eT;
};
/// The plain type of a kind: a vec of a column, a number of a number.
template <class eT, Kind k>
using PlainOf = typename plain_of<eT, k>::type;

/// x as that type, over x's memory.
template <Kind k, class eT>
PlainOf<eT, k> plain_view(const arma::Mat<eT>& x) {
  eT* const data = const_cast<eT*>(x.memptr());
  if constexpr (k == Kind::number)
    return *data;
  else if constexpr (k == Kind::column || k == Kind::row)
    return PlainOf<eT, k>(data, x.n_elem, false, true);
  else
    return arma::Mat<eT>(data, x.n_rows, x.n_cols, false, true);
}

/// f(first..., x...) with each x of the plain type of its kind.
template <class eT, Kind... kind, class F, class... First>
decltype(auto) call_plain(F& f, std::span<const arma::Mat<eT>> x, const First&... first) {
  return [&]<std::size_t... k>(std::index_sequence<k...>)->decltype(auto) {
    return f(first..., plain_view<kind>(x[k])...);
  }
  (std::make_index_sequence<sizeof...(kind)>());
}

/// What a user's function gives, as a matrix.
template <class eT, class R>
arma::Mat<eT> matrix_of(const R& result) {
  if constexpr (std::is_arithmetic_v<R>) {
    return arma::Mat<eT>{eT(result)};
  } else {
    static_assert(std::derived_from<R, arma::Mat<eT>>,
                  "the function must return a matrix, vector or number of its arguments' element type; an expression "
                  "of Armadillo's refers to temporaries that are gone: write the return type, `-> arma::vec`");
    return result;
  }
}

/// The tape that the Vars among x are on.
template <class eT, class... X>
Tape<eT>& common_tape(const X&... x) {
  std::vector<const Var<eT>*> vars;
  const auto note = [&](const auto& one) {
    if constexpr (AnyVar<decltype(one)>) vars.push_back(&one);
  };
  (note(x), ...);
  return tape_of<eT>(vars);
}

template <class T>
struct is_tuple : std::false_type {};
template <class... T>
struct is_tuple<std::tuple<T...>> : std::true_type {};
template <class A, class B>
struct is_tuple<std::pair<A, B>> : std::true_type {};

/// f of each member of a tuple or a pair, or of the one thing it is, as a list.
template <class T, class F>
auto listed(const T& all, F f) {
  if constexpr (is_tuple<T>::value)
    return std::apply([&](const auto&... one) { return std::vector{f(one)...}; }, all);
  else
    return std::vector{f(all)};
}
template <class T>
constexpr std::size_t count_of() {
  if constexpr (is_tuple<T>::value)
    return std::tuple_size_v<T>;
  else
    return 1;
}

}  // namespace armagrad::detail
