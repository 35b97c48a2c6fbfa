#include "arrange.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <map>

namespace armagrad::detail {
namespace {

constexpr std::size_t window = 4096;  // numbers that are reordered at once: what they read and write stays in the cache
constexpr std::uint32_t smallest_pack = 8;

/// One run of numbers, in the order of the tape.
template <class eT>
class Run {
 public:
  Run(const Engine<eT>& engine, std::span<const Index> nodes, bool backward)
      : engine_(engine), nodes_(nodes), backward_(backward), waits_for_(nodes.size()), kind_(nodes.size()) {
    for (std::size_t j = 0; j < nodes.size(); ++j) kind_[j] = kind_of(nodes[j]);
    find_readers();
  }

  /// Appends its loops.
  void arrange(Schedule& schedule) {
    take_in_batches();
    std::vector<NumberLoop>& loops = backward_ ? schedule.adjoint_loops : schedule.value_loops;
    std::uint32_t begin = 0, end = 0;
    for (std::size_t b = 0; b < batches_.size(); ++b) {
      end += batches_[b].count;
      const bool alone = fills_packs(batches_[b]);
      const bool goes_on = !alone && b + 1 < batches_.size() && batches_[b + 1].kind == batches_[b].kind &&
                           !fills_packs(batches_[b + 1]);
      if (goes_on) continue;
      loops.push_back(loop(begin, end, alone, schedule.streams));
      begin = end;
    }
  }

 private:
  /// What a loop over equal numbers has to know of each.
  struct Kind {
    const Operation<eT>* operation;
    unsigned wanting;
    std::array<std::byte, sizeof(typename Engine<eT>::Parameters)> parameters{};
    auto operator<=>(const Kind&) const = default;
  };
  struct Batch {
    unsigned kind;
    std::uint32_t count;
  };

  bool fills_packs(const Batch& b) const { return b.count >= smallest_pack && costly_[b.kind]; }

  unsigned kind_of(Index i) {
    const Node<eT>& n = engine_.node(i);
    Kind kind{n.operation, backward_ ? n.wanting : 0u};
    if (n.code != NumberCode::entry) std::ranges::copy(engine_.parameter_bytes(i), kind.parameters.begin());
    const auto [found, is_new] = kinds_.try_emplace(kind, unsigned(kinds_.size()));
    if (is_new) costly_.push_back(backward_ ? (n.operation->costly_pulls & n.wanting) != 0 : n.operation->costly);
    return found->second;
  }

  /// The numbers from place `begin` to place `end` of the order, which are of one kind.
  NumberLoop loop(std::uint32_t begin, std::uint32_t end, bool independent, std::vector<Index>& streams) const {
    const std::span<const std::uint32_t> places = std::span(order_).subspan(begin, end - begin);
    const Node<eT>& sample = engine_.node(nodes_[places[0]]);
    const unsigned operands = sample.code == NumberCode::entry ? 2 : sample.arity;  // the matrix, and the place in it
    const NumberLoop made{end - begin, independent, streams.size()};
    for (const std::uint32_t j : places) streams.push_back(nodes_[j]);
    for (unsigned k = 0; k < operands; ++k) {
      for (const std::uint32_t j : places) streams.push_back(engine_.node(nodes_[j]).operands[k]);
    }
    return made;
  }

  /// Who waits for whom: forward a node for its operands, backward an operand for its readers.
  void find_readers() {
    const Index first = nodes_.front();
    std::vector<std::uint32_t> place(nodes_.back() - first + 1, no_index);
    for (std::size_t j = 0; j < nodes_.size(); ++j) place[nodes_[j] - first] = std::uint32_t(j);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> waits;  // the second for the first
    for (std::uint32_t j = 0; j < nodes_.size(); ++j) {
      for (const Index k : engine_.operands(engine_.node(nodes_[j]))) {
        if (k < first || place[k - first] == no_index) continue;
        waits.push_back(backward_ ? std::pair(j, place[k - first]) : std::pair(place[k - first], j));
      }
    }
    followers_begin_.assign(nodes_.size() + 1, 0);
    for (const auto& [before, after] : waits) ++followers_begin_[before + 1], ++waits_for_[after];
    for (std::size_t j = 0; j < nodes_.size(); ++j) followers_begin_[j + 1] += followers_begin_[j];
    followers_.resize(waits.size());
    std::vector<std::uint32_t> next(followers_begin_.begin(), followers_begin_.end() - 1);
    for (const auto& [before, after] : waits) followers_[next[before]++] = after;
  }

  /// All that wait for nothing and are of one kind make a batch; then those of this kind that now wait for nothing, as
  /// long as there are any; then the kind of which most wait for nothing.
  void take_in_batches() {
    std::vector<std::vector<std::uint32_t>> ready(kinds_.size());
    for (std::uint32_t j = 0; j < nodes_.size(); ++j) {
      const std::uint32_t next = backward_ ? std::uint32_t(nodes_.size()) - 1 - j : j;
      if (waits_for_[next] == 0) ready[kind_[next]].push_back(next);
    }
    const auto by_size = [](const auto& a, const auto& b) { return a.size() < b.size(); };
    std::size_t kind = 0;
    std::vector<std::uint32_t> batch;
    while (order_.size() < nodes_.size()) {
      if (ready[kind].empty()) kind = std::size_t(std::ranges::max_element(ready, by_size) - ready.begin());
      batch.clear();
      batch.swap(ready[kind]);
      batches_.push_back({unsigned(kind), std::uint32_t(batch.size())});
      for (const std::uint32_t j : batch) {
        order_.push_back(j);
        for (std::uint32_t f = followers_begin_[j]; f < followers_begin_[j + 1]; ++f) {
          const std::uint32_t follower = followers_[f];
          if (--waits_for_[follower] == 0) ready[kind_[follower]].push_back(follower);
        }
      }
    }
  }

  const Engine<eT>& engine_;
  std::span<const Index> nodes_;
  bool backward_;
  std::vector<std::uint32_t> waits_for_, followers_, followers_begin_, order_;  // by place in the run
  std::vector<unsigned> kind_;
  std::map<Kind, unsigned> kinds_;
  std::vector<bool> costly_;
  std::vector<Batch> batches_;
};

template <class eT>
void arrange_groups(const Engine<eT>& engine, Schedule& schedule, bool backward) {
  const std::vector<Index>& list = backward ? schedule.adjoints : schedule.values;
  const std::vector<NumberLoop>& loops = backward ? schedule.adjoint_loops : schedule.value_loops;
  for (Schedule::Group& group : backward ? schedule.adjoint_groups : schedule.value_groups) {
    if (engine.node(list[group.begin]).code == NumberCode::none) continue;
    group.first_loop = std::uint32_t(loops.size());
    const std::span<const Index> run = std::span(list).subspan(group.begin, group.end - group.begin);
    for (std::size_t done = 0; done < run.size(); done += window) {
      const std::size_t count = std::min(run.size() - done, window);
      Run<eT>(engine, run.subspan(backward ? run.size() - done - count : done, count), backward).arrange(schedule);
    }
    group.end_loop = std::uint32_t(loops.size());
  }
}

}  // namespace

template <class eT>
void arrange(const Engine<eT>& engine, Schedule& schedule) {
  schedule.value_loops.clear();
  schedule.adjoint_loops.clear();
  schedule.streams.clear();
  arrange_groups(engine, schedule, false);
  arrange_groups(engine, schedule, true);
}

template void arrange(const Engine<double>&, Schedule&);
template void arrange(const Engine<float>&, Schedule&);

}  // namespace armagrad::detail
