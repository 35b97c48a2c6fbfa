#include "data_error.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "apps/text/escape.hpp"

namespace armagrad::apps {

void fail(const std::string& where, const std::string& what) {
  throw std::runtime_error(one_line(where + ": " + what));
}

void fail_to_read(const std::string& file) {
  fail(file, std::string("cannot be read: ") + (errno ? std::strerror(errno) : "not enough memory"));
}

}  // namespace armagrad::apps
