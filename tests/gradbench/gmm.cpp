// The log posterior of a mixture of normals with a Wishart prior on the precisions, Q' Q for lower triangular Q.

#include "tool.hpp"

namespace gradbench {
namespace {

struct Mixture {
  explicit Mixture(const json& input)
      : X(columns_of(input.at("x"), "x")),
        alpha(column_of(input, "alpha")),
        mu(columns_of(input.at("mu"), "mu")),
        q(columns_of(input.at("q"), "q")),
        l(columns_of(input.at("l"), "l")),
        m(input.at("m").get<double>()),
        gamma(input.at("gamma").get<double>()),
        diagonal(regspace<uvec>(0, X.n_rows + 1, X.n_rows * X.n_rows - 1)) {
    const uword d = X.n_rows, k = alpha.n_elem;
    require(d == count_of(input, "d") && X.n_cols == count_of(input, "n") && k == count_of(input, "k"),
            "d, k or n is not that of the data");
    require(mu.n_rows == d && q.n_rows == d && l.n_rows == d * (d - 1) / 2, "mu, q or l is not of dimension d");
    require(mu.n_cols == k && q.n_cols == k && l.n_cols == k, "mu, q and l are not k lists");
    // (j, i) of the factors' transposes for their (i, j), column by column.
    lower.set_size(l.n_rows);
    for (uword j = 0, at = 0; j < d; ++j) {
      for (uword i = j + 1; i < d; ++i) lower[at++] = j + i * d;
    }
    constant = -0.5 * double(X.n_cols * d) * std::log(2 * datum::pi) + double(k) * log_prior_scale(double(d));
  }

  double log_prior_scale(double d) const {
    const double n = d + m + 1;
    double log_gamma = 0.25 * d * (d - 1) * std::log(datum::pi);
    for (double j = 0; j < d; ++j) log_gamma += std::lgamma(0.5 * (n - j));
    return n * d * (std::log(gamma) - 0.5 * std::log(2)) - log_gamma;
  }

  template <class A, class M>
  auto operator()(const A& shares, const M& means, const M& logs, const M& factors) const {
    const uword d = X.n_rows, n = X.n_cols, k = shares.n_elem;
    mat_of<M> entries(d * d, k);
    entries.rows(diagonal) = exp(logs);
    entries.rows(lower) = factors;
    const auto Q = reshape(entries, d, d * k);  // Q_1' Q_2' ...
    const auto centred = (Q.t() * X).each_col() - sum(Q % repelem(means, 1, d)).t();
    const auto distances = reshape(sum(reshape(square(centred), d, n * k)), k, n);
    const auto beta = (-0.5 * distances).each_col() + (shares + sum(logs).t());
    return constant + accu(logsumexp(beta, 0)) - double(n) * accu(logsumexp(shares, 0)) -
           0.5 * gamma * gamma * accu(square(entries)) + m * accu(logs);
  }

  auto program() const { return record(*this, variables(alpha, mu, q, l)); }

  mat X;
  vec alpha;
  mat mu, q, l;
  double m, gamma, constant = 0;
  uvec diagonal, lower;
};

}  // namespace

Module gmm() {
  return {{"objective",
           [](const json& input) {
             return prepared([in = Mixture(input), program = Mixture(input).program()]() mutable {
               return program.value(in.alpha, in.mu, in.q, in.l);
             });
           }},
          {"jacobian", [](const json& input) {
             return prepared(
                 [in = Mixture(input), program = Mixture(input).program()]() mutable {
                   return program.value_and_gradient(in.alpha, in.mu, in.q, in.l).second;
                 },
                 [](const auto& g) {
                   const auto& [alpha, mu, q, l] = g;
                   return json{
                       {"alpha", to_output(alpha)}, {"mu", to_output(mu)}, {"q", to_output(q)}, {"l", to_output(l)}};
                 });
           }}};
}

}  // namespace gradbench
