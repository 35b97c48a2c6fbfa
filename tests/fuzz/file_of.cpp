#include <sys/mman.h>
#include <unistd.h>

#include "target.hpp"

namespace armagrad::fuzz {

std::filesystem::path file_of(std::string_view bytes) {
  static const int file = memfd_create("fuzz", 0);
  if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, bytes.data(), bytes.size(), 0) != ssize_t(bytes.size()))
    finding("no file in memory");
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace armagrad::fuzz
