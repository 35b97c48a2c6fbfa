// The plain values, and as their gradients central differences of them, which every library's gradients are compared
// with.
#include "peers.hpp"

int main(int argc, char** argv) {
  peers::Contestants all;
  const bool differences = argc == 2 && argv[1] == std::string("gradients");
  peers::each_model([&](const auto& model) {
    all.add(model, "plain", "plain", [=]() -> peers::Gradient {
      return [=](const peers::Vec& p, peers::Vec& g) {
        if (!differences) return model(p);
        peers::Vec q = p;
        for (std::size_t i = 0; i < p.size(); ++i) {
          const auto slope = [&](double h) {
            q[i] = p[i] + h;
            const double up = model(q);
            q[i] = p[i] - h;
            const double down = model(q);
            q[i] = p[i];
            return (up - down) / (2 * h);
          };
          g[i] = (4 * slope(5e-4) - slope(1e-3)) / 3;
        }
        return model(p);
      };
    });
  });
  return all.main(argc, argv);
}
