#pragma once
// Errors of a function that is run many times, thrown again with the number of the run.

#include <armagrad/shape.hpp>

#include <stdexcept>

namespace armagrad::detail {

/// f(); an error is thrown again, as one of its kind, with the text which() before its own.
template <class F, class Which>
void with_named_errors(const char* operation, Location at, F f, Which which) {
  const auto what = [&](const std::exception& e) { return which() + ": " + e.what(); };
  try {
    f();
  } catch (const std::out_of_range& e) {
    out_of_range(operation, at, what(e));
  } catch (const std::logic_error& e) {
    misuse(operation, at, what(e));
  } catch (const std::runtime_error& e) {
    no_result(operation, at, what(e));
  }
}

}  // namespace armagrad::detail
