// The hypotheses of the diagnosis: see diagnosis.hpp.

#include "hypotheses.hpp"

#include "explanations.hpp"

namespace armagrad::detail {

namespace {

/// The number c for which c a is nearest to b.
double fitted(const arma::vec& a, const arma::vec& b) {
  const double square = arma::dot(a, a);
  return square == 0 ? 0 : arma::dot(a, b) / square;
}

void try_factor(const Suspect&, const Difference& d, Explanations& out) {
  if (arma::norm(d.h()) == 0) {
    out.add(Mistake::zero, "it is zero everywhere: the loss depends on this variable, its gradient does not",
            "", 0, arma::zeros(d.size()), 0);
    return;
  }
  const double c = fitted(d.g(), d.h());
  const NamedNumber f = out.named(c, arma::norm(d.g()));
  const std::string what = f.value == -1 ? "of the wrong sign"
                                         : "a constant factor: it is " + f.name + " times the right gradient";
  out.add(Mistake::factor, what, "", c, d.h() - f.value * d.g(), f.cost);
}

std::string weighted(const Part& p, const NamedNumber& weight) {
  const std::string which = (p.mistake == Mistake::term ? "the term " : "") + p.name;
  if (weight.value == 0) return which + " is missing";
  if (weight.value == -1) return which + " has the wrong sign";
  if (weight.value == 2) return which + " is counted twice";
  if (std::abs(weight.value) < 0.01)
    return which + " is all but missing: it has " + weight.name + " times its due weight";
  return which + " has " + weight.name + " times its due weight";
}

/// One part of the gradient of another weight than it should have, or two terms of the loss.
void try_parts(const Suspect& s, const Difference& d, Explanations& out) {
  const double choice = std::log10(double(s.parts.size() + 1));
  for (std::size_t k = 0; k < s.parts.size(); ++k) {
    const arma::vec p = d.where(s.parts[k].gradient);
    const NamedNumber a = out.named(1 + fitted(p, d.r()), arma::norm(p));
    // A path is a finer story than a term: where both tell it, the term is told.
    out.add(s.parts[k].mistake, weighted(s.parts[k], a), s.parts[k].name, a.value, d.r() - (a.value - 1) * p,
            a.cost + choice + (s.parts[k].mistake == Mistake::path ? 0.3 : 0));
    if (s.parts[k].mistake != Mistake::term || s.parts.size() > 100) continue;
    for (std::size_t l = k + 1; l < s.parts.size(); ++l) {
      if (s.parts[l].mistake != Mistake::term) continue;
      const arma::mat both = arma::join_rows(p, d.where(s.parts[l].gradient));
      arma::vec c;
      if (!arma::solve(c, both, d.r(), arma::solve_opts::no_approx)) continue;
      const NamedNumber x = out.named(1 + c(0), arma::norm(both.col(0))),
                        y = out.named(1 + c(1), arma::norm(both.col(1)));
      out.add(Mistake::term, weighted(s.parts[k], x) + ", and " + weighted(s.parts[l], y),
              s.parts[k].name + " and " + s.parts[l].name, x.value,
              d.r() - both * arma::vec{x.value - 1, y.value - 1}, x.cost + y.cost + 2 * choice + 1);
    }
  }
}

/// The loss with one derivative left out, or one constant taken through a function; another variable's
/// gradient.
void try_alternatives(const Suspect& s, const Difference& d, Explanations& out) {
  for (const Part& a : s.alternatives) {
    const std::string what = a.mistake == Mistake::derivative
                                 ? "the derivative of " + a.name + " is left out, as if it were 1"
                                 : "takes " + a.name;
    out.add(a.mistake, what, a.name, 1, d.h() - d.where(a.gradient),
            1 + std::log10(double(s.alternatives.size())));
  }
  for (const auto& [name, gradient] : s.others) {
    out.add(Mistake::swapped, "it is the gradient of " + name, name, 1, d.h() - d.where(gradient), 1);
    out.add(Mistake::swapped, "the right one is given for " + name, name, 1, d.g() - d.where(gradient), 1);
  }
}

struct Reordering {
  bool of_rows, of_columns;
  Mistake mistake;
  const char* what;
  arma::mat (*undone)(const arma::mat&);
};

/// The given gradient, or what is left of it for one part, in another order.
void try_orders(const Suspect& s, const Difference& d, Explanations& out) {
  static const std::vector<Reordering> orders{
      {true, true, Mistake::transposed, "transposed: its numbers are in the order of rows",
       [](const arma::mat& h) { return arma::mat(arma::reshape(h, h.n_cols, h.n_rows).t()); }},
      {true, false, Mistake::permuted, "its rows are in reverse order",
       [](const arma::mat& h) { return arma::mat(arma::flipud(h)); }},
      {false, true, Mistake::permuted, "its columns are in reverse order",
       [](const arma::mat& h) { return arma::mat(arma::fliplr(h)); }},
      {true, false, Mistake::permuted, "its rows are shifted down by one",
       [](const arma::mat& h) { return arma::mat(arma::shift(h, -1, 0)); }},
      {true, false, Mistake::permuted, "its rows are shifted up by one",
       [](const arma::mat& h) { return arma::mat(arma::shift(h, 1, 0)); }},
      {false, true, Mistake::permuted, "its columns are shifted right by one",
       [](const arma::mat& h) { return arma::mat(arma::shift(h, -1, 1)); }},
      {false, true, Mistake::permuted, "its columns are shifted left by one",
       [](const arma::mat& h) { return arma::mat(arma::shift(h, 1, 1)); }}};
  if (s.given.n_elem < 3) return;
  for (const Reordering& o : orders) {
    if ((o.of_rows && s.given.n_rows < 2) || (o.of_columns && s.given.n_cols < 2)) continue;
    out.add(o.mistake, o.what, "", 1, d.where(o.undone(s.given)) - d.g(), 1.5);
    if (!s.truth.is_finite()) continue;
    for (const Part& p : s.parts) {
      if (p.mistake != Mistake::term) continue;
      const arma::mat h = s.given - (s.truth - p.gradient);  // if this part alone is wrong
      out.add(o.mistake, std::string("of the term ") + p.name + ": " + o.what, p.name, 1,
              d.where(o.undone(h) - p.gradient), 2 + std::log10(double(s.parts.size())));
    }
  }
}

/// Off by a multiple of a function of W, as a penalty's gradient is, where no term of the loss says so
/// itself.
void try_weights(const Suspect& s, const Difference& d, Explanations& out) {
  const arma::mat& W = s.W;
  for (const auto& [what, of_W] : {std::pair<const char*, arma::mat>{"W, as of a penalty |W|^2/2", W},
                                   {"sign(W), as of a penalty sum |W|", arma::sign(W)},
                                   {"1 in every entry, as of a term sum W", arma::ones(arma::size(W))}}) {
    const arma::vec p = d.where(of_W);
    const double c = fitted(p, d.r());
    out.add(Mistake::like_weights, "off by " + Explanations::number(c) + " times " + what, "", c,
            d.r() - c * p, s.parts.empty() ? 6.5 : 8.5);
  }
}

/// Right but for one entry, row, column, block, diagonal or triangle.
void try_places(const Suspect&, const Difference& d, Explanations& out) {
  const double tiny = std::max(1e-6 * arma::abs(d.r()).max(), 10 * d.noise() / std::sqrt(double(d.size())));
  const arma::uvec wrong = arma::find(arma::abs(d.r()) > tiny);
  if (wrong.is_empty() || 2 * wrong.n_elem > d.size() + 1 || d.size() < 2) return;
  const arma::uvec rows = arma::unique(d.rows().elem(wrong)), cols = arma::unique(d.cols().elem(wrong));
  const auto text = [](uword i) { return std::to_string(i); };
  std::string where;
  if (wrong.n_elem == 1)
    where = "entry (" + text(rows(0)) + "," + text(cols(0)) + ")";
  else if (cols.n_elem == 1 && d.across() > 1)
    where = "column " + text(cols(0));
  else if (rows.n_elem == 1 && d.down() > 1)
    where = "row " + text(rows(0));
  else if (arma::all(d.rows().elem(wrong) == d.cols().elem(wrong)))
    where = "the diagonal";
  else if (arma::all(d.rows().elem(wrong) < d.cols().elem(wrong)))
    where = "the part above the diagonal";
  else if (arma::all(d.rows().elem(wrong) > d.cols().elem(wrong)))
    where = "the part below the diagonal";
  else if (cols.n_elem < d.across() && 2 * wrong.n_elem > cols.n_elem * rows.n_elem)
    where = "columns " + text(cols.min()) + " to " + text(cols.max()) +
            (rows.n_elem < d.down() ? ", rows " + text(rows.min()) + " to " + text(rows.max()) : "");
  else if (rows.n_elem < d.down() && 2 * wrong.n_elem > cols.n_elem * rows.n_elem)
    where = "rows " + text(rows.min()) + " to " + text(rows.max());
  else
    where = text(wrong.n_elem) + " of " + text(d.size()) + " entries, the first (" +
            text(d.rows()(wrong(0))) + "," + text(d.cols()(wrong(0))) + "),";
  const double place = 1 + std::log10(double(d.size()));
  arma::vec left = d.r();
  left.elem(wrong).zeros();
  const std::string verb = where[0] == 'c' && where.find(" to ") != std::string::npos ? " are" : " is";
  out.add(Mistake::entries, where + verb + " wrong, and nothing else", where, 1, left,
          6 * double(wrong.n_elem) + place);
  if (wrong.n_elem < 2) return;
  const arma::vec g = d.g().elem(wrong), h = d.h().elem(wrong);
  const NamedNumber f = out.named(fitted(g, h), arma::norm(g));
  left.elem(wrong) = h - f.value * g;
  out.add(Mistake::entries,
          where + (f.value == 0 ? verb + " zero" : " has " + f.name + " times the right values"), where,
          f.value, left, f.cost + place);
}

/// Each row or column has a factor of its own; each has the same added to it; a column times a row is added.
void try_rows_and_columns(const Suspect& s, const Difference& d, Explanations& out) {
  for (const bool columns : {true, false}) {
    const arma::uvec& of = columns ? d.cols() : d.rows();
    const uword n = columns ? d.across() : d.down();
    if (n < 2 || d.size() < 3 * n) continue;
    arma::vec scaled = d.r(), shifted = d.r();
    for (const uword k : arma::unique(of).eval()) {
      const arma::uvec here = arma::find(of == k);
      const arma::vec g = d.g().elem(here), h = d.h().elem(here), r = d.r().elem(here);
      scaled.elem(here) = h - fitted(g, h) * g;
      shifted.elem(here) = r - arma::mean(r);
    }
    const std::string each = columns ? "column" : "row";
    out.add(Mistake::scaled_rows, "each " + each + " has a factor of its own", "", 1, scaled,
            6 * double(n) + 1);
    out.add(Mistake::low_rank, "to each " + each + " a number of its own is added", "", 1, shifted,
            6 * double(n) + 1);
  }
  if (!s.truth.is_finite() || std::min(s.truth.n_rows, s.truth.n_cols) < 3) return;
  arma::mat U, V;
  arma::vec sigma;
  const arma::mat r = s.given - s.truth;
  if (!arma::svd_econ(U, sigma, V, r)) return;
  const arma::mat first = sigma(0) * U.col(0) * V.col(0).t();
  out.add(Mistake::low_rank, "off by a column times a row", "", 1, d.where(r - first),
          6 * double(r.n_rows + r.n_cols - 1));
}

/// Cut off at a bound; rounded to float.
void try_representation(const Suspect&, const Difference& d, Explanations& out) {
  const double bound = arma::abs(d.h()).max();
  const arma::vec clipped = arma::clamp(d.g(), -bound, bound);
  if (arma::accu(arma::abs(d.g()) > bound) > 1)
    out.add(Mistake::clipped, "clipped at " + Explanations::number(bound), "", bound, d.h() - clipped, 6.5);
  const bool floats =
      arma::all(arma::conv_to<arma::vec>::from(arma::conv_to<arma::fvec>::from(d.h())) == d.h());
  const double rounding = 1e-6;
  if (floats && arma::norm(d.r()) < rounding * arma::norm(d.g()))
    out.add(Mistake::precision, "its entries are single-precision numbers", "", 1, arma::zeros(d.size()), 2);
}

/// Whether the sums of r along dim are larger than those of a difference without any structure would be: of
/// its square, the share of the means is then beta distributed.
bool sums_stand_out(const arma::mat& r, uword dim) {
  const double n = double(dim == 1 ? r.n_cols : r.n_rows), lines = double(r.n_elem) / n;
  const double share = arma::accu(arma::square(arma::sum(r, dim))) / n / arma::accu(arma::square(r));
  const double deviation = std::sqrt((1 / n) * (1 - 1 / n) / (lines * n / 2 + 1));
  return share > 1 / n + 3 * deviation;
}

/// Sums over rows or columns that are zero in the right gradient, or in that of a term, and are not in the
/// given one: a fact that predicts nothing, told where nothing else explains the difference.
void try_sums(const Suspect& s, Explanations& out) {
  if (!s.truth.is_finite() || out.explained()) return;
  const auto vanishes = [](const arma::mat& x, uword dim) {
    return arma::abs(arma::sum(x, dim)).max() <= 1e-9 * arma::sum(arma::abs(x), dim).max();
  };
  const arma::mat r = s.given - s.truth;
  std::vector<Part> of{{Mistake::sums, "", s.truth}};
  std::copy_if(s.parts.begin(), s.parts.end(), std::back_inserter(of), [](const Part& p) {
    return p.mistake == Mistake::term && arma::any(arma::vectorise(p.gradient));
  });
  for (const Part& p : of) {
    for (const uword dim : {1u, 0u}) {
      if ((dim == 1 ? r.n_cols : r.n_rows) < 2 || !vanishes(p.gradient, dim) || !sums_stand_out(r, dim))
        continue;
      const std::string lines = dim == 1 ? "rows" : "columns",
                        term = p.name.empty() ? "" : ", for the term " + p.name + ",";
      return out.suggest(
          Mistake::sums,
          "its " + lines + term +
              " should sum to zero and do not: a normalisation is missing, or along the wrong dimension",
          p.name);
    }
  }
}

}  // namespace

std::vector<Finding> explain(const Suspect& s, const Difference& d) {
  Explanations all(s, d);
  try_factor(s, d, all);
  try_parts(s, d, all);
  try_alternatives(s, d, all);
  try_orders(s, d, all);
  try_weights(s, d, all);
  try_places(s, d, all);
  try_rows_and_columns(s, d, all);
  try_representation(s, d, all);
  try_sums(s, all);
  return std::move(all).ranked();
}

}  // namespace armagrad::detail
