#include "failing_allocations.hpp"

#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <span>
#include <string_view>

namespace {

bool watched = false, persistent = false;
std::uint64_t calls = 0, failing = 0;
std::int64_t held = 0;
void* stack[16];  // the calls that led to allocation `failing`
int depth = 0;

std::string_view file_of(void* code) {
  Dl_info from;
  return dladdr(code, &from) && from.dli_fname ? from.dli_fname : "";
}
bool of_blas(void* caller) {
  const std::string_view file = file_of(caller);
  return file.find("blas") != file.npos || file.find("lapack") != file.npos;
}
/// A destructor of nlohmann's json is under way, which allocates, and ends the program where it cannot.
bool destroys_json(std::span<void* const> frames) {
  return std::ranges::any_of(frames, [](void* code) {
    Dl_info from;
    return dladdr(code, &from) && from.dli_sname && std::strstr(from.dli_sname, "json_value7destroy");
  });
}
/// Whether this call is to fail.
bool fails(void* caller) {
  if (!watched || of_blas(caller)) return false;
  ++calls;
  if (failing == 0 || calls < failing || (calls > failing && !persistent)) return false;
  void* now[std::size(stack)];
  const int n = backtrace(now, int(std::size(now)));
  if (calls == failing) std::copy_n(now, depth = n, stack);
  return !destroys_json({now, std::size_t(n)});
}
void* counted(void* p) {
  held += p != nullptr;
  return p;
}

}  // namespace

namespace armagrad::testing {

FailingAllocation::FailingAllocation(std::uint64_t k, bool and_all_that_follow) {
  calls = 0, failing = k, persistent = and_all_that_follow;
  backtrace(stack, 1);  // loads a library the first time
  depth = 0;
  watched = true;
}
FailingAllocation::~FailingAllocation() { watched = false; }
std::uint64_t allocations() { return calls; }
std::int64_t blocks_held() { return held; }

void print_where_it_failed() { backtrace_symbols_fd(stack, depth, 2); }

bool failed_in_a_library() {
  const std::string_view program = file_of(reinterpret_cast<void*>(&blocks_held));
  const auto is_runtime = [](std::string_view file) { return file.find("libstdc++") != file.npos; };
  // Above this file's own functions, fails() and malloc.
  const auto* const caller =
      std::find_if(stack + std::min(depth, 2), stack + depth, [&](void* c) { return !is_runtime(file_of(c)); });
  return caller != stack + depth && file_of(*caller) != program;
}

}  // namespace armagrad::testing

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t n) { return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_malloc(n)); }
void* calloc(std::size_t n, std::size_t size) {
  return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_calloc(n, size));
}
void* realloc(void* p, std::size_t n) {
  if (fails(__builtin_return_address(0))) return nullptr;
  held -= p != nullptr;
  return counted(__libc_realloc(p, n));
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) {
  if (fails(__builtin_return_address(0))) return ENOMEM;
  return (*p = counted(__libc_memalign(alignment, n))) ? 0 : ENOMEM;
}
void* aligned_alloc(std::size_t alignment, std::size_t n) {
  return fails(__builtin_return_address(0)) ? nullptr : counted(__libc_memalign(alignment, n));
}
void free(void* p) {
  held -= p != nullptr;
  __libc_free(p);
}
}
