#include "reader_functions.hpp"

#include "../rules/all_rules.hpp"

namespace armagrad::detail::algebra {

template <class eT>
Parameters FunctionReader<eT>::parameters(Index i) const {
  const auto along = [&]<class... Rules>(const RuleList<Rules...>&) {
    std::optional<uword> dim;
    const auto look = [&](const auto* r) {
      if (r) dim = r->dim;
    };
    (look(rule<Rules>(i)), ...);
    return dim;
  };
  using AlongADimension = RuleList<rules::Softmax, rules::LogSoftmax, rules::LogSumExp, rules::Max, rules::Min,
                                   rules::FirstMax, rules::Sum, rules::Join>;
  if (const std::optional<uword> dim = along(AlongADimension{})) return {Parameter::number(double(*dim))};
  const auto sizes = [](uword a, uword b) { return Parameters{Parameter::size(a), Parameter::size(b)}; };
  const auto numbers = [](std::initializer_list<double> list) {
    Parameters all;
    for (const double x : list) all.push_back(Parameter::number(x));
    return all;
  };
  const auto in_quotes = [](std::string word) { return Parameter::word("\"" + std::move(word) + "\""); };
  if (const auto* r = rule<rules::MatMul>(i)) return numbers({double(r->ta), double(r->tb)});
  if (const auto* r = rule<rules::Solve>(i)) return numbers({double(r->turned)});
  if (const auto* r = rule<rules::SolveTriangular>(i)) return numbers({double(r->upper), double(r->turned)});
  if (const auto* r = rule<rules::Triangle>(i)) return numbers({double(r->upper)});
  if (const auto* r = rule<rules::Variance>(i)) return numbers({double(r->norm_type), double(r->dim)});
  if (const auto* r = rule<rules::Stddev>(i)) return numbers({double(r->norm_type), double(r->dim)});
  if (const auto* r = rule<rules::Length>(i)) return numbers({2, double(r->dim)});
  if (const auto* r = rule<rules::Clamp>(i)) return numbers({r->low, r->high});
  if (const auto* r = rule<rules::LeakyRelu>(i)) return numbers({r->slope});
  if (const auto* r = rule<rules::Elu>(i)) return numbers({r->alpha});
  if (const auto* r = rule<rules::Pow>(i)) return numbers({r->exponent});
  if (const auto* r = rule<rules::OneHot>(i)) return {Parameter::size(r->classes)};
  if (const auto* r = rule<rules::Polygamma>(i)) return numbers({double(r->n)});
  if (const auto* r = rule<rules::BesselJ>(i)) return numbers({r->order});
  if (const auto* r = rule<rules::BesselI>(i)) return numbers({r->order});
  if (const auto* r = rule<rules::Block>(i)) return sizes(r->at.row, r->at.col);
  if (const auto* r = rule<rules::PlacedIn>(i)) return sizes(r->at.row, r->at.col);
  if (const auto* r = rule<rules::Repmat>(i)) return sizes(r->down, r->across);
  if (const auto* r = rule<rules::Fold>(i)) return sizes(r->down, r->across);
  if (rule<rules::Reshape>(i)) return {};
  if (const auto* r = rule<rules::RunningSums>(i)) {
    Parameters all{Parameter::number(r->dim)};
    if (r->reversed) all.push_back(in_quotes("reversed"));
    return all;
  }
  if (const auto* r = rule<rules::Arrange>(i))
    return {in_quotes(r->order.descending ? "descend" : "ascend"), Parameter::number(r->order.dim),
            Parameter::number(r->order.inverse)};
  if (rule<rules::Eigenvectors>(i)) return {Parameter::word("values"), Parameter::word("vectors")};
  std::string text = engine_.node(i).operation->parameters(engine_.rule(i));
  return text.empty() ? Parameters{} : Parameters{Parameter::word(std::move(text))};
}

template <class eT>
Term FunctionReader<eT>::operator()(Index i, const Parts& x, Shape shape) const {
  const Node<eT>& n = engine_.node(i);
  const Shape s = in_[x[0].term].shape;
  const auto call = [&](const char* f, const Parameters& parameters = {}) {
    return in_.apply(f, parameters, false, shape, x);
  };
  if (const std::optional<Term> t = factored(i, x)) return *t;
  if (const std::optional<Term> t = part_of_eigen(i)) return *t;
  if (const std::optional<Term> t = part_of_singular(i)) return *t;
  if (const auto* r = rule<rules::Gather>(i)) {
    if (const std::optional<Term> t = selected(i, x[0], *r->indices, s, n.shape)) return *t;
  }
  if (const auto* r = rule<rules::Scatter>(i)) {
    if (const std::optional<Term> t = selected(i, x[0], *r->indices, n.shape, s)) return *t;
  }
  if (const auto* r = rule<rules::Join>(i)) return call(r->dim == 0 ? "join_cols" : "join_rows");
  if (const auto* r = rule<rules::Triangle>(i)) return call(r->upper ? "trimatu" : "trimatl");
  if (const auto* r = rule<rules::OnDiagonal>(i); r && r->to.rows != r->to.cols) {
    const Term square = in_.apply("diagmat", {}, false, {s.rows, s.rows}, x);
    return in_.apply("placed", {Parameter::size(0), Parameter::size(0)}, false, n.shape, {{square}});
  }
  if (const auto* r = rule<rules::Arrange>(i)) {
    const Parameters all = parameters(i);
    return call(x.size() == 1 ? "sort" : r->order.inverse ? "sorted_back" : "sorted_by", {all[0], all[1]});
  }
  return in_.apply(n.operation->name, parameters(i), n.operation->family == Family::elementwise, shape, x);
}

template <class eT>
bool is_factorisation(const Engine<eT>& engine, Index i) {
  return rule_if<rules::Lu>(engine, i) || rule_if<rules::CholeskyFactor>(engine, i) || rule_if<rules::Qr>(engine, i) ||
         rule_if<rules::Eigen>(engine, i) || rule_if<rules::Singular>(engine, i) ||
         rule_if<rules::SparseCholesky>(engine, i);
}
template bool is_factorisation(const Engine<double>&, Index);

template <class eT>
template <class Factorisation>
bool FunctionReader<eT>::has_factor(Index i) const {
  const auto operands = engine_.operands(engine_.node(i));
  return operands.size() > 1 && rule<Factorisation>(operands[1]);
}

template <class eT>
Part FunctionReader<eT>::transposed(Part t) const {
  const Shape of = in_[t.term].shape;
  return {in_.make(Kind::transpose, {of.cols, of.rows}, {t})};
}

/// A function of a matrix and a factorisation of it, by the matrix alone.
template <class eT>
std::optional<Term> FunctionReader<eT>::factored(Index i, const Parts& x) const {
  const Node<eT>& n = engine_.node(i);
  const std::string name = n.operation->name;
  const Shape s = in_[x[0].term].shape;
  const auto call = [&](const char* f, Shape to, Part of) { return Part{in_.apply(f, {}, false, to, {of})}; };
  const auto of_matrix = [&](const std::string& f, const Parameters& parameters = {}) {
    return in_.apply(f, parameters, false, n.shape, x.size() > 2 ? Parts{x[0], x[2]} : Parts{x[0]});
  };
  const auto times = [&](Part a, Part b) { return in_.make(Kind::product, n.shape, {a, b}); };
  if (const auto* r = rule<rules::SolveTriangular>(i)) {
    const Part inverse = call("inv", s, call(r->upper ? "trimatu" : "trimatl", s, x[0]));
    return times(r->turned ? transposed(inverse) : inverse, x[1]);
  }
  const auto* solve = rule<rules::Solve>(i);
  if (has_factor<rules::Lu>(i)) {
    if (!solve) return of_matrix(name);
    const Part inverse = call("inv", s, x[0]);
    return times(solve->turned ? transposed(inverse) : inverse, x[2]);
  }
  if (has_factor<rules::CholeskyFactor>(i)) {
    if (solve) return times(call("inv_sympd", s, x[0]), x[2]);
    if (rule<rules::Chol>(i)) return of_matrix("chol", {Parameter::word("\"lower\"")});
    return of_matrix(name + "_sympd");
  }
  if (rule<rules::LeastSquares>(i)) return times(call("pinv", {s.cols, s.rows}, x[0]), x[2]);
  if (rule<rules::NormalSolve>(i)) {
    const Part square{in_.make(Kind::product, {s.cols, s.cols}, {transposed(x[0]), x[0]})};
    return times(call("inv", {s.cols, s.cols}, square), x[2]);
  }
  if (has_factor<rules::Eigen>(i) && !rule<rules::Eigenvectors>(i)) return of_matrix(name);
  if (has_factor<rules::Singular>(i) || has_factor<rules::SparseCholesky>(i)) return of_matrix(name);
  return {};
}

/// The eigenvalues or the -vectors of those that stand side by side.
template <class eT>
std::optional<Term> FunctionReader<eT>::part_of_eigen(Index i) const {
  const auto* block = rule<rules::Block>(i);
  if (!block) return {};
  const Index of = engine_.operands(engine_.node(i))[0];
  const Shape s = engine_.node(of).shape, part = engine_.node(i).shape;
  if (!rule<rules::Eigenvectors>(of) || part.rows != s.rows) return {};
  const auto matrix = read_.find(engine_.operands(engine_.node(of))[0]);
  if (matrix == read_.end()) return {};  // the pair itself stands for something
  const Parts A{{matrix->second}};
  if (block->at.col == 0 && part.cols == 1) return in_.apply("eig_sym", {}, false, part, A);
  if (block->at.col == 1 && part.cols == s.rows) return in_.apply("eigenvectors", {}, false, part, A);
  return {};
}

/// The left or the right singular vectors or the values, as a row, of those that stand one above the other.
template <class eT>
std::optional<Term> FunctionReader<eT>::part_of_singular(Index i) const {
  const auto* block = rule<rules::Block>(i);
  if (!block) return {};
  const Index of = engine_.operands(engine_.node(i))[0];
  const Shape part = engine_.node(i).shape;
  if (!rule<rules::SingularVectors>(of) || part.cols != engine_.node(of).shape.cols) return {};
  const Index matrix = engine_.operands(engine_.node(of))[0];
  const auto read = read_.find(matrix);
  if (read == read_.end()) return {};
  const Shape s = engine_.node(matrix).shape;
  const Parts A{{read->second}};
  if (block->at.row == 0 && part.rows == s.rows) return in_.apply("left_vectors", {}, false, part, A);
  if (block->at.row == s.rows && part.rows == s.cols) return in_.apply("right_vectors", {}, false, part, A);
  if (block->at.row == s.rows + s.cols) return transposed({in_.apply("svd", {}, false, {part.cols, 1}, A)}).term;
  return {};
}

/// Rows or columns of a whole, each repeated or in descending order, taken from it or added back to it: x is
/// the whole or the part, as node i has the other's shape.
template <class eT>
std::optional<Term> FunctionReader<eT>::selected(Index i, Part x, const arma::uvec& indices, Shape whole,
                                                 Shape part) const {
  const Shape shape = engine_.node(i).shape;
  const bool takes = rule<rules::Gather>(i);
  if (indices.is_empty() || part.size() != indices.n_elem) return {};
  for (const bool rows : {true, false}) {
    if (rows ? part.cols != whole.cols : part.rows != whole.rows) continue;
    const uword length = rows ? part.rows : part.cols, among = rows ? whole.rows : whole.cols;
    const auto place = [&](uword k) { return rows ? indices[k] : indices[k * part.rows] / whole.rows; };
    bool whole_lines = true;
    for (uword j = 0; j < part.cols; ++j) {
      for (uword k = 0; k < part.rows; ++k)
        whole_lines &= indices[k + j * part.rows] == (rows ? place(k) + j * whole.rows : k + place(j) * whole.rows);
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
      const Part each{in_.apply("kron", {}, false, {m * times, m},
                                {{in_.make(Kind::product, {m, m}, {})}, {in_.ones({times, 1})}})};
      const Part flat = transposed(each);
      const Part &left = takes ? each : flat, &right = takes ? flat : each;
      return in_.make(Kind::product, shape, rows ? Parts{left, x} : Parts{x, right});
    }
    if (descends && rows && whole.cols == 1) {
      const Parameters first{Parameter::size(place(0) + 1 - length), Parameter::size(0)};
      if (!takes) return in_.apply("placed", first, false, shape, {{in_.apply("reverse", {}, false, part, {x})}});
      return in_.apply("reverse", {}, false, part, {{in_.apply("submat", first, false, part, {x})}});
    }
  }
  return {};
}

template class FunctionReader<double>;
template class FunctionReader<float>;

}  // namespace armagrad::detail::algebra
