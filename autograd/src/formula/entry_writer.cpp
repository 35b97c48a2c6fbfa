#include "entry_writer.hpp"

#include <algorithm>
#include <cmath>

#include "writer.hpp"

namespace armagrad::detail::algebra {

namespace {

/// "i+2", or "i" for 0; along a side of length 1 the number alone.
std::string shifted(const std::string& index, std::uint32_t side, double by) {
  if (side == 1) return to_text(by);
  return by == 0 ? index : index + "+" + to_text(by);
}

}  // namespace

std::string EntryWriter::wrapped(const Piece& p, int at_least) {
  return p.precedence >= at_least ? p.text : "(" + p.text + ")";
}

std::string EntryWriter::entry(const std::string& name, Shape s, const At& at) {
  if (s == scalar_shape) return name;
  if (s.rows == 1) return name + "[" + at.col + "]";
  if (s.cols == 1) return name + "[" + at.row + "]";
  return name + "[" + at.row + "," + at.col + "]";
}

EntryWriter::At EntryWriter::free_indices(Shape s) const { return {s.rows == 1 ? "0" : "i", s.cols == 1 ? "0" : "j"}; }

std::string EntryWriter::fresh_index() { return std::string(1, fresh_[used_++ % fresh_.size()]); }

std::string EntryWriter::equation(const std::string& name, Term t) {
  constexpr double readable = 100;
  const Expression& e = in_[t];
  if (e.cost > readable) return {};
  used_ = 0;
  fresh_ = std::string(e.shape.rows == 1 ? "i" : "") + (e.shape.cols == 1 ? "j" : "") + "klmnpqrstuvw";
  At left = free_indices(e.shape), right = left;
  if (e.kind == Kind::function && e.name == "placed") {
    const Expression& part = in_[e.parts[0].term];
    right = free_indices(part.shape);
    left = {shifted("i", part.shape.rows, e.parameters[0].value), shifted("j", part.shape.cols, e.parameters[1].value)};
    return entry(name, e.shape, left) + " = " + written(e.parts[0].term, right).text;
  }
  return entry(name, e.shape, left) + " = " + written(t, right).text;
}

EntryWriter::Piece EntryWriter::written(Term t, const At& at) {
  const Expression& e = in_[t];
  switch (e.kind) {
    case Kind::number:
      return {to_text(e.value), e.value < 0 ? addition : atom};
    case Kind::name:
      return {entry(e.name, e.shape, at), atom};
    case Kind::ones:
      return {"1", atom};
    case Kind::sum:
      return sum(e, at);
    case Kind::powers:
      return powers(e, 1, at);
    case Kind::product:
      return product(e, at);
    case Kind::transpose:
      return written(e.parts[0].term, {at.col, at.row});
    case Kind::function:
      break;
  }
  return function(t, at);
}

EntryWriter::Piece EntryWriter::term(Part p, const At& at, bool& negative) {
  negative = p.by < 0;
  const double by = std::abs(p.by);
  const Expression& e = in_[p.term];
  Piece body = e.kind == Kind::powers ? powers(e, by, at) : written(p.term, at);
  if (e.kind == Kind::powers || by == 1) return body;
  if (body.text == "1") return {to_text(by), atom};
  return {to_text(by) + " " + wrapped(body, summation), std::min(body.precedence, multiplication)};
}

EntryWriter::Piece EntryWriter::sum(const Expression& e, const At& at) {
  if (e.parts.empty()) return {"0", atom};
  struct Signed {
    bool negative;
    Piece piece;
  };
  std::vector<Signed> terms;
  for (const Part& p : e.parts) {
    bool negative;
    const Piece piece = term(p, at, negative);
    terms.push_back({negative, piece});
  }
  std::stable_partition(terms.begin(), terms.end(), [](const Signed& s) { return !s.negative; });
  std::string text;
  for (const Signed& s : terms) {
    const std::string x = wrapped(s.piece, summation);
    text += text.empty() ? (s.negative ? "-" : "") + x : (s.negative ? " - " : " + ") + x;
  }
  if (terms.size() == 1 && !terms[0].negative) return terms[0].piece;
  return {text, addition};
}

/// Factors side by side behind a number: names, functions, sums, those with a Σ last, then what divides.
EntryWriter::Piece EntryWriter::powers(const Expression& e, double by, const At& at) {
  std::vector<std::string> factors, divisors;
  std::string summed;
  Parts ordered = e.parts;
  const auto rank = [&](const Part& p) {
    const Kind kind = in_[p.term].kind;
    return kind == Kind::sum ? 2 : kind == Kind::function ? 1 : 0;
  };
  std::stable_sort(ordered.begin(), ordered.end(), [&](Part a, Part b) { return rank(a) < rank(b); });
  for (const Part& p : ordered) {
    const Piece b = written(p.term, at);
    if (b.text == "1") continue;
    const double exponent = std::abs(p.by);
    if (exponent == 1 && p.by > 0 && b.precedence == summation && summed.empty()) {
      summed = b.text;
      continue;
    }
    const std::string x = exponent == 0.5 ? "sqrt(" + b.text + ")"
                          : exponent == 1 ? wrapped(b, atom)
                                          : wrapped(b, atom) + "^" + to_text(exponent);
    (p.by < 0 ? divisors : factors).push_back(x);
  }
  if (!summed.empty() && !divisors.empty()) factors.push_back("(" + summed + ")"), summed.clear();
  std::string text;
  if (by != 1 || (factors.empty() && summed.empty())) text = to_text(by);
  for (const std::string& f : factors) text += (text.empty() ? "" : " ") + f;
  if (!summed.empty()) text += (text.empty() ? "" : " ") + summed;
  for (const std::string& d : divisors) text += " / " + d;
  const bool alone = factors.size() + divisors.size() + (by != 1) <= 1 && divisors.empty();
  return {text, !summed.empty() ? summation : alone ? atom : multiplication};
}

/// A chain of matrices, summed over the indices between them.
EntryWriter::Piece EntryWriter::product(const Expression& e, const At& at) {
  if (e.parts.empty()) return {"[" + at.row + " = " + at.col + "]", atom};
  std::string over, text, row = at.row;
  std::vector<Piece> pieces;
  for (std::size_t k = 0; k < e.parts.size(); ++k) {
    const Expression& f = in_[e.parts[k].term];
    std::string col = at.col;
    const bool diagonal = f.kind == Kind::function && f.name == "diagmat" && f.shape.rows == f.shape.cols;
    if (k + 1 < e.parts.size()) {
      col = f.shape.cols == 1 ? "0" : diagonal ? row : fresh_index();
      if (col != "0" && col != row) over += (over.empty() ? "" : ",") + col;
    }
    const bool same = diagonal && col == row;
    Piece p = same ? written(f.parts[0].term, in_[f.parts[0].term].shape.rows == 1 ? At{"0", row} : At{row, "0"})
                   : written(e.parts[k].term, {row, col});
    if (p.text != "1") pieces.push_back(std::move(p));
    row = col;
  }
  if (pieces.empty()) pieces.push_back({"1", atom});
  if (over.empty() && pieces.size() == 1) return pieces[0];
  for (const Piece& p : pieces) text += (text.empty() ? "" : " ") + wrapped(p, multiplication);
  if (over.empty()) return {text, multiplication};
  return {(over.size() > 1 ? "Σ_{" + over + "} " : "Σ_" + over + " ") + text, summation};
}

EntryWriter::Piece EntryWriter::function(Term t, const At& at) {
  const Expression& e = in_[t];
  const auto operand = [&](std::size_t k) { return written(e.parts[k].term, at); };
  constexpr std::pair<const char*, const char*> comparisons[] = {
      {"greater", " > "}, {"greater or equal", " ≥ "}, {"equal", " = "}, {"not equal", " ≠ "}};
  for (const auto& [name, sign] : comparisons) {
    if (e.name == name) return {"[" + operand(0).text + sign + operand(1).text + "]", atom};
  }
  std::string arguments;
  if (e.elementwise) {
    for (const Parameter& p : e.parameters) {
      const std::string x = p.kind == Parameter::Kind::text ? p.text : to_text(p.value);
      arguments += (arguments.empty() ? "" : ", ") + x;
    }
    std::string operands;
    for (std::size_t k = 0; k < e.parts.size(); ++k) operands += (k ? ", " : "") + operand(k).text;
    if (e.name == "polygamma" || e.name == "bessel_j" || e.name == "bessel_i")
      return {e.name + "(" + arguments + ", " + operands + ")", atom};
    return {e.name + "(" + operands + (arguments.empty() ? "" : ", " + arguments) + ")", atom};
  }
  const Term x = e.parts[0].term;
  if (e.name == "trimatu" || e.name == "trimatl") {
    const std::string kept = "[" + at.row + (e.name == "trimatu" ? " ≤ " : " ≥ ") + at.col + "] ";
    return {kept + wrapped(written(x, at), multiplication), multiplication};
  }
  if (e.name == "placed" && in_[x].is_scalar()) {
    std::string only;
    const auto is = [&](std::uint32_t side, const std::string& index, double place) {
      if (side > 1) only += (only.empty() ? "[" : " [") + index + " = " + to_text(place) + "]";
    };
    is(e.shape.rows, at.row, e.parameters[0].value);
    is(e.shape.cols, at.col, e.parameters[1].value);
    const Piece number = written(x, at);
    if (number.text == "1") return {only, multiplication};
    return {only + " " + wrapped(number, multiplication), multiplication};
  }
  if (e.name == "diagvec") return written(x, {at.row, at.row});
  if (e.name == "diagmat") {
    const At along = in_[x].shape.rows == 1 ? At{"0", at.row} : At{at.row, "0"};
    return {"[" + at.row + " = " + at.col + "] " + wrapped(written(x, along), multiplication), multiplication};
  }
  if (e.name == "submat")
    return written(x, {shifted(at.row, e.shape.rows, e.parameters[0].value),
                       shifted(at.col, e.shape.cols, e.parameters[1].value)});
  const bool inverts = e.name == "inv" || e.name == "inv_sympd";
  if (inverts && in_[x].kind == Kind::name) return {entry(in_[x].name + "⁻¹", e.shape, at), atom};
  const std::string text = Writer(in_, {}, Style::text())(t);
  const bool is_call = text.ends_with(")") && !text.starts_with("(");
  return {entry(is_call || e.is_scalar() ? text : "(" + text + ")", e.shape, at), atom};
}

}  // namespace armagrad::detail::algebra
