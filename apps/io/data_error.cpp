#include "data_error.hpp"

#include <stdexcept>

#include "apps/text/escape.hpp"

namespace armagrad::apps {

void fail(const std::string& where, const std::string& what) {
  throw std::runtime_error(one_line(where + ": " + what));
}

}  // namespace armagrad::apps
