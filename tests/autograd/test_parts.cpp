#define BOOST_TEST_MODULE parts
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/oracle.hpp"

using namespace armagrad;
using namespace armagrad::testing;

namespace {

using arma::mat;
using arma::span;
using arma::uvec;
using arma::uword;

/// A rearrangement of a Var, and the same by Armadillo. Linear, but for the choice of what goes where.
template <class eT>
struct Case {
  const char* name;
  uword rows, cols;
  std::function<Var<eT>(const Var<eT>&)> on_tape;
  arma::Mat<eT> (*expected)(const arma::Mat<eT>&);
};

// clang-format off
template <class eT>
std::vector<Case<eT>> cases() {
  using V = const Var<eT>&;
  using M = const arma::Mat<eT>&;
  using R = arma::Mat<eT>;
  return {
      {"row", 4, 3, [](V x) { return x.row(2); }, [](M x) -> R { return x.row(2); }},
      {"col", 4, 3, [](V x) { return x.col(1); }, [](M x) -> R { return x.col(1); }},
      {"rows", 19, 3, [](V x) { return x.rows(1, 17); }, [](M x) -> R { return x.rows(1, 17); }},
      {"cols", 4, 5, [](V x) { return x.cols(2, 4); }, [](M x) -> R { return x.cols(2, 4); }},
      {"submat", 5, 6, [](V x) { return x.submat(1, 2, 3, 4); }, [](M x) -> R { return x.submat(1, 2, 3, 4); }},
      {"spans", 5, 6, [](V x) { return x(span(1, 4), span::all); }, [](M x) -> R { return x(span(1, 4), span::all); }},
      {"row and span", 5, 6, [](V x) { return x(1, span(2, 5)); }, [](M x) -> R { return x(1, span(2, 5)); }},
      {"span and column", 5, 6, [](V x) { return x(span(0, 2), 5); }, [](M x) -> R { return x(span(0, 2), 5); }},
      {"everything", 3, 2, [](V x) { return x(span::all, span::all); }, [](M x) -> R { return x; }},
      {"of nothing", 0, 2, [](V x) { return x(span::all, span::all); }, [](M x) -> R { return x; }},
      {"head_rows", 5, 2, [](V x) { return x.head_rows(2); }, [](M x) -> R { return x.head_rows(2); }},
      {"no rows", 5, 2, [](V x) { return x.head_rows(0); }, [](M x) -> R { return x.head_rows(0); }},
      {"tail_rows", 5, 2, [](V x) { return x.tail_rows(2); }, [](M x) -> R { return x.tail_rows(2); }},
      {"head_cols", 5, 4, [](V x) { return x.head_cols(3); }, [](M x) -> R { return x.head_cols(3); }},
      {"tail_cols", 5, 4, [](V x) { return x.tail_cols(3); }, [](M x) -> R { return x.tail_cols(3); }},
      {"entry", 5, 4, [](V x) { return x(3, 2) * x(7); }, [](M x) -> R { return R{x(3, 2) * x(7)}; }},
      {"entry of 1x1", 1, 1, [](V x) { return x(0, 0) * x(0); }, [](M x) -> R { return x * x; }},
      {"elem", 3, 4, [](V x) { return x.elem(uvec{11, 0, 5, 0}); }, [](M x) -> R { return x.elem(uvec{11, 0, 5, 0}); }},
      {"no elem", 3, 4, [](V x) { return x.elem(uvec()); }, [](M x) -> R { return x.elem(uvec()); }},
      {"rows by index", 3, 4, [](V x) { return x.rows(uvec{2, 2, 0}); }, [](M x) -> R { return x.rows(uvec{2, 2, 0}); }},
      {"cols by index", 3, 4, [](V x) { return x.cols(uvec{3, 1, 1, 0, 2}); }, [](M x) -> R { return x.cols(uvec{3, 1, 1, 0, 2}); }},
      {"reshape", 3, 4, [](V x) { return reshape(x, 6, 2); }, [](M x) -> R { return reshape(x, 6, 2); }},
      {"reshape of nothing", 0, 4, [](V x) { return reshape(x, 2, 0); }, [](M) { return R(2, 0); }},
      {"vectorise", 3, 4, [](V x) { return vectorise(x); }, [](M x) -> R { return vectorise(x); }},
      {"vectorise by rows", 3, 4, [](V x) { return vectorise(x, 1); }, [](M x) -> R { return vectorise(x, 1); }},
      {"repmat", 3, 2, [](V x) { return repmat(x, 2, 3); }, [](M x) -> R { return repmat(x, 2, 3); }},
      {"repmat of a row", 1, 4, [](V x) { return repmat(x, 5, 1); }, [](M x) -> R { return repmat(x, 5, 1); }},
      {"repmat of a column", 4, 1, [](V x) { return repmat(x, 2, 2); }, [](M x) -> R { return repmat(x, 2, 2); }},
      {"repmat of 1x1", 1, 1, [](V x) { return repmat(x, 3, 2); }, [](M x) -> R { return repmat(x, 3, 2); }},
      {"repmat to nothing", 3, 2, [](V x) { return repmat(x, 0, 2); }, [](M x) -> R { return repmat(x, 0, 2); }},
      {"diagvec", 4, 4, [](V x) { return diagvec(x); }, [](M x) -> R { return diagvec(x); }},
      {"diagvec, wide", 2, 5, [](V x) { return diagvec(x); }, [](M x) -> R { return diagvec(x); }},
      {"diagmat of a column", 4, 1, [](V x) { return diagmat(x); }, [](M x) -> R { return diagmat(x); }},
      {"diagmat of a row", 1, 4, [](V x) { return diagmat(x); }, [](M x) -> R { return diagmat(x); }},
      {"diagmat of a matrix", 3, 4, [](V x) { return diagmat(x); }, [](M x) -> R { return diagmat(x); }},
      {"trimatu", 4, 4, [](V x) { return trimatu(x); }, [](M x) -> R { return trimatu(x); }},
      {"trimatl", 4, 4, [](V x) { return trimatl(x); }, [](M x) -> R { return trimatl(x); }},
      {"join_cols", 3, 4, [](V x) { return join_cols(x, x.row(1)); }, [](M x) -> R { return join_cols(x, x.row(1)); }},
      {"join_rows of four", 3, 2, [](V x) { return join_rows(x, x.col(1), 2 * x, x); }, [](M x) -> R { return join_rows(x, x.col(1), 2 * x, x); }},
      {"join_vert with constants", 2, 2, [](V x) { return join_vert(arma::Mat<eT>(1, 2, arma::fill::ones), x, arma::Mat<eT>()); }, [](M x) -> R { return join_vert(arma::Mat<eT>(1, 2, arma::fill::ones), x); }},
      {"join_horiz with nothing", 2, 0, [](V x) { return join_horiz(x, arma::Mat<eT>(2, 1, arma::fill::ones)); }, [](M) { return R(2, 1, arma::fill::ones); }},
      {"assign", 4, 5, [](V x) { return assign(x, span(1, 2), span(0, 3), 2 * x(span(2, 3), span(1, 4))); },
       [](M x) -> R { R y = x; y(span(1, 2), span(0, 3)) = 2 * x(span(2, 3), span(1, 4)); return y; }},
      {"assign to a constant", 1, 3, [](V x) { return assign(arma::Mat<eT>(3, 3, arma::fill::ones), span(1, 1), span::all, x); },
       [](M x) -> R { R y(3, 3, arma::fill::ones); y.row(1) = x; return y; }},
      {"assign a number", 3, 3, [](V x) { return assign(x, span::all, span(1, 1), x(0, 0)); }, [](M x) -> R { R y = x; y.col(1).fill(x(0, 0)); return y; }},
      {"sort", 9, 3, [](V x) { return sort(x); }, [](M x) -> R { return sort(x); }},
      {"sort of a row", 1, 7, [](V x) { return sort(RowVar<eT>(x), "descend"); }, [](M x) -> R { return sort(x, "descend", 1); }},
      {"sort rows", 4, 5, [](V x) { return sort(x, "descend", 1); }, [](M x) -> R { return sort(x, "descend", 1); }},
      {"sort of nothing", 0, 5, [](V x) { return sort(x); }, [](M x) -> R { return x; }},
      {"kron", 2, 3, [](V x) { return kron(x, x.t()); }, [](M x) -> R { return kron(x, x.t().eval()); }},
      {"kron with a constant", 2, 2, [](V x) { return kron(arma::Mat<eT>{{1, 2, 3}}, x); }, [](M x) -> R { return kron(arma::Mat<eT>{{1, 2, 3}}, x); }},
      {"prod", 7, 3, [](V x) { return prod(x, 0); }, [](M x) -> R { return prod(x, 0); }},
      {"prod of rows", 3, 6, [](V x) { return prod(x, 1); }, [](M x) -> R { return prod(x, 1); }},
      {"prod of one", 1, 4, [](V x) { return prod(x, 0); }, [](M x) -> R { return prod(x, 0); }},
      {"prod of nothing", 0, 4, [](V x) { return prod(x, 0); }, [](M x) -> R { return prod(x, 0); }},
      {"prod of a vector", 1, 5, [](V x) { return prod(VectorVar<eT>(x)); }, [](M x) -> R { return R{prod(arma::Row<eT>(x))}; }},
      {"cumsum", 5, 3, [](V x) { return cumsum(x); }, [](M x) -> R { return cumsum(x); }},
      {"cumsum of rows", 3, 5, [](V x) { return cumsum(x, 1); }, [](M x) -> R { return cumsum(x, 1); }},
      {"cumsum of nothing", 0, 5, [](V x) { return cumsum(x, 0); }, [](M x) -> R { return x; }},
      {"trace", 4, 4, [](V x) { return trace(x); }, [](M x) -> R { return R{arma::trace(x)}; }},
  };
}
// clang-format on

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Seeded)

BOOST_AUTO_TEST_CASE_TEMPLATE(values_are_armadillos, eT, Reals) {
  for (const Case<eT>& c : cases<eT>()) {
    BOOST_TEST_CONTEXT(c.name) {
      const auto X = uniform<eT>(c.rows, c.cols);
      Tape<eT> tape;
      BOOST_TEST(error(c.on_tape(tape.variable(X)).value(), c.expected(X)) < tolerance<eT>);
    }
  }
}

// Once and twice, so that the second contribution is added to the first.
BOOST_AUTO_TEST_CASE(derivatives_to_second_order) {
  for (const Case<double>& c : cases<double>()) {
    BOOST_TEST_CONTEXT(c.name) {
      const auto X = uniform(c.rows, c.cols), D = uniform(c.rows, c.cols);
      const mat y = c.expected(X), C = uniform(y.n_rows, y.n_cols), E = uniform(c.rows, c.cols);
      const auto loss = [&](const auto& x) {
        const auto v = c.on_tape(x);
        return accu(C % square(v)) + accu(v) + dot(c.on_tape(square(x)), C) + accu(E % x);
      };
      const auto plain = [&](const mat& x) {
        return arma::accu(C % arma::square(c.expected(x))) + arma::accu(c.expected(x)) +
               arma::accu(c.expected(arma::square(x)) % C) + arma::accu(E % x);
      };
      BOOST_TEST(error(gradient(loss, X), differences(plain, X)) < 1e-7);
      const auto slope = [&](const mat& x) { return gradient(loss, x); };
      BOOST_TEST(error(hessian_vector_product(loss, X, D), directional(slope, X, D)) < 1e-7);
      BOOST_TEST(check_gradient(loss, X).passed());
      BOOST_TEST(!derive(loss, X, "X").text().empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(floats_follow_doubles) {
  const auto doubles = cases<double>();
  const auto floats = cases<float>();
  for (std::size_t k = 0; k < floats.size(); ++k) {
    BOOST_TEST_CONTEXT(floats[k].name) {
      const arma::fmat X = uniform<float>(floats[k].rows, floats[k].cols);
      const arma::fmat g = gradient([&](const auto& x) { return accu(square(floats[k].on_tape(x))); }, X);
      const mat h = gradient([&](const auto& x) { return accu(square(doubles[k].on_tape(x))); }, to_double(X));
      BOOST_TEST(error(g, h) < 20 * tolerance<float>);
    }
  }
}

// A part of an adjoint is a look into its memory: what is added to it later must not change the whole.
BOOST_AUTO_TEST_CASE(parts_of_adjoints_are_not_written_over) {
  const mat A = uniform(4, 3), B = uniform(4, 2), C = uniform(4, 5);
  const auto loss = [&](const auto& a, const auto& b) {
    const auto joined = join_rows(a, b), tail = reshape(joined.tail_cols(2), 2, 4);
    return accu(square(joined) % C) + accu(square(tail)) + accu(exp(a)) + accu(b % b % b);
  };
  const auto [ga, gb] = gradient(loss, A, B);
  BOOST_TEST(error(ga, mat(2 * A % C.head_cols(3) + arma::exp(A))) < 1e-13);
  BOOST_TEST(error(gb, mat(2 * B % C.tail_cols(2) + 2 * B + 3 * B % B)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(a_part_of_a_part_and_the_last_contribution_as_a_gradient) {
  const mat A = uniform(6, 5);
  const mat g = gradient([](const auto& a) { return accu(square(a.cols(1, 3).rows(2, 4))); }, A);
  mat expected(6, 5, arma::fill::zeros);
  expected(span(2, 4), span(1, 3)) = 2 * A(span(2, 4), span(1, 3));
  BOOST_TEST(error(g, expected) == 0);
  const mat B = uniform(2, 3);
  BOOST_TEST(error(gradient([](const auto& b) { return accu(square(join_cols(2 * b, b))); }, B), mat(10 * B)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(assigned_parts_hide_what_was_there) {
  mat A = uniform(2, 3);
  A(0, 1) = not_a_number;
  Tape<double> tape;
  const auto a = tape.variable(A);
  const auto y = assign(a, span::all, span(1, 1), 0.0);
  tape.backward(accu(square(y)));
  mat B = A;
  B.col(1).zeros();
  BOOST_TEST(error(y.value(), B) == 0);
  BOOST_TEST(error(tape.gradient(a), mat(2 * B)) == 0);
}

BOOST_AUTO_TEST_CASE(sorted_again_when_replayed) {
  const mat C(arma::vec{1, 2, 3});
  mat X(arma::vec{3, 1, 2});
  auto program = record([&](const auto& x) { return accu(C % sort(x)); }, variables(X));
  BOOST_TEST(error(program.value_and_gradient(X).second, mat(arma::vec{3, 1, 2})) == 0);
  X = mat(arma::vec{1, 2, 0});
  BOOST_TEST(error(program.value_and_gradient(X).second, mat(arma::vec{2, 3, 1})) == 0);
  X = mat(arma::vec{1, 0, 1});  // equal ones keep their order
  BOOST_TEST(error(program.value_and_gradient(X).second, mat(arma::vec{2, 1, 3})) == 0);
}

BOOST_AUTO_TEST_CASE(products_with_zeros) {
  const mat X{{0, 0, 2}, {3, 0, 5}, {4, 7, 6}};
  const auto loss = [](const auto& x) { return accu(prod(x, 0)); };
  BOOST_TEST(error(gradient(loss, X), mat{{12, 0, 30}, {0, 0, 12}, {0, 0, 10}}) == 0);
  const mat D(3, 3, arma::fill::ones);
  BOOST_TEST(error(hessian_vector_product(loss, X, D), mat{{7, 7, 11}, {4, 7, 8}, {3, 0, 7}}) == 0);
}

BOOST_AUTO_TEST_CASE(parts_are_numbers_or_not_as_in_armadillo) {
  Tape<double> tape;
  const auto x = tape.variable(mat{{1, 2}, {3, 4}});
  BOOST_TEST(error((x * x(1, 0)).value(), mat{{3, 6}, {9, 12}}) == 0);
  check_says(refusal([&] { (void)(x % x.submat(0, 0, 0, 0)); }), {"2x2 and 1x1"});
}

BOOST_AUTO_TEST_CASE(refusals) {
  Tape<double> tape;
  const auto x = tape.variable(mat(3, 4));
  const auto says = [](auto f, const char* what) { check_says(refusal(f), {what, "test_parts.cpp"}); };
  says([&] { x.row(3); }, "row at");
  says([&] { x.row(3); }, "index out of bounds");
  says([&] { x.col(4); }, "index out of bounds");
  says([&] { x.rows(2, 1); }, "indices out of bounds or incorrectly used");
  says([&] { x.cols(1, 4); }, "indices out of bounds or incorrectly used");
  says([&] { x.submat(0, 0, 3, 3); }, "indices out of bounds or incorrectly used");
  says([&] { x(span(0, 3), span::all); }, "indices out of bounds or incorrectly used");
  says([&] { x(3, 0); }, "index out of bounds");
  says([&] { x(12); }, "index out of bounds");
  says([&] { x.head_rows(4); }, "size out of bounds");
  says([&] { x.tail_cols(5); }, "size out of bounds");
  says([&] { x.elem(uvec{12}); }, "index out of bounds");
  says([&] { x.rows(uvec{0, 3}); }, "index out of bounds");
  says([&] { reshape(x, 5, 2); }, "3x4 and 5x2");
  says([&] { trimatu(x); }, "given matrix must be square sized");
  says([&] { join_cols(x, mat(3, 3)); }, "number of columns must be the same: 3x4 and 3x3");
  says([&] { join_rows(x, x, mat(2, 4)); }, "number of rows must be the same");
  says([&] { (void)assign(x, span(0, 1), span(0, 1), mat(2, 3)); }, "2x2 and 2x3");
  says([&] { sort(x, "up"); }, "unknown sort direction");
  says([&] { sort(x, "ascend", 2); }, "dim must be 0 or 1");
  // Numbers for which there is no result are no mistake of the program's.
  BOOST_CHECK_THROW(sort(tape.variable(mat{{1, not_a_number}})).value(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(indices_beyond_a_matrix_are_out_of_range) {
  Tape<double> tape;
  const auto x = tape.variable(uniform(3, 4));
  const std::function<void()> beyond[] = {
      [&] { x(3, 0); },
      [&] { x(12); },
      [&] { x.row(3); },
      [&] { x.col(4); },
      [&] { x.rows(1, 3); },
      [&] { x.cols(2, 1); },
      [&] { x.submat(0, 0, 3, 0); },
      [&] { x.head_rows(4); },
      [&] { x.tail_cols(5); },
      [&] { x.elem(uvec{12}); },
      [&] { x.rows(uvec{3}); },
      [&] { x(span(0, 3), span::all); },
  };
  for (const auto& f : beyond) BOOST_CHECK_THROW(f(), std::out_of_range);
}

BOOST_AUTO_TEST_SUITE_END()
