#include <armagrad/ops/compositions.hpp>
#include <armagrad/ops/values.hpp>

#include "compositions.hpp"
#include "linear_algebra/linear_algebra.hpp"
#include "reductions.hpp"
#include "shape.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

namespace {
/// Rows (dim 0) or columns (dim 1) [first, first + n).
template <class eT>
Var<eT> slices(const Var<eT>& x, uword dim, uword first, uword n, Here at) {
  const Place part{std::uint32_t(dim == 0 ? first : 0), std::uint32_t(dim == 0 ? 0 : first),
                   dim == 0 ? shape_of(n, x.n_cols) : shape_of(x.n_rows, n)};
  return part.shape == x.shape() ? x : block(x, part, at);
}

template <class eT>
uword length_along(const Var<eT>& x, uword dim, const char* name, Here at) {
  if (dim > 1) misuse(name, at, "dim must be 0 or 1");
  return dim == 0 ? x.n_rows : x.n_cols;
}

/// A constant matrix of one number.
template <class eT>
Var<eT> all_of(const Var<eT>& on_tape_of, double x, Shape s) {
  return spread(on_tape_of.tape().constant(eT(x)), s);
}

/// A vector as a column with observations, a matrix as it is.
template <class eT>
Var<eT> observations(const Var<eT>& x, Here at) {
  return x.n_rows == 1 ? vectorise(x, 0, at) : x;
}
}  // namespace

template <class eT>
NumberVar<eT> as_scalar(const Var<eT>& x, Here at) {
  if (x.n_elem != 1)
    misuse("as_scalar", at, "expression must evaluate to exactly one element, not " + to_string(x.shape()));
  return node_of(x).is_scalar ? as_number(x) : x(0, at);
}

template <class eT>
NumberVar<eT> detail::norm_dot(const Argument<eT>& a, const Argument<eT>& b, Here at) {
  const auto [x, y] = on_one_tape("norm_dot", a, b);
  check_vector(x, "norm_dot", at);
  check_vector(y, "norm_dot", at);
  return armagrad::dot(x, y, at) / (norm(vectorise(x, 0, at), "fro", at) * norm(vectorise(y, 0, at), "fro", at));
}

template <class eT>
Var<eT> detail::cross(const Argument<eT>& a, const Argument<eT>& b, Here at) {
  const auto [x, y] = on_one_tape("cross", a, b);
  if (x.n_elem != 3 || y.n_elem != 3)
    misuse("cross", at, "each vector must have 3 elements: " + to_string(x.shape()) + " and " + to_string(y.shape()));
  const arma::uvec next{1, 2, 0}, last{2, 0, 1};
  return reshape(x.elem(next, at) % y.elem(last, at) - x.elem(last, at) % y.elem(next, at), x.n_rows, x.n_cols, at);
}

template <class eT>
Var<eT> detail::affmul(const Argument<eT>& a, const Argument<eT>& b, Here at) {
  const auto [x, y] = on_one_tape("affmul", a, b);
  if (x.n_cols != y.n_rows + 1) misuse("affmul", at, incompatible(x.shape(), y.shape()));
  return multiply(x.head_cols(y.n_rows, at), false, y, false) +
         spread(x.col(y.n_rows, at), shape_of(x.n_rows, y.n_cols));
}

template <class eT>
Var<eT> diff(const Var<eT>& x, uword k, uword dim, Here at) {
  uword n = length_along(x, dim, "diff", at);
  if (k >= n) return slices(x, dim, 0, k == 0 ? n : 0, at);
  Var<eT> y = x;
  for (; k > 0; --k, --n) y = slices(y, dim, 1, n - 1, at) - slices(y, dim, 0, n - 1, at);
  return y;
}

template <class eT>
Var<eT> cumprod(const Var<eT>& x, uword dim, Here at) {
  const uword n = length_along(x, dim, "cumprod", at);
  Var<eT> y = x;
  for (uword step = 1; step < n; step *= 2) {
    const Var<eT> more = slices(y, dim, step, n - step, at) % slices(y, dim, 0, n - step, at);
    y = joined(slices(y, dim, 0, step, at), more, dim, at);
  }
  return y;
}

template <class eT>
Var<eT> median(const Var<eT>& x, uword dim, Here at) {
  check_length(x, dim, "median", at);
  const uword n = length_along(x, dim, "median", at);
  const Var<eT> sorted = sort(x, "ascend", dim, at), upper = slices(sorted, dim, n / 2, 1, at);
  return n % 2 ? upper : 0.5 * slices(sorted, dim, n / 2 - 1, 1, at) + 0.5 * upper;
}

template <class eT>
Var<eT> detail::compiled::median(const Var<eT>& x, Kind kind, Here at) {
  return reduced(armagrad::median(x, dim_of(x, kind), at), x, kind);
}

template <class eT>
Var<eT> quantile(const Var<eT>& x, const std::type_identity_t<arma::Mat<eT>>& P, uword dim, Here at) {
  const uword n = length_along(x, dim, "quantile", at), count = P.n_elem;
  if (count && !P.is_vec()) misuse("quantile", at, "parameter 'P' must be a vector");
  if (x.is_empty()) return block(x, {0, 0, Shape{}}, at);
  arma::uvec below(count), above(count);
  arma::Mat<eT> weight(count, 1), beyond(count, 1, arma::fill::zeros);
  for (uword i = 0; i < count; ++i) {
    const double p = P[i], place = std::clamp(n * p - 0.5, 0.0, n - 1.0);  // among the sorted, from 0
    if (std::isnan(p)) misuse("quantile", at, "parameter 'P' has a NaN");
    below[i] = uword(place);
    above[i] = std::min(below[i] + 1, n - 1);
    weight[i] = eT(place - double(below[i]));
    if (p < 0 || p > 1) beyond[i] = eT(p < 0 ? -arma::Datum<eT>::inf : arma::Datum<eT>::inf);
  }
  if (dim == 1) arma::inplace_trans(weight), arma::inplace_trans(beyond);
  const Var<eT> sorted = sort(x, "ascend", dim, at);
  const auto at_places = [&](const arma::uvec& places) {
    return dim == 0 ? sorted.rows(places, at) : sorted.cols(places, at);
  };
  const Var<eT> lower = at_places(below), w = spread(x.tape().constant(weight), lower.shape());
  const Var<eT> y = (1 - w) % lower + w % at_places(above);
  return beyond.is_finite() ? y : y + spread(x.tape().constant(beyond), lower.shape());
}

template <class eT>
Var<eT> range(const Var<eT>& x, uword dim, Here at) {
  check_length(x, dim, "range", at);
  return max(x, dim, at) - min(x, dim, at);
}

template <class eT>
Var<eT> detail::compiled::range(const Var<eT>& x, Kind kind, Here at) {
  return reduced(armagrad::range(x, dim_of(x, kind), at), x, kind);
}

namespace {
template <class eT>
Var<eT> centred_columns(const Var<eT>& x, Here at) {
  return x - spread(mean(x, 0, at), x.shape());
}

template <class eT>
Var<eT> cov_of(const Var<eT>& a, const Var<eT>& b, uword norm_type, bool correlation, Here at) {
  const char* name = correlation ? "cor" : "cov";
  if (norm_type > 1) misuse(name, at, "parameter 'norm_type' must be 0 or 1");
  const Var<eT> x = observations(a, at), y = a.index() == b.index() ? x : observations(b, at);
  if (x.n_rows != y.n_rows) misuse(name, at, incompatible(x.shape(), y.shape()));
  if (x.is_empty() || y.is_empty()) return block(x, {0, 0, Shape{}}, at);
  if (correlation && x.n_elem == 1 && y.n_elem == 1 && x.index() == y.index()) return all_of(x, 1, scalar_shape);
  const double n = double(x.n_rows), by = norm_type == 0 && n > 1 ? n - 1 : n;
  const Var<eT> dx = centred_columns(x, at), dy = x.index() == y.index() ? dx : centred_columns(y, at);
  const Var<eT> c = multiply(dx, true, dy, false) / by;
  if (!correlation) return c;
  const auto deviations = [&](const Var<eT>& z) { return stddev(z, norm_type, 0, at); };
  return c / multiply(deviations(x), true, deviations(y), false);
}
}  // namespace

template <class eT>
Var<eT> cov(const Var<eT>& x, uword norm_type, Here at) {
  return cov_of(x, x, norm_type, false, at);
}

template <class eT>
Var<eT> cor(const Var<eT>& x, uword norm_type, Here at) {
  return cov_of(x, x, norm_type, true, at);
}

template <class eT>
Var<eT> detail::cov(const Argument<eT>& a, const Argument<eT>& b, uword norm_type, bool correlation, Here at) {
  const auto [x, y] = on_one_tape(correlation ? "cor" : "cov", a, b);
  return cov_of(x, y, norm_type, correlation, at);
}

template <class eT>
Var<eT> detail::trapz(const Argument<eT>& x, const Argument<eT>& y, uword dim, Here at) {
  const auto [places, heights] = on_one_tape("trapz", x, y);
  check_vector(places, "trapz", at);
  const uword n = length_along(heights, dim, "trapz", at);
  if (places.n_elem != n)
    misuse("trapz", at,
           "length of X must equal the number of " + std::string(dim == 0 ? "rows" : "columns") +
               " in Y: " + to_string(places.shape()) + " and " + to_string(heights.shape()));
  if (n <= 1) return all_of(heights, 0, dim == 0 ? shape_of(1, heights.n_cols) : shape_of(heights.n_rows, 1));
  const Var<eT> widths = diff(vectorise(places, 0, at), 1, 0, at);
  const Var<eT> means = 0.5 * (slices(heights, dim, 0, n - 1, at) + slices(heights, dim, 1, n - 1, at));
  return dim == 0 ? multiply(widths, true, means, false) : multiply(means, false, widths, false);
}

template <class eT>
Var<eT> trapz(const Var<eT>& y, uword dim, Here at) {
  const uword n = length_along(y, dim, "trapz", at);
  if (n <= 1) return all_of(y, 0, dim == 0 ? shape_of(1, y.n_cols) : shape_of(y.n_rows, 1));
  return sum(0.5 * (slices(y, dim, 0, n - 1, at) + slices(y, dim, 1, n - 1, at)), dim, at);
}

namespace {
/// "full" (false) or "same" (true).
bool is_same(const char* shape, const char* name, Here at) {
  if (!shape || (*shape != 'f' && *shape != 's')) misuse(name, at, "unsupported value of 'shape' parameter");
  return *shape == 's';
}

/// By the smaller of the two as a filter: the patches of the other, which zeros surround, times it.
template <class eT>
Var<eT> full_convolution(const Var<eT>& a, const Var<eT>& b, Here at) {
  const Var<eT>&filter = a.n_elem <= b.n_elem ? a : b, &image = a.n_elem <= b.n_elem ? b : a;
  const auto side = [](uword m, uword n) { return m + n > 0 ? m + n - 1 : 0; };
  const Shape to = shape_of(side(a.n_rows, b.n_rows), side(a.n_cols, b.n_cols));
  if (filter.is_empty()) return all_of(a, 0, to);
  const uword up = filter.n_rows - 1, left = filter.n_cols - 1, stride = image.n_rows + 2 * up;
  const Var<eT> padded =
      placed(image, {std::uint32_t(up), std::uint32_t(left), shape_of(stride, image.n_cols + 2 * left)});
  auto indices = std::make_shared<arma::uvec>(to.size() * filter.n_elem);
  uword* next = indices->memptr();
  for (uword v = 0; v <= left; ++v) {
    for (uword u = 0; u <= up; ++u) {
      for (uword j = 0; j < to.cols; ++j) {
        for (uword i = 0; i < to.rows; ++i) *next++ = i + up - u + (j + left - v) * stride;
      }
    }
  }
  const Var<eT> patches = gathered(padded, std::move(indices), shape_of(to.size(), filter.n_elem), at);
  return reshape(multiply(patches, false, vectorise(filter, 0, at), false), to.rows, to.cols, at);
}

/// The middle of a full convolution, of a's shape.
template <class eT>
Var<eT> middle(const Var<eT>& full, const Var<eT>& a, const Var<eT>& b, Here at) {
  if (a.is_empty() || b.is_empty()) return all_of(a, 0, a.shape());
  return block(full, {std::uint32_t(b.n_rows / 2), std::uint32_t(b.n_cols / 2), a.shape()}, at);
}
}  // namespace

template <class eT>
Var<eT> detail::conv(const Argument<eT>& a, const Argument<eT>& b, const char* shape, Here at) {
  const auto [x, y] = on_one_tape("conv", a, b);
  const bool same = is_same(shape, "conv", at), column = x.n_cols == 1;
  check_vector(x, "conv", at);
  check_vector(y, "conv", at);
  const Var<eT> along = vectorise(x, 0, at), by = vectorise(y, 0, at), full = full_convolution(along, by, at);
  const Var<eT> kept = same ? middle(full, along, by, at) : full;
  return column ? kept : reshape(kept, 1, kept.n_elem, at);
}

template <class eT>
Var<eT> detail::conv2(const Argument<eT>& a, const Argument<eT>& b, const char* shape, Here at) {
  const auto [x, y] = on_one_tape("conv2", a, b);
  const bool same = is_same(shape, "conv2", at);
  const Var<eT> full = full_convolution(x, y, at);
  return same ? middle(full, x, y, at) : full;
}

template <class eT>
Var<eT> detail::polyval(const Argument<eT>& p, const Argument<eT>& x, Here at) {
  const auto [c, z] = on_one_tape("polyval", p, x);
  if (c.n_elem && !is_vector(c)) misuse("polyval", at, "argument P must be a vector, not " + to_string(c.shape()));
  if (c.n_elem < 2) return c.is_empty() ? all_of(z, 0, z.shape()) : spread(c, z.shape());
  Var<eT> y = c(0, at) % z + c(1, at);
  for (uword i = 2; i < c.n_elem; ++i) y = y % z + c(i, at);
  return y;
}

template <class eT>
Var<eT> detail::polyfit(const Argument<eT>& x, const Argument<eT>& y, uword degree, Here at) {
  const auto [a, b] = on_one_tape("polyfit", x, y);
  check_vector(a, "polyfit", at);
  check_vector(b, "polyfit", at);
  if (a.n_elem != b.n_elem) misuse("polyfit", at, "given vectors must have the same number of elements");
  if (a.is_empty()) return block(a, {0, 0, Shape{}}, at);
  if (degree >= a.n_elem) misuse("polyfit", at, "N must be less than the number of elements in X");
  const Var<eT> z = vectorise(a, 0, at);
  std::vector<Var<eT>> powers(degree + 1, all_of(z, 1, z.shape()));
  for (uword k = degree; k-- > 0;) powers[k] = powers[k + 1] % z;
  return solve(join_rows(powers, at), vectorise(b, 0, at), at);
}

namespace {
/// What is between the rows of y, which stand at px, at the places z (both vectors): a row for each.
template <class eT>
Var<eT> rows_between(const Var<eT>& px, const Var<eT>& y, const Var<eT>& z, const char* name, const char* method,
                     double outside, Here at) {
  const std::string how = method ? method : "";
  const bool nearest = how == "nearest" || how == "*nearest";
  if (!nearest && how != "linear" && how != "*linear") misuse(name, at, "unsupported interpolation type");
  const arma::Mat<eT> places = px.value(), wanted = z.value();
  const arma::uvec order = places.has_nan() ? arma::uvec() : arma::uvec(arma::find_unique(places, false));
  if (order.n_elem < 2) misuse(name, at, "X must have at least two unique elements");
  const arma::Col<eT> sorted = places.elem(order);
  arma::uvec below(wanted.n_elem), above(wanted.n_elem);
  arma::Mat<eT> beyond(wanted.n_elem, 1, arma::fill::zeros);
  for (uword i = 0; i < wanted.n_elem; ++i) {
    const eT w = wanted[i];
    beyond[i] = w >= sorted.front() && w <= sorted.back() ? 0 : 1;
    const auto after = beyond[i] ? sorted.begin() + 1 : std::upper_bound(sorted.begin() + 1, sorted.end() - 1, w);
    const uword k = uword(after - sorted.begin()) - 1;
    below[i] = order[k], above[i] = order[k + 1];
    if (nearest) below[i] = order[w - sorted[k] <= sorted[k + 1] - w ? k : k + 1];
  }
  const bool is_column = y.n_cols == 1;
  const auto rows = [&](const arma::uvec& i) { return is_column ? Var<eT>(y.elem(i, at)) : Var<eT>(y.rows(i, at)); };
  Var<eT> inside = rows(below);
  if (!nearest) {
    const Var<eT> left = px.elem(below, at);
    const Var<eT> weight = (vectorise(z, 0, at) - left) / (px.elem(above, at) - left);
    const auto across = [&](const Var<eT>& w) { return is_column ? w : spread(w, inside.shape()); };
    inside = across(1 - weight) % inside + across(weight) % rows(above);
  }
  if (!arma::any(arma::vectorise(beyond))) return inside;
  return where(arma::Mat<eT>(arma::repmat(beyond, 1, y.n_cols)), outside, inside, at);
}
}  // namespace

template <class eT>
Var<eT> detail::interp1(const Argument<eT>& x, const Argument<eT>& y, const Argument<eT>& xi, const char* method,
                        double outside, Here at) {
  const auto [px, py, z] = on_one_tape("interp1", x, y, xi);
  for (const Var<eT>& v : {px, py, z}) check_vector(v, "interp1", at);
  if (px.n_elem != py.n_elem) misuse("interp1", at, "X and Y must have the same number of elements");
  const Var<eT> column = py.n_cols == 1 ? py : Var<eT>(vectorise(py, 0, at));
  return reshape(rows_between(px, column, z, "interp1", method, outside, at), z.n_rows, z.n_cols, at);
}

template <class eT>
Var<eT> detail::interp2(const Argument<eT>& x, const Argument<eT>& y, const Argument<eT>& z, const Argument<eT>& xi,
                        const Argument<eT>& yi, const char* method, double outside, Here at) {
  const auto [px, py, Z, wanted_x, wanted_y] = on_one_tape("interp2", x, y, z, xi, yi);
  for (const Var<eT>& v : {px, py, wanted_x, wanted_y}) check_vector(v, "interp2", at);
  if (px.n_elem != Z.n_cols || py.n_elem != Z.n_rows)
    misuse("interp2", at, "Z must have a column for each element of X and a row for each of Y");
  const Var<eT> down = rows_between(py, Z, wanted_y, "interp2", method, outside, at);
  return rows_between(px, down.t(at), wanted_x, "interp2", method, outside, at).t(at);
}

template <class eT>
Var<eT> powmat(const Var<eT>& A, int n, Here at) {
  if (A.n_rows != A.n_cols) misuse("powmat", at, "given matrix must be square sized, not " + to_string(A.shape()));
  if (n == 0) return A.tape().constant(arma::Mat<eT>(A.n_rows, A.n_cols, arma::fill::eye));
  Var<eT> base = n < 0 ? inv(A, at) : A, power;
  bool any = false;
  for (unsigned rest = n < 0 ? -unsigned(n) : unsigned(n);; base = multiply(base, false, base, false)) {
    if (rest % 2) power = any ? multiply(power, false, base, false) : base, any = true;
    if ((rest /= 2) == 0) return power;
  }
}

template <class eT>
Var<eT> expmat_sym(const Var<eT>& A, Here at) {
  if (A.n_rows != A.n_cols) misuse("expmat_sym", at, "given matrix must be square sized, not " + to_string(A.shape()));
  return expmat(0.5 * A + 0.5 * A.t(at), at);
}

template <class eT>
NumberVar<eT> cond(const Var<eT>& A, Here at) {
  if (A.is_empty()) return as_number(all_of(A, 0, scalar_shape));
  const Var<eT> s = svd(A, at);
  return s(0, at) / s(s.n_elem - 1, at);
}

namespace {
/// The sign of det A, by the signs of U's diagonal and the pivots that moved a row.
template <class eT>
Var<eT> sign_of_det(Var<eT> A, Here at) {
  bool transposed = false;
  A = before_transpose(A, transposed);
  const Var<eT> f = lu_of(A, at);
  const uword n = A.n_rows;
  const Var<eT> signs = sign(diagonal(block(f, {0, 0, A.shape()}, at), at), at),
                rows = block(f, {0, A.shape().cols, shape_of(n, 1)}, at);
  const arma::Mat<eT> in_place = n == 0 ? arma::Mat<eT>(0, 1) : arma::Mat<eT>(arma::regspace<arma::Col<eT>>(1, eT(n)));
  return accu(prod(signs % (2 * (rows == in_place) - 1), 0, at), at);
}
}  // namespace

template <class eT>
bool log_det(Var<eT>& value, Var<eT>& sign, const Var<eT>& A, Here at) {
  const Var<eT> a = A;  // which value or sign may be
  value = log_det(a, at);
  sign = sign_of_det(a, at);
  return true;
}

template <class eT>
bool log_det(Var<eT>& value, std::type_identity_t<eT>& sign, const Var<eT>& A, Here at) {
  Var<eT> on_tape;
  log_det(value, on_tape, A, at);
  sign = on_tape.scalar();
  return true;
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                  \
  template ARMAGRAD_EXPORT Var<eT> detail::affmul(const Argument<eT>&, const Argument<eT>&, Here);                \
  template ARMAGRAD_EXPORT Var<eT> detail::cross(const Argument<eT>&, const Argument<eT>&, Here);                 \
  template ARMAGRAD_EXPORT NumberVar<eT> detail::norm_dot(const Argument<eT>&, const Argument<eT>&, Here);        \
  template ARMAGRAD_EXPORT Var<eT> detail::polyval(const Argument<eT>&, const Argument<eT>&, Here);               \
  template ARMAGRAD_EXPORT Var<eT> detail::conv(const Argument<eT>&, const Argument<eT>&, const char*, Here);     \
  template ARMAGRAD_EXPORT Var<eT> detail::conv2(const Argument<eT>&, const Argument<eT>&, const char*, Here);    \
  template ARMAGRAD_EXPORT Var<eT> detail::cov(const Argument<eT>&, const Argument<eT>&, uword, bool, Here);      \
  template ARMAGRAD_EXPORT Var<eT> detail::interp1(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&, \
                                                   const char*, double, Here);                                    \
  template ARMAGRAD_EXPORT Var<eT> detail::interp2(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&, \
                                                   const Argument<eT>&, const Argument<eT>&, const char*, double, \
                                                   Here);                                                         \
  template ARMAGRAD_EXPORT Var<eT> detail::polyfit(const Argument<eT>&, const Argument<eT>&, uword, Here);        \
  template ARMAGRAD_EXPORT Var<eT> detail::trapz(const Argument<eT>&, const Argument<eT>&, uword, Here);          \
  template ARMAGRAD_EXPORT NumberVar<eT> as_scalar(const Var<eT>&, Here);                                         \
  template ARMAGRAD_EXPORT Var<eT> diff(const Var<eT>&, uword, uword, Here);                                      \
  template ARMAGRAD_EXPORT Var<eT> cumprod(const Var<eT>&, uword, Here);                                          \
  template ARMAGRAD_EXPORT Var<eT> median(const Var<eT>&, uword, Here);                                           \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::median(const Var<eT>&, Kind, Here);                          \
  template ARMAGRAD_EXPORT Var<eT> quantile(const Var<eT>&, const arma::Mat<eT>&, uword, Here);                   \
  template ARMAGRAD_EXPORT Var<eT> range(const Var<eT>&, uword, Here);                                            \
  template ARMAGRAD_EXPORT Var<eT> detail::compiled::range(const Var<eT>&, Kind, Here);                           \
  template ARMAGRAD_EXPORT Var<eT> cov(const Var<eT>&, uword, Here);                                              \
  template ARMAGRAD_EXPORT Var<eT> cor(const Var<eT>&, uword, Here);                                              \
  template ARMAGRAD_EXPORT Var<eT> trapz(const Var<eT>&, uword, Here);                                            \
  template ARMAGRAD_EXPORT Var<eT> powmat(const Var<eT>&, int, Here);                                             \
  template ARMAGRAD_EXPORT Var<eT> expmat_sym(const Var<eT>&, Here);                                              \
  template ARMAGRAD_EXPORT NumberVar<eT> cond(const Var<eT>&, Here);                                              \
  template ARMAGRAD_EXPORT bool log_det(Var<eT>&, Var<eT>&, const Var<eT>&, Here);                                \
  template ARMAGRAD_EXPORT bool log_det(Var<eT>&, eT&, const Var<eT>&, Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, CompositionRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, CompositionRules>();

}  // namespace armagrad
