#pragma once
// What the tests of autograd/ share: how far two results are apart, numbers to try, differences as an oracle.

#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace armagrad::detail {}
namespace armagrad::testing {
using namespace detail;  // tests look inside

using Reals = std::tuple<double, float>;

constexpr double inf = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

/// What a few roundings of eT may leave, relative to max(1, |x|).
template <class eT>
constexpr double tolerance = std::is_same_v<eT, double> ? 1e-13 : 5e-6;

template <class eT>
arma::mat to_double(const arma::Mat<eT>& x) {
  return arma::conv_to<arma::mat>::from(x);
}

/// |a - b| / max(1, |b|); 0 for two NaNs or two equal infinities.
inline double error(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double e = std::abs(a - b) / std::max(1.0, std::abs(b));
  return std::isfinite(e) ? e : std::numeric_limits<double>::infinity();
}

/// The largest error of an entry; infinite where the shapes differ.
template <class A, class B>
double error(const arma::Mat<A>& a, const arma::Mat<B>& b) {
  if (arma::size(a) != arma::size(b)) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (arma::uword i = 0; i < a.n_elem; ++i) worst = std::max(worst, error(double(a[i]), double(b[i])));
  return worst;
}

/// Uniform in (low, high).
template <class eT = double>
arma::Mat<eT> uniform(arma::uword rows, arma::uword cols, double low = -1, double high = 1) {
  return arma::conv_to<arma::Mat<eT>>::from(low + (high - low) * arma::randu(rows, cols));
}

/// One number everywhere, be it -0.
template <class eT>
arma::Mat<eT> filled(arma::uword rows, arma::uword cols, eT x) {
  arma::Mat<eT> X(rows, cols);
  std::fill(X.begin(), X.end(), x);
  return X;
}

/// The same numbers in every test case, whichever of them are run.
struct Seeded {
  Seeded() { arma::arma_rng::set_seed(20240607); }
};

/// d f / d W by central differences of a plain function; right to about 1e-9.
inline arma::mat differences(const std::function<double(const arma::mat&)>& f, const arma::mat& W) {
  arma::mat g(arma::size(W)), V = W;
  const double h = 1e-5;
  for (arma::uword i = 0; i < W.n_elem; ++i) {
    V[i] = W[i] + h;
    const double up = f(V);
    V[i] = W[i] - h;
    g[i] = (up - f(V)) / (2 * h);
    V[i] = W[i];
  }
  return g;
}

/// (g(W + h V) - g(W - h V)) / 2h of a hand-written gradient g: H V, right to about 1e-9.
inline arma::mat directional(const std::function<arma::mat(const arma::mat&)>& g, const arma::mat& W,
                             const arma::mat& V) {
  const double h = 1e-5;
  return (g(W + h * V) - g(W - h * V)) / (2 * h);
}

/// The message of the Exception that f must throw.
template <class Exception, class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const Exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}
/// Of the std::logic_error: what was asked for wrongly.
template <class F>
std::string refusal(F f) {
  return message_of<std::logic_error>(f);
}
/// Of the std::runtime_error: what has no result.
template <class F>
std::string failure(F f) {
  return message_of<std::runtime_error>(f);
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline void check_says(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    BOOST_TEST(has(message, part), "\"" << message << "\" does not say \"" << part << "\"");
  }
}

}  // namespace armagrad::testing
