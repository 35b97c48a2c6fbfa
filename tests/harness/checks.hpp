#pragma once
// The checks that every case is taken through.

#include <limits>

#include "point.hpp"

namespace armagrad::harness {

struct Check {
  const char* name;
  const char* what;
  double limit;
};

namespace check {
enum Name : unsigned {
  reverse,
  differences,
  forward,
  recorded,
  second,
  symmetry,
  tangent_of_gradient,
  first_rate,
  second_rate,
  again,
  replayed,
  held_fixed,
  single,
  many_uses,
  chain,
  empty,
  count
};
}
/// Errors are by norm, relative to the larger side.
inline constexpr Check checks[check::count] = {
    {"reverse", "the gradient against the complex step, where it is analytic", 1e-13},
    {"values", "the gradient against differences of values, extrapolated; where it is not analytic at every point",
     1e-8},
    {"forward", "(U, J V) against (J' U, V)", 1e-14},
    {"recorded", "the recorded gradient against the gradient", 1e-13},
    {"second", "H V against central differences of the gradient", 1e-6},
    {"symmetry", "(U, H V) against (V, H U)", 1e-12},
    {"mixed", "forward over reverse against reverse over reverse", 1e-12},
    {"rate 1", "the median order of what a Taylor polynomial of degree 1 leaves, from 2", 0.02},
    {"rate 2", "the same of degree 2, from 3", 0.05},
    {"again", "a second backward pass, bit by bit", 0},
    {"replayed", "a recording made at other numbers, bit by bit", 0},
    {"held fixed", "the gradient while the other operands need none", 1e-14},
    {"float", "the gradient in float against double", 5e-5},
    {"10,000 uses", "of one node against one use", 1e-12},
    {"chain", "the gradient and the growth of the tape over a chain of 60 diamonds", 0},
    {"empty", "matrices without entries", 0}};

struct Errors {
  std::array<double, check::count> worst{};
  std::array<unsigned, check::count> times{};
  std::vector<double> rates[2];

  void add(check::Name which, double error) {
    ++times[which];
    worst[which] = std::max(worst[which], error == error ? error : std::numeric_limits<double>::infinity());
  }
};

bool passed(const Errors& e);

/// Does something to a recorded point before it is used, at nodes [0, size).
using Change = std::function<void(Tape<double>&)>;

/// What can be seen at one point, by the numbers: checks reverse to rate 2.
void check_point(const Case& c, const Point& p, Random& random, Errors& errors, const Change& change = {});
/// What can be seen at one point of the engine: checks again to float.
void check_engine(const Case& c, const Point& p, Errors& errors);
/// The medians of the rates that check_point gathered.
void check_rates(Errors& errors);
/// What is looked at once: checks many uses, chain, empty.
void check_once(const Case& c, Random& random, Errors& errors);

/// |a - b| by norm, relative to the larger of |a|, |b| and `floor`.
double distance(const arma::mat& a, const arma::mat& b, double floor = 0);
/// Errors of a gradient smaller than this, whose terms cancel, are relative to it: a tenth of the weights.
double cancelled(const Point& p);
std::vector<arma::mat> gradients(Tape<double>& tape, const CompiledLoss<double>& r);

}  // namespace armagrad::harness
