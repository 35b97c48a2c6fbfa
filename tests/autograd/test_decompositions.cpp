#define BOOST_TEST_MODULE decompositions
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;
using arma::vec;
using V = const Var<double>&;

mat symmetric(uword n) { return arma::symmatu(uniform(n, n)) + arma::diagmat(arma::regspace(1, double(n))); }
mat with_eigenvalues(const vec& w) {
  mat q, r;
  arma::qr(q, r, uniform(w.n_elem, w.n_elem));
  return arma::symmatu(q * arma::diagmat(w) * q.t());
}
/// The projector on the eigenvectors from `first` to `last`.
Var<double> projector(V a, uword first, uword last) {
  Var<double> w, v;
  eig_sym(w, v, a);
  const auto part = v.cols(first, last);
  return part * part.t();
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(values_are_armadillos, eT, Reals) {
  using M = arma::Mat<eT>;
  const double limit = 200 * double(std::numeric_limits<eT>::epsilon());
  for (const auto& [m, n] : {std::pair<uword, uword>(1, 1), {4, 4}, {7, 3}, {3, 7}}) {
    const M A = uniform<eT>(m, n) + M(m, n, arma::fill::eye) * eT(3), B = uniform<eT>(m, 2);
    Tape<eT> tape;
    const auto a = tape.variable(A);
    BOOST_TEST(error(svd(a).value(), M(arma::svd(A))) < limit);
    BOOST_TEST(error(pinv(a).value(), M(arma::pinv(A))) < limit);
    BOOST_TEST(error(solve(a, B).value(), M(arma::solve(A, B))) < limit);
    Var<eT> u, s, v;
    svd_econ(u, s, v, a);
    BOOST_TEST(error((u * diagmat(s) * v.t()).value(), A) < limit);
    BOOST_TEST(error((u.t() * u).value(), M(std::min(m, n), std::min(m, n), arma::fill::eye)) < limit);
    if (m >= n) {
      M q, r;
      arma::qr_econ(q, r, A);
      Var<eT> Q, R;
      qr_econ(Q, R, a);
      BOOST_TEST(error(Q.value(), q) < limit);
      BOOST_TEST(error(R.value(), r) < limit);
    }
    if (m != n) continue;
    const M S = A + A.t();
    const auto x = tape.variable(S);
    Var<eT> w, vectors;
    eig_sym(w, vectors, x);
    BOOST_TEST(error(w.value(), M(arma::eig_sym(S))) < limit);
    BOOST_TEST(error((vectors * diagmat(w) * vectors.t()).value(), S) < limit);
    BOOST_TEST(error(expmat(a / eT(3)).value(), M(arma::expmat(A / eT(3)))) < limit);
    BOOST_TEST(error(syl(a, A, B * B.t()).value(), M(arma::syl(A, A, M(B * B.t())))) < limit);
  }
}

BOOST_AUTO_TEST_CASE(an_eigenvalue_moves_along_its_vector) {
  const mat S = symmetric(5);
  vec w;
  mat v;
  arma::eig_sym(w, v, S);
  for (uword k = 0; k < 5; ++k) {
    const mat g = gradient([k](V a) { return eig_sym(a)(k); }, S);
    BOOST_TEST(error(g, mat(v.col(k) * v.col(k).t())) < 1e-13);
  }
  // A projector moves by its reduced resolvent (Kato): dP = P dA R + R dA P.
  const mat D = arma::symmatu(uniform(5, 5)), P = v.col(2) * v.col(2).t();
  mat R(5, 5, arma::fill::zeros);
  for (uword k = 0; k < 5; ++k) {
    if (k != 2) R += v.col(k) * v.col(k).t() / (w(2) - w(k));
  }
  BOOST_TEST(error(jvp([](V a) { return projector(a, 2, 2); }, S, D).second, mat(P * D * R + R * D * P)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_singular_value_moves_along_its_vectors) {
  const mat A = uniform(5, 3);
  mat u, v;
  vec s;
  arma::svd_econ(u, s, v, A);
  for (uword k = 0; k < 3; ++k)
    BOOST_TEST(error(gradient([k](V a) { return svd(a)(k); }, A), mat(u.col(k) * v.col(k).t())) < 1e-13);
  BOOST_TEST(error(gradient([](V a) { return accu(square(svd(a))); }, A), mat(2 * A)) < 1e-13);
  const auto [largest, g] = value_and_gradient([](V a) { return norm(a, 2); }, A);
  BOOST_TEST(error(largest, arma::norm(A, 2)) < 1e-13);
  BOOST_TEST(error(g, mat(u.col(0) * v.col(0).t())) < 1e-13);
}

BOOST_AUTO_TEST_CASE(equal_eigenvalues) {
  const mat S = with_eigenvalues({1, 1, 1, 4, 6}), identity(5, 5, arma::fill::eye), G = uniform(5, 5);
  // Values: sum of w^3 has the gradient 3 A^2.
  const auto cubes = [](V a) { return accu(pow(eig_sym(a), 3)); };
  BOOST_TEST(error(gradient(cubes, S), mat(3 * S * S)) < 1e-12);
  BOOST_TEST(error(gradient([](V a) { return accu(eig_sym(a)); }, identity), identity) < 1e-13);
  // The vectors of the others, as the largest components of many are used.
  const auto leading = [&](V a) { return accu(G % projector(a, 3, 4)); };
  const auto plain = [&](const mat& a) {
    vec w;
    mat v;
    arma::eig_sym(w, v, mat((a + a.t()) / 2));
    return arma::accu(G % (v.tail_cols(2) * v.tail_cols(2).t()));
  };
  BOOST_TEST(error(gradient(leading, S), differences(plain, S)) < 1e-8);
  const auto explained = [&](V a) {  // values alone, beside vectors of others
    Var<double> w, v;
    eig_sym(w, v, a);
    return accu(w.tail_rows(2)) / accu(eig_sym(a)) + accu(G % (v.tail_cols(2) * v.tail_cols(2).t()));
  };
  const auto plainly_explained = [&](const mat& a) {
    const vec w = arma::eig_sym(mat((a + a.t()) / 2));
    return arma::accu(w.tail(2)) / arma::accu(w) + plain(a);
  };
  BOOST_TEST(error(gradient(explained, S), differences(plainly_explained, S)) < 1e-8);
  // What would need more is refused by name.
  const std::vector<std::string> says{"eig_sym: the 5x5 matrix is one whose eigenvalues", "are equal"};
  check_says(failure([&] { gradient([&](V a) { return accu(G % projector(a, 0, 0)); }, S); }), says);
  check_says(failure([&] { hessian_vector_product(cubes, S, G); }), says);
  check_says(failure([&] { jvp([](V a) { return projector(a, 0, 2); }, S, G); }), says);
  // log 1 = 0 hides that the vectors matter.
  const auto logarithm = [&](V a) {
    Var<double> w, v;
    eig_sym(w, v, a);
    return accu(G % (v * diagmat(log(w)) * v.t()));
  };
  check_says(failure([&] { gradient(logarithm, identity); }), says);
  check_says(failure([&] { gradient(logarithm, S); }), says);
}

BOOST_AUTO_TEST_CASE(square_roots) {
  const mat G = uniform(4, 4), one = arma::eye(4, 4), S = with_eigenvalues({4, 4, 9, 9.5});
  const auto loss = [&](V a) { return accu(G % sqrtmat_sympd(a)); };
  BOOST_TEST(error(value_and_gradient(loss, S).first, arma::accu(G % arma::sqrtmat_sympd(S))) < 1e-13);
  BOOST_TEST(error(gradient(loss, one), mat((G + G.t()) / 4)) < 1e-14);  // at I the root moves half as far
  for (const mat& at : {S, one}) {
    const auto curved = [&](V a) { return accu(square(G % sqrtmat_sympd(a))); };
    BOOST_TEST(check_gradient(curved, at).passed());
    const mat D = arma::symmatu(uniform(4, 4)), h = 1e-4 * D;
    const mat expected = (gradient(curved, mat(at + h)) - gradient(curved, mat(at - h))) / 2e-4;
    BOOST_TEST(error(hessian_vector_product(curved, at, D), expected) < 1e-6);
  }
  BOOST_TEST(failure([&] {
               gradient(loss, mat(-one));
             }).find("sqrtmat_sympd: the 4x4 matrix is not positive semi-definite") == 0);
  BOOST_TEST(failure([&] { gradient(loss, mat(4, 4, arma::fill::zeros)); }).find("singular") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(logarithms) {
  const mat G = uniform(4, 4), one = arma::eye(4, 4), S = with_eigenvalues({4, 4, 9, 9.5}), sym = (G + G.t()) / 2;
  const auto loss = [&](V a) { return accu(G % logmat_sympd(a)); };
  BOOST_TEST(error(value_and_gradient(loss, S).first, arma::accu(G % arma::logmat_sympd(S))) < 1e-13);
  for (const mat& at : {S, one}) {
    const auto curved = [&](V a) { return accu(square(G % logmat_sympd(a))); };
    BOOST_TEST(check_gradient(curved, at).passed());
    const mat D = arma::symmatu(uniform(4, 4)), h = 1e-4 * D;
    const mat expected = (gradient(curved, mat(at + h)) - gradient(curved, mat(at - h))) / 2e-4;
    BOOST_TEST(error(hessian_vector_product(curved, at, D), expected) < 1e-6);
  }
  // log(1 + e) is e - e^2 / 2 + ...: at I, and next to it, where differences of the logarithms would have no digits.
  const mat D = arma::symmatu(uniform(4, 4)), close = one + 1e-9 * arma::diagmat(vec{0, 1, 2, 3});
  const mat second = -(D * sym + sym * D) / 2;
  BOOST_TEST(error(gradient(loss, one), sym) < 1e-14);
  BOOST_TEST(error(hessian_vector_product(loss, one, D), second) < 1e-14);
  const auto mean_inverse = [&](double i, double j) { return 1 - 1e-9 * (i + j) / 2; };  // of log's slope between them
  mat due = sym;
  for (arma::uword j = 0; j < 4; ++j) {
    for (arma::uword i = 0; i < 4; ++i) due(i, j) *= mean_inverse(double(i), double(j));
  }
  BOOST_TEST(error(gradient(loss, close), due) < 1e-14);
  BOOST_TEST(error(hessian_vector_product(loss, close, D), second) < 1e-8);
  // Far apart: the entries between the ends are log's slopes there, to all digits.
  const mat far = arma::diagmat(vec{1e-8, 1, 2, 1e8}),
            slopes = gradient([&](V a) { return logmat_sympd(a)(0, 3); }, far);
  BOOST_TEST(std::abs(2 * slopes(0, 3) / (16 * std::log(10.0) / (1e8 - 1e-8)) - 1) < 1e-14);
  // Along a line, log(1 + t E) has the third derivative 2 E^3 (1 + t E)^-3.
  Tape<double> tape;
  const Var<double> t = tape.variable(mat{0.1}), y = accu(G % logmat_sympd(one + t(0) * D));
  const Var<double> first = armagrad::gradient(y, t), twice = armagrad::gradient(accu(first), t);
  const mat inner = arma::inv(one + 0.1 * D);
  BOOST_TEST(error(first.value(), mat{arma::accu(G % (D * inner))}) < 1e-13);
  BOOST_TEST(error(twice.value(), mat{-arma::accu(G % (D * D * inner * inner))}) < 1e-12);
  tape.backward(accu(twice));
  BOOST_TEST(error(tape.gradient(t), mat{2 * arma::accu(G % (D * D * D * inner * inner * inner))}) < 1e-11);
  BOOST_TEST(failure([&] {
               gradient(loss, mat(-one));
             }).find("logmat_sympd: the 4x4 matrix is not positive definite (its least eigenvalue is -1)") == 0);
}

BOOST_AUTO_TEST_CASE(the_check_of_gradients_takes_them_all) {
  const mat S = symmetric(4), A = uniform(5, 3), B = uniform(5, 2), G = uniform(5, 3);
  BOOST_TEST(check_gradient([](V a) { return accu(exp(eig_sym(a))); }, S).passed());
  BOOST_TEST(check_gradient([](V a) { return accu(square(projector(a, 1, 1) - 0.3)) + projector(a, 0, 1)(1, 2); }, S)
                 .passed());
  BOOST_TEST(check_gradient([](V a) { return accu(exp(svd(a))); }, A).passed());
  BOOST_TEST(check_gradient([&](V a, V b) { return accu(exp(solve(a, b))); }, A, B).passed());
  BOOST_TEST(check_gradient([&](V a) { return accu(G.t() % pinv(a)); }, A).passed());
  BOOST_TEST(check_gradient(
                 [&](V a) {
                   Var<double> q, r;
                   qr_econ(q, r, a);
                   return accu(G % q) + accu(square(r - 1));
                 },
                 A)
                 .passed());
  BOOST_TEST(check_gradient([](V a) { return accu(expmat(a)); }, S).passed());
}

BOOST_AUTO_TEST_CASE(decompositions_are_shared) {
  Tape<double> tape;
  const auto a = tape.variable(symmetric(4)), t = tape.variable(uniform(5, 3));
  Var<double> w, v, q, r;
  eig_sym(w, v, a);
  qr_econ(q, r, t);
  const auto y = accu(w) + accu(v * v) + accu(eig_sym(a)) + accu(q * r) + accu(solve(t, mat(5, 1, arma::fill::ones))) +
                 accu(pinv(t));
  gradient(y, a);
  int eigen = 0, qr = 0;
  for (Index i = 0; i < tape.size(); ++i) {
    eigen += engine_of(tape).node(i).operation->name == std::string("eigen");
    qr += engine_of(tape).node(i).operation->name == std::string("qr");
  }
  BOOST_TEST(eigen == 1);
  BOOST_TEST(qr == 1);
}

BOOST_AUTO_TEST_CASE(exponentials) {
  const mat A = uniform(4, 4), N{{0, 1}, {0, 0}};
  // trace exp(A) has the gradient exp(A)'; det exp(A) = exp(trace A); a nilpotent matrix's is a polynomial.
  BOOST_TEST(error(gradient([](V a) { return trace(expmat(a)); }, A), mat(arma::expmat(A).t())) < 1e-12);
  BOOST_TEST(error(gradient([](V a) { return log_det(expmat(a)); }, A), mat(4, 4, arma::fill::eye)) < 1e-12);
  Tape<double> tape;
  BOOST_TEST(error(expmat(tape.variable(N)).value(), mat{{1, 1}, {0, 1}}) < 1e-15);
  const mat S = 10 * symmetric(4);
  vec w;
  mat v;
  arma::eig_sym(w, v, S);
  const mat expected = v * arma::diagmat(arma::exp(w)) * v.t();
  BOOST_TEST(error(mat(expmat(tape.variable(S)).value() / arma::norm(expected)), mat(expected / arma::norm(expected))) <
             1e-12);
}

// The Hessian of c J is c times that of J. Its adjoints stand beside the matrix in one of twice the size.
BOOST_AUTO_TEST_CASE(second_derivatives_of_matrix_functions_at_any_scale) {
  const mat A = uniform(3, 3) + 2 * mat(3, 3, arma::fill::eye), V = uniform(3, 3), C = uniform(3, 3);
  const auto check = [&](auto f) {
    const auto J = [&](double c) { return [&f, &C, c](const auto& a) { return c * accu(C % f(a)); }; };
    const mat right = hessian_vector_product(J(1), A, V);
    const mat differences = (gradient(J(1), mat(A + 1e-5 * V)) - gradient(J(1), mat(A - 1e-5 * V))) / 2e-5;
    BOOST_TEST(error(right, differences) < 1e-8);
    for (const double c : {1e-100, 1e-9, 1e6, 1e12, 1e100})
      BOOST_TEST(error(mat(hessian_vector_product(J(c), A, V) / c), right) < 1e-12, c);
  };
  check([](const auto& a) { return expmat(a); });
  check([](const auto& a) { return logmat(a); });
  check([](const auto& a) { return sinmat(a); });
  check([](const auto& a) { return cosmat(a); });
}

// Values and derivatives by mpmath at 60 digits, from the series of exp and roots by the Denman-Beavers iteration.
BOOST_AUTO_TEST_CASE(functions_of_a_general_matrix) {
  const mat A{{2, -1, 0.5}, {1, 1, -2}, {0, 0.75, 3}}, E{{0, 1, 2}, {-1, 0.5, 0}, {3, 0, -1}};
  const struct {
    const char* name;
    Var<double> (*f)(V);
    mat value, along;
  } cases[] = {{"logmat",
                [](V x) { return logmat(x); },
                {{0.83855943615158467, -0.57463286004394438, -0.035026286048489294},
                 {0.53671018756506656, 0.45353993850202939, -0.92172968521462183},
                 {-0.075845344957755644, 0.32668729571604428, 1.2235789338011399}},
                {{-0.15661260759762768, 0.42851999528087742, 0.88925907012323949},
                 {0.022316527650561564, 0.32811140780721344, -0.24153066698297943},
                 {1.0707420543607204, 0.33495359782377569, -0.20180183051261606}}},
               {"sinmat",
                [](V x) { return sinmat(x); },
                {{1.5290295154497906, -0.24368963438055234, -1.5339775751380448},
                 {0.048886999988985174, 2.2593530530270741, 0.68143653758829834},
                 {-0.38960526878313434, -0.35294001879139546, 0.79870597787250705}},
                {{-1.4826075483291842, -0.85967816760120736, -0.40630029679627811},
                 {3.2067910159297013, -0.85571431894078608, -2.1337545948139352},
                 {-2.5616134102556091, 2.0711157144152562, 1.5023715642638457}}},
               {"cosmat",
                [](V x) { return cosmat(x); },
                {{-0.41463278309397522, 1.4885436773095126, -0.029598986021701475},
                 {-1.4044645181762121, 0.65351509854903458, 2.4726123998192219},
                 {0.16815831826660114, -0.88519007036555792, -1.482780664736985}},
                {{1.8749471526788912, -1.6578751878736895, -2.7813631608411612},
                 {0.58450626164093616, 0.56876603399263573, -0.008201694085008319},
                 {-3.1651233599287213, -0.57564840740114885, 2.3138828932983086}}}};
  for (const auto& [name, f, value, along] : cases) {
    BOOST_TEST_CONTEXT(name) {
      const auto [y, dy] = jvp(f, A, E);
      BOOST_TEST(error(y, value) < 1e-14);
      BOOST_TEST(error(dy, along) < 1e-14);
      BOOST_TEST(error(mat(1e10 * jvp(f, A, mat(1e-10 * E)).second), along) < 1e-14);  // linear, however small
      const mat G = uniform(3, 3);
      const auto loss = [&function = f, &G](V x) { return accu(G % function(x)); };
      BOOST_TEST(error(arma::accu(gradient(loss, A) % E), arma::accu(G % along)) < 1e-13);
      BOOST_TEST(check_gradient(loss, A).passed());
    }
  }
}

BOOST_AUTO_TEST_CASE(logarithms_of_general_matrices) {
  const auto value = [](const mat& A) {
    Tape<double> tape;
    return mat(logmat(tape.variable(A)).value());
  };
  for (const double angle : {0.3, 2.0, 3.141592}) {
    const mat turn{{std::cos(angle), -std::sin(angle)}, {std::sin(angle), std::cos(angle)}};
    const double by = std::atan2(turn(1, 0), turn(0, 0));
    BOOST_TEST(error(value(turn), mat{{0, -by}, {by, 0}}) < 1e-15);
  }
  // A Jordan block, and one that is far from normal.
  BOOST_TEST(error(value({{2, 1, 0}, {0, 2, 1}, {0, 0, 2}}),
                   mat{{std::log(2), 0.5, -0.125}, {0, std::log(2), 0.5}, {0, 0, std::log(2)}}) < 1e-15);
  BOOST_TEST(error(value({{1, 1e6}, {0, 1}}), mat{{0, 1e6}, {0, 0}}) < 1e-15);
  // Near I, where Schur vectors would lose what A - I has: log(1 + N) = N - N^2 / 2 of N^3 = 0.
  BOOST_TEST(error(mat(1e8 * value({{1, 0x1p-30, 0}, {0, 1, 0x1p-30}, {0, 0, 1}})),
                   mat(1e8 * mat{{0, 0x1p-30, -0x1p-61}, {0, 0, 0x1p-30}, {0, 0, 0}})) < 1e-15);
  const mat X = uniform(6, 6) + 3 * mat(6, 6, arma::fill::eye), B = uniform(6, 6), D = uniform(6, 6);
  BOOST_TEST(error(value(arma::expmat(B)), B) < 1e-13);
  BOOST_TEST(value(mat()).is_empty());
  // trace log X = log det X: the gradient X^-T, and of that -(X^-1 D X^-1)' along D.
  const auto loss = [](V x) { return trace(logmat(x)); };
  const mat Y = arma::inv(X);
  BOOST_TEST(error(value_and_gradient(loss, X).first, std::log(arma::det(X))) < 1e-14);
  BOOST_TEST(error(gradient(loss, X), mat(Y.t())) < 1e-14);
  BOOST_TEST(error(hessian_vector_product(loss, X, D), mat(-(Y * D * Y).t())) < 1e-14);
  // As of the symmetric ones, whose rule is another.
  const mat S = with_eigenvalues({0.1, 1, 1, 5});
  const mat G = arma::symmatu(uniform(4, 4));
  BOOST_TEST(error(gradient([&](V a) { return accu(G % logmat(a)); }, S),
                   gradient([&](V a) { return accu(G % logmat_sympd(a)); }, S)) < 1e-13);
  // In float from a double's.
  const arma::fmat Xf = arma::conv_to<arma::fmat>::from(X);
  Tape<float> tape;
  BOOST_TEST(error(logmat(tape.variable(Xf)).value(), value(arma::conv_to<mat>::from(Xf))) < 1e-5);
}

BOOST_AUTO_TEST_CASE(sines_and_cosines) {
  const mat A = uniform(4, 4, -3, 3), S = 2 * symmetric(4);
  Tape<double> tape;
  const auto a = tape.variable(A), s = tape.variable(S);
  BOOST_TEST(error((sinmat(a) * sinmat(a) + cosmat(a) * cosmat(a)).value(), mat(4, 4, arma::fill::eye)) < 1e-12);
  vec w;
  mat v;
  arma::eig_sym(w, v, S);
  BOOST_TEST(error(sinmat(s).value(), mat(v * arma::diagmat(arma::sin(w)) * v.t())) < 1e-14);
  BOOST_TEST(error(cosmat(s).value(), mat(v * arma::diagmat(arma::cos(w)) * v.t())) < 1e-14);
  BOOST_TEST(error(gradient([](V x) { return trace(sinmat(x)); }, A), mat(cosmat(a).value().t())) < 1e-13);
  BOOST_TEST(error(gradient([](V x) { return trace(cosmat(x)); }, A), mat(-sinmat(a).value().t())) < 1e-13);
  // Of a small matrix to its own size, and of a nilpotent one exactly.
  BOOST_TEST(error(mat(1e9 * sinmat(tape.variable(mat(1e-9 * A))).value()), A) < 1e-14);
  const auto n = tape.variable(mat{{0, 5}, {0, 0}});
  BOOST_TEST(error(sinmat(n).value(), n.value()) == 0);
  BOOST_TEST(error(cosmat(n).value(), mat(2, 2, arma::fill::eye)) == 0);
}

BOOST_AUTO_TEST_CASE(refusals) {
  const mat flat{{1, 1}, {1, 1}, {1, 1}}, bad{{1, not_a_number}, {2, 3}}, A{{1, 0}, {0, 2}};
  check_says(failure([&] { gradient([](V a) { return accu(pinv(a)); }, flat); }), {"3x2", "of deficient rank"});
  check_says(failure([&] { gradient([](V a) { return accu(eig_sym(a)); }, bad); }), {"eig_sym", "2x2", "not finite"});
  check_says(failure([&] { gradient([](V a) { return accu(expmat(a)); }, bad); }), {"expmat", "not finite"});
  for (const char* name : {"logmat", "sinmat", "cosmat"}) {
    const auto f = [&](V a) { return accu(*name == 'l' ? logmat(a) : *name == 's' ? sinmat(a) : cosmat(a)); };
    check_says(failure([&] { gradient(f, bad); }), {name, "2x2", "not finite"});
  }
  const auto logarithm = [](V a) { return accu(logmat(a)); };
  check_says(failure([&] {
               gradient(logarithm, mat{{1, 5}, {0, -2}});
             }),
             {"logmat: the 2x2 matrix is one without a principal logarithm (its eigenvalue -2 is negative)"});
  check_says(failure([&] { gradient(logarithm, mat(-mat(2, 2, arma::fill::eye))); }),
             {"its eigenvalue -1 is negative"});
  check_says(failure([&] {
               gradient(logarithm, mat{{1, 2}, {2, 4}});
             }),
             {"logmat: the 2x2 matrix is singular to working precision (eigenvalues of sizes", " to 5)"});
  check_says(failure([&] { gradient(logarithm, mat(3, 3)); }), {"logmat: the 3x3 matrix is singular"});
  // The root's entry is 1e300 / 2e-10, beyond all doubles; one that only is large has a logarithm.
  check_says(failure([&] {
               gradient(logarithm, mat{{1e-20, 1e300}, {0, 1e-20}});
             }),
             {"logmat: the 2x2 matrix is one whose roots overflow"});
  BOOST_TEST(std::abs(value_and_gradient(logarithm, mat{{1, 1e300}, {0, 1}}).first / 1e300 - 1) < 1e-13);
  check_says(failure([&] { gradient([&](V a) { return accu(syl(a, mat(-A), A)); }, A); }),
             {"syl", "share an eigenvalue"});
  Tape<double> tape;
  const auto wide = tape.variable(uniform(2, 3));
  Var<double> q, r;
  check_says(refusal([&] { qr_econ(q, r, wide); }), {"qr_econ at test_decompositions.cpp", "2x3"});
  check_says(refusal([&] { eig_sym(wide); }), {"eig_sym at", "2x3"});
  check_says(refusal([&] { expmat(wide); }), {"expmat at", "2x3"});
  check_says(refusal([&] { logmat(wide); }), {"logmat at", "2x3"});
  check_says(refusal([&] { syl(A, A, wide); }), {"syl at", "2x3"});
}

BOOST_AUTO_TEST_SUITE_END()
