#include "foreign_file.hpp"

#include <algorithm>
#include <string>

#include "apps/text/words.hpp"
#include "data_error.hpp"

namespace armagrad::apps {

void refuse_foreign(const std::filesystem::path& file, std::string_view first_bytes) {
  std::string text = lower_case(first_bytes.substr(0, 200));
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n\xef\xbb\xbf"), text.size()));
  if (text.starts_with("<!doctype") || text.starts_with("<html") || text.starts_with("<head") ||
      text.starts_with("<?xml"))
    fail(file, "an HTML page, not data: the download went to a page about the file, or was refused");
  if (text.starts_with("version https://git-lfs"))
    fail(file, "a Git LFS pointer, not the data itself: git lfs pull fetches them");
  const bool pickle = first_bytes.size() > 2 && first_bytes[0] == '\x80' && first_bytes[1] >= 2 && first_bytes[1] <= 5;
  if (pickle || text.starts_with("(lp") || text.starts_with("(dp") || text.starts_with("cnumpy"))
    fail(file, "a pickle, which is not read as it could run any code: save its arrays with numpy.savez instead");
  if (first_bytes.size() > 262 && first_bytes.substr(257, 5) == "ustar")
    fail(file, "a tar archive: unpack it, and give the folder");
}

}  // namespace armagrad::apps
