// The walk over an expression that is written, its numbers, sizes and functions.

#include "writer.hpp"

#include <cmath>

namespace armagrad::detail::algebra {

std::pair<std::string, std::string> Writer::as_fraction(double x) {
  const std::string decimal = to_text(x);
  const auto over = [&](int q) { return std::pair(to_text(std::round(x * q)), std::to_string(q)); };
  const auto fits = [&](int q) { return std::round(x * q) != 0 && std::round(x * q) / q == x; };
  if (x == std::round(x) || !std::isfinite(x)) return {decimal, ""};
  for (const int q : {2, 4, 8}) {
    if (fits(q)) return over(q);
  }
  if (decimal.size() <= 7) return {decimal, ""};
  for (int q = 3; q <= 1000; ++q) {
    if (fits(q)) return over(q);
  }
  return {decimal, ""};
}

std::string Writer::wrapped(const Box& b, int at_least) const {
  return b.precedence >= at_least ? b.text : style_.parentheses(b.text);
}

Writer::Box Writer::transposed(const Box& b) const {
  if (!b.number.empty()) return {style_.side_by_side({b.number, style_.transposed(b.multiplied)}), multiplication};
  const std::string base = b.is_power ? style_.parentheses(b.text) : wrapped(b, postfix);
  return {style_.transposed(base), postfix, b.text, b.precedence == atom};
}

/// A number of rows or columns, or a place: by the dimensions' names, be it n - 1, n + d or n d.
std::string Writer::size(std::uint32_t n) const {
  constexpr std::uint32_t small = 6;  // is rather meant as it is
  const auto known = wording_.sizes.find(n);
  if (known != wording_.sizes.end()) return style_.name(known->second);
  const auto shifted = [&](std::string base, int by) {
    if (by == 0) return base;
    return style_.infix(base, by < 0 ? "-" : "+", style_.number(std::to_string(std::abs(by))));
  };
  for (const int by : {0, -1, 1, -2, 2}) {
    const std::int64_t wanted = std::int64_t(n) - by;
    for (const auto& [a, name] : wording_.sizes) {
      if (a > small && a == wanted) return shifted(style_.name(name), by);
    }
    for (const auto& [a, first] : wording_.sizes) {
      for (const auto& [b, second] : wording_.sizes) {
        if (a <= small || b <= small || b < a) continue;
        const std::string x = style_.name(first), y = style_.name(second);
        if (std::int64_t(a) + b == wanted)
          return shifted(a == b ? style_.side_by_side({style_.number("2"), x}) : style_.infix(x, "+", y), by);
        if (std::int64_t(a) * b == wanted) return shifted(style_.side_by_side({x, y}), by);
      }
    }
  }
  return style_.number(std::to_string(n));
}

/// A matrix's power; a transpose stands behind it.
Writer::Box Writer::raised(const Box& b, int exponent) const {
  const std::string by = style_.number(std::to_string(exponent));
  if (b.upright.empty()) {
    Box power{style_.raised(wrapped(b, atom), by), postfix};
    power.is_power = exponent > 0;
    return power;
  }
  const std::string power = style_.raised(b.upright_is_atom ? b.upright : style_.parentheses(b.upright), by);
  return {style_.transposed(exponent < 0 ? power : style_.parentheses(power)), postfix, power};
}

Writer::Box Writer::shaped(Box b, Shape s) const {
  if (!wording_.shapes || s == scalar_shape) return b;
  return {style_.with_shape(wrapped(b, postfix), size(s.rows), size(s.cols)), postfix};
}

/// The box of a term, after those of what is in it.
Writer::Box Writer::box(Term root) {
  std::vector<std::pair<Term, bool>> stack{{root, false}};
  while (!stack.empty()) {
    const auto [t, operands_done] = stack.back();
    stack.pop_back();
    if (boxes_.contains(t)) continue;
    if (const auto name = wording_.names.find(t); name != wording_.names.end()) {
      boxes_[t] = shaped({style_.name(name->second), atom}, in_[t].shape);
    } else if (operands_done) {
      boxes_[t] = written(t);
    } else {
      stack.emplace_back(t, true);
      for (const Part& p : in_[t].parts) stack.emplace_back(p.term, false);
    }
  }
  return boxes_.at(root);
}

std::string Writer::definition(Term t) {
  for (const Part& p : in_[t].parts) box(p.term);
  const auto name = wording_.names.extract(t);
  const std::string text = written(t).text;
  wording_.names.insert(wording_.names.end(), {name.key(), name.mapped()});
  return text;
}

Writer::Box Writer::written(Term t) {
  const Expression& e = in_[t];
  switch (e.kind) {
    case Kind::number:
      return written_number(e.value);
    case Kind::name:
      return shaped({style_.name(e.name), atom}, e.shape);
    case Kind::ones:
      return written_ones(e.shape);
    case Kind::sum:
      return written_sum(e, 1);
    case Kind::powers:
      return monomial({t}, true);
    case Kind::product: {
      std::vector<Term> factors;
      for (const Part& p : e.parts) factors.push_back(p.term);
      if (factors.empty()) return {style_.call("eye", {size(e.shape.rows), size(e.shape.cols)}), atom};
      return written_chain(factors, none);
    }
    case Kind::transpose: {
      const Term inner = e.parts[0].term;
      const auto unit = wording_.names.contains(inner) ? std::nullopt : written_unit(in_[inner], true);
      return unit ? *unit : transposed(Box(box(inner)));
    }
    case Kind::function:
      break;
  }
  return written_function(e);
}

Writer::Box Writer::written_number(double x) const {
  const auto [above, below] = as_fraction(std::abs(x));
  Box b{style_.number(above), atom};
  if (!below.empty()) b = {style_.fraction(b.text, style_.number(below), false), multiplication};
  return x < 0 ? Box{style_.minus(b.text), addition} : b;
}

Writer::Box Writer::written_ones(Shape s) const { return {style_.ones(size(s.rows), size(s.cols)), atom}; }

std::string Writer::written(const Parameter& p) const {
  if (p.kind == Parameter::Kind::size) return size(std::uint32_t(p.value));
  return style_.number(p.kind == Parameter::Kind::number ? to_text(p.value) : p.text);
}

/// The name in Armadillo of a function whose parameters its shape implies or that come in another order, and
/// those behind `arguments`; nullptr for any other function.
const char* Writer::placed_arguments(const Expression& e, Strings& arguments) const {
  const auto is = [&](const char* name) { return e.name == name; };
  const auto add = [&](std::initializer_list<std::uint32_t> numbers) {
    for (const std::uint32_t n : numbers) arguments.push_back(size(n));
  };
  if (is("polygamma") || is("bessel_j") || is("bessel_i")) {
    arguments.insert(arguments.begin(), written(e.parameters[0]));
    return e.name.c_str();
  }
  if (is("reshape")) {
    if (e.shape.cols == 1) return "vectorise";
    return add({e.shape.rows, e.shape.cols}), "reshape";
  }
  if (!is("placed") && !is("submat")) return nullptr;
  const std::uint32_t row = std::uint32_t(e.parameters[0].value), col = std::uint32_t(e.parameters[1].value);
  if (is("placed")) return add({row, col, e.shape.rows, e.shape.cols}), "placed";
  const Shape whole = in_[e.parts[0].term].shape;
  const std::uint32_t last_row = row + e.shape.rows - 1, last_col = col + e.shape.cols - 1;
  if (e.shape.rows == whole.rows) return col == last_col ? (add({col}), "col") : (add({col, last_col}), "cols");
  if (e.shape.cols == whole.cols) return row == last_row ? (add({row}), "row") : (add({row, last_row}), "rows");
  return add({row, col, last_row, last_col}), "submat";
}

/// A column of zeros but for a 1 at this place.
std::string Writer::unit(std::uint32_t length, const std::string& from_zero, const std::string& from_one) const {
  return style_.calls_functions() ? style_.call("unit", {size(length), from_zero})
                                  : style_.entry(style_.name("e"), {}, {from_one});
}

/// A 1 among zeros, e_i or e_i e_j', or at a vector's largest entry.
std::optional<Writer::Box> Writer::written_unit(const Expression& e, bool turned) {
  if (e.name == "placed" && in_[e.parts[0].term].kind == Kind::number && in_[e.parts[0].term].value == 1) {
    Strings factors;
    for (const bool second : {false, true}) {
      const std::size_t k = second != turned;
      const std::uint32_t length = k == 0 ? e.shape.rows : e.shape.cols, at = std::uint32_t(e.parameters[k].value);
      if (length == 1) continue;
      const std::string column = unit(length, size(at), size(at + 1));
      factors.push_back(second ? style_.transposed(column) : column);
    }
    return Box{style_.side_by_side(factors), factors.size() > 1 ? multiplication : postfix};
  }
  const bool is_column = e.shape.cols == 1;
  if (e.name != "first_max" || e.is_scalar() || (is_column ? e.dim() != 0 : e.shape.rows != 1 || e.dim() != 1))
    return {};
  const Expression& x = in_[e.parts[0].term];
  const bool smallest =
      x.kind == Kind::sum && x.parts.size() == 1 && x.parts[0].by == -1 && !wording_.names.contains(e.parts[0].term);
  const std::string values = box(smallest ? x.parts[0].term : e.parts[0].term).text;
  const std::string at = style_.call(smallest ? "index_min" : "index_max", {values});
  const std::string column = unit(is_column ? e.shape.rows : e.shape.cols, at, at);
  return Box{is_column != turned ? column : style_.transposed(column), postfix};
}

Writer::Box Writer::written_function(const Expression& e) {
  const auto operand = [&](std::size_t k) { return box(e.parts[k].term); };
  constexpr std::pair<const char*, const char*> comparisons[] = {
      {"greater", ">"}, {"greater or equal", ">="}, {"equal", "=="}, {"not equal", "!="}};
  for (const auto& [name, sign] : comparisons) {
    if (e.name == name)
      return {style_.infix(wrapped(operand(0), addition), sign, wrapped(operand(1), addition)), comparison};
  }
  if (e.name == "inv") return raised(operand(0), -1);
  if (e.name == "pow" && e.parts.size() == 2) {
    const bool delimited = !style_.calls_functions();  // an exponent above the line needs no parentheses
    if (e.is_scalar())
      return {style_.raised(wrapped(operand(0), atom), delimited ? operand(1).text : wrapped(operand(1), atom)),
              postfix};
    const std::string base = delimited ? wrapped(operand(0), postfix) : operand(0).text;
    return {style_.entries_raised(base, operand(1).text), atom};
  }
  if (e.name == "submat" && e.is_scalar()) {
    const Shape s = in_[e.parts[0].term].shape;
    Strings from_zero, from_one;
    for (const bool row : {true, false}) {
      if ((row ? s.rows : s.cols) == 1) continue;
      const std::uint32_t place = std::uint32_t(e.parameters[row ? 0 : 1].value);
      from_zero.push_back(size(place)), from_one.push_back(size(place + 1));
    }
    return {style_.entry(wrapped(operand(0), postfix), from_zero, from_one), atom};
  }
  if (const std::optional<Box> unit = written_unit(e, false)) return *unit;
  Strings arguments;
  for (std::size_t k = 0; k < e.parts.size(); ++k) arguments.push_back(operand(k).text);
  // max(x, 0) would be the largest entry of each column.
  if (e.elementwise && arguments.size() == 2 && in_[e.parts[1].term].kind == Kind::number &&
      (e.name == "max" || e.name == "min"))
    std::swap(arguments[0], arguments[1]);
  if (e.name == "vecnorm" && e.is_scalar()) {
    const Term x = e.parts[0].term;
    if (in_[x].kind != Kind::function || in_[x].name != "reshape" || wording_.names.contains(x))
      return {style_.call("norm", arguments), atom};
    const Term matrix = in_[x].parts[0].term;
    return {style_.call("norm", {box(matrix).text, "\"fro\""}), atom};
  }
  if (const char* name = placed_arguments(e, arguments)) return {style_.call(name, arguments), atom};
  const bool is_softmax = e.name == "softmax" || e.name == "log_softmax" || e.name == "logsumexp";
  if (!is_softmax || wording_.softmax_dim != e.dim()) {
    for (const Parameter& p : e.parameters) arguments.push_back(written(p));
  }
  return {style_.call(e.name, arguments), atom};
}

}  // namespace armagrad::detail::algebra
