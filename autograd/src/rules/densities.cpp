#include "densities.hpp"

#include <armagrad/ops/densities.hpp>

#include "linear_algebra/linear_algebra.hpp"
#include "partials.hpp"
#include "required.hpp"
#include "tables.hpp"

namespace armagrad {
using namespace detail;

namespace {
/// An argument of a density; a parameter has a name and a range.
template <class eT>
struct DensityOperand {
  const Argument<eT>* argument;
  const char* name = "";
  Range range = Range::any;
};

/// The node of an elementwise rule over arguments that are in their ranges.
template <class Rule, class eT>
Var<eT> density(Here at, std::initializer_list<DensityOperand<eT>> given) {
  std::vector<const Argument<eT>*> arguments;
  for (const DensityOperand<eT>& g : given) arguments.push_back(g.argument);
  Tape<eT>& tape = tape_of_arguments<eT>(arguments);
  std::vector<Var<eT>> x;
  for (const DensityOperand<eT>& g : given)
    x.push_back(required(*g.argument, g.argument->on(tape, Rule::name), g.range, Rule::name, g.name));
  if constexpr (Rule::arity == 2)
    return elementwise<Rule>(at, x[0], x[1]);
  else
    return elementwise<Rule>(at, x[0], x[1], x[2]);
}
}  // namespace

template <class eT>
Var<eT> detail::lbeta(const Argument<eT>& a, const Argument<eT>& b, Here at) {
  return density<rules::LBeta, eT>(at, {{&a, "a", Range::positive}, {&b, "b", Range::positive}});
}

template <class eT>
Var<eT> detail::normal_lpdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& sd, Here at) {
  return density<rules::NormalDensity, eT>(at, {{&x}, {&mean}, {&sd, "sd", Range::positive}});
}

template <class eT>
Var<eT> detail::student_t_lpdf(const Argument<eT>& x, const Argument<eT>& df, Here at) {
  return density<rules::StudentDensity, eT>(at, {{&x}, {&df, "df", Range::positive}});
}

template <class eT>
Var<eT> detail::exponential_lpdf(const Argument<eT>& x, const Argument<eT>& rate, Here at) {
  return density<rules::ExponentialDensity, eT>(at, {{&x}, {&rate, "rate", Range::positive}});
}

template <class eT>
Var<eT> detail::gamma_lpdf(const Argument<eT>& x, const Argument<eT>& shape, const Argument<eT>& rate, Here at) {
  return density<rules::GammaDensity, eT>(at,
                                          {{&x}, {&shape, "shape", Range::positive}, {&rate, "rate", Range::positive}});
}

template <class eT>
Var<eT> detail::beta_lpdf(const Argument<eT>& x, const Argument<eT>& shape1, const Argument<eT>& shape2, Here at) {
  return density<rules::BetaDensity, eT>(
      at, {{&x}, {&shape1, "shape1", Range::positive}, {&shape2, "shape2", Range::positive}});
}

template <class eT>
Var<eT> detail::weibull_lpdf(const Argument<eT>& x, const Argument<eT>& shape, const Argument<eT>& scale, Here at) {
  return density<rules::WeibullDensity, eT>(
      at, {{&x}, {&shape, "shape", Range::positive}, {&scale, "scale", Range::positive}});
}

template <class eT>
Var<eT> detail::poisson_lpmf(const Argument<eT>& x, const Argument<eT>& lambda, Here at) {
  return density<rules::PoissonDensity, eT>(at, {{&x}, {&lambda, "lambda", Range::not_negative}});
}

template <class eT>
Var<eT> detail::binomial_lpmf(const Argument<eT>& x, const Argument<eT>& size, const Argument<eT>& prob, Here at) {
  return density<rules::BinomialDensity, eT>(
      at, {{&x}, {&size, "size", Range::count}, {&prob, "prob", Range::probability}});
}

template <class eT>
Var<eT> detail::neg_binomial_lpmf(const Argument<eT>& x, const Argument<eT>& size, const Argument<eT>& mu, Here at) {
  return density<rules::NegativeBinomialDensity, eT>(
      at, {{&x}, {&size, "size", Range::positive}, {&mu, "mu", Range::not_negative}});
}

template <class eT>
Var<eT> detail::lchoose(const Argument<eT>& n, const Argument<eT>& k, Here at) {
  const auto [of, some] = on_one_tape("lchoose", n, k);
  return -log(of + 1.0, at) - armagrad::lbeta(of - some + 1.0, some + 1.0, at);
}

template <class eT>
Var<eT> detail::student_t_lpdf(const Argument<eT>& x, const Argument<eT>& df, const Argument<eT>& mean,
                               const Argument<eT>& sd, Here at) {
  const auto [y, n, m, given] = on_one_tape("student_t_lpdf", x, df, mean, sd);
  const Var<eT> s = required(sd, given, Range::positive, "student_t_lpdf", "sd");
  return detail::student_t_lpdf<eT>({(y - m) / s, at}, df, at) - log(s, at);
}

template <class eT>
Var<eT> detail::normpdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& sd, Here) {
  const auto [y, m, given] = on_one_tape("normpdf", x, mean, sd);
  const Var<eT> s = required(sd, given, Range::positive, "normpdf", "sd");
  return std::numbers::inv_sqrtpi / std::numbers::sqrt2 * gaussian(0.5, (y - m) / s) / s;
}

template <class eT>
Var<eT> detail::normcdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& sd, Here at) {
  const auto [y, m, given] = on_one_tape("normcdf", x, mean, sd);
  const Var<eT> s = required(sd, given, Range::positive, "normcdf", "sd");
  return 0.5 * erfc((m - y) / (std::numbers::sqrt2 * s), at);
}

template <class eT>
Var<eT> detail::norminv(const Argument<eT>& p, const Argument<eT>& mean, const Argument<eT>& sd, Here at) {
  const auto [q, m, given] = on_one_tape("norminv", p, mean, sd);
  const Var<eT> s = required(sd, given, Range::positive, "norminv", "sd");
  return m + s % armagrad::norminv(q, at);
}

// Gamma densities whose rate is the sum of the shapes, so that large terms cancel in each.
template <class eT>
Var<eT> detail::dirichlet_lpdf(const Argument<eT>& x, const Argument<eT>& alpha, Here at) {
  const auto [y, given] = on_one_tape("dirichlet_lpdf", x, alpha);
  const Var<eT> a = required(alpha, given, Range::positive, "dirichlet_lpdf", "alpha");
  if (a.n_rows != y.n_rows || (a.n_cols != y.n_cols && a.n_cols != 1))
    misuse("dirichlet_lpdf", at, incompatible(y.shape(), a.shape()));
  const Var<eT> total = sum(a, 0, at), all = spread(total, shape_of(1, y.n_cols));
  const Var<eT> parts = elementwise<rules::GammaDensity>(at, y, spread(a, y.shape()), spread(total, y.shape()));
  return sum(parts, 0, at) - elementwise<rules::GammaDensity>(at, 1.0, all, all);
}

template <class eT>
Var<eT> categorical_lpmf(const arma::uvec& classes, const Var<eT>& prob, Here at) {
  const uword n = classes.n_elem;
  if (prob.n_cols != n && prob.n_cols != 1)
    misuse("categorical_lpmf", at, std::to_string(n) + " classes and " + to_string(prob.shape()) + " probabilities");
  if (prob.n_rows == 0) return spread(prob.tape().constant(-arma::Datum<eT>::inf), shape_of(1, n));
  arma::uvec places(n);
  arma::Mat<eT> is_class(1, n);
  for (uword j = 0; j < n; ++j) {
    is_class[j] = classes[j] < prob.n_rows;
    places[j] = (is_class[j] != 0 ? classes[j] : 0) + (prob.n_cols == 1 ? 0 : j * prob.n_rows);
  }
  const Var<eT> p = required(Argument<eT>(prob, at), prob, Range::probability, "categorical_lpmf", "prob");
  const Var<eT> y = log(reshape(p.elem(places, at), 1, n, at), at);
  return arma::all(arma::vectorise(is_class)) ? y : where(is_class, y, -arma::Datum<eT>::inf, at);
}

template <class eT>
Var<eT> detail::multi_normal_lpdf(const Argument<eT>& x, const Argument<eT>& mean, const Argument<eT>& matrix,
                                  NormalMatrix given, Here at) {
  constexpr const char* names[] = {"multi_normal_cholesky_lpdf", "multi_normal_lpdf", "multi_normal_prec_lpdf"};
  const char* name = names[std::size_t(given)];
  const auto [y, m, A] = on_one_tape(name, x, mean, matrix);
  if (A.n_rows != A.n_cols || A.n_rows != y.n_rows) misuse(name, at, incompatible(A.shape(), y.shape()));
  if (m.n_rows != y.n_rows || (m.n_cols != y.n_cols && m.n_cols != 1))
    misuse(name, at, incompatible(y.shape(), m.shape()));
  const Var<eT> from_mean = y - spread(m, y.shape());
  const Var<eT> L = given == NormalMatrix::cholesky ? A : chol(A, "lower", at);
  const Var<eT> diagonal = required(Argument<eT>(L.diag(0, at), at), L.diag(0, at), Range::positive, name, "diagonal");
  const Var<eT> half_log_det = accu(log(diagonal, at), at);
  const Var<eT> z =
      given == NormalMatrix::precision ? multiply(L, true, from_mean, false) : solve(trimatl(L, at), from_mean, at);
  const Var<eT> y0 = -0.5 * sum(square(z, at), 0, at) - double(y.n_rows) * half_log_2pi;
  return given == NormalMatrix::precision ? y0 + half_log_det : y0 - half_log_det;
}

template <class eT>
Var<eT> detail::wishart_lpdf(const Argument<eT>& X, const Argument<eT>& df, const Argument<eT>& scale, Here at) {
  const auto [x, given, S] = on_one_tape("wishart_lpdf", X, df, scale);
  if (x.n_rows != x.n_cols || S.shape() != x.shape()) misuse("wishart_lpdf", at, incompatible(x.shape(), S.shape()));
  const double p = double(x.n_rows);
  // From gamma densities of (df - i) / 2, each with the powers that its own normalisation asks for.
  const Var<eT> n = required(Argument<eT>(as_scalar(given, at) - (p - 1), at), as_scalar(given, at) - (p - 1),
                             Range::positive, "wishart_lpdf", "df - (p - 1)") +
                    (p - 1);
  Var<eT> lgammas = n * 0.0 + p * (p - 1) / 4 * std::log(std::numbers::pi);
  for (uword i = 0; i < x.n_rows; ++i) lgammas = lgammas + lgamma(0.5 * (n - double(i)), at);
  return 0.5 * (n - (p + 1)) * log_det_sympd(x, at) - 0.5 * trace(solve(S, x, arma::solve_opts::likely_sympd, at), at) -
         0.5 * p * std::numbers::ln2 * n - 0.5 * n * log_det_sympd(S, at) - lgammas;
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                                       \
  template ARMAGRAD_EXPORT Var<eT> detail::lbeta(const Argument<eT>&, const Argument<eT>&, Here);                      \
  template ARMAGRAD_EXPORT Var<eT> detail::normal_lpdf(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&,  \
                                                       Here);                                                          \
  template ARMAGRAD_EXPORT Var<eT> detail::student_t_lpdf(const Argument<eT>&, const Argument<eT>&, Here);             \
  template ARMAGRAD_EXPORT Var<eT> detail::exponential_lpdf(const Argument<eT>&, const Argument<eT>&, Here);           \
  template ARMAGRAD_EXPORT Var<eT> detail::gamma_lpdf(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&,   \
                                                      Here);                                                           \
  template ARMAGRAD_EXPORT Var<eT> detail::beta_lpdf(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&,    \
                                                     Here);                                                            \
  template ARMAGRAD_EXPORT Var<eT> detail::weibull_lpdf(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&, \
                                                        Here);                                                         \
  template ARMAGRAD_EXPORT Var<eT> detail::poisson_lpmf(const Argument<eT>&, const Argument<eT>&, Here);               \
  template ARMAGRAD_EXPORT Var<eT> detail::binomial_lpmf(const Argument<eT>&, const Argument<eT>&,                     \
                                                         const Argument<eT>&, Here);                                   \
  template ARMAGRAD_EXPORT Var<eT> detail::neg_binomial_lpmf(const Argument<eT>&, const Argument<eT>&,                 \
                                                             const Argument<eT>&, Here);                               \
  template ARMAGRAD_EXPORT Var<eT> detail::normpdf(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&,      \
                                                   Here);                                                              \
  template ARMAGRAD_EXPORT Var<eT> detail::normcdf(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&,      \
                                                   Here);                                                              \
  template ARMAGRAD_EXPORT Var<eT> detail::norminv(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&,      \
                                                   Here);                                                              \
  template ARMAGRAD_EXPORT Var<eT> detail::lchoose(const Argument<eT>&, const Argument<eT>&, Here);                    \
  template ARMAGRAD_EXPORT Var<eT> detail::student_t_lpdf(const Argument<eT>&, const Argument<eT>&,                    \
                                                          const Argument<eT>&, const Argument<eT>&, Here);             \
  template ARMAGRAD_EXPORT Var<eT> detail::dirichlet_lpdf(const Argument<eT>&, const Argument<eT>&, Here);             \
  template ARMAGRAD_EXPORT Var<eT> categorical_lpmf(const arma::uvec&, const Var<eT>&, Here);                          \
  template ARMAGRAD_EXPORT Var<eT> detail::multi_normal_lpdf(const Argument<eT>&, const Argument<eT>&,                 \
                                                             const Argument<eT>&, NormalMatrix, Here);                 \
  template ARMAGRAD_EXPORT Var<eT> detail::wishart_lpdf(const Argument<eT>&, const Argument<eT>&, const Argument<eT>&, \
                                                        Here);
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

template ARMAGRAD_EXPORT const std::vector<OperationGetter<double>>& detail::operations<double, DensityRules>();
template ARMAGRAD_EXPORT const std::vector<OperationGetter<float>>& detail::operations<float, DensityRules>();

}  // namespace armagrad
