#pragma once
// What rules record for themselves, as functions that anybody can call: a factorisation goes by what was
// factored, a selection of rows by the matrix that selects.

#include "../rules/indices.hpp"
#include "reader.hpp"

namespace armagrad::algebra {

template <class eT>
Term Reader<eT>::in_public(Index i, const Parts& x) {
  const Node<eT>& n = tape_.node(i);
  const std::string name = n.operation->name, parameters = n.operation->parameters(tape_.rule(i));
  const Shape s = in_[x[0].term].shape;
  const auto call = [&](const char* f, Parts operands, const std::string& more = "") {
    return in_.apply(f, more, false, n.shape, std::move(operands));
  };
  const auto in_quotes = [](std::string word) { return "\"" + std::move(word) + "\""; };
  if (const std::optional<Term> t = factored(i, x)) return *t;
  if (name == "submat") {
    if (const std::optional<Term> t = part_of_eigen(i, detail::numbers_in(parameters))) return *t;
  }
  if (name == "elem") {
    const auto& rule = *static_cast<const rules::Gather*>(tape_.rule(i));
    if (const std::optional<Term> t = selected(i, x[0], *rule.indices, s, n.shape)) return *t;
  }
  if (name == "scattered") {
    const auto& rule = *static_cast<const rules::Scatter*>(tape_.rule(i));
    if (const std::optional<Term> t = selected(i, x[0], *rule.indices, n.shape, s)) return *t;
  }
  if (name == "join") return call(parameters == "0" ? "join_cols" : "join_rows", x);
  if (name == "triangle") return call(parameters == "upper" ? "trimatu" : "trimatl", x);
  if (name == "diagmat" && !parameters.empty()) {  // not a square one
    const Term square = in_.apply("diagmat", "", false, {s.rows, s.rows}, x);
    return call("placed", {{square}}, "0, 0");
  }
  if (name == "cumsum" && parameters.size() > 1)
    return call("cumsum", x, parameters.substr(0, 1) + ", \"reversed\"");
  if (name == "sort") {
    const std::size_t space = parameters.find(' '), comma = parameters.find(',');
    const bool inverse = parameters.starts_with("inverse");
    const std::string order =
        inverse ? parameters.substr(space + 1, comma - space - 1) : parameters.substr(0, comma);
    const char* f = x.size() == 1 ? "sort" : inverse ? "sorted_back" : "sorted_by";
    return call(f, x, in_quotes(order) + parameters.substr(comma));
  }
  return in_.apply(name, parameters, false, n.shape, x);
}

/// A function of a matrix and a factorisation of it, by the matrix alone.
template <class eT>
std::optional<Term> Reader<eT>::factored(Index i, const Parts& x) {
  const Node<eT>& n = tape_.node(i);
  const std::string name = n.operation->name, parameters = n.operation->parameters(tape_.rule(i));
  const Shape s = in_[x[0].term].shape;
  const auto factor = [&](std::size_t k) {
    return k < x.size() ? std::string(tape_.node(tape_.operands(n)[k]).operation->name) : std::string();
  };
  const auto turned = [&](Part t) {
    const Shape of = in_[t.term].shape;
    return Part{in_.make(Kind::transpose, {of.cols, of.rows}, {t})};
  };
  const auto call = [&](const char* f, Shape to, Part of) { return Part{in_.apply(f, "", false, to, {of})}; };
  const auto times = [&](Part a, Part b) { return in_.make(Kind::product, n.shape, {a, b}); };
  const bool transposes = parameters.ends_with("transposed");
  if (name == "solve" && x.size() == 2) {
    const Part triangle = call(parameters.starts_with("upper") ? "trimatu" : "trimatl", s, x[0]);
    const Part inverse = call("inv", s, triangle);
    return times(transposes ? turned(inverse) : inverse, x[1]);
  }
  if (factor(1) == "lu") {
    if (name != "solve") return in_.apply(name, parameters, false, n.shape, {x[0]});
    const Part inverse = call("inv", s, x[0]);
    return times(transposes ? turned(inverse) : inverse, x[2]);
  }
  if (factor(1) == "cholesky") {
    if (name == "solve") return times(call("inv_sympd", s, x[0]), x[2]);
    if (name == "chol") return in_.apply("chol", "\"lower\"", false, n.shape, {x[0]});
    return in_.apply(name + "_sympd", parameters, false, n.shape, {x[0]});
  }
  if (factor(1) == "qr") {
    if (name == "least_squares") return times(call("pinv", {s.cols, s.rows}, x[0]), x[2]);
    if (name == "normal_equations") {
      const Part square{in_.make(Kind::product, {s.cols, s.cols}, {turned(x[0]), x[0]})};
      return times(call("inv", {s.cols, s.cols}, square), x[2]);
    }
  }
  if (factor(1) == "eigen" && parameters.find("vectors") == parameters.npos)
    return in_.apply(name, "", false, n.shape, {x[0]});
  return {};
}

/// The eigenvalues or the -vectors of those that stand side by side.
template <class eT>
std::optional<Term> Reader<eT>::part_of_eigen(Index i, const std::vector<std::uint32_t>& at) {
  const Index of = tape_.operands(tape_.node(i))[0];
  const Node<eT>& pair = tape_.node(of);
  const Shape s = pair.shape, part = tape_.node(i).shape;
  if (pair.operation->name != std::string("eig_sym") || s.cols != s.rows + 1 || part.rows != s.rows)
    return {};
  const auto factored = read_.find(tape_.operands(pair)[0]);
  if (factored == read_.end()) return {};  // the pair itself stands for something
  const Part A{factored->second};
  if (at[1] == 0 && part.cols == 1) return in_.apply("eig_sym", "", false, part, {A});
  if (at[1] == 1 && part.cols == s.rows) return in_.apply("eigenvectors", "", false, part, {A});
  return {};
}

/// Rows or columns of a whole, each repeated or in descending order, taken from it or added back to it: x is
/// the whole or the part, as node i has the other's shape.
template <class eT>
std::optional<Term> Reader<eT>::selected(Index i, Part x, const arma::uvec& indices, Shape whole,
                                         Shape part) {
  const Shape shape = tape_.node(i).shape;
  const bool takes = tape_.node(i).operation->name == std::string("elem");
  if (indices.is_empty() || part.size() != indices.n_elem) return {};
  for (const bool rows : {true, false}) {
    if (rows ? part.cols != whole.cols : part.rows != whole.rows) continue;
    const uword length = rows ? part.rows : part.cols, among = rows ? whole.rows : whole.cols;
    const auto place = [&](uword k) { return rows ? indices[k] : indices[k * part.rows] / whole.rows; };
    bool whole_lines = true;
    for (uword j = 0; j < part.cols; ++j) {
      for (uword k = 0; k < part.rows; ++k)
        whole_lines &=
            indices[k + j * part.rows] == (rows ? place(k) + j * whole.rows : k + place(j) * whole.rows);
    }
    if (!whole_lines) continue;
    const std::uint32_t times = std::uint32_t(length / among);
    bool repeats = times > 1 && length % among == 0, descends = length > 1;
    for (uword k = 0; k < length; ++k) {
      repeats = repeats && place(k) == k / times;
      descends = descends && place(k) + k == place(0);
    }
    if (repeats) {
      const std::uint32_t m = std::uint32_t(among);
      const Part each{in_.apply("kron", "", false, {m * times, m},
                                {{in_.make(Kind::product, {m, m}, {})}, {in_.ones({times, 1})}})};
      const Part turned{in_.make(Kind::transpose, {m, m * times}, {each})};
      const Part &left = takes ? each : turned, &right = takes ? turned : each;
      return in_.make(Kind::product, shape, rows ? Parts{left, x} : Parts{x, right});
    }
    if (descends && rows && whole.cols == 1) {
      const std::string first = std::to_string(place(0) + 1 - length);
      if (!takes)
        return in_.apply("placed", first + ", 0", false, shape,
                         {{in_.apply("reverse", "", false, part, {x})}});
      const std::string block = first + ", 0, size(" + std::to_string(part.rows) + ", 1)";
      return in_.apply("reverse", "", false, part, {{in_.apply("submat", block, false, part, {x})}});
    }
  }
  return {};
}

}  // namespace armagrad::algebra
