// A Poisson regression for each of 2000 genes, of samples that all of them share: one call for all.
#include <armagrad/armagrad.hpp>
using namespace armagrad;

int main() {
  arma::arma_rng::set_seed(1);
  const uword samples = 60, genes = 2000;
  const arma::mat X = arma::join_rows(arma::ones(samples), arma::randn(samples, 2));  // a sample per row
  const arma::mat truth = arma::join_cols(2 + arma::randn(1, genes), arma::randn(2, genes) / 3);
  arma::mat counts = arma::exp(X * truth);
  counts.transform([](double mean) {  // draws by waiting times
    double count = -1;
    for (double time = 0; time < mean; ++count) time -= std::log(arma::randu());
    return count;
  });

  // Minus the log likelihood of one gene.
  const auto loss = [](const auto& w, const auto& x, const auto& y) {
    const auto z = x * w;
    return accu(exp(z) - y % z) + 0.05 * dot(w, w);
  };
  const Threads two{2};
  const arma::mat start(3, genes);
  const arma::mat W = each_argmin(two, loss, start, X, columns(counts));
  const auto [J, G] = each_problem(two, loss, W, X, columns(counts));
  const arma::cube H = each_hessian(two, loss, W, X, columns(counts));

  arma::mat errors(3, genes);
  for (uword k = 0; k < genes; ++k) errors.col(k) = arma::sqrt(arma::inv_sympd(H.slice(k)).eval().diag());
  const arma::mat z = (W - truth) / errors;
  std::cout << "the largest slope left  "
            << (arma::abs(G).max() < 1e-9 * arma::abs(J).max() ? "is rounding" : "is not rounding")
            << "\ngene 0                " << W.col(0).t() << "its standard errors   " << errors.col(0).t()
            << "the truth             " << truth.col(0).t() << "within two of them    "
            << arma::mean(arma::conv_to<arma::mat>::from(arma::abs(z) < 2), 1).t();
}
