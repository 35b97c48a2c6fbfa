#define BOOST_TEST_MODULE scan
#include <armagrad/armagrad.hpp>

#include "docs/examples/recurrences.hpp"
#include "tests/support/oracle.hpp"

// Recurrences by scan are held against the same steps in a loop on one tape, against central differences, and by the
// checker against the complex step.

using namespace armagrad;
using namespace armagrad::testing;
using arma::mat, arma::vec, arma::rowvec;

namespace {

/// A step of small matrices and numbers, and the loop it stands for, of 37 steps.
const auto mixed_step = [](const auto& x, const auto& c, const auto& u, const auto& z, const auto& W, const auto& s) {
  const auto next = tanh(W * x + u * c) + s * x;
  const auto d = 0.5 * c + 0.1 * accu(square(next)) * z;
  return std::tuple(next, d, d * next, square(d));
};
struct Mixed : Seeded {
  const mat W = uniform(3, 3), X0 = uniform(3, 2), Z = uniform(37, 1), U = uniform(3, 74);
  template <class V, class A, class B, class C, class D, class E>
  static auto loss(const V& last, const A& c, const B& columns, const C& numbers, const D& w, const E& v) {
    return accu(square(last)) + c * accu(w % columns) + dot(numbers, v);
  }
  const mat weights = uniform(6, 37);
  const rowvec weights_of_numbers = uniform(1, 37);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(parts, Mixed)

BOOST_AUTO_TEST_CASE(states_inputs_outputs_and_shared_arguments_of_every_kind) {
  // By everything: the states' starts, an input by columns and one by numbers, a shared matrix and a shared number.
  const auto split = [&](const auto& p) {
    return std::tuple(reshape(p.subvec(0, 8), 3, 3), reshape(p.subvec(9, 14), 3, 2), p(15), p(16),
                      p.subvec(17, 17 + 36), reshape(p.subvec(54, 54 + 3 * 37 - 1), 3, 37));
  };
  const vec at = arma::join_cols(arma::join_cols(arma::vectorise(W), arma::vectorise(X0), vec{.3, .4}),
                                 arma::vectorise(Z), arma::vectorise(U.head_cols(37)));
  const auto step = [](const auto& x, const auto& c, const auto& u, const auto& z, const auto& w, const auto& s) {
    return mixed_step(x, c, repmat(u, 1, 2), z, w, s);
  };
  const auto by_scan = [&](const auto& p) {
    const auto [w, x0, c0, s, z, u] = split(p);
    const auto [x, c, columns, numbers] = scan(step, std::tuple(x0, c0), steps(u, z), w, s);
    return loss(x, c, columns, numbers, weights, weights_of_numbers);
  };
  const auto by_loop = [&](const auto& p) {
    const auto [w, x0, c0, s, z, u] = split(p);
    Var<double> x = x0;
    NumberVar<double> c = c0;
    std::vector<Var<double>> columns, numbers;
    for (uword t = 0; t < 37; ++t) {
      const auto [next, d, column, number] = step(x, c, ColVar<double>(u.col(t)), NumberVar<double>(z(t)), w, s);
      x = next, c = d;
      columns.push_back(vectorise(column)), numbers.push_back(number);
    }
    Var<double> all = columns[0];
    for (uword t = 1; t < 37; ++t) all = join_rows(all, columns[t]);
    NumberVar<double> sum = 0;
    for (uword t = 0; t < 37; ++t) sum += numbers[t] * weights_of_numbers(t);
    return accu(square(x)) + c * accu(weights % all) + sum;
  };
  const auto [J, g] = value_and_gradient(by_scan, at);
  const auto [K, h] = value_and_gradient(by_loop, at);
  BOOST_TEST(error(J, K) <= 1e-12);
  BOOST_TEST(error(g, h) <= 1e-12);
  const vec V = uniform(at.n_elem, 1);
  BOOST_TEST(error(jvp(by_scan, at, V).second(0), arma::dot(h, V)) <= 1e-12);
  BOOST_TEST(error(hessian_vector_product(by_scan, at, V), hessian_vector_product(by_loop, at, V)) <= 1e-11);
  const auto report = check_gradient(by_scan, at);
  BOOST_TEST(report.passed(), report);
}

BOOST_AUTO_TEST_CASE(a_number_of_steps_slices_of_a_cube_and_plain_arguments) {
  const auto power = [](const auto& x, const auto& a) { return a * x; };
  BOOST_TEST(scan(power, 1.0, steps(10), 2.0) == 1024.0);
  const mat A = uniform(2, 2);
  BOOST_TEST(error(scan(power, mat(2, 2, arma::fill::eye), steps(5), A), mat(A * A * A * A * A)) <= 1e-14);
  const arma::cube C(2, 3, 4, arma::fill::randu);
  const auto weigh = [](const auto& x, const auto& slice, const auto& w) {
    const auto y = slice * w;
    return std::tuple(x + y, slice, summed(slice));
  };
  const auto loss = [&](const auto& w) {
    const auto [last, slices, sum] = scan(weigh, vec{1, 2}, steps(C), w);
    return accu(square(last)) + accu(slices) * w(0) + accu(sum) * w(1);
  };
  const vec w{.3, -.2, .5};
  const vec last = vec{1, 2} + arma::sum(C, 2).eval().slice(0) * w;
  BOOST_TEST(error(loss(w), arma::accu(square(last)) + arma::accu(C) * (w(0) + w(1))) <= 1e-13);
  BOOST_TEST(error(value_and_gradient(loss, w).first, loss(w)) <= 1e-14);
  BOOST_TEST(check_gradient(loss, w).passed());
}

BOOST_AUTO_TEST_CASE(missing_values_by_a_mask) {
  // A step without a value leaves the state as it is, whatever stands there.
  vec y = uniform(30, 1), seen(30, arma::fill::ones);
  for (const uword t : {0, 3, 4, 29}) y(t) = not_a_number, seen(t) = 0;
  const auto loss = [&](const auto& a) {
    const auto step = [](const auto& m, const auto& value, const auto& is_seen, const auto& gain) {
      const auto e = where(is_seen, value - m, 0);
      return std::pair(m + gain * e, summed(square(e)));
    };
    return std::get<1>(scan(step, 0.0, steps(y, seen), a));
  };
  const vec there = y.elem(arma::find(seen));
  double m = 0, sum = 0;
  for (const double x : there) sum += (x - m) * (x - m), m += .3 * (x - m);
  BOOST_TEST(error(loss(.3), sum) <= 1e-14);
  BOOST_TEST(check_gradient(loss, .3).passed());
}

BOOST_AUTO_TEST_CASE(results_that_depend_on_no_argument_or_are_one) {
  const vec y{1, 2, 3};
  const auto loss = [&](const auto& a) {
    const auto [last, fixed, same, sum] =
        scan([](const auto&, const auto& now, const auto& b) { return std::tuple(0.5, 2.0, b, summed(now)); }, a,
             steps(y), a);
    return last + accu(fixed) + dot(same, y) * sum;
  };
  const auto [J, g] = value_and_gradient(loss, 4.0);
  BOOST_TEST(J == 0.5 + 6 + 24 * 6);
  BOOST_TEST(g == 36);
  BOOST_TEST(hessian_vector_product(loss, 4.0, 1.0) == 0);
  auto program = record(loss, variables(J));
  BOOST_TEST(program.value_and_gradient(1.0).first == 0.5 + 6 + 36);
  BOOST_TEST(program.value_and_gradient(2.0).first == 0.5 + 6 + 72);
}

BOOST_AUTO_TEST_CASE(states_that_are_kept_in_part) {
  const vec y = uniform(61, 1), at{.2, .5, -.3};
  const auto step = [](const auto& x, const auto& now, const auto& p) {
    const auto next = sin(p * now + x);
    return std::tuple(next, dot(next, x));
  };
  const auto loss = [&](auto... checkpoints) {
    return [&, checkpoints...](const auto& p) {
      const auto [last, terms] = scan(checkpoints..., step, vec(3, arma::fill::ones), steps(y), p);
      return accu(square(last)) + dot(terms, y);
    };
  };
  const auto [J, g] = value_and_gradient(loss(), at);
  const vec V{1, -1, 2};
  for (const uword kept : {0, 1, 2, 3, 7, 8, 9, 30, 31, 60, 61}) {
    const auto f = loss(Checkpoints{kept});
    BOOST_TEST_CONTEXT(kept << " kept") {
      BOOST_TEST(value_and_gradient(f, at).first == J);
      BOOST_TEST(error(value_and_gradient(f, at).second, g) <= 1e-14);
      BOOST_TEST(error(hessian_vector_product(f, at, V), hessian_vector_product(loss(), at, V)) <= 1e-12);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_tape_does_not_grow_with_the_steps) {
  const auto nodes = [](uword n) {
    Tape<double> tape;
    const auto p = tape.variable(vec{.1, .1, .8});
    const auto J = recurrences::garch(p, vec(n, arma::fill::randn));
    const std::size_t before = tape.size();
    const auto slope = dot(gradient(J, p), p);
    tape.backward(slope, true);
    return std::pair(before, tape.size());
  };
  BOOST_TEST((nodes(50) == nodes(5000)));
  BOOST_TEST(nodes(5000).first < 20U);
}

BOOST_AUTO_TEST_CASE(inputs_without_gradient_take_no_memory_for_one) {
  const mat X = uniform(200, 50);
  Tape<double> tape;
  const auto p = tape.variable(0.5);
  const auto J =
      scan([](const auto& s, const auto& x, const auto& a) { return a * s + accu(square(x)); }, 0.0, steps(view(X)), p);
  tape.backward(J, true);
  BOOST_TEST(tape.bytes() < X.n_elem * sizeof(double));
}

BOOST_AUTO_TEST_CASE(a_matrix_that_is_the_only_result_is_the_scan_itself) {
  Tape<double> tape;
  const auto A = tape.variable(uniform(2, 2)), X = tape.variable(uniform(2, 2));
  const std::size_t before = tape.size();
  const Var<double> last = scan([](const auto& x, const auto& a) { return a * x; }, X, steps(5), A);
  BOOST_TEST(tape.size() == before + 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_element_type, eT, Reals) {
  const auto y = uniform<eT>(50, 1);
  const auto A = uniform<eT>(3, 3);
  const auto step = [](const auto& x, const auto& now, const auto& a) {
    const auto next = tanh(a * x + now);
    return std::pair(next, summed(accu(next)));
  };
  const arma::Col<eT> start(3, arma::fill::ones);
  const auto by_scan = [&](const auto& a) {
    const auto [last, sum] = scan(step, start, steps(arma::Col<eT>(y)), a);
    return dot(last, last) + sum;
  };
  const auto by_loop = [&](const auto& a) {
    vec_of<decltype(a)> x = start;
    scalar_of<decltype(a)> sum = 0;
    for (uword t = 0; t < y.n_elem; ++t) {
      x = tanh(a * x + y(t));
      sum += accu(x);
    }
    return dot(x, x) + sum;
  };
  const auto [J, g] = value_and_gradient(by_scan, A);
  const auto [K, h] = value_and_gradient(by_loop, A);
  BOOST_TEST(error(J, K) <= 2 * tolerance<eT>);
  BOOST_TEST(error(g, h) <= 10 * tolerance<eT>);
  BOOST_TEST(error(jvp(by_scan, A, A).second, jvp(by_loop, A, A).second) <= 10 * tolerance<eT>);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(with_other_functions, Seeded)

/// sum of x_t' x_t for x_{t+1} = tanh(a x_t + y_t), by `run` of the loop or of the scan.
const auto network = [](const auto& x, const auto& y, const auto& a) {
  const auto next = tanh(a * x + y);
  return std::pair(next, summed(dot(next, next)));
};
const auto unrolled = [](const auto& start, const auto& y, const auto& a) {
  vec_of<decltype(a)> x = start;
  scalar_of<decltype(a)> sum = 0;
  for (uword t = 0; t < y.n_cols; ++t) {
    x = tanh(a * x + y.col(t));
    sum += dot(x, x);
  }
  return sum;
};
const auto scanned = [](const auto& start, const auto& y, const auto& a) {
  return std::get<1>(scan(network, start, steps(y), a));
};

BOOST_AUTO_TEST_CASE(inside_and_outside) {
  const mat A = uniform(3, 3), Y = uniform(3, 40), V = uniform(3, 3);
  const vec start = uniform(3, 1);
  const auto check = [&](const auto& f, const auto& g) {
    BOOST_TEST(error(value_and_gradient(f, A).first, value_and_gradient(g, A).first) <= 1e-13);
    BOOST_TEST(error(gradient(f, A), gradient(g, A)) <= 1e-12);
    BOOST_TEST(error(jvp(f, A, V).second, jvp(g, A, V).second) <= 1e-12);
    BOOST_TEST(error(hessian_vector_product(f, A, V), hessian_vector_product(g, A, V)) <= 1e-11);
  };
  const auto both = [&](auto make) { check(make(scanned), make(unrolled)); };
  both([&](auto run) {
    return
        [&, run](const auto& a) { return exp(0.1 * checkpoint([&](const auto& w) { return run(start, Y, w); }, a)); };
  });
  both([&](auto run) {  // samples of series, 5 at a time
    return [&, run](const auto& a) {
      const auto sample = [&](const auto& w, const auto& y) {
        auto sum = 0 * accu(w);
        for (uword j = 0; j < y.n_cols; ++j) sum += run(start, reshape(y.col(j), 3, 10), w);
        return sum;
      };
      return sum_over_samples(Blocks{5}, sample, samples(mat(arma::reshape(Y, 30, 4))), a);
    };
  });
  both([&](auto run) {  // a scan of scans: each step runs over the series from where the last one ended
    return [&, run](const auto& a) {
      const auto step = [&](const auto& x, const auto& scale, const auto& w) {
        return std::pair(x / (1.0 + run(x, Y.head_cols(5).eval(), mat_of<decltype(w)>(scale * w))),
                         summed(scale * x(0)));
      };
      const auto [last, sum] = scan(step, start, steps(vec{.5, 1, 2}), a);
      return dot(last, last) + sum;
    };
  });
  both([&](auto run) {  // the solution of an equation in it
    return [&, run](const auto& a) {
      return root(
          [&](const auto& x, const auto& w) {
            return x - 0.1 * run(start, Y.head_cols(5).eval(), mat_of<decltype(w)>(w * x));
          },
          0.1, a);
    };
  });
}

BOOST_AUTO_TEST_CASE(a_step_that_asks_for_values) {
  const vec y = uniform(25, 1);
  const auto body = [](const auto& x, const auto& now, const auto& a) {
    return x * now > 0 ? sin(a * x + now) : exp(-a * x) * now;
  };
  const auto by_scan = [&](const auto& a) { return scan(body, 0.5, steps(y), a); };
  const auto by_loop = [&](const auto& a) {
    scalar_of<decltype(a)> x = 0.5 + 0 * a;
    for (const double now : y) x = body(x, now, a);
    return x;
  };
  for (const double a : {.7, -.4}) {
    BOOST_TEST(error(value_and_gradient(by_scan, a).first, value_and_gradient(by_loop, a).first) <= 1e-14);
    BOOST_TEST(error(gradient(by_scan, a), gradient(by_loop, a)) <= 1e-13);
    BOOST_TEST(error(jvp(by_scan, a, 1.0).second, jvp(by_loop, a, 1.0).second) <= 1e-13);
    BOOST_TEST(check_gradient(by_scan, a).passed());
    BOOST_TEST(error(hessian_vector_product(by_scan, a, 1.0), hessian_vector_product(by_loop, a, 1.0)) <= 1e-12);
  }
  auto program = record(by_scan, variables(y(0)));
  for (const double a : {.3, -.3})
    BOOST_TEST(error(program.value_and_gradient(a).second, gradient(by_loop, a)) <= 1e-13);
}

BOOST_AUTO_TEST_CASE(a_gradient_inside_of_a_step) {
  // Gradient descent, differentiated by its step size.
  const mat A{{2, .3}, {.3, 1}};
  const vec b{1, -1};
  const auto energy = [&](const auto& x) { return 0.5 * dot(x, A * x) - dot(b, x) + accu(exp(x)); };
  const auto loss = [&](const auto& size) {
    const auto step = [&](const auto& x, const auto& s) { return x - s(0) * gradient(energy(x), x); };
    return energy(scan(step, vec{1, 1}, steps(64), size));
  };
  BOOST_TEST(check_gradient(loss, vec{.05}).passed());
  const vec g = differences([&](const mat& s) { return loss(vec(s)); }, mat{.05});
  BOOST_TEST(error(gradient(loss, vec{.05}), g) <= 1e-7);
}

BOOST_AUTO_TEST_CASE(random_recurrences) {
  const auto apply = [](int which, const auto& x, const auto& y) {
    using V = vec_of<decltype(x)>;
    switch (which) {
      case 0:
        return V(x + y);
      case 1:
        return V(x % y);
      case 2:
        return V(sin(x) - y);
      case 3:
        return V(exp(-square(x)) + 0.5 * y);
      case 4:
        return V(x / (2.0 + square(y)));
      case 5:
        return V(reverse(x) * y(0));
      case 6:
        return V(y + accu(x % y));
      default:
        return V(atan(x) + max(x) * y);
    }
  };
  for (int trial = 0; trial < 20; ++trial) {
    const arma::ivec program = arma::randi(6, arma::distr_param(0, 7));
    const uword n = uword(arma::randi(arma::distr_param(1, 50))), m = uword(arma::randi(arma::distr_param(1, 4)));
    const mat Y = uniform(m, n);
    const vec at = uniform(m, 1), V = uniform(m, 1);
    const auto step = [&](const auto& x, const auto& y, const auto& p) {
      const vec_of<decltype(p)> first = apply(int(program(0)), x, p), second = apply(int(program(1)), y, first);
      const vec_of<decltype(p)> third = apply(int(program(2)), first, second),
                                output = apply(int(program(3)), third, p);
      return std::pair(vec_of<decltype(p)>(tanh(apply(int(program(4)), third, x))), apply(int(program(5)), output, y));
    };
    const auto by_scan = [&](const auto& p) {
      const auto [last, all] = scan(step, p, steps(Y), p);
      return dot(last, last) + accu(all % Y);
    };
    const auto by_loop = [&](const auto& p) {
      vec_of<decltype(p)> x = p;
      scalar_of<decltype(p)> sum = 0;
      for (uword t = 0; t < n; ++t) {
        const auto [next, output] = step(x, vec_of<decltype(p)>(Y.col(t)), p);
        x = next;
        sum += dot(output, Y.col(t).eval());
      }
      return dot(x, x) + sum;
    };
    BOOST_TEST_CONTEXT("trial " << trial) {
      const auto [J, g] = value_and_gradient(by_scan, at);
      const auto [K, h] = value_and_gradient(by_loop, at);
      BOOST_TEST(error(J, K) <= 1e-12);
      BOOST_TEST(error(g, h) <= 1e-11);
      BOOST_TEST(error(jvp(by_scan, at, V).second(0), arma::dot(h, V)) <= 1e-11);
      BOOST_TEST(error(hessian_vector_product(by_scan, at, V), hessian_vector_product(by_loop, at, V)) <= 1e-10);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
