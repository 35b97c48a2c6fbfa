#pragma once
// Files that are often there in place of the right one.

#include <filesystem>
#include <string_view>

namespace armagrad::apps {

/// std::runtime_error, which says what the file is and what to do, if its first bytes are those of an HTML page, a Git
/// LFS pointer, a pickle (which would have to be run to be read), or an archive to be unpacked first.
void refuse_foreign(const std::filesystem::path& file, std::string_view first_bytes);

}  // namespace armagrad::apps
