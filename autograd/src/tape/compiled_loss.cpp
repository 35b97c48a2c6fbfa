#include <armagrad/detail/compiled_loss.hpp>
#include <armagrad/detail/forward_mode.hpp>
#include <armagrad/detail/rule.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "arrange.hpp"
#include "optimise.hpp"
#include "scalarise.hpp"

namespace armagrad::detail {

namespace {
/// Whether draws are refused, until it goes out of scope.
class Refusing {
 public:
  Refusing(bool& refused, bool now) : refused_(refused), before_(std::exchange(refused, now)) {}
  Refusing(const Refusing&) = delete;
  ~Refusing() { refused_ = before_; }

 private:
  bool& refused_;
  bool before_;
};
}  // namespace

template <class eT>
Var<eT> call_on(Tape<eT>& tape, const Function<eT>& f, std::span<const Given<eT>> arguments,
                std::vector<Var<eT>>& leaves, MayDraw may_draw) {
  const Refusing refusing(draws_of(tape).refused, may_draw == MayDraw::no);
  leaves.clear();
  for (const Given<eT>& a : arguments) {
    const arma::Mat<eT> X = over(a.data, a.shape);
    leaves.push_back(a.variable ? tape.variable(view(X)) : tape.constant(view(X)));
    node_of(leaves.back()).is_scalar = a.is_scalar;
    engine_of(tape).note_slices(leaves.back().index(), a.slices);
  }
  return engine_of(tape).here(f(leaves), "record", {});
}

template <class eT>
UnknownArguments<eT>::UnknownArguments(const Engine<eT>& engine, std::span<const Index> nodes) {
  std::size_t most = 1;
  for (const Index k : nodes) most = std::max<std::size_t>(most, engine.node(k).shape.size());
  zeros.resize(most);
  for (const Index k : nodes) {
    const Node<eT>& n = engine.node(k);
    given.push_back({zeros.data(), n.shape, n.needs_gradient, n.is_scalar});
  }
}

template <class eT>
bool CompiledLoss<eT>::fits(std::span<const Given<eT>> arguments) const {
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    if (leaves[k].shape() != arguments[k].shape || slices[k] != arguments[k].slices) return false;
  }
  for (const auto& [k, x] : held_to) {
    if (x.n_elem && std::memcmp(x.memptr(), arguments[k].data, x.n_elem * sizeof(eT)) != 0) return false;
  }
  return true;
}

template <class eT>
void CompiledLoss<eT>::check_number() const {
  if (root.shape() != scalar_shape) misuse("record", {}, "the loss is not a scalar but " + to_string(root.shape()));
}

/// Keeps copies of the arguments that the nodes depend on whose values were asked for.
template <class eT>
void CompiledLosses<eT>::hold(CompiledLoss<eT>& r, std::span<const Given<eT>> arguments) {
  if (r.recorded.read_.empty()) return;
  const std::vector<bool> needed = engine_of(r.recorded).needed_by(r.recorded.read_);
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    const auto& [data, shape, variable, is_scalar, slices] = arguments[k];
    if (needed[r.leaves[k].index()]) r.held_to.emplace_back(k, arma::Mat<eT>(data, shape.rows, shape.cols));
  }
  for (const auto& draw : draws_of(r.recorded).all) r.held_to_draw = r.held_to_draw || needed[draw.leaf];
}

template <class eT>
void CompiledLosses<eT>::optimise(CompiledLoss<eT>& r) {
  auto& draws = draws_of(r.recorded).all;
  std::vector<Var<eT>> changing = r.leaves;  // from one replay to the next
  for (const auto& drawn : draws) changing.push_back(engine_of(r.recorded).handle(drawn.leaf));
  auto numbers = std::make_unique<Tape<eT>>();
  r.optimisations.scalarised = scalarise(r.root, *numbers, changing);
  if (r.optimisations.scalarised != 0) {
    r.scalarised = std::move(numbers);
    std::copy_n(changing.begin(), r.leaves.size(), r.leaves.begin());
    for (std::size_t k = 0; k < draws.size(); ++k) draws[k].leaf = changing[r.leaves.size() + k].index();
  }
  Engine<eT>& engine = engine_of(r.tape());
  r.root = engine.handle(detail::optimise<eT>(engine, r.root.index(), changing, r.optimisations));
}

template <class eT>
CompiledLoss<eT>& CompiledLosses<eT>::bind(const Function<eT>& f, std::span<const Given<eT>> arguments) {
  const bool draw = !(draws_once_ && has_drawn_);
  has_drawn_ = true;
  if (draw) all_.remove_if([](const auto& r) { return r.held_to_draw; });
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& r) { return r.fits(arguments); });
  if (found != all_.end()) {
    all_.splice(all_.begin(), all_, found);
    CompiledLoss<eT>& r = all_.front();
    for (std::size_t k = 0; k < arguments.size(); ++k) {
      if (arguments[k].shape.size() != 0) engine_of(r.tape()).rebind(r.leaves[k].index(), arguments[k].data);
    }
    if (draw) draws_of(r.recorded).again(engine_of(r.tape()));
    return r;
  }
  CompiledLoss<eT>& r = all_.emplace_front();
  try {
    for (const Given<eT>& a : arguments) r.slices.push_back(a.slices);
    r.recorded.recording_ = true;
    r.root = call_on(r.recorded, f, arguments, r.leaves, may_draw_);
    r.recorded.recording_ = false;
    if (recorded_ == Recorded::loss) r.check_number();
    hold(r, arguments);
    if (optimise_ == Optimise::yes)
      optimise(r);
    else
      engine_of(r.recorded).forget_values();
    Engine<eT>& engine = engine_of(r.tape());
    if (recorded_ == Recorded::tangents) {
      r.tangents = std::make_shared<ForwardMode<eT>>(r.root);
    } else {
      engine.plan(r.forward, r.root.index(), Planned::value);
      if (recorded_ != Recorded::steps) engine.plan(r.both, r.root.index(), Planned::value_and_adjoints);
      if (optimise_ == Optimise::yes) {
        arrange(engine, r.forward);
        arrange(engine, r.both);
      }
    }
  } catch (...) {
    all_.pop_front();
    throw;
  }
  keep(most_);
  return r;
}

template <class eT>
void CompiledLosses<eT>::keep(std::size_t most) {
  most_ = std::max<std::size_t>(most, 2);
  while (all_.size() > most_) all_.pop_back();
}

#define ARMAGRAD_INSTANTIATE(eT)                                                                       \
  template ARMAGRAD_EXPORT Var<eT> call_on(Tape<eT>&, const Function<eT>&, std::span<const Given<eT>>, \
                                           std::vector<Var<eT>>&, MayDraw);                            \
  template struct UnknownArguments<eT>;                                                                \
  template struct CompiledLoss<eT>;                                                                    \
  template class CompiledLosses<eT>;
ARMAGRAD_INSTANTIATE(double)
ARMAGRAD_INSTANTIATE(float)
#undef ARMAGRAD_INSTANTIATE

}  // namespace armagrad::detail
