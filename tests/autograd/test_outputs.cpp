#define BOOST_TEST_MODULE outputs
// Functions that write to their first arguments and say whether they could, and members that change a matrix in place:
// one text over Armadillo's matrices and over Vars.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::vec;

namespace {

/// The value of a loss over numbers and over Vars, its gradient against central differences, and a replay elsewhere.
template <class Loss>
void same(const char* name, Loss loss, const vec& p, double tolerance = 1e-7) {
  BOOST_TEST_CONTEXT(name) {
    const auto [J, g] = value_and_gradient(loss, p);
    const double plain = loss(p);
    BOOST_TEST(std::abs(J - plain) <= 1e-13 * (1 + std::abs(plain)));
    vec differences(p.n_elem);
    for (uword k = 0; k < p.n_elem; ++k) {
      vec above = p, below = p;
      above[k] += 1e-5;
      below[k] -= 1e-5;
      differences[k] = (loss(above) - loss(below)) / 2e-5;
    }
    BOOST_TEST(arma::norm(g - differences) <= tolerance * (1 + arma::norm(differences)));
    auto program = record(loss, variables(p));
    const vec elsewhere = 1.01 * p;
    const double replayed = program.value(elsewhere), there = loss(elsewhere);
    BOOST_TEST(std::abs(replayed - there) <= 1e-12 * (1 + std::abs(there)));
  }
}

template <class P>
mat_of<P> positive(const P& p) {
  mat_of<P> A = {{4, 1, 0.5}, {1, 3, 0.2}, {0.5, 0.2, 2}};
  A.diag() += p(0);
  A(0, 1) = p(1);
  A(1, 0) = p(1);
  return A;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(outputs_of_matrices) {
  const vec p = {0.5, 0.7}, b = {1, 2, 3};
  const auto of = [](auto write) {
    return [write](const auto& q) {
      using P = std::remove_cvref_t<decltype(q)>;
      mat_of<P> Y;
      const bool ok = write(Y, positive(q));
      return ok ? arma::accu(arma::square(Y)) + arma::accu(Y) : scalar_of<P>(0);
    };
  };
  same("chol", of([](auto& Y, const auto& A) { return arma::chol(Y, A); }), p);
  same("chol lower", of([](auto& Y, const auto& A) { return chol(Y, A, "lower"); }), p);
  same("inv", of([](auto& Y, const auto& A) { return arma::inv(Y, A); }), p);
  same("inv_sympd", of([](auto& Y, const auto& A) { return arma::inv_sympd(Y, A); }), p);
  same("pinv", of([](auto& Y, const auto& A) { return arma::pinv(Y, A.head_cols(2)); }), p);
  same("expmat", of([](auto& Y, const auto& A) { return arma::expmat(Y, A / 8); }), p);
  same("sqrtmat_sympd", of([](auto& Y, const auto& A) { return arma::sqrtmat_sympd(Y, A); }), p);
  same("logmat_sympd", of([](auto& Y, const auto& A) { return arma::logmat_sympd(Y, A); }), p);
  same("sylvester",
       of([](auto& Y, const auto& A) { return arma::sylvester(Y, A, mat(A.n_rows, A.n_rows, arma::fill::eye), A); }),
       p);
  same("solve", of([&](auto& Y, const auto& A) { return arma::solve(Y, A, b); }), p);
  same("solve, of a triangle",
       of([&](auto& Y, const auto& A) { return arma::solve(Y, arma::trimatu(A), b, arma::solve_opts::fast); }), p);
  same("solve, of numbers for a Var", of([&](auto& Y, const auto& A) {
         return arma::solve(Y, mat{{2, 1, 0}, {0, 3, 1}, {1, 0, 2}}, A);
       }),
       p);
  const auto qr = [](const auto& q) {
    mat_of<decltype(q)> Q, R;
    return qr_econ(Q, R, positive(q)) ? arma::accu(Q % R) : scalar_of<decltype(q)>(0);
  };
  same("qr_econ", qr, p);
}

BOOST_AUTO_TEST_CASE(outputs_of_vectors_and_numbers) {
  const vec p = {0.5, 0.7};
  const auto loss = [](const auto& q) {
    using P = std::remove_cvref_t<decltype(q)>;
    const mat_of<P> A = positive(q);
    scalar_of<P> d = 0, l = 0, v = 0, sign = 0;
    vec_of<P> w, s, values;
    mat_of<P> V, U, W;
    bool ok = arma::det(d, A);
    ok = arma::log_det_sympd(l, A) && ok;
    ok = arma::log_det(v, sign, A) && ok;
    ok = arma::eig_sym(w, A) && ok;
    ok = arma::svd(s, A) && ok;
    ok = arma::eig_sym(values, V, A) && ok;
    ok = arma::svd_econ(U, values, W, A) && ok;
    return (ok ? 1 : 100) * (d + l + v * sign + arma::dot(w, w) + arma::accu(s) + arma::accu(V % V % V % V) +
                             arma::dot(values, values) + arma::accu(U % W));
  };
  same("all of them", loss, p);
}

// Armadillo's answers, and the outputs that it leaves: empty matrices.
BOOST_AUTO_TEST_CASE(what_fails_is_false_and_leaves_nothing) {
  std::ostringstream warnings;
  arma::set_cerr_stream(warnings);
  const auto guarded = [](const auto& q) {
    using P = std::remove_cvref_t<decltype(q)>;
    mat_of<P> A(2, 2, arma::fill::eye), R(2, 2, arma::fill::ones);
    A(1, 1) = q(0);
    if (!arma::chol(R, A)) return q(1) * q(1) + double(R.n_elem);
    return arma::accu(arma::log(R.diag())) * q(1);
  };
  same("positive definite", guarded, {0.5, 2});
  same("not positive definite", guarded, {-0.5, 2});
  const vec start = {0.5, 3};
  auto program = record(guarded, variables(start));
  for (const double x : {0.5, -0.5, 0.7, -1.0, 2.0}) {  // recorded anew where it goes the other way
    const vec q = {x, 3};
    BOOST_TEST(program.value(q) == guarded(q), boost::test_tools::tolerance(1e-14));
  }

  Tape<double> tape;
  const Var<double> singular = tape.variable(mat{{1, 2}, {2, 4}}), negative = tape.variable(mat{{1, 0}, {0, -1}});
  Var<double> Y(2, 2, arma::fill::ones);
  NumberVar<double> y = 5;
  BOOST_TEST(!inv(Y, singular));
  BOOST_TEST(Y.n_elem == 0);
  BOOST_TEST(!inv_sympd(Y, negative));
  BOOST_TEST(!solve(Y, singular, vec{1, 2}));
  BOOST_TEST(!sqrtmat_sympd(Y, negative));
  BOOST_TEST(!logmat_sympd(Y, negative));
  BOOST_TEST(!pinv(Y, singular));
  BOOST_TEST(!log_det_sympd(y, negative));
  BOOST_TEST(y.scalar() == 0);
  Var<double> Q, R;
  BOOST_TEST(!qr_econ(Q, R, singular));
  BOOST_TEST((Q.n_elem == 0 && R.n_elem == 0));
  BOOST_TEST(!inv(Y, mat{{1, 2}, {2, 4}}));  // of numbers
  BOOST_TEST(bool(inv(Y, mat{{1, 2}, {0, 4}})));
  BOOST_TEST(error(Y.value(), mat{{1, -0.5}, {0, 0.25}}) < 1e-15);
  BOOST_TEST(tape.scalar(accu(singular)) == 9);  // the tape goes on
  arma::set_cerr_stream(std::cerr);
}

BOOST_AUTO_TEST_CASE(what_is_not_asked_is_an_error_later) {
  Tape<double> tape;
  const Var<double> A = tape.variable(mat{{1, 2}, {2, 1}});
  Var<double> R;
  chol(R, A);
  BOOST_CHECK_EXCEPTION((void)tape.scalar(accu(R)), std::runtime_error, [](const std::exception& said) {
    return std::string(said.what()).find("not positive definite") != std::string::npos;
  });
  ColVar<double> column;
  const std::string said = refusal([&] { inv(column, A); });
  BOOST_TEST(said.find("test_outputs.cpp") != std::string::npos, said);
  BOOST_TEST(said.find("2x2 is no column") != std::string::npos, said);
  BOOST_TEST(refusal([&] { chol(R, tape.variable(mat(2, 3))); }).find("square") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(counting) {
  const auto loss = [](const auto& q) {
    using P = std::remove_cvref_t<decltype(q)>;
    scalar_of<P> x = q(0), n = 0;
    n++;
    ++n;
    const scalar_of<P> before = x++, after = ++x;
    x--;
    --x;
    const scalar_of<P> again = +x--;
    vec_of<P> v = {x, 1};
    ++v(0);
    v(1)++;
    v[1]++;
    --v.at(0);
    v(1)--;
    return x * n + before * after + again * again + arma::dot(+v, v);
  };
  same("++ and --", loss, {0.3});
  BOOST_TEST(loss(vec{0.3}) == -0.7 * 2 + 0.3 * 2.3 + 0.09 + 0.49 + 4, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(members_that_change_a_matrix) {
  const vec p = {0.5, -0.7, 0.04, 2};
  const auto loss = [](const auto& q) {
    using P = std::remove_cvref_t<decltype(q)>;
    vec_of<P> a = q, b = q, c = q, d = q;
    a.clamp(-0.6, 1);
    b.clean(0.05);
    c.replace(0.0, 3.0);
    d.for_each([](auto& x) { x *= x; });
    mat_of<P> M(2, 4, arma::fill::zeros);
    M.row(0) = q.t();
    M.row(0).clamp(-0.5, 1.5);
    M.row(1).replace(0.0, 2.0);
    M.cols(0, 1).transform([](const auto& x) { return x * x + 1; });
    M.col(3).for_each([](auto& x) { x += 1; });
    M.col(2).clean(0.05);
    M(1, 3) = arma::datum::nan;
    M.replace(arma::datum::nan, 7.0);
    scalar_of<P> sum = 0;
    std::as_const(M).for_each([&](const auto& x) { sum += x; });
    return arma::accu(a % a) + arma::accu(b % b % b) + arma::accu(c) + arma::accu(d) + arma::accu(M % M) + sum;
  };
  same("clamp, clean, replace, for_each, transform", loss, p);
  Tape<double> tape;
  Var<double> x = tape.variable(mat{0.5, arma::datum::nan});
  const Var<double> w = x;
  x.replace(arma::datum::nan, 1);
  tape.backward(accu(x));
  BOOST_TEST(error(tape.gradient(w), mat{1, 0}) == 0);
}

// The forms of members that take sizes, spans, indices and numbers of rows.
BOOST_AUTO_TEST_CASE(forms_of_members) {
  const vec p = {0.5, -0.7, 0.04, 2};
  const auto loss = [](const auto& q) {
    using P = std::remove_cvref_t<decltype(q)>;
    vec_of<P> v = q;
    v.insert_rows(1, 2);  // two zeros, no entry of 2
    v.shed_rows(arma::uvec{0, 4});
    v.subvec(1, arma::size(2, 1)) += 1;
    mat_of<P> M = q * q.t(), N = M, Z;
    M.insert_cols(4, 3);
    M.tail_cols(3) = N.head_cols(3);
    M.shed_cols(arma::uvec{1, 1, 5});
    M.rows(arma::span(1, 2)) *= 2;
    M.cols(arma::span(0, 1)) += 1;
    M.submat(2, 1, arma::size(2, 2)) %= mat{{1, 2}, {3, 4}};
    M(0, 0, arma::size(1, 2)) += 3;
    Z.zeros(arma::size(M));
    Z.resize(arma::size(N));
    Z += N;
    Z.reshape(arma::size(2, 8));
    N.ones(arma::size(2, 2));
    const mat_of<P> C = M;
    const mat_of<P> S = M.head_cols(4);
    const mat_of<P> triangles =
        arma::trimatu(S, 1) % S + 3 * arma::trimatl(S, -2) + arma::trimatu(S, -1) + arma::trimatl(S, 2);
    return arma::accu(v % v) + arma::accu(M % M) + arma::accu(Z.row(1)) * N(1, 1) +
           arma::accu(C.rows(arma::span(0, 1))) + arma::accu(triangles % S) +
           arma::accu(C.submat(1, 1, arma::size(2, 3)) % C(1, 1, arma::size(2, 3))) + double(v.n_elem);
  };
  same("sizes, spans, indices", loss, p);
  Tape<double> tape;
  Var<double> X = tape.variable(mat(3, 2));
  for (const auto& wrong : std::vector<std::function<void()>>{
           [&] { (void)X.submat(2, 0, arma::size(2, 1)); }, [&] { X.shed_rows(arma::uvec{3}); },
           [&] { (void)X.rows(arma::span(1, 3)); }, [&] { X.insert_rows(4, 1); },
           [&] { (void)trimatu(tape.constant(mat(2, 2)), 2); }}) {
    BOOST_CHECK_THROW(wrong(), std::out_of_range);
    BOOST_TEST(refusal(wrong).find("test_outputs.cpp") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
