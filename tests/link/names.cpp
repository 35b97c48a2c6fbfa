// A user's helpers may have any name that is not in the library's documentation. Called with a Var, for which the
// compiler looks in the library's namespace as well, the user's are chosen, wherever they are declared.
#include <armagrad/armagrad.hpp>

// clang-format off
#define NAMES \
  NAME(adjoint) NAME(append) NAME(append_node) NAME(arranged) NAME(block) NAME(broadcast) \
  NAME(call) NAME(diagonal) NAME(either) NAME(fold) NAME(full) NAME(gather) NAME(held) \
  NAME(inverse) NAME(joined) NAME(larger) NAME(load) NAME(map) NAME(minus) NAME(multiply) \
  NAME(number) NAME(on_diagonal) NAME(over) NAME(part) NAME(place) NAME(product) NAME(repeated) \
  NAME(run) NAME(scaled) NAME(scatter) NAME(select) NAME(solved) NAME(spread) NAME(store) \
  NAME(sum_to) NAME(table) NAME(taken) NAME(times) NAME(triangle) NAME(turned) NAME(widened)
// clang-format on

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
using namespace armagrad;
struct Adjoint {};
struct Node {};
struct Operation {};
struct Pool {};
struct Schedule {};
struct Strided {};
NAMES
#undef NAME

int wrong(const Var<double>& x) {
  int others =
      sizeof(Node) + sizeof(Pool) + sizeof(Schedule) + sizeof(Strided) + sizeof(Adjoint) + sizeof(Operation) - 6;
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
