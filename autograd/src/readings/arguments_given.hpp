#pragma once
// Partial derivatives: gradients that a function appends, by its arguments alone.

#include <armagrad/detail/engine.hpp>

namespace armagrad::detail {

/// Takes what is on a tape as given while it lives: gradients that are appended go to nodes before it and not on from
/// there to what these were computed from.
template <class eT>
class ArgumentsGiven {
 public:
  explicit ArgumentsGiven(const Engine<eT>& engine)
      : engine_(engine), first_(Index(engine.size())), outer_(std::exchange(innermost_, this)) {}
  ~ArgumentsGiven() { innermost_ = outer_; }
  ArgumentsGiven(const ArgumentsGiven&) = delete;
  ArgumentsGiven& operator=(const ArgumentsGiven&) = delete;

  /// Whether a gradient was appended while it lives.
  bool was_asked() const { return was_asked_; }

  /// The first node of this tape that is not given.
  static Index end(const Engine<eT>& engine) {
    const ArgumentsGiven* hold = innermost_;
    while (hold && &hold->engine_ != &engine) hold = hold->outer_;
    if (!hold) return 0;
    hold->was_asked_ = true;
    return hold->first_;
  }

 private:
  static inline thread_local const ArgumentsGiven* innermost_ = nullptr;
  const Engine<eT>& engine_;
  Index first_;
  const ArgumentsGiven* outer_;
  mutable bool was_asked_ = false;
};

}  // namespace armagrad::detail
