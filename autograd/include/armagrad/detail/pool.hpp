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
    for (Header* h : all_) ::operator delete(begin(h), alignment);
  }

  /// At least n elements, uninitialised, with one reference; 64-byte aligned if they take more than 32 bytes.
  eT* acquire(std::size_t n) {
    const unsigned c = size_class(n);
    Header* h = free_[c];
    if (h) {
      free_[c] = h->next;
    } else {
      if (all_.size() == all_.capacity()) all_.reserve(2 * all_.size() + 16);  // before there is a chunk to lose
      given_.reserve(all_.capacity());
      std::byte* const memory = static_cast<std::byte*>(::operator new(bytes(c), alignment));
      h = new (memory + padding(c)) Header;
      h->size_class = std::uint16_t(c);
      all_.push_back(h);
      bytes_ += bytes(c);
    }
    h->references = 1;
    if (!h->is_given) {
      h->is_given = true;
      given_.push_back(h);
    }
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

  /// Takes every chunk back, whoever holds it; looks only at those handed out since the last time.
  void reset() {
    for (auto h = given_.rbegin(); h != given_.rend(); ++h) {
      (*h)->is_given = false;
      if ((*h)->references == 0) continue;
      (*h)->references = 0;
      (*h)->next = free_[(*h)->size_class];
      free_[(*h)->size_class] = *h;
    }
    given_.clear();
  }

  /// What the pool holds, in use or not, in bytes.
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::align_val_t alignment{64};
  struct alignas(32) Header {
    Header* next = nullptr;
    std::uint32_t references = 0;
    std::uint16_t size_class = 0;
    bool is_given = false;  // since the last reset
  };

  /// Before the header: none where a cache line has room for the header and the elements.
  static std::size_t padding(unsigned c) { return capacity(c) * sizeof(eT) <= 32 ? 0 : 32; }
  static std::size_t bytes(unsigned c) { return padding(c) + sizeof(Header) + capacity(c) * sizeof(eT); }
  static std::byte* begin(Header* h) { return reinterpret_cast<std::byte*>(h) - padding(h->size_class); }
  static eT* data(Header* h) { return reinterpret_cast<eT*>(h + 1); }
  static Header* header(const eT* chunk) { return reinterpret_cast<Header*>(const_cast<eT*>(chunk)) - 1; }

  static std::size_t capacity(unsigned c) { return std::size_t(4 + c % 4) << (c / 4); }
  static unsigned size_class(std::size_t n) {
    if (n <= 4) return 0;
    const unsigned octave = unsigned(std::bit_width(n - 1)) - 3;
    return 4 * octave + unsigned((n - 1) >> octave) - 3;
  }

  std::array<Header*, 4 * 62> free_{};
  std::vector<Header*> all_, given_;
  std::size_t bytes_ = 0;
};

}  // namespace armagrad::detail
