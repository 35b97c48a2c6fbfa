// What people type, and the same in Armadillo's spelling.
#define BOOST_TEST_MODULE spelling
#include <boost/test/unit_test.hpp>

#include "apps/expression/spelling.hpp"

using namespace armagrad::apps;

BOOST_AUTO_TEST_CASE(other_spellings_of_what_armadillo_has) {
  for (const auto& [typed, armadillo] : {
           std::pair("tr(A*X)", "trace(A*X)"),
           {"Tr(X^T*A*X)", "trace(X'*A*X)"},
           {"X.T*X", "X'*X"},
           {"X.t()*X", "X.t()*X"},
           {"transpose(X)*inverse(X)", "trans(X)*inv(X)"},
           {"X^-T + X^{-T} + X^{T} + Xᵀ", "X^-1' + X^-1' + X' + X'"},
           {"X^{-1} + X⁻¹", "X^(-1) + X^-1"},
           {"x^{p+1}", "x^(p+1)"},
           {"logdet(S) + ln(x) + expm(A) + logm(S) + sinm(A) + cosm(A) + vec(X)",
            "log_det(S) + log(x) + expmat(A) + logmat(S) + sinmat(A) + cosmat(A) + vectorise(X)"},
           {"ln|det(X)| + log |x|", "log(abs(det(X))) + log(abs(x))"},
           {"λ||w||^2", "lambda norm(w)^2"},
           {"norm1(x - (y)) + normF(X)", "norm(x - (y), 1) + norm(X, \"fro\")"},
           {"a .* b ./ c @ d ⊙ e1", "a % b / c * d % e1"},
           {"norm(X, 'fro') + x'*y'", "norm(X, \"fro\") + x'*y'"},
           {"|x'*y|", "abs(x'*y)"},
           {"|a||b|", "abs(a)abs(b)"},
           {"||A*x - b||_2^2", "norm(A*x - b, 2)^2"},
           {"||X||_F^2 + ||w||_1 + ||x||²", "norm(X, \"fro\")^2 + norm(w, 1) + norm(x)^2"},
           {"‖x − μ‖^2", "norm(x - mu)^2"},
           {"λ*x'*x", "lambda*x'*x"},
           {"X[0,1] + x[2]", "X(0,1) + x(2)"},
           {"e^x + e^(2*x) + e^{-x} + e", "exp(x) + exp(2*x) + exp(-x) + exp(1)"},
           {"2*pi*x", "2*pi*x"},
           {"e^tr(X) + e^-x*y", "exp(trace(X)) + exp(-x)*y"},
           {"tr X^2 + ln det(X) - log det X'", "trace(X^2) + log(det(X)) - log(det(X'))"},
           {"√(x'x) + ½ ⟨x, y⟩ + √n", "sqrt(x'x) + (1/2) dot(x, y) + sqrt(n)"},
           {"∑(x) + σ(x) + lse(x)", "accu(x) + sigmoid(x) + logsumexp(x)"},
           {"X^⊤A + x**2 + a ⋅ b", "X'A + x.^2 + a * b"},
           {"2 \\lambda + \\alpha - \\|x\\|", "2 lambda + alpha - norm(x)"},
           {"X\\y", "X\\y"},
           {"norm(x, inf) + ||x||_inf + ||x||_∞", "norm(x, \"inf\") + norm(x, \"inf\") + norm(x, \"inf\")"},
           {"np.trace(X) + np.linalg.det(X)", "trace(X) + det(X)"},
           {"1'x + x'1 + 1^T*X*1", "ones'x + x'ones + ones'*X*ones"},
           {"1 - x*1 + 21", "1 - x*1 + 21"},
           {"tr x y", "tr x y"},
           {"-log σ(a^T x) + ln ∑ e^x", "-log(sigmoid(a' x)) + log(accu(exp(x)))"},
           {"1e-5*x + 2e3 + .5", "1e-5*x + 2e3 + .5"},
           {"diag(x)*y", "diag(x)*y"},
           {"sum(x, \"tr\")", "sum(x, \"tr\")"},
           {"./x + (.*x) + .^2 + .", "/x + (%x) + .^2 + ."},
       })
    BOOST_TEST(in_armadillo_spelling(typed, {}) == armadillo);
}

BOOST_AUTO_TEST_CASE(names_side_by_side_and_entries_from_one) {
  const std::set<std::string> declared{"A", "X", "x", "ab"};
  for (const auto& [typed, armadillo] : {std::pair("x'Ax", "x'A x"),
                                         {"xᵀAAx", "x'A A x"},
                                         {"abA", "ab A"},
                                         {"Axy", "Axy"},
                                         {"X_12 + X_{2,1} + x_3", "X(0,1) + X(1,0) + x(2)"},
                                         {"x_0", "x_0"}})
    BOOST_TEST(in_armadillo_spelling(typed, declared) == armadillo);
}

BOOST_AUTO_TEST_CASE(declared_names_win) {
  BOOST_TEST(in_armadillo_spelling("e^x + pi*tr", {"e", "pi", "tr"}) == "e^x + pi*tr");
  BOOST_TEST(in_armadillo_spelling("x^T", {"T"}) == "x^T");
}

BOOST_AUTO_TEST_CASE(what_is_spelt_as_in_armadillo_stays) {
  const std::string loss = "-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W) + norm(x, \"fro\") + X.each_row()";
  BOOST_TEST(in_armadillo_spelling(loss, {"Y", "W", "X", "n", "l2"}) == loss);
}
