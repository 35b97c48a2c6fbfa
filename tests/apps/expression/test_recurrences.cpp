// The formulas of losses with a scan, read back: the recurrence is run forward, its adjoint backward, line by line as
// they are printed, and the gradient that comes out is compared with the tape's.

#define BOOST_TEST_MODULE calculator_recurrences
#include <armagrad/armagrad.hpp>
#include <boost/test/unit_test.hpp>
#include <regex>

#include "apps/expression/evaluate.hpp"

using namespace armagrad;
using arma::mat, arma::vec;
using View = armagrad::View<double>;

namespace {

/// What a formula's lines say, step by step.
class Reading {
 public:
  Reading(const Formula& formula, std::map<std::string, mat> data, uword steps)
      : formula_(formula), globals_(std::move(data)), steps_(steps) {
    for (const auto& [left, right] : formula.definitions()) texts_[plain(left)] = plain(right);
    for (const auto& [left, right] : formula.recurrences()) {
      const std::string name = plain(left.substr(0, left.find(" = ")));
      const std::size_t end = right.find("    for t");
      texts_[name] = plain(right.substr(0, end));
      const std::string base = name.substr(0, name.find("_AT"));
      (end == right.npos                       ? once_
       : right.find("= 1,", end) != right.npos ? upward_
                                               : downward_)
          .emplace_back(base, name);
    }
    for (const auto& [base, name] : once_) {
      if (name == base + "_AT0") history_[base] = {{0, at(name, 0)}};
    }
    for (uword t = 1; t <= steps_; ++t) run(upward_, t, t);
    for (const auto& [base, name] : once_) {
      if (name != base + "_AT0") history_[base] = {{steps_, at(name, steps_)}};
    }
    for (uword t = steps_; t > 0; --t) {
      for (const auto& [base, name] : downward_) history_[base][name == base + "_ATt" ? t : t - 1] = at(name, t);
    }
  }

  std::map<std::string, mat> gradients() {
    std::map<std::string, mat> all;
    for (const auto& [left, right] : formula_.gradients())
      all[left.substr(left.find('/') + 2)] = value(plain(right), 0);
    return all;
  }

 private:
  using Names = std::vector<std::pair<std::string, std::string>>;  // s, s_ATt

  /// With names that an expression may have: s_ATt, s_ATprev, s_AT20.
  static std::string plain(const std::string& text) {
    static const std::regex before(R"(_\(t-1\))"), now(R"(\b(?!sum_t|part_t)(\w+?)_(t|\d+)\b)");
    return std::regex_replace(std::regex_replace(text, before, "_ATprev"), now, "$1_AT$2");
  }
  void run(const Names& lines, uword t, uword to) {
    for (const auto& [base, name] : lines) history_[base][to] = at(name, t);
  }
  mat at(const std::string& name, uword t) {
    if (!texts_.contains(name)) throw std::logic_error("there is no line for " + name);
    return value(texts_.at(name), t);
  }
  /// The part of a sequence that a step gets.
  mat part(const mat& all, uword t) const {
    return all.n_cols == steps_ ? mat(all.col(t - 1))
           : all.n_cols == 1    ? mat(all.row(t - 1))
                                : all.cols((t - 1) * all.n_cols / steps_, t * all.n_cols / steps_ - 1);
  }
  mat named(const std::string& name, uword t) {
    const std::size_t index = name.find("_AT");
    if (index == name.npos) {
      if (const auto known = globals_.find(name); known != globals_.end()) return known->second;
      if (const auto text = texts_.find(name); text != texts_.end()) return value(text->second, t);
      if (!history_.contains(name)) throw std::logic_error("nothing says what " + name + " is");
      mat all;  // a sequence
      for (const auto& [step, x] : history_[name]) all = arma::join_rows(all, arma::vectorise(x));
      return all;
    }
    const std::string base = name.substr(0, index), when = name.substr(index + 3);
    if (const auto known = globals_.find(base); known != globals_.end()) return part(known->second, t);
    const uword step = when == "t" ? t : when == "prev" ? t - 1 : uword(std::stoul(when));
    const auto& own = history_[base];
    if (const auto known = own.find(step); known != own.end()) return known->second;
    return at(name, t);
  }
  mat value(std::string text, uword t) {
    std::map<std::string, mat> found;
    for (const std::string function : {"sum_t(", "part_t("}) {
      for (std::size_t begin; (begin = text.rfind(function)) != text.npos;) {
        std::size_t end = begin + function.size();
        for (int depth = 1; depth > 0; ++end) depth += (text[end] == '(') - (text[end] == ')');
        const std::string inner = text.substr(begin + function.size(), end - 1 - begin - function.size());
        mat result;
        if (function == "part_t(") {
          result = part(value(inner, t), t);
        } else {
          for (uword k = 1; k <= steps_; ++k) result = k == 1 ? value(inner, k) : mat(result + value(inner, k));
        }
        const std::string name = "whole" + std::to_string(found.size());
        found[name] = result;
        text.replace(begin, end - begin, name);
      }
    }
    const apps::Syntax syntax = apps::parse(text);
    Tape<double> tape;
    std::map<std::string, Var<double>> names;
    for (const apps::Term& term : syntax.terms) {
      if (term.kind != apps::Term::Kind::name || names.contains(term.text) || term.text == "e" || term.text == "pi")
        continue;
      const auto here = found.find(term.text);
      names.emplace(term.text, tape.constant(here != found.end() ? here->second : named(term.text, t)));
    }
    apps::Environment environment{tape, names};
    environment.softmax_dim = uword(formula_.softmax_dim().value_or(0));
    return apps::evaluate(syntax, environment).back().value();
  }

  const Formula& formula_;
  std::map<std::string, mat> globals_;
  uword steps_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, std::map<uword, mat>> history_;
  Names once_, upward_, downward_;
};

/// Compares the gradients that the formula's lines give with the tape's.
template <class Loss>
std::string compared(const Loss& loss, std::vector<std::pair<std::string, mat>> variables,
                     std::map<std::string, mat> data, uword steps) {
  Tape<double> tape;
  std::vector<Var<double>> by;
  for (const auto& [name, value] : variables) {
    by.push_back(tape.variable(view(value, name)));
    data[name] = value;
  }
  const Var<double> J = loss(by);
  const Formula formula = derive(J, by, {.assume = [](const Assumption&) { return false; }});
  tape.backward(J);
  const std::string text = formula.text();
  BOOST_TEST_CONTEXT(text) {
    const std::map<std::string, mat> read = Reading(formula, data, steps).gradients();
    for (std::size_t k = 0; k < by.size(); ++k) {
      const mat given = tape.gradient(by[k]), own = read.at(variables[k].first);
      BOOST_TEST_REQUIRE(arma::size(own) == arma::size(given));
      BOOST_TEST(arma::norm(own - given, "fro") <= 1e-11 * arma::norm(given, "fro"));
    }
  }
  return text;
}

struct Draws {
  Draws() { arma::arma_rng::set_seed(7); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recurrences, Draws)

BOOST_AUTO_TEST_CASE(a_recurrent_network) {
  const mat X = arma::randn(3, 9), W = .4 * arma::randn(2, 2), U = arma::randn(2, 3);
  const auto step = [](const auto& h, const auto& x, const auto& w, const auto& u) { return tanh(w * h + u * x); };
  const std::string text =
      compared([&](const auto& v) { return accu(square(scan(step, vec(2), steps(view(X, "X")), v[0], v[1]))); },
               {{"W", W}, {"U", U}}, {{"X", X}}, 9);
  BOOST_TEST(text ==
             "D = ds_t % (1 - square(s_t))\n"
             "s_0 = zeros(2, 1)\n"
             "s_t = tanh(U X_t + W s_(t-1))    for t = 1, 2, ...\n"
             "ds_9 = dJ/ds_9 = 2 s_9\n"
             "ds_(t-1) = W' D    for t = ..., 2, 1\n"
             "dJ/dW = sum_t(D s_(t-1)')\n"
             "dJ/dU = sum_t(D X_t')");
}

BOOST_AUTO_TEST_CASE(a_volatility_with_the_likelihood_of_each_step) {
  const vec r = arma::randn(12), p{.1, .2, .7};
  const auto step = [](const auto& h, const auto& x, const auto& q) {
    const auto next = q(0) + q(1) * square(x) + q(2) * h;
    return std::pair(next, 0.5 * (log(next) + square(x) / next));
  };
  const auto loss = [&](const auto& v) {
    const auto [last, terms] = scan(step, 1.5, steps(view(r, "r")), v[0]);
    return accu(square(terms)) + 0.25 * last;
  };
  compared(loss, {{"p", p}}, {{"r", r}}, 12);
  const auto sums = [](const auto& h, const auto& x, const auto& q) {
    const auto next = q(0) + q(1) * square(x) + q(2) * h;
    return std::pair(next, summed(0.5 * (log(next) + square(x) / next)));
  };
  compared([&](const auto& v) { return std::get<1>(scan(sums, 1.5, steps(view(r, "r")), v[0])); }, {{"p", p}},
           {{"r", r}}, 12);
}

BOOST_AUTO_TEST_CASE(several_states_and_outputs) {
  const mat X = arma::randn(2, 7), A = .5 * arma::randn(2, 2), P = arma::eye(2, 2);
  const auto step = [](const auto& m, const auto& C, const auto& x, const auto& a) {
    const auto next = a * m + x;
    const auto spread = a * C * a.t() + 0.1 * C;
    return std::tuple(next, spread, square(next), log(trace(spread)));
  };
  compared(
      [&](const auto& v) {
        const auto [m, C, squares, logs] = scan(step, std::tuple(vec(2), v[1]), steps(view(X, "X")), v[0]);
        return accu(exp(squares)) + accu(C % C) + dot(m, m) + accu(logs);
      },
      {{"A", A}, {"P", P}}, {{"X", X}}, 7);
}

BOOST_AUTO_TEST_CASE(one_upon_the_other) {
  const mat X = arma::randn(3, 6), W = .4 * arma::randn(2, 2), V = .3 * arma::randn(2, 2), U = arma::randn(2, 3);
  const auto step = [](const auto& h, const auto& x, const auto& w, const auto& u) {
    const auto next = tanh(w * h + u * x);
    return std::pair(next, next);
  };
  const mat Y = arma::randn(2, 6);
  compared(
      [&](const auto& v) {
        const auto [a, low] = scan(step, vec(2), steps(view(X, "X")), v[0], v[2]);
        const auto [b, high] = scan(step, vec(2), steps(low), v[1], v[1]);
        return accu(square(high - view(Y, "Y")));
      },
      {{"W", W}, {"V", V}, {"U", U}}, {{"X", X}, {"Y", Y}}, 6);
}

BOOST_AUTO_TEST_CASE(by_the_start_and_the_inputs) {
  const mat W = .4 * arma::randn(2, 2), start = arma::randn(2, 1);
  const auto step = [](const auto& h, const auto& x, const auto& w) {
    const auto next = tanh(w * h + x % x);
    return std::pair(next, accu(square(next)));
  };
  for (const uword n : {1, 5}) {
    const mat X = arma::randn(2, n), l{0.7};
    compared(
        [&](const auto& v) {
          const auto [last, y] = scan(step, v[1], steps((as_scalar(v[3]) * v[2]).each_col() + exp(v[1])), v[0]);
          return accu(log(1 + y)) + accu(last);
        },
        {{"W", W}, {"h", start}, {"X", X}, {"l", l}}, {}, n);
  }
}

BOOST_AUTO_TEST_CASE(constants_of_the_step_and_of_the_loss) {
  const mat W = .4 * arma::randn(2, 2), A = arma::randn(2, 2), B = arma::randn(2, 2);
  const auto step = [A](const auto& h, const auto& w) { return tanh(w * A * h); };
  const auto loss = [&](const auto& w) { return accu(B * scan(step, vec{1, 2}, steps(3), w)); };
  const std::string text = derive(loss, W, "W").text();
  BOOST_TEST(text.find("constant_2x2_in_the_step") != text.npos);
  BOOST_TEST(text.find("accu(") == text.npos);
}

BOOST_AUTO_TEST_CASE(without_inputs_and_with_slices) {
  const mat W = .4 * arma::randn(2, 2);
  const auto halve = [](const auto& h, const auto& w) { return 0.5 * (h + sin(w * h)); };
  compared([&](const auto& v) { return accu(square(scan(halve, vec(2, arma::fill::ones), steps(6), v[0]))); },
           {{"W", W}}, {}, 6);
  const arma::cube Q(2, 2, 4, arma::fill::randn);
  const auto step = [](const auto& h, const auto& q, const auto& w) { return tanh(q * h + w * h); };
  Tape<double> tape;
  const auto w = tape.variable(view(W, "W"));
  const Formula f = derive<double>(accu(scan(step, vec{1, 2}, steps(Q), w)), {w});
  BOOST_TEST(f.text().find("ds_(t-1) = ") != std::string::npos);
  BOOST_TEST(f.text().find("dJ/dW = sum_t(") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(second_derivatives_and_scans_in_steps_are_functions) {
  const mat W = .4 * arma::randn(2, 2);
  const auto step = [](const auto& h, const auto& w) { return tanh(w * h); };
  const auto loss = [&](const auto& w) { return accu(scan(step, vec{1, 2}, steps(3), w)); };
  Tape<double> tape;
  const auto w = tape.variable(view(W, "W"));
  const Var<double> g = gradient(loss(w), w);
  BOOST_TEST(!derive<double>(accu(square(g)), {w}).text().empty());
  const auto outer = [&](const auto& h, const auto& v) { return scan(step, h, steps(2), v); };
  BOOST_TEST(!derive<double>(accu(scan(outer, vec{1, 2}, steps(3), w)), {w}).text().empty());
}

BOOST_AUTO_TEST_CASE(steps_with_values_are_functions) {
  const vec r = arma::randn(5), p{.3};
  const auto step = [](const auto& h, const auto& x, const auto& q) { return x.scalar() > 0 ? h * q(0) : h + x; };
  Tape<double> tape;
  const auto v = tape.variable(view(p, "p"));
  const Formula f = derive<double>(scan(step, 1.5, steps(view(r, "r")), v), {v});
  BOOST_TEST(f.recurrences().empty());
  BOOST_TEST(f.text().find("scan(") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(in_other_formats) {
  const mat X = arma::randn(2, 4), W = arma::randn(2, 2);
  const auto step = [](const auto& h, const auto& x, const auto& w) { return w * h + x; };
  const auto loss = [&](const auto& w) { return accu(scan(step, vec(2), steps(view(X, "X")), w)); };
  const Formula f = derive(loss, W, "W");
  BOOST_TEST(f.latex().find("{s}_{t} = W \\, {s}_{t-1} + {X}_{t} \\quad \\text{for } t = 1, 2, \\ldots") !=
             std::string::npos);
  BOOST_TEST(f.mathml().find("<msub><mi>s</mi><mi>t-1</mi></msub>") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
