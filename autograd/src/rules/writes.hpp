#pragma once
// A matrix with parts replaced: the node of what was written to a Var (detail/draft.hpp).

#include <armagrad/detail/complex_replay.hpp>
#include <armagrad/detail/draft.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/gradient_graph.hpp>

#include "indices.hpp"

namespace armagrad::detail {
namespace rules ARMAGRAD_EXPORT {

/// Its operands are the matrix that was written to, unless all of it was replaced, then `parts`, which come one after
/// the other, then 1x1 nodes for `entries`, which nothing else replaces.
struct Write : OnTape {
  static constexpr auto name = "assign";
  static constexpr std::array reads{reads::nothing, reads::nothing, reads::nothing};
  struct Part {
    Place place;  // of a block
    std::shared_ptr<const arma::uvec> list;

    uword size() const { return place.shape.size(); }
    /// The number of entry k, counted column by column, in a matrix of `n_rows` rows.
    uword operator()(uword k, uword n_rows) const {
      if (list) return (*list)[k];
      return place.row + k % place.shape.rows + (place.col + k / place.shape.rows) * n_rows;
    }
  };
  bool over = true;
  std::uint32_t rows = 0;  // of the matrix
  std::vector<Part> parts;
  std::vector<std::uint32_t> entries;

  std::size_t first_entry() const { return over + parts.size(); }
  /// Writes the parts over what stands at `out`; x(k) is operand k, or nullptr of zeros.
  template <class T, class Operand>
  void put(T* out, Shape s, Operand x) const {
    put_parts(out, s, x);
    std::size_t k = first_entry();
    for (const std::uint32_t to : entries) {
      const T* const from = x(k++);
      out[to] = from ? *from : T(0);
    }
  }
  template <class T, class Operand>
  void put_parts(T* out, Shape s, Operand x) const {
    std::size_t k = over;
    for (const Part& part : parts) {
      const T* const from = x(k++);
      for (uword i = 0; i < part.size(); ++i) out[part(i, s.rows)] = from ? from[i] : T(0);
    }
  }

  template <class eT>
  void forward(Engine<eT>& engine, Index i) const {
    const auto x = engine.operands(engine.node(i));
    eT* const out = over ? engine.take_over(i, x[0]) : engine.output(i);
    put_parts(out, engine.node(i).shape, [&](std::size_t k) { return engine.data(x[k]); });
    for (std::size_t k = 0; k < entries.size(); ++k) out[entries[k]] = engine.number(x[first_entry() + k]);
  }

  /// Each takes its part of the adjoint, the last first, and leaves zeros to what it replaced.
  template <class eT>
  void reverse(Engine<eT>& engine, Index i) const {
    const auto x = engine.operands(engine.node(i));
    const Shape s = engine.node(i).shape;
    eT* const dy = engine.accumulate(i).first;
    for (std::size_t k = 0; k < entries.size(); ++k) {
      const Index number = x[first_entry() + k];
      eT& from = dy[entries[k]];
      if (from != 0 && engine.wants(number)) engine.add_to_number(number, from);
      from = 0;
    }
    for (std::size_t p = parts.size(); p-- > 0;) {
      const Index part = x[over + p];
      if (engine.wants(part)) {
        const auto [out, add] = engine.accumulate(part);
        for (uword k = 0; k < parts[p].size(); ++k) out[k] = (add ? out[k] : eT(0)) + dy[parts[p](k, s.rows)];
      }
      for (uword k = 0; k < parts[p].size(); ++k) dy[parts[p](k, s.rows)] = 0;
    }
    if (over && engine.wants(x[0])) engine.contribute(x[0], engine.adjoint(i));
  }

  template <class eT>
  void append_gradient(GradientGraph<eT>& graph, Index i) const {
    Engine<eT>& engine = graph.engine();
    const auto now = engine.operands(engine.node(i));
    const std::vector<Index> x(now.begin(), now.end());  // appending moves them
    Var<eT> dy = graph.adjoint(i);
    if (dy.shape() != engine.node(i).shape) dy = spread(dy, engine.node(i).shape);
    const Var<eT> whole = dy;
    const Shape s = whole.shape();
    const auto place = [&](std::uint32_t entry) { return Place{entry % s.rows, entry / s.rows, scalar_shape}; };
    const bool clears = parts.size() > 1 || (over && engine.wants(x[0]));
    Draft<eT> left(engine.tape(), whole.index());
    for (std::size_t k = 0; k < entries.size(); ++k) {
      if (engine.wants(x[first_entry() + k])) graph.add(x[first_entry() + k], left.entry(place(entries[k]), {}));
      if (clears) left.write_number(place(entries[k]), 0, {});
    }
    for (std::size_t p = parts.size(); p-- > 0;) {
      const EntryList list{parts[p].list, parts[p].place.shape};
      if (engine.wants(x[over + p])) {
        const Var<eT> all = engine.handle(left.node());
        graph.add(x[over + p], list.entries ? gathered(all, list.entries, list.shape) : block(all, parts[p].place));
      }
      if (!clears) continue;
      const Index zeros = spread(engine.tape().constant(eT(0)), list.shape).index();
      if (list.entries)
        left.write_list(list, zeros, {});
      else
        left.write_block(parts[p].place, zeros, {});
    }
    if (over && engine.wants(x[0])) graph.add(x[0], engine.handle(left.node()));
  }

  template <class eT>
  void complex(ComplexReplay<eT>& replay, Index i) const {
    const auto x = replay.engine().operands(replay.engine().node(i));
    auto& y = replay.output(i);
    if (over) y = replay.operand(x[0]);
    put(y.memptr(), replay.engine().node(i).shape, [&](std::size_t k) { return replay.operand(x[k]).memptr(); });
  }

  template <class eT>
  void tangent(ForwardMode<eT>& forward, Index i) const {
    const auto x = forward.engine().operands(forward.engine().node(i));
    const Shape s = forward.engine().node(i).shape;
    eT* const ty = forward.output(i);
    if (const eT* from = over ? forward.tangent(x[0]) : nullptr)
      std::copy_n(from, s.size(), ty);
    else
      std::fill_n(ty, s.size(), eT(0));
    put(ty, s, [&](std::size_t k) { return forward.tangent(x[k]); });
  }

  std::string parameters() const {
    std::string list;
    const auto add = [&](const std::string& where) { list.append(list.empty() ? "at " : ", ").append(where); };
    const auto place = [](uword row, uword col) {
      return '(' + std::to_string(row) + ", " + std::to_string(col) + ')';
    };
    for (const Part& p : parts) add(p.list ? Gather::text(*p.list) : place(p.place.row, p.place.col));
    if (entries.size() > 8)
      add(std::to_string(entries.size()) + " entries");
    else
      for (const std::uint32_t e : entries) add(place(e % rows, e / rows));
    return list;
  }
};

}  // namespace ARMAGRAD_EXPORT

using WriteRules = RuleList<rules::Write>;

}  // namespace armagrad::detail
