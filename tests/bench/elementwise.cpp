// Chains of elementwise operations, beside one loop over SIMD registers that does the whole chain.

#ifdef ARMAGRAD_SLEEF
#include <armagrad/simd/pack_sleef.hpp>
#endif
#include <armagrad/simd/block.hpp>

#include "bench.hpp"

namespace armagrad::bench {
namespace {

using namespace detail;  // a loop over the library's own SIMD registers

/// square(a x + b) % x - x: five nodes of a few instructions each.
struct Cheap {
  static constexpr auto name = "cheap";
  static auto chain(const auto& x) { return square(1.5 * x + 0.5) % x - x; }
  static auto slope(auto x) {
    const auto t = 1.5 * x + 0.5;
    return 3.0 * t % x + square(t) - 1.0;
  }
};
/// sigmoid(a x + b), of which the exponential is most.
struct WithExp {
  static constexpr auto name = "sigmoid";
  static auto chain(const auto& x) { return sigmoid(1.5 * x + 0.5); }
  static auto slope(auto x) {
    const auto s = chain(x);
    return 1.5 * s % (1.0 - s);
  }
};

/// f of each number, as one loop over SIMD registers with the library's own exponential.
template <class eT, class F>
void fused(arma::Mat<eT>& y, const arma::Mat<eT>& x, F f) {
  const eT* from = x.memptr();
  const std::uint8_t step = 1;
  for_each_pack<eT, 1>(y.memptr(), &from, &step, y.n_elem, [&f](const auto& in) { return f(in[0]); });
}

template <class Chain, class eT>
void chains(uword n) {
  const std::string name = std::string("chain/") + Chain::name + "/" + type_name<eT>() + "/" + std::to_string(n);
  contestant(name + "/hand_value", [n] {
    return [x = uniform<eT>(n, 1), y = arma::Mat<eT>(n, 1)]() mutable {
      fused(y, x, [](auto v) { return Chain::chain(v); });
      return y[0];
    };
  });
  contestant(name + "/value", [n] {
    return [x = std::make_shared<arma::Mat<eT>>(uniform<eT>(n, 1)), tape = std::make_shared<Tape<eT>>(),
            plan = std::make_shared<Schedule>()]() mutable {
      tape->clear();
      const Var<eT> y = Chain::chain(tape->constant(view(*x)));
      Engine<eT>& engine = engine_of(*tape);
      engine.plan(*plan, y.index(), Planned::value);
      engine.run(*plan);
      return *engine.data(y.index());
    };
  });
  contestant(name + "/hand_gradient", [n] {
    return [x = uniform<eT>(n, 1), g = arma::Mat<eT>(n, 1)]() mutable {
      Pack<eT, pack_width<eT>> sum(0);
      fused(g, x, [&sum](auto v) {
        sum = sum + Chain::chain(v);
        return Chain::slope(v);
      });
      return fold(sum, [](auto a, auto b) { return a + b; }) + g[0];
    };
  });
  contestant(name + "/gradient", [n] {
    const arma::Mat<eT> x = uniform<eT>(n, 1);
    return step_of(true, record([](auto v) { return accu(Chain::chain(v)); }, variables(x)), x);
  });
}

const bool registered = [] {
  for (const uword n : {10'000, 1'000'000}) {
    chains<Cheap, double>(n), chains<Cheap, float>(n);
    chains<WithExp, double>(n), chains<WithExp, float>(n);
  }
  return true;
}();

}  // namespace
}  // namespace armagrad::bench
