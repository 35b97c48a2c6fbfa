// The common text by ADOL-C.
#include <adolc/adolc.h>

#include "peers.hpp"

namespace {

using namespace peers;

template <class Model>
double trace(short tag, const Model& model, const Vec& p) {
  trace_on(tag, 1);  // 1: the reverse pass comes next
  std::vector<adouble> x(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) x[i] <<= p[i];
  double value;
  adouble y = model(x);
  y >>= value;
  trace_off();
  return value;
}
void reverse(short tag, Vec& g) {
  double one = 1;
  fos_reverse(tag, 1, int(g.size()), &one, g.data());
}

}  // namespace

int main(int argc, char** argv) {
  Contestants all;
  short tag = 0;
  each_model([&](const auto& model) {
    ++tag;
    all.add(model, "ADOL-C", "anew", [=]() -> Gradient {
      return [=](const Vec& p, Vec& g) {
        const double value = trace(tag, model, p);
        reverse(tag, g);
        return value;
      };
    });
    all.add(model, "ADOL-C", "replayed", [=]() -> Gradient {
      trace(tag, model, model.at);
      return [=](const Vec& p, Vec& g) {
        double value;
        zos_forward(tag, 1, int(p.size()), 1, p.data(), &value);
        reverse(tag, g);
        return value;
      };
    });
  });
  return all.main(argc, argv);
}
