#include "formula_impl.hpp"

#include <armagrad/armagrad.hpp>

namespace armagrad {
template Formula derive<double>(const Var<double>&, const std::vector<Var<double>>&, const FormulaOptions&);
template Formula derive<float>(const Var<float>&, const std::vector<Var<float>>&, const FormulaOptions&);
template class algebra::Reader<double>;
template class algebra::Reader<float>;
template std::string formula_text<double>(const Var<double>&);
template std::string formula_text<float>(const Var<float>&);
}  // namespace armagrad
