#define BOOST_TEST_MODULE statistics
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::uword;

template <class eT>
struct Case {
  const char* name;
  std::function<Var<eT>(const Var<eT>&, uword dim)> on_tape;
  mat (*expected)(const mat&, uword dim);
};

// clang-format off
template <class eT>
std::vector<Case<eT>> cases() {
  using V = const Var<eT>&;
  using M = const mat&;
  return {
      {"min", [](V x, uword d) { return min(x, d); }, [](M x, uword d) -> mat { return arma::min(x, d); }},
      {"var", [](V x, uword d) { return var(x, 0, d); }, [](M x, uword d) -> mat { return arma::var(x, 0, d); }},
      {"var by n", [](V x, uword d) { return var(x, 1, d); }, [](M x, uword d) -> mat { return arma::var(x, 1, d); }},
      {"stddev", [](V x, uword d) { return stddev(x, 0, d); }, [](M x, uword d) -> mat { return arma::stddev(x, 0, d); }},
      {"stddev by n", [](V x, uword d) { return stddev(x, 1, d); }, [](M x, uword d) -> mat { return arma::stddev(x, 1, d); }},
      {"vecnorm", [](V x, uword d) { return vecnorm(x, 2, d); }, [](M x, uword d) -> mat { return arma::sqrt(arma::sum(arma::square(x), d)); }},
      {"vecnorm 1", [](V x, uword d) { return vecnorm(x, 1, d); }, [](M x, uword d) -> mat { return arma::sum(arma::abs(x), d); }},
      {"normalise", [](V x, uword d) { return normalise(x, 2, d); }, [](M x, uword d) -> mat { return arma::normalise(x, 2, d); }},
      {"normalise 1", [](V x, uword d) { return normalise(x, 1, d); }, [](M x, uword d) -> mat { return arma::normalise(x, 1, d); }},
      {"norm fro", [](V x, uword) { return norm(x, "fro"); }, [](M x, uword) { return mat{arma::norm(x, "fro")}; }},
      {"norm 1", [](V x, uword) { return norm(x, 1); }, [](M x, uword) { return mat{arma::norm(x, 1)}; }},
      {"norm inf", [](V x, uword) { return norm(x, "inf"); }, [](M x, uword) { return mat{arma::norm(x, "inf")}; }},
  };
}
// clang-format on

template <class eT>
eT number(const std::function<Var<eT>(const Var<eT>&)>& f, const arma::Mat<eT>& X) {
  Tape<eT> tape;
  return f(tape.variable(X)).scalar();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(values_are_armadillos, eT, Reals) {
  for (const Case<eT>& c : cases<eT>()) {
    for (const uword rows : {1, 2, 9, 53}) {
      for (const uword cols : {1, 3, 17}) {
        for (const uword dim : {0, 1}) {
          BOOST_TEST_CONTEXT(c.name << " of " << rows << "x" << cols << " by " << dim) {
            const auto X = uniform<eT>(rows, cols);
            Tape<eT> tape;
            BOOST_TEST(error(c.on_tape(tape.variable(X), dim).value(), c.expected(to_double(X), dim)) <
                       20 * tolerance<eT>);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(derivatives_to_second_order) {
  for (const Case<double>& c : cases<double>()) {
    for (const auto& size :
         {arma::SizeMat(1, 1), arma::SizeMat(1, 4), arma::SizeMat(4, 1), arma::SizeMat(3, 4), arma::SizeMat(11, 9)}) {
      for (const uword dim : {0, 1}) {
        BOOST_TEST_CONTEXT(c.name << " of " << size.n_rows << "x" << size.n_cols << " by " << dim) {
          const auto X = uniform(size.n_rows, size.n_cols), D = uniform(size.n_rows, size.n_cols);
          const mat y = c.expected(X, dim), C = uniform(y.n_rows, y.n_cols);
          const auto loss = [&](const auto& x) {
            const auto v = c.on_tape(x, dim);
            return accu(C % exp(v)) + accu(v);
          };
          const auto plain = [&](const mat& x) {
            return arma::accu(C % arma::exp(c.expected(x, dim))) + arma::accu(c.expected(x, dim));
          };
          const bool flat = y.n_elem == X.n_elem && c.name[0] == 's';  // of a single entry: a kink
          if (!flat) BOOST_TEST(error(gradient(loss, X), differences(plain, X)) < 1e-7);
          const auto slope = [&](const mat& x) { return gradient(loss, x); };
          BOOST_TEST(error(hessian_vector_product(loss, X, D), directional(slope, X, D)) < 1e-6);
          if (arma::norm(gradient(loss, X), "fro") > 1e-6) BOOST_TEST(check_gradient(loss, X).passed());
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(zero_norms_and_spreads_have_zero_derivatives, eT, Reals) {
  const arma::Mat<eT> zeros(3, 2, arma::fill::zeros), same(3, 2, arma::fill::value(eT(5)));
  const auto flat = [](auto loss, const arma::Mat<eT>& X) {
    BOOST_TEST(error(gradient(loss, X), arma::Mat<eT>(3, 2, arma::fill::zeros)) == 0);
    BOOST_TEST(arma::is_finite(hessian_vector_product(loss, X, arma::Mat<eT>(3, 2, arma::fill::ones))));
  };
  using V = const Var<eT>&;
  flat([](V x) { return norm(x, "fro"); }, zeros);
  flat([](V x) { return norm(x, 1); }, zeros);
  flat([](V x) { return norm(x, "inf"); }, zeros);
  flat([](V x) { return accu(vecnorm(x)); }, zeros);
  flat([](V x) { return accu(stddev(x)); }, same);
  flat([](V x) { return accu(var(x)); }, same);
  flat([](V x) { return accu(stddev(x, 1, 1)); }, same);
  BOOST_TEST(error(gradient([](V x) { return accu(normalise(x)); }, zeros), filled(3, 2, 1.0)) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(norms_neither_overflow_nor_vanish, eT, Reals) {
  const eT huge = std::numeric_limits<eT>::max() / 8, tiny = std::numeric_limits<eT>::denorm_min() * 4;
  for (const eT scale : {huge, tiny}) {
    const arma::Mat<eT> x{3 * scale, -4 * scale};
    BOOST_TEST(number<eT>([](const Var<eT>& v) { return norm(v); }, x) == 5 * scale);
    BOOST_TEST(error(gradient([](const Var<eT>& v) { return norm(v); }, x), mat{{0.6, -0.8}}) < tolerance<eT>);
  }
  const auto norm_of = [](double a) { return number<eT>([](const Var<eT>& v) { return norm(v); }, {eT(a), 1}); };
  BOOST_TEST(norm_of(inf) == eT(inf));
  BOOST_TEST(norm_of(-inf) == eT(inf));
  BOOST_TEST(std::isnan(norm_of(not_a_number)));
}

BOOST_AUTO_TEST_CASE(vectors_give_numbers) {
  const mat row{{1, 5, 3, -2}}, column = row.t();
  using V = const VectorVar<double>&;
  for (const mat& v : {row, column}) {
    const arma::vec x = arma::vectorise(v);
    Tape<double> tape;
    const VectorVar<double> of = tape.variable(v);
    const auto number = [&of](auto f) { return f(of).scalar(); };
    BOOST_TEST(error(number([](V y) { return min(y); }), -2) == 0);
    BOOST_TEST(error(number([](V y) { return var(y); }), arma::var(x)) < 1e-14);
    BOOST_TEST(error(number([](V y) { return stddev(y, 1); }), arma::stddev(x, 1)) < 1e-14);
    BOOST_TEST(error(number([](V y) { return norm(y); }), arma::norm(x)) < 1e-14);
    BOOST_TEST(error(number([](V y) { return norm(y, 1); }), 11) == 0);
    BOOST_TEST(error(number([](V y) { return norm(y, "inf"); }), 5) == 0);
    BOOST_TEST(error(number([](V y) { return norm(y, "-inf"); }), 1) == 0);
    BOOST_TEST(error(number([](V y) { return prod(y); }), -30) == 0);
    BOOST_TEST(error((of - min(of)).value(), mat(v + 2)) == 0);
    BOOST_TEST(error((of / norm(of, "inf")).value(), mat(v / 5)) < 1e-15);
    BOOST_TEST(error((of * prod(of)).value(), mat(v * -30)) == 0);
    BOOST_TEST(error(((of - mean(of)) / stddev(of)).value(), mat((v - arma::mean(x)) / arma::stddev(x))) < 1e-14);
    BOOST_TEST(error(cumsum(of).value(), v.n_rows == 1 ? mat{{1, 6, 9, 7}} : mat(arma::vec{1, 6, 9, 7})) == 0);
  }
}

BOOST_AUTO_TEST_CASE(of_equal_smallest_entries_the_first_gets_the_derivative) {
  const mat X{{2, 1, 1}, {0, 3, 0}};
  BOOST_TEST(error(gradient([](auto x) { return accu(min(x, 1)); }, X), mat{{0, 1, 0}, {1, 0, 0}}) == 0);
  Tape<double> tape;
  BOOST_TEST(std::isnan(min(tape.variable(arma::rowvec{1, not_a_number, 0})).scalar()));
  BOOST_TEST(min(tape.variable(arma::rowvec{1, -inf, 0})).scalar() == -inf);
}

BOOST_AUTO_TEST_CASE(dot_takes_vectors_of_any_orientation) {
  const mat row{{1, 2, 3}}, column(arma::vec{4, 5, 6}), D(arma::vec{7, 8, 9});
  Tape<double> tape;
  const auto r = tape.variable(row), c = tape.variable(column);
  BOOST_TEST(dot(r, c).scalar() == 32);
  BOOST_TEST(dot(c, row).scalar() == 32);
  tape.backward(dot(r, c));
  BOOST_TEST(error(tape.gradient(r), mat(column.t())) == 0);
  BOOST_TEST(error(tape.gradient(c), mat(row.t())) == 0);
  check_says(refusal([&] { dot(r, mat(2, 2)); }), {"dot at", "objects must have the same number of elements"});
}

BOOST_AUTO_TEST_CASE(nothing_and_misuse) {
  Tape<double> tape;
  const auto none = tape.variable(mat(0, 4)), x = tape.variable(mat(3, 4)), empty = tape.variable(mat(0, 0));
  const auto says = [](auto f, const char* what) { check_says(refusal(f), {what, "test_statistics.cpp"}); };
  says([&] { mean(none, 0); }, "mean at");
  says([&] { mean(none, 0); }, "object has no elements");
  says([&] { mean(tape.variable(mat(0, 1))); }, "object has no elements");
  says([&] { min(none, 0); }, "object has no elements");
  says([&] { var(none); }, "object has no elements");
  says([&] { stddev(empty); }, "object has no elements");
  says([&] { var(x, 2); }, "parameter 'norm_type' must be 0 or 1");
  says([&] { var(x, 0, 2); }, "dim must be 0 or 1");
  says([&] { norm(x, 3); }, "unsupported matrix norm type");
  says([&] { norm(x.row(0), 3); }, "unsupported vector norm type");
  says([&] { norm(x, "-inf"); }, "unsupported matrix norm type");
  BOOST_TEST(norm(empty).scalar() == 0);
  BOOST_TEST(error(mean(none, 1).value(), mat(0, 1)) == 0);
  BOOST_TEST(error(var(none, 0, 1).value(), mat(0, 1)) == 0);
  BOOST_TEST(error(min(none, 1).value(), mat(0, 1)) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
