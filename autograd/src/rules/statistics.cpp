#include "statistics.hpp"

#include <armagrad/ops/decompositions.hpp>

#include "tables.hpp"

namespace armagrad {
using namespace detail;

template <class eT>
VectorVar<eT> var(const Var<eT>& x, uword norm_type, uword dim, Here at) {
  return detail::moments<rules::Variance>(x, norm_type, dim, at);
}

template <class eT>
Var<eT> detail::compiled::var(const Var<eT>& x, Kind kind, uword norm_type, Here at) {
  return reduced(armagrad::var(x, norm_type, dim_of(x, kind), at), x, kind);
}

template <class eT>
VectorVar<eT> stddev(const Var<eT>& x, uword norm_type, uword dim, Here at) {
  return detail::moments<rules::Stddev>(x, norm_type, dim, at);
}

template <class eT>
Var<eT> detail::compiled::stddev(const Var<eT>& x, Kind kind, uword norm_type, Here at) {
  return reduced(armagrad::stddev(x, norm_type, dim_of(x, kind), at), x, kind);
}

template <class eT>
VectorVar<eT> prod(const Var<eT>& x, uword dim, Here at) {
  if (dim > 1) misuse("prod", at, "dim must be 0 or 1");
  const SourceLine<eT> here(x, at);
  uword n = dim == 0 ? x.n_rows : x.n_cols;
  if (n == 0)
    return of_kind<Kind::vector>(
        spread(x.tape().constant(eT(1)), dim == 0 ? shape_of(1, x.n_cols) : shape_of(x.n_rows, 1)));
  const auto part = [dim, at](const Var<eT>& y, uword a, uword b) {
    return dim == 0 ? y.rows(a, b, at) : y.cols(a, b, at);
  };
  Var<eT> y = x, odd;
  bool has_odd = false;
  for (; n > 1; n /= 2) {
    if (n % 2) {
      const Var<eT> last = part(y, n - 1, n - 1);
      odd = has_odd ? odd % last : last;
      has_odd = true;
    }
    y = part(y, 0, n / 2 - 1) % part(y, n / 2, n / 2 * 2 - 1);
  }
  return of_kind<Kind::vector>(has_odd ? y % odd : y);
}

template <class eT>
Var<eT> detail::compiled::prod(const Var<eT>& x, Kind kind, Here at) {
  const Var<eT> y = armagrad::prod(x, dim_of(x, kind), at);
  return gives_number(x, kind) ? accu(y, at) : y;
}

template <class eT>
Var<eT> detail::compiled::cumsum(const Var<eT>& x, uword dim, Here at) {
  if (dim > 1) misuse("cumsum", at, "dim must be 0 or 1");
  return number_like(running_sums(x, dim, false, at), x);
}

template <class eT>
NumberVar<eT> trace(const Var<eT>& x, Here at) {
  return accu(diagvec(x, at), at);
}

template <class eT>
VectorVar<eT> vecnorm(const Var<eT>& x, uword k, uword dim, Here at) {
  if (k != 1 && k != 2) misuse("vecnorm", at, "unsupported vector norm type: there are 1 and 2");
  if (k == 1) return sum(abs(x, at), dim, at);
  return of_kind<Kind::vector>(detail::along<rules::Length>(x, dim, true, at));
}

template <class eT>
Var<eT> detail::compiled::normalise(const Var<eT>& x, uword p, uword dim, Here at) {
  const SourceLine<eT> here(x, at);
  return number_like(x / spread(or_one(vecnorm(x, p, dim, at)), x.shape()), x);
}

template <class eT>
NumberVar<eT> norm(const Var<eT>& x, const char* method, Here at) {
  const SourceLine<eT> here(x, at);
  if (x.n_elem == 0) return accu(x, at);
  const char sig = method ? method[0] : '\0';
  if (sig == 'f' || sig == 'F')
    return accu(x.n_rows == 1 ? vecnorm(x, 2, 1, at) : vecnorm(vectorise(x, at), 2, 0, at), at);
  if (sig == 'i' || sig == 'I' || sig == '+') {
    const Var<eT> sizes = abs(x, at);
    return accu(max(detail::is_vector(x) ? vectorise(sizes, 0, at) : sum(sizes, 1, at), 0, at), at);
  }
  if (sig == '-' && detail::is_vector(x)) return accu(min(vectorise(abs(x, at), at), 0, at), at);
  misuse("norm", at, detail::is_vector(x) ? "unsupported vector norm type" : "unsupported matrix norm type");
}

template <class eT>
NumberVar<eT> norm(const Var<eT>& x, uword k, Here at) {
  const SourceLine<eT> here(x, at);
  if (x.n_elem == 0) return accu(x, at);
  if (k == 1) return detail::is_vector(x) ? accu(abs(x, at), at) : accu(max(sum(abs(x, at), 0, at), 1, at), at);
  if (k == 2 && detail::is_vector(x)) return norm(x, "fro", at);
  if (k == 2) return svd(x, at)(0, at);  // of decompositions.hpp
  misuse("norm", at, detail::is_vector(x) ? "unsupported vector norm type" : "unsupported matrix norm type");
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                    \
  template ARMAGRAD_EXPORT VectorVar<eT> var(const Var<eT>&, uword, uword, Here);                   \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::var(const Var<eT>&, Kind, uword, Here);        \
  template ARMAGRAD_EXPORT VectorVar<eT> stddev(const Var<eT>&, uword, uword, Here);                \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::stddev(const Var<eT>&, Kind, uword, Here);     \
  template ARMAGRAD_EXPORT VectorVar<eT> prod(const Var<eT>&, uword, Here);                         \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::prod(const Var<eT>&, Kind, Here);              \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::cumsum(const Var<eT>&, uword, Here);           \
  template ARMAGRAD_EXPORT NumberVar<eT> trace(const Var<eT>&, Here);                               \
  template ARMAGRAD_EXPORT VectorVar<eT> vecnorm(const Var<eT>&, uword, uword, Here);               \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::normalise(const Var<eT>&, uword, uword, Here); \
  template ARMAGRAD_EXPORT NumberVar<eT> norm(const Var<eT>&, const char*, Here);                   \
  template ARMAGRAD_EXPORT NumberVar<eT> norm(const Var<eT>&, uword, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, StatisticsRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, StatisticsRules>();

}  // namespace armagrad
