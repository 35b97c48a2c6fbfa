// A user's helpers may have any name that is not in docs/names.md. Called with a Var, for which the compiler looks in
// the library's namespace as well, the user's are chosen, wherever they are declared.
#ifdef OWN_OPERATIONS
#include <armagrad/custom_operation.hpp>
#define NAMES_OF_RULES
#else
#include <armagrad/armagrad.hpp>
#define NAMES_OF_RULES \
  NAME(append_node)    \
  NAME(full) NAME(multiply) NAME(or_one) NAME(select) NAME(spread) NAME(sum_along) NAME(sum_to) NAME(taken)
#endif

// clang-format off
#define NAMES NAMES_OF_RULES \
  NAME(accumulate) NAME(adjoint) NAME(along) NAME(append) NAME(append_elementwise) NAME(append_number) NAME(arranged) \
  NAME(as_mat) NAME(assigned) NAME(block) NAME(broadcast) NAME(call) NAME(call_on) NAME(centred) NAME(check) NAME(cleared) \
  NAME(condition) NAME(contribute) NAME(describe) NAME(diagonal) NAME(each) NAME(eigenvalues) NAME(either) NAME(engine_of) \
  NAME(evaluate) NAME(evaluated) NAME(first_max) NAME(fold) NAME(function_of) NAME(gather) NAME(gaussian) NAME(handle) \
  NAME(held) NAME(incompatible) NAME(inverse) NAME(join) NAME(joined) NAME(larger) NAME(load) NAME(map) NAME(minus) \
  NAME(misuse) NAME(name) NAME(node) NAME(node_of) NAME(number) NAME(on_diagonal) NAME(on_tape) NAME(over) NAME(part) \
  NAME(place) NAME(placed) NAME(plan) NAME(product) NAME(pull) NAME(repeated) NAME(reshaped) NAME(rotated) NAME(rule) \
  NAME(run) NAME(scaled) NAME(scatter) NAME(solved) NAME(store) NAME(table) NAME(times) NAME(to_text) NAME(transposed) \
  NAME(triangle) NAME(turned) NAME(wants) NAME(widened)
#define TYPES \
  TYPE(Adjoint) TYPE(CompiledLoss) TYPE(Contribution) TYPE(Engine) TYPE(Family) TYPE(Fibre) TYPE(ForwardMode) TYPE(Function) \
  TYPE(Given) TYPE(GradientGraph) TYPE(Index) TYPE(Node) TYPE(OnTape) TYPE(Operation) TYPE(Pack) TYPE(PlainLoss) TYPE(Pool) \
  TYPE(Probe) TYPE(Product) TYPE(Readings) TYPE(Result) TYPE(Schedule) TYPE(Slot) TYPE(Strided) TYPE(Taken) TYPE(rules) \
  TYPE(algebra) TYPE(lane) TYPE(tiles)
// clang-format on

// Both at once: what the library declares and what a user does, found by the same unqualified name.
#define TYPE(name) \
  struct name {};
TYPES
#undef TYPE
using namespace armagrad;
#define TYPE(name) static_assert(sizeof(name) == 1);
TYPES
#undef TYPE

// As greedy as the library's own templates, so that a function of the library would win or be ambiguous.
#define NAME(name)                                               \
  template <class eT>                                            \
  int name(const armagrad::Var<eT>&) {                           \
    return 1;                                                    \
  }                                                              \
  template <class eT>                                            \
  int name(const armagrad::Var<eT>&, const armagrad::Var<eT>&) { \
    return 1;                                                    \
  }
NAMES

namespace user {
NAMES
#undef NAME

int wrong(const Var<double>& x) {
  int others = 0;
#define NAME(name) others += user::name(x) != 1 || ::name(x, x) != 1;
  NAMES
#undef NAME
  return others;
}
}  // namespace user

int main() {
  armagrad::Tape<double> tape;
  const armagrad::Var<double> x = tape.variable(2.0);
#define NAME(name) \
  if (name(x) != 1 || name(x, x) != 1) return 1;
  NAMES
  return user::wrong(x);
}
