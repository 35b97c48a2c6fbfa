#define BOOST_TEST_MODULE root
#include <armagrad/armagrad.hpp>

#include <cmath>

#include "tests/support/fourth_order.hpp"
#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat;
using arma::vec;

namespace {

/// Kepler's equation E - e sin E = M, for E.
const auto kepler = [](const auto& anomaly, const auto& eccentricity) {
  return root([](const auto& E, const auto& M, const auto& e) { return E - e * sin(E) - M; }, 1.0, anomaly,
              eccentricity);
};

/// The eccentric anomaly by bisection.
double plain_kepler(double M, double e) {
  double low = M - 1, high = M + 1;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (middle - e * std::sin(middle) < M ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

BOOST_AUTO_TEST_CASE(kepler_to_third_order) {
  const double M = 0.8, e = 0.6, E = plain_kepler(M, e), u = 1 - e * std::cos(E), s = std::sin(E), c = std::cos(E);
  const auto [value, by] = value_and_gradient(kepler, M, e);
  BOOST_TEST(error(value, E) <= 1e-15);
  BOOST_TEST(error(std::get<0>(by), 1 / u) <= 1e-14);
  BOOST_TEST(error(std::get<1>(by), s / u) <= 1e-14);

  Tape<double> tape;
  const auto m = tape.variable(M), k = tape.variable(e);
  const auto solution = kepler(m, k);
  const auto [by_M, by_e] = gradient(solution, m, k);
  const auto [by_MM, by_Me] = gradient(by_M, m, k);
  const auto [by_MMM, by_MMe] = gradient(by_MM, m, k);
  BOOST_TEST(error(by_e.scalar(), s / u) <= 1e-14);
  BOOST_TEST(error(by_MM.scalar(), -e * s / (u * u * u)) <= 1e-13);
  BOOST_TEST(error(by_Me.scalar(), c / (u * u) - e * s * s / (u * u * u)) <= 1e-13);
  BOOST_TEST(error(by_MMM.scalar(), (-e * c + 3 * e * e * s * s / u) / std::pow(u, 4)) <= 1e-12);
  BOOST_TEST(error(gradient(by_Me, m).scalar(), by_MMe.scalar()) <= 1e-12);
}

BOOST_AUTO_TEST_CASE(plain_arguments_give_a_plain_solution) {
  const double E = root([](const auto& x, const auto& M) { return x - 0.6 * sin(x) - M; }, 1.0, 0.8);
  BOOST_TEST(error(E, plain_kepler(0.8, 0.6)) <= 1e-15);
  const vec x = root([](const auto& u) { return square(u) - vec{4, 9}; }, vec{1, 1});
  BOOST_TEST(error(mat(x), mat(vec{2, 3})) <= 1e-15);
  const float f = argmin([](const auto& u) { return square(u - 2.0f); }, 0.0f);
  BOOST_TEST(f == 2.0f);
  const arma::rowvec r = argmin([](const auto& u) { return accu(square(u - arma::rowvec{1, 2})); }, arma::rowvec(2));
  BOOST_TEST(error(mat(r), mat(arma::rowvec{1, 2})) <= 1e-15);
  BOOST_TEST(root([](const auto& u, const auto& a) { return 2 * u - a; }, 0, 3) == 1.5);
  const vec z = root([](const auto& u) { return u - 1; }, arma::zeros<vec>(2));
  BOOST_TEST(error(mat(z), mat(vec{1, 1})) <= 1e-15);
}

BOOST_FIXTURE_TEST_CASE(several_unknowns_and_an_asymmetric_jacobian, Seeded) {
  const mat A = uniform(3, 3) + 3 * arma::eye(3, 3), B = uniform(3, 3);
  // tanh(B x) + A x = p, whose J = A + diag(1 - tanh^2) B.
  const auto loss = [&](const auto& p) {
    const auto x = root([&](const auto& u, const auto& q) { return tanh(view(B) * u) + view(A) * u - q; }, vec(3), p);
    return accu(exp(x)) + 0.5 * dot(x, x);
  };
  const vec p = uniform(3, 1), v = uniform(3, 1);
  const auto [J, g] = value_and_gradient(loss, p);
  vec x(3, arma::fill::zeros);
  for (int i = 0; i < 50; ++i)
    x -= arma::solve(mat(A + arma::diagmat(1 - arma::square(arma::tanh(B * x))) * B),
                     vec(arma::tanh(B * x) + A * x - p));
  const mat jacobian_x = A + arma::diagmat(1 - arma::square(arma::tanh(B * x))) * B;
  BOOST_TEST(error(J, arma::accu(arma::exp(x)) + 0.5 * arma::dot(x, x)) <= 1e-14);
  BOOST_TEST(error(mat(g), mat(arma::solve(jacobian_x.t(), vec(arma::exp(x) + x)))) <= 1e-13);
  BOOST_TEST(second_error(loss, p, v) <= 1e-9);
  const mat H = hessian(loss, p);
  BOOST_TEST(error(H, mat(H.t())) <= 1e-12);
  const auto solution = [&](const auto& q0) {
    return root([&](const auto& u, const auto& q) { return tanh(view(B) * u) + view(A) * u - q; }, vec(3), q0);
  };
  BOOST_TEST(error(jacobian(solution, p), mat(arma::inv(jacobian_x))) <= 1e-13);
  BOOST_TEST(error(jvp(solution, p, v).second, mat(arma::solve(jacobian_x, v))) <= 1e-13);
  BOOST_TEST(error(mat(vjp(solution, p, v).second), mat(arma::solve(jacobian_x.t(), v))) <= 1e-13);
  CheckOptions<double> options;
  options.hessian = true;
  const auto report = check_gradient(options, loss, p);
  BOOST_TEST(report.passed(), report);
}

BOOST_AUTO_TEST_CASE(equations_made_of_a_gradient) {
  // Where d/dx (x^4 / 4 - p x) = 0, and where d/dp of the same is -2: gradients inside of f, by either argument.
  const auto energy = [](const auto& x, const auto& p) { return square(square(x)) / 4 - p * x; };
  const auto cube_root = [&](const auto& q) {
    return root([&](const auto& x, const auto& p) { return gradient(energy(x, p), x); }, 1.0, q);
  };
  BOOST_TEST(error(cube_root(8.0), 2.0) <= 1e-15);
  BOOST_TEST(error(gradient(cube_root, 8.0), 1 / 12.0) <= 1e-15);
  BOOST_TEST(error(hessian(cube_root, 8.0)(0), -2 / 9.0 * std::pow(8, -5 / 3.0)) <= 1e-14);
  const auto scaled = [&](const auto& q) {
    return root([&](const auto& x, const auto& p) { return gradient(energy(x, square(p)), p) + 2; }, 0.5, q + 1);
  };
  BOOST_TEST(error(scaled(3.0), 0.25) <= 1e-15);  // -2 p x + 2 = 0
  BOOST_TEST(error(gradient(scaled, 3.0), -1 / 16.0) <= 1e-15);
  BOOST_TEST(error(hessian(scaled, 3.0)(0), 2 / 64.0) <= 1e-14);
  const auto report = check_gradient(scaled, 3.0);
  BOOST_TEST(report.passed(), report);
}

BOOST_AUTO_TEST_CASE(a_matrix_of_one_unknown_and_an_equation_between_numbers) {
  const vec V{0.5, 1, 2};
  const auto solution = [&](const auto& p) {
    return accu(root([&](const auto& x, const auto& q) { return accu(exp(view(V) * x)) - q; },
                     mat(1, 1, arma::fill::zeros), p));
  };
  const double x = value_and_gradient(solution, 4.0).first;
  const vec e = arma::exp(V * x);
  BOOST_TEST(error(arma::accu(e), 4.0) <= 1e-14);
  const double slope = 1 / arma::dot(V, e);
  BOOST_TEST(error(gradient(solution, 4.0), slope) <= 1e-14);
  BOOST_TEST(error(hessian(solution, 4.0)(0), -arma::dot(V % V, e) * slope * slope * slope) <= 1e-14);
}

BOOST_FIXTURE_TEST_CASE(a_matrix_of_unknowns, Seeded) {
  // X^2 = A, solved as equations; X = sqrtmat(A), whose derivative the library has apart.
  const mat G = uniform(3, 3), A = G * G.t() + 3 * arma::eye(3, 3), W = uniform(3, 3);
  const auto by_root = [&](const auto& a) {
    return accu(view(W) % root([](const auto& x, const auto& b) { return x * x - b; }, mat(3, 3, arma::fill::eye), a));
  };
  const auto by_eigen = [&](const auto& a) { return accu(view(W) % sqrtmat_sympd(a)); };
  BOOST_TEST(error(value_and_gradient(by_root, A).first, value_and_gradient(by_eigen, A).first) <= 1e-13);
  const mat g = gradient(by_root, A), symmetric = gradient(by_eigen, A);
  BOOST_TEST(error(mat((g + g.t()) / 2), symmetric) <= 1e-13);
  const mat V = G + G.t(), Hv = hessian_vector_product(by_root, A, V);
  BOOST_TEST(error(mat((Hv + Hv.t()) / 2), hessian_vector_product(by_eigen, A, V)) <= 1e-12);
}
