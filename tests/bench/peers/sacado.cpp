// The common text by Sacado: Rad in reverse mode, Fad in forward mode where there are few parameters.
#include <Sacado.hpp>

#include "peers.hpp"

namespace {

using namespace peers;

template <int n, class Model>
void by_fad(Contestants& all, const Model& model) {
  using T = Sacado::Fad::SFad<double, n>;
  all.add(model, "Sacado Fad (forward mode)", "anew", [=]() -> Gradient {
    return [=](const Vec& p, Vec& g) {
      std::vector<T> x(n);
      for (int i = 0; i < n; ++i) x[i] = T(n, i, p[i]);
      const T y = model(x);
      for (int i = 0; i < n; ++i) g[i] = y.dx(i);
      return y.val();
    };
  });
}

}  // namespace

int main(int argc, char** argv) {
  Contestants all;
  each_model([&](const auto& model) {
    using T = Sacado::Rad::ADvar<double>;
    all.add(model, "Sacado Rad", "anew", [=]() -> Gradient {
      return [=](const Vec& p, Vec& g) {
        std::vector<T> x(p.begin(), p.end());
        const T y = model(x);
        T::Gradcomp();
        for (std::size_t i = 0; i < x.size(); ++i) g[i] = x[i].adj();
        return y.val();
      };
    });
  });
  by_fad<3>(all, Garch());
  by_fad<3>(all, Kalman());
  by_fad<15>(all, HiddenMarkov());
  by_fad<3>(all, Matern());
  by_fad<20>(all, Logistic());
  by_fad<54>(all, Mixed());
  by_fad<33>(all, Net());
  by_fad<4>(all, Ode());
  return all.main(argc, argv);
}
