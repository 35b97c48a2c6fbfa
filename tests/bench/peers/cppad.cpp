// The common text by CppAD, as it is inside TMB: its headers want a few names of TMB's.
#include <iostream>
#define Rcout std::cout
#define Rcerr std::cerr
#define CSKIP(...) __VA_ARGS__
#define TMB_EXTERN
#define IF_TMB_PRECOMPILE(...)
template <class T>
struct isDouble {
  enum { value = false };
};
template <>
struct isDouble<double> {
  enum { value = true };
};
#include <cppad/cppad.hpp>
#include <memory>

#include "peers.hpp"

namespace {

using namespace peers;
using T = CppAD::AD<double>;

template <class Model>
void record(CppAD::ADFun<double>& f, const Model& model, const Vec& p) {
  std::vector<T> x(p.begin(), p.end()), y(1);
  CppAD::Independent(x);
  y[0] = model(x);
  f.Dependent(x, y);
}
double sweep(CppAD::ADFun<double>& f, const Vec& p, Vec& g) {
  const double value = f.Forward(0, p)[0];
  g = f.Reverse(1, Vec{1});
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  Contestants all;
  each_model([&](const auto& model) {
    all.add(model, "CppAD", "anew", [=]() -> Gradient {
      return [=](const Vec& p, Vec& g) {
        CppAD::ADFun<double> f;
        record(f, model, p);
        return sweep(f, p, g);
      };
    });
    all.add(model, "CppAD", "replayed", [=]() -> Gradient {
      const auto f = std::make_shared<CppAD::ADFun<double>>();
      record(*f, model, model.at);
      f->optimize();
      return [=](const Vec& p, Vec& g) { return sweep(*f, p, g); };
    });
  });
  return all.main(argc, argv);
}
