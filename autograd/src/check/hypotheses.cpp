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
    out.add(Mistake::zero, "it is zero everywhere: the loss depends on this variable, its gradient does not", "", 0,
            arma::zeros(d.size()), 0);
    return;
  }
  const double c = fitted(d.g(), d.h());
  const NamedNumber f = out.named(c, arma::norm(d.g()));
  const std::string what =
      f.value == -1 ? "of the wrong sign" : "a constant factor: it is " + f.name + " times the right gradient";
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
              s.parts[k].name + " and " + s.parts[l].name, x.value, d.r() - both * arma::vec{x.value - 1, y.value - 1},
              x.cost + y.cost + 2 * choice + 1);
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
    out.add(a.mistake, what, a.name, 1, d.h() - d.where(a.gradient), 1 + std::log10(double(s.alternatives.size())));
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

/// The gradient of a penalty of weight 1, up to a factor.
struct Penalty {
  std::string text;
  arma::vec gradient;
  double cost;  // of its parameters
};
/// Penalties that losses have, on the entries where the right gradient is known. Of sum sqrt(W^2 + e^2), that
/// e for which a multiple of it and of `g` come closest to h.
std::vector<Penalty> penalties(const Suspect& s, const Difference& d) {
  const arma::vec w = d.where(s.W), one = arma::ones(d.size());
  std::vector<Penalty> all{{"|W|^2/2", w, 0}, {"sum |W|", arma::sign(w), 0}, {"sum W", one, 0}};
  const double size = arma::abs(w).max();
  if (size == 0 || d.size() < 4) return all;
  const auto smooth = [&](double e) { return arma::vec(w / arma::sqrt(arma::square(w) + e * e)); };
  const auto misfit = [&](double log_e) {
    const arma::vec p = smooth(std::exp(log_e)), across = p - fitted(d.g(), p) * d.g();
    const arma::vec left = d.h() - fitted(d.g(), d.h()) * d.g();
    return arma::norm(left - fitted(across, left) * across);
  };
  // A grid, then golden sections around its best point.
  double best = 0, step = 0.5;
  for (double t = std::log(1e-3 * size); t < std::log(10 * size); t += step) {
    if (best == 0 || misfit(t) < misfit(best)) best = t;
  }
  double low = best - step, high = best + step;
  for (int k = 0; k < 60; ++k) {
    const double third = 0.381966 * (high - low);
    (misfit(low + third) < misfit(high - third) ? high : low) +=
        misfit(low + third) < misfit(high - third) ? -third : third;
  }
  const double e = std::exp((low + high) / 2);
  all.push_back({"sum sqrt(W^2 + " + Explanations::number(e) + "^2)", smooth(e), 6});
  return all;
}

/// A penalty, or everything else, of another weight than it should have, where no term of the loss says so
/// itself.
void try_weights(const Suspect& s, const Difference& d, Explanations& out) {
  const double told = s.parts.empty() ? 0.5 : 2.5;
  for (const Penalty& p : penalties(s, d)) {
    if (arma::norm(p.gradient) == 0) continue;
    const double c = fitted(p.gradient, d.r());
    const std::string weight = Explanations::number(std::abs(c)) + " " + p.text;
    out.add(Mistake::like_weights,
            c < 0 ? "a penalty of " + weight + " is missing, or one of half that weight has the wrong sign"
                  : "a penalty of " + weight + " is counted twice, or is no part of the loss",
            p.text, c, d.r() - c * p.gradient, 6 + p.cost + told);
    if (d.size() < 3) continue;
    arma::vec x;
    if (!arma::solve(x, arma::join_rows(d.g(), p.gradient), d.h(), arma::solve_opts::no_approx)) continue;
    const NamedNumber a = out.named(x(0), arma::norm(d.g()));
    if (std::abs(a.value - 1) < 1e-6) continue;
    const arma::vec rest = d.h() - a.value * d.g();
    const double b = fitted(p.gradient, rest);
    const std::string but = "everything but a penalty of " + Explanations::number(b / (1 - a.value)) + " " + p.text;
    out.add(Mistake::term,
            a.value == 0    ? but + " is missing"
            : a.value == -1 ? but + " has the wrong sign"
                            : but + " has " + a.name + " times its due weight",
            but, a.value, rest - b * p.gradient, 6 + a.cost + p.cost + told + 1);
  }
}

/// "0", "0 and 3", "2 to 5", "0, 2 to 4 and 7".
std::string listed(const arma::uvec& sorted) {
  std::vector<std::string> runs;
  for (uword i = 0; i < sorted.n_elem;) {
    uword j = i;
    while (j + 1 < sorted.n_elem && sorted(j + 1) == sorted(j) + 1) ++j;
    std::string run = std::to_string(sorted(i));
    if (j > i) run.append(j > i + 1 ? " to " : " and ").append(std::to_string(sorted(j)));
    runs.push_back(run);
    i = j + 1;
  }
  std::string text;
  for (std::size_t k = 0; k < runs.size(); ++k)
    text.append(k == 0 ? "" : k + 1 < runs.size() ? ", " : " and ").append(runs[k]);
  return text;
}

/// The entries in words; a row, column, block or triangle only if nearly all of it is among them.
std::string place_in_words(const Difference& d, const arma::uvec& entries) {
  const arma::uvec row = d.rows().elem(entries), col = d.cols().elem(entries);
  const arma::uvec rows = arma::unique(row), cols = arma::unique(col);
  const auto fills = [&](double of) { return double(entries.n_elem) >= 0.9 * of; };
  const bool matrix = d.down() > 1 && d.across() > 1;
  const auto name = [](const char* one, const arma::uvec& of) {
    return std::string(one) + (of.n_elem > 1 ? "s " : " ") + listed(of);
  };
  if (entries.n_elem == 1) return "entry (" + std::to_string(row(0)) + "," + std::to_string(col(0)) + ")";
  if (matrix) {
    const double above = double(arma::accu(d.rows() < d.cols())), below = double(arma::accu(d.rows() > d.cols()));
    if (arma::all(row == col) && fills(double(std::min(d.down(), d.across())))) return "the diagonal";
    if (cols.n_elem < d.across() && fills(double(cols.n_elem * d.down()))) return name("column", cols);
    if (rows.n_elem < d.down() && fills(double(rows.n_elem * d.across()))) return name("row", rows);
    if (arma::all(row < col) && fills(above)) return "the part above the diagonal";
    if (arma::all(row > col) && fills(below)) return "the part below the diagonal";
    if (fills(double(rows.n_elem * cols.n_elem)) && entries.n_elem > 3)
      return name("row", rows) + ", " + name("column", cols);
    if (cols.n_elem == 1) return "rows " + listed(rows) + " of column " + listed(cols);
    if (rows.n_elem == 1) return "columns " + listed(cols) + " of row " + listed(rows);
  } else {
    const arma::uvec& along = d.down() > 1 ? rows : cols;
    if (along.n_elem <= 8) return name(d.down() > 1 ? "row" : "column", along);
  }
  return std::to_string(entries.n_elem) + " of " + std::to_string(d.size()) + " entries, the first (" +
         std::to_string(row(0)) + "," + std::to_string(col(0)) + "),";
}

/// Right but for one entry, row, column, block, diagonal or triangle.
void try_places(const Suspect&, const Difference& d, Explanations& out) {
  const double tiny = std::max(1e-6 * arma::abs(d.r()).max(), 10 * d.noise() / std::sqrt(double(d.size())));
  const arma::uvec wrong = arma::find(arma::abs(d.r()) > tiny);
  if (wrong.is_empty() || 2 * wrong.n_elem > d.size() + 1 || d.size() < 2) return;
  const std::string where = place_in_words(d, wrong);
  const double place = 1 + std::log10(double(d.size()));
  arma::vec left = d.r();
  left.elem(wrong).zeros();
  const bool plural = where.starts_with("rows") || where.starts_with("columns") || where.ends_with("),");
  const std::string verb = plural ? " are" : " is";
  out.add(Mistake::entries, where + verb + " wrong, and nothing else", where, 1, left,
          6 * double(wrong.n_elem) + place);
  if (wrong.n_elem < 2) return;
  const arma::vec g = d.g().elem(wrong), h = d.h().elem(wrong);
  const NamedNumber f = out.named(fitted(g, h), arma::norm(g));
  left.elem(wrong) = h - f.value * g;
  out.add(Mistake::entries,
          where + (f.value == 0 ? verb + " zero" : (plural ? " have " : " has ") + f.name + " times the right values"),
          where, f.value, left, f.cost + place);
}

/// Each row or column has a factor of its own; each has the same added to it; a column times a row is added.
void try_rows_and_columns(const Suspect& s, const Difference& d, Explanations& out) {
  for (const bool columns : {true, false}) {
    const arma::uvec& of = columns ? d.cols() : d.rows();
    const uword n = columns ? d.across() : d.down();
    if (n < 2 || d.size() < 3 * n) continue;
    arma::vec scaled = d.r(), shifted = d.r();
    double least = arma::datum::inf, most = -arma::datum::inf;  // factors
    for (const uword k : arma::unique(of).eval()) {
      const arma::uvec here = arma::find(of == k);
      const arma::vec g = d.g().elem(here), h = d.h().elem(here), r = d.r().elem(here);
      const double factor = fitted(g, h);
      scaled.elem(here) = h - factor * g;
      if (arma::norm(g) > 1e-3 * arma::norm(d.g())) least = std::min(least, factor), most = std::max(most, factor);
      shifted.elem(here) = r - arma::mean(r);
    }
    const std::string each = columns ? "column" : "row";
    if (most - least > 1e-3 * std::max(std::abs(most), std::abs(least))) {
      out.add(Mistake::scaled_rows, "each " + each + " has a factor of its own", "", 1, scaled, 6 * double(n) + 1);
    }
    out.add(Mistake::low_rank, "to each " + each + " a number of its own is added", "", 1, shifted, 6 * double(n) + 1);
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
  const bool floats = arma::all(arma::conv_to<arma::vec>::from(arma::conv_to<arma::fvec>::from(d.h())) == d.h());
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
  std::copy_if(s.parts.begin(), s.parts.end(), std::back_inserter(of),
               [](const Part& p) { return p.mistake == Mistake::term && arma::any(arma::vectorise(p.gradient)); });
  for (const Part& p : of) {
    for (const uword dim : {1u, 0u}) {
      if ((dim == 1 ? r.n_cols : r.n_rows) < 2 || !vanishes(p.gradient, dim) || !sums_stand_out(r, dim)) continue;
      const std::string lines = dim == 1 ? "rows" : "columns",
                        term = p.name.empty() ? "" : ", for the term " + p.name + ",";
      return out.suggest(Mistake::sums,
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
