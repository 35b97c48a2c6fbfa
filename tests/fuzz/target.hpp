#pragma once
// What every fuzz target has: the function that libFuzzer calls, its first inputs, and the bytes as a file.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Takes any bytes; whatever is wrong ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace armagrad::fuzz {

/// Inputs to begin with, one of each form that the target reads; defined by each target.
std::vector<std::string> seeds();

/// A file in memory with these bytes, which the next call replaces.
std::filesystem::path file_of(std::string_view bytes);

/// The first byte, which chooses how the others are read; 0 of an empty input, and the others.
struct Choice {
  std::uint8_t first;
  std::string_view rest;
};
inline Choice choice(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  return size == 0 ? Choice{0, bytes} : Choice{data[0], bytes.substr(1)};
}

[[noreturn]] inline void finding(const std::string& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}

/// Whether the driver lets allocations fail, which then may end a run with std::bad_alloc.
inline bool allocations_fail = false;

/// Runs f, which may refuse its input with one of these errors, whose message is one line of printable characters.
/// Returns whether it did not.
template <class... Refusal, class F>
bool accepted(F f) {
  try {
    f();
    return true;
  } catch (const std::exception& error) {
    if (allocations_fail && dynamic_cast<const std::bad_alloc*>(&error)) throw;
    const bool is_refusal = (dynamic_cast<const Refusal*>(&error) || ...);
    const std::string_view what = error.what();
    if (!is_refusal) finding(std::string("an exception of another type: ") + error.what());
    if (what.empty() || what.find('\n') != what.npos) finding("not an error of one line: " + std::string(what));
  }
  return false;
}

}  // namespace armagrad::fuzz
