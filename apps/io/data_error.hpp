#pragma once

#include <string>

namespace armagrad::apps {

/// Throws std::runtime_error "WHERE: WHAT" as one line, `where` being a file or folder; control characters,
/// which a hostile file or name may contain, are shown as '?'.
[[noreturn]] void fail(const std::string& where, const std::string& what);

/// fail(), with errno's reason why a file cannot be read. Streams report memory that has ended without one.
[[noreturn]] void fail_to_read(const std::string& file);

}  // namespace armagrad::apps
