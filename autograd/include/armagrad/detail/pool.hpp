#pragma once
// The tape's memory: chunks that are handed out, counted and kept, so that a repeated step allocates nothing.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace armagrad::detail {

/// Reference-counted chunks of eT in size classes (four to an octave, so at most a quarter is idle).
template <class eT>
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (Header* h : all_) ::operator delete(h, alignment);
  }

  /// At least n elements, 64-byte aligned, uninitialised, with one reference.
  eT* acquire(std::size_t n) {
    const unsigned c = size_class(n);
    Header* h = free_[c];
    if (h) {
      free_[c] = h->next;
    } else {
      if (all_.size() == all_.capacity()) all_.reserve(2 * all_.size() + 16);  // before there is a chunk to lose
      h = new (::operator new(sizeof(Header) + capacity(c) * sizeof(eT), alignment)) Header;
      h->size_class = c;
      all_.push_back(h);
    }
    h->references = 1;
    return data(h);
  }

  static void retain(eT* chunk) { ++header(chunk)->references; }
  static bool exclusive(const eT* chunk) { return header(chunk)->references == 1; }

  void release(eT* chunk) {
    Header* h = header(chunk);
    if (--h->references == 0) {
      h->next = free_[h->size_class];
      free_[h->size_class] = h;
    }
  }

  /// Takes every chunk back, whoever holds it.
  void reset() {
    free_ = {};
    for (auto h = all_.rbegin(); h != all_.rend(); ++h) {
      (*h)->next = free_[(*h)->size_class];
      free_[(*h)->size_class] = *h;
    }
  }

  /// What the pool holds, in use or not, in bytes.
  std::size_t bytes() const {
    std::size_t total = 0;
    for (const Header* h : all_) total += sizeof(Header) + capacity(h->size_class) * sizeof(eT);
    return total;
  }

 private:
  static constexpr std::align_val_t alignment{64};
  struct alignas(64) Header {
    Header* next = nullptr;
    std::uint32_t references = 0;
    std::uint32_t size_class = 0;
  };

  static eT* data(Header* h) { return reinterpret_cast<eT*>(h + 1); }
  static Header* header(const eT* chunk) { return reinterpret_cast<Header*>(const_cast<eT*>(chunk)) - 1; }

  static std::size_t capacity(unsigned c) { return std::size_t(4 + c % 4) << (c / 4); }
  static unsigned size_class(std::size_t n) {
    if (n <= 4) return 0;
    const unsigned octave = unsigned(std::bit_width(n - 1)) - 3;
    return 4 * octave + unsigned((n - 1) >> octave) - 3;
  }

  std::array<Header*, 4 * 62> free_{};
  std::vector<Header*> all_;
};

}  // namespace armagrad::detail
