#define BOOST_TEST_MODULE sparse
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(products_on_either_side, eT, Reals) {
  using M = arma::Mat<eT>;
  for (const auto& size : {arma::SizeMat(0, 0), arma::SizeMat(1, 1), arma::SizeMat(3, 0), arma::SizeMat(1, 6),
                           arma::SizeMat(6, 1), arma::SizeMat(7, 5)}) {
    BOOST_TEST_CONTEXT("S of " << size.n_rows << "x" << size.n_cols) {
      const arma::SpMat<eT> S = arma::sprandu<arma::SpMat<eT>>(size.n_rows, size.n_cols, 0.4);
      const M dense(S), V = uniform<eT>(size.n_cols, 3), W = uniform<eT>(size.n_rows, 3);
      const auto check = [&](auto loss, auto plain, const M& at) {
        Tape<eT> tape;
        const auto x = tape.variable(at), y = tape.variable(at);
        BOOST_TEST(error(loss(x).value(), plain(y).value()) < tolerance<eT>);
        const auto curved = [&](const auto& f) { return [&f](const Var<eT>& v) { return accu(exp(f(v))); }; };
        BOOST_TEST(error(gradient(curved(loss), at), gradient(curved(plain), at)) < 20 * tolerance<eT>);
        const M D = uniform<eT>(at.n_rows, at.n_cols);
        BOOST_TEST(error(hessian_vector_product(curved(loss), at, D), hessian_vector_product(curved(plain), at, D)) <
                   50 * tolerance<eT>);
        if (at.n_elem) BOOST_TEST(check_gradient(curved(loss), at).passed());
      };
      const M Vt = V.t(), Wt = W.t();
      using X = const Var<eT>&;
      check([&](X x) { return S * x; }, [&](X x) { return dense * x; }, V);
      check([&](X x) { return S.t() * x; }, [&](X x) { return dense.t() * x; }, W);
      check([&](X x) { return x * S; }, [&](X x) { return x * dense; }, Wt);
      check([&](X x) { return x * S.t(); }, [&](X x) { return x * dense.t(); }, Vt);
      check([&](X x) { return view(S) * x; }, [&](X x) { return dense * x; }, V);
      check([&](X x) { return x * view(S).t(); }, [&](X x) { return x * dense.t(); }, Vt);
      check([&](X x) { return (S + S) * x; }, [&](X x) { return 2 * dense * x; }, V);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_copy_outlives_the_matrix) {
  Tape<double> tape;
  const auto x = tape.variable(arma::mat(3, 2, arma::fill::ones));
  Var<double> y;
  {
    const arma::sp_mat S = arma::speye<arma::sp_mat>(3, 3);
    y = S * x;
  }
  BOOST_TEST(error(y.value(), arma::mat(3, 2, arma::fill::ones)) == 0);
  BOOST_TEST(!formula_text(y).empty());
  check_says(refusal([&] { (void)(arma::sp_mat(4, 5) * x); }), {"matmul at test_sparse.cpp", "4x5 and 3x2"});
}

BOOST_AUTO_TEST_SUITE_END()
