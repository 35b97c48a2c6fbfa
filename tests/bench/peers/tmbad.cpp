// The common text by TMBad, the tape of TMB.
#include <iostream>
#define Rcout std::cout
#define Rcerr std::cerr
#define TMBAD_ASSERT(...)
#define TMBAD_ASSERT2(...)
#include <TMBad/TMBad.cpp>
#include <TMBad/TMBad.hpp>
#include <memory>

#include "peers.hpp"

namespace {

using namespace peers;
using T = TMBad::ad_aug;

template <class Model>
TMBad::ADFun<> record(const Model& model, const Vec& p) {
  const auto f = [&](const std::vector<T>& x) { return std::vector<T>{model(x)}; };
  return TMBad::ADFun<>(f, p);
}
double sweep(TMBad::ADFun<>& f, const Vec& p, Vec& g) {
  g = f.Jacobian(p);
  return f.RangeVec()[0];
}

}  // namespace

int main(int argc, char** argv) {
  Contestants all;
  each_model([&](const auto& model) {
    all.add(model, "TMBad", "anew", [=]() -> Gradient {
      return [=](const Vec& p, Vec& g) {
        auto f = record(model, p);
        return sweep(f, p, g);
      };
    });
    all.add(model, "TMBad", "replayed", [=]() -> Gradient {
      const auto f = std::make_shared<TMBad::ADFun<>>(record(model, model.at));
      f->optimize();
      return [=](const Vec& p, Vec& g) { return sweep(*f, p, g); };
    });
  });
  return all.main(argc, argv);
}
