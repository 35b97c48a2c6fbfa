// Formulas of random expressions, read back, are the tape's gradients.
#define BOOST_TEST_MODULE random_formulas
#include <boost/test/unit_test.hpp>
#include <random>

#include "problem.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

/// Random expressions of what formulas are made of, over M.. (variables) and K.. (constants) of all shapes.
class Expressions {
 public:
  explicit Expressions(unsigned seed) : random_(seed) {}

  std::string loss() {
    const std::string r = side(), c = side();
    switch (below(5)) {
      case 0:
        return std::string("accu(") + matrix(r, c, 3) + ")";
      case 1:
        return std::string("accu(") + matrix(r, c, 2) + " % " + matrix(r, c, 2) + ")";
      case 2:
        return std::string("s*accu(square(") + matrix(r, c, 2) + "))/n + accu(" + matrix(c, r, 2) + ")";
      case 3:
        return std::string("dot(") + matrix(r, c, 2) + ", " + matrix(r, c, 1) + ")/accu(1.5 + square(" +
               matrix(c, r, 1) + "))";
      default:
        return std::string("0.5*log_det(") + positive(r, 1) + ") - accu(" + matrix(r, c, 2) + ")";
    }
  }
  /// A function of matrices, of which each of these is a different one, at a random expression of depth 1.
  static constexpr std::size_t functions_tried = 71;
  std::string loss_of_function(std::size_t k) {
    constexpr std::array<const char*, functions_tried> all{"chol(@*@' + 2*eye(d, d))",
                                                           "chol(@*@' + 2*eye(d, d), \"lower\")",
                                                           "sort(@)",
                                                           "sort(@, \"descend\", 1)",
                                                           "cumsum(@)",
                                                           "cumsum(@, 1)",
                                                           "trimatu(@)",
                                                           "trimatl(@)",
                                                           "diagmat(diagvec(@))",
                                                           "diagmat(@)",
                                                           "diagvec(@)",
                                                           "trace(@)",
                                                           "kron(@, Mcd)",
                                                           "kron(Mhc, @)",
                                                           "expmat(@/4)",
                                                           "logmat(@*@' + 2*eye(d, d))",
                                                           "sinmat(@/4)",
                                                           "cosmat(@/4)",
                                                           "inv_sympd(@*@' + 2*eye(d, d))",
                                                           "inv(@ + 5*eye(d, d))",
                                                           "solve(@ + 5*eye(d, d), Mdc)",
                                                           "syl(@ + 5*eye(d, d), 5*eye(c, c), Mdc)",
                                                           "pinv(Mdc*1)",
                                                           "pinv(Mcd*1)",
                                                           "solve(Mdc*1, @)",
                                                           "repmat(@, 2, 3)",
                                                           "reshape(@, 1, d*d)",
                                                           "reshape(Mdc, c, d)",
                                                           "vectorise(@)",
                                                           "vectorise(@, 1)",
                                                           "join_rows(@, Mdc)",
                                                           "join_cols(Mcd, @)",
                                                           "cols(@, 1, 2)",
                                                           "rows(@, 0, 2)",
                                                           "submat(@, 0, 1, 2, 3)",
                                                           "row(@, 2)",
                                                           "col(@, 3)",
                                                           "head_cols(@, 2)",
                                                           "tail_rows(@, 3)",
                                                           "@.at(1, 2)",
                                                           "eig_sym(@ + @')",
                                                           "svd(@ + 3*eye(d, d))",
                                                           "svd(Mdc*1)",
                                                           "sqrtmat_sympd(@*@' + 2*eye(d, d))",
                                                           "prod(@)",
                                                           "prod(@, 1)",
                                                           "var(@)",
                                                           "var(@, 1, 1)",
                                                           "stddev(@)",
                                                           "stddev(@, 0, 1)",
                                                           "vecnorm(@)",
                                                           "vecnorm(@, 2, 1)",
                                                           "vecnorm(@, 1)",
                                                           "norm(@)",
                                                           "norm(@, 1)",
                                                           "normalise(@)",
                                                           "normalise(@, 2, 1)",
                                                           "det(@ + 5*eye(d, d))",
                                                           "log_det_sympd(@*@' + 2*eye(d, d))",
                                                           "mean(@, 1)",
                                                           "mean(vectorise(@))",
                                                           "max(@)",
                                                           "min(@, 1)",
                                                           "polygamma(1, 1 + square(@))",
                                                           "lgamma(1.5 + square(@))",
                                                           "where(@ > 0, @, square(@))",
                                                           "hypot(@, 2 + @)",
                                                           "xlogy(@, 2 + square(@))",
                                                           "clamp(@, -0.5, 0.5)",
                                                           "gelu(elu(@, 0.7))",
                                                           "folded(@, 2, 2)"};
    std::string text = all[k];
    const std::string x = matrix("d", "d", 1);
    for (auto at = text.find('@'); at != text.npos; at = text.find('@', at + x.size())) text.replace(at, 1, x);
    return "accu(sin(" + text + "))";
  }
  static std::string names() {
    std::string all = "s";
    for (const char* r : {"d", "c", "h"}) {
      for (const char* c : {"d", "c", "h"}) {
        for (const char* kind : {"M", "K"}) all += std::string(" ") + kind + r + c + ":" + r + "," + c + "=uniform";
      }
    }
    return all;
  }

 private:
  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  std::string side() { return std::array{"d", "c", "h"}[below(3)]; }
  std::string leaf(const std::string& r, const std::string& c) { return (below(3) ? "M" : "K") + r + c; }
  std::string positive(const std::string& r, int depth) {
    const std::string x = matrix(r, side(), depth);
    return std::string("(") + x + "*(" + x + ")' + 2*eye(" + r + ", " + r + "))";
  }
  std::string matrix(const std::string& r, const std::string& c, int depth) {
    if (depth == 0) return leaf(r, c);
    const auto x = [&] { return matrix(r, c, depth - 1); };
    const std::string k = side();
    switch (below(24)) {
      case 0:
      case 1:
        return std::string("(") + x() + " + " + x() + ")";
      case 2:
        return std::string("(") + x() + " - " + x() + ")";
      case 3:
        return std::string("(") + x() + " % " + x() + ")";
      case 4:
        return std::string("(") + x() + " / (1.5 + square(" + x() + ")))";
      case 5:
      case 6:
      case 7:
        return std::string("(") + matrix(r, k, depth - 1) + "*" + matrix(k, c, depth - 1) + ")";
      case 8:
      case 9:
        return std::string("(") + matrix(c, r, depth - 1) + ")'";
      case 10:
        return std::string("(s*") + x() + ")";
      case 11:
        return std::string("(") + x() + "/(2*n))";
      case 12:
      case 13: {
        constexpr const char* functions[] = {"tanh",     "sin",  "cos", "sigmoid", "square",
                                             "softplus", "relu", "abs", "erf",     "atan"};
        return functions[below(10)] + ("(" + x() + ")");
      }
      case 14:
        return std::string("exp(tanh(") + x() + "))";
      case 15:
        return std::string("log(1.5 + square(") + x() + "))";
      case 16:
        return std::string("sqrt(1 + square(") + x() + "))";
      case 17:
        return std::string(below(2) ? "log_softmax(" : "softmax(") + x() + (below(2) ? ", 0)" : ", 1)");
      case 18:
        return std::string("repmat(") + std::string(below(2) ? "sum" : "logsumexp") + "(" + x() + ", 0), " + r + ", 1)";
      case 19:
        return std::string("repmat(") + std::string(below(2) ? "sum" : "logsumexp") + "(" + x() + ", 1), 1, " + c + ")";
      case 20:
        return std::string("(inv(") + positive(r, 0) + ")*" + x() + ")";
      case 21:
        return std::string("solve(") + positive(r, 0) + ", " + x() + ")";
      case 22:
        return std::string("max(") + x() + ", " + x() + ")";
      default:
        return std::string("pow(") + x() + ", 3)";
    }
  }

  std::mt19937 random_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(formulas_of_every_function_read_back) {
  constexpr unsigned tries = 10;
  double worst = 0;
  unsigned missed = 0;
  for (std::size_t k = 0; k < Expressions::functions_tried; ++k) {
    for (unsigned seed = 0; seed < tries; ++seed) {
      arma::arma_rng::set_seed(seed + 1);
      const std::string expression = Expressions(seed).loss_of_function(k);
      Problem problem(expression, "Mdd,Mdc,Mcd,Mhc,Mdh", Expressions::names());
      double error = arma::datum::inf;
      std::string why;
      try {
        error = problem.error();
      } catch (const std::exception& e) {
        why = e.what();
      }
      worst = std::max(worst, error);
      missed += !(error <= 1e-12);
      BOOST_TEST(error <= 1e-12, "seed " << seed << ": " << expression << "\n"
                                         << why << "\n"
                                         << problem.formula->text());
    }
  }
  BOOST_TEST_MESSAGE(tries * Expressions::functions_tried - missed << " of " << tries * Expressions::functions_tried
                                                                   << " read back within 1e-12, the worst error "
                                                                   << worst);
}

BOOST_AUTO_TEST_CASE(random_formulas_read_back_are_the_gradients) {
  constexpr unsigned tried = 2500;
  double worst = 0;
  unsigned missed = 0;
  for (unsigned seed = 0; seed < tried; ++seed) {
    arma::arma_rng::set_seed(seed + 1);
    const std::string expression = Expressions(seed).loss();
    Problem problem(expression, "Mdd,Mdc,Mcd,Mhc,Mdh", Expressions::names());
    const double error = problem.error();
    worst = std::max(worst, error);
    missed += !(error <= 1e-12);
    BOOST_TEST(error <= 1e-12, "seed " << seed << ": " << expression << "\n" << problem.formula->text());
  }
  BOOST_TEST_MESSAGE(tried - missed << " of " << tried << " read back within 1e-12, the worst error " << worst);
}
