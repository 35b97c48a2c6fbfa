// Functions of whole matrices.

#include <armagrad/ops/decompositions.hpp>
#include <armagrad/ops/least_squares.hpp>
#include <armagrad/ops/matrix_functions.hpp>
#include <armagrad/ops/softmax.hpp>
#include <armagrad/ops/statistics.hpp>
#include "autograd/src/rules/all_rules.hpp"

#include "product.hpp"
#include "shape_rules.hpp"

namespace armagrad::apps {
using namespace detail;

namespace {

using V = Var<double>;

/// f(x), where x is a vector if it is one at run time: in a formula nothing else says so.
V by_shape(const V& x, auto f) {
  if (x.n_rows == 1 || x.n_cols == 1) return f(VectorVar<double>(x));
  return f(x);
}
/// f(x, dim), or f(x) where no dim is given.
V along(const Call& c, auto f) {
  if (const auto dim = c.dim(1)) return f(c[0], *dim);
  return by_shape(c[0], f);
}
/// f(x, p, dim), f(x, p) or f(x, `otherwise`).
V along_second(const Call& c, uword otherwise, auto f) {
  const uword p = c.size() > 1 ? c.count(1) : otherwise;
  if (const auto dim = c.dim(2)) return f(c[0], p, *dim);
  return by_shape(c[0], [&](const auto& x) { return V(f(x, p)); });
}
V extreme(const Call& c, auto f) {
  if (c.size() == 2 && !is_literal_number(c[1])) return f(c[0], c[1]);
  return along(c, f);
}
V norm_of(const Call& c) {
  if (c.size() == 1) return norm(c[0]);
  if (c.argument(1).text) return norm(c[0], c.text(1).c_str());
  if (is_literal_number(c[1])) return norm(c[0], c.count(1));
  if (c[0].n_rows != 1 && c[0].n_cols != 1) throw std::logic_error("a matrix's norm is 1, 2 or \"fro\"");
  return pow(accu(pow(abs(c[0]), c[1])), 1 / c[1]);
}
V product(const Call& c) {
  const bool is_vector = c[0].n_rows == 1 || c[0].n_cols == 1;
  return product_of_entries(c[0], c.dim(1).value_or(is_vector && c[0].n_rows == 1));
}
V filled(const Call& c, double number) {
  check_entries(double(c.count(0)) * double(c.count(1)));
  return spread(c[0].tape().constant(number), shape_of(c.count(0), c.count(1)));
}
V identity(const Call& c) { return c[0].tape().constant(arma::mat(c.count(0), c.count(1), arma::fill::eye)); }
V joined(const Call& c, uword dim) {
  V all = c[0];
  for (std::size_t k = 1; k < c.size(); ++k) all = dim == 0 ? join_cols(all, c[k]) : join_rows(all, c[k]);
  return all;
}

V entry(const Call& c) { return c.size() == 2 ? c[0](c.count(1)) : c[0](c.count(1), c.count(2)); }
V sorted(const Call& c) {
  const std::string order = c.size() > 1 ? c.text(1) : "ascend";
  if (const auto dim = c.dim(2)) return sort(c[0], order.c_str(), *dim);
  return by_shape(c[0], [&](const auto& x) { return V(sort(x, order.c_str())); });
}

// The reverse of cumsum, submat, repmat, sort and eig_sym: what formulas of their gradients are made of.
V summed_up(const Call& c) {
  if (c.size() < 3) return along(c, [](const auto&... a) { return cumsum(a...); });
  if (c.text(2) != "reversed") throw std::logic_error("sums are \"reversed\" or not");
  return running_sums(c[0], *c.dim(1), true);
}
V among_zeros(const Call& c) {
  const Shape to = shape_of(c.count(3), c.count(4));
  check_entries(double(to.size()));
  if (c.count(1) + c[0].n_rows > to.rows || c.count(2) + c[0].n_cols > to.cols)
    throw std::logic_error("a matrix of " + to_string(c[0].shape()) + " has no place there");
  return placed(c[0], Place{std::uint32_t(c.count(1)), std::uint32_t(c.count(2)), to});
}
V unit_vector(const Call& c) {
  arma::vec e(c.count(0), arma::fill::zeros);
  if (c.count(1) >= e.n_elem) throw std::logic_error("no entry " + std::to_string(c.count(1)));
  e(c.count(1)) = 1;
  return c[0].tape().constant(e);
}
V sum_of_blocks(const Call& c) {
  const uword down = c.count(1), across = c.count(2);
  if (down == 0 || across == 0 || c[0].n_rows % down || c[0].n_cols % across)
    throw std::logic_error(to_string(c[0].shape()) + " is not made of such blocks");
  return folded(c[0], down, across);
}
V sorted_like(const Call& c, bool back) {
  if (c[0].shape() != c[1].shape()) throw std::logic_error(incompatible(c[0].shape(), c[1].shape()));
  const Order order{std::uint8_t(*c.dim(3)), c.text(2) == "descend", back};
  return arranged(c[0], c[1], order);
}
V upside_down(const Call& c) {
  if (c[0].n_rows == 0) return c[0];
  return c[0].rows(arma::reverse(arma::regspace<arma::uvec>(0, c[0].n_rows - 1)));
}
V vectors_of(const Call& c) {
  V values, vectors;
  eig_sym(values, vectors, c[0]);
  return vectors;
}
V singular_vectors(const V& x, bool left) {
  V u, s, v;
  svd_econ(u, s, v, x);
  return left ? u : v;
}

// clang-format off
const Function matrix_table[] = {
    {"accu(x)", shape::number, [](const Call& c) -> V { return accu(c[0]); }},
    {"as_scalar(x)", shape::one, [](const Call& c) -> V { return c[0]; }},
    {"at(x, i[, j])", shape::entry, entry},
    {"chol(A[, \"lower\"])", shape::square, [](const Call& c) -> V { return c.size() > 1 ? chol(c[0], c.text(1).c_str()) : chol(c[0]); }},
    {"col(x, j)", shape::col, [](const Call& c) -> V { return c[0].col(c.count(1)); }},
    {"cols(x, first, last)", shape::cols, [](const Call& c) -> V { return c[0].cols(c.count(1), c.count(2)); }},
    {"cosmat(A)", shape::square, [](const Call& c) -> V { return cosmat(c[0]); }},
    {"cumsum(x[, dim, \"reversed\"])", shape::along, summed_up},
    {"det(A)", shape::square_number, [](const Call& c) -> V { return det(c[0]); }},
    {"diag(x)", shape::diagonal, [](const Call& c) -> V { return c[0].n_rows == 1 || c[0].n_cols == 1 ? V(diagmat(c[0])) : V(diagvec(c[0])); }},
    {"diagmat(x)", shape::diagmat, [](const Call& c) -> V { return diagmat(c[0]); }},
    {"diagvec(A)", shape::diagvec, [](const Call& c) -> V { return diagvec(c[0]); }},
    {"dot(a, b)", shape::dot, [](const Call& c) -> V { return dot(c[0], c[1]); }},
    {"each_col(x)", shape::same, [](const Call& c) -> V { return c[0]; }, Each::col},
    {"each_row(x)", shape::same, [](const Call& c) -> V { return c[0]; }, Each::row},
    {"eig_sym(A)", shape::eigenvalues, [](const Call& c) -> V { return eig_sym(c[0]); }},
    {"eigenvectors(A)", shape::square, vectors_of},
    {"expmat(A)", shape::square, [](const Call& c) -> V { return expmat(c[0]); }},
    {"eye(rows, cols)", shape::filled, identity},
    {"first_max(x[, dim])", shape::along, [](const Call& c) -> V { return first_max(c[0], max(c[0], c.dim(1).value_or(0)), c.dim(1).value_or(0)); }},
    {"folded(x, down, across)", shape::folded, sum_of_blocks},
    {"head_cols(x, n)", shape::head_cols, [](const Call& c) -> V { return c[0].head_cols(c.count(1)); }},
    {"head_rows(x, n)", shape::head_rows, [](const Call& c) -> V { return c[0].head_rows(c.count(1)); }},
    {"index_max(x)", shape::number, [](const Call& c) -> V { return c[0].tape().constant(double(c[0].value().index_max())); }},
    {"index_min(x)", shape::number, [](const Call& c) -> V { return c[0].tape().constant(double(c[0].value().index_min())); }},
    {"inv(A)", shape::square, [](const Call& c) -> V { return inv(c[0]); }},
    {"inv_sympd(A)", shape::square, [](const Call& c) -> V { return inv_sympd(c[0]); }},
    {"join_cols(a, b[, c, d])", shape::join_cols, [](const Call& c) -> V { return joined(c, 0); }},
    {"join_rows(a, b[, c, d])", shape::join_rows, [](const Call& c) -> V { return joined(c, 1); }},
    {"kron(a, b)", shape::kron, [](const Call& c) -> V { return check_entries(double(c[0].n_elem) * double(c[1].n_elem)), kron(c[0], c[1]); }},
    {"left_vectors(A)", shape::left_vectors, [](const Call& c) -> V { return singular_vectors(c[0], true); }},
    {"log_det(A)", shape::square_number, [](const Call& c) -> V { return log_det(c[0]); }},
    {"log_det_sympd(A)", shape::square_number, [](const Call& c) -> V { return log_det_sympd(c[0]); }},
    {"log_softmax(x[, dim])", shape::along, [](const Call& c) -> V { return log_softmax(c[0], c.softmax_dim(1)); }},
    {"logmat(A)", shape::square, [](const Call& c) -> V { return logmat(c[0]); }},
    {"logsumexp(x[, dim])", shape::logsumexp, [](const Call& c) -> V { return logsumexp(c[0], c.softmax_dim(1)); }},
    {"max(x[, dim or b])", shape::extreme, [](const Call& c) -> V { return extreme(c, [](const auto&... a) { return max(a...); }); }},
    {"mean(x[, dim])", shape::reduced, [](const Call& c) -> V { return along(c, [](const auto&... a) { return mean(a...); }); }},
    {"min(x[, dim or b])", shape::extreme, [](const Call& c) -> V { return extreme(c, [](const auto&... a) { return min(a...); }); }},
    {"norm(x[, p or \"fro\"])", shape::number, norm_of},
    {"normalise(x[, p, dim])", shape::same, [](const Call& c) -> V { return along_second(c, 2, [](const auto&... a) { return normalise(a...); }); }},
    {"ones(rows, cols)", shape::filled, [](const Call& c) -> V { return filled(c, 1); }},
    {"over_gaps(A, w)", shape::over_gaps, [](const Call& c) -> V { return over_gaps(c[0], c[1]); }},
    {"pinv(A)", shape::transpose, [](const Call& c) -> V { return pinv(c[0]); }},
    {"placed(x, row, col, rows, cols)", shape::placed, among_zeros},
    {"prod(x[, dim])", shape::reduced, product},
    {"repmat(x, down, across)", shape::repmat, [](const Call& c) -> V { return check_entries(double(c[0].n_elem) * double(c.count(1)) * double(c.count(2))), repmat(c[0], c.count(1), c.count(2)); }},
    {"reshape(x, rows, cols)", shape::reshape, [](const Call& c) -> V { return reshape(c[0], c.count(1), c.count(2)); }},
    {"reverse(x)", shape::same, upside_down},
    {"right_vectors(A)", shape::right_vectors, [](const Call& c) -> V { return singular_vectors(c[0], false); }},
    {"row(x, i)", shape::row, [](const Call& c) -> V { return c[0].row(c.count(1)); }},
    {"rows(x, first, last)", shape::rows, [](const Call& c) -> V { return c[0].rows(c.count(1), c.count(2)); }},
    {"sinmat(A)", shape::square, [](const Call& c) -> V { return sinmat(c[0]); }},
    {"softmax(x[, dim])", shape::along, [](const Call& c) -> V { return softmax(c[0], c.softmax_dim(1)); }},
    {"solve(A, B)", shape::solve, [](const Call& c) -> V { return solve(c[0], c[1]); }},
    {"sort(x[, \"descend\", dim])", shape::same, sorted},
    {"sorted_back(x, by, order, dim)", shape::sorted_back, [](const Call& c) -> V { return sorted_like(c, true); }},
    {"sorted_by(x, by, order, dim)", shape::sorted_back, [](const Call& c) -> V { return sorted_like(c, false); }},
    {"sqrtmat_sympd(A)", shape::square, [](const Call& c) -> V { return sqrtmat_sympd(c[0]); }},
    {"stddev(x[, norm_type, dim])", shape::reduced_second, [](const Call& c) -> V { return along_second(c, 0, [](const auto&... a) { return stddev(a...); }); }},
    {"submat(x, row1, col1, row2, col2)", shape::submat, [](const Call& c) -> V { return c[0].submat(c.count(1), c.count(2), c.count(3), c.count(4)); }},
    {"sum(x[, dim])", shape::reduced, [](const Call& c) -> V { return along(c, [](const auto&... a) { return sum(a...); }); }},
    {"svd(A)", shape::singular_values, [](const Call& c) -> V { return svd(c[0]); }},
    {"syl(A, B, C)", shape::syl, [](const Call& c) -> V { return syl(c[0], c[1], c[2]); }},
    {"tail_cols(x, n)", shape::head_cols, [](const Call& c) -> V { return c[0].tail_cols(c.count(1)); }},
    {"tail_rows(x, n)", shape::head_rows, [](const Call& c) -> V { return c[0].tail_rows(c.count(1)); }},
    {"trace(A)", shape::square_number, [](const Call& c) -> V { return trace(c[0]); }},
    {"trans(x)", shape::transpose, [](const Call& c) -> V { return c[0].t(); }},
    {"trimatl(A)", shape::square, [](const Call& c) -> V { return trimatl(c[0]); }},
    {"trimatu(A)", shape::square, [](const Call& c) -> V { return trimatu(c[0]); }},
    {"unit(n, i)", shape::unit, unit_vector},
    {"var(x[, norm_type, dim])", shape::reduced_second, [](const Call& c) -> V { return along_second(c, 0, [](const auto&... a) { return var(a...); }); }},
    {"vecnorm(x[, p, dim])", shape::column_norms, [](const Call& c) -> V { return vecnorm(c[0], c.size() > 1 ? c.count(1) : 2, c.dim(2).value_or(0)); }},
    {"vectorise(x[, dim])", shape::vectorise, [](const Call& c) -> V { return vectorise(c[0], c.size() > 1 ? c.count(1) : 0); }},
    {"zeros(rows, cols)", shape::filled, [](const Call& c) -> V { return filled(c, 0); }},
};
// clang-format on

}  // namespace

std::span<const Function> matrix_functions() { return matrix_table; }

}  // namespace armagrad::apps
