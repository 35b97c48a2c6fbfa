#define BOOST_TEST_MODULE complex
// Complex Vars: what Armadillo computes of complex matrices is right for their values, differences and the complex step
// for the gradients of real losses.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::cx_mat;
using arma::cx_vec;
using arma::mat;
using arma::uword;
using arma::vec;
using cx = std::complex<double>;

/// The same text over Armadillo's matrices, which say what is right, and over Vars; its result is complex.
struct Text {
  const char* name;
  std::function<cx_mat(const mat&)> plain;
  std::function<CxVar<double>(const Var<double>&)> on_tape;
};
template <class Z>
cx_mat plain_matrix(const Z& z) {
  if constexpr (std::same_as<Z, double> || std::same_as<Z, cx>)
    return cx_mat(1, 1, arma::fill::value(cx(z)));
  else if constexpr (std::same_as<typename Z::elem_type, double>)
    return cx_mat(mat(z), mat(arma::size(mat(z)), arma::fill::zeros));
  else
    return cx_mat(z);
}
template <class Z>
CxVar<double> matrix_on_tape(const Z& z) {
  if constexpr (AnyCxVar<Z>)
    return z;
  else
    return Var<double>(z);
}
template <class F>
Text text(const char* name, F f) {
  return {name, [f](const mat& x) { return plain_matrix(f(x)); },
          [f](const Var<double>& x) { return matrix_on_tape(f(x)); }};
}

const cx i1(0, 1);
const cx_mat C = {
    {{0.3, 1}, {-1.2, 0.4}, {0.8, -2}}, {{0.5, 0.1}, {2.1, -0.4}, {-0.7, 0.6}}, {{1.1, -0.9}, {0.2, 2}, {-1.5, 1}}};
const cx_vec c = C.col(0);

/// Of x, 3 x 3.
std::vector<Text> texts() {
  // clang-format off
  return {
      text("sums", [](const auto& x) { return cx_mat_of<decltype(x)>(x + C - 2.0 * C + (C - x) + (x - C) + i1 * x); }),
      text("with numbers", [](const auto& x) { return cx_mat_of<decltype(x)>((C * cx(2, 1) + x * i1) / cx(0.5, -1) + (x + cx(1, 2)) - cx(0, 3) * C); }),
      text("products", [](const auto& x) { return cx_mat_of<decltype(x)>(C * x * C + x * C - x * x); }),
      text("entry by entry", [](const auto& x) { const cx_mat_of<decltype(x)> z = x + C; return cx_mat_of<decltype(x)>(z % z % C - C / z + z / C - z / x + x / z); }),
      text("functions", [](const auto& x) { const cx_mat_of<decltype(x)> z = C - 0.3 * x; return cx_mat_of<decltype(x)>(exp(z) + log(z) + sqrt(z) - square(z) + pow(z, 1.5)); }),
      text("conj, real, imag", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return cx_mat_of<decltype(x)>(conj(z) + real(z) * C + imag(z) % z); }),
      text("abs and arg", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return mat_of<decltype(x)>(abs(z) + arg(z)); }),
      text("transposed", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return cx_mat_of<decltype(x)>(z.t() * z + z.st() * C + trans(z) - strans(z)); }),
      text("accu", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return cx_scalar_of<decltype(x)>(accu(z % z) + trace(z)); }),
      text("dot and cdot", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; const cx_vec_of<decltype(x)> u = z.col(0), v = z.col(1); return cx_scalar_of<decltype(x)>(dot(u, v) + cdot(u, v) + cdot(u, c) - dot(c, v)); }),
      text("sum along", [](const auto& x) { const cx_mat_of<decltype(x)> z = C % x; return cx_mat_of<decltype(x)>(sum(z, 1) * sum(z, 0) + mean(z, 1) * mean(z, 0)); }),
      text("norms", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; const cx_vec_of<decltype(x)> u = z.col(2); return scalar_of<decltype(x)>(norm(u) * norm(z, "fro")); }),
      text("solve", [](const auto& x) { const cx_mat_of<decltype(x)> A = C + 0.2 * x; return cx_mat_of<decltype(x)>(solve(A, C) + solve(C, cx_mat_of<decltype(x)>(x * C)) + inv(A)); }),
      text("solve for a column", [](const auto& x) { const cx_mat_of<decltype(x)> A = C + 0.2 * x; return cx_vec_of<decltype(x)>(solve(A, c)); }),
      text("log_det_sympd", [](const auto& x) { const cx_mat_of<decltype(x)> A = C + 0.2 * x; const cx_mat_of<decltype(x)> S = A * A.t(); return scalar_of<decltype(x)>(log_det_sympd(S)); }),
      text("parts", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return cx_scalar_of<decltype(x)>(z(1, 2) * z(3) + accu(z.row(1)) - accu(z.col(2) % z.col(0)) + accu(z.submat(0, 1, 1, 2)) + accu(z.rows(1, 2)) + accu(z.cols(0, 1) % z.cols(1, 2)) + accu(z.diag())); }),
      text("shapes", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return cx_mat_of<decltype(x)>(accu(reshape(z, 1, 9) * vectorise(z)) * diagmat(z)); }),
      text("fft", [](const auto& x) { return cx_mat_of<decltype(x)>(fft(x)); }),
      text("fft of complex numbers", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return cx_mat_of<decltype(x)>(fft(z) % ifft(z)); }),
      text("fft of a column", [](const auto& x) { const vec_of<decltype(x)> v = vectorise(x); return cx_vec_of<decltype(x)>(fft(v)); }),
      text("fft of a row", [](const auto& x) { const rowvec_of<decltype(x)> v = x.row(1); return cx_mat_of<decltype(x)>(fft(v)); }),
      text("fft, longer and shorter", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x, longer = fft(z, 5), shorter = ifft(z, 2); return mat_of<decltype(x)>(join_cols(mat_of<decltype(x)>(real(longer)), mat_of<decltype(x)>(imag(shorter)))); }),
      text("ifft of fft", [](const auto& x) { return mat_of<decltype(x)>(real(ifft(cx_mat_of<decltype(x)>(fft(x))))); }),
      text("fft2", [](const auto& x) { const cx_mat_of<decltype(x)> z = C * x; return cx_mat_of<decltype(x)>(fft2(z) % C + ifft2(z)); }),
      text("a circular convolution", [](const auto& x) { const vec_of<decltype(x)> v = x.col(0), w = x.col(1); return vec_of<decltype(x)>(real(ifft(cx_vec_of<decltype(x)>(fft(v) % fft(w))))); }),
      text("changed", [](const auto& x) { cx_mat_of<decltype(x)> z = C * x; z += C; z %= C; z *= i1; z -= cx_mat_of<decltype(x)>(C % x); z /= 2.0; return z; }),
      text("parts set", [](const auto& x) { cx_mat_of<decltype(x)> z = C * x; z.set_real(mat_of<decltype(x)>(x % x)); z.set_imag(mat_of<decltype(x)>(2 * x)); return z; }),
      text("columns and rows written", [](const auto& x) { cx_mat_of<decltype(x)> z = C * x; z.col(0) = c; z.col(1) = z.col(2); z.row(2) = z.row(0) * i1; z.col(2) += cx_vec_of<decltype(x)>(x.col(0) * i1); z.row(1) -= C.row(0); return z; }),
      text("entries written", [](const auto& x) { cx_mat_of<decltype(x)> z = C * x; z(0, 1) = cx(2, -1); z(3) = z(4) * z(0); z(2, 2) = x(1, 1); z[8] *= i1; z(0) = 3.0; z(1) += z(0, 1); return z; }),
      text("blocks written", [](const auto& x) { cx_mat_of<decltype(x)> z = C * x; z.submat(0, 0, 1, 1) = C.submat(1, 1, 2, 2); z.rows(0, 1) %= C.rows(1, 2); z.cols(1, 2) /= C.cols(0, 1); z.diag() *= 2.0; z.elem(arma::uvec{2, 5}).zeros(); z(arma::span(1, 2), arma::span(2, 2)).fill(1.5); return z; }),
      text("a copy of an entry is another", [](const auto& x) { cx_mat_of<decltype(x)> z = C * x; cx_scalar_of<decltype(x)> a = z(0, 0); a += 2.0; z(0, 0) = a * a; return z; }),
  };
  // clang-format on
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(the_same_text_over_both) {
  const mat x = mat(3, 3, arma::fill::randu) + 0.4;
  for (const Text& t : texts()) {
    const cx_mat due = t.plain(x);
    const cx_mat weights(arma::size(due), arma::fill::randn);
    const auto loss = [&](const auto& v) { return real(cdot(weights, t.on_tape(v))); };
    Tape<double> tape;
    const cx_mat value = t.on_tape(tape.variable(x)).value();
    BOOST_TEST(arma::approx_equal(value, due, "both", 1e-12, 1e-12), t.name);
    const GradientCheck check = check_gradient(loss, x);
    BOOST_TEST(bool(check), t.name << '\n' << check);

    auto program = record(loss, variables(x));
    const mat other = mat(3, 3, arma::fill::randu) + 0.4;
    const auto [J, g] = program.value_and_gradient(other);
    const auto [due_J, due_g] = value_and_gradient(loss, other);
    BOOST_TEST(std::abs(J - due_J) <= 1e-12 * (1 + std::abs(due_J)), t.name);
    BOOST_TEST(arma::approx_equal(g, due_g, "both", 1e-11, 1e-11), t.name);
    const mat V(3, 3, arma::fill::randn);
    const mat HV = hessian_vector_product(loss, x, V);
    const double h = 1e-5;
    const mat differences = (gradient(loss, mat(x + h * V)) - gradient(loss, mat(x - h * V))) / (2 * h);
    BOOST_TEST(arma::norm(HV - differences, "fro") <= 1e-5 * (1 + arma::norm(HV, "fro")), t.name);
  }
}

/// Real numbers, matrices and Vars written to a complex value, which Armadillo does not take.
BOOST_AUTO_TEST_CASE(real_parts_written) {
  const mat x(3, 3, arma::fill::randn);
  Tape<double> tape;
  const Var<double> v = tape.variable(x);
  CxVar<double> z = C * v;
  cx_mat due = C * x;
  z.col(0) = v.col(1);
  z.row(2) -= v.row(0);
  z(1, 1) = v(0, 0);
  z(0, 2) = 2;
  due.col(0) = cx_vec(x.col(1), vec(3, arma::fill::zeros));
  due.row(2) -= arma::cx_rowvec(x.row(0), arma::rowvec(3, arma::fill::zeros));
  due(1, 1) = x(0, 0);
  due(0, 2) = 2;
  BOOST_TEST(arma::approx_equal(z.value(), due, "absdiff", 1e-14));
  tape.backward(accu(real(z)) + accu(imag(z)));
  mat g = arma::repmat(arma::sum(arma::real(C) + arma::imag(C), 0).t(), 1, 3);  // of the product, without what is lost
  const mat by_entry = arma::real(C) + arma::imag(C);
  for (const auto& [i, j] : std::vector<std::pair<uword, uword>>{{0, 0}, {1, 0}, {2, 0}, {1, 1}, {0, 2}})
    g.col(j) -= by_entry.row(i).t();
  g.col(1) += 1;
  g.row(0) -= 1;
  g(0, 0) += 1;
  BOOST_TEST(arma::approx_equal(tape.gradient(v), g, "absdiff", 1e-13));
}

/// Parseval: the power of the transform is n times that of the signal, so its gradient is 2 n x.
BOOST_AUTO_TEST_CASE(closed_forms) {
  const vec x(12, arma::fill::randn);
  const vec g = gradient([](const auto& v) { return accu(square(abs(fft(v)))); }, x);
  BOOST_TEST(arma::approx_equal(g, vec(24 * x), "absdiff", 1e-12));

  // |a z|^2 by a real a: 2 a |z|^2; arg(exp(i a)) by a: 1.
  const double by_a = gradient([](const auto& a) { return square(abs(cx(3, 4) * a)); }, 2.0);
  BOOST_TEST(by_a == 100, boost::test_tools::tolerance(1e-14));
  const double turn = gradient([](const auto& a) { return arg(exp(i1 * a)); }, 0.7);
  BOOST_TEST(turn == 1, boost::test_tools::tolerance(1e-14));
}

/// Whittle's likelihood of a moving average of order 1: sum of log f + I / f over frequencies, f = s |1 + b exp(i
/// w)|^2.
BOOST_AUTO_TEST_CASE(whittle) {
  const uword n = 64;
  const vec y(n, arma::fill::randn);
  const vec power = arma::square(arma::abs(arma::fft(y))) / n;
  const vec w = 2 * arma::datum::pi * arma::regspace(0, n - 1) / n;
  const cx_vec turn(arma::cos(w), arma::sin(w));
  const auto loss = [&](const auto& p) {
    const auto f = exp(p(1)) * square(abs(1.0 + p(0) * turn));
    return accu(log(f) + power / f);
  };
  BOOST_TEST(bool(check_gradient(loss, vec{0.4, -0.2})));
}

BOOST_AUTO_TEST_CASE(division_without_overflow) {
  const auto loss = [](const auto& a) { return real(cx(1e200, 1e200) / (a * cx(1e200, 1e200))); };
  const auto [J, g] = value_and_gradient(loss, 2.0);
  BOOST_TEST(J == 0.5, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(g == -0.25, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(zero_has_a_derivative) {
  const vec g = gradient([](const auto& v) { return accu(abs(CxVar<double, detail::Kind::column>(v, v))); },
                         vec(3, arma::fill::zeros));
  BOOST_TEST(arma::accu(arma::abs(g)) == 0);
}

/// The imaginary part of a real matrix is 0, whatever its entries are.
BOOST_AUTO_TEST_CASE(infinite_real_parts) {
  Tape<double> tape;
  const Var<double> x = tape.variable(mat{{arma::datum::inf, 1}});
  BOOST_TEST(arma::accu(imag(x).value()) == 0);
  BOOST_TEST(mat(arma::imag(CxVar<double>(x).value()))(0) == 0);
}

BOOST_AUTO_TEST_CASE(floats) {
  const arma::fmat x(3, 3, arma::fill::randu);
  const arma::cx_fmat A(3, 3, arma::fill::randn);
  BOOST_TEST(bool(check_gradient([&](const auto& v) { return accu(square(abs(A * v + fft(v)))); }, x)));
}

BOOST_AUTO_TEST_CASE(values) {
  Tape<double> tape;
  const mat x(3, 3, arma::fill::randn);
  const CxVar<double> z = C * tape.variable(x);
  std::ostringstream ours, due;
  ours << z;
  cx_mat(C * x).print(due);
  BOOST_TEST(ours.str() == due.str());
  BOOST_TEST((z.n_rows == 3 && z.n_cols == 3 && z.n_elem == 9));
  BOOST_TEST(CxVar<double>().is_empty());
  BOOST_TEST(std::abs(accu(z).scalar() - arma::accu(C * x)) < 1e-13);
}

/// Printing does not make a recorded program depend on the values.
BOOST_AUTO_TEST_CASE(printed_while_recorded) {
  std::ostringstream out;
  const vec x(4, arma::fill::randn), y(4, arma::fill::randn);
  auto program = record(
      [&](const auto& v) {
        const auto z = fft(v);
        out << z;
        return accu(square(abs(z)));
      },
      variables(x));
  BOOST_TEST(program.value(y) == 4 * arma::dot(y, y), boost::test_tools::tolerance(1e-13));
  BOOST_TEST(program.recordings() == 1u);
}

BOOST_AUTO_TEST_CASE(refused) {
  Tape<double> tape;
  const Var<double> x = tape.variable(mat(3, 3, arma::fill::randn));
  const CxVar<double> z = C * x;
  const std::string here = "test_complex.cpp";
  std::string said = message_of<std::exception>([&] { (void)(z + cx_mat(2, 2)); });
  BOOST_TEST(has(said, "3x3 and 2x2"), said);
  BOOST_TEST(has(said, here), said);
  said = message_of<std::exception>([&] { (void)(z * cx_mat(2, 2)); });
  BOOST_TEST(has(said, "3x3 and 2x2"), said);
  said = message_of<std::exception>([&] { (void)CxVar<double>(x, Var<double>(mat(2, 2))); });
  BOOST_TEST(has(said, "3x3 and 2x2"), said);
  BOOST_TEST(has(said, here), said);
  said = message_of<std::exception>([&] { (void)solve(cx_mat(3, 3, arma::fill::zeros), z).value(); });
  BOOST_TEST(has(said, "singular"), said);
  said = message_of<std::exception>([&] { (void)norm(z, "inf"); });
  BOOST_TEST(has(said, "\"fro\""), said);
  BOOST_TEST(has(message_of<std::exception>([&] { (void)z(3, 0); }), "out of bounds"));
}

BOOST_AUTO_TEST_SUITE_END()
