#include "random_program.hpp"

#include <algorithm>

#include "engine_steps.hpp"
#include "tests/harness/case.hpp"

namespace armagrad::fuzz {

namespace {

using harness::Case;

template <class... Lists>
std::vector<Case> cases_of_lists(detail::RuleLists<Lists...>) {
  std::vector<Case> all;
  for (const auto& family : {harness::cases_of<Lists>()...})
    all.insert(all.end(), family.cases.begin(), family.cases.end());
  return all;
}
const std::vector<Case>& cases() {
  static const std::vector<Case> all = cases_of_lists(detail::AllRules{});
  return all;
}

/// A generator for the harness's domains, of which seeding one takes longer than most programs.
harness::Random random_from(unsigned byte) {
  static const std::vector<harness::Random> all = [] {
    std::vector<harness::Random> made;
    for (unsigned seed = 0; seed < 256; ++seed) made.emplace_back(seed);
    return made;
  }();
  return all[byte];
}

/// These, and cases of the harness.
class Steps : public EngineSteps {
 public:
  Steps(Bytes& bytes, Traits& traits, std::string& names, uword scale)
      : EngineSteps(bytes, names), traits_(traits), scale_(scale) {}

  void step() {
    const unsigned kind = bytes_.next();
    const M y = kind < 140 ? of_library() : of_engine(kind % 29);
    if (y.n_elem <= 64 * scale_ * scale_) made.push_back(y);
  }

 private:
  /// x moved into the domain of operand k: between two of its points, entry by entry on one side of 0.
  M inside(const Case& c, unsigned k, const M& x) {
    harness::Random random = random_from(bytes_.next());
    const arma::mat a = c.domains[k](random, k, x.shape());
    arma::mat b = c.domains[k](random, k, x.shape());
    for (uword i = 0; i < a.n_elem; ++i) b[i] = (a[i] < 0) == (b[i] < 0) ? b[i] : a[i];
    return x.tape().constant(a) + arma::mat(b - a) % (0.5 + 0.5 * tanh(x));
  }

  M of_library() {
    const unsigned which = bytes_.next() * 256 + bytes_.next();
    const Case& c = cases()[which % cases().size()];
    const unsigned sides = bytes_.next(), how = bytes_.next();
    const bool empty = c.empty && sides == 255;
    const uword scale =
        c.elementwise ? scale_ : std::min<uword>(scale_, 6);  // of others some are large beside their operands
    const auto side = [&](unsigned at) { return empty && at == 0 ? 0 : scale * (1 + (sides >> at) % 4); };
    std::vector<Shape> shapes = c.shapes(side(0), side(2), side(4));
    shapes.resize(c.arity);
    std::vector<M> x;
    for (unsigned k = 0; k < c.arity; ++k) {
      if (c.elementwise && shapes[k].size() > 0 && (how >> k) % 8 == 7)
        x.push_back(number());
      else
        x.push_back(fitted(pick(), shapes[k]));
      // Inside the domain, or as it is, but without rows that are exactly equal: where a singular matrix has no
      // derivative, each way to compute one gives other rounding errors.
      if (how < 230)
        x.back() = inside(c, k, x.back());
      else
        x.back() = x.back() + 0.05 * drawn(how + k, shapes[k].rows, shapes[k].cols);
    }
    name(c.name);
    traits_.is_analytic &= c.analytic;
    traits_.is_held |= c.held;
    return c.in_double(x);
  }

  Traits& traits_;
  const uword scale_;
};

}  // namespace

arma::vec Arguments::flat() const { return arma::join_cols(arma::vectorise(A), c, arma::vec(r.t()), arma::vec{s}); }

Arguments Arguments::with(const arma::vec& flat) const {
  Arguments x = *this;
  const double* from = flat.memptr();
  std::copy_n(from, A.n_elem, x.A.memptr());
  std::copy_n(from += A.n_elem, c.n_elem, x.c.memptr());
  std::copy_n(from += c.n_elem, r.n_elem, x.r.memptr());
  x.s = flat.back();
  return x;
}

RandomProgram::RandomProgram(std::string_view bytes) {
  Bytes head(bytes.substr(0, 3));
  const unsigned sides = head.next(), more = head.next(), seed = head.next();
  bytes_ = bytes.substr(std::min<std::size_t>(3, bytes.size()));
  scale_ = seed % 8 == 7 ? 18 : 1;
  const auto side = [this](unsigned bits) { return scale_ * (1 + bits % 4); };
  start_ = {drawn(seed, side(sides), side(sides >> 2)), drawn(seed + 1, side(sides >> 4), 1),
            drawn(seed + 2, 1, side(sides >> 6)), 0.1 + 0.8 * double(more) / 255};
}

Number RandomProgram::operator()(const M& A, const ColVar<double>& c, const RowVar<double>& r, const Number& s) const {
  constexpr unsigned most_steps = 12;
  traits_ = {};
  steps_.clear();
  Bytes bytes(bytes_);
  Steps steps(bytes, traits_, steps_, scale_);
  steps.made = {A, c, r, s};
  while (!bytes.empty() && traits_.steps < most_steps) {
    ++traits_.steps;
    try {
      steps.step();
    } catch (const std::logic_error&) {
      ++traits_.refused;
    }
  }
  Number loss = 0.1 * (accu(square(A)) + accu(square(c)) + accu(square(r)) + square(s));
  for (std::size_t k = 4; k < steps.made.size(); ++k) {
    const M& x = steps.made[k];
    loss = loss + accu(x % drawn(k, x.n_rows, x.n_cols));
  }
  return loss;
}

}  // namespace armagrad::fuzz
