#pragma once
// The tables of the library's own rules, where they are not compiled yet.

#include "readings.hpp"

namespace armagrad {

template <class Rule, class eT>
const Operation<eT>& operation_of() {
  static const Operation<eT> operation = Readings<Rule, eT>::make();
  return operation;
}

}  // namespace armagrad
