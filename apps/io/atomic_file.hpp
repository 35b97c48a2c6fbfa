#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace armagrad::apps {

/// A temporary file beside `target` that takes its place at commit(), or else is removed.
/// Every failure is a std::runtime_error that names the target.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path target);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  void write(std::string_view bytes);

  /// Brings the bytes to the disk and renames the file to the target, whose permissions it keeps.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Removes what TemporaryFiles of killed processes left behind in the folder.
void remove_stale_temporaries(const std::filesystem::path& folder);

/// Replaces the file's contents as a whole, or on failure (std::runtime_error) leaves them as they were.
/// A symbolic link is followed, and what is not a regular file (a device, a pipe) is written to directly.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Before long work: std::runtime_error, which begins with `option`, unless the file could be written now. An empty
/// name and "-" pass. Cleans up the folder after killed runs.
void require_writable(const std::string& option, const std::string& file);

}  // namespace armagrad::apps
