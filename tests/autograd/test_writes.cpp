#define BOOST_TEST_MODULE writes
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <thread>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::span;
using arma::uvec;
using arma::uword;
using arma::vec;

/// The same text over Armadillo's matrices, which say what is right, and over Vars.
struct Text {
  const char* name;
  std::function<mat(const mat&)> plain;
  std::function<Var<double>(const Var<double>&)> on_tape;
};
template <class F>
Text text(const char* name, F f) {
  return {name, [f](const mat& x) { return mat(f(x)); }, [f](const Var<double>& x) { return Var<double>(f(x)); }};
}

// clang-format off
/// Of x, 3 x 4.
std::vector<Text> texts() {
  return {
      text("an entry", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(1, 2) = x(0, 0) * x(2, 3); return A; }),
      text("an entry by number", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(7) = x(0, 0) * x(2, 3); A[3] = 5; A.at(0) = x(1); A.at(2, 2) = 2; return A; }),
      text("an entry twice", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(1, 2) = x(0, 0); A(1, 2) = x(1, 1) * x(1, 1); return A; }),
      text("an entry of itself", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(1, 2) = A(1, 2) * A(0, 1); A(0, 1) = A(1, 2); return A; }),
      text("entries, changed", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(0, 0) += x(1, 1); A(0, 1) -= 2; A(0, 2) *= x(0, 2); A(0, 3) /= x(1, 3); A(1, 0) += A(0, 0); return A; }),
      text("chained", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(0, 0) = A(1, 1) = x(2, 2) * x(2, 0); return A; }),
      text("every entry", [](const auto& x) { mat_of<decltype(x)> A(2, 2); A(0, 0) = x(0, 0); A(1, 0) = x(1, 0) * x(0, 0); A(0, 1) = 1; A(1, 1) = x(2, 1); return A; }),
      text("row", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.row(1) = x.row(0) % x.row(2); return A; }),
      text("col", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.col(3) = x.col(0) % x.col(2); A.col(0) = vec{1, 2, 3}; return A; }),
      text("rows", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.rows(0, 1) = x.rows(1, 2) % x.rows(0, 1); return A; }),
      text("cols", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.cols(1, 2) += x.cols(2, 3); return A; }),
      text("spans", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(span(0, 1), span(2, 3)) = x.submat(1, 0, 2, 1) % x.submat(0, 1, 1, 2); A(2, span(0, 1)) *= 3.0; A(span(0, 1), 0) -= x.col(3).head(2); return A; }),
      text("submat", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.submat(0, 0, 1, 1) %= x.submat(1, 1, 2, 2); A.submat(span(1, 2), span(1, 2)) /= x.submat(0, 0, 1, 1); return A; }),
      text("heads and tails", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.head_rows(1) += x.tail_rows(1); A.tail_cols(2) %= x.head_cols(2); A.head_cols(1) = x.col(2); A.tail_rows(1) -= 1; return A; }),
      text("elem", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.elem(uvec{0, 5, 11}) = x.elem(uvec{1, 2, 3}) % x.elem(uvec{0, 5, 11}); A(uvec{4}) += 2; return A; }),
      text("elem, one twice", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.elem(uvec{4, 4}) = x.elem(uvec{1, 2}) % x.elem(uvec{3, 0}); return A; }),
      text("elem, one changed twice", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.elem(uvec{4, 7, 4}) += x.elem(uvec{1, 2, 3}); A(uvec{5, 5}) *= 3; A.rows(uvec{1, 1}) -= x.rows(uvec{0, 2}); return A; }),
      text("rows and cols by index", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.rows(uvec{2, 0}) = x.rows(uvec{0, 1}) % x.rows(uvec{1, 2}); A.cols(uvec{3}) += x.col(0); A.submat(uvec{1, 2}, uvec{0, 3}) *= 2; A(uvec{0}, uvec{1, 2}) -= x.submat(uvec{1}, uvec{1, 3}); return A; }),
      text("diag", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.diag() = x.col(1) % x.col(2); A.diag(1) += x.col(0); A.diag(-1) *= 2.0; A.diag(2).zeros(); return A; }),
      text("a vector", [](const auto& x) { vec_of<decltype(x)> h = x.col(1); h(0) = x(0, 0) * x(1, 0); h.head(2) += x.col(2).head(2); h.tail(1) = x.col(3).subvec(1, 1) % h.head(1); h.subvec(0, 1) *= 2; h(span(1, 2)) -= 1; return h; }),
      text("a row", [](const auto& x) { rowvec_of<decltype(x)> h = x.row(1); h(0) = h(3) * h(2); h.head(2) += x.row(2).tail(2); h.subvec(1, 2) %= x.row(0).head(2); return h; }),
      text("a recursion", [](const auto& x) { vec_of<decltype(x)> h(12); h(0) = x(0); for (uword t = 1; t < 12; ++t) h(t) = x(t) + 0.1 * h(t - 1) * h(t - 1); return h; }),
      text("parts of parts", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.col(1)(2) = x(0, 0) * x(0, 1); A.row(0).head(2) = x.row(1).tail(2) % x.row(2).head(2); A.rows(1, 2)(0, 3) += 1; return A; }),
      text("overlapping", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.col(1) = x.col(0) % x.col(3); A.row(1) = x.row(0) % x.row(2); A(1, 1) = x(2, 2) * x(0, 3); A.diag() += x.col(0); A.submat(0, 0, 1, 1) = x.submat(1, 2, 2, 3); A(0, 0) = 4; A.elem(uvec{0, 4}) *= 2; return A; }),
      text("written, read, written", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(0, 0) = x(1, 1) * x(2, 2); auto B = mat_of<decltype(x)>(A % A); A(0, 0) = 2; A.col(1) = B.col(0); return mat_of<decltype(x)>(A + B); }),
      text("a copy stays", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(0, 1) = x(1, 1); mat_of<decltype(x)> B = A; A(0, 1) = x(2, 2) * x(2, 1); B.col(0) *= 2; return mat_of<decltype(x)>(A % B); }),
      text("from itself", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.row(0) = A.row(1); A.cols(0, 1) = A.cols(2, 3); A.col(2) = A.col(2) % A.col(0); A = A % A; return A; }),
      text("whole", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A += x; A -= 1; A %= x; A /= x + 3; A *= x.t(); A *= 2; return A; }),
      text("each row", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.each_row() += x.row(1); A.each_row() %= x.row(0); A.each_col() -= x.col(1); A.each_col() /= vec(vec{1, 2, 3}); return A; }),
      text("each by a function", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.each_col([](vec_of<decltype(x)>& c) { c *= 2; c(0) = c(1) * c(2); }); A.each_row([](rowvec_of<decltype(x)>& r) { r(3) += r(0); }); return A; }),
      text("fill", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.row(0).zeros(); A.col(1).ones(); A.submat(1, 2, 2, 3).fill(x(0, 0)); A(2, 0) = x(1, 1); return A; }),
      text("zeros, ones, eye", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.zeros(); A(0, 0) = x(0, 0); auto B = mat_of<decltype(x)>(x); B.ones(2, 2); B(1, 0) = x(1, 1); mat_of<decltype(x)> C(2, 2); C.eye(); C(0, 1) = x(2, 2); return mat_of<decltype(x)>(join_cols(A.head_cols(2), join_cols(B, C))); }),
      text("resize and reshape", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(0, 0) = x(1, 1) * x(1, 1); A.resize(4, 3); A(3, 2) = x(0, 3); A.reshape(2, 6); return A; }),
      text("insert and shed", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.insert_rows(1, x.row(0) % x.row(1)); A.insert_cols(4, vec{1, 2, 3, 4}); A.shed_row(0); A.shed_cols(1, 2); A.insert_cols(0, A.col(1)); A.shed_col(2); A.shed_rows(1, 1); return A; }),
      text("swap", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.swap_rows(0, 2); A(0, 0) = x(1, 1); A.swap_cols(0, 3); return A; }),
      text("transform", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.transform([](const auto& v) { return v * v + 1; }); return A; }),
      text("a named number", [](const auto& x) { auto A = mat_of<decltype(x)>(x); auto v = A(0, 0); A(0, 0) = 3; v += A(0, 0); v *= 2; A(1, 0) = v; return A; }),
      text("numbers and lists", [](const auto& x) { scalar_of<decltype(x)> a = 2, b = x(0, 0); a *= b; vec_of<decltype(x)> v = {a, 1.0, b}; mat_of<decltype(x)> M = {{a, b}, {b, 3.0}}; v(1) += a; return mat_of<decltype(x)>(M * M * v.head(2)); }),
      text("constants", [](const auto& x) { mat_of<decltype(x)> A(3, 3, arma::fill::eye), B(3, 3, arma::fill::value(0.5)); vec_of<decltype(x)> o(3, arma::fill::ones); A *= 2; A += B; A(0, 1) = -1; return mat_of<decltype(x)>((A * o).t() * x); }),
      text("conv_to", [](const auto& x) { using X = decltype(x); auto c = arma::conv_to<vec_of<X>>::from(x.row(0)); c(0) *= c(1); const auto r = arma::conv_to<rowvec_of<X>>::from(c); return mat_of<X>(arma::conv_to<mat_of<X>>::from(x) * c + arma::conv_to<vec_of<X>>::from(uvec{1, 2, 3}) * (r * c)); }),
      text("the diagonal, read", [](const auto& x) { auto A = mat_of<decltype(x)>(x); const auto d = vec_of<decltype(x)>(A.diag() % A.diag(1)); A.diag(-1) = x.col(0).head(2) % x.col(1).head(2); return mat_of<decltype(x)>(A.t() * d); }),
      text("nothing at all", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A.elem(uvec()) = vec(); A.head_rows(0) = mat(0, 4); A.head_cols(0) *= 2; return A; }),
      text("all of it", [](const auto& x) { auto A = mat_of<decltype(x)>(x); A(0, 0) = 1; A.submat(0, 0, 2, 3) = x % x; A.rows(0, 2) += 1; return A; }),
  };
}
// clang-format on

double value_of(const Text& t, const mat& x, const mat& C) {
  const mat y = t.plain(x);
  return arma::accu(C.submat(0, 0, arma::size(y)) % y % y);
}

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(Seeded);

BOOST_AUTO_TEST_CASE(the_same_text_does_the_same) {
  const mat x = uniform(3, 4, 0.5, 2), C = uniform(12, 12);
  for (const Text& t : texts()) {
    BOOST_TEST_CONTEXT(t.name) {
      const auto loss = [&](const Var<double>& v) {
        const Var<double> y = t.on_tape(v);
        return accu(C.submat(0, 0, arma::size(y.n_rows, y.n_cols)) % y % y);
      };
      Tape<double> tape;
      BOOST_TEST(error(t.on_tape(tape.variable(x)).value(), t.plain(x)) < 1e-13);
      const auto [J, g] = value_and_gradient(loss, x);
      BOOST_TEST(error(J, value_of(t, x, C)) < 1e-13);
      BOOST_TEST(error(g, differences([&](const mat& v) { return value_of(t, v, C); }, x)) < 1e-8);
      const GradientCheck check = check_gradient(loss, x);  // complex step and the backward pass as nodes
      BOOST_TEST(check.passed(), check);
      const mat V = uniform(3, 4);  // second derivatives, by nodes and by tangents
      const mat expected = directional([&](const mat& v) { return gradient(loss, v); }, x, V);
      BOOST_TEST(error(hessian_vector_product(loss, x, V), expected) < 1e-7);
      BOOST_TEST(error(jvp([&](const auto& v) { return gradient(loss(v), v); }, x, V).second, expected) < 1e-7);
      auto program = record(loss, variables(x));
      const mat other = uniform(3, 4, 0.5, 2);
      BOOST_TEST(error(program.value_and_gradient(other).second, gradient(loss, other)) < 1e-14);
      BOOST_TEST(error(program.value_and_gradient(x).second, g) < 1e-14);
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(in_float, eT, std::tuple<float>) {
  const arma::Mat<eT> x = uniform<eT>(3, 3);
  const auto loss = [](const auto& v) {
    mat_of<decltype(v)> A(3, 3, arma::fill::zeros);
    for (uword k = 0; k < 9; ++k) A(k) = v(k) * v((k + 1) % 9);
    A.diag() += 1;
    return accu(A % A);
  };
  BOOST_TEST(error(gradient(loss, x), gradient(loss, to_double(x))) < 20 * tolerance<eT>);
}

/// Random writes and reads: plain Armadillo says what is right.
BOOST_AUTO_TEST_CASE(random_programs) {
  std::mt19937 random(7);
  const auto below = [&](uword n) { return uword(random() % n); };
  for (int program = 0; program < 300; ++program) {
    const auto seed = random();
    const mat start = uniform(4, 5, 0.5, 1.5);
    const auto run = [&](const auto& x) {
      random.seed(seed);
      using M = mat_of<decltype(x)>;
      M A = x, B = x % x;
      const auto steps = 1 + below(12);
      for (uword s = 0; s < steps; ++s) {
        const uword i = below(4), j = below(5), k = below(4), l = below(5);
        switch (below(12)) {
          case 0:
            A(i, j) = B(k, l) * 0.5;
            break;
          case 1:
            A.row(i) = B.row(k);
            break;
          case 2:
            A.col(j) %= B.col(l);
            break;
          case 3:
            A(i, j) += A(k, l);
            break;
          case 4:
            B = A;
            break;
          case 5:
            A.submat(0, 0, i, j) *= 0.9;
            break;
          case 6:
            A.elem(uvec{i, j + 4, l + 8}) = B.elem(uvec{k, k, 19});
            break;
          case 7:
            B.diag() = A.diag() % B.col(l);
            break;
          case 8:
            A(i, j) = 1.5;
            break;
          case 9:
            B += A % A * 0.1;
            break;
          case 10:
            A.rows(uvec{i, k}) = B.rows(uvec{k, i});
            break;
          default:
            B(k, l) = A(i, j) = B(i, j) * A(k, l);
            break;
        }
      }
      return M(A % B);
    };
    Tape<double> tape;
    const Var<double> x = tape.variable(start);
    const mat y = run(start);
    BOOST_TEST(error(run(x).value(), y) < 1e-13);
    const mat C = uniform(4, 5);
    const mat g = gradient([&](const auto& v) { return accu(C % run(v)); }, start);
    const auto plain = [&](const mat& v) { return arma::accu(C % run(v)); };
    BOOST_TEST(error(g, differences(plain, start)) < 1e-6 * std::max(1.0, arma::abs(g).max()));
    random.seed(unsigned(program) * 7919 + 1);
  }
}

BOOST_AUTO_TEST_CASE(consecutive_writes_are_one_node) {
  Tape<double> tape;
  const auto x = tape.variable(vec(10, arma::fill::ones));
  const NumberVar<double> a = x(0);
  ColVar<double> h(1000);
  h(0) = a;
  const auto before = tape.size();
  for (uword t = 1; t < 1000; ++t) h(t) = a;
  BOOST_TEST(tape.size() == before);
  BOOST_TEST(h(17).index() == a.index());  // read back as what was written
  BOOST_TEST(tape.size() == before);
  const auto s = accu(h);
  BOOST_TEST(tape.size() == before + 2);
  BOOST_TEST(s.scalar() == 1000);
  h(3) = 2;
  BOOST_TEST(accu(h).scalar() == 1001);
  BOOST_TEST(s.scalar() == 1000);
}

BOOST_AUTO_TEST_CASE(a_chain_of_versions_is_not_copied) {
  // In place, 2,000 versions of 100,000 numbers need no more memory than a few.
  const vec w(100000, arma::fill::ones);
  Tape<double> tape;
  const auto x = tape.variable(view(w));
  ColVar<double> h = x;
  for (uword t = 0; t < 2000; ++t) {
    h(t) = h(t) * 2.0;
    (void)h.index();  // asks for the node
  }
  tape.backward(accu(h % h), true);
  BOOST_TEST(tape.bytes() < 12 * sizeof(double) * w.n_elem);
  BOOST_TEST(tape.gradient(x)(0) == 8);
  BOOST_TEST(tape.gradient(x)(2000) == 2);
}

BOOST_AUTO_TEST_CASE(constants_of_no_tape) {
  const Var<double> A(2, 2, arma::fill::eye);
  const ColVar<double> b = vec{1, 2};
  BOOST_TEST(!A.is_on_tape());
  BOOST_TEST(error((A * b + 1).value(), mat(vec{2, 3})) == 0);
  BOOST_TEST(accu(exp(b)).scalar() == std::exp(1) + std::exp(2));
  const NumberVar<double> two = 2;
  BOOST_TEST((two * two + 1).scalar() == 5);
  for (int k = 0; k < 3; ++k) {  // they meet one tape after the other
    const auto [J, g] = value_and_gradient([&](const auto& x) { return accu(A * x % b) * two; }, vec{3, 4});
    BOOST_TEST(J == 22);
    BOOST_TEST(error(g, vec{2, 4}) == 0);
  }
  std::vector<Var<double>> many(3, A);
  many[1](0, 0) = 5;
  BOOST_TEST(many[0](0, 0).scalar() == 1);
  BOOST_TEST(many[1](0, 0).scalar() == 5);
  arma::field<Var<double>> field(2);
  field(0) = A;
  field(1) = field(0) * 3.0;
  BOOST_TEST(field(1)(1, 1).scalar() == 3);
  BOOST_TEST(gradient([&](const auto&) { return two * 3; }, 1.0) == 0);  // nothing that was differentiated by
}

BOOST_AUTO_TEST_CASE(parts_live_as_values) {
  const auto made_inside = [](const auto& x) {
    ColVar<double> h(3);
    h(1) = x(0) * x(1);
    return h(1);  // of an h that ends here
  };
  BOOST_TEST(error(gradient(made_inside, vec{2, 3}), vec{3, 2}) == 0);
  Tape<double> tape;
  const auto x = tape.variable(mat{{1, 2}, {3, 4}});
  Var<double> A = x;
  A(0, 0) = 7;
  const auto row = A.row(0);
  const auto both = std::pair(A(0, 0), A(1, 1));
  A(0, 0) = 8;
  A = Var<double>(5, 5);
  BOOST_TEST(error(row.value(), mat{{7, 2}}) == 0);
  BOOST_TEST((both.first * both.second).scalar() == 28);
  Var<double> moved = std::move(A);
  moved(4, 4) = 2;
  BOOST_TEST(accu(moved).scalar() == 2);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_written_need_no_gradient) {
  Tape<double> tape;
  ColVar<double> h = tape.constant(vec{1, 2, 3});
  h(0) = 5, h(2) = 7;
  BOOST_TEST(error(h.value(), mat{vec{5, 2, 7}}) == 0);
  BOOST_TEST(!engine_of(tape).wants(h.index()));
}

BOOST_AUTO_TEST_CASE(a_number_of_no_tape_is_filled) {
  Var<double> h = NumberVar<double>(2.0);
  h.fill(5.0);
  BOOST_TEST(accu(h * 2.0).scalar() == 10);
}

BOOST_AUTO_TEST_CASE(a_diagonal_is_read_as_one) {
  const mat X = uniform(3, 3, 1, 2);
  const auto loss = [](auto x) { return accu(log(x.diag())); };  // of an x that could be written to
  BOOST_TEST(derive(loss, X, "X").text() == "dJ/dX = diagmat(1 / diagvec(X))");
}

BOOST_AUTO_TEST_CASE(what_is_printed_is_not_depended_on) {
  int runs = 0;
  std::ostringstream out;
  const vec start{1, 2};
  auto program = record(
      [&](const auto& x) {
        ++runs;
        ColVar<double> h = x;
        h(0) = x(1);
        out << h << x(0);
        h.print(out, "h:");
        return accu(square(h));
      },
      variables(start));
  BOOST_TEST(program.value(vec{3, 4}) == 32);
  BOOST_TEST(runs == 1);
  BOOST_TEST(out.str() == "   2.0000\n   2.0000\n   1.0000\nh:\n   2.0000\n   2.0000\n");
}

BOOST_AUTO_TEST_CASE(branches_follow_the_values) {
  int runs = 0;
  const auto loss = [&](const auto& x) {
    ++runs;
    vec_of<decltype(x)> h = x;
    for (uword k = 1; k < h.n_elem; ++k) {
      if (h(k) > h(k - 1) && !(x(k) == 2))
        h(k) = 3 * x(k) * h(k - 1);
      else
        h(k) += 1;
    }
    return accu(h);
  };
  const vec up{1, 3, 4}, down{3, 2, 1};
  BOOST_TEST(loss(up) == 1 + 9 + 5);
  BOOST_TEST(error(gradient(loss, up), vec{1 + 3 * 3, 3 * 1, 1}) == 0);
  auto program = record(loss, variables(up));
  runs = 0;
  BOOST_TEST(error(program.value_and_gradient(up).second, vec{10, 3, 1}) == 0);
  BOOST_TEST(runs == 0);
  BOOST_TEST(error(program.value_and_gradient(down).second, vec{1, 1, 1}) == 0);
  BOOST_TEST(runs == 1);
}

BOOST_AUTO_TEST_CASE(constants_in_threads) {
  std::vector<double> sums(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < sums.size(); ++t) {
    threads.emplace_back([&sums, t] {
      for (int k = 0; k < 100; ++k) {
        Var<double> A(3, 3, arma::fill::eye);
        A(0, 1) = double(t);
        sums[t] = accu(A * A).scalar();
      }
    });
  }
  for (std::thread& t : threads) t.join();
  for (std::size_t t = 0; t < sums.size(); ++t) BOOST_TEST(sums[t] == 3 + 2 * double(t));
}

BOOST_AUTO_TEST_CASE(refusals) {
  Tape<double> tape, other;
  const auto x = tape.variable(uniform(3, 4));
  const auto y = other.variable(uniform(3, 4));
  Var<double> A = x;
  const auto says = [](auto f, const char* what) { check_says(refusal(f), {what, "test_writes.cpp"}); };
  const auto before = A.value();
  says([&] { A(3, 0) = 1; }, "index out of bounds");
  says([&] { A(12) = 1; }, "index out of bounds");
  says([&] { A.row(3) = x.row(0); }, "index out of bounds");
  says([&] { A.rows(1, 3) += 1; }, "indices out of bounds or incorrectly used");
  says([&] { A.elem(uvec{12}) = 1; }, "index out of bounds");
  says([&] { A.diag(4) = 1; }, "requested diagonal out of bounds");
  says([&] { A.head(2) = 1; }, "not a vector but 3x4");
  says([&] { A.row(0) = x.col(0); }, "1x4 and 3x1");
  says([&] { A.row(0) += x.row(0).head(2); }, "1x4 and 1x2");
  says([&] { A(0, 0) = x.row(0); }, "1x1 and 1x4");
  says([&] { A(span(0, 1), span(0, 1)) = mat(2, 3); }, "2x2 and 2x3");
  says([&] { A.elem(uvec{0, 1}) = vec(3); }, "2x1 and 3x1");
  says([&] { A(0, 0) = y(0, 0); }, "different tapes");
  says([&] { A += y; }, "different tapes");
  says([&] { A.shed_row(3); }, "indices out of bounds or incorrectly used");
  says([&] { A.swap_cols(0, 4); }, "index out of bounds");
  says([&] { A.insert_rows(4, x.row(0)); }, "index out of bounds");
  says([&] { A.insert_rows(0, x.col(0)); }, "number of columns must be the same");
  BOOST_TEST(error(A.value(), before) == 0);  // nothing was written
  says([&] { arma::conv_to<ColVar<double>>::from(x); }, "conv_to at");
  says([&] { (void)Var<double>{{1, x(0, 0)}, {1}}; }, "rows of different lengths in a list: 2 and 1");
  NumberVar<double> s = 1;
  says([&] { s += x; }, "3x4 is a matrix, not a number");
  Var<double> B = A;
  B(0, 0) = 1;
  tape.clear();
  says([&] { B(0, 0) = 2; }, "before its tape was cleared");
  says([&] { (void)(B + 1); }, "before its tape was cleared");
  BOOST_CHECK_THROW(Var<double>() + 1, std::logic_error);
}
