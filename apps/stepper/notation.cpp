#include "notation.hpp"

namespace armagrad::apps {

namespace {

/// An entry of a matrix, a row, a column, or a number where a matrix's (i, j) is meant.
std::string at(const std::string& name, Shape s, const std::string& i = "i", const std::string& j = "j") {
  if (s == scalar_shape) return name;
  if (s.rows == 1) return name + "[" + j + "]";
  if (s.cols == 1) return name + "[" + i + "]";
  return name + "[" + i + "," + j + "]";
}
std::string at(const Spelt& x, const std::string& i = "i", const std::string& j = "j") {
  return at(x.name, x.shape, i, j);
}
std::string adjoint_at(const Spelt& x, const std::string& i = "i", const std::string& j = "j") {
  return at(barred(x.name), x.shape, i, j);
}

/// The sums that bring a matrix of shape `from` to the shape of x.
std::string summed(const Spelt& x, Shape from) {
  const bool over_i = x.shape.rows != from.rows, over_j = x.shape.cols != from.cols;
  if (over_i && over_j) return "Σ_{i,j} ";
  return over_i ? "Σ_i " : over_j ? "Σ_j " : "";
}

/// The adjoint dy times the slope of a function of one number, in terms of x and y.
std::string times_slope(const std::string& name, const std::string& dy, const std::string& x,
                        const std::string& y) {
  if (name == "exp") return y + " " + dy;
  if (name == "log") return dy + " / " + x;
  if (name == "square") return "2 " + x + " " + dy;
  if (name == "sqrt") return dy + " / (2 " + y + ")";
  if (name == "tanh") return "(1 - " + y + "^2) " + dy;
  if (name == "sigmoid") return y + " (1 - " + y + ") " + dy;
  if (name == "abs") return "sign(" + x + ") " + dy;
  if (name == "sin") return "cos(" + x + ") " + dy;
  if (name == "cos") return "-sin(" + x + ") " + dy;
  if (name == "softplus") return "sigmoid(" + x + ") " + dy;
  if (name == "log1p") return dy + " / (1 + " + x + ")";
  return name + "′(" + x + ") " + dy;
}

EntryWise of_product(const std::string& transposes, const Spelt& y, const std::vector<Spelt>& x) {
  const bool ta = transposes[0] == '\'', tb = transposes[1] == '\'';
  const auto a = [&](const std::string& name) {
    return ta ? at(name, x[0].shape, "k", "i") : at(name, x[0].shape, "i", "k");
  };
  const auto b = [&](const std::string& name) {
    return tb ? at(name, x[1].shape, "j", "k") : at(name, x[1].shape, "k", "j");
  };
  const auto sum = [](const char* over, std::uint32_t length) {
    return length == 1 ? std::string() : std::string("Σ_").append(over).append(" ");
  };
  const std::string dy = adjoint_at(y);
  const std::uint32_t inner = ta ? x[0].shape.rows : x[0].shape.cols;
  return {at(y) + " = " + sum("k", inner) + a(x[0].name) + " " + b(x[1].name),
          {a(barred(x[0].name)) + " = " + sum("j", y.shape.cols) + dy + " " + b(x[1].name),
           b(barred(x[1].name)) + " = " + sum("i", y.shape.rows) + a(x[0].name) + " " + dy},
          "The product rule: each factor gets the adjoint times the other factor, turned so that the shapes "
          "fit."};
}

EntryWise of_elementwise(const std::string& name, const char* infix, const Spelt& y,
                         const std::vector<Spelt>& x) {
  EntryWise e;
  const std::string dy = adjoint_at(y), a = at(x[0]), b = x.size() > 1 ? at(x[1]) : "";
  const auto add = [&](std::size_t k, const std::string& part) {
    e.backward.push_back(adjoint_at(x[k]) + " = " + summed(x[k], y.shape) + part);
  };
  e.rule = "Entry by entry: the adjoint times the slope there.";
  if (name == "addition" || name == "subtraction") {
    e.rule = name == "addition"
                 ? "A sum hands its adjoint on as it is."
                 : "A difference hands its adjoint on, to what is subtracted with the sign turned.";
    add(0, dy), add(1, name == "addition" ? dy : "-" + dy);
  } else if (name == "element-wise multiplication") {
    e.rule = "The product rule, entry by entry: each factor gets the adjoint times the other factor.";
    add(0, dy + " " + b), add(1, dy + " " + a);
  } else if (name == "element-wise division") {
    e.rule = "The quotient rule, entry by entry.";
    add(0, dy + " / " + b), add(1, "-" + dy + " " + at(y) + " / " + b);
  } else if (name == "negation") {
    e.rule = "The sign is turned.";
    add(0, "-" + dy);
  } else if (x.size() == 1) {
    add(0, times_slope(name, dy, a, at(y)));
  } else {
    return {"", std::vector<std::string>(x.size()), e.rule};
  }
  const std::string sign = name == "element-wise multiplication" ? " " : infix ? infix : "";
  e.forward = at(y) + " = " +
              (x.size() == 2        ? a + sign + b
               : name == "negation" ? "-" + a
               : name == "square"   ? a + "^2"
                                    : name + "(" + a + ")");
  return e;
}

/// Sums, means and softmaxes along a dimension.
EntryWise of_reduction(const std::string& name, bool down, const Spelt& y, const Spelt& x) {
  const std::string over = "Σ_k ", dy = adjoint_at(y), z = at(x);
  const auto other = [&](const std::string& of, Shape s) {
    return down ? at(of, s, "k", "j") : at(of, s, "i", "k");
  };
  const std::string z_k = other(x.name, x.shape), y_k = other(y.name, y.shape),
                    dy_k = other(barred(y.name), y.shape);
  const std::string left = adjoint_at(x) + " = ";
  if (name == "softmax")
    return {at(y) + " = exp(" + z + ") / " + over + "exp(" + z_k + ")",
            {left + at(y) + " (" + dy + " - " + over + dy_k + " " + y_k + ")"},
            "Probabilities compete: each gets its adjoint less the mean of the adjoints, weighted by the "
            "probabilities."};
  if (name == "log_softmax")
    return {at(y) + " = " + z + " - log " + over + "exp(" + z_k + ")",
            {left + dy + " - exp(" + at(y) + ") " + over + dy_k},
            "The adjoint, less the probabilities times the sum of the adjoints: raising one score lowers the "
            "others."};
  if (name == "logsumexp")
    return {at(y) + " = log " + over + "exp(" + z_k + ")",
            {left + dy + " exp(" + z + " - " + at(y) + ")"},
            "The adjoint is shared out by the softmax."};
  if (name == "sum")
    return {
        at(y) + " = " + over + z_k, {left + dy}, "A sum hands its adjoint to every entry that it added up."};
  return {"", {""}, ""};
}

}  // namespace

EntryWise entry_wise(const Operation<double>& operation, const std::string& parameters, const Spelt& y,
                     const std::vector<Spelt>& x) {
  const std::string name = operation.name;
  if (operation.family == Family::elementwise) return of_elementwise(name, operation.infix, y, x);
  if (operation.family == Family::total)
    return {y.name + " = " + summed(y, x[0].shape) + at(x[0]),
            {adjoint_at(x[0]) + " = " + barred(y.name)},
            "A sum hands its adjoint to every entry that it added up."};
  if (operation.family == Family::transpose)
    return {at(y) + " = " + at(x[0], "j", "i"),
            {adjoint_at(x[0], "j", "i") + " = " + adjoint_at(y)},
            "Transposed there, transposed back."};
  if (operation.family == Family::spread)
    return {at(y) + " = " + at(x[0]),
            {adjoint_at(x[0]) + " = " + summed(x[0], y.shape) + adjoint_at(y)},
            "What was repeated gets the sum over its copies."};
  if (name == "matmul") return of_product(parameters, y, x);
  if (x.size() == 1 && (parameters == "0" || parameters == "1")) {
    EntryWise e = of_reduction(name, parameters == "0", y, x[0]);
    if (!e.rule.empty()) return e;
  }
  return {"", std::vector<std::string>(x.size()), "The rule of " + name + "."};
}

}  // namespace armagrad::apps
