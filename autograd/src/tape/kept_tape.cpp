#include <armagrad/derivatives.hpp>

#include <vector>

namespace armagrad {
namespace detail {
namespace {

constexpr std::size_t most_tapes = 4, most_bytes = std::size_t(64) << 20;

template <class eT>
struct Kept {
  std::vector<std::unique_ptr<Tape<eT>>> tapes;
  static inline thread_local bool has_ended = false;  // a thread's last calls may come from destructors

  ~Kept() { has_ended = true; }
};
template <class eT>
Kept<eT>& kept() {
  thread_local Kept<eT> all;
  return all;
}

}  // namespace

template <class eT>
KeptTape<eT>::KeptTape() {
  if (Kept<eT>::has_ended || kept<eT>().tapes.empty()) {
    tape_ = std::make_unique<Tape<eT>>();
  } else {
    tape_ = std::move(kept<eT>().tapes.back());
    kept<eT>().tapes.pop_back();
  }
}

template <class eT>
KeptTape<eT>::~KeptTape() {
  if (Kept<eT>::has_ended || engine_of(*tape_).bytes_in_all() > most_bytes || kept<eT>().tapes.size() == most_tapes)
    return;
  tape_->clear();
  try {
    kept<eT>().tapes.push_back(std::move(tape_));
  } catch (const std::bad_alloc&) {  // then it is not kept
  }
}

template <class eT>
Tape<eT>& KeptTape<eT>::operator*() const {
  return *tape_;
}

template class KeptTape<double>;
template class KeptTape<float>;

}  // namespace detail

void release_memory() {
  if (!detail::Kept<double>::has_ended) detail::kept<double>().tapes.clear();
  if (!detail::Kept<float>::has_ended) detail::kept<float>().tapes.clear();
}

}  // namespace armagrad
