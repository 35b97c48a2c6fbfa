#include <armagrad/detail/link_check.hpp>

namespace armagrad::detail {
template <class... Settings>
void TheLibraryWasBuiltOtherwiseThanThisUnit<Settings...>::use_the_same_Armadillo_and_settings_for_both() {}
}  // namespace armagrad::detail
