#include "atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "data_error.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_write(const fs::path& path, int error) {
  fail(path, std::string("cannot be written: ") + std::strerror(error));
}

void write_all(int descriptor, std::string_view bytes, const fs::path& named) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail_to_write(named, errno);
    }
  }
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void sync_folder(const fs::path& target) {
  const int descriptor = ::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // a folder one may write to but not read cannot be synchronised
  const int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (error != 0 && error != EINVAL && error != ENOTSUP) fail_to_write(target, error);
}

void write_directly(const fs::path& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail_to_write(path, errno);
  try {
    write_all(descriptor, bytes, path);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (::close(descriptor) != 0) fail_to_write(path, errno);
}

fs::path resolved_link(fs::path path) {
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(path, error); ++links) {
    path = folder_of(path) / fs::read_symlink(path, error);
    if (error) fail_to_write(path, error.value());
  }
  return path;
}

constexpr std::string_view temporary_prefix = ".armagrad-", temporary_suffix = ".tmp";

/// The process that made the temporary file of this name; 0 for other files.
pid_t maker_of(std::string_view name) {
  if (!name.starts_with(temporary_prefix) || !name.ends_with(temporary_suffix)) return 0;
  name.remove_prefix(temporary_prefix.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  return error == std::errc() && end != name.data() + name.size() && *end == '-' ? pid : 0;
}

}  // namespace

TemporaryFile::TemporaryFile(fs::path target) : target_(std::move(target)) {
  const std::string prefix = std::string(temporary_prefix) + std::to_string(::getpid()) + "-";
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    path_ = folder_of(target_) / (prefix + std::to_string(attempt) + std::string(temporary_suffix));
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) fail_to_write(target_, errno);
  }
  ::flock(descriptor_, LOCK_EX | LOCK_NB);  // tells other machines, which cannot see the process, that it lives
}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

void TemporaryFile::write(std::string_view bytes) { write_all(descriptor_, bytes, target_); }

void TemporaryFile::commit() {
  struct stat old {};
  const bool exists = ::stat(target_.c_str(), &old) == 0;
  if (exists && ::fchmod(descriptor_, old.st_mode & 0777) != 0) fail_to_write(target_, errno);
  if (::fsync(descriptor_) != 0) fail_to_write(target_, errno);
  if (::rename(path_.c_str(), target_.c_str()) != 0) fail_to_write(target_, errno);
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) fail_to_write(target_, errno);
  sync_folder(target_);
}

void remove_stale_temporaries(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const pid_t pid = maker_of(entry->path().filename().string());
    if (pid <= 0 || ::kill(pid, 0) == 0 || errno != ESRCH) continue;
    const int descriptor = ::open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(entry->path().c_str());
    ::close(descriptor);
  }
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) fail_to_write(path, errno);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(path, bytes);
  if (exists && ::access(path.c_str(), W_OK) != 0) fail_to_write(path, errno);
  TemporaryFile file(resolved_link(path));
  file.write(bytes);
  file.commit();
}

void require_writable(const std::string& option, const std::string& file) {
  if (file.empty() || file == "-") return;
  const std::filesystem::path path(file), folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code ignored;
  const auto refuse = [&](const std::string& why) { throw std::runtime_error(option + ": " + why); };
  if (std::filesystem::is_directory(path, ignored)) refuse(file + " is a folder");
  if (!std::filesystem::is_directory(folder, ignored)) refuse(file + ": no folder " + folder.string());
  const bool exists = std::filesystem::exists(path, ignored);
  const bool replaced = !exists || std::filesystem::is_regular_file(path, ignored);  // by a new file in its folder
  if ((exists && access(path.c_str(), W_OK) != 0) || (replaced && access(folder.c_str(), W_OK) != 0))
    refuse(file + " cannot be written");
  remove_stale_temporaries(folder);
}

}  // namespace armagrad::apps
