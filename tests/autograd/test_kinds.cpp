#define BOOST_TEST_MODULE kinds
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::span;

/// What an operation gave: a number, or a matrix of which the type says that it is a column, a row or one of the two.
struct Outcome {
  bool number, column, row, vector;
  mat value;
};

template <class T>
requires(!AnyVar<T>) Outcome outcome(const T& x) {
  if constexpr (std::is_arithmetic_v<T>)
    return {true, false, false, false, mat{double(x)}};
  else
    return {false, T::is_col, T::is_row, T::is_col || T::is_row || T::is_xvec, arma::conv_to<mat>::from(x)};
}
template <AnyVar V>
Outcome outcome(const V& x) {
  const bool number = V::kind == Kind::number;
  BOOST_TEST((number == node_of(x).is_scalar));
  return {number, V::is_col, V::is_row, V::is_col || V::is_row || V::is_xvec, x.value()};
}

/// The operation applied to the same matrix as Armadillo has it, and as a Var of its kind. Of a row times a column
/// Armadillo has both traits; of sums of columns only is_xvec. Other types say `exactly` what Armadillo's do, or more.
template <bool exactly, class X, class F>
void compare(const char* text, const char* of, const X& x, F f) {
  Tape<double> tape;
  const auto v = tape.variable(x);
  static_assert(v.is_col == X::is_col && v.is_row == X::is_row);
  const Outcome due = f(x), found = f(v);
  BOOST_TEST_CONTEXT(text << " of a " << of << " of " << x.n_rows << "x" << x.n_cols) {
    BOOST_TEST(due.number == found.number);
    BOOST_TEST(error(found.value, due.value) < 1e-14);
    if (due.column && !due.row) BOOST_TEST(found.column);
    if (due.row && !due.column) BOOST_TEST(found.row);
    if (due.vector) BOOST_TEST(found.vector);
    if (exactly) BOOST_TEST(due.vector == found.vector);
    if (found.column) BOOST_TEST(found.value.n_cols == 1u);
    if (found.row) BOOST_TEST(found.value.n_rows == 1u);
  }
}

template <bool exactly, class F>
void of_every_kind(const char* text, F f) {
  for (const auto& [rows, cols] : {std::pair(1, 1), {1, 4}, {4, 1}, {3, 4}, {3, 3}})
    compare<exactly>(text, "mat", mat(arma::randu<mat>(rows, cols) + 0.1), f);
  for (const int n : {1, 4}) {
    compare<exactly>(text, "vec", arma::vec(arma::randu<arma::vec>(n) + 0.1), f);
    compare<exactly>(text, "rowvec", arma::rowvec(arma::randu<arma::rowvec>(n) + 0.1), f);
  }
}

// Inside of the call, so that what Armadillo's expressions refer to is still there. Of doubles there are functions in
// Armadillo's namespace alone.
#define COMPARE(exactly, expression)                      \
  of_every_kind<exactly>(#expression, [](const auto& x) { \
    using arma::cumsum, arma::max, arma::sum;             \
    return outcome(expression);                           \
  })
#define OF_EVERY_KIND(expression) COMPARE(true, expression)
#define SAYING_MORE(expression) COMPARE(false, expression)

template <class A, class B>
constexpr bool is = std::is_same_v<std::remove_cvref_t<A>, B>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(entries_one_by_one) {
  OF_EVERY_KIND(-x);
  OF_EVERY_KIND(exp(x));
  OF_EVERY_KIND(sqrt(abs(x)));
  SAYING_MORE(pow(x, 3.0));
  OF_EVERY_KIND(clamp(x, 0.3, 0.7));
  OF_EVERY_KIND(x + 1);
  OF_EVERY_KIND(2 - x);
  OF_EVERY_KIND(x * 2);
  OF_EVERY_KIND(2 * x);
  OF_EVERY_KIND(1 / x);
  OF_EVERY_KIND(x / 2);
  OF_EVERY_KIND(x + x);
  OF_EVERY_KIND(x - x);
  OF_EVERY_KIND(x % exp(x));
  OF_EVERY_KIND(x / square(x));
  OF_EVERY_KIND(max(x, exp(-x)));
  OF_EVERY_KIND(min(x, exp(-x)));
  OF_EVERY_KIND(atan2(x, square(x)));
  OF_EVERY_KIND(hypot(x, square(x)));
  OF_EVERY_KIND(sum(x) * 2 + 1);
  OF_EVERY_KIND(accu(x) * 2 + 1);
}

BOOST_AUTO_TEST_CASE(reductions_without_a_dim) {
  OF_EVERY_KIND(accu(x));
  OF_EVERY_KIND(sum(x));
  OF_EVERY_KIND(mean(x));
  OF_EVERY_KIND(max(x));
  OF_EVERY_KIND(min(x));
  OF_EVERY_KIND(prod(x));
  OF_EVERY_KIND(var(x));
  OF_EVERY_KIND(var(x, 1));
  OF_EVERY_KIND(stddev(x));
  OF_EVERY_KIND(sum(sum(x)));
  OF_EVERY_KIND(mean(log(sum(exp(x), 0))));
  OF_EVERY_KIND(sum(square(mean(x, 1))));
  OF_EVERY_KIND(max(sum(x.t())));
  OF_EVERY_KIND(sum(x.t() * x));
  OF_EVERY_KIND(sum(x * x.t()));
  OF_EVERY_KIND(sum(x.row(0)));
  OF_EVERY_KIND(max(x.col(0)));
  OF_EVERY_KIND(mean(x.cols(0, 0)));
  OF_EVERY_KIND(mean(x.rows(0, 0)));
  OF_EVERY_KIND(dot(x, exp(x)));
  OF_EVERY_KIND(norm(x));
  OF_EVERY_KIND(norm(x, 1));
}

BOOST_AUTO_TEST_CASE(along_a_dim) {
  OF_EVERY_KIND(sum(x, 0));
  OF_EVERY_KIND(sum(x, 1));
  OF_EVERY_KIND(mean(x, 0));
  OF_EVERY_KIND(max(x, 1));
  OF_EVERY_KIND(min(x, 0));
  OF_EVERY_KIND(prod(x, 1));
  OF_EVERY_KIND(var(x, 0, 1));
  OF_EVERY_KIND(stddev(x, 0, 0));
}

BOOST_AUTO_TEST_CASE(what_keeps_the_shape) {
  OF_EVERY_KIND(cumsum(x));
  OF_EVERY_KIND(sort(x));
  OF_EVERY_KIND(sort(x, "descend"));
  OF_EVERY_KIND(normalise(x));
  OF_EVERY_KIND(normalise(x, 1));
  OF_EVERY_KIND(cumsum(sum(x)));
  OF_EVERY_KIND(sort(x.row(0)));
  OF_EVERY_KIND(sort(x.col(0)));
  SAYING_MORE(sort(x, "ascend", 0));
  SAYING_MORE(cumsum(x, 1));
}

BOOST_AUTO_TEST_CASE(transposes_and_products) {
  OF_EVERY_KIND(x.t());
  OF_EVERY_KIND(x.st());
  OF_EVERY_KIND(trans(x));
  OF_EVERY_KIND(strans(x));
  OF_EVERY_KIND(x.t() * x * x.t());
  OF_EVERY_KIND(x.t() * mat(x.n_rows, 2, arma::fill::ones));
  OF_EVERY_KIND(mat(2, x.n_rows, arma::fill::ones) * x);
  OF_EVERY_KIND(x * arma::vec(x.n_cols, arma::fill::ones));
  OF_EVERY_KIND(arma::rowvec(x.n_rows, arma::fill::ones) * x);
  OF_EVERY_KIND(accu(x) * x);
  SAYING_MORE(kron(x, x));
}

BOOST_AUTO_TEST_CASE(parts) {
  OF_EVERY_KIND(x(0));
  OF_EVERY_KIND(x(0, 0));
  OF_EVERY_KIND(x.submat(0, 0, 0, 0));
  OF_EVERY_KIND(x(span(0, 0), span::all));
  OF_EVERY_KIND(x(0, span::all));
  OF_EVERY_KIND(x(span::all, 0));
  OF_EVERY_KIND(x.head_rows(1));
  OF_EVERY_KIND(x.tail_rows(1));
  OF_EVERY_KIND(x.head_cols(1));
  OF_EVERY_KIND(x.tail_cols(1));
  OF_EVERY_KIND(x.elem(arma::uvec{0, 0}));
  OF_EVERY_KIND(vectorise(x));
  OF_EVERY_KIND(vectorise(x, 1));
  OF_EVERY_KIND(reshape(x, x.n_elem, 1));
  OF_EVERY_KIND(join_cols(x, x));
  OF_EVERY_KIND(join_rows(x, x));
  SAYING_MORE(join_cols(x, x, x));
  OF_EVERY_KIND(diagmat(x));
  OF_EVERY_KIND(diagvec(x));
  OF_EVERY_KIND(repmat(x, 2, 3));
}

BOOST_AUTO_TEST_CASE(linear_algebra) {
  SAYING_MORE(solve(x.t() * x + arma::mat(x.n_cols, x.n_cols, arma::fill::eye), x.t()));
  SAYING_MORE(solve(mat(x.n_rows, x.n_rows, arma::fill::eye), x));
  OF_EVERY_KIND(det(x * x.t() + mat(x.n_rows, x.n_rows, arma::fill::eye)));
  OF_EVERY_KIND(inv(x * x.t() + mat(x.n_rows, x.n_rows, arma::fill::eye)));
  OF_EVERY_KIND(trace(x * x.t()));
  OF_EVERY_KIND(svd(x));
  OF_EVERY_KIND(eig_sym(x * x.t()));
}

// Of mixed kinds the result says what either says.
BOOST_AUTO_TEST_CASE(pairs_of_kinds) {
  Tape<double> tape;
  const auto m = tape.variable(mat(3, 3));
  const auto c = tape.variable(arma::vec(3));
  const auto r = tape.variable(arma::rowvec(3));
  const auto n = tape.variable(2.0);
  static_assert(is<decltype(m), Var<double>> && is<decltype(c), ColVar<double>>);
  static_assert(is<decltype(r), RowVar<double>> && is<decltype(n), NumberVar<double>>);
  static_assert(is<decltype(m * c), ColVar<double>> && is<decltype(r * m), RowVar<double>>);
  static_assert(is<decltype(c * r), Var<double>> && is<decltype(n * r), RowVar<double>>);
  static_assert(is<decltype(c.t() * m), RowVar<double>> && is<decltype(r.t()), ColVar<double>>);
  static_assert(is<decltype(n * n - 1 / n), NumberVar<double>> && is<decltype(max(n, n)), NumberVar<double>>);
  static_assert(is<decltype(m + arma::vec(3)), ColVar<double>> && is<decltype(arma::rowvec(3) - m), RowVar<double>>);
  static_assert(is<decltype(where(c > 0, c, 0.0)), ColVar<double>> && is<decltype(n > c), ColVar<double>>);
  static_assert(is<decltype(join_cols(n, c)), ColVar<double>> && is<decltype(join_rows(c, c)), Var<double>>);
  static_assert(is<decltype(softmax(c)), ColVar<double>> && is<decltype(logsumexp(c, 0)), VectorVar<double>>);
  static_assert(is<decltype(arma::sp_mat(3, 3) * c), ColVar<double>> &&
                is<decltype(r * arma::sp_mat(3, 3)), RowVar<double>>);
  static_assert(is<decltype(gradient(dot(c, c), c)), ColVar<double>> && is<decltype(m.each_row() + r), Var<double>>);
  // What is written to a part that is a temporary would be lost.
  static_assert(!std::is_assignable_v<decltype(m(0, 0)), NumberVar<double>>);
  static_assert(!std::is_assignable_v<decltype(m(0, 0)), double>);
  static_assert(!std::is_assignable_v<decltype(m.row(0)), RowVar<double>>);
  static_assert(!std::is_assignable_v<decltype(m.col(0)), Var<double>>);
  static_assert(!std::is_assignable_v<decltype(m.t()), Var<double>>);
  static_assert(!std::is_assignable_v<decltype(c.t()), Var<double>>);
}

// What keeps a number's shape is one too, and meets matrices of any shape.
BOOST_AUTO_TEST_CASE(numbers_stay_numbers) {
  Tape<double> tape;
  const auto n = tape.variable(2.0);
  const auto X = tape.variable(mat{{1, 2}, {3, 4}});
  const auto is_number = [&](const auto& y, double value) {
    static_assert(is<decltype(y), NumberVar<double>>);
    BOOST_TEST(error((y * X).value(), mat{{value, 2 * value}, {3 * value, 4 * value}}) < 1e-15);
  };
  is_number(n.t(), 2);
  is_number(trans(n), 2);
  is_number(sum(n), 2);
  is_number(max(n), 2);
  is_number(prod(n), 2);
  is_number(var(n), 0);
  is_number(cumsum(n), 2);
  is_number(sort(n), 2);
  is_number(normalise(n), 1);
  is_number(softmax(n), 1);
  is_number(log_softmax(n) + 1, 1);
  is_number(square(abs(n)), 4);
  is_number(pow(n, 3.0), 8);
  is_number(max(n, 3 - n), 2);
  is_number(where(n > 1, n, 0.0), 2);
  is_number(gradient(n * n, n), 4);
  is_number(checkpoint([](auto x) { return 3 * x; }, n), 6);
}

// Armadillo's mat m = x.row(0) is a matrix, whose sums are a row.
BOOST_AUTO_TEST_CASE(what_is_assigned_to_a_matrix_is_a_matrix) {
  Tape<double> tape;
  const auto x = tape.variable(mat{{1, 2}, {3, 4}});
  Var<double> m = x.row(1);
  BOOST_TEST(error(sum(m).value(), mat{{3, 4}}) == 0);
  BOOST_CHECK_THROW(sum(m) + x, std::logic_error);
  m = x.col(0);
  BOOST_TEST(error(sum(m).value(), mat{4.0}) == 0);
  BOOST_CHECK_THROW(sum(m) + x, std::logic_error);
  BOOST_TEST(error((sum(x.col(0)) + x).value(), mat{{5, 6}, {7, 8}}) == 0);
  // A number stays one, and meets matrices of any shape.
  const Var<double> n = accu(x), again = sum(n) + 1;
  BOOST_TEST(error((again * x).value(), mat{{11, 22}, {33, 44}}) == 0);
}

BOOST_AUTO_TEST_CASE(a_var_becomes_a_vector_or_a_number_where_it_is_one) {
  Tape<double> tape;
  const auto x = tape.variable(mat{{1, 2, 3}});
  const RowVar<double> row = x;
  BOOST_TEST(sum(row).scalar() == 6);
  const VectorVar<double> vector = x;
  BOOST_TEST(error(cumsum(vector).value(), mat{{1, 3, 6}}) == 0);
  check_says(refusal([&] { [[maybe_unused]] const ColVar<double> column = x; }), {"1x3 is no column"});
  check_says(refusal([&] { [[maybe_unused]] const RowVar<double> other = x.t(); }), {"3x1 is no row"});
  check_says(refusal([&] { [[maybe_unused]] const NumberVar<double> number = x * x.t(); }),
             {"1x1 is a matrix, not a number (NumberVar): write x(0)"});
  const Var<double> kept = x(1);
  const NumberVar<double> number = kept;
  BOOST_TEST(number.scalar() == 2);
}

// A loss is called with the kind of what it is differentiated by, and the gradient comes back in its type.
BOOST_AUTO_TEST_CASE(gradients_come_back_as_what_went_in) {
  const auto loss = [](auto A, auto c, auto r, auto n) {
    static_assert(is<decltype(A), Var<double>> && is<decltype(c), ColVar<double>>);
    static_assert(is<decltype(r), RowVar<double>> && is<decltype(n), NumberVar<double>>);
    return n * accu(square(A)) + sum(c) * n + r * c;
  };
  const mat A{{1, 2}};
  const arma::vec c{3, 4};
  const arma::rowvec r{5, 6};
  const double n = 7;
  const auto check = [&](double J, const mat& dA, const arma::vec& dc, const arma::rowvec& dr, double dn) {
    BOOST_TEST(J == 7 * 5 + 7 * 7 + 39);
    BOOST_TEST(error(dA, mat{{14, 28}}) == 0);
    BOOST_TEST(error(mat(dc), mat(arma::vec{12, 13})) == 0);
    BOOST_TEST(error(mat(dr), mat{{3, 4}}) == 0);
    BOOST_TEST(dn == 12);
  };
  auto [J, g] = value_and_gradient(loss, A, c, r, n);
  static_assert(is<decltype(g), std::tuple<mat, arma::vec, arma::rowvec, double>>);
  std::apply([&](const auto&... d) { check(J, d...); }, g);
  auto program = record(loss, variables(A, c, r, n));
  for (int k = 0; k < 2; ++k) {
    const auto [again, h] = program.value_and_gradient(A, c, r, n);
    static_assert(is<std::tuple_element_t<1, std::remove_cvref_t<decltype(h)>>, arma::vec>);
    std::apply([&, value = again](const auto&... d) { check(value, d...); }, h);
  }
  auto given = record([](auto w, auto a, auto X) { return a * accu(X * w); }, variables(c), inputs(n, A));
  const auto [value, d] = given.value_and_gradient(c, n, A);
  BOOST_TEST(value == 7 * 11);
  BOOST_TEST(error(mat(d), mat(arma::vec{7, 14})) == 0);
  BOOST_TEST(check_gradient(loss, A, c, r, n).passed());
  const std::vector<double> list{1, 2};
  const std::vector<double> slope = gradient([](auto w) { return accu(square(w)); }, list);
  BOOST_TEST(slope == (std::vector<double>{2, 4}), boost::test_tools::per_element());
  BOOST_TEST(gradient([](auto x) { return exp(x); }, 0.0) == 1.0);
  const arma::vec Hv = hessian_vector_product([](auto w) { return accu(pow(w, 3.0)); }, c, c);
  BOOST_TEST(error(mat(Hv), mat(arma::vec{54, 96})) < 1e-14);
}

BOOST_AUTO_TEST_CASE(functions_of_functions_keep_kinds) {
  const mat X{{1, 2, 3}, {4, 5, 6}};
  const arma::rowvec y{1, 0, 1};
  const arma::vec w{1, -1};
  Tape<double> tape;
  const auto v = tape.variable(w);
  const auto loss = [](auto by, auto x, auto target) {
    static_assert(is<decltype(by), ColVar<double>> && is<decltype(x), Var<double>> &&
                  is<decltype(target), RowVar<double>>);
    return sum(square(by.t() * x - target));
  };
  const Blocks two{.columns = 2};
  const auto J = sum_over_samples(two, loss, samples(view(X), view(y)), v);
  static_assert(is<decltype(J), NumberVar<double>>);
  BOOST_TEST(J.scalar() == 16 + 9 + 16);
  const auto inside = checkpoint([](auto x) { return exp(x); }, v);
  static_assert(is<decltype(inside), ColVar<double>>);
  BOOST_TEST(error(inside.value(), mat(arma::exp(w))) < 1e-15);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- Constants of no tape ----

namespace {
/// f of a matrix that is on no tape and a variable, in both orders, against f of the same matrix as a constant of the
/// variable's tape.
template <class F>
void check_meets_a_variable(const char* name, const F& f, const arma::mat& A, const arma::mat& B) {
  for (const bool variable_first : {true, false}) {
    const arma::mat& at = variable_first ? A : B;
    const arma::mat& other = variable_first ? B : A;
    const auto loss = [&](const Var<double>& c, const Var<double>& x) {
      return accu(variable_first ? f(x, c) : f(c, x));
    };
    const auto [J, g] = value_and_gradient([&](const auto& x) { return loss(Var<double>(other), x); }, at);
    const auto [K, h] = value_and_gradient([&](const auto& x) { return loss(x.tape().constant(other), x); }, at);
    BOOST_TEST_CONTEXT(name << ", the variable " << (variable_first ? "first" : "last")) {
      BOOST_TEST(J == K);
      BOOST_TEST(arma::approx_equal(g, h, "absdiff", 0.0));
    }
  }
}
}  // namespace

BOOST_AUTO_TEST_CASE(constants_of_no_tape_meet_variables_in_every_function) {
  const arma::mat A{{2, .5, 1}, {.5, 3, .2}, {1, .2, 4}}, B{{.4, 1.5, 1}, {1, .3, 2.2}, {.1, .2, .4}};
  const arma::vec a{1, 2, 3}, b{.3, .2, .5};
#define MATRICES(expression) \
  check_meets_a_variable(    \
      #expression, [](const auto& x, const auto& y) { return expression; }, A, B)
#define COLUMNS(expression) \
  check_meets_a_variable(   \
      #expression, [](const auto& x, const auto& y) { return expression; }, a, b)
  MATRICES(x + y * x % y / x - y);
  MATRICES(join_rows(join_cols(x, y, x), join_cols(y, x, y)));
  MATRICES(kron(x, y) * kron(y, x));
  MATRICES(solve(x, y));
  MATRICES(pow(x, y) + atan2(x, y) + hypot(x, y) + xlogy(x, y) + logaddexp(x, y));
  MATRICES(max(x, y) - min(x, y) % where(x > y, x, y));
  MATRICES(x.each_col() + y.col(0));
  MATRICES(x.each_row() % y.row(1));
  MATRICES(y.row(1) - x.each_row());
  MATRICES(conv2(x, y));
  MATRICES(pairwise_squared_distances(x, y));
  MATRICES(cov(x, y) + cor(x, y));
  MATRICES(lbeta(x, y) + lchoose(x + 5, y));
  MATRICES(normal_lpdf(x, y, x) + student_t_lpdf(x, y) + gamma_lpdf(x, y, y) + beta_lpdf(sigmoid(x), y, x));
  MATRICES(weibull_lpdf(x, y, y) + exponential_lpdf(x, y));
  COLUMNS(dot(x, y) * cross(x, y));
  COLUMNS(conv(x, y) * trapz(x, y));
  COLUMNS(multi_normal_lpdf(x, y, diagmat(x)) + dirichlet_lpdf(y / accu(y), x));
#undef MATRICES
#undef COLUMNS
}
