#define BOOST_TEST_MODULE cubes
// Cubes: what Armadillo computes of one is right for its values, differences and the complex step for its gradient.
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;
using armagrad::detail::side_by_side;

namespace {

using arma::cube;
using arma::mat;
using arma::span;
using arma::uword;
using arma::vec;

/// The same text over arma::cube, which says what is right, and over CubeVar.
struct Text {
  const char* name;
  std::function<vec(const cube&)> plain;
  std::function<Var<double>(const CubeVar<double>&)> on_tape;
};

vec entries(const cube& x) { return arma::vectorise(x); }
vec entries(const mat& x) { return arma::vectorise(x); }
vec entries(double x) { return {x}; }
Var<double> entries(const CubeVar<double>& x) { return vectorise(x); }
Var<double> entries(const Var<double>& x) { return vectorise(x); }

template <class F>
Text text(const char* name, F f) {
  return {name, [f](const cube& x) { return entries(f(x)); }, [f](const CubeVar<double>& x) { return entries(f(x)); }};
}

const mat M = {{0.3, -1.2}, {0.8, 0.5}, {2.1, -0.4}};
const cube C = cube(3, 2, 4, arma::fill::value(0.7)) + arma::cube(arma::regspace(1, 24).memptr(), 3, 2, 4) / 10;

/// Of x, 3 x 2 x 4, with positive entries that differ.
std::vector<Text> texts() {
  // clang-format off
  return {
      text("accu", [](const auto& x) { return accu(x); }),
      text("operators", [](const auto& x) { return cube_of<decltype(x)>((x + C) % x - C / x + 2 * x - x / 3 + 1 - (-x)); }),
      text("with numbers", [](const auto& x) { const scalar_of<decltype(x)> a = x(1, 1, 2); return cube_of<decltype(x)>(x * a + a * x - (a - x) / a); }),
      text("numbers of a tape and a cube of none", [](const auto& x) { const scalar_of<decltype(x)> a = x(1, 1, 2); return cube_of<decltype(x)>(cube_of<decltype(x)>(C * a + a * C) - cube_of<decltype(x)>((C - a) / a) % cube_of<decltype(x)>((a + C) % C)); }),
      text("functions", [](const auto& x) { return cube_of<decltype(x)>(exp(-x) + log(x) + sqrt(x) % square(x) + sin(x) + pow(x, 3) + abs(x) + tanh(x)); }),
      text("clamp", [](const auto& x) { return cube_of<decltype(x)>(clamp(x, 0.5, 1.5)); }),
      text("an entry", [](const auto& x) { return scalar_of<decltype(x)>(x(2, 1, 3) * x(5) + x.at(0, 1, 2) * x[23]); }),
      text("a slice", [](const auto& x) { return mat_of<decltype(x)>(x.slice(2) % M + x.slice(0) * trans(x.slice(1)) * M); }),
      text("a tube", [](const auto& x) { const vec_of<decltype(x)> t = x.tube(2, 1); return vec_of<decltype(x)>(t % t); }),
      text("slices", [](const auto& x) { return cube_of<decltype(x)>(x.slices(1, 2) % x.slices(2, 3)); }),
      text("head and tail slices", [](const auto& x) { return cube_of<decltype(x)>(x.head_slices(2) - x.tail_slices(2)); }),
      text("a subcube", [](const auto& x) { return cube_of<decltype(x)>(x.subcube(0, 1, 1, 1, 1, 3) % x(span(1, 2), span(0, 0), span(0, 2))); }),
      text("all of a span", [](const auto& x) { return cube_of<decltype(x)>(x(span(0, 1), span::all, span(2, 3)) % x(span(1, 2), span::all, span(0, 1))); }),
      text("a row and a column", [](const auto& x) { return scalar_of<decltype(x)>(accu(square(cube_of<decltype(x)>(x.row(1)))) + accu(exp(cube_of<decltype(x)>(x.col(1))))); }),
      text("sums", [](const auto& x) { return scalar_of<decltype(x)>(accu(square(sum(x))) + accu(square(sum(x, 1))) + accu(square(sum(x, 2)))); }),
      text("means", [](const auto& x) { return scalar_of<decltype(x)>(accu(square(mean(x))) + accu(square(mean(x, 1))) + accu(square(mean(x, 2)))); }),
      text("maxima", [](const auto& x) { return scalar_of<decltype(x)>(accu(square(max(x))) + accu(square(max(x, 1))) + accu(square(min(x, 2)))); }),
      text("sum, its size", [](const auto& x) { return cube_of<decltype(x)>(sum(x, 1)); }),
      text("each_slice", [](const auto& x) { return cube_of<decltype(x)>((x.each_slice() + M) % (M - x.each_slice()) / (x.each_slice() / M)); }),
      text("each_slice +=", [](const auto& x) { cube_of<decltype(x)> y = x; y.each_slice() += M; y.each_slice() %= M; y.each_slice() -= x.slice(1); return y; }),
      text("each_slice with a function", [](const auto& x) { using P = std::decay_t<decltype(x)>; cube_of<P> y = x; y.each_slice([](mat_of<P>& s) { s = s % s; s(0, 1) = 3; }); return y; }),
      text("reshape", [](const auto& x) { return cube_of<decltype(x)>(reshape(x, 4, 3, 2)); }),
      text("join_slices", [](const auto& x) { return cube_of<decltype(x)>(join_slices(x, C)); }),
      text("join_slices of matrices", [](const auto& x) { return cube_of<decltype(x)>(join_slices(mat_of<decltype(x)>(x.slice(3)), M)); }),
      text("an entry written", [](const auto& x) { cube_of<decltype(x)> y = x; y(1, 0, 2) = x(0, 0, 0) * x(2, 1, 3); y(0) += 2; y[3] = y(0); y.at(2, 1, 3) *= x(1); return y; }),
      text("a slice written", [](const auto& x) { cube_of<decltype(x)> y = x; y.slice(1) = x.slice(2) % M; y.slice(2) += y.slice(1); y.slice(3) *= 2; y.slice(0).zeros(); return y; }),
      text("parts of a slice written", [](const auto& x) { cube_of<decltype(x)> y = x; y.slice(1)(0, 1) = x(3); y.slice(2).row(1) = x.slice(0).row(2); y.slice(2).col(0) *= 3; y.slice(3)(span(0, 1), span(1, 1)) += x.slice(0)(span(1, 2), span(0, 0)); y.slice(0).submat(0, 0, 1, 1).fill(2); y.slice(3).diag() += 1; y.slice(3).elem(arma::uvec{2, 5}) *= 3; y.slice(0).rows(1, 2) += M.rows(0, 1); y.slice(1).cols(0, 0) = x.slice(1).cols(1, 1); y.slice(1)(span(0, 1), 1) *= 2; y.slice(1)(2, span::all) = x.slice(2).row(0); return y; }),
      text("a tube written", [](const auto& x) { cube_of<decltype(x)> y = x; const vec_of<decltype(x)> t = x.tube(0, 0); y.tube(2, 1) = t; return y; }),
      text("slices written", [](const auto& x) { cube_of<decltype(x)> y = x; y.slices(0, 1) = x.slices(2, 3); y.tail_slices(2) += C.slices(0, 1); y.head_slices(1).fill(3); return y; }),
      text("a subcube written", [](const auto& x) { cube_of<decltype(x)> y = x; y.subcube(0, 0, 1, 1, 1, 2) = x.subcube(1, 0, 0, 2, 1, 1); y(span(2, 2), span::all, span(0, 3)) *= 2; y.subcube(0, 0, 0, 0, 1, 3) %= x.subcube(2, 0, 0, 2, 1, 3); return y; }),
      text("a copy is another", [](const auto& x) { cube_of<decltype(x)> y = x, z = y; y.slice(0) = M; z(1, 1, 1) = 5; return cube_of<decltype(x)>(y % z); }),
      text("filled slice by slice", [](const auto& x) { using P = std::decay_t<decltype(x)>; cube_of<P> y(2, 2, x.n_slices); for (uword k = 0; k < x.n_slices; ++k) y.slice(k) = trans(x.slice(k)) * x.slice(k); return y; }),
      text("changed as a whole", [](const auto& x) { cube_of<decltype(x)> y = x; y += x; y %= C; y -= 1; y /= x; y *= 3; return y; }),
      text("transform", [](const auto& x) { cube_of<decltype(x)> y = x; y.transform([](auto e) { return e * e; }); return y; }),
      text("elem", [](const auto& x) { return vec_of<decltype(x)>(x.elem(arma::uvec{3, 20, 3})); }),
      text("one slice as a matrix", [](const auto& x) { const cube_of<decltype(x)> S = sum(x, 2); return mat_of<decltype(x)>(S.slice(0) % M); }),
  };
  // clang-format on
}

/// The value of a function of two cubes.
cube value_of(const auto& f, const cube& a, const cube& b) {
  Tape<double> tape;
  return f(CubeVar<double>(tape.constant(mat(a.memptr(), a.n_rows, a.n_cols * a.n_slices)), a.n_slices),
           CubeVar<double>(tape.constant(mat(b.memptr(), b.n_rows, b.n_cols * b.n_slices)), b.n_slices))
      .value();
}

cube positive(uword rows, uword cols, uword slices) { return cube(rows, cols, slices, arma::fill::randu) + 0.3; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE(the_same_text_over_both) {
  const cube x = positive(3, 2, 4);
  for (const Text& t : texts()) {
    const vec due = t.plain(x);
    const vec weights(due.n_elem, arma::fill::randn);
    const auto loss = [&](const auto& q) { return dot(t.on_tape(q), weights); };
    const auto [J, g] = value_and_gradient(loss, x);
    BOOST_TEST(std::abs(J - arma::dot(due, weights)) <= 1e-13 * (1 + arma::accu(arma::abs(due % weights))), t.name);
    static_assert(std::same_as<decltype(value_and_gradient(loss, x).second), cube>);
    BOOST_TEST((g.n_rows == 3 && g.n_cols == 2 && g.n_slices == 4), t.name);
    BOOST_TEST(bool(check_gradient(loss, x)), t.name);

    auto program = record(loss, variables(x));
    const cube other = positive(3, 2, 4);
    const auto [J2, g2] = program.value_and_gradient(other);
    const auto [due_J, due_g] = value_and_gradient(loss, other);
    BOOST_TEST(std::abs(J2 - due_J) <= 1e-13 * (1 + std::abs(due_J)), t.name);
    BOOST_TEST(arma::approx_equal(g2, due_g, "absdiff", 1e-12), t.name);
    BOOST_TEST(arma::approx_equal(arma::vectorise(gradient(loss, x)),
                                  jacobian([&](const auto& q) { return loss(q); }, x).t().eval(), "absdiff", 1e-12),
               t.name);
  }
}

/// Densities and integrals go entry by entry: of a cube as of its slices side by side.
BOOST_AUTO_TEST_CASE(functions_of_several_operands) {
  const cube x = positive(3, 2, 4);
  const auto check = [&](const char* name, auto f) {
    const auto due = f(Var<double>(side_by_side(x)), Var<double>(side_by_side(C)));
    const auto on_cubes = [&](const auto& q) { return accu(square(f(q, C))); };
    const auto on_matrices = [&](const auto& m) { return accu(square(f(m, side_by_side(C)))); };
    Tape<double> tape;
    const CubeVar<double> y = f(CubeVar<double>(tape.variable(side_by_side(x)), 4), C);
    BOOST_TEST(arma::approx_equal(side_by_side(y.value()), due.value(), "absdiff", 0), name);
    BOOST_TEST(arma::approx_equal(side_by_side(gradient(on_cubes, x)), gradient(on_matrices, side_by_side(x)),
                                  "absdiff", 1e-14),
               name);
  };
  check("gamma_p", [](const auto& a, const auto& b) { return gamma_p(a, b); });
  check("gamma_q", [](const auto& a, const auto& b) { return gamma_q(b, a); });
  check("ibeta", [](const auto& a, const auto& b) { return ibeta(b, 2.0, a / (a + 1)); });
  check("ibetac", [](const auto& a, const auto& b) { return ibetac(2.0, b, a / (a + 1)); });
  check("bessel_k", [](const auto& a, const auto& b) { return bessel_k(b, a); });
  check("bessel_i", [](const auto& a, const auto&) { return bessel_i(1.5, a); });
  check("normal_lpdf", [](const auto& a, const auto& b) { return normal_lpdf(a, 0.3, b); });
  check("student_t_lpdf", [](const auto& a, const auto& b) { return student_t_lpdf(a, 4.0, b, 2.0); });
  check("gamma_lpdf", [](const auto& a, const auto& b) { return gamma_lpdf(b, a, 2.0); });
  check("lbeta", [](const auto& a, const auto& b) { return lbeta(a, b); });
  check("normpdf", [](const auto& a, const auto&) { return normpdf(a) + normcdf(a) + log_normpdf(a); });
  check("trunc_exp", [](const auto& a, const auto&) { return trunc_exp(a) + trunc_log(a); });
}

/// A convolution over time with a weight matrix per lag, by slices; its gradient in closed form.
BOOST_AUTO_TEST_CASE(closed_form) {
  const cube W = cube(2, 3, 2, arma::fill::randn);
  const mat X(3, 5, arma::fill::randn);
  const auto loss = [&](const auto& w) {
    using P = std::decay_t<decltype(w)>;
    mat_of<P> Y = w.slice(0) * X.cols(1, 4);
    Y += w.slice(1) * X.cols(0, 3);
    return 0.5 * accu(square(Y));
  };
  const mat Y = W.slice(0) * X.cols(1, 4) + W.slice(1) * X.cols(0, 3);
  cube due(2, 3, 2);
  due.slice(0) = Y * X.cols(1, 4).t();
  due.slice(1) = Y * X.cols(0, 3).t();
  const auto [J, g] = value_and_gradient(loss, W);
  BOOST_TEST(J == loss(W), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(arma::approx_equal(g, due, "absdiff", 1e-13));

  const cube V(2, 3, 2, arma::fill::randn);
  const cube HV = hessian_vector_product(loss, W, V);
  const mat dY = V.slice(0) * X.cols(1, 4) + V.slice(1) * X.cols(0, 3);
  BOOST_TEST(arma::approx_equal(HV.slice(1), mat(dY * X.cols(0, 3).t()), "absdiff", 1e-13));
  const mat H = hessian(loss, W);
  BOOST_TEST(arma::approx_equal(mat(H * arma::vectorise(V)), arma::vectorise(HV), "absdiff", 1e-13));
}

BOOST_AUTO_TEST_CASE(with_other_variables) {
  const cube Q = positive(2, 2, 3);
  const vec b = {0.5, -1};
  const auto loss = [](const auto& q, const auto& v, const auto& a) {
    return a * accu(square(q.slice(1) * v)) + accu(q.each_slice() % (v * v.t()));
  };
  const auto [J, g] = value_and_gradient(loss, Q, b, 2.0);
  const auto& [dQ, db, da] = g;
  BOOST_TEST(da == arma::accu(arma::square(Q.slice(1) * b)), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(bool(check_gradient(loss, Q, b, 2.0)));
  const cube given = positive(2, 2, 3);
  auto program = record([](const auto& v, const auto& q) { return accu(q.slice(2) * v); }, variables(b), inputs(given));
  BOOST_TEST(program.value(b, given) == arma::accu(given.slice(2) * b), boost::test_tools::tolerance(1e-14));
}

/// Recordings are told apart by the number of slices, not by the matrix of slices alone.
BOOST_AUTO_TEST_CASE(programs_of_other_sizes) {
  const auto loss = [](const auto& q) { return accu(square(q.slice(1))); };
  const cube a(2, 3, 2, arma::fill::randn), b(2, 2, 3, arma::fill::randn);
  auto program = record(loss, variables(a));
  BOOST_TEST(program.value(a) == arma::accu(arma::square(a.slice(1))), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(program.value(b) == arma::accu(arma::square(b.slice(1))), boost::test_tools::tolerance(1e-14));
  const auto [J, g] = program.value_and_gradient(b);
  BOOST_TEST((g.n_cols == 2 && g.n_slices == 3));
  BOOST_TEST(arma::approx_equal(g.slice(1), mat(2 * b.slice(1)), "absdiff", 1e-14));
}

BOOST_AUTO_TEST_CASE(gradient_on_the_tape) {
  const cube x = positive(2, 3, 2);
  const auto penalty = [](const auto& q) {
    const CubeVar<double> slope = gradient(accu(q % q % q), q);
    return accu(square(slope));
  };
  const auto [J, g] = value_and_gradient(penalty, x);  // the sum of (3 x^2)^2, whose derivative is 36 x^3
  BOOST_TEST(J == 9 * arma::accu(arma::pow(x, 4)), boost::test_tools::tolerance(1e-13));
  BOOST_TEST(arma::approx_equal(g, cube(36 * arma::pow(x, 3)), "absdiff", 1e-12));
}

BOOST_AUTO_TEST_CASE(named_parameters) {
  const auto p = parameters("a", 0.5, "K", cube(2, 2, 2, arma::fill::ones));
  BOOST_TEST(p.size() == 9u);
  const auto loss = [&](const auto& theta) {
    const auto [a, K] = p.unpacked(theta);
    return a * accu(square(K.slice(1) - 3));
  };
  const auto [J, g] = value_and_gradient(loss, p.packed());
  const auto [da, dK] = p.unpacked(g);
  BOOST_TEST(J == 8);
  BOOST_TEST(da == 16);
  BOOST_TEST(arma::approx_equal(dK.slice(1), mat(2, 2, arma::fill::value(-2)), "absdiff", 1e-14));
  BOOST_TEST(arma::accu(arma::abs(dK.slice(0))) == 0);
  BOOST_TEST(bool(check_gradient(loss, p)));
}

BOOST_AUTO_TEST_CASE(plain_functions_of_cubes) {
  const cube x = positive(2, 2, 2);
  const auto loss = [](const cube& q) { return arma::accu(arma::square(q.slice(1))); };
  const auto right = [](const cube& q) {
    cube g(arma::size(q), arma::fill::zeros);
    g.slice(1) = 2 * q.slice(1);
    return g;
  };
  const auto wrong = [](const cube& q) { return cube(2 * q); };
  BOOST_TEST(bool(check_gradient(loss, right, x)));
  BOOST_TEST(!bool(check_gradient(loss, wrong, x)));
}

BOOST_AUTO_TEST_CASE(floats) {
  const arma::fcube x(2, 2, 3, arma::fill::randu);
  const auto loss = [](const auto& q) { return accu(exp(q).slice(1) * q.slice(2)); };
  BOOST_TEST(bool(check_gradient(loss, x)));
}

BOOST_AUTO_TEST_CASE(fields_and_vectors_of_cubes) {
  const cube x = positive(2, 2, 2);
  const auto loss = [](const auto& q) {
    arma::field<CubeVar<double>> states(3);
    std::vector<CubeVar<double>> list(2, q);
    states(0) = q;
    for (uword t = 1; t < 3; ++t) states(t) = states(t - 1) % list[t - 1];
    return accu(states(2));
  };
  BOOST_TEST(arma::approx_equal(gradient(loss, x), cube(3 * arma::square(x)), "absdiff", 1e-13));
}

BOOST_AUTO_TEST_CASE(qualified_names) {
  const cube x = positive(2, 2, 2);
  const auto loss = [](const auto& q) { return arma::accu(arma::exp(q) % arma::square(q)); };
  const cube due = arma::exp(x) % (arma::square(x) + 2 * x);
  BOOST_TEST(arma::approx_equal(gradient(loss, x), due, "absdiff", 1e-13));
}

BOOST_AUTO_TEST_CASE(values_and_printing) {
  Tape<double> tape;
  const cube x = positive(2, 2, 2);
  CubeVar<double> q(tape.variable(mat(x.memptr(), 2, 4)), 2);
  BOOST_TEST(arma::approx_equal(q.value(), x, "absdiff", 0));
  BOOST_TEST((q.n_rows == 2 && q.n_cols == 2 && q.n_slices == 2 && q.n_elem_slice == 4 && q.n_elem == 8));
  std::ostringstream ours, due;
  ours << q;
  x.print(due);
  BOOST_TEST(ours.str() == due.str());
  BOOST_TEST((size(q) == arma::size(x)));
  const CubeVar<double> none;
  BOOST_TEST(none.is_empty());
}

BOOST_AUTO_TEST_CASE(refused) {
  const cube x = positive(3, 2, 4);
  const auto on = [&](auto f) {
    return message_of<std::exception>(
        [&] { return value_and_gradient([&](CubeVar<double> q) { return f(q); }, x).first; });
  };
  const std::string here = "test_cubes.cpp";
  std::string said = on([](auto& q) { return accu(q + C.slices(0, 1)); });
  BOOST_TEST(has(said, "incompatible cube dimensions: 3x2x4 and 3x2x2"), said);
  BOOST_TEST(has(said, here), said);
  said = on([](auto& q) { return accu(gamma_p(q, C.slices(0, 1))); });
  BOOST_TEST(has(said, "gamma_p"), said);
  BOOST_TEST(has(said, "3x2x4 and 3x2x2"), said);
  said = on([](auto& q) { return accu(reshape(q, 2, 3, 4) % q); });
  BOOST_TEST(has(said, "2x3x4 and 3x2x4"), said);
  said = on([](auto& q) { return accu(q.slice(4)); });
  BOOST_TEST(has(said, "3x2x4"), said);
  BOOST_TEST(has(said, here), said);
  BOOST_TEST(has(on([](auto& q) { return q(0, 2, 0) * 2; }), "out of bounds"));
  BOOST_TEST(has(on([](auto& q) { return accu(q.slices(2, 4)); }), "out of bounds"));
  BOOST_TEST(has(on([](auto& q) { return accu(q.subcube(2, 0, 0, 1, 1, 1)); }), "out of bounds"));
  BOOST_TEST(has(on([](auto& q) { return accu(q.tube(3, 0)); }), "out of bounds"));
  said = on([](auto& q) {
    q.slice(0) = mat(2, 2);
    return accu(q);
  });
  BOOST_TEST(has(said, "3x2 and 2x2"), said);
  said = on([](auto& q) {
    q.slices(0, 1) = C;
    return accu(q);
  });
  BOOST_TEST(has(said, "3x2x2 and 3x2x4"), said);
  said = on([](auto& q) { return accu(q.each_slice() + mat(2, 3)); });
  BOOST_TEST(has(said, "expected 3x2, got 2x3"), said);
  BOOST_TEST(has(said, here), said);
  BOOST_TEST(has(on([](auto& q) { return accu(sum(q, 3)); }), "dimensions 0, 1 and 2, not 3"));
  BOOST_TEST(has(on([](auto& q) { return accu(reshape(q, 5, 5, 1)); }), "5x5"));
  BOOST_TEST(has(on([](auto& q) { return accu(Var<double>(q)); }), "3x2x4 is no matrix"));
  BOOST_TEST(has(on([](auto& q) { return accu(join_slices(q, mat(2, 2))); }), "3x2x4 and 2x2x1"));
}

/// Products, solutions, inverses and Cholesky factors of slices are those of the matrices, with their derivatives.
BOOST_AUTO_TEST_CASE(linear_algebra_of_slices) {
  const cube A = positive(3, 3, 4), B = positive(3, 2, 4);
  const auto of_slices = [](const auto& a, const auto& b, auto f) {
    using P = std::decay_t<decltype(a)>;
    std::vector<Var<typename P::elem_type>> all;
    for (uword k = 0; k < a.n_slices; ++k) all.push_back(f(a.slice(k), b.slice(k)));
    return join_slices(all);
  };
  const auto agree = [&](auto of_cubes, auto of_matrices) {
    const cube weights = cube(arma::size(value_of(of_cubes, A, B)), arma::fill::randn);
    const auto whole = [&](const auto& a, const auto& b) { return accu(of_cubes(a, b) % weights); };
    const auto parts = [&](const auto& a, const auto& b) { return accu(of_slices(a, b, of_matrices) % weights); };
    const auto [J, g] = value_and_gradient(whole, A, B);
    const auto [due_J, due_g] = value_and_gradient(parts, A, B);
    BOOST_TEST(J == due_J, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(arma::abs(std::get<0>(g) - std::get<0>(due_g)).max() <= 1e-10);
    BOOST_TEST(arma::abs(std::get<1>(g) - std::get<1>(due_g)).max() <= 1e-10);
    BOOST_TEST(bool(check_gradient(whole, A, B)));
    const auto of_first = [&](const auto& f) { return [&f, &B](const auto& a) { return f(a, CubeVar<double>(B)); }; };
    const cube V = positive(3, 3, 4);
    const cube HV = hessian_vector_product(of_first(whole), A, V), due = hessian_vector_product(of_first(parts), A, V);
    BOOST_TEST(arma::abs(HV - due).max() <= 1e-8 * (1 + arma::abs(due).max()));
  };
  const auto positive_definite = [](const auto& a) { return a * trans(a) + 0.1 * mat(3, 3, arma::fill::eye); };
  const auto definite = [](const auto& a) {
    using P = std::decay_t<decltype(a)>;
    P transposed = a;
    transposed.each_slice([](auto& s) { s = s.t(); });
    return a * transposed + P(cube(3, 3, 4).each_slice() + 0.1 * mat(3, 3, arma::fill::eye));
  };
  agree([](const auto& a, const auto& b) { return a * b; }, [](const auto& a, const auto& b) { return a * b; });
  agree([](const auto& a, const auto& b) { return solve(a, b); },
        [](const auto& a, const auto& b) { return solve(a, b); });
  agree([](const auto& a, const auto& b) { return inv(a) * b; },
        [](const auto& a, const auto& b) { return inv(a) * b; });
  agree([&](const auto& a, const auto& b) { return chol(definite(a)) * b; },
        [&](const auto& a, const auto& b) { return chol(positive_definite(a)) * b; });
  agree([&](const auto& a, const auto& b) { return chol(definite(a), "lower") * inv_sympd(definite(a)) * b; },
        [&](const auto& a, const auto& b) {
          return chol(positive_definite(a), "lower") * inv_sympd(positive_definite(a)) * b;
        });
  // A constant cube on either side, and one solution for several right sides.
  const auto left = [&](const auto& b) { return accu(A * b + solve(A, b)); };
  BOOST_TEST(bool(check_gradient(left, B)));
  const auto right = [&](const auto& a) { return accu(square(a * B)); };
  BOOST_TEST(bool(check_gradient(right, A)));
}

/// As of matrices: an adjoint of 0 passes 0 back, also by an infinite factor.
BOOST_AUTO_TEST_CASE(slices_that_nothing_asks_for) {
  for (const uword side : {2, 9}) {
    const cube Q(side, side, 2, arma::fill::randn);
    cube B(side, side, 2, arma::fill::randn), mask(side, side, 2, arma::fill::ones);
    B.slice(1).fill(arma::datum::inf);
    mask.slice(1).zeros();
    cube due(side, side, 2, arma::fill::zeros);
    due.slice(0) = arma::ones(side, side) * B.slice(0).t();
    const cube g = gradient([&](const auto& q) { return accu(where(mask, q * B, 0)); }, Q);
    BOOST_TEST(arma::approx_equal(g, due, "absdiff", 1e-13));
  }
}

BOOST_AUTO_TEST_CASE(refusals_of_slices) {
  const cube A = positive(3, 3, 4), B = positive(2, 2, 4), C = positive(3, 3, 2);
  check_says(refusal([&] { return gradient([&](const auto& a) { return accu(a * B); }, A); }),
             {"operator*", "incompatible cube dimensions: 3x3x4 and 2x2x4"});
  check_says(refusal([&] { return gradient([&](const auto& a) { return accu(solve(a, C)); }, A); }),
             {"solve at test_cubes.cpp:", "incompatible cube dimensions: 3x3x4 and 3x3x2"});
  check_says(refusal([&] { return gradient([](const auto& a) { return accu(inv(a)); }, positive(2, 3, 2)); }),
             {"inv at test_cubes.cpp:", "the slices must be square, not of 2x3x2"});
  cube S(2, 2, 3);
  S.each_slice() = mat{{2, 1}, {1, 2}};
  S.slice(1) = mat{{1, 2}, {2, 1}};
  check_says(failure([&] { return gradient([](const auto& s) { return accu(chol(s)); }, S); }),
             {"slice 1: ", "not positive definite"});
  S.slice(2) = mat{{1, 1}, {1, 1}};
  check_says(failure([&] { return gradient([](const auto& s) { return accu(inv(s)); }, S); }),
             {"slice 2: ", "singular to working precision"});
}

BOOST_AUTO_TEST_SUITE_END()
