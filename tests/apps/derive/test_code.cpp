// The C++ that derive --code armadillo prints compiles, without this library, and computes what the tape
// does.
#define BOOST_TEST_MODULE calculator_code
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "apps/derive/derivation.hpp"

// clang-format off
namespace softmax_regression {
#include "softmax_regression.inc"
}
namespace samples_as_rows {
#include "samples_as_rows.inc"
}
namespace hessian_times_vector {
#include "hessian_times_vector.inc"
}
namespace perceptron {
#include "perceptron.inc"
}
namespace gaussian {
#include "gaussian.inc"
}
namespace matrix_functions {
#include "matrix_functions.inc"
}
namespace logistic {
#include "logistic.inc"
}
// clang-format on

using namespace armagrad::apps;

namespace {

using arma::mat;
using Strings = std::vector<std::string>;

/// An expression with random data, and what the tape finds its gradients to be.
struct OnTape {
  Problem problem;
  Data data;
  std::vector<mat> gradients;

  OnTape(const std::string& expression, const Strings& variables, const Strings& by, const std::string& along = "")
      : problem(posed(expression, variables, by, along)),
        data(drawn(problem.variables, Range::normal, Length::one, Order::ascending, 7)),
        gradients(values_at(problem, data).gradients) {}

  const mat& operator()(const std::string& name) const { return data.values.at(name); }
  double number(const std::string& name) const { return data.values.at(name)(0); }
};

void check(const mat& code, const mat& tape) {
  BOOST_REQUIRE((arma::size(code) == arma::size(tape)));
  BOOST_TEST(arma::norm(code - tape, "fro") <= 1e-13 * arma::norm(tape, "fro"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(softmax_regression_by_columns) {
  const OnTape t("-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)",
                 {"W:d,c", "X:d,n", "Y:c,n:columns-sum-to-one", "l2"}, {"W"});
  check(softmax_regression::dJ_dW(t("W"), t("X"), t("Y"), t.number("l2")), t.gradients[0]);
}

BOOST_AUTO_TEST_CASE(softmax_regression_by_rows) {
  const OnTape t("-accu(Y % log_softmax(X*W, 1))/n", {"W:d,c", "X:n,d", "Y:n,c:rows-sum-to-one"}, {"W"});
  check(samples_as_rows::dJ_dW(t("W"), t("X"), t("Y")), t.gradients[0]);
}

BOOST_AUTO_TEST_CASE(its_hessian_times_a_vector) {
  const OnTape t("-accu(Y % log_softmax(W'*X, 0))/n", {"W:d,c", "X:d,n", "Y:c,n:columns-sum-to-one"}, {"W"}, "V");
  check(hessian_times_vector::dJ_V_dW(t("V"), t("W"), t("X")), t.gradients[0]);
}

BOOST_AUTO_TEST_CASE(a_perceptron_with_named_intermediates) {
  const OnTape t("0.5*accu(square((A*relu((B*X).each_col() + b)) - Y))/n",
                 {"A:c,h", "B:h,d", "b:h,1", "X:d,n", "Y:c,n"}, {"A", "B", "b"});
  check(perceptron::dJ_dA(t("A"), t("B"), t("X"), t("Y"), t("b")), t.gradients[0]);
  check(perceptron::dJ_dB(t("A"), t("B"), t("X"), t("Y"), t("b")), t.gradients[1]);
  check(perceptron::dJ_db(t("A"), t("B"), t("X"), t("Y"), t("b")), t.gradients[2]);
}

BOOST_AUTO_TEST_CASE(a_gaussian_likelihood) {
  const OnTape t("0.5*n*log_det(S) + 0.5*accu(X % solve(S, X))", {"S:d,d:spd", "X:d,n"}, {"S"});
  check(gaussian::dJ_dS(t("S"), t("X")), t.gradients[0]);
}

BOOST_AUTO_TEST_CASE(functions_of_matrices) {
  const OnTape t("trace(sinmat(X)*B) + trace(cosmat(X)*B) + accu(square(logmat(X*X' + eye(n, n))))", {"X:n,n", "B:n,n"},
                 {"X"});
  check(matrix_functions::dJ_dX(t("B"), t("X")), t.gradients[0]);
}

BOOST_AUTO_TEST_CASE(a_number_and_a_name_that_is_a_keyword) {
  const OnTape t("accu(softplus(-y % (X*new)))/n + s*norm(new)", {"new:d,1", "X:n,d", "y:n,1", "s"}, {"new", "s"});
  check(logistic::dJ_dnew(t("X"), t("new"), t.number("s"), t("y")), t.gradients[0]);
  check(mat(1, 1, arma::fill::value(logistic::dJ_ds(t("new")))), t.gradients[1]);
}
