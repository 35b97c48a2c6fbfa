// The gradients of well-known objectives end in the lines of a textbook, however they are spelt.
#define BOOST_TEST_MODULE objectives
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "problem.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

struct Objective {
  const char *expression, *by, *names, *line;
};

void check(const Objective& o) {
  arma::arma_rng::set_seed(1);
  Problem problem(o.expression, o.by, o.names);
  std::string lines;
  for (const auto& [left, right] : problem.formula->definitions()) lines += left + " = " + right + "; ";
  for (const auto& [left, right] : problem.formula->gradients()) lines += left + " = " + right + "; ";
  BOOST_TEST(lines.substr(0, lines.size() - 2) == o.line, o.expression << "\n  " << lines << "\n  " << o.line);
  BOOST_TEST(problem.error() <= 1e-12, o.expression);
}
template <std::size_t n>
void check(const Objective (&table)[n]) {
  for (const Objective& o : table) check(o);
}

}  // namespace

BOOST_AUTO_TEST_CASE(softmax_regression_in_every_spelling) {
  constexpr auto line = "dJ/dW = 1/n X (softmax(W' X) - Y)' + l2 W";
  constexpr auto names = "W:d,c X:d,n Y:c,n=columns l2";
  for (const char* loss : {
           "-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)",
           "(accu(logsumexp(W'*X, 0)) - accu(Y % (W'*X)))/n + 0.5*l2*accu(square(W))",
           "-accu(Y % (W'*X - repmat(logsumexp(W'*X, 0), c, 1)))/n + l2/2*dot(W, W)",
           "-accu(Y % log(exp(W'*X) / repmat(sum(exp(W'*X), 0), c, 1)))/n + 0.5*l2*accu(W % W)",
           "accu(log(sum(exp(W'*X), 0)))/n - accu(Y % (W'*X))/n + 0.5*l2*accu(W % W)",
           "0.5*l2*accu(W % W) - accu(log(softmax(W'*X, 0)) % Y)/n",
           "-dot(Y, log_softmax(W'*X - repmat(max(W'*X, 0), c, 1), 0))/n + 0.5*l2*accu(W % W)",
           "1/n*accu(-log_softmax(W'*X, 0) % Y) + accu(W % (0.5*l2*W))",
       }) {
    arma::arma_rng::set_seed(1);
    Problem problem(loss, "W", names);
    BOOST_TEST(problem.last_line() == line, loss << ": " << problem.last_line());
    BOOST_TEST(problem.error() <= 1e-12, loss);
  }
}

BOOST_AUTO_TEST_CASE(no_rule_knows_a_name_or_an_order) {
  check({
      {"-accu(log_softmax(A'*B, 0) % C)/k + 0.5*rho*dot(A, A)", "A", "A:h,c B:h,k C:c,k=columns rho",
       "dJ/dA = 1/k B (softmax(A' B) - C)' + rho A"},
      {"0.5*l2*accu(square(W)) - accu(Y % log_softmax(X*W, 1))/n", "W", "W:d,c X:n,d Y:n,c=rows l2",
       "dJ/dW = 1/n X' (softmax(X W) - Y) + l2 W"},
      {"-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W) + accu(W % Z)", "W",
       "W:d,c X:d,n Y:c,n=columns Z:d,c l2", "dJ/dW = 1/n X (softmax(W' X) - Y)' + l2 W + Z"},
      {"-accu(Y % log_softmax(W'*X, 0))/n + l1*accu(abs(W))", "W", "W:d,c X:d,n Y:c,n=columns l1",
       "dJ/dW = 1/n X (softmax(W' X) - Y)' + l1 sign(W)"},
      {"-accu(Y % log_softmax(W'*X, 0))/n", "W", "W:d,c X:d,n Y:c,n",
       "dJ/dW = 1/n X (softmax(W' X) diagmat(sum(Y, 0)) - Y)'"},
      {"-accu(Y % log_softmax(W'*X + repmat(b, 1, n), 0))/n", "W,b", "W:d,c b:c,1 X:d,n Y:c,n=columns",
       "R = softmax(W' X + b ones(1, n)) - Y; dJ/dW = 1/n X R'; dJ/db = 1/n sum(R, 1)"},
  });
}

BOOST_AUTO_TEST_CASE(regressions) {
  check({
      {"accu(square(A*x - b))", "x", "A:n,d x:d,1 b:n,1", "dJ/dx = 2 A' (A x - b)"},
      {"0.5*dot(b - A*x, b - A*x)/n", "x", "A:n,d x:d,1 b:n,1", "dJ/dx = 1/n A' (A x - b)"},
      {"0.5*accu(square(W'*X - Y))/n", "W", "W:d,c X:d,n Y:c,n", "dJ/dW = 1/n X (W' X - Y)'"},
      {"accu(square(A*x - b)) + l*accu(square(x))", "x", "A:n,d x:d,1 b:n,1 l", "dJ/dx = 2 (A' (A x - b) + l x)"},
      {"-accu(y % log(sigmoid(w'*X)) + (1 - y) % log(1 - sigmoid(w'*X)))/n", "w", "w:d,1 X:d,n y:1,n=01",
       "dJ/dw = 1/n X (sigmoid(w' X) - y)'"},
      {"-accu(y % log(1/(1 + exp(-w'*X))) + (1 - y) % log(1 - 1/(1 + exp(-w'*X))))/n", "w", "w:d,1 X:d,n y:1,n=01",
       "dJ/dw = 1/n X (sigmoid(w' X) - y)'"},
      {"accu(softplus(w'*X) - y % (w'*X))/n", "w", "w:d,1 X:d,n y:1,n=01", "dJ/dw = 1/n X (sigmoid(w' X) - y)'"},
      {"accu(softplus(-y % (w'*X)))/n", "w", "w:d,1 X:d,n y:1,n", "dJ/dw = -1/n X (y % sigmoid(-y % (w' X)))'"},
      {"accu(log(1 + exp(-y % (w'*X))))/n", "w", "w:d,1 X:d,n y:1,n", "dJ/dw = -1/n X (y % sigmoid(-y % (w' X)))'"},
  });
}

BOOST_AUTO_TEST_CASE(networks) {
  check({
      {"-accu(Y % log_softmax(U*tanh(V*X), 0))/n", "U,V", "U:c,h V:h,d X:d,n Y:c,n=columns",
       "H = tanh(V X); R = softmax(U H) - Y; dJ/dU = 1/n R H'; dJ/dV = 1/n ((U' R) % (1 - square(H))) X'"},
      {"-accu(Y % log_softmax(U*relu(V*X), 0))/n", "U,V", "U:c,h V:h,d X:d,n Y:c,n=columns",
       "H = relu(V X); R = softmax(U H) - Y; dJ/dU = 1/n R H'; dJ/dV = 1/n ((U' R) % (V X > 0)) X'"},
      {"0.5*accu(square(U*tanh(V*tanh(W*X)) - Y))/n", "U,V,W", "U:c,h V:h,k W:k,d X:d,n Y:c,n",
       "H1 = tanh(W X); H2 = tanh(V H1); R = U H2 - Y; D = (U' R) % (1 - square(H2)); dJ/dU = 1/n R H2'; "
       "dJ/dV = 1/n D H1'; dJ/dW = 1/n ((V' D) % (1 - square(H1))) X'"},
      {"0.5*accu(square(sigmoid(P*x + Q*g) % tanh(sigmoid(A*x + B*g) % f + sigmoid(D*x + E*g) % tanh(M*x + "
       "N*g)) - y))",
       "P,A,D,M", "P:h,d A:h,d D:h,d M:h,d Q:h,h B:h,h E:h,h N:h,h x:d,1 g:h,1 f:h,1 y:h,1",
       "H1 = sigmoid(P x + Q g); H2 = sigmoid(A x + B g); H3 = sigmoid(D x + E g); H4 = tanh(M x + N g); "
       "H5 = tanh(H3 % H4 + f % H2); R1 = H1 % H5 - y; R2 = 1 - square(H5); "
       "dJ/dP = (H1 % H5 % R1 % (1 - H1)) x'; dJ/dA = (f % H1 % H2 % R1 % R2 % (1 - H2)) x'; "
       "dJ/dD = (H1 % H3 % H4 % R1 % R2 % (1 - H3)) x'; dJ/dM = (H1 % H3 % R1 % R2 % (1 - square(H4))) x'"},
  });
}

BOOST_AUTO_TEST_CASE(statistics) {
  check({
      {"0.5*n*log_det(S) + 0.5*accu(X % solve(S, X))", "S", "S:d,d=symmetric X:d,n",
       "Z = S^-1 X; dJ/dS = 1/2 (n S^-1 - Z Z')"},
      {"0.5*n*log_det(S) + 0.5*accu(X % (inv(S)*X))", "S", "S:d,d X:d,n", "dJ/dS = 1/2 (n S^-1 - S^-1 X X' S^-1)'"},
      {"0.5*accu((X - repmat(u, 1, n)) % solve(S, X - repmat(u, 1, n)))", "u", "S:d,d=symmetric X:d,n u:d,1",
       "dJ/du = S^-1 sum(u ones(1, n) - X, 1)"},
      {"accu(square(X - W*W'*X))/n", "W", "W:d,c X:d,n", "Z = X (X - W W' X)'; dJ/dW = -2/n (Z + Z') W"},
      {"accu(square(X - M*Z))/n", "M", "M:d,c X:d,n Z:c,n=columns", "dJ/dM = 2/n (M Z - X) Z'"},
      {"accu(min(repmat(sum(square(M), 0)', 1, n) - 2*M'*X + repmat(sum(square(X), 0), c, 1), 0))/n", "M",
       "M:d,c X:d,n",
       "A = first_max(2 M' X - sum(square(M), 0)' ones(1, n), 0); dJ/dM = 2/n (M diagmat(sum(A, 1)) - X A')"},
      {"0.5*accu(square(U*V' - X)) + 0.5*l*(accu(square(U)) + accu(square(V)))", "U,V", "U:d,c V:n,c X:d,n l",
       "R = U V' - X; dJ/dU = R V + l U; dJ/dV = R' U + l V"},
      {"trace(inv(A))", "A", "A:d,d=symmetric", "dJ/dA = -A^-2"},
      {"trace(inv(A + 4.5*eye(d, d)))", "A", "A:d,d", "F = (9/2 eye(d, d) + A)^-1; dJ/dA = -(F^2)'"},
      {"dot(x, A*x)", "x", "A:d,d x:d,1", "dJ/dx = (A + A') x"},
  });
}

// A difference that is its transpose's negative has two ways to be written; taking its sign out and in again
// would go on for ever.
BOOST_AUTO_TEST_CASE(what_is_antisymmetric) {
  check({
      {"accu(A*(S - S'))", "S", "S:d,d A:d,d", "dJ/dS = sum(A, 0)' ones(1, d) - ones(d, 1) sum(A, 0)"},
      {"accu(A*(S - S') + B*(S' - S))", "S", "S:d,d A:d,d B:d,d",
       "dJ/dS = sum(A - B, 0)' ones(1, d) - ones(d, 1) sum(A - B, 0)"},
      {"accu((S - S')*A + (S' - S)*A + S)", "S", "S:d,d A:d,d", "dJ/dS = ones(d, d)"},
      {"accu((S - S') % (S' - S))", "S", "S:d,d", "dJ/dS = 4 (S' - S)"},
      {"accu(square(repmat(w, 1, d) - repmat(w', d, 1)))", "w", "w:d,1",
       "dJ/dw = 4 sum(w ones(1, d) - ones(d, 1) w', 1)"},
  });
}

BOOST_AUTO_TEST_CASE(an_expression_of_ten_thousand_nodes_takes_seconds) {
  const auto chain = [](const std::string& first, const std::string& step, int times) {
    std::string expression = std::string("x0 = ") + first + "\n";
    for (int i = 1; i <= times; ++i) {
      std::string next = step;
      for (auto at = next.find('@'); at != next.npos; at = next.find('@', at))
        next.replace(at, 1, std::string("x") + std::to_string(i - 1));
      expression += std::string("x") + std::to_string(i) + " = " + next + "\n";
    }
    return expression + "accu(x" + std::to_string(times) + ")";
  };
  for (const char* step : {"tanh(W*@)", "@ + 0.1*tanh(@)", "@ + X", "0.5*@ % X", "(@ + @)/2.5"}) {
    arma::arma_rng::set_seed(1);
    const std::string expression = chain("W*X", step, 5000);
    const auto start = std::chrono::steady_clock::now();
    Problem problem(expression, "W", "W:d,d=uniform X:d,n=uniform");
    const std::string text = problem.formula->text();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    BOOST_TEST_MESSAGE(step << ", 5000 times, " << problem.tape.size() << " nodes with the gradient's: " << seconds
                            << " s, " << text.size() << " characters");
    BOOST_TEST(seconds < 60);
    // No gradient that the tape has is lost in a product of thousands of numbers.
    if (std::string(step).find("tanh") != std::string::npos) BOOST_TEST(text.find("zeros") == text.npos);
  }
}
