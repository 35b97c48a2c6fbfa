#pragma once
// A GradBench tool's modules (github.com/gradbench/gradbench): functions from JSON to JSON, of which only the
// computation between is timed.

#include <armagrad/armagrad.hpp>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

namespace gradbench {

using namespace arma;
using namespace armagrad;
using nlohmann::json;

/// A function and its input, read: what is timed, and the last result.
struct Prepared {
  std::function<void()> evaluate;
  std::function<json()> output;
};
/// The functions of a module by name. They throw std::exception with one line of an input that does not suit them.
using Module = std::map<std::string, std::function<Prepared(const json& input)>>;

Module ba(), det(), gmm(), hello(), ht(), kmeans(), llsq(), lse(), lstm(), ode(), particle(), saddle();

/// std::invalid_argument with the name of what does not hold, unless it does.
void require(bool holds, const char* name);
/// A positive integer.
uword count_of(const json& input, const char* key);
/// A list of numbers, that must not be empty.
vec column_of(const json& input, const char* key);
/// A list of lists of numbers, all as long, as a column each.
mat columns_of(const json& list, const char* name);

inline json to_output(double x) { return x; }
inline json to_output(const vec& x) { return std::vector<double>(x.begin(), x.end()); }
json to_output(const mat& columns);  // a list for each column

/// A computation and how its result is written. What it returns by reference is read in place.
template <class Compute, class Write>
Prepared prepared(Compute compute, Write write) {
  using Result = std::invoke_result_t<Compute&>;
  const auto keep = std::make_shared<Compute>(std::move(compute));
  if constexpr (std::is_reference_v<Result>) {
    const auto result = std::make_shared<std::remove_reference_t<Result>*>();
    return {[=] { *result = &(*keep)(); }, [=] { return write(**result); }};
  } else {
    const auto result = std::make_shared<std::optional<Result>>();
    return {[=] { result->emplace((*keep)()); }, [=] { return write(**result); }};
  }
}
template <class Compute>
Prepared prepared(Compute compute) {
  return prepared(std::move(compute), [](const auto& x) { return to_output(x); });
}

/// The value of a loss at x, and its gradient: the loss is recorded once, as it is prepared.
template <class Loss, class X>
Prepared value_of(Loss loss, X x) {
  return prepared([x, program = record(loss, variables(x))]() mutable { return program.value(x); });
}
template <class Loss, class X>
Prepared gradient_of(Loss loss, X x) {
  return prepared(
      [x, program = record(loss, variables(x))]() mutable -> const X& { return program.value_and_gradient(x).second; });
}

}  // namespace gradbench
