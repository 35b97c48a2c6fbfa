#include "formula_impl.hpp"

#include <armagrad/armagrad.hpp>

namespace armagrad {
template ARMAGRAD_EXPORT Formula derive<double>(const Var<double>&, const std::vector<Var<double>>&, const FormulaOptions&);
template ARMAGRAD_EXPORT Formula derive<float>(const Var<float>&, const std::vector<Var<float>>&, const FormulaOptions&);
template class algebra::Reader<double>;
template class algebra::Reader<float>;
template ARMAGRAD_EXPORT std::string formula_text<double>(const Var<double>&);
template ARMAGRAD_EXPORT std::string formula_text<float>(const Var<float>&);
}  // namespace armagrad
