#define BOOST_TEST_MODULE products
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;

struct Sides {
  arma::uword m, k, n;  // op(A) is m x k, op(B) is k x n
};
const Sides sides[] = {{1, 1, 1}, {3, 4, 5},   {1, 6, 1}, {4, 1, 5}, {1, 7, 9},
                       {9, 7, 1}, {17, 33, 8}, {3, 0, 4}, {0, 3, 4}, {3, 4, 0}};

template <class eT>
Var<eT> turned(const Var<eT>& x, bool t) {
  return t ? x.t() : x;
}
template <class eT>
arma::Mat<eT> turned(const arma::Mat<eT>& x, bool t) {
  if (t && x.is_empty()) return arma::Mat<eT>(x.n_cols, x.n_rows);  // x.t() would bind a reference to null
  if (t) return x.t();
  return x;
}

/// accu(C % (op(a) * op(b))) and its derivatives by both factors.
template <class eT>
void check_product(Sides s, bool ta, bool tb) {
  const auto A = ta ? uniform<eT>(s.k, s.m) : uniform<eT>(s.m, s.k),
             B = tb ? uniform<eT>(s.n, s.k) : uniform<eT>(s.k, s.n);
  const auto C = uniform<eT>(s.m, s.n);
  const mat a = turned(to_double(A), ta), b = turned(to_double(B), tb), c = to_double(C);
  const auto loss = [&](const Var<eT>& v, const Var<eT>& w) { return accu(C % (turned(v, ta) * turned(w, tb))); };
  const auto [J, g] = value_and_gradient(loss, A, B);
  const double several = 20 * tolerance<eT>;
  BOOST_TEST(error(J, arma::accu(c % (a * b))) < several);
  BOOST_TEST(error(std::get<0>(g), turned(mat(c * b.t()), ta)) < several);
  BOOST_TEST(error(std::get<1>(g), turned(mat(a.t() * c), tb)) < several);

  Tape<eT> tape;
  const Var<eT> v = turned(tape.variable(A), ta), w = turned(tape.variable(B), tb);
  v.value();  // a transpose that was computed already is as good
  BOOST_TEST(error((v * w).value(), mat(a * b)) < several);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(all_transposes_of_all_shapes, eT, Reals) {
  for (const Sides s : sides) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        BOOST_TEST_CONTEXT(s.m << "x" << s.k << " * " << s.k << "x" << s.n << (ta ? ", first" : "")
                               << (tb ? ", second" : "")) {
          check_product<eT>(s, ta, tb);
        }
      }
    }
  }
}

// Of accu(C % (a b)'), with a = op(W P) and b = op(Q W): with G = C' the gradient is op(G b') P' + Q' op(a'
// G), and with G = 2 C' % (a b) that of accu(C % square((a b)')).
BOOST_AUTO_TEST_CASE(second_derivatives_of_a_product_of_products) {
  const mat W = uniform(4, 4), P = uniform(4, 4), Q = uniform(4, 4), C = uniform(4, 4), D = uniform(4, 4);
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      BOOST_TEST_CONTEXT("transposed: " << ta << ", " << tb) {
        const auto product = [&](auto w) { return (turned(w * P, ta) * turned(Q * w, tb)).t(); };
        const auto pullback = [&](const mat& w, const mat& G) -> mat {
          const mat a = turned(mat(w * P), ta), b = turned(mat(Q * w), tb);
          return turned(mat(G * b.t()), ta) * P.t() + Q.t() * turned(mat(a.t() * G), tb);
        };
        BOOST_TEST(error(hessian_vector_product([&](auto w) { return accu(C % product(w)); }, W, D),
                         pullback(D, C.t())) < 1e-14);
        const auto squared = [&](auto w) { return accu(C % square(product(w))); };
        const auto slope = [&](const mat& w) {
          return pullback(w, 2 * C.t() % (turned(mat(w * P), ta) * turned(mat(Q * w), tb)));
        };
        BOOST_TEST(error(gradient(squared, W), slope(W)) < 1e-14);
        BOOST_TEST(error(hessian_vector_product(squared, W, D), directional(slope, W, D)) < 1e-8);
      }
    }
  }
}

// With G the adjoint of A M A', and of A A': dA = (G + G') A M, dM the symmetric part of A' G A.
BOOST_AUTO_TEST_CASE(congruences_of_symmetric_matrices) {
  for (const arma::uword side : {3, 12}) {
    const mat A = uniform(9, side), M = uniform(side, side), G = uniform(9, 9), S = arma::symmatu(M),
              V = uniform(9, side);
    mat folded = A.t() * (G + G.t()) / 2 * A;  // what both copies of an entry of the upper triangle get
    folded = arma::trimatu(folded + folded.t()) - arma::diagmat(folded);
    const auto left = [](auto a, auto m) { return a * symmatu(m) * a.t(); };
    const auto right = [](auto a, auto m) { return a * (symmatu(m) * a.t()); };
    const auto scaled = [](auto a, auto m) { return a * (2 * symmatu(m) - symmatu(m)) * a.t(); };
    const auto check = [&](const auto& form, const char* name) {
      const auto loss = [&](auto a, auto m) { return accu(G % form(a, m)); };
      const auto [a, m] = gradient(loss, A, M);
      const mat slope = (G + G.t()) * A * S;
      BOOST_TEST_CONTEXT(name << " of " << side) {
        BOOST_TEST(error(a, slope) < 1e-13);
        BOOST_TEST(error(m, folded) < 1e-13);
        const auto by_a = [&](const mat& x) -> mat { return (G + G.t()) * x * S; };
        BOOST_TEST(error(hessian_vector_product([&](auto v) { return loss(v, v.tape().constant(M)); }, A, V),
                         directional(by_a, A, V)) < 1e-8);
        auto step = record(loss, variables(A, M));
        BOOST_TEST(error(std::get<0>(step.value_and_gradient(A, M).second), slope) < 1e-13);
      }
    };
    check(left, "(A M) A'");
    check(right, "A (M A')");
    check(scaled, "A (2 M - M) A'");
    const mat gram = (G + G.t()) * A;
    BOOST_TEST(error(gradient([&](auto a) { return accu(G % (a * a.t())); }, A), gram) < 1e-13);
    BOOST_TEST(error(gradient([&](auto a) { return accu(G % (a.t() * a)); }, mat(A.t())), mat(gram.t())) < 1e-13);
  }
}

// By what lies in between: with U = A M, dU = G A, and dM = A' G A, symmetric or not, at any size.
BOOST_AUTO_TEST_CASE(congruences_by_their_intermediate_results) {
  for (const arma::uword side : {3, 12}) {
    const mat A = uniform(9, side), M = uniform(side, side), G = uniform(9, 9);
    for (const bool left : {true, false}) {
      Tape<double> tape;
      const Var<double> a = tape.variable(A), s = symmatu(tape.variable(M));
      const Var<double> u = left ? a * s : s * a.t();
      const auto J = accu(G % (left ? u * a.t() : a * u));
      BOOST_TEST(error(gradient(J, u).value(), left ? mat(G * A) : mat(A.t() * G)) < 1e-14);
      BOOST_TEST(error(gradient(J, s).value(), mat(A.t() * G * A)) < 1e-14);
      const mat S = s.value();
      BOOST_TEST(error(gradient(J, a).value(), mat((G + G.t()) * A * S)) < 1e-13);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_large_product_with_its_own_transpose) {
  const mat A = uniform(120, 130), G = uniform(120, 120), H = uniform(130, 130);
  Tape<double> tape;
  const auto a = tape.variable(A);
  BOOST_TEST(error((a * a.t()).value(), mat(A * A.t())) < 1e-12);
  BOOST_TEST(error((a.t() * a).value(), mat(A.t() * A)) < 1e-12);
  tape.backward(accu(G % (a * a.t())) + accu(H % (a.t() * a)));
  BOOST_TEST(error(tape.gradient(a), mat((G + G.t()) * A + A * (H + H.t()))) < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_quadratic_form) {
  const mat A = uniform(6, 6), x = uniform(6, 1), v = uniform(6, 1);
  const auto loss = [&](auto w) { return w.t() * A * w; };  // 1x1
  const auto [J, g] = value_and_gradient(loss, x);
  BOOST_TEST(error(J, arma::as_scalar(x.t() * A * x)) < 1e-14);
  BOOST_TEST(error(g, mat((A + A.t()) * x)) < 1e-14);
  BOOST_TEST(error(hessian_vector_product(loss, x, v), mat((A + A.t()) * v)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_chain_of_products) {
  const mat A = uniform(2, 5), B = uniform(5, 3), C = uniform(7, 3), D = uniform(7, 2);
  const auto loss = [](auto a, auto b, auto c, auto d) { return accu(a * b * c.t() * d); };
  const auto [J, g] = value_and_gradient(loss, A, B, C, D);
  const mat ones = filled(2, 2, 1.0);
  BOOST_TEST(error(J, arma::accu(A * B * C.t() * D)) < 1e-14);
  BOOST_TEST(error(std::get<0>(g), mat(ones * (B * C.t() * D).t())) < 1e-14);
  BOOST_TEST(error(std::get<1>(g), mat(A.t() * ones * (C.t() * D).t())) < 1e-14);
  BOOST_TEST(error(std::get<2>(g), mat(((A * B).t() * ones * D.t()).t())) < 1e-14);
  BOOST_TEST(error(std::get<3>(g), mat((A * B * C.t()).t() * ones)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(transposes_alone) {
  const mat A = uniform(3, 5), C = uniform(5, 3), E = uniform(3, 5);
  BOOST_TEST(error(gradient([&](auto v) { return accu(v.t() % C); }, A), mat(C.t())) == 0);
  BOOST_TEST(
      error(gradient([&](auto v) { return accu(trans(v) % C) + accu(strans(v).st() % E); }, A), mat(C.t() + E)) == 0);
  BOOST_TEST(error(gradient([&](auto v) { return accu(v.t().t() % E); }, A), E) == 0);
  BOOST_TEST(error(gradient([&](auto v) { return accu(exp(v.t()) % C); }, A), mat(arma::exp(A) % C.t())) < 1e-15);
  BOOST_TEST(error(gradient([&](auto v) { return accu((v.t().t() * C) % arma::eye(3, 3)); }, A), mat(C.t())) < 1e-15);
}

BOOST_AUTO_TEST_CASE(a_number_times_a_matrix) {
  const mat W = uniform(4, 3), C = uniform(4, 3), two{2.0};
  BOOST_TEST(error(gradient([&](auto w) { return accu((2 * w) % C); }, W), mat(2 * C)) == 0);
  BOOST_TEST(error(gradient([&](auto w) { return accu((w * 0.5) % C); }, W), mat(C / 2)) == 0);
  const auto by_number = [&](auto w, auto s) { return accu((accu(s) * w) % C) + accu((w * accu(s)) % C); };
  const auto [J, g] = value_and_gradient(by_number, W, two);
  BOOST_TEST(error(J, 4 * arma::accu(W % C)) < 1e-15);
  BOOST_TEST(error(std::get<0>(g), mat(4 * C)) < 1e-15);
  BOOST_TEST(error(std::get<1>(g), mat{2 * arma::accu(W % C)}) < 1e-15);
  // s^2 w, with s = accu(w): H D = 2 s accu(D) C + 2 s accu(C % D) + 2 accu(D) accu(C % W)
  const mat D = uniform(4, 3);
  const double s = arma::accu(W), d = arma::accu(D);
  const auto loss = [&](auto w) { return accu(C % (accu(w) * (accu(w) * w))); };
  BOOST_TEST(error(hessian_vector_product(loss, W, D),
                   mat(2 * s * d * C + 2 * s * arma::accu(C % D) + 2 * d * arma::accu(C % W))) < 1e-13);
}

BOOST_AUTO_TEST_CASE(constants_on_either_side) {
  const mat W = uniform(4, 3), X = uniform(4, 6), Z = uniform(3, 6), one = filled(1, 1, 1.0);
  const arma::vec c = uniform(4, 1);
  const mat ones = filled(6, 3, 1.0), wide = filled(4, 6, 1.0);
  const auto dW = [&](auto loss) { return gradient([&](auto w) { return accu(loss(w)); }, W); };
  BOOST_TEST(error(dW([&](auto w) { return X.t() * w; }), mat(X * ones)) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return mat(X.t()) * w; }), mat(X * ones)) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return (2 * X.t()) * w; }), mat(2 * X * ones)) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return w.t() * (2 * X - 1); }), mat((2 * X - 1) * ones)) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return w.t() * X; }), mat(X * ones)) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return w.t() * view(X); }), mat(X * ones)) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return w * view(Z); }), mat(wide * Z.t())) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return w * Z; }), mat(wide * Z.t())) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return c.t() * w; }), mat(c * filled(1, 3, 1.0))) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return w.t() * c; }), mat(c * filled(1, 3, 1.0))) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return X.cols(1, 2).t() * w; }), mat(X.cols(1, 2) * filled(2, 3, 1.0))) < 1e-14);
  BOOST_TEST(error(dW([&](auto w) { return c * c.t() * w; }), mat(c * c.t() * filled(4, 3, 1.0))) < 1e-14);
}

BOOST_AUTO_TEST_SUITE_END()
