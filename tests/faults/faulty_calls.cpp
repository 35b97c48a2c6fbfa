// Preloaded into a program (LD_PRELOAD), makes one of its calls on the files of its working directory fail. FAULT is
// "MODE K": of the calls that the mode concerns, the K-th
//   fail         fails, with ENOSPC if it writes, else with EIO
//   full         writes nothing, with ENOSPC, and so do all that follow
//   short        reads or writes half of the bytes
//   interrupted  fails with EINTR
//   kill         is the last thing that the program does; half of a write is done
// The name of the call is appended to the file FAULT_LOG: nothing is if there are fewer calls.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

enum Call : unsigned { opens = 1, reads = 2, writes = 4, syncs = 8, renames = 16, closes = 32, all = 63 };

struct Fault {
  std::string mode, folder, log;
  long k = 0;
  unsigned concerned = 0;
  std::atomic<long> calls = 0;

  Fault() {
    const char* const fault = std::getenv("FAULT");
    if (!fault) return;
    mode = fault;
    k = std::atol(mode.c_str() + mode.find(' '));
    mode.resize(mode.find(' '));
    concerned = mode == "fail"   ? all
                : mode == "full" ? writes | syncs
                : mode == "kill" ? opens | writes | syncs | renames | closes
                                 : reads | writes;
    char* const here = get_current_dir_name();
    folder = std::string(here) + '/';
    std::free(here);
    if (const char* const file = std::getenv("FAULT_LOG")) log = file;
  }
};
Fault& fault() {
  static Fault f;
  return f;
}

bool is_ours(const char* path) {
  const std::string_view p = path;
  return !fault().mode.empty() && !p.empty() && (p[0] != '/' || p.starts_with(fault().folder));
}

std::array<std::atomic<bool>, 1024> ours;  // descriptors of files in the folder
bool is_ours(int descriptor) { return descriptor >= 0 && descriptor < int(ours.size()) && ours[unsigned(descriptor)]; }
int noted(int descriptor, bool is) {
  if (descriptor >= 0 && descriptor < int(ours.size())) ours[unsigned(descriptor)] = is;
  return descriptor;
}

/// Whether this call is the one, or one after it that fails too.
bool is_hit(Call call, const char* name) {
  Fault& f = fault();
  if (!(f.concerned & call)) return false;
  const long n = ++f.calls;
  if (n < f.k || (n > f.k && f.mode != "full")) return false;
  const int log = int(syscall(SYS_openat, AT_FDCWD, f.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666));
  syscall(SYS_write, log, (std::string(name) + '\n').c_str(), std::string_view(name).size() + 1);
  syscall(SYS_close, log);
  if (f.mode == "kill" && call != writes) std::raise(SIGKILL);
  return true;
}

/// The error of a call that is hit.
int failure(Call call) {
  errno = fault().mode == "interrupted" ? EINTR : call & (writes | syncs) ? ENOSPC : EIO;
  return -1;
}

/// A read or write of `n` bytes by f(m), which transfers m of them.
template <class F>
ssize_t transfer(Call call, const char* name, int descriptor, std::size_t n, F f) {
  if (!is_ours(descriptor) || n == 0 || !is_hit(call, name)) return f(n);
  if (fault().mode == "short") return f((n + 1) / 2);
  if (fault().mode == "kill") {
    f(n / 2);
    std::raise(SIGKILL);
  }
  return failure(call);
}

template <class F>
F* next(F*, const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, std::va_list arguments) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

#define NEXT(name) next(&::name, #name)

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  if (is_ours(path) && is_hit(opens, "open")) return failure(opens);
  return noted(NEXT(open)(path, flags, mode), is_ours(path));
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

FILE* fopen(const char* path, const char* how) {
  if (is_ours(path) && is_hit(opens, "fopen")) return failure(opens), nullptr;
  FILE* const file = NEXT(fopen)(path, how);
  if (file) noted(fileno(file), is_ours(path));
  return file;
}
FILE* fopen64(const char* path, const char* how) __attribute__((alias("fopen")));

int fclose(FILE* file) {
  noted(fileno(file), false);
  return NEXT(fclose)(file);
}

int close(int descriptor) {
  const bool hit = is_ours(descriptor) && is_hit(closes, "close");
  noted(descriptor, false);
  const int result = NEXT(close)(descriptor);
  return hit ? failure(closes) : result;
}

ssize_t read(int descriptor, void* bytes, std::size_t n) {
  return transfer(reads, "read", descriptor, n, [&](std::size_t m) { return NEXT(read)(descriptor, bytes, m); });
}

/// Of a stream, of which fewer bytes are the end or an error: it fails or does as asked.
std::size_t fread(void* to, std::size_t size, std::size_t n, FILE* file) {
  if (fault().mode == "fail" && is_ours(fileno(file)) && is_hit(reads, "fread")) {
    file->_flags |= _IO_ERR_SEEN;
    failure(reads);
    return 0;
  }
  return NEXT(fread)(to, size, n, file);
}

ssize_t write(int descriptor, const void* bytes, std::size_t n) {
  return transfer(writes, "write", descriptor, n, [&](std::size_t m) { return NEXT(write)(descriptor, bytes, m); });
}

int fsync(int descriptor) {
  return is_ours(descriptor) && is_hit(syncs, "fsync") ? failure(syncs) : NEXT(fsync)(descriptor);
}

int rename(const char* from, const char* to) {
  return is_ours(to) && is_hit(renames, "rename") ? failure(renames) : NEXT(rename)(from, to);
}
}
