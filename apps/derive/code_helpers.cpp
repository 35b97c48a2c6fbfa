#include "code_helpers.hpp"

namespace armagrad::apps {

namespace {

// clang-format off
constexpr Helper table[] = {
    {">", "greater", true, "double greater(double a, double b) { return a > b; }\n"},
    {"<", "less", true, "double less(double a, double b) { return a < b; }\n"},
    {">=", "greater_equal", true, "double greater_equal(double a, double b) { return a >= b; }\n"},
    {"<=", "less_equal", true, "double less_equal(double a, double b) { return a <= b; }\n"},
    {"==", "equal", true, "double equal(double a, double b) { return a == b; }\n"},
    {"!=", "not_equal", true, "double not_equal(double a, double b) { return a != b; }\n"},
    {"atan2", "atan2_of", true, "double atan2_of(double y, double x) { return std::atan2(y, x); }\n"},
    {"clamp", "clamp_of", true, "double clamp_of(double x, double low, double high) { return x < low ? low : x > high ? high : x; }\n"},
    {"elu", "elu", true, "double elu(double x, double alpha = 1) { return x > 0 ? x : alpha * std::expm1(x); }\n"},
    {"exp10", "exp10_of", true, "double exp10_of(double x) { return std::pow(10.0, x); }\n"},
    {"gelu", "gelu", true, "double gelu(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }\n"},
    {"hypot", "hypot_of", true, "double hypot_of(double a, double b) { return std::hypot(a, b); }\n"},
    {"leaky_relu", "leaky_relu", true, "double leaky_relu(double x, double slope = 0.01) { return x > 0 ? x : slope * x; }\n"},
    {"relu", "relu", true, "double relu(double x) { return x > 0 ? x : 0; }\n"},
    {"sigmoid", "sigmoid", true, "double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }\n"},
    {"sign", "sign_of", true, "double sign_of(double x) { return (x > 0) - (x < 0); }\n"},
    {"silu", "silu", true, "double silu(double x) { return x / (1 + std::exp(-x)); }\n"},
    {"softplus", "softplus", true, "double softplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))); }\n"},
    {"square", "square_of", true, "double square_of(double x) { return x * x; }\n"},
    {"stop_gradient", "value_of", true, "double value_of(double x) { return x; }\n"},
    {"where", "where", true, "double where(double c, double a, double b) { return c != 0 ? a : b; }\n"},
    {"xlogy", "xlogy", true, "double xlogy(double a, double b) { return a == 0 && b == 0 ? 0 : a * std::log(b); }\n"},
    {"pow", "power", true, "double power(double a, double b) { return std::pow(a, b); }\n"},
    {"max", "larger", true, "double larger(double a, double b) { return a >= b ? a : b; }\n"},
    {"min", "smaller", true, "double smaller(double a, double b) { return a <= b ? a : b; }\n"},
    {"first_max", "first_max", false,
     "arma::mat first_max(const arma::mat& x, arma::uword dim) {\n"
     "  arma::mat y(arma::size(x), arma::fill::zeros);\n"
     "  const arma::umat at = arma::index_max(x, dim);\n"
     "  for (arma::uword i = 0; i < at.n_elem; ++i) (dim == 0 ? y.at(at[i], i) : y.at(i, at[i])) = 1;\n"
     "  return y;\n"
     "}\n"},
    {"placed", "placed", false,
     "arma::mat placed(const arma::mat& x, arma::uword row, arma::uword col, arma::uword rows, arma::uword cols) {\n"
     "  arma::mat y(rows, cols, arma::fill::zeros);\n"
     "  y.submat(row, col, arma::size(x)) = x;\n"
     "  return y;\n"
     "}\n"},
    {"folded", "folded", false,
     "arma::mat folded(const arma::mat& x, arma::uword down, arma::uword across) {\n"
     "  const arma::uword rows = x.n_rows / down, cols = x.n_cols / across;\n"
     "  arma::mat y(rows, cols, arma::fill::zeros);\n"
     "  for (arma::uword i = 0; i < down; ++i)\n"
     "    for (arma::uword j = 0; j < across; ++j) y += x.submat(i * rows, j * cols, arma::size(y));\n"
     "  return y;\n"
     "}\n"},
    {"cumsum", "cumsum", false,
     "arma::mat cumsum(const arma::mat& x, arma::uword dim, const char* reversed = nullptr) {\n"
     "  if (!reversed) return arma::cumsum(x, dim);\n"
     "  const arma::mat y = arma::reverse(x, dim);\n"
     "  return arma::reverse(arma::cumsum(y, dim), dim);\n"
     "}\n"},
    {"eigenvectors", "eigenvectors", false,
     "arma::mat eigenvectors(const arma::mat& x) {\n"
     "  arma::vec w;\n"
     "  arma::mat v;\n"
     "  arma::eig_sym(w, v, arma::mat((x + x.t()) / 2));\n"
     "  return v;\n"
     "}\n"},
    {"sinmat", "sinmat", false,
     "arma::mat sinmat(const arma::mat& x) {\n"
     "  return arma::imag(arma::expmat(arma::cx_mat(arma::mat(arma::size(x), arma::fill::zeros), x)));\n"
     "}\n"},
    {"cosmat", "cosmat", false,
     "arma::mat cosmat(const arma::mat& x) {\n"
     "  return arma::real(arma::expmat(arma::cx_mat(arma::mat(arma::size(x), arma::fill::zeros), x)));\n"
     "}\n"},
    {"left_vectors", "left_vectors", false,
     "arma::mat left_vectors(const arma::mat& x) {\n"
     "  arma::vec s;\n"
     "  arma::mat u, v;\n"
     "  arma::svd_econ(u, s, v, x);\n"
     "  return u;\n"
     "}\n"},
    {"right_vectors", "right_vectors", false,
     "arma::mat right_vectors(const arma::mat& x) {\n"
     "  arma::vec s;\n"
     "  arma::mat u, v;\n"
     "  arma::svd_econ(u, s, v, x);\n"
     "  return v;\n"
     "}\n"},
    {"over_gaps", "over_gaps", false,
     "arma::mat over_gaps(const arma::mat& m, const arma::mat& w) {\n"
     "  arma::mat y = m;\n"
     "  for (arma::uword j = 0; j < y.n_cols; ++j)\n"
     "    for (arma::uword i = 0; i < y.n_rows; ++i)\n"
     "      if (i != j) y.at(i, j) /= w[j] - w[i];\n"
     "  return y;\n"
     "}\n"},
    {"sorted_by", "sorted_by", false,
     "arma::mat sorted_by(const arma::mat& x, const arma::mat& by, const char* order, arma::uword dim) {\n"
     "  if (dim == 1) return sorted_by(x.t(), by.t(), order, 0).t();\n"
     "  arma::mat y(arma::size(x));\n"
     "  for (arma::uword j = 0; j < x.n_cols; ++j) {\n"
     "    const arma::uvec place = arma::stable_sort_index(by.col(j), order);\n"
     "    for (arma::uword i = 0; i < x.n_rows; ++i) y.at(i, j) = x.at(place[i], j);\n"
     "  }\n"
     "  return y;\n"
     "}\n"},
    {"sorted_back", "sorted_back", false,
     "arma::mat sorted_back(const arma::mat& x, const arma::mat& by, const char* order, arma::uword dim) {\n"
     "  if (dim == 1) return sorted_back(x.t(), by.t(), order, 0).t();\n"
     "  arma::mat y(arma::size(x));\n"
     "  for (arma::uword j = 0; j < x.n_cols; ++j) {\n"
     "    const arma::uvec place = arma::stable_sort_index(by.col(j), order);\n"
     "    for (arma::uword i = 0; i < x.n_rows; ++i) y.at(place[i], j) = x.at(i, j);\n"
     "  }\n"
     "  return y;\n"
     "}\n"},
    {"logsumexp", "logsumexp", false,
     "arma::mat logsumexp(const arma::mat& x, arma::uword dim) {\n"
     "  const arma::mat top = arma::max(x, dim);\n"
     "  return top + arma::log(arma::sum(arma::exp(dim == 0 ? x.each_row() - top : x.each_col() - top), dim));\n"
     "}\n"},
    {"log_softmax", "log_softmax", false,
     "arma::mat log_softmax(const arma::mat& x, arma::uword dim) {\n"
     "  const arma::mat top = arma::max(x, dim), z = dim == 0 ? x.each_row() - top : x.each_col() - top;\n"
     "  const arma::mat total = arma::log(arma::sum(arma::exp(z), dim));\n"
     "  return dim == 0 ? z.each_row() - total : z.each_col() - total;\n"
     "}\n"},
    {"softmax", "softmax", false,
     "arma::mat softmax(const arma::mat& x, arma::uword dim) {\n"
     "  const arma::mat top = arma::max(x, dim), e = arma::exp(dim == 0 ? x.each_row() - top : x.each_col() - top);\n"
     "  const arma::mat total = arma::sum(e, dim);\n"
     "  return dim == 0 ? e.each_row() / total : e.each_col() / total;\n"
     "}\n"},
    {"vecnorm", "vecnorm", false,
     "arma::mat vecnorm(const arma::mat& x, arma::uword p, arma::uword dim) {\n"
     "  if (p == 1) return arma::sum(arma::abs(x), dim);\n"
     "  return arma::sqrt(arma::sum(arma::square(x), dim));\n"
     "}\n"},
};
// clang-format on

}  // namespace

std::span<const Helper> code_helpers() { return table; }

const std::string_view entrywise_helper =
    "inline double entry(double x, arma::uword) { return x; }\n"
    "inline double entry(const arma::mat& x, arma::uword i) { return x[i]; }\n"
    "template <class F, class... X>\n"
    "arma::mat entrywise(const arma::SizeMat& size, F f, const X&... x) {\n"
    "  arma::mat y(size);\n"
    "  for (arma::uword i = 0; i < y.n_elem; ++i) y[i] = f(entry(x, i)...);\n"
    "  return y;\n"
    "}\n";

}  // namespace armagrad::apps
